"""A streamed table: the numbers of `pool_many` over the whole of it, every row accounted for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from metasyn.batch import pool_many
from metasyn.errors import OptionError, ReportError, WorkspaceError
from metasyn.workspace.streaming import cutting, finishing, journal, pooling, readers, run, spill
from metasyn.workspace.streaming.columns import Columns
from metasyn.workspace.streaming.compiling import compiling_told
from metasyn.workspace.streaming.finishing import Summary
from metasyn.workspace.streaming.pooling import PoolOptions
from metasyn.workspace.streaming.run import run_batch

COLUMNS = Columns(key="review", yi="y", vi="v")
NUMBERS = [
    "estimate", "se", "df", "statistic", "pvalue", "ci_low", "ci_high", "pi_low", "pi_high",
    "tau2", "tau2_low", "tau2_high", "Q", "Q_pvalue", "I2", "H2",
]  # fmt: skip


class Told:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.remarks: list[str] = []
        self.steps: list[tuple[str, int, int | None, str]] = []

    def step(self, words: str, done: int, total: int | None, unit: str) -> None:
        self.steps.append((words, done, total, unit))

    def remark(self, words: str) -> None:
        self.remarks.append(words)


def effects(scattered: bool = False, seed: int = 1) -> pd.DataFrame:
    """90 syntheses of 1 to 9 effects, some with a row that cannot be pooled, some rows without a key."""
    rng = np.random.default_rng(seed)
    keys = np.repeat([f"review {i}" for i in range(90)], rng.integers(1, 10, 90)).astype(object)
    m = keys.size
    frame = pd.DataFrame({"note": "-", "review": keys})
    frame["v"] = rng.uniform(0.01, 0.2, m)
    frame["y"] = rng.normal(size=m) * np.sqrt(frame["v"] + 0.1)
    frame.loc[[3, 50], "y"] = [np.nan, np.inf]
    frame.loc[[20, 90, 200], "v"] = [0.0, -1.0, np.nan]
    frame.loc[[7, 8, 150, m - 1], "review"] = None
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True) if scattered else frame


def written(frame: pd.DataFrame, path: Path) -> Path:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if path.suffix == ".parquet":
        pa.parquet.write_table(table, path, row_group_size=100)
    elif path.suffix == ".csv":
        pa.csv.write_csv(table, path)
    else:
        new = pa.ipc.new_stream if path.suffix == ".arrows" else pa.ipc.new_file
        with new(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=70)
    return path


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pa.parquet.read_table(path).to_pandas()
    if path.suffix == ".csv":
        return pd.read_csv(path, keep_default_na=False, na_values=[""])
    opened = pa.ipc.open_stream if path.suffix == ".arrows" else pa.ipc.open_file
    with pa.OSFile(str(path)) as handle:
        return opened(handle).read_all().to_pandas()


def streamed(path: Path, out: Path, **how: Any) -> Summary:
    return run_batch(path, out, **{"columns": COLUMNS, "jobs": 2, "part_rows": 70, "teller": Told(), **how})


def expected(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    known = frame[frame["review"].notna()]
    return pool_many(known["y"], known["v"], groups=known["review"].to_numpy(), **options).to_frame()


def same(found: pd.DataFrame, frame: pd.DataFrame, **options: Any) -> None:
    target = expected(frame, **options)
    assert list(found.columns) == list(target.columns)
    for name in ("key", "status", "k"):
        assert found[name].tolist() == target[name].tolist()
    for name in NUMBERS:
        np.testing.assert_allclose(found[name].astype(float), target[name], rtol=1e-11, atol=1e-13)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces, files and runs of keys so small that all of them occur many times."""
    monkeypatch.setattr(readers, "PIECE", 13)
    monkeypatch.setattr(spill, "_HAND", 40)
    # Nobody cuts the power here, and waiting for the disk is most of the time these tests take.
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("ending", [".parquet", ".csv", ".arrow", ".arrows"])
def test_the_numbers_are_those_of_pool_many(tmp_path: Path, ending: str, scattered: bool) -> None:
    frame = effects(scattered)
    out = tmp_path / f"out{ending}"
    summary = streamed(written(frame, tmp_path / f"in{ending}"), out)
    same(read(out), frame)
    assert summary.scattered == scattered
    assert summary.syntheses == expected(frame)["status"].value_counts().loc[lambda n: n > 0].to_dict()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"in{ending}", f"out{ending}", f"out{ending}.rejects.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {"tau2_method": "DL", "ci_method": "wald", "level": 0.9},
        {"model": "common-effect", "ci_method": "t"},
    ],
)
def test_options_are_obeyed(tmp_path: Path, options: dict[str, Any]) -> None:
    frame, out = effects(), tmp_path / "out.parquet"
    streamed(written(frame, tmp_path / "in.parquet"), out, options=PoolOptions(**options))
    same(read(out), frame, **options)


