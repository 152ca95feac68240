"""The story of issue 6 on the shipped tables: a figure added, one corrected, a double gone, REML to PM."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from editable_project import EditableProject

from metasyn.changes.compare import compare_states
from metasyn.changes.model import AnalysisChange, OutcomeChange
from metasyn.changes.version import version_step

ROOT = Path(__file__).resolve().parents[2]
NAME = "mek_inhibitor_vs_chemotherapy"
SENTENCE = "MEK inhibitors delay progression or death compared with chemotherapy."
ARMS = ("binimetinib", "dacarbazine")


@pytest.fixture
def before(tmp_path: Path) -> EditableProject:
    """The shipped project with the larger trial counted twice and one bound of it mistyped."""
    for part in ("data", "analyses"):
        shutil.copytree(
            ROOT / part, tmp_path / "before" / part, ignore=shutil.ignore_patterns("__pycache__", "releases")
        )
    project = EditableProject(tmp_path / "before")
    sentence = f'        Claim({SENTENCE!r}, outcome="PFS", interval="below"),'
    project.script(NAME, "    claims=[", f"    claims=[\n{sentence}")
    project.set("results", "NEMO-PFS-HR-2", ci_high="0.89")
    project.add("studies", "NEMO", study_id="TWICE", label="the same trial again")
    for arm in ARMS:
        project.add("cohorts", f"NEMO.{arm}", cohort_id=f"TWICE.{arm}", study_id="TWICE")
    project.add(
        "results", "NEMO-PFS-HR-2", result_id="TWICE-PFS-HR-1", study_id="TWICE", ci_high="0.80",
        cohort_id="TWICE.binimetinib", comparator_id="TWICE.dacarbazine",
    )  # fmt: skip
    return project


@pytest.fixture
def change(before: EditableProject) -> AnalysisChange:
    after = before.copy("after")
    # A made-up value; the sources print none for this trial.
    after.add(
        "results", "NEMO-PFS-HR-2", result_id="PIMA-PFS-HR-1", study_id="PIMA", cohort_id="PIMA.pimasertib",
        comparator_id="PIMA.dacarbazine", value="1.70", ci_low="1.10", ci_high="2.63",
        as_printed="1.70 (1.10-2.63)", p="", p_sided="", n="", definition="",
    )  # fmt: skip
    after.set("results", "NEMO-PFS-HR-2", ci_high="0.80")
    after.remove("results", "TWICE-PFS-HR-1")
    after.remove("cohorts", *(f"TWICE.{arm}" for arm in ARMS))
    after.remove("studies", "TWICE")
    after.script(NAME, "import Analysis,", "import SynthesisSpec, Analysis,")
    after.script(NAME, 'overlap="whole",', 'overlap="whole", synthesis=SynthesisSpec(tau2_method="PM"),')
    found = compare_states(before.state("old"), after.state("new"))
    assert version_step(found).step == "major"
    assert [one.kind for one in found.analyses if one.name != NAME] == ["unchanged"] * 3
    return next(one for one in found.analyses if one.name == NAME)


def survival(change: AnalysisChange) -> OutcomeChange:
    return change.outcomes[0]


def test_each_change_is_its_own_cause(change: AnalysisChange) -> None:
    assert {cause.title for cause in survival(change).causes} == {
        "results.csv row PIMA-PFS-HR-1 added (1.70 (1.10-2.63))",
        "results.csv row NEMO-PFS-HR-2: ci_high 0.89 → 0.80",
        "study TWICE removed with its result",
        "estimator of the between-study variance: restricted maximum likelihood → Paule-Mandel",
    }
    assert survival(change).attribution == "exact"


def test_shares_sum_to_the_total(change: AnalysisChange) -> None:
    shared = [moved for moved in survival(change).moved if moved.shares]
    assert {moved.quantity for moved in shared} == {"estimate", "ci_low", "ci_high", "tau2", "I2", "k"}
    for moved in shared:
        assert sum(share.shapley for share in moved.shares) == pytest.approx(moved.change, abs=1e-10)
    unshared = [moved for moved in survival(change).moved if not moved.shares]
    assert {moved.quantity for moved in unshared} == {"pi_low", "pi_high"}
    assert all(moved.unshared.startswith("not estimable now: ") for moved in unshared)


def test_signs_and_sizes_are_those_that_the_changes_suggest(change: AnalysisChange) -> None:
    moved = {one.quantity: {s.cause: s.shapley for s in one.shares} for one in survival(change).moved}
    assert moved["k"] == pytest.approx(
        {"study:TWICE": -1, "row:PIMA-PFS-HR-1": 0, "row:NEMO-PFS-HR-2": 0, "option:synthesis.tau2_method": 0}
    )
    largest = max(moved["estimate"], key=lambda cause: abs(moved["estimate"][cause]))
    assert largest == "row:PIMA-PFS-HR-1"
    assert moved["estimate"]["row:PIMA-PFS-HR-1"] > 0
    assert moved["tau2"]["row:PIMA-PFS-HR-1"] > 0


def test_the_claim_that_flips_is_named(change: AnalysisChange) -> None:
    flipped = [claim for claim in change.claims if claim.flipped]
    assert [(claim.text, claim.before, claim.after) for claim in flipped] == [(SENTENCE, True, False)]
    assert "row:PIMA-PFS-HR-1" in flipped[0].causes
    assert "row:NEMO-PFS-HR-2" not in flipped[0].causes
