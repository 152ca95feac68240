"""Kill `metasyn run` or `metasyn release` at random instants, or run many at once; look at what is left.

Usage: python scripts/kill_runs.py [run|release] [--kills 200] [--together 50] [--jobs 2] [--seed 1]
       [--project FOLDER --edit OLD NEW]

Works on a copy of a project (by default tests/tiny_project) whose data swing between two versions, which
differ by an edit that every report shows. Commands are started and killed (SIGKILL, the whole process
group), half of them at a random instant, half shortly after they began to write.

After every kill of a run, each report must be byte for byte what one of the two versions gives, built once
without disturbance, and the index must show such reports. After every kill of a release, the record, its
archives and the changelog must agree, and each report must be as its manifest says. All the while a reader
opens page, results and manifest of every report and must find them of one version. Every tenth command is
left alone: it must succeed, give what the data give and leave nothing else behind.

With --together, so many runs start at the same time on stale reports: all succeed, one builds.
Exits 1 at the first violation; Ctrl-C ends the kills and tells of those that were. Needs Linux or macOS.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAIR = ("report.html", "results.json")
EDIT = ("62,,,,,,62,100,patients,ax-2019,Table 2,62/100", "63,,,,,,63,100,patients,ax-2019,Table 2,63/100")
Folder = Mapping[str, bytes]


class Violation(Exception):
    """What must never be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A project whose data have two versions, and what each gives."""

    root: Path
    jobs: int
    tables: tuple[bytes, bytes]
    reports: tuple[Mapping[str, Folder], Mapping[str, Folder]]
    indexes: frozenset[bytes]
    seconds: float
    releases: bool = False

    def words(self) -> list[str]:
        """The command that is killed."""
        if self.releases:
            return metasyn("release", "--date", "2026-01-01", "--project", str(self.root))
        return metasyn("run", "--jobs", str(self.jobs), "--project", str(self.root))

    def turn(self, version: int) -> None:
        """Let the data be of one version."""
        (self.root / "data" / "results.csv").write_bytes(self.tables[version])


@dataclass(slots=True, kw_only=True)
class Reader:
    """Opens pairs of files of the same report again and again."""

    trial: Trial
    pairs: int = 0
    gone: int = 0
    problems: list[str] = field(default_factory=list)

    def read(self, stop: threading.Event) -> None:
        names = sorted(self.trial.reports[0])
        while not stop.is_set():
            for name in names:
                self._one(name)
            time.sleep(0.002)

    def _one(self, name: str) -> None:
        try:
            folder = os.open(self.trial.root / "reports" / name, os.O_RDONLY)
        except FileNotFoundError:
            self.problems.append(f"{name}: there was no report for a moment")
            return
        try:
            manifest = json.loads(_content(folder, ".manifest.json"))["outputs"]
            pair = [hashlib.sha256(_content(folder, file)).hexdigest() for file in PAIR]
        except FileNotFoundError:
            self.gone += 1  # the folder was replaced, and the old one is being removed
            return
        finally:
            os.close(folder)
        self.pairs += 1
        if pair != [manifest[file] for file in PAIR]:
            self.problems.append(f"{name}: page and results of no one version")


def _content(folder: int, name: str) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as handle:
        return handle.read()


def metasyn(*words: str) -> list[str]:
    return [sys.executable, "-m", "metasyn", *words]


def alone(words: list[str]) -> str:
    """A command that is left alone; it must succeed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Violation(f"{' '.join(words[2:])} failed: {done.stdout}{done.stderr}")
    return done.stdout


