"""`status` against a plain reading of all tables: what it calls stale a run builds, and nothing else."""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError, MetasynError
from metasyn.evidence.columns import TABLES
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.project import Project
from metasyn.workspace.staleness import row_reasons
from metasyn.workspace.staleness.manifest import MANIFEST, manifest_bytes
from metasyn.workspace.staleness.snapshot import keep_tables
from metasyn.workspace.staleness.state import staleness
from metasyn.workspace.staleness.status import AnalysisStatus, status

ROOT = Path(__file__).resolve().parents[2]
OUTPUTS = {"report.html": b"<p>", "results.json": b"{}"}

CONTRAST = """\
from metasyn import Analysis, Outcome
analysis = Analysis(
    title="Lamps", question="Do lamps wake?", contrast=("lamp", "dark"), studies={"design": "randomised"},
    outcomes=[Outcome("waking", "HR"), Outcome("rested", "RR", timepoint="12 weeks")], external=["T05-HR"],
)
"""
GROUPS = """\
from metasyn import Analysis, Apart, Outcome
analysis = Analysis(
    title="Rest", question="Who is rested?", cohorts={"light": ["lamp", "lamp, young"]}, overlap="parts",
    outcomes=[Outcome("rested", "PLO")], ongoing=["X1"],
    apart=[Apart(title="Dark", reason="no lamp", cohorts={"light": "dark"}, studies={"year": ["2011"]})],
)
"""


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def rows_of(name: str, rows: list[dict[str, object]], further: tuple[str, ...] = ()) -> list[list[str]]:
    columns = [column.name for column in TABLES[name].columns if column.name != "sha256"] + list(further)
    return [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]


def invented_tables() -> dict[str, list[list[str]]]:
    """Thirty made-up studies: some share a source, a registration or an author, some figures disagree."""
    studies, cohorts, results = [], [], []
    for i in range(30):
        study = f"T{i:02d}"
        studies.append(
            {"study_id": study, "label": f"Trial {i}", "design": "cohort" if i % 4 == 3 else "randomised"}
            | {"registry_id": f"NCT{10000000 + i // 2}" if i % 5 == 0 or i == 1 else "", "year": 2010 + i % 7}
            | {"authors": "Ek A; Berg B" if i in (4, 9, 14) else f"Author{i} C"}
        )
        groups = [("lamp", 40 + i, ""), ("dark", 41 + i, "")]
        groups += [("lamp, young", 30, f"{study}.lamp")] if i % 6 == 0 else []
        for group, n, whole in groups:
            cohort = f"{study}.{group.replace(', ', '-')}"
            cohorts.append(
                {
                    "cohort_id": cohort,
                    "study_id": study,
                    "label": f"with {group}",
                    "n": n,
                    "part_of": whole,
                    "light": group,
                }
            )
            results += group_rows(study, cohort, n, i)
        results.append(
            {"result_id": f"{study}-HR", "comparator_id": f"{study}.dark", "outcome": "waking"}
            | {"statistic": "HR", "value": f"0.{60 + i % 30}", "ci_low": "0.41", "ci_high": "1.20"}
            | {"ci_level": "0.95", "as_printed": f"0.{60 + i % 30} (0.41 to 1.20)"}
            | {"study_id": study, "cohort_id": f"{study}.lamp", "source_id": f"s{i // 3}", "locator": "p 2"}
        )
    outcomes = [
        {"outcome": "waking", "label": "time to waking", "kind": "time-to-event", "better": "lower"},
        {"outcome": "rested", "label": "rested", "kind": "binary", "better": "higher"},
        {"outcome": "mood", "label": "mood", "kind": "descriptive"},
    ]
    sources = [{"source_id": f"s{k}", "kind": "article", "citation": f"Source {k}"} for k in range(12)]
    ongoing = [
        {"registry_id": f"X{k}", "title": f"next {k}", "source_id": "s1", "locator": "p"} for k in (1, 2)
    ]
    return {
        "sources.csv": rows_of("sources", sources),
        "studies.csv": rows_of("studies", studies, ("authors",)),
        "cohorts.csv": rows_of("cohorts", cohorts, ("light",)),
        "outcomes.csv": rows_of("outcomes", outcomes),
        "results.csv": rows_of("results", results),
        "ongoing_trials.csv": rows_of("ongoing", ongoing),
    }


