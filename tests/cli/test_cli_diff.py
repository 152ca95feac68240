"""`metasyn diff` in real repositories: what changed, what it did, and what is refused."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from hashlib import sha256
from math import exp
from pathlib import Path

import pytest

from metasyn.analysis.run import run_analysis
from metasyn.changes.model import AnalysisChange, EvidenceChange, OutcomeChange
from metasyn.changes.standing import nothing
from metasyn.cli.change_gate import judged, parse_gate
from metasyn.errors import OptionError
from metasyn.evidence import read_evidence
from metasyn.report.results_json import dumps, results_document
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.project import Project
from metasyn.workspace.scripts import load_script
from metasyn.workspace.states.opening import open_state
from metasyn.workspace.states.origin import built_from

TYPO = ("0.72,0.55,0.94", "0.62,0.47,0.82")
NEW_ROW = (
    "DEE-WAKING-1,DEE,DEE.tea,DEE.water,waking,,,HR,1.40,1.10,1.78,0.95,,,,,,dee-2022,para 9,"
    "1.40 (1.10-1.78),no,,,usable,,\n"
)
NEW_COHORT = "DEE.water,DEE,water,30,,water,home\n"
COMMON = 'synthesis=SynthesisSpec(model="common-effect", ci_method="wald"),\n    outcomes='


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], capture_output=True, check=True)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def common_effect(project: Path) -> None:
    """The same question by another method."""
    script = project / "analyses" / "tea_vs_water.py"
    edit(script, "import Analysis, Outcome", "import Analysis, Outcome, SynthesisSpec")
    edit(script, "outcomes=", COMMON)


def waking(project: Path) -> SynthesisResult:
    """The synthesis of the times to waking as `run` computes it."""
    analysis = load_script(project / "analyses" / "tea_vs_water.py")
    found = run_analysis(analysis, read_evidence(project / "data"), "tea_vs_water").outcomes[1].synthesis
    assert isinstance(found, SynthesisResult)
    return found


@pytest.fixture
def committed(tiny_project: Path) -> Path:
    """The tiny project, committed."""
    git(tiny_project, "init", "--quiet", "--initial-branch", "main")
    git(tiny_project, "add", "--all")
    git(tiny_project, "commit", "--quiet", "--message", "first")
    return tiny_project


@pytest.fixture
def edited(committed: Path) -> Path:
    """A row more with its cohort, a typing error less, and another method."""
    edit(committed / "data" / "results.csv", *TYPO)
    for table, line in (("results.csv", NEW_ROW), ("cohorts.csv", NEW_COHORT)):
        with (committed / "data" / table).open("a", encoding="utf-8") as handle:
            handle.write(line)
    edit(committed / "data" / "studies.csv", "DEE,Dee 2022,single-arm", "DEE,Dee 2022,randomised")
    common_effect(committed)
    return committed


def test_nothing_changed_is_one_line(metasyn, committed):
    assert metasyn("diff", cwd=committed) == (0, "Nothing changed from HEAD to the working folder.\n", "")


def test_the_text_tells_changes_numbers_and_causes(metasyn, committed):
    edit(committed / "data" / "results.csv", *TYPO)
    before = waking(Project(committed).root)
    answer = metasyn("diff", cwd=committed / "data")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("HEAD → the working folder\n\nIn the tables: 1 row corrected.\n")
    assert "corrected  AX-WAKING-1: value 0.72 → 0.62; ci_low 0.55 → 0.47" in answer.out
    (told,) = re.findall(r"^ +HR +(\S+) +(\S+) +×(\S+)$", answer.out, re.M)
    assert told[1] == f"{exp(before.estimate):.2f}"
    assert float(told[2]) == pytest.approx(float(told[1]) / float(told[0]), abs=0.02)
    assert "Cause: results.csv row AX-WAKING-1" in answer.out
    assert "1 analysis is unchanged: sleep_with_tea." in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80


def test_json_holds_what_run_computes_and_shares_that_sum(metasyn, edited, tmp_path):
    git(edited, "worktree", "add", "--quiet", "--detach", str(tmp_path / "first"), "HEAD")
    before, after = waking(tmp_path / "first"), waking(edited)
    answer = metasyn("diff", "--json", "--only", "tea_vs_water", cwd=edited)
    document = json.loads(answer.out)
    assert (answer.code, document["schema"]) == (0, "metasyn-diff/1")
    (analysis,) = document["analyses"]
    assert (analysis["kind"], analysis["method_changed"], analysis["question_changed"]) == (
        "changed",
        True,
        False,
    )
    (outcome,) = (one for one in analysis["outcomes"] if one["id"] == "waking-hr")
    for told, found in ((outcome["before"], before), (outcome["after"], after)):
        assert told["estimate"] == pytest.approx(found.estimate, rel=1e-12)
        assert told["ci"] == pytest.approx([found.ci.low, found.ci.high], rel=1e-12)
        assert (told["k"], told["model"]) == (found.k, found.model)
        assert told["display"]["estimate"] == pytest.approx(exp(found.estimate), rel=1e-12)
    assert outcome["attribution"] == "exact"
    assert {cause["kind"] for cause in outcome["causes"]} == {"added", "corrected", "method"}
    for moved in outcome["moved"]:
        if moved["shares"]:
            assert sum(share["shapley"] for share in moved["shares"]) == pytest.approx(
                moved["change"], abs=1e-10
            )
    assert any(moved["quantity"] == "estimate" and moved["shares"] for moved in outcome["moved"])


def test_the_same_bytes_twice_and_in_another_folder(metasyn, edited, tmp_path):
    shutil.copytree(edited, tmp_path / "elsewhere" / "copy")
    for form in ((), ("--json",), ("--markdown",)):
        answers = [metasyn("diff", *form, cwd=folder).out for folder in (edited, tmp_path / "elsewhere/copy")]
        assert len(set(answers)) == 1
        metasyn("diff", *form, "--out", tmp_path / "note", cwd=edited)
        assert (tmp_path / "note").read_text(encoding="utf-8") == answers[0]


def test_a_release_note(metasyn, edited):
    (edited / "data" / "living.toml").write_text('[living]\nsearch_schedule = "every month"\n')
    answer = metasyn("diff", "--markdown", cwd=edited)
    lines = answer.out.splitlines()
    assert lines[0] == "# Changes from HEAD to the working folder"
    assert "- What triggered this version: 2 rows added, 2 corrected; 1 script changed" in lines
    assert "- Schedule of the search: every month" in lines
    assert "| reported figures | 11 | 1 | 0 | 12 |" in lines
    assert "| cohorts | 7 | 1 | 0 | 8 |" in lines
    assert any(re.match(r"\| Tea compared.*waking \(HR\) \| 3 \| 1 \| 0 \| 4 \|", line) for line in lines)


def test_two_states_in_either_direction(metasyn, edited):
    git(edited, "commit", "--quiet", "--all", "--message", "second")
    forth = json.loads(metasyn("diff", "HEAD~1", "HEAD", "--json", cwd=edited).out)
    back = json.loads(metasyn("diff", "HEAD", "HEAD~1", "--json", cwd=edited).out)
    assert metasyn("diff", cwd=edited).out.startswith("Nothing changed")
    for one, other in zip(forth["analyses"], back["analyses"], strict=True):
        for ahead, behind in zip(one["outcomes"], other["outcomes"], strict=True):
            assert ahead["before"] == behind["after"]
            shares = [{m["quantity"]: m["change"] for m in side["moved"]} for side in (ahead, behind)]
            for name, change in shares[0].items():
                assert shares[1][name] == (None if change is None else pytest.approx(-change))


def test_the_last_release_is_the_default(metasyn, committed):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in (*committed.glob("data/*.csv"), *committed.glob("analyses/*.py")):
            archive.write(path, path.relative_to(committed).as_posix())
        archive.writestr("release.json", json.dumps({"version": "1.0.0"}))
    (committed / "data" / "releases").mkdir()
    (committed / "data" / "releases" / "1.0.0.zip").write_bytes(out.getvalue())
    record = {"schema": "metasyn-release/1", "version": "1.0.0", "date": "2026-11-01", "trigger": "t"}
    record |= {"step": "first", "reason": "r", "analyses": {}, "living": {}, "software": {}}
    (committed / "data" / "release.json").write_text(
        json.dumps({**record, "sha256": sha256(out.getvalue()).hexdigest(), "past": []})
    )
    assert metasyn("diff", cwd=committed).out == "Nothing changed since version 1.0.0.\n"
    edit(committed / "data" / "results.csv", *TYPO)
    assert metasyn("diff", cwd=committed).out.startswith("version 1.0.0 → the working folder\n")
    assert metasyn("diff", "1.0.0", cwd=committed).out == metasyn("diff", cwd=committed).out


def report(project: Path, name: str) -> Path:
    """The results.json of an analysis, where `run` puts it."""
    analysis = load_script(project / "analyses" / f"{name}.py")
    document = results_document(run_analysis(analysis, read_evidence(project / "data"), name))
    path = project / "reports" / name / "results.json"
    path.parent.mkdir(parents=True)
    path.write_text(dumps(document), encoding="utf-8")
    return path


def test_software_is_not_blamed_for_an_edit_that_no_report_was_built_from(metasyn, committed):
    """A report by another numpy, committed, then a row edited and committed without a run, and another."""
    path = report(committed, "tea_vs_water")
    document = json.loads(path.read_bytes())
    document["versions"]["numpy"] = "0"
    bench = Workbench(Project(committed))
    inputs = bench.inputs("tea_vs_water", bench.load("tea_vs_water"))
    path.write_text(json.dumps({**document, "built_from": built_from(inputs.options, inputs.rows)}))
    git(committed, "add", "--all")
    git(committed, "commit", "--quiet", "--message", "report")
    edit(committed / "data" / "results.csv", *TYPO)
    answer = metasyn("diff", "HEAD", cwd=committed)
    assert answer.err == ""
    git(committed, "commit", "--quiet", "--all", "--message", "edited without a run")
    before = waking(committed).estimate
    edit(committed / "data" / "results.csv", TYPO[1], TYPO[0])
    answer = metasyn("diff", "HEAD", "--json", cwd=committed)
    assert answer.err == (
        "metasyn: HEAD: reports/tea_vs_water/results.json was built from other rows or another script: "
        "it does not count as what was reported.\n"
    )
    (found,) = (one for one in json.loads(answer.out)["analyses"] if one["name"] == "tea_vs_water")
    (outcome,) = (one for one in found["outcomes"] if one["id"] == "waking-hr")
    assert outcome["before"]["estimate"] == pytest.approx(before, rel=1e-12)
    assert [cause["kind"] for cause in outcome["causes"]] == ["corrected"]


def test_reports_alone_can_be_compared(metasyn, tiny_project, tmp_path):
    old = tmp_path / "old.json"
    shutil.copy(report(tiny_project, "tea_vs_water"), old)
    edit(tiny_project / "data" / "results.csv", *TYPO)
    answer = metasyn("diff", old, "--json", cwd=tiny_project)
    document = json.loads(answer.out)
    assert [one["name"] for one in document["analyses"]] == ["tea_vs_water"]
    (outcome,) = (one for one in document["analyses"][0]["outcomes"] if one["id"] == "waking-hr")
    assert outcome["after"]["estimate"] == pytest.approx(waking(tiny_project).estimate, rel=1e-12)
    refused = metasyn("diff", old, report(tiny_project, "sleep_with_tea"), cwd=tiny_project)
    assert refused.code == 2
    assert "of different analyses: tea_vs_water and sleep_with_tea" in refused.err


def test_a_broken_script_is_told_and_fails_the_gate(metasyn, committed, snapshot):
    """What it reported before stands for nothing."""
    report(committed, "tea_vs_water")
    edit(committed / "analyses" / "tea_vs_water.py", "measure=", "meassure=")
    before = snapshot(committed)
    answer = metasyn("diff", "--fail-on", "direction", cwd=committed)
    assert answer.code == 1
    assert "Cannot be compared" in answer.out
    assert "meassure" in answer.out
    assert re.search(r"^metasyn: tea_vs_water cannot be compared: .*meassure", answer.err, re.M)
    assert snapshot(committed) == before


# The gate


def test_a_result_that_is_no_longer_open_fails_on_significance(metasyn, committed):
    common_effect(committed)
    answer = metasyn("diff", "--fail-on", "significance,direction", cwd=committed)
    assert answer.code == 1
    (line,) = (line for line in answer.err.splitlines() if "waking" in line)
    assert line.startswith(
        "metasyn: significance: tea_vs_water, time to waking: HR 0.77 (0.47 to 1.27, p = 0.15) → "
    )
    assert "is now significant at 0.05; what changed: " in line
    assert metasyn("diff", "--fail-on", "direction", cwd=committed).code == 0


def test_an_estimate_on_the_other_side_fails_on_direction(metasyn, committed):
    edit(committed / "data" / "results.csv", "0.72,0.55,0.94", "2.72,1.95,3.80")
    answer = metasyn("diff", "--fail-on", "direction", "--json", cwd=committed)
    assert answer.code == 1
    assert json.loads(answer.out)["schema"] == "metasyn-diff/1"
    assert re.search(
        r"^metasyn: direction: .*HR 0\.77 .* is on the other side of no effect;", answer.err, re.M
    )
    assert len(answer.err.splitlines()) == 1


def test_a_move_above_the_threshold_fails(metasyn, committed):
    edit(committed / "data" / "results.csv", *TYPO)
    document = json.loads(metasyn("diff", "--json", cwd=committed).out)
    moved = document["analyses"][1]["outcomes"][1]["moved"][0]
    size = abs(moved["change"])
    assert moved["quantity"] == "estimate"
    below = metasyn("diff", "--fail-on", f"threshold={size * 0.999}", cwd=committed)
    assert (below.code, "moved by" in below.err) == (1, True)
    assert metasyn("diff", "--fail-on", f"threshold={size * 1.001}", cwd=committed).code == 0


def test_a_proportion_has_no_direction_and_that_is_said(metasyn, committed):
    edit(committed / "data" / "results.csv", "19,,,,,,19,30", "9,,,,,,9,30")
    answer = metasyn("diff", "--fail-on", "significance,direction", cwd=committed)
    assert answer.code == 0
    assert "significance and direction do not apply; a proportion has no value of no effect." in answer.err


def test_what_is_no_longer_estimated_or_asked_for_fails(metasyn, committed):
    edit(committed / "analyses" / "tea_vs_water.py", ', Outcome("waking", measure="HR")', "")
    answer = metasyn("diff", "--fail-on", "threshold=9", cwd=committed)
    assert answer.code == 1
    assert "HR 0.77 (0.47 to 1.27, p = 0.15) → no result; it is no longer asked for." in answer.err
    (committed / "analyses" / "tea_vs_water.py").unlink()
    answer = metasyn("diff", "--fail-on", "threshold=9", cwd=committed)
    assert (answer.code, "metasyn: tea_vs_water is gone.\n" in answer.err) == (1, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sig", "must be one of 'significance', 'direction', 'threshold'; got 'sig'"),
        ("threshold", "threshold needs a number"),
        ("threshold=x", "got 'x'"),
        ("threshold=-1", "got '-1'"),
        ("threshold=nan", "got 'nan'"),
        ("direction=1", "direction takes no value"),
        ("direction,direction", "names 'direction' twice"),
        ("direction,", "got ''"),
    ],
)
def test_a_gate_that_cannot_be(metasyn, committed, text, words):
    with pytest.raises(OptionError):
        parse_gate(text)
    answer = metasyn("diff", "--fail-on", text, cwd=committed)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


def test_a_new_analysis_passes_and_an_incomparable_one_does_not():
    def state(kind):
        one = AnalysisChange(name="a", title="A", kind=kind, remark="why not.")
        return judged(EvidenceChange(old="o", new="n", analyses=(one,)), parse_gate("direction"))

    assert state("added") == ((), ())
    assert state("not comparable") == (("a cannot be compared: why not",), ())


def test_rounding_error_passes_the_narrowest_threshold_and_a_real_move_does_not():
    def failures(move):
        before = replace(nothing(NotEstimable("not asked"), 0.0, 0.95), k=3, estimate=-0.3)
        outcome = OutcomeChange(
            slug="waking-hr", label="waking", measure="HR", before=before,
            after=replace(before, estimate=-0.3 + move),
        )  # fmt: skip
        one = AnalysisChange(name="a", title="A", kind="changed", outcomes=(outcome,))
        return judged(EvidenceChange(old="o", new="n", analyses=(one,)), parse_gate("threshold=0"))[0]

    assert failures(1e-15) == ()
    assert len(failures(1e-6)) == 1


# Figures, files, refusals


def test_the_forest_plot_has_both_results(metasyn, committed, tmp_path):
    edit(committed / "data" / "results.csv", *TYPO)
    answer = metasyn("diff", "--forest", tmp_path / "change.svg", cwd=committed)
    assert (answer.code, answer.err) == (0, f"wrote {tmp_path / 'change.svg'}\n")
    drawn = (tmp_path / "change.svg").read_text(encoding="utf-8")
    for word in ("HEAD", "the working folder", "0.77"):
        assert word in drawn
    edit(committed / "data" / "results.csv", TYPO[1], TYPO[0])
    answer = metasyn("diff", "--forest", tmp_path / "none.svg", cwd=committed)
    assert "nothing is drawn: no result changed that can be drawn" in answer.err
    assert not (tmp_path / "none.svg").exists()


def test_another_measure_is_told_but_neither_drawn_nor_compared(metasyn, committed, tmp_path):
    edit(committed / "analyses" / "tea_vs_water.py", 'measure="RR"', 'measure="OR"')
    answer = metasyn("diff", "--forest", tmp_path / "x.svg", "--fail-on", "threshold=9", cwd=committed)
    assert answer.code == 1
    assert re.search(r"^ +estimate +RR 1\.18 +OR \d\.\d\d$", answer.out, re.M)
    assert "metasyn: tea_vs_water, slept through: not drawn, the measure changed." in answer.err
    assert re.search(
        r"^metasyn: tea_vs_water, slept through: cannot be compared; .*RR to OR", answer.err, re.M
    )
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "no state 'nowhere'"),
        (("HEAD~7",), "git knows no revision 'HEAD~7'"),
        (("--only", "nobody"), "there is no analysis 'nobody'; there are: sleep_with_tea, tea_vs_water"),
        (("--json", "--markdown"), "name one of them"),
        (("--forest", "x.gif"), "--forest must end in .svg, .pdf or .png"),
        (("--out", "nowhere/note.md"), "there is no folder 'nowhere'"),
    ],
)
def test_refusals_are_one_line(metasyn, committed, arguments, words):
    answer = metasyn("diff", *arguments, cwd=committed)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_invalid_tables_are_told_with_their_state(metasyn, committed):
    edit(committed / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    answer = metasyn("diff", cwd=committed)
    assert (answer.code, answer.out) == (2, "")
    assert "the working folder: data/results.csv line 4" in answer.err


def test_without_anything_to_compare_with(metasyn, tiny_project):
    answer = metasyn("diff", cwd=tiny_project)
    assert answer.code == 2
    assert re.match(
        r"metasyn: there is nothing to compare with: no release .* lies in no git repository", answer.err
    )


def test_only_reads(metasyn, edited, snapshot):
    before = snapshot(edited)
    for name in ("index", "HEAD"):
        os.utime(edited / ".git" / name, (1, 1))
    metasyn("diff", cwd=edited)
    metasyn("diff", "HEAD", "HEAD", cwd=edited)
    assert snapshot(edited) == before
    assert (edited / ".git" / "index").stat().st_mtime == 1


def test_a_state_opened_by_the_command_is_that_of_the_library(committed):
    state = open_state(Project(committed), "HEAD")
    assert sorted(state.tables) == sorted(path.name for path in committed.glob("data/*.csv"))
