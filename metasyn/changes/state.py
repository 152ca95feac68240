"""One state of a project's evidence: tables, declared analyses, and what was reported from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metasyn.analysis.spec import Analysis
from metasyn.evidence.selection import Evidence

__all__ = ["EvidenceState"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvidenceState:
    """Everything that a comparison needs to know of one side, read once.

    Attributes
    ----------
    label : str
        How it is called: `"HEAD"`, `"data/releases/1.0.0.zip"`, `"the working folder"`.
    tables : mapping of str to bytes
        Content of the evidence tables by file name (`"results.csv"`).
    evidence : Evidence or None
        The validated tables; None where only results are known.
    analyses : mapping of str to Analysis
        By name, those whose script could be loaded.
    unreadable : mapping of str to str
        Name of an analysis -> why its script could not be loaded by this version of metasyn.
    results : mapping of str to mapping
        Name of an analysis -> its `results.json` as it was reported, where it is there.
    version : str
        Version of the evidence, where it is a release; else empty.
    notes : tuple of str
        What was left out of `results`, and why.
    """

    label: str
    tables: Mapping[str, bytes] = field(default_factory=dict)
    evidence: Evidence | None = None
    analyses: Mapping[str, Analysis] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    version: str = ""
    notes: tuple[str, ...] = ()