def folders(root: Path) -> dict[str, Folder]:
    """Every file of every report; what is hidden in reports/ is not one."""
    found: dict[str, Folder] = {}
    for folder in sorted((root / "reports").iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            files = (path for path in sorted(folder.rglob("*")) if path.is_file())
            found[folder.name] = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return found


def prepared(project: Path, root: Path, jobs: int, edit: tuple[str, str]) -> Trial:
    """The two versions of the data and what each gives."""
    from metasyn.workspace.project import Project

    shutil.copytree(project / "data", root / "data")
    shutil.copytree(project / "analyses", root / "analyses", ignore=shutil.ignore_patterns("__pycache__"))
    first = (root / "data" / "results.csv").read_bytes()
    second = first.replace(edit[0].encode(), edit[1].encode())
    built: list[dict[str, Folder]] = []
    for tables in (second, first):
        (root / "data" / "results.csv").write_bytes(tables)
        begun = time.monotonic()
        said = alone(metasyn("run", "--jobs", str(jobs), "--project", str(root)))
        seconds = time.monotonic() - begun
        if said.count(": built (") != len(Project(root).names()):
            raise Violation(f"not every report is built:\n{said}")
        built.append(folders(root))
    newer, older = built
    return Trial(
        root=root,
        jobs=jobs,
        tables=(first, second),
        reports=(older, newer),
        indexes=possible_indexes(root, older, newer),
        seconds=seconds,
    )


def possible_indexes(
    root: Path, older: Mapping[str, Folder], newer: Mapping[str, Folder]
) -> frozenset[bytes]:
    """The index of every choice of one version of each report; the versions must differ."""
    from metasyn.workspace.building.index import index_page
    from metasyn.workspace.project import Project

    for name, file in itertools.product(older, PAIR):
        if older[name][file] == newer[name][file]:
            raise Violation(f"the edit does not change {file} of {name}: nothing could be seen")
    choices = [{older[name]["results.json"], newer[name]["results.json"]} for name in sorted(older)]
    return frozenset(
        index_page(Project(root), dict(zip(sorted(older), chosen, strict=True)))
        for chosen in itertools.product(*choices)
    )


@contextmanager
def reading(trial: Trial) -> Iterator[Reader]:
    """A reader at work beside."""
    reader, stop = Reader(trial=trial), threading.Event()
    thread = threading.Thread(target=reader.read, args=(stop,))
    thread.start()
    try:
        yield reader
    finally:
        stop.set()
        thread.join()


def kill_one(trial: Trial, chance: random.Random) -> None:
    """Start a run and kill it and all its processes."""
    before = set(leftovers(trial.root))
    process = subprocess.Popen(
        trial.words(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if chance.random() < 0.5:
        time.sleep(chance.uniform(0, 1.1 * trial.seconds))
    else:
        while process.poll() is None and before.issuperset(leftovers(trial.root)):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.06))
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def leftovers(root: Path) -> list[str]:
    """What is being written, or was when its writer died."""
    places = [root / name for name in ("reports", "data", "data/releases")]
    return [
        name
        for place in places
        if place.is_dir()
        for name in os.listdir(place)  # noqa: PTH208
        if name.endswith((".tmp", ".old"))
    ]


def look(trial: Trial) -> str:
    """What a kill left: every report must be of one version; says how far the run had come."""
    found = folders(trial.root)
    if set(found) != set(trial.reports[0]):
        raise Violation(f"reports lost or more than there are: {sorted(found)}")
    unfinished = "something unfinished" if leftovers(trial.root) else "nothing unfinished"
    if trial.releases:
        return f"version {_released(trial, found)}, {unfinished}"
    versions = []
    for name, files in found.items():
        of = [number for number in (0, 1) if trial.reports[number][name] == files]
        if not of:
            raise Violation(f"{name} is neither the older nor the newer report: {_which(trial, name, files)}")
        versions.append(of[0])
    page = (trial.root / "reports" / "index.html").read_bytes()
    if page not in trial.indexes:
        raise Violation("the index shows what is in no report")
    state = "reports of both versions" if len(set(versions)) > 1 else "reports of one version"
    return f"{state}, {unfinished}"


def _released(trial: Trial, found: Mapping[str, Folder]) -> str:
    """Record, archives, and reports by their manifests; "old" or "new" as the data are released or not."""
    from metasyn.workspace.project import Project
    from metasyn.workspace.release.editions import release_problems
    from metasyn.workspace.release.record import read_release

    for name, files in found.items():
        outputs = json.loads(files[".manifest.json"])["outputs"]
        hashes = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
        if outputs != {file: digest for file, digest in hashes.items() if file != ".manifest.json"}:
            raise Violation(f"{name} is not as its manifest says")
    problems = release_problems(Project(trial.root))
    if problems:
        raise Violation(f"the releases are damaged: {problems}")
    return "made" if read_release(trial.root / "data") is not None else "not yet made"


def _which(trial: Trial, name: str, files: Folder) -> str:
    older, newer = (version[name] for version in trial.reports)
    return ", ".join(
        f"{file} {'older' if content == older.get(file) else 'newer' if content == newer.get(file) else '?'}"
        for file, content in files.items()
    )


def complete(trial: Trial, version: int) -> None:
    """A command that is left alone puts everything right."""
    alone(trial.words())
    if trial.releases:
        _completely_released(trial)
    elif folders(trial.root) != trial.reports[version]:
        raise Violation("the run after a kill does not give the reports of the data")
    for place, known in (
        ("reports", {".gitignore", ".lock", ".index.json", ".tables"}),
        ("data", set()),
        ("data/releases", set()),
    ):
        folder = trial.root / place
        hidden = {path.name for path in folder.iterdir() if path.name[0] == "."} if folder.is_dir() else set()
        if hidden - known:
            raise Violation(f"the command after a kill left {sorted(hidden)} in {place}")


def _completely_released(trial: Trial) -> None:
    """Nothing is left to release or to build, and each version is there once."""
    from metasyn.workspace.release.record import read_release

    if "nothing has changed since" not in alone(
        metasyn("release", "--dry-run", "--project", str(trial.root))
    ):
        raise Violation("a release that succeeded is not complete")
    alone(metasyn("run", "--check", "--project", str(trial.root)))
    release = read_release(trial.root / "data")
    versions = [] if release is None else [one.version for one in release.versions]
    archives = {path.name for path in (trial.root / "data" / "releases").iterdir()}
    if archives != {f"{version}.zip" for version in versions}:
        raise Violation(f"archives {sorted(archives)} of versions {versions}")
    text = (trial.root / "data" / "CHANGELOG.md").read_text(encoding="utf-8")
    told = re.findall(r"^## .*?(\d+\.\d+\.\d+)", text, re.M)
    if told != versions:
        raise Violation(f"the changelog tells {told}, released are {versions}")


def killed(trial: Trial, kills: int, chance: random.Random) -> None:
    """The whole series, or as much of it as there is until Ctrl-C, with its account."""
    seen: Counter[str] = Counter()
    with reading(trial) as reader, suppress(KeyboardInterrupt):
        for number in range(1, kills + 1):
            version = number % 2
            trial.turn(version)
            kill_one(trial, chance)
            seen[look(trial)] += 1
            if number % 10 == 0 or number == kills:
                complete(trial, version)
            if reader.problems:
                raise Violation(reader.problems[0])
    name = "releases" if trial.releases else "runs"
    print(f"{seen.total()} kills of {name}: no report mixed, none lost, nothing left behind")
    for words, times in sorted(seen.items()):
        print(f"  {times} left {words}")
    print(f"  meanwhile {reader.pairs} pairs of page and results were read, {reader.gone} while replaced")


def together(trial: Trial, many: int) -> None:
    """So many runs at the same time on stale reports."""
    trial.turn(1)
    alone(trial.words())
    trial.turn(0)
    with reading(trial) as reader:
        begun = time.monotonic()
        processes = [
            subprocess.Popen(trial.words(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(many)
        ]
        answers = [process.communicate() for process in processes]
        seconds = time.monotonic() - begun
    codes = Counter(process.returncode for process in processes)
    builders = sum(": built (" in out for out, _ in answers)
    waited = sum("waiting for" in err for _, err in answers)
    if codes != {0: many}:
        raise Violation(f"exit codes {dict(codes)}: {[err for _, err in answers if err][:3]}")
    if sum(out.count(": built (") for out, _ in answers) != len(trial.reports[0]) or builders != 1:
        raise Violation(f"{builders} runs built something")
    if folders(trial.root) != trial.reports[0]:
        raise Violation("many runs do not give what one gives")
    if reader.problems:
        raise Violation(reader.problems[0])
    print(f"{many} runs together: one built, {waited} waited, all succeeded, same bytes ({seconds:.0f} s)")


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    asked.add_argument("command", nargs="?", choices=["run", "release"], default="run")
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--together", type=int, default=50)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--project", type=Path, default=ROOT / "tests" / "tiny_project")
    asked.add_argument("--edit", nargs=2, metavar=("OLD", "NEW"), default=EDIT, help="text of results.csv")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            trial = prepared(given.project, Path(folder) / "project", given.jobs, tuple(given.edit))
            if given.kills:
                chosen = replace(trial, releases=given.command == "release")
                killed(chosen, given.kills, random.Random(given.seed))
            if given.together and given.command == "run":
                together(trial, given.together)
        except Violation as error:
            print(f"VIOLATION: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
