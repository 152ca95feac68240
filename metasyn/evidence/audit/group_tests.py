"""P values of a table of groups by the tests that papers use, to tell whether a printed one can be theirs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from scipy.special import gammaln

from metasyn.numerics.tails import chi2_upper_p, normal_two_sided_p

__all__ = ["Counts", "crude_ratio", "group_p_values", "two_group_p_values"]

Counts = tuple[int, int]
# Exact tests go through every table with the same margins; with more of them they are chi-square tests.
_MOST_TABLES = 1_000_000


def group_p_values(groups: Sequence[Counts]) -> Iterator[tuple[str, float]]:
    """Name and two-sided p value of every common test of equal proportions.

    Parameters
    ----------
    groups : sequence of (int, int)
        Events and participants of two or more groups.

    Yields
    ------
    (str, float)
        The most used tests first, so that a search can stop early.

    Examples
    --------
    >>> dict(group_p_values([(41, 269), (9, 133)]))["chi-square"].__round__(4)
    0.0154
    """
    if len(groups) == 2:
        yield from two_group_p_values(*groups[0], *groups[1])
        return
    k = np.array([g[0] for g in groups], dtype=float)
    n = np.array([g[1] for g in groups], dtype=float)
    total, events = float(n.sum()), float(k.sum())
    if events in (0.0, total):
        return
    p = events / total
    yield "chi-square", chi2_upper_p(float((((k - n * p) ** 2) / (n * p * (1 - p))).sum()), len(groups) - 1)
    yield "likelihood ratio", chi2_upper_p(_g_statistic(k, n, p), len(groups) - 1)
    place = np.arange(len(groups), dtype=float)
    centre = float((n * place).sum()) / total
    spread = float((n * (place - centre) ** 2).sum())
    trend = float((k * (place - centre)).sum()) / math.sqrt(p * (1 - p) * spread)
    yield "trend", normal_two_sided_p(trend)


def two_group_p_values(a: int, n1: int, c: int, n2: int) -> Iterator[tuple[str, float]]:
    """The same for `a` of `n1` against `c` of `n2`.

    Chi-square (which is the pooled z test) plain, with Yates's correction and with N - 1 (the
    Mantel-Haenszel statistic, near the log-rank test), Fisher's exact test with the probabilities not
    above the observed, doubled, and its mid-p, unpooled z, likelihood ratio, Wald tests of log OR and
    log RR.
    """
    total, events = n1 + n2, a + c
    difference = abs(a / n1 - c / n2)
    if events in (0, total):
        return
    p = events / total
    sei = math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    z = difference / sei
    yield "chi-square", normal_two_sided_p(z)
    exact = min(events, total - events, n1, n2) < _MOST_TABLES
    if exact:
        fisher, mid, doubled = _fisher(a, n1, events, total)
        yield "Fisher", fisher
    corrected = max(difference - (1 / n1 + 1 / n2) / 2, 0.0) / sei
    yield "chi-square with Yates's correction", normal_two_sided_p(corrected)
    yield "chi-square, N - 1", normal_two_sided_p(z * math.sqrt((total - 1) / total))
    if exact:
        yield "Fisher, mid-p", mid
        yield "Fisher, doubled", doubled
    unpooled = a / n1 * (1 - a / n1) / n1 + c / n2 * (1 - c / n2) / n2
    if unpooled > 0:
        yield "z, unpooled", normal_two_sided_p(difference / math.sqrt(unpooled))
    k, n = np.array([a, c], dtype=float), np.array([n1, n2], dtype=float)
    yield "likelihood ratio", chi2_upper_p(_g_statistic(k, n, p), 1)
    if a > 0 and c > 0:
        log_rr = math.log(a / n1 * n2 / c)
        spread = 1 / a - 1 / n1 + 1 / c - 1 / n2
        if spread > 0:
            yield "Wald, log RR", normal_two_sided_p(log_rr / math.sqrt(spread))
    b, d = n1 - a, n2 - c
    if min(a, b, c, d) > 0:
        spread = 1 / a + 1 / b + 1 / c + 1 / d
        yield "Wald, log OR", normal_two_sided_p(math.log(a * d / (b * c)) / math.sqrt(spread))


def _g_statistic(k: np.ndarray, n: np.ndarray, p: float) -> float:
    """The likelihood-ratio statistic of equal proportions."""
    with np.errstate(divide="ignore", invalid="ignore"):
        events = np.where(k > 0, k * np.log(k / (n * p)), 0.0)
        others = np.where(k < n, (n - k) * np.log((n - k) / (n * (1 - p))), 0.0)
    return 2.0 * float((events + others).sum())


@lru_cache(maxsize=1 << 14)
def _fisher(a: int, n1: int, events: int, total: int) -> tuple[float, float, float]:
    """Fisher's exact test: two-sided, mid-p, and twice the smaller tail."""
    low, high = max(0, events - (total - n1)), min(events, n1)
    x = np.arange(low, high + 1)
    log_p = _log_choose(n1, x) + _log_choose(total - n1, events - x) - _log_choose(total, np.array([events]))
    p = np.exp(log_p)
    seen = p[a - low]
    two_sided = float(p[p <= seen * (1 + 1e-7)].sum())
    smaller = min(float(p[: a - low + 1].sum()), float(p[a - low :].sum()))
    return min(two_sided, 1.0), max(two_sided - float(seen) / 2, 0.0), min(2 * smaller, 1.0)


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def crude_ratio(statistic: str, table: Sequence[Counts]) -> tuple[float, float]:
    """Logarithm of the `"OR"` or `"RR"` of two groups, and its standard error."""
    (a, n1), (c, n2) = table
    b, d = n1 - a, n2 - c
    if statistic == "OR":
        return math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.log(a * n2 / (c * n1)), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)
