"""Counts to estimates: against metafor's escalc, by hand, and by symmetry."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects.counts import counts_to_effects, no_information
from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts
from metasyn.effects.proportions import (
    arcsine_proportion,
    clopper_pearson,
    logit_proportion,
    raw_proportion,
)
from metasyn.effects.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from metasyn.errors import OptionError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "effects.json").read_text(encoding="utf-8"))
TWO = {"RR": log_risk_ratio, "OR": log_odds_ratio, "RD": risk_difference}
ONE = {"PLO": logit_proportion, "PAS": arcsine_proportion, "PR": raw_proportion}


def compute(case: dict) -> tuple[np.ndarray, np.ndarray]:
    table = REFERENCE["tables"][case["table"]]
    # "default" is escalc without `to` and `add`; every other case names both.
    asked = {} if case["zero_cells"] == "default" else {"zero_cells": case["zero_cells"], "add": 0.5}
    if case["measure"] in TWO:
        columns = (table["events_1"], table["n_1"], table["events_2"], table["n_2"])
        return TWO[case["measure"]](*columns, **asked)
    return ONE[case["measure"]](table["events_1"], table["n_1"], **asked)


@pytest.mark.parametrize(
    "case",
    REFERENCE["cases"],
    ids=lambda c: f"{c['table']}-{c['measure']}-{c['zero_cells']}",
)
def test_agrees_with_escalc(case: dict) -> None:
    yi, vi = compute(case)
    for got, want in ((yi, case["yi"]), (vi, case["vi"])):
        expected = np.array([math.nan if value is None else value for value in want])
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


def test_arcsine_is_corrected_only_on_request() -> None:
    asked = arcsine_proportion([0, 3], [10, 10], zero_cells="only0", add=0.5)[0]
    assert asked[0] == pytest.approx(math.asin(math.sqrt(0.5 / 11)))
    assert arcsine_proportion([0, 3], [10, 10], zero_cells="only0")[0][0] == 0
    every = arcsine_proportion([0, 3], [10, 10], zero_cells="all")[0]
    assert every == pytest.approx([math.asin(math.sqrt(0.5 / 11)), math.asin(math.sqrt(3.5 / 11))])


def test_risk_ratio_by_hand() -> None:
    yi, vi = log_risk_ratio([20], [100], [10], [100])
    assert yi[0] == pytest.approx(math.log(2))
    assert vi[0] == pytest.approx(1 / 20 - 1 / 100 + 1 / 10 - 1 / 100)


counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("measure", TWO)
@given(first=counts, second=counts)
def test_swapping_the_groups_negates(measure: str, first: tuple[int, int], second: tuple[int, int]) -> None:
    yi, vi = TWO[measure](*first, *second)
    back, vi_back = TWO[measure](*second, *first)
    np.testing.assert_allclose(back, -yi, atol=1e-12)
    np.testing.assert_allclose(vi_back, vi)
    assert np.isfinite(yi).all()
    assert (vi >= 0).all()


@pytest.mark.parametrize("measure", ["PLO", "PR"])
@given(group=counts)
def test_counting_non_events_mirrors_a_proportion(measure: str, group: tuple[int, int]) -> None:
    events, n = group
    yi, vi = ONE[measure](events, n)
    mirrored, vi_mirrored = ONE[measure](n - events, n)
    np.testing.assert_allclose(mirrored, -yi if measure == "PLO" else 1 - yi, atol=1e-12)
    np.testing.assert_allclose(vi_mirrored, vi, atol=1e-15)


def test_adjustments_say_what_was_added_and_why() -> None:
    tables = [
        Counts(events_1=0, n_1=10, events_2=3, n_2=10),
        Counts(events_1=4, n_1=10, events_2=3, n_2=10),
    ]
    words = {
        policy: counts_to_effects(get_measure("OR"), tables, policy)[2]
        for policy in ("only0", "all", "if0all", "none")
    }
    assert words["only0"] == ("1/2 added to each cell: this row has a zero cell", "")
    assert words["all"] == ("1/2 added to each cell: every row is corrected",) * 2
    assert words["if0all"] == ("1/2 added to each cell: a row of this synthesis has a zero cell",) * 2
    assert words["none"] == ("", "")


@pytest.mark.parametrize(
    ("measure", "counts_", "policy", "word"),
    [
        ("RR", Counts(events_1=0, n_1=9, events_2=0, n_2=8), "only0", "no events in either group"),
        ("OR", Counts(events_1=9, n_1=9, events_2=8, n_2=8), "all", "everyone in both groups"),
        ("RD", Counts(events_1=0, n_1=9, events_2=0, n_2=8), "only0", ""),
        ("RD", Counts(events_1=0, n_1=9, events_2=0, n_2=8), "none", "adds nothing"),
        ("RR", Counts(events_1=0, n_1=9, events_2=2, n_2=8), "none", "adds nothing"),
        ("RR", Counts(events_1=0, n_1=9, events_2=2, n_2=8), "only0", ""),
        ("PLO", Counts(events_1=0, n_1=9), "none", "(0/9)"),
        ("PAS", Counts(events_1=0, n_1=9), "none", ""),
        ("PR", Counts(events_1=9, n_1=9), "none", "(9/9)"),
    ],
)
def test_tables_without_information(measure: str, counts_: Counts, policy: str, word: str) -> None:
    reason = no_information(get_measure(measure), counts_, policy)
    assert (word in reason) if word else (reason == "")


@pytest.mark.parametrize("case", REFERENCE["exact_intervals"], ids=str)
def test_exact_interval_agrees_with_binom_test(case: dict) -> None:
    interval = clopper_pearson(case["events"], case["n"], case["level"])
    assert interval.low == pytest.approx(case["low"], rel=1e-10, abs=1e-12)
    assert interval.high == pytest.approx(case["high"], rel=1e-10)


@pytest.mark.parametrize("bad", [([5], [4]), ([-1], [4]), ([0], [0]), ([float("nan")], [4])])
def test_impossible_counts_are_refused(bad: tuple[list[float], list[float]]) -> None:
    with pytest.raises(OptionError, match="0 <= events <= n"):
        logit_proportion(*bad)


def test_unknown_policy_is_refused() -> None:
    with pytest.raises(OptionError, match="zero_cells must be one of"):
        log_risk_ratio([1], [2], [1], [2], zero_cells="sometimes")


def test_a_measure_without_counts_is_refused() -> None:
    with pytest.raises(OptionError, match="cannot be computed from counts"):
        counts_to_effects(get_measure("HR"), [Counts(events_1=1, n_1=2)], "only0")
