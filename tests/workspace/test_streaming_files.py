"""Files of a streamed table: folders, gzip, tabs, and what is on the disk when the power fails."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from metasyn.errors import OptionError, ReportError, WorkspaceError
from metasyn.workspace.streaming import assembling, durable, spill, store
from metasyn.workspace.streaming.columns import Columns
from metasyn.workspace.streaming.finishing import Summary
from metasyn.workspace.streaming.run import run_batch

LINES = ["review,y,v", *(f"r{i // 3},{0.01 * (i % 7)},{0.1 + 0.01 * (i % 5)}" for i in range(60))]
TEXT = "\n".join(LINES) + "\n"


class Told:
    """Remembers the remarks."""

    def __init__(self) -> None:
        self.remarks: list[str] = []

    def step(self, words: str, done: int, total: int | None, unit: str) -> None: ...

    def remark(self, words: str) -> None:
        self.remarks.append(words)


def streamed(path: Path, out: Path, **how: Any) -> Summary:
    columns = Columns(key="review", yi="y", vi="v")
    return run_batch(path, out, columns, **{"jobs": 1, "part_rows": 9, "teller": Told(), **how})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(TEXT)
    return path


def parquet(lines: list[str], path: Path) -> None:
    rows = [line.split(",") for line in lines]
    pa.parquet.write_table(
        pa.table(
            {
                "review": [row[0] for row in rows],
                "y": [float(row[1]) for row in rows],
                "v": [float(row[2]) for row in rows],
            }
        ),
        path,
    )


def folder_of(lines: list[str], folder: Path) -> Path:
    """Three Parquet files, the second of which begins within a synthesis, and what Spark leaves beside."""
    folder.mkdir()
    for number, (start, stop) in enumerate([(0, 25), (25, 40), (40, 60)]):
        parquet(lines[start:stop], folder / f"part-{number}.parquet")
    for name in ("_SUCCESS", ".part-0.parquet.crc"):
        (folder / name).write_text("")
    return folder


def test_gzipped_text_and_folders_are_read_as_the_plain_table(table: Path, tmp_path: Path) -> None:
    streamed(table, tmp_path / "plain.csv")
    zipped = tmp_path / "in.csv.gz"
    zipped.write_bytes(gzip.compress(TEXT.encode()))
    summary = streamed(zipped, tmp_path / "zipped.csv")
    assert summary.rows == 60
    folder = folder_of(LINES[1:], tmp_path / "parts")
    assert streamed(folder, tmp_path / "folder.csv").rows == 60
    plain = (tmp_path / "plain.csv").read_bytes()
    assert plain.count(b"\n") == 21
    assert (tmp_path / "zipped.csv").read_bytes() == (tmp_path / "folder.csv").read_bytes() == plain


def test_rejects_of_a_folder_have_numbers_through_all_files(tmp_path: Path) -> None:
    lines = LINES[1:]
    lines[41] = "r13,0.1,-1"
    summary = streamed(folder_of(lines, tmp_path / "parts"), tmp_path / "out.csv")
    assert [line.split(",")[0] for line in summary.rejects.read_text().splitlines()[1:]] == ["40", "41", "42"]


def test_a_folder_that_grows_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(LINES[1:], tmp_path / "parts")
    original = store.Store.keep

    def meddling(self: store.Store, *given: Any, **how: Any) -> None:
        parquet(["late,0.1,0.2"], folder / "part-9.parquet")
        original(self, *given, **how)

    monkeypatch.setattr(store.Store, "keep", meddling)
    with pytest.raises(WorkspaceError, match="was changed while it was read"):
        streamed(folder, tmp_path / "out.csv")


def test_what_else_is_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder = folder_of(LINES[1:], tmp_path / "parts")
    (folder / "more.csv").write_text(TEXT)
    with pytest.raises(
        WorkspaceError, match=r"holds Parquet files and nothing else, but there is 'more.csv'"
    ):
        streamed(folder, tmp_path / "out.csv")
    (folder / "more.csv").unlink()
    (folder / "year=2020").mkdir()
    with pytest.raises(WorkspaceError, match="but there is 'year=2020'"):
        streamed(folder, tmp_path / "out.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkspaceError, match="a folder without Parquet files"):
        streamed(tmp_path / "empty", tmp_path / "out.csv")


def test_files_of_a_folder_have_keys_of_one_type(tmp_path: Path) -> None:
    folder = folder_of(LINES[1:], tmp_path / "parts")
    pa.parquet.write_table(pa.table({"review": [1], "y": [0.1], "v": [0.1]}), folder / "part-3.parquet")
    with pytest.raises(WorkspaceError, match=r"'review' holds int64, that of part-0\.parquet holds"):
        streamed(folder, tmp_path / "out.csv")


@pytest.mark.parametrize("left", [30, 200])
def test_gzip_that_ends_too_early_is_no_shorter_table(tmp_path: Path, left: int) -> None:
    content = gzip.compress(TEXT.encode(), mtime=0)
    assert len(content) > 210
    path = tmp_path / "in.csv.gz"
    path.write_bytes(content[:left])
    with pytest.raises(WorkspaceError, match="cannot be read"):
        streamed(path, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_names_that_say_what_is_not_written(table: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"--out is written as Parquet or CSV .*says gzipped CSV"):
        streamed(table, tmp_path / "out.csv.gz")
    with pytest.raises(OptionError, match=r"--rejects is written as CSV; 'r.parquet' says Parquet"):
        streamed(table, tmp_path / "out.csv", rejects=tmp_path / "r.parquet")
    path = tmp_path / "not.csv"
    path.write_bytes(gzip.compress(TEXT.encode()))
    with pytest.raises(WorkspaceError, match="the name says CSV, the content is gzipped CSV"):
        streamed(path, tmp_path / "out.csv")


def test_tsv_has_tabs_between_its_cells(table: Path, tmp_path: Path) -> None:
    commas = streamed(table, tmp_path / "out.csv")
    tabs = streamed(table, tmp_path / "out.tsv", rejects=tmp_path / "rejects.tsv")
    assert tabs.out.read_text() == commas.out.read_text().replace(",", "\t")
    assert tabs.rejects.read_text() == '"row"\t"key"\t"reason"\n'


# The disk.


def test_a_full_disk_leaves_nothing_half_written(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(counted: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(assembling, "_words", full)
        with pytest.raises(ReportError, match=r"out\.csv cannot be written: No space left on device"):
            streamed(table, tmp_path / "out.csv")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["in.csv", "out.csv.rejects.csv", "out.csv.unfinished"]
    told = Told()
    streamed(table, tmp_path / "out.csv", teller=told)
    assert told.remarks == ["going on with what an interrupted run has finished."]


def test_the_disk_has_the_output_before_the_parts_go(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[tuple[str, str]] = []

    def noting(owner: Any, name: str, word: str) -> None:
        original = getattr(owner, name)

        def noted(path: Any, *more: Any) -> Any:
            about = more[0] if more else getattr(path, "out", path)
            events.append((word, Path(about).name))
            return original(path, *more)

        monkeypatch.setattr(owner, name, noted)

    noting(Path, "replace", "named")
    noting(durable, "sync_folder", "synced")
    noting(store, "sync_folder", "synced")
    noting(store.Store, "remove", "removed")
    streamed(table, tmp_path / "out.csv")
    place = events.index
    assert place(("named", "out.csv.rejects.csv")) < place(("named", "out.csv"))
    assert events[place(("named", "out.csv")) + 1][0] == "synced"
    assert events[place(("named", "out.csv")) + 2][0] == "removed"
    # The journal of an old run is gone for good before parts of the new one come.
    first_part = next(i for i, (_, name) in enumerate(events) if name.startswith(("part", "rejects-")))
    assert events[:first_part].count(("synced", "out.csv.unfinished")) == 3


def test_rows_that_were_dealt_out_and_lost_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("\n".join([LINES[0], *rng.permutation(LINES[1:])]) + "\n")
    synced: list[str] = []
    original = spill.sync_file

    def noted(file: Path) -> None:
        synced.append(file.name)
        original(file)

    monkeypatch.setattr(spill, "sync_file", noted)
    with monkeypatch.context() as patch:
        patch.setattr("metasyn.workspace.streaming.run.pool_task", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            streamed(path, out)
    dealt = sorted((tmp_path / "out.csv.unfinished").glob("dealt-*"))
    assert [file.name for file in dealt] == sorted(synced)
    # As after a power cut: the end of a file is not on the disk; as a stream it is still well formed.
    with pa.ipc.open_stream(dealt[1].read_bytes()) as reader:
        batches = list(reader)
    with pa.ipc.new_stream(str(dealt[1]), batches[0].schema) as writer:
        writer.write_batch(batches[0].slice(1))
    with pytest.raises(WorkspaceError, match="is damaged: run again with --restart"):
        streamed(path, out)
    assert streamed(path, out, restart=True).rows == 60


def test_a_disk_that_is_full_while_rows_are_dealt_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.csv"
    path.write_text("\n".join([*LINES, LINES[1]]) + "\n")

    def full(handle: Path) -> None:
        raise OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28]")

    monkeypatch.setattr(spill, "sync_file", full)
    with pytest.raises(
        ReportError, match=r"rows cannot be written to .*unfinished: No space left on device\.$"
    ):
        streamed(path, tmp_path / "out.csv")
