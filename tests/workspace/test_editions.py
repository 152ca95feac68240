"""Which version of the evidence a report is of, as data, scripts, archives and software change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from metasyn.changes.compare import compare_states
from metasyn.report.changes.edition import Edition
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.building.build import build
from metasyn.workspace.project import Project
from metasyn.workspace.release import editions
from metasyn.workspace.release.editions import edition_of, release_problems
from metasyn.workspace.release.files import archive_bytes, archive_members, archive_path
from metasyn.workspace.release.plan import plan_release
from metasyn.workspace.release.record import read_release, record_bytes
from metasyn.workspace.release.writing import write_release
from metasyn.workspace.staleness.hashing import hash_bytes
from metasyn.workspace.states.opening import open_state

TINY = Path(__file__).parents[1] / "tiny_project"


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project, released, a bound corrected, released again; tests work on copies."""
    folder = tmp_path_factory.mktemp("two") / "project"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    write_release(plan_release(Project(folder), date="2026-05-01"))
    edit(folder / "data" / "results.csv", "0.95,0.68,1.33,0.95", "0.95,0.68,1.30,0.95")
    write_release(plan_release(Project(folder), date="2026-11-21"))
    return folder


@pytest.fixture
def project(two_versions: Path, tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    shutil.copytree(two_versions, folder)
    return Project(folder)


def edit(path: Path, old: str, new: str) -> None:
    before = path.read_text(encoding="utf-8")
    assert before.count(old) == 1
    path.write_text(before.replace(old, new), encoding="utf-8")


def edition(project: Project, name: str = "tea_vs_water") -> Edition:
    bench = Workbench(project)
    found = edition_of(bench, name, bench.load(name))
    assert found is not None
    return found


def test_without_a_release_there_is_none(tiny_project: Path) -> None:
    bench = Workbench(Project(tiny_project))
    assert edition_of(bench, "tea_vs_water", bench.load("tea_vs_water")) is None
    assert release_problems(bench.project) == ()


def test_a_first_release_has_nothing_before_it(tiny_project: Path) -> None:
    project = Project(tiny_project)
    write_release(plan_release(project, date="2026-05-01"))
    found = edition(project)
    assert (found.version, found.released, found.previous, found.changes) == ("1.0.0", True, "", None)


def test_as_released_with_what_changed_since_the_version_before(project: Project) -> None:
    found = edition(project)
    assert (found.version, found.date, found.released, found.previous) == (
        "1.1.0",
        "2026-11-21",
        True,
        "1.0.0",
    )
    assert found.changes is not None
    assert [row.key for row in found.changes.rows] == ["BO-WAKING-1"]
    whole = compare_states(open_state(project, "1.0.0"), open_state(project))
    (same,) = [one for one in whole.analyses if one.name == "tea_vs_water"]
    moved = {one.quantity: one.change for part in found.changes.outcomes for one in part.moved}
    assert moved == {one.quantity: one.change for part in same.outcomes for one in part.moved}
    assert moved["estimate"] != 0


def test_an_analysis_that_the_version_did_not_touch(project: Project) -> None:
    found = edition(project, "sleep_with_tea")
    assert (found.version, found.released) == ("1.1.0", True)
    assert found.changes is not None
    assert (found.changes.kind, found.changes.rows) == ("unchanged", ())


def test_after_an_edit_only_the_reports_it_reaches_are_of_no_version(project: Project) -> None:
    edit(project.data / "results.csv", "0.61,0.37,1.01,0.95", "0.60,0.37,1.01,0.95")
    found = edition(project)
    assert (found.version, found.released, found.previous) == ("1.1.0", False, "1.1.0")
    assert found.changes is not None
    assert [row.key for row in found.changes.rows] == ["CY-WAKING-1"]
    assert edition(project, "sleep_with_tea").released
    edit(project.data / "results.csv", "0.60,0.37,1.01,0.95", "0.61,0.37,1.01,0.95")
    assert edition(project).released


def test_a_new_script_is_of_no_version(project: Project) -> None:
    shutil.copy(project.script("tea_vs_water"), project.script("tea_again"))
    found = edition(project, "tea_again")
    assert not found.released
    assert found.changes is not None
    assert found.changes.kind == "added"


def test_a_comment_does_not_leave_the_version(project: Project) -> None:
    script = project.script("tea_vs_water")
    script.write_text(script.read_text() + "# looked through\n")
    assert edition(project).released


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "data/releases/1.0.0.zip is missing"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            "data/releases/1.0.0.zip is not as it was released",
        ),
    ],
)
def test_a_lost_archive_is_told_and_the_report_still_has_its_version(
    project: Project, damage: Callable[[Path], object], said: str
) -> None:
    damage(project.data / "releases" / "1.0.0.zip")
    found = edition(project)
    assert (found.version, found.released, found.previous) == ("1.1.0", True, "1.0.0")
    assert (found.changes, found.remark) == (None, said)
    assert release_problems(project) == (f"{said}: what changed since version 1.0.0 cannot be shown.",)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"trigger": "', '"trigger": "so to say: ', "trigger"),
        ('"step": "minor"', '"step": "patch"', "step"),
        ('"date": "2026-05-01"', '"date": "2026-05-02"', "past"),
    ],
)
def test_a_record_that_was_edited_is_told(project: Project, old: str, new: str, field: str) -> None:
    """Its copy inside the archive says what it was."""
    assert release_problems(project) == ()
    edit(project.data / "release.json", old, new)
    (problem,) = release_problems(project)
    assert problem.startswith("data/release.json says something else than its copy in ")
    assert f"data/releases/1.1.0.zip ({field}); take it back from version control" in problem


