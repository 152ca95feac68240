"""Saves are noticed: with real files, through the system's own notices."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from metasyn.workspace.project import Project
from metasyn.workspace.watching.saves import is_input, saves

WAIT = 30.0


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("data/results.csv", True),
        ("data/release.json", True),
        ("data/living.toml", True),
        ("analyses/question.py", True),
        ("data/.results.csv.swp", False),
        ("data/~results.csv", False),
        ("data/#results.csv#", False),
        ("data/results.csv.tmp", False),
        ("data/CHANGELOG.md", False),
        ("data/releases/1.0.0.zip", False),
        ("analyses/notes.csv", False),
        ("analyses/__pycache__/question.py", False),
        ("reports/question/results.json", False),
        ("results.csv", False),
    ],
)
def test_what_can_change_a_report(tmp_path: Path, name: str, counts: bool) -> None:
    assert is_input(Project(tmp_path), tmp_path / name) is counts


class Noticed:
    """What the watching said, from a thread of its own."""

    def __init__(self, project: Project) -> None:
        self.stop = threading.Event()
        self._said: queue.Queue[tuple[str, ...]] = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(project,), daemon=True)
        self._thread.start()

    def _run(self, project: Project) -> None:
        for batch in saves(project, self.stop):
            self._said.put(batch)

    def until(self, name: str) -> set[str]:
        """Everything said up to the word of this file."""
        said: set[str] = set()
        while name not in said:
            said.update(self._said.get(timeout=WAIT))
        return said

    def poke(self, path: Path) -> None:
        """Save a file until that is noticed: watching begins a moment after it is asked for."""
        name = f"{path.parent.name}/{path.name}"
        for attempt in range(100):
            path.write_text(str(attempt), encoding="utf-8")
            try:
                if name in self._said.get(timeout=0.3):
                    return
            except queue.Empty:
                continue
        raise AssertionError(f"{name} is not watched")

    def end(self) -> None:
        self.stop.set()
        self._thread.join(timeout=WAIT)
        assert not self._thread.is_alive()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for folder in ("data", "analyses", "reports"):
        (tmp_path / folder).mkdir()
    return Project(tmp_path.resolve())


@pytest.fixture
def noticed(project: Project) -> Iterator[Noticed]:
    running = Noticed(project)
    running.poke(project.data / "beginning.csv")
    yield running
    running.end()


def test_a_save_is_noticed_and_what_editors_leave_around_is_not(project: Project, noticed: Noticed) -> None:
    (project.reports / "results.csv").write_text("x", encoding="utf-8")
    (project.data / ".results.csv.swp").write_text("x", encoding="utf-8")
    fresh = project.data / "results.csv.new"
    fresh.write_text("a\n1\n", encoding="utf-8")
    fresh.replace(project.data / "results.csv")  # how careful editors save
    (project.analyses / "question.py").write_text("analysis = 1\n", encoding="utf-8")
    said = noticed.until("analyses/question.py")
    assert said <= {"analyses/question.py", "data/results.csv", "data/beginning.csv"}


def test_a_folder_that_goes_and_comes_back_is_watched_again(project: Project, noticed: Noticed) -> None:
    shutil.rmtree(project.data)
    noticed.until("data")
    project.data.mkdir()
    noticed.until("data")
    noticed.poke(project.data / "results.csv")


def test_a_save_between_the_call_and_the_first_answer_is_not_missed(project: Project) -> None:
    table = project.data / "results.csv"
    table.write_text("a\n", encoding="utf-8")
    stop = threading.Event()
    noticed = saves(project, stop)
    table.write_text("a\n1\n", encoding="utf-8")
    (project.data / "notes.txt").write_text("no input", encoding="utf-8")
    late = threading.Timer(WAIT, stop.set)
    late.start()
    try:
        assert next(noticed, None) == ("data/results.csv",)
    finally:
        late.cancel()
        stop.set()
