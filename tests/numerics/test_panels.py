"""Adaptive panels, and the distributions they describe."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from metasyn.numerics.panels import _GAUSS, _NODES, _WEIGHTS, adaptive_panels

INTEGRANDS = {
    "normal": (lambda x: np.exp(-x * x / 2), (-12, 12, 5), math.sqrt(2 * math.pi)),
    "narrow": (lambda x: np.exp(-(((x - 0.3) / 1e-3) ** 2) / 2), (-1, 1, 9), math.sqrt(2 * math.pi) / 1e3),
    "two peaks": (
        lambda x: np.exp(-((x + 3) ** 2) * 50) + 2 * np.exp(-((x - 3) ** 2)),
        (-15, 15, 9),
        math.sqrt(math.pi / 50) + 2 * math.sqrt(math.pi),
    ),
    "Cauchy": (lambda x: 1 / (1 + x * x), (-50, 50, 4), 2 * math.atan(50)),
    "kink": (lambda x: np.exp(-np.abs(x - 0.1)), (-60, 60, 5), 2.0),
}


def test_the_rule_integrates_polynomials_exactly() -> None:
    for degree in range(23):
        exact = 0.0 if degree % 2 else 2 / (degree + 1)
        assert float(_WEIGHTS @ _NODES**degree) == pytest.approx(exact, abs=2e-14)
        if degree < 14:
            assert float(_GAUSS @ _NODES**degree) == pytest.approx(exact, abs=2e-14)


@pytest.mark.parametrize("name", INTEGRANDS)
def test_integrals_are_known(name: str) -> None:
    function, edges, exact = INTEGRANDS[name]
    found = adaptive_panels(lambda x: function(x)[None], np.linspace(*edges))
    assert found.converged
    assert found.total == pytest.approx(exact, rel=1e-12)


def test_moments_are_resolved_too() -> None:
    def functions(x: np.ndarray) -> np.ndarray:
        return np.stack([np.exp(-x), np.exp(-x) * x**6])

    found = adaptive_panels(functions, np.array([0.0, 1.0, 200.0]))
    assert float((found.weights * found.values * found.nodes**6).sum()) == pytest.approx(720.0, rel=1e-11)


def test_the_limit_of_rounds_is_reported() -> None:
    found = adaptive_panels(lambda x: (1 + np.sin(1e6 * x))[None], np.array([0.0, 1.0]))
    assert not found.converged


def test_distribution_function_and_quantiles() -> None:
    found = adaptive_panels(lambda x: stats.norm.pdf(x)[None], np.linspace(-12, 12, 7))
    x = np.linspace(-6, 6, 31)
    assert found.cdf(x) == pytest.approx(special.ndtr(x), abs=1e-12)
    p = np.array([1e-5, 1e-4, 0.025, 0.3, 0.5, 0.9, 0.999])
    assert found.quantile(p) == pytest.approx(special.ndtri(p), abs=1e-9)
    assert found.cdf(found.quantile(p)) == pytest.approx(p, abs=1e-14)
