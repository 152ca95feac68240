"""What iterative estimators and intervals of tau2 set to zero, written out with dense matrices.

Nothing is shared with the package. Used where R itself stops early.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

__all__ = ["RESIDUE", "chi2_sum_probability", "estimating_equation", "form_eigenvalues", "without_residue"]

Array = NDArray[np.float64]

# On the boundary R's iterations leave about 1e-13 in place of 0.
RESIDUE = 1e-11


def projection(w: Array, X: Array) -> Array:
    return np.diag(w) - (w[:, None] * X) @ np.linalg.solve(X.T @ (w[:, None] * X), X.T * w)


def estimating_equation(y: Array, v: Array, X: Array, method: str, t: float) -> float | None:
    """Relative to the size of its terms; positive below a solution, negative above.

    None for estimators in closed form.
    """
    w = 1 / (v + t)
    P = projection(w, X)
    if X.shape[1] == 1 and np.ptp(X) == 0:  # around the mean: P y loses digits where y is far from 0
        y = y - np.average(y, weights=w)
    Py, df = P @ y, len(y) - X.shape[1]
    if method in ("PM", "EB", "DLIT", "SJIT", "PMM"):
        target = 2 * gammaincinv(df / 2, 0.5) if method == "PMM" else df
        return float(y @ Py / target - 1)
    if method in ("ML", "REML"):
        return float(Py @ Py / (w.sum() if method == "ML" else np.trace(P)) - 1)
    return None


def without_residue(case: Mapping[str, Any], ours: float, at_zero: float | None) -> Mapping[str, Any]:
    """The case with an exact zero, where R's is about 1e-13 and the equation at 0 says zero."""
    expected = case["expected"]
    if ours == 0 and at_zero is not None and at_zero <= 0 and 0 < expected["tau2"] < RESIDUE:
        return {**case, "expected": {**expected, "tau2": 0.0, "tau": 0.0, "I2": 0.0, "H2": 1.0}}
    return case


def form_eigenvalues(a: Array, X: Array, s: Array) -> Array:
    """Weights of the chi-square variables whose sum y'Py is, P with weights a, for variances s."""
    root = np.sqrt(s)
    return np.linalg.eigvalsh(root[:, None] * projection(a, X) * root)[X.shape[1] :]


def chi2_sum_probability(weights: Array, q: float) -> float:
    """P(sum of weighted chi-square variables <= q) by Ruben's series of central chi-squares.

    All its terms are positive; the weights should be within a factor of about 100.
    Ruben H. Ann Math Stat 1962;33:542-570. 10.1214/aoms/1177704580
    """
    beta, m, n = float(weights.min()), weights.size, 20_000
    ratios = 1 - beta / weights
    c, g = np.zeros(n), np.zeros(n)
    c[0] = np.sqrt(np.prod(beta / weights))
    power, total, j = np.ones(m), c[0], 0
    while 1 - total > 1e-13 and j < n - 1:
        power = power * ratios
        g[j] = 0.5 * power.sum()
        j += 1
        c[j] = np.dot(g[:j][::-1], c[:j]) / j
        total += c[j]
    return float(np.dot(c[: j + 1], gammainc(m / 2 + np.arange(j + 1), q / beta / 2)))
