"""Building: what is read once, what is asked again under the lock, and what the disk can do to it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from metasyn.errors import ReportError, WorkspaceError
from metasyn.report import atomic
from metasyn.workspace.building import build as building
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.building.build import build
from metasyn.workspace.building.index import orphans, refresh_index, shown_results
from metasyn.workspace.building.lock import project_lock
from metasyn.workspace.project import Project

TINY = Path(__file__).parents[1] / "tiny_project"
NAMES = ("sleep_with_tea", "tea_vs_water")


@pytest.fixture(scope="module")
def built_tea(tmp_path_factory):
    """The tiny project with its reports."""
    folder = tmp_path_factory.mktemp("tea") / "project"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert [one.state for one in build(Project(folder), NAMES)] == ["built", "built"]
    assert refresh_index(Project(folder))
    return folder


@pytest.fixture
def project(built_tea, tmp_path):
    shutil.copytree(built_tea, tmp_path / "project")
    return Project(tmp_path / "project")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def states(builds) -> list[str]:
    return [one.state for one in builds]


def test_a_run_without_work_takes_no_lock(project, monkeypatch):
    monkeypatch.setattr(building, "project_lock", None)
    assert states(build(project, NAMES)) == ["up to date", "up to date"]


def test_git_sees_of_the_reports_what_is_to_be_committed(project):
    """What the tool keeps for itself is ignored; pages, pictures and documents are for the user to choose."""
    git = ("git", "-C", str(project.root))
    subprocess.run([*git, "init", "--quiet"], check=True)
    asked = [*git, "ls-files", "--others", "--exclude-standard", "-z", "reports"]
    seen = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split("\0")[:-1]
    there = {
        path.relative_to(project.root).as_posix() for path in project.reports.rglob("*") if path.is_file()
    }
    hidden = there - set(seen)
    assert set(seen) <= there
    assert {"reports/.lock", "reports/.index.json", "reports/tea_vs_water/.manifest.json"} <= hidden
    assert all(name.rpartition("/")[2].startswith(".") or "/.tables/" in name for name in hidden)
    assert "reports/.gitignore" in seen


def test_what_somebody_wrote_for_git_stays(project):
    path = project.reports / ".gitignore"
    path.write_text("*.pdf\n")
    assert states(build(project, NAMES, force=True)) == ["built", "built"]
    assert path.read_text() == "*.pdf\n"


def test_it_is_asked_again_under_the_lock(project, monkeypatch):
    """Another run built everything between the first look and the lock."""
    edit(project.script("tea_vs_water"), "Tea compared", "Green tea compared")
    lock = building.project_lock

    def late(*arguments, **options):
        monkeypatch.setattr(building, "project_lock", lock)
        assert states(build(project, NAMES)) == ["up to date", "built"]
        return lock(*arguments, **options)

    monkeypatch.setattr(building, "project_lock", late)
    assert states(build(project, NAMES)) == ["up to date", "up to date"]


def test_who_had_to_wait_reads_everything_again(project, monkeypatch):
    """The tables changed while it waited: what it read before is not built."""
    from contextlib import contextmanager

    edit(project.data / "results.csv", "62,,,,,,62,100", "63,,,,,,63,100")
    edit(project.data / "results.csv", "62/100", "63/100")
    lock = building.project_lock

    @contextmanager
    def waits(*arguments, **options):
        edit(project.data / "results.csv", "63,,,,,,63,100", "62,,,,,,62,100")
        edit(project.data / "results.csv", "63/100", "62/100")
        with lock(*arguments, **options):
            yield True

    before = files(project.report("tea_vs_water"))
    monkeypatch.setattr(building, "project_lock", waits)
    assert states(build(project, NAMES)) == ["up to date", "up to date"]
    assert files(project.report("tea_vs_water")) == before


def test_tables_that_change_while_they_are_read_are_read_again(project, monkeypatch):
    from metasyn.evidence import read

    once = read.read_evidence
    edits = iter([("0.72,0.55,0.94", "0.73,0.55,0.94")])

    def slow(folder):
        evidence = once(folder)
        for old, new in edits:
            edit(project.data / "results.csv", old, new)
        return evidence

    monkeypatch.setattr(read, "read_evidence", slow)
    bench = Workbench(project)
    before = bench.data_hash
    values = {one.result_id: one.value for one in bench.evidence.results}
    assert str(values["AX-WAKING-1"]) == "0.73"
    assert bench.data_hash != before
    assert bench.data_hash == Workbench(project).data_hash


def test_tables_that_never_rest_are_an_error(project, monkeypatch):
    from metasyn.evidence import read

    once = read.read_evidence

    def restless(folder):
        with (folder / "results.csv").open("a") as handle:
            handle.write("\n")
        return once(folder)

    monkeypatch.setattr(read, "read_evidence", restless)
    with pytest.raises(WorkspaceError, match="change while they are read"):
        _ = Workbench(project).evidence


def test_a_script_is_read_once(project):
    bench = Workbench(project)
    first = bench.load("tea_vs_water")
    edit(project.script("tea_vs_water"), "Tea compared", "Green tea compared")
    assert bench.load("tea_vs_water") is first
    assert (
        bench.inputs("tea_vs_water", first).script == Workbench(project).inputs("tea_vs_water", first).script
        or bench.script("tea_vs_water") != project.script("tea_vs_water").read_bytes()
    )


def test_a_script_that_vanishes_fails_alone(project):
    project.script("tea_vs_water").unlink()
    before = files(project.reports)
    first, second = build(project, NAMES)
    assert (first.state, second.state) == ("up to date", "failed")
    assert (
        str(second.error) == f"{project.script('tea_vs_water')}: cannot be read (No such file or directory)."
    )
    assert files(project.reports) == before


def test_a_report_that_vanishes_while_it_is_looked_at_is_built(project, monkeypatch):
    def gone(*_: object) -> bool:
        raise FileNotFoundError(2, "No such file or directory", "report.pdf")

    monkeypatch.setattr("metasyn.workspace.building.bench.same_files", gone)
    assert not Workbench(project).untouched("tea_vs_water")


def test_what_dead_runs_left_is_removed_even_if_there_is_nothing_to_do(project):
    dead = 2**22 + 12345
    before = files(project.reports)
    shutil.copytree(project.report("tea_vs_water"), project.reports / f".tea_vs_water.{dead}.tmp")
    (project.reports / ".lock-holder").write_text("{}")
    assert not refresh_index(project)  # such a folder is no report
    assert orphans(project) == ()
    assert states(build(project, NAMES)) == ["up to date", "up to date"]
    assert files(project.reports) == before


def test_a_report_set_aside_by_a_dead_run_comes_back(project):
    before = files(project.reports)
    project.report("tea_vs_water").rename(project.reports / f".tea_vs_water.{os.getppid()}.old")
    assert states(build(project, NAMES)) == ["up to date", "up to date"]
    assert files(project.reports) == before


def test_nothing_is_swept_while_another_writes(project):
    dead = project.reports / f".tea_vs_water.{2**22 + 12345}.tmp"
    dead.mkdir()
    script = (
        "import sys; from pathlib import Path; from metasyn.workspace.building.build import build;"
        "from metasyn.workspace.project import Project;"
        "print(*(one.state for one in build(Project(Path(sys.argv[1])), ['tea_vs_water'])))"
    )
    with project_lock(project, command="run"):
        other = subprocess.run(
            [sys.executable, "-c", script, str(project.root)], capture_output=True, text=True, check=True
        )
        assert (other.stdout, other.stderr) == ("up to date\n", "")
        assert dead.is_dir()
    assert states(build(project, NAMES)) == ["up to date", "up to date"]
    assert not dead.exists()


def test_a_full_disk_fails_each_report_and_changes_none(project, monkeypatch):
    before = files(project.reports)

    def full(path: Path, data: bytes) -> None:
        path.write_bytes(data[:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(atomic, "_write", full)
    done = build(project, NAMES, force=True)
    assert states(done) == ["failed", "failed"]
    for one in done:
        assert "No space left on device" in str(one.error)
        assert "\n" not in str(one.error)
        assert str(one.error).endswith("it is as it was before.")
    assert files(project.reports) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount")
def test_a_disk_that_is_full_indeed(project, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    options = f"size={sum(map(len, files(project.root).values())) // 1024 + 700}k"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(disk)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        small = Project(disk / "project")
        shutil.copytree(project.root, small.root)
        before = files(small.reports)
        done = build(small, NAMES, force=True)
        assert states(done) == ["failed", "failed"]
        assert all("No space left on device" in str(one.error) for one in done)
        assert files(small.reports) == before
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert states(build(small, NAMES)) == ["up to date", "up to date"]
        with pytest.raises(ReportError, match="Read-only file system"):
            build(small, NAMES, force=True)
        assert files(small.reports) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_reports_is_a_file(project):
    shutil.rmtree(project.reports)
    project.reports.write_text("mine")
    with pytest.raises(ReportError, match="is a file; it has to be a folder"):
        build(project, NAMES)
    assert project.reports.read_text() == "mine"
    assert shown_results(project) == {}
    assert not refresh_index(project)


def test_a_table_that_vanishes_while_it_is_read(project, monkeypatch):
    """Between the list of the tables and reading them; then nothing is written."""
    from metasyn.errors import EvidenceError

    before = files(project.reports)
    from metasyn.evidence import read

    once = read.read_evidence

    def late(folder: Path):
        (folder / "studies.csv").unlink()
        return once(folder)

    monkeypatch.setattr(read, "read_evidence", late)
    with pytest.raises(EvidenceError, match=r"studies\.csv: the file is missing"):
        build(project, NAMES, force=True)
    assert files(project.reports) == before


def test_an_index_needs_readable_results(project):
    (project.report("tea_vs_water") / "results.json").write_text("{}")
    with pytest.raises(
        WorkspaceError, match=r"reports/tea_vs_water/results\.json is not a result of metasyn"
    ):
        refresh_index(project)
