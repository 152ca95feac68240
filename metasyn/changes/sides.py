"""One analysis in one state: computed from its tables, or as far as its report tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metasyn.analysis.run import outcome_slugs
from metasyn.analysis.spec import Analysis, Outcome
from metasyn.changes.game import point
from metasyn.changes.reported import reported_entry, reported_outcomes, reported_point, reported_request
from metasyn.changes.standing import Point, standing_differs
from metasyn.changes.state import EvidenceState
from metasyn.effects.measure import get_measure
from metasyn.errors import OptionError
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import NotEstimable

__all__ = ["Side", "side_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """An analysis in one of two states.

    Attributes
    ----------
    title : str
    outcomes : tuple of Outcome
        As declared; as far as they are told apart where only the report is there.
    analysis : Analysis or None
    evidence : Evidence or None
        Both or neither: without them `document` is all there is.
    document : mapping or None
        `results.json` as it was reported.
    remark : str
        Why only the report is there.
    """

    title: str
    outcomes: tuple[Outcome, ...]
    analysis: Analysis | None = None
    evidence: Evidence | None = None
    document: Mapping[str, Any] | None = None
    remark: str = ""
    _points: dict[int, Point] = field(default_factory=dict)

    @property
    def request(self) -> SynthesisSpec | NotEstimable:
        """How it was pooled."""
        if self.analysis is not None:
            return self.analysis.synthesis
        return reported_request(self.document or {})

    def point(self, place: int) -> Point:
        """The outcome at a place: computed where tables and script are there, else as reported.

        Raises
        ------
        OptionError
            If it can neither be computed nor read.
        """
        if place not in self._points:
            if self.analysis is not None and self.evidence is not None:
                found: Point | None = point(self.analysis, self.outcomes[place], self.evidence)
            else:
                found = self.reported(place)
            if found is None:
                raise OptionError(f"the report does not hold outcome {self.outcomes[place].outcome!r}.")
            self._points[place] = found
        return self._points[place]

    def reported(self, place: int) -> Point | None:
        """The outcome at a place as it was reported; None where it was not."""
        entry = self._entry(place)
        return None if entry is None or self.document is None else reported_point(entry, self.document)

    def otherwise(self, place: int) -> Point | None:
        """What was reported, where it is not what is computed now from the same tables and script."""
        if self.analysis is None:
            return None
        reported = self.reported(place)
        if reported is None or not standing_differs(reported.standing, self.point(place).standing):
            return None
        return reported

    def slug(self, place: int) -> str:
        """File name stem of an outcome."""
        entry = self._entry(place)
        if self.analysis is None and entry is not None:
            return str(entry.get("id", ""))
        return outcome_slugs(self.outcomes)[place]

    def label(self, place: int) -> str:
        """An outcome in words."""
        outcome = self.outcomes[place].outcome
        if self.evidence is not None and outcome in self.evidence.outcomes:
            return self.evidence.outcomes[outcome].label
        entry = self._entry(place)
        return outcome if entry is None else str(entry.get("label") or outcome)

    def where(self, place: int) -> str:
        """An outcome in words, with measure and time point, as the sentences of a report are placed."""
        outcome = self.outcomes[place]
        label = f"{self.label(place)} ({get_measure(outcome.measure).label})"
        return ", ".join(filter(None, (label, outcome.timepoint)))

    def _entry(self, place: int) -> Mapping[str, Any] | None:
        return None if self.document is None else reported_entry(self.document, self.outcomes, place)


def side_of(state: EvidenceState, name: str) -> Side | NotEstimable | None:
    """An analysis in a state; why it cannot be looked at, or None where it is not there.

    Parameters
    ----------
    state : EvidenceState
    name : str

    Returns
    -------
    Side, NotEstimable or None
    """
    analysis, document = state.analyses.get(name), state.results.get(name)
    if analysis is not None and state.evidence is not None:
        return Side(
            title=analysis.title,
            outcomes=tuple(analysis.outcomes),
            analysis=analysis,
            evidence=state.evidence,
            document=document,
        )
    reason = _why_not(state, name)
    if document is not None:
        return reported_side(
            document, name, f"{reason}; it is compared by what was reported" if reason else ""
        )
    return NotEstimable(reason) if reason else None


def reported_side(document: Mapping[str, Any], name: str, remark: str) -> Side | NotEstimable:
    """An analysis of which only the report is there."""
    try:
        outcomes = reported_outcomes(document)
    except OptionError as error:
        return NotEstimable(f"its results.json cannot be read: {error}")
    return Side(title=str(document.get("title") or name), outcomes=outcomes, document=document, remark=remark)


def _why_not(state: EvidenceState, name: str) -> str:
    """Why there is no more than a report."""
    if name in state.unreadable:
        return f"its script in {state.label} cannot be loaded ({state.unreadable[name].rstrip('.')})"
    if name in state.analyses:
        return f"the tables of {state.label} are not known"
    return ""
