"""Every sentence about numbers that a report makes of an analysis, each with what makes it true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metasyn.analysis.result import AnalysisResult, ApartResult, OutcomeResult
from metasyn.claims.statement import Statement, Subject
from metasyn.report.absolute import absolute_statements
from metasyn.report.dependence import dependence_statements, dependent_subject
from metasyn.report.evidence_words import open_findings, open_findings_statements, route_statements
from metasyn.report.groups import part_names
from metasyn.report.models import apart_statements, model_statements
from metasyn.report.phrases import (
    headline_statements,
    heterogeneity_statements,
    leave_one_out_statements,
    prediction_statements,
)
from metasyn.values import NotEstimable

__all__ = ["Stated", "report_statements"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stated:
    """One sentence of a report, what it is about and where it stands.

    Attributes
    ----------
    where : str
        Slug of the outcome, and the section: `"pfs-hr headline"`.
    statement : Statement
    subject : Subject
        What its conditions are held against.
    """

    where: str
    statement: Statement
    subject: Subject

    @property
    def holds(self) -> bool:
        """Whether the sentence is true."""
        return self.statement.holds(self.subject)


def report_statements(result: AnalysisResult) -> tuple[Stated, ...]:
    """What the report of an analysis states of its numbers, in reading order.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    tuple of Stated
        The sentences that the tool itself chose; those of the analyst are in `analysis.claims`.
    """
    of_outcomes = (stated for part in result.outcomes for stated in _of_outcome(part, result))
    return (*_of_evidence(result), *of_outcomes)


def _of_evidence(whole: AnalysisResult) -> Iterator[Stated]:
    """What is said of the figures as a whole; a subject needs a synthesis to stand beside them."""
    first = next((p.synthesis for p in whole.outcomes if not isinstance(p.synthesis, NotEstimable)), None)
    if first is None:
        return
    subject = Subject(result=first, open_findings=open_findings(whole))
    for statement in open_findings_statements(whole):
        yield Stated(where="open findings", statement=statement, subject=subject)


def _of_outcome(part: OutcomeResult, whole: AnalysisResult) -> Iterator[Stated]:
    result, better = part.synthesis, part.definition.better
    if not isinstance(result, NotEstimable):
        subject = Subject(result=result, leave_one_out=part.leave_one_out)
        said = [
            ("routes", route_statements(part)),
            ("headline", headline_statements(result, names=part_names(whole.analysis), better=better)),
            ("model", model_statements(result)),
            ("absolute", absolute_statements(part, whole)),
        ]
        if result.pooled:
            said.append(("heterogeneity", heterogeneity_statements(result)))
            said.append(("prediction", prediction_statements(result)))
        if part.leave_one_out:
            said.append(("leave-one-out", leave_one_out_statements(result, part.leave_one_out)))
        for section, statements in said:
            yield from (
                Stated(where=f"{part.slug} {section}", statement=statement, subject=subject)
                for statement in statements
            )
    yield from _of_dependence(part, f"{part.slug} dependence")
    for number, other in enumerate(part.apart, start=1):
        if isinstance(other.synthesis, NotEstimable):
            continue
        subject = Subject(result=other.synthesis)
        named = part_names(other.apart)
        statements = (
            *headline_statements(other.synthesis, names=named, better=better),
            *apart_statements(other.synthesis),
        )
        for statement in statements:
            yield Stated(where=f"{part.slug} apart {number}", statement=statement, subject=subject)
        yield from _of_dependence(other, f"{part.slug} apart {number} dependence")


def _of_dependence(part: OutcomeResult | ApartResult, where: str) -> Iterator[Stated]:
    """What is said of rows that depend on each other."""
    subject = dependent_subject(part)
    if subject is not None:
        for statement in dependence_statements(part):
            yield Stated(where=where, statement=statement, subject=subject)
