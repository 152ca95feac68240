"""Kaplan-Meier, log-rank and Cox from individual times: against R, and against their equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from metasyn.effects.survival.cox import cox_hazard_ratio
from metasyn.effects.survival.individual import kaplan_meier, log_rank, risk_sets
from metasyn.errors import OptionError
from metasyn.values import NotEstimable

Column = list[float]

# Remission of acute leukaemia in weeks, 6-mercaptopurine and placebo (Freireich 1963,
# 10.1182/blood.V21.6.699.699). Reference values: R 4.2.2, survival 3.5-3: coxph(ties=) to eps 1e-13,
# survdiff, survfit.
DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
DRUG_EVENTS = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TRIAL = (DRUG, DRUG_EVENTS, PLACEBO, [1] * 21)


@pytest.mark.parametrize(
    ("ties", "want"),
    [
        ("efron", (-1.57212514882907, 0.170071052777532)),
        ("breslow", (-1.50919141258588, 0.167743002962541)),
    ],
)
def test_cox_regression_is_that_of_r(ties: str, want: tuple[float, float]) -> None:
    assert cox_hazard_ratio(*TRIAL, ties=ties) == pytest.approx(want, rel=1e-12)  # type: ignore[arg-type]


# Remission of acute myelogenous leukaemia with and without maintenance: `aml` of R's survival
# (Miller 1997, Survival Analysis, ISBN 0471548286).
KEPT = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
KEPT_EVENTS = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
NOT_KEPT = [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
NOT_KEPT_EVENTS = [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("ties", "want"),
    [
        ("efron", (-0.915532575014773, 0.262076702095891)),
        ("breslow", (-0.904219723686211, 0.262397918537521)),
    ],
)
def test_cox_regression_of_censored_groups_is_that_of_r(ties: str, want: tuple[float, float]) -> None:
    found = cox_hazard_ratio(KEPT, KEPT_EVENTS, NOT_KEPT, NOT_KEPT_EVENTS, ties=ties)  # type: ignore[arg-type]
    assert found == pytest.approx(want, rel=1e-12)


def test_log_rank_is_that_of_r() -> None:
    test = log_rank(*TRIAL)
    found = (test.observed_1, test.expected_1, test.observed_2, test.expected_2, test.v, test.chi_square)
    want = (9, 19.2505009480311, 21, 10.7494990519689, 6.2569605736755, 16.7929409892165)
    assert found == pytest.approx(want, rel=1e-12)


def test_kaplan_meier_is_that_of_r() -> None:
    curve = kaplan_meier(DRUG, DRUG_EVENTS)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival[[0, 3, 6]] == pytest.approx(
        [0.857142857142857, 0.690196078431372, 0.448179271708683]
    )
    assert curve.se[[0, 3, 6]] == pytest.approx([0.0763603548321213, 0.1068147077750098, 0.1345914567557604])
    assert curve.median() == 23
    assert curve.at([0, 5.9, 6, 100]).tolist() == pytest.approx([1, 1, 6 / 7, 0.448179271708683])
    assert isinstance(kaplan_meier([3, 4], [0, 0]).median(), NotEstimable)


def efron_score(beta: float, trial: tuple[Column, Column, Column, Column]) -> float:
    """The score of the partial likelihood with Efron's ties, as its definition says, person by person."""
    people = [(t, d, 1.0) for t, d in zip(trial[0], trial[1], strict=True)]
    people += [(t, d, 0.0) for t, d in zip(trial[2], trial[3], strict=True)]
    total = 0.0
    for at in sorted({t for t, d, _ in people if d}):
        risk = [math.exp(beta * x) for t, _, x in people if t >= at]
        risk_x = [x * math.exp(beta * x) for t, _, x in people if t >= at]
        dead = [x for t, d, x in people if d and t == at]
        tied, tied_x = sum(math.exp(beta * x) for x in dead), sum(x * math.exp(beta * x) for x in dead)
        for j in range(len(dead)):
            part = j / len(dead)
            total -= (sum(risk_x) - part * tied_x) / (sum(risk) - part * tied)
        total += sum(dead)
    return total


