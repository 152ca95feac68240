"""Effects on their natural scale and as plain data."""

from __future__ import annotations

import json
import math

import pytest

from metasyn.effects import standardise
from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Exclusion, Route
from metasyn.effects.proportions import clopper_pearson
from metasyn.effects.serialise import effect_set_to_dict

GIVEN = Route(name="given", grade=1, formula="yi and vi as given")


def effect(yi: float, vi: float, counts: Counts | None = None) -> Effect:
    return Effect(label="Ax", yi=yi, vi=vi, route=GIVEN, counts=counts)


def test_a_proportion_with_counts_is_shown_as_counted() -> None:
    measure = get_measure("PLO")
    one = effect(-3.0, 2.0, Counts(events_1=0, n_1=25))
    assert natural_estimate(one, measure) == 0.0
    assert natural_interval(one, measure, 0.9) == clopper_pearson(0, 25, 0.9)


def test_a_proportion_without_counts_is_back_transformed() -> None:
    measure = get_measure("PLO")
    one = effect(0.0, 1.0)
    interval = natural_interval(one, measure, 0.95)
    assert natural_estimate(one, measure) == 0.5
    assert interval.high == pytest.approx(1 / (1 + math.exp(-1.959963984540054)))
    assert interval.low == pytest.approx(1 - interval.high)


def test_a_raw_proportion_stays_within_0_and_1() -> None:
    interval = natural_interval(effect(0.05, 0.01), get_measure("PR"), 0.95)
    assert interval.low == 0.0


@pytest.mark.parametrize(
    ("code", "yi", "vi", "low", "high"),
    [("IR", 0.01, 0.01, 0.0, None), ("COR", 0.95, 0.01, None, 1.0), ("ARAW", 0.95, 0.01, None, 1.0)],
)
def test_nothing_impossible_is_shown(
    code: str, yi: float, vi: float, low: float | None, high: float | None
) -> None:
    interval = natural_interval(effect(yi, vi), get_measure(code), 0.95)
    assert interval.low == (pytest.approx(yi - 0.1959963984540054) if low is None else low)
    assert interval.high == (pytest.approx(yi + 0.1959963984540054) if high is None else high)


def test_a_ratio_is_exponentiated() -> None:
    interval = natural_interval(effect(math.log(2), 0.04), get_measure("HR"), 0.95)
    assert natural_estimate(effect(math.log(2), 0.04), get_measure("HR")) == pytest.approx(2)
    assert interval.low * interval.high == pytest.approx(4)
    assert math.log(interval.high / interval.low) == pytest.approx(4 * 0.2 * 1.959963984540054 / 2)


def test_plain_data_holds_the_whole_way_back(oak) -> None:
    oak.row("oak.placebo|oak.drug", "HR", 2.0, (1.0, 4.0), printed="2.0 (1.0-4.0)")
    oak.row("oak.drug|oak.placebo", "HR", 0.5, status="unusable", status_reason="no interval")
    effects = standardise(oak.contrast(), measure="HR")
    data = effects.to_dict(level=0.9)
    assert data == effect_set_to_dict(effects, level=0.9)
    assert json.loads(json.dumps(data)) == data
    assert (data["measure"], data["outcome"]) == ("HR", "time to stroke")
    (row,) = data["rows"]
    assert row["yi"] == effects.effects[0].yi
    assert row["sei"] == pytest.approx(math.sqrt(row["vi"]))
    assert row["display"]["estimate"] == pytest.approx(0.5)
    assert row["display"]["level"] == 0.9
    assert row["display"]["ci"] == pytest.approx(
        [math.exp(row["yi"] + s * 1.6448536269514722 * row["sei"]) for s in (-1, 1)]
    )
    assert row["route"]["name"] == "ratio and interval"
    assert row["inverted"] is True
    assert row["counts"] is None
    assert row["results"] == [
        {
            "result_id": "r1",
            "source_id": "paper",
            "citation": "Oak 2001, Journal of Pressure",
            "locator": "Table 2",
            "as_printed": "2.0 (1.0-4.0)",
            "derivation": "",
        }
    ]
    assert [e["code"] for e in data["exclusions"]] == ["unusable"]


def test_counts_and_numbers_that_are_not_finite() -> None:
    effects = EffectSet(
        measure=get_measure("GEN"),
        effects=(
            effect(math.inf, 1.0, Counts(events_1=1, n_1=2, events_2=3, n_2=4)),
            effect(0.0, 1.0, Counts(events_1=1, n_1=2)),
        ),
        exclusions=(Exclusion(label="Bo", code="no-route", reason="nothing printed", result_ids=("r2",)),),
    )
    first, second = effect_set_to_dict(effects)["rows"]
    assert first["yi"] is None
    assert first["display"]["ci"] == [None, None]
    assert first["counts"] == {"events_1": 1, "n_1": 2, "events_2": 3, "n_2": 4}
    assert second["counts"] == {"events": 1, "n": 2}
    assert effect_set_to_dict(effects)["exclusions"][0]["result_ids"] == ["r2"]


def test_a_set_of_effects_prints_its_rows_and_what_was_left_out() -> None:
    from metasyn.effects.compute import effect_sizes

    effects = effect_sizes("RR", events_1=[0, 4, 0], n_1=[10, 123, 9], events_2=[3, 11, 0], n_2=[12, 139, 8])
    lines = str(effects).splitlines()
    assert lines[0] == "risk ratio (RR), 2 effects on the scale 'log risk ratio'"
    assert "yi -0.88931" in lines[2]
    assert "1/2 added" in lines[1]
    assert lines[3].startswith("left out: Study 3: no events in either group")
    many = effect_sizes("PLO", events=[3] * 50, n=[10] * 50)
    assert str(many).splitlines()[-1] == "  ... and 10 more"
