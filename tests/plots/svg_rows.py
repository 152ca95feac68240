"""What an SVG shows, row by row, in the units of its axis: read back without the drawing code."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from metasyn.plots import svg_text
from metasyn.plots.model import ForestLayout

NS = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, kw_only=True)
class DrawnRow:
    """One `<g class="row ...">`: its texts and where its marks stand on the natural scale."""

    kind: str
    number: int
    index: int | None
    texts: tuple[str, ...]
    estimate: float | None
    low: float | None
    high: float | None


def drawn_rows(layout: ForestLayout) -> tuple[DrawnRow, ...]:
    """All rows of the figure, from top to bottom."""
    root = ET.fromstring(svg_text(layout, "f"))
    rows = [group for group in root.iter(f"{NS}g") if "row" in group.get("class", "").split()]
    return tuple(_row(group, root) for group in rows)


def _row(group: ET.Element, root: ET.Element) -> DrawnRow:
    marks = {_last(item.get("id", "")): item for item in group.iter() if item.tag != f"{NS}text"}
    estimate = low = high = None
    if "diamond" in marks:
        points = sorted(_points(marks["diamond"]))
        low, high = points[0][0], points[-1][0]
        top = min(y for _, y in points)
        estimate = next(x for x, y in points if y == top)
    elif "point" in marks:
        xs = [x for x, _ in _points(marks["point"])]
        estimate = (min(xs) + max(xs)) / 2
    if "ci" in marks:
        low, high = float(marks["ci"].get("x1", "")), float(marks["ci"].get("x2", ""))
    index = group.get("data-index")
    return DrawnRow(
        kind=group.get("class", "").split()[1],
        number=int(group.get("data-row", "")),
        index=None if index is None else int(index),
        texts=tuple("".join(text.itertext()) for text in group.iter(f"{NS}text")),
        estimate=_natural(estimate, root),
        low=_natural(low, root),
        high=_natural(high, root),
    )


def _last(name: str) -> str:
    return name.rpartition("-")[2]


def _points(item: ET.Element) -> list[tuple[float, float]]:
    pairs = (pair.split(",") for pair in item.get("points", "").split())
    return [(float(x), float(y)) for x, y in pairs]


def _natural(x: float | None, root: ET.Element) -> float | None:
    """Points to the natural scale, by the axis that the figure itself states."""
    if x is None:
        return None
    low, high, left, right = (float(root.get(f"data-{key}", "")) for key in ("low", "high", "left", "right"))
    share = (x - left) / (right - left)
    if root.get("data-scale") == "log":
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    return low + share * (high - low)


def mismatches(layout: ForestLayout, *, rel: float = 2e-4) -> Iterator[str]:
    """Every row whose label, cells or marks in the figure are not those of the layout."""
    drawn = {row.number: row for row in drawn_rows(layout)}
    wanted = {n: row for n, row in enumerate(layout.rows) if row.kind != "rule"}
    if drawn.keys() != wanted.keys():
        yield f"rows {sorted(drawn)} drawn, {sorted(wanted)} given"
        return
    keys = [column.key for column in layout.columns[1:]]
    for n, row in wanted.items():
        seen = drawn[n]
        words = " ".join(seen.texts).split()
        cells = [row.cells[key] for key in keys if row.cells.get(key)]
        if " ".join([row.label, row.mark, *cells]).split() != words or seen.kind != row.kind:
            yield f"row {n}: {words} drawn"
        if seen.index != row.index:
            yield f"row {n}: index {seen.index}"
        if row.estimate is None or not layout.axis.contains(row.estimate):
            continue
        if seen.estimate is None or not math.isclose(seen.estimate, row.estimate, rel_tol=rel, abs_tol=1e-4):
            yield f"row {n}: mark at {seen.estimate}, estimate {row.estimate}"
        if row.interval is None:
            continue
        ends = max(row.interval.low, layout.axis.low), min(row.interval.high, layout.axis.high)
        for got, end in zip((seen.low, seen.high), ends, strict=True):
            if got is None or not math.isclose(got, end, rel_tol=rel, abs_tol=1e-4):
                yield f"row {n}: interval end at {got}, not {end}"
