"""From a layout to a scene: header, rows, axis and footnotes from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasyn.plots.columns import arrange_columns, count_below, wrap
from metasyn.plots.compose_axis import axis, footnotes, vertical_lines
from metasyn.plots.compose_header import header, title
from metasyn.plots.marks import Panel, row_marks
from metasyn.plots.model import Axis, ForestLayout, ForestRow
from metasyn.plots.scene import Group, Item, Measure, Pen, Scene, Text
from metasyn.plots.stage import Stage, rule, stack

__all__ = ["Page", "compose", "compose_page", "stage_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a layout on a page of their own.

    Attributes
    ----------
    rows : tuple of int
        Positions in `layout.rows`.
    number, total : int
        Which page of how many, from 1.
    continued : str
        Name of the group that began on an earlier page.
    """

    rows: tuple[int, ...]
    number: int = 1
    total: int = 1
    continued: str = ""


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
    return compose_page(stage_of(layout, measure), Page(rows=tuple(range(len(layout.rows)))))


def stage_of(layout: ForestLayout, measure: Measure) -> Stage:
    """Columns and panel of a layout; all its pages share them."""
    frame = arrange_columns(layout, measure)
    panel = Panel(
        axis=layout.axis,
        left=frame.panel[0],
        right=frame.panel[1],
        theme=layout.theme,
        pi_style=layout.pi_style,
    )
    return Stage(layout=layout, frame=frame, panel=panel, measure=measure)


def compose_page(stage: Stage, page: Page) -> Scene:
    """The scene of one page."""
    below = count_below(stage.layout) if page.number == page.total else 0
    inside, under = page.rows[: len(page.rows) - below], page.rows[len(page.rows) - below :]
    suffix = f"(page {page.number} of {page.total})" if page.total > 1 else ""
    heading, y = title(stage, suffix)
    head, top = header(stage, y)
    again, y = _continued(stage, page, top)
    rows, bottom, overall = _rows(stage, inside, y)
    lines = vertical_lines(stage, top, bottom, overall)
    scale, y = axis(stage, bottom)
    texts, y = _lines_below(stage, under, y)
    notes, y = footnotes(stage, _notes_of(stage.layout, page), y)
    items = (*heading, *head, *lines, *again, *rows, *scale, *texts, *notes)
    height = y + stage.sizes.margin
    data = _axis_data(stage.layout.axis, stage.panel)
    return Scene(width=stage.frame.width, height=height, items=items, data=data)


def _axis_data(axis: Axis, panel: Panel) -> dict[str, str]:
    """How natural values become points: what a page needs to move a mark, in digits machines agree on."""
    return {
        "scale": axis.scale,
        "low": f"{axis.low:.8g}",
        "high": f"{axis.high:.8g}",
        "left": f"{panel.left:.4f}",
        "right": f"{panel.right:.4f}",
    }


def _notes_of(layout: ForestLayout, page: Page) -> Iterator[tuple[int, str]]:
    """Footnotes of the page: those whose sign it shows, and on the last page those without rows."""
    signs = {row.mark for row in layout.rows if row.mark}
    here = {layout.rows[i].mark for i in page.rows}
    for i, note in enumerate(layout.footnotes):
        sign = note.partition(" ")[0]
        if sign in here or (sign not in signs and page.number == page.total):
            yield i, note


def _continued(stage: Stage, page: Page, y: float) -> tuple[list[Item], float]:
    """The name of a group that goes on from the page before."""
    if not page.continued:
        return [], y
    sizes = stage.sizes
    lines = wrap(f"{page.continued} (continued)", _text_room(stage), sizes.bold, stage.measure)
    first = y + sizes.row / 2 + sizes.drop
    items: list[Item] = list(stack(lines, sizes.margin, first, sizes.bold, "continued"))
    return items, y + sizes.row + (len(lines) - 1) * sizes.bold.leading


