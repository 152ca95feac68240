"""The log-likelihood of a mixed model by its definition, on k x k matrices; shares no code with metasyn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["dense_log_likelihood", "marginal", "structured"]


def structured(structure: str, tau2: Sequence[float], rho: Sequence[float], m: int) -> np.ndarray:
    """The covariance of m outcomes from variances and correlations (column by column for UN)."""
    sd = np.sqrt(np.resize(np.asarray(tau2, float), m))
    correlation = np.eye(m)
    values = iter(np.resize(np.asarray(rho, float), m * (m - 1) // 2) if structure != "UN" else rho)
    for column in range(m):
        for row in range(column + 1, m):
            correlation[row, column] = correlation[column, row] = next(values)
    return correlation * np.outer(sd, sd)


def marginal(
    V: np.ndarray,
    levels: Mapping[str, Sequence[object]],
    sigma2: Sequence[float],
    outcomes: Sequence[object] | None = None,
    within: Sequence[object] | None = None,
    G: np.ndarray | None = None,
    order: Sequence[object] = (),
) -> np.ndarray:
    """V + Z D Z', element by element."""
    M, k = V.copy(), V.shape[0]
    for i in range(k):
        for j in range(k):
            same = True
            for column, variance in zip(levels.values(), sigma2, strict=True):
                same = same and column[i] == column[j]  # an inner group lies within its outer one
                if same:
                    M[i, j] += variance
            if outcomes is not None and within is not None and G is not None and within[i] == within[j]:
                M[i, j] += G[list(order).index(outcomes[i]), list(order).index(outcomes[j])]
    return M


def dense_log_likelihood(y: np.ndarray, X: np.ndarray, M: np.ndarray, *, restricted: bool) -> float:
    """ln of the normal density at the generalised least-squares coefficients, with the terms of REML."""
    (k, p), W = X.shape, np.linalg.inv(M)
    b = np.linalg.solve(X.T @ W @ X, X.T @ W @ y)
    r = y - X @ b
    value = -0.5 * (np.linalg.slogdet(M)[1] + float(r @ W @ r))
    if not restricted:
        return float(value - 0.5 * k * math.log(2 * math.pi))
    information = np.linalg.slogdet(X.T @ W @ X)[1] - np.linalg.slogdet(X.T @ X)[1]
    return float(value - 0.5 * information - 0.5 * (k - p) * math.log(2 * math.pi))
