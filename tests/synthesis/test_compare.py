"""Comparing profiles: what differs, and that each cause is what changing one option does."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.compare import ProfileComparison, compare_profiles
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.disagreement import Difference, Quantity, answers_of, choices_of, numbers_of
from metasyn.synthesis.model import Heterogeneity, SynthesisSpec
from metasyn.synthesis.profiles import profile_spec
from metasyn.tables.compare_table import _WORDS, comparison_text, disagreement_sentences, profile_table
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, I2Method, Model, PiMethod, Profile, Tau2CiMethod, choices

# Five trials, log hazard ratios; tau2 is above 0 and its estimators disagree.
YI = tuple(math.log(hr) for hr in (0.55, 0.95, 0.72, 1.25, 0.61))
SEI = (0.12, 0.20, 0.15, 0.25, 0.14)


def five(**options: Any) -> ProfileComparison:
    return compare_profiles(yi=YI, sei=SEI, measure="HR", **options)


def only(found: tuple[Difference, ...], quantity: Quantity) -> Difference:
    (one,) = (difference for difference in found if difference.quantity == quantity)
    return one


def ends(interval: Any) -> np.ndarray:
    assert isinstance(interval, Interval)
    return np.array([interval.low, interval.high])


def test_every_result_is_that_of_its_profile() -> None:
    comparison = five()
    assert comparison.profiles == choices(Profile)
    effects = effects_from_arrays(yi=YI, sei=SEI, measure="HR")
    for name in comparison.profiles:
        got, want = comparison.result(name), synthesise(effects, profile_spec(name))
        assert got.request.profile == name
        assert answers_of(got) == answers_of(want)


def test_meta_changed_only_its_prediction_interval() -> None:
    (difference,) = five(profiles=["meta-7", "meta-8"]).differences
    assert difference.quantity == "pi"
    (cause,) = difference.causes
    assert (cause.option, cause.first, cause.second) == ("pi_method", "t(k-2)", "t(k-1)")
    assert cause.alone == difference.values[1]
    assert cause.change == difference.change
    assert difference.interaction == (0.0, 0.0)
    # The half-widths are in the ratio of the quantiles t(0.975; 3) and t(0.975; 4).
    widths = [high - low for low, high in map(numbers_of, difference.values)]
    assert widths[0] / widths[1] == pytest.approx(3.182446305283708 / 2.776445105197793, rel=1e-12)


def test_one_choice_explains_meta_against_revman() -> None:
    found = five(profiles=["meta-8", "revman-5"]).differences
    interval = only(found, "ci")
    assert [cause.option for cause in interval.causes] == ["tau2_method"]
    assert not np.any(interval.interaction)
    assert not [d for d in found if d.quantity in ("I2", "I2_ci")]
    prediction = only(found, "pi")
    assert isinstance(prediction.values[1], NotEstimable)
    assert prediction.change == ()
    # tau2's estimator moves it, pi_method takes it away: what takes it away comes first.
    assert [cause.option for cause in prediction.causes] == ["pi_method", "tau2_method"]


def test_causes_are_single_changes_and_the_rest_is_interaction() -> None:
    """By hand: each option of iqwig-6 put into metafor's request, and what is left of the whole change."""
    interval = only(five(profiles=["metafor", "iqwig-6"]).differences, "ci")
    effects = effects_from_arrays(yi=YI, sei=SEI)
    base = profile_spec("metafor")
    plain = ends(synthesise(effects, base).ci)
    by_hand = {
        "tau2_method": ends(synthesise(effects, base.update(tau2_method="PM")).ci) - plain,
        "ci_method": ends(synthesise(effects, base.update(ci_method="hartung-knapp-iqwig")).ci) - plain,
    }
    assert {cause.option for cause in interval.causes} == set(by_hand)
    for cause in interval.causes:
        np.testing.assert_allclose(cause.change, by_hand[cause.option], rtol=1e-9, atol=1e-12)
    sizes = [max(map(abs, cause.change)) for cause in interval.causes]
    assert sizes == sorted(sizes, reverse=True)
    whole = ends(synthesise(effects, profile_spec("iqwig-6")).ci) - plain
    np.testing.assert_allclose(interval.change, whole, rtol=1e-9)
    np.testing.assert_allclose(interval.interaction, whole - sum(by_hand.values()), rtol=1e-6, atol=1e-12)


