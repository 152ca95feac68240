"""`metasyn check --audit`: figures that cannot all be true, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metasyn.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from metasyn.evidence.audit import AuditFinding
    from metasyn.evidence.selection import Evidence

__all__ = ["audit_file", "audit_tables"]


def audit_file(path: Path, *, as_json: bool) -> ExitCode:
    """The findings of one plain table."""
    from metasyn.evidence.audit import audit_table, read_plain_table

    return _told(audit_table(read_plain_table(path)), str(path), as_json=as_json)


def audit_tables(evidence: Evidence, place: str, *, as_json: bool) -> ExitCode:
    """The findings of a folder of evidence tables that keeps the rules."""
    from metasyn.evidence.audit import audit_evidence

    return _told(audit_evidence(evidence), place, as_json=as_json)


def _told(found: Sequence[AuditFinding], place: str, *, as_json: bool) -> ExitCode:
    """Print the findings; an open error is a failed check."""
    from metasyn.cli.console import say

    if as_json:
        say(json.dumps([one.to_dict() for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            say(str(one))
        say(f"{place}: {_counted(found)}")
    wrong = any(one.open and one.severity == "error" for one in found)
    return ExitCode.STALE_OR_FAILED_CHECK if wrong else ExitCode.OK


def _counted(found: Sequence[AuditFinding]) -> str:
    """`2 errors, 1 warning, 3 notes; 1 answered`."""
    parts = []
    for severity in ("error", "warning", "note"):
        number = sum(one.severity == severity and one.open for one in found)
        if number:
            parts.append(f"{number} {severity}{'s' if number > 1 else ''}")
    answered = sum(not one.open for one in found)
    text = ", ".join(parts) if parts else "nothing that cannot be true"
    return f"{text}; {answered} answered" if answered else text
