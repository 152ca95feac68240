"""Ctrl-C at any moment ends with its own exit code, also where another error takes its place."""

from __future__ import annotations

import signal
import threading
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
