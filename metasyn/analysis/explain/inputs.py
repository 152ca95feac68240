"""The figures a route can be computed from, by the symbol its formula has for them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.model import Term
from metasyn.effects.hazard_ratio import in_unit, quantile
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts, Effect
from metasyn.evidence.model import Cohort, PValue, ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.wording import MINUS

__all__ = ["Inputs", "count_inputs", "inputs_of"]

Inputs = Mapping[str, Term]

# Statistics of a comparison, and of one group, that a formula has one symbol for.
_OF_PAIR = {"O-E": "D", "V": "V", "chi-square": "X", "z": "z"}
_OF_ARM = {"median": "m", "E": "E", "survival": "S", "at risk": "r"}


def count_inputs(counts: Counts) -> Iterator[Inputs]:
    """Events and participants, then the same with 1/2 added to events and non-events."""
    pairs = [("1", counts.events_1, counts.n_1)]
    if counts.events_2 is not None and counts.n_2 is not None:
        pairs.append(("2", counts.events_2, counts.n_2))
    for added in (0.0, 0.5):
        yield {
            term.symbol: term
            for side, events, n in pairs
            for term in (exact(f"e{side}", events + added), exact(f"n{side}", n + 2 * added))
        }


def inputs_of(
    effect: Effect,
    measure: EffectMeasure,
    rows: Sequence[ReportedResult],
    cohorts: Mapping[str, Cohort],
    event_fraction: float | None,
) -> list[Inputs]:
    """Every set of figures to try: they differ in the p value where several are printed."""
    base: dict[str, Term] = {}
    pair = [row for row in rows if row.is_contrast]
    for row in reversed(pair):
        _of_pair(row, measure, base)
    sides = (("1", effect.cohort_id), ("2", effect.comparator_id))
    arms = [(side, [r for r in rows if not r.is_contrast and r.cohort_id == i], i) for side, i in sides if i]
    unit = next((r.unit for _, own, _ in arms for r in own if r.statistic == "median"), "")
    if measure.family == "time":
        unit = measure.unit
    for side, own, cohort_id in arms:
        _of_arm(side, own, cohorts.get(cohort_id), unit, base)
    _subtracted(base)
    if "O1" in base and "O2" in base:
        base.setdefault("O", exact("O", base["O1"].value + base["O2"].value))
    if event_fraction is not None:
        base["f"] = exact("f", event_fraction)
    if not rows and effect.reported_ci is not None and measure.family == "ratio":
        base["R"] = exact("R", float(f"{measure.to_natural(effect.yi):.12g}"))
        _interval("", effect.reported_ci, None, base)
    printed = [(row, row.p) for row in rows if row.p is not None]
    printed += [(r, PValue(value=r.value)) for r in pair if r.statistic == "p" and r.p is None]
    tests = [_p(row, p) for row, p in printed if p.value is not None]
    return [base | {"p": p} for p in tests] or [base]


def _subtracted(base: dict[str, Term]) -> None:
    """Events of a group that are those of both less those of the other."""
    for missing, other in (("O1", "O2"), ("O2", "O1")):
        if "O" in base and other in base and missing not in base:
            total, known = base["O"], base[other]
            shown = f"({total.text} {MINUS} {known.text})"
            base[missing] = exact(missing, total.value - known.value, shown)


def _of_pair(row: ReportedResult, measure: EffectMeasure, base: dict[str, Term]) -> None:
    """Figures of a comparison."""
    if row.events is not None:
        base["O"] = exact("O", row.events)
    if row.value is None:
        return
    if row.statistic in (measure.code, "RD"):
        name = "D" if row.statistic == "RD" else "R"
        base[name] = figure(name, row.value, row.decimals)
        if row.ci is not None:
            _interval("", row.ci, row.ci_decimals, base)
        if row.se is not None:
            base["s"] = exact("s", row.se)
    elif row.statistic in _OF_PAIR:
        symbol = _OF_PAIR[row.statistic]
        base[symbol] = figure(symbol, row.value, row.decimals)
    elif row.statistic == "events" and row.events is None:
        base["O"] = figure("O", row.value, row.decimals)


def _of_arm(
    side: str, rows: Sequence[ReportedResult], cohort: Cohort | None, unit: str, base: dict[str, Term]
) -> None:
    """Figures of one group."""
    if cohort is not None and cohort.n:
        base[f"n{side}"] = exact(f"n{side}", cohort.n)
    for row in reversed(rows):
        share = 100.0 if row.unit == "percent" or row.statistic == "percent" else 1.0
        symbol = _OF_ARM.get(row.statistic, "S" if row.statistic == "percent" else "")
        if row.value is not None and symbol:
            base[f"{symbol}{side}"] = _converted(f"{symbol}{side}", row, share, unit)
            _bounds(side, row, share, unit, base)
            if row.se is not None:
                base[f"s{side}"] = exact(f"s{side}", float(f"{row.se / share:.12g}"))
        if row.statistic == "at risk" and row.n:
            base[f"r{side}"] = exact(f"r{side}", row.n)
            continue
        if row.events is not None:
            base[f"O{side}"] = exact(f"O{side}", row.events)
        if row.n:
            base[f"n{side}"] = exact(f"n{side}", row.n)


def _converted(symbol: str, row: ReportedResult, share: float, unit: str) -> Term:
    """A median in the unit of the first, a percentage as a proportion, anything else as printed."""
    value = row.value or 0.0
    if share > 1:
        return exact(symbol, float(f"{value / share:.12g}"))
    if row.statistic == "median" and unit and row.unit != unit:
        other = in_unit(value, row.unit, unit)
        return rounded(symbol, value if isinstance(other, NotEstimable) else other)
    return figure(symbol, value, row.decimals)


def _bounds(side: str, row: ReportedResult, share: float, unit: str, base: dict[str, Term]) -> None:
    """The bounds of a figure of one group that were reached, converted like the figure itself."""
    interval = row.ci or row.open_ci
    if interval is None:
        return
    factor = in_unit(1.0, row.unit, unit) if row.statistic == "median" and row.unit != unit else 1.0
    for name, bound in ((f"L{side}", interval.low), (f"U{side}", interval.high)):
        if math.isfinite(bound) and (row.ci is not None or bound > 0):
            if isinstance(factor, float) and factor != 1:
                base[name] = rounded(name, bound * factor)
            else:
                base[name] = figure(name, bound / share, None if share > 1 else row.ci_decimals)
    base[f"z{side}"] = rounded(f"z{side}", quantile(interval.level))


def _interval(side: str, interval: Interval, decimals: int | None, base: dict[str, Term]) -> None:
    """Bounds and the normal quantile of their level."""
    for name, bound in (("L", interval.low), ("U", interval.high)):
        base[name + side] = figure(name + side, bound, decimals)
    base[f"z{side}"] = rounded(f"z{side}", quantile(interval.level))


def _p(row: ReportedResult, p: PValue) -> Term:
    """A p value as printed."""
    decimals = row.p_decimals if row.p is not None else row.decimals
    return figure("p", p.value or 0.0, decimals)


def figure(symbol: str, value: float, decimals: int | None) -> Term:
    """A printed figure with its digits."""
    if decimals is None or float(f"{value:.{decimals}f}") != value:
        return exact(symbol, value)
    return exact(symbol, value, f"{value:.{decimals}f}".replace("-", MINUS))
