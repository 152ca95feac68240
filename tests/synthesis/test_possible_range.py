"""Intervals beyond what a measure can be are found, and no others."""

from __future__ import annotations

import pytest

from metasyn.effects.measure import MEASURES, get_measure
from metasyn.synthesis import pool
from metasyn.synthesis.possible_range import beyond_range, beyond_words
from metasyn.values import Interval, NotEstimable

NONE = NotEstimable("not asked for")


@pytest.mark.parametrize(
    ("measure", "low", "high", "found"),
    [
        ("PR", -0.01, 0.2, True),
        ("PR", 0.5, 1.02, True),
        ("PR", 0.0, 1.0, False),
        ("RD", -1.01, 0.0, True),
        ("RD", -0.3, 0.2, False),
        ("COR", 0.2, 1.1, True),
        ("IR", -0.1, 3.0, True),
        ("IR", 0.1, 30.0, False),
        ("MD", -1e6, 1e6, False),
        ("PLO", -50.0, 50.0, False),
        ("PAS", -0.2, 2.0, False),
        ("HR", -5.0, 5.0, False),
    ],
)
def test_which_intervals_reach_beyond(measure: str, low: float, high: float, found: bool) -> None:
    one, interval = get_measure(measure), Interval(low, high)
    assert [f.code for f in beyond_range(one, interval, NONE)] == ["interval-beyond-range"] * found
    assert [f.code for f in beyond_range(one, NONE, interval)] == ["prediction-beyond-range"] * found


@pytest.mark.parametrize(
    "measure", [one for one in MEASURES.values() if one.natural_range != (-float("inf"), float("inf"))]
)
def test_every_bounded_measure_has_words(measure: object) -> None:
    text = beyond_words(measure)  # type: ignore[arg-type]
    assert text.startswith("reaches ")
    assert "inf" not in text


def test_a_result_carries_the_finding() -> None:
    result = pool(yi=[0.02, 0.05, 0.30], vi=[0.0005, 0.001, 0.004], measure="PR", ci_method="hartung-knapp")
    assert {"interval-beyond-range", "prediction-beyond-range"} <= {f.code for f in result.findings}
    alone = pool(yi=[0.03], vi=[0.001], measure="PR")
    assert [f.code for f in alone.findings] == ["interval-beyond-range"]
    assert pool(yi=[0.03], vi=[0.0001], measure="PR").findings == ()
