"""standardise(): counts, percentages and proportions; zero cells."""

from __future__ import annotations

import math

import pytest

from metasyn.effects import standardise
from metasyn.effects.two_by_two import log_risk_ratio
from metasyn.errors import OptionError

A, B, AB, BA = "oak.drug", "oak.placebo", "oak.drug|oak.placebo", "oak.placebo|oak.drug"


def cough(builder, about: str, statistic: str, value: float | None = None, ci=None, **fields):
    return builder.row(about, statistic, value, ci, outcome="cough", **fields)


def both(builder, first: int, second: int, study: str = "oak", n: int = 100):
    for arm, events in (("drug", first), ("placebo", second)):
        cough(builder, f"{study}.{arm}", "events", events, events=events, n=n)
    return builder


def result(builder, measure: str = "RR", **options):
    return standardise(builder.contrast("cough"), measure=measure, **options)


def test_events(oak) -> None:
    effects = result(both(oak, 20, 10))
    effect = effects.effects[0]
    assert (effect.yi, effect.vi) == pytest.approx((math.log(2), 0.13))
    assert (effect.route.name, effect.route.grade) == ("events", 1)
    assert effect.counts is not None
    assert (effect.counts.events_1, effect.counts.n_1, effect.counts.events_2, effect.counts.n_2) == (
        20,
        100,
        10,
        100,
    )
    assert effects.outcome == "cough"
    assert effects.yi.tolist() == [effect.yi]


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_swapping_the_question_negates(oak, measure: str) -> None:
    evidence = both(oak, 20, 7).build()
    sides = ({"arm": "drug"}, {"arm": "placebo"})
    there = standardise(evidence.select(outcome="cough", contrast=sides), measure=measure).effects[0]
    back = standardise(evidence.select(outcome="cough", contrast=sides[::-1]), measure=measure).effects[0]
    assert (back.yi, back.vi) == pytest.approx((-there.yi, there.vi))


def test_percent_recovers_the_count(oak) -> None:
    cough(oak, A, "percent", 15.2, n=269, decimals=1)
    cough(oak, B, "percent", 6.8, n=133, decimals=1)
    effect = result(oak).effects[0]
    yi, vi = log_risk_ratio([41], [269], [9], [133])
    assert (effect.yi, effect.vi) == (yi[0], vi[0])
    assert (effect.route.name, effect.route.grade) == ("percent", 2)


def test_several_whole_numbers_fit(oak) -> None:
    cough(oak, A, "percent", 15.0, n=117, decimals=0, printed="15%")
    both(oak, 1, 10)
    oak.rows.pop(1)  # leaves the percentage in the drug group and the events in the placebo group
    effect = result(oak).effects[0]
    assert effect.counts is not None
    assert effect.counts.events_1 == 18
    assert effect.route.name == "percent"
    assert "15% of 117 in drug: 18 taken, 17 would fit too" in effect.notes


def test_no_whole_number_fits(oak) -> None:
    cough(oak, A, "percent", 39.0, n=8, decimals=0, printed="39%")
    cough(oak, B, "percent", 25.0, n=8, decimals=0)
    (exclusion,) = result(oak).exclusions
    assert exclusion.code == "no-route"
    assert "39%: no whole number of 8 participants gives this percentage" in exclusion.reason


def test_n_is_borrowed_from_the_cohort_and_noted(oak) -> None:
    cough(oak, A, "percent", 15.0, decimals=0)
    cough(oak, B, "percent", 10.0, n=100, decimals=0)
    effect = result(oak).effects[0]
    assert effect.notes == ("n = 100 of drug taken from the table of cohorts",)


def test_printed_n_before_borrowed_n(oak) -> None:
    cough(oak, A, "percent", 15.0, decimals=0)
    cough(oak, A, "percent", 16.0, n=50, decimals=0)
    cough(oak, B, "percent", 10.0, n=100, decimals=0)
    effects = result(oak)
    assert effects.effects[0].rows[0].result_id == "r2"
    assert "number of participants is printed" in effects.exclusions[0].reason


