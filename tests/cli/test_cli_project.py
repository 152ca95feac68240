"""`metasyn run`, `check`, `list` and `new` in a project."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from metasyn.workspace.scripts import load_script


def edit(path: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_run_writes_every_report_and_the_index(metasyn, tiny_project, snapshot):
    answer = metasyn("run", cwd=tiny_project)
    assert (answer.code, answer.err) == (0, "")
    reports = snapshot(tiny_project / "reports")
    for name in ("tea_vs_water", "sleep_with_tea"):
        assert f"{name}: built" in answer.out
        assert f"reports/{name}/" in answer.out
        assert {f"{name}/{file}" for file in ("report.html", "report.pdf", "results.json")} <= set(reports)
        assert f"{name}/report.html".encode() in reports["index.html"]
        results = json.loads(reports[f"{name}/results.json"])
        assert results["schema"] == "metasyn-result/1"
    assert re.search(r"[Tt]ime to waking.* 0\.\d\d .*3 (studies|trials)", answer.out)


def test_a_second_run_does_nothing(metasyn, built, monkeypatch, snapshot):
    monkeypatch.setattr("metasyn.report.atomic.replace_folder", None)
    monkeypatch.setattr("metasyn.report.atomic.replace_file", None)
    before = snapshot(built)
    answer = metasyn("run", cwd=built)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == ["sleep_with_tea: up to date", "tea_vs_water: up to date"]
    assert snapshot(built) == before


def test_force_builds_the_same_bytes(metasyn, built, snapshot):
    before = snapshot(built)
    answer = metasyn("run", "--force", cwd=built)
    assert answer.out.count(": built (--force)") == 2
    assert snapshot(built) == before


def test_only_the_named_analysis_is_built(metasyn, tiny_project):
    for name in ("tea_vs_water", "analyses/tea_vs_water.py", "tea_vs_water.py"):
        assert metasyn("run", name, cwd=tiny_project).out.startswith("tea_vs_water: ")
    assert not (tiny_project / "reports" / "sleep_with_tea").exists()


def test_from_elsewhere(metasyn, built, tmp_path):
    assert metasyn("run", "--project", built, cwd=tmp_path).code == 0
    assert metasyn("run", cwd=built / "data").code == 0
    lost = metasyn("run", cwd=tmp_path)
    assert lost.code == 2
    assert "data/ and analyses/" in lost.err
    assert metasyn("run", "--project", tmp_path / "nowhere").code == 2
    incomplete = metasyn("run", "--project", built / "data")
    assert incomplete.code == 2
    assert "no data/" in incomplete.err


def test_unknown_names_get_the_nearest(metasyn, built):
    answer = metasyn("run", "tea_vs_watter", cwd=built)
    assert answer.code == 2
    assert "did you mean tea_vs_water" in answer.err


def test_a_changed_row_rebuilds_only_who_reaches_it(metasyn, built):
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.70,0.53,0.94")
    listed = metasyn("list", cwd=built).out
    assert re.search(r"^tea_vs_water +stale", listed, re.M)
    assert "results.csv row AX-WAKING-1 changed" in listed
    assert re.search(r"^sleep_with_tea +up to date", listed, re.M)
    answer = metasyn("run", cwd=built)
    assert "sleep_with_tea: up to date" in answer.out
    assert "tea_vs_water: built (results.csv row AX-WAKING-1 changed)" in answer.out


def test_an_unrelated_row_rebuilds_nothing(metasyn, built):
    edit(built / "data" / "results.csv", "para 6,40%", "para 7,40%")
    assert metasyn("run", cwd=built).out.count("up to date") == 2


def test_invalid_tables_leave_everything_as_it_was(metasyn, built, snapshot):
    edit(built / "analyses" / "sleep_with_tea.py", "Sleep with tea", "Sleeping with tea")
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    edit(built / "data" / "cohorts.csv", "AX.tea,AX", "AX.tea,AXE")
    before = snapshot(built)
    answer = metasyn("run", cwd=built)
    assert (answer.code, answer.out) == (2, "")
    assert re.search(r"results\.csv line 4, column", answer.err)
    assert re.search(r"cohorts\.csv line 2, column study_id", answer.err)
    assert snapshot(built) == before


def test_a_failing_analysis_keeps_its_report_and_stops_no_other(metasyn, built, snapshot):
    edit(built / "analyses" / "sleep_with_tea.py", 'Outcome("sleep"', 'Outcome("sleeep"')
    edit(built / "analyses" / "tea_vs_water.py", "Tea compared", "Green tea compared")
    before = snapshot(built / "reports" / "sleep_with_tea")
    answer = metasyn("run", cwd=built)
    assert answer.code == 2
    assert "sleep_with_tea: failed, its previous report is kept" in answer.out
    assert "sleeep" in answer.err
    assert "tea_vs_water: built (script changed)" in answer.out
    assert snapshot(built / "reports" / "sleep_with_tea") == before
    assert b"Green tea" in (built / "reports" / "index.html").read_bytes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("analysis = Analysis(", "line 1"),
        ("import nowhere_to_be_found", "line 1"),
        ("x = 1\ny = x / 0", "line 2"),
        ("import sys\nsys.exit(3)", "line 2"),
        ("x = 1", "no analysis is declared"),
        ("analysis = 5", "no analysis is declared"),
        ("from metasyn import Analysis\nanalysis = Analysis(title='t', question='q', outcomes=[])", "line 2"),
        ("from metasyn import Outcome\nOutcome('sleep', measure='XX')", "'HR'"),
        ("\0", "null bytes"),
    ],
)
def test_a_broken_script_is_said_with_its_line(metasyn, tiny_project, text, words):
    (tiny_project / "analyses" / "tea_vs_water.py").write_text(text)
    for command in (["run", "tea_vs_water"], ["check"]):
        answer = metasyn(*command, cwd=tiny_project)
        assert answer.code == 2
        said = answer.err + answer.out
        assert "tea_vs_water.py" in said
        assert words in said
    assert not (tiny_project / "reports").exists()


def test_what_cannot_be_estimated_is_code_3(metasyn, tiny_project, monkeypatch):
    from metasyn.errors import NotEstimableError

    def refuse(*_: object) -> None:
        raise NotEstimableError("the likelihood has no maximum")

    monkeypatch.setattr("metasyn.analysis.run.run_analysis", refuse)
    answer = metasyn("run", cwd=tiny_project)
    assert answer.code == 3
    assert "no maximum" in answer.err


def test_check_finds_nothing_and_says_so(metasyn, built, snapshot):
    before = snapshot(built)
    for arguments in ((), ("data",), ("--reports",), (built,)):
        answer = metasyn("check", *arguments, cwd=built)
        assert (answer.code, answer.err) == (0, "")
        assert "11 results, 4 studies, 7 cohorts" in answer.out
    assert snapshot(built) == before


def test_check_lists_every_problem_of_the_tables(metasyn, built):
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    edit(built / "data" / "results.csv", "31,60,patients", "61,60,patients")
    for arguments in ((), ("data",)):
        answer = metasyn("check", *arguments, cwd=built)
        assert answer.code == 2
        assert "results.csv line 4" in answer.out
        assert "results.csv line 5" in answer.out


def test_check_of_reports_is_code_1_when_stale(metasyn, built):
    (built / "reports" / "tea_vs_water" / "report.pdf").unlink()
    assert metasyn("check", cwd=built).code == 0
    answer = metasyn("check", "--reports", cwd=built)
    assert answer.code == 1
    assert "tea_vs_water: out of date: report.pdf is missing" in answer.out
    assert metasyn("check", "data", "--reports", cwd=built).code == 2


def test_check_of_what_is_no_folder(metasyn, built):
    assert metasyn("check", built / "data" / "results.csv").code == 2
    assert metasyn("check", built / "nowhere").code == 2


def test_check_of_one_plain_table(metasyn, tmp_path):
    table = tmp_path / "trials.csv"
    # 2 of 19 is 10.5%, 3 of 19 is 15.8%; 5 of 20 is 25%.
    table.write_text("label,events,n,percent\nA,2,19,13.5\nB,5,20,25\n")
    answer = metasyn("check", table)
    assert answer.code == 1
    said = answer.out.splitlines()
    assert said[0] == "1 error (figures that cannot all be right)"
    assert said[2].startswith("percent_not_k_over_n: a percentage that no whole number of its denominator")
    assert said[said.index("  line 2 (A)") + 1] == "    2/19 = 10.53%, not 13.5%"
    assert said[-1].endswith("trials.csv: 1 error")
    (found,) = json.loads(metasyn("check", table, "--json").out)
    assert (found["code"], found["severity"]) == ("percent_not_k_over_n", "error")
    assert [row["label"] for row in found["rows"]] == ["A"]
    table.write_text("label,events,n,percent\nB,5,20,25\n")
    assert metasyn("check", table).out == f"{table}: nothing that cannot be true\n"
    assert json.loads(metasyn("check", table, "--json").out) == []


def test_check_audits_the_tables_of_a_project(metasyn, built):
    # sqrt(0.65 x 0.94) = 0.78, not 0.72: the interval keeps the rules of the table but not its centre.
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.65,0.94")
    answer = metasyn("check", cwd=built)
    assert answer.code == 1
    assert "asymmetric_ci" in answer.out
    found = json.loads(metasyn("check", "data", "--json", cwd=built).out)
    assert "asymmetric_ci" in [one["code"] for one in found]
    assert all({"code", "severity", "rows", "message", "computed", "repairs"} <= set(one) for one in found)


def test_list_before_and_after(metasyn, tiny_project):
    assert metasyn("list", cwd=tiny_project).out.splitlines() == [
        "sleep_with_tea  never built  Sleep with tea",
        "tea_vs_water    never built  Tea compared with water for sleep",
    ]
    metasyn("run", "sleep_with_tea", cwd=tiny_project)
    edit(tiny_project / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    (tiny_project / "analyses" / "tea_vs_water.py").write_text("x = ")
    answer = metasyn("list", cwd=tiny_project)
    assert answer.code == 0
    assert re.search(r"^sleep_with_tea  stale", answer.out, re.M)
    assert re.search(r"^tea_vs_water    cannot run", answer.out, re.M)


def test_new_writes_a_script_that_loads_and_can_be_edited_to_run(metasyn, tiny_project):
    answer = metasyn("new", "Coffee_2", cwd=tiny_project)
    assert answer.code == 0
    script = tiny_project / "analyses" / "Coffee_2.py"
    text = script.read_text(encoding="utf-8")
    assert "'sleep'  slept through" in text
    assert "drink: 'tea', 'water'" in text
    assert re.search(r"^Coffee_2 +never built +Coffee 2$", metasyn("list", cwd=tiny_project).out, re.M)
    unedited = metasyn("run", "Coffee_2", cwd=tiny_project)
    assert unedited.code == 2
    assert "outcome id" in unedited.err
    edit(script, '"outcome id"', '"sleep"')
    edit(script, '("new treatment", "usual treatment")', '({"drink": "tea"}, {"drink": "water"})')
    assert metasyn("run", "Coffee_2", cwd=tiny_project).code == 0


def test_the_template_shows_how_another_estimator_is_declared(metasyn, tiny_project):
    """The line works as it is, with what it says to import."""
    assert metasyn("new", "coffee", cwd=tiny_project).code == 0
    script = tiny_project / "analyses" / "coffee.py"
    edit(script, "    # synthesis=SynthesisSpec(", "    synthesis=SynthesisSpec(")
    edit(script, "import Analysis, Outcome", "import Analysis, Outcome, SynthesisSpec")
    assert load_script(script).synthesis.tau2_method == "PM"


@pytest.mark.parametrize("name", ["", "2nd", "a b", "../x", "a/b", "x.py", "é", "_x", "-x", "x" * 81])
def test_new_refuses_bad_names(metasyn, tiny_project, name, snapshot):
    before = snapshot(tiny_project)
    assert metasyn("new", name, cwd=tiny_project).code == 2
    assert snapshot(tiny_project) == before


@pytest.mark.parametrize("name", ["tea_vs_water", "Tea_vs_water"])
def test_new_never_overwrites(metasyn, tiny_project, name, snapshot):
    before = snapshot(tiny_project)
    answer = metasyn("new", name, cwd=tiny_project)
    assert answer.code == 2
    assert "exists already" in answer.err
    assert snapshot(tiny_project) == before


def test_new_while_the_tables_have_mistakes(metasyn, tiny_project):
    (tiny_project / "data" / "outcomes.csv").write_text("")
    assert metasyn("new", "coffee", cwd=tiny_project).code == 0
    assert "metasyn check" in (tiny_project / "analyses" / "coffee.py").read_text(encoding="utf-8")


def test_no_analyses_is_not_an_error(metasyn, tiny_project):
    for script in (tiny_project / "analyses").glob("*.py"):
        script.unlink()
    for command in ("run", "list", "check"):
        answer = metasyn(command, cwd=tiny_project)
        assert answer.code == 0
    assert "metasyn new" in metasyn("run", cwd=tiny_project).err


def test_a_table_that_may_not_be_read(metasyn, built, snapshot, monkeypatch):
    read = Path.read_bytes

    def denied(path: Path) -> bytes:
        if path.name == "results.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    before = snapshot(built)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", denied)
        answer = metasyn("run", "--force", cwd=built)
    assert (answer.code, answer.out) == (2, "")
    assert "results.csv" in answer.err
    assert "ermission denied" in answer.err
    assert snapshot(built) == before


def test_what_was_built_is_said_before_an_index_that_fails(metasyn, built):
    (built / "reports" / "sleep_with_tea" / "results.json").write_text("{}")
    edit(built / "analyses" / "tea_vs_water.py", "Tea compared", "Green tea compared")
    answer = metasyn("run", "tea_vs_water", cwd=built)
    assert answer.code == 2
    assert answer.out.startswith("tea_vs_water: built (script changed)")
    assert answer.err.startswith("metasyn: reports/sleep_with_tea/results.json is not a result of metasyn")
