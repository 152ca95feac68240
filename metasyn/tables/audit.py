"""What was found in the reported figures, and what was done about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from metasyn.tables.model import ReportTable, columns
from metasyn.values import Finding

__all__ = ["AUDIT_WORDS", "audit_rows_table", "audit_table", "audit_words", "recovered_table"]

AUDIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "sources-disagree": "sources print different figures",
        "unusable-figure": "figure that cannot be right",
        "off-centre": "estimate not in the middle of its interval",
        "assumption": "assumption",
        "reading": "reading of an unclear figure",
        "other-direction": "printed the other way round",
        "recovered-figure": "recovered by arithmetic",
    }
)
"""What a finding is called in prose; a code without words stands for itself."""


class _Found(Protocol):
    """A finding with the rows it concerns and what was done; the answer is empty where it is open."""

    @property
    def finding(self) -> Finding: ...
    @property
    def rows(self) -> tuple[str, ...]: ...
    @property
    def answer(self) -> str: ...


def audit_words(code: str) -> str:
    """A kind of finding in prose."""
    return AUDIT_WORDS.get(code, code.replace("-", " "))


def audit_table(found: Sequence[_Found], *, slug: str, caption: str) -> ReportTable:
    """Findings as a reader needs them: about what, what was found, what was done.

    Parameters
    ----------
    found : sequence of findings with `rows` and `answer`
    slug, caption : str

    Returns
    -------
    ReportTable
        Open findings are emphasised.
    """
    rows = tuple(
        (
            _capital(audit_words(one.finding.code)),
            one.finding.where,
            _capital(one.finding.message),
            one.answer or "open: to be decided",
        )
        for one in found
    )
    return ReportTable(
        slug=slug,
        caption=caption,
        columns=columns(
            ("kind", "Finding", "left", 1.4),
            ("where", "About", "left", 1.8),
            ("message", "What was found", "left", 3.2),
            ("answer", "What was done", "left", 1.2),
        ),
        rows=rows,
        emphasis=tuple(i for i, one in enumerate(found) if not one.answer),
    )


def recovered_table(found: Sequence[_Found], *, slug: str, caption: str) -> ReportTable:
    """Figures that no source prints, and the arithmetic that gives them.

    Parameters
    ----------
    found : sequence of findings with `rows` and `answer`
    slug, caption : str

    Returns
    -------
    ReportTable
    """
    return ReportTable(
        slug=slug,
        caption=caption,
        columns=columns(
            ("where", "About", "left", 1.6), ("message", "Figure and its arithmetic", "left", 3.4)
        ),
        rows=tuple((one.finding.where, one.finding.message) for one in found),
    )


def audit_rows_table(found: Sequence[_Found], *, slug: str) -> ReportTable:
    """The same for machines: with code, severity, state and the ids of the rows."""
    rows = tuple(
        (
            *(one.finding.code, one.finding.severity, "answered" if one.answer else "open"),
            *(one.finding.where, one.finding.message, one.answer, " | ".join(one.rows)),
        )
        for one in found
    )
    keys = ("code", "severity", "state", "where", "message", "answer", "result_ids")
    return ReportTable(
        slug=slug,
        caption="Findings in the reported figures",
        columns=columns(*((key, key) for key in keys)),
        rows=rows,
    )


def _capital(text: str) -> str:
    """The text with a capital letter, unless it opens with a symbol: `n = 130`."""
    return text if re.match(r"\w = ", text) else text[:1].upper() + text[1:]
