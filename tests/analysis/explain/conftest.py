"""The shipped analyses, run once."""

from __future__ import annotations

from pathlib import Path

import pytest

from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.evidence import read_evidence
from metasyn.workspace.scripts import load_script

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def shipped() -> dict[str, AnalysisResult]:
    evidence = read_evidence(ROOT / "data")
    scripts = sorted((ROOT / "analyses").glob("*.py"))
    return {path.stem: run_analysis(load_script(path), evidence, path.stem) for path in scripts}
