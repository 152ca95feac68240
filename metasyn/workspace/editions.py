"""Which version of the evidence the report of an analysis is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis
    from metasyn.report.edition import Edition
    from metasyn.workspace.build import Workbench

__all__ = ["edition_of"]


def edition_of(bench: Workbench, name: str, analysis: Analysis) -> Edition | None:
    """The edition of a report; None while the evidence has no release.

    Parameters
    ----------
    bench : Workbench
    name : str
    analysis : Analysis

    Returns
    -------
    Edition or None
    """
    return None
