"""The only module that imports matplotlib: a scene becomes SVG, PDF or PNG.

Neither pyplot nor the settings of the user are touched or read: the same layout gives the same bytes in
every process with the same matplotlib.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text as TextArtist
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, Transform

from metasyn.errors import OptionError
from metasyn.plots.compose import compose
from metasyn.plots.model import ForestLayout
from metasyn.plots.scene import Item, Line, Pen, Scene, Shape, Text
from metasyn.vocabulary import require_option

__all__ = ["Format", "figure_bytes", "svg_text"]

Format = Literal["svg", "pdf", "png"]

_FAMILY = "DejaVu Sans"
_SVG_FAMILIES = "'DejaVu Sans', Verdana, Arial, sans-serif"
# Tried in this order for letters that DejaVu Sans lacks, where they are installed.
_FALLBACKS = (
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "Hiragino Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Arial Unicode MS",
)
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
_ID_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def figure_bytes(layout: ForestLayout, fmt: Format, *, dpi: float = 200) -> bytes:
    """Draw a forest plot.

    Parameters
    ----------
    layout : ForestLayout
    fmt : {'svg', 'pdf', 'png'}
    dpi : float
        Dots per inch of a PNG; the others have no dots.

    Returns
    -------
    bytes
        A complete file, the same bytes every time.

    Raises
    ------
    OptionError
        If the format is unknown or `dpi` is not a positive number.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> layout = forest_layout(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR"))
    >>> figure_bytes(layout, "pdf")[:4], figure_bytes(layout, "png", dpi=72)[1:4]
    (b'%PDF', b'PNG')
    """
    require_option("fmt", fmt, Format)
    if not (math.isfinite(dpi) and dpi > 0):
        raise OptionError(f"dpi must be a positive number; got {dpi!r}.")
    if fmt == "svg":
        head = '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n'
        return (head + svg_text(layout, "forest")).encode()
    with _settings():
        return _render(compose(layout, _width), fmt, dpi)


def svg_text(layout: ForestLayout, id_prefix: str) -> str:
    """Draw a forest plot as an `<svg>` element for a page.

    Parameters
    ----------
    layout : ForestLayout
    id_prefix : str
        Begins every id, so that several figures can live on one page.

    Returns
    -------
    str
        From `<svg` to `</svg>`; the accessible name and the description are its first children. Texts
        stay texts. Studies can be found by id: `<prefix>-row-3-point`, `<prefix>-row-3-ci`.

    Raises
    ------
    OptionError
        If the prefix is not usable as the beginning of an id.

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> svg = svg_text(forest_layout(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], measure="HR")), "survival")
    >>> svg[:28], 'id="survival-row-0-point"' in svg
    ('<svg id="survival" role="img', True)
    """
    if not _ID_PREFIX.fullmatch(id_prefix):
        raise OptionError(
            f"id_prefix must be a letter followed by letters, digits, '_', '.' or '-'; got {id_prefix!r}."
        )
    with _settings():
        svg = _render(compose(layout, _width), "svg", 72).decode()
    return _finish_svg(svg, layout, id_prefix)


@contextmanager
def _settings() -> Iterator[None]:
    """matplotlib's own defaults, whatever the user has set, and fixed choices for reproducible files."""
    settings: dict[Any, Any] = {
        **{key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")},
        "svg.fonttype": "none",
        "svg.hashsalt": "metasyn",
        "pdf.fonttype": 42,
        "font.family": [_FAMILY],
        "text.parse_math": False,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", mpl.MatplotlibDeprecationWarning)
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        with mpl.rc_context(settings):
            yield


def _render(scene: Scene, fmt: Format, dpi: float) -> bytes:
    figure = Figure(figsize=(scene.width / 72, scene.height / 72), dpi=72, facecolor="white")
    page = Affine2D().scale(1 / 72, -1 / 72).translate(0, scene.height / 72) + figure.dpi_scale_trans
    family = [_FAMILY] if fmt == "svg" else [_FAMILY, *_installed_fallbacks()]
    for depth, item in enumerate(scene.items):
        artist = _artist(item, page, family)
        artist.set_zorder(depth)
        artist.set_clip_on(False)
        artist.set_gid(item.gid or None)
        figure.add_artist(artist)
    target = io.BytesIO()
    figure.savefig(target, format=fmt, dpi=dpi, metadata=_METADATA[fmt])
    return target.getvalue()


def _artist(item: Item, page: Transform, family: list[str]) -> Line2D | Polygon | TextArtist:
    """The matplotlib artist of one item."""
    if isinstance(item, Text):
        return TextArtist(
            item.x,
            item.y,
            item.text,
            color=item.pen.color,
            horizontalalignment=item.align,
            verticalalignment="baseline",
            fontproperties=_font(item.pen, family),
            parse_math=False,
            transform=page,
        )
    if isinstance(item, Line):
        return Line2D(
            [item.x0, item.x1],
            [item.y0, item.y1],
            color=item.color,
            linewidth=item.width,
            linestyle=(0, (3, 2.4)) if item.dashed else "solid",
            solid_capstyle="butt",
            transform=page,
        )
    return _polygon(item, page)


def _polygon(item: Shape, page: Transform) -> Polygon:
    return Polygon(
        item.points,
        closed=True,
        facecolor=item.fill,
        edgecolor=item.edge,
        linewidth=item.width,
        joinstyle="miter",
        transform=page,
    )


def _font(pen: Pen, family: list[str]) -> FontProperties:
    return FontProperties(family=family, size=pen.size, weight="bold" if pen.bold else "normal")


@cache
def _installed_fallbacks() -> tuple[str, ...]:
    names = set(fontManager.get_font_names())
    return tuple(name for name in _FALLBACKS if name in names)


@cache
def _font_file(bold: bool) -> Path:
    """The copy of the font that comes with matplotlib: widths do not depend on the machine."""
    return Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@cache
def _letters(bold: bool) -> frozenset[str]:
    return frozenset(map(chr, get_font(_font_file(bold)).get_charmap()))


@cache
def _width(text: str, pen: Pen) -> float:
    """Width in points; letters that the font lacks count as one em where they are wide."""
    known = _letters(pen.bold)
    shown = "".join(c if c in known else _stand_in(c) for c in text)
    font = FontProperties(fname=str(_font_file(pen.bold)), size=pen.size)
    width, _, _ = text_to_path.get_text_width_height_descent(shown, font, False)
    return math.ceil(4 * float(width)) / 4


def _stand_in(character: str) -> str:
    """A letter of DejaVu Sans about as wide as one it does not have."""
    if unicodedata.combining(character):
        return ""
    return "\N{EM DASH}" if unicodedata.east_asian_width(character) in "WF" else "n"


def _finish_svg(svg: str, layout: ForestLayout, prefix: str) -> str:
    """Name and description, ids with a prefix, styles that stay inside the figure."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<[^>]*>", lambda tag: _inside(tag[0], prefix), svg)
    svg = svg.replace('<style type="text/css">*{', f'<style type="text/css">#{prefix} *{{', 1)
    opening = f'<svg id={quoteattr(prefix)} role="img" aria-labelledby="{prefix}-name {prefix}-description"'
    head_end = svg.index(">") + 1
    head = svg[:head_end].replace("<svg", opening, 1)
    words = (
        f'\n <title id="{prefix}-name">{escape(layout.name)}</title>'
        f'\n <desc id="{prefix}-description">{escape(layout.description)}</desc>'
    )
    return head + words + svg[head_end:]


def _inside(tag: str, prefix: str) -> str:
    """One tag with prefixed ids and with fonts to fall back on."""
    tag = re.sub(r' id="([^"]+)"', rf' id="{prefix}-\1"', tag)
    tag = tag.replace("url(#", f"url(#{prefix}-").replace('href="#', f'href="#{prefix}-')
    return tag.replace(f"'{_FAMILY}'", _SVG_FAMILIES)
