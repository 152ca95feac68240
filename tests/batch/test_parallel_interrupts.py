"""Ctrl-C between any two steps of the thread pool ends a run, and leaves no lock taken."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from metasyn.batch.held_back import ctrl_c_held_back

# The process forks for every moment: in the child Ctrl-C comes at the moment-th step of Python code in the
# pool, in the waiting for it, or in what holds Ctrl-C back. A child that does not end says where it waits.
MOMENTS = """
import faulthandler, os, signal, sys, time
from concurrent.futures import ThreadPoolExecutor, wait
signal.signal(signal.SIGINT, signal.default_int_handler)
from metasyn.batch.parallel import map_parts

FILES = ("threading.py", "concurrent/futures/thread.py", "concurrent/futures/_base.py", "held_back.py")

def work(number):
    time.sleep(0.0005)
    return number

def watched(frame, event, arg):
    global moment
    if not frame.f_code.co_filename.endswith(FILES):
        return watched if "metasyn" in frame.f_code.co_filename else None
    frame.f_trace_opcodes = True
    if event == "opcode":
        moment -= 1
        if moment == 0:
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)
    return watched

ended = "nothing"
for moment in range(*map(int, sys.argv[1:])):
    child = os.fork()
    if child == 0:
        faulthandler.dump_traceback_later(20, exit=True)
        sys.settrace(watched)
        try:
            ended = sum(map_parts(work, range(12), n_jobs=2))
        except BaseException as error:
            ended = type(error)
        sys.settrace(None)
        sys.exit({KeyboardInterrupt: 3}.get(ended, str(ended)))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 3, f"moment {moment}"
print("all ended")
"""


@pytest.mark.slow
def test_at_any_step_of_the_pool():
    # About one moment in forty let the process hang before Ctrl-C was held back.
    done = subprocess.run(
        [sys.executable, "-c", MOMENTS, "1", "6000", "17"],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("all ended\n", 0), done.stderr


def test_it_comes_when_the_block_ends():
    before, steps = signal.signal(signal.SIGINT, signal.default_int_handler), []

    @ctrl_c_held_back()
    def in_block() -> None:
        signal.raise_signal(signal.SIGINT)
        steps.append("in the block")

    try:
        with pytest.raises(KeyboardInterrupt):
            in_block()
        assert steps == ["in the block"]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_goes_wrong_in_the_block_is_not_hidden():
    with pytest.raises(ValueError, match="in the block"), ctrl_c_held_back():
        raise ValueError("in the block")


def test_where_it_is_ignored_or_in_other_threads_nothing_changes():
    before, found = signal.signal(signal.SIGINT, signal.SIG_IGN), []

    def look() -> None:
        with ctrl_c_held_back():
            found.append(signal.getsignal(signal.SIGINT))

    try:
        look()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert found == [signal.SIG_IGN, signal.default_int_handler]
