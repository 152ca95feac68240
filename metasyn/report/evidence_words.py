"""Sentences about the evidence itself: what is open about its figures, which routes the analyst prefers."""

from __future__ import annotations

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.claims.evidence_conditions import OpenFindings, TakesRoutes
from metasyn.claims.statement import Statement
from metasyn.report.blocks import Note
from metasyn.report.phrases import capital
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.words import ROUTE_WORDS, counted
from metasyn.values import Finding

__all__ = [
    "open_findings",
    "open_findings_note",
    "open_findings_statements",
    "preference",
    "route_statements",
]

_ERROR = "figures that cannot all be right"


def open_findings(result: AnalysisResult) -> tuple[Finding, ...]:
    """Findings about the reported figures that wait for a decision; notes never do."""
    return tuple(one.finding for one in result.audit if one.is_open)


def open_findings_note(result: AnalysisResult) -> Note | None:
    """What a reader has to know before the results; None where nothing is open.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    Note or None
        A caution where an error is open.
    """
    said = open_findings_statements(result)
    if not said:
        return None
    errors = any(one.severity == "error" for one in open_findings(result))
    return Note(
        said[0].text,
        heading="Open findings",
        tone="caution" if errors else "note",
        see="Audit findings",
        anchor="audit",
    )


def open_findings_statements(result: AnalysisResult) -> tuple[Statement, ...]:
    """How many findings are open, and how many of them are errors, bound to these numbers.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    tuple of Statement
        Empty where nothing is open.
    """
    found = open_findings(result)
    if not found:
        return ()
    number, errors = len(found), sum(one.severity == "error" for one in found)
    joint = " and" if number == 1 and not errors else ","
    head = f"{counted(number, 'finding')} about the printed figures {'is' if number == 1 else 'are'} open"
    if not errors:
        tail = "it is not an error" if number == 1 else "none of them is an error"
    elif number == 1:
        tail = f"it is an error ({_ERROR})"
    elif errors == number:
        tail = f"all of them errors ({_ERROR})"
    else:
        tail = f"of which {errors} {'is an error' if errors == 1 else 'are errors'} ({_ERROR})"
    conditions = (OpenFindings(number=number, errors=errors),)
    return (Statement(text=f"{head}{joint} {tail}.", conditions=conditions),)


def preference(part: OutcomeResult) -> str:
    """The routes that the analyst prefers, in order and in words; empty without any."""
    return ", then ".join(ROUTE_WORDS[name] for name in part.outcome.prefer)


def route_statements(part: OutcomeResult) -> tuple[Statement, ...]:
    """Which routes come before the grade in one outcome, and how many effects take one of them.

    Parameters
    ----------
    part : OutcomeResult

    Returns
    -------
    tuple of Statement
        Empty where the analyst prefers none, and where there is no effect.
    """
    if not part.outcome.prefer or not isinstance(part.synthesis, SynthesisResult):
        return ()
    routes = tuple(part.outcome.prefer)
    k = part.synthesis.k
    number = sum(effect.route.name in routes for effect in part.synthesis.effects.effects)
    which = "it" if len(routes) == 1 else "one of them"
    how_many = "no effect takes" if not number else f"{number} of {counted(k, 'effect')} take"
    if k == number:
        how_many = "every effect takes"
    elif number == 1:
        how_many = f"1 of {counted(k, 'effect')} takes"
    text = f"{capital(part.definition.label)}: {preference(part)}; {how_many} {which}."
    return (Statement(text=text, conditions=(TakesRoutes(routes=routes, number=number),)),)
