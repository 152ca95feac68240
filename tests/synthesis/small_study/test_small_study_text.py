"""`print` of what tests and corrections of small-study effects find, on the BCG trials."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study import (
    begg_test,
    egger_test,
    excess_significance,
    fail_safe_n,
    harbord_test,
    pet_peese,
    peters_test,
    recommended_test,
    selection_model,
    small_study_effects,
    thompson_test,
    trim_and_fill,
)

EVERY: dict[str, Callable[[SynthesisResult], Any]] = {
    "egger": egger_test,
    "thompson": thompson_test,
    "peters": peters_test,
    "begg": begg_test,
    "recommended": lambda r: recommended_test(r.effects.measure.code),
    "trim and fill": trim_and_fill,
    "pet-peese": pet_peese,
    "fail-safe": fail_safe_n,
    "excess": excess_significance,
    "selection": lambda r: selection_model(r, alternative="less"),
    "coefficient": lambda r: egger_test(r).slope,
    "line": lambda r: pet_peese(r).peese,
}


@pytest.mark.parametrize("name", EVERY)
def test_every_record_is_printed_as_text(bcg_synthesis: SynthesisResult, name: str) -> None:
    record = EVERY[name](bcg_synthesis)
    text = str(record)
    assert f"{type(record).__name__}(" not in text
    assert "Finding(" not in text
    assert "Interval(" not in text
    assert "array(" not in text
    assert len(text.splitlines()) <= 14
    said = [str(finding) for finding in getattr(record, "findings", ())]
    assert text.splitlines()[len(text.splitlines()) - len(said) :] == [f"warning: {one}" for one in said]


def test_egger_says_slope_limit_and_what_it_cannot_say(bcg_synthesis: SynthesisResult) -> None:
    lines = str(egger_test(bcg_synthesis)).splitlines()
    # R: coef(summary(lm(yi ~ sei, weights = 1/vi))) on the same data.
    assert lines[2] == (
        "slope: -2.11204 (se 1.50722), 95% CI -5.42941 to 1.20533; t = -1.40128, df = 11, p = 0.1887"
    )
    assert lines[3].startswith("limit estimate (effect at predictor 0): -0.190929 (se 0.220085)")
    assert lines[4] == "that is risk ratio 0.8262, 95% CI 0.509 to 1.341"
    assert "not why" in lines[5]
    assert math.exp(-0.190929) == pytest.approx(0.8262, abs=5e-5)


def test_a_normal_test_is_called_z_and_a_limit_that_is_none_has_its_reason(
    bcg_synthesis: SynthesisResult,
) -> None:
    additive = str(egger_test(bcg_synthesis, model="random-effects"))
    assert "; z = " in additive
    assert "df =" not in additive
    assert "(REML)" in additive
    growing = str(egger_test(bcg_synthesis, predictor="ni"))
    assert "limit estimate (effect at predictor 0): not estimable (a predictor that grows" in growing


def test_begg_says_how_its_p_value_is_made(bcg_synthesis: SynthesisResult) -> None:
    found = begg_test(bcg_synthesis)
    assert found.exact
    assert f"p = {found.pvalue:.4g} (exact)" in str(found)
    tied = begg_test(yi=[0.1, 0.2, 0.3, 0.3, 0.5] * 2, vi=[0.1, 0.1, 0.2, 0.3, 0.4] * 2)
    assert "(from z, there are ties)" in str(tied)


def test_trim_and_fill_shows_both_syntheses(bcg_synthesis: SynthesisResult) -> None:
    found = trim_and_fill(bcg_synthesis)
    lines = str(found).splitlines()
    assert lines[0].startswith(f"trim and fill (L0): {found.k0} effect(s) added on the {found.side}")
    observed, filled = lines[3].split(), lines[4].split()
    assert observed[:2] == ["observed", "13"]
    assert observed[2] == f"{found.observed.estimate:.6g}"
    assert filled[:3] == ["with", "added", str(13 + found.k0)]
    assert filled[3] == f"{found.result.estimate:.6g}"
    assert lines[5].endswith(", ".join(found.mirrored))
    assert "test of no missing study: p = " in str(trim_and_fill(bcg_synthesis, estimator="R0"))


def test_pet_peese_says_which_and_why(bcg_synthesis: SynthesisResult) -> None:
    found = pet_peese(bcg_synthesis)
    assert found.chosen == "PET"
    assert "PET, because the estimate of PET does not differ from 0 at alpha = 0.05: -0.190929" in str(found)
    strong = pet_peese(bcg_synthesis, alpha=0.9)
    assert strong.chosen == "PEESE"
    assert "PEESE, because the estimate of PET differs from 0 at alpha = 0.9" in str(strong)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "rosenthal"}, "598 null studies would bring the one-sided p value to 0.05"),
        ({"method": "rosenberg"}, "370 null studies would bring the two-sided p value to 0.05"),
        ({"method": "orwin", "target": -0.1}, "null studies would bring the mean to -0.1"),
        ({"target": -2.0}, "0 null studies would bring the mean to -2: the result is there already"),
    ],
)
def test_fail_safe_n(bcg_synthesis: SynthesisResult, options: dict[str, Any], said: str) -> None:
    text = str(fail_safe_n(bcg_synthesis, **options))  # 598, 370: metafor's fsn
    assert said in text
    assert "does not estimate how many studies are missing" in text


def test_excess_significance_and_selection(bcg_synthesis: SynthesisResult) -> None:
    excess = excess_significance(bcg_synthesis)
    assert f"{excess.observed} observed, {excess.expected:.6g} expected" in str(excess)
    found = selection_model(bcg_synthesis, alternative="less")
    text = str(found)
    assert f"mean before selection: {found.estimate.estimate:.6g}" in text
    assert f"tau2 = {found.tau2:.6g}" in text
    assert all(weight.name in text and f"{weight.value:.6g}" in text for weight in found.weights)
    common = str(selection_model(bcg_synthesis, alternative="less", model="common-effect"))
    assert "tau2" not in common


def test_a_result_is_taken_like_its_effects(bcg_synthesis: SynthesisResult) -> None:
    effects = bcg_synthesis.effects
    for run in (
        egger_test,
        begg_test,
        peters_test,
        small_study_effects,
        trim_and_fill,
        pet_peese,
        fail_safe_n,
    ):
        assert str(run(bcg_synthesis)) == str(run(effects))  # type: ignore[operator]
    assert small_study_effects(bcg_synthesis).test == "peters"
    with pytest.raises(OptionError, match="odds ratios; the effects are of measure 'RR'"):
        harbord_test(bcg_synthesis)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda r: egger_test(r, model="lm"), "multiplicative"),
        (lambda r: egger_test(r, model="rma"), "random-effects"),
        (lambda r: selection_model(r, function="stepfun"), "step"),
        (lambda r: selection_model(r, function="halfnorm"), "half-normal"),
        (lambda r: selection_model(r, function="negexp"), "negative-exponential"),
        (lambda r: selection_model(r, alternative="two.sided"), "two-sided"),
        (lambda r: small_study_effects(r, "linreg"), "egger"),
        (lambda r: small_study_effects(r, "rank"), "begg"),
        (lambda r: excess_significance(r, test="binom"), "binomial"),
        (lambda r: fail_safe_n(r, method="Rosenthal"), "rosenthal"),
    ],
)
def test_words_of_r_are_known(
    bcg_synthesis: SynthesisResult, call: Callable[[SynthesisResult], object], word: str
) -> None:
    with pytest.raises(OptionError, match=f"is called '{word}' here"):
        call(bcg_synthesis)


def test_no_natural_scale_no_line() -> None:
    rng = np.random.default_rng(4)
    text = str(egger_test(yi=rng.normal(size=12), vi=rng.uniform(0.1, 1, 12)))
    assert "that is" not in text
