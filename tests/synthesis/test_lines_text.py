"""`print` of a comparison of profiles, a predictive probability and an estimate of tau2."""

from __future__ import annotations

import math

import pytest

from metasyn.synthesis.compare import compare_profiles
from metasyn.synthesis.lines import natural, study_table
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.synthesis.threshold import probability_beyond
from metasyn.values import Interval, NotEstimable


def test_profiles_side_by_side(bcg_synthesis: SynthesisResult) -> None:
    found = compare_profiles(bcg_synthesis, profiles=["metafor", "meta-7", "revman-5"])
    text = str(found)
    assert text.startswith("3 profiles on the same effects, log risk ratio, k = 13")
    for name, result in zip(found.profiles, found.results, strict=True):
        choices, answers = (line.split() for line in text.splitlines() if line.startswith(f"{name} "))
        assert choices[1:4] == [result.model, result.request.tau2_method, result.ci_method]
        assert answers[1] == f"{result.estimate:.6g}"
    assert "estimate differs in 2 of 3 pairs, by tau2_method" in text
    difference = found.between("metafor", "meta-7")[0]
    assert difference.quantity == "pi"
    assert str(difference).endswith(f"because of {difference.causes[0]}")
    assert str(difference.causes[0]).startswith("pi_method normal -> t(k-2) (alone: ")


def test_profiles_that_agree(bcg_synthesis: SynthesisResult) -> None:
    found = compare_profiles(bcg_synthesis, profiles=["metasyn", "cochrane-2025"])
    assert str(found).splitlines()[-1] == "all of them agree"


def test_what_does_not_exist_is_a_dash() -> None:
    text = str(compare_profiles(yi=[0.4], vi=[0.1], profiles=["metafor", "meta-8"]))
    assert text.splitlines()[-3].split()[-1] == "-"


def test_predictive_probability(bcg_synthesis: SynthesisResult) -> None:
    found = probability_beyond(bcg_synthesis, 1.0, natural=True)
    assert f"below 0: {found.below:.4g}, above: {found.above:.4g}" in str(found)  # type: ignore[union-attr]


def test_tau2() -> None:
    assert str(estimate_tau2([0.0, 2.0], [0.5, 0.5], method="DL")) == "tau2 = 1.5"
    zero = str(estimate_tau2([0.1, 0.1, 0.2], [1.0, 1.0, 1.0], method="DL"))
    assert zero == "tau2 = 0 (the estimator's own solution is negative)"


@pytest.mark.parametrize("code", ["MD", "GEN", "RD"])
def test_a_scale_that_is_natural_is_not_said_twice(code: str) -> None:
    assert natural(code, 0.3, Interval(0.1, 0.5)) == ""  # type: ignore[arg-type]


def test_a_time_has_its_unit() -> None:
    shown = natural("MEDLN", math.log(11.0), Interval(math.log(9.0), math.log(14.0)), unit="weeks")
    assert shown.endswith(" 11, 95% CI 9 to 14 weeks")
    assert natural("MEDLN", math.log(11.0), NotEstimable("no reason"), unit="weeks").endswith(" 11 weeks")


def test_an_interval_that_does_not_exist_is_left_out() -> None:
    assert natural("HR", 0.0, NotEstimable("no reason")) == "hazard ratio 1"


def test_a_table_of_forty_rows_is_whole() -> None:
    rows = [[f"S{i}", "1"] for i in range(41)]
    assert len(study_table(["x"], rows[:40])) == 41
    assert study_table(["x"], rows)[-1].startswith("... and 1 more")