def group_rows(study: str, cohort: str, n: int, i: int) -> list[dict[str, object]]:
    """What is reported of one group; every seventh percentage is not that of its counts."""
    k = 9 + i % 11
    common = {"study_id": study, "cohort_id": cohort, "source_id": f"s{i // 3}", "locator": "p 1"}
    share = f"{100 * k / n + (7 if i % 7 == 0 else 0):.1f}"
    rested = {"outcome": "rested", "statistic": "percent", "unit": "percent", "value": share}
    rested |= {"events": k, "n": n, "as_printed": f"{k} ({share}%)"}
    interval = (
        {"ci_low": "5.0", "ci_high": f"{min(float(share) + 20, 99):.1f}", "ci_level": "0.95"}
        if i % 3 == 0
        else {}
    )
    told = [
        {"result_id": f"{cohort}-R", **rested, **interval},
        {"result_id": f"{cohort}-M", "outcome": "waking", "statistic": "median", "value": f"{3 + i % 4}.5",
         "unit": "weeks" if i == 8 else "months", "as_printed": f"{3 + i % 4}.5"},
        {"result_id": f"{cohort}-N", "outcome": "mood", "statistic": "n", "n": n + (i % 9 == 0),
         "unit": "patients", "as_printed": str(n + (i % 9 == 0))},
    ]  # fmt: skip
    if i % 2 == 0:
        told.append({"result_id": f"{cohort}-T", **rested, "timepoint": "12 weeks"})
    if i % 5 == 0:
        told.append({"result_id": f"{cohort}-D", **rested, "derived": "yes", "derivation": "sum",
                     "definition": "d", "derived_from": f"{cohort}-R; T02-HR"})  # fmt: skip
    return [{**common, **row} for row in told]


def write_reports(project: Project) -> None:
    """Manifests as a run writes them, in reports without content."""
    bench = Workbench(project)
    for name in project.names():
        inputs = bench.inputs(name, bench.load(name))
        folder = project.report(name)
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in {**OUTPUTS, MANIFEST: manifest_bytes(inputs, OUTPUTS)}.items():
            (folder / file).write_bytes(content)
    keep_tables(project, bench.tables)


@pytest.fixture
def tiny(tiny_project: Path) -> Project:
    project = Project(tiny_project)
    write_reports(project)
    return project


@pytest.fixture
def larger(tmp_path: Path) -> Project:
    folder = tmp_path / "larger"
    (folder / "analyses").mkdir(parents=True)
    (folder / "data").mkdir()
    for file, rows in invented_tables().items():
        (folder / "data" / file).write_bytes(written(rows))
    for name, script in {"lamps": CONTRAST, "rest": GROUPS}.items():
        (folder / "analyses" / f"{name}.py").write_text(script, encoding="utf-8")
    project = Project(folder)
    write_reports(project)
    return project


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(project: Project, name: str) -> AnalysisStatus:
    (found,) = status(project, [name]).analyses
    return found


def states(project: Project) -> dict[str, str]:
    return {one.name: one.state for one in status(project, project.names()).analyses}


def plainly(project: Project) -> dict[str, str] | None:
    """What a run would do, by reading everything; None where the tables break a rule."""
    bench, found = Workbench(project), {}
    for name in project.names():
        try:
            reasons = staleness(project.report(name), bench.inputs(name, bench.load(name)))
            found[name] = "stale" if reasons else "up to date"
        except EvidenceError:
            return None
        except MetasynError:
            found[name] = "failed"
    return found


def test_nothing_changed(tiny):
    assert states(tiny) == {"sleep_with_tea": "up to date", "tea_vs_water": "up to date"}


def test_a_corrected_cell_with_both_values(tiny):
    edit(tiny.data / "results.csv", "0.72,0.55,0.94", "0.70,0.53,0.94")
    found = told(tiny, "tea_vs_water")
    (reason,) = found.reasons
    assert (found.state, reason.kind, reason.words) == ("stale", "row", "results.csv row AX-WAKING-1 changed")
    assert reason.edit is not None
    assert [(c.column, c.old, c.new) for c in reason.edit.cells] == [
        ("value", "0.72", "0.70"),
        ("ci_low", "0.55", "0.53"),
    ]
    assert told(tiny, "sleep_with_tea").state == "up to date"


