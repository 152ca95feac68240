"""How long `metasyn status` takes: 200 analyses and 100,000 rows, and the shipped project.

Everything is made in a scratch folder. In the large project one report is built for real; the 200 folders
hold copies of its files with manifests from the functions that `run` calls, because rendering them all
says nothing about `status`. Beside each time stands what one would do without it: the checksums of all
files, and `git status` with `git diff --stat`, neither of which says which report a row concerns.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
METASYN = [sys.executable, "-m", "metasyn"]
ROUNDS = 3
ANALYSES, STUDIES, OUTCOMES = 200, 4000, 7
GIT = ["git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@invalid"]

SUMS = "find . -type f -not -path './.git/*' | xargs sha256sum"

SCRIPT = """\
from metasyn import Analysis, Outcome

analysis = Analysis(
    title="Question {number}",
    question="Does the drug help in topic {number}?",
    contrast=("drug", "control"),
    studies={{"topic": "topic {number}"}},
    outcomes=[Outcome("o{first}", "HR"), Outcome("o{second}", "RR")],
)

if __name__ == "__main__":
    analysis.main()
"""
HEADERS = {
    "sources": "source_id,kind,citation,doi,year,address,note",
    "studies": "study_id,label,design,phase,registry_id,citation,doi,year,note,topic",
    "cohorts": "cohort_id,study_id,label,n,part_of,arm",
    "outcomes": "outcome,label,kind,better,description",
    "results": "result_id,study_id,cohort_id,comparator_id,outcome,definition,timepoint,statistic,value,"
    "ci_low,ci_high,ci_level,p,p_sided,events,n,unit,source_id,locator,as_printed,derived,derivation,derived_from,"
    "status,status_reason,note",
}


def results(study: int) -> Iterator[dict[str, object]]:
    """Per outcome a hazard ratio, and the events of both groups."""
    for outcome in range(1, OUTCOMES + 1):
        value = 0.6 + (study * outcome) % 37 / 100
        text = f"{value:.2f} ({value * 0.8:.2f} to {value * 1.25:.2f})"
        common = {"study_id": f"T{study}", "outcome": f"o{outcome}", "source_id": f"s{study}"}
        yield {
            **common,
            "result_id": f"T{study}-o{outcome}-HR",
            "cohort_id": f"T{study}.drug",
            "comparator_id": f"T{study}.control",
            "statistic": "HR",
            "value": f"{value:.2f}",
            "ci_low": f"{value * 0.8:.2f}",
            "ci_high": f"{value * 1.25:.2f}",
            "ci_level": "0.95",
            "locator": f"page {outcome}, Table 2",
            "as_printed": text,
        }
        for group in ("drug", "control"):
            events = 20 + (study + outcome) % 31
            yield {
                **common,
                "result_id": f"T{study}-o{outcome}-{group}",
                "cohort_id": f"T{study}.{group}",
                "statistic": "events",
                "events": events,
                "n": 100,
                "locator": f"page {outcome}, Table 3",
                "as_printed": f"{events} of 100",
            }


def tables() -> dict[str, Iterator[dict[str, object]]]:
    studies = range(STUDIES)
    return {
        "sources": (
            {"source_id": f"s{i}", "kind": "article", "citation": f"Author {i}. Journal {2000 + i % 25}."}
            for i in studies
        ),
        "studies": (
            {"study_id": f"T{i}", "label": f"Trial {i}", "design": "randomised", "registry_id": f"NCT{i:08d}"}
            | {"year": 2000 + i % 25, "topic": f"topic {i % ANALYSES}"}
            for i in studies
        ),
        "cohorts": (
            {"cohort_id": f"T{i}.{arm}", "study_id": f"T{i}", "label": f"{arm} group", "n": 100, "arm": arm}
            for i in studies
            for arm in ("drug", "control")
        ),
        "outcomes": (
            {"outcome": f"o{k}", "label": f"outcome {k}", "kind": "time-to-event", "better": "lower"}
            for k in range(1, OUTCOMES + 1)
        ),
        "results": (row for i in studies for row in results(i)),
    }


def make_project(home: Path) -> int:
    """Tables and scripts; the number of rows."""
    (home / "data").mkdir(parents=True)
    (home / "analyses").mkdir()
    count = 0
    for name, rows in tables().items():
        with (home / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, HEADERS[name].split(","), restval="", lineterminator="\n")
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                count += 1
    for number in range(ANALYSES):
        first, second = 1 + number % OUTCOMES, 1 + (number + 1) % OUTCOMES
        text = SCRIPT.format(number=number, first=first, second=second)
        (home / "analyses" / f"question_{number:03d}.py").write_text(text, encoding="utf-8")
    return count


def make_reports(home: Path) -> None:
    """One report for real, its files in 200 folders, each with the manifest of its own analysis."""
    from metasyn.analysis.run import run_analysis
    from metasyn.report.write import render_report
    from metasyn.workspace.building.bench import Workbench
    from metasyn.workspace.project import Project
    from metasyn.workspace.staleness.manifest import MANIFEST, manifest_bytes
    from metasyn.workspace.staleness.snapshot import keep_tables

    bench = Workbench(Project(home))
    names = bench.project.names()
    files = dict(render_report(run_analysis(bench.load(names[0]), bench.evidence, names[0])))
    for name in names:
        folder = bench.project.report(name)
        manifest = manifest_bytes(bench.inputs(name, bench.load(name)), files)
        for file, content in {**files, MANIFEST: manifest}.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
    keep_tables(bench.project, bench.tables)


def best(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Shortest of several runs of other processes: seconds by the clock, and of the processor."""
    times = []
    for _ in range(rounds):
        before, started = os.times(), time.perf_counter()
        work()
        after, ended = os.times(), time.perf_counter()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        times.append((ended - started, used))
    return min(times)


