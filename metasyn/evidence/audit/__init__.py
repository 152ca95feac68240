"""Consistency of what was reported: figures that cannot all be true, and what would repair them."""

from metasyn.evidence.audit.finding import CODES, AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed, read_printed
from metasyn.evidence.audit.run import audit_evidence, audit_table
from metasyn.evidence.audit.table_file import read_plain_table

__all__ = [
    "CODES",
    "AuditFinding",
    "Printed",
    "Repair",
    "audit_evidence",
    "audit_table",
    "read_plain_table",
    "read_printed",
]
