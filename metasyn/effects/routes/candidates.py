"""What a target offers: its rows, and the records of attempts to make an effect of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts, Route
from metasyn.effects.rounding import decimals_of
from metasyn.effects.survival.printed_range import EffectRange
from metasyn.evidence.model import Cohort, Curve, OutcomeDefinition, PValue, ReportedResult
from metasyn.evidence.selection import Selection, Target
from metasyn.values import Interval

__all__ = [
    "Attempts",
    "Candidate",
    "TargetRows",
    "borrowed_n",
    "common_definition",
    "definitions_differ",
    "figure",
    "interval_decimals",
    "p_notes",
    "printed_decimals",
    "same_definition",
]


_NUMBERS = re.compile(r"\d*\.\d+|\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to obtain the effect of a target.

    Attributes
    ----------
    rows : tuple of ReportedResult
        The figures it rests on; those that carry the estimate come first.
    definitions : tuple of str
        Definition of the outcome in each arm: one word, or two where the arms differ.
    decimals : int
        Printed decimals of the figures, summed.
    borrowed : int
        Arms whose number of participants is not printed beside the figure.
    counts : Counts or None
        Where given, `yi` and `vi` follow later from the counts of the whole set.
    count_fits : tuple of tuple of int
        For each group the counts that a printed percentage can stand for.
    tables : tuple of Counts
        Where `counts` is a table found by its margins: all that fit.
    reported_ci : Interval or None
        The printed interval it rests on, natural scale, in the direction of the target.
    rounding : EffectRange or None
        What the rounding of the printed figures allows; None where it is not known.
    """

    route: Route
    rows: tuple[ReportedResult, ...]
    definitions: tuple[str, ...]
    decimals: int
    borrowed: int = 0
    yi: float = math.nan
    vi: float = math.nan
    counts: Counts | None = None
    count_fits: tuple[tuple[int, ...], ...] = ()
    tables: tuple[Counts, ...] = ()
    reported_ci: Interval | None = None
    inverted: bool = False
    notes: tuple[str, ...] = ()
    rounding: EffectRange | None = None

    @property
    def mixed(self) -> bool:
        """Whether the two arms are reported under different definitions."""
        return len(self.definitions) > 1


# Reasons that only say that a figure is not there.
_ABSENT = re.compile(r"^no .* (is|are) printed$|has no printed median$|has neither events nor a percentage$")


@dataclass(slots=True)
class Attempts:
    """Candidates found so far and, per route, why others are not possible."""

    candidates: list[Candidate] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, route: str, reason: str) -> None:
        """Note why a route fails, once."""
        reasons = self.refusals.setdefault(route, [])
        if reason not in reasons:
            reasons.append(reason)

    def why_not(self) -> str:
        """All refusals in one sentence; routes that fail for the same reason are named together."""
        routes: dict[str, list[str]] = {}
        for route, reasons in self.refusals.items():
            routes.setdefault(", ".join(reasons), []).append(route)
        return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in routes.items())

    def nearest(self) -> str:
        """The refusal of the first route that had a figure to fail on; without one, of the first route."""
        told = [reasons for reasons in self.refusals.values() if not all(map(_ABSENT.search, reasons))]
        if told:
            return "; ".join(told[0])
        first = next(iter(self.refusals.values()), [""])[0]
        return f"{first}, nor figures that it follows from" if first.endswith("is printed") else first


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRows:
    """The usable figures of one target.

    Attributes
    ----------
    outcome : OutcomeDefinition
        What was measured.
    first, second : tuple of ReportedResult
        Figures about the cohort alone and about its comparator alone.
    pair : tuple of ReportedResult
        Figures that compare the two, in either order.
    timed_first, timed_second : tuple of ReportedResult
        Figures about the cohort and about its comparator at a time point.
    curves : mapping of str to Curve
        Digitised curves by the id of their row.
    """

    target: Target
    outcome: OutcomeDefinition
    measure: EffectMeasure
    cohort: Cohort
    comparator: Cohort | None
    first: tuple[ReportedResult, ...]
    second: tuple[ReportedResult, ...]
    pair: tuple[ReportedResult, ...]
    timed_first: tuple[ReportedResult, ...] = ()
    timed_second: tuple[ReportedResult, ...] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)

    @classmethod
    def gather(
        cls, selection: Selection, target: Target, measure: EffectMeasure, rows: Iterable[ReportedResult]
    ) -> TargetRows:
        """Sort the rows of a target by what they are about."""
        cohorts: Mapping[str, Cohort] = selection.evidence.cohorts
        rows = tuple(r for r in rows if r.study_id == target.study_id)
        ends = {target.cohort_id, target.comparator_id}
        now = tuple(r for r in rows if r.timepoint == selection.timepoint)
        timed = tuple(r for r in rows if r.timepoint)
        return cls(
            target=target,
            outcome=selection.outcome,
            measure=measure,
            cohort=cohorts[target.cohort_id],
            comparator=cohorts[target.comparator_id] if target.comparator_id else None,
            first=_about(now, target.cohort_id),
            second=_about(now, target.comparator_id),
            pair=tuple(r for r in now if r.is_contrast and {r.cohort_id, r.comparator_id} == ends),
            timed_first=_about(timed, target.cohort_id),
            timed_second=_about(timed, target.comparator_id),
            curves=selection.evidence.curves,
        )

    @property
    def all(self) -> tuple[ReportedResult, ...]:
        """Every figure of the target, each once."""
        rows = (*self.first, *self.timed_first, *self.second, *self.timed_second, *self.pair)
        return tuple({row.result_id: row for row in rows}.values())

    def swapped(self, row: ReportedResult) -> bool:
        """Whether a comparing row is stated the other way round than the target."""
        return row.cohort_id == self.target.comparator_id

    def p_values(
        self, definition: str, own: Sequence[ReportedResult] = ()
    ) -> tuple[tuple[ReportedResult, PValue], ...]:
        """P values for a figure of this definition, in order of preference.

        Rows of their own under the same definition come first, in table order, then those printed
        beside the figures `own`. A p of another definition is taken only where there is neither.
        """
        separate = [(r, r.p or PValue(value=r.value)) for r in self.pair if r.statistic == "p"]
        near = [(r, p) for r, p in separate if r.definition == definition]
        near += [(r, r.p) for r in own if r.p is not None]
        return tuple(near or separate)


