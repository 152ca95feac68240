"""What rounding hides: a printed figure as the range it stands for, and what follows from ranges.

The range of an effect is exact where, between known turning points, the route rises or falls in
each figure while the others stand still: then its extremes lie where every figure is at an end of
its range or at a turning point. Each route states its turning points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from metasyn.effects.hazard_ratio import p_statistic
from metasyn.effects.rounding import decimals_of
from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import NotEstimable, require_whole

__all__ = ["EffectRange", "Range", "effect_range", "hull", "p_range"]

# The estimate and its standard error at one combination of figures.
Vertex = Callable[..., tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Range:
    """All values from `low` to `high`, both included; infinite where nothing bounds them.

    Raises
    ------
    OptionError
        If the ends are not ordered.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise OptionError(f"the ends of a range must be ordered; got {self.low!r} and {self.high!r}.")

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @classmethod
    def printed(cls, value: float, decimals: int) -> Range:
        """What a figure printed with so many decimals may have been, half a unit to either side.

        Both ends are included: sources round a tie up, or to the even digit. Where `value` shows
        more decimals than `decimals`, those it shows count.

        Examples
        --------
        >>> Range.printed(0.5, 1)
        Range(low=0.45, high=0.55)
        """
        require_whole("decimals", decimals, at_least=0)
        decimals = max(decimals, decimals_of(value))
        # In whole units the ends are exact to the last digit of double precision.
        units = round(value * 10**decimals)
        return cls((2 * units - 1) / (2 * 10**decimals), (2 * units + 1) / (2 * 10**decimals))

    @classmethod
    def exact(cls, value: float) -> Range:
        """A figure that is not rounded: a count, a level."""
        return cls(value, value)

    def within(self, low: float, high: float) -> Range:
        """The part between two bounds that the figure cannot pass.

        Raises
        ------
        OptionError
            If no part lies there.
        """
        return Range(max(self.low, low), min(self.high, high))


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRange:
    """The estimates and standard errors that the rounding of the printed figures allows.

    Each is the range of its own: not every pair of both is possible.

    Attributes
    ----------
    yi, sei : Range
        On the analysis scale; a standard error without upper bound is infinite.
    """

    yi: Range
    sei: Range

    @property
    def weight_factor(self) -> float:
        """By how much the weight 1 / sei² of the row may vary: the largest over the smallest."""
        if self.sei.low == self.sei.high:
            return 1.0
        return (self.sei.high / self.sei.low) ** 2 if self.sei.low > 0 else math.inf


def effect_range(
    vertex: Vertex, figures: Sequence[Range], turning: Sequence[Sequence[float]] = ()
) -> EffectRange:
    """The range of an effect over all combinations of figures in their ranges.

    Parameters
    ----------
    vertex : callable
        Figures to `(yi, sei)`, limits included: infinite where it grows without bound, NaN where
        it can be anything.
    figures : sequence of Range
        One for each argument.
    turning : sequence of sequence of float
        For each argument, where `yi` or `sei` turns from falling to rising in it or back, whatever
        the others are; empty for none.

    Examples
    --------
    >>> found = effect_range(lambda a, b: (a - b, a * a), [Range(-1, 2), Range(0, 1)], [[0.0], []])
    >>> found.yi, found.sei
    (Range(low=-2, high=2), Range(low=0.0, high=4))
    """
    points = turning or [()] * len(figures)
    places = [
        sorted({r.low, r.high, *(x for x in t if x in r)}) for r, t in zip(figures, points, strict=True)
    ]
    found = [vertex(*place) for place in product(*places)]
    yi = hull([y for y, _ in found], least=-math.inf)
    return EffectRange(yi=yi, sei=hull([s for _, s in found], least=0.0))


def p_range(p: PValue, decimals: int) -> Range | NotEstimable:
    """The absolute normal test statistics that a printed p value may stand for.

    An exact p is free to move by half a unit of its last digit; `p < 0.001` stands for every
    smaller one, `p > 0.05` for every larger one up to 1. One-sided values are doubled, see
    `p_statistic`.

    Parameters
    ----------
    p : PValue
        As printed.
    decimals : int
        Its printed decimals.

    Returns
    -------
    Range or NotEstimable
        Of z, from 0 to infinity; not estimable for a bare "not significant".

    Examples
    --------
    >>> z = p_range(PValue(value=0.05, sided="two"), 2)
    >>> round(z.low, 3), round(z.high, 3)
    (1.919, 2.005)
    >>> p_range(PValue(value=0.001, relation="<"), 3).low > 3.29
    True
    """
    if p.value is None:
        return NotEstimable("p is printed as not significant")
    if p.relation == "<":
        span = Range(0.0, p.value)
    elif p.relation == ">":
        span = Range(p.value, 1.0)
    else:
        span = Range.printed(p.value, decimals).within(0.0, 1.0)
    return Range(_z(span.high, p), _z(span.low, p))


def hull(values: Sequence[float], *, least: float) -> Range:
    """The least range that holds all values; from `least` up where one of them is undetermined (NaN).

    Examples
    --------
    >>> hull([0.2, 0.1, 0.4], least=0.0)
    Range(low=0.1, high=0.4)
    """
    if any(math.isnan(value) for value in values):
        return Range(least, math.inf)
    return Range(min(values), max(values))


def _z(value: float, p: PValue) -> float:
    """The statistic behind one value of p; infinite at 0, none left where the two-sided p is 1."""
    if value <= 0:
        return math.inf
    z = p_statistic(PValue(value=value, sided=p.sided))
    return 0.0 if isinstance(z, NotEstimable) else z
