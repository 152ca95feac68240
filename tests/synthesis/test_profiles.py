"""Every profile against values put together in R by its definition (tests/reference/profiles.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import Heterogeneity, SynthesisSpec
from metasyn.synthesis.profiles import PROFILES, departures, profile_spec
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Profile, choices

SETS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "reference" / "profiles.json").read_text(encoding="utf-8")
)["sets"]
OTHERS = [name for name in choices(Profile) if name != "metasyn"]
RTOL = 1e-8
# metafor ends at absolute thresholds: where tau2 is 0, rounding noise of this share of the smallest
# sampling variance is left in tau2, I2 and their bounds.
TINY = 1e-10


def run(data: dict[str, Any], name: str, **named: Any) -> SynthesisResult:
    return synthesise(effects_from_arrays(yi=data["yi"], vi=data["vi"]), profile_spec(name, **named))


def bounds(interval: Interval | NotEstimable) -> list[float] | None:
    return [interval.low, interval.high] if isinstance(interval, Interval) else None


def codes(result: SynthesisResult) -> set[str]:
    return {finding.code for finding in result.findings}


def test_the_defaults_are_pinned() -> None:
    """A change here changes published numbers."""
    pinned = {
        name: (s.tau2_method, s.pi_method, s.tau2_ci_method, s.i2_method, s.level)
        for name, s in ((name, profile.spec) for name, profile in PROFILES.items())
    }
    assert pinned == {
        "metasyn": ("REML", "t(k-1)", "q-profile", "tau2", 0.95),
        "cochrane-2025": ("REML", "t(k-1)", "q-profile", "tau2", 0.95),
        "iqwig-6": ("PM", "t(k-1)", "q-profile", "Q", 0.95),
        "metafor": ("REML", "normal", "q-profile", "tau2", 0.95),
        "meta-8": ("REML", "t(k-1)", "q-profile", "Q", 0.95),
        "meta-7": ("REML", "t(k-2)", "q-profile", "Q", 0.95),
        "revman-5": ("DL", "none", "jackson", "Q", 0.95),
    }


def test_every_word_has_its_profile_and_every_profile_its_facts() -> None:
    assert tuple(PROFILES) == choices(Profile)
    for name, profile in PROFILES.items():
        assert (profile.name, profile.spec.profile) == (name, name)
        assert profile.sources
        assert (profile.spec.model, profile.spec.ci_method) == (None, None)
        assert profile.rule.endswith(".")
    assert any("Wald interval takes over" in line for line in PROFILES["cochrane-2025"].unconfirmed)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("profile", OTHERS)
def test_against_r(name: str, profile: str) -> None:
    data, want = SETS[name], SETS[name][profile]
    got = run(data, profile)
    tiny = TINY * min(data["vi"])
    assert got.model == "random-effects"
    assert got.estimate == pytest.approx(want["estimate"][0], rel=RTOL, abs=RTOL * got.se)
    assert got.se == pytest.approx(want["se"][0], rel=RTOL)
    assert bounds(got.ci) == pytest.approx(want["ci"], rel=RTOL, abs=RTOL * got.se)
    assert got.pvalue == pytest.approx(want["pvalue"][0], rel=1e-7)
    if want["pi"] == [None]:
        assert isinstance(got.pi, NotEstimable)
    else:
        assert bounds(got.pi) == pytest.approx(want["pi"], rel=RTOL, abs=RTOL * got.se)
    found = got.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert found.tau2.value == pytest.approx(want["tau2"][0], rel=RTOL, abs=tiny)
    assert found.I2 == pytest.approx(want["I2"][0], rel=RTOL, abs=TINY)  # noqa: SIM300 (a value, not a constant)
    if want["I2_ci"] == [None]:
        assert isinstance(found.I2_ci, NotEstimable)
    else:
        assert bounds(found.I2_ci) == pytest.approx(want["I2_ci"], rel=RTOL, abs=TINY)
    if "tau2_ci" in want:
        assert bounds(found.tau2.ci) == pytest.approx(want["tau2_ci"], rel=RTOL, abs=tiny)


@pytest.mark.parametrize(
    ("profile", "k", "ci_method", "rule"),
    [
        ("cochrane-2025", 2, "wald", "cochrane-2025/wald"),
        ("cochrane-2025", 4, "hartung-knapp", "cochrane-2025/hk"),
        ("iqwig-6", 2, "hartung-knapp-iqwig", "iqwig-6/random"),
        ("metafor", 2, "wald", "metafor/random"),
        ("meta-8", 3, "wald", "meta-8/random"),
        ("meta-7", 6, "wald", "meta-7/random"),
        ("revman-5", 6, "wald", "revman-5/random"),
    ],
)
def test_the_rule_of_a_profile(profile: str, k: int, ci_method: str, rule: str) -> None:
    data = {
        "yi": (-0.90, 0.15, -0.40, -1.10, 0.05, -0.60)[:k],
        "vi": (0.02, 0.03, 0.06, 0.05, 0.07, 0.04)[:k],
    }
    got = run(data, profile)
    assert (got.model, got.ci_method, got.policy.rule) == ("random-effects", ci_method, rule)
    assert got.request.profile == profile
    assert PROFILES[got.request.profile].label in got.policy.reason
    assert sum(a.headline for a in got.alternatives) == 1


def test_cochranes_rule_turns_to_wald_where_tau2_is_zero() -> None:
    data = {"yi": [-0.5, -0.51, -0.49, -0.5], "vi": [0.02, 0.03, 0.06, 0.05]}
    got = run(data, "cochrane-2025")
    assert (got.ci_method, got.policy.rule) == ("wald", "cochrane-2025/wald")
    assert "estimated as 0" in got.policy.reason
    assert {"profile-unconfirmed", "wald-few-studies"} <= codes(got)
    # A fixed tau2 above 0 brings Hartung-Knapp back.
    fixed = run(data, "cochrane-2025", tau2=0.1)
    assert (fixed.ci_method, fixed.policy.rule) == ("hartung-knapp", "cochrane-2025/hk")
    assert "fixed by the user" in fixed.policy.reason


@pytest.mark.parametrize("profile", OTHERS)
def test_one_study_is_reported_under_every_profile(profile: str) -> None:
    got = run({"yi": [-0.4], "vi": [0.04]}, profile)
    assert not got.pooled
    assert got.policy.rule == f"{profile}/1"
    assert bounds(got.ci) == pytest.approx([-0.4 - 1.959963984540054 * 0.2, -0.4 + 1.959963984540054 * 0.2])


@pytest.mark.parametrize("profile", OTHERS)
def test_what_is_named_is_obeyed_under_every_profile(profile: str) -> None:
    data = SETS["k5"]
    named = run(data, profile, model="random-effects", ci_method="t", tau2_method="HE", pi_method="normal")
    assert (named.model, named.ci_method, named.policy.rule) == ("random-effects", "t", "as requested")
    assert isinstance(named.heterogeneity, Heterogeneity)
    assert named.heterogeneity.tau2.method == "HE"
    common = run(data, profile, model="common-effect")
    assert (common.model, common.ci_method) == ("common-effect", "wald")


def test_a_changed_profile_says_so() -> None:
    assert "profile-changed" not in codes(run(SETS["k5"], "revman-5"))
    got = run(SETS["k5"], "revman-5", tau2_method="REML")
    (finding,) = (f for f in got.findings if f.code == "profile-changed")
    assert "tau2_method is 'REML' instead of 'DL'" in finding.message
    by_hand = synthesise(
        effects_from_arrays(yi=SETS["k5"]["yi"], vi=SETS["k5"]["vi"]), SynthesisSpec(profile="revman-5")
    )
    assert "profile-changed" in codes(by_hand)
    assert "profile-changed" not in codes(run(SETS["k5"], "metasyn", tau2_method="PM"))


@pytest.mark.parametrize(
    ("profile", "named", "brought"),
    [
        ("metafor", {"ci_method": "hartung-knapp"}, {"pi_method": "hartung-knapp"}),
        ("metafor", {"ci_method": "t"}, {"pi_method": "t(k-1)"}),
        ("metafor", {"tau2_method": "GENQ"}, {"tau2_ci_method": "generalised-q"}),
        ("meta-8", {"tau2_method": "DL"}, {"tau2_ci_method": "jackson"}),
        ("meta-7", {"tau2_method": "DL", "tau2_ci_method": "q-profile"}, {"tau2_ci_method": "q-profile"}),
        ("meta-8", {"tau2_method": "PM"}, {"tau2_ci_method": "q-profile"}),
        ("revman-5", {"tau2_method": "REML"}, {"tau2_ci_method": "q-profile"}),
        ("metasyn", {"tau2_method": "DL", "ci_method": "t"}, {"pi_method": "t(k-1)"}),
    ],
)
def test_what_the_tool_itself_changes_with_an_option(
    profile: str, named: dict[str, str], brought: dict[str, str]
) -> None:
    spec = profile_spec(profile, **named)
    assert {option: getattr(spec, option) for option in brought} == brought
    changed = {option for option, _, _ in departures(spec)}
    # Only the option that was named is a departure, not what the tool brings along.
    assert changed == set(named) & {"tau2_method", "tau2_ci_method"}


def test_metafors_interval_follows_its_test(reference: dict[str, Any]) -> None:
    data = reference["bcg_rr"]
    got = run(data, "metafor", ci_method="hartung-knapp")
    want = data["fits"]["REML/knha"]
    assert bounds(got.ci) == pytest.approx(want["ci"], rel=RTOL)
    assert bounds(got.pi) == pytest.approx(want["pi"], rel=RTOL)


@pytest.mark.parametrize("profile", choices(Profile))
def test_pool_takes_a_profile(profile: Any) -> None:
    data = SETS["k5"]
    got = pool(yi=data["yi"], vi=data["vi"], profile=profile)
    assert got.request == PROFILES[profile].spec
    assert bounds(got.ci) == bounds(run(data, profile).ci)


def test_wrong_names_are_refused() -> None:
    with pytest.raises(OptionError, match="profile must be one of"):
        profile_spec("revman")
    with pytest.raises(OptionError, match="there is no option 'method'"):
        profile_spec("metafor", method="REML")
    with pytest.raises(OptionError, match="tau2_method must be one of"):
        profile_spec("metafor", tau2_method="XX")


def test_none_leaves_the_profile_alone() -> None:
    spec = profile_spec("meta-7", tau2_method=None, pi_method=None, level=None, seed=None)
    assert spec == PROFILES["meta-7"].spec
    assert profile_spec("meta-7", level=0.9).level == 0.9
    assert profile_spec() == SynthesisSpec()


def test_revman_says_that_it_computes_q_of_counts_otherwise() -> None:
    from metasyn.effects.compute import effect_sizes

    counted = effect_sizes("RR", events_1=[4, 6], n_1=[123, 306], events_2=[11, 29], n_2=[139, 303])

    def codes(result: SynthesisResult) -> set[str]:
        return {finding.code for finding in result.findings}

    assert "profile-differs" in codes(synthesise(counted, profile_spec("revman-5")))
    assert "profile-differs" not in codes(synthesise(counted, profile_spec("meta-8")))
    arrays = effects_from_arrays(yi=counted.yi, vi=counted.vi)
    assert "profile-differs" not in codes(synthesise(arrays, profile_spec("revman-5")))