def test_rows_that_come_and_go(tiny):
    results = tiny.data / "results.csv"
    lines = results.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = next(line for line in lines if line.startswith("CY-WAKING-1"))
    come = gone.replace("CY-WAKING-1", "CY-WAKING-2")
    results.write_text("".join([*(line for line in lines if line != gone), come]), encoding="utf-8")
    found = {reason.words: reason.edit for reason in told(tiny, "tea_vs_water").reasons}
    assert set(found) >= {"results.csv row CY-WAKING-1 is gone", "results.csv row CY-WAKING-2 is new"}
    assert found["results.csv row CY-WAKING-1 is gone"].kind == "removed"


def test_an_option_and_a_remark_in_a_script(tiny):
    script = tiny.script("tea_vs_water")
    text = script.read_text(encoding="utf-8")
    script.write_text(text + "# a remark\n", encoding="utf-8")
    (reason,) = told(tiny, "tea_vs_water").reasons
    assert (reason.kind, reason.words) == ("script", "script changed, but nothing that it declares")
    script.write_text(
        text.replace("analysis = Analysis(", 'analysis = Analysis(overlap="parts",'), encoding="utf-8"
    )
    first, second = told(tiny, "tea_vs_water").reasons
    assert (first.words, second.where, second.old, second.new) == (
        "script changed",
        "overlap",
        "whole",
        "parts",
    )


def test_never_built_older_manifest_lost_and_edited_files(tiny):
    folder = tiny.report("tea_vs_water")
    (folder / "report.html").write_bytes(b"edited")
    (folder / "results.json").unlink()
    assert [reason.words for reason in told(tiny, "tea_vs_water").reasons] == [
        "report.html was edited",
        "results.json is missing",
    ]
    (folder / MANIFEST).write_text('{"schema": "metasyn-manifest/2"}', encoding="utf-8")
    (reason,) = told(tiny, "tea_vs_water").reasons
    assert (reason.kind, reason.words) == ("other version", "built by another version of metasyn")
    (folder / MANIFEST).unlink()
    assert told(tiny, "tea_vs_water").state == "never built"


def test_a_release_of_the_evidence(tiny):
    (tiny.data / "release.json").write_text("{}", encoding="utf-8")
    (reason,) = told(tiny, "tea_vs_water").reasons
    assert (reason.kind, reason.words) == ("release", "this is the first release")


@pytest.mark.parametrize("built", [True, False])
def test_a_script_that_cannot_be_loaded(tiny, built):
    if not built:
        shutil.rmtree(tiny.report("tea_vs_water"))
    tiny.script("tea_vs_water").write_text("analysis = Analysis()", encoding="utf-8")
    found = told(tiny, "tea_vs_water")
    assert found.state == "failed"
    assert "line 1" in found.error
    assert told(tiny, "sleep_with_tea").state == "up to date"


def test_a_value_that_an_analysis_names_is_gone(larger):
    edit(larger.data / "cohorts.csv", ",lamp\n", ",lantern\n")
    found = status(larger, larger.names())
    assert {one.name: one.state for one in found.analyses} == {"lamps": "failed", "rest": "failed"}
    assert "'lamp'" in found.analyses[0].error


