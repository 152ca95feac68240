"""Single rows of a table, against reading all of it."""

from __future__ import annotations

import csv
import io
import random

import pytest

from metasyn.evidence import changed_part
from metasyn.evidence.columns import TABLES
from metasyn.evidence.table_lines import TableLines, Tables, UnreadableLines, has_odd_quotes

OUTCOMES = TABLES["outcomes"]
IDS = ["R1", "R10", "R1-a", "1", "å", "two words", 'a "b" c', "x;y", "R1 "]


def written(rows: list[list[str]], end: str = "\n", **style: int) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, **style).writerows(rows)
    return out.getvalue().encode()


def random_rows(rng: random.Random, breaks: bool) -> list[list[str]]:
    words = [*IDS, "", " R1", "R1; R10", "R10;R1-a", "R1,R10", "5 (R1)", *(["two\nlines"] if breaks else [])]
    header = ["outcome", "label", "kind", "better"]
    rows = [[rng.choice(IDS), *(rng.choice(words) for _ in header[1:])] for _ in range(rng.randrange(1, 20))]
    return [
        header,
        *(rows if rng.random() < 0.5 else [row if rng.random() < 0.9 else [""] * 4 for row in rows]),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_rows_are_those_of_a_plain_reading(seed):
    rng = random.Random(seed)
    style = {"quoting": csv.QUOTE_ALL} if rng.random() < 0.3 else {}
    content = written(random_rows(rng, seed % 3 == 0), rng.choice(["\n", "\r\n"]), **style)
    if rng.random() < 0.5:
        content = b"\xef\xbb\xbf" + content.rstrip(b"\r\n")
    plain = [
        tuple(cell.strip() for cell in row)
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if any(cell.strip() for cell in row)
    ]
    header, rows = plain[0], plain[1:]
    lines = TableLines(OUTCOMES, content)
    assert lines.header == header
    assert lines.first() == (rows[0] if rows else ())
    for column in ("outcome", "label", "no such column"):
        at = header.index(column) if column in header else None
        for wanted in ({"R1"}, {"R1", "å"}, {'a "b" c'}, {""}, set(), {"x;y", "1"}):
            asked = {value for value in wanted if value}
            found = lines.find(column, wanted)
            assert [*found.values()] == [row for row in rows if at is not None and row[at] in asked]
            assert [*found] == sorted(found)
            named = lines.naming(column, wanted).values()
            expected = [
                row
                for row in rows
                if at is not None and asked & {name.strip() for name in row[at].split(";")}
            ]
            assert sorted(named) == sorted(expected)
    some = lines.find("outcome", {"R1"})
    assert [*lines.all().values()] == rows
    assert some.items() <= lines.all().items()
    assert [lines.id_at(place) for place in lines.places()] == [row[0] for row in rows]
    assert [*csv.reader(io.StringIO(lines.text(rows), newline=""))] == [[*header], *map(list, rows)]


def test_many_ids_at_once():
    rows = [["outcome", "label"], *([f"R{i}", str(i % 7)] for i in range(1000))]
    lines = TableLines(OUTCOMES, written(rows))
    few = lines.find("outcome", {"R7", "R77"})
    many = lines.find("outcome", {f"R{i}" for i in range(0, 1000, 3)})
    assert [row[0] for row in many.values()] == [f"R{i}" for i in range(0, 1000, 3)]
    both = few | many
    assert len(both) == len(few) + len(many)
    assert [both[place][0] for place in sorted(both)][:4] == ["R0", "R3", "R6", "R7"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfea",
        b"a\x00,b\n",
        b"outcome,label\nOS,\xe9\n",
        b'outcome,label\nOS,"open\n',
        b"\n\n",
        b"outcome,label\nOS\n",
    ],
)
def test_what_has_to_be_read_as_a_whole(content):
    with pytest.raises(UnreadableLines):
        TableLines(OUTCOMES, content).all()


def test_no_file_has_no_rows():
    lines = TableLines(OUTCOMES, b"")
    assert (lines.header, lines.all(), lines.first(), lines.find("outcome", {"OS"})) == ((), {}, (), {})


@pytest.mark.parametrize("seed", range(40))
def test_odd_quotes_as_counted_line_by_line(seed):
    rng = random.Random(seed)
    ends = rng.choice([[b"\n"], [b"\r\n"], [b"\n", b"\r", b"\r\n"]])
    pieces = [b'"', b'""', b"a", b",", "å".encode(), b"\xff", *ends]
    content = b"".join(rng.choices(pieces, k=rng.randrange(0, 30)))
    assert has_odd_quotes(content) == any(line.count(b'"') % 2 for line in content.splitlines())


def test_a_table_that_is_the_same_in_both_versions_is_opened_once():
    rows = {"outcomes.csv": b"outcome,label\nOS,a\n", "studies.csv": b"study_id,label\nS1,a\n"}
    before = Tables(rows)
    after = Tables({**rows, "outcomes.csv": b"outcome,label\nOS,b\n"}, beside=before)
    assert after["studies"] is before["studies"]
    assert after["cohorts"] is before["cohorts"]  # there is none in either
    assert [tables["outcomes"].first() for tables in (before, after)] == [("OS", "a"), ("OS", "b")]


@pytest.mark.parametrize("seed", range(60))
def test_whether_rows_stand_in_the_same_order(seed):
    rng = random.Random(seed)
    before = [[f"R{i}", rng.choice("ab")] for i in range(6)]
    after = [[name, rng.choice("ab") if rng.random() < 0.3 else cell] for name, cell in before]
    for _ in range(rng.randrange(3)):
        row = after.pop(rng.randrange(len(after)))
        if rng.random() < 0.6:
            after.insert(rng.randrange(len(after) + 1), row)
    after = [*after, *([["N", "a"]] if rng.random() < 0.3 else [])]
    if seed % 5 == 0:
        after[0][1] = "two\nlines"
    common = [[row[0] for row in rows if row[0] in {one[0] for one in others}]
              for rows, others in ((before, after), (after, before))]  # fmt: skip
    old, new = (TableLines(OUTCOMES, written([["outcome", "label"], *rows])) for rows in (before, after))
    assert changed_part._same_order(old, new) == (common[0] == common[1])


def test_a_blank_line_has_no_id():
    lines = TableLines(OUTCOMES, b"label,outcome\na,OS\n \n")
    with pytest.raises(UnreadableLines):
        lines.id_at(lines.places()[1])
