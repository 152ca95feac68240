"""Figures that look like others: what must not become a number, or not without a word about it."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from metasyn.effects import standardise
from metasyn.effects.survival.effective_n import proportion_interval, se_from_interval
from metasyn.effects.survival.hazard_ranges import survival_and_intervals_range
from metasyn.effects.survival.printed_range import Range
from metasyn.effects.survival.timepoint import cumulative_hazard_from_se
from metasyn.values import Interval

A, B, AB, BA = "oak.drug", "oak.placebo", "oak.drug|oak.placebo", "oak.placebo|oak.drug"
YEAR = {"timepoint": "12 months"}
PERCENT = {"unit": "percent", **YEAR}


def found(oak: Any, measure: str = "HR", *, timepoint: str = "", **options: Any) -> Any:
    return standardise(oak.contrast("stroke", timepoint=timepoint), measure=measure, **options)


def one(oak: Any, measure: str = "HR", **options: Any) -> Any:
    (effect,) = found(oak, measure, **options).effects
    return effect


@pytest.mark.parametrize("statistic", ["OR", "RR", "RD", "phi", "events", "range"])
def test_a_p_beside_a_figure_of_another_kind_is_not_that_of_the_log_rank(oak: Any, statistic: str) -> None:
    oak.row(AB, "V", 40.0).row(AB, statistic, 0.5, p=0.01, fewer_events_in="cohort")
    assert found(oak).k == 0


def test_it_is_where_the_test_is_stated(oak: Any) -> None:
    oak.row(AB, "V", 40.0).row(AB, "RR", 0.5, p=0.01, fewer_events_in="cohort", test="log-rank")
    assert one(oak).yi == pytest.approx(-2.575829303549 / math.sqrt(40))


@pytest.mark.parametrize("n", [None, 100])
def test_the_number_at_risk_is_the_value_not_the_participants(oak: Any, n: int | None) -> None:
    for arm, share, left in ((A, 60.0, 40.0), (B, 50.0, 30.0)):
        oak.row(arm, "survival", share, **PERCENT).row(arm, "at risk", left, n=n, **YEAR)
    assert one(oak).route.name == "survival and numbers at risk"
    want = sum((1 - s) / (r / s * s * math.log(s) ** 2) for s, r in ((0.6, 40), (0.5, 30)))
    assert one(oak).vi == pytest.approx(want)
    (single,) = standardise(oak.single("stroke", timepoint="12 months"), measure="PR").effects
    assert single.vi == pytest.approx(0.6 * 0.4 / (40 / 0.6))


@pytest.mark.parametrize("n", [100, None])
def test_a_percentage_whose_own_events_say_that_it_is_of_events(oak: Any, n: int | None) -> None:
    for arm, events in ((A, 30), (B, 40)):
        oak.row(arm, "percent", float(events), events=events, n=n, decimals=0, **PERCENT)
    ratio = one(oak, "RR", timepoint="12 months")
    assert (ratio.counts.events_1, ratio.counts.events_2) == (30, 40)
    (single,) = standardise(oak.single("stroke", timepoint="12 months"), measure="PR").effects
    assert single.yi == pytest.approx(0.3)
    refused = found(oak)
    assert refused.k == 0
    assert "is the share with the event: print the share without it" in refused.exclusions[0].reason


def test_a_percentage_whose_own_events_say_that_it_is_without_the_event(oak: Any) -> None:
    for arm, events in ((A, 30), (B, 40)):
        oak.row(arm, "percent", 100.0 - events, events=events, n=100, decimals=0, **PERCENT)
    ratio = one(oak, "RR", timepoint="12 months")
    assert (ratio.counts.events_1, ratio.counts.events_2) == (30, 40)
    assert one(oak).yi == pytest.approx(math.log(math.log(0.7) / math.log(0.6)))


def test_the_printed_events_are_taken_where_a_coarse_share_allows_several(oak: Any, trials: Any) -> None:
    oak = trials().trial(n=(300, 300))
    for arm, events in ((A, 89), (B, 121)):
        share = float(round(100 - events / 3))
        oak.row(arm, "percent", share, events=events, n=300, decimals=0, **PERCENT)
    counts = one(oak, "RR", timepoint="12 months").counts
    assert (counts.events_1, counts.events_2) == (89, 121)


@pytest.mark.parametrize("about", [A, AB])
def test_survival_is_no_margin_of_a_table_of_events(oak: Any, about: str) -> None:
    oak.row(AB, "RR", 0.75, decimals=2, **YEAR)
    oak.row(about, "percent", 60.0, decimals=0, n=100 if about == A else 200, **PERCENT)
    refused = found(oak, "RR", timepoint="12 months")
    assert refused.k == 0


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
@pytest.mark.parametrize("policy", ["only0", "all", "if0all"])
def test_the_range_of_a_table_found_by_its_margins_is_under_the_same_policy(
    oak: Any, trials: Any, measure: str, policy: str
) -> None:
    oak = trials().trial().trial("elm")
    oak.row(AB, "events", 40, events=40, outcome="cough")
    oak.row(AB, "RD", -0.1, decimals=1, outcome="cough")
    for arm, events in (("elm.drug", 0), ("elm.placebo", 5)):
        oak.row(arm, "events", events, events=events, n=100, outcome="cough")
    effects = standardise(oak.contrast("cough"), measure=measure, zero_cells=policy)
    effect = effects.effects[0]
    assert effect.route.name == "margins and ratio"
    assert bool(effect.adjustment) == (policy != "only0")
    add = 0.5 if policy != "only0" and measure != "RD" else 0.0
    ends = []
    for a in range(41):
        c = 40 - a
        if -0.15 - 1e-9 <= (a - c) / 100 <= -0.05 + 1e-9:
            p, q = (a + add) / (100 + 2 * add), (c + add) / (100 + 2 * add)
            ends.append(
                {"OR": math.log(p / (1 - p) / (q / (1 - q))), "RD": p - q}.get(measure, math.log(p / q))
            )
    if measure == "OR":
        assert (effect.rounding.yi.low, effect.rounding.yi.high) == pytest.approx((min(ends), max(ends)))
    assert effect.rounding.yi.low <= effect.yi <= effect.rounding.yi.high
    assert effect.rounding.sei.low <= effect.sei <= effect.rounding.sei.high


def test_a_stated_direction_that_the_ratio_contradicts_is_told(oak: Any) -> None:
    oak.row(AB, "HR", 1.3).row(AB, "V", 40.0).row(AB, "p", p=0.02, fewer_events_in="cohort")
    effect = one(oak, prefer=["p and V"])
    assert effect.yi < 0
    assert any("HR 1.3: the other way than fewer_events_in of" in note for note in effect.notes)


@pytest.mark.parametrize(
    ("about", "z", "fewer", "told"),
    [
        (AB, -2.0, "comparator", True),
        (AB, -2.0, "cohort", False),
        (BA, -2.0, "comparator", True),
        (BA, -2.0, "cohort", False),
        (AB, 2.0, "cohort", False),
    ],
)
def test_a_negative_z_against_the_stated_direction_is_told(
    oak: Any, about: str, z: float, fewer: str, told: bool
) -> None:
    oak.row(about, "z", z, fewer_events_in=fewer).row(AB, "V", 25.0)
    effect = one(oak)
    assert abs(effect.yi) == pytest.approx(0.4)
    assert (effect.yi < 0) == ((fewer == "cohort") == (about == AB))
    assert any("the other way" in note for note in effect.notes) == told


def test_a_chi_square_of_a_stratified_test_is_told(oak: Any) -> None:
    oak.row(AB, "chi-square", 4.0, fewer_events_in="cohort", test="stratified log-rank")
    oak.row(AB, "V", 25.0).row(AB, "O-E", -10.0)
    for route in ("chi-square and V", "O-E and chi-square"):
        assert "chi-square is of a stratified log-rank test" in one(oak, prefer=[route]).notes


def test_a_group_without_events_is_named_where_it_stands_in_the_way(oak: Any) -> None:
    oak.row(AB, "p", p=0.02, fewer_events_in="cohort", test="log-rank")
    oak.row(A, "events", 0, events=0, n=100).row(B, "events", 8, events=8, n=100)
    refused = found(oak)
    assert refused.k == 0
    assert "a group without events gives no V" in refused.exclusions[0].reason


def test_a_preferred_route_that_is_not_possible_is_told(oak: Any) -> None:
    oak.row(AB, "HR", 0.8, (0.6, 1.07))
    effect = one(oak, prefer=["O-E and V", "p and V"])
    note = "preferred route 'O-E and V', 'p and V' not possible here, 'ratio and interval' taken by grade"
    assert note in effect.notes
    assert one(oak, prefer=["ratio and interval"]).notes == one(oak).notes


def test_a_preferred_route_that_gives_way_to_a_definition_is_told(oak: Any) -> None:
    oak.row(AB, "HR", 0.8, (0.6, 1.07), definition="central")
    oak.row(AB, "O-E", -9.0, definition="local").row(AB, "V", 40.0, definition="local")
    effect = one(oak, prefer=["O-E and V"], definitions=["central"])
    assert effect.route.name == "ratio and interval"
    assert (
        "preferred route 'O-E and V' passed over: definition 'central' comes before 'local'" in effect.notes
    )


METHODS = ("plain", "log", "log-log", "logit")


@pytest.mark.parametrize("methods", list(product(METHODS, repeat=2)))
@pytest.mark.parametrize("share", [0.08, 0.37, 0.85])
def test_the_range_of_survival_with_intervals_by_trying(methods: tuple[str, str], share: float) -> None:
    """Every combination on a grid lies within, and the ends are met on it."""
    printed = []
    for method, n in zip(methods, (900, 1500), strict=True):
        interval = proportion_interval(share, n, method=method)
        printed.append([Range.printed(round(x, 2), 2) for x in (share, interval.low, interval.high)])
    tried = []
    for method, figures in zip(methods, printed, strict=True):
        grid = [np.linspace(r.low, r.high, 5) for r in figures]
        hazards = []
        for s, low, high in product(*grid):
            se = se_from_interval(s, Interval(low, high), method=method)
            hazards.append(cumulative_hazard_from_se(s, se))
        tried.append(hazards)
    first, second = tried
    yi = [a[0] - b[0] for a, b in product(first, second)]
    sei = [math.sqrt(a[1] + b[1]) for a, b in product(first, second)]
    (s1, *bounds_1), (s2, *bounds_2) = printed
    span = survival_and_intervals_range(s1, s2, tuple(bounds_1), tuple(bounds_2), methods=methods)
    assert (span.yi.low, span.yi.high) == pytest.approx((min(yi), max(yi)))
    assert (span.sei.low, span.sei.high) == pytest.approx((min(sei), max(sei)))


@pytest.mark.parametrize("method", METHODS)
def test_survival_with_a_stated_interval_has_its_range(oak: Any, method: str) -> None:
    for arm, share, n in ((A, 0.6, 100), (B, 0.5, 120)):
        interval = proportion_interval(share, n, method=method)
        bounds = (round(100 * interval.low, 1), round(100 * interval.high, 1))
        oak.row(arm, "survival", 100 * share, bounds, ci_method=method, decimals=1, ci_decimals=1, **PERCENT)
    effect = one(oak)
    want = math.sqrt(sum((1 - s) / (n * s * math.log(s) ** 2) for s, n in ((0.6, 100), (0.5, 120))))
    assert effect.route.name == "survival and interval"
    assert want in effect.rounding.sei
    assert effect.rounding.weight_factor < 1.1


def test_overlap_is_found_without_comparing_all_with_all(trials: Any) -> None:
    """A part of a part of a whole, in three studies; cohorts of other studies are left alone."""
    builder = trials()
    for study in ("oak", "elm", "ash"):
        builder.trial(study)
        for arm in ("drug", "placebo"):
            builder.cohort(f"{study}.{arm}.old", arm=arm, n=40, part_of=f"{study}.{arm}")
            builder.cohort(f"{study}.{arm}.oldest", arm=arm, n=10, part_of=f"{study}.{arm}.old")
        for part in ("", ".old", ".oldest"):
            builder.row(f"{study}.drug{part}|{study}.placebo{part}", "HR", 0.8, (0.6, 1.07))
    whole = standardise(builder.contrast(), measure="HR")
    parts = standardise(builder.contrast(), measure="HR", overlap="parts")
    assert [e.cohort_id for e in whole.effects] == ["oak.drug", "elm.drug", "ash.drug"]
    assert [e.cohort_id for e in parts.effects] == [f"{s}.drug.oldest" for s in ("oak", "elm", "ash")]


@pytest.mark.parametrize("measure", ["MEDLN", "PLO", "RR"])
def test_the_digits_of_a_derived_figure_say_nothing(oak: Any, trials: Any, measure: str) -> None:
    for derived in (False, True):
        builder = trials().trial(n=(300, 300))
        builder.row(A, "median", 12.0, (9.0, 16.0), unit="months", derived=derived)
        for arm in (A, B):
            builder.row(arm, "percent", 40.0, (30.0, 50.0), unit="percent", outcome="cough", derived=derived)
        outcome = "stroke" if measure == "MEDLN" else "cough"
        selection = builder.contrast(outcome) if measure == "RR" else builder.single(outcome)
        (effect,) = standardise(selection, measure=measure).effects
        assert (effect.rounding is None) == derived


def test_episodes_are_no_events_of_participants(oak: Any) -> None:
    for arm, months in ((A, 14.0), (B, 12.0)):
        oak.row(arm, "median", months, unit="months").row(
            arm, "events", 40, events=40, n=100, unit="episodes"
        )
    assert found(oak).k == 0
    assert standardise(oak.single("stroke"), measure="MEDLN").k == 0
