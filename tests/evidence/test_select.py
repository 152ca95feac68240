"""Selecting what one synthesis is about."""

from __future__ import annotations

from typing import Any

import pytest

from metasyn.errors import OptionError
from metasyn.evidence.model import Cohort, OutcomeDefinition, ReportedResult, Study
from metasyn.evidence.selection import Evidence, Selection

# study: cohorts with drug, class and line of treatment
_COHORTS = {
    "oak": [("oak.a", "aldol", "thiazide", "first"), ("oak.p", "placebo", "none", "first")],
    "elm": [
        ("elm.a", "aldol", "thiazide", "first"),
        ("elm.b", "brimol", "loop", "second"),
        ("elm.p1", "placebo", "none", "first"),
        ("elm.p2", "placebo", "none", "second"),
    ],
    "fir": [("fir.a", "aldol", "thiazide", "first"), ("fir.p", "placebo", "none", "first")],
}
_DESIGNS = {"oak": "randomised", "elm": "randomised", "fir": "cohort"}


def _row(result_id: str, about: str, outcome: str = "stroke", **fields: Any) -> ReportedResult:
    cohort_id, _, comparator_id = about.partition("|")
    return ReportedResult(
        result_id=result_id,
        study_id=cohort_id.partition(".")[0],
        cohort_id=cohort_id,
        comparator_id=comparator_id,
        outcome=outcome,
        statistic="HR" if comparator_id else "median",
        source_id="s",
        locator="p. 1",
        as_printed="0.7",
        value=0.7,
        **fields,
    )


@pytest.fixture
def evidence() -> Evidence:
    """Three made-up trials of diuretics."""
    cohorts = [
        Cohort(
            cohort_id=cohort_id,
            study_id=study,
            label=f"{drug} group",
            part_of="elm.b" if cohort_id == "elm.p2" else "",
            attributes={
                "drug": drug,
                "drug_class": drug_class,
                "line": line,
                "rescue": "brimol" * (study == "fir"),
            },
        )
        for study, members in _COHORTS.items()
        for cohort_id, drug, drug_class, line in members
    ]
    return Evidence(
        sources={},
        studies={
            name: Study(
                study_id=name,
                label=name.capitalize(),
                design=design,
                registry_id=f"REG{i}",
                year=2001 + i,
                attributes={"country": "Norway" if i else "Chile"},
            )
            for i, (name, design) in enumerate(_DESIGNS.items())
        },
        cohorts={cohort.cohort_id: cohort for cohort in cohorts},
        outcomes={
            name: OutcomeDefinition(outcome=name, label=name, kind="time-to-event")
            for name in ("stroke", "death")
        },
        results=(
            _row("r1", "oak.p|oak.a"),
            _row("r2", "elm.a", status="unusable", status_reason="smudged"),
            _row("r3", "elm.b|elm.p2"),
            _row("r4", "fir.a", timepoint="1 year"),
            _row("r5", "fir.a", outcome="death"),
            _row("r6", "elm.b|elm.a"),
            _row("r7", "elm.p1"),
        ),
    )


def targets(selection: Selection) -> list[tuple[str, str]]:
    return [(t.cohort_id, t.comparator_id) for t in selection.targets]


def ids(selection: Selection) -> list[str]:
    return [r.result_id for r in selection.results]


def test_contrast_by_words(evidence: Evidence) -> None:
    selection = evidence.select(outcome="stroke", contrast=("thiazide", "placebo"))
    # oak is stated the other way round; of elm.p2 nothing is reported by itself or against elm.a;
    # fir has a row at another time point only
    assert targets(selection) == [("oak.a", "oak.p"), ("elm.a", "elm.p1")]
    assert selection.unpaired == ()
    assert selection.unreported == ("fir",)
    assert ids(selection) == ["r1", "r2", "r6", "r7"]
    assert selection.targets[0].study_id == "oak"


def test_contrast_by_columns(evidence: Evidence) -> None:
    selection = evidence.select(
        outcome="stroke",
        contrast=({"drug_class": ["thiazide", "loop"]}, {"drug": "placebo", "line": "second"}),
    )
    # elm.b is stated against elm.p2; elm.a is reported, but nothing to compare it with
    assert targets(selection) == [("elm.b", "elm.p2")]
    assert selection.unpaired == ("elm.a",)
    assert ids(selection) == ["r2", "r3", "r6"]


