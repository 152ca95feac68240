"""Widths of the columns and the wrapping of long texts, from measured texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from metasyn.plots import style
from metasyn.plots.model import Column, ForestLayout, ForestRow
from metasyn.plots.scene import Measure, Pen

# A relation such as "k = 13" or "p < 0.001" stays on one line.
_BREAK = re.compile(r"(?<![=<>]) (?![=<>])")

__all__ = ["Frame", "Spanner", "arrange_columns", "wrap"]


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
    text_right : float
        Right end of the columns left of the panel: notes run to here.
    panel : (float, float)
        Ends of the axis.
    """

    edges: Mapping[str, tuple[float, float]]
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
    """Pieces of a word, each no wider than `width` and at least one character long."""
    pieces = [""]
    for character in word:
        if pieces[-1] and measure(pieces[-1] + character, pen) > width:
            pieces.append("")
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
    """
    left = [column for column in layout.columns if column.side == "left"]
    right = [column for column in layout.columns if column.side == "right"]
    widths = {column.key: _width(column, layout, measure) for column in layout.columns}
    spanner_lines = _widen_for_spanners(left, widths, measure)
    left_width = sum(widths.values()) - sum(widths[c.key] for c in right) + _gaps(left)
    widths[left[0].key] += max(0.0, _note_width(layout, measure) - left_width)
    edges: dict[str, tuple[float, float]] = {}
    text_right = _place(left, widths, style.MARGIN, edges)
    panel = (text_right + style.PANEL_GAP, text_right + style.PANEL_GAP + style.PANEL)
    end = _place(right, widths, panel[1] + style.PANEL_GAP, edges)
    spanners = tuple(
        Spanner(lines=lines, left=edges[first][0], right=edges[last][1])
        for (first, last), lines in spanner_lines.items()
    )
    return Frame(edges=edges, spanners=spanners, text_right=text_right, panel=panel, width=end + style.MARGIN)


def _width(column: Column, layout: ForestLayout, measure: Measure) -> float:
    """Width of the widest text in a column."""
    header = measure(column.header, style.BOLD)
    if column.key == "label":
        return max(header, _label_width(layout.rows, measure))
    cells = [
        measure(row.cells[column.key], style.BOLD if row.is_summary else style.BODY)
        for row in layout.rows
        if column.key in row.cells
    ]
    return max([header, *cells])


def _label_width(rows: tuple[ForestRow, ...], measure: Measure) -> float:
    """Room for the study labels as far as they are not too long; summaries rather wrap."""
    studies = [
        measure(f"{row.label} {row.mark}".strip(), style.BODY) + (style.INDENT if row.group else 0.0)
        for row in rows
        if row.kind == "study"
    ]
    widest = min(max(studies, default=0.0), style.MAX_LABEL)
    summaries = [
        measure(row.label, style.BOLD) + (style.INDENT if row.group else 0.0)
        for row in rows
        if row.is_summary
    ]
    return max(widest, min(max(summaries, default=0.0), style.MAX_SUMMARY_LABEL))


def _note_width(layout: ForestLayout, measure: Measure) -> float:
    """Room that notes and group headings ask for; beyond it they wrap."""
    notes = [
        measure(row.label, style.NOTE) + (style.INDENT if row.group else 0.0) + 1.0
        for row in layout.rows
        if row.kind == "note"
    ]
    groups = [measure(row.label, style.BOLD) for row in layout.rows if row.kind == "group"]
    return min(max([*notes, *groups], default=0.0), style.MAX_NOTE)


def _widen_for_spanners(
    columns: list[Column], widths: dict[str, float], measure: Measure
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Lines of each spanner; columns that are too narrow for theirs grow evenly."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    runs = [list(run) for _, run in groupby(columns[1:], key=lambda column: column.spanner or column.key)]
    for members in runs:
        if not members[0].spanner:
            continue
        span = sum(widths[column.key] for column in members) + _gaps(members)
        lines = wrap(members[0].spanner, max(span, style.MAX_SPANNER), style.BOLD, measure)
        missing = max(measure(line, style.BOLD) for line in lines) - span
        for column in members:
            widths[column.key] += max(0.0, missing) / len(members)
        found[members[0].key, members[-1].key] = lines
    return found


def _gap_before(column: Column) -> float:
    """Columns that are read together stand close."""
    if column.key == "ci":
        return style.PAIR_GAP * 0.75
    return style.PAIR_GAP if column.key.startswith("n_") else style.GAP


def _gaps(columns: list[Column]) -> float:
    return sum(_gap_before(column) for column in columns[1:])


def _place(
    columns: list[Column], widths: Mapping[str, float], start: float, edges: dict[str, tuple[float, float]]
) -> float:
    """Put columns side by side from `start`; return the right end of the last."""
    x = start
    for i, column in enumerate(columns):
        x += _gap_before(column) if i else 0.0
        edges[column.key] = (x, x + widths[column.key])
        x += widths[column.key]
    return x
