"""Widths of the columns and the wrapping of long texts, from measured texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from metasyn.plots.model import Column, ForestLayout, ForestRow
from metasyn.plots.scene import Measure, Pen
from metasyn.plots.style import Sizes

# A relation such as "k = 13" or "p < 0.001" stays on one line.
_BREAK = re.compile(r"(?<![=<>]) (?![=<>])")

# The part of a word up to its last dash, and the rest.
_DASHED = re.compile("(.+[-\N{EN DASH}/])(.+)$", re.DOTALL)

__all__ = ["Frame", "Spanner", "arrange_columns", "count_below", "wrap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spanner:
    """A heading above several columns, in lines, with the width it covers."""

    lines: tuple[str, ...]
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the columns and the panel are, in points from the left edge.

    Attributes
    ----------
    edges : mapping of str to (float, float)
        Left and right edge of each column by key.
    headers : mapping of str to tuple of str
        Heading of each column, in lines.
    text_right : float
        Right end of the columns left of the panel: notes run to here.
    panel : (float, float)
        Ends of the axis.
    """

    edges: Mapping[str, tuple[float, float]]
    headers: Mapping[str, tuple[str, ...]]
    spanners: tuple[Spanner, ...]
    text_right: float
    panel: tuple[float, float]
    width: float


def wrap(text: str, width: float, pen: Pen, measure: Measure) -> tuple[str, ...]:
    """Break a text into lines no wider than `width`; a word that is too long is cut."""
    lines: list[str] = []
    line = ""
    for word in _BREAK.split(text):
        longer = f"{line} {word}" if line else word
        if measure(longer, pen) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, width, pen, measure)
        lines += full
    return (*lines, line) if line or not lines else tuple(lines)


def _cut(word: str, width: float, pen: Pen, measure: Measure) -> list[str]:
    """Pieces of a word, each no wider than `width`, cut at dashes where that can be."""
    pieces = [""]
    for character in word:
        if pieces[-1] and measure(pieces[-1] + character, pen) > width:
            whole = _DASHED.match(pieces[-1])
            kept, rest = whole.groups() if whole else (pieces[-1], "")
            pieces[-1:] = [kept, rest]
        pieces[-1] += character
    return pieces


def arrange_columns(layout: ForestLayout, measure: Measure) -> Frame:
    """Place the columns of a layout from left to right.

    Parameters
    ----------
    layout : ForestLayout
    measure : callable
        Width in points of a text in some pen.

    Returns
    -------
    Frame
        As wide as `layout.width` where that is given and the content is not wider: the panel takes what
        is left.
    """
    sizes = layout.theme.sizes
    left = [column for column in layout.columns if column.side == "left"]
    right = [column for column in layout.columns if column.side == "right"]
    headers, widths = _headers_and_widths(layout, measure)
    spanner_lines = _widen_for_spanners(left, widths, measure, sizes)
    left_width = sum(widths[column.key] for column in left) + _gaps(left, sizes)
    widths[left[0].key] += max(0.0, _note_width(layout, measure) - left_width)
    edges: dict[str, tuple[float, float]] = {}
    text_right = _place(left, widths, sizes.margin, edges, sizes)
    around = sum(widths[column.key] for column in right) + _gaps(right, sizes) + sizes.margin
    # Without columns beside it the panel keeps room for arrows and the numbers of its ends.
    beside = sizes.panel_gap if right else 0.6 * sizes.panel_gap
    around += sizes.panel_gap + beside
    length = max(sizes.panel, (layout.width or 0.0) - text_right - around)
    panel = (text_right + sizes.panel_gap, text_right + sizes.panel_gap + length)
    end = _place(right, widths, panel[1] + beside, edges, sizes)
    spanners = tuple(
        Spanner(lines=lines, left=edges[first][0], right=edges[last][1])
        for (first, last), lines in spanner_lines.items()
    )
    return Frame(
        edges=edges,
        headers=headers,
        spanners=spanners,
        text_right=text_right,
        panel=panel,
        width=end + sizes.margin,
    )


