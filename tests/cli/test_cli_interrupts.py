"""Ctrl-C at any moment ends with its own exit code, also where another error takes its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from metasyn.cli import entry, interrupts, main


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Under nohup, and on many CI runners, a process inherits an ignored interrupt."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "error",
    [
        SystemError("returned a result with an exception set"),
        ImportError("cannot import name 'x' from partially initialized module"),
        ModuleNotFoundError("No module named 'pandas._libs'", name="pandas._libs"),
        AttributeError("module 'pandas' has no attribute 'util'"),
        OSError("interrupted"),
        None,
    ],
    ids=lambda error: type(error).__name__,
)
def test_hidden_in_another_error(metasyn, monkeypatch, error):
    def hiding(*given: Any, **how: Any) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if error is None:
                raise
            raise error from None

    monkeypatch.setattr(entry, "app", hiding)
    assert metasyn("check") == (130, "", "metasyn: interrupted.\n")


def test_without_ctrl_c_a_defect_stays_a_defect(metasyn, monkeypatch):
    def broken(*given: Any, **how: Any) -> None:
        raise SystemError("of another cause")

    monkeypatch.setattr(entry, "app", broken)
    answer = metasyn("check")
    assert answer.code == 70
    assert "SystemError: of another cause" in answer.err


def test_where_ctrl_c_is_for_others_it_is_left_to_them():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts.noted() as came:
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert came == []
    signal.signal(signal.SIGINT, signal.default_int_handler)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["--version"])))
    thread.start()
    thread.join()
    assert codes == [0]


# Ctrl-C comes when this module is looked for; the import of the command hides it, as that of pandas may.
AT_IMPORT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "{module}":
            sys.meta_path.remove(self)
            try:
                os.kill(os.getpid(), signal.SIGINT)
                while True:
                    pass
            except KeyboardInterrupt:
                {then}
sys.meta_path.insert(0, Finder())
from metasyn.cli import main
sys.exit(main(["batch", "in.csv", "--key", "k", "--yi", "y", "--vi", "v", "--out", "out.csv"]))
"""


@pytest.mark.parametrize(
    ("module", "then"),
    [
        ("cyclopts", "raise"),  # the command line itself is being loaded
        ("cyclopts", "raise SystemError('hidden') from None"),
        ("pandas._libs", "raise SystemError('hidden') from None"),
        ("pyarrow", "raise ModuleNotFoundError('hidden', name='pyarrow') from None"),
    ],
)
def test_while_modules_are_loaded(process, tmp_path, module, then):
    (tmp_path / "in.csv").write_text("k,y,v\na,1,1\na,2,1\n")
    answer = process("-c", AT_IMPORT.format(module=module, then=then), cwd=tmp_path)
    assert answer == (130, "", "metasyn: interrupted.\n")
    assert not (tmp_path / "out.csv").exists()


# What a command does after Ctrl-C; the process has to end all the same.
STUCK = """
import ctypes, os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from metasyn import cli
from metasyn.cli import entry, interrupts
interrupts.GRACE = {grace}
def app(*given, **how):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        print("heard", flush=True)
        {then}
entry.app = app
cli.command()
"""


@pytest.mark.parametrize(
    "then",
    [
        "threading.Event().wait()",
        "ctypes.CDLL(None).sleep(60)",
        "threading.Thread(target=threading.Event().wait).start(); raise",
    ],
    ids=["a lock", "compiled code", "a thread that never ends"],
)
def test_the_process_ends_in_any_case(process, tmp_path, then):
    answer = process("-c", STUCK.format(grace=0.3, then=then), cwd=tmp_path)
    assert answer == (130, "heard\n", "metasyn: interrupted.\n")


def test_a_second_one_ends_at_once_what_python_cannot_end(tmp_path):
    code = STUCK.format(grace=60, then="ctypes.PyDLL(None).sleep(60)")  # no thread of Python runs meanwhile
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=tmp_path) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"heard\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == -signal.SIGINT


def test_what_ends_by_itself_is_not_ended(process, tmp_path):
    code = STUCK.format(grace=0.1, then="return") + "\n"
    code = code.replace("cli.command()", "print(cli.main([])); time.sleep(0.5); print('still here')")
    assert process("-c", code, cwd=tmp_path) == (0, "heard\n0\nstill here\n", "")


# Says that it is ready when Ctrl-C is first listened for.
TOLD_WHEN_HEARING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from metasyn.cli import command
set_handler = signal.signal
def told(number, handler):
    before = set_handler(number, handler)
    signal.signal = set_handler
    print("ready", flush=True)
    return before
signal.signal = told
command()
"""


@pytest.mark.slow
def test_at_many_moments_of_a_run(tmp_path):
    rows = (f"{i // 9},{i % 7 / 7},{0.1 + i % 5}" for i in range(200_000))
    (tmp_path / "in.csv").write_text("\n".join(["k,y,v", *rows]))
    words = ("batch", "in.csv", "--key", "k", "--yi", "y", "--vi", "v", "--part-rows", "2000")
    codes = set()
    for number in range(40):
        with subprocess.Popen(
            [sys.executable, "-c", TOLD_WHEN_HEARING, *words, "--out", f"out-{number}.csv"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            time.sleep(0.025 * number)
            running.send_signal(signal.SIGINT)
            try:
                _, err = running.communicate(timeout=60)
            finally:
                running.kill()
        # Python drops an exception raised while it forgets the lock of a module, and says so.
        ended = (running.returncode, err)
        assert ended in [(130, "metasyn: interrupted.\n"), (0, ""), (-signal.SIGINT, "")] or (
            running.returncode == 0 and err.startswith("Exception ignored in: ")
        )
        codes.add(running.returncode)
    assert 130 in codes
