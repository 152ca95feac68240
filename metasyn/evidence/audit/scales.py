"""The scale on which an interval is symmetric, with the roundings of all three figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.evidence.audit.entry import Entry
    from metasyn.evidence.audit.printed import Printed

__all__ = ["Bounds", "is_centred", "lopsidedness", "scales_of", "triple_of"]

Bounds = tuple[float, float]


def _within(x: float) -> float:
    return min(max(x / 100, 1e-9), 1 - 1e-9)


# Beyond a bound of its range a figure stands at it: a percentage printed 0 may be 0.4.
_SCALES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "linear": lambda x: x,
        "log": lambda x: math.log(max(x, 1e-12)),
        "logit": lambda x: math.log(_within(x) / (1 - _within(x))),
        "log-log": lambda x: math.log(-math.log(_within(x))),
        "arcsine": lambda x: math.asin(math.sqrt(_within(x))),
        "fisher": lambda x: math.atanh(min(max(x, -1 + 1e-9), 1 - 1e-9)),
    }
)
_RATIO = ("log",)
_DIFFERENCE = ("linear",)
_PERCENT = ("linear", "logit", "log-log", "arcsine", "log")
_CORRELATION = ("fisher", "linear")
_LOGARITHMS = ("log HR", "log OR", "log RR", "log IRR")


def triple_of(entry: Entry) -> tuple[Printed, Printed, Printed] | None:
    """Lower bound, estimate (or percentage) and upper bound of a row, if all three are numbers."""
    estimate = entry.estimate if entry.estimate is not None else entry.percent
    low, high = entry.ci_low, entry.ci_high
    if estimate is None or low is None or high is None:
        return None
    return (low, estimate, high) if estimate.exact and low.exact and high.exact else None


def scales_of(entry: Entry) -> tuple[str, ...]:
    """The scales on which the interval of a row may be symmetric; several where the row does not tell."""
    positive = entry.ci_low is not None and entry.ci_low.high > 0
    return _scales_of(entry.statistic, entry.estimate is None or entry.unit == "percent", positive)


@lru_cache(maxsize=128)
def _scales_of(statistic: str, percent: bool, positive: bool) -> tuple[str, ...]:
    if statistic in ("HR", "OR", "RR", "IRR"):
        return _RATIO
    if statistic in ("RD", "MD", "SMD", "mean", *_LOGARITHMS):
        return _DIFFERENCE
    if statistic in ("COR", "ZCOR"):
        return _CORRELATION
    if statistic == "percent" or percent:
        return _PERCENT
    return ("log", "linear") if positive else _DIFFERENCE


def is_centred(low: Bounds, estimate: Bounds, high: Bounds, scale: str) -> bool:
    """Whether some roundings of the three put the estimate at the centre.

    Parameters
    ----------
    low, estimate, high : (float, float)
        What each may have been rounded from.
    scale : str
        `"linear"`, `"log"`, or for percentages `"logit"`, `"log-log"`, `"arcsine"`.

    Examples
    --------
    >>> is_centred((0.465, 0.475), (0.615, 0.625), (0.795, 0.805), "log")
    True
    >>> is_centred((0.465, 0.475), (0.615, 0.625), (0.795, 0.805), "linear")
    False
    """
    f = _SCALES[scale]
    first, last = sorted((2 * f(estimate[0]), 2 * f(estimate[1])))
    lower, upper = sorted((f(low[0]) + f(high[0]), f(low[1]) + f(high[1])))
    slack = 1e-9 * max(1.0, abs(first))
    return first <= upper + slack and lower <= last + slack


def lopsidedness(low: Bounds, estimate: Bounds, high: Bounds, scale: str) -> float:
    """How many times longer the longer side is at least, over all roundings; 1 if they can be equal.

    Examples
    --------
    >>> round(lopsidedness((1.5, 2.5), (11.5, 12.5), (14.5, 15.5), "linear"), 2)
    2.25
    """
    f = _SCALES[scale]
    flipped = f(low[0]) > f(high[1])
    left = sorted(abs(f(estimate[i]) - f(low[1 - i])) for i in (0, 1))
    right = sorted(abs(f(high[i]) - f(estimate[1 - i])) for i in (0, 1))
    if flipped:
        left, right = left, right
    if is_centred(low, estimate, high, scale):
        return 1.0
    shorter, longer = (left, right) if left[1] < right[0] or sum(left) < sum(right) else (right, left)
    return longer[0] / shorter[1] if shorter[1] > 0 else math.inf