def drawn(seed: int, n: int) -> tuple[Column, Column, Column, Column]:
    """Two groups with ties and censoring."""
    rng = np.random.default_rng(seed)

    def group(rate: float) -> tuple[Column, Column]:
        event, out = rng.exponential(1 / rate, n), rng.uniform(0, 2, n)
        return np.ceil(5 * np.minimum(event, out)).tolist(), (event <= out).astype(float).tolist()

    return *group(0.7), *group(1.0)


@pytest.mark.parametrize("seed", range(8))
def test_the_score_is_zero_and_its_slope_the_information(seed: int) -> None:
    trial = drawn(seed, 25)
    yi, vi = cox_hazard_ratio(*trial)  # type: ignore[misc]
    assert efron_score(yi, trial) == pytest.approx(0, abs=1e-9)
    step = 1e-5
    slope = (efron_score(yi + step, trial) - efron_score(yi - step, trial)) / (2 * step)
    assert -1 / slope == pytest.approx(vi, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), factor=st.floats(0.01, 100))
def test_swapping_negates_and_units_do_not_matter(seed: int, factor: float) -> None:
    a, da, b, db = drawn(seed, 20)
    found = cox_hazard_ratio(a, da, b, db)
    if isinstance(found, NotEstimable):
        return
    back = cox_hazard_ratio(b, db, a, da)
    assert back == pytest.approx((-found[0], found[1]), rel=1e-8, abs=1e-9)
    scaled = cox_hazard_ratio([factor * t for t in a], da, [factor * t for t in b], db)
    assert scaled == pytest.approx(found, rel=1e-12)


def test_log_rank_against_a_walk_through_the_tables() -> None:
    a, da, b, db = drawn(11, 30)
    expected = v = 0.0
    for at in sorted({t for t, d in zip(a + b, da + db, strict=True) if d}):
        n1, n2 = sum(t >= at for t in a), sum(t >= at for t in b)
        d = sum(bool(e) and t == at for t, e in zip(a + b, da + db, strict=True))
        n = n1 + n2
        expected += d * n1 / n
        v += d * n1 * n2 * (n - d) / (n * n * (n - 1)) if n > 1 else 0
    found = log_rank(a, da, b, db)
    assert (found.expected_1, found.v) == pytest.approx((expected, v), rel=1e-12)
    assert found.expected_1 + found.expected_2 == pytest.approx(found.observed_1 + found.observed_2)


def test_survival_without_censoring_is_a_share() -> None:
    times: NDArray[np.float64] = np.random.default_rng(2).exponential(3, 57)
    curve = kaplan_meier(times, np.ones(57, dtype=bool))
    at = np.linspace(0, 10, 23)
    assert curve.at(at) == pytest.approx([(times > t).mean() for t in at])


@pytest.mark.parametrize(
    "trial",
    [
        ([5, 6], [0, 0], [1, 2], [1, 1]),  # no event in the first group
        ([1, 2], [1, 1], [5, 6], [1, 0]),  # all of the first before the first of the second
    ],
)
def test_a_likelihood_without_maximum_is_refused(trial: tuple[Column, Column, Column, Column]) -> None:
    found = cox_hazard_ratio(*trial)
    assert isinstance(found, NotEstimable)
    assert "0 or infinite" in found.reason


def test_no_events_at_all() -> None:
    assert risk_sets([1, 2], [0, 0], [3], [0]).times.size == 0
    assert isinstance(log_rank([1, 2], [0, 0], [3], [0]).p, NotEstimable)


@pytest.mark.parametrize(
    ("times", "events", "word"),
    [
        ([], [], "not empty"),
        ([1, 2], [1], "equal length"),
        ([1, -2], [1, 1], "not negative; got -2"),
        ([1, math.nan], [1, 1], "finite"),
        ([1, 2], [1, 2], "1 (event) or 0 (censored); got 2"),
        ([1, 2], ["yes", "no"], "numbers"),
    ],
)
def test_bad_columns_are_named(times: Column, events: Column, word: str) -> None:
    with pytest.raises(OptionError) as error:
        kaplan_meier(times, events)
    assert word in str(error.value)


def test_unknown_ties() -> None:
    with pytest.raises(OptionError, match="ties must be one of 'efron', 'breslow'; got 'exact'"):
        cox_hazard_ratio(*TRIAL, ties="exact")  # type: ignore[arg-type]