def test_two_studies_differ_by_model() -> None:
    comparison = compare_profiles(
        yi=[-0.6, -0.05], sei=[0.16, 0.18], profiles=["metasyn", "metafor", "iqwig-6"]
    )
    first = only(comparison.between("metasyn", "metafor"), "ci")
    assert [cause.option for cause in first.causes] == ["ci_method"]
    # With two studies all estimators of tau2 agree, and where it is above 0 the factor q is 1: the ad hoc
    # floor and IQWiG's rule change nothing.
    assert not [d for d in comparison.between("metasyn", "iqwig-6") if d.quantity == "ci"]
    assert only(comparison.between("metasyn", "iqwig-6"), "I2_ci").causes[0].option == "i2_method"


def test_two_ratios_differ_by_a_model_that_brings_its_interval() -> None:
    """The Bayesian model has no other interval than its own: model and interval change together."""
    comparison = compare_profiles(
        yi=[-0.6, -0.05], sei=[0.16, 0.18], measure="HR", profiles=["metasyn", "metafor"]
    )
    found = only(comparison.between("metasyn", "metafor"), "ci")
    assert [cause.option for cause in found.causes] == ["model"]
    assert found.causes[0].alone == found.values[1]
    assert found.interaction == (0.0, 0.0)
    (sentence,) = (s for s in disagreement_sentences(comparison) if "metafor differ in the confidence" in s)
    assert "Bayesian random effects instead of random effects" in sentence


def test_pairs_are_found_in_either_order() -> None:
    comparison = five()
    k = len(comparison.profiles)
    pairs = {(d.first, d.second) for d in comparison.differences}
    assert len(pairs) <= k * (k - 1) / 2
    assert comparison.between("revman-5", "metasyn") == comparison.between("metasyn", "revman-5")
    with pytest.raises(OptionError, match="not one of the profiles compared"):
        five(profiles=["metafor", "meta-8"]).between("metafor", "revman-5")


@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_causes_do_not_depend_on_the_scale(factor: float) -> None:
    def described(comparison: ProfileComparison) -> list[Any]:
        return [(d.quantity, d.first, d.second, [c.option for c in d.causes]) for d in comparison.differences]

    scaled = compare_profiles(yi=[factor * y for y in YI], sei=[factor * s for s in SEI])
    assert described(scaled) == described(compare_profiles(yi=YI, sei=SEI))


def test_equal_precision_and_no_spread_leave_rounding_out() -> None:
    """With equal variances and tau2 > 0 REML, DL and PM agree exactly: the estimator is no cause."""
    comparison = compare_profiles(
        yi=[0.1, 0.9, -0.4, 0.5, 0.3], vi=[0.01] * 5, profiles=["metafor", "revman-5"]
    )
    assert not [d for d in comparison.differences if d.quantity in ("estimate", "ci", "pvalue", "tau2")]


def test_one_study_has_nothing_to_disagree_about() -> None:
    comparison = compare_profiles(yi=[-0.4], sei=[0.2], measure="HR")
    assert comparison.differences == ()
    assert "nothing that profiles could do differently" in comparison_text(comparison)
    with pytest.raises(NotEstimableError):
        compare_profiles(yi=[], sei=[])


