"""What is installed: metadata, entry point, every file of the package; and what the lock promises."""

from __future__ import annotations

import re
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path

import pytest

import metasyn

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that `pip install .` would make of this folder."""
    wheels = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = wheels.WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(path)


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def test_the_installed_distribution_is_metasyn_evidence() -> None:
    installed = distribution("metasyn-evidence")
    assert installed.version == metasyn.__version__
    (command,) = installed.entry_points.select(group="console_scripts")
    assert (command.name, command.value) == ("metasyn", "metasyn.cli:command")


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "metasyn").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"metasyn/py.typed", "metasyn/workspace/analysis_template.txt"} <= ours
    assert {Path(name).suffix for name in ours} >= {".j2", ".typ", ".css"}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == ours


def test_the_wheel_says_who_it_is(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)
    assert said["Name"] == "metasyn-evidence"
    assert said["Version"] == metasyn.__version__
    assert said["License-Expression"] == "MIT"
    assert set((said["Requires-Python"] or "").split(",")) == {">=3.11", "<3.14"}
    assert {"all", "report", "dev"} <= set(said.get_all("Provides-Extra") or [])
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "metasyn = metasyn.cli:command" in wheel.read(name).decode()


def test_the_lock_holds_names_versions_and_hashes_only() -> None:
    only = r"(sys_platform|implementation_name) [!=]= '[a-z0-9]+'"
    package = rf"[a-z0-9-]+==[0-9][0-9a-z.]*( ; {only}( and {only})*)? \\"
    line = re.compile(rf"{package}|    --hash=sha256:[0-9a-f]{{64}}( \\)?|# .*|")
    assert [text for text in LOCK.splitlines() if not line.fullmatch(text)] == []
    assert "://" not in LOCK
    packages = re.split(r"^(?=[a-z])", LOCK, flags=re.M)[1:]
    assert all("--hash=" in package for package in packages)


def test_the_lock_covers_what_the_project_asks_for() -> None:
    project = PROJECT["project"]
    asked = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
        *PROJECT["dependency-groups"]["build"],
        *PROJECT["build-system"]["requires"],
    ]
    names = {re.split(r"[\[<>=!~; ]", line)[0].lower() for line in asked} - {"metasyn-evidence"}
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK, flags=re.M))
    assert names <= locked


def test_the_version_is_the_same_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {metasyn.__version__}\n" in citation
