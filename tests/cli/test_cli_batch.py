"""`metasyn batch` as a person meets it: words, exit codes, and a process that is killed."""

from __future__ import annotations

import os
import pty
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from metasyn.batch import pool_many
from metasyn.batch.pool_many import BATCH_INTERVALS
from metasyn.cli.batch import BATCH_EXAMPLES
from metasyn.cli.batch_progress import Moving
from metasyn.cli.exit_codes import ExitCode
from metasyn.vocabulary import CiMethod, ManyTau2Method, Tau2Method

TABLE = """review,yi,vi,sei
A,-0.60,0.04,0.2
A,-0.22,0.0225,0.15
A,0.05,0.0625,0.25
B,0.4,0.1,0.3
B,0.1,0.1,0.3
C,-0.3,-1,0.1
C,0.3,0.1,0.1
,0.3,0.1,0.1
D,0.2,0.1,0.1
"""
HOW = ("--key", "review", "--yi", "yi", "--vi", "vi")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "effects.csv"
    path.write_text(TABLE)
    return path


def test_it_says_what_became_of_rows_and_syntheses(metasyn, table, tmp_path):
    answer = metasyn("batch", "effects.csv", *HOW, "--out", "pooled.csv", "--tau2", "DL", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "9 rows: 5 used, 4 not used",
        "4 syntheses: 2 ok, 1 one effect, 1 variance not above zero",
        "wrote pooled.csv and pooled.csv.rejects.csv",
    ]
    assert (tmp_path / "pooled.csv.rejects.csv").read_text().splitlines() == [
        '"row","key","reason"',
        '6,"C","variance not above zero"',
        '7,"C","another row of its synthesis: variance not above zero"',
        '8,,"no key"',
        '9,"D","one effect, nothing to pool"',
    ]
    found = pd.read_csv(tmp_path / "pooled.csv", index_col="key")
    # metafor 3.8-1: rma(c(-.6, -.22, .05), c(.04, .0225, .0625), method = "DL"), the same of B
    assert found.loc["A", "estimate"] == pytest.approx(-0.2742753845, abs=1e-10)
    assert found.loc["A", "tau2"] == pytest.approx(0.047339, abs=1e-10)
    assert found.loc["B", ["estimate", "tau2"]].tolist() == pytest.approx([0.25, 0.0], abs=1e-12)
    assert found["status"].tolist() == ["ok", "ok", "variance not above zero", "one effect"]


