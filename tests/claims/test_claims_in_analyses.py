"""Claims of a script: refused where they cannot be meant, checked whenever the analysis runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.claims_check import check_analysis_claims
from metasyn.analysis.run import run_analysis
from metasyn.claims import Claim
from metasyn.cli.exit_codes import ExitCode, exit_code_of
from metasyn.errors import ClaimError, OptionError
from metasyn.evidence import read_evidence
from metasyn.evidence.selection import Evidence
from metasyn.values import Interval, NotEstimable
from metasyn.workspace.building.build import build
from metasyn.workspace.project import open_project

# Printed: hazard ratios 0.72, 0.95, 0.61; asleep 62/100 v 49/98, 31/60 v 33/62, 28/41 v 20/40.
TRUE = [
    Claim("Waking comes later with tea.", outcome="waking", direction="below", k=3),
    Claim("More sleep through with tea.", outcome="sleep", direction="above", k_at_least=3),
]
TEA = Analysis(
    title="Tea",
    question="Does it help?",
    contrast=({"drink": "tea"}, {"drink": "water"}),
    outcomes=[Outcome("sleep", measure="RR"), Outcome("waking", measure="HR")],
    claims=TRUE,
)
ALONE = Analysis(
    title="Tea alone",
    question="How many sleep?",
    cohorts={"drink": "tea"},
    outcomes=[Outcome("sleep", measure="PLO")],
    subgroups=["setting"],
)
CLAIMING = """\
    claims=[Claim("Tea puts people to sleep.", outcome="sleep", direction="above")],
)
"""


@pytest.fixture
def evidence(tiny_project: Path) -> Evidence:
    return read_evidence(tiny_project / "data")


def with_claims(analysis: Analysis, *claims: Claim) -> Analysis:
    return replace(analysis, claims=claims)


def claiming_project(folder: Path) -> Path:
    """The tiny project with a claim in one of its scripts."""
    script = folder / "analyses" / "tea_vs_water.py"
    text = script.read_text().replace("import Analysis, Outcome", "import Analysis, Claim, Outcome")
    script.write_text(text.replace(")\n\nif", CLAIMING + "\nif", 1))
    return script


def change(folder: Path, old: str, new: str) -> None:
    """One cell of the results."""
    table = folder / "data" / "results.csv"
    text = table.read_text()
    assert text.count(old) == 1
    table.write_text(text.replace(old, new))


def test_true_claims_let_the_analysis_through(evidence: Evidence) -> None:
    verdicts = check_analysis_claims(run_analysis(TEA, evidence, "tea"))
    assert [verdict.true for verdict in verdicts] == [True, True]
    assert verdicts[0].where == "time to waking (hazard ratio)"


def test_false_claims_stop_it_all_at_once(evidence: Evidence) -> None:
    false = [
        Claim("Tea delays sleep.", outcome="sleep", direction="below"),
        Claim("Four trials looked at waking.", outcome="waking", k=4),
    ]
    with pytest.raises(ClaimError) as caught:
        run_analysis(with_claims(TEA, *TRUE, *false), evidence, "tea")
    first, second = caught.value.problems
    assert first.startswith(
        'slept through (risk ratio): the sentence "Tea delays sleep." says that the risk ratio'
    )
    assert "lies below 1, but RR = 1.1" in first
    assert "the number of estimates is 4, but k = 3" in second
    assert exit_code_of(caught.value) is ExitCode.STALE_OR_FAILED_CHECK


def test_an_outcome_without_result_makes_no_claim_true(evidence: Evidence) -> None:
    nothing = with_claims(
        replace(
            ALONE,
            cohorts={"drink": "tea", "setting": "home"},
            outcomes=[Outcome("waking", "PLO")],
            subgroups=[],
        ),
        Claim("One cohort.", k=1),
    )
    with pytest.raises(ClaimError, match=r"says that there is a result, but there is none"):
        run_analysis(nothing, evidence, "tea")


def test_groups_of_an_analysis(evidence: Evidence) -> None:
    claims = [
        Claim("The ward sleeps less.", by="setting", compare=("ward", "lower than", "home")),
        Claim("Two cohorts each.", by="setting", group="ward", k=2),
    ]
    result = run_analysis(with_claims(ALONE, *claims), evidence, "tea")
    assert all(verdict.true for verdict in check_analysis_claims(result))
    with pytest.raises(OptionError, match="setting has no group 'garden'; there are 'home', 'ward'"):
        run_analysis(with_claims(ALONE, Claim("x", by="setting", group="garden", k=1)), evidence, "tea")


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        (Claim("x", outcome="mood", k=1), "fits none; the analysis has sleep (RR), waking (HR)"),
        (Claim("x", k=1), "and fits 2; the analysis has"),
        (Claim("x", outcome="sleep", measure="OR", k=1), "fits none"),
        (Claim("x", outcome="sleep", timepoint="1 year", k=1), "fits none"),
        (
            Claim("x", outcome="sleep", by="setting", between_groups="significant"),
            "by='setting' is not among the subgroups of the analysis (none)",
        ),
        (
            Claim("x", outcome="waking", direction="above", interval_within=(0.2, 0.9)),
            "0.2 to 0.9 lies on the other side of 1",
        ),
    ],
)
def test_a_declaration_is_checked_before_anything_is_computed(claim: Claim, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        with_claims(TEA, claim)
    assert told in str(caught.value)


def test_a_plain_sentence_is_a_note() -> None:
    with pytest.raises(OptionError, match="A plain remark belongs into notes"):
        with_claims(TEA, "Tea is nice.")  # type: ignore[arg-type]


def test_verdicts_are_plain_data_too(evidence: Evidence) -> None:
    first = check_analysis_claims(run_analysis(TEA, evidence, "tea"))[0].to_dict()
    assert (first["text"], first["true"]) == ("Waking comes later with tea.", True)
    assert [check["says"] for check in first["checks"]] == [
        "the hazard ratio lies below 1",
        "the number of estimates is 3",
    ]


def test_a_proportion_is_refused_a_direction_at_once() -> None:
    with pytest.raises(OptionError, match="a proportion does not have"):
        with_claims(ALONE, Claim("x", interval="below"))


def test_the_same_outcome_on_two_scales_needs_its_measure(evidence: Evidence) -> None:
    twice = replace(TEA, outcomes=[Outcome("sleep", "RR"), Outcome("sleep", "OR")], claims=())
    with pytest.raises(OptionError, match="fits 2; the analysis has sleep \\(RR\\), sleep \\(OR\\)"):
        with_claims(twice, Claim("x", outcome="sleep", k=3))
    odds = with_claims(twice, Claim("x", outcome="sleep", measure="OR", direction="above"))
    (verdict,) = check_analysis_claims(run_analysis(odds, evidence, "tea"))
    assert "and OR = 1." in str(verdict)


def test_one_changed_cell_turns_a_claim_false_and_the_report_is_kept(tiny_project: Path) -> None:
    claiming_project(tiny_project)
    project = open_project(tiny_project)
    (first,) = build(project, ["tea_vs_water"])
    assert (first.state, first.error) == ("built", None)
    before = (project.report("tea_vs_water") / "results.json").read_bytes()
    change(tiny_project, "events,62,,,,,,62,100", "events,22,,,,,,22,100")
    (second,) = build(project, ["tea_vs_water"])
    assert second.state == "failed"
    assert isinstance(second.error, ClaimError)
    assert '"Tea puts people to sleep." says that the risk ratio lies above 1, but RR = 0.' in str(
        second.error
    )
    assert (project.report("tea_vs_water") / "results.json").read_bytes() == before


def test_a_script_that_runs_alone_fails_too(tiny_project: Path) -> None:
    script = claiming_project(tiny_project)
    script.write_text(script.read_text().replace('direction="above")', 'direction="below")'))
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tiny_project,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == ExitCode.STALE_OR_FAILED_CHECK
    assert "Tea puts people to sleep." in done.stderr
    assert "lies below 1, but RR = 1." in done.stderr.replace("\n", " ")
    assert not (tiny_project / "reports" / "tea_vs_water").exists()


def test_a_claim_is_about_its_own_outcome(evidence: Evidence) -> None:
    result = run_analysis(TEA, evidence, "tea")
    for claim, part in zip(TRUE, reversed(result.outcomes), strict=True):
        assert claim.outcome == part.outcome.outcome
        synthesis = part.synthesis
        assert not isinstance(synthesis, NotEstimable)
        assert isinstance(synthesis.ci, Interval)
        (verdict,) = check_analysis_claims(
            replace(result, analysis=with_claims(TEA, replace(claim, interval="includes")))
        )
        assert verdict.true == (synthesis.ci.low <= 0 <= synthesis.ci.high)