def test_no_n_anywhere(trials) -> None:
    builder = trials().trial(n=(None, None))
    cough(builder, A, "percent", 15.0, printed="15%")
    cough(builder, B, "percent", 10.0)
    (exclusion,) = result(builder).exclusions
    assert "the cohort (drug): 15% has no printed number of participants" in exclusion.reason


def test_episodes_are_not_participants(oak) -> None:
    cough(oak, A, "events", 120, events=120, unit="episodes")
    both(oak, 3, 4)
    oak.rows.pop(1)
    (exclusion,) = result(oak).exclusions
    assert "counts episodes" in exclusion.reason


def test_more_events_than_participants(oak) -> None:
    cough(oak, A, "events", 120, events=120)
    cough(oak, B, "events", 4, events=4)
    (exclusion,) = result(oak).exclusions
    assert "is not a count between 0 and 100" in exclusion.reason


def test_derived_counts_lead_back_to_what_is_printed(oak) -> None:
    cough(oak, A, "percent", 15.0, n=100, decimals=0, printed="15%")
    cough(oak, A, "events", 15, events=15, n=100, derived=True, derivation="15% of 100", derived_from=("r1",))
    cough(oak, B, "events", 10, events=10, n=100)
    effects = result(oak)
    effect = effects.effects[0]
    assert [row.result_id for row in effect.rows] == ["r2", "r1", "r3"]
    assert effect.route.name == "events"
    assert "15/100 of drug derived: 15% of 100" in effect.notes
    assert effects.exclusions == ()


def test_reported_ratio_with_interval_or_p(oak, trials) -> None:
    cough(oak, AB, "RR", 1.5, (1.1, 2.1))
    effect = result(oak).effects[0]
    assert effect.yi == pytest.approx(math.log(1.5))
    assert (effect.route.name, effect.route.grade) == ("ratio and interval", 3)
    with_p = cough(trials().trial(), BA, "OR", 0.5, p=0.03)
    effect = result(with_p, "OR").effects[0]
    assert effect.yi == pytest.approx(math.log(2))
    assert (effect.route.name, effect.route.grade, effect.inverted) == ("ratio and p", 5, True)
    assert result(with_p, "RR").k == 0


def test_reported_risk_difference(oak, trials) -> None:
    cough(oak, BA, "RD", 0.10, (0.02, 0.18))
    effect = result(oak, "RD").effects[0]
    assert effect.yi == pytest.approx(-0.10)
    assert effect.sei == pytest.approx(0.16 / (2 * 1.959963984540054))
    assert effect.inverted
    points = cough(trials().trial(), AB, "RD", 10.0, (2.0, 18.0), unit="percent")
    assert result(points, "RD").effects[0].yi == pytest.approx(0.10)


def test_counts_come_before_reported_ratios(oak) -> None:
    cough(oak, AB, "RR", 1.5, (1.1, 2.1))
    effects = result(both(oak, 20, 10))
    assert effects.effects[0].route.name == "events"
    assert effects.exclusions[0].result_ids == ("r1",)


@pytest.mark.parametrize(
    ("policy", "zero_row", "other_row"),
    [("only0", True, False), ("all", True, True), ("if0all", True, True)],
)
def test_zero_cells_are_treated_and_recorded_per_row(trials, policy, zero_row, other_row) -> None:
    builder = both(both(trials().trial("oak").trial("elm"), 0, 5), 4, 6, study="elm")
    effects = result(builder, zero_cells=policy)
    assert [bool(effect.adjustment) for effect in effects.effects] == [zero_row, other_row]
    add = [0.5 * zero_row, 0.5 * other_row]
    for effect, a, (x1, x2) in zip(effects.effects, add, [(0, 5), (4, 6)], strict=True):
        want = math.log((x1 + a) / (100 + 2 * a)) - math.log((x2 + a) / (100 + 2 * a))
        assert effect.yi == pytest.approx(want)


