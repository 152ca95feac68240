"""standardise(): what is left out and why, overlap, labels, attributes."""

from __future__ import annotations

import pytest

from metasyn.effects import standardise
from metasyn.effects.identity import effect_labels
from metasyn.effects.routes.overlap import resolve_overlap
from metasyn.errors import OptionError
from metasyn.evidence.model import Cohort
from metasyn.evidence.selection import Target

A, B, AB = "oak.drug", "oak.placebo", "oak.drug|oak.placebo"
HR = (0.5, 0.9)


def hazard(builder, **options):
    return standardise(builder.contrast(), measure="HR", **options)


def test_unusable_rows_are_listed_with_their_reason(oak) -> None:
    oak.row(AB, "HR", 0.7, HR, status="unusable", status_reason="interval printed twice")
    oak.row(AB, "HR", 0.8, (0.6, 1.1))
    effects = hazard(oak)
    assert effects.effects[0].rows[0].result_id == "r2"
    (exclusion,) = effects.exclusions
    assert (exclusion.code, exclusion.reason) == ("unusable", "interval printed twice")
    assert exclusion.label == "Oak 2001: drug vs placebo, HR 0.7"


def test_the_analyst_excludes_rows_cohorts_and_studies(trials) -> None:
    builder = trials().trial("oak").trial("elm").trial("fir")
    builder.row(AB, "HR", 0.7, HR).row(AB, "HR", 0.8, (0.6, 1.1))
    builder.row("elm.drug|elm.placebo", "HR", 0.7, HR).row("fir.drug|fir.placebo", "HR", 0.7, HR)
    effects = hazard(builder, exclude={"r1": "misprint", "elm": "not blinded", "fir.placebo": "no placebo"})
    assert [e.rows[0].result_id for e in effects.effects] == ["r2"]
    assert {(e.code, e.reason, e.result_ids) for e in effects.exclusions} == {
        ("by-analyst", "misprint", ("r1",)),
        ("by-analyst", "not blinded", ("r3",)),
        ("by-analyst", "no placebo", ("r4",)),
    }


def test_excluding_every_row_leaves_a_target_without_route(oak) -> None:
    effects = hazard(oak.row(AB, "HR", 0.7, HR), exclude={"r1": "misprint"})
    assert [e.code for e in effects.exclusions] == ["by-analyst", "no-route"]
    assert "no usable figure is left" in effects.exclusions[1].reason


def test_an_exclusion_for_another_outcome_is_no_error_here(oak) -> None:
    oak.row(AB, "HR", 0.7, HR).row(A, "events", 3, events=3, outcome="cough")
    assert hazard(oak, exclude={"r2": "other outcome"}).exclusions == ()


@pytest.mark.parametrize(("exclude", "match"), [({"r9": "x"}, "'r9' is not the id"), ({"r1": " "}, "reason")])
def test_exclusions_must_exist_and_have_a_reason(oak, exclude, match) -> None:
    with pytest.raises(OptionError, match=match):
        hazard(oak.row(AB, "HR", 0.7, HR), exclude=exclude)


def test_every_figure_of_a_target_is_used_or_accounted_for(trials) -> None:
    builder = trials().trial("oak").trial("elm")
    builder.row(AB, "HR", 0.7, HR).row(A, "median", 5, unit="weeks").row(B, "range", None)
    builder.row(AB, "p", p=0.04).row(AB, "HR", 0.7, status="unusable")
    builder.row("elm.drug", "median", 4, unit="weeks")
    effects = hazard(builder)
    used = {row.result_id for effect in effects.effects for row in effect.rows}
    listed = {i for e in effects.exclusions for i in e.result_ids}
    assert used | listed == {row.result_id for row in builder.rows}
    assert not used & listed


def parts(trials):
    """A trial with its strata, the whole and the parts all reported."""
    builder = trials().trial(n=(100, 90))
    for age in ("old", "young"):
        builder.cohort(f"oak.drug {age}", arm="drug", n=50, part_of=A, age=age)
        builder.cohort(f"oak.placebo {age}", arm="placebo", n=45, part_of=B, age=age)
    builder.row(AB, "HR", 0.7, HR)
    for age in ("old", "young"):
        builder.row(f"oak.drug {age}|oak.placebo {age}", "HR", 0.6, HR)
    return builder


