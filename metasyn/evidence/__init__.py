"""What was reported: records, reading and validating tables, selecting."""

from metasyn.evidence.columns import COLUMNS, TABLES, Column, Table
from metasyn.evidence.digest import digests, row_digest
from metasyn.evidence.model import (
    Cohort,
    Curve,
    OngoingTrial,
    OutcomeDefinition,
    PValue,
    ReportedResult,
    Source,
    Study,
)
from metasyn.evidence.read import read_evidence
from metasyn.evidence.selection import Evidence, Group, Selection, Target

__all__ = [
    "COLUMNS",
    "TABLES",
    "Cohort",
    "Column",
    "Curve",
    "Evidence",
    "Group",
    "OngoingTrial",
    "OutcomeDefinition",
    "PValue",
    "ReportedResult",
    "Selection",
    "Source",
    "Study",
    "Table",
    "Target",
    "digests",
    "read_evidence",
    "row_digest",
]
