"""`metasyn release`: what it says, what it writes, and its exit codes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Call

TINY = Path(__file__).parents[1] / "tiny_project"


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project after `metasyn release`, made once; tests work on copies."""
    from metasyn.cli import main

    folder = tmp_path_factory.mktemp("released") / "project"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert main(["release", "--date", "2026-05-01", "--project", str(folder)]) == 0
    return folder


@pytest.fixture
def released(released_once: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(released_once, folder)
    return folder


def correct(folder: Path) -> None:
    path = folder / "data" / "results.csv"
    text = path.read_text()
    assert text.count("0.95,0.68,1.33,0.95") == 1
    path.write_text(text.replace("0.95,0.68,1.33,0.95", "0.95,0.68,1.30,0.95"))


def test_the_first_release_is_in_reports_and_index(released: Path) -> None:
    document = json.loads((released / "reports" / "tea_vs_water" / "results.json").read_text())
    assert document["edition"]["version"] == "1.0.0"
    assert document["edition"]["released"] is True
    page = (released / "reports" / "tea_vs_water" / "report.html").read_text()
    assert "Version 1.0.0 of the evidence, 2026-05-01" in page
    assert "Version 1.0.0 of the evidence, 2026-05-01" in (released / "reports" / "index.html").read_text()


def test_a_second_release_says_why_and_rebuilds(metasyn: Call, released: Path) -> None:
    correct(released)
    answer = metasyn("release", "--date", "2026-11-21", "--trigger", "A reader saw a typo", cwd=released)
    assert answer.code == 0
    assert answer.out.startswith("version 1.0.0 → 1.1.0 of the evidence, 2026-11-21\n  MINOR: tea_vs_water: ")
    assert "  what led to it: A reader saw a typo\n" in answer.out
    assert "  wrote data/releases/1.1.0.zip, data/CHANGELOG.md, data/release.json\n" in answer.out
    page = (released / "reports" / "tea_vs_water" / "report.html").read_text()
    assert "What changed since version 1.0.0" in page
    assert metasyn("run", cwd=released).out.count("up to date") == 2


def test_nothing_changed(metasyn: Call, released: Path, snapshot: Callable[[Path], dict[str, bytes]]) -> None:
    before = snapshot(released)
    answer = metasyn("release", cwd=released)
    assert (answer.code, answer.out) == (0, "nothing has changed since version 1.0.0 of the evidence.\n")
    assert snapshot(released) == before


def test_a_dry_run_shows_the_note_and_writes_nothing(
    metasyn: Call, released: Path, snapshot: Callable[[Path], dict[str, bytes]]
) -> None:
    correct(released)
    before = snapshot(released)
    answer = metasyn("release", "--dry-run", "--date", "2026-11-21", cwd=released)
    assert answer.code == 0
    assert answer.out.startswith("would be version 1.0.0 → 1.1.0")
    assert "## 1.1.0 (2026-11-21)" in answer.out
    assert snapshot(released) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--version", "1.0.1"), "--version 1.0.1 is too small a step from 1.0.0: tea_vs_water: "),
        (("--version", "1.0.0"), "--version 1.0.0 is not above 1.0.0"),
        (("--version", "two"), "--version must be three whole numbers"),
        (("--date", "21.11.2026"), "--date must be a day written as YYYY-MM-DD"),
        (("--date", "2020-01-01"), "--date is 2020-01-01, before version 1.0.0 of 2026-05-01."),
        (("--trigger", ""), "--trigger is empty"),
    ],
)
def test_a_bad_option_is_one_line(
    metasyn: Call,
    released: Path,
    snapshot: Callable[[Path], dict[str, bytes]],
    options: tuple[str, ...],
    said: str,
) -> None:
    correct(released)
    before = snapshot(released / "data")
    answer = metasyn("release", *options, cwd=released)
    assert answer.code == 2
    assert answer.err.startswith(f"metasyn: {said}")
    assert answer.err.count("\n") == 1
    assert snapshot(released / "data") == before


def test_a_larger_step_is_named_beside_the_proposed_one(metasyn: Call, released: Path) -> None:
    correct(released)
    answer = metasyn("release", "--version", "2.0.0", "--date", "2026-11-21", "--dry-run", cwd=released)
    assert "version 1.0.0 → 2.0.0" in answer.out
    assert "MINOR (at least 1.1.0): " in answer.out


def test_what_a_dead_release_left_is_told(metasyn: Call, released: Path) -> None:
    left = released / "data" / "releases" / "1.1.0.zip"
    left.write_bytes(b"half")
    answer = metasyn("release", cwd=released)
    assert answer.code == 0
    assert "data/releases/1.1.0.zip: removed what an interrupted release had left." in answer.err
    assert not left.exists()


def test_check_names_an_archive_that_is_gone(metasyn: Call, released: Path) -> None:
    assert "releases" not in metasyn("check", cwd=released).out
    (released / "data" / "releases" / "1.0.0.zip").unlink()
    answer = metasyn("check", cwd=released)
    assert answer.code == 1
    assert (
        "data/releases/1.0.0.zip is missing: what changed since version 1.0.0 cannot be shown." in answer.out
    )


def test_the_template_is_a_file_that_is_read(metasyn: Call, released: Path) -> None:
    text = metasyn("release", "--living-template", cwd=released).out
    (released / "data" / "living.toml").write_text(text)
    answer = metasyn("release", "--dry-run", "--date", "2026-11-21", cwd=released)
    assert "PATCH: how the evidence is kept up to date" in answer.out


def test_help_has_examples(metasyn: Call) -> None:
    answer = metasyn("release", "--help")
    assert "  metasyn release" in answer.out
