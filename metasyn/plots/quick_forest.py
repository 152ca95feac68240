"""A quick look through the forestplot package, held so that no row can move and no setting leaks.

Written against forestplot 0.4.1, whose import silences every warning, turns off numpy's error state and
changes rcParams, and which draws by the text of a row: equal texts share a line. So it is imported with
all of that put back, it gets texts that differ in how they end in blanks, and what it drew is compared
with what it was given.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from metasyn.errors import OptionError, ReportError
from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.model import Axis, Column, ForestLayout, ForestRow
from metasyn.plots.quick_forest_marks import draw_marks
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["quick_forest"]

FONT = "DejaVu Sans Mono"
# Width of every letter of the font, in its size: 0.602, and up to this much where pixels round it.
_LETTER = 0.65
# Inches, inches, points.
_PANEL, _ROW, _GAP = 3.0, 0.235, 10.0
_LARGEST_MARK = 70.0
# forestplot ignores words it does not know; what it knows, acts on and metasyn does not set itself.
_PASSED_ON = frozenset(
    {
        "color_alt_rows", "fontsize", "linecolor", "lw", "marker", "markeralpha", "markercolor", "xlabel",
        "xlabel_fontweight", "xlabel_size", "xlinecolor", "xlinestyle", "xlinewidth", "xtick_size",
    }
)  # fmt: skip
# forestplot finds its figure through the state of pyplot; only one caller may stand in for that at a time.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The rows of a layout as forestplot gets them, from top to bottom; the first is the header.

    Attributes
    ----------
    rows : tuple of ForestRow or None
        None for the header.
    left, right : tuple of str
        Texts beside the panel, each column as wide as its widest text.
    keys : tuple of str
        `left`, told apart by the kind of blanks at its end.
    """

    rows: tuple[ForestRow | None, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    keys: tuple[str, ...]


def quick_forest(
    result: SynthesisResult,
    *,
    subgroups: SubgroupAnalysis | None = None,
    ax: Axes | None = None,
    **kwargs: object,
) -> Axes:
    """Draw a synthesis with the forestplot package, for a look while working.

    For a figure to print, use `forest_layout` and `figure_bytes`.

    Parameters
    ----------
    result : SynthesisResult
    subgroups : SubgroupAnalysis, optional
        Groups of the same effects; `result.subgroups` if not given.
    ax : matplotlib Axes, optional
        Where to draw; else a figure of its own, sized by its texts, of which pyplot knows nothing.
    **kwargs
        Passed on to `forestplot.forestplot`: `color_alt_rows`, `fontsize`, `linecolor`, `lw`, `marker`,
        `markeralpha`, `markercolor`, `xlabel`, `xlabel_fontweight`, `xlabel_size`, `xlinecolor`,
        `xlinestyle`, `xlinewidth`, `xtick_size`.

    Returns
    -------
    matplotlib Axes
        Row i of the figure, counted from the top, header first, lies at y = n - 1 - i. Save it with
        `ax.figure.savefig`.

    Raises
    ------
    OptionError
        If a keyword is not one of the above.
    ReportError
        If forestplot is not installed, or if what it drew is not what it was given.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> ax = quick_forest(pool(yi=[0.1, 0.4], vi=[0.2, 0.3], labels=["Alpha", "Beta"], measure="HR"))
    >>> [label.get_text().split() for label in ax.get_yticklabels()][-3:]
    [['Beta'], ['Alpha'], ['Study']]
    """
    unknown = sorted(set(kwargs) - _PASSED_ON)
    if unknown:
        raise OptionError(
            f"quick_forest passes on {', '.join(sorted(_PASSED_ON))}; got {', '.join(map(repr, unknown))}."
        )
    layout = forest_layout(result, subgroups=subgroups)
    lines = _lines(layout)
    frame = _frame(lines, layout.axis)
    with _settings_kept():
        package = _package()
        size = _font_size(kwargs)
        ax = _own_axes(lines, size) if ax is None else ax
        for text in (*ax.get_yticklabels(), ax.xaxis.label):  # of axes made before
            text.set_parse_math(False)
        texts, collections = len(ax.texts), len(ax.collections)
        with _in_place_of_pyplot(package, ax):
            package.plot.forestplot(
                frame,
                ax=ax,
                preprocess=False,
                logscale=layout.axis.scale == "log",
                **_arguments(lines, layout, {**kwargs, "fontsize": size}),
            )
        require_rows(ax, frame, collections)
        _place_texts(ax, lines, size, texts)
        draw_marks(ax, lines.rows, layout.axis)
    return ax


@contextmanager
def _settings_kept() -> Iterator[None]:
    """Put back numpy's error state, the warning filters and matplotlib's settings; no name is a formula."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise _absent() from error
    with np.errstate(), warnings.catch_warnings(), mpl.rc_context():
        warnings.simplefilter("ignore")
        mpl.rcParams["text.parse_math"] = False
        yield


def _package() -> Any:
    """The modules of forestplot."""
    try:
        return SimpleNamespace(
            plot=import_module("forestplot.plot"), graph_utils=import_module("forestplot.graph_utils")
        )
    except ImportError as error:
        raise _absent() from error


def _absent() -> ReportError:
    return ReportError('quick_forest needs forestplot: pip install "metasyn-evidence[forestplot]".')


@contextmanager
def _in_place_of_pyplot(package: Any, ax: Axes) -> Iterator[None]:
    """forestplot asks pyplot for the current figure: give it this one, and pyplot stays as it is."""
    from matplotlib.backends.backend_agg import RendererAgg

    figure = ax.get_figure(root=True)
    assert figure is not None
    width, height = figure.bbox.size
    renderer = RendererAgg(width, height, figure.dpi)  # type: ignore[no-untyped-call]
    shown = SimpleNamespace(canvas=SimpleNamespace(get_renderer=lambda: renderer))
    with _ONE_AT_A_TIME:
        pyplot = package.graph_utils.plt
        package.graph_utils.plt = SimpleNamespace(gcf=lambda: shown)
        try:
            yield
        finally:
            package.graph_utils.plt = pyplot


def _lines(layout: ForestLayout) -> Lines:
    """Texts of all rows; a rule needs none."""
    rows = (None, *(row for row in layout.rows if row.kind != "rule"))
    sides = {side: [column for column in layout.columns if column.side == side] for side in ("left", "right")}
    left = _joined([[_cell(row, column) for row in rows] for column in sides["left"]], sides["left"])
    left = [
        text if row is None or row.kind not in ("note", "group") else _indented(row)
        for row, text in zip(rows, left, strict=True)
    ]
    left = [text.ljust(max(map(len, left))) for text in left]
    right = _joined([[_cell(row, column) for row in rows] for column in sides["right"]], sides["right"])
    return Lines(rows=rows, left=tuple(left), right=tuple(right), keys=_told_apart(left))


def _cell(row: ForestRow | None, column: Column) -> str:
    """Text of a row in a column; of the header if there is no row."""
    if row is None:
        return f"{column.header} {column.key[-1]}" if column.spanner else column.header
    if column.key == "label":
        return _indented(row) if row.kind not in ("note", "group") else ""
    return row.cells.get(column.key, "")


def _indented(row: ForestRow) -> str:
    text = f"{row.label} {row.mark}".strip()
    return f"  {text}" if row.group and row.kind != "group" else text


def _joined(columns: Sequence[Sequence[str]], heads: Sequence[Column]) -> list[str]:
    """Columns side by side in letters of one width."""
    padded = []
    for texts, head in zip(columns, heads, strict=True):
        width = max(map(len, texts))
        padded.append([text.ljust(width) if head.align == "left" else text.rjust(width) for text in texts])
    return ["  ".join(parts) for parts in zip(*padded, strict=True)]


def _told_apart(texts: Sequence[str]) -> tuple[str, ...]:
    """Texts made unlike by plain and no-break blanks at their ends, which look the same."""
    seen: dict[str, int] = {}
    numbers = []
    for text in texts:
        seen[text] = seen.get(text, -1) + 1
        numbers.append(seen[text])
    digits = max(numbers).bit_length()
    blanks = {"0": " ", "1": "\N{NO-BREAK SPACE}"}
    ends = ["".join(blanks[digit] for digit in f"{number:b}".zfill(digits)) for number in numbers]
    return tuple(text + (end if digits else "") for text, end in zip(texts, ends, strict=True))


def _frame(lines: Lines, axis: Axis) -> pd.DataFrame:
    """What forestplot draws, from bottom to top; intervals end where the axis ends."""
    import pandas as pd

    nan = float("nan")
    rows = []
    for row, key, right in zip(lines.rows, lines.keys, lines.right, strict=True):
        study = row if row is not None and row.kind == "study" else None
        low, high = _drawn_interval(study, axis)
        drawn = study is not None and study.estimate is not None and axis.contains(study.estimate)
        estimate = study.estimate if study is not None and drawn else nan
        rows.append((key, right, estimate, low if drawn else nan, high if drawn else nan))
    return pd.DataFrame(rows[::-1], columns=["yticklabel", "yticklabel2", "estimate", "ll", "hl"])


def _drawn_interval(row: ForestRow | None, axis: Axis) -> tuple[float, float]:
    """The part of an interval within the axis; none where forestplot could not draw it."""
    if row is None or row.interval is None or row.estimate is None or row.estimate not in row.interval:
        return math.nan, math.nan
    return max(row.interval.low, axis.low), min(row.interval.high, axis.high)


def _font_size(kwargs: Mapping[str, object]) -> float:
    size = kwargs.get("fontsize", 9.0)
    if not isinstance(size, int | float) or isinstance(size, bool) or not 1 <= size <= 100:
        raise OptionError(f"fontsize must be a number of points from 1 to 100; got {size!r}.")
    return float(size)


def _arguments(lines: Lines, layout: ForestLayout, given: Mapping[str, object]) -> dict[str, Any]:
    """Everything forestplot is told."""
    axis = layout.axis
    weights = [row.weight or 0.0 if row is not None and row.kind == "study" else 0.0 for row in lines.rows]
    largest = max(weights) or 1.0
    return {
        "estimate": "estimate",
        "ll": "ll",
        "hl": "hl",
        "varlabel": "yticklabel",
        "annote": ["yticklabel"],
        "annoteheaders": [""],
        "rightannote": ["yticklabel2"],
        "right_annoteheaders": [""],
        "xticks": [tick.value for tick in axis.ticks],
        "xticklabels": [tick.label for tick in axis.ticks],
        "xlim": (axis.low, axis.high),
        "xline": axis.null,
        "xlabel": axis.label,
        "xlabel_size": given["fontsize"],
        "xlabel_fontweight": "normal",
        "xtick_size": given["fontsize"],
        "fontfamily": FONT,
        "markersize": [max(4.0, _LARGEST_MARK * weight / largest) for weight in weights[::-1]],
        "markercolor": "#1f4e79",
        "markeralpha": 1.0,
        "linecolor": "#111111",
        "xlinecolor": "#8a8a8a",
        **given,
    }


def _own_axes(lines: Lines, size: float) -> Axes:
    """Axes on a figure of their own, with room for the texts on both sides."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    left, right = (len(texts[0]) * _LETTER * size / 72 + 0.3 for texts in (lines.keys, lines.right))
    rows = len(lines.rows) * _ROW * size / 9
    width, height = left + _PANEL + right, rows + 0.75
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure.add_axes((left / width, 0.65 / height, _PANEL / width, rows / height))


def _place_texts(ax: Axes, lines: Lines, size: float, before: int) -> None:
    """Header in view, texts beside the panel whatever the axis, one row as high as the other."""
    n = len(lines.rows)
    ax.set_ylim(-0.5, n - 0.5)
    ax.minorticks_off()
    left, right = (len(texts[0]) * _LETTER * size + _GAP for texts in (lines.keys, lines.right))
    ax.yaxis.set_tick_params(pad=left)
    panel = 72 * ax.get_window_extent().width / ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    beside = ax.get_yaxis_transform()
    for y, (text, label) in enumerate(zip(ax.texts[before:], ax.get_yticklabels(), strict=True)):
        row = lines.rows[n - 1 - y]
        weight = "bold" if row is None or row.kind == "group" or row.is_summary else "normal"
        text.set(transform=beside, x=1 + _GAP / panel, fontweight=weight, fontsize=size, va="center")
        label.set(fontweight=weight, fontsize=size, fontfamily=FONT, va="center")
    ends = [-left / panel, 1 + right / panel]
    ax.plot(ends, [n - 1.5] * 2, color="#111111", linewidth=0.8, transform=beside, clip_on=False)


def require_rows(ax: Axes, frame: pd.DataFrame, before: int = 0) -> None:
    """Raise if a label, a mark or an interval is not on the row it was given for.

    `before` is how many collections the axes held before forestplot drew on them.
    """
    from matplotlib.collections import LineCollection, PathCollection

    problems = []
    texts = [label.get_text() for label in ax.get_yticklabels()]
    if texts != frame["yticklabel"].tolist():
        problems.append(f"{len(frame)} labels were given, {len(set(texts))} drawn, or in another order")
    new = ax.collections[before:]
    marks = [xy for one in new if isinstance(one, PathCollection) for xy in np.ma.getdata(one.get_offsets())]
    bars = next((one.get_segments() for one in new if isinstance(one, LineCollection)), [])
    wanted = {y: (x,) for y, x in enumerate(frame["estimate"]) if math.isfinite(x)}
    if {round(float(y)): (float(x),) for x, y in marks if math.isfinite(x)} != wanted:
        problems.append("a mark is not where its estimate is")
    ends = {y: (low, high) for y, (low, high) in enumerate(zip(frame["ll"], frame["hl"], strict=True))}
    drawn = {round(float(bar[0][1])): (bar[0][0], bar[1][0]) for bar in bars if len(bar) == 2}
    for y, interval in ends.items():
        if math.isfinite(interval[0]) and not np.allclose(drawn.get(y, math.nan), interval, rtol=1e-9):
            problems.append(f"the interval of row {y} from below is not where it belongs")
    if problems:
        raise ReportError(f"forestplot did not draw the rows it was given: {'; '.join(problems)}.")
