"""One writer at a time: who waits, who is told, and that the dead block nobody."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from metasyn.errors import OptionError, ReportError
from metasyn.workspace.building.lock import project_lock
from metasyn.workspace.project import Project

# Takes the lock, says so, and keeps it until it is told to go on.
HOLDER = """
import sys
from pathlib import Path
from metasyn.workspace.building.lock import project_lock
from metasyn.workspace.project import Project
with project_lock(Project(Path(sys.argv[1])), command="release"):
    print("held", flush=True)
    sys.stdin.readline()
"""

WITHOUT_LOCKS = """
import errno, fcntl
def missing(*_):
    raise OSError(errno.ENOSYS, "")
fcntl.flock = missing
"""


class Holder:
    """Another process that holds the lock."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def end(self, number: int = 0) -> None:
        if number:
            self.process.send_signal(number)
        self.process.communicate("go\n")


@pytest.fixture
def holder(tmp_path: Path):
    held = Holder(tmp_path)
    yield held
    if held.process.returncode is None:
        held.end(signal.SIGKILL)


def test_who_does_not_wait_is_told_who_writes(tmp_path, holder):
    with (
        pytest.raises(ReportError) as caught,
        project_lock(Project(tmp_path), command="run", wait=0, tell=pytest.fail),
    ):
        pytest.fail("two hold the lock")
    assert str(caught.value) == (
        f"process {holder.process.pid} (metasyn release) is still writing reports/; nothing was written. "
        "--wait SECONDS says how long to wait."
    )
    holder.end()
    with project_lock(Project(tmp_path), command="run", wait=0) as waited:
        assert waited is False


def test_who_waits_is_told_for_whom_and_gets_it(tmp_path, holder):
    told = []

    def tell(whom: str) -> None:
        told.append(whom)
        holder.end()  # only now: we do wait

    with project_lock(Project(tmp_path), command="run", wait=60, tell=tell) as waited:
        assert waited is True
        note = json.loads((tmp_path / "reports" / ".lock-holder").read_text())
        assert note == {"pid": os.getpid(), "command": "run"}
    assert told == [f"waiting for process {holder.process.pid} (metasyn release), which is writing reports/"]
    assert [path.name for path in (tmp_path / "reports").iterdir()] == [".lock"]


def test_waiting_has_an_end(tmp_path, holder):
    with (
        pytest.raises(ReportError, match=r"still writing reports/ after 0\.2 seconds"),
        project_lock(Project(tmp_path), command="run", wait=0.2),
    ):
        pytest.fail("two hold the lock")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_holder_blocks_nobody(tmp_path, holder, number):
    holder.end(number)
    assert (tmp_path / "reports" / ".lock-holder").exists()  # it had no time to tidy up
    with project_lock(Project(tmp_path), command="run", wait=0) as waited:
        assert waited is False
    assert not (tmp_path / "reports" / ".lock-holder").exists()


def test_it_can_be_taken_again_by_who_has_it(tmp_path):
    project = Project(tmp_path)
    with project_lock(project, command="release"):
        with project_lock(project, command="run", wait=0) as waited:
            assert waited is False
        note = json.loads((tmp_path / "reports" / ".lock-holder").read_text())
        assert note["command"] == "release"  # the outer one still writes
        other = subprocess.run(
            [sys.executable, "-c", HOLDER.replace('"release"', '"x", wait=0'), str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "is still writing" in other.stderr


def test_threads_exclude_one_another(tmp_path):
    project, refused = Project(tmp_path), []

    def other() -> None:
        try:
            with project_lock(project, command="run", wait=0):
                refused.append("no")
        except ReportError as error:
            refused.append(str(error))

    with project_lock(project, command="watch"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert refused[0].startswith(f"process {os.getpid()} (metasyn watch) is still writing")


def test_an_error_inside_gives_it_back(tmp_path):
    with pytest.raises(KeyboardInterrupt), project_lock(Project(tmp_path), command="run"):
        raise KeyboardInterrupt
    Holder(tmp_path).end()


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"pid": "x", "command": 1}', "\0"])
def test_a_note_that_says_nothing(tmp_path, holder, note):
    (tmp_path / "reports" / ".lock-holder").write_text(note)
    with (
        pytest.raises(ReportError, match=r"^another metasyn is still writing"),
        project_lock(Project(tmp_path), command="run", wait=0),
    ):
        pytest.fail("two hold the lock")


@pytest.mark.parametrize("wait", [-1, float("nan"), float("inf")])
def test_a_wait_that_is_no_time(tmp_path, wait):
    with (
        pytest.raises(OptionError, match="number of seconds"),
        project_lock(Project(tmp_path), command="run", wait=wait),
    ):
        pytest.fail("it was taken")
    assert list(tmp_path.iterdir()) == []


def test_reports_is_a_file(tmp_path):
    (tmp_path / "reports").write_text("mine")
    with pytest.raises(ReportError, match="is a file"), project_lock(Project(tmp_path), command="run"):
        pytest.fail("it was taken")
    assert (tmp_path / "reports").read_text() == "mine"


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.ENOLCK])
def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch, number):
    from filelock import FileLock

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "reports/.lock")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with pytest.raises(ReportError) as caught, project_lock(Project(tmp_path), command="run"):
        pytest.fail("it was taken")
    assert str(caught.value) == f"nothing can be written to {tmp_path / 'reports'}: {os.strerror(number)}."


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    """There the file marks the holder: it excludes others, and that of a dead process does not."""
    import fcntl

    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", missing)
    monkeypatch.setattr(f"{__name__}.HOLDER", WITHOUT_LOCKS + HOLDER)
    held = Holder(tmp_path)
    with (
        pytest.raises(ReportError, match=r"\(metasyn release\) is still writing"),
        project_lock(Project(tmp_path), command="run", wait=0),
    ):
        pytest.fail("two hold the lock")
    held.end(signal.SIGKILL)
    with project_lock(Project(tmp_path), command="run", wait=30):
        assert (tmp_path / "reports" / ".lock").exists()
