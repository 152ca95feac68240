"""What was found in the reported figures, and what was done about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from metasyn.evidence.audit import CODES, Repair
from metasyn.tables.model import ReportTable, columns
from metasyn.values import Finding

__all__ = ["AUDIT_WORDS", "audit_rows_table", "audit_table", "audit_words", "recovered_table"]

AUDIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "sources-disagree": "sources print different figures",
        "unusable-figure": "figure that cannot be right",
        "off-centre": "estimate not in the middle of its interval",
        "preferred-route": "preferred route that no effect takes",
        "assumption": "assumption",
        "reading": "how a figure was read",
        "taken-from-elsewhere": "taken from another place",
        "converted": "converted",
        "other-direction": "printed the other way round",
        "recovered-figure": "recovered by arithmetic",
    }
)
"""What a remark is called in prose; findings of the audit have theirs in `evidence.audit.CODES`."""

_MOST_REPAIRS = 3


class _Found(Protocol):
    """A finding with the rows it concerns and what was done; the answer is empty where it is open."""

    @property
    def finding(self) -> Finding: ...
    @property
    def rows(self) -> tuple[str, ...]: ...
    @property
    def answer(self) -> str: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def repairs(self) -> tuple[Repair, ...]: ...
    @property
    def by_analysis(self) -> bool: ...


def audit_words(code: str) -> str:
    """A kind of finding in prose."""
    return AUDIT_WORDS.get(code) or CODES.get(code) or code.replace("-", " ")


def audit_table(found: Sequence[_Found], *, slug: str, caption: str) -> ReportTable:
    """Findings as a reader needs them: about what, what was found, what was done.

    Parameters
    ----------
    found : sequence of findings with `rows` and `answer`
    slug, caption : str

    Returns
    -------
    ReportTable
        Open findings are emphasised, and tell what would repair them.
    """
    rows = tuple((_kind(one), one.finding.where, _message(one), _done(one)) for one in found)
    return ReportTable(
        slug=slug,
        caption=caption,
        columns=columns(
            ("kind", "Finding", "left", 1.4),
            ("where", "About", "left", 1.8),
            ("message", "What was found", "left", 3.2),
            ("answer", "What was done", "left", 1.8),
        ),
        rows=rows,
        emphasis=tuple(i for i, one in enumerate(found) if one.is_open),
    )


def _kind(one: _Found) -> str:
    """What was found, in words; a code of the audit stands behind them."""
    words = _capital(audit_words(one.finding.code))
    return f"{words} ({one.finding.code})" if one.finding.code in CODES else words


def _message(one: _Found) -> str:
    """The arithmetic, and the smallest repairs of what is open."""
    message = _capital(one.finding.message)
    if not (one.is_open and one.repairs):
        return message
    rows = dict.fromkeys(repair.row for repair in one.repairs[:_MOST_REPAIRS])
    parts = (f"{', '.join(_changes(one, row))} (row {row})" for row in rows)
    return f"{message}. Would repair it: {'; '.join(parts)}."


def _changes(one: _Found, row: str) -> list[str]:
    """The smallest changes of one row, each of which would do."""
    return [
        f"{repair.column} {repair.printed or 'empty'} → {repair.instead}"
        for repair in one.repairs[:_MOST_REPAIRS]
        if repair.row == row
    ]


def _done(one: _Found) -> str:
    if one.answer:
        accepted = one.finding.code in CODES and not one.by_analysis
        return f"accepted: {one.answer}" if accepted else one.answer
    return "open: to be decided" if one.is_open else "for information"


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
            *(one.finding.code, one.finding.severity, _state(one)),
            *(one.finding.where, one.finding.message, one.answer, " | ".join(one.rows)),
            " | ".join(f"{repair.row}, {repair}" for repair in one.repairs),
        )
        for one in found
    )
    keys = ("code", "severity", "state", "where", "message", "answer", "result_ids", "repairs")
    return ReportTable(
        slug=slug,
        caption="Findings in the reported figures",
        columns=columns(*((key, key) for key in keys)),
        rows=rows,
    )


def _state(one: _Found) -> str:
    return "open" if one.is_open else "answered" if one.answer else "note"


def _capital(text: str) -> str:
    """The text with a capital letter, unless it opens with a symbol or a name: `n = 130`, `ci_low: 3`."""
    return text if re.match(r"\w (?:= |[<>]?\d)|[a-z]+_\w", text) else text[:1].upper() + text[1:]
