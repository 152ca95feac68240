"""Every number of a synthesis against metafor 3.8-1 (tests/reference/make_reference.R).

Tolerance: 1e-8 relative. Where metafor's own solver stops at an absolute threshold, a value whose
true size is zero comes out of it as rounding noise; such values (tau2, I2, H2 - 1 and bounds at the
boundary) are compared absolutely on the scale of the sampling variances, `TINY` of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis import SynthesisResult, leave_one_out, pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.model import Heterogeneity, SynthesisSpec
from metasyn.values import Interval, NotEstimable

RTOL = 1e-8
TINY = 1e-10
SETS = tuple(
    json.loads((Path(__file__).parents[1] / "reference" / "metafor.json").read_text(encoding="utf-8"))["sets"]
)
GROUPED = ("bcg_rr", "raudenbush1985", "molloy2014", "groups_small")
# The others are in tests/oracle/test_univariate.py.
METHODS = ("REML", "DL", "PM", "ML", "EB", "HE", "HS", "SJ")
CI_METHODS = {"z": "wald", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc", "t": "t"}
# metafor's prediction interval follows the test of the mean; these are the same definitions here.
PI_METHODS = {"z": "normal", "knha": "hartung-knapp", "adhoc": "hartung-knapp", "t": "t(k-1)"}


def run(data: dict[str, Any], **options: Any) -> SynthesisResult:
    return pool(yi=data["yi"], vi=data["vi"], **options)


def heterogeneity(result: SynthesisResult) -> Heterogeneity:
    assert isinstance(result.heterogeneity, Heterogeneity)
    return result.heterogeneity


def bounds(interval: Interval | NotEstimable) -> list[float]:
    assert isinstance(interval, Interval), interval
    return [interval.low, interval.high]


def close(value: float) -> Any:
    return pytest.approx(value, rel=RTOL, abs=0)


def on_scale(data: dict[str, Any], value: Any) -> Any:
    """Near the boundary: absolute on the scale of the sampling variances."""
    return pytest.approx(value, rel=RTOL, abs=TINY * min(data["vi"]))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method", [*METHODS, "FE"])
@pytest.mark.parametrize("test", CI_METHODS)
def test_mean_interval_and_heterogeneity(
    reference: dict[str, Any], name: str, method: str, test: str
) -> None:
    data = reference[name]
    want = data["fits"][f"{method}/{test}"]
    common = method == "FE"
    got = run(
        data,
        model="common-effect" if common else "random-effects",
        tau2_method="REML" if common else method,
        ci_method=CI_METHODS[test],
        pi_method=PI_METHODS[test],
    )
    assert got.estimate == close(want["estimate"])
    assert got.se == close(want["se"])
    assert got.statistic == close(want["statistic"])
    assert got.pvalue == pytest.approx(
        want["pvalue"], rel=1e-7
    )  # a tail magnifies the error of the statistic
    assert bounds(got.ci) == pytest.approx(want["ci"], rel=RTOL, abs=RTOL * got.se)
    found = heterogeneity(got)
    assert found.tau2.value == on_scale(data, want["tau2"])
    assert pytest.approx(want["I2"], rel=RTOL, abs=TINY) == found.I2
    assert close(want["H2"]) == found.H2
    assert close(want["Q"]) == found.Q
    assert found.pvalue == pytest.approx(want["Q_pvalue"], rel=1e-7)
    if common or len(data["yi"]) < 3:
        assert isinstance(got.pi, NotEstimable)
    else:
        assert bounds(got.pi) == pytest.approx(want["pi"], rel=RTOL, abs=RTOL * got.se)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("level", ["0.95", "0.8"])
def test_q_profile(reference: dict[str, Any], name: str, level: str) -> None:
    data = reference[name]
    want = data["q_profile"][level]
    found = heterogeneity(run(data, model="random-effects", level=float(level)))
    # uniroot stops at an absolute tolerance on tau2; 1e-15 is asked for and about 1e-13 is reached.
    loose = {"rel": 1e-8, "abs": 1e-12 * max(1.0, max(want["tau2"]))}
    assert bounds(found.tau2.ci) == pytest.approx(want["tau2"], **loose)
    assert bounds(found.I2_ci) == pytest.approx(want["I2"], rel=1e-8, abs=1e-9)
    assert bounds(found.H2_ci) == pytest.approx(want["H2"], rel=1e-8)


@pytest.mark.parametrize("name", [name for name in SETS if not name.startswith("k2")])
def test_prediction_interval_on_two_fewer_degrees_of_freedom(reference: dict[str, Any], name: str) -> None:
    data = reference[name]
    got = run(data, model="random-effects", pi_method="t(k-2)")
    assert bounds(got.pi) == pytest.approx(data["hts_pi"], rel=RTOL, abs=RTOL * got.se)


@pytest.mark.parametrize("name", SETS)
def test_other_level(reference: dict[str, Any], name: str) -> None:
    data = reference[name]
    got = run(data, model="random-effects", ci_method="hartung-knapp", level=0.8)
    want = data["level_80"]["ci"]
    assert bounds(got.ci) == pytest.approx(want, rel=RTOL, abs=RTOL * got.se)
    wide = run(data, model="random-effects", ci_method="wald")
    assert bounds(wide.confidence_interval(level=0.8, method="hartung-knapp")) == bounds(got.ci)


@pytest.mark.parametrize("name", [name for name in SETS if not name.startswith("k2")])
def test_leave_one_out(reference: dict[str, Any], name: str) -> None:
    data = reference[name]
    effects = effects_from_arrays(yi=data["yi"], vi=data["vi"])
    spec = SynthesisSpec(model="random-effects", ci_method="hartung-knapp")
    found = leave_one_out(effects, spec)
    assert len(found) == effects.k
    for one, want in zip(found, data["leave_one_out"], strict=True):
        assert one.result.k == effects.k - 1
        assert one.result.estimate == close(want["estimate"])
        assert one.result.se == close(want["se"])
        assert bounds(one.result.ci) == pytest.approx(want["ci"], rel=RTOL, abs=RTOL * one.result.se)
        assert heterogeneity(one.result).tau2.value == on_scale(data, want["tau2"])
        assert pytest.approx(want["I2"], rel=RTOL, abs=TINY) == heterogeneity(one.result).I2


@pytest.mark.parametrize("name", GROUPED)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("test", CI_METHODS)
def test_groups_with_common_tau2(reference: dict[str, Any], name: str, method: Any, test: str) -> None:
    data = reference[name]
    want = data["subgroups"]
    asked = None if test == "adhoc" else CI_METHODS[test]
    groups = run(
        data, by=data["group"], subgroup_tau2="common", tau2_method=method, ci_method=asked
    ).subgroups
    assert groups is not None
    assert groups.tau2 is not None
    assert list(groups.names) == want["names"]
    assert groups.tau2.value == on_scale(data, want[method]["tau2"])
    assert groups.Q_between == close(want[method]["QM"])
    assert groups.df == want[method]["QM_df"]
    assert groups.pvalue == pytest.approx(want[method]["QM_pvalue"], rel=1e-7)
    means = want[method]["means"][test]
    for g, result in enumerate(groups.results):
        if result.k == 1:  # reported with its own interval, not with that of the regression
            assert result.policy.rule == "k-aware/1"
            continue
        assert result.ci_method == CI_METHODS[test]
        assert result.estimate == close(means["estimate"][g])
        assert result.se == close(means["se"][g])
        expected = [means["ci_low"][g], means["ci_high"][g]]
        assert bounds(result.ci) == pytest.approx(expected, rel=RTOL, abs=RTOL * result.se)
        for other, ci_method in CI_METHODS.items():
            stored = want[method]["means"][other]
            got = result.confidence_interval(method=ci_method)  # type: ignore[arg-type]
            limits = [stored["ci_low"][g], stored["ci_high"][g]]
            assert bounds(got) == pytest.approx(limits, rel=RTOL, abs=RTOL * result.se)


@pytest.mark.parametrize("name", GROUPED)
def test_q_profile_of_the_common_tau2(reference: dict[str, Any], name: str) -> None:
    data = reference[name]
    groups = run(data, by=data["group"], subgroup_tau2="common").subgroups
    assert groups is not None
    assert groups.tau2 is not None
    assert bounds(groups.tau2.ci) == pytest.approx(data["subgroups"]["q_profile"], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("name", GROUPED)
def test_groups_with_separate_tau2(reference: dict[str, Any], name: str) -> None:
    data = reference[name]
    want = data["subgroups"]["separate"]
    groups = run(
        data, by=data["group"], subgroup_tau2="separate", model="random-effects", ci_method="wald"
    ).subgroups
    assert groups is not None
    assert groups.tau2 is None
    for result, one in zip(groups.results, want["groups"], strict=True):
        assert result.k == one["k"]
        assert result.estimate == close(one["estimate"])
        assert result.se == close(one["se"])
    assert groups.Q_between == close(want["Q_between"])
    assert groups.pvalue == pytest.approx(want["pvalue"], rel=1e-7)


def test_reference_covers_what_is_claimed(reference: dict[str, Any]) -> None:
    """Sizes from 2 on, a boundary case, an empty Q-profile and a fractional one are among the sets."""
    sizes = {len(data["yi"]) for data in reference.values()}
    assert {2, 3, 4, 5} <= sizes
    assert max(sizes) >= 19
    tau2 = np.array([data["fits"]["REML/z"]["tau2"] for data in reference.values()])
    assert (tau2 < 1e-12).any()
    assert (tau2 > 100).any()
