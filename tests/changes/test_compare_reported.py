"""States of which reports are known: other software, and results without the tables they came from."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from editable_project import EditableProject

from metasyn.changes.compare import compare_states
from metasyn.changes.model import AnalysisChange, OutcomeChange
from metasyn.changes.state import EvidenceState

NAME = "tea_vs_water"
TITLE = 'question="Among people who sleep badly, does tea compared with water change sleep?",'


@pytest.fixture
def before(tiny_project: Path) -> EditableProject:
    project = EditableProject(tiny_project)
    project.script(NAME, "import Analysis, Outcome", "import Analysis, Claim, Outcome, SynthesisSpec")
    project.script(
        NAME, TITLE, TITLE + 'claims=[Claim("Waking is later.", outcome="waking", direction="below")],'
    )
    return project


@pytest.fixture
def after(before: EditableProject) -> EditableProject:
    """A corrected figure, a figure less and another estimator."""
    project = before.copy("after")
    project.set("results", "BO-WAKING-1", value="1.3", ci_low="0.93", ci_high="1.8172")
    project.set("results", "AX-WAKING-1", ci_high="0.96")
    project.script(NAME, TITLE, TITLE + 'synthesis=SynthesisSpec(tau2_method="DL"),')
    return project


def only_results(
    project: EditableProject, label: str, results: dict[str, Any] | None = None
) -> EvidenceState:
    return EvidenceState(label=label, results=results or project.results())


def tea(old: EvidenceState, new: EvidenceState) -> AnalysisChange:
    return next(one for one in compare_states(old, new).analyses if one.name == NAME)


def waking(change: AnalysisChange) -> OutcomeChange:
    return next(one for one in change.outcomes if one.slug == "waking-hr")


def by_other_software(results: dict[str, Any], slug: str, shift: float) -> dict[str, Any]:
    """The same reports by an earlier version that estimated otherwise."""
    other = copy.deepcopy(results)
    for document in other.values():
        document["versions"] |= {"metasyn": "0.0.1", "typst": "0.1"}
        for entry in document["syntheses"]:
            if entry["id"] == slug:
                entry["estimate"] += shift
                entry["ci"] = [bound + shift for bound in entry["ci"]]
    return other


def test_what_other_software_gives_is_the_first_step(before: EditableProject, after: EditableProject) -> None:
    reported = by_other_software(before.results(), "waking-hr", 0.125)
    plain = waking(tea(before.state(), after.state()))
    change = tea(before.state(results=reported), after.state())
    found = waking(change)
    assert change.method_changed
    assert found.before is not None
    assert plain.before is not None
    assert found.before.estimate == pytest.approx(plain.before.estimate + 0.125, abs=1e-11)
    software = found.causes[0]
    assert (software.id, software.kind) == ("software", "software")
    assert software.title.startswith("metasyn 0.0.1 → ")
    for moved in found.moved:
        assert sum(share.shapley for share in moved.shares) == pytest.approx(moved.change, abs=1e-10)
        expected = -0.125 if moved.quantity in ("estimate", "ci_low", "ci_high") else 0.0
        assert moved.shares[0].shapley == pytest.approx(expected, abs=1e-10)
    for one, other in zip(plain.moved, found.moved, strict=True):
        for mine, theirs in zip(one.shares, other.shares[1:], strict=True):
            assert (mine.cause, mine.shapley) == (theirs.cause, theirs.shapley)


def test_software_alone_changes_the_method_and_can_flip_a_sentence(before: EditableProject) -> None:
    reported = by_other_software(before.results(), "waking-hr", 0.6)
    reported[NAME]["claims"][0]["true"] = False
    change = tea(before.state(results=reported), before.copy("same").state())
    assert (change.kind, change.method_changed, change.options) == ("changed", True, ())
    assert [cause.id for cause in waking(change).causes] == ["software"]
    assert change.outcomes[0].causes == ()
    (claim,) = change.claims
    assert (claim.before, claim.after, claim.causes) == (False, True, ("software",))


def test_other_versions_with_the_same_numbers_are_no_cause(before: EditableProject) -> None:
    reported = by_other_software(before.results(), "", 0.0)
    change = compare_states(before.state(results=reported), before.copy("same").state())
    assert [one.kind for one in change.analyses] == ["unchanged"] * 2
    assert {(edit.where, edit.old) for edit in change.software} == {
        ("software.metasyn", "0.0.1"),
        ("software.typst", "0.1"),
    }


@pytest.mark.parametrize("known", ["neither side", "the new side", "the old side"])
def test_shares_from_results_alone_are_those_from_tables(
    before: EditableProject, after: EditableProject, known: str
) -> None:
    exact = waking(tea(before.state(), after.state()))
    old = before.state() if known == "the old side" else only_results(before, "old.json")
    new = after.state() if known == "the new side" else only_results(after, "new.json")
    found = waking(tea(old, new))
    assert (found.attribution, exact.attribution) == ("exact", "exact")
    names = {
        "effect:Boateng 2020": "row:BO-WAKING-1",
        "effect:Axelsson 2019": "row:AX-WAKING-1",
        "option:synthesis.tau2_method": "option:synthesis.tau2_method",
    }
    assert len(found.moved) == len(exact.moved) >= 5
    for one, other in zip(exact.moved, found.moved, strict=True):
        shares = {names[share.cause]: share.shapley for share in other.shares}
        assert shares == pytest.approx({s.cause: s.shapley for s in one.shares}, abs=1e-8)
        assert sum(shares.values()) == pytest.approx(other.change, abs=1e-10)
    assert {cause.title for cause in found.causes if cause.id == "effect:Boateng 2020"} == {
        "Boateng 2020: HR 0.95 → 1.30"
    }


def test_a_script_that_can_no_longer_be_loaded_is_compared_by_its_report(
    before: EditableProject, after: EditableProject
) -> None:
    old = before.state(
        "HEAD",
        analyses={},
        unreadable={NAME: "no such option", "sleep_with_tea": "x"},
        results=before.results(),
    )
    change = tea(old, after.state())
    assert change.remark == (
        "its script in HEAD cannot be loaded (no such option); it is compared by what was reported"
    )
    assert [edit.where for edit in change.options] == ["synthesis.tau2_method"]
    assert waking(change).attribution == "exact"
    assert change.claims == ()


def test_results_that_do_not_follow_from_their_effects_are_not_shared_out(
    before: EditableProject, after: EditableProject
) -> None:
    strange = by_other_software(before.results(), "waking-hr", 0.1)
    found = waking(tea(only_results(before, "old", strange), after.state()))
    assert found.attribution == "none"
    assert found.remark == "the old result does not follow from its stored effects alone"
    assert all(moved.shares == () and moved.unshared == found.remark for moved in found.moved)
    assert len(found.moved) >= 5


def test_options_of_a_later_version_are_not_guessed(before: EditableProject, after: EditableProject) -> None:
    strange = before.results()
    strange[NAME]["options"]["smoothing"] = "much"
    found = waking(tea(only_results(before, "old", strange), after.state()))
    assert "smoothing" in found.remark


def test_what_two_reports_declare_otherwise_is_told(before: EditableProject, after: EditableProject) -> None:
    after.script(NAME, "Tea compared with water for sleep", "Tea or water")
    after.script(NAME, TITLE, TITLE + 'exclude={"CY": "a thesis"}, overlap="parts",')
    after.script(NAME, "Waking is later.", "People wake later.")
    change = tea(only_results(before, "old"), only_results(after, "new"))
    told = {edit.where: (edit.old, edit.new) for edit in change.options}
    assert told["title"] == ("Tea compared with water for sleep", "Tea or water")
    assert told["exclude"] == ("", "CY = a thesis")
    assert set(told) == {"title", "exclude", "overlap", "synthesis.tau2_method"}
    assert [(c.text, c.before, c.after) for c in change.claims] == [
        ("People wake later.", None, True),
        ("Waking is later.", True, None),
    ]


def test_an_effect_that_came_is_one_cause(before: EditableProject) -> None:
    less = before.copy("less")
    less.remove("results", "CY-WAKING-1")
    found = waking(tea(only_results(less, "old"), only_results(before, "new")))
    assert [(c.id, c.kind, c.title) for c in found.causes] == [("effect:Cyr 2021", "added", "Cyr 2021 added")]
    assert {moved.quantity: moved.unshared != "" for moved in found.moved}["estimate"] is False


def test_a_report_that_cannot_be_read_is_not_comparable(before: EditableProject) -> None:
    broken = before.results()
    broken[NAME]["syntheses"][0]["measure"] = "no such measure"
    change = tea(only_results(before, "old", broken), before.state())
    assert change.kind == "not comparable"
    del (broken := before.results())[NAME]["syntheses"][0]["rows"]
    assert tea(only_results(before, "old", broken), before.state()).kind == "not comparable"


def test_identical_reports_differ_in_nothing(before: EditableProject) -> None:
    results = before.results()
    change = compare_states(only_results(before, "old", results), only_results(before, "new", results))
    assert [(one.kind, one.options, one.claims) for one in change.analyses] == [("unchanged", (), ())] * 2