@pytest.mark.parametrize("scattered", [False, True])
def test_every_row_is_used_or_rejected_with_a_reason(tmp_path: Path, scattered: bool) -> None:
    frame, out = effects(scattered), tmp_path / "out.parquet"
    summary = streamed(written(frame, tmp_path / "in.parquet"), out)
    rejects = pd.read_csv(summary.rejects, keep_default_na=False)
    status = expected(frame).set_index("key")["status"].to_dict()
    reasons: dict[int, tuple[str, str]] = {}
    for number, (key, y, v) in enumerate(zip(frame["review"], frame["y"], frame["v"], strict=True), start=1):
        if not isinstance(key, str):
            reasons[number] = ("", "no key")
        elif status[key] != "ok":
            own = (
                "estimate not finite"
                if not np.isfinite(y)
                else "variance not above zero"
                if not v > 0
                else ""
            )
            other = {
                "one effect": "one effect, nothing to pool",
                "estimate not finite": "another row of its synthesis: estimate not finite",
                "variance not above zero": "another row of its synthesis: variance not above zero",
            }
            reasons[number] = (key, own or other[status[key]])
    found = dict(zip(rejects["row"], zip(rejects["key"], rejects["reason"], strict=True), strict=True))
    assert found == reasons
    assert rejects["row"].is_monotonic_increasing
    assert (summary.rows, summary.rejected) == (len(frame), len(reasons))
    assert sum("another row" in reason for _, reason in reasons.values()) > 5


@pytest.mark.parametrize("scattered", [False, True])
def test_bytes_do_not_depend_on_workers_or_place(tmp_path: Path, scattered: bool) -> None:
    path, seen = written(effects(scattered), tmp_path / "in.parquet"), set()
    for jobs in (1, 2, 5):
        folder = tmp_path / f"with {jobs}"
        folder.mkdir()
        summary = streamed(path, folder / "out.parquet", jobs=jobs)
        seen.add((summary.out.read_bytes(), summary.rejects.read_bytes()))
    assert len(seen) == 1


class Stopped(Exception):
    """Like a kill: nothing is tidied up by who is hit."""


