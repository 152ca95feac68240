"""From a layout to a file: SVG is written here, PDF and PNG are the same SVG set by typst."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from metasyn.errors import OptionError, ReportError
from metasyn.plots.chart import ChartLayout
from metasyn.plots.chart_compose import compose_chart
from metasyn.plots.compose import compose
from metasyn.plots.fonts import font_folder, text_width, unknown_letters
from metasyn.plots.letters import letters_without_font, missing_words
from metasyn.plots.model import ForestLayout
from metasyn.plots.pages import page_scenes
from metasyn.plots.scene import Palette, Scene, Text
from metasyn.plots.style import DARK, LIGHT
from metasyn.plots.svg import svg_element
from metasyn.vocabulary import FigurePalette, require_option

if TYPE_CHECKING:
    import typst

__all__ = ["Format", "Layout", "figure_bytes", "figure_pages", "missing_letters", "scene_of", "svg_text"]

Format = Literal["svg", "pdf", "png"]
Layout: TypeAlias = ForestLayout | ChartLayout
"""Everything that can be drawn."""

_ID_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
# Every page as large as its picture; the pictures arrive as text.
_PAGES = """#set page(width: auto, height: auto, margin: 0pt)
#for i in range(int(sys.inputs.count)) {
  if i > 0 { pagebreak() }
  image(bytes(sys.inputs.at("svg-" + str(i))), format: "svg", alt: sys.inputs.at("alt-" + str(i)))
}"""


def figure_bytes(layout: Layout, fmt: Format, *, dpi: float = 200, palette: FigurePalette = "light") -> bytes:
    """Draw a figure.

    Parameters
    ----------
    layout : ForestLayout or ChartLayout
    fmt : {'svg', 'pdf', 'png'}
    dpi : float
        Dots per inch of a PNG; the others have no dots.
    palette : {'light', 'dark'}
        `dark` is for screens with a dark ground.

    Returns
    -------
    bytes
        A complete file, the same bytes every time. A forest plot of more than 60 rows has several pages
        as PDF, and is one tall picture otherwise: see `figure_pages`.

    Raises
    ------
    OptionError
        If a word is unknown or `dpi` is not a positive number.
    ReportError
        If matplotlib's fonts or typst are not installed.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> layout = forest_layout(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR"))
    >>> figure_bytes(layout, "pdf")[:4], figure_bytes(layout, "png", dpi=72)[1:4]
    (b'%PDF', b'PNG')
    """
    _require(fmt, dpi, palette)
    if fmt == "pdf" and isinstance(layout, ForestLayout):
        return _typeset_scenes(layout, page_scenes(layout, text_width), fmt, dpi, palette)
    scene = scene_of(layout)
    if fmt == "svg":
        return _svg_file(layout, scene, palette)
    return _typeset_scenes(layout, (scene,), fmt, dpi, palette)


def figure_pages(
    layout: Layout, fmt: Format, *, dpi: float = 200, palette: FigurePalette = "light"
) -> tuple[bytes, ...]:
    """Draw a figure page by page.

    Parameters
    ----------
    layout : ForestLayout or ChartLayout
    fmt : {'svg', 'pdf', 'png'}
    dpi, palette
        As in `figure_bytes`.

    Returns
    -------
    tuple of bytes
        One file per page. Only forest plots of more than 60 rows have more than one: each repeats the
        headings and the axis; groups stay together where a page can hold them.

    Raises
    ------
    OptionError, ReportError
        As `figure_bytes`.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> len(figure_pages(forest_layout(pool(yi=[0.1] * 130, vi=[0.2] * 130, measure="HR")), "svg"))
    3
    """
    _require(fmt, dpi, palette)
    scenes = page_scenes(layout, text_width) if isinstance(layout, ForestLayout) else (scene_of(layout),)
    if fmt == "svg":
        return tuple(_svg_file(layout, scene, palette) for scene in scenes)
    return tuple(_typeset_scenes(layout, (scene,), fmt, dpi, palette) for scene in scenes)


def missing_letters(layout: Layout) -> str:
    """A warning about letters that no font of this machine can draw; empty where all is well.

    SVG carries letters as letters, so a reader with the fonts sees them; PDF and PNG show empty boxes.

    Parameters
    ----------
    layout : ForestLayout or ChartLayout

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> missing_letters(forest_layout(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], labels=["Łódź", "Αθήνα"])))
    ''
    """
    return missing_words(letters_without_font(scene_of(layout)))


def _require(fmt: str, dpi: float, palette: str) -> None:
    require_option("fmt", fmt, Format)
    require_option("palette", palette, FigurePalette)
    if not (math.isfinite(dpi) and dpi > 0):
        raise OptionError(f"dpi must be a positive number; got {dpi!r}.")


def _svg_file(layout: Layout, scene: Scene, palette: FigurePalette) -> bytes:
    return (_HEAD + _svg(layout, scene, "figure", palette) + "\n").encode()


def _typeset_scenes(
    layout: Layout,
    scenes: tuple[Scene, ...],
    fmt: Literal["pdf", "png"],
    dpi: float,
    palette: FigurePalette,
) -> bytes:
    texts = "".join(item.text for scene in scenes for item in scene.flat() if isinstance(item, Text))
    svgs = [_svg(layout, scene, "figure", palette) for scene in scenes]
    other = bool(unknown_letters(texts))
    return typeset(svgs, fmt, dpi, alt=layout.description, other_fonts=other)


def svg_text(layout: Layout, id_prefix: str, *, palette: FigurePalette = "light") -> str:
    """Draw a figure as an `<svg>` element for a page.

    Parameters
    ----------
    layout : ForestLayout or ChartLayout
    id_prefix : str
        Begins every id, so that several figures can live on one page.
    palette : {'light', 'dark'}

    Returns
    -------
    str
        From `<svg` to `</svg>`; the accessible name and the description are its first children. Texts
        stay texts. Studies can be found by id: `<prefix>-row-3-point` and `<prefix>-row-3-ci` in a forest
        plot, `<prefix>-funnel-study-3-mark` in a chart.

    Raises
    ------
    OptionError
        If the prefix is not usable as the beginning of an id.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> svg = svg_text(forest_layout(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR")), "survival")
    >>> svg.startswith("<svg"), 'id="survival-row-0-point"' in svg
    (True, True)
    """
    if not _ID_PREFIX.fullmatch(id_prefix):
        raise OptionError(
            f"id_prefix must be a letter followed by letters, digits, '_', '.' or '-'; got {id_prefix!r}."
        )
    require_option("palette", palette, FigurePalette)
    return _svg(layout, scene_of(layout), id_prefix, palette)


def scene_of(layout: Layout) -> Scene:
    """Everything of a layout in its place."""
    if isinstance(layout, ChartLayout):
        return compose_chart(layout, text_width)
    return compose(layout, text_width)


def _svg(layout: Layout, scene: Scene, prefix: str, palette: FigurePalette) -> str:
    colors = _colors(layout, palette)
    return svg_element(scene, prefix=prefix, name=layout.name, description=layout.description, palette=colors)


def _colors(layout: Layout, palette: FigurePalette) -> Palette:
    if isinstance(layout, ForestLayout):
        return layout.theme.light if palette == "light" else layout.theme.dark
    return LIGHT if palette == "light" else DARK


def typeset(
    svgs: str | Sequence[str], fmt: Literal["pdf", "png"], dpi: float, *, alt: str, other_fonts: bool
) -> bytes:
    """An SVG as PDF or PNG; several as the pages of a PDF.

    Parameters
    ----------
    svgs : str or sequence of str
    fmt : {'pdf', 'png'}
        A PNG holds one picture.
    dpi : float
        Dots per inch of a PNG.
    alt : str
        What the picture shows, in words.
    other_fonts : bool
        Whether letters occur that DejaVu Sans lacks: then the fonts of this machine are asked too.

    Returns
    -------
    bytes
        A complete file.

    Raises
    ------
    ReportError
        If typst or matplotlib's fonts are not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise ReportError('PDF and PNG need typst: pip install "metasyn-evidence[report]".') from error
    pages = (svgs,) if isinstance(svgs, str) else tuple(svgs)
    inputs = {"count": str(len(pages))}
    for i, svg in enumerate(pages):
        inputs |= {f"svg-{i}": svg, f"alt-{i}": alt or "figure"}
    compiler = typst.Compiler(_PAGES.encode(), font_paths=_fonts(other_fonts), sys_inputs=inputs)
    made = compiler.compile(format=fmt, ppi=dpi, timestamp=0)
    assert isinstance(made, bytes)
    return made


@cache
def _fonts(other: bool) -> typst.Fonts:
    """DejaVu Sans, and the fonts of the machine where they are needed."""
    import typst

    return typst.Fonts(include_system_fonts=other, include_embedded_fonts=False, font_paths=[font_folder()])
