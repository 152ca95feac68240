"""The tables that reports were built from: kept once, found again, forgotten when nobody needs them."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.manifest import MANIFEST, manifest_bytes, read_manifest
from metasyn.workspace.staleness.snapshot import confirm, forget_tables, keep_tables, kept_table, kept_tables


@pytest.fixture
def project(tiny_project: Path) -> Project:
    return Project(tiny_project)


def copies(project: Project) -> set[str]:
    return {path.name for path in (project.reports / ".tables").iterdir()} - {".gitignore"}


def write_manifest(project: Project, name: str) -> None:
    bench = Workbench(project)
    inputs = bench.inputs(name, bench.load(name))
    folder = project.report(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_bytes(b"<p>")
    (folder / MANIFEST).write_bytes(manifest_bytes(inputs, {"report.html": b"<p>"}))


def test_tables_are_kept_once_by_what_they_hold(project):
    tables = Workbench(project).tables
    keep_tables(project, tables)
    content = {path.name: path.read_bytes() for path in project.data.glob("*.csv")}
    assert copies(project) == {sha256(one).hexdigest() for one in content.values()}
    assert kept_tables(project, tables) == content
    written = {path: path.stat().st_mtime_ns for path in (project.reports / ".tables").iterdir()}
    keep_tables(project, tables)
    assert {path: path.stat().st_mtime_ns for path in (project.reports / ".tables").iterdir()} == written
    assert (project.reports / ".tables" / ".gitignore").read_text(encoding="utf-8").endswith("\n*\n")


def test_one_more_version_costs_only_the_table_that_changed(project):
    keep_tables(project, Workbench(project).tables)
    before = copies(project)
    (project.data / "results.csv").write_bytes((project.data / "results.csv").read_bytes() + b"\n")
    keep_tables(project, Workbench(project).tables)
    assert len(copies(project) - before) == 1
    assert copies(project) > before


def test_a_table_that_has_just_changed_again_is_not_kept_as_what_it_was(project):
    tables = Workbench(project).tables
    (project.data / "results.csv").write_bytes(b"other")
    (project.data / "studies.csv").unlink()
    keep_tables(project, tables)
    assert kept_tables(project, tables) is None
    assert kept_table(project, tables["cohorts.csv"]) == (project.data / "cohorts.csv").read_bytes()


@pytest.mark.parametrize("damage", [b"", b"not compressed", zlib.compress(b"another table")])
def test_a_damaged_copy_is_none(project, damage):
    tables = Workbench(project).tables
    keep_tables(project, tables)
    (project.reports / ".tables" / tables["results.csv"]).write_bytes(damage)
    assert kept_table(project, tables["results.csv"]) is None
    assert kept_tables(project, tables) is None


@pytest.mark.parametrize("name", ["", "..", "../../data/results.csv", "/etc/hostname", "A" * 64])
def test_only_hashes_are_looked_for(project, name):
    keep_tables(project, Workbench(project).tables)
    assert kept_table(project, name) is None


def test_what_no_report_was_built_from_is_forgotten(project):
    old = Workbench(project).tables
    keep_tables(project, old)
    for name in project.names():
        write_manifest(project, name)
    (project.data / "results.csv").write_bytes((project.data / "results.csv").read_bytes() + b"\n")
    new = Workbench(project).tables
    keep_tables(project, new)
    write_manifest(project, "tea_vs_water")
    (project.reports / ".tables" / f".{'0' * 64}.99999.tmp").write_bytes(b"of a run that died")
    forget_tables(project)
    assert copies(project) == {*old.values(), *new.values()}
    write_manifest(project, "sleep_with_tea")
    forget_tables(project)
    assert copies(project) == set(new.values())


def test_a_folder_that_cannot_be_written_stops_nothing(project):
    project.reports.mkdir()
    (project.reports / ".tables").write_text("a file is in the way", encoding="utf-8")
    tables = Workbench(project).tables
    keep_tables(project, tables)
    forget_tables(project)
    assert kept_tables(project, tables) is None


def test_a_report_that_no_change_concerns_is_confirmed(project):
    write_manifest(project, "tea_vs_water")
    folder = project.report("tea_vs_water")
    known = read_manifest(folder)
    assert known is not None
    before = (folder / MANIFEST).read_bytes()
    confirm(folder, known[0])
    assert (folder / MANIFEST).read_bytes() == before
    later = replace(known[0], data="1" * 64, tables={"results.csv": "2" * 64})
    confirm(folder, later)
    assert read_manifest(folder) == (later, known[1])
    document = json.loads(before)
    document["inputs"] |= {"data": "1" * 64, "tables": {"results.csv": "2" * 64}}
    assert json.loads((folder / MANIFEST).read_bytes()) == document


def test_there_is_nothing_to_confirm_without_a_manifest(project):
    bench = Workbench(project)
    folder = project.report("tea_vs_water")
    confirm(folder, bench.inputs("tea_vs_water", bench.load("tea_vs_water")))
    assert not folder.exists()
