"""Kendall's rank correlation against all orders of small sets."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest

from metasyn.errors import NotEstimableError
from metasyn.numerics.rank_correlation import kendall, kendall_lower_tail


def score(x: np.ndarray, y: np.ndarray) -> int:
    return int(sum(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in combinations(range(len(x)), 2)))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_exact_p_value_is_the_share_of_orders_at_least_as_far_out(n: int) -> None:
    x = np.arange(n, dtype=float)
    scores = np.array([score(x, np.array(order)) for order in permutations(range(n))])
    for order in list(permutations(range(n)))[:: max(1, n * n)]:
        found = kendall(x, np.array(order, dtype=float))
        s = score(x, np.array(order))
        assert found.score == s
        assert found.tau == pytest.approx(s / (n * (n - 1) / 2), rel=1e-14)
        share = min(1.0, 2 * min((scores >= s).mean(), (scores <= s).mean()))
        assert found.exact_pvalue == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1, 2, 2, 3, 4, 5], [2, 1, 3, 3, 3, 4]),
        ([1, 1, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6]),
        ([1, 1, 2, 2, 3, 3], [1, 1, 1, 2, 2, 2]),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_the_variance_of_the_score_is_that_over_all_orders(x: list[float], y: list[float]) -> None:
    a, b = np.array(x, dtype=float), np.array(y, dtype=float)
    scores = np.array([score(a, b[list(order)]) for order in permutations(range(6))])
    found = kendall(a, b)
    assert found.score_se == pytest.approx(scores.std(), rel=1e-12)
    assert (found.exact_pvalue is None) == (len(set(x)) < 6 or len(set(y)) < 6)


def test_the_lower_tail_of_many_values() -> None:
    """Half of the orders are below the middle, and the normal approximation is near for many values."""
    assert kendall_lower_tail(60 * 59 // 4, 60) == pytest.approx(0.5, abs=0.01)
    assert kendall_lower_tail(10**6, 60) == 1.0
    rng = np.random.default_rng(1)
    found = kendall(rng.normal(size=150), rng.normal(size=150))
    assert found.exact_pvalue == pytest.approx(found.normal_pvalue, abs=0.005)


def test_all_values_tied() -> None:
    with pytest.raises(NotEstimableError, match="values that differ"):
        kendall(np.ones(4), np.arange(4.0))
