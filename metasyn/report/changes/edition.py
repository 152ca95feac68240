"""Which version of the evidence a report is of, and what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.changes.model import AnalysisChange

__all__ = ["FIRST_TRIGGER", "Edition", "edition_title"]

FIRST_TRIGGER = "first version"
"""What led to a first release that nobody says more of."""


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
        What changed since `previous`; None for a first release, and where it cannot be shown.
    remark : str
        Why what changed cannot be shown; empty where it can.
    living : tuple of (str, str)
        How the evidence is kept up to date: term and text, as the release states them.
    """

    version: str
    date: str
    trigger: str
    released: bool
    previous: str = ""
    changes: AnalysisChange | None = None
    remark: str = ""
    living: tuple[tuple[str, str], ...] = ()


def edition_title(*, version: str, date: str, released: bool) -> str:
    """How pages call the edition of a report.

    Examples
    --------
    >>> edition_title(version="1.1.0", date="2026-11-21", released=True)
    'Version 1.1.0 of the evidence, 2026-11-21'
    """
    if released:
        return f"Version {version} of the evidence, {date}"
    return f"Changed since version {version} of the evidence ({date})"
