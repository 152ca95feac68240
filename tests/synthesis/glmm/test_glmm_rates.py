"""Rates by a mixed model through `pool`: person-time on the way, metafor's figures, refusals by name.

The figures are of metafor 3.8-1 with lme4 (R 4.2.2), its search sharpened:

    ctl <- list(glmerCtrl = list(optimizer = "bobyqa", tolPwrss = 1e-11,
                                 optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
    rma.glmm(measure = "IRLN", xi = x, ti = t1, nAGQ = 100, test = "t", control = ctl)
    rma.glmm(measure = "IRR", x1i = x1, t1i = t1, x2i = x2, t2i = t2, model = "CM.EL", nAGQ = 100,
             test = "t", control = ctl)
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.effects.model import PersonTime
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.counts import mantel_haenszel
from metasyn.synthesis.glmm import pool_glmm
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.pool import pool
from metasyn.synthesis.threshold import probability_beyond
from metasyn.values import Interval, NotEstimable

X = [40, 11, 22, 8, 13, 23, 2, 1]
T_1 = [410.6, 487, 237, 263, 962, 835, 310, 91]
ONE = {"events": X, "time": T_1}
TWO = {
    "events_1": [9, 40, 22, 8, 13, 23, 2, 1], "time_1": T_1, "events_2": [19, 27, 48, 18, 31, 50, 3, 4],
    "time_2": [415.6, 511, 205, 250, 892, 811, 295, 104],
}  # fmt: skip
# Estimate, se, tau2, likelihood-ratio statistic, I2, t interval.
METAFOR = {
    "IRLN": (-3.598548342, 0.3213686206, 0.6671729111, 79.50412469, 0.9007614436, -4.358464376, -2.838632308),
    "IRR": (
        -0.6348775162,
        0.2110279134,
        0.1876607359,
        22.19600196,
        0.6044980638,
        -1.133879238,
        -0.1358757943,
    ),
}


def pooled(measure: str, **columns: Any) -> SynthesisResult:
    return pool(effect_sizes(measure, **columns), model="glmm")  # type: ignore[arg-type]


@pytest.mark.parametrize(("measure", "columns"), [("IRLN", ONE), ("IRR", TWO)])
def test_rates_as_metafor_has_them(measure: str, columns: dict[str, Any]) -> None:
    result = pooled(measure, **columns)
    found = result.heterogeneity
    assert (result.model, result.ci_method, result.policy.rule) == ("glmm", "t", "as requested")
    assert isinstance(found.Q, float)
    assert isinstance(result.ci, Interval)
    got = (result.estimate, result.se, found.tau2.value, found.Q, found.I2, result.ci.low, result.ci.high)
    assert got == pytest.approx(METAFOR[measure], rel=2e-6)
    assert result.weights.sum() == pytest.approx(1, abs=1e-12)
    own = pool_glmm(effect_sizes(measure, **columns))  # type: ignore[arg-type]
    assert (own.spec.measure, own.estimate) == (measure, result.estimate)


def test_person_time_travels_with_the_effects() -> None:
    effects = effect_sizes("IRR", **TWO)
    first = effects.effects[0]
    assert first.person_time == PersonTime(events_1=9, time_1=410.6, events_2=19, time_2=415.6)
    assert first.counts is None
    assert effect_sizes("IR", **ONE).effects[1].person_time == PersonTime(events_1=11, time_1=487.0)
    table = {"events_1": [1], "n_1": [9], "events_2": [2], "n_2": [9]}
    assert effect_sizes("OR", **table).effects[0].person_time is None
    rows = json.loads(json.dumps(pooled("IRR", **TWO).to_dict()))["rows"]
    assert rows[0]["person_time"] == {"events_1": 9, "time_1": 410.6, "events_2": 19, "time_2": 415.6}
    assert "person_time" not in pool(effect_sizes("OR", **table)).to_dict()["rows"][0]
    arrays = mantel_haenszel(**TWO, measure="IRR")
    assert mantel_haenszel(effects).estimate == arrays.estimate


def test_the_mean_rate_is_above_the_median_one() -> None:
    mixed = pooled("IRLN", **ONE).beside.glmm
    assert mixed is not None
    assert not isinstance(mixed.tau2, str)
    assert mixed.conditional.value == pytest.approx(math.exp(mixed.estimate), rel=1e-12)
    assert mixed.marginal.value == pytest.approx(math.exp(mixed.estimate + mixed.tau2 / 2), rel=1e-12)  # type: ignore[union-attr,operator]


def test_other_levels_and_intervals_of_rates() -> None:
    effects = effect_sizes("IRR", **TWO)
    profile = pool(effects, model="glmm", ci_method="profile-likelihood")
    direct = pool_glmm(**TWO, ci_method="profile-likelihood", level=0.8)
    narrow = profile.confidence_interval(0.8)
    assert isinstance(narrow, Interval)
    assert (narrow.low, narrow.high) == pytest.approx((direct.ci.low, direct.ci.high), rel=1e-12)
    assert pool(effects).model == "random-effects"  # only by name
    without = pool(effects, model="glmm", by=["a"] * 4 + ["b"] * 4).subgroups
    assert without is not None
    assert "mixed model of the counts has no estimate for these groups" in without.reason
    large = {name: list(values) * 2 for name, values in TWO.items()}
    apart = pool(effect_sizes("IRR", **large), model="glmm", by=["a"] * 8 + ["b"] * 8).subgroups
    assert apart is not None
    assert [one.model for one in apart.results] == ["glmm", "glmm"]
    assert apart.results[0].estimate == pytest.approx(METAFOR["IRR"][0], rel=2e-6)


@pytest.mark.parametrize(
    ("measure", "columns", "says"),
    [
        ("IRLN", {"events": [0, 0, 0], "time": [10, 25, 7]}, "no study has an event"),
        (
            "IRR",
            {"events_1": [0, 0], "time_1": [10, 25], "events_2": [1, 2], "time_2": [10, 11]},
            r"no study has events in the first group \(separation\)",
        ),
        (
            "IRR",
            {"events_1": [0, 0], "time_1": [9, 25], "events_2": [0, 0], "time_2": [9, 9], "drop00": False},
            "no study has information",
        ),
        (
            "IRR",
            {"events_1": [0, 2], "time_1": [9, 25], "events_2": [0, 3], "time_2": [9, 9], "drop00": False},
            "one study is left",
        ),
    ],
)
def test_rates_that_cannot_be_estimated(measure: str, columns: dict[str, Any], says: str) -> None:
    with pytest.raises(NotEstimableError, match=says) as found:
        pooled(measure, **columns)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        ("RR", r"ask for measure='OR', or mantel_haenszel\(measure='RR'\) in Python"),
        ("RD", r"ask for measure='OR', or mantel_haenszel\(measure='RD'\) in Python"),
        ("PETO", r"ask for model='common-effect' with zero_cells='none'"),
        ("AS", "ask for measure='OR'"),
        ("IRD", r"ask for measure='IRR', or mantel_haenszel\(measure='IRD'\) in Python"),
        ("IR", "ask for measure='IRLN'"),
        ("PFT", "ask for measure='PLO'"),
    ],
)
def test_a_measure_without_a_mixed_model_is_told_what_to_ask_for(measure: str, says: str) -> None:
    table = {"events_1": [1, 4], "n_1": [9, 12], "events_2": [2, 5], "n_2": [9, 11]}
    columns = {
        "IRD": {name.replace("n_", "time_"): values for name, values in table.items()},
        "IR": {"events": [1, 4], "time": [9, 12]},
        "PFT": {"events": [1, 4], "n": [9, 12]},
    }.get(measure, table)
    with pytest.raises(OptionError, match=f"{measure} has no mixed model of its own: {says}"):
        pooled(measure, **columns)


def test_given_log_rates_have_no_counts() -> None:
    with pytest.raises(NotEstimableError, match="given without events and person-time"):
        pool(yi=[0.1, 0.2], vi=[0.1, 0.1], measure="IRR", model="glmm")
    with pytest.raises(OptionError, match="two groups are behind"):
        pool_glmm(effect_sizes("IRR", **TWO), measure="IRLN")
    with pytest.raises(OptionError, match="rest on events and participants"):
        pool_glmm(effect_sizes("IRLN", **ONE), measure="PLO")


def test_rates_of_zero_events_say_something() -> None:
    """A cohort without events lowers the rate; nothing is added to it."""
    some = pooled("IRLN", events=[0, 2, 1, 9], time=[10, 25, 7, 30])
    less = pooled("IRLN", events=[0, 2, 1, 9], time=[90, 25, 7, 30])
    assert less.estimate < some.estimate - 0.1
    assert np.isfinite(some.se)


def test_a_probability_beyond_a_threshold_has_the_degrees_of_freedom_of_the_prediction_interval() -> None:
    effects = effect_sizes(
        "OR",
        events_1=[3, 0, 9, 2],
        n_1=[30, 20, 40, 30],
        events_2=[8, 0, 6, 9],
        n_2=[30, 20, 40, 30],
        drop00=False,
    )
    result = pool(effects, model="glmm")
    assert result.beside.glmm is not None
    assert result.beside.glmm.k_used == result.k - 1
    assert isinstance(result.pi, Interval)
    beyond = probability_beyond(result, result.pi.low)
    assert not isinstance(beyond, NotEstimable)
    assert beyond.below == pytest.approx(0.025, abs=1e-9)
