"""What makes a report stale, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from metasyn.evidence.read import read_evidence
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.project import Project
from metasyn.workspace.scripts import load_script
from metasyn.workspace.staleness.hashing import folder_hashes, hash_folder
from metasyn.workspace.staleness.reach import reached_rows
from metasyn.workspace.staleness.state import (
    MANIFEST,
    current_environment,
    manifest_bytes,
    read_manifest,
    stale_reasons,
    staleness,
)

OUTPUTS = {"report.html": b"<p>", "tables/a.csv": b"a\n"}


def write_report(project: Project, name: str) -> None:
    """A stand-in for a built report: only its manifest is of interest here."""
    bench = Workbench(project)
    inputs = bench.inputs(name, bench.load(name))
    folder = project.report(name)
    for file, content in {**OUTPUTS, MANIFEST: manifest_bytes(inputs, OUTPUTS)}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)


@pytest.fixture
def project(tiny_project: Path) -> Project:
    found = Project(tiny_project)
    for name in found.names():
        write_report(found, name)
    return found


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def reasons(project: Project, name: str) -> tuple[str, ...]:
    """As `metasyn list` tells them, and the same without the short cut."""
    bench = Workbench(project)
    told = bench.reasons(name)
    assert told == staleness(project.report(name), bench.inputs(name, bench.load(name)))
    return told


def test_every_library_of_a_report_counts():
    """What the extra `report` installs, and what that brings along to make the files."""
    extra = [Requirement(text) for text in requires("metasyn-evidence") or ()]
    named = {one.name for one in extra if one.marker and one.marker.evaluate({"extra": "report"})}
    assert named >= {"matplotlib", "jinja2", "typst", "python-docx"}
    watched = set(current_environment().libraries)
    assert named | {"numpy", "scipy", "lxml", "markupsafe", "python"} <= watched
    assert "not installed" not in current_environment().libraries.values()


def test_nothing_changed(project):
    assert reasons(project, "tea_vs_water") == ()
    assert Workbench(project).untouched("tea_vs_water")


def test_never_built(project):
    (project.report("tea_vs_water") / MANIFEST).unlink()
    assert reasons(project, "tea_vs_water") == ("never built here",)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"schema": "metasyn-manifest/3"}', b'{"schema": "other/1"}', b"\xff"],
)
def test_a_manifest_that_is_none(project, content):
    folder = project.report("tea_vs_water")
    (folder / MANIFEST).write_bytes(content)
    assert read_manifest(folder) is None
    assert reasons(project, "tea_vs_water") == ("never built here",)


@pytest.mark.parametrize("older", ["metasyn-manifest/1", "metasyn-manifest/2", "metasyn-manifest/4"])
def test_a_manifest_of_another_version_is_one_reason_to_build_again(project, older):
    folder = project.report("tea_vs_water")
    document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    document["schema"] = older
    document["inputs"]["rows"]["AX-WAKING-1"] = "0" * 64
    (folder / MANIFEST).write_text(json.dumps(document), encoding="utf-8")
    assert read_manifest(folder) is None
    assert reasons(project, "tea_vs_water") == ("built by another version of metasyn",)
    write_report(project, "tea_vs_water")
    assert reasons(project, "tea_vs_water") == ()


CHANGES = {
    "value": (
        "results.csv",
        lambda t: t.replace("0.72,0.55", "0.73,0.55"),
        ["results.csv row AX-WAKING-1 changed"],
    ),
    "note": (
        "results.csv",
        lambda t: t.replace("0.72 (0.55-0.94),no,,,usable,,", "0.72 (0.55-0.94),no,,,usable,,seen twice"),
        ["results.csv row AX-WAKING-1 changed"],
    ),
    "now unusable": (
        "results.csv",
        lambda t: t.replace("28/41,no,,,usable,,", "28/41,no,,,unusable,misprint,"),
        ["results.csv row CY-SLEEP-1 changed"],
    ),
    "removed": (
        "results.csv",
        lambda t: "".join(line for line in t.splitlines(True) if not line.startswith("CY-WAKING")),
        ["results.csv row CY-WAKING-1 is gone"],
    ),
    "ongoing": (
        "ongoing_trials.csv",
        lambda t: t.replace(",200,", ",300,"),
        ["ongoing_trials.csv row MADEUP01 changed"],
    ),
    "remark on a source": (
        "sources.csv",
        lambda t: t.replace("2:10-19,,2020,,fictional", "2:10-19,,2020,,read twice"),
        ["sources.csv row bo-2020 changed"],
    ),
    "label of a study": (
        "studies.csv",
        lambda t: t.replace("AX,Axelsson 2019", "AX,Axelsson 2019a"),
        ["studies.csv row AX changed"],
    ),
    "n of a cohort": (
        "cohorts.csv",
        lambda t: t.replace("water,98,", "water,97,"),
        ["cohorts.csv row AX.water changed"],
    ),
    "unrelated result": ("results.csv", lambda t: t.replace("percent,40,", "percent,41,"), []),
    "unrelated study": (
        "studies.csv",
        lambda t: t + "EVE,Eve 2023,cohort,,,,,,\n",
        [],
    ),
    "unused outcome": ("outcomes.csv", lambda t: t.replace("not used by an analysis", "nobody asks"), []),
    "quoted": ("outcomes.csv", lambda t: t.replace("slept through", '"slept through"'), []),
}


@pytest.mark.parametrize("change", CHANGES)
def test_rows_that_are_reached_and_rows_that_are_not(project, change):
    file, edited, expected = CHANGES[change]
    edit(project.data / file, edited)
    assert list(reasons(project, "tea_vs_water")) == expected


def test_a_new_row_that_the_selection_reaches(project):
    edit(project.data / "studies.csv", lambda t: t + "EVE,Eve 2023,randomised,,,,,,\n")
    edit(
        project.data / "cohorts.csv",
        lambda t: t + "EVE.tea,EVE,tea,9,,tea,home\nEVE.water,EVE,water,9,,water,home\n",
    )
    row = (
        "EVE-WAKING-1,EVE,EVE.tea,EVE.water,waking,,,HR,0.5,0.2,1.2,0.95,,,,,,"
        "dee-2022,para 9,x,no,,,usable,,\n"
    )
    # The report names an eligible study without any figure, so the study alone makes it stale.
    assert "studies.csv row EVE is new" in reasons(project, "tea_vs_water")
    edit(project.data / "results.csv", lambda t: t + row)
    told = reasons(project, "tea_vs_water")
    assert "results.csv row EVE-WAKING-1 is new" in told
    assert "studies.csv row EVE is new" in told
    assert "cohorts.csv row EVE.water is new" in told
    assert "results.csv row EVE-WAKING-1 is new" not in reasons(project, "sleep_with_tea")


def test_a_study_that_no_longer_fits(project):
    edit(project.data / "studies.csv", lambda t: t.replace("Cyr 2021,randomised", "Cyr 2021,cohort"))
    assert "results.csv row CY-WAKING-1 is gone" in reasons(project, "tea_vs_water")


def test_the_order_of_rows_counts_where_it_shows(project):
    def swap(text: str) -> str:
        head, ax, bo, *rest = text.splitlines(True)
        return "".join([head, bo, ax, *rest])

    edit(project.data / "studies.csv", swap)
    assert reasons(project, "tea_vs_water") == ("the order of rows changed",)


def test_script_and_outputs(project):
    edit(project.script("tea_vs_water"), lambda t: t.replace("change sleep", "improve sleep"))
    folder = project.report("tea_vs_water")
    (folder / "report.html").write_bytes(b"<p>edited")
    (folder / "tables" / "a.csv").unlink()
    assert reasons(project, "tea_vs_water") == (
        "script changed",
        "report.html was edited",
        "tables/a.csv is missing",
    )


def test_software(project):
    bench = Workbench(project)
    now = bench.inputs("tea_vs_water", bench.load("tea_vs_water"))
    folder = project.report("tea_vs_water")
    later = replace(now.environment, metasyn="9.9.9", libraries={**now.environment.libraries, "numpy": "9.0"})
    told = staleness(folder, replace(now, environment=later))
    assert told[0].startswith("metasyn ")
    assert told[0].endswith(" → 9.9.9")
    assert told[1].endswith(" → 9.0")
    edited = replace(now.environment, source="0" * 64)
    assert staleness(folder, replace(now, environment=edited)) == ("metasyn itself was edited",)


def test_a_release_is_named_in_every_report(project):
    release = project.data / "release.json"
    release.write_text('{"version": "1.0.0"}', encoding="utf-8")
    assert reasons(project, "tea_vs_water") == ("this is the first release",)
    for name in project.names():
        write_report(project, name)
    assert reasons(project, "tea_vs_water") == ()
    release.write_text('{"version": "1.1.0"}', encoding="utf-8")
    assert reasons(project, "sleep_with_tea") == ("there is a new release",)
    release.unlink()
    assert reasons(project, "sleep_with_tea") == ("there is no release any more",)


def test_options_tell_what_changed_in_a_script_and_decide_nothing(project):
    bench = Workbench(project)
    now = bench.inputs("tea_vs_water", bench.load("tea_vs_water"))
    folder = project.report("tea_vs_water")
    other = replace(now, options={**now.options, "overlap": "parts"})
    assert staleness(folder, other) == ()
    known = read_manifest(folder)
    assert known is not None
    first, second = stale_reasons(known, folder, replace(other, script="0" * 64))
    assert (first.kind, first.words) == ("script", "script changed")
    assert (second.kind, second.where, second.old, second.new) == ("option", "overlap", "whole", "parts")
    assert staleness(folder, replace(other, script="0" * 64)) == ("script changed",)


def test_no_machine_and_no_clock_in_a_manifest(project):
    text = (project.report("tea_vs_water") / MANIFEST).read_text(encoding="utf-8")
    assert str(project.root) not in text
    document = json.loads(text)
    assert document["schema"] == "metasyn-manifest/3"
    assert set(document) == {"schema", "inputs", "outputs"}
    assert set(document["inputs"]) == {
        *("script", "data", "rows", "environment"),
        *("release", "options", "tables"),
    }
    assert document["inputs"]["release"] == ""
    assert document["inputs"]["options"]["outcomes[waking].measure"] == "HR"
    assert set(document["inputs"]["tables"]) == {path.name for path in project.data.glob("*.csv")}
    assert set(document["inputs"]["environment"]) == {"metasyn", "source", "libraries"}


def test_reach_follows_derivations_and_larger_cohorts(project):
    edit(project.data / "cohorts.csv", lambda t: t + "CY.all,CY,both,81,,both,ward\n")
    edit(project.data / "cohorts.csv", lambda t: t.replace("CY.tea,CY,tea,41,,", "CY.tea,CY,tea,41,CY.all,"))
    edit(
        project.data / "results.csv",
        lambda t: (
            t.replace("62/100,no,,,", "62/100,yes,62% of 100,AX-SLEEP-0,")
            + "AX-SLEEP-0,AX,AX.tea,,mood,,,percent,62,,,,,,,,percent,ax-2019,Table 2,62%,no,,,usable,,\n"
        ),
    )
    evidence = read_evidence(project.data)
    keys = reached_rows(load_script(project.script("tea_vs_water")), evidence)
    assert len(keys) == len(set(keys))
    assert {"AX-SLEEP-1", "AX-SLEEP-0", "cohort:CY.all", "outcome:mood", "source:ax-2019"} <= set(keys)
    assert "DEE-SLEEP-1" not in keys
    assert "study:DEE" not in keys


def test_folder_hash_sees_names_and_contents_not_caches(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = hash_folder(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    assert hash_folder(tmp_path) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    second = hash_folder(tmp_path)
    assert second != first
    (tmp_path / "b.py").write_text("2")
    assert hash_folder(tmp_path) not in {first, second}
    assert folder_hashes(tmp_path) == {"b.py": sha256(b"2").hexdigest()}
    assert hash_folder(tmp_path) == sha256(f"b.py\0{sha256(b'2').hexdigest()}\n".encode()).hexdigest()


def test_an_answer_to_a_finding_makes_the_reports_stale_that_tell_it(project: Project) -> None:
    results = project.data / "results.csv"

    def answered(result_id: str, answer: str) -> None:
        lines = results.read_text(encoding="utf-8").splitlines()
        if not lines[0].endswith(",accepted_because"):
            lines = [lines[0] + ",accepted_because", *(f"{line}," for line in lines[1:])]
        lines = [line + answer if line.startswith(f"{result_id},") else line for line in lines]
        results.write_text("\n".join(lines) + "\n", encoding="utf-8")

    answered("AX-WAKING-1", "")
    for name in project.names():
        assert reasons(project, name) == ()
    answered("AX-WAKING-1", "asymmetric_ci: as printed")
    told = {name: reasons(project, name) for name in project.names()}
    assert set(told.values()) == {(), ("results.csv row AX-WAKING-1 changed",)}


def test_rows_of_a_finding_are_reached_whatever_their_outcome(tiny_project: Path) -> None:
    results = tiny_project / "data" / "results.csv"
    evidence = read_evidence(tiny_project / "data")
    analysis = load_script(Project(tiny_project).script("sleep_with_tea"))
    assert not [row for row in reached_rows(analysis, evidence) if "MOOD" in row]
    # 45 (50%) are 90 participants, not the 100 of the group.
    rows = (
        "AX-MOOD-2,AX,AX.tea,,mood,,,percent,50,,,,,,45,,percent,ax-2019,Table 3,45 (50%),no,,,usable,,\n"
        "AX-MOOD-3,AX,AX.tea,,mood,,,n,100,,,,,,,100,patients,ax-2019,Table 1,100,no,,,usable,,\n"
        "AX-MOOD-4,AX,AX.water,,mood,,,percent,50,,,,,,45,,percent,ax-2019,Table 3,45 (50%),no,,,usable,,\n"
    )
    results.write_text(results.read_text(encoding="utf-8") + rows, encoding="utf-8")
    reached = reached_rows(analysis, read_evidence(tiny_project / "data"))
    assert {"AX-MOOD-2", "AX-MOOD-3"} <= set(reached)
    assert "AX-MOOD-4" not in reached
