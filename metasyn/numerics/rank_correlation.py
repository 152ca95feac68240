"""Kendall's rank correlation, with the exact null distribution where there are no ties."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import normal_two_sided_p

__all__ = ["RankCorrelation", "kendall", "kendall_lower_tail"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCorrelation:
    """Kendall's tau and its test.

    Attributes
    ----------
    tau : float
        Tau-b.
    score : float
        Concordant minus discordant pairs.
    score_se : float
        Standard deviation of the score under independence, ties allowed for.
    z : float
        `score / score_se`, without continuity correction.
    normal_pvalue : float
        Two-sided, from `z`.
    exact_pvalue : float or None
        Two-sided, from the exact distribution; None where there are ties.
    """

    tau: float
    score: float
    score_se: float
    z: float
    normal_pvalue: float
    exact_pvalue: float | None


def kendall(x: Array, y: Array) -> RankCorrelation:
    r"""Kendall's tau-b, its normal test and, without ties, its exact test.

    The variance of the score with tied groups of sizes t in x and u in y is
    (v0 - vt - vu)/18 + v1 + v2 with v0 = n(n-1)(2n+5), vt = sum t(t-1)(2t+5),
    v1 = sum t(t-1) sum u(u-1) / (2n(n-1)) and
    v2 = sum t(t-1)(t-2) sum u(u-1)(u-2) / (9n(n-1)(n-2)).

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        n >= 2.

    Raises
    ------
    NotEstimableError
        If all values of `x`, or all of `y`, are tied.

    References
    ----------
    Kendall M, Gibbons JD. Rank Correlation Methods. 5th ed. Edward Arnold 1990.

    Examples
    --------
    >>> import numpy as np
    >>> found = kendall(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 4.0, 3.0]))
    >>> found.score, round(found.tau, 12), round(found.exact_pvalue, 12)
    (4.0, 0.666666666667, 0.333333333333)
    """
    n = x.size
    score = _score(x, y)
    t, u = _ties(x), _ties(y)
    pairs = n * (n - 1) / 2
    free_x, free_y = pairs - float((t * (t - 1)).sum()) / 2, pairs - float((u * (u - 1)).sum()) / 2
    if free_x <= 0 or free_y <= 0:
        raise NotEstimableError("a rank correlation needs values that differ; all of them are tied.")
    se = math.sqrt(_variance(n, t, u))
    z = score / se
    exact = None
    if t.max() == 1 and u.max() == 1:
        largest = n * (n - 1) // 2
        below = round((largest - abs(score)) / 2)
        exact = min(1.0, 2 * kendall_lower_tail(below, n))
    return RankCorrelation(
        tau=score / math.sqrt(free_x) / math.sqrt(free_y),
        score=score,
        score_se=se,
        z=z,
        normal_pvalue=normal_two_sided_p(z),
        exact_pvalue=exact,
    )


def kendall_lower_tail(q: int, n: int) -> float:
    """P(Q <= q), Q the number of discordant pairs of a random order of n values.

    The distribution of n values is that of n - 1 values convolved with a uniform on 0, ..., n - 1.

    Examples
    --------
    >>> round(kendall_lower_tail(1, 3), 12)
    0.5
    """
    if q >= n * (n - 1) // 2:
        return 1.0
    p = np.zeros(q + 1)
    p[0] = 1.0
    for m in range(2, n + 1):
        running = p.cumsum()
        running[m:] -= running[:-m].copy() if m <= q else 0.0
        p = running / m
    return float(p.sum())


def _score(x: Array, y: Array) -> float:
    """Sum over all pairs of sign(dx) sign(dy), one row of pairs at a time."""
    total = 0.0
    for i in range(1, x.size):
        total += float((np.sign(x[i] - x[:i]) * np.sign(y[i] - y[:i])).sum())
    return total


def _ties(values: Array) -> Array:
    """Sizes of the groups of equal values."""
    return np.unique(values, return_counts=True)[1].astype(float)


def _variance(n: int, t: Array, u: Array) -> float:
    def third(g: Array) -> float:
        return float((g * (g - 1) * (2 * g + 5)).sum())

    def pairs(g: Array) -> float:
        return float((g * (g - 1)).sum())

    def triples(g: Array) -> float:
        return float((g * (g - 1) * (g - 2)).sum())

    value = (n * (n - 1) * (2 * n + 5) - third(t) - third(u)) / 18
    value += pairs(t) * pairs(u) / (2 * n * (n - 1))
    if n > 2:
        value += triples(t) * triples(u) / (9 * n * (n - 1) * (n - 2))
    return value
