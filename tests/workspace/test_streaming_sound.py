"""What must not go wrong in silence: parts lost or damaged, the order of rejects, what a system refuses."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from metasyn.batch import pool_many
from metasyn.errors import OptionError, WorkspaceError
from metasyn.report import atomic
from metasyn.workspace.streaming import assembling, durable, run, spill
from metasyn.workspace.streaming.columns import Columns
from metasyn.workspace.streaming.cutting import cut
from metasyn.workspace.streaming.finishing import Summary
from metasyn.workspace.streaming.rows import Rows
from metasyn.workspace.streaming.run import run_batch
from metasyn.workspace.streaming.sealed import SealedStream, is_sound, unsealed

VALUES = [(f"r{i // 3}", 0.01 * (i % 7), 0.1 + 0.01 * (i % 5)) for i in range(60)]


class Told:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.remarks: list[str] = []
        self.steps: list[tuple[str, int, int | None]] = []

    def step(self, words: str, done: int, total: int | None, unit: str) -> None:
        self.steps.append((words, done, total))

    def remark(self, words: str) -> None:
        self.remarks.append(words)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def table(path: Path, values: list[Any] = VALUES) -> Path:
    review, y, v = zip(*values, strict=True)
    pa.parquet.write_table(pa.table({"review": review, "y": y, "v": v}), path)
    return path


def streamed(path: Path, out: Path, **how: Any) -> Summary:
    columns = Columns(key="review", yi="y", vi="v")
    return run_batch(path, out, **{"columns": columns, "jobs": 1, "part_rows": 9, "teller": Told(), **how})


def stopped(path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, **how: Any) -> Path:
    """A run that computes everything and stops before it writes; what it leaves."""
    with monkeypatch.context() as patch:
        patch.setattr(run, "finish", lambda *given, **how: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            streamed(path, out, **how)
    return out.with_name(out.name + ".unfinished")


def scattered() -> list[Any]:
    return [VALUES[i] for i in np.random.default_rng(1).permutation(60)]


def test_standard_errors_are_squared_as_pool_many_does(tmp_path: Path) -> None:
    sei = [1e-200, 0.3, 1e200, 0.2, -0.1, 0.2, 0.0, 0.1, 0.1, 0.2]
    keys, yi = [str(i // 2) for i in range(10)], [0.1 * i for i in range(10)]
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pa.parquet.write_table(pa.table({"review": keys, "y": yi, "s": sei}), path)
    streamed(path, out, columns=Columns(key="review", yi="y", sei="s"))
    found = pa.parquet.read_table(out).to_pandas()
    target = pool_many(yi, sei=sei, groups=keys).to_frame()
    assert found["status"].tolist() == target["status"].tolist()
    assert found["status"].tolist()[0] == "beyond double precision"
    assert found["estimate"][4] == target["estimate"][4]


# Rejects.


def rejected(keys: list[str | None], tmp_path: Path, part_rows: int) -> list[int]:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    lines = [f"{key or ''},{'bad' if key == 'x' else 0.1 * i},1" for i, key in enumerate(keys)]
    path.write_text("\n".join(["review,y,v", *lines]) + "\n")
    summary = streamed(path, out, part_rows=part_rows)
    assert summary.rows == len(keys)
    return [int(line.split(",")[0]) for line in summary.rejects.read_text().splitlines()[1:]]


def test_rejects_are_in_the_order_of_the_input(tmp_path: Path) -> None:
    assert rejected(["a", "a", "x", None, "x", "c", "c"], tmp_path, 2) == [3, 4, 5]


@pytest.mark.parametrize("part_rows", [1, 2, 5, 100])
def test_rejects_are_in_order_wherever_parts_end(tmp_path: Path, part_rows: int) -> None:
    rng = np.random.default_rng(part_rows)
    keys: list[str | None] = []
    for i in range(40):
        keys += [f"k{i}", *[f"k{i}"] * int(rng.integers(0, 3)), *[None] * int(rng.integers(0, 4))]
    keys[30:30] = ["x", None, "x", None, None, "x"]
    alone = {i for i, key in enumerate(keys) if key and (key == "x" or keys.count(key) == 1)}
    assert rejected(keys, tmp_path, part_rows) == sorted(
        i + 1 for i, key in enumerate(keys) if key is None or i in alone
    )


def numbered(keys: list[str | None], first: int) -> Rows:
    at = np.arange(first, first + len(keys))
    return Rows(numbers=at, keys=pa.array(keys, pa.string()), yi=at * 1.0, vi=at * 1.0)


def test_rows_without_a_key_do_not_pile_up() -> None:
    pieces = (numbered([None] * 10, 1 + 10 * i) for i in range(100))
    assert max(part.without_key.size for part in cut(pieces, 20)) <= 30


def test_rows_without_a_key_are_dealt_to_all_files(tmp_path: Path) -> None:
    sizes = spill.deal([numbered([None] * 80, 1)], tmp_path, 8, lambda done: None)
    assert sizes == [10] * 8


# Cost.


def calls(function: Callable[[], Any]) -> int:
    """How many functions of Python are called (an iteration of a generator counts as one)."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


