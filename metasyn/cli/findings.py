"""Findings of `metasyn check` for a person: grouped, wrapped, the most serious first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.evidence.audit import AuditFinding
    from metasyn.values import Finding

__all__ = ["broken_rules", "counted_findings", "listed_findings", "terminal_width"]

_MOST_ROWS = 6
_MOST_ALIKE = 20
_WHAT = {"error": "figures that cannot all be right", "warning": "to be looked at", "note": "worth knowing"}


def terminal_width() -> int:
    """Columns to write in: those of the terminal, between 60 and 120; 100 where there is none."""
    return min(120, max(60, shutil.get_terminal_size((100, 24)).columns))


def listed_findings(
    found: Sequence[AuditFinding], places: Mapping[str, str], *, width: int, answered: bool = False
) -> str:
    """Findings of one severity, or the answered ones, by code.

    Parameters
    ----------
    found : sequence of AuditFinding
    places : mapping of str to str
        What to call a row, by its id, if not by the id.
    width : int
        Columns to write in.
    answered : bool
        Whether these are the answered ones, of whatever severity.

    Returns
    -------
    str
        Lines; empty if there is none.
    """
    if not found:
        return ""
    from metasyn.evidence.audit import CODES

    groups: dict[str, list[AuditFinding]] = {}
    for one in found:
        groups.setdefault(one.code, []).append(one)
    head = f"{len(found)} answered" if answered else _headline(found[0].severity, len(found))
    lines = [head]
    for code, members in groups.items():
        lines += ["", *_wrapped(f"{code}: {CODES[code]}", width, "")]
        for one in members:
            lines.extend(_one(one, places, width))
    return "\n".join(lines)


def _headline(severity: str, number: int) -> str:
    return f"{number} {severity}{'s' if number > 1 else ''} ({_WHAT[severity]})"


def _one(found: AuditFinding, places: Mapping[str, str], width: int) -> Iterator[str]:
    """Rows, arithmetic, repairs and answer of one finding."""
    named = [
        f"{places.get(row, row)} ({label})" if label else places.get(row, row)
        for row, label in zip(found.rows, found.labels, strict=True)
    ]
    for name in named[:_MOST_ROWS]:
        yield from _wrapped(name, width, "  ")
    if len(named) > _MOST_ROWS:
        yield f"  and {len(named) - _MOST_ROWS} more rows"
    yield from _wrapped(found.message, width, "    ")
    if found.repairs and found.open:
        repairs = "; ".join(list(dict.fromkeys(map(str, found.repairs)))[:3])
        yield from _wrapped(f"would repair it: {repairs}", width, "    ")
    if not found.open:
        yield from _wrapped(f"accepted: {found.accepted}", width, "    ")


def broken_rules(broken: Sequence[Finding], *, width: int) -> str:
    """Broken rules by code, the first of many alike.

    Parameters
    ----------
    broken : sequence of Finding
    width : int

    Returns
    -------
    str
        Lines.
    """
    groups: dict[str, list[Finding]] = {}
    for one in broken:
        groups.setdefault(one.code, []).append(one)
    count = len(broken)
    lines = [f"{count:,} problem{'s' if count > 1 else ''} in the evidence tables:"]
    for members in groups.values():
        for one in members[:_MOST_ALIKE]:
            lines.extend(_wrapped(str(one), width, "  "))
        if len(members) > _MOST_ALIKE:
            lines.append(f"  and {len(members) - _MOST_ALIKE:,} more of this kind (--json lists them all)")
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Lines of at most `width` columns; a word that is longer stands in a line of its own."""
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def counted_findings(found: Sequence[AuditFinding]) -> str:
    """How much was found: `2 errors, 1 warning, 3 notes, 1 answered`."""
    parts = []
    for severity in ("error", "warning", "note"):
        number = sum(one.severity == severity and one.open for one in found)
        if number:
            parts.append(f"{number} {severity}{'s' if number > 1 else ''}")
    text = ", ".join(parts) if parts else "nothing that cannot be true"
    answered = sum(not one.open for one in found)
    return f"{text}, {answered} answered" if answered else text
