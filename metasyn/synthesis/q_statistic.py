"""Cochran's Q, and I2 and H2 computed from it."""

from __future__ import annotations

import math

from metasyn.numerics.tails import normal_quantile
from metasyn.values import Interval, NotEstimable

__all__ = ["I2_and_H2_from_Q", "I2_and_H2_intervals_from_Q"]

_TOO_FEW = NotEstimable(
    "with one degree of freedom the Higgins-Thompson interval exists only where Q is above 2, the number "
    "of effects"
)


def I2_and_H2_from_Q(Q: float, df: int) -> tuple[float, float]:
    """I2 = max(0, (Q - df) / Q) and H2 = max(1, Q / df).

    Examples
    --------
    >>> I2_and_H2_from_Q(20.0, 5)
    (0.75, 4.0)
    """
    return (max(0.0, (Q - df) / Q) if Q > 0 else 0.0), max(1.0, Q / df)


def I2_and_H2_intervals_from_Q(
    Q: float, df: int, level: float
) -> tuple[Interval | NotEstimable, Interval | NotEstimable]:
    r"""Test-based intervals of Higgins and Thompson.

    exp(log H ± z SE) with k = df + 1 and

        SE = (log Q - log(k-1)) / (2 (sqrt(2Q) - sqrt(2k-3)))       if Q > k,
        SE = sqrt((1 - 1 / (3 (k-2)^2)) / (2 (k-2)))                if Q <= k,

    values of H below 1 being set to 1; I2 = 1 - 1/H^2.

    Parameters
    ----------
    Q : float
    df : int
        k - p.
    level : float

    Returns
    -------
    I2_ci, H2_ci : Interval or NotEstimable
        Not estimable for two effects with Q <= 2.

    References
    ----------
    Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Stat Med
    2002;21:1539-1558. 10.1002/sim.1186

    Examples
    --------
    >>> I2, H2 = I2_and_H2_intervals_from_Q(20.0, 5, 0.95)
    >>> round(I2.low, 4), round(I2.high, 4)
    (0.4339, 0.8896)
    """
    k = df + 1
    if k < Q:
        se = (math.log(Q) - math.log(df)) / (2 * (math.sqrt(2 * Q) - math.sqrt(2 * k - 3)))
    elif k > 2:
        se = math.sqrt((1 - 1 / (3 * (k - 2) ** 2)) / (2 * (k - 2)))
    else:
        return _TOO_FEW, _TOO_FEW
    log_H = 0.5 * math.log(max(1.0, Q / df))
    half = normal_quantile(1 - level) * se
    low, high = (max(1.0, math.exp(2 * (log_H + side * half))) for side in (-1, 1))
    return Interval(1 - 1 / low, 1 - 1 / high, level), Interval(low, high, level)
