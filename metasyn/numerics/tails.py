"""Two-sided tail probabilities and quantiles that keep their digits far out in the tail."""

from __future__ import annotations

import math
from functools import lru_cache

from scipy.special import betainc, betaincinv, chdtrc, gammainccinv, ndtr, ndtri

__all__ = [
    "chi2_quantile",
    "chi2_upper_p",
    "normal_quantile",
    "normal_two_sided_p",
    "t_quantile",
    "t_two_sided_p",
    "two_sided_p",
    "two_sided_quantile",
]


def normal_two_sided_p(z: float) -> float:
    """P(|Z| >= |z|) of the standard normal, as twice the survival function.

    Examples
    --------
    >>> normal_two_sided_p(1.959963984540054)
    0.05
    >>> normal_two_sided_p(30.0) > 0
    True
    """
    return 2.0 * float(ndtr(-abs(z)))


@lru_cache(maxsize=1024)
def normal_quantile(tail: float) -> float:
    """The z > 0 that is exceeded in absolute value with probability `tail`.

    Examples
    --------
    >>> round(normal_quantile(0.05), 12)
    1.95996398454
    """
    return -float(ndtri(tail / 2))


def t_two_sided_p(t: float, df: float) -> float:
    """P(|T| >= |t|) of Student's t, from the incomplete beta function.

    Examples
    --------
    >>> round(t_two_sided_p(12.706204736174698, 1), 12)
    0.05
    """
    if math.isinf(t):
        return 0.0
    if abs(t) < 1:  # the share of t^2 has the digits, and p is not small
        return 1.0 - float(betainc(0.5, df / 2, t * t / (df + t * t)))
    return float(betainc(df / 2, 0.5, df / (df + t * t)))


@lru_cache(maxsize=1024)
def t_quantile(tail: float, df: float) -> float:
    """The t > 0 that is exceeded in absolute value with probability `tail`.

    Examples
    --------
    >>> round(t_quantile(0.05, 12), 12)
    2.178812829667
    """
    # Whichever end of the beta variable is small is the one that is solved for: no cancellation.
    if tail < 0.5:
        x = float(betaincinv(df / 2, 0.5, tail))
        return math.sqrt(df * (1 - x) / x)
    x = float(betaincinv(0.5, df / 2, 1 - tail))
    return math.sqrt(df * x / (1 - x))


def two_sided_p(statistic: float, df: float) -> float:
    """Two-sided p value of a t statistic; `df = inf` is the normal."""
    return normal_two_sided_p(statistic) if math.isinf(df) else t_two_sided_p(statistic, df)


def two_sided_quantile(tail: float, df: float) -> float:
    """Two-sided quantile of t; `df = inf` is the normal."""
    return normal_quantile(tail) if math.isinf(df) else t_quantile(tail, df)


def chi2_upper_p(x: float, df: float) -> float:
    """P(X >= x) of the chi-square distribution.

    Examples
    --------
    >>> round(chi2_upper_p(3.841458820694124, 1), 12)
    0.05
    """
    return float(chdtrc(df, x))


@lru_cache(maxsize=1024)
def chi2_quantile(upper: float, df: float) -> float:
    """The x that is exceeded with probability `upper`.

    Examples
    --------
    >>> round(chi2_quantile(0.05, 1), 12)
    3.841458820694
    """
    return 2.0 * float(gammainccinv(df / 2, upper))
