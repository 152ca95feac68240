"""Interval methods and tests of the audit against statsmodels and scipy, and against defining equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from metasyn.evidence.audit.group_tests import group_p_values, two_group_p_values
from metasyn.evidence.audit.proportion_intervals import proportion_intervals

COUNTS = [(0, 10), (1, 15), (7, 15), (8, 41), (13, 40), (30, 30), (120, 400)]


@pytest.mark.parametrize(("k", "n"), COUNTS)
@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("Clopper-Pearson", "beta"),
        ("Wilson", "wilson"),
        ("Wald", "normal"),
        ("Agresti-Coull", "agresti_coull"),
    ],
)
def test_intervals_against_statsmodels(k: int, n: int, name: str, method: str) -> None:
    from statsmodels.stats.proportion import proportion_confint

    for level in (0.9, 0.95):
        expected = proportion_confint(k, n, alpha=1 - level, method=method)
        assert proportion_intervals(k, n, level)[name] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("k", "n"), [(1, 15), (7, 15), (120, 400)])
def test_mid_p_solves_its_equation(k: int, n: int) -> None:
    low, high = proportion_intervals(k, n, 0.95)["mid-p"]
    at = stats.binom.pmf(k, n, low) / 2 + stats.binom.sf(k, n, low)
    above = stats.binom.pmf(k, n, high) / 2 + stats.binom.cdf(k - 1, n, high)
    assert (at, above) == pytest.approx((0.025, 0.025), abs=1e-6)


def test_intervals_as_published() -> None:
    # 81/263, Newcombe 1998, table I: Wilson with continuity correction 0.2535 to 0.3682.
    low, high = proportion_intervals(81, 263, 0.95)["Wilson with continuity correction"]
    assert (round(low, 4), round(high, 4)) == (0.2535, 0.3682)


TABLES = [(41, 269, 9, 133), (3, 20, 9, 20), (1, 12, 0, 30), (68, 162, 63, 169)]


@pytest.mark.parametrize("table", TABLES)
def test_two_groups_against_scipy(table: tuple[int, int, int, int]) -> None:
    a, n1, c, n2 = table
    cells = [[a, n1 - a], [c, n2 - c]]
    found = dict(two_group_p_values(*table))
    assert found["Fisher"] == pytest.approx(stats.fisher_exact(cells).pvalue, rel=1e-9)
    for name, corrected, power in (
        ("chi-square", False, "pearson"),
        ("chi-square with Yates's correction", True, "pearson"),
        ("likelihood ratio", False, "log-likelihood"),
    ):
        expected = stats.chi2_contingency(cells, correction=corrected, lambda_=power).pvalue
        assert found[name] == pytest.approx(expected, rel=1e-9)


def test_three_groups_against_scipy() -> None:
    cells = np.array([[30, 30], [16, 37], [34, 82]])
    found = dict(group_p_values([(30, 60), (16, 53), (34, 116)]))
    assert found["chi-square"] == pytest.approx(stats.chi2_contingency(cells).pvalue, rel=1e-9)
    assert round(found["chi-square"], 3) == 0.017


def test_wald_tests_are_their_ratios() -> None:
    found = dict(two_group_p_values(41, 269, 9, 133))
    log_or = math.log(41 * 124 / (228 * 9))
    z = log_or / math.sqrt(1 / 41 + 1 / 228 + 1 / 9 + 1 / 124)
    assert found["Wald, log OR"] == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)


def test_a_table_without_events_has_no_test() -> None:
    assert list(two_group_p_values(0, 10, 0, 12)) == []
    assert list(group_p_values([(0, 10), (0, 12), (0, 5)])) == []
