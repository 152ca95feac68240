"""How far a change reaches: the rows of an analysis, the causes of an outcome, options that need rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from editable_project import EditableProject

from metasyn.changes.causes import could_bear
from metasyn.changes.compare import compare_states
from metasyn.changes.model import AnalysisChange, Cause, OutcomeChange
from metasyn.changes.outcome_pairs import pair_outcomes
from metasyn.changes.reported import reported_entry, reported_outcomes
from metasyn.evidence.table_changes import RowEdit

NAME = "tea_vs_water"
TITLE = 'question="Among people who sleep badly, does tea compared with water change sleep?",'


@pytest.fixture
def before(tiny_project: Path) -> EditableProject:
    project = EditableProject(tiny_project)
    project.add("cohorts", "BO.tea", cohort_id="BO.mid", label="strong tea", n="40")
    project.add("cohorts", "BO.tea", cohort_id="BO.mint", label="strong mint tea", n="35", part_of="BO.mid")
    project.add(
        "results", "BO-SLEEP-1", result_id="BO-SLEEP-3", cohort_id="BO.mint", value="20", events="20", n="35"
    )
    project.script(NAME, "import Analysis, Outcome", "import Analysis, Claim, Outcome, SynthesisSpec")
    return project


def compared(before: EditableProject, after: EditableProject, name: str = NAME) -> AnalysisChange:
    return next(one for one in compare_states(before.state(), after.state()).analyses if one.name == name)


def waking(change: AnalysisChange) -> OutcomeChange:
    return next(one for one in change.outcomes if one.slug == "waking-hr")


def reached(before: EditableProject, after: EditableProject) -> list[str]:
    return [row.key for row in compared(before, after).rows]


def test_an_ongoing_trial_is_reached_where_it_is_shown(before: EditableProject) -> None:
    after = before.copy("after")
    after.set("ongoing_trials", "MADEUP01", n="250")
    assert reached(before, after) == ["ongoing:MADEUP01"]
    for project in (before, after):
        project.script(NAME, TITLE, TITLE + "ongoing=[],")
    assert reached(before, after) == []


def test_a_whole_that_holds_no_figure_is_reached_by_its_part_and_bears_on_the_outcome(
    before: EditableProject,
) -> None:
    after = before.copy("after")
    after.set("cohorts", "BO.mid", part_of="BO.tea")
    assert reached(before, after) == ["cohort:BO.mid"]
    change = compared(before, after, "sleep_with_tea")
    assert [row.key for row in change.rows] == ["cohort:BO.mid"]
    (cause,) = change.outcomes[0].causes
    assert cause.title == "cohorts.csv row BO.mid: part_of empty → BO.tea"
    assert {moved.quantity: moved.change for moved in change.outcomes[0].moved}["k"] == -1


def test_a_figure_that_another_was_derived_from_is_reached(before: EditableProject) -> None:
    before.set("results", "AX-SLEEP-1", derived="yes", derivation="half of them", derived_from="DEE-MOOD-1")
    after = before.copy("after")
    after.set("results", "DEE-MOOD-1", value="41")
    change = compared(before, after)
    assert [row.key for row in change.rows] == ["DEE-MOOD-1"]
    assert change.kind == "unchanged"


def test_the_source_of_a_figure_is_reached_and_of_an_unused_one_is_not(before: EditableProject) -> None:
    before.add("sources", "ax-2019", source_id="unused")
    after = before.copy("after")
    after.set("sources", "ax-2019", citation="Axelsson, corrected")
    after.set("sources", "unused", citation="Nobody")
    assert reached(before, after) == ["source:ax-2019"]


def test_a_result_shown_beside_is_reached(before: EditableProject) -> None:
    after = before.copy("after")
    for project in (before, after):
        project.script(NAME, TITLE, TITLE + 'external=["DEE-MOOD-1"],')
    after.set("results", "DEE-MOOD-1", value="41")
    assert reached(before, after) == ["DEE-MOOD-1"]


def test_a_definition_of_an_outcome_can_bear_on_it(before: EditableProject) -> None:
    state = before.state()
    assert state.evidence is not None
    edit = RowEdit(key="outcome:sleep", kind="corrected")
    cause = Cause(id="row:outcome:sleep", kind="corrected", title="", rows=(edit,))
    outcomes = state.analyses[NAME].outcomes
    sleep, waking_pair = pair_outcomes(outcomes, outcomes)
    assert could_bear([cause], sleep, state.evidence, state.evidence) == (cause,)
    assert could_bear([cause], waking_pair, state.evidence, state.evidence) == ()


def test_a_new_figure_that_the_analyst_leaves_out_at_once_hinders_no_sharing(before: EditableProject) -> None:
    after = before.copy("after")
    after.add("results", "AX-WAKING-1", result_id="AX-WAKING-0", value="0.5", ci_low="0.4", ci_high="0.625")
    after.script(NAME, TITLE, TITLE + 'exclude={"AX-WAKING-0": "from a poster"},')
    after.set("results", "BO-WAKING-1", ci_high="1.35")
    estimate = waking(compared(before, after)).moved[0]
    assert sum(share.shapley for share in estimate.shares) == pytest.approx(estimate.change, abs=1e-10)


def test_a_definition_that_came_with_its_first_figure_hinders_no_sharing(before: EditableProject) -> None:
    after = before.copy("after")
    after.add(
        "results", "AX-WAKING-1", result_id="AX-WAKING-9", value="0.5", ci_low="0.4", ci_high="0.625",
        definition="sensor",
    )  # fmt: skip
    after.script(NAME, '"waking", measure="HR"', '"waking", measure="HR", definitions=["sensor"]')
    estimate = waking(compared(before, after)).moved[0]
    assert {share.cause for share in estimate.shares} == {
        "row:AX-WAKING-9", "option:outcomes[waking].definitions",
    }  # fmt: skip
    assert sum(share.shapley for share in estimate.shares) == pytest.approx(estimate.change, abs=1e-10)


def test_a_sentence_that_is_new_and_was_true_already_is_told_as_new(before: EditableProject) -> None:
    after = before.copy("after")
    after.script(NAME, TITLE, TITLE + 'claims=[Claim("Three.", outcome="waking", k=3)],')
    (come,) = compared(before, after).claims
    assert (come.text, come.before, come.after, come.flipped) == ("Three.", None, True, False)
    (gone,) = compared(after, before).claims
    assert (gone.text, gone.before, gone.after, gone.detail) == ("Three.", True, None, "k = 3")


def test_a_sentence_that_was_dropped_because_it_is_false_now_has_flipped(before: EditableProject) -> None:
    before.script(NAME, TITLE, TITLE + 'claims=[Claim("Three.", outcome="waking", k=3)],')
    after = before.copy("after")
    after.remove("results", "CY-WAKING-1")
    after.script(NAME, 'claims=[Claim("Three.", outcome="waking", k=3)],', "")
    (claim,) = compared(before, after).claims
    assert (claim.before, claim.after, claim.causes) == (True, False, ("row:CY-WAKING-1",))


def test_of_outcomes_alike_each_has_its_own_entry_in_a_report() -> None:
    entries = [
        {"id": name, "outcome": "pain", "measure": "RR", "timepoint": ""} for name in ("first", "second")
    ]
    document = {"syntheses": entries}
    outcomes = reported_outcomes(document)
    assert [reported_entry(document, outcomes, i) for i in (0, 1)] == entries
    assert reported_entry({"syntheses": entries[:1]}, outcomes, 1) is None
