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

__all__ = ["heterogeneity_fits", "p_fits_interval"]

_LEVELS = (0.9, 0.99, 0.95)
# Log-rank and likelihood-ratio tests of a model differ a little from the Wald test of its interval.
_RELATIVE = 0.03


@dataclass(frozen=True, slots=True)
class _Reach:
    """The z values, in size, that the roundings of estimate and interval allow; `se` at their middle."""

    low: float
    high: float
    se: float

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
    yield _misfit(entry, triple, printed, reaches)


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
    return _Reach(near / width[1] * z, top, sum(width) / 2 / z)


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
    severity: Severity = "warning" if any(_nearly(printed, r, entry) for r in reaches) else "error"
    level = _other_level(entry, triple, printed) if printed.exact else None
    if level is not None and severity == "error":
        message += f"; it fits an interval of {short(100 * level)}%"
        repair = Repair(
            row=entry.row, column="level", printed=short(entry.level), instead=short(level), changes=1
        )
        repairs = (repair, *_typos(entry, triple, printed))
        return finding("wrong_level", severity, message, (entry,), computed=computed, repairs=repairs)
    repairs = _typos(entry, triple, printed)
    return finding("p_incompatible_with_ci", severity, message, (entry,), computed=computed, repairs=repairs)


def _nearly(printed: Printed, reach: _Reach, entry: Entry) -> bool:
    """Whether another common test of the same data may give the p value.

    A continuity correction, and with it Fisher's test, takes about half the standard error of the log
    odds ratio from z; a ratio of risks has a smaller standard error for the same counts.
    """
    sides = 2.0 if entry.sides == "one" else 1.0
    if printed.relation == ">":
        wanted_low, wanted_high = 0.0, _z(printed.low * sides)
    else:
        wanted_low = _z(min(printed.high * sides, 1.0))
        wanted_high = _z(printed.low * sides) if printed.low > 0 else math.inf
    relative = _RELATIVE + 0.1 * min(reach.se, 1.0)
    more, less = reach.high * (1 + relative), reach.low * (1 - relative)
    if entry.statistic != "HR" and not (entry.actuarial and not entry.statistic):
        more += (1.0 if entry.statistic in RATIOS else 0.15) * reach.se
        less -= max(1.5 * reach.se, 0.35)
    return wanted_low <= more and less <= wanted_high


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
    return tuple(repairs[:8])


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
