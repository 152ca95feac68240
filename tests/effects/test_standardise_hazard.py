"""standardise(): hazard ratios, every route from rows to effect."""

from __future__ import annotations

import math

import pytest

from metasyn.effects import standardise
from metasyn.effects.hazard_ratio import medians_and_p, ratio_and_interval
from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import Interval

A, B, AB, BA = "oak.drug", "oak.placebo", "oak.drug|oak.placebo", "oak.placebo|oak.drug"


def only_effect(builder, **options):
    effects = standardise(builder.contrast(), measure="HR", **options)
    assert effects.k == 1, effects.exclusions
    return effects.effects[0]


def codes(effects) -> dict[str, str]:
    """Exclusion code by result id."""
    return {i: e.code for e in effects.exclusions for i in e.result_ids}


def test_printed_ratio_and_interval(oak) -> None:
    effect = only_effect(oak.row(AB, "HR", 0.62, (0.47, 0.80), printed="0.62 (0.47-0.80)", decimals=2))
    assert (effect.yi, effect.vi) == ratio_and_interval(0.62, Interval(0.47, 0.80))
    assert (effect.route.name, effect.route.grade, effect.inverted) == ("ratio and interval", 1, False)
    (reference,) = effect.rows
    assert (reference.result_id, reference.as_printed) == ("r1", "0.62 (0.47-0.80)")
    assert reference.citation == "Oak 2001, Journal of Pressure"
    assert effect.notes == ()
    assert effect.label == "Oak 2001"


def test_a_contrast_stated_the_other_way_round_is_inverted_by_name(oak, trials) -> None:
    forward = only_effect(oak.row(AB, "HR", 0.5, (0.25, 1.0)))
    backward = only_effect(trials().trial().row(BA, "HR", 2.0, (1.0, 4.0)))
    assert backward.inverted
    assert (backward.yi, backward.vi) == pytest.approx((forward.yi, forward.vi))
    o_minus_e = only_effect(trials().trial().row(BA, "O-E", 12.0).row(BA, "V", 40.0))
    assert o_minus_e.yi == pytest.approx(-0.3)
    assert o_minus_e.inverted


def test_inverting_the_question_negates_every_route(oak) -> None:
    oak.row(AB, "HR", 0.5, (0.25, 1.0))
    evidence = oak.build()
    sides = ({"arm": "drug"}, {"arm": "placebo"})
    there = standardise(evidence.select(outcome="stroke", contrast=sides), measure="HR").effects[0]
    back = standardise(evidence.select(outcome="stroke", contrast=sides[::-1]), measure="HR").effects[0]
    assert back.yi == -there.yi
    assert back.vi == there.vi
    assert (there.inverted, back.inverted) == (False, True)


def test_o_minus_e_and_v(oak) -> None:
    effect = only_effect(oak.row(AB, "O-E", -12.0).row(AB, "V", 40.0))
    assert (effect.yi, effect.vi) == (-0.3, 0.025)
    assert (effect.route.name, effect.route.grade) == ("O-E and V", 2)
    assert [row.result_id for row in effect.rows] == ["r1", "r2"]


def test_ratio_and_p_beside_it_or_in_a_row_of_its_own(oak, trials) -> None:
    beside = only_effect(oak.row(AB, "HR", 0.7, p=0.04))
    apart = only_effect(trials().trial().row(AB, "HR", 0.7).row(BA, "p", p=0.04))
    assert beside.yi == apart.yi
    assert beside.vi == apart.vi
    assert beside.route.grade == 3
    assert [row.result_id for row in apart.rows] == ["r1", "r2"]


def test_sidedness_is_noted(oak, trials) -> None:
    unstated = only_effect(oak.row(AB, "HR", 0.7, p=0.04, sided="not stated"))
    assert "not stated, taken as two-sided" in unstated.notes[0]
    one = only_effect(trials().trial().row(AB, "HR", 0.7, p=0.02, sided="one"))
    assert "one-sided p = 0.02 doubled" in one.notes
    assert one.vi == unstated.vi


def test_medians_and_p_from_the_pair_or_the_medians_themselves(oak, trials) -> None:
    want = medians_and_p(21, 33, PValue(value=0.034, sided="two"))
    apart = only_effect(
        oak.row(A, "median", 21, unit="months").row(B, "median", 33, unit="months").row(AB, "p", p=0.034)
    )
    assert (apart.yi, apart.vi) == want
    assert (apart.route.name, apart.route.grade) == ("medians and p", 8)
    assert len(apart.rows) == 3
    assert "exponential" in apart.route.assumptions[0]
    beside = only_effect(
        trials().trial().row(A, "median", 21, p=0.034, unit="months").row(B, "median", 33, unit="months")
    )
    assert (beside.yi, beside.vi) == want
    assert len(beside.rows) == 2


def test_a_bound_on_p_falls_through_to_the_next_route(oak) -> None:
    oak.row(A, "median", 12, (7, 18), unit="months").row(B, "median", 9, (6, 16), unit="months")
    effect = only_effect(oak.row(AB, "p", p="ns"))
    assert effect.route.name == "medians and their intervals"
    assert effect.route.grade == 10
    half_widths = [math.log(18 / 7), math.log(16 / 6)]
    assert effect.vi == pytest.approx(sum((w / (2 * 1.959963984540054)) ** 2 for w in half_widths))


