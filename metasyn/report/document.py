"""From a finished analysis to a report that reads like the results section of a paper."""

from __future__ import annotations

from metasyn.analysis.result import AnalysisResult
from metasyn.report.blocks import ReportDocument, numbered
from metasyn.report.closing import (
    exclusions_section,
    external_section,
    ongoing_section,
    software_versions,
    sources_section,
    versions_section,
)
from metasyn.report.methods import methods_section
from metasyn.report.opening import eligibility_section, question_section
from metasyn.report.outcome import outcome_section
from metasyn.tables.evidence import rows_table
from metasyn.tables.lists import sources_table
from metasyn.tables.model import ReportTable

__all__ = ["build_document"]


def build_document(result: AnalysisResult) -> ReportDocument:
    """The report of an analysis as plain data.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    ReportDocument
        Sections in reading order; tables and figures are numbered.
    """
    versions = software_versions()
    sections = (
        question_section(result),
        eligibility_section(result),
        *(outcome_section(part, result) for part in result.outcomes),
        external_section(result),
        exclusions_section(result),
        ongoing_section(result),
        methods_section(result),
        sources_section(result),
        versions_section(versions),
    )
    return numbered(
        ReportDocument(
            name=result.name,
            title=result.analysis.title,
            question=result.analysis.question,
            sections=tuple(section for section in sections if section is not None),
            extra_tables=_extra_tables(result),
            versions=versions,
        )
    )


def _extra_tables(result: AnalysisResult) -> tuple[ReportTable, ...]:
    """What is written as CSV only: rows with full numbers, and the sources."""
    tables = []
    for part in result.outcomes:
        tables.append(rows_table(part.effects, part.synthesis, slug=f"{part.slug}-rows"))
        for number, other in enumerate(part.apart, start=1):
            slug = f"{part.slug}-apart-{number}-rows"
            tables.append(rows_table(other.effects, other.synthesis, slug=slug))
    tables.append(sources_table(result.sources, slug="sources"))
    return tuple(table for table in tables if table.rows)
