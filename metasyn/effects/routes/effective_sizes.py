"""How many participants a printed share of one group is worth: by its interval, standard error, risk set."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from metasyn.effects.routes.candidates import TargetRows, borrowed_n, figure, printed_decimals
from metasyn.effects.routes.event_free import at_risk_beside
from metasyn.effects.survival.effective_n import effective_n, effective_n_at_risk
from metasyn.effects.survival.printed_range import EffectRange, Range, Vertex, effect_range
from metasyn.effects.survival.proportion_ranges import proportion_and_interval_range, proportion_and_n_range
from metasyn.effects.survival.timepoint import proportion_and_n
from metasyn.errors import OptionError
from metasyn.evidence.model import ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ProportionInterval, ProportionMeasure, choices

__all__ = [
    "SPREAD",
    "Share",
    "Size",
    "interval_formula",
    "interval_method",
    "range_of_share",
    "share_of",
    "sizes_of",
]

_MADE_BY: dict[bool, tuple[ProportionInterval, str]] = {
    True: (
        "log-log",
        "the interval was made on the log-log scale (the source does not say; SAS and Stata do)",
    ),
    False: (
        "clopper-pearson",
        "the interval is the exact one of Clopper and Pearson (the source does not say)",
    ),
}
_UNCENSORED = "nobody was censored before the time point"
SPREAD = {
    "PLO": "ln(p/(1 − p)); variance 1/(m p(1 − p))",
    "PLN": "ln p; variance (1 − p)/(m p)",
    "PAS": "asin(√p); variance 1/(4m)",
    "PR": "p; variance p(1 − p)/m",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A printed share of one group, on the scale 0 to 1, and what stands beside it."""

    row: ReportedResult
    value: float
    event_free: bool
    n: int | None
    borrowed: bool
    at_risk: tuple[ReportedResult, float] | None = None

    @property
    def p(self) -> float:
        """The share with the event."""
        return (100 - (self.row.value or 0.0)) / 100 if self.event_free else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """An effective number of participants, how it was found and what rounding makes of it."""

    m: float
    by: str
    words: str
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    others: tuple[ReportedResult, ...] = ()
    interval: Interval | None = None
    rounding: EffectRange | None = None
    borrowed: int = 0


def interval_formula(measure: str, method: ProportionInterval, *, event_free: bool) -> str:
    """One line: the effect of a share whose printed interval was made by this method.

    Examples
    --------
    >>> interval_formula("PR", "plain", event_free=True)
    'p = 1 − S; p; variance p(1 − p)/m; m = effective n of the plain interval'
    """
    share = "p = 1 − S; " if event_free else ""
    return f"{share}{SPREAD[measure]}; m = effective n of the {method} interval"


def interval_method(formula: str, measure: str, *, event_free: bool) -> ProportionInterval:
    """The method that `interval_formula` wrote into the formula of a route.

    Raises
    ------
    OptionError
        If the formula is not one of those.

    Examples
    --------
    >>> interval_method(interval_formula("PLO", "wilson", event_free=False), "PLO", event_free=False)
    'wilson'
    """
    for method in cast("tuple[ProportionInterval, ...]", choices(ProportionInterval)):
        if formula == interval_formula(measure, method, event_free=event_free):
            return method
    raise OptionError(f"{formula!r} is not the formula of a share with an interval.")


def share_of(rows: TargetRows, row: ReportedResult, free: bool) -> Share | NotEstimable:
    """A row as a share, if it is one."""
    if row.value is None or not 0 <= row.value <= 100:
        return NotEstimable(f"{figure(row)} is not a percentage")
    n = row.n if row.n is not None else rows.cohort.n
    return Share(
        row=row,
        value=row.value / 100,
        event_free=free,
        n=n,
        borrowed=row.n is None,
        at_risk=at_risk_beside(rows.first, row) if free else None,
    )


def sizes_of(rows: TargetRows, share: Share) -> Iterator[tuple[str, Size | NotEstimable]]:
    """Effective numbers of participants, best first, or why there is none."""
    yield "interval", _by_interval(rows.measure.code, share)
    if share.row.se is not None:
        yield "standard error", _by_se(share, share.row.se)
    if share.event_free:
        yield "numbers at risk", _by_numbers_at_risk(share)
        yield "n", _by_n(rows, share)


