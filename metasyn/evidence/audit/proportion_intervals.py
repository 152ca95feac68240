"""Confidence intervals of one proportion by the methods that papers use, to tell which one was used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from scipy.special import betainc, betaincinv

from metasyn.numerics.tails import normal_quantile

__all__ = ["PLAIN_METHODS", "proportion_intervals"]

PLAIN_METHODS = ("Clopper-Pearson", "Wilson", "Wald", "Jeffreys")
"""The methods of most papers."""

Bounds = tuple[float, float]


@lru_cache(maxsize=4096)
def proportion_intervals(k: int, n: int, level: float, *, plain: bool = False) -> Mapping[str, Bounds]:
    """Intervals of k of n by method.

    Clopper-Pearson, Wilson (with and without continuity correction), Wald (likewise), Jeffreys,
    Agresti-Coull, mid-p, logit, arcsine, and the two log-transformed ones for a Kaplan-Meier estimate
    without censoring. Definitions as in Newcombe 1998 (10.1002/(SICI)1097-0258(19980430)17:8<857) and
    Brown, Cai & DasGupta 2001 (10.1214/ss/1009213286).

    Parameters
    ----------
    k, n : int
        Participants with the event, participants; 0 <= k <= n, n > 0.
    level : float
        A proportion.
    plain : bool
        Whether only those of `PLAIN_METHODS` are wanted.

    Returns
    -------
    mapping of str to (float, float)
        Bounds as proportions; those that cannot be computed are left out.

    Examples
    --------
    >>> low, high = proportion_intervals(8, 41, 0.95)["Clopper-Pearson"]
    >>> round(100 * low, 1), round(100 * high, 1)
    (8.8, 34.9)
    """
    z = normal_quantile(1 - level)
    p, tail = k / n, (1 - level) / 2
    half = z * math.sqrt(p * (1 - p) / n)
    found: dict[str, Bounds] = {
        "Clopper-Pearson": (
            float(betaincinv(k, n - k + 1, tail)) if k else 0.0,
            float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0,
        ),
        "Wilson": _wilson(p, n, z, 0.0),
        "Wald": _clipped(p - half, p + half),
        "Jeffreys": (
            float(betaincinv(k + 0.5, n - k + 0.5, tail)) if k else 0.0,
            float(betaincinv(k + 0.5, n - k + 0.5, 1 - tail)) if k < n else 1.0,
        ),
    }
    if not plain:
        found.update(_further(k, n, z, found["Jeffreys"], tail))
    return found


def _further(k: int, n: int, z: float, jeffreys: Bounds, tail: float) -> dict[str, Bounds]:
    """The intervals by less used methods."""
    p = k / n
    half = z * math.sqrt(p * (1 - p) / n)
    found: dict[str, Bounds] = {
        "Agresti-Coull": _agresti_coull(k, n, z),
        "Wilson with continuity correction": _wilson_corrected(k, n, z),
        "Wald with continuity correction": _clipped(p - half - 0.5 / n, p + half + 0.5 / n),
        "Wald, t distribution": _clipped(
            p - half * (1 + (z * z + 1) / (4 * n)), p + half * (1 + (z * z + 1) / (4 * n))
        ),
        "arcsine": _arcsine(p, n, z),
    }
    if 0 < k < n:
        found.update(_transformed(p, n, z))
        found["mid-p"] = _mid_p(k, n, jeffreys, tail)
    return found


def _clipped(low: float, high: float) -> Bounds:
    return max(low, 0.0), min(high, 1.0)


def _wilson(p: float, n: int, z: float, extra: float) -> Bounds:
    """Wilson's score interval."""
    centre, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return _clipped((centre - spread - extra) / scale, (centre + spread + extra) / scale)


def _wilson_corrected(k: int, n: int, z: float) -> Bounds:
    """Newcombe's method 4."""
    p, q = k / n, 1 - k / n
    bottom = 2 * (n + z * z)
    low = (2 * k + z * z - 1 - z * math.sqrt(max(z * z - 2 - 1 / n + 4 * p * (n * q + 1), 0.0))) / bottom
    high = (2 * k + z * z + 1 + z * math.sqrt(max(z * z + 2 - 1 / n + 4 * p * (n * q - 1), 0.0))) / bottom
    return (low if k else 0.0, high if k < n else 1.0)


def _agresti_coull(k: int, n: int, z: float) -> Bounds:
    """Wald after adding z^2/2 events and as many non-events."""
    m = n + z * z
    p = (k + z * z / 2) / m
    half = z * math.sqrt(p * (1 - p) / m)
    return _clipped(p - half, p + half)


def _arcsine(p: float, n: int, z: float) -> Bounds:
    """On the scale of the arcsine of the square root."""
    centre, half = math.asin(math.sqrt(p)), z / (2 * math.sqrt(n))
    low, high = max(centre - half, 0.0), min(centre + half, math.pi / 2)
    return math.sin(low) ** 2, math.sin(high) ** 2


def _transformed(p: float, n: int, z: float) -> dict[str, Bounds]:
    """On the logit, log and log-log scales."""
    logit, half = math.log(p / (1 - p)), z / math.sqrt(n * p * (1 - p))
    log_half = z * math.sqrt((1 - p) / (n * p))
    loglog_half = log_half / abs(math.log(p))
    return {
        "logit": (1 / (1 + math.exp(half - logit)), 1 / (1 + math.exp(-half - logit))),
        "log": (p * math.exp(-log_half), min(p * math.exp(log_half), 1.0)),
        "log-log": (p ** math.exp(loglog_half), p ** math.exp(-loglog_half)),
    }


def _mid_p(k: int, n: int, start: Bounds, tail: float) -> Bounds:
    """The mid-p interval: half of P(k) counts as more extreme. Newton steps from Jeffreys' bounds."""
    return _mid_bound(k, n, start[0], tail), _mid_bound(k, n, start[1], 1 - tail)


def _mid_bound(k: int, n: int, start: float, wanted: float) -> float:
    """The share at which P(X > k) + P(X = k) / 2 is as wanted."""
    bound = start
    log_choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    for _ in range(12):
        value = 0.5 * float(betainc(k, n - k + 1, bound) + betainc(k + 1, n - k, bound))
        log_slope = log_choose + (k - 1) * math.log(bound) + (n - k - 1) * math.log1p(-bound)
        slope = 0.5 * math.exp(log_slope) * (k * (1 - bound) + (n - k) * bound)
        step = (value - wanted) / slope if slope > 0 else 0.0
        bound = min(max(bound - step, bound / 2), (1 + bound) / 2)
        if abs(step) < 1e-10:
            break
    return bound
