"""Limits and ticks of an axis, chosen from what is to be shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.plots.model import Axis, Tick
from metasyn.values import Interval
from metasyn.wording import plain_number

__all__ = ["axis_between", "choose_axis", "linear_ticks", "log_ticks"]

MIN_TICKS, MAX_TICKS = 4, 7

# Intervals are clipped only where showing all of them needs an axis longer than each of these:
# this many half-widths of a precise study, this many times the range of what must be visible, and on a
# logarithmic axis two decades.
_HALF_WIDTHS = 14.0
_STRETCH = 1.6
_ALWAYS_SHOWN_LOG = math.log(100)
_PADDING = 0.04
_NARROWEST_LOG = 2 * math.log(1.25)

# Kinder series first; each is written as multipliers within a decade.
_DECADE_SERIES = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
# For axes of about one decade around 1.
_HALF_DOUBLINGS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


def linear_ticks(low: float, high: float) -> tuple[float, ...]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten within [low, high], four to seven of them.

    Examples
    --------
    >>> linear_ticks(0, 0.55)
    (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    """
    exponent = math.floor(math.log10(high - low))
    steps = [m * 10.0**e for e in (exponent - 2, exponent - 1, exponent) for m in (1, 2, 2.5, 5)]
    found = [_multiples(step, low, high) for step in steps]
    fitting = [ticks for ticks in found if MIN_TICKS <= len(ticks) <= MAX_TICKS]
    # A step of 2.5 reads worse than its neighbours: taken only where nothing else fits.
    plain = [ticks for ticks in fitting if not _is_quarter_step(ticks)]
    return max(plain or fitting or found[-1:], key=len)


def _multiples(step: float, low: float, high: float) -> tuple[float, ...]:
    """Multiples of `step` within the limits, free of binary dust."""
    slack = 1e-9
    first, last = math.ceil(low / step - slack), math.floor(high / step + slack)
    if last - first > 10 * MAX_TICKS:
        return ()
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))


def _is_quarter_step(ticks: Sequence[float]) -> bool:
    """Whether the leading digits of the step are 25."""
    return f"{ticks[1] - ticks[0]:.6e}".startswith("2.5")


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers within [low, high] for a logarithmic axis, four to seven where that is possible.

    Powers of two come first, then 1-2-5, 1-3 and powers of ten; an axis too narrow for these takes
    equal steps.

    Examples
    --------
    >>> log_ticks(0.2, 5), log_ticks(0.04, 40), log_ticks(0.8, 1.3)
    ((0.25, 0.5, 1.0, 2.0, 4.0), (0.1, 0.3, 1.0, 3.0, 10.0, 30.0), (0.8, 0.9, 1.0, 1.1, 1.2, 1.3))
    """
    candidates = [_powers_of_two(low, high)]
    candidates += [_decades(series, low, high) for series in _DECADE_SERIES]
    powers_of_ten = candidates[-1]
    if low > 0.25 and high < 4:
        candidates.append(tuple(value for value in _HALF_DOUBLINGS if low <= value <= high))
    for ticks in candidates:
        if MIN_TICKS <= len(ticks) <= MAX_TICKS:
            return ticks
    if len(powers_of_ten) > MAX_TICKS:
        return _thinned(powers_of_ten)
    return max((*candidates[:2], linear_ticks(low, high)), key=lambda t: (len(t) <= MAX_TICKS, len(t)))


def _powers_of_two(low: float, high: float) -> tuple[float, ...]:
    """Powers of two while they have few digits; nothing outside 1/8 to 64."""
    if low < 0.1 or high > 80:
        return ()
    return tuple(2.0**i for i in range(-3, 7) if low <= 2.0**i <= high)


def _decades(series: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    """`series` in every decade, within the limits."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = (float(f"{m * 10.0**e:.12g}") for e in exponents for m in series)
    return tuple(value for value in values if low <= value <= high)


def _thinned(powers: tuple[float, ...]) -> tuple[float, ...]:
    """Every n-th power of ten, 1 among them where it is in range."""
    step = math.ceil(len(powers) / MAX_TICKS)
    anchor = powers.index(1.0) if 1.0 in powers else 0
    return powers[anchor % step :: step]


