"""One row: an estimate and its interval on their scale, and a standard error beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from metasyn.evidence.audit.entry import RATIOS, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import Printed, one_edit, short
from metasyn.evidence.audit.scales import Bounds, is_centred, lopsidedness, scales_of, triple_of
from metasyn.numerics.tails import normal_quantile
from metasyn.values import Severity

__all__ = ["error_fits_interval", "estimate_is_central", "estimate_is_inside"]

# How many times longer one side may be: a Wald interval of a Cox model has equal sides, exact and
# profile-likelihood intervals have not. (note from, warning from, error from).
_HAZARD_RATIO = (1.0, 1.15, 1.6)
_OTHER_RATIO = (1.3, 2.0, 3.0)
_ANYTHING = (1.5, 2.0, math.inf)
# From the standard error and the number of participants.
_ERRORS: Mapping[str, Callable[[float, int], float]] = MappingProxyType(
    {
        "se": lambda se, n: se,
        "variance": lambda se, n: se * se,
        "sd": lambda se, n: se * math.sqrt(n),
    }
)
_NAMES = {"se": "standard error", "variance": "variance", "sd": "standard deviation"}


def estimate_is_inside(entry: Entry) -> Iterator[AuditFinding]:
    """An interval contains its estimate; a bound that equals it is right for a median."""
    estimate = entry.estimate if entry.estimate is not None else entry.percent
    low, high = entry.ci_low, entry.ci_high
    if estimate is None or not estimate.exact:
        return
    if low is not None and high is not None and low.low > high.high:
        message = f"the bounds {low} and {high} are in the wrong order"
        repair = _change(entry, "ci_low, ci_high", f"{low}, {high}", f"{high}, {low}", 2)
        yield finding("point_outside_ci", "error", message, (entry,), repairs=(repair,))
        return
    below = low is not None and low.exact and _is_beyond(estimate, low)
    above = high is not None and high.exact and _is_beyond(high, estimate)
    if not below and not above:
        return
    if _is_logarithm(entry, estimate, low, high):
        yield _mixed_scales(entry, f"exp({estimate}) = {short(math.exp(estimate.value))} lies inside it")
        return
    if _bounds_are_logarithms(entry, estimate, low, high):
        yield _mixed_scales(entry, "", swapped=True)
        return
    bound, word = (low, "below") if below else (high, "above")
    message = f"{estimate} lies {word} the bound {bound} of its own interval"
    yield finding(
        "point_outside_ci",
        "error",
        message,
        (entry,),
        computed={"estimate": estimate.value, "ci": [b.value for b in (low, high) if b is not None]},
        search=lambda: _typos(entry),
    )


def _is_beyond(one: Printed, two: Printed) -> bool:
    """Whether a figure is below another, at best where their roundings touch: a side without width."""
    return one.high < two.low or (one.value < two.value and math.isclose(one.high, two.low, rel_tol=1e-9))


def _is_logarithm(entry: Entry, estimate: Printed, low: Printed | None, high: Printed | None) -> bool:
    """Whether the estimate is the logarithm of one that the interval has at its centre."""
    if low is None or high is None or low.low <= 0 or abs(estimate.value) > 20:
        return False
    if entry.statistic and entry.statistic not in RATIOS and not entry.statistic.startswith("log "):
        return False
    ratio = (math.exp(estimate.low), math.exp(estimate.high))
    inside = low.low <= ratio[0] and ratio[1] <= high.high
    return inside and lopsidedness((low.low, low.high), ratio, (high.low, high.high), "log") < 1.3


def _bounds_are_logarithms(
    entry: Entry, estimate: Printed, low: Printed | None, high: Printed | None
) -> bool:
    """Whether the bounds of a ratio are logarithms of an interval that contains it."""
    if low is None or high is None or entry.statistic not in RATIOS or not estimate.low > 0 > low.low > -5:
        return False
    return math.exp(low.low) <= estimate.value <= math.exp(min(high.high, 50.0))


def _mixed_scales(entry: Entry, why: str, *, swapped: bool = False) -> AuditFinding:
    message = f"the estimate {entry.estimate} is a logarithm, its interval is not: {why}"
    if swapped and entry.ci_low is not None and entry.ci_high is not None:
        ratios = " to ".join(short(math.exp(bound.value)) for bound in (entry.ci_low, entry.ci_high))
        message = (
            f"the bounds {entry.ci_low} and {entry.ci_high} are logarithms (of {ratios}), "
            f"the estimate {entry.estimate} is not"
        )
    return finding("natural_for_log_scale", "error", message, (entry,))


def estimate_is_central(entry: Entry) -> Iterator[AuditFinding]:
    """An estimate stands at the centre of its interval on its scale (log for ratios), within rounding."""
    triple = triple_of(entry)
    if triple is None or entry.statistic in ("median", "range", "Q", "I2"):
        return
    low, estimate, high = triple
    if _is_beyond(estimate, low) or _is_beyond(high, estimate):
        return
    if entry.statistic in RATIOS and low.high <= 0:
        message = f"a ratio cannot have the bound {low}: these are logarithms"
        yield finding("natural_for_log_scale", "error", message, (entry,))
        return
    scales = scales_of(entry)
    bounds: tuple[Bounds, Bounds, Bounds] = tuple((b.low, b.high) for b in triple)  # type: ignore[assignment]
    if any(is_centred(*bounds, scale) for scale in scales):
        return
    if entry.statistic in RATIOS and is_centred(*bounds, "linear") and lopsidedness(*bounds, "log") > 1.15:
        centre = math.sqrt(low.value * high.value)
        message = (
            f"{estimate} ({low} to {high}) is centred as it stands, a ratio must be on the log scale, "
            f"where the centre is {short(centre)}"
        )
        yield finding("natural_for_log_scale", "warning", message, (entry,), computed={"centre": centre})
        return
    yield from _off_centre(entry, triple, min(lopsidedness(*bounds, scale) for scale in scales))


def _off_centre(
    entry: Entry, triple: tuple[Printed, Printed, Printed], sides: float
) -> Iterator[AuditFinding]:
    """How far off, and what that means for the kind of estimate."""
    note, warning, error = _limits(entry)
    maybe_median = not entry.statistic and (triple[1].agrees(triple[0]) or triple[1].agrees(triple[2]))
    if sides <= note or maybe_median:
        return
    severity: Severity = "error" if sides > error else "warning" if sides > warning else "note"
    low, estimate, high = triple
    log = entry.statistic in RATIOS or (not entry.statistic and low.low > 0 and entry.percent is None)
    centre = math.sqrt(low.value * high.value) if log and low.value > 0 else (low.value + high.value) / 2
    message = (
        f"{estimate} ({low} to {high}): the centre{' on the log scale' if log else ''} is {short(centre)}; "
        f"one side is at least {short(sides)} times the other, whatever the rounding"
    )
    yield finding(
        "asymmetric_ci",
        severity,
        message,
        (entry,),
        computed={"centre": centre, "sides": sides},
        search=lambda: _typos(entry),
    )


def _limits(entry: Entry) -> tuple[float, float, float]:
    if entry.statistic in ("HR", "log HR"):
        return _HAZARD_RATIO
    return _OTHER_RATIO if entry.statistic in RATIOS else _ANYTHING


def _typos(entry: Entry) -> tuple[Repair, ...]:
    """Single slips in one of the three figures that would put the estimate at the centre."""
    columns = ("ci_low", "percent" if entry.estimate is None else "estimate", "ci_high")
    triple = triple_of(entry)
    if triple is None:
        return ()
    repairs: list[Repair] = []
    for place, column in enumerate(columns):
        for other in one_edit(triple[place]):
            trial = [*triple[:place], other, *triple[place + 1 :]]
            bounds: tuple[Bounds, Bounds, Bounds] = tuple((b.low, b.high) for b in trial)  # type: ignore[assignment]
            ordered = trial[0].value < trial[1].value < trial[2].value
            if ordered and any(is_centred(*bounds, scale) for scale in scales_of(entry)):
                repairs.append(_change(entry, column, str(triple[place]), str(other), 1))
    return tuple(repairs[:8])


def _change(entry: Entry, column: str, printed: str, instead: str, changes: int) -> Repair:
    return Repair(row=entry.row, column=column, printed=printed, instead=instead, changes=changes)


def error_fits_interval(entry: Entry) -> Iterator[AuditFinding]:
    """A printed standard error, variance or standard deviation is the one of the interval."""
    triple = triple_of(entry)
    if triple is None or not entry.numbers.keys() & _ERRORS.keys():
        return
    implied = _implied(entry, triple[0], triple[2])
    for column in _ERRORS:
        given = entry.numbers.get(column)
        if given is None or not given.exact or not implied or (column == "sd" and not entry.n):
            continue
        if any(_meets(given, column, bounds, entry.n) for bounds in implied.values()):
            continue
        yield from _other_error(entry, column, given, implied)


def _implied(entry: Entry, low: Printed, high: Printed) -> dict[str, Bounds]:
    """Standard errors that the roundings of the bounds allow, by scale."""
    z = 2 * normal_quantile(1 - entry.level)
    found: dict[str, Bounds] = {}
    for scale in scales_of(entry):
        if scale == "linear":
            found[scale] = ((high.low - low.high) / z, (high.high - low.low) / z)
        elif scale == "log" and low.low > 0 and high.low > 0:
            found[scale] = (math.log(high.low / low.high) / z, math.log(high.high / low.low) / z)
    return {scale: bounds for scale, bounds in found.items() if bounds[0] > 0}


def _meets(given: Printed, column: str, bounds: Bounds, n: int | None) -> bool:
    """Whether a printed error can be one of these, the t quantiles of small samples allowed for."""
    low, high = (_ERRORS[column](bound, n or 0) for bound in (bounds[0] * 0.93, bounds[1] * 1.01))
    return given.low <= high and low <= given.high


def _other_error(
    entry: Entry, column: str, given: Printed, implied: dict[str, Bounds]
) -> Iterator[AuditFinding]:
    """What the printed error is instead: another of the three, or that of another scale."""
    scale, bounds = next(iter(implied.items()))
    se = sum(bounds) / 2
    code, what = "se_not_from_ci", ""
    others = [name for name in _ERRORS if name != column and (name != "sd" or (entry.n or 0) > 1)]
    meant = next((name for name in others if _meets(given, name, bounds, entry.n)), None)
    if meant is not None:
        what = f"; it is the {_NAMES[meant]}"
    elif scale == "log" and column == "se" and entry.ci_low is not None and entry.ci_high is not None:
        natural = (entry.ci_high.value - entry.ci_low.value) / (2 * normal_quantile(1 - entry.level))
        if abs(given.value - natural) <= 0.06 * natural + (given.high - given.low) / 2:
            code, what = "natural_for_log_scale", f"; it is the error of the ratio itself, {short(natural)}"
    if not what and column == "sd":
        return
    right = short(_ERRORS[column](se, entry.n or 0))
    message = (
        f"the interval implies a standard error of {short(se)} ({scale} scale), so that the "
        f"{_NAMES[column]} is {right}; {given} is printed{what}"
    )
    repair = _change(entry, column, str(given), right, 1)
    severity: Severity = "error" if what else "warning"
    yield finding(code, severity, message, (entry,), computed={"se": se}, repairs=(repair,))
