"""The range of the effect of one proportion, and its standard error, that rounding allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Literal

import numpy as np

from metasyn.effects.hazard_ratio import quantile
from metasyn.effects.survival.hazard_ranges import FLATTEST_SURVIVAL
from metasyn.effects.survival.printed_range import EffectRange, Range, effect_range, hull
from metasyn.effects.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from metasyn.errors import OptionError
from metasyn.vocabulary import ProportionInterval, ProportionMeasure, ZeroCells, require_option

__all__ = ["count_range", "proportion_and_interval_range", "proportion_and_n_range", "table_range"]

_TWO_GROUPS = {"RR": log_risk_ratio, "OR": log_odds_ratio, "RD": risk_difference}

# Where the slope of one scale of proportions against that of another may turn.
_TURNING = (FLATTEST_SURVIVAL, math.exp(-1), 0.5)


def count_range(
    counts: Sequence[int], n: int, *, measure: ProportionMeasure = "PLO", add: float = 0.5
) -> EffectRange:
    """Of the effect of one proportion whose count is one of several that rounding allows.

    Exact: each count is tried.

    Parameters
    ----------
    counts : sequence of int
        Those a printed percentage can stand for, by `rounding.whole_number_counts`.
    n : int
        Participants.
    measure : {'PLO', 'PLN', 'PAS', 'PR'}
    add : float
        Added to events and non-events where a count is 0 or n, except for `PAS`.

    Raises
    ------
    OptionError
        If there is no count, or one does not lie between 0 and n.

    Examples
    --------
    >>> found = count_range((17, 18), 117)
    >>> round(found.yi.low, 4), round(found.yi.high, 4)
    (-1.772, -1.7047)
    """
    require_option("measure", measure, ProportionMeasure)
    if not counts or not all(0 <= k <= n for k in counts):
        raise OptionError(f"counts must lie between 0 and n = {n}; got {tuple(counts)!r}.")
    found = []
    for k in counts:
        extra = add if k in (0, n) and measure != "PAS" else 0.0
        found.append(_effect((k + extra) / (n + 2 * extra), n + 2 * extra, measure))
    yi, sei = zip(*found, strict=True)
    return EffectRange(yi=hull(yi, least=-math.inf), sei=hull(sei, least=0.0))


def table_range(
    counts_1: Sequence[int],
    n_1: int,
    counts_2: Sequence[int],
    n_2: int,
    *,
    measure: Literal["RR", "OR", "RD"],
    zero_cells: ZeroCells = "only0",
) -> EffectRange:
    """Of the effect of two groups whose counts are among several that rounding allows.

    Exact: each combination of counts is tried.

    Parameters
    ----------
    counts_1, counts_2 : sequence of int
        Those that the printed percentages can stand for, by `rounding.whole_number_counts`.
    n_1, n_2 : int
        Participants.
    measure : {'RR', 'OR', 'RD'}
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the cells of a table.

    Raises
    ------
    OptionError
        If there is no count, or one does not lie between 0 and n.

    Examples
    --------
    >>> found = table_range((17, 18), 117, (9,), 120, measure="RR")
    >>> round(found.yi.low, 4), round(found.yi.high, 4)
    (0.6613, 0.7185)
    """
    if measure not in _TWO_GROUPS:
        raise OptionError(f"measure must be one of {', '.join(map(repr, _TWO_GROUPS))}; got {measure!r}.")
    if not (counts_1 and counts_2):
        raise OptionError("counts_1 and counts_2 must not be empty.")
    first, second = zip(*product(counts_1, counts_2), strict=True)
    sizes = [n_1] * len(first), [n_2] * len(first)
    yi, vi = _TWO_GROUPS[measure](first, sizes[0], second, sizes[1], zero_cells=zero_cells)
    return EffectRange(yi=hull(yi.tolist(), least=-math.inf), sei=hull(np.sqrt(vi).tolist(), least=0.0))


def proportion_and_n_range(proportion: Range, n: Range, *, measure: ProportionMeasure = "PLO") -> EffectRange:
    """Of `timepoint.proportion_and_n`; the standard error of `PLO` and `PR` turns at one half.

    Examples
    --------
    >>> found = proportion_and_n_range(Range.printed(0.30, 2), Range.exact(100))
    >>> round(found.yi.low, 4), round(found.yi.high, 4)
    (-0.8712, -0.8236)
    """
    require_option("measure", measure, ProportionMeasure)
    figures = [proportion.within(0.0, 1.0), n.within(0.0, math.inf)]
    return effect_range(lambda p, nn: _effect(p, nn, measure), figures, [[0.5], []])


def proportion_and_interval_range(
    proportion: Range,
    low: Range,
    high: Range,
    *,
    level: float = 0.95,
    method: ProportionInterval = "log-log",
    measure: ProportionMeasure = "PLO",
) -> EffectRange:
    """Of `timepoint.proportion_and_n` with the `effective_n` of an interval.

    The standard error on the scale of the interval rises in its upper bound and falls in its
    lower; carried to the scale of the measure it is multiplied by a ratio of slopes, which turns
    at known proportions.

    Parameters
    ----------
    proportion, low, high : Range
        0 to 1.
    level : float
        As a proportion.
    method : {'plain', 'log', 'log-log', 'logit'}
        How the source made the interval.
    measure : {'PLO', 'PLN', 'PAS', 'PR'}

    Raises
    ------
    OptionError
        If an option is unknown, or `method` makes an interval without a standard error.

    Examples
    --------
    >>> printed = Range.printed(0.50, 2), Range.printed(0.40, 2), Range.printed(0.60, 2)
    >>> found = proportion_and_interval_range(*printed, method="plain", measure="PR")
    >>> round(found.sei.low, 4), round(found.sei.high, 4)
    (0.0485, 0.0536)
    """
    require_option("method", method, ProportionInterval)
    require_option("measure", measure, ProportionMeasure)
    if method in ("wilson", "clopper-pearson"):
        raise OptionError(f"method={method!r} makes an interval without a standard error.")
    z = quantile(level)

    def vertex(p: float, lo: float, hi: float) -> tuple[float, float]:
        width = max(0.0, _scale(hi, method) - _scale(lo, method)) / (2 * z)
        return _effect(p, 1.0, measure)[0], width * _slope(p, measure) / _slope(p, method)

    return effect_range(vertex, [x.within(0.0, 1.0) for x in (proportion, low, high)], [_TURNING, (), ()])


def _effect(p: float, n: float, measure: str) -> tuple[float, float]:
    """Estimate and standard error of a proportion, limits included."""
    spread = p * (1 - p)
    se = math.sqrt(spread / n) if n > 0 else math.inf
    if measure == "PAS":
        return math.asin(math.sqrt(p)), 0.5 / math.sqrt(n) if n > 0 else math.inf
    if measure == "PR":
        return p, se
    if measure == "PLN":
        return _ln(p), se / p if p > 0 else math.inf
    return _ln(p) - _ln(1 - p), se / spread if spread > 0 else math.inf


def _scale(p: float, method: str) -> float:
    """A bound on the scale its interval was made on, rising in the bound."""
    if method == "plain":
        return p
    if method == "log":
        return _ln(p)
    return -_ln(-_ln(p)) if method == "log-log" else _ln(p) - _ln(1 - p)


def _slope(p: float, scale: str) -> float:
    """Absolute slope of a scale; infinite at its ends."""
    spread = p * (1 - p)
    slopes = {
        "PLO": spread,
        "logit": spread,
        "PLN": p,
        "log": p,
        "PAS": 2 * math.sqrt(spread),
        "log-log": -p * math.log(p) if p > 0 else 0.0,
    }
    inverse = slopes.get(scale, 1.0)
    return 1 / inverse if inverse > 0 else math.inf


def _ln(x: float) -> float:
    """Natural logarithm with its limits."""
    return math.log(x) if x > 0 else -math.inf
