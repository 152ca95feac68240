"""Workbooks as tables: the same rules as for CSV, every message with sheet, row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from evidence_books import number, text

from metasyn.errors import EvidenceError, OptionError
from metasyn.evidence.intake import Intake, check_intake, read_intake
from metasyn.evidence.read import read_evidence

if TYPE_CHECKING:
    from conftest import EvidenceFolder

Sheets = dict[str, list[list[str]]]
RESULTS = "extraction.xlsx, sheet results"


@pytest.fixture
def sheets(folder: EvidenceFolder) -> Sheets:
    """The valid tables as rows of a workbook."""
    return {
        name: [folder.columns(name), *([row.get(c, "") for c in folder.columns(name)] for row in rows)]
        for name, rows in folder.tables.items()
    }


def put(sheets: Sheets, table: str, name: str, column: str, cell: str) -> None:
    """Change a cell of the row with this id."""
    rows = sheets[table]
    next(row for row in rows if row[:1] == [name])[rows[0].index(column)] = cell


def said(intake: Intake, severity: str = "error") -> list[tuple[str, str]]:
    """Place and code of what is found."""
    return [(f.where, f.code) for f in check_intake(intake) if f.severity == severity]


def test_a_valid_workbook_gives_the_rows_of_the_folder(
    sheets: Sheets, workbook: Callable[..., Path], folder: EvidenceFolder
) -> None:
    intake = read_intake(workbook({"read me": [["hello"]], **sheets}))
    assert check_intake(intake) == ()
    told = {name: [dict(row.cells) for row in sheet.rows] for name, sheet in intake.sheets.items()}
    by_csv = read_intake(folder.write()).sheets
    assert told == {name: [dict(row.cells) for row in sheet.rows] for name, sheet in by_csv.items()}


def test_the_same_rules_as_for_csv(
    sheets: Sheets, workbook: Callable[..., Path], folder: EvidenceFolder
) -> None:
    spoiled = [
        ("results", "HR1", "ci_low", "0.70"),
        ("results", "HR1", "p_sided", ""),
        ("results", "MED1", "cohort_id", "ALDER.actve"),
        ("results", "EV1", "events", "8.5"),
        ("results", "N1", "result_id", "EV2"),
        ("cohorts", "BIRCH.all", "study_id", "BRICH"),
        ("studies", "ALDER", "design", "randomized"),
        ("ongoing", "NCT00000001", "n", "ninety"),
    ]
    for table, name, column, cell in spoiled:
        put(sheets, table, name, column, cell)
        folder.edit(table, name, {column: cell})
    with pytest.raises(EvidenceError) as caught:
        read_evidence(folder.write())
    in_book = [f for f in check_intake(read_intake(workbook(sheets))) if f.severity == "error"]
    assert [f.code for f in in_book] == [f.code for f in caught.value.findings]
    assert len(in_book) >= len(spoiled)
    assert (in_book[-1].where, in_book[-1].code) == (
        "extraction.xlsx, sheet ongoing, row 2, column n (D2)",
        "not-a-number",
    )
    messages = " ".join(f.message for f in in_book)
    assert ".csv" not in messages
    assert "sheet studies" in messages
    assert "already the id of row " in messages
    low = next(f for f in in_book if f.code == "interval-excludes-estimate")
    assert low.where == f"{RESULTS}, row 2, column ci_low (J2)"
    assert low.message.startswith("0.70 is above the estimate 0.62")


def test_blank_rows_and_line_breaks_do_not_shift_row_numbers(
    sheets: Sheets, workbook: Callable[..., Path]
) -> None:
    put(sheets, "results", "HR1", "note", "two\nlines, and\r\nthree")
    rows = sheets["results"]
    rows[2:2] = [[], [text(" ")] * 3, []]
    rows.insert(0, [])
    line = 1 + next(i for i, row in enumerate(rows) if row and row[0] == "MED1")
    put({"results": rows[1:]}, "results", "MED1", "unit", "moons")
    intake = read_intake(workbook(sheets))
    assert said(intake) == [(f"{RESULTS}, row {line}, column unit (Q{line})", "unknown-word")]
    assert intake.sheets["results"].ids["HR1"].text("note") == "two\nlines, and\nthree"


def test_cells_that_cannot_be_taken_are_said_once(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    put(sheets, "results", "HR1", "value", ' t="e"><v>#N/A</v>')
    put(sheets, "results", "HR1", "as_printed", number("42797", 1))
    put(sheets, "results", "PCT1", "value", number("0.471", 2))
    put(sheets, "studies", "BIRCH", "study_id", ' t="e"><v>#REF!</v>')
    found = said(read_intake(workbook(sheets, ["d-mmm", "0.0%"])))
    assert found == [
        ("extraction.xlsx, sheet studies, row 3, column study_id (A3)", "error-cell"),
        (f"{RESULTS}, row 2, column value (I2)", "error-cell"),
        (f"{RESULTS}, row 2, column as_printed (T2)", "date-cell"),
        (f"{RESULTS}, row 4, column value (I4)", "percent-cell"),
    ]


def test_digits_and_formulas_are_told(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    put(sheets, "results", "HR1", "ci_high", number("0.8", 1))
    put(sheets, "results", "HR1", "as_printed", "0.62 (0.47-0.80)")
    put(sheets, "results", "MED1", "value", number("11"))
    put(sheets, "results", "MED1", "as_printed", "11.0 months (8.9-NE), n = 110")
    put(sheets, "results", "PCT1", "value", " ><f>100*8/17</f><v>47.1</v>")
    intake = read_intake(workbook(sheets, ["0.00"]))
    assert said(intake) == []
    results = intake.sheets["results"].ids
    assert results["HR1"].text("ci_high") == "0.80"
    assert said(intake, "note") == [(f"{RESULTS}, column ci_high (K)", "digits-of-format")]
    assert said(intake, "warning") == [
        (f"{RESULTS}, column value (I)", "formula-value-used"),
        (f"{RESULTS}, row 3, column value (I3)", "zeros-lost"),
    ]
    lost = next(f for f in intake.findings if f.code == "zeros-lost")
    assert "11 is printed as 11.0" in lost.message


def test_one_row_is_a_row_and_two_are_rows(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    put(sheets, "results", "PCT1", "value", " ><f>100*8/17</f><v>47.1</v>")
    (one,) = [f for f in read_intake(workbook(sheets)).findings if f.code == "formula-value-used"]
    assert one.message.endswith(" (row 4)")
    put(sheets, "results", "HR1", "value", " ><f>0.31*2</f><v>0.62</v>")
    (two,) = [f for f in read_intake(workbook(sheets)).findings if f.code == "formula-value-used"]
    assert two.message.endswith(" (rows 2, 4)")


def test_times_of_a_curve_name_rows_of_the_sheet(
    workbook: Callable[..., Path], folder: EvidenceFolder
) -> None:
    tables = folder.with_curves().tables
    tables["curves"][3]["time"] = "5"
    sheets = {
        name: [folder.columns(name), *([row.get(c, "") for c in folder.columns(name)] for row in rows)]
        for name, rows in tables.items()
    }
    (found,) = [f for f in check_intake(read_intake(workbook(sheets))) if f.code == "time-not-increasing"]
    assert found.where.startswith("extraction.xlsx, sheet curves, row 5")
    assert "5 comes after 6 of row 4" in found.message


def test_merged_cells_are_refused(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    after = '<mergeCells><mergeCell ref="B2:B4"/><mergeCell ref="Z900:AB950"/></mergeCells>'
    found = read_intake(workbook({"results": sheets["results"]}, after=after))
    merged = [f for f in check_intake(found) if f.code == "merged-cells"]
    assert [f.where for f in merged] == [f"{RESULTS}, row 2, column study_id (B2)"]
    assert "B2:B4" in merged[0].message


def test_hidden_things_are_read_and_named(
    sheets: Sheets, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    intake = read_intake(workbook(sheets, before='<cols><col min="3" max="3" hidden="1"/></cols>'))
    hidden = [f for f in check_intake(intake) if f.code == "hidden-columns"]
    assert len(hidden) == 6
    assert [f.severity for f in hidden] == ["warning"] * 6
    assert "cohort_id" in hidden[4].message
    assert len(intake.sheets["results"].rows) == 11


def test_other_sheets_are_named_and_near_names_are_errors(
    sheets: Sheets, workbook: Callable[..., Path]
) -> None:
    sheets["my notes"] = [["remember"]]
    assert said(read_intake(workbook(sheets)), "note") == [("extraction.xlsx", "sheet-unknown")]
    sheets["Reslts"] = sheets.pop("results")
    codes = [code for _, code in said(read_intake(workbook(sheets)))]
    assert codes == ["sheet-unknown", "table-missing"]
    sheets[" RESULTS "] = sheets.pop("Reslts")
    sheets["ongoing_trials"] = sheets.pop("ongoing")
    assert said(read_intake(workbook(sheets))) == []
    sheets["results"] = sheets[" RESULTS "]
    assert ("extraction.xlsx", "sheet-twice") in said(read_intake(workbook(sheets)))


def test_text_beside_the_table_is_not_dropped(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    sheets["results"][3].extend(["", "see my mail"])
    found = [f for f in check_intake(read_intake(workbook(sheets))) if f.severity == "error"]
    assert [f.code for f in found] == ["cell-outside-table"]
    assert "cell AG4" in found[0].message


def test_headers(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    header = sheets["results"][0]
    header[header.index("ci_low")] = "CI low"
    header[header.index("events")] = "n"
    codes = {code for _, code in said(read_intake(workbook(sheets)))}
    assert {"missing-column", "unknown-column", "duplicate-column"} <= codes


def test_ids_are_kept_as_they_look(sheets: Sheets, workbook: Callable[..., Path]) -> None:
    sheets["sources"][1][0] = number("2015")
    for row in sheets["results"][1:]:
        if row[17] == "alder-report":
            row[17] = text(" 2015 ")
    sheets["ongoing"][1][7] = "2015"
    assert said(read_intake(workbook(sheets))) == []


def test_a_part_of_the_tables_stands_beside_the_folder(
    sheets: Sheets, workbook: Callable[..., Path], folder: EvidenceFolder
) -> None:
    alone = read_intake(workbook({"results": sheets["results"]}))
    assert {code for _, code in said(alone)} == {"table-missing"}
    assert check_intake(alone, read_intake(folder.write())) == ()


def test_other_files_are_refused(tmp_path: Path) -> None:
    for name in ("a.xls", "a.ods", "a.xlsb", "a"):
        with pytest.raises(OptionError, match="save other spreadsheets as"):
            read_intake(tmp_path / name)
    with pytest.raises(OptionError, match="--table"):
        read_intake(tmp_path / "mine.csv")
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_intake(tmp_path / "nowhere.xlsx")
