"""The Mantel-Haenszel estimators and Peto's, from cells: a ratio of two sums, and its variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError

__all__ = ["Cells", "Pooled", "mh_odds_ratio", "mh_rate_difference", "mh_rate_ratio", "mh_risk_difference",
           "mh_risk_ratio", "peto_odds_ratio"]  # fmt: skip

_Array = NDArray[np.float64]

# Events and non-events (or person-time) of group 1, then of group 2; each of shape (m,).
Cells = tuple[_Array, _Array, _Array, _Array]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Estimate and variance on the analysis scale, and what each row adds to the denominator.

    `moves` says which rows add anything to estimate or variance at all.
    """

    estimate: float
    variance: float
    denominators: _Array
    moves: NDArray[np.bool_]


def mh_odds_ratio(cells: Cells) -> Pooled:
    """ln(sum a d / n) - ln(sum b c / n), with the variance of Robins, Breslow & Greenland (1986)."""
    a, b, c, d = cells
    n = a + b + c + d
    R, S = a * (d / n), b * (c / n)
    P, Q = (a + d) / n, (b + c) / n
    r, s = _sums(R, S, "odds ratio")
    variance = (P @ R / r / r + (P @ S + Q @ R) / r / s + Q @ S / s / s) / 2
    return Pooled(estimate=math.log(r / s), variance=float(variance), denominators=S, moves=(R > 0) | (S > 0))


def mh_risk_ratio(cells: Cells) -> Pooled:
    """ln(sum a n2 / n) - ln(sum c n1 / n), with the variance of Greenland & Robins (1985)."""
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    n = n1 + n2
    R, S = a * (n2 / n), c * (n1 / n)
    r, s = _sums(R, S, "risk ratio")
    # (n1 n2 (a + c) - a c n) / n² as a sum of positive terms.
    spread = (n1 / n) * a * (d / n) + (n2 / n) * c * (b / n)
    return Pooled(
        estimate=math.log(r / s),
        variance=float(spread.sum()) / r / s,
        denominators=S,
        moves=(R > 0) | (S > 0),
    )


def mh_risk_difference(cells: Cells) -> Pooled:
    """sum (a n2 - c n1) / n over sum n1 n2 / n, with the variance of Sato, Greenland & Robins (1989)."""
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    n = n1 + n2
    weights = n1 * (n2 / n)
    total = float(weights.sum())
    estimate = float((a * (d / n) - c * (b / n)).sum()) / total
    f1, f2 = n1 / n, n2 / n
    P = f1**2 * c - f2**2 * a + f1 * f2 * (n2 - n1) / 2
    Q = (a * (d / n) + c * (b / n)) / 2
    variance = (estimate * float(P.sum()) + float(Q.sum())) / total / total
    return Pooled(
        estimate=estimate, variance=variance, denominators=weights, moves=np.ones(a.size, dtype=bool)
    )


def mh_rate_ratio(cells: Cells) -> Pooled:
    """ln(sum x1 t2 / t) - ln(sum x2 t1 / t), with the variance of Greenland & Robins (1985)."""
    x1, t1, x2, t2 = cells
    t = t1 + t2
    R, S = x1 * (t2 / t), x2 * (t1 / t)
    r, s = _sums(R, S, "rate ratio")
    spread = (x1 + x2) * (t1 / t) * (t2 / t)
    return Pooled(
        estimate=math.log(r / s),
        variance=float(spread.sum()) / r / s,
        denominators=S,
        moves=(R > 0) | (S > 0),
    )


def mh_rate_difference(cells: Cells) -> Pooled:
    """sum (x1 t2 - x2 t1) / t over sum t1 t2 / t, with the variance of Greenland & Robins (1985)."""
    x1, t1, x2, t2 = cells
    t = t1 + t2
    weights = t1 * (t2 / t)
    total = float(weights.sum())
    estimate = float((x1 * (t2 / t) - x2 * (t1 / t)).sum()) / total
    spread = x1 * (t2 / t) ** 2 + x2 * (t1 / t) ** 2
    return Pooled(
        estimate=estimate,
        variance=float(spread.sum()) / total / total,
        denominators=weights,
        moves=np.ones(x1.size, dtype=bool),
    )


def peto_odds_ratio(cells: Cells) -> Pooled:
    """sum (O - E) over sum V, with variance 1 / sum V (Yusuf et al. 1985)."""
    a, b, c, d = cells
    n1, n2, cases, others = a + b, c + d, a + c, b + d
    n = n1 + n2
    V = (n1 / n) * (n2 / n) * cases * (others / (n - 1))
    total = float(V.sum())
    if not total > 0:
        raise NotEstimableError(
            "Peto's odds ratio is not defined: in no study did some, but not all, of them have the event."
        )
    excess = float((a * (d / n) - b * (c / n)).sum())
    return Pooled(estimate=excess / total, variance=1 / total, denominators=V, moves=V > 0)


def _sums(R: _Array, S: _Array, what: str) -> tuple[float, float]:
    """Numerator and denominator of a ratio, both above zero."""
    r, s = float(R.sum()), float(S.sum())
    if not (r > 0 and s > 0):
        empty = "the numerator" if s > 0 else "the denominator" if r > 0 else "both numerator and denominator"
        raise NotEstimableError(
            f"the Mantel-Haenszel {what} is not defined: {empty} of it is zero, because the studies have too "
            "few events. A difference (RD, IRD), an exact or a penalised method may be."
        )
    return r, s