def cutting_work(many: int) -> None:
    list(cut((numbered([f"k{i // 200}"], i + 1) for i in range(many)), 10**6))


def handing_work(many: int) -> None:
    list(spill._hands(numbered(["a"], i) for i in range(many)))


def grouping_work(many: int) -> None:
    list(assembling._groups(pa.table({"a": [i]}) for i in range(many)))


@pytest.mark.parametrize("work", [cutting_work, handing_work, grouping_work])
def test_cost_is_linear_in_the_number_of_batches(work: Callable[[int], None]) -> None:
    work(5)
    assert calls(lambda: work(800)) < 2.2 * calls(lambda: work(400))


# What the system allows.


def test_few_open_files_are_enough(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    path = table(tmp_path / "in.parquet", [(f"r{i * 37 % 300}", 0.1 * (i % 7), 1.0) for i in range(900)])
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, limit[1]))
    try:
        assert spill.partitions_for(10**9, 1) == 100
        summary = streamed(path, tmp_path / "out.parquet", part_rows=2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    assert (summary.scattered, summary.syntheses) == (True, {"ok": 300})


def test_without_a_limit_there_are_five_hundred_files(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY,) * 2)
    assert spill.partitions_for(10**9, 1) == 500
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(sys, "platform", "win32")
    assert spill.partitions_for(10**9, 1) == 500


# Parts that are lost or damaged.


@pytest.mark.parametrize("values", [VALUES, scattered()], ids=["sorted", "scattered"])
def test_a_lost_part_never_becomes_a_short_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: list[Any]
) -> None:
    path, out = table(tmp_path / "in.parquet", values), tmp_path / "out.parquet"
    original = run.finish

    def losing(store: Any, *given: Any, **how: Any) -> Any:
        min(store.folder.glob("part-*")).unlink()
        return original(store, *given, **how)

    with monkeypatch.context() as patch:
        patch.setattr(run, "finish", losing)
        with pytest.raises(WorkspaceError, match=r"accounts for \d+ of 60 rows; nothing was written"):
            streamed(path, out)
    assert not out.exists()
    assert streamed(path, out).syntheses == {"ok": 20}


def cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    at = len(content) * 2 // 3
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize("damage", [cut_short, flipped, lambda content: bytes(len(content)), lambda _: b""])
@pytest.mark.parametrize("kind", ["part", "rejects"])
@pytest.mark.parametrize("values", [VALUES, scattered()], ids=["sorted", "scattered"])
def test_a_damaged_part_is_computed_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    values: list[Any],
    damage: Callable[..., bytes],
) -> None:
    path, out, told = table(tmp_path / "in.parquet", values), tmp_path / "out.csv", Told()
    whole = streamed(path, tmp_path / "whole.csv")
    left = stopped(path, out, monkeypatch)
    hurt = sorted(left.glob(f"{kind}-*"))[1]
    hurt.write_bytes(damage(hurt.read_bytes()))
    streamed(path, out, teller=told)
    number = int(re.findall(r"\d+", hurt.stem)[0])
    assert told.remarks[1:] == [f"part {number} in {left} is damaged: computing it again."]
    assert out.read_bytes() == whole.out.read_bytes()


