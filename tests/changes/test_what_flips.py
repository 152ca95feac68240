"""Why a sentence turned over, which groups moved and by what, which rows moved nothing, another measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from editable_project import EditableProject

from metasyn.analysis.run import evaluate_analysis
from metasyn.changes.compare import compare_states
from metasyn.changes.from_results import results_game
from metasyn.changes.model import AnalysisChange, EvidenceChange
from metasyn.changes.standing import nothing
from metasyn.changes.state import EvidenceState
from metasyn.report.changes.note import change_note
from metasyn.report.changes.terminal import change_plain
from metasyn.report.changes.words import groups_sentence, idle_sentence
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import NotEstimable

NAME, SINGLE = "tea_vs_water", "sleep_with_tea"
OUTCOMES = 'outcomes=[Outcome("sleep", measure="RR"), Outcome("waking", measure="HR")],'
WAKING = '"Waking is later.", outcome="waking", '
GROUPS = 'claims=[Claim("At home it is higher.", by="setting", compare=("home", "higher than", "ward"))],'
BELOW = 'direction="below"'
Edit = Callable[[EditableProject], None]


@pytest.fixture
def project(tiny_project: Path) -> EditableProject:
    """The tea studies with a sentence in each script."""
    project = EditableProject(tiny_project)
    project.script(NAME, "import Analysis", "import Claim, Analysis")
    project.script(NAME, OUTCOMES, f"{OUTCOMES} claims=[Claim({WAKING}{BELOW})],")
    project.script(SINGLE, "import Analysis", "import Claim, Analysis")
    project.script(SINGLE, 'subgroups=["setting"],', f'subgroups=["setting"], {GROUPS}')
    return project


def compared(project: EditableProject, *edits: Edit) -> EvidenceChange:
    """What a few edits change."""
    after = project.copy("after")
    for edit in edits:
        edit(after)
    return compare_states(project.state("old"), after.state("new"))


def of(change: EvidenceChange, name: str) -> AnalysisChange:
    return next(one for one in change.analyses if one.name == name)


def opposite(project: EditableProject) -> None:
    cells = {"value": "2.2", "ci_low": "1.1", "ci_high": "4.4", "as_printed": "2.2 (1.1-4.4)"}
    project.set("results", "AX-WAKING-1", **cells)
    project.set("results", "BO-WAKING-1", **cells)


def joined(text: str) -> str:
    return " ".join(text.split())


# Sentences


def test_an_edited_condition_is_what_turns_its_sentence_over(project: EditableProject) -> None:
    change = compared(project, lambda p: p.script(NAME, WAKING + BELOW, WAKING + 'direction="above"'))
    (claim,) = of(change, NAME).claims
    assert (claim.before, claim.after, claim.causes) == (True, False, ("claim",))
    told = joined(change_plain(change))
    assert "This is due to: what the sentence states was edited." in told
    assert "No single change" not in told


def test_a_condition_and_a_row_that_each_turn_it_over_are_both_named(project: EditableProject) -> None:
    # The opposite figure makes "the estimate lies below" false; "the interval lies above" is false of both.
    change = compared(
        project, opposite, lambda p: p.script(NAME, WAKING + BELOW, WAKING + 'interval="above"')
    )
    (claim,) = of(change, NAME).claims
    assert (claim.before, claim.after) == (True, False)
    assert "claim" in (claim.causes or ())
    assert {"row:AX-WAKING-1", "row:BO-WAKING-1"} & {*(claim.causes or ())}


def test_a_sentence_on_groups_flips_by_a_column_that_moves_nothing_else(project: EditableProject) -> None:
    def moved(p: EditableProject) -> None:
        p.set("cohorts", "AX.tea", setting="ward")

    def renamed(p: EditableProject) -> None:
        p.set("cohorts", "BO.tea", setting="home")

    # Truth of the sentence in projects in which only some of the edits were made.
    def truth(*edits: Edit) -> bool:
        made = project.copy(f"with-{len(edits)}-{'-'.join(edit.__name__ for edit in edits)}")
        for edit in edits:
            edit(made)
        state = made.state()
        assert state.evidence is not None
        result = evaluate_analysis(state.analyses[SINGLE], state.evidence, SINGLE)
        (groups,) = result.outcomes[0].subgroups
        estimate = {n: float(one.estimate) for n, one in zip(groups.names, groups.results, strict=True)}
        return estimate["home"] > estimate["ward"]

    none, one, other, both = truth(), truth(moved), truth(renamed), truth(moved, renamed)
    change = compared(project, moved, renamed)
    (claim,) = of(change, SINGLE).claims
    assert (claim.before, claim.after) == (none, both) == (True, False)
    tried = {"row:cohort:AX.tea": (one, other), "row:cohort:BO.tea": (other, one)}
    flips = {key for key, (alone, without) in tried.items() if alone is not none or without is not both}
    assert flips == {"row:cohort:BO.tea"}
    assert set(claim.causes or ()) == flips
    outcome = of(change, SINGLE).outcomes[0]
    assert (outcome.moved, outcome.causes, outcome.groups) == ((), (), ("setting",))
    assert "row:cohort" not in change_plain(change)


def test_between_reports_no_cause_is_denied(project: EditableProject) -> None:
    after = project.copy("after")
    before = EvidenceState(label="old.json", results=project.results())
    results = {name: dict(one) for name, one in after.results().items()}
    results[NAME]["claims"] = [{**one, "true": False} for one in results[NAME]["claims"]]
    change = compare_states(before, EvidenceState(label="new.json", results=results))
    (claim,) = of(change, NAME).claims
    assert (claim.flipped, claim.causes) == (True, None)
    told = joined(change_plain(change))
    assert "was true and is now false" in told
    assert "No single change" not in told


# Measures


def test_another_measure_of_one_outcome_is_not_that_of_another_with_a_longer_name(
    project: EditableProject,
) -> None:
    project.add("outcomes", "sleep", outcome="sleep_later", label="slept later")
    for arm in ("1", "2"):
        for study in ("AX", "BO", "CY"):
            like = f"{study}-SLEEP-{arm}"
            project.add("results", like, result_id=f"{study}-LATER-{arm}", outcome="sleep_later")
    later = ' Outcome("sleep_later", measure="RR"),'
    project.script(NAME, OUTCOMES, OUTCOMES.replace('"RR"),', '"OR"),' + later))
    change = compared(project, lambda p: p.script(NAME, '"sleep", measure="OR"', '"sleep", measure="RR"'))
    found = {one.slug: one.measure_before for one in of(change, NAME).outcomes}
    assert found == {"sleep-rr": "OR", "sleep-later-rr": None, "waking-hr": None}
    told = change_plain(change)
    assert "Unchanged: slept later (risk ratio" in told
    assert of(change, NAME).outcomes[0].changed


# Groups and rows that move nothing


def test_what_moves_groups_is_named_and_told_in_every_form(project: EditableProject) -> None:
    change = compared(project, lambda p: p.set("cohorts", "DEE.tea", setting="ward"))
    (outcome,) = of(change, SINGLE).outcomes
    assert [cause.id for cause in outcome.group_causes] == ["row:cohort:DEE.tea"]
    sentence = groups_sentence(outcome)
    assert sentence.startswith("The results of the groups by setting differ (not shared out); what changes")
    assert "setting home → ward" in sentence
    assert sentence in joined(change_plain(change))
    assert sentence in joined(change_note(change)).replace("\\", "")
    assert idle_sentence(of(change, SINGLE)) == ""


def test_a_row_of_the_whole_is_not_named_twice_for_its_groups(project: EditableProject) -> None:
    change = compared(project, lambda p: p.set("results", "DEE-SLEEP-1", value="9", events="9"))
    (outcome,) = of(change, SINGLE).outcomes
    assert outcome.group_causes == outcome.causes
    assert groups_sentence(outcome) == "The results of the groups by setting differ (not shared out)."


def test_a_corrected_row_that_moves_nothing_is_told_where_it_is_used(project: EditableProject) -> None:
    def remark(p: EditableProject) -> None:
        p.set("results", "AX-WAKING-1", note="read twice")

    change = compared(project, remark)
    assert of(change, NAME).kind == "unchanged"
    sentence = "No pooled result of it depends on this changed row: results.csv AX-WAKING-1."
    assert idle_sentence(of(change, NAME)) == sentence
    assert f"tea_vs_water: {sentence}" in joined(change_plain(change))
    assert idle_sentence(of(change, SINGLE)) == ""
    change = compared(
        replace_folder(project),
        remark,
        lambda p: p.set("results", "BO-WAKING-1", value="0.80", ci_low="0.57", ci_high="1.12"),
    )
    assert of(change, NAME).kind == "changed"
    assert idle_sentence(of(change, NAME)) == sentence
    assert sentence in joined(change_plain(change))
    assert sentence in joined(change_note(change)).replace("\\", "")


def replace_folder(project: EditableProject) -> EditableProject:
    """The same project in a folder whose neighbour `after` is still free."""
    folder = project.folder.parent / "more"
    folder.mkdir()
    project.copy("more/project")
    return EditableProject(folder / "project")


def test_nothing_is_said_of_idle_rows_where_a_result_could_not_be_attributed(
    project: EditableProject,
) -> None:
    change = compared(
        project,
        lambda p: p.set("results", "AX-WAKING-1", note="read twice"),
        lambda p: p.script(NAME, '"sleep", measure="RR"', '"sleep", measure="OR"'),
    )
    assert idle_sentence(of(change, NAME)) == ""


# Remarks on the comparison


def test_other_software_with_the_same_results_is_not_passed_over(project: EditableProject) -> None:
    results = {
        n: {**one, "versions": {**one["versions"], "scipy": "0.1"}} for n, one in project.results().items()
    }
    change = compare_states(project.state("old", results=results), project.state("new"))
    first, *further = change_plain(change).splitlines()
    assert first == "Nothing changed from old to new."
    assert joined(" ".join(further)).startswith(
        "Other versions of software give the same results: scipy 0.1 →"
    )


def test_how_an_unchanged_analysis_was_compared_is_told(project: EditableProject) -> None:
    old = project.state("old", results=project.results(), analyses={}, unreadable={NAME: "x", SINGLE: "y"})
    told = joined(change_plain(compare_states(old, project.state("new"))))
    assert "it is compared by what was reported" in told


def test_effects_of_one_name_are_not_taken_for_one_another(project: EditableProject) -> None:
    change = compare_states(project.state("old"), project.state("new"))
    assert change.analyses
    from metasyn.changes.standing import Point, Row

    row = Row(identity=("A",), label="A", yi=0.1, vi=0.2, weight=0.5)
    standing = nothing(NotEstimable("not asked"), 0.0, 0.95)
    point = Point(standing=standing, rows=(row, replace(row, yi=0.3)), measure="HR")
    found = results_game(point, point, (SynthesisSpec(), SynthesisSpec()))
    assert isinstance(found, NotEstimable)
    assert found.reason == "several effects of one result have the same name"
