"""One simulated trial, its figures worked out from the individual times and printed to many digits.

What a log-rank test prints determines one estimate, whichever figures of it are known; routes by an
approximation are near it. The individual times go through nothing of metasyn but the Cox regression,
which is held to R elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from metasyn.effects import Effect, standardise
from metasyn.effects.survival.cox import cox_hazard_ratio
from tests.effects.conftest import Builder

N = (3000, 2000)
WEEKS_PER_MONTH = 30.4375 / 7
A, B = "oak.drug", "oak.placebo"
MANY = {"decimals": 9}


def simulated() -> list[tuple[np.ndarray, np.ndarray]]:
    """Times in months and events: exponential with hazards 0.07 and 0.10, censored from 6 to 30 months."""
    rng = np.random.default_rng(20071998)
    arms = []
    for n, hazard in zip(N, (0.07, 0.10), strict=True):
        died, left = rng.exponential(1 / hazard, n), rng.uniform(6, 30, n)
        arms.append((np.minimum(died, left), (died <= left).astype(float)))
    return arms


def log_rank(arms: list[tuple[np.ndarray, np.ndarray]]) -> tuple[list[int], list[float], float]:
    """Observed and expected events and V, by the sums over the times of events; no ties."""
    at = np.sort(np.concatenate([t[d == 1] for t, d in arms]))
    n_1, n_2 = (np.array([(t >= x).sum() for x in at], dtype=float) for t, _ in arms)
    share = n_1 / (n_1 + n_2)
    observed = [int(d.sum()) for _, d in arms]
    return observed, [float(share.sum()), float((1 - share).sum())], float((share * (1 - share)).sum())


def kaplan_meier(t: np.ndarray, d: np.ndarray, at: float) -> tuple[float, float, int]:
    """Survival at a time, its standard error by Greenwood, and the number at risk."""
    times = np.sort(t[(d == 1) & (t <= at)])
    n = np.array([(t >= x).sum() for x in times], dtype=float)
    survival = float(np.prod(1 - 1 / n))
    return survival, survival * math.sqrt(float((1 / (n * (n - 1))).sum())), int((t >= at).sum())


def median(t: np.ndarray, d: np.ndarray) -> float:
    order = np.sort(t[d == 1])
    n = np.array([(t >= x).sum() for x in order], dtype=float)
    return float(order[np.argmax(np.cumprod(1 - 1 / n) <= 0.5)])


@cache
def figures() -> Mapping[str, Any]:
    arms = simulated()
    o, e, v = log_rank(arms)
    z = (o[0] - e[0]) / math.sqrt(v)
    yi, vi = cox_hazard_ratio(*arms[0], *arms[1])
    return {
        "O": o, "E": e, "V": v, "z": z, "cox": (yi, vi),
        "S": [kaplan_meier(t, d, 12.0) for t, d in arms],
        "median": [median(t, d) for t, d in arms],
    }  # fmt: skip


def printed(*, turned: bool, one_sided: bool) -> Builder:
    """All figures; those of the comparison the other way round if `turned`."""
    f = figures()
    about, sign = (f"{B}|{A}", -1.0) if turned else (f"{A}|{B}", 1.0)
    fewer = {"fewer_events_in": "comparator" if turned else "cohort", "test": "log-rank"}
    p = float(norm.sf(abs(f["z"]))) * (1 if one_sided else 2)
    yi, vi = f["cox"]
    low, high = (math.exp(sign * yi + side * 1.6448536269514722 * math.sqrt(vi)) for side in (-1, 1))
    oak = Builder().trial(n=N)
    oak.row(about, "HR", math.exp(sign * yi), (low, high, 0.90), se=math.sqrt(vi), **MANY)
    oak.row(about, "O-E", sign * (f["O"][0] - f["E"][0]), **MANY).row(about, "V", f["V"], **MANY)
    oak.row(about, "chi-square", f["z"] ** 2, **MANY, **fewer)
    oak.row(about, "p", p=p, sided="one" if one_sided else "two", p_decimals=60, **fewer)
    oak.row(about, "events", sum(f["O"]), events=sum(f["O"]))
    for i, arm in enumerate((A, B)):
        survival, se, at_risk = f["S"][i]
        bounds = tuple(
            100 * survival ** math.exp(s * 1.96 * se / (survival * math.log(survival))) for s in (1, -1)
        )
        at_a_year = {"timepoint": "12 months"}
        oak.row(arm, "E", f["E"][i], **MANY).row(arm, "events", f["O"][i], events=f["O"][i], n=N[i])
        oak.row(arm, "survival", 100 * survival, tuple(sorted(bounds)), unit="percent", **MANY, **at_a_year)
        oak.row(arm, "at risk", at_risk, **at_a_year)
        weeks = i == 1
        oak.row(
            arm, "median", f["median"][i] * (WEEKS_PER_MONTH if weeks else 1.0),
            unit="weeks" if weeks else "months", **MANY,
        )  # fmt: skip
    return oak


def by(route: str, oak: Builder, *, sides: tuple[str, str] = ("drug", "placebo")) -> Effect:
    selection = oak.build().select(outcome="stroke", contrast=tuple({"arm": side} for side in sides))
    (effect,) = standardise(selection, measure="HR", prefer=[route]).effects
    assert effect.route.name == route
    return effect


EXACT = ("O-E and V", "O-E and chi-square", "O-E and p", "chi-square and V", "p and V")
# Routes with what their approximation may cost: of the estimate, and as a share of its standard error.
NEAR = {
    "ratio and interval": (1e-9, 1e-6),
    "ratio and standard error": (1e-9, 1e-9),
    "ratio and p": (1e-9, 0.03),
    "ratio and V": (1e-9, 0.05),
    "ratio and events": (1e-9, 0.03),
    "ratio, all events and allocation": (1e-9, 0.05),
    "O and E": (0.02, 0.05),
    "chi-square and events": (0.02, 0.03),
    "p and events": (0.02, 0.03),
    "chi-square, all events and allocation": (0.03, 0.05),
    "p, all events and allocation": (0.03, 0.05),
    "survival and interval": (0.06, 0.35),
    "survival and numbers at risk": (0.06, 0.5),
    "survival and n": (0.06, 0.35),
    "medians and p": (0.06, 0.2),
    "medians and events": (0.06, 0.05),
}


@pytest.mark.parametrize("route", EXACT)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("one_sided", [False, True])
def test_figures_of_one_log_rank_test_are_one_estimate(route: str, turned: bool, one_sided: bool) -> None:
    f = figures()
    effect = by(route, printed(turned=turned, one_sided=one_sided))
    assert (effect.yi, effect.vi) == pytest.approx(((f["O"][0] - f["E"][0]) / f["V"], 1 / f["V"]), rel=1e-6)
    assert effect.yi < -0.3


@pytest.mark.parametrize("route", NEAR)
def test_other_figures_of_the_trial_are_near_its_regression(route: str) -> None:
    yi, vi = figures()["cox"]
    away, share = NEAR[route]
    for turned in (False, True):
        effect = by(route, printed(turned=turned, one_sided=False))
        assert effect.yi == pytest.approx(yi, abs=away)
        assert effect.sei == pytest.approx(math.sqrt(vi), rel=share)


@pytest.mark.parametrize("route", [*EXACT, *NEAR])
def test_the_question_turned_round_negates_every_route(route: str) -> None:
    there = by(route, printed(turned=False, one_sided=False))
    back = by(route, printed(turned=False, one_sided=False), sides=("placebo", "drug"))
    assert (back.yi, back.vi) == pytest.approx((-there.yi, there.vi))
    assert there.rounding is not None
    assert back.rounding is not None
    assert back.rounding.yi.low - 1e-9 <= back.yi <= back.rounding.yi.high + 1e-9
    assert back.rounding.yi.low == pytest.approx(-there.rounding.yi.high, rel=1e-9)


def test_every_route_of_the_figures_is_offered() -> None:
    effect = by("ratio and interval", printed(turned=False, one_sided=False))
    assert {effect.route.name, *effect.other_routes} == {*EXACT, *NEAR}