def test_medians_and_events(oak, trials) -> None:
    beside = only_effect(
        oak.row(A, "median", 12, events=40, unit="weeks").row(B, "median", 9, events=50, unit="weeks")
    )
    assert (beside.route.name, beside.route.grade) == ("medians and events", 9)
    assert (beside.yi, beside.vi) == pytest.approx((math.log(9 / 12), 1 / 40 + 1 / 50))
    apart = only_effect(
        trials()
        .trial()
        .row(A, "median", 12, unit="weeks")
        .row(B, "median", 9, unit="weeks")
        .row(A, "events", 40, events=40)
        .row(B, "events", 50, events=50)
    )
    assert apart.vi == beside.vi
    assert len(apart.rows) == 4


def test_an_open_interval_is_not_used(oak) -> None:
    oak.row(A, "median", 12, (7, math.inf), unit="weeks").row(B, "median", 9, (6, 16), unit="weeks")
    effects = standardise(oak.contrast(), measure="HR")
    assert effects.k == 0
    (exclusion,) = effects.exclusions
    assert exclusion.code == "no-route"
    assert "not reached" in exclusion.reason


def test_nothing_is_assumed_unless_stated(oak) -> None:
    oak.row(A, "median", 12, unit="weeks").row(B, "median", 9, n=80, unit="weeks")
    effects = standardise(oak.contrast(), measure="HR")
    assert effects.k == 0
    assert "event_fraction" in effects.exclusions[0].reason
    assert effects.exclusions[0].result_ids == ("r1", "r2")
    effect = only_effect(oak, event_fraction=0.8)
    assert (effect.route.name, effect.route.grade) == ("medians and assumed events", 15)
    assert effect.vi == pytest.approx(1 / 80 + 1 / 64)
    assert any("80%" in text for text in effect.route.assumptions)
    assert effect.notes == ("n = 100 of drug taken from the table of cohorts",)


def test_no_route_without_participants(trials) -> None:
    builder = trials().trial(n=(100, None))
    builder.row(A, "median", 12, unit="weeks").row(B, "median", 9, unit="weeks")
    effects = standardise(builder.contrast(), measure="HR", event_fraction=0.8)
    assert "placebo has no printed number of participants" in effects.exclusions[0].reason


def test_units_are_converted_and_noted(oak) -> None:
    oak.row(A, "median", 13, events=30, unit="weeks").row(B, "median", 2, events=30, unit="months")
    effect = only_effect(oak)
    assert effect.yi == pytest.approx(math.log(2 * 30.4375 / 7 / 13))
    assert any("converted" in note for note in effect.notes)


def test_units_that_do_not_fit_are_refused(oak) -> None:
    oak.row(A, "median", 13, events=30, unit="weeks").row(B, "median", 2, events=30)
    effects = standardise(oak.contrast(), measure="HR")
    assert "one unit" in effects.exclusions[0].reason


def test_a_median_that_was_not_reached_is_named(oak) -> None:
    oak.row(A, "median", None, printed="not reached").row(B, "median", 9, unit="weeks")
    effects = standardise(oak.contrast(), measure="HR")
    assert "the median of the cohort (drug) is not a number (not reached)" in effects.exclusions[0].reason


def test_grades_decide_and_the_others_say_why(oak) -> None:
    oak.row(A, "median", 12, events=40, unit="weeks").row(B, "median", 9, events=50, unit="weeks")
    oak.row(AB, "p", p=0.2).row(AB, "HR", 0.8, p=0.1).row(AB, "HR", 0.81, (0.6, 1.1)).row(AB, "range", None)
    effects = standardise(oak.contrast(), measure="HR")
    assert effects.effects[0].rows[0].result_id == "r5"
    assert codes(effects) == dict.fromkeys(["r1", "r2", "r3", "r4", "r6"], "not-preferred")
    reasons = {i: e.reason for e in effects.exclusions for i in e.result_ids}
    assert "'ratio and interval' (grade 1) comes before 'ratio and events' (grade 4)" in reasons["r1"]
    assert "'ratio and interval' (grade 1) comes before 'ratio and p' (grade 3)" in reasons["r4"]
    assert "[r5]" in reasons["r4"]
    assert "(range)" in reasons["r6"]


def test_order_of_the_better_routes(oak) -> None:
    oak.row(AB, "HR", 0.7, p=0.04).row(AB, "O-E", -12.0).row(AB, "V", 40.0)
    assert only_effect(oak).route.name == "O-E and V"


def test_listed_definitions_come_before_grades(oak) -> None:
    oak.row(AB, "HR", 0.6, (0.4, 0.9), definition="any").row(AB, "HR", 0.7, p=0.04, definition="disabling")
    assert only_effect(oak).rows[0].result_id == "r1"
    chosen = only_effect(oak, definitions=["disabling", "any"])
    assert chosen.rows[0].result_id == "r2"
    effects = standardise(oak.contrast(), measure="HR", definitions=["disabling"])
    assert "definition 'disabling' comes before 'any'" in effects.exclusions[0].reason


