"""The text of source documents, and whether the figures of the tables stand in it."""

from __future__ import annotations

from metasyn.evidence.documents.document import DocumentText, document_text
from metasyn.evidence.documents.find import Figure, Occurrence, occurrences, read_figure
from metasyn.evidence.documents.locators import Region, locate
from metasyn.evidence.documents.verify import (
    FigureCheck,
    check_result,
    check_trial,
    printed_results,
    verify_source,
)

__all__ = [
    "DocumentText",
    "Figure",
    "FigureCheck",
    "Occurrence",
    "Region",
    "check_result",
    "check_trial",
    "document_text",
    "locate",
    "occurrences",
    "printed_results",
    "read_figure",
    "verify_source",
]