def _by_interval(measure: str, share: Share) -> Size | NotEstimable:
    """The number whose interval is as wide as the printed one."""
    row = share.row
    if row.ci is None:
        return NotEstimable("no interval is printed with it")
    stated = row.ci_method in choices(ProportionInterval)
    method, assumed = _MADE_BY[share.event_free]
    if stated:
        method = cast(ProportionInterval, row.ci_method)
    interval = Interval(row.ci.low / 100, row.ci.high / 100, row.ci.level)
    shown = interval
    if share.event_free:
        shown = Interval((100 - row.ci.high) / 100, (100 - row.ci.low) / 100, row.ci.level)
    m = effective_n(share.value, interval, method=method)
    if isinstance(m, NotEstimable):
        return m
    if m <= 0:
        return NotEstimable(f"a share of {row.value:g}% has no standard error on the scale of its interval")
    notes: tuple[str, ...] = ()
    if share.n is not None and m > 1.1 * share.n + 1:
        notes = (
            f"{figure(row)}: its interval is narrower than {share.n} participants allow "
            f"(it would need about {m:.0f})",
        )
    return Size(
        m=m,
        by="interval",
        words=interval_formula(measure, method, event_free=share.event_free),
        assumptions=() if stated else (assumed,),
        notes=notes,
        interval=shown,
        rounding=_interval_range(measure, share, method),
    )


def _by_se(share: Share, se: float) -> Size | NotEstimable:
    """The number whose plain standard error is the printed one."""
    if not se > 0:
        return NotEstimable("its standard error is not positive")
    if share.value in (0, 1):
        return NotEstimable(f"a share of {share.row.value:g}% has no standard error")
    m = share.value * (1 - share.value) / (se / 100) ** 2
    return Size(m=m, by="standard error", words="m = p(1 − p)/se²")


def _by_numbers_at_risk(share: Share) -> Size | NotEstimable:
    """Peto's number from those still at risk."""
    if share.at_risk is None:
        return NotEstimable("no number at risk is printed for this time point")
    row, left = share.at_risk
    m = effective_n_at_risk(share.value, left)
    if isinstance(m, NotEstimable):
        return m
    words = f"m = at risk/S, {left:g} at risk"
    return Size(m=m, by="numbers at risk", words=words, others=(row,))


def _by_n(rows: TargetRows, share: Share) -> Size | NotEstimable:
    """All participants, as if nobody had been censored."""
    if not share.n:
        return NotEstimable("no number of participants is printed")
    notes = (borrowed_n(share.n, rows.cohort.label),) if share.borrowed else ()
    return Size(
        m=float(share.n),
        by="n",
        words="m = n",
        assumptions=(_UNCENSORED,),
        notes=notes,
        borrowed=int(share.borrowed),
    )


def range_of_share(code: str, share: Share, m: float) -> EffectRange:
    """What the rounding of the share allows, the number of participants as it is."""
    p = _printed(share.row, share.event_free)
    return proportion_and_n_range(p, Range.exact(m), measure=cast(ProportionMeasure, code))


def _interval_range(code: str, share: Share, method: ProportionInterval) -> EffectRange | None:
    """What the rounding of the share and its bounds allows."""
    row = share.row
    if row.ci is None:
        return None
    decimals = row.ci_decimals if row.ci_decimals is not None else printed_decimals(row)
    low, high = (Range.printed(bound, decimals).within(0.0, 100.0) for bound in (row.ci.low, row.ci.high))
    low, high = (Range(r.low / 100, r.high / 100) for r in (low, high))
    if method in ("wilson", "clopper-pearson") or (share.event_free and code == "PLN"):
        figures = [_printed(row, False), low, high]
        return effect_range(_tried(code, share, method, row.ci.level), figures, [[0.5], [], []])
    found = proportion_and_interval_range(
        _printed(row, False),
        low,
        high,
        level=row.ci.level,
        method=method,
        measure=cast(ProportionMeasure, code),
    )
    return _mirrored(found, code) if share.event_free else found


def _tried(code: str, share: Share, method: ProportionInterval, level: float) -> Vertex:
    """The effect and its standard error of one combination of share and bounds."""

    def vertex(value: float, low: float, high: float) -> tuple[float, float]:
        if not low <= value <= high:
            return math.nan, math.nan
        m = effective_n(value, Interval(low, high, level), method=method)
        if isinstance(m, NotEstimable):
            return math.nan, math.nan
        p = 1 - value if share.event_free else value
        found = proportion_and_n(p, m, measure=cast(ProportionMeasure, code))
        return (math.nan, math.nan) if isinstance(found, NotEstimable) else (found[0], math.sqrt(found[1]))

    return vertex


def _printed(row: ReportedResult, event_free: bool) -> Range:
    """What a printed percentage may have been, as a share with the event."""
    value = 0.0 if row.value is None else row.value
    shown = Range.printed(value, printed_decimals(row)).within(0.0, 100.0)
    return (
        Range(1 - shown.high / 100, 1 - shown.low / 100)
        if event_free
        else Range(shown.low / 100, shown.high / 100)
    )


def _mirrored(found: EffectRange, code: str) -> EffectRange:
    """The range of a share turned into that of its complement, on a scale that is symmetric."""
    turn = {"PLO": 0.0, "PAS": math.pi / 2, "PR": 1.0}[code]
    return EffectRange(yi=Range(turn - found.yi.high, turn - found.yi.low), sei=found.sei)
