"""The steps of streaming one by one, each against the same thing done at once or by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from metasyn.workspace.streaming import cutting, seen_keys
from metasyn.workspace.streaming.assembling import in_order
from metasyn.workspace.streaming.cutting import KeyReturns, Part, cut
from metasyn.workspace.streaming.rows import Rows
from metasyn.workspace.streaming.seen_keys import SeenKeys
from metasyn.workspace.streaming.spill import deal, dealt_part, partitions_for

Keys = list[str | None]


def rows_of(keys: Keys, first: int = 1) -> Rows:
    numbers = np.arange(first, first + len(keys))
    return Rows(numbers=numbers, keys=pa.array(keys, pa.string()), yi=numbers * 0.5, vi=numbers * 2.0)


def pieces_of(keys: Keys, seed: int) -> Iterator[Rows]:
    """The rows in pieces of random length, some of them empty."""
    rng, done = np.random.default_rng(seed), 0
    while done < len(keys):
        many = int(rng.integers(0, 7))
        yield rows_of(keys[done : done + many], done + 1)
        done += many


def random_keys(seed: int) -> Keys:
    """Stretches of 1 to 9 rows that never come back, a tenth of all rows without a key."""
    rng = np.random.default_rng(seed)
    keys: Keys = [f"k{i}" for i in range(60) for _ in range(rng.integers(1, 10))]
    return [None if rng.random() < 0.1 else key for key in keys]


def by_hand(keys: Keys) -> list[tuple[str, list[int]]]:
    """Key and row numbers of every stretch, rows without a key aside."""
    known = [(number, key) for number, key in enumerate(keys, start=1) if key is not None]
    return [(key, [number for number, _ in rows]) for key, rows in groupby(known, lambda row: row[1])]


def told(part: Part) -> list[tuple[str, list[int]]]:
    numbers = np.split(part.rows.numbers, part.bounds[1:-1])[: len(part.keys)]
    return [(key, rows.tolist()) for key, rows in zip(part.keys.to_pylist(), numbers, strict=True)]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("part_rows", [1, 5, 40, 10**6])
def test_parts_are_whole_syntheses_wherever_pieces_end(seed: int, part_rows: int) -> None:
    keys = random_keys(seed)
    parts = list(cut(pieces_of(keys, seed), part_rows, seen=SeenKeys()))
    assert [one for part in parts for one in told(part)] == by_hand(keys)
    missing = [number for part in parts for number in part.without_key.tolist()]
    assert missing == [number for number, key in enumerate(keys, start=1) if key is None]
    assert sum(part.given for part in parts) == len(keys)
    assert all(max(len(part.rows), part.without_key.size) >= part_rows for part in parts[:-1])
    assert all(part.rows.yi.tolist() == (part.rows.numbers * 0.5).tolist() for part in parts)


def test_rows_without_a_key_alone_are_a_part_too() -> None:
    (part,) = cut([rows_of([None, None])], 10)
    assert (part.without_key.tolist(), len(part.rows), part.bounds.tolist()) == ([1, 2], 0, [0])
    assert list(cut([], 10)) == list(cut([rows_of([])], 10)) == []


@pytest.mark.parametrize("seed", range(8))
def test_a_synthesis_too_large_is_counted_and_not_held(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_EFFECTS", 20)
    keys: Keys = [*"aaa", *["big"] * 57, *"bb", *["large"] * 21, *["fits"] * 20, "c", *["end"] * 30]
    parts = list(cut(pieces_of(keys, seed), 4))
    found = {
        key: part.too_many.get(place, len(rows))
        for part in parts
        for place, (key, rows) in enumerate(told(part))
    }
    assert found == {"a": 3, "big": 57, "b": 2, "large": 21, "fits": 20, "c": 1, "end": 30}
    first = {key: rows[0] for part in parts for key, rows in told(part)}
    assert (first["big"], first["large"], first["end"]) == (4, 63, 105)
    assert sum(part.given for part in parts) == len(keys)
    assert max(len(part.rows) for part in parts) < 57


@pytest.mark.parametrize("most", [10**6, 16])
@pytest.mark.parametrize("seed", range(6))
def test_a_key_that_comes_back_is_noticed(seed: int, most: int) -> None:
    keys = [key for key in random_keys(seed) if key is not None]
    for back in (keys[0], keys[len(keys) // 2]):
        scattered = [*keys, "last", back]
        with pytest.raises(KeyReturns):
            list(cut(pieces_of([*scattered], seed), 10, seen=SeenKeys(most)))


@pytest.mark.parametrize("turn", [1, -1])
def test_keys_beyond_memory_are_known_by_their_order(turn: int) -> None:
    ordered = [f"{i:05}" for i in range(500)][::turn]
    seen = SeenKeys(16)
    assert not any(seen.returns(pa.array(ordered[i : i + 7])) for i in range(0, 500, 7))
    assert seen.returns(pa.array([ordered[100]]))


def test_keys_without_order_beyond_memory_may_come_back() -> None:
    seen, mixed = SeenKeys(16), [f"{i * 37 % 101:03}" for i in range(100)]
    answers = [seen.returns(pa.array([key])) for key in mixed]
    assert (answers[:16], answers[-1]) == ([False] * 16, True)


@pytest.mark.parametrize("kind", [pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()])
def test_equal_keys_have_equal_hashes(kind: Any) -> None:
    keys = pa.array([1, 0, 1], pa.int64()) if kind != pa.date32() else pa.array([1, 0, 1], pa.int32())
    one, other, again = seen_keys.key_hashes(keys.cast(kind))
    assert one == again != other


@pytest.mark.parametrize("many", [1, 3, 16])
def test_dealt_syntheses_are_complete_and_in_the_order_of_their_first_rows(tmp_path: Path, many: int) -> None:
    rng = np.random.default_rng(many)
    keys: Keys = [None if i % 17 == 0 else f"k{rng.integers(0, 40)}" for i in range(500)]
    steps: list[int] = []
    sizes = deal(pieces_of(keys, 1), tmp_path, many, steps.append)
    parts = [dealt_part(tmp_path, place, size, "key") for place, size in enumerate(sizes) if size]
    assert sum(sizes) == sum(part.given for part in parts) == steps[-1] == 500
    by_key: dict[str, list[int]] = {}
    for number, key in enumerate(keys, start=1):
        if key is not None:
            by_key.setdefault(key, []).append(number)
    found = [told(part) for part in parts]
    assert dict(one for part in found for one in part) == by_key
    for part in found:
        assert [rows[0] for _, rows in part] == sorted(rows[0] for _, rows in part)
    assert sorted(n for part in parts for n in part.without_key.tolist()) == list(range(1, 501, 17))


def test_many_files_for_many_rows_but_not_too_many() -> None:
    assert [partitions_for(rows, 1000) for rows in (0, 1000, 1001, 10**12)] == [1, 1, 2, 500]


@pytest.mark.parametrize("seed", range(10))
def test_streams_in_order_become_one_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = rng.permutation(300)
    place = rng.integers(0, 7, 300)

    def stream(which: int) -> Iterator[pa.Table]:
        mine = np.sort(numbers[place == which])
        for piece in np.array_split(mine, rng.integers(1, 9)):
            yield pa.table({"row": piece, "from": np.full(piece.size, which)})

    found = pa.concat_tables(in_order([stream(which) for which in range(7)], "row"))
    assert found.column("row").to_pylist() == list(range(300))
    assert found.column("from").to_pylist() == place[np.argsort(numbers)].tolist()


def test_no_streams_give_nothing() -> None:
    assert list(in_order([], "row")) == list(in_order([iter(())], "row")) == []