def test_standard_errors_and_options(metasyn, table, tmp_path):
    given = ("--key", "review", "--yi", "yi", "--sei", "sei", "--model", "common-effect", "--ci", "wald")
    answer = metasyn(
        "batch", table, *given, "--level", "0.9", "--out", tmp_path / "o.csv", "--rejects", tmp_path / "r.csv"
    )
    assert answer.code == 0
    frame = pd.read_csv(table)[:7]
    target = pool_many(
        frame["yi"],
        frame["sei"] ** 2,
        groups=frame["review"],
        model="common-effect",
        ci_method="wald",
        level=0.9,
    ).to_frame()
    found = pd.read_csv(tmp_path / "o.csv")[:3]
    np.testing.assert_allclose(found[["estimate", "ci_low"]], target[["estimate", "ci_low"]], rtol=1e-13)
    assert (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--vi", "vi", "--out", "o.csv", "--tau2", "XX"), "metasyn: --tau2 must be one of"),
        (
            ("--vi", "vi", "--out", "o.csv", "--ci", "permutation"),
            "one of 'wald', 't', 'hartung-knapp', 'hart",
        ),
        (("--vi", "vi", "--out", "o.csv", "--tau2", "GENQ"), "'SJ', 'SJIT'; got 'GENQ'"),
        (("--vi", "variance", "--out", "o.csv"), "effects.csv has no column 'variance'; its columns: review"),
        (("--vi", "vi", "--out", "o.xlsx"), "--out: 'o.xlsx' ends in none of"),
        (("--vi", "vi", "--sei", "sei", "--out", "o.csv"), "one of them"),
        (("--out", "o.csv"), "one of them"),
        (("--vi", "vi", "--out", "o.csv", "--jobs", "0"), "--jobs must be 1 or more; got 0"),
        (("--vi", "vi", "--out", "effects.csv"), "three files"),
        (
            ("--vi", "vi", "--out", "o.csv", "--scheduler", "tcp://127.0.0.1:9", "--jobs", "2"),
            "give one of them",
        ),
    ],
)
def test_mistakes_are_told_in_one_line(metasyn, table, tmp_path, arguments, words):
    answer = metasyn("batch", "effects.csv", "--key", "review", "--yi", "yi", *arguments, cwd=tmp_path)
    assert answer.code == ExitCode.BAD_INPUT
    assert words in answer.err
    assert len(answer.err.removesuffix("\nTry 'metasyn batch --help'.\n").strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["effects.csv"]


def test_nothing_to_pool_has_an_exit_code_of_its_own(metasyn, tmp_path):
    (tmp_path / "in.csv").write_text("review,yi,vi\nA,1,1\nB,x,1\n")
    answer = metasyn("batch", "in.csv", *HOW, "--out", "o.csv", cwd=tmp_path)
    assert answer.code == ExitCode.NOT_ESTIMABLE
    assert "2 rows: 0 used, 2 not used" in answer.out
    assert answer.err == "metasyn: no synthesis could be pooled; o.csv.rejects.csv says why.\n"
    (tmp_path / "none.csv").write_text("review,yi,vi\n")
    empty = metasyn("batch", "none.csv", *HOW, "--out", "none.parquet", cwd=tmp_path)
    assert (empty.code, empty.err) == (0, "")


def test_help_has_examples(metasyn):
    answer = metasyn("batch", "--help")
    assert (answer.code, answer.err) == (0, "")
    for words in (
        "metasyn batch effects.parquet --key review",
        "--scheduler",
        "OUT.rejects.csv",
        "3 OUT is written, but",
    ):
        assert words in answer.out
    assert max(map(len, BATCH_EXAMPLES.splitlines())) <= 80
    # What cannot be computed for many sets at once is not offered.
    for word in (*get_args(CiMethod), *get_args(Tau2Method)):
        offered = re.search(rf"(?<![\w-]){word}(?![\w-])", answer.out) is not None
        assert offered == (word in (*BATCH_INTERVALS, *get_args(ManyTau2Method)))


def test_one_is_no_plural(metasyn, tmp_path):
    (tmp_path / "in.csv").write_text("review,yi,vi\nA,1,1\n")
    answer = metasyn("batch", "in.csv", *HOW, "--out", "o.csv", cwd=tmp_path)
    assert answer.out.splitlines()[:2] == ["1 row: 0 used, 1 not used", "1 synthesis: 1 one effect"]


def test_what_is_no_scheduler_is_told_at_once(process, table, tmp_path):
    words = ("--out", "o.csv", "--scheduler", "foo")
    answer = process("-m", "metasyn", "batch", table, *HOW, *words, cwd=tmp_path)
    said = "metasyn: 'foo' is not the address of a Dask scheduler, as tcp://host:8786 is.\n"
    assert answer == (ExitCode.BAD_INPUT, "", said)


def test_what_is_no_dask_is_no_scheduler(process, table, tmp_path):
    def speak_ssh() -> None:
        while True:
            try:
                with listener.accept()[0] as caller:
                    caller.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
                    caller.recv(1)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=speak_ssh, daemon=True).start()
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        words = ("--out", "o.csv", "--scheduler", address)
        answer = process("-m", "metasyn", "batch", table, *HOW, *words, cwd=tmp_path)
        listener.shutdown(socket.SHUT_RDWR)
    assert answer == (ExitCode.BAD_INPUT, "", f"metasyn: no Dask scheduler answers at {address}.\n")


class Bars:
    """Stands for the bars of rich; remembers how each was last shown."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, object]] = {}

    def add_task(self, words: str, **fields: object) -> str:
        self.shown[words] = fields
        return words

    def update(self, words: str, **fields: object) -> None:
        self.shown[words] |= fields

    def stop_task(self, words: str) -> None: ...


def test_rate_and_time_left_do_not_count_what_was_taken_over():
    now, bars = [100.0], Bars()
    moving = Moving(bars, clock=lambda: now[0])
    moving.step("taking over", 9000, 20_000, "effects")
    for seconds, done, total in ((0, 10_000, 20_000), (2, 11_000, 21_000), (4, 12_000, 22_000)):
        now[0] = 100.0 + seconds
        moving.step("pooling", done, total, "effects")
    last = bars.shown["pooling"]
    assert (last["rate"], last["left"]) == ("500/s", "0:00:20 left")
    assert bars.shown["taking over"]["rate"] == ""


# A process of its own, killed.


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12,000 effects of 1,200 syntheses whose rows do not stand together, and some that cannot be pooled."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"review": rng.integers(0, 1200, 12_000), "yi": rng.normal(size=12_000)})
    frame["vi"] = rng.uniform(-0.0001, 0.2, 12_000)
    path = tmp_path_factory.mktemp("large") / "effects.csv"
    frame.to_csv(path, index=False)
    frame.sort_values("review", kind="stable").to_csv(path.with_name("sorted.csv"), index=False)
    return path


def command(path: Path, out: Path, *more: str) -> list[str]:
    words = ("-m", "metasyn", "batch", str(path), *HOW, "--out", str(out), "--part-rows", "400", *more)
    return [sys.executable, *words]


def whole(path: Path, out: Path) -> tuple[bytes, bytes]:
    """What an undisturbed run writes."""
    subprocess.run(command(path, out, "--jobs", "1"), check=True, capture_output=True)
    return files(out)


def files(out: Path) -> tuple[bytes, bytes]:
    return out.read_bytes(), out.with_name(out.name + ".rejects.csv").read_bytes()


# The command, in a process that is hit by a signal when it is about to put the AT-th part away.
HIT = """
import os, signal, sys
from metasyn.workspace.streaming import run
original, left = run.results_table, [{at}]
def dying(*given):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.{name})
    return original(*given)
