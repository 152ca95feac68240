"""`metasyn check`: rules first, then the audit; for people in groups, for machines as a list."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

KEYS = {"code", "severity", "message", "rows", "computed", "repairs", "accepted"}
TABLE = "label,events,n,percent\nA,2,19,13.5\nB,5,20,25\n"


@pytest.fixture
def results(tiny_project: Path) -> Path:
    return tiny_project / "data" / "results.csv"


def edit(path: Path, result_id: str, **cells: str) -> None:
    """Change cells of a row; columns that are missing are added."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(dict.fromkeys((*rows[0], *cells)))
    (row,) = [row for row in rows if row["result_id"] == result_id]
    row.update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def off_centre(results: Path, answer: str = "") -> None:
    """An interval whose centre is 0.78, not 0.72: the audit's asymmetric_ci."""
    edit(results, "AX-WAKING-1", ci_low="0.65", as_printed="0.72 (0.65-0.94)", accepted_because=answer)


def test_an_open_error_fails_the_check_of_a_project(metasyn, tiny_project, results):
    edit(results, "AX-SLEEP-1", statistic="percent", value="62.5", unit="percent", as_printed="62 (62.5%)")
    answer = metasyn("check", cwd=tiny_project)
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert lines[1] == ""
    assert lines[0].startswith("data: no rule is broken in 11 results")
    assert "1 error (figures that cannot all be right)" in lines
    place = lines.index("  AX-SLEEP-1 (tea, slept through)")
    assert lines[place - 1].strip() or lines[place - 2].startswith("percent_not_k_over_n")
    assert "62/100 = 62%, not 62.5%" in lines[place + 1]
    assert "would repair it: percent 62.5 -> 62.0" in lines[place + 2]
    assert "sleep_with_tea: no problems" in lines
    assert metasyn("check", "--audit", cwd=tiny_project).out == answer.out


def test_an_answer_closes_a_finding_and_is_counted(metasyn, tiny_project, results):
    off_centre(results)
    before = metasyn("check", "data", cwd=tiny_project)
    assert "asymmetric_ci" in before.out
    off_centre(results, "asymmetric_ci: profile likelihood interval")
    after = metasyn("check", "data", cwd=tiny_project)
    assert (after.code, "asymmetric_ci" in after.out) == (0, False)
    assert "1 answered (--answered lists them)" in after.out
    listed = metasyn("check", "data", "--answered", cwd=tiny_project).out
    assert "accepted: profile likelihood interval" in listed
    assert "--answered" not in listed
    found = json.loads(metasyn("check", "data", "--json", cwd=tiny_project).out)
    assert [one["accepted"] for one in found] == ["profile likelihood interval"]


def test_an_answer_without_its_finding_is_found(metasyn, tiny_project, results):
    edit(results, "AX-WAKING-1", accepted_because="asymmetric_ci: profile likelihood interval")
    (found,) = json.loads(metasyn("check", "data", "--json", cwd=tiny_project).out)
    assert (found["code"], found["severity"]) == ("stale_answer", "warning")
    assert "asymmetric_ci" in found["message"]
    assert [row["row"] for row in found["rows"]] == ["AX-WAKING-1"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("asymetric_ci: as printed", "unknown-finding", "Did you mean 'asymmetric_ci'?"),
        ("asymmetric_ci:", "answer-unreadable", "without a reason"),
        ("as printed", "answer-unreadable", "code: reason"),
        ("asymmetric_ci: as printed | fine", "answer-unreadable", "'fine'"),
    ],
)
def test_an_answer_that_cannot_be_read_breaks_a_rule(metasyn, tiny_project, results, text, code, words):
    off_centre(results, text)
    answer = metasyn("check", "data", "--json", cwd=tiny_project)
    assert answer.code == 2
    first = json.loads(answer.out)[0]
    assert (first["code"], first["severity"]) == (code, "error")
    assert words in first["message"]
    assert first["where"].endswith("column accepted_because")


def test_broken_rules_are_json_too_and_the_rest_is_audited(metasyn, tiny_project, results):
    off_centre(results)
    edit(results, "BO-SLEEP-1", events="61", value="61", n="60")
    edit(results, "AX-SLEEP-2", source_id="ax-2918")
    for arguments in (("data",), ()):
        answer = metasyn("check", *arguments, "--json", cwd=tiny_project)
        assert (answer.code, answer.err) == (2, "")
        found = json.loads(answer.out)
        assert all(set(one) >= KEYS for one in found)
        by_code = {one["code"]: one for one in found}
        assert {"unknown-source", "asymmetric_ci"} <= set(by_code)
        (row,) = by_code["unknown-source"]["rows"]
        assert row == {"row": "AX-SLEEP-2", "label": "", "where": "data/results.csv line 3"}
        # The row can be read, so the audit looks at it as well; what a rule says too is listed once.
        assert by_code["events_v_patients"]["rows"][0]["row"] == "BO-SLEEP-1"
        assert by_code["events_v_patients"]["rule"] == "events-exceed-n"
        assert "events-exceed-n" not in by_code
    told = metasyn("check", cwd=tiny_project).out
    assert told.startswith("2 problems in the evidence tables:\n")
    assert "data: 10 of 11 results could be audited" in told


