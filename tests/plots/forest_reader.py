"""Reads a drawn forest plot back: labels, coordinates, and the values that its axis gives them."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.plots import figure_pages, svg_text
from metasyn.plots.forest_words import clean_text
from metasyn.plots.model import ForestLayout
from metasyn.synthesis.model import SynthesisResult

SVG = "{http://www.w3.org/2000/svg}"
# Coordinates have four decimals; two of them make a length, and the axis is read from two ticks.
ERROR = 3e-4


@dataclass
class Drawing:
    """Elements of an SVG by id, and the axis recovered from its ticks."""

    root: ET.Element
    elements: dict[str, ET.Element]
    log: bool
    _ends: tuple[tuple[float, float], tuple[float, float]] | None = None

    @classmethod
    def read(cls, layout: ForestLayout) -> Drawing:
        return cls.of(svg_text(layout, "f"), layout, "f")

    @classmethod
    def of(cls, svg: str | bytes, layout: ForestLayout, prefix: str) -> Drawing:
        root = ET.fromstring(svg)
        named = [(e.get("id", ""), e) for e in root.iter() if e.get("id")]
        assert len(dict(named)) == len(named)
        elements = {name.removeprefix(f"{prefix}-"): e for name, e in named}
        return cls(root, elements, layout.axis.scale == "log")

    def points(self, gid: str) -> list[tuple[float, float]]:
        """Corners of a polygon, or the ends of a line."""
        element = self.elements[gid]
        if element.tag == f"{SVG}line":
            return [(self._number(gid, f"x{i}"), self._number(gid, f"y{i}")) for i in (1, 2)]
        assert element.tag in (f"{SVG}polygon", f"{SVG}polyline")
        pairs = (pair.split(",") for pair in element.get("points", "").split())
        return [(float(x), float(y)) for x, y in pairs]

    def _number(self, gid: str, attribute: str) -> float:
        return float(self.elements[gid].get(attribute, "nan"))

    def text(self, gid: str) -> str:
        """The lines of a text in one."""
        names = [gid, *(f"{gid}-{i}" for i in range(1, 40))]
        lines = [self.elements[name] for name in names if name in self.elements]
        assert all(line.tag == f"{SVG}text" for line in lines)
        return " ".join((line.text or "").strip() for line in lines)

    def axis_ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """First and last labelled tick: position and the value its label says."""
        if self._ends is None:
            ticks = [f"tick-{i}" for i in range(9) if f"tick-{i}-label" in self.elements]
            ends = [(self.points(g)[0][0], self.value_of(self.text(f"{g}-label"))) for g in ticks]
            self._ends = min(ends), max(ends)
        return self._ends

    @staticmethod
    def value_of(text: str) -> float:
        """A number as printed."""
        return float(text.replace("−", "-").replace("·", "."))

    def x(self, gid: str) -> float:
        return self._number(gid, "x")

    def baseline(self, gid: str) -> float:
        return self._number(gid, "y")

    def length(self) -> float:
        """Of the axis, in points."""
        (left, _), (right, _) = self.points("axis")
        return right - left

    def fraction(self, x: float) -> float:
        """Position along the axis line, 0 to 1."""
        return (x - self.points("axis")[0][0]) / self.length()

    def value(self, x: float, unit: float) -> float:
        """The natural value at x, from the first and last tick as labelled."""
        (x0, v0), (x1, v1) = self.axis_ends()
        if self.log:
            return math.exp(math.log(v0) + (x - x0) / (x1 - x0) * (math.log(v1) - math.log(v0)))
        return unit * (v0 + (x - x0) / (x1 - x0) * (v1 - v0))

    def fill(self, gid: str) -> str:
        return self.elements[gid].get("fill", "")


def assert_at(drawing: Drawing, x: float, value: float, unit: float, layout: ForestLayout) -> None:
    """A coordinate is where the axis puts a value."""
    (x0, _), (x1, _) = drawing.axis_ends()
    stretch = max(1.0, drawing.length() / (x1 - x0))
    found = layout.axis.fraction(drawing.value(x, unit))
    tolerance = stretch * ERROR / drawing.length()
    assert found == pytest.approx(layout.axis.fraction(value), abs=tolerance)


def check_rows(result: SynthesisResult, layout: ForestLayout) -> Drawing:
    """Every study once, its label, square and interval on one height, at the values of its effect."""
    drawing = Drawing.read(layout)
    assert sorted(check_drawing(result, layout, drawing)) == list(range(result.k))
    return drawing


def check_pages(result: SynthesisResult, layout: ForestLayout) -> list[Drawing]:
    """The same over all pages together."""
    pages = [Drawing.of(svg, layout, "figure") for svg in figure_pages(layout, "svg")]
    seen = [index for page in pages for index in check_drawing(result, layout, page)]
    assert sorted(seen) == list(range(result.k))
    return pages


def check_drawing(result: SynthesisResult, layout: ForestLayout, drawing: Drawing) -> list[int]:
    """Compare every study row of one picture with its effect; return which effects were seen."""
    seen = []
    heights = [-1.0]
    for i, row in enumerate(layout.rows):
        if f"row-{i}" not in drawing.elements:
            continue
        group = drawing.elements[f"row-{i}"]
        if row.kind != "study":
            continue
        assert row.index is not None
        assert (group.get("data-row"), group.get("data-index")) == (str(i), str(row.index))
        assert group.get("class") == "row study"
        seen.append(row.index)
        heights.append(_check_study(result, layout, drawing, i))
        assert heights[-1] > heights[-2]
    return seen


def _check_study(result: SynthesisResult, layout: ForestLayout, drawing: Drawing, i: int) -> float:
    """One row: its texts, its square, its interval and their height."""
    row, measure = layout.rows[i], result.effects.measure
    assert row.index is not None
    effect = result.effects.effects[row.index]
    unit = 0.01 if measure.family == "proportion" else 1.0
    shown = drawing.text(f"row-{i}-label").replace(" ", "")
    assert shown == (clean_text(effect.label) + row.mark).replace(" ", "")
    estimate = natural_estimate(effect, measure)
    interval = natural_interval(effect, measure, result.request.level)
    ends = drawing.points(f"row-{i}-ci")
    y = ends[0][1]
    assert drawing.baseline(f"row-{i}-label") == pytest.approx(y + layout.theme.sizes.drop, abs=ERROR)
    for column in layout.columns[1:]:
        if row.cells.get(column.key):
            assert drawing.text(f"row-{i}-cell-{column.key}") == row.cells[column.key]
            assert drawing.baseline(f"row-{i}-cell-{column.key}") == drawing.baseline(f"row-{i}-label")
    _check_point(drawing, layout, i, estimate, unit, y)
    for (end, height), bound in zip(ends, (interval.low, interval.high), strict=True):
        assert height == pytest.approx(y, abs=ERROR)
        assert_at(drawing, end, min(max(bound, layout.axis.low), layout.axis.high), unit, layout)
    arrows = [f"row-{i}-ci-arrow-{side}" in drawing.elements for side in ("low", "high")]
    assert arrows == [interval.low < layout.axis.low, interval.high > layout.axis.high]
    return y


def _check_point(
    drawing: Drawing, layout: ForestLayout, i: int, estimate: float, unit: float, y: float
) -> None:
    """The square, or the arrow in its place."""
    if not layout.axis.contains(estimate):
        side = "low" if estimate < layout.axis.low else "high"
        assert f"row-{i}-point-arrow-{side}" in drawing.elements
        assert f"row-{i}-point" not in drawing.elements
        return
    x, middle = centre(drawing.points(f"row-{i}-point"))
    assert middle == pytest.approx(y, abs=ERROR)
    assert_at(drawing, x, estimate, unit, layout)


def centre(corners: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Middle of the four corners of a square."""
    assert len(corners) == 4
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4
