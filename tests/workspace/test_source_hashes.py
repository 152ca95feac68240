"""Writing hashes into sources.csv leaves every other byte alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from metasyn.errors import WorkspaceError
from metasyn.workspace.extraction.source_hashes import record_hashes, with_hashes

HASH = "0123456789abcdef" * 4
TABLE = (
    '\ufeffsource_id,kind,"citation",address,sha256,note\r\n'
    'a,document,"Aa ""B"", Cc\r\nDd",a.pdf,,"x, y"\r\n'
    f"b ,document,Bb,b.pdf,{'f' * 64},\r\n"
    "\r\n"
    "c,page,Cc,,,last line without end"
)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_only_one_cell_changes(name: str) -> None:
    after = with_hashes(TABLE, {name: HASH})
    before_rows = list(csv.reader(TABLE.splitlines(keepends=True)))
    after_rows = list(csv.reader(after.splitlines(keepends=True)))
    for old, new in zip(before_rows, after_rows, strict=True):
        wanted = [HASH if old[0].strip() == name and i == 4 else cell for i, cell in enumerate(old)]
        assert new == wanted
    assert len(after) == len(TABLE) + (0 if name == "b" else 64)
    assert with_hashes(after, {name: "f" * 64 if name == "b" else ""}) == TABLE


def test_a_table_without_the_column_gets_it_before_the_remark() -> None:
    old = "source_id,address,note\na,a.pdf,x\nb,b.pdf,\n"
    assert with_hashes(old, {"b": HASH}) == f"source_id,address,sha256,note\na,a.pdf,,x\nb,b.pdf,{HASH},\n"
    assert with_hashes("source_id\na", {"a": HASH}) == f"source_id,sha256\na,{HASH}"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_quotes_are_those_that_the_reader_of_tables_knows(mark: str) -> None:
    text = f'{mark}"source_id",citation,sha256\na,a table of 6" by 4,\nb,"so ""quoted"", he said",\n'
    after = with_hashes(text, {"a": HASH, "b": HASH})
    rows = list(csv.reader(after.removeprefix("\ufeff").splitlines()))
    assert [row[2] for row in rows] == ["sha256", HASH, HASH]
    assert after.replace(HASH, "") == text


def test_a_row_with_too_few_cells_is_not_passed_over() -> None:
    with pytest.raises(WorkspaceError, match="no row a with a cell for each of its columns"):
        with_hashes("source_id,sha256,note\na,\nb,,\n", {"a": HASH})


@pytest.mark.parametrize("text", ["", "id,note\na,\n", "source_id,note\na,\n"])
def test_a_source_that_is_not_there_is_an_error(text: str) -> None:
    with pytest.raises(WorkspaceError, match=r"sources\.csv has no"):
        with_hashes(text, {"z": HASH})


def test_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_bytes(TABLE.encode())
    assert record_hashes(path, {"a": HASH})
    content, stamp = path.read_bytes(), path.stat().st_mtime_ns
    assert content == with_hashes(TABLE, {"a": HASH}).encode()
    assert not record_hashes(path, {"a": HASH})
    assert (path.stat().st_mtime_ns, list(tmp_path.iterdir())) == (stamp, [path])
