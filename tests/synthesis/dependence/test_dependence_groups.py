"""Ties between effects by what the evidence says, and the covariances that follow from them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Route
from metasyn.effects.two_by_two import log_odds_ratio
from metasyn.errors import NotEstimableError, OptionError
from metasyn.evidence.model import Cohort, Study
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.dependence import (
    arm_variance,
    dependence_groups,
    effects_covariance,
    shared_arm_covariance,
)
from metasyn.vocabulary import TieKind, choices

ROUTE = Route(name="events", grade=1, formula="ln(x / (n - x))")
# Of each cohort: study, participants, the larger cohort it is part of.
COHORTS = {
    "ax.all": ("ax", 100, ""),
    "ax.old": ("ax", 25, "ax.all"),
    "ax.old.men": ("ax", 9, "ax.old"),
    "bo.x": ("bo", 60, ""),
    "bo.y": ("bo", 40, ""),
    "bo2.x": ("bo2", 60, ""),
    "cy.low": ("cy", 50, ""),
    "cy.high": ("cy", 55, ""),
    "cy.control": ("cy", 81, ""),
    "di.part": ("di", None, "di.all"),
    "di.all": ("di", 70, ""),
    "ed.x": ("ed", 30, ""),
}
REGISTERED = {"ax": "", "bo": "NCT01; EU-7", "bo2": "eu-7", "cy": "NCT02", "di": "", "ed": "NCT03"}
EVIDENCE = Evidence(
    sources={},
    studies={
        study: Study(study_id=study, label=f"{study.title()} 2020", design="cohort", registry_id=number)
        for study, number in REGISTERED.items()
    },
    cohorts={
        name: Cohort(cohort_id=name, study_id=study, label=name.partition(".")[2], n=n, part_of=whole)
        for name, (study, n, whole) in COHORTS.items()
    },
    outcomes={},
    results=(),
)


def effect(cohort: str, comparator: str = "", **further: Any) -> Effect:
    return Effect(
        label=f"{cohort} {comparator}".strip(), yi=0.1, vi=further.pop("vi", 0.1), route=ROUTE,
        study_id=COHORTS[cohort][0], cohort_id=cohort, comparator_id=comparator, **further,
    )  # fmt: skip


def effect_set(*rows: Effect, measure: Any = "PLO") -> EffectSet:
    return EffectSet(measure=get_measure(measure), effects=rows)


SINGLE = effect_set(*(effect(c) for c in ("ax.old", "bo.x", "ed.x", "ax.all", "bo2.x", "bo.y", "di.part")))


def test_every_kind_of_tie() -> None:
    groups = dependence_groups(SINGLE, EVIDENCE)
    assert [group.rows for group in groups.groups] == [(0, 3), (1, 4, 5), (2,), (6,)]
    assert [group.name for group in groups.groups] == ["Ax 2020", "Bo 2020 + Bo2 2020", "ed.x", "di.part"]
    first, second = groups.tied
    assert [(tie.kind, tie.rows, tie.reason) for tie in first.ties] == [
        ("part of", (0, 3), "'old' is part of 'all'"),
        ("same study", (0, 3), "both are of 'Ax 2020'"),
    ]
    assert [(tie.kind, tie.rows, tie.reason) for tie in second.ties] == [
        ("same registration", (1, 4, 5), "their studies have one registration, EU-7"),
        ("same study", (1, 5), "both are of 'Bo 2020'"),
    ]
    assert [tie.shares_participants for tie in (*first.ties, *second.ties)] == [True, False, False, False]
    assert groups.clusters == (
        "Ax 2020", "Bo 2020 + Bo2 2020", "ed.x", "Ax 2020", "Bo 2020 + Bo2 2020", "Bo 2020 + Bo2 2020",
        "di.part",
    )  # fmt: skip
    assert groups.to_dict()["n_groups"] == 4
    assert str(groups).splitlines()[0] == "7 effects in 4 independent groups"


def test_a_common_control_group_and_two_definitions() -> None:
    rows = [effect("cy.low", "cy.control"), effect("cy.high", "cy.control"), effect("cy.high", "cy.control")]
    (group,) = dependence_groups(effect_set(*rows, measure="HR"), EVIDENCE, by=["same cohort"]).groups
    assert [(tie.rows, tie.reason) for tie in group.ties] == [
        ((0, 1, 2), "all hold the participants of 'control'"),
        ((1, 2), "both hold the participants of 'high'"),
    ]


def test_parts_of_parts() -> None:
    rows = effect_set(effect("ax.all"), effect("ax.old.men"))
    (group,) = dependence_groups(rows, EVIDENCE, by=["part of"]).groups
    assert group.ties[0].reason == "'old.men' is part of 'all'"


def test_only_ties_that_are_asked_for_count() -> None:
    alone = [len(dependence_groups(SINGLE, EVIDENCE, by=[kind]).tied) for kind in choices(TieKind)]
    assert alone == [0, 1, 1, 2]
    assert dependence_groups(SINGLE, EVIDENCE, by=["same cohort"]).clusters == SINGLE.labels


def test_without_evidence_ids_alone_count() -> None:
    groups = dependence_groups(SINGLE)
    assert [group.rows for group in groups.groups] == [(0, 3), (1, 5), (2,), (4,), (6,)]
    assert [tie.kind for group in groups.tied for tie in group.ties] == ["same study"] * 2


def test_arrays_are_each_their_own() -> None:
    given = effects_from_arrays(yi=[0.1, 0.2], vi=[0.1, 0.2], measure="HR", labels=["A", "A"])
    groups = dependence_groups(given, EVIDENCE)
    assert groups.clusters == ("A", "A (2)")


def test_groups_do_not_depend_on_the_order_of_the_rows() -> None:
    order = np.random.default_rng(2).permutation(SINGLE.k)
    shuffled = dependence_groups(SINGLE.take(order.tolist()), EVIDENCE)
    theirs = {frozenset(int(order[i]) for i in group.rows) for group in shuffled.groups}
    assert theirs == {frozenset(group.rows) for group in dependence_groups(SINGLE, EVIDENCE).groups}


@pytest.mark.parametrize(
    ("by", "words"), [([], "by must name"), ("part of", "by must name"), (["x"], "by must be")]
)
def test_unknown_ties(by: Any, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        dependence_groups(SINGLE, EVIDENCE, by=by)


def test_effects_of_other_tables() -> None:
    studies = {name: study for name, study in EVIDENCE.studies.items() if name != "ed"}
    with pytest.raises(OptionError, match=r"does not know the study or the cohorts of 'ed\.x'"):
        dependence_groups(SINGLE, replace(EVIDENCE, studies=studies))


def test_a_part_and_its_whole_covary_as_means_do() -> None:
    """25 of 100: person by person, the covariance of the two means is that of the whole, 1/100."""
    rows = effect_set(effect("ax.old", vi=1 / 25), effect("ax.all", vi=1 / 100))
    found = effects_covariance(rows, EVIDENCE)
    people = np.arange(100)
    means = np.array([(people < 25) / 25, np.ones(100) / 100])
    np.testing.assert_allclose(found.covariance.matrix(), means @ means.T, rtol=1e-12)
    (pair,) = found.pairs
    assert (pair.rows, pair.assumed, pair.reason) == ((0, 1), False, "'old' is part of 'all'")


def test_a_common_control_group_by_the_counts() -> None:
    def trial(arm: str, x: int, adjusted: bool = False) -> Effect:
        n = COHORTS[arm][1]
        counts = Counts(events_1=x, n_1=n, events_2=30, n_2=81)
        vi = log_odds_ratio([x], [n], [30], [81])[1][0]
        return effect(
            arm, "cy.control", counts=counts, vi=float(vi), adjustment="1/2 added" if adjusted else ""
        )

    plain = effects_covariance(effect_set(trial("cy.low", 12), trial("cy.high", 20), measure="OR"), EVIDENCE)
    want = shared_arm_covariance(
        ["cy"] * 2, groups_1=["low", "high"], groups_2=["control"] * 2,
        variances_1=arm_variance("OR", events=[12, 20], n=[50, 55]),
        variances_2=arm_variance("OR", events=[30, 30], n=[81, 81]),
    )  # fmt: skip
    np.testing.assert_allclose(plain.covariance.matrix(), want.matrix(), rtol=1e-12)
    assert not plain.pairs[0].assumed
    zero = effects_covariance(
        effect_set(trial("cy.low", 0, True), trial("cy.high", 20), measure="OR"), EVIDENCE
    )
    control = math.sqrt((1 / 30 + 1 / 51) * (1 / 30.5 + 1 / 51.5))
    assert zero.covariance.matrix()[0, 1] == pytest.approx(control, rel=1e-12)


def test_hazard_ratios_share_a_control_group_by_its_size() -> None:
    rows = effect_set(effect("cy.low", "cy.control"), effect("cy.high", "cy.control"), measure="HR")
    (pair,) = effects_covariance(rows, EVIDENCE).pairs
    assert pair.correlation == pytest.approx((1 / 81) / math.sqrt((1 / 50 + 1 / 81) * (1 / 55 + 1 / 81)))
    (equal,) = effects_covariance(rows).pairs  # no evidence: arms of equal size
    assert (equal.correlation, equal.assumed) == (pytest.approx(0.5), True)


def test_rho_where_the_evidence_has_no_number() -> None:
    same = effect_set(effect("bo.x"), effect("bo.x"), effect("bo2.x"), effect("bo.y"), measure="PLO")
    found = effects_covariance(same, EVIDENCE, rho=0.3)
    assert [(pair.rows, pair.correlation, pair.assumed) for pair in found.pairs] == [
        ((0, 1), 0.3, True), ((0, 2), 0.3, True), ((1, 2), 0.3, True), ((2, 3), 0.3, True),
    ]  # fmt: skip
    unknown = effects_covariance(effect_set(effect("di.part"), effect("di.all")), EVIDENCE, rho=0.3)
    assert (unknown.pairs[0].correlation, unknown.pairs[0].assumed) == (pytest.approx(0.3), True)


def test_rows_of_one_study_without_common_participants_are_independent() -> None:
    found = effects_covariance(effect_set(effect("bo.x"), effect("bo.y")), EVIDENCE)
    assert found.pairs == ()
    assert len(found.covariance.blocks) == 1
    assert found.covariance.matrix()[0, 1] == 0


def test_a_whole_with_all_its_parts_is_refused() -> None:
    young = Cohort(cohort_id="ax.young", study_id="ax", label="young", n=75, part_of="ax.all")
    whole = replace(EVIDENCE, cohorts={**EVIDENCE.cohorts, "ax.young": young})
    rows = [
        effect("ax.old"),
        effect("ax.all"),
        replace(effect("ax.old"), cohort_id="ax.young", label="young"),
    ]
    with pytest.raises(NotEstimableError, match=r"'Ax 2020' \(rows 1, 2, 3\).*a whole and all its parts"):
        effects_covariance(effect_set(*rows), whole)