def shown(taken: tuple[float, float]) -> str:
    return f"{taken[0]:.2f} s ({taken[1]:.2f} s of processor)"


def call(*command: str, home: Path) -> tuple[int, str]:
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def timed_status(what: str, home: Path, stale: int, *, beside: bool = True) -> None:
    """`metasyn status` as a process, and the two things one would do instead."""
    code, out = call(*METASYN, "status", home=home)
    found = sum(line.endswith(": stale") for line in out.splitlines())
    if (code, found) != (1 if stale else 0, stale):
        raise SystemExit(f"{what}: {found} reports are stale, not {stale} (exit code {code})\n{out[:2000]}")
    ours = best(lambda: call(*METASYN, "status", home=home))
    text = f"{what}: {shown(ours)}"
    if beside:
        sums = best(lambda: call("sh", "-c", SUMS, home=home))
        git = best(
            lambda: (call(*GIT, "status", "--short", home=home), call(*GIT, "diff", "--stat", home=home))
        )
        text += f"; sha256sum of all files {shown(sums)}, ratio {sums[0] / ours[0]:.1f}"
        text += f"; git status and git diff --stat {shown(git)}, ratio {git[0] / ours[0]:.1f}"
    print(text, flush=True)


def large(home: Path) -> None:
    rows = make_project(home)
    started = time.perf_counter()
    make_reports(home)
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
    print(f"{ANALYSES} analyses, {rows:,} rows, {size:.0f} MB with reports", end=" ")
    print(f"(made in {time.perf_counter() - started:.0f} s)", flush=True)
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "evidence"]):
        call(*GIT, *command, home=home)
    timed_status("nothing changed", home, 0)
    table = home / "data" / "results.csv"
    before = table.read_bytes()
    edited = before
    for study in (3, 403, 1002, 2503, 3999):
        name = f"T{study}-o{1 + study % ANALYSES % OUTCOMES}-HR,".encode()
        start = edited.index(b"\n" + name)
        end = edited.index(b"\n", start + 1)
        line = edited[start:end].replace(b"page ", b"p. ")
        edited = edited[:start] + line + edited[end:]
    table.write_bytes(edited)
    timed_status("five rows edited, of four analyses", home, 4)
    table.write_bytes(before)
    script = home / "analyses" / "question_007.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace('"RR"', '"OR"'), encoding="utf-8")
    timed_status("one script edited", home, 1)


def shipped(home: Path) -> None:
    for name in ("data", "analyses"):
        shutil.copytree(ROOT / name, home / name)
    shutil.copy(ROOT / "pyproject.toml", home)
    call(*METASYN, "run", home=home)
    print(f"shipped project, nothing to do, run: {shown(best(lambda: call(*METASYN, 'run', home=home)))}")
    timed_status("shipped project, nothing changed, status", home, 0, beside=False)
    table = home / "data" / "results.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("BICR,,HR,0.62,", "BICR,,HR,0.63,", 1), encoding="utf-8")
    timed_status("shipped project, one row changed, status", home, 1, beside=False)


if __name__ == "__main__":
    # As on a person's machine: compiled modules are kept from one call to the next.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "shipped").mkdir()
        shipped(Path(scratch) / "shipped")
        large(Path(scratch) / "large")
