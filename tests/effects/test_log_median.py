"""Median survival of single groups as an outcome of its own: routes, unit, figures, R."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

import metasyn
from metasyn.effects import standardise
from metasyn.effects.hazard_ratio import quantile
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.effects.measure_names import measured_in
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import EvidenceError, OptionError
from metasyn.evidence.selection import Selection
from metasyn.plots import forest_layout
from metasyn.synthesis import pool
from metasyn.tables.words import estimate_header
from metasyn.values import Interval
from metasyn.wording import natural_text, unit_sign

DRUG = "oak.drug"
TINY = Path(__file__).parents[1] / "tiny_project" / "data"


def medians(builder: Any) -> Any:
    return standardise(builder.single("stroke"), measure="MEDLN")


def four(trials: Any) -> Any:
    """A median by each route, one of them in weeks."""
    trial = trials().trial("oak").trial("elm").trial("fir").trial("yew")
    trial.row("oak.drug", "median", 11.0, (8.9, 13.6), unit="months", decimals=1, ci_decimals=1)
    trial.row("elm.drug", "median", 26.0, (20.0, 40.0), unit="weeks", decimals=0, ci_decimals=0)
    trial.row("fir.drug", "median", 12.0, open_ci=Interval(8.0, math.inf), unit="months", decimals=1)
    trial.row("yew.drug", "median", 9.0, unit="months", events=50, decimals=1)
    return medians(trial)


def test_each_route_by_its_defining_equation(trials: Any) -> None:
    effects = four(trials)
    z = quantile(0.95)
    factor = 7 / 30.4375
    expected = [
        ("median and interval", 1, math.log(11.0), math.log(13.6 / 8.9) / (2 * z)),
        ("median and interval", 1, math.log(26 * factor), math.log(40 / 20) / (2 * z)),
        ("median and one bound", 2, math.log(12.0), math.log(12 / 8) / z),
        ("median and events", 3, math.log(9.0), 50**-0.5),
    ]
    for effect, (route, grade, yi, sei) in zip(effects.effects, expected, strict=True):
        assert (effect.route.name, effect.route.grade) == (route, grade)
        assert (effect.yi, effect.sei) == pytest.approx((yi, sei))
        assert effect.rounding is not None
        assert effect.yi in effect.rounding.yi
        assert effect.sei in effect.rounding.sei
    assert effects.measure.unit == "months"
    assert effects.measure.scale == "log median time in months"
    weeks = effects.effects[1]
    assert weeks.notes[0].endswith(
        "26 weeks converted to 5.979 months (a week has 7 days, a month 30.4375, a year 365.25)"
    )
    assert weeks.reported_ci is not None
    assert (weeks.reported_ci.low, weeks.reported_ci.high) == pytest.approx((20 * factor, 40 * factor))


def test_the_range_of_rounding_is_reached_at_the_ends_of_the_printed_figures(trials: Any) -> None:
    first, _, third, _ = four(trials).effects
    z = quantile(0.95)
    assert first.rounding.yi.low == pytest.approx(math.log(10.95))
    assert first.rounding.sei.high == pytest.approx(math.log(13.65 / 8.85) / (2 * z))
    assert third.rounding.sei.low == pytest.approx(math.log(11.95 / 8.05) / z)


def test_events_may_stand_in_a_row_of_their_own_and_an_interval_comes_first(oak: Any) -> None:
    oak.row(DRUG, "median", 9.0, unit="months").row(DRUG, "events", 40.0, events=40)
    (effect,) = medians(oak).effects
    assert (effect.route.name, effect.vi) == ("median and events", pytest.approx(1 / 40))
    assert [row.result_id for row in effect.rows] == ["r1", "r2"]
    oak.row(DRUG, "median", 9.2, (7.0, 12.0), unit="months")
    assert medians(oak).effects[0].route.name == "median and interval"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"value": None, "printed": "NE"}, "the median was not reached or not printed"),
        ({"value": 9.0, "unit": "months"}, "no interval is printed with it"),
        ({"value": 9.0, "unit": "months"}, "median and events: median 9.0: no number of events is printed"),
        ({"value": 9.0, "ci": (9.0, 9.0), "unit": "months"}, "the interval"),
    ],
)
def test_medians_that_do_not_do_say_why(oak: Any, row: dict[str, Any], reason: str) -> None:
    oak.row(DRUG, "median", row.pop("value"), row.pop("ci", None), **row)
    (none,) = medians(oak).exclusions
    assert none.code == "no-route"
    assert reason in none.reason


def test_the_unit_of_a_set_is_that_of_most_medians(trials: Any) -> None:
    trial = trials().trial("oak").trial("elm").trial("fir")
    for name, unit in (("oak", "weeks"), ("elm", "weeks"), ("fir", "months")):
        trial.row(f"{name}.drug", "median", 20.0, (10.0, 40.0), unit=unit)
    assert medians(trial).measure.unit == "weeks"
    trial.row("fir.placebo", "median", 20.0, (10.0, 40.0), unit="months")
    both: Selection = trial.build().select(outcome="stroke", cohorts={"arm": ["drug", "placebo"]})
    assert standardise(both, measure="MEDLN").measure.unit == "months"


def test_a_measure_in_a_unit_is_one_object_and_only_times_have_one() -> None:
    median = get_measure("MEDLN")
    assert measured_in(median, "weeks") is measured_in(median, "weeks")
    assert measured_in(measured_in(median, "weeks"), "months") is measured_in(median, "months")
    with pytest.raises(OptionError, match="unit must be one of 'days'"):
        measured_in(median, "fortnights")
    with pytest.raises(OptionError, match="is not a time"):
        measured_in(get_measure("HR"), "months")


def test_the_unit_stands_in_words_headers_and_on_a_logarithmic_axis(trials: Any) -> None:
    effects = four(trials)
    measure: EffectMeasure = effects.measure
    assert natural_text(9.216, measure) + unit_sign(measure) == "9.22\N{NO-BREAK SPACE}months"
    assert natural_text(11.03, measure) == "11.0"
    assert estimate_header(measure, "95%") == "Median, months (95% CI)"
    layout = forest_layout(pool(effects))
    assert layout.axis.scale == "log"
    assert layout.axis.null is None
    assert layout.axis.label == "Median time, months (log scale)"
    rows = [row for row in layout.rows if row.kind == "study"]
    assert [row.cells["estimate"] for row in rows] == ["11.0", "5.98", "12.0", "9.00"]
    assert [row.estimate for row in rows] == pytest.approx([11.0, 26 * 7 / 30.4375, 12.0, 9.0])
    assert "months" in layout.description
    back = pool(effects)
    assert back.natural(back.estimate) == pytest.approx(math.exp(back.estimate))


def test_a_change_of_unit_shifts_the_mean_and_leaves_the_rest(trials: Any) -> None:
    months = four(trials)
    days = metasyn.pool(yi=months.yi + math.log(30.4375), vi=months.vi, measure="MEDLN")
    here = pool(months)
    assert days.estimate - here.estimate == pytest.approx(math.log(30.4375))
    assert days.heterogeneity.tau2.value == pytest.approx(here.heterogeneity.tau2.value, rel=1e-6)


def test_a_plain_table_may_give_medians() -> None:
    columns = {"label": ["Ax"], "estimate": ["11.0"], "ci_low": ["8.9"], "ci_high": ["13.6"]}
    (effect,) = effects_from_table(columns, measure="MEDLN", level=0.95, file="m.csv").effects
    assert (effect.yi, effect.sei) == pytest.approx(
        (math.log(11), math.log(13.6 / 8.9) / (2 * quantile(0.95)))
    )
    with pytest.raises(EvidenceError, match="a time and its bounds must be positive"):
        effects_from_table({**columns, "ci_low": ["0"]}, measure="MEDLN", level=0.95, file="m.csv")


def test_a_bound_that_was_not_reached_is_read_from_the_table(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "data")
    with (tmp_path / "data" / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    blank = dict.fromkeys(rows[0], "")
    kept = {
        name: rows[0][name] for name in ("study_id", "cohort_id", "source_id", "locator", "derived", "status")
    }
    outcome = next(iter(metasyn.read_evidence(TINY).outcomes))
    rows.append(
        {
            **blank, **kept, "result_id": "AX-MEDIAN-1", "outcome": outcome, "statistic": "median",
            "value": "12.0", "ci_low": "8.0", "ci_high": "NE", "ci_level": "0.95", "unit": "months",
            "as_printed": "12.0 (8.0-NE)",
        }
    )  # fmt: skip
    with (tmp_path / "data" / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    evidence = metasyn.read_evidence(tmp_path / "data")
    (row,) = (r for r in evidence.results if r.statistic == "median")
    assert row.ci is None
    assert row.open_ci == Interval(8.0, math.inf)
    assert all(r.open_ci is None for r in evidence.results if r is not row)
