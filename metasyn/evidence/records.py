"""Rows that keep every rule, as records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from metasyn.evidence.cells import Number, PrintedP
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
from metasyn.evidence.selection import Evidence
from metasyn.evidence.sheets import Row, Sheet
from metasyn.values import Interval
from metasyn.vocabulary import PSided, Statistic, Status

__all__ = ["build_evidence"]

_STUDY_FIELDS = frozenset({"study_id", "label", "design", "registry_id", "citation", "doi", "year"})
_COHORT_FIELDS = frozenset({"cohort_id", "study_id", "label", "n", "part_of"})


def build_evidence(sheets: Mapping[str, Sheet]) -> Evidence:
    """The evidence from tables in which no rule is broken."""
    return Evidence(
        sources=MappingProxyType({r.text("source_id"): _source(r) for r in sheets["sources"].rows}),
        studies=MappingProxyType({r.text("study_id"): _study(r) for r in sheets["studies"].rows}),
        cohorts=MappingProxyType({r.text("cohort_id"): _cohort(r) for r in sheets["cohorts"].rows}),
        outcomes=MappingProxyType({r.text("outcome"): _outcome(r) for r in sheets["outcomes"].rows}),
        results=tuple(_result(r) for r in sheets["results"].rows),
        ongoing=tuple(_ongoing(r) for r in sheets["ongoing"].rows) if "ongoing" in sheets else (),
        curves=MappingProxyType(_curves(sheets)),
    )


def _curves(sheets: Mapping[str, Sheet]) -> dict[str, Curve]:
    """Points by the row they belong to, in table order."""
    points, numbers = (
        _points(sheets.get(name), column) for name, column in (("curves", "survival"), ("at_risk", "at_risk"))
    )
    return {
        name: Curve(
            result_id=name,
            times=tuple(time for time, _ in points.get(name, ())),
            survival=tuple(share for _, share in points.get(name, ())),
            risk_times=tuple(time for time, _ in numbers.get(name, ())),
            at_risk=tuple(int(n) for _, n in numbers.get(name, ())),
        )
        for name in dict.fromkeys((*points, *numbers))
    }


def _points(sheet: Sheet | None, column: str) -> dict[str, list[tuple[float, float]]]:
    """Times and figures by the row they belong to."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in sheet.rows if sheet is not None else ():
        time, figure = row.number("time"), row.number(column)
        if figure is None:
            figure = row.whole(column)
        found.setdefault(row.text("result_id"), []).append((time or 0.0, float(figure or 0)))
    return found


def _source(row: Row) -> Source:
    return Source(
        source_id=row.text("source_id"),
        kind=row.text("kind"),
        citation=row.text("citation"),
        doi=row.text("doi"),
        year=row.whole("year"),
        address=row.text("address"),
        sha256=row.text("sha256").lower(),
        note=row.text("note"),
    )


def _study(row: Row) -> Study:
    return Study(
        study_id=row.text("study_id"),
        label=row.text("label"),
        design=row.text("design"),
        registry_id=row.text("registry_id"),
        citation=row.text("citation"),
        doi=row.text("doi"),
        year=row.whole("year"),
        attributes=_further(row, _STUDY_FIELDS),
    )


def _cohort(row: Row) -> Cohort:
    return Cohort(
        cohort_id=row.text("cohort_id"),
        study_id=row.text("study_id"),
        label=row.text("label"),
        n=row.whole("n"),
        part_of=row.text("part_of"),
        attributes=_further(row, _COHORT_FIELDS),
    )


def _outcome(row: Row) -> OutcomeDefinition:
    return OutcomeDefinition(
        outcome=row.text("outcome"),
        label=row.text("label"),
        kind=row.text("kind"),
        better=row.text("better"),
        description=row.text("description"),
    )


def _ongoing(row: Row) -> OngoingTrial:
    return OngoingTrial(
        registry_id=row.text("registry_id"),
        title=row.text("title"),
        phase=row.text("phase"),
        n=row.whole("n"),
        population=row.text("population"),
        arms=row.text("arms"),
        primary_endpoint=row.text("primary_endpoint"),
        source_id=row.text("source_id"),
        locator=row.text("locator"),
    )