def _rows(stage: Stage, numbers: Sequence[int], y: float) -> tuple[list[Item], float, float]:
    """The rows; also the bottom of the last and the middle of the overall diamond (or the bottom)."""
    layout, sizes = stage.layout, stage.sizes
    weights = [row.weight for row in layout.rows if row.kind == "study" and row.weight is not None]
    largest = max(weights, default=0.0)
    items: list[Item] = []
    overall: float | None = None
    for i in numbers:
        row = layout.rows[i]
        if row.kind == "rule":
            items.append(rule(stage, y + 4.0 * sizes.unit, 0.9 * sizes.unit, f"row-{i}"))
            y += 8.0 * sizes.unit
            continue
        y += stage.theme.marks.group_gap * sizes.unit if row.kind == "group" and i != numbers[0] else 0.0
        lines, pen = _label(stage, row)
        pitch = _pitch(stage, row)
        middle = y + pitch / 2
        drawn = [*_row_texts(stage, row, i, lines, pen, middle)]
        drawn += row_marks(row, stage.panel, middle, f"row-{i}", largest)
        items.append(
            Group(items=tuple(drawn), gid=f"row-{i}", marks=("row", row.kind), data=_row_data(row, i))
        )
        overall = middle if row.kind == "overall" and overall is None else overall
        y += pitch + (len(lines) - 1) * pen.leading
    return items, y, y if overall is None else overall


def _pitch(stage: Stage, row: ForestRow) -> float:
    """Height of a row with one line of text."""
    sizes = stage.sizes
    if row.density:
        return sizes.density_row
    return sizes.note_row if row.kind == "note" and row.prediction is None else sizes.row


def _row_texts(
    stage: Stage, row: ForestRow, i: int, lines: tuple[str, ...], pen: Pen, middle: float
) -> Iterator[Item]:
    """Label and cells of a row."""
    sizes = stage.sizes
    y = middle + sizes.drop
    x = sizes.margin + (sizes.indent if row.group and row.kind != "group" else 0.0)
    yield from stack(lines, x, y, pen, f"row-{i}-label")
    bold = row.is_summary and row.kind != "alternative"
    for column in stage.layout.columns[1:]:
        text = row.cells.get(column.key, "")
        if text:
            edge = stage.frame.edges[column.key][0 if column.align == "left" else 1]
            mark = f"cell-{column.key}"
            yield Text(
                x=edge,
                y=y,
                text=text,
                pen=sizes.bold if bold else sizes.body,
                align=column.align,
                gid=f"row-{i}-{mark}",
                mark=mark,
            )


def _row_data(row: ForestRow, number: int) -> dict[str, str]:
    """Which row of the layout, and which study of the result, a group of marks is."""
    data = {"row": str(number)}
    if row.index is not None:
        data["index"] = str(row.index)
    return data


def _label(stage: Stage, row: ForestRow) -> tuple[tuple[str, ...], Pen]:
    """The lines of the first column of a row and how they are written."""
    sizes = stage.sizes
    plain = row.kind in ("study", "alternative")
    pen = sizes.note if row.kind == "note" else sizes.body if plain else sizes.bold
    alone = row.kind in ("note", "group")
    room = _text_room(stage) if alone else stage.frame.edges["label"][1] - sizes.margin
    indent = sizes.indent if row.group and row.kind != "group" else 0.0
    text = f"{row.label} {row.mark}" if row.mark else row.label
    # Half a point keeps a text that just fits from wrapping by rounding.
    return wrap(text, room - indent + 0.5, pen, stage.measure), pen


def _text_room(stage: Stage) -> float:
    """Room of texts that run across the columns left of the panel."""
    return stage.frame.text_right - stage.sizes.margin


def _lines_below(stage: Stage, numbers: Sequence[int], y: float) -> tuple[list[Item], float]:
    """The last lines of text where they have no room beside the panel: across the figure, under the axis."""
    items: list[Item] = []
    pen, sizes = stage.sizes.note, stage.sizes
    y += 3.0 * sizes.unit if numbers else 0.0
    for i in numbers:
        row = stage.layout.rows[i]
        lines = wrap(row.label, stage.inner, pen, stage.measure)
        texts = tuple(stack(lines, sizes.margin, y + 9.0 * sizes.unit, pen, f"row-{i}-label"))
        items.append(Group(items=texts, gid=f"row-{i}", marks=("row", row.kind), data=_row_data(row, i)))
        y += len(lines) * pen.leading + 1.0 * sizes.unit
    return items, y
