"""What differs between a report and what it would be: which files are asked for, and the first difference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metasyn.workspace.building.differences import folder_differences, same_but_for_a_last_digit

REPORT = {
    "report.html": b"<p>0.62</p>\n",
    "report.pdf": b"%PDF \xff",
    "results.json": json.dumps({"syntheses": [{"id": "os-hr", "estimate": 0.62, "rows": [1, 2]}]}).encode(),
    "tables/a.csv": b"study,effect\nA,0.62\nB,0.71\n",
    "figures/a.png": b"\x89PNG",
}


def put(folder: Path, **changed: bytes | None) -> Path:
    """The report on the disk, with some files otherwise; None leaves one out."""
    for name, content in {**REPORT, **changed}.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def words(folder: Path) -> list[tuple[str, str]]:
    return [(one.file, one.words) for one in folder_differences(folder, REPORT)]


def results(**changed: object) -> bytes:
    return json.dumps({"syntheses": [{"id": "os-hr", "estimate": 0.62, "rows": [1, 2], **changed}]}).encode()


def test_the_same(tmp_path):
    assert words(put(tmp_path)) == []


def test_kinds_that_are_not_there_are_not_asked_for(tmp_path):
    assert words(put(tmp_path, **{"report.pdf": None, "figures/a.png": None, "tables/a.csv": None})) == []


def test_page_and_results_are_always_asked_for(tmp_path):
    folder = put(tmp_path, **{"report.html": None, "results.json": None})
    assert words(folder) == [("results.json", "is missing"), ("report.html", "is missing")]


def test_a_file_that_is_missing_among_its_kind_and_one_too_many(tmp_path):
    folder = put(tmp_path, **{"tables/a.csv": None, "tables/b.csv": b"x", ".manifest.json": b"{}"})
    assert words(folder) == [
        ("tables/a.csv", "is missing"),
        ("tables/b.csv", "is not part of the report (any more)"),
    ]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (results(estimate=0.61), "syntheses[os-hr].estimate: 0.61 → 0.62"),
        (results(estimate=None), "syntheses[os-hr].estimate: null → 0.62"),
        (results(rows=[1, 3]), "syntheses[os-hr].rows[2]: 3 → 2"),
        (results(rows=[1]), "syntheses[os-hr].rows: 1 entry → 2 entries"),
        (results(rows={}), "syntheses[os-hr].rows: {} → [1, 2]"),
        (results(note="x" * 80), f'syntheses[os-hr].note: "{"x" * 58}… → (nothing)'),
        (b"{}", 'syntheses: (nothing) → [{"id": "os-hr", "estimate": 0.62, "rows": [1, 2]}]'),
        (b"[", 'line 1: [ → {"syntheses": [{"id": "os-hr", "estimate": 0.62, "rows": [1…'),
    ],
)
def test_results_by_the_first_value(tmp_path, before, told):
    assert words(put(tmp_path, **{"results.json": before})) == [("results.json", told)]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (b"study,effect\nA,0.62\nB,0.70\n", "row 2, column effect: 0.70 → 0.71"),
        (b"study,effect\nA,\nB,0.71\n", "row 1, column effect: (empty) → 0.62"),
        (b"study,effect\nA,0.62\n", "1 row → 2 rows"),
        (b"study,other\nA,0.62\nB,0.71\n", "line 1: study,other → study,effect"),
        (b"study,effect\r\nA,0.62\r\nB,0.71\r\n", "line ends"),
        (b"\xff", "is not the same"),
    ],
)
def test_tables_by_the_first_cell(tmp_path, before, told):
    assert words(put(tmp_path, **{"tables/a.csv": before})) == [("tables/a.csv", told)]


def test_other_texts_by_the_first_line(tmp_path):
    folder = put(tmp_path, **{"report.html": b"<p>0.60</p>\n", "report.pdf": b"%PDF \xfe"})
    assert words(folder) == [
        ("report.html", "line 1: <p>0.60</p> → <p>0.62</p>"),
        ("report.pdf", "is not the same"),
    ]


def test_the_last_of_twelve_digits_does_not_count(tmp_path):
    exact = {"results.json": b'{"a": 0.123456789012}', "report.html": b""}
    folder = put(tmp_path, **{"results.json": b'{"a": 0.123456789013}', "report.html": b""})
    (one,) = [one for one in folder_differences(folder, exact) if one.file == "results.json"]
    assert (one.words, one.counts) == ("equal but for the last of 12 digits", False)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (b"0.123456789012", b"0.123456789013", True),
        (b"1.23456789012e-300", b"1.23456789013e-300", True),
        (b"0.12345678901", b"0.12345678903", False),
        (b"0", b"0.0", True),
        (b"0", b"1e-30", False),
        (b"a 1", b"a 1 ", False),
        (b"1\r\n", b"1\n", False),
        (b"-1", b"1", False),
        (b"1e999", b"1e999", True),
        (b"\xff", b"\xff", True),
        (b"\xff", b"\xfe", False),
    ],
)
def test_what_counts_as_a_last_digit(before, after, same):
    assert same_but_for_a_last_digit(before, after) is same


def test_results_that_say_the_same_of_other_rows(tmp_path):
    """Their digest is named last, in words: where a number differs, that is told."""
    now = json.loads(REPORT["results.json"])
    files = {"results.json": json.dumps({**now, "built_from": "a" * 64}).encode()}
    (tmp_path / "report").mkdir()
    for estimate, told in (
        (0.62, "says the same, but was built from other rows or options"),
        (0.60, "syntheses[os-hr].estimate: 0.6 → 0.62"),
    ):
        old = json.loads(results(estimate=estimate))
        (tmp_path / "report" / "results.json").write_text(json.dumps({**old, "built_from": "b" * 64}))
        (one,) = folder_differences(tmp_path / "report", files)
        assert one.words == told
