"""The parts of a release: record, archive, changelog, date, and how the evidence is kept up to date."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from metasyn.errors import OptionError, WorkspaceError
from metasyn.report.changes.note import LIVING_ITEMS
from metasyn.workspace.project import Project
from metasyn.workspace.release.edit_date import edit_date, iso_date
from metasyn.workspace.release.files import (
    ENTRY_MARK,
    archive_bytes,
    archive_members,
    changelog_text,
    leftover_archives,
    read_archive,
)
from metasyn.workspace.release.living_facts import living_template, read_living
from metasyn.workspace.release.record import (
    PastRelease,
    Release,
    read_release,
    record_bytes,
    version_parts,
)
from metasyn.workspace.release.steps import Proposal, next_version

RELEASE = Release(
    version="1.10.0",
    date="2026-11-21",
    trigger="Ünlü 2026 reported",
    step="minor",
    reason="a result moved",
    analyses={"tea": "ab"},
    living={"status": "kept up to date"},
    software={"metasyn": "0.1"},
    sha256="0" * 64,
    past=(PastRelease(version="1.9.3", date="2025-01-31", sha256="1" * 64),),
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_bytes(record_bytes(RELEASE))
    assert read_release(tmp_path) == RELEASE
    assert [one.version for one in RELEASE.versions] == ["1.10.0", "1.9.3"]
    assert read_release(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"metasyn-release/1", b"metasyn-release/9"),
        (b'"1.10.0"', b'"1.10"'),
        (b'"2026-11-21"', b'"yesterday"'),
        (b'"trigger"', b'"tigger"'),
        (b'"kept up to date"', b"7"),
        (b"0000000000000000", b"000"),
        (b"{", b"{{"),
    ],
)
def test_a_record_of_others_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    content = record_bytes(RELEASE)
    assert old in content
    (tmp_path / "release.json").write_bytes(content.replace(old, new))
    with pytest.raises(WorkspaceError, match="not what 'metasyn release' wrote") as caught:
        read_release(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["1.2", "1.2.3.4", "v1.2.3", "1.02.3", "1.2.-3", "", "1.2.3\n"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="three whole numbers"):
        version_parts(text)


def test_a_given_version_is_above_the_last_and_far_enough() -> None:
    found = Proposal(step="minor", version="1.11.0", reason="a result moved")
    assert next_version(found, RELEASE, None) == "1.11.0"
    assert next_version(found, RELEASE, "2.0.0") == "2.0.0"
    assert next_version(found, RELEASE, "1.12.4") == "1.12.4"
    with pytest.raises(OptionError, match=r"1\.10\.0 is not above 1\.10\.0"):
        next_version(found, RELEASE, "1.10.0")
    with pytest.raises(OptionError, match=r"1\.9\.9 is not above"):
        next_version(found, RELEASE, "1.9.9")
    with pytest.raises(OptionError, match=r"too small a step .* a result moved; at least 1\.11\.0"):
        next_version(found, RELEASE, "1.10.1")


def test_the_first_version_is_at_least_one() -> None:
    found = Proposal(step="first", version="1.0.0", reason="there is no earlier version")
    assert [next_version(found, None, given) for given in (None, "1.0.0", "3.1.4")] == [
        "1.0.0",
        "1.0.0",
        "3.1.4",
    ]
    for given in ("0.9.0", "0.0.1"):
        with pytest.raises(OptionError, match=rf"--version {given} is too small: .* at least 1\.0\.0"):
            next_version(found, None, given)


def test_two_versions_of_a_merge_are_told(tmp_path: Path) -> None:
    ours = record_bytes(RELEASE).replace(b' "date"', b'<<<<<<< HEAD\n "date"', 1)
    for content in (ours, b"<<<<<<< HEAD\n" + record_bytes(RELEASE)):
        (tmp_path / "release.json").write_bytes(content)
        with pytest.raises(WorkspaceError, match=r"two versions of a merge.*'Two branches' in docs/releases"):
            read_release(tmp_path)
    page = Path(__file__).parents[2] / "docs" / "releases.md"
    assert "\n## Two branches" in page.read_text(encoding="utf-8"), "where the message points"


def test_an_archive_has_bytes_that_follow_from_its_files_alone() -> None:
    files = {"data/b.csv": b"b\n", "data/a.csv": b"a\n", "release.json": b"{}\n"}
    content = archive_bytes(files)
    assert content == archive_bytes(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == sorted(files)
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {one.create_system for one in archive.infolist()} == {3}
    assert archive_members(content) == files


def test_an_archive_that_is_another_one_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "releases" / "1.0.0.zip"
    path.parent.mkdir()
    content = archive_bytes({"a": b"a"})
    known = hashlib.sha256(content).hexdigest()
    with pytest.raises(WorkspaceError, match=r"^data/releases/1\.0\.0\.zip is missing$"):
        read_archive(tmp_path, "1.0.0", known)
    path.write_bytes(content)
    assert read_archive(tmp_path, "1.0.0", known) == content
    path.write_bytes(content + b"x")
    with pytest.raises(WorkspaceError, match="is not as it was released"):
        read_archive(tmp_path, "1.0.0", known)


def entry(version: str, text: str = "note") -> str:
    return f"## {version} (2026-11-21)\n\n{ENTRY_MARK}\n\n{text}\n"


def test_the_changelog_has_the_latest_version_first_and_each_once() -> None:
    first = changelog_text("", [], entry("1.0.0", "the first"))
    second = changelog_text(first, ["1.0.0"], entry("1.1.0", "### inner\n\nthe second"))
    assert second.index("## 1.1.0") < second.index("the second") < second.index("## 1.0.0")
    assert second.startswith("# Versions of the evidence\n")
    assert second.endswith("the first\n")
    # A release that died after the changelog was written is made again, as the same or another version.
    assert changelog_text(second, ["1.0.0"], entry("1.1.0", "### inner\n\nthe second")) == second
    other = changelog_text(second, ["1.0.0"], entry("2.0.0"))
    assert "1.1.0" not in other
    assert "## 2.0.0" in other
    assert "## 1.0.0" in other
    assert changelog_text(second, ["1.0.0"]) == first
    assert changelog_text(first, ["1.0.0"]) == first


def test_what_others_wrote_into_the_changelog_stays() -> None:
    written = "# Our evidence\n\nKept by hand until 2025.\n\n## 0.9.0\n\nby hand\n"
    found = changelog_text(written, [], entry("1.0.0"))
    assert found.startswith("# Our evidence\n\nKept by hand until 2025.\n\n## 1.0.0 (2026-11-21)\n")
    assert found.endswith("## 0.9.0\n\nby hand\n")
    assert changelog_text(found, []) == written


def test_archives_that_the_record_does_not_know_are_left_over(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "releases"
    folder.mkdir(parents=True)
    names = ("1.9.3.zip", "1.10.0.zip", "1.11.0.zip", "1.9.4.zip", "notes.zip", "01.0.0.zip", "3.0.0.txt")
    for name in names:
        (folder / name).write_bytes(b"")
    project = Project(tmp_path)
    assert [path.name for path in leftover_archives(project, RELEASE)] == ["1.9.4.zip", "1.11.0.zip"]
    assert len(leftover_archives(project, None)) == 4
    assert leftover_archives(Project(tmp_path / "none"), None) == ()


@pytest.mark.parametrize("text", ["2026-02-30", "21.11.2026", "2026-1-1", "", "20261121", "2026-W01-1"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="YYYY-MM-DD"):
        iso_date(text)


def git(folder: Path, *arguments: str, **environment: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **environment},
    )


def touched(path: Path, day: str) -> Path:
    """A file last written at noon of a day, here."""
    from datetime import datetime

    moment = datetime.fromisoformat(f"{day}T12:00:00").timestamp()
    os.utime(path, (moment, moment))
    return path


def test_the_date_is_that_of_the_last_commit_of_tables_and_scripts(tiny_project: Path) -> None:
    project = Project(tiny_project)
    table, script = project.data / "results.csv", project.script("tea_vs_water")
    git(tiny_project, "init", "-q")
    git(tiny_project, "add", ".")
    git(tiny_project, "commit", "-qm", "one", GIT_AUTHOR_DATE="2024-03-05T23:30:00-0800")
    assert edit_date(project, [table]) == "2024-03-05"
    # A commit of something else is no edit of the evidence, nor is what a release writes.
    (tiny_project / "notes.txt").write_text("x")
    (project.data / "release.json").write_text("{}")
    git(tiny_project, "add", "notes.txt", "data/release.json")
    git(tiny_project, "commit", "-qm", "two", GIT_AUTHOR_DATE="2024-06-01T12:00:00+0000")
    assert edit_date(project, [table]) == "2024-03-05"
    # Edited since: what was committed says nothing of it.
    table.write_text(table.read_text().replace("0.72,0.55", "0.73,0.55"))
    touched(table, "2024-07-09")
    touched(script, "2025-01-01")
    assert edit_date(project, [table]) == "2024-07-09"
    git(tiny_project, "add", ".")
    git(tiny_project, "commit", "-qm", "three", GIT_AUTHOR_DATE="2024-08-01T12:00:00+0000")
    assert edit_date(project, [table]) == "2024-08-01"


def test_tables_that_version_control_ignores_have_the_date_of_their_files(tiny_project: Path) -> None:
    project = Project(tiny_project)
    (tiny_project / ".gitignore").write_text("data/\n")
    git(tiny_project, "init", "-q")
    git(tiny_project, "add", ".")
    git(tiny_project, "commit", "-qm", "one", GIT_AUTHOR_DATE="2024-03-05T12:00:00+0000")
    assert edit_date(project, [touched(project.data / "results.csv", "2023-02-01")]) == "2023-02-01"


def test_without_version_control_the_latest_changed_file_counts(tiny_project: Path) -> None:
    project = Project(tiny_project)
    old = touched(project.data / "results.csv", "2023-02-01")
    new = touched(project.script("tea_vs_water"), "2023-02-03")
    assert edit_date(project, [old, new]) == "2023-02-03"
    assert edit_date(project, [old]) == "2023-02-01"
    new.unlink()
    touched(project.analyses, "2023-03-01")
    assert edit_date(project, [old, new]) == "2023-03-01"
    with pytest.raises(WorkspaceError, match="--date"):
        edit_date(project, [])


def test_the_template_of_the_living_mode_is_read(tmp_path: Path) -> None:
    assert read_living(tmp_path) == {}
    (tmp_path / "living.toml").write_text(living_template())
    found = read_living(tmp_path)
    assert list(found) == list(LIVING_ITEMS)
    assert all(found.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[living]\nstatsu = 'x'", "unknown key 'statsu'; allowed: status, search_schedule"),
        ("[living]\nstatus = 7", "status must be a text in quotes, not 7"),
        ("[living]\nstatus = ''\n[more]\n", "unknown 'more'"),
        ("status = 'x'", "unknown 'status'"),
        ("", "no table \\[living\\]"),
        ("living = 3", "no table \\[living\\]"),
        ("[living", "not TOML"),
        (f"[living]\nstatus = '{'x' * 3000}'", "3000 characters"),
    ],
)
def test_a_misspelt_living_mode_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "living.toml").write_text(text)
    with pytest.raises(WorkspaceError, match=said):
        read_living(tmp_path)


def test_facts_are_on_one_line_in_the_order_of_the_list(tmp_path: Path) -> None:
    (tmp_path / "living.toml").write_text('[living]\nretirement = """never\n  so far"""\nstatus = "on"\n')
    assert list(read_living(tmp_path).items()) == [("status", "on"), ("retirement", "never so far")]


def test_a_release_inside_its_archive_has_no_hash() -> None:
    assert b'"sha256": ""' in record_bytes(replace(RELEASE, sha256=""))
