"""What differs between two sets of tables, against a plain comparison of every row as a dictionary."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence

import pytest

from metasyn.evidence import table_changes
from metasyn.evidence.columns import TABLES
from metasyn.evidence.table_changes import CellEdit, RowEdit, row_edits

PREFIXES = {
    "sources.csv": "source:",
    "studies.csv": "study:",
    "cohorts.csv": "cohort:",
    "outcomes.csv": "outcome:",
    "results.csv": "",
    "ongoing_trials.csv": "ongoing:",
}
HEADER = ["outcome", "label", "kind", "better"]
ROWS = [["OS", "survival", "time-to-event", "lower"], ["PFS", "progression", "time-to-event", ""]]


def table(rows: Sequence[Sequence[str]], end: str = "\n", **style: int) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, **style).writerows(rows)
    return out.getvalue().encode()


def edits(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], file: str = "outcomes.csv"):
    return row_edits({file: table(old)}, {file: table(new)})


def plainly(old: dict[str, bytes], new: dict[str, bytes]) -> set[tuple[str, str, frozenset]]:
    """Every row of every table as a dictionary without empty cells, compared by its id."""

    def rows(content: bytes, key: str) -> dict[str, dict[str, str]]:
        read = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        cells = [{k.strip(): v.strip() for k, v in row.items() if v.strip()} for row in read]
        return {row[key]: row for row in cells if row}

    found = set()
    for file, prefix in PREFIXES.items():
        key = next(t.key for t in TABLES.values() if t.file == file)
        before, after = rows(old.get(file, b""), key), rows(new.get(file, b""), key)
        for name in before.keys() | after.keys():
            a, b = before.get(name, {}), after.get(name, {})
            cells = frozenset((c, a.get(c, ""), b.get(c, "")) for c in a | b if a.get(c) != b.get(c))
            if cells:
                kind = "added" if not a else "removed" if not b else "corrected"
                found.add((prefix + name, kind, cells))
    return found


def told(found: Sequence[RowEdit]) -> set[tuple[str, str, frozenset]]:
    keys = [edit.key for edit in found]
    assert len(keys) == len(set(keys))
    return {(e.key, e.kind, frozenset((cell.column, cell.old, cell.new) for cell in e.cells)) for e in found}


def test_a_corrected_cell_a_new_row_and_one_that_is_gone():
    new = [HEADER, ["OS", "overall survival", "time-to-event", "lower"], ["ORR", "response", "binary", ""]]
    assert edits([HEADER, *ROWS], new) == (
        RowEdit(
            key="outcome:OS",
            kind="corrected",
            cells=(CellEdit(column="label", old="survival", new="overall survival"),),
        ),
        RowEdit(
            key="outcome:ORR",
            kind="added",
            cells=(
                CellEdit(column="outcome", old="", new="ORR"),
                CellEdit(column="label", old="", new="response"),
                CellEdit(column="kind", old="", new="binary"),
            ),
        ),
        RowEdit(
            key="outcome:PFS",
            kind="removed",
            cells=(
                CellEdit(column="outcome", old="PFS", new=""),
                CellEdit(column="label", old="progression", new=""),
                CellEdit(column="kind", old="time-to-event", new=""),
            ),
        ),
    )


SAME = {
    "rows in another order": [HEADER, *ROWS[::-1]],
    "columns in another order": [row[::-1] for row in [HEADER, *ROWS]],
    "spaces around cells": [HEADER, [f" {cell} " for cell in ROWS[0]], ROWS[1]],
    "an empty column": [[*HEADER, "description"], *([*row, ""] for row in ROWS)],
    "blank rows": [HEADER, ROWS[0], ["", "", "", ""], ROWS[1], []],
}


@pytest.mark.parametrize("what", SAME)
def test_what_is_no_edit(what):
    assert edits([HEADER, *ROWS], SAME[what]) == ()
    assert edits(SAME[what], [HEADER, *ROWS]) == ()


PLAIN = [HEADER, *ROWS]
WRITTEN = {
    "windows": table(PLAIN, "\r\n"),
    "old mac": table(PLAIN, "\r"),
    "quoted": table(PLAIN, quoting=csv.QUOTE_ALL),
    "byte order mark": b"\xef\xbb\xbf" + table(PLAIN),
    "no last line end": table(PLAIN).rstrip(b"\n"),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_another_way_of_writing_the_same(written):
    plain = {"outcomes.csv": table([HEADER, *ROWS])}
    assert row_edits(plain, {"outcomes.csv": written}) == ()
    assert row_edits({"outcomes.csv": written}, plain) == ()


def test_a_column_that_comes_or_goes_with_its_cells():
    wider = [[*HEADER, "description"], [*ROWS[0], "from randomisation"], [*ROWS[1], ""]]
    (edit,) = edits([HEADER, *ROWS], wider)
    assert edit.cells == (CellEdit(column="description", old="", new="from randomisation"),)
    (edit,) = edits(wider, [HEADER, *ROWS])
    assert edit.cells == (CellEdit(column="description", old="from randomisation", new=""),)


def test_a_table_that_was_not_there():
    ongoing = table([["registry_id", "title"], ["X1", "trial"]])
    (edit,) = row_edits({}, {"ongoing_trials.csv": ongoing, "remarks.csv": b"a,b\n1,2\n"})
    assert (edit.key, edit.kind) == ("ongoing:X1", "added")


def test_a_curve_counts_as_one_row():
    old = {
        "curves.csv": table([["result_id", "time", "survival"], ["K1", "0", "1"], ["K1", "3", "0.8"]]),
        "at_risk.csv": table([["result_id", "time", "at_risk"], ["K1", "0", "40"], ["K2", "0", "30"]]),
    }
    lower = {**old, "curves.csv": old["curves.csv"].replace(b"0.8", b"0.7")}
    assert row_edits(old, lower) == (RowEdit(key="curve:K1", kind="corrected"),)
    fewer = {**old, "at_risk.csv": old["at_risk.csv"].replace(b"K2,0,30\n", b"")}
    assert row_edits(old, fewer) == (RowEdit(key="curve:K2", kind="removed"),)
    assert row_edits(fewer, old) == (RowEdit(key="curve:K2", kind="added"),)
    other = table([["survival", "time", "result_id"], ["1", "0", "K1"], ["0.8", "3", "K1"]])
    assert row_edits(old, {**old, "curves.csv": other}) == ()


def random_table(rng: random.Random) -> list[list[str]]:
    words = ["", "a", "b, c", 'five " wide', "two\nlines", " a ", "é", 'x"', "1.50"]
    header = ["outcome", "label", "note", "kind"]
    return [header, *([f"R{i}", *(rng.choice(words) for _ in header[1:])] for i in range(rng.randrange(12)))]


@pytest.mark.parametrize("seed", range(60))
def test_against_a_plain_comparison(seed, monkeypatch):
    rng = random.Random(seed)
    old = random_table(rng)
    new = [list(row) for row in old]
    for row in new[1:]:
        if rng.random() < 0.3:
            row[rng.randrange(1, 4)] = rng.choice(["new", "", "b, c", "two\nlines"])
    new[1:] = [row for row in new[1:] if rng.random() > 0.15] + [["N1", "a", "", ""]] * rng.randrange(2)
    if rng.random() < 0.3:
        new[1:] = rng.sample(new[1:], len(new) - 1)
    before = {"outcomes.csv": table(old, rng.choice(["\n", "\r\n"]))}
    after = {"outcomes.csv": table(new, rng.choice(["\n", "\r\n"]))}
    found = row_edits(before, after)
    assert told(found) == plainly(before, after)
    monkeypatch.setattr(table_changes, "_differing_lines", lambda *_: None)
    assert row_edits(before, after) == found


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_refused(seed):
    """Tables may be anything while somebody types."""
    rng = random.Random(seed)
    good = table([HEADER, *ROWS])
    bad = bytearray(good)
    for _ in range(rng.randrange(1, 6)):
        bad[rng.randrange(len(bad))] = rng.choice(b'",\n\r\x00\xff;a')
    for file in ("outcomes.csv", "curves.csv"):
        row_edits({file: good}, {file: bytes(bad)})
        row_edits({file: bytes(bad)}, {file: good})
    assert row_edits({"outcomes.csv": bytes(bad)}, {"outcomes.csv": bytes(bad)}) == ()


def test_an_id_that_stands_twice_is_told():
    (edit,) = edits([HEADER, *ROWS], [HEADER, *ROWS, ["OS", "another", "binary", ""]])
    assert (edit.key, edit.kind) in {("outcome:OS", "added"), ("outcome:OS #2", "added")}
