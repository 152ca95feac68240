"""Which version of the evidence a report is of, and what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.changes.model import AnalysisChange

__all__ = ["Edition"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edition:
    """The version of the evidence behind a report.

    Attributes
    ----------
    version : str
        Of the last release: `"1.2.0"`.
    date : str
        Of that release, ISO 8601.
    trigger : str
        What led to it.
    released : bool
        Whether the report is of exactly that release; else the data or the script of this analysis
        have changed since.
    previous : str
        The version that `changes` start from; empty if there is none.
    changes : AnalysisChange or None
        What changed since `previous`; None for a first release.
    """

    version: str
    date: str
    trigger: str
    released: bool
    previous: str = ""
    changes: AnalysisChange | None = None
