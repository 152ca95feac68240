"""Several processes: helpers that render, runs at the same time, and what a kill or Ctrl-C leaves."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from metasyn.errors import ReportError
from metasyn.workspace.building import workers
from metasyn.workspace.building.build import build
from metasyn.workspace.building.parcels import packed, packed_error
from metasyn.workspace.project import Project

ROOT = Path(__file__).resolve().parents[2]
# What a script does in a helper only: there it has a parent.
IN_A_HELPER = """
import multiprocessing, os, signal, time
from pathlib import Path
if multiprocessing.parent_process() is not None:
    {does}
"""
# The parent renders nothing itself: it waits for its helper.
BUSY_PARENT = """
import sys, time
from metasyn.workspace.building import workers
workers.attempt = lambda bench, task: time.sleep(600)
from metasyn.cli import main
if __name__ == "__main__":
    sys.exit(main(["run", "--jobs", "2"]))
"""
NAMES = ("sleep_with_tea", "tea_vs_water")


@pytest.fixture
def one_each(monkeypatch):
    """The parent renders the larger report, and waits with it until the helper has rendered the other."""
    answered = threading.Event()
    there, here = workers._rendered_there, workers.attempt

    def helper_first(helper, task):
        try:
            return there(helper, task)
        finally:
            answered.set()

    def parent_second(bench, task):
        assert answered.wait(60)
        return here(bench, task)

    monkeypatch.setattr(workers, "_rendered_there", helper_first)
    monkeypatch.setattr(workers, "attempt", parent_second)


def in_a_helper(script: Path, does: str) -> None:
    script.write_text(IN_A_HELPER.format(does=does) + script.read_text())


@pytest.mark.slow
def test_a_helper_gives_the_same_bytes(tiny_project, built_once, snapshot, one_each):
    told = []
    project = Project(tiny_project)
    done = build(project, NAMES, jobs=2, progress=lambda *what: told.append(what))
    assert [one.state for one in done] == ["built", "built"]
    for name in NAMES:
        assert snapshot(project.report(name)) == snapshot(built_once / "reports" / name)
    (alone,) = build(project, ["sleep_with_tea"], force=True)
    for field in ("files", "left_out", "labels"):
        assert getattr(done[0], field) == getattr(alone, field)
    assert [number for _, number, _ in told] == [0, 0, 1, 2]
    assert [names for names, *_ in told][1:] == [NAMES, ("tea_vs_water",), ()]


@pytest.mark.slow
def test_jobs_change_nothing_that_is_said(process, tiny_project, snapshot):
    one = process("-m", "metasyn", "run", "--jobs", "1", cwd=tiny_project)
    before = snapshot(tiny_project)
    two = process("-m", "metasyn", "run", "--jobs", "2", "--force", cwd=tiny_project)
    assert (one.code, two.code) == (0, 0)
    assert two.out == re.sub("never built here", "--force", one.out).replace(
        "index: wrote reports/index.html\n", ""
    )
    assert snapshot(tiny_project) == before


def test_an_error_of_a_helper_is_that_error(tiny_project, one_each):
    in_a_helper(tiny_project / "analyses" / "sleep_with_tea.py", "from metasyn.nowhere import nothing")
    first, second = build(Project(tiny_project), NAMES, jobs=2)
    assert (first.state, second.state) == ("failed", "built")
    assert re.search(r"sleep_with_tea\.py line 5: ModuleNotFoundError", str(first.error))


def test_a_killed_helper_fails_one_report(built, snapshot, one_each):
    before = snapshot(built / "reports" / "sleep_with_tea")
    in_a_helper(built / "analyses" / "sleep_with_tea.py", "os.kill(os.getpid(), signal.SIGKILL)")
    first, second = build(Project(built), NAMES, force=True, jobs=2)
    assert (first.state, second.state) == ("failed", "built")
    assert isinstance(first.error, ReportError)
    assert str(first.error) == (
        "the process that rendered the report was ended by signal 9, SIGKILL "
        "(the system does that when memory runs out)."
    )
    assert snapshot(built / "reports" / "sleep_with_tea") == before


def test_without_room_for_processes_everything_is_built_here(tiny_project, monkeypatch):
    def no_room():
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(workers, "_hired", no_room)
    assert [one.state for one in build(Project(tiny_project), NAMES, jobs=2)] == ["built", "built"]


def test_a_defect_in_a_helper_ends_the_run(tiny_project, one_each, monkeypatch):
    monkeypatch.setattr(workers, "_packed", lambda bench, tasks: packed((bench.project, None, {}, {})))
    with pytest.raises(AttributeError, match="NoneType") as caught:
        build(Project(tiny_project), NAMES, jobs=2)
    assert "metasyn/workspace/building/rendering.py" in caught.value.__notes__[0]  # where it happened there
    names = {path.name for path in (tiny_project / "reports").iterdir()}
    assert names <= {
        ".gitignore",
        ".lock",
        ".tables",
        "tea_vs_water",
    }  # rendered here, whole; no note


def test_what_is_carried_arrives_the_same():
    import pickle

    from metasyn.errors import ClaimError, EvidenceError, OptionError
    from metasyn.values import Finding

    class Odd(Exception):
        def __init__(self, one: int, other: int) -> None:
            super().__init__(f"{one} and {other}")

    finding = Finding(code="x", message="is wrong", where="results.csv line 2")
    for error in (
        EvidenceError([finding, finding]),
        ClaimError(["first", "second"]),
        OptionError("level must be less than 1"),
        ModuleNotFoundError("No module named 'typst'", name="typst"),
        FileNotFoundError(2, "No such file", "x.csv"),
    ):
        arrived = pickle.loads(packed_error(error))
        assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))
        assert getattr(arrived, "name", None) == getattr(error, "name", None)
    assert "1 and 2" in pickle.loads(packed_error(Odd(1, 2)))


def test_the_evidence_arrives_the_same(tiny_project):
    import pickle

    from metasyn.evidence.digest import digests
    from metasyn.evidence.read import read_evidence

    evidence = read_evidence(tiny_project / "data")
    arrived = pickle.loads(packed(evidence))
    assert dict(digests(arrived)) == dict(digests(evidence))
    with pytest.raises(TypeError):
        arrived.studies["AX"] = None


def started(project: Path) -> subprocess.Popen[str]:
    """A run in a session of its own, once its helper is at work."""
    for name in NAMES:
        in_a_helper(project / "analyses" / f"{name}.py", 'Path("at_work").touch(); time.sleep(600)')
    script = project / "busy_parent.py"
    script.write_text(BUSY_PARENT)
    running = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (project / "at_work").exists():
        assert running.poll() is None
        time.sleep(0.01)
    return running


def alive(group: int) -> bool:
    """Whether any process of a group is left, after a moment of grace."""
    for _ in range(1000):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.slow
def test_control_c_ends_all(built, snapshot):
    before = snapshot(built / "reports")
    running = started(built)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, "", "metasyn: interrupted.\n")
    assert not alive(running.pid)
    after = snapshot(built / "reports")
    assert after == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_no_orphans(built, snapshot, number):
    before = snapshot(built / "reports")
    running = started(built)
    os.kill(running.pid, number)
    running.communicate(timeout=30)
    assert not alive(running.pid)
    after = snapshot(built / "reports")
    assert {name: after[name] for name in before} == before


@pytest.mark.slow
def test_many_runs_at_once(metasyn, built, tmp_path, snapshot):
    """On stale reports: one of them builds, all succeed, and what comes out is what one run gives."""
    table = built / "data" / "results.csv"
    table.write_text(table.read_text().replace("0.72,0.55,0.94", "0.70,0.53,0.93"))
    alone = tmp_path / "alone"
    shutil.copytree(built, alone)
    said = metasyn("run", cwd=alone).out
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "metasyn", "run"],
            cwd=built,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(12)
    ]
    answers = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    assert sum("tea_vs_water: built (" in out for out, _ in answers) == 1
    assert sum("tea_vs_water: up to date" in out for out, _ in answers) == len(processes) - 1
    assert sum("index: wrote" in out for out, _ in answers) == 1
    assert "tea_vs_water: built (" in said
    waits = {line for _, err in answers for line in err.splitlines()}
    assert all(
        re.match(r"metasyn: waiting for (process \d+ \(metasyn run\)|another metasyn)", one) for one in waits
    )
    assert snapshot(built) == snapshot(alone)


@pytest.mark.slow
def test_kills_at_random_instants():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "kill_runs.py"), "--kills", "10", "--together", "0"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "10 kills of runs: no report mixed, none lost, nothing left behind" in done.stdout