def _about(rows: Sequence[ReportedResult], cohort_id: str) -> tuple[ReportedResult, ...]:
    """Rows about one cohort alone; none without a cohort."""
    return tuple(r for r in rows if cohort_id and not r.is_contrast and r.cohort_id == cohort_id)


def same_definition(
    first: Sequence[ReportedResult], second: Sequence[ReportedResult]
) -> list[tuple[ReportedResult, ReportedResult]]:
    """Pairs of rows of the two arms under one definition; across definitions if none is common."""
    pairs = [(a, b) for a in first for b in second if a.definition == b.definition]
    return pairs or [(a, b) for a in first for b in second]


def common_definition(first: ReportedResult, second: ReportedResult) -> str | None:
    """The definition of two figures; None where they have different ones."""
    return first.definition if first.definition == second.definition else None


def printed_decimals(row: ReportedResult) -> int:
    """Digits after the point that the source prints."""
    if row.decimals is not None:
        return row.decimals
    return decimals_of(row.value) if row.value is not None else 0


def interval_decimals(row: ReportedResult) -> int:
    """Digits after the point of the bounds, read from the figure as printed where it shows them."""
    if row.ci is None:
        return 0
    if row.ci_decimals is not None:
        return row.ci_decimals
    bounds = (row.ci.low, row.ci.high)
    shown = [text for text in _NUMBERS.findall(row.as_printed.replace("·", ".")) if float(text) in bounds]
    return max(decimals_of(bound) for bound in (*bounds, *shown))


def figure(row: ReportedResult) -> str:
    """A printed figure in words, for reasons and notes."""
    if not row.as_printed:
        value = "" if row.value is None else f" {row.value:g}"
        return f"{row.statistic}{value}" + (f" of {row.n}" if row.events is not None and row.n else "")
    named = row.statistic == "percent" or row.statistic.lower() in row.as_printed.lower()
    return row.as_printed if named else f"{row.statistic} {row.as_printed}"


def p_notes(row: ReportedResult, p: PValue, definition: str) -> tuple[str, ...]:
    """What a reader must know about a p value that stands in for a standard error."""
    notes = []
    if p.sided == "one":
        notes.append(f"one-sided p = {p.value:g} doubled")
    elif p.sided != "two":
        notes.append(f"p = {p.value:g}: one- or two-sided is not stated, taken as two-sided")
    if row.definition != definition:
        notes.append(f"p is printed for {_defined(row.definition)}, the estimate for {_defined(definition)}")
    return tuple(notes)


def borrowed_n(n: int | None, label: str) -> str:
    """The note on a number of participants that is not printed beside the figure."""
    return f"n = {n} of {label} taken from the table of cohorts"


def definitions_differ(first: ReportedResult, second: ReportedResult) -> str:
    """The note on arms that are reported under different definitions."""
    return f"definitions differ: {_defined(first.definition)} against {_defined(second.definition)}"


def _defined(definition: str) -> str:
    return f"definition {definition!r}" if definition else "the outcome without a definition"