def stop_after(monkeypatch: pytest.MonkeyPatch, name: str, many: int) -> Callable[[], int]:
    """Let a function of the run stop it at a call; how often it was called."""
    module = finishing if name.startswith("write") else run
    original, calls = getattr(module, name), 0

    def stopping(*given: Any, **how: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == many:
            raise Stopped
        return original(*given, **how)

    monkeypatch.setattr(module, name, stopping)
    return lambda: calls


@pytest.mark.parametrize(
    ("scattered", "name"),
    [(False, "results_table"), (False, "write_results"), (True, "dealt_part"), (True, "write_rejects")],
)
def test_a_run_goes_on_where_one_stopped(
    tmp_path: Path, scattered: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(effects(scattered), tmp_path / "in.parquet")
    whole = streamed(path, tmp_path / "whole.parquet")
    out, told = tmp_path / "out.parquet", Told()
    with monkeypatch.context() as patch:
        stop_after(patch, name, 1 if name.startswith("write") else 4)
        with pytest.raises(Stopped):
            streamed(path, out)
    assert not out.exists()
    done = len(list(tmp_path.glob("out.parquet.unfinished/part-*")))
    calls = stop_after(monkeypatch, "results_table", 10**6)
    summary = streamed(path, out, teller=told)
    assert told.remarks == ["going on with what an interrupted run has finished."]
    parts = calls() - 1  # the last is the table without rows
    assert (parts > 0) == (not name.startswith("write"))
    assert done > 0
    assert done + parts >= 6
    assert out.read_bytes() == whole.out.read_bytes()
    assert summary.rejects.read_bytes() == whole.rejects.read_bytes()
    assert not (tmp_path / "out.parquet.unfinished").exists()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("input", ["the input has changed since out.parquet was begun: starting again."]),
        ("options", ["the options are others since out.parquet was begun: starting again."]),
        ("software", ["the software has changed since out.parquet was begun: starting again."]),
        ("restart", []),
        ("journal", []),
    ],
)
def test_what_no_longer_fits_is_begun_again(
    tmp_path: Path, what: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = written(effects(), tmp_path / "in.parquet"), tmp_path / "out.parquet"
    with monkeypatch.context() as patch:
        stop_after(patch, "results_table", 5)
        with pytest.raises(Stopped):
            streamed(path, out)
    frame, told, how = effects(), Told(), {}
    if what == "input":
        frame = effects(seed=2)
        written(frame, path)
    elif what == "options":
        how = {"options": PoolOptions(tau2_method="DL")}
    elif what == "software":
        monkeypatch.setattr(journal, "__version__", "99")
    elif what == "restart":
        how = {"restart": True}
    else:
        (tmp_path / "out.parquet.unfinished" / "journal.json").write_text("{")
    streamed(path, out, teller=told, **how)
    assert told.remarks == words
    same(read(out), frame, tau2_method="DL" if what == "options" else "REML")


def test_an_input_that_changes_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = written(effects(), tmp_path / "in.csv"), tmp_path / "out.csv"
    original = run.rejected

    def meddling(*given: Any) -> Any:
        with path.open("a") as handle:
            handle.write('"-","late",0.1,0.2\n')
        return original(*given)

    with monkeypatch.context() as patch:
        patch.setattr(run, "rejected", meddling)
        with pytest.raises(WorkspaceError, match="was changed while it was read; nothing was written"):
            streamed(path, out)
    assert not out.exists()
    told = Told()
    streamed(path, out, teller=told)
    assert told.remarks == ["the input has changed since out.csv was begun: starting again."]


def test_two_do_not_write_the_same_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = written(effects(), tmp_path / "in.parquet"), tmp_path / "out.parquet"
    original = finishing.write_results

    def meanwhile(*given: Any) -> Any:
        with pytest.raises(ReportError, match="another metasyn batch is writing"):
            streamed(path, out)
        return original(*given)

    monkeypatch.setattr(finishing, "write_results", meanwhile)
    streamed(path, out)
    same(read(out), effects())


@pytest.mark.parametrize("scattered", [False, True])
def test_a_synthesis_too_large_stays_with_its_status(
    tmp_path: Path, scattered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (cutting, spill):
        monkeypatch.setattr(module, "MOST_EFFECTS", 30)
    frame = effects()
    big = pd.DataFrame({"note": "-", "review": ["huge"] * 300, "v": 0.1, "y": np.arange(300) / 100.0})
    frame = pd.concat([frame.iloc[:100], big, frame.iloc[100:]], ignore_index=True)
    frame = frame.sample(frac=1, random_state=1) if scattered else frame
    out = tmp_path / "out.parquet"
    summary = streamed(written(frame, tmp_path / "in.parquet"), out)
    found = read(out).set_index("key")
    assert (found.loc["huge", "status"], found.loc["huge", "k"]) == ("too many effects", 300)
    assert found.loc["huge", NUMBERS].isna().all()
    same(found.drop("huge").reset_index(), frame[frame["review"] != "huge"])
    assert summary.rows == len(frame)
    assert summary.rejected == len(pd.read_csv(summary.rejects)) + 299


def test_too_many_scattered_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "_MOST_ROWS", 40)
    path = written(effects(scattered=True), tmp_path / "in.parquet")
    with pytest.raises(WorkspaceError, match="more than 40: sort the table by 'review' first"):
        streamed(path, tmp_path / "out.parquet")


@pytest.mark.parametrize(
    "keys", [[3, 3, 1, 1, 1], [0.5, 0.5, -0.0, 0.0, 0.0], [True, True, False, False, False]]
)
def test_keys_keep_their_type(tmp_path: Path, keys: list[Any]) -> None:
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    table = pa.table({"review": keys, "y": [0.1, 0.2, 0.1, 0.0, 0.3], "v": [1, 2, 1, 2, 1]})
    pa.parquet.write_table(table, path)
    streamed(path, out)
    found = pa.parquet.read_table(out)
    assert found.column("key").type == table.column("review").type
    assert found.column("key").to_pylist() == [keys[0], keys[-1]]


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.string_view()], ids=str
)
def test_text_is_text_however_it_is_kept(tmp_path: Path, kind: Any) -> None:
    path, out = tmp_path / "in.arrow", tmp_path / "out.csv"
    plain = pa.array(["b", "b", "a", None, "a"])
    keys = plain.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else plain.cast(kind)
    table = pa.table({"review": keys, "y": [0.1, 0.2, 0.1, 0.0, 0.3], "v": [1.0] * 5})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    streamed(path, out)
    assert read(out)["key"].tolist() == ["b", "a"]


