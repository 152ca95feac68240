"""The lines of a forest plot that run through all rows, its axis, and what stands below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metasyn.plots.columns import wrap
from metasyn.plots.compose_header import favours_lines
from metasyn.plots.model import Tick
from metasyn.plots.scene import Item, Line
from metasyn.plots.stage import Stage, stack

__all__ = ["axis", "footnotes", "vertical_lines"]


def vertical_lines(stage: Stage, top: float, bottom: float, overall: float) -> Iterator[Item]:
    """The line of no effect, and a dashed line through the overall estimate where there is one such."""
    layout, panel, marks, unit = stage.layout, stage.panel, stage.theme.marks, stage.sizes.unit
    top -= 3.0 * unit
    if layout.axis.null is not None and layout.axis.contains(layout.axis.null):
        x = panel.x(layout.axis.null)
        end = bottom + 4.0 * unit
        yield Line(x0=x, y0=top, x1=x, y1=end, width=marks.null_width * unit, color="null", gid="null")
    overalls = [row.estimate for row in layout.rows if row.kind == "overall"]
    pooled = overalls[0] if len(overalls) == 1 else None
    if marks.pooled_line and pooled is not None and layout.axis.contains(pooled):
        x = panel.x(pooled)
        end = overall if _has_studies(stage) else bottom + 4.0 * unit
        yield Line(x0=x, y0=top, x1=x, y1=end, width=0.8 * unit, color="summary", dashed=True, gid="pooled")


def _has_studies(stage: Stage) -> bool:
    """Whether studies stand above the overall estimate, or other syntheses around it."""
    kinds = [row.kind for row in stage.layout.rows]
    return "study" in kinds[: kinds.index("overall")] or "alternative" not in kinds


def axis(stage: Stage, y: float) -> tuple[list[Item], float]:
    """The axis with ticks, its label, and what lies on either side of the null line."""
    layout, panel, sizes, unit = stage.layout, stage.panel, stage.sizes, stage.sizes.unit
    y += 4.0 * unit
    items: list[Item] = [
        Line(x0=panel.left, y0=y, x1=panel.right, y1=y, width=0.9 * unit, color="ink", gid="axis")
    ]
    named = set(_readable(stage))
    for i, tick in enumerate(layout.axis.ticks):
        x = panel.x(tick.value)
        end = y + 3.5 * unit
        items.append(Line(x0=x, y0=y, x1=x, y1=end, width=0.9 * unit, color="ink", gid=f"tick-{i}"))
        if i in named:
            items += stack([tick.label], x, y + 12.5 * unit, sizes.tick, f"tick-{i}-label", "center")
    y += 15.0 * unit
    if layout.axis.label:
        y += 11.0 * unit
        middle = (panel.left + panel.right) / 2
        room = 2 * min(middle - sizes.margin, stage.right - middle)
        lines = wrap(layout.axis.label, room, sizes.body, stage.measure)
        items += stack(lines, middle, y, sizes.body, "axis-label", "center")
        y += (len(lines) - 1) * sizes.body.leading + 3.0 * unit
    favours, y = _favours(stage, y)
    return [*items, *favours], y


def _readable(stage: Stage) -> list[int]:
    """Ticks with room for their numbers: all, else every other one and so on, with that of no effect."""
    ticks = stage.layout.axis.ticks
    anchor = next((i for i, tick in enumerate(ticks) if tick.value == stage.layout.axis.null), 0)
    for step in range(1, len(ticks) + 1):
        kept = [i for i in range(len(ticks)) if i % step == anchor % step]
        if _apart(stage, [ticks[i] for i in kept]):
            return kept
    return [anchor]


def _apart(stage: Stage, ticks: Iterable[Tick]) -> bool:
    """Whether the numbers of these ticks do not touch."""
    space = 3.0 * stage.sizes.unit
    end = float("-inf")
    for tick in ticks:
        x, half = stage.panel.x(tick.value), stage.measure(tick.label, stage.sizes.tick) / 2
        if x - half < end + space:
            return False
        end = x + half
    return True


def _favours(stage: Stage, y: float) -> tuple[list[Item], float]:
    """Texts left and right of the null line, wrapped where the page ends."""
    if stage.theme.marks.favours_at != "bottom":
        return [], y
    pen, unit = stage.sizes.note, stage.sizes.unit
    found = favours_lines(stage, pen, stage.sizes.margin, stage.right)
    if found is None:
        return [], y
    left, right, x = found
    first = y + 10.5 * unit
    items: list[Item] = list(stack(left, x - 7.0 * unit, first, pen, "favours-left", "right"))
    items += stack(right, x + 7.0 * unit, first, pen, "favours-right")
    return items, first + (max(len(left), len(right)) - 1) * pen.leading + 2.0 * unit


def footnotes(stage: Stage, notes: Iterable[tuple[int, str]], y: float) -> tuple[list[Item], float]:
    """Remarks on rows, each beginning on its own line."""
    items: list[Item] = []
    notes, pen, unit = tuple(notes), stage.sizes.note, stage.sizes.unit
    y += 4.0 * unit if notes else 0.0
    for i, note in notes:
        lines = wrap(note, stage.inner, pen, stage.measure)
        items += stack(lines, stage.sizes.margin, y + 9.0 * unit, pen, f"footnote-{i}")
        y += len(lines) * pen.leading + 1.0 * unit
    return items, y
