"""From a finished analysis to a report that reads like the results section of a paper."""

from __future__ import annotations

from collections.abc import Iterator

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.report.blocks import ReportDocument, Section, numbered
from metasyn.report.changes.edition import Edition
from metasyn.report.changes.section import changes_section
from metasyn.report.closing import (
    exclusion_lists,
    exclusions_section,
    external_section,
    ongoing_section,
    references_section,
    software_versions,
    versions_section,
)
from metasyn.report.evidence import audit_section, evidence_section, recovered_section
from metasyn.report.explained import folds
from metasyn.report.methods import cited_literature, methods_section
from metasyn.report.opening import eligibility_section, question_section
from metasyn.report.outcome import outcome_section
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.audit import audit_rows_table
from metasyn.tables.evidence import excluded_rows_table, rows_table
from metasyn.tables.lists import sources_table
from metasyn.tables.model import ReportTable
from metasyn.tables.variation import leave_one_out_table

__all__ = ["build_document"]


def build_document(result: AnalysisResult, edition: Edition | None = None) -> ReportDocument:
    """The report of an analysis as plain data.

    Parameters
    ----------
    result : AnalysisResult
    edition : Edition, optional
        Which version of the evidence it is of; without one, no version is mentioned.

    Returns
    -------
    ReportDocument
        Sections in the order of PRISMA 2020 (Page 2021, 10.1136/bmj.n71): question, for a version of the
        evidence what changed (Akl 2024, 10.1136/bmj-2024-079183), eligibility, evidence
        and what was found in it, results, then what was left out, methods and references. Tables and
        figures are numbered.
    """
    versions = software_versions()
    return numbered(
        ReportDocument(
            name=result.name,
            title=result.analysis.title,
            question=result.analysis.question,
            sections=tuple(
                section for section in _sections(result, edition, versions) if section is not None
            ),
            extra_tables=tuple(table for table in _extra_tables(result) if table.rows),
            versions=versions,
            folds=folds(result),
        )
    )


def _sections(
    result: AnalysisResult, edition: Edition | None, versions: tuple[tuple[str, str], ...]
) -> Iterator[Section | None]:
    yield question_section(result, edition)
    yield changes_section(edition)
    yield eligibility_section(result)
    yield evidence_section(result)
    yield audit_section(result)
    for part in result.outcomes:
        yield outcome_section(part, result)
    yield ongoing_section(result)
    yield external_section(result)
    yield exclusions_section(result)
    yield recovered_section(result)
    yield methods_section(result)
    yield references_section(result, cited_literature(result))
    yield versions_section(versions)


def _extra_tables(result: AnalysisResult) -> Iterator[ReportTable]:
    """What is written as CSV only: full numbers, ids of rows, and tables that the page shows as figures."""
    for part in result.outcomes:
        yield from _numbers(part)
    lists = [(title, found) for part in result.outcomes for title, _, found in exclusion_lists(part)]
    yield excluded_rows_table(lists)
    yield audit_rows_table(result.audit, slug="audit-rows")
    yield sources_table(result.sources, slug="sources")


def _numbers(part: OutcomeResult) -> Iterator[ReportTable]:
    """The rows of the syntheses of one outcome, and its leave-one-out table."""
    yield rows_table(part.effects, part.synthesis, slug=f"{part.slug}-rows")
    if part.leave_one_out and isinstance(part.synthesis, SynthesisResult):
        yield leave_one_out_table(part.leave_one_out, part.synthesis, slug=f"{part.slug}-leave-one-out")
    for number, other in enumerate(part.apart, start=1):
        yield rows_table(other.effects, other.synthesis, slug=f"{part.slug}-apart-{number}-rows")
