"""Syntheses for charts, and a reader that turns a drawn chart back into numbers."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from forest_builders import BCG, bcg_effects

from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.plots import ChartLayout, Density, posterior_layout, svg_text
from metasyn.synthesis import SynthesisResult, pool
from metasyn.values import Interval

SVG = "{http://www.w3.org/2000/svg}"
# Degrees of latitude of the thirteen trials: Berkey et al. 1995, 10.1002/sim.4780140406.
LATITUDE = (44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)


def bcg(measure: str = "RR", **options: object) -> SynthesisResult:
    """The thirteen trials, pooled by the package."""
    effects = EffectSet(measure=get_measure(measure), effects=bcg_effects(), outcome="Tuberculosis")
    return pool(effects, **options)  # type: ignore[arg-type]


def made_up(k: int, measure: str = "HR", **options: object) -> SynthesisResult:
    """Made-up studies without any random numbers."""
    yi = [0.5 * math.sin(1.7 * i) - 0.2 for i in range(k)]
    vi = [0.01 + 0.03 * (i % 11) ** 1.5 / 5 for i in range(k)]
    labels = [f"Trial {i + 1}" for i in range(k)]
    return pool(yi=yi, vi=vi, labels=labels, measure=measure, **options)  # type: ignore[arg-type]


def bcg_risks() -> list[tuple[float, float]]:
    """Risk without and with vaccine."""
    return [(c / n2, a / n1) for _, a, n1, c, n2, _ in BCG]


def number(text: str) -> float:
    """A tick label as a number: `−0.5`, `2×10⁻⁷`."""
    text = text.replace("\N{MINUS SIGN}", "-").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    digits, _, power = text.partition("×10")
    return float(digits) * math.pow(10.0, float(power or 0))


def same(value: float) -> float:
    return value


@dataclass(frozen=True)
class Chart:
    """Elements of a drawn chart by id."""

    found: dict[str, ET.Element]

    @classmethod
    def of(cls, layout: ChartLayout) -> Chart:
        root = ET.fromstring(svg_text(layout, "c"))
        return cls({e.get("id", "").removeprefix("c-"): e for e in root.iter() if e.get("id")})

    def ids(self, beginning: str) -> list[str]:
        return [name for name in self.found if name.startswith(beginning)]

    def text(self, name: str) -> str:
        return "".join(self.found[name].itertext())

    def centre(self, name: str) -> tuple[float, float]:
        """Middle of a circle, centre of gravity of the corners of a mark."""
        element = self.found[name]
        if element.tag == f"{SVG}circle":
            return float(element.get("cx", "")), float(element.get("cy", ""))
        corners = self.corners(name)
        return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)

    def corners(self, name: str) -> list[tuple[float, float]]:
        element = self.found[name]
        if element.tag == f"{SVG}line":
            return [(float(element.get(f"x{i}", "")), float(element.get(f"y{i}", ""))) for i in (1, 2)]
        pairs = element.get("points", "").split()
        return [(float(x), float(y)) for x, y in (pair.split(",") for pair in pairs)]

    def area(self, name: str) -> float:
        """Of a mark, in square points."""
        element = self.found[name]
        if element.tag == f"{SVG}circle":
            return math.pi * float(element.get("r", "")) ** 2
        corners = self.corners(name)
        pairs = zip(corners, corners[1:] + corners[:1], strict=True)
        return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2

    def ruler(
        self, panel: str, axis: str, scale: Callable[[float], float] = same, unit: float = 1.0
    ) -> Callable[[float], float]:
        """From points on the page to values on a scale, by the first and last tick with a label."""
        place = 0 if axis == "x" else 1
        ticks = []
        for name in self.ids(f"{panel}-{axis}-tick-"):
            if name.endswith("-label"):
                line = self.corners(name.removesuffix("-label"))
                ticks.append((line[0][place], scale(unit * number(self.text(name)))))
        (p0, v0), (p1, v1) = min(ticks), max(ticks)
        return lambda point: v0 + (point - p0) / (p1 - p0) * (v1 - v0)

    def length(self, panel: str, axis: str, ruler: Callable[[float], float]) -> float:
        """Of an axis, in values."""
        group = self.found[panel]
        ends = ("left", "right") if axis == "x" else ("top", "bottom")
        return abs(
            ruler(float(group.get(f"data-{ends[1]}", ""))) - ruler(float(group.get(f"data-{ends[0]}", "")))
        )


def assert_points(
    chart: Chart,
    panel: str,
    series: str,
    expected: list[tuple[float, float]] | dict[int, tuple[float, float]],
    *,
    scale_x: Callable[[float], float] = same,
    scale_y: Callable[[float], float] = same,
    unit_x: float = 1.0,
    unit_y: float = 1.0,
) -> None:
    """Every mark lies where its study is, to 1e-4 of the axes; `expected` is by index of the study."""
    x, y = chart.ruler(panel, "x", scale_x, unit_x), chart.ruler(panel, "y", scale_y, unit_y)
    wide, high = chart.length(panel, "x", x), chart.length(panel, "y", y)
    by_index = expected if isinstance(expected, dict) else dict(enumerate(expected))
    seen = []
    for name in chart.ids(f"{panel}-{series}-"):
        if name.endswith("-mark"):
            index = int(chart.found[name.removesuffix("-mark")].get("data-index", "-1"))
            seen.append(index)
            at = chart.centre(name)
            wanted = by_index[index]
            assert abs(x(at[0]) - scale_x(wanted[0])) < 1e-4 * wide
            assert abs(y(at[1]) - scale_y(wanted[1])) < 1e-4 * high
    assert sorted(seen) == sorted(by_index)


def assert_areas(chart: Chart, beginning: str, weights: np.ndarray) -> None:
    """Areas of the marks are proportional to the weights of their studies."""
    names = [name for name in chart.ids(beginning) if name.endswith("-mark")]
    index = [int(chart.found[name.removesuffix("-mark")].get("data-index", "")) for name in names]
    shares = np.array([chart.area(name) for name in names]) / weights[index]
    assert shares / shares.mean() == pytest.approx(np.ones(len(names)), rel=2e-4)


def grid_posterior(result: SynthesisResult) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """mu, its density, tau, its density: flat prior of mu, half-normal(0.5) of tau, by brute force."""
    mu, tau = np.linspace(-2.2, 0.8, 241), np.linspace(0, 2, 161)
    m, t = np.meshgrid(mu, tau, indexing="ij")
    total = -0.5 * (t / 0.5) ** 2
    for y, v in zip(result.effects.yi, result.effects.vi, strict=True):
        total = total - 0.5 * np.log(v + t**2) - 0.5 * (y - m) ** 2 / (v + t**2)
    p = np.exp(total - total.max())
    p_mu, p_tau = p.sum(axis=1), p.sum(axis=0)
    return mu, p_mu / (p_mu.sum() * (mu[1] - mu[0])), tau, p_tau / (p_tau.sum() * (tau[1] - tau[0]))


def posterior() -> ChartLayout:
    """The posterior of the thirteen trials, by brute force."""
    mu, p_mu, tau, p_tau = grid_posterior(bcg())
    prior = np.sqrt(2 / math.pi) / 0.5 * np.exp(-2 * tau**2)
    return posterior_layout(
        Density(values=mu, density=p_mu, centre=-0.71, interval=Interval(-1.08, -0.35)),
        Density(values=tau, density=p_tau, centre=0.55, interval=Interval(0.34, 0.9), prior=prior),
        measure="RR",
    )
