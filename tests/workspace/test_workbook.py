"""The workbook to be filled in: what Excel would find in it, read by openpyxl and by ourselves."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError, WorkspaceError
from metasyn.evidence.columns import TABLES
from metasyn.evidence.intake import check_intake, read_intake
from metasyn.workspace.extraction.export import valid_tables, write_template
from metasyn.workspace.extraction.intake import sheet_csv
from metasyn.workspace.extraction.workbook import workbook_bytes

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def empty():
    """The empty workbook, as openpyxl reads it."""
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes()))


def choices(page, name: str) -> object:
    """The drop-down of a column."""
    place = [cell.value for cell in page[1]].index(name) + 1
    found = [v for v in page.data_validations.dataValidation if page.cell(2, place).coordinate in v.sqref]
    return found[0] if found else None


def test_a_sheet_for_every_table_with_its_columns(empty) -> None:
    assert empty.sheetnames == ["read me", *TABLES, "lists"]
    assert empty["lists"].sheet_state == "hidden"
    for name, table in TABLES.items():
        page = empty[name]
        assert [cell.value for cell in page[1]] == [column.name for column in table.columns]
        assert page.freeze_panes == "B2"
        for cell, column in zip(page[1], table.columns, strict=True):
            assert column.meaning[1:] in cell.comment.text
            assert ("Must be filled in." in cell.comment.text) == column.required
            assert page.column_dimensions[cell.column_letter].number_format == "@"


def test_drop_downs_hold_the_words_of_the_dictionary(empty) -> None:
    seen = 0
    for name, table in TABLES.items():
        for column in table.columns:
            choice = choices(empty[name], column.name)
            if column.kind.content.startswith("one of: "):
                block = re.fullmatch(r"lists!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", choice.formula1)
                words = [
                    empty["lists"][f"{block[1]}{line}"].value
                    for line in range(int(block[2]), int(block[3]) + 1)
                ]
                assert "one of: " + ", ".join(words) == column.kind.content
                assert choice.errorStyle in (None, "stop")
                seen += 1
            elif column.refers and column.name != "derived_from":
                assert choice.formula1.startswith(f"OFFSET({column.refers}!$A$2,0,0,")
                assert choice.errorStyle == "warning"
                seen += 1
            else:
                assert choice is None
    assert seen >= 15


def test_the_first_sheet_explains_every_column(empty) -> None:
    rows = {(row[0], row[1]): row for row in empty["read me"].iter_rows(values_only=True)}
    for name, table in TABLES.items():
        for column in table.columns:
            assert rows[name, column.name][4] == column.meaning


def test_the_first_sheet_names_the_further_columns_that_the_audit_reads(empty) -> None:
    rows = {(row[0], row[1]) for row in empty["read me"].iter_rows(values_only=True)}
    further = {("cohorts", "partition")}
    further |= {("studies", name) for name in ("stage1_n", "stage1_needed", "centre", "authors", "reference")}
    assert further <= rows
    known = {(name, column.name) for name, table in TABLES.items() for column in table.columns}
    assert not further & known
    assert TABLES["cohorts"].further_columns
    assert TABLES["studies"].further_columns


def test_the_same_bytes_every_time_and_no_moment_of_writing() -> None:
    data = workbook_bytes()
    assert data == workbook_bytes()
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.properties.modified == book.properties.created == datetime(2000, 1, 1)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_rows_come_back_byte_for_byte(tiny_project: Path, tmp_path: Path) -> None:
    path = write_template(tmp_path / "t.xlsx", tiny_project / "data")
    intake = read_intake(path)
    assert check_intake(intake) == ()
    for name, table in TABLES.items():
        path = tiny_project / "data" / table.file
        if path.exists():
            assert sheet_csv(intake.sheets[name]) == path.read_bytes().decode()
        else:
            assert name in ("curves", "at_risk")
            assert intake.sheets[name].rows == ()


ODD = [
    "=1+1", "+1", "-1", "@A1", "'quoted", " =x", "0.60", "1E5", "TRUE", "#N/A", "2017-03-04", "3/4", "00012",
    "_x0041_", "a\nb", "a<b>&\"c\"", "é≤😀", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0",
]  # fmt: skip


def test_no_cell_is_anything_but_text(tiny_project: Path, tmp_path: Path) -> None:
    sheets = valid_tables(tiny_project / "data").sheets
    row = sheets["studies"].rows[0]
    from dataclasses import replace

    rows = tuple(replace(row, cells={**row.cells, "study_id": f"S{i}", "note": t}) for i, t in enumerate(ODD))
    data = workbook_bytes({"studies": replace(sheets["studies"], rows=rows)})
    page = openpyxl.load_workbook(io.BytesIO(data))["studies"]
    place = [cell.value for cell in page[1]].index("note")
    cells = [line[place] for line in page.iter_rows(min_row=2)]
    assert {cell.data_type for line in page.iter_rows() for cell in line if cell.value is not None} == {"s"}
    assert all(cell.number_format == "@" for cell in cells)
    risky = [text for text in ODD if text.strip()[0] in "=+-@"]
    assert [text for cell, text in zip(cells, ODD, strict=True) if cell.quotePrefix] == [
        *risky[:4],
        "'quoted",
        *risky[4:],
    ]
    (tmp_path / "t.xlsx").write_bytes(data)
    read = read_intake(tmp_path / "t.xlsx").sheets["studies"].rows
    assert [row.text("note") for row in read] == [text.strip() for text in ODD]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in b"".join(archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n)


def test_what_a_template_refuses(tiny_project: Path, tmp_path: Path) -> None:
    path = write_template(tmp_path / "t.xlsx")
    with pytest.raises(WorkspaceError, match="--replace"):
        write_template(path)
    assert write_template(path, replace=True) == path
    with pytest.raises(WorkspaceError, match="ends in"):
        write_template(tmp_path / "t.csv")
    results = tiny_project / "data" / "results.csv"
    results.write_text(results.read_text().replace("0.72", "1.92"))
    with pytest.raises(EvidenceError):
        write_template(tmp_path / "u.xlsx", tiny_project / "data")
    assert not (tmp_path / "u.xlsx").exists()


def test_without_openpyxl_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(WorkspaceError, match=r"metasyn-evidence\[excel\]"):
        workbook_bytes()