def choose_axis(
    measure: EffectMeasure,
    *,
    core: Iterable[float],
    intervals: Iterable[Interval],
    label: str,
) -> Axis:
    """The axis of a forest plot.

    Parameters
    ----------
    measure : EffectMeasure
        Ratios and times get a logarithmic axis, all others a linear one.
    core : iterable of float
        Natural values that must be visible: study estimates, pooled estimates with their intervals.
    intervals : iterable of Interval
        Natural intervals that are shown as far as they do not squeeze the rest; the longest are clipped.
    label : str

    Returns
    -------
    Axis

    Notes
    -----
    All finite bounds are shown unless the axis would become longer than fourteen times the half-width
    of a precise study (the lower quartile), 1.6 times the range of `core` and the null value, and, on a
    logarithmic axis, two decades; then the axis gets the longest of these lengths, centred on
    `core`, and the intervals beyond it are clipped. Proportions are never clipped.
    """
    log = measure.log_axis
    to_axis: Callable[[float], float] = _log_or_infinite if log else float
    null = None if measure.null is None else measure.to_natural(measure.null)
    inner = [to_axis(value) for value in core]
    if null is not None:
        inner.append(to_axis(null))
    bounds = [(to_axis(i.low), to_axis(i.high)) for i in intervals]
    tolerated = math.inf if measure.family == "proportion" else _ALWAYS_SHOWN_LOG if log else 0.0
    # exp(+-300) keeps the natural scale finite.
    low, high = _range(inner, bounds, tolerated, 300.0 if log else math.inf)
    if measure.family == "proportion":
        return _proportion_axis(low, high, label)
    low, high = _padded(low, high, _NARROWEST_LOG if log else 0.0)
    if log:
        low, high = math.exp(low), math.exp(high)
    ticks = log_ticks(low, high) if log else linear_ticks(low, high)
    return Axis(
        scale="log" if log else "linear",
        low=low,
        high=high,
        ticks=tuple(Tick(value=value, label=plain_number(value)) for value in ticks),
        label=label,
        null=null,
    )


def _log_or_infinite(value: float) -> float:
    """Logarithm; minus infinity at zero and NaN as NaN."""
    return math.log(value) if value > 0 else (math.nan if math.isnan(value) else -math.inf)


def _range(
    inner: Iterable[float], bounds: Sequence[tuple[float, float]], tolerated: float, beyond: float
) -> tuple[float, float]:
    """Limits in axis units; `tolerated` is a length that is always granted, `beyond` is never shown."""
    inside = [value for value in inner if abs(value) < beyond]
    lows = [low for low, _ in bounds if abs(low) < beyond]
    highs = [high for _, high in bounds if abs(high) < beyond]
    if not inside:
        inside = [*lows, *highs] or [0.0]
    first, last = min(inside), max(inside)
    low, high = min([first, *lows]), max([last, *highs])
    half_widths = sorted((high - low) / 2 for low, high in bounds if math.isfinite(high - low))
    precise = half_widths[(len(half_widths) - 1) // 4] if half_widths else 0.0
    longest = max(tolerated, _STRETCH * (last - first), _HALF_WIDTHS * precise)
    if high - low <= longest:
        return low, high
    reach = (longest - (last - first)) / 2
    return max(low, first - reach), min(high, last + reach)


def _padded(low: float, high: float, narrowest: float) -> tuple[float, float]:
    """A little air at both ends, and never an axis of no length."""
    span = high - low
    if narrowest == 0 and span <= 1e-9 * max(abs(low), abs(high)):
        narrowest = max(abs(low), abs(high)) or 1.0
    extra = max(span * _PADDING, (narrowest - span) / 2)
    return low - extra, high + extra


def _proportion_axis(low: float, high: float, label: str) -> Axis:
    """A percent axis from 0 (or, where all is high, to 100) to the next tick beyond the data."""
    low = 0.0 if low < 0.5 else min(low, 0.95)
    high = min(max(high, low + 0.05), 1.0)
    step = _first_step(low, high)
    low = max(0.0, math.floor(low / step + 1e-9) * step)
    high = min(1.0, math.ceil(high / step - 1e-9) * step)
    ticks = _multiples(step, low, high)
    return Axis(
        scale="linear",
        low=ticks[0],
        high=ticks[-1],
        ticks=tuple(Tick(value=value, label=plain_number(100 * value)) for value in ticks),
        label=label,
    )


def _first_step(low: float, high: float) -> float:
    """The smallest round percent step that needs no more than six intervals."""
    steps = (0.01, 0.02, 0.05, 0.1, 0.2)
    return next(
        step
        for step in steps
        if math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9) <= MAX_TICKS - 1 or step == steps[-1]
    )


def axis_between(measure: EffectMeasure, limits: tuple[float, float], label: str) -> Axis:
    """An axis with given ends.

    Parameters
    ----------
    measure : EffectMeasure
    limits : (float, float)
        Natural scale; above 0 for ratios.
    label : str

    Raises
    ------
    OptionError
        If the limits are not two finite numbers in order, or not positive where the axis is logarithmic.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> axis = axis_between(get_measure("HR"), (0.25, 4), "Hazard ratio")
    >>> [tick.label for tick in axis.ticks]
    ['0.25', '0.5', '1', '2', '4']
    """
    log = measure.log_axis
    low, high = (float(limit) for limit in limits)
    if not (math.isfinite(low) and math.isfinite(high) and low < high and (low > 0 or not log)):
        rule = "two positive numbers" if log else "two numbers"
        raise OptionError(f"axis_limits must be {rule}, the smaller first; got {limits!r}.")
    ticks = log_ticks(low, high) if log else linear_ticks(low, high)
    percent = measure.family == "proportion"
    null = None if measure.null is None else measure.to_natural(measure.null)
    return Axis(
        scale="log" if log else "linear",
        low=low,
        high=high,
        ticks=tuple(Tick(value=t, label=plain_number(100 * t if percent else t)) for t in ticks),
        label=label,
        null=null,
    )
