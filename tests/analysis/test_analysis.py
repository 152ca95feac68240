"""Running a declaration: the same numbers as by hand, every variant labelled, nothing dropped."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metasyn.analysis import Analysis, Apart, Outcome
from metasyn.analysis.run import run_analysis, selections
from metasyn.errors import OptionError
from metasyn.evidence import read_evidence
from metasyn.evidence.selection import Evidence
from metasyn.synthesis import SynthesisResult, SynthesisSpec, pool
from metasyn.values import NotEstimable
from metasyn.vocabulary import BinaryComparison
from metasyn.workspace.staleness.reach import reached_rows

TEA_VS_WATER = Analysis(
    title="Tea",
    question="Does it help?",
    contrast=({"drink": "tea"}, {"drink": "water"}),
    outcomes=[Outcome("sleep", measure="RR"), Outcome("waking", measure="HR")],
)
TEA = Analysis(
    title="Tea alone",
    question="How many sleep?",
    cohorts={"drink": "tea"},
    outcomes=[Outcome("sleep", measure="PLO")],
    subgroups=["setting"],
)


@pytest.fixture
def evidence(tiny_project: Path) -> Evidence:
    return read_evidence(tiny_project / "data")


def test_effects_and_pooling_are_those_done_by_hand(evidence: Evidence) -> None:
    waking = run_analysis(TEA_VS_WATER, evidence, "tea").outcomes[1]
    printed = {"AX": (0.72, 0.55, 0.94), "BO": (0.95, 0.68, 1.33), "CY": (0.61, 0.37, 1.01)}
    yi = [math.log(hr) for hr, _, _ in printed.values()]
    sei = [(math.log(high) - math.log(low)) / (2 * 1.959963984540054) for _, low, high in printed.values()]
    np.testing.assert_allclose(waking.effects.yi, yi, rtol=1e-13)
    np.testing.assert_allclose(np.sqrt(waking.effects.vi), sei, rtol=1e-13)
    by_hand = pool(yi=yi, sei=sei, measure="HR")
    assert isinstance(waking.synthesis, SynthesisResult)
    assert waking.synthesis.estimate == pytest.approx(by_hand.estimate, rel=1e-13)
    assert waking.synthesis.policy == by_hand.policy
    assert [effect.rows[0].result_id for effect in waking.effects.effects] == [
        "AX-WAKING-1",
        "BO-WAKING-1",
        "CY-WAKING-1",
    ]


def test_slugs_are_unique_and_safe(evidence: Evidence) -> None:
    twice = replace(TEA_VS_WATER, outcomes=[Outcome("sleep", measure="RR"), Outcome("sleep", measure="RR")])
    slugs = [outcome.slug for outcome in run_analysis(twice, evidence, "tea").outcomes]
    assert slugs == ["sleep-rr", "sleep-rr-2"]


def test_selections_cover_every_outcome_and_what_stands_apart(evidence: Evidence) -> None:
    apart = Apart(title="Water", reason="another drink", cohorts={"drink": "water"})
    found = selections(replace(TEA, apart=[apart]), evidence)
    assert [{t.cohort_id for t in selection.targets} for selection in found] == [
        {"AX.tea", "BO.tea", "CY.tea", "DEE.tea"},
        {"AX.water", "BO.water", "CY.water"},
    ]


def test_subgroups_are_those_of_the_column(evidence: Evidence) -> None:
    (groups,) = run_analysis(TEA, evidence, "tea").outcomes[0].subgroups
    assert groups.by == "setting"
    assert dict(zip(groups.names, (r.k for r in groups.results), strict=True)) == {"home": 2, "ward": 2}


def test_what_an_outcome_asks_for_reaches_its_groups(evidence: Evidence) -> None:
    drugs: BinaryComparison = "pharmacological vs pharmacological"
    asked = Outcome("sleep", measure="RR", outcome_type="adverse events", comparison_type=drugs)
    analysis = replace(TEA_VS_WATER, outcomes=[asked], subgroups=["setting"])
    (groups,) = run_analysis(analysis, evidence, "tea").outcomes[0].subgroups
    assert {one.request.outcome_type for one in groups.results} == {"adverse events"}
    assert {one.request.comparison_type for one in groups.results} == {drugs}


def test_variants_are_named_and_differ(evidence: Evidence) -> None:
    sleep = run_analysis(TEA_VS_WATER, evidence, "tea").outcomes[0]
    by_group: dict[str, list[str]] = {}
    for variant in sleep.sensitivity:
        by_group.setdefault(variant.group, []).append(variant.label)
    assert by_group["between-study variance"] == ["DL", "PM", "ML", "EB", "HE", "HS", "SJ"]
    assert by_group["model"] == ["common-effect"]
    assert by_group["effect measure"] == ["odds ratio", "risk difference"]
    codes = {
        v.label: v.result.effects.measure.code
        for v in sleep.sensitivity
        if v.group == "effect measure" and isinstance(v.result, SynthesisResult)
    }
    assert codes == {"odds ratio": "OR", "risk difference": "RD"}


def test_a_fixed_variance_is_not_varied_but_the_common_effect_model_stands_beside(evidence: Evidence) -> None:
    fixed = replace(TEA_VS_WATER, synthesis=SynthesisSpec(tau2=0.02))
    groups = {v.group for v in run_analysis(fixed, evidence, "tea").outcomes[0].sensitivity}
    assert "between-study variance" not in groups
    assert "model" in groups


def test_what_stands_apart_is_never_pooled_with_the_rest(evidence: Evidence) -> None:
    apart = Apart(title="Water", reason="another drink", cohorts={"drink": "water"})
    outcome = run_analysis(replace(TEA, apart=[apart]), evidence, "tea").outcomes[0]
    assert {effect.cohort_id for effect in outcome.effects.effects} == {
        "AX.tea",
        "BO.tea",
        "CY.tea",
        "DEE.tea",
    }
    (beside,) = outcome.apart
    assert {effect.cohort_id for effect in beside.effects.effects} == {"AX.water", "BO.water", "CY.water"}


def test_an_outcome_without_any_effect_is_not_estimable(evidence: Evidence) -> None:
    mood = replace(TEA, outcomes=[Outcome("mood", measure="PLO")], exclude={"DEE.tea": "by hand"})
    outcome = run_analysis(mood, evidence, "tea").outcomes[0]
    assert isinstance(outcome.synthesis, NotEstimable)
    assert "by-analyst" in {e.code for e in outcome.effects.exclusions}


def test_sources_are_listed_once_each(evidence: Evidence) -> None:
    sources = [s.source_id for s in run_analysis(TEA_VS_WATER, evidence, "tea").sources]
    assert len(sources) == len(set(sources))
    assert {"ax-2019", "bo-2020", "cy-2021"} <= set(sources)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cohorts": {"drink": "tea"}}, "either contrast= or cohorts="),
        ({"contrast": None}, "either contrast= or cohorts="),
        ({"outcomes": []}, "at least one outcome"),
        ({"overlap": "largest"}, "overlap must be one of"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        replace(TEA_VS_WATER, **change)  # type: ignore[arg-type]


def test_ongoing_trials_are_all_or_those_named(evidence: Evidence) -> None:
    (trial,) = evidence.ongoing
    assert run_analysis(TEA, evidence, "tea").ongoing == (trial,)
    assert run_analysis(replace(TEA, ongoing=[trial.registry_id] * 2), evidence, "tea").ongoing == (trial,)
    none = run_analysis(replace(TEA, ongoing=[]), evidence, "tea")
    assert none.ongoing == ()
    assert f"ongoing:{trial.registry_id}" in reached_rows(TEA, evidence)
    assert f"ongoing:{trial.registry_id}" not in reached_rows(none.analysis, evidence)
    with pytest.raises(OptionError, match="ongoing='NCT0' is not the registry id"):
        run_analysis(replace(TEA, ongoing=["NCT0"]), evidence, "tea")


def test_an_unknown_external_result_is_named(evidence: Evidence) -> None:
    with pytest.raises(OptionError, match="NOPE"):
        run_analysis(replace(TEA, external=["NOPE"]), evidence, "tea")


@pytest.mark.parametrize("fraction", [0, -0.1, 1.01])
def test_event_fraction_is_a_share(fraction: float) -> None:
    with pytest.raises(OptionError, match="event_fraction"):
        Outcome("waking", measure="HR", event_fraction=fraction)
