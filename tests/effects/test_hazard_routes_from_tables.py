"""Every route to a hazard ratio, from a data folder to the effect: one comparison printed in many ways."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy.stats import norm

from metasyn.effects import EffectSet, standardise
from metasyn.effects.survival.facts import SURVIVAL_ROUTES
from metasyn.errors import OptionError
from metasyn.vocabulary import RouteName, choices
from tests.effects import lung_trial as trial
from tests.effects.lung_trial import (
    BOTH,
    CHI,
    COX,
    CURVE,
    DIFFERENCE,
    EVENTS,
    EXPECTED,
    INTERVAL,
    MEDIANS,
    RATIO,
    RISK,
    STANDARD_ERRORS,
    SURVIVAL,
    TOTAL,
    TURNED,
    VARIANCE,
    P,
    at_a_year,
    lung,
)

SIDES = ({"sex": "w"}, {"sex": "m"})
Z_P = float(-norm.ppf(0.0013 / 2))
BY_EVENTS = 53 * 112 / 165
BY_ALLOCATION = 165 * 90 * 138 / 228**2
HAZARDS = [math.log(-math.log(s)) for s in (0.526, 0.336)]


def effects(folder: Path, *figures, sides=SIDES, curves=False, numbers=True, **options) -> EffectSet:
    evidence = lung(folder, figures, curves=curves, numbers=numbers)
    return standardise(evidence.select(outcome="OS", contrast=sides), measure="HR", **options)


def spread(share: float, n: float) -> float:
    return (1 - share) / (n * share * math.log(share) ** 2)


# Figures, route, and estimate and variance by its defining equation.
ROUTES = [
    ([INTERVAL], "ratio and interval", math.log(0.588), (math.log(0.816 / 0.424) / (2 * 1.959964)) ** 2),
    (
        [(BOTH, "HR", {"value": "0.588", "se": "0.167"})],
        "ratio and standard error",
        math.log(0.588),
        0.167**2,
    ),
    ([RATIO, P], "ratio and p", math.log(0.588), (math.log(0.588) / Z_P) ** 2),
    ([RATIO, VARIANCE], "ratio and V", math.log(0.588), 1 / 40.37),
    ([RATIO, *EVENTS], "ratio and events", math.log(0.588), 1 / BY_EVENTS),
    ([RATIO, TOTAL], "ratio, all events and allocation", math.log(0.588), 1 / BY_ALLOCATION),
    ([DIFFERENCE, VARIANCE], "O-E and V", -20.42 / 40.37, 1 / 40.37),
    ([DIFFERENCE, CHI], "O-E and chi-square", -10.33 / 20.42, 10.33 / 20.42**2),
    ([DIFFERENCE, P], "O-E and p", -(Z_P**2) / 20.42, (Z_P / 20.42) ** 2),
    ([*EXPECTED, *EVENTS], "O and E", math.log((53 / 73.4) / (112 / 91.6)), 1 / 73.4 + 1 / 91.6),
    ([CHI, VARIANCE], "chi-square and V", -math.sqrt(10.33 / 40.37), 1 / 40.37),
    ([CHI, *EVENTS], "chi-square and events", -math.sqrt(10.33 / BY_EVENTS), 1 / BY_EVENTS),
    (
        [CHI, TOTAL],
        "chi-square, all events and allocation",
        -math.sqrt(10.33 / BY_ALLOCATION),
        1 / BY_ALLOCATION,
    ),
    ([P, VARIANCE], "p and V", -Z_P / math.sqrt(40.37), 1 / 40.37),
    ([P, *EVENTS], "p and events", -Z_P / math.sqrt(BY_EVENTS), 1 / BY_EVENTS),
    ([P, TOTAL], "p, all events and allocation", -Z_P / math.sqrt(BY_ALLOCATION), 1 / BY_ALLOCATION),
    (
        [*MEDIANS],
        "medians and their intervals",
        math.log(270 / 426),
        sum((math.log(u / lo) / (2 * 1.959964)) ** 2 for lo, u in ((345, 524), (210, 306))),
    ),
    (
        [*at_a_year(*SURVIVAL)],
        "survival and interval",
        HAZARDS[0] - HAZARDS[1],
        sum(
            (math.log(math.log(lo) / math.log(u)) / (2 * 1.959964)) ** 2
            for lo, u in ((0.404, 0.635), (0.253, 0.421))
        ),
    ),
    (
        [*at_a_year(*STANDARD_ERRORS)],
        "survival and standard error",
        HAZARDS[0] - HAZARDS[1],
        sum((se / (s * math.log(s))) ** 2 for s, se in ((0.526, 0.0597), (0.336, 0.0434))),
    ),
]


@pytest.mark.parametrize(("figures", "name", "yi", "vi"), ROUTES, ids=[r[1] for r in ROUTES])
def test_a_route_by_its_equation(tmp_path: Path, figures, name: str, yi: float, vi: float) -> None:
    (effect,) = effects(tmp_path, *figures).effects
    facts = SURVIVAL_ROUTES[name]
    assert (effect.route.name, effect.route.grade) == (name, facts.grade)
    assert (effect.yi, effect.vi) == pytest.approx((yi, vi), rel=1e-6)
    assert effect.route.formula.startswith(facts.formula)
    assert effect.route.assumptions == facts.assumptions
    assert {row.result_id for row in effect.rows} == {f"r{i + 1}" for i in range(len(figures))}
    assert effect.rounding is not None
    assert effect.yi in effect.rounding.yi
    assert effect.rounding.sei.low <= effect.sei <= effect.rounding.sei.high
    # The digits of a paper leave little room, and the truth of the same data is within it where
    # the route rests on the Cox regression itself.
    assert effect.rounding.weight_factor < 1.1


@pytest.mark.parametrize("route", ROUTES, ids=[r[1] for r in ROUTES])
def test_every_way_of_printing_it_is_near_the_regression(tmp_path: Path, route) -> None:
    (effect,) = effects(tmp_path, *route[0]).effects
    assert effect.yi == pytest.approx(COX[0], abs=0.12)
    assert effect.sei == pytest.approx(COX[1], abs=0.03 if "survival" not in route[1] else 0.06)


@pytest.mark.parametrize("route", ROUTES, ids=[r[1] for r in ROUTES])
def test_the_question_turned_round_negates_estimate_and_range(tmp_path: Path, route) -> None:
    (there,) = effects(tmp_path / "there", *route[0]).effects
    (back,) = effects(tmp_path / "back", *route[0], sides=SIDES[::-1]).effects
    assert (back.route.name, back.yi, back.vi) == pytest.approx((there.route.name, -there.yi, there.vi))
    assert (back.rounding.yi.low, back.rounding.yi.high) == pytest.approx(
        (-there.rounding.yi.high, -there.rounding.yi.low)
    )
    assert (back.rounding.sei.low, back.rounding.sei.high) == pytest.approx(
        (there.rounding.sei.low, there.rounding.sei.high)
    )


def test_the_rounding_of_a_log_rank_route_holds_the_unrounded_truth(tmp_path: Path) -> None:
    (effect,) = effects(tmp_path, DIFFERENCE, VARIANCE).effects
    assert (trial.O[0] - trial.E[0]) / trial.V in effect.rounding.yi
    assert math.sqrt(1 / trial.V) in effect.rounding.sei
    (effect,) = effects(tmp_path, INTERVAL).effects
    assert COX[0] in effect.rounding.yi
    assert COX[1] in effect.rounding.sei


def test_survival_with_numbers_at_risk_and_with_n(tmp_path: Path) -> None:
    bare = [(about, "percent", {"value": cells["value"], "unit": "percent"}) for about, _, cells in SURVIVAL]
    (effect,) = effects(tmp_path, *at_a_year(*bare, *RISK)).effects
    assert effect.route.name == "survival and numbers at risk"
    want = spread(0.526, 30 / 0.526) + spread(0.336, 35 / 0.336)
    assert (effect.yi, effect.vi) == pytest.approx((HAZARDS[0] - HAZARDS[1], want))
    assert any("without the event" in note for note in effect.notes)
    (effect,) = effects(tmp_path, *at_a_year(*bare)).effects
    assert effect.route.name == "survival and n"
    assert effect.vi == pytest.approx(spread(0.526, 90) + spread(0.336, 138))
    assert "n = 90 of women taken from the table of cohorts" in effect.notes
    assert effect.rounding is not None


def test_survival_at_two_different_times_is_no_comparison(tmp_path: Path) -> None:
    first, second = at_a_year(*SURVIVAL)
    later = (second[0], second[1], {**second[2], "timepoint": "700 days"})
    found = effects(tmp_path, first, later)
    assert found.k == 0
    assert found.exclusions[0].code == "no-route"


def test_survival_at_a_time_point_that_is_asked_for(tmp_path: Path) -> None:
    evidence = lung(tmp_path, [INTERVAL, *at_a_year(*SURVIVAL)])
    whole = standardise(evidence.select(outcome="OS", contrast=SIDES), measure="HR").effects[0]
    year = evidence.select(outcome="OS", contrast=SIDES, timepoint="365 days")
    assert whole.route.name == "ratio and interval"
    assert standardise(year, measure="HR").effects[0].route.name == "survival and interval"


def test_curves_give_the_regression_back(tmp_path: Path) -> None:
    (effect,) = effects(tmp_path, *CURVE, curves=True).effects
    assert (effect.route.name, effect.route.grade) == ("curves and numbers at risk", 7)
    assert effect.yi == pytest.approx(COX[0], abs=0.05)
    assert effect.sei == pytest.approx(COX[1], rel=0.05)
    assert effect.rounding is None
    (turned,) = effects(tmp_path, *CURVE, curves=True, sides=SIDES[::-1]).effects
    assert (turned.yi, turned.vi) == pytest.approx((-effect.yi, effect.vi))


def test_curves_with_events_or_with_n_alone(tmp_path: Path) -> None:
    with_events = [(a, s, {**c, "events": str(o)}) for (a, s, c), o in zip(CURVE, trial.O, strict=True)]
    (effect,) = effects(tmp_path, *with_events, curves=True, numbers=False).effects
    assert (effect.route.name, effect.route.grade) == ("curves and events", 7)
    assert effect.yi == pytest.approx(COX[0], abs=0.08)
    assert effect.sei == pytest.approx(COX[1], rel=0.05)
    (effect,) = effects(tmp_path, *CURVE, curves=True, numbers=False).effects
    assert (effect.route.name, effect.route.grade) == ("curves and n", 14)
    assert any("nobody censored" in note for note in effect.notes)


def test_curves_without_points_say_so(tmp_path: Path) -> None:
    found = effects(tmp_path, *CURVE)
    assert "no points of the curve of women (r1) are in curves.csv" in found.exclusions[0].reason


EIGHT = [INTERVAL, CHI, P, VARIANCE, DIFFERENCE, *EVENTS, *EXPECTED, *MEDIANS]


def test_one_trial_that_offers_many_routes(tmp_path: Path) -> None:
    """All agree within what their assumptions cost; the best is taken, the others are named best first."""
    (best,) = effects(tmp_path, *EIGHT, *at_a_year(*SURVIVAL)).effects
    assert best.route.name == "ratio and interval"
    assert len(best.other_routes) >= 16
    grades = [SURVIVAL_ROUTES[name].grade for name in best.other_routes]
    assert grades == sorted(grades)
    for name in best.other_routes:
        (other,) = effects(tmp_path, *EIGHT, *at_a_year(*SURVIVAL), prefer=[name]).effects
        assert other.route.name == name
        assert other.yi == pytest.approx(best.yi, abs=0.12)
        assert other.sei == pytest.approx(best.sei, abs=0.06)


def test_all_log_rank_routes_with_v_are_one_within_rounding(tmp_path: Path) -> None:
    truth = (trial.O[0] - trial.E[0]) / trial.V
    for name in ("O-E and V", "O-E and chi-square", "O-E and p", "chi-square and V", "p and V"):
        (effect,) = effects(tmp_path, *EIGHT, prefer=[name]).effects
        assert effect.route.name == name
        assert truth in effect.rounding.yi
        assert 1 / math.sqrt(trial.V) in effect.rounding.sei


def test_what_is_preferred_is_said(tmp_path: Path) -> None:
    found = effects(tmp_path, INTERVAL, DIFFERENCE, VARIANCE, prefer=["O-E and V"])
    assert found.effects[0].route.name == "O-E and V"
    reason = next(e.reason for e in found.exclusions if e.result_ids == ("r1",))
    assert "is preferred by the analyst" in reason


def test_an_unknown_route_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="prefer: 'hazard' is no route to HR"):
        effects(tmp_path, INTERVAL, prefer=["hazard"])
    with pytest.raises(OptionError, match="sequence of routes"):
        effects(tmp_path, INTERVAL, prefer="ratio and p")


def test_every_route_of_the_facts_is_a_route_name() -> None:
    assert set(SURVIVAL_ROUTES) <= set(choices(RouteName))


@pytest.mark.parametrize("about", [BOTH, TURNED])
@pytest.mark.parametrize("fewer", ["cohort", "comparator"])
def test_direction_as_the_row_states_it(tmp_path: Path, about: str, fewer: str) -> None:
    chi = (about, "chi-square", {**CHI[2], "fewer_events_in": fewer})
    (effect,) = effects(tmp_path, chi, VARIANCE).effects
    fewer_among_women = (fewer == "cohort") == (about == BOTH)
    assert (effect.yi < 0) == fewer_among_women
    assert effect.inverted == (about == TURNED)
    assert effect.yi in effect.rounding.yi


@pytest.mark.parametrize(
    ("others", "word"),
    [
        ([(TURNED, "HR", {"value": "1.70"})], "HR 1.70"),
        ([DIFFERENCE], "O-E -20.42"),
        ([*MEDIANS], "the medians"),
        ([*EVENTS], "the shares with the event, 53/90 and 112/138"),
    ],
)
def test_direction_from_what_else_is_printed(tmp_path: Path, others, word: str) -> None:
    chi = (BOTH, "chi-square", {"value": "10.33"})
    (effect,) = effects(tmp_path, chi, VARIANCE, *others, prefer=["chi-square and V"]).effects
    assert effect.yi == pytest.approx(-math.sqrt(10.33 / 40.37))
    assert any(note.startswith("direction of") and word in note for note in effect.notes)


def test_without_direction_the_refusal_says_what_to_add(tmp_path: Path) -> None:
    found = effects(tmp_path, (BOTH, "chi-square", {"value": "10.33"}), VARIANCE)
    assert found.k == 0
    assert "fill in fewer_events_in of row r1" in found.exclusions[0].reason


def test_a_p_of_another_test_is_not_taken_for_that_of_the_log_rank(tmp_path: Path) -> None:
    fisher = (BOTH, "p", {**P[2], "test": "Fisher"})
    found = effects(tmp_path, fisher, VARIANCE)
    assert found.k == 0
    assert "of another test (Fisher)" in found.exclusions[0].reason
    assert effects(tmp_path, RATIO, fisher).k == 0
    stratified = (BOTH, "p", {**P[2], "test": "stratified log-rank"})
    (effect,) = effects(tmp_path, stratified, VARIANCE).effects
    assert "p is of a stratified log-rank test" in effect.notes


def test_one_sided_p_and_a_bound(tmp_path: Path) -> None:
    one = (BOTH, "p", {**P[2], "p": "0.00065", "p_sided": "one"})
    (effect,) = effects(tmp_path, one, VARIANCE).effects
    assert effect.yi == pytest.approx(-Z_P / math.sqrt(40.37))
    found = effects(tmp_path, (BOTH, "p", {**P[2], "p": "<0.001"}), VARIANCE)
    assert "p < 0.001 is only a bound" in found.exclusions[0].reason


def test_a_test_without_v_says_what_is_missing(tmp_path: Path) -> None:
    found = effects(tmp_path, CHI)
    assert "neither V nor the events of the groups are printed" in found.exclusions[0].reason


def test_a_derived_figure_has_no_range(tmp_path: Path) -> None:
    derived = (
        BOTH,
        "V",
        {"value": "40.37", "derived": "yes", "derivation": "from the table", "as_printed": ""},
    )
    (effect,) = effects(tmp_path, DIFFERENCE, derived).effects
    assert effect.rounding is None


def test_expected_events_that_do_not_sum_to_the_observed_are_noted(tmp_path: Path) -> None:
    wrong = (EXPECTED[0], (EXPECTED[1][0], "E", {"value": "96.1"}))
    (effect,) = effects(tmp_path, *wrong, *EVENTS).effects
    assert any("do not sum" in note for note in effect.notes)


def test_figures_at_a_time_point_are_not_taken_for_a_proportion_at_large(tmp_path: Path) -> None:
    evidence = lung(tmp_path, [*at_a_year(*SURVIVAL)])
    found = standardise(evidence.select(outcome="OS", cohorts={"sex": "w"}), measure="PLO")
    assert (found.k, [e.code for e in found.exclusions]) == (0, ["not-reported"])


def test_the_range_is_in_the_plain_form_and_in_the_text(tmp_path: Path) -> None:
    found = effects(tmp_path, INTERVAL, DIFFERENCE, VARIANCE)
    (row,) = found.to_dict()["rows"]
    (effect,) = found.effects
    assert row["rounding"]["sei"] == [effect.rounding.sei.low, effect.rounding.sei.high]
    assert row["rounding"]["yi"] == [math.log(0.5875), math.log(0.5885)]
    assert row["rounding"]["weight_factor"] == effect.rounding.weight_factor
    assert row["other_routes"][0] == "O-E and V"
    low, high = (math.log(u / lo) / (2 * 1.959964) for lo, u in ((0.4245, 0.8155), (0.4235, 0.8165)))
    assert row["rounding"]["sei"] == pytest.approx([low, high])
    assert "by rounding" not in str(found)
    coarse = (BOTH, "HR", {**INTERVAL[2], "value": "0.6", "ci_low": "0.4", "ci_high": "0.8"})
    assert "sei 0.13 to 0.226 by rounding" in str(effects(tmp_path / "coarse", coarse))
