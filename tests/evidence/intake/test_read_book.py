"""Reading workbook files: what Excel writes, what others write, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from evidence_books import (
    LINKS,
    MAIN,
    number,
    packed,
    parts_of,
    sheet_xml,
)

from metasyn.errors import EvidenceError
from metasyn.evidence.excel import RawCell, limits, read_book


def book_of(xml: str, **more: object):
    return read_book(packed(parts_of({"s": xml}, **more)), "b.xlsx")


def refused(data: bytes) -> str:
    with pytest.raises(EvidenceError) as caught:
        read_book(data, "b.xlsx")
    (finding,) = caught.value.findings
    assert finding.where.startswith("b.xlsx")
    return finding.code


def test_cells_of_every_type() -> None:
    shared = "<si><t>plain</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>aside</t></rPh></si>"
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><t>in</t></is></c>'
        '<c r="D1" t="str"><f>A1&amp;"x"</f><v>calc</v></c><c r="E1" t="b"><v>1</v></c>'
        '<c r="F1" t="e"><v>#N/A</v></c><c r="G1" s="1"><v>0.6</v></c><c r="H1"><f>1/0</f></c><c r="I1"/>'
        '<c r="J1" t="d"><v>2017-03-04T00:00:00</v></c>'
    )
    xml = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'
    (sheet,) = book_of(xml, shared=shared, formats=["0.00"]).sheets
    assert sheet.rows[1] == {
        1: RawCell("text", "plain"),
        2: RawCell("text", "rich"),
        3: RawCell("text", "in"),
        4: RawCell("text", "calc", formula=True),
        5: RawCell("logical", "1"),
        6: RawCell("error", "#N/A"),
        7: RawCell("number", "0.6", "0.00"),
        8: RawCell("number", "", formula=True),
        10: RawCell("date", "2017-03-04T00:00:00"),
    }


def test_rows_and_cells_without_addresses_follow_each_other() -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>1</v></c><c><v>2</v></c></row>'
        '<row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row>'
        "<row><c><v>5</v></c></row></sheetData></worksheet>"
    )
    (sheet,) = book_of(xml).sheets
    found = {(row, column): cell.text for row, cells in sheet.rows.items() for column, cell in cells.items()}
    assert found == {(1, 1): "1", (1, 2): "2", (5, 3): "3", (5, 4): "4", (6, 1): "5"}


def test_escaped_letters_and_line_breaks() -> None:
    (sheet,) = book_of(sheet_xml([["a_x000D__x000A_b", "_x005F_x0041_"]])).sheets
    assert [cell.text for cell in sheet.rows[1].values()] == ["a\nb", "_x0041_"]


def test_hidden_and_merged_parts_are_kept() -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="3" hidden="1"/></cols><sheetData>'
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    (sheet,) = book_of(xml).sheets
    assert sheet.hidden_rows == (1,)
    assert sheet.hidden_columns == ((2, 3),)
    assert sheet.merged == ((1, 1, 1_048_576, 16_384),)


def test_agrees_with_openpyxl() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    page = book.active
    page.append(["a", 0.62, 41, True, "x  y ", "é ≤ 😀", None, "line\nbreak"])
    page["C9"] = 0.1 + 0.2
    page["C9"].number_format = "0.000"
    book.create_sheet("two").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    ours = read_book(out.getvalue(), "b.xlsx")
    assert [(sheet.name, sheet.hidden) for sheet in ours.sheets] == [("Sheet", False), ("two", True)]
    rows = ours.sheets[0].rows
    for row, cells in enumerate(page.iter_rows(values_only=True), start=1):
        for column, value in enumerate(cells, start=1):
            cell = rows.get(row, {}).get(column)
            if value is None:
                assert cell is None
            elif isinstance(value, bool):
                assert cell is not None
                assert (cell.kind, cell.text) == ("logical", "1")
            elif isinstance(value, str):
                assert cell == RawCell("text", value)
            else:
                assert cell is not None
                assert float(cell.text) == pytest.approx(value, rel=1e-14)
    assert rows[9][3].format == "0.000"


def test_what_is_not_a_workbook() -> None:
    assert refused(b"") == "not-xlsx"
    assert refused(b"study,n\nA,1\n") == "not-xlsx"
    assert refused(b"\xd0\xcf\x11\xe0" + b"\0" * 600) == "not-xlsx"
    assert refused(packed({"word/document.xml": "<a/>"})) == "not-xlsx"


BOMB = (
    '<!DOCTYPE z [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    "part",
    ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels"],
)
@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        '<!DOCTYPE z SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE z [<!ENTITY % p SYSTEM "http://x/y"> %p;]>',
    ],
)
def test_document_types_are_refused_in_every_part(part: str, head: str) -> None:
    parts = parts_of({"s": sheet_xml([["a"]])})
    assert part in parts
    parts[part] = head + parts[part]
    assert refused(packed(parts)) == "workbook-entities"


def test_swelling_parts_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = parts_of({"s": sheet_xml([["a"]])})
    parts["xl/worksheets/sheet1.xml"] += " " * 20_000_000
    data = packed(parts)
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *_: pytest.fail("unpacked"))
    assert len(data) < 100_000
    assert refused(data) == "workbook-too-large"


def test_a_part_that_is_larger_than_it_says() -> None:
    data = packed(parts_of({"s": sheet_xml([["a" * 5_000]])}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(size.to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert lying != data
    assert refused(lying) == "workbook-damaged"


@pytest.mark.parametrize(
    ("limit", "small", "code"),
    [
        ("metasyn.evidence.excel.package.MAX_FILE_BYTES", 100, "workbook-too-large"),
        ("metasyn.evidence.excel.package.MAX_PARTS", 3, "workbook-too-large"),
        ("metasyn.evidence.excel.package.MAX_PART_BYTES", 100, "workbook-too-large"),
        ("metasyn.evidence.excel.package.MAX_TOTAL_BYTES", 500, "workbook-too-large"),
        ("metasyn.evidence.excel.package.MAX_ELEMENTS", 3, "workbook-too-large"),
        ("metasyn.evidence.excel.parts.MAX_SHEETS", 0, "workbook-too-large"),
        ("metasyn.evidence.excel.read.MAX_CELLS", 1, "workbook-too-large"),
        ("metasyn.evidence.excel.read.MAX_CELL_TEXT", 2, "workbook-too-large"),
    ],
)
def test_every_limit_holds(monkeypatch: pytest.MonkeyPatch, limit: str, small: int, code: str) -> None:
    data = packed(parts_of({"s": sheet_xml([["abc", "def"]])}))
    assert read_book(data, "b.xlsx").sheets[0].rows
    monkeypatch.setattr(limit, small)
    assert refused(data) == code


@pytest.mark.parametrize(
    "name", ["../../outside.xml", "xl/../../outside.xml", "C:/x.xml", "a\\..\\b.xml", "//host/x.xml"]
)
def test_parts_outside_the_file_are_refused(name: str) -> None:
    assert refused(packed({**parts_of({"s": sheet_xml([["a"]])}), name: "x"})) == "workbook-path"


def test_relations_that_lead_out_are_refused() -> None:
    parts = parts_of({"s": sheet_xml([["a"]])})
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace("worksheets/sheet1.xml", "../../../etc/passwd")
    assert refused(packed(parts)) == "workbook-path"


def test_external_links_and_macros_are_noticed_and_never_read() -> None:
    parts = parts_of({"s": sheet_xml([["a"]])})
    rels = "xl/_rels/workbook.xml.rels"
    link = f'<Relationship Id="x" Type="{LINKS}/styles" Target="http://x/y" TargetMode="External"/>'
    parts[rels] = parts[rels].replace("</Relationships>", f"{link}</Relationships>")
    extra = {"xl/externalLinks/externalLink1.xml": "not xml", "xl/vbaProject.bin": "\0"}
    book = read_book(packed({**parts, **extra}), "b.xlsm")
    assert (book.macros, book.links) == (True, True)
    assert book.sheets[0].rows[1][1].text == "a"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice() -> None:
    out = io.BytesIO(packed(parts_of({"s": sheet_xml([["a"]])})))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml([["b"]]))
    assert refused(out.getvalue()) == "workbook-damaged"


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="0"/>',
        '<row r="1048577"/>',
        '<row r="x"/>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        '<row r="1"><c r="A1" t="zz"><v>0</v></c></row>',
        "<row><c><v>1</c></row>",
        "<row>" + "<a>" * 200 + "</a>" * 200 + "</row>",
    ],
)
def test_damaged_sheets(row: str) -> None:
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    assert refused(packed(parts_of({"s": xml}))) == "workbook-damaged"


def test_the_far_corner_costs_nothing() -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">'
        f'<c r="XFD1048576"{number("1")}</c></row></sheetData></worksheet>'
    )
    (sheet,) = book_of(xml).sheets
    assert list(sheet.rows) == [limits.MAX_ROW]
    assert list(sheet.rows[limits.MAX_ROW]) == [limits.MAX_COLUMN]
