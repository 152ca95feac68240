"""One row: a p value and the estimate with its interval, or the heterogeneity statistic."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from metasyn.evidence.audit.entry import RATIOS, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed, one_edit, short
from metasyn.evidence.audit.scales import is_centred, triple_of
from metasyn.numerics.tails import chi2_upper_p, normal_quantile, normal_two_sided_p
from metasyn.values import Severity

__all__ = ["fits_interval", "heterogeneity_fits", "p_fits_interval"]

_LEVELS = (0.9, 0.99, 0.95)
# Tests that an interval of the same model must agree with.
_WALD = frozenset({"wald", "cox", "wald test"})
# How much larger and smaller z may be in another test, as a proportion, and how much smaller in addition.
_Room = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Reach:
    """The z values, in size, that the roundings of estimate and interval allow.

    `se` and `effect`, the size of the estimate on its scale, are at their middle.
    """

    low: float
    high: float
    se: float
    effect: float

    def p(self) -> tuple[float, float]:
        """The two-sided p values."""
        return normal_two_sided_p(self.high), normal_two_sided_p(self.low)


def p_fits_interval(entry: Entry) -> Iterator[AuditFinding]:
    """A p value is the one that the estimate and its interval imply, for some rounding of all figures."""
    triple, printed = triple_of(entry), entry.p
    if triple is None or (printed is None and not entry.p_is_ns) or _without_null(entry):
        return
    if triple[1].high < triple[0].low or triple[1].low > triple[2].high:
        return
    reaches = [r for scale in _null_scales(entry, triple) if (r := _reach(triple, entry.level, scale))]
    if not reaches:
        return
    if printed is None:
        yield from _not_significant(entry, reaches)
        return
    if any(_fits(printed, reach, entry.sides) for reach in reaches):
        return
    if any(_near(printed, reach, entry.sides, _room(entry, reach)[0]) for reach in reaches):
        return
    yield _misfit(entry, triple, printed, reaches)


def fits_interval(entry: Entry) -> bool:
    """Whether a row has a p value and an interval that imply each other."""
    triple, printed = triple_of(entry), entry.p
    if triple is None or printed is None or _without_null(entry):
        return False
    reaches = (_reach(triple, entry.level, scale) for scale in _null_scales(entry, triple))
    return any(reach is not None and _fits(printed, reach, entry.sides) for reach in reaches)


def _without_null(entry: Entry) -> bool:
    """Whether no value of the figure means "no effect": a median, a proportion, a mean."""
    return entry.estimate is None or entry.statistic in ("median", "percent", "mean", "Q", "I2", "range")


def _null_scales(entry: Entry, triple: tuple[Printed, Printed, Printed]) -> tuple[str, ...]:
    """Scales of the test: log with no effect at 1, linear with no effect at 0."""
    if entry.statistic in RATIOS:
        return ("log",)
    if entry.statistic or triple[0].low <= 0:
        return ("linear",)
    bounds = [(b.low, b.high) for b in triple]
    # A positive estimate without a name: whatever its interval is centred on, a ratio if on both or none.
    centred = tuple(s for s in ("log", "linear") if is_centred(bounds[0], bounds[1], bounds[2], s))
    return centred or ("log", "linear")


def _reach(triple: tuple[Printed, Printed, Printed], level: float, scale: str) -> _Reach | None:
    """|z| over all roundings."""
    low, estimate, high = triple
    if scale == "log":
        if min(low.low, estimate.low, high.low) <= 0:
            return None
        at = (math.log(estimate.low), math.log(estimate.high))
        width = (math.log(high.low / low.high), math.log(high.high / low.low))
    else:
        at, width = (estimate.low, estimate.high), (high.low - low.high, high.high - low.low)
    z = 2 * normal_quantile(1 - level)
    if width[1] <= 0:
        return None
    far, near = max(map(abs, at)), 0.0 if at[0] <= 0 <= at[1] else min(map(abs, at))
    top = far / max(width[0], 1e-12) * z
    return _Reach(near / width[1] * z, top, sum(width) / 2 / z, sum(map(abs, at)) / 2)


def _p_ranges(reach: _Reach, sides: str) -> Iterator[tuple[float, float]]:
    """The p values of the sides that are stated; of both if none is."""
    low, high = reach.p()
    if sides != "one":
        yield low, high
    if sides != "two":
        yield low / 2, high / 2
        yield 1 - high / 2, 1 - low / 2


def _fits(printed: Printed, reach: _Reach, sides: str) -> bool:
    """Whether the printed p value is among those possible."""
    slack = 1e-9
    return any(
        printed.low <= high * (1 + slack) and low * (1 - slack) <= printed.high
        for low, high in _p_ranges(reach, sides)
    )


def _misfit(
    entry: Entry, triple: tuple[Printed, Printed, Printed], printed: Printed, reaches: list[_Reach]
) -> AuditFinding:
    """How bad it is, and what would repair it: the level, or a slip in one figure."""
    reach = reaches[0]
    low, high = reach.p()
    one = "" if entry.sides == "two" else f", one-sided {short(low / 2)} to {short(high / 2)}"
    message = (
        f"{triple[1]} ({triple[0]} to {triple[2]}) means a two-sided p value of {short(low)} to {short(high)}"
        f"{one}, whatever the rounding; printed {_p_text(printed)}"
    )
    computed = {"p_low": low, "p_high": high, "z_low": reach.low, "z_high": reach.high}
    severity: Severity = (
        "warning" if any(_near(printed, r, entry.sides, _room(entry, r)[1]) for r in reaches) else "error"
    )
    level = _other_level(entry, triple, printed) if printed.exact else None
    relevelled = (
        ()
        if level is None
        else (
            Repair(
                row=entry.row, column="level", printed=short(entry.level), instead=short(level), changes=1
            ),
        )
    )
    if level is not None and severity == "error":
        message += f"; it fits an interval of {short(100 * level)}%"
        return finding(
            "wrong_level",
            severity,
            message,
            (entry,),
            computed=computed,
            search=lambda: (*relevelled, *_typos(entry, triple, printed)),
        )
    return finding(
        "p_incompatible_with_ci",
        severity,
        message,
        (entry,),
        computed=computed,
        search=lambda: (*relevelled, *_typos(entry, triple, printed)),
    )


def _room(entry: Entry, reach: _Reach) -> tuple[_Room, _Room]:
    """By how much the z of another test may differ: so far nothing is said, so far it is a warning."""
    if entry.test in _WALD:
        return (0.0, 0.0, 0.0), (0.03, 0.03, 0.0)
    effect, se = min(reach.effect, 2.0), min(reach.se, 2.0)
    # A ratio without a name and without counts is mostly a hazard ratio.
    nameless = not entry.statistic and (entry.actuarial or (entry.n is None and entry.events is None))
    hazard = entry.statistic in ("HR", "log HR") or (
        nameless and entry.ci_low is not None and entry.ci_low.low > 0
    )
    if hazard:
        return (0.05 * effect, 0.02, 0.01 * se), (0.005 + 0.08 * effect + 0.3 * se * se, 0.03, 0.1 * se)
    if entry.statistic in ("RR", "IRR", "log RR"):
        return (0.1 + 0.6 * effect, 0.05 + 0.5 * effect, 0.7 * se), (0.3 + effect, 0.3 + effect, 1.5 * se)
    if entry.statistic in ("OR", "log OR"):
        return (0.02 + 0.17 * effect, 0.02 + 0.07 * effect, 0.7 * se), (0.1 + 0.25 * effect, 0.2, 1.5 * se)
    if entry.statistic in ("MD", "SMD", "mean", "COR"):
        return (0.06, 0.1, 0.05), (0.12, 0.15, 0.35)
    return (0.06, 0.06, 0.25), (0.15, 0.15, max(1.5 * se, 0.5) if entry.statistic != "RD" else 0.5)


def _near(printed: Printed, reach: _Reach, sides: str, room: _Room) -> bool:
    """Whether the z value of a printed p value is within reach, with room above and below."""
    more = reach.high * (1 + room[0]) + 0.5 * room[2]
    less = reach.low * (1 - min(room[1], 0.95)) - room[2]
    return any(low <= more and less <= high for low, high in _wanted(printed, sides))


def _wanted(printed: Printed, sides: str) -> Iterator[tuple[float, float]]:
    """The sizes of z that a printed p value stands for, two-sided, or one-sided in either direction."""
    top, bottom = min(printed.high, 1.0), max(printed.low, 0.0)
    if sides != "one":
        yield _z(top), _z(bottom) if bottom > 0 else math.inf
    # A side that is not stated is one concession, another test a second.
    if sides == "one":
        yield _z(min(2 * top, 1.0)), _z(2 * bottom) if bottom > 0 else math.inf
        yield _z(min(2 * (1 - bottom), 1.0)), _z(2 * (1 - top)) if top < 1 else math.inf


def _z(p: float) -> float:
    return normal_quantile(min(max(p, 1e-300), 1.0)) if p < 1 else 0.0


def _other_level(entry: Entry, triple: tuple[Printed, Printed, Printed], printed: Printed) -> float | None:
    """The level of the interval at which the p value would fit."""
    for level in _LEVELS:
        if abs(level - entry.level) > 1e-9:
            for scale in _null_scales(entry, triple):
                reach = _reach(triple, level, scale)
                if reach is not None and _fits(printed, reach, "two" if entry.sides != "one" else "one"):
                    return level
    return None


def _typos(entry: Entry, triple: tuple[Printed, Printed, Printed], printed: Printed) -> tuple[Repair, ...]:
    """Single slips that would make estimate, interval and p value agree."""
    repairs: list[Repair] = []
    scales = _null_scales(entry, triple)
    for place, column in enumerate(("ci_low", "estimate", "ci_high")):
        for other in one_edit(triple[place]):
            trial = (*triple[:place], other, *triple[place + 1 :])
            bounds = [(b.low, b.high) for b in trial]
            if not trial[0].value < trial[1].value < trial[2].value:
                continue
            for scale in scales:
                reach = _reach((trial[0], trial[1], trial[2]), entry.level, scale)
                if (
                    reach is not None
                    and is_centred(bounds[0], bounds[1], bounds[2], scale)
                    and _fits(printed, reach, entry.sides)
                ):
                    repairs.append(
                        Repair(
                            row=entry.row,
                            column=column,
                            printed=str(triple[place]),
                            instead=str(other),
                            changes=1,
                        )
                    )
    for other in one_edit(printed) if printed.exact else ():
        reach = _reach(triple, entry.level, scales[0])
        if reach is not None and 0 < other.value <= 1 and _fits(other, reach, entry.sides):
            repairs.append(
                Repair(row=entry.row, column="p", printed=str(printed), instead=str(other), changes=1)
            )
    return (*repairs[:8], *_recomputed(entry, triple, printed))


def _recomputed(entry: Entry, triple: tuple[Printed, Printed, Printed], printed: Printed) -> Iterator[Repair]:
    """The p value that the figures as printed imply."""
    reach = _reach(triple, entry.level, _null_scales(entry, triple)[0])
    if reach is not None and reach.se > 0:
        p = normal_two_sided_p(reach.effect / reach.se) / (2 if entry.sides == "one" else 1)
        instead = f"{p:.2g}" if p >= 1e-4 else "<0.0001"
        yield Repair(row=entry.row, column="p", printed=str(printed), instead=instead, changes=2)


def _not_significant(entry: Entry, reaches: list[_Reach]) -> Iterator[AuditFinding]:
    """ "Not significant" beside an interval that excludes no effect."""
    if all(reach.p()[1] < 0.05 * 0.9 for reach in reaches):
        low, high = reaches[0].p()
        message = f"called not significant, but the interval means p = {short(low)} to {short(high)}"
        yield finding("p_incompatible_with_ci", "error", message, (entry,), computed={"p_high": high})


def _p_text(printed: Printed) -> str:
    return f"p = {printed}" if printed.exact else f"p {printed.relation} {str(printed).lstrip('<>')}"


def heterogeneity_fits(entry: Entry) -> Iterator[AuditFinding]:
    """Q, its degrees of freedom, I2 and p belong together; I2 may come from tau2 and is only a note."""
    q, i2 = entry.numbers.get("q"), entry.numbers.get("i2")
    df = entry.numbers.get("df")
    k = entry.numbers.get("k")
    if df is not None and k is not None and df.value != k.value - 1:
        message = f"{k} studies have {int(k.value) - 1} degrees of freedom, not {df}"
        yield finding("k_mismatch", "error", message, (entry,))
    freedom = df.value if df is not None else k.value - 1 if k is not None else None
    if q is None or freedom is None or freedom < 1 or q.low <= 0:
        return
    if i2 is not None:
        low, high = (max(0.0, 100 * (1 - freedom / bound)) for bound in (q.low, q.high))
        if i2.low > high or i2.high < low:
            message = (
                f"(Q - df)/Q = {short(max(0.0, 100 * (1 - freedom / q.value)))}% with Q = {q} and "
                f"df = {short(freedom)}; {i2}% is printed, as it may be when I2 comes from tau2"
            )
            yield finding("i2_vs_q", "note", message, (entry,), computed={"I2_low": low, "I2_high": high})
    if entry.p is not None and entry.estimate is None:
        low, high = chi2_upper_p(q.high, freedom), chi2_upper_p(q.low, freedom)
        if entry.p.low > high or entry.p.high < low:
            means = f"p = {short(low)} to {short(high)}"
            message = f"Q = {q} on {short(freedom)} df means {means}; printed {_p_text(entry.p)}"
            yield finding("p_incompatible_with_q", "error", message, (entry,), computed={"p": [low, high]})
