"""Mantel-Haenszel and Peto: against statsmodels, exact fractions and special cases; invariances; refusals."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Route
from metasyn.effects.two_by_two import log_odds_ratio
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.counts import (
    ChiSquaredTest,
    CountSynthesis,
    mantel_haenszel,
    peto,
    without_each,
)
from metasyn.synthesis.counts.stratified_tests import _expected_cell
from metasyn.values import NotEstimable

# Made up: an ordinary set, one study without events in group 1, one without any.
EVENTS_1, N_1 = [4, 12, 0, 30, 0, 7], [60, 150, 25, 210, 40, 33]
EVENTS_2, N_2 = [11, 20, 3, 41, 0, 9], [64, 139, 24, 200, 41, 30]
TABLES: dict[str, Any] = {"events_1": EVENTS_1, "n_1": N_1, "events_2": EVENTS_2, "n_2": N_2}
RATES: dict[str, Any] = {
    "events_1": EVENTS_1,
    "time_1": [61.5, 300.0, 25.25, 401.0, 80.0, 20.0],
    "events_2": EVENTS_2,
    "time_2": [60.0, 288.5, 24.0, 380.0, 79.0, 22.5],
}
RATE_MEASURES = ("IRR", "IRD")


def pooled(measure: str, **changes: Any) -> CountSynthesis:
    """The made-up data pooled on one scale."""
    given = (RATES if measure in RATE_MEASURES else TABLES) | changes
    return peto(**given) if measure == "PETO" else mantel_haenszel(**given, measure=measure)


ALL = ("OR", "RR", "RD", "IRR", "IRD", "PETO")


def test_odds_and_risk_ratio_agree_with_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = [
        np.array([[a, n1 - a], [c, n2 - c]], dtype=float)
        for a, n1, c, n2 in zip(EVENTS_1, N_1, EVENTS_2, N_2, strict=True)
    ]
    strata = StratifiedTable(tables)
    result = pooled("OR")
    assert result.estimate == pytest.approx(strata.logodds_pooled, rel=1e-13)
    assert result.se == pytest.approx(strata.logodds_pooled_se, rel=1e-13)
    assert math.exp(pooled("RR").estimate) == pytest.approx(strata.riskratio_pooled, rel=1e-13)
    for correct in (True, False):
        theirs = strata.test_null_odds(correction=correct)
        ours = pooled("OR", correct=correct).association
        assert isinstance(ours, ChiSquaredTest)
        assert (ours.statistic, ours.pvalue) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-12)
    # Their test of homogeneity takes empty strata for information; leave that one out.
    some = StratifiedTable([table for table in tables if table[:, 0].sum() > 0])
    for adjust, ours in ((False, result.breslow_day), (True, result.tarone)):
        theirs = some.test_equal_odds(adjust=adjust)
        assert isinstance(ours, ChiSquaredTest)
        assert ours.df == 4
        assert (ours.statistic, ours.pvalue) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-8)


def test_risk_difference_in_exact_fractions() -> None:
    rows = [tuple(map(Fraction, row)) for row in zip(EVENTS_1, N_1, EVENTS_2, N_2, strict=True)]
    weight = sum(n1 * n2 / (n1 + n2) for _, n1, _, n2 in rows)
    estimate = sum((a * n2 - c * n1) / (n1 + n2) for a, n1, c, n2 in rows) / weight
    # Sato, Greenland & Robins (1989).
    P = sum((n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / (n1 + n2) ** 2 for a, n1, c, n2 in rows)
    Q = sum((a * (n2 - c) + c * (n1 - a)) / (2 * (n1 + n2)) for a, n1, c, n2 in rows)
    result = pooled("RD")
    assert result.estimate == pytest.approx(float(estimate), rel=1e-14)
    assert result.se == pytest.approx(math.sqrt((estimate * P + Q) / weight**2), rel=1e-14)


def test_rates_in_exact_fractions() -> None:
    rows = [tuple(map(Fraction, row)) for row in zip(*(RATES[name] for name in RATES), strict=True)]
    R = sum(x1 * t2 / (t1 + t2) for x1, t1, _, t2 in rows)
    S = sum(x2 * t1 / (t1 + t2) for _, t1, x2, t2 in rows)
    spread = sum((x1 + x2) * t1 * t2 / (t1 + t2) ** 2 for x1, t1, x2, t2 in rows)
    result = pooled("IRR", correct=False)
    assert result.estimate == pytest.approx(math.log(R / S), rel=1e-14)
    assert result.se == pytest.approx(math.sqrt(spread / R / S), rel=1e-14)
    excess = sum(x1 - (x1 + x2) * t1 / (t1 + t2) for x1, t1, x2, t2 in rows)
    assert isinstance(result.association, ChiSquaredTest)
    assert result.association.statistic == pytest.approx(float(excess**2 / spread), rel=1e-13)


def test_peto_is_its_inverse_variance_mean_and_q_its_usual_form() -> None:
    result = peto(**TABLES)
    w = 1 / result.vi
    assert result.estimate == pytest.approx(float(w @ result.yi / w.sum()), rel=1e-13)
    assert result.se == pytest.approx(1 / math.sqrt(w.sum()), rel=1e-13)
    excess = result.yi / result.vi
    by_scores = float((excess**2 / w).sum() - excess.sum() ** 2 / w.sum())
    assert isinstance(result.heterogeneity, ChiSquaredTest)
    assert result.heterogeneity.statistic == pytest.approx(by_scores, rel=1e-11)
    assert result.heterogeneity.df == result.k_effects - 1 == 4


@pytest.mark.parametrize("log_ratio", [-20.0, -3.0, -1e-9, 0.0, 1e-9, 0.7, 20.0])
def test_the_expected_cell_has_the_odds_ratio_and_the_margins(log_ratio: float) -> None:
    rng = np.random.default_rng(3)
    n1, n2 = rng.integers(2, 10_000, size=(2, 500)).astype(float)
    column = np.floor(rng.uniform(0.001, 0.999, size=500) * (n1 + n2 - 1)) + 1
    a = _expected_cell(n1, n2, column, log_ratio)
    b = _expected_cell(n1, n2, n1 + n2 - column, -log_ratio)
    c = _expected_cell(n2, n1, column, -log_ratio)
    d = _expected_cell(n2, n1, n1 + n2 - column, log_ratio)
    np.testing.assert_allclose(a + b, n1, rtol=1e-12)
    np.testing.assert_allclose(a + c, column, rtol=1e-12)
    np.testing.assert_allclose(np.log(a) + np.log(d) - np.log(b) - np.log(c), log_ratio, atol=1e-10)


def test_one_table_is_the_table_itself() -> None:
    result = mantel_haenszel(events_1=[12], n_1=[150], events_2=[20], n_2=[139])
    yi, vi = log_odds_ratio([12], [150], [20], [139])
    assert result.estimate == pytest.approx(yi[0], rel=1e-13)
    assert result.se == pytest.approx(math.sqrt(vi[0]), rel=1e-13)
    for quantity in (result.heterogeneity, result.I2, result.H2, result.tarone):
        assert isinstance(quantity, NotEstimable)


@pytest.mark.parametrize("measure", ALL)
def test_order_does_not_matter_and_swapping_negates(measure: str) -> None:
    result = pooled(measure)
    given = RATES if measure in RATE_MEASURES else TABLES
    backwards = pooled(measure, **{name: values[::-1] for name, values in given.items()})
    names = list(given)
    swapped = pooled(measure, **dict(zip(names, (given[n] for n in names[2:] + names[:2]), strict=True)))
    for other, sign in ((backwards, 1), (swapped, -1)):
        assert other.estimate == pytest.approx(sign * result.estimate, rel=1e-12)
        assert other.se == pytest.approx(result.se, rel=1e-12)
        assert isinstance(other.heterogeneity, ChiSquaredTest)
        assert isinstance(result.heterogeneity, ChiSquaredTest)
        assert other.heterogeneity.statistic == pytest.approx(result.heterogeneity.statistic, rel=1e-11)
    np.testing.assert_allclose(backwards.weights[::-1], result.weights, rtol=1e-12)


@pytest.mark.parametrize("measure", ["OR", "RR", "IRR", "PETO"])
def test_a_study_without_events_is_silent_and_named(measure: str) -> None:
    result = pooled(measure)
    given = RATES if measure in RATE_MEASURES else TABLES
    without = pooled(measure, **{name: values[:4] + values[5:] for name, values in given.items()})
    assert (result.k, result.k_informative, result.k_effects) == (6, 5, 5)
    assert [(row.row, row.label) for row in result.silent] == [(4, "Study 5")]
    assert "events" in result.silent[0].reason
    assert result.weights[4] == 0
    assert result.weights.sum() == pytest.approx(1)
    assert (result.estimate, result.se) == pytest.approx((without.estimate, without.se), rel=1e-13)
    assert without.silent == ()


@pytest.mark.parametrize("measure", ["RD", "IRD"])
def test_a_study_without_events_does_move_a_difference(measure: str) -> None:
    result = pooled(measure)
    assert result.k_informative == 6
    assert result.weights[4] > 0


@pytest.mark.parametrize("unit", [1e-8, 365.25, 1e8])
def test_the_unit_of_time_only_scales(unit: float) -> None:
    times = {name: np.array(RATES[name]) * unit for name in ("time_1", "time_2")}
    ratio, scaled = pooled("IRR"), pooled("IRR", **times)
    assert (scaled.estimate, scaled.se) == pytest.approx((ratio.estimate, ratio.se), rel=1e-12)
    assert scaled.association.statistic == pytest.approx(ratio.association.statistic, rel=1e-12)
    difference, other = pooled("IRD"), pooled("IRD", **times)
    assert other.estimate * unit == pytest.approx(difference.estimate, rel=1e-12)
    assert other.se * unit == pytest.approx(difference.se, rel=1e-12)
    np.testing.assert_allclose(other.I2, difference.I2, rtol=1e-10)


@pytest.mark.parametrize("measure", ALL)
def test_ten_thousand_times_the_people_give_a_hundredth_of_the_error(measure: str) -> None:
    manifold = {
        name: np.array(values) * 10_000.0
        for name, values in (RATES if measure in RATE_MEASURES else TABLES).items()
    }
    result, more = pooled(measure), pooled(measure, **manifold)
    tolerance = 1e-2 if measure == "PETO" else 1e-11
    assert more.estimate == pytest.approx(result.estimate, rel=tolerance)
    assert more.se * 100 == pytest.approx(result.se, rel=tolerance)


def test_the_interval_and_the_test_belong_together() -> None:
    result = pooled("OR", level=0.9)
    assert result.ci.level == 0.9
    assert result.ci.high - result.estimate == pytest.approx(1.6448536269514722 * result.se, rel=1e-13)
    edge = pooled("OR", level=1 - result.pvalue)
    assert min(abs(edge.ci.low), abs(edge.ci.high)) == pytest.approx(0, abs=1e-12)


def test_the_continuity_correction_takes_no_more_than_there_is() -> None:
    # Observed equals expected: without the limit the corrected statistic would be above the other.
    even = mantel_haenszel(events_1=[5, 8], n_1=[50, 80], events_2=[5, 8], n_2=[50, 80])
    assert isinstance(even.association, ChiSquaredTest)
    assert (even.association.statistic, even.association.pvalue) == (0, 1)
    for measure in ("OR", "IRR"):
        corrected, plain = pooled(measure).association, pooled(measure, correct=False).association
        assert isinstance(corrected, ChiSquaredTest)
        assert isinstance(plain, ChiSquaredTest)
        assert corrected.statistic < plain.statistic


def test_adding_for_the_studies_and_for_pooling_are_two_things() -> None:
    plain = pooled("OR")
    other_effects = pooled("OR", zero_cells="all", add=0.25)
    assert other_effects.estimate == plain.estimate
    assert other_effects.yi[0] != plain.yi[0]
    added = pooled("OR", pool_zero_cells="only0", pool_add=0.5)
    by_hand = mantel_haenszel(
        events_1=[4, 12, 0.5, 30, 0.5, 7],
        n_1=[60, 150, 26, 210, 41, 33],
        events_2=[11, 20, 3.5, 41, 0.5, 9],
        n_2=[64, 139, 25, 200, 42, 30],
    )
    assert added.estimate == pytest.approx(by_hand.estimate, rel=1e-13)
    assert added.estimate != plain.estimate
    dropped = pooled("RD", pool_drop00=True)
    assert dropped.k_informative == 5
    assert "on request" in dropped.silent[0].reason
    assert pooled("OR", drop00=False).k_effects == 6
    assert pooled("RR", zero_cells="none").k_effects == 4


def test_without_each() -> None:
    result = pooled("OR")
    others = without_each(result)
    for row, other in enumerate(others):
        kept = {name: np.delete(values, row) for name, values in TABLES.items()}
        assert isinstance(other, CountSynthesis)
        assert other.estimate == mantel_haenszel(**kept).estimate
        assert other.tables.labels == tuple(f"Study {i + 1}" for i in range(6) if i != row)
    pair = mantel_haenszel(events_1=[3, 0], n_1=[20, 20], events_2=[4, 0], n_2=[20, 20])
    first, second = without_each(pair)
    assert isinstance(first, NotEstimable)
    assert "too few events" in first.reason
    assert isinstance(second, CountSynthesis)


def test_effects_with_counts_are_taken_as_they_are() -> None:
    route = Route(name="events", grade=1, formula="")
    effects = EffectSet(
        measure=get_measure("RR"),
        effects=tuple(
            Effect(
                label=f"trial {i}", yi=0.0, vi=1.0, route=route,
                counts=Counts(events_1=a, n_1=n1, events_2=c, n_2=n2),
            )
            for i, (a, n1, c, n2) in enumerate(zip(EVENTS_1, N_1, EVENTS_2, N_2, strict=True))
        ),
    )  # fmt: skip
    result = mantel_haenszel(effects)
    assert (result.spec.measure, result.estimate) == ("RR", pooled("RR").estimate)
    assert mantel_haenszel(effects, measure="OR").estimate == pooled("OR").estimate
    assert peto(effects).tables.labels[0] == "trial 0"
    with pytest.raises(OptionError, match="either effects or arrays"):
        peto(effects, events_1=EVENTS_1)
    with pytest.raises(OptionError, match="must rest on events and person-time"):
        mantel_haenszel(effects, measure="IRR")
    bare = EffectSet(
        measure=get_measure("OR"), effects=(Effect(label="no counts", yi=0.1, vi=0.2, route=route),)
    )
    with pytest.raises(OptionError, match="without them: no counts"):
        mantel_haenszel(bare)
    with pytest.raises(OptionError, match="must be an EffectSet; got list"):
        mantel_haenszel(EVENTS_1)  # type: ignore[arg-type]


def test_results_are_plain_complete_and_read_only() -> None:
    result = pooled("OR", labels=list("ABCDEF"))
    data = result.to_dict()
    assert data["k"] == 6
    assert data["heterogeneity"]["df"] == 4
    assert data["silent"][0]["label"] == "E"
    assert "not_estimable" in pooled("RD").to_dict()["tarone"]
    frame = result.to_frame()
    assert frame["label"].tolist() == list("ABCDEF")
    assert frame["yi"].isna().tolist() == [False] * 4 + [True, False]
    assert "time_1" in pooled("IRR").to_frame()
    for array in (result.yi, result.vi, result.weights, result.rows, result.tables.events_1):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(FrozenInstanceError):
        result.estimate = 0.0  # type: ignore[misc]


def test_the_callers_arrays_are_left_alone() -> None:
    events = np.array(EVENTS_1, dtype=float)
    result = pooled("OR", events_1=events)
    events[0] = 59
    assert result.tables.events_1[0] == 4


def test_what_cannot_be_estimated_says_why() -> None:
    none_in_one = {"events_1": [0, 0], "n_1": [9, 8], "events_2": [2, 1], "n_2": [9, 8]}
    for measure in ("OR", "RR"):
        with pytest.raises(NotEstimableError, match="the numerator of it is zero"):
            mantel_haenszel(**none_in_one, measure=measure)
    with pytest.raises(NotEstimableError, match="the denominator of it is zero"):
        mantel_haenszel(events_1=[2], n_1=[9], events_2=[0], n_2=[9])
    empty = {"events_1": [0, 0], "n_1": [9, 8], "events_2": [0, 0], "n_2": [9, 8]}
    with pytest.raises(NotEstimableError, match="both numerator and denominator"):
        mantel_haenszel(**empty)
    with pytest.raises(NotEstimableError, match="Peto's odds ratio is not defined"):
        peto(**empty)
    with pytest.raises(NotEstimableError, match="no standard error"):
        mantel_haenszel(**empty, measure="RD")
    with pytest.raises(NotEstimableError, match="no study is left"):
        mantel_haenszel(**empty, pool_drop00=True)
    # Peto's needs no correction: every event in one group is information.
    assert peto(**none_in_one).estimate < 0
    flat = mantel_haenszel(
        events_1=[0, 5], n_1=[9, 20], events_2=[0, 6], n_2=[9, 20], measure="RD",
        zero_cells="none", drop00=False,
    )  # fmt: skip
    assert isinstance(flat.heterogeneity, NotEstimable)
    assert "variance 0" in flat.heterogeneity.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"measure": "HR"}, "measure must be one of 'OR', 'RR', 'RD', 'IRR', 'IRD'; got 'HR'"),
        ({"level": 95}, "Write 0.95"),
        ({"correct": "yes"}, "correct must be True or False"),
        ({"zero_cells": "sometimes"}, "zero_cells must be one of"),
        ({"pool_zero_cells": "sometimes"}, "pool_zero_cells must be one of"),
        ({"add": -1}, "add must be"),
        ({"pool_add": math.nan}, "pool_add must be"),
        ({"drop00": 1}, "drop00 must be"),
        ({"pool_drop00": None}, "pool_drop00 must be"),
        ({"labels": ["A"]}, "labels must have one value per study; got 1 for 6"),
        ({"n_2": None}, "missing: n_2"),
        ({"time_1": [1.0] * 6}, "no use for time_1"),
        ({"events_1": [1] * 5}, "events_1 has 5, n_1 has 6"),
        ({"events_1": [1] * 5, "n_1": [9] * 5}, "group 1 has 5, group 2 has 6"),
        ({"events_1": [-1, *EVENTS_1[1:]]}, "row 1 has events_1=-1"),
        ({"events_2": [65, *EVENTS_2[1:]]}, "row 1 has events_2=65, n_2=64"),
        ({"n_1": [math.nan, *N_1[1:]]}, "row 1 has events_1=4, n_1=nan"),
        ({"events_1": np.ma.masked_array(EVENTS_1, mask=[1, 0, 0, 0, 0, 0])}, "masked"),
        ({name: [] for name in TABLES}, "empty"),
    ],
    ids=str,
)
def test_bad_input_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as error:
        mantel_haenszel(**(TABLES | changes))
    assert words in str(error.value)


def test_bad_person_time_is_named() -> None:
    with pytest.raises(OptionError, match=r"time_2 > 0; row 1 has events_2=11, time_2=0"):
        pooled("IRR", time_2=[0, *RATES["time_2"][1:]])
    with pytest.raises(OptionError, match="missing: time_1, time_2"):
        mantel_haenszel(**TABLES, measure="IRD")
    with pytest.raises(OptionError, match="missing: events_1, n_1"):
        peto()