run.results_table = dying
from metasyn.cli import main
sys.exit(main(sys.argv[1:]))
"""


def hit(path: Path, out: Path, name: str, at: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", HIT.format(at=at, name=name), *command(path, out)[3:]]
    # In the background a shell lets its commands ignore SIGINT, and they inherit that.
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.slow
def test_a_run_killed_and_interrupted_ends_with_the_same_bytes(metasyn, large, tmp_path):
    path, out = large.with_name("sorted.csv"), tmp_path / "out.parquet"
    target = tmp_path / "whole.parquet"
    assert metasyn(*command(path, target, "--jobs", "1")[3:]).code == 0
    killed = hit(path, out, "SIGKILL", 4)
    assert (killed.returncode, killed.stdout, killed.stderr) == (-signal.SIGKILL, "", "")
    interrupted = hit(path, out, "SIGINT", 9)
    assert (interrupted.returncode, interrupted.stdout) == (ExitCode.INTERRUPTED, "")
    goes_on = "metasyn: going on with what an interrupted run has finished.\n"
    assert interrupted.stderr == f"{goes_on}metasyn: interrupted.\n"
    assert not out.exists()
    # Three parts of the first run, eight of the second.
    assert len(list(out.with_name("out.parquet.unfinished").glob("part-*.arrows"))) == 11
    done = metasyn(*command(path, out, "--jobs", "2")[3:])
    assert (done.code, done.err) == (0, goes_on)
    assert files(out) == files(target)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("out")) == [
        "out.parquet", "out.parquet.rejects.csv",
    ]  # fmt: skip


# The same, hit some milliseconds after it has begun to write its AT-th file.
HIT_WRITING = """
import os, signal, sys, threading
original, left = os.fsync, [{at}]
def dying(handle):
    left[0] -= 1
    if left[0] == 0:
        threading.Timer({delay}, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return original(handle)
os.fsync = dying
from metasyn.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sorted.csv", "effects.csv"])
def test_a_run_killed_at_random_instants_ends_with_the_same_bytes(large, tmp_path, name):
    path, target = large.with_name(name), whole(large.with_name(name), tmp_path / "whole.csv")
    chance, out = random.Random(5), tmp_path / "out.csv"
    # Some 75 files are written in all, so that none of these runs comes to its end.
    for _ in range(6):
        code = HIT_WRITING.format(at=chance.randint(1, 7), delay=chance.uniform(0, 0.02))
        words = [sys.executable, "-c", code, *command(path, out, "--jobs", "2")[3:]]
        assert subprocess.run(words, capture_output=True, check=False).returncode == -signal.SIGKILL
        assert not out.exists()
    subprocess.run(command(path, out, "--jobs", "2"), check=True, capture_output=True)
    assert files(out) == target
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("out")) == [
        "out.csv", "out.csv.rejects.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [120, 40])
def test_a_terminal_sees_rate_and_time_left(large, tmp_path, width):
    mine, theirs = pty.openpty()
    run = subprocess.Popen(
        command(large, tmp_path / "out.csv", "--jobs", "1"),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "COLUMNS": str(width), "TERM": "xterm"},
    )
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(mine, 65536):
            said += piece
    except OSError:  # the other end is closed
        pass
    os.close(mine)
    assert run.wait() == 0
    text = said.decode()
    for words in ("sorting by key", "pooling", "writing", "12,000 effects", "1,200 syntheses"):
        assert words in text
    assert ("/s" in text) == (width == 120)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    assert max(len(line.strip()) for line in re.split(r"[\r\n]+", plain) if "metasyn" not in line) <= width
