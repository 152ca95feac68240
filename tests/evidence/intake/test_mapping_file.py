"""CSV files and sheets with other column names, through a mapping file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from evidence_books import number

from metasyn.errors import EvidenceError
from metasyn.evidence.intake import check_intake, read_intake, read_mapping

if TYPE_CHECKING:
    from conftest import EvidenceFolder

MAP = """
separator = ";"
decimal = ","

[studies]
ignore = ["Reviewer"]
[studies.columns]
"Trial" = ["study_id", "label"]
"Country" = "country"
[studies.fixed]
design = "randomised"

[cohorts.columns]
"Trial" = "study_id"
"Arm" = ["cohort_id", "label"]

[results.columns]
"No" = "result_id"
"Trial" = "study_id"
"Arm" = "cohort_id"
"Hazard ratio" = "value"
"Lower" = "ci_low"
"Upper" = "ci_high"
"Printed" = "as_printed"
"Use" = "status"
"Why not" = "status_reason"
[results.fixed]
outcome = "stroke"
statistic = "HR"
ci_level = "0.95"
source_id = "alder-report"
locator = "Table 2"
[results.words.status]
"excluded" = "unusable"
"ok" = "usable"
"""
ROWS = """No;Trial;Country;Arm;Hazard ratio;Lower;Upper;Printed;Use;Why not;Reviewer
1;Cedar;Peru;C1;0,62;0,47;0,80;"0.62; 0.47-0.80";ok;;AB
2;Cedar;Peru;C1;1,20;0,90;1,60;"1.20
(0.90-1.60)";excluded;other arm;AB
3;Dogwood;Mali;D1;0.7;0,50;0,90;0.7;ok;;CD
"""


@pytest.fixture
def mapped(tmp_path: Path, folder: EvidenceFolder) -> Callable[..., object]:
    """Reads rows with a mapping; what is found beside the tables of the folder."""

    def read(rows: str = ROWS, mapping: str = MAP):
        (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
        (tmp_path / "trials.csv").write_text(rows, encoding="utf-8", newline="")
        intake = read_intake(tmp_path / "trials.csv", mapping=read_mapping(tmp_path / "map.toml"))
        folder.write()
        return intake, check_intake(intake, read_intake(folder.path))

    return read


def test_one_flat_file_fills_several_tables(mapped) -> None:
    intake, found = mapped()
    assert found == ()
    studies, cohorts, results = (intake.sheets[name] for name in ("studies", "cohorts", "results"))
    assert [row.text("study_id") for row in studies.rows] == ["Cedar", "Dogwood"]
    assert [row.text("country") for row in studies.rows] == ["Peru", "Mali"]
    assert [row.text("cohort_id") for row in cohorts.rows] == ["C1", "D1"]
    first, second, third = results.rows
    assert [first.text(name) for name in ("value", "ci_low", "ci_high", "ci_level")] == [
        "0.62",
        "0.47",
        "0.80",
        "0.95",
    ]
    assert (second.text("status"), second.text("as_printed")) == ("unusable", "1.20\n(0.90-1.60)")
    assert (third.line, third.text("value"), third.text("statistic")) == (5, "0.7", "HR")
    assert set(results.header) == {c.name for c in results.table.columns}


def test_messages_name_their_line_and_both_columns(mapped) -> None:
    _, found = mapped(ROWS.replace("0,47;0,80", "0,47;0,60").replace("ok;;CD", "perhaps;;CD"))
    assert [f.where for f in found] == [
        "trials.csv line 2, column ci_high ('Upper')",
        "trials.csv line 5, column status ('Use')",
    ]
    assert found[1].message.startswith("'perhaps' is not one of 'usable'")


def test_every_column_is_accounted_for(mapped) -> None:
    _, found = mapped(mapping=MAP.replace('ignore = ["Reviewer"]', "").replace('"Lower"', '"Lowr"'))
    codes = {(f.code, f.where) for f in found}
    assert ("missing-column", "trials.csv line 1") in codes
    assert ("column-not-mapped", "trials.csv line 1, column Reviewer") in codes
    assert ("column-not-mapped", "trials.csv line 1, column Lower") in codes
    assert any("Did you mean 'Lower'?" in f.message for f in found)


def test_rows_that_differ_are_not_merged(mapped) -> None:
    _, found = mapped(ROWS.replace("2;Cedar;Peru", "2;Cedar;Chile"))
    assert [(f.code, f.where) for f in found] == [
        ("duplicate-id", "trials.csv line 3, column study_id ('Trial')")
    ]


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("", "", "names no table"),
        ("= 1", "", "is not TOML"),
        ("[reslts.columns]", "reslts", "Did you mean 'results'?"),
        ('[results.columns]\n"A" = "valeu"', "results 'valeu'", "Did you mean 'value'?"),
        ('[results.columns]\n"A" = 3', "results.columns 'A'", "must name a column"),
        ('[results.columns]\n"A" = "n"\n"B" = "n"', "results.columns 'B'", "filled from 'A' already"),
        ('[results.columns]\n"A" = "n"\n[results.fixed]\nn = "3"', "results.fixed.n", "from 'A' already"),
        ("[results.fixed]\nn = 3", "results.fixed.n", "text in quotes"),
        ("[results.words]\nstatus = 3", "results.words.status", "table of their words"),
        ("[results.colums]", "results.colums", "Did you mean 'columns'?"),
        ("results = 3", "results", "must be a table"),
        ("[results]\nsheet = 3", "results.sheet", "must be a text"),
        ("[results]\nignore = [3]", "results.ignore", "list of column names"),
        ('separator = "::"\n[results]', "separator", "must be one of"),
        ('separator = ["a"]\n[results]', "separator", "must be one of"),
        ('decimal = ","\n[results]', "decimal", "is also the separator"),
    ],
)
def test_mistakes_in_the_mapping_file(tmp_path: Path, text: str, where: str, message: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read_mapping(path)
    assert any(f.where == f"map.toml {where}".strip() or not where for f in caught.value.findings)
    assert message in str(caught.value)


def test_a_mapping_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_mapping(tmp_path / "map.toml")


def test_a_sheet_of_a_workbook(tmp_path: Path, workbook: Callable[..., Path], folder: EvidenceFolder) -> None:
    rows = [["Trial", "Where", "Seen"], ["Cedar", "Peru", number("42798", 1)]]
    book = workbook({"Tabelle1": rows, "other": [["x"]]}, ["dd.mm.yyyy"])
    mapping = '[studies.columns]\nTrial = ["study_id", "label"]\nWhere = "country"\nSeen = "seen"\n'
    fixed = '[studies.fixed]\ndesign = "cohort"\n'
    (tmp_path / "map.toml").write_text(mapping + fixed)
    lost = read_intake(book, mapping=read_mapping(tmp_path / "map.toml"))
    assert [(f.where, f.code) for f in lost.findings] == [("map.toml studies.sheet", "sheet-missing")]
    (tmp_path / "map.toml").write_text(f'[studies]\nsheet = "Tabelle1"\n{mapping}{fixed}')
    intake = read_intake(book, mapping=read_mapping(tmp_path / "map.toml"))
    assert intake.sheets["studies"].rows[0].text("seen") == "2017-03-04"
    assert intake.sheets["studies"].rows[0].text("country") == "Peru"
    put_date_in_a_column_of_ours = mapping.replace('Seen = "seen"', 'Seen = "note"')
    (tmp_path / "map.toml").write_text(
        f'[studies]\nsheet = "Tabelle1"\n{put_date_in_a_column_of_ours}{fixed}'
    )
    intake = read_intake(book, mapping=read_mapping(tmp_path / "map.toml"))
    (found,) = [f for f in check_intake(intake, read_intake(folder.write())) if f.code == "date-cell"]
    assert found.where == "extraction.xlsx, sheet Tabelle1, row 2, column note ('Seen', C2)"


def test_a_csv_file_with_our_columns(tmp_path: Path, folder: EvidenceFolder) -> None:
    folder.write()
    path = tmp_path / "more.csv"
    path.write_bytes(b"\xef\xbb\xbf" + folder.file("sources").read_bytes())
    intake = read_intake(path, table="sources")
    assert check_intake(intake, read_intake(folder.path)) == ()
    assert [row.text("source_id") for row in intake.sheets["sources"].rows] == [
        "alder-report",
        "birch-abstract",
    ]
    assert list(read_intake(folder.file("ongoing")).tables) == ["ongoing"]


def test_a_table_of_which_only_fixed_cells_are_named_has_one_row(mapped) -> None:
    mapping = (
        MAP
        + """
[outcomes.fixed]
outcome = "stroke"
label = "stroke of any kind"
kind = "time-to-event"
"""
    )
    intake, found = mapped(mapping=mapping)
    assert found == ()
    (row,) = intake.sheets["outcomes"].rows
    assert (row.text("outcome"), row.text("label"), row.text("kind"), row.text("better")) == (
        "stroke",
        "stroke of any kind",
        "time-to-event",
        "",
    )
    assert len(intake.sheets["results"].rows) == 3
