"""The comparison of built with committed reports: bytes first, then a last digit, nothing else."""

from __future__ import annotations

import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "compare_reports.py"


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, for a repository with one committed report."""
    found = spec_from_file_location("compare_reports", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.json").write_bytes(b'{"x": 0.123456789012}\n')
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    return module


@pytest.mark.parametrize(
    ("built", "code"),
    [
        (b'{"x": 0.123456789012}\n', 0),
        (b'{"x": 0.123456789013}\n', 0),
        (b'{"x": 0.123456799012}\n', 1),
        (b'{"x": 0.123456789012}\r\n', 1),
        (b'{"y": 0.123456789012}\n', 1),
        (b'\xff{"x": 0.123456789012}\n', 1),
        (b"", 1),
        (None, 1),
    ],
)
def test_what_passes(compare: ModuleType, tmp_path: Path, built: bytes | None, code: int) -> None:
    path = tmp_path / "reports" / "a.json"
    path.unlink()
    if built is not None:
        path.write_bytes(built)
    assert compare.main() == code


def test_what_is_not_committed_is_told(compare: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "reports" / "b\u00e9.csv").write_bytes(b"1\n")
    assert compare.main() == 1