@pytest.mark.parametrize("damage", [cut_short, flipped])
def test_rows_dealt_out_and_damaged_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[..., bytes]
) -> None:
    path, out = table(tmp_path / "in.parquet", scattered()), tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr(run, "pool_task", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            streamed(path, out)
    hurt = min(tmp_path.glob("out.csv.unfinished/dealt-*"))
    hurt.write_bytes(damage(hurt.read_bytes()))
    with pytest.raises(WorkspaceError, match=rf"{hurt.name} is damaged: run again with --restart"):
        streamed(path, out)
    hurt.unlink()
    with pytest.raises(WorkspaceError, match=rf"{hurt.name} cannot be read: .*; run again with --restart"):
        streamed(path, out)


def test_a_part_that_cannot_be_read_is_not_blamed_on_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = table(tmp_path / "in.parquet"), tmp_path / "out.csv"
    original = run.finish

    def cutting_short(store: Any, *given: Any, **how: Any) -> Any:
        last = max(store.folder.glob("part-*"))
        last.write_bytes(last.read_bytes()[:-20])
        return original(store, *given, **how)

    with monkeypatch.context() as patch:
        patch.setattr(run, "finish", cutting_short)
        with pytest.raises(WorkspaceError, match=r"part-\d+.arrows cannot be read: .*run the same command"):
            streamed(path, out)
    assert not out.exists()
    assert streamed(path, out).syntheses == {"ok": 20}


def test_a_seal_is_broken_by_any_change(tmp_path: Path) -> None:
    path, content = tmp_path / "sealed.arrows", pa.table({"a": list(range(10))})
    with path.open("wb") as handle:
        stream = SealedStream(handle, content.schema)
        stream.write(content, 4)
        stream.seal()
    assert is_sound(path)
    assert unsealed(path).equals(content)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert not is_sound(path)
        assert unsealed(path) is None
    assert not is_sound(tmp_path / "none")


def test_names_are_put_on_the_disk_in_one_way() -> None:
    assert durable.sync_folder is atomic.sync_folder


# Columns.


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_kinds_of_numbers_are_the_same_from_every_kind_of_table(tmp_path: Path, ending: str) -> None:
    path, out = tmp_path / f"in.{ending}", tmp_path / "out.csv"

    def save(review: Any, y: Any) -> None:
        of = pa.table({"review": review, "y": y, "v": pa.array([0.5, 0.25, 0.5])})
        if ending == "parquet":
            pa.parquet.write_table(of, path)
            return
        with pa.ipc.new_file(str(path), of.schema) as writer:
            writer.write_table(of)

    half = pa.array(np.array([0.5, 0.25, 0.5], dtype=np.float16))
    for numbers in (half, pa.array([0.5, 0.25, 0.5]).dictionary_encode()):
        save(["a", "a", "a"], numbers)
        streamed(path, out)
        target = pool_many([0.5, 0.25, 0.5], [0.5, 0.25, 0.5], bounds=[0, 3]).estimate[0]
        assert float(out.read_text().splitlines()[1].split(",")[3]) == pytest.approx(target, rel=1e-14)
    for keys in (half, pa.DictionaryArray.from_arrays(pa.array([0, 0, 1]), half[:2])):
        save(keys, half)
        with pytest.raises(WorkspaceError, match=r"'review' cannot be a key; it holds .*half.*, not text"):
            streamed(path, out)
    save(["a", "a", "a"], pa.array(["x", "y", "z"]).dictionary_encode())
    with pytest.raises(WorkspaceError, match="'y' must hold numbers; it holds "):
        streamed(path, out)


# Places.


def test_nothing_is_written_into_the_folder_that_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    table(folder / "part-0.parquet")
    for how in ({"out": folder / "out.parquet"}, {"rejects": folder / "r.csv"}):
        with pytest.raises(OptionError, match=rf"--{next(iter(how))}: .* lies in the folder that is read"):
            streamed(folder, **{"out": tmp_path / "out.parquet", **how})
    assert [path.name for path in folder.iterdir()] == ["part-0.parquet"]
    (folder / "old.parquet.unfinished").mkdir()
    assert streamed(folder, tmp_path / "out.parquet").rows == 60


def test_another_name_of_the_input_is_no_output(tmp_path: Path) -> None:
    path, other = table(tmp_path / "in.parquet"), tmp_path / "other.parquet"
    other.hardlink_to(path)
    with pytest.raises(OptionError, match="three files"):
        streamed(path, other)


def test_endings_that_are_offered_are_written(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"--out: 'out.xlsx' ends in none of .*\.csv") as caught:
        streamed(table(tmp_path / "in.parquet"), tmp_path / "out.xlsx")
    assert ".gz" not in str(caught.value)


# Progress.


def test_the_length_of_a_text_is_guessed_from_what_was_read(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("metasyn.workspace.streaming.readers._CSV_BLOCK", 2**12)
    path, told = tmp_path / "in.csv", Told()
    lines = [f"r{i // 3:05},{0.01 * (i % 7):.6f},{0.1 + 0.01 * (i % 5):.6f}" for i in range(9000)]
    path.write_text("\n".join(["review,y,v", *lines]) + "\n")
    streamed(path, tmp_path / "out.csv", part_rows=300, teller=told)
    totals = [total for words, _, total in told.steps if words == "pooling"]
    assert 8000 < min(totals) <= max(totals) < 10_000


def test_what_is_taken_over_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out, told = table(tmp_path / "in.parquet"), tmp_path / "out.csv", Told()
    left = stopped(path, out, monkeypatch)
    for part in sorted(left.glob("part-*"))[3:]:
        part.unlink()
    streamed(path, out, teller=told)
    steps = [(words, done) for words, done, _ in told.steps if words != "writing"]
    over = [done for words, done in steps if words == "taking over"]
    pooling = [done for words, done in steps if words == "pooling"]
    assert [words for words, _ in steps] == ["taking over"] * 3 + ["pooling"] * len(pooling)
    assert over[-1] < pooling[0]
    assert pooling[-1] == 60