def test_the_whole_stays(trials) -> None:
    effects = hazard(parts(trials))
    assert [effect.cohort_id for effect in effects.effects] == [A]
    overlap = [e for e in effects.exclusions if e.code == "overlap"]
    assert [e.result_ids for e in overlap] == [("r2",), ("r3",)]
    assert "Oak 2001: drug vs placebo" in overlap[0].reason
    assert "the whole stays" in overlap[0].reason


def test_the_parts_stay(trials) -> None:
    effects = hazard(parts(trials), overlap="parts")
    assert [effect.cohort_id for effect in effects.effects] == ["oak.drug old", "oak.drug young"]
    assert [effect.label for effect in effects.effects] == ["Oak 2001: drug old", "Oak 2001: drug young"]
    (overlap,) = [e for e in effects.exclusions if e.code == "overlap"]
    assert overlap.result_ids == ("r1",)
    assert "the part stays" in overlap.reason


def test_a_stratum_is_kept_against_the_same_stratum(trials) -> None:
    """A comparison across strata that comes first in the table does not displace the one within."""
    builder = trials().trial()
    builder.cohort("oak.drug old", arm="drug", n=50, part_of=A, age="old")
    for age in ("young", "old"):
        size = 90 if age == "young" else 45
        builder.cohort(f"oak.placebo {age}", arm="placebo", n=size, part_of=B, age=age)
        builder.row(f"oak.drug old|oak.placebo {age}", "HR", 0.6, HR)
    for overlap in ("parts", "whole"):
        effects = hazard(builder, overlap=overlap)
        assert [effect.comparator_id for effect in effects.effects] == ["oak.placebo old"]
        assert "more alike" in effects.exclusions[0].reason


def test_columns_that_must_agree_keep_strata_together(trials) -> None:
    builder = parts(trials)
    selection = builder.contrast(same=["age"])
    assert [(t.cohort_id, t.comparator_id) for t in selection.targets] == [
        (A, B),
        ("oak.drug old", "oak.placebo old"),
        ("oak.drug young", "oak.placebo young"),
    ]


def test_many_comparisons_of_participants_that_are_in_make_one_line(trials) -> None:
    """Three strata with medians in both groups, but no interval, p value or number of events."""
    builder = trials().trial().row(AB, "HR", 0.7, HR)
    for age in ("young", "old", "oldest"):
        for whole, arm in ((A, "drug"), (B, "placebo")):
            builder.cohort(f"{whole} {age}", arm=arm, part_of=whole, age=age)
            builder.row(f"{whole} {age}", "median", 4, unit="weeks")
    effects = standardise(builder.contrast(same=["age"]), measure="HR")
    (line,) = [e for e in effects.exclusions if e.code == "no-route"]
    assert line.label == "Oak 2001: 3 further comparisons"
    assert "Oak 2001: drug old vs placebo old" in line.reason


def test_a_cohort_with_nothing_to_compare_it_with_is_listed(trials) -> None:
    builder = trials().trial().row(AB, "HR", 0.7, HR)
    builder.cohort("oak.drug old", arm="drug", n=50, part_of=A)
    builder.row("oak.drug old", "median", 4, unit="weeks")
    effects = hazard(builder)
    (line,) = [e for e in effects.exclusions if e.code == "no-comparison"]
    assert (line.label, line.result_ids) == ("Oak 2001: drug old", ("r2",))


def test_a_cohort_that_loses_its_counterpart_to_the_analyst_is_listed(trials) -> None:
    """Excluding the comparator must not make the other group vanish without a word."""
    builder = trials().trial()
    builder.row(A, "median", 5, unit="weeks").row(B, "median", 4, unit="weeks")
    effects = hazard(builder, exclude={B: "unsound"})
    assert [(e.code, e.label) for e in effects.exclusions] == [
        ("by-analyst", "Oak 2001: placebo"),
        ("no-comparison", "Oak 2001: drug"),
    ]
    assert [e.result_ids for e in effects.exclusions] == [("r2",), ("r1",)]


