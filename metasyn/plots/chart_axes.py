"""Axes of charts: limits and ticks from what is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.transforms import exp, identity
from metasyn.plots.axis import linear_ticks, log_ticks
from metasyn.plots.chart import ChartAxis, Scale
from metasyn.plots.model import Tick
from metasyn.wording import plain_number, power_text

__all__ = [
    "below_zero",
    "category_axis",
    "effect_axis",
    "number_axis",
    "number_ticks",
    "sqrt_ticks",
    "whole_ticks",
]

_AIR = 0.05
_MARK_ROOM = 0.03
_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# Beyond exp(+-16) a ratio has too many digits for a tick: the logarithm is written instead.
_MOST_LOG = 16.0
# Ticks of a curved scale: as far apart as this share of the axis, the ones that say most first.
_APART = 0.11
_PROPORTIONS = (
    0.5, 0.1, 0.9, 0.01, 0.99, 0.2, 0.8, 0.05, 0.95, 0.3, 0.7, 0.02, 0.98, 0.4, 0.6,
    0.001, 0.999, 0.005, 0.995, 0.0001, 0.9999, 0.0, 1.0,
)  # fmt: skip
_CORRELATIONS = (0.0, -0.5, 0.5, -0.9, 0.9, -0.8, 0.8, -0.3, 0.3, -0.7, 0.7, -0.95, 0.95, -0.99, 0.99)


def number_axis(
    values: Iterable[float],
    label: str,
    *,
    scale: Scale = "linear",
    from_zero: bool = False,
    room_at_zero: bool = False,
    symmetric: bool = False,
    reverse: bool = False,
    air: float = _AIR,
) -> ChartAxis:
    """An axis of plain numbers that holds all finite values with a little air.

    Parameters
    ----------
    values : iterable of float
    label : str
    scale : {'linear', 'sqrt'}
    from_zero : bool
        Begin at exactly 0; the values are then >= 0.
    room_at_zero : bool
        Begin as far below 0 as a mark at 0 needs.
    symmetric : bool
        As far below zero as above.
    reverse : bool
    air : float
        Share of the axis left free beyond the values.
    """
    shown = [float(value) for value in values if math.isfinite(value)] or [0.0]
    low, high = min(shown), max(shown)
    if symmetric:
        high = max(abs(low), abs(high))
        low = -high
    if from_zero or room_at_zero:
        low = min(low, 0.0)
    low, high = _with_air(low, high, air, fixed_low=(from_zero or room_at_zero) and low == 0.0)
    if room_at_zero:
        low = -below_zero(high, scale)
    return ChartAxis(
        low=low,
        high=high,
        ticks=number_ticks(sqrt_ticks(high) if scale == "sqrt" else linear_ticks(low, high)),
        label=label,
        scale=scale,
        reversed=reverse,
    )


def _with_air(low: float, high: float, air: float, *, fixed_low: bool = False) -> tuple[float, float]:
    """Ends with room beyond the values, and never an axis of no length."""
    span = high - low
    size = max(abs(low), abs(high))
    if span <= 1e-9 * size or span == 0:
        span = size or 1.0
        return (0.0 if fixed_low else low - span / 2), high + (span * air if fixed_low else span / 2)
    return (low if fixed_low else low - air * span), high + air * span


def number_ticks(values: Sequence[float]) -> tuple[Tick, ...]:
    """Ticks that say their own value, in powers of ten where there would be many zeros.

    Examples
    --------
    >>> [tick.label for tick in number_ticks((0.0, 2e-7))], number_ticks((0.25,))[0].label
    (['0', '2×10⁻⁷'], '0.25')
    """
    size = max((abs(value) for value in values), default=0.0)
    text = power_text if size >= 1e6 or 0 < size < 1e-4 else plain_number
    return tuple(Tick(value=value, label=text(value)) for value in values)


def below_zero(high: float, scale: Scale) -> float:
    """How far below 0 an axis begins so that a mark at 0 does not lie on its corner."""
    return _MARK_ROOM * high if scale == "linear" else _MARK_ROOM**2 * high


def sqrt_ticks(high: float) -> tuple[float, ...]:
    """Round values from 0 on that are spread evenly where distances are those of square roots."""
    step = math.sqrt(high) / 5
    found = [0.0]
    for i in range(1, 6):
        wanted = i * step
        unit = 10.0 ** math.floor(math.log10(wanted * wanted))
        round_ones = [float(f"{m * unit:.12g}") for m in _ROUND]
        value = min((abs(math.sqrt(one) - wanted), one) for one in (0.0, *round_ones) if one <= high)[1]
        if math.sqrt(value) - math.sqrt(found[-1]) > 0.5 * step:
            found.append(value)
    return tuple(found)


def effect_axis(
    measure: EffectMeasure,
    values: Iterable[float],
    *,
    label: str = "",
    include_null: bool = False,
    air: float = _AIR,
) -> ChartAxis:
    """An axis of effects: coordinates on the analysis scale, ticks at round natural values.

    Parameters
    ----------
    measure : EffectMeasure
    values : iterable of float
        Analysis scale.
    label : str
        Default: the measure in words, with its unit or scale.
    include_null : bool
        Make the value of no effect visible.
    air : float
    """
    shown = [float(value) for value in values if math.isfinite(value)]
    if include_null and measure.null is not None:
        shown.append(measure.null)
    low, high = _with_air(min(shown, default=0.0), max(shown, default=0.0), air)
    ticks = _effect_ticks(measure, low, high)
    if ticks:
        return ChartAxis(low=low, high=high, ticks=ticks, label=label or _words(measure), measure=measure)
    words = measure.scale[:1].upper() + measure.scale[1:]
    return ChartAxis(low=low, high=high, ticks=number_ticks(linear_ticks(low, high)), label=label or words)


def _words(measure: EffectMeasure) -> str:
    words = measure.label[:1].upper() + measure.label[1:]
    if measure.family == "proportion":
        return f"{words}, %"
    words += f", {measure.unit}" if measure.unit else ""
    return f"{words} (log scale)" if measure.to_natural is exp else words


def _effect_ticks(measure: EffectMeasure, low: float, high: float) -> tuple[Tick, ...]:
    """Ticks at natural values; none where these cannot be written."""
    percent = measure.family == "proportion"
    if measure.to_natural is identity:
        values = linear_ticks(low, high)
        if percent:
            return tuple(Tick(value=value, label=plain_number(100 * value)) for value in values)
        return number_ticks(values)
    if measure.to_natural is exp and not percent:
        if max(abs(low), abs(high)) > _MOST_LOG:
            return ()
        natural = log_ticks(math.exp(low), math.exp(high))
        return tuple(Tick(value=math.log(value), label=plain_number(value)) for value in natural)
    found = _spaced(measure, low, high)
    unit = 100 if percent else 1
    return tuple(
        Tick(value=at, label=plain_number(unit * value)) for at, value in sorted(found) if len(found) > 1
    )


def _spaced(measure: EffectMeasure, low: float, high: float) -> list[tuple[float, float]]:
    """Round natural values with their coordinates, no two too close, the plainest first."""
    first, last = sorted((measure.to_natural(low), measure.to_natural(high)))
    plain: tuple[float, ...] = _PROPORTIONS if measure.family == "proportion" else ()
    plain = _CORRELATIONS if measure.family == "correlation" else plain
    even = linear_ticks(first, last) if last > first else ()
    few = len([value for value in plain if first <= value <= last]) < 4
    found: list[tuple[float, float]] = []
    for value in (*even, *plain) if few else plain:
        least, most = measure.natural_range
        at = measure.to_analysis(value) if least <= value <= most else math.nan
        if low <= at <= high and all(abs(at - other) >= _APART * (high - low) for other, _ in found):
            found.append((at, value))
    return found


def whole_ticks(k: int, *, most: int = 12) -> tuple[Tick, ...]:
    """Ticks at study numbers: all of them, or 1 and every n-th.

    Examples
    --------
    >>> [tick.label for tick in whole_ticks(60, most=7)]
    ['1', '10', '20', '30', '40', '50', '60']
    """
    step = next(s for e in range(12) for s in (10**e, 2 * 10**e, 5 * 10**e) if k / s <= most)
    numbers = range(1, k + 1) if step == 1 else (1, *range(step, k + 1, step))
    return tuple(Tick(value=float(number), label=str(number)) for number in numbers)


def category_axis(names: Sequence[str], label: str = "") -> ChartAxis:
    """Rows 0, 1, ... from the top to the bottom, each with its name."""
    ticks = tuple(Tick(value=float(i), label=name) for i, name in enumerate(names))
    return ChartAxis(low=-0.7, high=len(names) - 0.3, ticks=ticks, label=label, reversed=True)
