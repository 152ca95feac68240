"""Calling the command line in this process, and as a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from metasyn.cli import main
from metasyn.workspace.building.build import build
from metasyn.workspace.building.index import refresh_index
from metasyn.workspace.project import Project


class Answer(NamedTuple):
    """What a call gave back."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]


@pytest.fixture
def metasyn(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `metasyn ARGUMENTS` in this process alone (`run` starts no others), in the folder `cwd`."""
    monkeypatch.setattr("metasyn.workspace.building.rendering.available_cores", lambda: 1)

    def call(*arguments: str | Path, cwd: Path | None = None) -> Answer:
        with monkeypatch.context() as patch:
            if cwd is not None:
                patch.chdir(cwd)
            code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err or code == 70
        return Answer(code, out, err)

    return call


@pytest.fixture
def process() -> Call:
    """Call `python ARGUMENTS` as a process of its own, its output in pipes."""

    def call(*arguments: str | Path, cwd: Path, **environment: str) -> Answer:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Every file below a folder with its content."""

    def take(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return take


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project after `metasyn run`, built once; tests work on copies."""
    folder = tmp_path_factory.mktemp("built") / "project"
    template = Path(__file__).parents[1] / "tiny_project"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(folder)
    assert {done.state for done in build(project, project.names())} == {"built"}
    assert refresh_index(project)
    return folder


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """A copy of the tiny project with up-to-date reports."""
    folder = tmp_path / "project"
    shutil.copytree(built_once, folder)
    return folder
