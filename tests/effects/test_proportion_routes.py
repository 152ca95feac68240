"""Proportions of one group from intervals without n and from survival at a time point, end to end."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest

from metasyn.effects import get_measure, standardise
from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.survival.effective_n import proportion_interval
from metasyn.evidence.model import OutcomeDefinition
from metasyn.plots import forest_layout
from metasyn.synthesis import pool

DRUG, PLACEBO = "oak.drug", "oak.placebo"
HALF_YEAR = {"timepoint": "6 months", "unit": "percent"}

# R 4.2.2, survival 3.5-3: summary(survfit(Surv(time, status) ~ 1, conf.type =), times = 9.5) with times 1, 2,
# 2+, 3, 4+, 4, 5, 6+, 7, 8, 9+, 10, 11+, 12, 13, 14+, 15, 16+, 17, 18+ (+ censored): S, its se, bounds.
R_SURVIVAL, R_SE = 61.44957983, 11.58774606
R_BOUNDS = {
    "plain": (38.73801489, 84.16114477),
    "log": (42.46245396, 88.92681673),
    "log-log": (35.33846473, 79.61562328),
    "logit": (37.93081089, 80.61188711),
}


def at_half_year(oak: Any, measure: Any = "PLO", **options: Any) -> Any:
    return standardise(oak.single("stroke", timepoint="6 months"), measure=measure, **options)


@pytest.mark.parametrize("method", R_BOUNDS)
def test_every_interval_of_r_gives_greenwoods_error_back(oak: Any, method: str) -> None:
    oak.row(DRUG, "survival", R_SURVIVAL, R_BOUNDS[method], ci_method=method, **HALF_YEAR)
    effects = at_half_year(oak, "PR")
    (effect,) = effects.effects
    assert effect.yi == pytest.approx(1 - R_SURVIVAL / 100)
    assert effect.sei == pytest.approx(R_SE / 100, rel=1e-6)
    assert (effect.route.name, effect.route.grade) == ("1-S and interval", 3)
    assert f"effective n of the {method} interval" in effect.route.formula
    assert not any("does not say" in words for words in effect.route.assumptions)
    assert effect.counts is None


@pytest.mark.parametrize(
    ("measure", "yi", "vi"),
    # R 4.2.2, metafor 3.8-1: escalc(measure, xi = 0.19 * 77.1, ni = 77.1).
    [
        ("PLO", -1.450010175506, 0.084276599170),
        ("PLN", -1.660731206822, 0.055293876715),
        ("PAS", 0.451026811796, 0.003242542153),
        ("PR", 0.19, 0.001996108949),
    ],
)
def test_effects_of_an_effective_number_are_those_of_metafor(
    oak: Any, measure: str, yi: float, vi: float
) -> None:
    interval = proportion_interval(0.81, 77.1, method="plain")
    bounds = (100 * interval.low, 100 * interval.high)
    oak.row(DRUG, "survival", 81.0, bounds, ci_method="plain", **HALF_YEAR)
    (effect,) = at_half_year(oak, measure).effects
    assert (effect.yi, effect.vi) == pytest.approx((yi, vi), rel=1e-9)


def test_the_event_is_named_wherever_the_share_is_without_it(oak: Any) -> None:
    oak.row(DRUG, "survival", 81.0, (70.0, 88.0), ci_decimals=0, decimals=0, **HALF_YEAR)
    effects = at_half_year(oak)
    (effect,) = effects.effects
    assert effects.outcome == "time to stroke: with the event by 6 months"
    assert effects.measure.label == "proportion with the event"
    assert effect.route.formula.startswith("p = 1 − S; ")
    assert effect.notes[0] == "proportion with the event by 6 months: 1 − S = 19%, S = 81% time to stroke"
    assert any("log-log scale (the source does not say" in words for words in effect.route.assumptions)
    # The figure shows the printed interval, turned; no counts stand in the row.
    shown = natural_interval(effect, effects.measure)
    assert (natural_estimate(effect, effects.measure), shown.low, shown.high) == pytest.approx(
        (0.19, 0.12, 0.30)
    )
    assert effect.rounding is not None
    assert effect.yi in effect.rounding.yi
    assert effect.sei in effect.rounding.sei
    assert effect.rounding.yi.low == pytest.approx(math.log(0.185 / 0.815))


def test_a_percentage_at_a_time_point_is_event_free_for_times_to_event_only(oak: Any) -> None:
    oak.row(DRUG, "percent", 40.0, n=18, decimals=0, **HALF_YEAR)
    (effect,) = at_half_year(oak).effects
    assert (effect.route.name, effect.route.grade) == ("1-S and n", 5)
    assert effect.yi == pytest.approx(math.log(0.6 / 0.4))
    assert effect.vi == pytest.approx(1 / (18 * 0.24))
    assert "a percentage at a time point taken as event-free" in effect.notes[0]
    assert "nobody was censored before the time point" in effect.route.assumptions
    oak.row(DRUG, "percent", 40.0, n=20, outcome="cough", decimals=0, **HALF_YEAR)
    binary = standardise(oak.single("cough", timepoint="6 months"), measure="PLO")
    assert binary.outcome == "cough"
    assert (binary.effects[0].route.name, binary.effects[0].counts.events_1) == ("percent", 8)


def test_grades_go_from_the_interval_to_numbers_at_risk_to_n(oak: Any) -> None:
    oak.row(DRUG, "survival", 50.0, n=100, **HALF_YEAR)
    assert at_half_year(oak).effects[0].route.name == "1-S and n"
    oak.row(DRUG, "at risk", 40.0, n=40, timepoint="6 months")
    (effect,) = at_half_year(oak).effects
    assert effect.route.name == "1-S and numbers at risk"
    assert effect.vi == pytest.approx(4 / 80)
    assert "effective number of participants 80, from the numbers at risk; no whole counts" in effect.notes
    oak.row(DRUG, "survival", 50.0, se=5.5, **HALF_YEAR)
    (effect,) = at_half_year(oak, "PR").effects
    assert (effect.route.name, effect.sei) == ("1-S and standard error", pytest.approx(0.055))
    oak.row(DRUG, "survival", 50.0, (40.2, 59.8), ci_method="plain", decimals=0, **HALF_YEAR)
    exclusions = at_half_year(oak, "PR").exclusions
    assert at_half_year(oak, "PR").effects[0].rows[0].result_id in ("r3", "r4")
    assert {x.code for x in exclusions} == {"not-preferred"}


def test_nobody_left_is_a_count_and_meets_the_zero_cell_policy(oak: Any) -> None:
    oak.row(DRUG, "survival", 0.0, n=26, **HALF_YEAR)
    (effect,) = at_half_year(oak).effects
    assert (effect.counts.events_1, effect.counts.n_1) == (26, 26)
    assert effect.yi == pytest.approx(math.log(26.5 / 0.5))
    assert effect.adjustment
    dropped = at_half_year(oak, zero_cells="none")
    assert [x.code for x in dropped.exclusions] == ["no-information"]


@pytest.mark.parametrize(
    ("method", "bounds"),
    # R 4.2.2: binom.test(6, 20), prop.test(6, 20, correct = FALSE).
    [("clopper-pearson", (11.89316, 54.27892)), ("wilson", (14.54772, 51.89728))],
)
def test_a_proportion_without_n_has_the_n_of_its_interval(
    trials: Any, method: str, bounds: tuple[float, float]
) -> None:
    oak = trials().trial(n=(None, None))
    oak.row(DRUG, "percent", 30.0, bounds, unit="percent", outcome="cough", ci_method=method)
    (effect,) = standardise(oak.single(), measure="PLO").effects
    assert (effect.route.name, effect.route.grade) == ("proportion and interval", 3)
    assert effect.yi == pytest.approx(math.log(6 / 14))
    assert effect.vi == pytest.approx(1 / 6 + 1 / 14, rel=1e-4)


@pytest.mark.parametrize("measure", ["PLO", "PLN", "PAS", "PR"])
@pytest.mark.parametrize("statistic", ["survival", "percent"])
@pytest.mark.parametrize("method", [*R_BOUNDS, "wilson", "clopper-pearson"])
def test_the_range_of_rounding_holds_every_figure_that_rounds_to_the_printed_ones(
    trials: Any, measure: str, statistic: str, method: Any
) -> None:
    """Any share and bounds within half a unit of those printed give an effect within the range."""

    def effect(share: float, low: float, high: float, decimals: int | None) -> Any:
        trial = trials().trial(n=(None, None))
        more = {"unit": "percent", "decimals": decimals, "ci_decimals": decimals, "ci_method": method}
        trial.row(DRUG, statistic, share, (low, high), outcome="cough", **more)
        (found,) = standardise(trial.single(), measure=measure).effects
        return found

    span = effect(41.0, 29.0, 54.0, 0).rounding
    for a, b, c in product((-0.49, 0.0, 0.31), repeat=3):
        inside = effect(41 + a, 29 + b, 54 + c, None)
        assert span.yi.low - 1e-12 <= inside.yi <= span.yi.high + 1e-12
        assert span.sei.low - 1e-12 <= inside.sei <= span.sei.high + 1e-12
    assert span.sei.high < 2 * span.sei.low


def test_what_cannot_be_used_says_why(trials: Any) -> None:
    oak = trials().trial(n=(None, None))
    oak.row(DRUG, "percent", 30.0, unit="percent", outcome="cough")
    (none,) = standardise(oak.single(), measure="PLO").exclusions
    assert none.code == "no-route"
    assert "no printed number of participants" in none.reason
    assert "proportion and interval: 30.0: no interval is printed with it" in none.reason
    oak = trials().trial(n=(None, None))
    oak.row(DRUG, "survival", 30.0, **HALF_YEAR)
    (none,) = at_half_year(oak).exclusions
    assert (
        "1-S and numbers at risk: survival 30.0: no number at risk is printed for this time point"
        in none.reason
    )


def test_an_interval_too_narrow_for_n_is_noted(oak: Any) -> None:
    oak.row(DRUG, "survival", 50.0, (46.0, 54.0), n=60, ci_method="plain", **HALF_YEAR)
    (effect,) = at_half_year(oak).effects
    assert any(
        "narrower than 60 participants allow (it would need about 600)" in note for note in effect.notes
    )


def test_two_groups_at_a_time_point_count_those_with_the_event(oak: Any) -> None:
    oak.row(DRUG, "survival", 81.0, n=100, **HALF_YEAR).row(PLACEBO, "percent", 70.0, n=100, **HALF_YEAR)
    (effect,) = standardise(oak.contrast("stroke", timepoint="6 months"), measure="RR").effects
    assert (effect.counts.events_1, effect.counts.events_2) == (19, 30)
    assert effect.yi == pytest.approx(math.log(19 / 30))
    assert (effect.route.name, effect.route.grade) == ("1-S and n", 5)


def test_rows_without_counts_stand_beside_rows_with_counts_in_a_forest_plot(trials: Any) -> None:
    oak = trials().trial().trial("elm").trial("fir")
    oak.row(DRUG, "survival", 81.0, (70.0, 88.0), **HALF_YEAR)
    oak.row("elm.drug", "events", 12.0, events=12, n=60, timepoint="6 months")
    oak.row("fir.drug", "survival", 75.0, n=40, **HALF_YEAR)
    effects = at_half_year(oak)
    assert [effect.counts is None for effect in effects.effects] == [True, False, True]
    result = pool(effects)
    layout = forest_layout(result)
    assert layout.axis.label.startswith("Time to stroke: with the event by 6 months")
    without, with_counts, _ = (row for row in layout.rows if row.kind == "study")
    assert without.cells["estimate"] == "19.0"
    assert without.cells["ci"] == "[12.0 to 30.0]"
    assert "12" in str(with_counts.cells)
    assert not any(
        key.startswith(("events", "n", "counts")) and text.strip("–- ") for key, text in without.cells.items()
    )


def test_outcome_words_only_change_for_proportions() -> None:
    from metasyn.effects.routes.event_free import outcome_words

    death = OutcomeDefinition(outcome="OS", label="overall survival", kind="time-to-event")
    assert outcome_words(death, "", get_measure("PR")) == "overall survival: with the event"
    assert outcome_words(death, "1 year", get_measure("RR")) == "overall survival"
