"""Events of one group that are those of both groups less those of the other, by the defining equations."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import norm

from metasyn.effects import standardise
from tests.effects.lung_trial import BOTH, CURVE, MEN, WOMEN, lung

A, B, AB, BA = "oak.drug", "oak.placebo", "oak.drug|oak.placebo", "oak.placebo|oak.drug"
SIDES = ({"arm": "drug"}, {"arm": "placebo"})
Z = float(-norm.ppf(0.02 / 2))


def found(oak: Any, *, turned: bool = False, **options: Any) -> Any:
    sides = SIDES[::-1] if turned else SIDES
    return standardise(oak.build().select(outcome="stroke", contrast=sides), measure="HR", **options)


def one(oak: Any, **options: Any) -> Any:
    (effect,) = found(oak, **options).effects
    return effect


def events(oak: Any, *counts: tuple[str, int], **fields: Any) -> Any:
    for about, count in counts:
        oak.row(about, "events", float(count), events=count, **fields)
    return oak


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("arm", "own"), [(A, 40), (B, 50)])
@pytest.mark.parametrize("pair", [AB, BA])
def test_a_ratio_with_all_events_and_those_of_one_group(
    oak: Any, arm: str, own: int, pair: str, turned: bool
) -> None:
    oak.row(pair, "HR", 0.75)
    effect = one(events(oak, (pair, 90), (arm, own)), turned=turned)
    assert (effect.route.name, effect.route.grade) == ("ratio and events", 4)
    sign = 1 if (pair == AB) != turned else -1
    assert (effect.yi, effect.vi) == pytest.approx((sign * math.log(0.75), 90 / (40 * 50)))
    other, label, whose = (50, "placebo", "drug") if arm == A else (40, "drug", "placebo")
    assert effect.notes == (f"{other} events of {label} by subtraction: 90 of both groups, {own} of {whose}",)
    assert {row.result_id for row in effect.rows} == {"r1", "r2", "r3"}
    assert effect.rounding.sei.low == pytest.approx(effect.sei)


def test_all_events_may_stand_beside_the_ratio(oak: Any) -> None:
    oak.row(AB, "HR", 0.75, events=90)
    effect = one(events(oak, (A, 40)))
    assert (effect.route.name, effect.vi) == ("ratio and events", pytest.approx(90 / (40 * 50)))


def test_a_p_value_with_all_events_and_those_of_one_group(oak: Any, trials: Any) -> None:
    v = 70 * 88 / 158
    oak = trials().trial(n=(140, 141))
    oak.row(AB, "p", p=0.02, test="log-rank", fewer_events_in="cohort")
    effect = one(events(oak, (A, 70), (AB, 158)))
    assert (effect.route.name, effect.route.grade) == ("p and events", 5)
    assert (effect.yi, effect.vi) == pytest.approx((-Z / math.sqrt(v), 1 / v))


def test_the_difference_shows_the_direction_too(oak: Any, trials: Any) -> None:
    oak = trials().trial(n=(140, 141)).row(AB, "chi-square", 5.41, test="log-rank")
    effect = one(events(oak, (B, 88), (AB, 158)))
    assert effect.yi == pytest.approx(-math.sqrt(5.41 / (70 * 88 / 158)))
    assert any("the shares with the event, 70/140 and 88/141" in note for note in effect.notes)


def test_medians_with_all_events_and_those_of_one_group(oak: Any) -> None:
    for arm, median in ((A, 11.0), (B, 8.0)):
        oak.row(arm, "median", median, unit="months")
    effect = one(events(oak, (AB, 90), (A, 40)))
    assert effect.route.name == "medians and events"
    assert (effect.yi, effect.vi) == pytest.approx((math.log(8 / 11), 1 / 40 + 1 / 50))
    assert any("50 events of placebo by subtraction" in note for note in effect.notes)


def test_observed_and_expected_with_all_events_and_those_of_one_group(oak: Any) -> None:
    oak.row(A, "E", 46.2).row(B, "E", 43.8)
    effect = one(events(oak, (AB, 90), (A, 40)))
    assert effect.route.name == "O and E"
    assert effect.yi == pytest.approx(math.log((40 / 46.2) / (50 / 43.8)))
    assert effect.vi == pytest.approx(1 / 46.2 + 1 / 43.8)


def test_curves_take_the_difference_as_if_it_were_printed(tmp_path: Path) -> None:
    def count(about: str, number: int) -> tuple[str, str, dict[str, str]]:
        return about, "events", {"value": str(number), "events": str(number), "unit": "patients"}

    def effect(name: str, *figures: Any) -> Any:
        evidence = lung(tmp_path / name, [*CURVE, *figures], curves=True, numbers=False)
        sides = ({"sex": "w"}, {"sex": "m"})
        (made,) = standardise(evidence.select(outcome="OS", contrast=sides), measure="HR").effects
        return made

    printed = effect("printed", count(WOMEN, 53), count(MEN, 112))
    made = effect("made", count(WOMEN, 53), count(BOTH, 165))
    assert made.route.name == printed.route.name == "curves and events"
    assert (made.yi, made.vi) == (printed.yi, printed.vi)
    assert any("112 events of men by subtraction" in note for note in made.notes)


def test_a_group_with_more_events_than_both_together_is_refused(oak: Any) -> None:
    oak.row(AB, "p", p=0.02, test="log-rank", fewer_events_in="cohort")
    refused = found(events(oak, (AB, 30), (A, 40)))
    assert refused.k == 0
    assert "40 events of drug are more than the 30 of both groups" in refused.exclusions[0].reason


def test_printed_events_are_never_replaced_by_a_difference(oak: Any) -> None:
    oak.row(AB, "HR", 0.75)
    effect = one(events(oak, (AB, 90), (A, 40), (B, 49)))
    assert effect.vi == pytest.approx(89 / (40 * 49))
    assert effect.notes == ()


@pytest.mark.parametrize("fields", [{"definition": "second"}, {"unit": "episodes"}])
def test_events_of_another_kind_are_not_subtracted(oak: Any, fields: dict[str, str]) -> None:
    events(oak.row(AB, "HR", 0.75), (AB, 90))
    effect = one(events(oak, (A, 40), **fields))
    assert effect.route.name == "ratio, all events and allocation"
    assert effect.vi == pytest.approx(200**2 / (90 * 100 * 100))


def test_medians_under_two_definitions_have_no_difference(oak: Any) -> None:
    for arm, median, definition in ((A, 11.0, "first"), (B, 8.0, "second")):
        oak.row(arm, "median", median, unit="months", definition=definition)
    refused = found(events(oak, (AB, 90), (A, 40), definition="first"))
    assert refused.k == 0
    assert "placebo has no printed number of events" in refused.exclusions[0].reason


def test_a_group_left_without_events_gives_no_variance(oak: Any) -> None:
    oak.row(AB, "HR", 0.75)
    effect = one(events(oak, (AB, 40), (A, 40)))
    assert effect.route.name == "ratio, all events and allocation"