def _headers_and_widths(
    layout: ForestLayout, measure: Measure
) -> tuple[dict[str, tuple[str, ...]], dict[str, float]]:
    """Headings in lines, and the width of the widest text of every column."""
    sizes = layout.theme.sizes
    headers: dict[str, tuple[str, ...]] = {}
    widths: dict[str, float] = {}
    for column in layout.columns:
        own = column.key == "label"
        cells = _label_width(layout.rows, measure, sizes) if own else _cell_width(column, layout, measure)
        # A heading is never cut inside a word.
        word = max((measure(one, sizes.bold) for one in _BREAK.split(column.header)), default=0.0)
        lines = wrap(column.header, max(cells, sizes.max_header, word), sizes.bold, measure)
        headers[column.key] = lines
        widths[column.key] = max([cells, *(measure(line, sizes.bold) for line in lines)])
    return headers, widths


def _cell_width(column: Column, layout: ForestLayout, measure: Measure) -> float:
    """Width of the widest cell of a column."""
    sizes = layout.theme.sizes
    cells = [
        measure(row.cells[column.key], sizes.bold if row.is_summary else sizes.body)
        for row in layout.rows
        if column.key in row.cells
    ]
    return max(cells, default=0.0)


def _label_width(rows: tuple[ForestRow, ...], measure: Measure, sizes: Sizes) -> float:
    """Room for the study labels as far as they are not too long; summaries rather wrap."""
    studies = [
        measure(f"{row.label} {row.mark}".strip(), sizes.body) + (sizes.indent if row.group else 0.0)
        for row in rows
        if row.kind == "study"
    ]
    widest = min(max(studies, default=0.0), sizes.max_label)
    summaries = [
        measure(row.label, sizes.bold) + (sizes.indent if row.group else 0.0)
        for row in rows
        if row.is_summary
    ]
    return max(widest, min(max(summaries, default=0.0), sizes.max_summary_label))


def _note_width(layout: ForestLayout, measure: Measure) -> float:
    """Room that notes and group headings ask for; beyond it they wrap."""
    sizes = layout.theme.sizes
    rows = layout.rows[: len(layout.rows) - count_below(layout)]
    notes = [
        measure(row.label, sizes.note) + (sizes.indent if row.group else 0.0) + 1.0
        for row in rows
        if row.kind == "note"
    ]
    groups = [measure(row.label, sizes.bold) for row in rows if row.kind == "group"]
    return min(max([*notes, *groups], default=0.0), sizes.max_note)


def count_below(layout: ForestLayout) -> int:
    """How many lines of text at the end stand below the axis."""
    if not layout.notes_below:
        return 0
    kept = [i for i, row in enumerate(layout.rows, 1) if row.kind != "note" or row.prediction is not None]
    return len(layout.rows) - max(kept, default=0)


def _widen_for_spanners(
    columns: list[Column], widths: dict[str, float], measure: Measure, sizes: Sizes
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Lines of each spanner; columns that are too narrow for theirs grow evenly."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    runs = [list(run) for _, run in groupby(columns[1:], key=lambda column: column.spanner or column.key)]
    for members in runs:
        if not members[0].spanner:
            continue
        span = sum(widths[column.key] for column in members) + _gaps(members, sizes)
        lines = wrap(members[0].spanner, max(span, sizes.max_spanner), sizes.bold, measure)
        missing = max(measure(line, sizes.bold) for line in lines) - span
        for column in members:
            widths[column.key] += max(0.0, missing) / len(members)
        found[members[0].key, members[-1].key] = lines
    return found


def _gap_before(column: Column, sizes: Sizes) -> float:
    """Columns that are read together stand close."""
    if column.key == "ci":
        return sizes.pair_gap * 0.75
    return sizes.pair_gap if column.key.startswith("n_") else sizes.gap


def _gaps(columns: list[Column], sizes: Sizes) -> float:
    return sum(_gap_before(column, sizes) for column in columns[1:])


def _place(
    columns: list[Column],
    widths: Mapping[str, float],
    start: float,
    edges: dict[str, tuple[float, float]],
    sizes: Sizes,
) -> float:
    """Put columns side by side from `start`; return the right end of the last."""
    x = start
    for i, column in enumerate(columns):
        x += _gap_before(column, sizes) if i else 0.0
        edges[column.key] = (x, x + widths[column.key])
        x += widths[column.key]
    return x