def test_standard_errors_are_squared_and_bad_ones_stay_bad(tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("review,y,se\na,0.1,0.5\na,0.4,0.3\nb,0.1,-0.5\nb,0.3,0.2\n")
    streamed(path, out, columns=Columns(key="review", yi="y", sei="se"))
    target = pool_many([0.1, 0.4], [0.25, 0.09], groups=["a", "a"])
    found = read(out)
    assert found["estimate"][0] == pytest.approx(target.estimate[0], rel=1e-14)
    assert found["status"].tolist() == ["ok", "variance not above zero"]


def test_csv_as_people_write_it(tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    text = '\ufeffv;"y";"review"\r\n1e-1; 0.25;"a; and\nb"\r\n.5;+1.5E-1;"a; and\nb"\r\n'
    text += f'NA;0.1;NA\r\n0,5;0.1;NA\r\n0.1;x;c\r\nz;NA;c\r\n-.1;0;c\r\n1;"{"u" * 50}\n";c\r\n'
    path.write_bytes(text.encode())
    summary = streamed(path, out)
    found = read(out)
    assert found["key"].tolist() == ["a; and\nb", "NA", "c"]
    assert found["status"].tolist() == ["ok", "variance not above zero", "estimate not finite"]
    target = pool_many([0.25, 0.15], [0.1, 0.5], groups=[1, 1])
    assert found["estimate"][0] == pytest.approx(target.estimate[0], rel=1e-14)
    rejects = pd.read_csv(summary.rejects, keep_default_na=False)
    assert rejects.to_numpy().tolist() == [
        [3, "NA", "variance not above zero"],
        [4, "NA", "variance not above zero: '0,5' is not a number (decimals have a point)"],
        [5, "c", "estimate not finite: 'x' is not a number"],
        [6, "c", "estimate not finite"],
        [7, "c", "variance not above zero"],
        [8, "c", f"estimate not finite: '{'u' * 39}…' is not a number"],
    ]


def test_what_is_no_number_is_quoted_also_where_rows_stand_apart(tmp_path: Path) -> None:
    frame = effects(scattered=True).fillna({"review": "lost"})
    text = frame.astype({"y": object})
    text.loc[[11, 400], "y"] = ["1,5", "about 2"]
    path = tmp_path / "in.csv"
    text.to_csv(path, index=False)
    summary = streamed(path, tmp_path / "out.csv")
    assert summary.scattered
    said = pd.read_csv(summary.rejects, index_col="row")["reason"]
    assert said[said.str.contains("is not a number")].to_dict() == {
        12: "estimate not finite: '1,5' is not a number (decimals have a point)",
        401: "estimate not finite: 'about 2' is not a number",
    }


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".arrow", ".arrows"])
def test_a_table_without_rows(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out{ending}"
    summary = streamed(written(effects().iloc[:0].astype({"review": "str"}), tmp_path / f"in{ending}"), out)
    assert (summary.rows, summary.rejected, summary.syntheses) == (0, 0, {})
    found = read(out)
    assert (len(found), list(found.columns)) == (0, list(expected(effects()).columns))
    assert summary.rejects.read_text().strip() == '"row","key","reason"'


def test_progress_ends_with_all_of_it(tmp_path: Path) -> None:
    frame = effects()
    for ending, guessed in ((".parquet", False), (".csv", True)):
        told = Told()
        streamed(written(frame, tmp_path / f"in{ending}"), tmp_path / "out.csv", teller=told, jobs=1)
        pooling = [step for step in told.steps if step[0] == "pooling"]
        assert pooling[-1] == ("pooling", len(frame), len(frame), "effects")
        assert [done for _, done, _, _ in pooling] == sorted({done for _, done, _, _ in pooling})
        assert guessed or {total for _, _, total, _ in pooling} == {len(frame)}
        assert told.steps[-1] == ("writing", 90, 90, "syntheses")


def test_the_journal_says_all_on_which_bytes_depend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = written(effects(), tmp_path / "in.parquet"), tmp_path / "out.parquet"
    stop_after(monkeypatch, "write_results", 1)
    with pytest.raises(Stopped):
        streamed(path, out)
    noted = json.loads((tmp_path / "out.parquet.unfinished" / "journal.json").read_text())
    assert [file["size"] for file in noted["input"]] == [path.stat().st_size]
    assert noted["options"] == {
        "backend": "numpy", "ci_method": None, "key": "review", "level": 0.95,
        "model": "random-effects",
        "part_rows": 70, "sei": None, "tau2_method": "REML", "vi": "v", "yi": "y",
    }  # fmt: skip
    assert set(noted["built with"]) == {"metasyn", "python", "numpy", "scipy", "numba", "pyarrow"}


BROKEN: list[tuple[str, str | bytes, type[Exception], str]] = [
    ("in.xlsx", "", OptionError, "IN: 'in.xlsx' ends in none of .parquet, .pq, .csv"),
    ("in.parquet", "review,y,v\n", WorkspaceError, "the name says Parquet, the content is CSV"),
    ("in.csv", b"PAR1....", WorkspaceError, "the name says CSV, the content is Parquet"),
    ("in.arrows", "review,y,v\n", WorkspaceError, "the name says Arrow stream, the content is CSV"),
    ("in.parquet", b"PAR1....PAR1", WorkspaceError, "cannot be read as Parquet"),
    ("in.csv", "a,y,v\n1,2,3\n", WorkspaceError, "has no column 'review'; its columns: a, y, v"),
    ("in.csv", "review,y,y,v\n1,2,3,4\n", WorkspaceError, "has several columns 'y'"),
    ("in.csv", "review,y,v\n1,2\n", WorkspaceError, "cannot be read as CSV: .*Expected 3 columns, got 2"),
    ("in.csv", b"review,y,v\n\xff\xff,2,3\n", WorkspaceError, "cannot be read as CSV: .*not UTF-8"),
    ("in.csv", b"review,y,v\n" + b"a,1,1\n" * 9999 + b"\xff,2,3\n", WorkspaceError, "read as CSV: .*UTF8"),
    ("in.csv", "", WorkspaceError, "is empty: the first line of a table names its columns"),
]


@pytest.mark.parametrize(("name", "content", "error", "words"), BROKEN)
def test_broken_input_is_one_line(
    tmp_path: Path, name: str, content: str | bytes, error: type[Exception], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(error, match=words) as caught:
        streamed(path, tmp_path / "out.parquet")
    assert "\n" not in str(caught.value)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_columns_of_the_wrong_kind(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pa.parquet.write_table(pa.table({"review": [[1]], "y": ["0.1"], "v": [1.0], "w": [1.0]}), path)
    with pytest.raises(WorkspaceError, match="column 'y' must hold numbers; it holds string"):
        streamed(path, tmp_path / "out.parquet")
    with pytest.raises(WorkspaceError, match="column 'review' cannot be a key; it holds list"):
        streamed(path, tmp_path / "out.parquet", columns=Columns(key="review", yi="v", vi="w"))


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"options": PoolOptions(tau2_method="GENQ")}, OptionError, "needs weights of the user"),
        ({"options": PoolOptions(level=95)}, OptionError, "level must be in"),
        ({"part_rows": 0}, OptionError, "part_rows must be 1 or more"),
        ({"rejects": Path("out.parquet")}, OptionError, "--rejects is written as CSV; 'out.parquet' says"),
        ({"rejects": Path("in.csv")}, OptionError, "three files"),
    ],
)
def test_other_options_are_refused_before_anything_is_read(
    tmp_path: Path, how: dict[str, Any], error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(effects(), tmp_path / "in.csv")
    with pytest.raises(error, match=words):
        streamed(Path("in.csv"), Path("out.parquet"), **how)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    path = written(effects(), tmp_path / "in.parquet")
    with pytest.raises(WorkspaceError, match="there is no folder"):
        streamed(path, tmp_path / "none" / "out.csv")
    with pytest.raises(OptionError, match="--out: 'out' ends in none of"):
        streamed(path, tmp_path / "out")
    (tmp_path / "folder.csv").mkdir()
    for place, how in (("folder.csv", {}), ("out.csv", {"rejects": tmp_path / "folder.csv"})):
        with pytest.raises(WorkspaceError, match=r"folder\.csv is a folder"):
            streamed(path, tmp_path / place, **how)
    with pytest.raises(WorkspaceError, match="there is no folder"):
        streamed(path, tmp_path / "out.csv", rejects=tmp_path / "none" / "rejects.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder.csv", "in.parquet"]


def test_the_default_interval_is_that_of_the_model(tmp_path: Path) -> None:
    path = written(effects(), tmp_path / "in.parquet")
    for model, interval in (("common-effect", "wald"), ("random-effects", "hartung-knapp-adhoc")):
        tables = []
        for ci in (None, interval):
            out = tmp_path / f"{model}-{ci}.parquet"
            streamed(path, out, options=PoolOptions(model=model, ci_method=ci))
            tables.append(read(out))
        pd.testing.assert_frame_equal(*tables)


def test_rejects_of_another_run_are_not_written_over(tmp_path: Path) -> None:
    path, rejects = written(effects(), tmp_path / "in.parquet"), tmp_path / "r.csv"
    streamed(path, tmp_path / "a.csv", rejects=rejects)
    said = rejects.read_bytes()
    with pytest.raises(OptionError, match=r"r\.csv is there, but .*b\.csv is not"):
        streamed(path, tmp_path / "b.csv", rejects=rejects, options=PoolOptions(level=0.9))
    streamed(path, tmp_path / "a.csv", rejects=rejects)
    assert rejects.read_bytes() == said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "in.parquet", "r.csv"]


