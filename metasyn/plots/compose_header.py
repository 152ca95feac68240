"""The top of a forest plot: title, headings of columns and panel, both sides of no effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metasyn.plots.columns import wrap
from metasyn.plots.scene import Item, Line, Pen
from metasyn.plots.stage import Stage, rule, stack

__all__ = ["favours_lines", "header", "title"]


def title(stage: Stage, suffix: str) -> tuple[list[Item], float]:
    """The title with what is added to it on later pages, and where the figure goes on."""
    sizes = stage.sizes
    words = f"{stage.layout.title} {suffix}".strip()
    if not words:
        return [], sizes.margin
    pen = sizes.title if stage.layout.title else sizes.note
    lines = wrap(words, stage.inner, pen, stage.measure)
    first = sizes.margin + pen.size
    items: list[Item] = list(stack(lines, sizes.margin, first, pen, "title"))
    return items, first + (len(lines) - 1) * pen.leading + 8.0 * sizes.unit


def header(stage: Stage, y: float) -> tuple[list[Item], float]:
    """Column headings between two rules, spanning headings above them, and where the rows begin."""
    sizes, frame, unit = stage.sizes, stage.frame, stage.sizes.unit
    items: list[Item] = [rule(stage, y, 1.4 * unit, "rule-top")]
    spanned = max((len(spanner.lines) for spanner in frame.spanners), default=0) * sizes.bold.leading
    lines = max(len(header) for header in frame.headers.values())
    block = (spanned + 7.0 * unit if spanned else 0.0) + lines * sizes.bold.leading
    above = _above_panel(stage)
    tall = max((len(block.lines) for block in above), default=0) * sizes.bold.leading
    underline = y + max(0.0, tall - block) + (spanned + 7.0 * unit if spanned else 0.0)
    items += _spanners(stage, underline)
    last = underline + sizes.row / 2 + sizes.drop + 1.5 * unit + (lines - 1) * sizes.bold.leading
    for column in stage.layout.columns:
        texts = frame.headers[column.key]
        x = frame.edges[column.key][0 if column.align == "left" else 1]
        first = last - (len(texts) - 1) * sizes.bold.leading
        items += stack(texts, x, first, sizes.bold, f"header-{column.key}", column.align)
    for text in above:
        first = last - (len(text.lines) - 1) * sizes.bold.leading
        items += stack(text.lines, text.x, first, sizes.bold, text.gid, text.align)
    bottom = last + 6.5 * unit
    return [*items, rule(stage, bottom, 0.9 * unit, "rule-header")], bottom + 3.0 * unit


def _spanners(stage: Stage, underline: float) -> list[Item]:
    """Headings above several columns, with a line under each."""
    sizes, items = stage.sizes, list[Item]()
    for i, spanner in enumerate(stage.frame.spanners):
        first = underline - 3.5 * sizes.unit - (len(spanner.lines) - 1) * sizes.bold.leading
        middle = (spanner.left + spanner.right) / 2
        items += stack(spanner.lines, middle, first, sizes.bold, f"spanner-{i}", "center")
        items.append(
            Line(
                x0=spanner.left,
                y0=underline,
                x1=spanner.right,
                y1=underline,
                width=0.7 * sizes.unit,
                color="ink",
                gid=f"spanner-{i}-line",
            )
        )
    return items


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Lines of text above the panel; they end with the column headings."""

    lines: tuple[str, ...]
    x: float
    gid: str
    align: Literal["left", "center", "right"]


def _above_panel(stage: Stage) -> tuple[_Block, ...]:
    """What stands above the panel: its heading, or what lies on either side of no effect."""
    sizes, layout, panel = stage.sizes, stage.layout, stage.panel
    if layout.panel_header:
        room = panel.right - panel.left + sizes.panel_gap
        parts = layout.panel_header.split("\n")
        lines = tuple(line for part in parts for line in wrap(part, room, sizes.bold, stage.measure))
        middle = (panel.left + panel.right) / 2
        return (_Block(lines=lines, x=middle, gid="panel-header", align="center"),)
    if stage.theme.marks.favours_at == "bottom":
        return ()
    reach, gap = sizes.panel_gap * 0.6, 5.0 * sizes.unit
    sides = favours_lines(stage, sizes.bold, panel.left - reach, panel.right + reach)
    if sides is None:
        return ()
    left, right, x = sides
    return (
        _Block(lines=left, x=x - gap, gid="favours-left", align="right"),
        _Block(lines=right, x=x + gap, gid="favours-right", align="left"),
    )


def favours_lines(
    stage: Stage, pen: Pen, left_end: float, right_end: float
) -> tuple[tuple[str, ...], tuple[str, ...], float] | None:
    """The texts on both sides of the null line, wrapped between the ends given, and where they meet.

    They meet at the line, or beside it where the longest word of one would not fit.
    """
    layout, gap = stage.layout, 7.0 * stage.sizes.unit
    if layout.favours is None or layout.axis.null is None:
        return None
    arrows = layout.favours
    if stage.theme.marks.favours_at == "bottom":
        arrows = (f"\N{LEFTWARDS ARROW}\xa0{arrows[0]}", f"{arrows[1]}\xa0\N{RIGHTWARDS ARROW}")
    words = (max(stage.measure(word, pen) for word in text.split(" ")) for text in arrows)
    first, last = (left_end + gap + next(words), right_end - gap - next(words))
    x = stage.panel.x(layout.axis.null)
    x = min(max(x, first), last) if first <= last else (first + last) / 2
    # A word that fits exactly is not cut for a rounding error.
    left = wrap(arrows[0], max(x - gap - left_end + 0.01, 4 * pen.size), pen, stage.measure)
    right = wrap(arrows[1], max(right_end - x - gap + 0.01, 4 * pen.size), pen, stage.measure)
    return left, right, x