def test_one_group_against_two_comparators(trials) -> None:
    builder = trials().trial(n=(100, 40)).cohort("oak.sham", arm="placebo", n=60)
    builder.row(AB, "HR", 0.7, HR).row("oak.drug|oak.sham", "HR", 0.8, (0.6, 1.1))
    larger = hazard(builder)
    assert [e.comparator_id for e in larger.effects] == ["oak.sham"]
    assert "more participants stays" in larger.exclusions[0].reason
    first = hazard(builder, overlap="parts")
    assert [e.comparator_id for e in first.effects] == [B]


def test_two_groups_against_one_comparator(trials) -> None:
    builder = trials().trial().cohort("oak.double", arm="drug", n=120)
    builder.row(AB, "HR", 0.7, HR).row("oak.double|oak.placebo", "HR", 0.8, (0.6, 1.1))
    effects = hazard(builder)
    assert [e.cohort_id for e in effects.effects] == ["oak.double"]
    (exclusion,) = effects.exclusions
    assert "both hold the participants of 'placebo'" in exclusion.reason


def test_overlap_of_a_chain() -> None:
    cohorts = {
        name: Cohort(cohort_id=name, study_id="s", label=name, part_of=whole)
        for name, whole in (("all", ""), ("half", "all"), ("quarter", "half"), ("other", ""))
    }
    targets = [Target(study_id="s", cohort_id=name) for name in ("quarter", "half", "other", "all")]
    sizes = [(0, 0)] * 4
    whole = resolve_overlap(targets, sizes, cohorts, "whole")
    assert [(d.index, d.kept) for d in whole] == [(0, 3), (1, 3)]
    smallest = resolve_overlap(targets, sizes, cohorts, "parts")
    assert [(d.index, d.kept) for d in smallest] == [(1, 0), (3, 0)]


def test_labels_are_unique(trials) -> None:
    builder = trials().trial("oak").trial("elm")
    builder.studies["elm"] = builder.studies["oak"].__class__(
        study_id="elm", label="Oak 2001", design="randomised"
    )
    builder.row(AB, "HR", 0.7, HR).row("elm.drug|elm.placebo", "HR", 0.7, HR)
    labels = [effect.label for effect in hazard(builder).effects]
    assert labels == [
        "Oak 2001: drug vs placebo [oak.drug vs oak.placebo]",
        "Oak 2001: drug vs placebo [elm.drug vs elm.placebo]",
    ]


def test_labels_grow_only_where_needed(trials) -> None:
    builder = parts(trials).trial("elm").row("elm.drug|elm.placebo", "HR", 0.7, HR)
    effects = hazard(builder, overlap="parts")
    assert [e.label for e in effects.effects] == ["Oak 2001: drug old", "Oak 2001: drug young", "Elm 2001"]
    assert effect_labels(builder.contrast(), []) == ()


def test_attributes_for_subgroups(oak) -> None:
    effects = hazard(oak.row(AB, "HR", 0.7, HR))
    wanted = {
        "arm": "drug",
        "comparator_arm": "placebo",
        "study": "Oak 2001",
        "study_id": "oak",
        "design": "randomised",
        "year": "2001",
        "cohort": "drug",
        "comparator": "placebo",
    }
    assert wanted.items() <= effects.effects[0].attributes.items()
    assert effects.column("comparator_arm") == ("placebo",)


def test_effects_come_in_table_order_of_studies(trials) -> None:
    builder = trials().trial("oak").trial("elm")
    builder.row("elm.drug|elm.placebo", "HR", 0.7, HR).row(AB, "HR", 0.7, HR)
    assert [e.study_id for e in hazard(builder).effects] == ["oak", "elm"]


def test_no_target_at_all(oak) -> None:
    effects = hazard(oak)
    assert effects.k == 0
    (line,) = effects.exclusions
    assert (line.code, line.label) == ("not-reported", "Oak 2001")