def test_without_a_list_no_definition_comes_first_at_equal_grade(oak) -> None:
    oak.row(AB, "HR", 0.6, (0.4, 0.9), definition="any").row(AB, "HR", 0.7, (0.5, 0.98))
    assert only_effect(oak).rows[0].result_id == "r2"


def test_a_printed_ratio_is_not_passed_over_for_medians_of_the_plain_definition(oak) -> None:
    oak.row(A, "median", 12, events=40, unit="weeks").row(B, "median", 9, events=50, unit="weeks")
    oak.row(AB, "HR", 0.6, (0.4, 0.9), definition="adjudicated")
    assert only_effect(oak).rows[0].result_id == "r3"
    assert only_effect(oak, definitions=[""]).route.name == "medians and events"


def test_decimals_then_table_order(oak, trials) -> None:
    oak.row(AB, "HR", 0.6, (0.4, 0.9), decimals=1).row(AB, "HR", 0.62, (0.4, 0.9), decimals=2)
    assert only_effect(oak).rows[0].result_id == "r2"
    same = trials().trial().row(AB, "HR", 0.61, (0.4, 0.9)).row(AB, "HR", 0.62, (0.4, 0.9))
    effects = standardise(same.contrast(), measure="HR")
    assert effects.effects[0].rows[0].result_id == "r1"
    assert "comes first in the table" in effects.exclusions[0].reason


def test_medians_of_one_source_before_medians_of_two(oak) -> None:
    oak.row(A, "median", 12, events=40, unit="weeks", source="paper")
    oak.row(B, "median", 9, events=50, unit="weeks", source="abstract")
    oak.row(B, "median", 9, events=50, unit="weeks", source="paper")
    assert [row.result_id for row in only_effect(oak).rows] == ["r1", "r3"]


def test_arms_of_one_definition_before_arms_of_two(oak, trials) -> None:
    oak.row(A, "median", 12, events=40, unit="weeks", definition="any")
    oak.row(B, "median", 9, events=50, unit="weeks").row(
        B, "median", 8, events=50, unit="weeks", definition="any"
    )
    assert [row.result_id for row in only_effect(oak).rows] == ["r1", "r3"]
    mixed = trials().trial().row(A, "median", 12, events=40, unit="weeks", definition="any")
    effect = only_effect(mixed.row(B, "median", 9, events=50, unit="weeks"))
    assert any("definitions differ" in note for note in effect.notes)


def test_p_of_the_same_definition_is_taken(oak) -> None:
    oak.row(A, "median", 12, unit="weeks").row(B, "median", 9, unit="weeks")
    oak.row(AB, "p", p=0.3, definition="adjusted").row(AB, "p", p=0.2)
    assert [row.result_id for row in only_effect(oak).rows] == ["r1", "r2", "r4"]


def test_p_of_another_definition_only_where_there_is_no_other(oak, trials) -> None:
    oak.row(A, "median", 12, unit="weeks").row(B, "median", 9, unit="weeks")
    effect = only_effect(oak.row(AB, "p", p=0.3, definition="adjusted"))
    assert any("p is printed for definition 'adjusted'" in note for note in effect.notes)
    # A bound on the p of this very comparison is not replaced by the p of another one.
    bounded = trials().trial().row(A, "median", 12, unit="weeks").row(B, "median", 9, unit="weeks")
    bounded.row(AB, "p", p="ns").row(AB, "p", p=0.003, definition="adjusted")
    assert standardise(bounded.contrast(), measure="HR").k == 0


def test_an_interval_off_its_centre_is_noted(oak) -> None:
    effect = only_effect(oak.row(AB, "HR", 0.62, (0.40, 0.90), printed="0.62 (0.40-0.90)", decimals=2))
    assert any("off the centre" in note for note in effect.notes)


def test_every_refusal_is_in_the_reason(oak) -> None:
    oak.row(AB, "HR", 1.0, p="ns").row(AB, "O-E", 3.0)
    (exclusion,) = standardise(oak.contrast(), measure="HR").exclusions
    for words in ("has no interval", "printed as 1", "has no V", "the cohort (drug) has no printed median"):
        assert words in exclusion.reason


def test_fraction_out_of_range(oak) -> None:
    with pytest.raises(OptionError, match="event_fraction"):
        standardise(oak.row(AB, "HR", 0.5, (0.2, 0.9)).contrast(), measure="HR", event_fraction=80)


def test_a_printed_interval_turns_with_its_ratio(oak) -> None:
    oak.row("oak.placebo|oak.drug", "HR", 1.25, (1.0, 2.0))
    (effect,) = standardise(oak.contrast(), measure="HR").effects
    assert effect.inverted
    assert effect.reported_ci == Interval(0.5, 1.0)


def test_a_p_value_of_another_definition_gives_no_standard_error(oak) -> None:
    oak.row(AB, "HR", 0.7, definition="multivariable").row(AB, "p", p=0.6)
    effects = standardise(oak.contrast(), measure="HR")
    assert effects.k == 0
    assert any("belongs to another definition" in e.reason for e in effects.exclusions)