def _result(row: Row) -> ReportedResult:
    statistic = row.text("statistic")
    value, decimals = _figure(row)
    counts = {name: row.whole(name) for name in ("events", "n")}
    if statistic in counts:
        # The value of such a row is that count: either column may hold it.
        if counts[statistic] is None and value is not None:
            counts[statistic] = int(value)
        elif value is None and counts[statistic] is not None and not row.text("value"):
            value, decimals = float(counts[statistic] or 0), 0
    return ReportedResult(
        result_id=row.text("result_id"),
        study_id=row.text("study_id"),
        cohort_id=row.text("cohort_id"),
        comparator_id=row.text("comparator_id"),
        outcome=row.text("outcome"),
        definition=row.text("definition"),
        timepoint=row.text("timepoint"),
        statistic=cast(Statistic, statistic),
        value=value,
        decimals=decimals,
        ci_decimals=_interval_decimals(row),
        p_decimals=_p_decimals(row),
        se=row.number("se"),
        se_decimals=_se_decimals(row),
        test=row.text("test"),
        fewer_events_in=row.text("fewer_events_in"),
        ci_method=row.text("ci_method"),
        accepted_because=row.text("accepted_because"),
        ci=_interval(row),
        open_ci=_open_interval(row),
        p=_pvalue(row),
        events=counts["events"],
        n=counts["n"],
        unit=row.text("unit"),
        source_id=row.text("source_id"),
        locator=row.text("locator"),
        as_printed=row.text("as_printed"),
        derived=row.text("derived") == "yes",
        derivation=row.text("derivation"),
        derived_from=row.names("derived_from"),
        status=cast(Status, row.text("status") or "usable"),
        status_reason=row.text("status_reason"),
        note=row.text("note"),
        line=row.line,
    )


def _figure(row: Row) -> Number:
    """The value with its printed decimals."""
    figure = row.values.get("value")
    return figure if isinstance(figure, Number) else Number(None, None)


def _interval(row: Row) -> Interval | None:
    """The interval, if both bounds are numbers in order and its level is known."""
    low, high, level = row.number("ci_low"), row.number("ci_high"), row.number("ci_level")
    if low is None or high is None or level is None or low > high:
        return None
    return Interval(low, high, level)


def _open_interval(row: Row) -> Interval | None:
    """The interval of which one bound is a number and the other is not; None for any other."""
    low, high, level = row.number("ci_low"), row.number("ci_high"), row.number("ci_level")
    if level is None or (low is None) == (high is None):
        return None
    return Interval(-math.inf if low is None else low, math.inf if high is None else high, level)


def _interval_decimals(row: Row) -> int | None:
    """Printed decimals of the bound that shows more; None without bounds."""
    bounds = [row.values.get(name) for name in ("ci_low", "ci_high")]
    shown = [bound.decimals for bound in bounds if isinstance(bound, Number) and bound.decimals is not None]
    return max(shown, default=None)


def _se_decimals(row: Row) -> int | None:
    """Printed decimals of the standard error; None without one."""
    printed = row.values.get("se")
    return printed.decimals if isinstance(printed, Number) else None


def _p_decimals(row: Row) -> int | None:
    """Printed decimals of the p value; None without a number."""
    printed = row.values.get("p")
    return printed.decimals if isinstance(printed, PrintedP) else None


def _pvalue(row: Row) -> PValue | None:
    """The p value with its side."""
    printed = row.values.get("p")
    if not isinstance(printed, PrintedP):
        return None
    return PValue(value=printed.value, relation=printed.relation, sided=cast(PSided, row.text("p_sided")))


def _further(row: Row, own: frozenset[str]) -> Mapping[str, str]:
    """Every column that has no field of its own."""
    return MappingProxyType({name: text for name, text in row.cells.items() if name not in own})
