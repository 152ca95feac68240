"""Chi-square tests on stratified tables: association given the strata, and homogeneity across them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.counts.estimators import Cells
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.values import NotEstimable

__all__ = ["association_tests", "homogeneity_tests", "rate_association_test"]

_Array = NDArray[np.float64]
_Test = ChiSquaredTest | NotEstimable


def association_tests(cells: Cells, *, correct: bool) -> tuple[_Test, _Test]:
    """Mantel-Haenszel's (variance with n - 1) and Cochran's (with n) test of no association.

    The continuity correction takes 1/2 from |sum (O - E)|, and no more than there is.
    """
    a, b, c, d = cells
    n1, n2, cases, others = a + b, c + d, a + c, b + d
    n = n1 + n2
    excess = float((a * (d / n) - b * (c / n)).sum())
    spread = (n1 / n) * (n2 / n) * cases * others
    inside = spread > 0
    mantel_haenszel = float((spread[inside] / (n[inside] - 1)).sum())
    cochran = float((spread[inside] / n[inside]).sum())
    return _one_df(excess, mantel_haenszel, correct), _one_df(excess, cochran, correct)


def rate_association_test(cells: Cells, *, correct: bool) -> _Test:
    """Mantel-Haenszel test of equal rates: binomial variance of x1 given all events of each study."""
    x1, t1, x2, t2 = cells
    t = t1 + t2
    excess = float((x1 * (t2 / t) - x2 * (t1 / t)).sum())
    return _one_df(excess, float(((x1 + x2) * (t1 / t) * (t2 / t)).sum()), correct)


def homogeneity_tests(cells: Cells, log_odds_ratio: float) -> tuple[_Test, _Test, int]:
    """Breslow-Day test of one odds ratio, the same with Tarone's correction, and how many tables bear on it.

    Each table with some but not all events is compared with the table of the same margins that has the
    pooled odds ratio exactly (Breslow & Day 1980; Tarone 1985, 10.1093/biomet/72.1.91).
    """
    a, b, c, d = cells
    bears = (a + c > 0) & (b + d > 0)
    k = int(bears.sum())
    if k < 2:
        reason = NotEstimable("fewer than two studies in which some, but not all, participants had the event")
        return reason, reason, k
    a, n1, n2 = a[bears], (a + b)[bears], (c + d)[bears]
    cases, others = (a + c[bears]), (b + d)[bears]
    expected = _expected_cell(n1, n2, cases, log_odds_ratio)
    variance = 1 / (
        1 / expected
        + 1 / _expected_cell(n1, n2, others, -log_odds_ratio)
        + 1 / _expected_cell(n2, n1, cases, -log_odds_ratio)
        + 1 / _expected_cell(n2, n1, others, log_odds_ratio)
    )
    excess = a - expected
    breslow_day = float((excess**2 / variance).sum())
    tarone = max(breslow_day - float(excess.sum()) ** 2 / float(variance.sum()), 0.0)
    return _test(breslow_day, k - 1), _test(tarone, k - 1), k


def _expected_cell(n1: _Array, n2: _Array, column: _Array, log_odds_ratio: float) -> _Array:
    """Cell of row 1 and of the column with this total, given both rows and the odds ratio.

    The root x of x (n2 - column + x) = OR (n1 - x) (column - x) between the bounds of the margins.
    """
    ratio = math.exp(log_odds_ratio)
    # (1 - OR) x² + B x - OR n1 column = 0; the form of the root that does not cancel.
    B = ratio * (n1 + column) + (n2 - column)
    product = ratio * n1 * column
    root = np.sqrt(np.maximum(B * B + 4 * (1 - ratio) * product, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(B >= 0, 2 * product / (B + root), (root - B) / (2 * (1 - ratio)))


def _one_df(excess: float, variance: float, correct: bool) -> _Test:
    """excess² / variance with one degree of freedom, after the continuity correction."""
    if not variance > 0:
        return NotEstimable("no study in which some, but not all, had the event")
    size = max(abs(excess) - 0.5, 0.0) if correct else abs(excess)
    return _test(size * size / variance, 1)


def _test(statistic: float, df: int) -> ChiSquaredTest:
    """A statistic with its p value."""
    return ChiSquaredTest(statistic=statistic, df=df, pvalue=chi2_upper_p(statistic, df))
