"""Tables from elsewhere: workbooks, CSV files with other column names; and two people's tables compared."""

from metasyn.evidence.intake.changes import TableChange, table_changes
from metasyn.evidence.intake.compare import (
    CategoryAgreement,
    ColumnAgreement,
    Disagreement,
    ExtractionComparison,
    compare_extractions,
)
from metasyn.evidence.intake.mapping import ColumnMap, TableMap, read_mapping
from metasyn.evidence.intake.read import Intake, check_intake, read_intake

__all__ = [
    "CategoryAgreement",
    "ColumnAgreement",
    "ColumnMap",
    "Disagreement",
    "ExtractionComparison",
    "Intake",
    "TableChange",
    "TableMap",
    "check_intake",
    "compare_extractions",
    "read_intake",
    "read_mapping",
    "table_changes",
]