@pytest.mark.parametrize(
    ("profiles", "words"),
    [
        (["metafor"], "two profiles or more"),
        ([], "two profiles or more"),
        (["metafor", "metafor"], "each once"),
        (["metafor", "revman"], "profiles must be one of"),
        ("metafor,meta-8", "must be a list of names"),
    ],
)
def test_wrong_profiles_are_refused(profiles: Any, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        five(profiles=profiles)
    with pytest.raises(OptionError, match="level"):
        five(level=95)


def test_the_level_is_obeyed_everywhere() -> None:
    comparison = five(level=0.9)
    assert {result.request.level for result in comparison.results} == {0.9}
    for difference in comparison.differences:
        for value in (*difference.values, *(cause.alone for cause in difference.causes)):
            assert not isinstance(value, Interval) or value.level == 0.9


def test_table_and_plain_data() -> None:
    comparison = five()
    frame = comparison.to_frame()
    assert list(frame["profile"]) == list(comparison.profiles)
    row = frame.set_index("profile").loc["revman-5"]
    result = comparison.result("revman-5")
    assert (row["estimate"], row["ci_low"], row["tau2_method"]) == (result.estimate, ends(result.ci)[0], "DL")
    assert math.isnan(row["pi_low"])
    data = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    revman = next(one for one in data["profiles"] if one["name"] == "revman-5")
    assert revman["pi"] is None
    assert "asked for" in revman["not_estimable"]["pi"]
    assert revman["options"]["ci_method"] == "wald"
    assert revman["ci"] == list(ends(result.ci))
    assert len(data["differences"]) == len(comparison.differences)


def test_sentences_name_the_choice_and_both_values() -> None:
    comparison = five(profiles=["meta-8", "revman-5"])
    sentences = disagreement_sentences(comparison)
    (interval,) = (s for s in sentences if "in the confidence interval" in s)
    first, second = (
        f"{math.exp(ends(r.ci)[0]):.2f} to {math.exp(ends(r.ci)[1]):.2f}" for r in comparison.results
    )
    assert interval == (
        "meta-8 and revman-5 differ in the confidence interval because τ² is estimated by REML "
        f"instead of DL: {first} against {second}."
    )
    (prediction,) = (s for s in sentences if "in the prediction interval" in s)
    assert "because there is one from t with k − 1 degrees of freedom instead of none: " in prediction
    assert prediction.endswith(" against none.")
    assert not any("in the p value" in s for s in sentences)  # it follows the interval


def test_profiles_that_differ_alike_share_a_sentence() -> None:
    comparison = five(profiles=["cochrane-2025", "meta-7", "metafor", "meta-8"])
    (interval,) = (s for s in disagreement_sentences(comparison) if "confidence interval" in s)
    assert interval.startswith(
        "cochrane-2025 differs from meta-7, metafor and meta-8 in the confidence interval"
    )
    assert "the interval is Hartung-Knapp's instead of Wald's" in interval
    turned = [s for s in disagreement_sentences(comparison, against="metafor") if "confidence" in s]
    assert turned == [s for s in turned if s.startswith("cochrane-2025 and metafor differ")]
    assert len(turned) == 1


def test_the_printed_text_has_table_reasons_and_rules() -> None:
    comparison = five()
    text = comparison_text(comparison)
    for name, row in zip(comparison.profiles, profile_table(comparison).rows, strict=True):
        assert sum(line.startswith(name) for line in text.splitlines()) == 1
        assert all(cell in text for cell in row)
        assert f"{name}: {comparison.result(name).policy.reason}" in text
    assert "cochrane-2025, not confirmed:" in text


def test_every_word_can_be_said() -> None:
    vocabularies = {
        "model": Model,
        "ci_method": CiMethod,
        "pi_method": PiMethod,
        "tau2_ci_method": Tau2CiMethod,
        "i2_method": I2Method,
    }
    for option, vocabulary in vocabularies.items():
        assert set(_WORDS[option][1]) == set(choices(vocabulary))  # type: ignore[index]


def test_all_options_of_a_request_are_compared() -> None:
    """An option that profiles may set and that is not changed one by one would be a cause never found."""
    result = five().results[0]
    assert isinstance(result.heterogeneity, Heterogeneity)
    same_for_all = {"tau2", "weights", "level", "seed", "profile", "outcome_type", "comparison_type"}
    assert {name for name, _ in choices_of(result)} == set(SynthesisSpec.__slots__) - same_for_all