def test_a_report_is_stale_when_an_archive_is_lost_and_when_it_is_back(project: Project) -> None:
    def told() -> list[str]:
        return [reason for reason in Workbench(project).reasons("tea_vs_water") if "archive" in reason]

    archive = archive_path(project.data, "1.0.0")
    content = archive.read_bytes()
    build(project, ["tea_vs_water"])
    assert told() == []
    archive.unlink()
    assert told() == ["the archive of version 1.0.0 is missing or was edited"]
    build(project, ["tea_vs_water"])
    page = project.report("tea_vs_water") / "report.html"
    assert "cannot be shown: data/releases/1.0.0.zip is missing." in page.read_text()
    assert told() == []
    archive.write_bytes(content)
    assert told() == ["the archive of version 1.0.0 is back"]
    build(project, ["tea_vs_water"])
    assert "cannot be shown" not in page.read_text()


def test_after_an_edit_the_archive_of_the_last_version_counts(project: Project) -> None:
    (project.data / "releases" / "1.1.0.zip").unlink()
    assert edition(project).released
    edit(project.data / "results.csv", "0.61,0.37,1.01,0.95", "0.60,0.37,1.01,0.95")
    found = edition(project)
    assert not found.released
    assert found.remark == "data/releases/1.1.0.zip is missing"


def test_other_software_with_the_same_results_is_the_same_version(project: Project) -> None:
    """A release of an older metasyn is compared number by number, not by the hash of the package."""
    release = read_release(project.data)
    assert release is not None
    older = replace(release, software={"metasyn": "0.0.1", "source": "0"})
    (project.data / "release.json").write_bytes(record_bytes(older))
    found = edition(project)
    assert (found.version, found.released, found.previous) == ("1.1.0", True, "1.0.0")


def test_software_that_gives_other_results_leaves_the_version(project: Project) -> None:
    """As if an older metasyn had reported another estimate for 1.1.0 from the same tables."""
    release = read_release(project.data)
    assert release is not None
    inside = archive_members(archive_path(project.data, "1.1.0").read_bytes())
    name = "reports/tea_vs_water/results.json"
    document = json.loads(inside[name])
    (waking,) = [one for one in document["syntheses"] if one["id"] == "waking-hr"]
    waking["estimate"] += 0.01
    content = archive_bytes({**inside, name: json.dumps(document).encode()})
    archive_path(project.data, "1.1.0").write_bytes(content)
    older = replace(release, software={"metasyn": "0.0.1", "source": "0"}, sha256=hash_bytes(content))
    (project.data / "release.json").write_bytes(record_bytes(older))
    found = edition(project)
    assert (found.released, found.previous) == (False, "1.1.0")
    assert found.changes is not None
    (moved,) = [one for one in found.changes.outcomes if one.changed]
    assert [cause.kind for cause in moved.causes] == ["software"]
    (estimate,) = [one for one in moved.moved if one.quantity == "estimate"]
    assert estimate.change == pytest.approx(-0.01, abs=1e-9)
    assert edition(project, "sleep_with_tea").released


def test_a_damaged_record_is_one_problem(project: Project) -> None:
    (project.data / "release.json").write_text("{}")
    (problem,) = release_problems(project)
    assert "release.json" in problem


def test_archives_are_opened_once_for_all_reports(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    real = editions.read_archive
    monkeypatch.setattr(editions, "read_archive", lambda *given: opened.append(given[1]) or real(*given))
    monkeypatch.setattr(editions, "_same_software", lambda *_: True)
    bench = Workbench(project)
    for name in project.names():
        assert edition_of(bench, name, bench.load(name)) is not None
    assert opened == ["1.0.0"]