def test_same_columns(evidence: Evidence) -> None:
    selection = evidence.select(
        outcome="stroke", contrast=({"drug_class": ["thiazide", "loop"]}, "placebo"), same=["line"]
    )
    assert targets(selection) == [("oak.a", "oak.p"), ("elm.a", "elm.p1"), ("elm.b", "elm.p2")]
    assert selection.unpaired == ()


def test_studies_filter(evidence: Evidence) -> None:
    def chosen(**studies: Any) -> set[str]:
        selection = evidence.select(outcome="stroke", contrast=("thiazide", "placebo"), studies=studies)
        return {t.study_id for t in selection.targets}

    assert chosen(design="randomised") == {"oak", "elm"}
    assert chosen(design="cohort") == set()
    assert chosen(year=["2002", "2003"]) == {"elm"}
    assert chosen(registry_id="REG0") == {"oak"}
    assert chosen(country="Chile", design="randomised") == {"oak"}
    assert chosen(label="Elm") == {"elm"}


def test_single_cohorts_need_a_row_of_their_own(evidence: Evidence) -> None:
    selection = evidence.select(outcome="stroke", cohorts={"drug": ["aldol", "brimol"]})
    assert targets(selection) == [("elm.a", "")]


def test_time_points(evidence: Evidence) -> None:
    selection = evidence.select(outcome="stroke", cohorts="thiazide", timepoint="1 year")
    assert (targets(selection), ids(selection)) == ([("fir.a", "")], ["r4"])
    with pytest.raises(OptionError, match=r"'2 years' does not occur.*'1 year'"):
        evidence.select(outcome="stroke", cohorts="thiazide", timepoint="2 years")


def test_the_own_columns_of_a_cohort_can_be_named(evidence: Evidence) -> None:
    selection = evidence.select(outcome="stroke", cohorts={"cohort_id": "elm.a", "part_of": ""})
    assert targets(selection) == [("elm.a", "")]
    assert targets(evidence.select(outcome="stroke", cohorts="elm.a")) == [("elm.a", "")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"outcome": "stroek"}, "did you mean 'stroke'"),
        ({"contrast": ("brimol", "placebo")}, "ambiguous, it occurs in the columns drug, rescue"),
        ({"contrast": ("thiazid", "placebo")}, "contrast\\[0\\]='thiazid'.*did you mean 'thiazide'"),
        ({"contrast": ("thiazide", {"drugs": "x"})}, "contrast\\[1\\]: 'drugs' is not a column.*'drug'"),
        ({"contrast": ("thiazide", {"drug": "aldo"})}, "drug='aldo' does not occur.*'aldol'"),
        ({"contrast": ("thiazide", {"line": ["first", "fifth"]})}, "line='fifth'"),
        ({"contrast": ({}, "placebo")}, "is empty"),
        ({"contrast": ("", "placebo")}, "does not occur"),
        ({"same": ["lines"]}, "same: 'lines' is not a column.*'line'"),
        ({"studies": {"designs": "randomised"}}, "studies: 'designs' is not a column.*'design'"),
        ({"studies": {"design": "crossover"}}, "design='crossover' does not occur"),
        ({"cohorts": "thiazide"}, "exactly one"),
        ({"contrast": None}, "exactly one"),
    ],
)
def test_what_does_not_occur_is_named_with_what_does(
    evidence: Evidence, options: dict[str, Any], message: str
) -> None:
    request = {"outcome": "stroke", "contrast": ("thiazide", "placebo"), **options}
    with pytest.raises(OptionError, match=message):
        evidence.select(**request)


def test_a_pair_in_both_groups_is_taken_in_both_orders(evidence: Evidence) -> None:
    group = {"drug_class": ["thiazide", "loop"]}
    selection = evidence.select(outcome="stroke", contrast=(group, group))
    assert targets(selection) == [("elm.a", "elm.b"), ("elm.b", "elm.a")]
