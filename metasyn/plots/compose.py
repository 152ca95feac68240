"""From a layout to a scene: header, rows, axis and footnotes from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from metasyn.plots import style
from metasyn.plots.columns import Frame, arrange_columns, wrap
from metasyn.plots.marks import Panel, row_marks
from metasyn.plots.model import ForestLayout, ForestRow
from metasyn.plots.scene import Item, Line, Measure, Pen, Scene, Text

__all__ = ["compose"]


def compose(layout: ForestLayout, measure: Measure) -> Scene:
    """Give every text, line and shape of a forest plot its place.

    Parameters
    ----------
    layout : ForestLayout
    measure : callable
        Width in points of a text in some pen.

    Returns
    -------
    Scene
        Sizes follow from the content: text has the same size with one row and with sixty.
    """
    frame = arrange_columns(layout, measure)
    panel = Panel(axis=layout.axis, left=frame.panel[0], right=frame.panel[1])
    inner = frame.width - 2 * style.MARGIN
    title, y = _title(layout, inner, measure)
    header, top = _header(layout, frame, y)
    rows, bottom, overall = _rows(layout, frame, panel, top, measure)
    lines = _vertical_lines(layout, panel, top, bottom, overall)
    axis, y = _axis(layout, frame, panel, bottom, measure)
    notes, y = _footnotes(layout, inner, y, measure)
    items = (*title, *header, *lines, *rows, *axis, *notes)
    return Scene(width=frame.width, height=y + style.MARGIN, items=items)


def _stack(
    lines: Iterable[str],
    x: float,
    y: float,
    pen: Pen,
    gid: str,
    align: Literal["left", "center", "right"] = "left",
) -> Iterator[Text]:
    """Lines of text below each other; all but the first get a number in their id."""
    for i, line in enumerate(lines):
        name = f"{gid}-{i}" if i else gid
        yield Text(x=x, y=y + i * pen.leading, text=line, pen=pen, align=align, gid=name)


def _title(layout: ForestLayout, width: float, measure: Measure) -> tuple[list[Item], float]:
    if not layout.title:
        return [], style.MARGIN
    lines = wrap(layout.title, width, style.TITLE, measure)
    first = style.MARGIN + style.TITLE.size
    items: list[Item] = list(_stack(lines, style.MARGIN, first, style.TITLE, "title"))
    return items, first + (len(lines) - 1) * style.TITLE.leading + 8.0


def _rule(frame: Frame, y: float, width: float, gid: str) -> Line:
    right = frame.width - style.MARGIN
    return Line(x0=style.MARGIN, y0=y, x1=right, y1=y, width=width, color=style.INK, gid=gid)


def _header(layout: ForestLayout, frame: Frame, y: float) -> tuple[list[Item], float]:
    """Column headings between two rules, spanning headings above them."""
    items: list[Item] = [_rule(frame, y, 1.4, "rule-top")]
    height = max((len(spanner.lines) for spanner in frame.spanners), default=0) * style.BOLD.leading
    underline = y + height + 7.0 if height else y
    for i, spanner in enumerate(frame.spanners):
        first = underline - 3.5 - (len(spanner.lines) - 1) * style.BOLD.leading
        middle = (spanner.left + spanner.right) / 2
        items += _stack(spanner.lines, middle, first, style.BOLD, f"spanner-{i}", "center")
        items.append(
            Line(
                x0=spanner.left,
                y0=underline,
                x1=spanner.right,
                y1=underline,
                width=0.7,
                color=style.INK,
                gid=f"spanner-{i}-line",
            )
        )
    baseline = underline + style.ROW / 2 + style.DROP + 1.5
    for column in layout.columns:
        x = frame.edges[column.key][0 if column.align == "left" else 1]
        items += _stack([column.header], x, baseline, style.BOLD, f"header-{column.key}", column.align)
    bottom = baseline + 6.5
    return [*items, _rule(frame, bottom, 0.9, "rule-header")], bottom + 3.0


def _rows(
    layout: ForestLayout, frame: Frame, panel: Panel, y: float, measure: Measure
) -> tuple[list[Item], float, float]:
    """All rows; also the bottom of the last and the middle of the overall diamond."""
    weights = [row.weight for row in layout.rows if row.kind == "study" and row.weight is not None]
    largest = max(weights, default=0.0)
    items: list[Item] = []
    overall = y
    for i, row in enumerate(layout.rows):
        name = f"row-{i}"
        if row.kind == "rule":
            items.append(_rule(frame, y + 4.0, 0.9, name))
            y += 8.0
            continue
        y += 5.0 if row.kind == "group" and i else 0.0
        lines, pen = _label(row, frame, measure)
        pitch = style.NOTE_ROW if row.kind == "note" else style.ROW
        middle = y + pitch / 2
        x = style.MARGIN + (style.INDENT if row.group and row.kind != "group" else 0.0)
        items += _stack(lines, x, middle + style.DROP, pen, f"{name}-label")
        items += _cells(row, layout, frame, middle + style.DROP, name)
        items += row_marks(row, panel, middle, name, largest)
        overall = middle if row.kind == "overall" else overall
        y += pitch + (len(lines) - 1) * pen.leading
    return items, y, overall


def _label(row: ForestRow, frame: Frame, measure: Measure) -> tuple[tuple[str, ...], Pen]:
    """The lines of the first column of a row and how they are written."""
    pen = style.NOTE if row.kind == "note" else style.BODY if row.kind == "study" else style.BOLD
    alone = row.kind in ("note", "group")
    right = frame.text_right if alone else frame.edges["label"][1]
    indent = style.INDENT if row.group and row.kind != "group" else 0.0
    text = f"{row.label} {row.mark}" if row.mark else row.label
    # Half a point keeps a text that just fits from wrapping by rounding.
    return wrap(text, right - style.MARGIN - indent + 0.5, pen, measure), pen


def _cells(row: ForestRow, layout: ForestLayout, frame: Frame, y: float, name: str) -> Iterator[Item]:
    pen = style.BOLD if row.is_summary else style.BODY
    for column in layout.columns[1:]:
        text = row.cells.get(column.key, "")
        if text:
            x = frame.edges[column.key][0 if column.align == "left" else 1]
            gid = f"{name}-cell-{column.key}"
            yield Text(x=x, y=y, text=text, pen=pen, align=column.align, gid=gid)


def _vertical_lines(
    layout: ForestLayout, panel: Panel, top: float, bottom: float, overall: float
) -> Iterator[Item]:
    """The line of no effect, and a dashed line through the overall estimate."""
    top -= 3.0
    if layout.axis.null is not None and layout.axis.contains(layout.axis.null):
        x = panel.x(layout.axis.null)
        yield Line(x0=x, y0=top, x1=x, y1=bottom + 4.0, width=0.9, color=style.NULL_LINE, gid="null")
    pooled = next((row.estimate for row in layout.rows if row.kind == "overall"), None)
    if pooled is not None and layout.axis.contains(pooled):
        x = panel.x(pooled)
        yield Line(x0=x, y0=top, x1=x, y1=overall, width=0.8, color=style.DIAMOND, dashed=True, gid="pooled")


def _axis(
    layout: ForestLayout, frame: Frame, panel: Panel, y: float, measure: Measure
) -> tuple[list[Item], float]:
    """The axis with ticks, its label, and what lies on either side of the null line."""
    y += 4.0
    items: list[Item] = [
        Line(x0=panel.left, y0=y, x1=panel.right, y1=y, width=0.9, color=style.INK, gid="axis")
    ]
    for i, tick in enumerate(layout.axis.ticks):
        x = panel.x(tick.value)
        items.append(Line(x0=x, y0=y, x1=x, y1=y + 3.5, width=0.9, color=style.INK, gid=f"tick-{i}"))
        items += _stack([tick.label], x, y + 12.5, style.TICK, f"tick-{i}-label", "center")
    y += 26.0
    middle = (panel.left + panel.right) / 2
    room = 2 * min(middle - style.MARGIN, frame.width - style.MARGIN - middle)
    lines = wrap(layout.axis.label, room, style.BODY, measure)
    items += _stack(lines, middle, y, style.BODY, "axis-label", "center")
    y += (len(lines) - 1) * style.BODY.leading + 3.0
    favours, y = _favours(layout, frame, panel, y, measure)
    return [*items, *favours], y


def _favours(
    layout: ForestLayout, frame: Frame, panel: Panel, y: float, measure: Measure
) -> tuple[list[Item], float]:
    """Texts left and right of the null line, wrapped where the page ends."""
    if layout.favours is None or layout.axis.null is None:
        return [], y
    x = panel.x(layout.axis.null)
    first = y + 10.5
    left = wrap(f"← {layout.favours[0]}", x - 7.0 - style.MARGIN, style.NOTE, measure)
    right = wrap(f"{layout.favours[1]} →", frame.width - style.MARGIN - x - 7.0, style.NOTE, measure)
    items: list[Item] = list(_stack(left, x - 7.0, first, style.NOTE, "favours-left", "right"))
    items += _stack(right, x + 7.0, first, style.NOTE, "favours-right")
    return items, first + (max(len(left), len(right)) - 1) * style.NOTE.leading + 2.0


def _footnotes(layout: ForestLayout, width: float, y: float, measure: Measure) -> tuple[list[Item], float]:
    """Remarks on rows, each beginning on its own line."""
    items: list[Item] = []
    y += 4.0 if layout.footnotes else 0.0
    for i, note in enumerate(layout.footnotes):
        lines = wrap(note, width, style.NOTE, measure)
        items += _stack(lines, style.MARGIN, y + 9.0, style.NOTE, f"footnote-{i}")
        y += len(lines) * style.NOTE.leading + 1.0
    return items, y