def test_many_alike_are_told_in_short_and_lines_are_not_long(metasyn, tiny_project, results, monkeypatch):
    with results.open("a", encoding="utf-8") as file:
        for number in range(300):
            row = f"EX-{number},AX,AX.tea,,sleep,,,events,6,,,,,,6,10,patients,nowhere-{number},p,6/10"
            file.write(f"{row},no,,,usable,,\n")
    monkeypatch.setenv("COLUMNS", "80")
    told = metasyn("check", "data", cwd=tiny_project).out.splitlines()
    assert told[0] == "300 problems in the evidence tables:"
    assert "  and 280 more of this kind (--json lists them all)" in told
    assert max(map(len, told)) <= 80
    assert len(json.loads(metasyn("check", "data", "--json", cwd=tiny_project).out)) >= 300


def test_a_table_without_a_known_column_is_not_passed(metasyn, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("colour,taste\nred,sweet\n", encoding="utf-8")
    answer = metasyn("check", path, "--json")
    assert answer.code == 2
    assert [one["code"] for one in json.loads(answer.out)] == ["no-known-column"]
    assert "no column is one that the audit knows" in metasyn("check", path).out


def test_a_file_that_cannot_be_read_is_json_too(metasyn, tmp_path):
    path = tmp_path / "trials.csv"
    path.write_bytes(b"n,percent\n19,13.5\0\n")
    answer = metasyn("check", path, "--json")
    assert (answer.code, answer.err) == (2, "")
    assert [(one["code"], one["severity"]) for one in json.loads(answer.out)] == [("nul-byte", "error")]


def test_a_column_of_answers_in_a_plain_table(metasyn, tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("label,n,percent,accepted_because\nA,19,13.5,percent_not_k_over_n: weighted\n")
    assert metasyn("check", path).code == 0
    path.write_text("label,n,percent,accepted_because\nA,19,13.5,percent_not_k_over: weighted\n")
    codes = [one["code"] for one in json.loads(metasyn("check", path, "--json").out)]
    assert codes == ["percent_not_k_over_n", "stale_answer"]


def book_of(path: Path, sheets: dict[str, list[list[object]]], formats: dict[str, str] | None = None) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
        for cell, form in (formats or {}).items():
            page[cell].number_format = form
    book.save(path)
    return path


def test_a_plain_sheet_is_told_by_sheet_and_row(metasyn, tmp_path):
    rows = [["label", "events", "n", "percent"], ["A", 2, 19, 13.5], [], ["B", 5, 20, 25], ["C", 2, 19, "10"]]
    path = book_of(tmp_path / "book.xlsx", {"notes": [["written by"], ["me"]], "Table 1": rows})
    answer = metasyn("check", path)
    assert answer.code == 1
    assert "  sheet Table 1, row 2 (A)" in answer.out.splitlines()
    assert "  sheet Table 1, row 5 (C)" in answer.out.splitlines()
    assert "sheet 'notes'" in answer.err
    machine = metasyn("check", path, "--json")
    assert "sheet 'notes'" in machine.err
    found = json.loads(machine.out)
    assert [row["where"] for one in found for row in one["rows"]] == [
        "sheet Table 1, row 2",
        "sheet Table 1, row 5",
    ]


def test_every_sheet_is_a_table_of_its_own(metasyn, tmp_path):
    header = ["label", "events", "n", "percent"]
    sheets = {"one": [header, ["A", 2, 19, 10.5]], "two": [header, ["A", 9, 74, 13]]}
    (found,) = json.loads(metasyn("check", book_of(tmp_path / "book.xlsx", sheets), "--json").out)[:1]
    assert found["rows"] == [{"row": "2.1", "label": "A", "where": "sheet two, row 2"}]
    assert {repair["row"] for repair in found["repairs"]} == {"2.1"}


@pytest.mark.parametrize(("percent", "code"), [(0.105, 0), (0.135, 1)])
def test_percentages_of_excel_are_taken_as_shown(metasyn, tmp_path, percent, code):
    rows = [["label", "events", "n", "percent"], ["A", 2, 19, percent]]
    path = book_of(tmp_path / "book.xlsx", {"trials": rows}, {"D2": "0.0%"})
    assert metasyn("check", path).code == code


def test_a_broken_plain_sheet_is_told_by_cell(metasyn, tmp_path):
    rows = [["label", "n", "percent"], ["A", 19, "#DIV/0!"]]
    answer = metasyn("check", book_of(tmp_path / "book.xlsx", {"trials": rows}))
    assert answer.code == 2
    assert "sheet trials, row 2, column percent (C2)" in answer.out
    empty = metasyn("check", book_of(tmp_path / "empty.xlsx", {"notes": [["nothing"]]}), "--json")
    assert [one["code"] for one in json.loads(empty.out)] == ["no-table"]


def test_a_workbook_of_evidence_tables(metasyn, tiny_project, results):
    pytest.importorskip("openpyxl")
    off_centre(results)
    assert metasyn("template", "book.xlsx", "--with-data", cwd=tiny_project).code == 0
    answer = metasyn("check", "book.xlsx", "--json", cwd=tiny_project)
    found = {one["code"]: one for one in json.loads(answer.out)}
    assert found["asymmetric_ci"]["rows"][0]["where"] == "book.xlsx, sheet results, row 4"
    assert "book.xlsx: no rule is broken in 11 results" in metasyn("check", "book.xlsx", cwd=tiny_project).out


def test_a_workbook_of_evidence_tables_that_breaks_rules(metasyn, tiny_project):
    header = ["result_id", "study_id"]
    path = book_of(
        tiny_project / "book.xlsx", {"results": [header, ["A", "B"]], "studies": [["study_id"], ["B"]]}
    )
    answer = metasyn("check", path, "--json")
    assert answer.code == 2
    found = json.loads(answer.out)
    assert {one["severity"] for one in found} == {"error"}
    assert any("sheet results" in one["where"] for one in found)
    assert "table-missing" in {one["code"] for one in found}