def test_broken_tables_still_tell_which_reports_are_stale(tiny):
    edit(tiny.data / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    found = status(tiny, tiny.names())
    assert [one.code for one in found.broken] == ["interval-excludes-estimate"]
    by_name = {one.name: one for one in found.analyses}
    assert by_name["sleep_with_tea"].state == "not known"
    assert by_name["tea_vs_water"].state == "stale"
    assert [cell.new for cell in by_name["tea_vs_water"].reasons[0].edit.cells] == ["0.75"]


def test_without_the_old_tables_rows_are_named_without_values(tiny):
    shutil.rmtree(tiny.reports / ".tables")
    edit(tiny.data / "results.csv", "0.72,0.55,0.94", "0.70,0.53,0.94")
    (reason,) = told(tiny, "tea_vs_water").reasons
    assert (reason.words, reason.edit) == ("results.csv row AX-WAKING-1 changed", None)


def test_nothing_is_computed_written_or_read_in_whole(larger, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in larger.root.rglob("*")}
    monkeypatch.setattr("metasyn.evidence.read.read_evidence", None)
    monkeypatch.setattr("metasyn.analysis.run.pool", None)
    edit(larger.data / "results.csv", "T04-HR,T04", "T04-HR,T04 ")
    edit(larger.data / "results.csv", "0.64 (0.41 to 1.20)", "0.64 (0.41-1.20)")
    (reason,) = told(larger, "lamps").reasons
    assert reason.where == "T04-HR"
    assert told(larger, "rest").state == "up to date"
    after = {path: path.stat().st_mtime_ns for path in larger.root.rglob("*")}
    assert {path for path in after if before.get(path) != after[path]} == {larger.data / "results.csv"}


def test_a_finding_about_what_a_figure_was_derived_from(larger):
    """Medians that contradict the hazard ratio from which a figure of the analysis is derived."""
    assert "T02.lamp-M" not in Workbench(larger).inputs("rest", Workbench(larger).load("rest")).rows
    edit(
        larger.data / "results.csv",
        "median,5.5,,,,,,,,months,s0,p 1,5.5",
        "median,0.5,,,,,,,,months,s0,p 1,0.5",
    )
    edit(larger.data / "results.csv", "T02.dark,,waking,,,median,0.5", "T02.dark,,waking,,,median,9.5")
    assert plainly(larger) == states(larger)
    found = {reason.where for reason in told(larger, "rest").reasons}
    assert "T02.lamp-M" in found


Rows = list[list[str]]


def changed(tables: Mapping[str, Rows], rng: random.Random) -> str:
    """Change something somewhere: a cell becomes that of another row, a row goes, comes or moves."""
    weights = {"results.csv": 60, "cohorts.csv": 14, "studies.csv": 10, "sources.csv": 6}
    file = rng.choices([*weights, "ongoing_trials.csv", "outcomes.csv"], [*weights.values(), 4, 3])[0]
    rows = tables[file]
    at, other = rng.randrange(1, len(rows)), rng.randrange(1, len(rows))
    column = rng.randrange(1, len(rows[0]))
    what = rng.choices(["cell", "gone", "new", "moved"], [70, 10, 15, 5])[0]
    if what == "moved":
        rows[at], rows[other] = rows[other], rows[at]
    elif what == "gone":
        rows.pop(at)
    else:
        row = rows[at] = list(rows[at])
        if what == "new":
            row = ["N-" + row[0], *row[1:]]
            rows.insert(other, row)
        others = sorted({one[column] for one in rows[1:]} - {row[column]})
        row[column] = rng.choice(others) if others else ""
    return f"{file} {what} {at} {column} {other}"


def hold_to_plain_reading(project: Project, tables: Mapping[str, Rows], seed: int, wanted: int) -> None:
    """Random edits, as many valid ones as wanted."""
    rng = random.Random(seed)
    valid = 0
    while valid < wanted:
        edited = {file: list(rows) for file, rows in tables.items()}
        what = [changed(edited, rng) for _ in range(rng.choice([1, 1, 1, 2]))]
        for file, rows in edited.items():
            if rows != tables[file] or (project.data / file).read_bytes() != written(tables[file]):
                (project.data / file).write_bytes(written(rows))
        expected, found = plainly(project), status(project, project.names())
        if expected is None:
            assert found.broken, what
            continue
        valid += 1
        assert {one.name: one.state for one in found.analyses} == expected, what
        assert not found.broken


@pytest.fixture
def asked_of_part(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the part of the evidence could tell, one by one."""
    answers: list[bool] = []
    whole: Callable[..., object] = row_reasons.RowChanges._of_part

    def told_by_part(self: row_reasons.RowChanges, *given: object) -> object:
        found = whole(self, *given)
        answers.append(found is not None)
        return found

    monkeypatch.setattr(row_reasons.RowChanges, "_of_part", told_by_part)
    return answers


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_of_many_studies(larger, asked_of_part, seed):
    hold_to_plain_reading(larger, invented_tables(), seed, wanted=6)
    assert sum(asked_of_part) > 3


def test_random_edits_of_few_studies(tiny):
    tables = {
        path.name: list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        for path in sorted(tiny.data.glob("*.csv"))
    }
    hold_to_plain_reading(tiny, tables, 5, wanted=10)


def test_random_edits_of_the_shipped_tables(tmp_path, asked_of_part):
    for part in ("data", "analyses"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(tmp_path)
    tables = {
        path.name: list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        for path in sorted(project.data.glob("*.csv"))
    }
    for file, rows in tables.items():
        (project.data / file).write_bytes(written(rows))
    write_reports(project)
    hold_to_plain_reading(project, tables, 11, wanted=4)
    assert any(asked_of_part)
