"""The shipped evidence and the results of the shipped analyses, computed once in a process for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.analysis.spec import Analysis
from metasyn.evidence import read_evidence
from metasyn.evidence.selection import Evidence
from metasyn.workspace.scripts import load_script

ROOT = Path(__file__).resolve().parents[1]


@cache
def evidence() -> Evidence:
    return read_evidence(ROOT / "data")


def script(name: str) -> Analysis:
    return load_script(ROOT / "analyses" / f"{name}.py")


@cache
def result(name: str) -> AnalysisResult:
    return run_analysis(script(name), evidence(), name)