@pytest.mark.parametrize("name", ["r.csv", "a.csv.rejects.csv"])
def test_two_do_not_write_the_same_rejects_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, rejects = written(effects(), tmp_path / "in.parquet"), tmp_path / name
    original = run.pool_task

    def meddling(*given: Any) -> Any:
        with pytest.raises(ReportError, match=f"another metasyn batch is writing .*{re.escape(name)}"):
            streamed(path, tmp_path / "b.csv", rejects=rejects, options=PoolOptions(level=0.9))
        return original(*given)

    monkeypatch.setattr(run, "pool_task", meddling)
    streamed(path, tmp_path / "a.csv", rejects=rejects, jobs=1)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["a.csv", "in.parquet", name])


def test_that_it_compiles_is_told_once() -> None:
    numba = pytest.importorskip("numba")
    told: list[str] = []
    one, two, three = (numba.njit(lambda x, add=add: x + add) for add in (1, 2, 3))
    with compiling_told("compiled", lambda: told.append("compiling")):
        assert (one(1), one(2), two(1)) == (2, 3, 3)
        assert told == ["compiling"]
    with compiling_told("compiled", lambda: told.append("again")):
        assert two(1) == 3
    with compiling_told("numpy", lambda: told.append("numpy")):
        assert three(1) == 4
    assert told == ["compiling"]


def test_columns_are_three() -> None:
    for given in ({}, {"vi": "v", "sei": "s"}):
        with pytest.raises(OptionError, match="one of them"):
            Columns(key="k", yi="y", **given)
    with pytest.raises(OptionError, match="three columns"):
        Columns(key="k", yi="y", vi="y")


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(effects(), tmp_path / "in.parquet")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(WorkspaceError, match=r"pip install 'metasyn-evidence\[batch\]'"):
        streamed(path, tmp_path / "out.parquet")


def test_status_words_are_known() -> None:
    assert pooling.WORDS[: len(pooling.STATUS)] == pooling.STATUS
