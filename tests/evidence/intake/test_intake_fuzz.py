"""Whatever is handed in, reading ends with tables or with an error that a person can read."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest
from evidence_books import MAIN, packed, parts_of, sheet_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metasyn.errors import MetasynError
from metasyn.evidence.columns import TABLES
from metasyn.evidence.intake import check_intake, compare_extractions, read_intake, read_mapping
from metasyn.values import Finding

FUZZ = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SHEETS = {
    name: sheet_xml(
        [
            [column.name for column in table.columns],
            [f"{name}1" if column is table.columns[0] else "x" for column in table.columns],
            [' t="s"><v>0</v>' if column.required else ' s="1"><v>0.6</v>' for column in table.columns],
        ],
        after='<mergeCells><mergeCell ref="B2:C3"/></mergeCells>',
        before='<cols><col min="1" max="2" hidden="1"/></cols>',
    )
    for name, table in TABLES.items()
}
PARTS = parts_of(SHEETS, ["0.00"], shared="<si><t>text</t></si>")
WHOLE = packed(PARTS, zipfile.ZIP_STORED)
BITS = [
    "<", ">", "/>", "</c>", "<c>", "<v>", "</v>", "</row>", '<row r="9">', '<c r="ZZZ1">', "<rPh>", "</t>",
    '<c t="s"><v>9</v></c>', "<f>1+1</f>", "&amp;", "&a;", "&#0;", "&#x10FFFF;", "<!DOCTYPE a []>",
    "<![CDATA[", "]]>", "<?xml?>", "\0", "\ud7ff", 'r="', '"', 's="99999999"', "t='d'", "<v>1e999</v>",
    "<v>nan</v>", "-", "99999999999", "İ", "_x0000_", "</worksheet>", "<is><t>", "\u2028",
    '<mergeCell ref="A1:XFD1048576"/>', '<col min="1" max="16384" hidden="1"/>', 'Target="../../x"',
    'TargetMode="External"', '<sheet name="results" r:id="rId1"/>',
]  # fmt: skip
PIECE = st.sampled_from(BITS) | st.text(max_size=6)


def read(path: Path) -> None:
    """Read, check and compare; nothing but our own errors, each with its place, and no file written."""
    before = sorted(path.parent.rglob("*"))
    told = "read"
    try:
        intake = read_intake(path, table="results" if path.suffix == ".csv" else "")
        found = check_intake(intake)
        compare_extractions(intake, intake)
    except MetasynError as error:
        found, told = getattr(error, "findings", ()), str(error)
    assert 0 < len(told) < 200_000
    assert all(isinstance(f, Finding) and f.code and f.message and f.where for f in found)
    assert sorted(path.parent.rglob("*")) == before


def test_the_untouched_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(WHOLE)
    intake = read_intake(path)
    assert list(intake.tables) == list(TABLES)
    assert {f.code for f in intake.findings} == {"hidden-columns", "digits-of-format"}


@FUZZ
@given(start=st.integers(0, len(WHOLE)), length=st.integers(0, 60), data=st.binary(max_size=40))
def test_corrupted_bytes_of_the_file(tmp_path: Path, start: int, length: int, data: bytes) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(WHOLE[:start] + data + WHOLE[start + length :])
    read(path)


@FUZZ
@given(
    part=st.sampled_from(sorted(PARTS)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECE), min_size=1, max_size=4),
)
def test_corrupted_xml_in_a_sound_file(
    tmp_path: Path, part: str, edits: list[tuple[float, int, str]]
) -> None:
    content = PARTS[part]
    for place, length, piece in edits:
        start = int(place * len(content))
        content = content[:start] + piece + content[start + length :]
    path = tmp_path / "b.xlsx"
    path.write_bytes(packed({**PARTS, part: content.encode("utf-8", "replace")}))
    read(path)


@FUZZ
@given(
    cells=st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(0, 25), st.sampled_from(["n", "s", "str", "b", "e", "d"]), PIECE
        ),
        min_size=1,
        max_size=8,
    )
)
def test_odd_cells(tmp_path: Path, cells: list[tuple[int, int, str, str]]) -> None:
    from xml.sax.saxutils import escape

    header = [column.name for column in TABLES["results"].columns]
    rows = [header, *([""] * len(header) for _ in range(5))]
    for row, column, kind, piece in cells:
        legal = "".join(c for c in piece if c.isprintable())
        rows[row][column] = f' t="{kind}" s="1"><v>{escape(legal)}</v>'
    path = tmp_path / "b.xlsx"
    path.write_bytes(packed(parts_of({"results": sheet_xml(rows)}, ["d/m/yy"])))
    read(path)


@FUZZ
@given(data=st.binary(max_size=60) | st.lists(PIECE | st.sampled_from([",", "\n", '"', "\r"])).map(
    lambda bits: "".join(bits).encode("utf-8", "replace")
))  # fmt: skip
def test_any_bytes_as_csv_or_mapping(tmp_path: Path, data: bytes) -> None:
    header = ",".join(column.name for column in TABLES["results"].columns).encode()
    for head in (b"", header + b"\n"):
        path = tmp_path / "b.csv"
        path.write_bytes(head + data)
        read(path)
    told = "read"
    try:
        read_mapping(path)
    except MetasynError as error:
        told = str(error)
    assert told


@pytest.mark.parametrize("fill", [b"\xff" * 300, b"PK\x03\x04" + b"\0" * 300, b"PK\x05\x06" + b"\0" * 18])
def test_heads_without_bodies(tmp_path: Path, fill: bytes) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(fill)
    read(path)


def steps(path: Path) -> int:
    """How many functions are called to read a file: what takes long, on any machine, takes many."""
    count = 0

    def counting(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        read(path)
    finally:
        sys.setprofile(None)
    return count


def test_large_sheets_take_few_steps(tmp_path: Path) -> None:
    """Many elements, many entries and the far corner: each ends at a limit, or costs what it holds."""
    path = tmp_path / "b.xlsx"
    far = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    rows = f'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>{far}</sheetData>'
    corner = f'<worksheet xmlns="{MAIN}">{rows}</worksheet>'
    path.write_bytes(packed(parts_of({"results": corner})))
    assert steps(path) < 4 * 1_048_576  # a few for each row that Excel has
    path.write_bytes(packed({**PARTS, **{f"x{i}": "" for i in range(2_500)}}))
    assert steps(path) < 300_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content + " " * 500_000 if name.endswith("sheet1.xml") else content)
    path.write_bytes(out.getvalue())
    assert steps(path) < 300_000