def test_no_correction_excludes_what_it_leaves_undefined(trials) -> None:
    builder = both(both(trials().trial("oak").trial("elm"), 0, 5), 4, 6, study="elm")
    effects = result(builder, zero_cells="none")
    assert [effect.study_id for effect in effects.effects] == ["elm"]
    (exclusion,) = effects.exclusions
    assert (exclusion.code, exclusion.result_ids) == ("no-information", ("r1", "r2"))


@pytest.mark.parametrize("events", [0, 100])
def test_double_zero_and_double_all(oak, events: int) -> None:
    both(oak, events, events)
    for measure in ("RR", "OR"):
        effects = result(oak, measure)
        assert effects.k == 0
        (exclusion,) = effects.exclusions
        assert exclusion.code == "no-information"
        assert "Cochrane" in exclusion.reason
    kept = result(oak, "RD").effects[0]
    assert kept.yi == 0
    assert kept.vi > 0


def test_a_double_zero_study_does_not_trigger_if0all(trials) -> None:
    builder = both(both(trials().trial("oak").trial("elm"), 0, 0), 4, 6, study="elm")
    effects = result(builder, zero_cells="if0all")
    assert [effect.adjustment for effect in effects.effects] == [""]


@pytest.mark.parametrize("measure", ["PLO", "PAS", "PR"])
def test_single_proportions(oak, measure: str) -> None:
    cough(oak, A, "events", 15, events=15, n=100)
    cough(oak, A, "percent", 15.0, n=100, decimals=0)
    cough(oak, B, "events", 15, events=15, n=100)
    effects = standardise(oak.single(), measure=measure)
    effect = effects.effects[0]
    assert effects.measure.to_natural(effect.yi) == pytest.approx(0.15)
    assert (effect.cohort_id, effect.comparator_id) == (A, "")
    assert effect.rows[0].result_id == "r1"
    assert [e.code for e in effects.exclusions] == ["not-preferred"]


def test_measure_and_selection_must_agree(oak) -> None:
    both(oak, 3, 4)
    with pytest.raises(OptionError, match="compares two groups, but single cohorts"):
        standardise(oak.single(), measure="RR")
    with pytest.raises(OptionError, match="for single cohorts, but a contrast"):
        standardise(oak.contrast("cough"), measure="PLO")
    with pytest.raises(OptionError, match="effects that are given"):
        standardise(oak.contrast("cough"), measure="GEN")
    with pytest.raises(OptionError, match="'HR' here"):
        standardise(oak.contrast("cough"), measure="loghr")


@pytest.mark.parametrize(
    ("options", "match"),
    [({"zero_cells": "some"}, "zero_cells"), ({"overlap": "both"}, "overlap"), ({"definitions": ["x"]}, "x")],
)
def test_options_are_checked(oak, options, match) -> None:
    with pytest.raises(OptionError, match=match):
        result(both(oak, 3, 4), **options)


def test_definitions_must_not_be_one_word(oak) -> None:
    with pytest.raises(OptionError, match="sequence"):
        result(both(oak, 3, 4), definitions="severe")


def test_a_printed_ratio_comes_before_arms_of_two_definitions(oak) -> None:
    cough(oak, A, "events", 20, events=20, n=100, definition="dry")
    cough(oak, B, "events", 10, events=10, n=100)
    assert result(oak).effects[0].notes == (
        "definitions differ: definition 'dry' against the outcome without a definition",
    )
    cough(oak, AB, "RR", 1.5, (1.1, 2.1))
    effects = result(oak)
    assert effects.effects[0].rows[0].result_id == "r3"
    assert "under one definition" in effects.exclusions[0].reason


def test_an_arcsine_records_no_correction_it_does_not_make(oak) -> None:
    cough(oak, A, "events", 0, events=0, n=100)
    assert standardise(oak.single(), measure="PAS").effects[0].adjustment == ""
    assert standardise(oak.single(), measure="PAS", zero_cells="all").effects[0].adjustment != ""
    assert standardise(oak.single(), measure="PLO").effects[0].adjustment != ""
