"""Every exception metasyn raises on purpose, under one root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.values import Finding

__all__ = [
    "ClaimError",
    "EvidenceError",
    "MetasynError",
    "NotEstimableError",
    "OptionError",
    "ReportError",
    "WorkspaceError",
]

# Nobody reads more, and a broken file can have a problem in every row.
_MOST_SHOWN = 200


class MetasynError(Exception):
    """Root of all errors that are meant to be read by a person."""


class OptionError(MetasynError, ValueError):
    """An option was given a value outside its vocabulary or its range."""


class EvidenceError(MetasynError):
    """The evidence tables break their rules; every broken rule is listed.

    Parameters
    ----------
    findings : sequence of Finding
        All problems found in one pass, each with file, line, column, value and rule. The text of the
        error lists the first 200.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = len(self.findings)
        head = f"{count} problem{'s' if count != 1 else ''} in the evidence tables:"
        shown = [f"  {finding}" for finding in self.findings[:_MOST_SHOWN]]
        if count > _MOST_SHOWN:
            shown.append(f"  and {count - _MOST_SHOWN} more")
        super().__init__("\n".join([head, *shown]))


class ClaimError(MetasynError):
    """Sentences say what the results no longer show; every one of them is listed.

    Parameters
    ----------
    problems : sequence of str
        One per false sentence: the sentence, what it says, and the number that contradicts it.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = "1 sentence is" if count == 1 else f"{count} sentences are"
        super().__init__("\n".join([f"{head} not true of the results:", *(f"  {p}" for p in self.problems)]))


class NotEstimableError(MetasynError):
    """The data are valid but the requested quantity cannot be estimated from them."""


class ReportError(MetasynError):
    """A report could not be rendered."""


class WorkspaceError(MetasynError):
    """A project folder lacks something, or an analysis script cannot be used."""
