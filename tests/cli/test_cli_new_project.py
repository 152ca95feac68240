"""The first steps in an empty folder, and what the terminal says after a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metasyn.cli.headline import _left_out, open_findings_line
from metasyn.evidence.read import read_evidence
from metasyn.workspace.building.rendering import LeftOut


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("command", [("list",), ("run",), ("new", "mine")])
def test_in_an_empty_folder_it_is_said_how_to_start(metasyn, empty, command):
    answer = metasyn(*command, cwd=empty)
    assert answer.code == 2
    assert "metasyn template extraction.xlsx" in answer.err
    assert "metasyn import extraction.xlsx" in answer.err
    assert "mkdir data analyses" in answer.err
    assert list(empty.iterdir()) == []


def test_a_template_needs_no_project(metasyn, empty):
    pytest.importorskip("openpyxl")
    assert metasyn("template", "extraction.xlsx", cwd=empty).code == 0
    assert [path.name for path in empty.iterdir()] == ["extraction.xlsx"]


@pytest.mark.parametrize("kind", ["book.xlsx", "tables"])
def test_import_starts_a_project(metasyn, tiny_project, empty, kind):
    assert metasyn("export", "--to", empty.parent / kind, cwd=tiny_project).code == 0
    answer = metasyn("import", Path("..") / kind, cwd=empty)
    assert answer.code == 0
    assert "is a project now" in answer.out
    assert sorted(path.name for path in empty.iterdir()) == ["analyses", "data"]
    assert read_evidence(empty / "data").results == read_evidence(tiny_project / "data").results
    assert metasyn("list", cwd=empty).code == 0
    again = metasyn("import", Path("..") / kind, cwd=empty)
    assert again.code == 0
    assert "is a project now" not in again.out


def test_mistakes_start_no_project(metasyn, tiny_project, empty):
    alone = metasyn("import", tiny_project / "data" / "sources.csv", cwd=empty)
    assert alone.code == 2
    assert alone.out.count("the first CSV files of a project come together: import their folder") == 1
    assert list(empty.iterdir()) == []


def test_a_project_that_is_named_and_none_stays_an_error(metasyn, tiny_project, empty):
    answer = metasyn("import", tiny_project / "data", "--project", empty, cwd=tiny_project)
    assert answer.code == 2
    assert "is not a metasyn project" in answer.err
    assert list(empty.iterdir()) == []


def test_what_begins_like_a_formula_comes_back_as_it_was(metasyn, tiny_project, empty):
    results = tiny_project / "data" / "results.csv"
    text = results.read_text(encoding="utf-8")
    results.write_text(
        text.replace("28/41,no,,,usable,,", '28/41,no,,,usable,,"=A1, or ""so"""', 1), encoding="utf-8"
    )
    metasyn("export", "--to", empty.parent / "tables", cwd=tiny_project)
    assert "'=A1" in (empty.parent / "tables" / "results.csv").read_text(encoding="utf-8")
    assert metasyn("import", "../tables", cwd=empty).code == 0
    rows = {row.result_id: row for row in read_evidence(empty / "data").results}
    assert rows["CY-SLEEP-1"].note == '=A1, or "so"'


def test_run_tells_of_open_errors_each_time(metasyn, tiny_project):
    shutil.rmtree(tiny_project / "reports", ignore_errors=True)
    results = tiny_project / "data" / "results.csv"
    text = results.read_text(encoding="utf-8")
    assert text.count("0.72,0.55,0.94,0.95,,,") == 1
    text = text.replace("0.72,0.55,0.94,0.95,,,", "0.72,0.55,0.94,0.95,0.9,two,")
    text = text.replace(",0.72 (0.55-0.94),", ',"0.72 (0.55-0.94), p = 0.9",')
    results.write_text(text, encoding="utf-8")
    first = metasyn("run", "tea_vs_water", cwd=tiny_project)
    assert first.code == 0
    line = "  open findings about the printed figures: 1 error; see 'Audit findings' in the report"
    assert line in first.out.splitlines()
    again = metasyn("run", "tea_vs_water", cwd=tiny_project)
    assert again.out.splitlines() == ["tea_vs_water: up to date", line]
    assert again.code == 0


def test_no_line_where_there_is_no_report(tmp_path):
    assert open_findings_line(tmp_path) == ""
    (tmp_path / "results.json").write_text("[]", encoding="utf-8")
    assert open_findings_line(tmp_path) == ""


def outcome(*excluded: tuple[str, str]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(label=label, code="no-figure", told=why) for label, why in excluded)


def test_many_studies_left_out_for_one_reason_take_one_line():
    many = [(f"Study {i}", "eligible, but no figure") for i in range(50)]
    assert list(_left_out(outcome(*many))) == [
        "    left out: Study 0; Study 1; Study 2; and 47 more: eligible, but no figure (listed in the report)"
    ]
    three = list(_left_out(outcome(*many[:3])))
    assert three == ["    left out: Study 0; Study 1; Study 2: eligible, but no figure"]


def test_very_many_reasons_are_counted():
    lines = list(_left_out(outcome(*((f"Study {i}", f"reason {i}") for i in range(20)))))
    assert len(lines) == 9
    assert lines[-1] == "    left out: 12 more for other reasons, listed in the report"
