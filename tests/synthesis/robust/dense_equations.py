"""The defining equations of cluster-robust inference, written out with dense k x k matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Dense", "made_up"]


def power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a symmetric matrix; eigenvalues that are zero stay zero."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10 * values.max()
    raised = np.where(kept, np.where(kept, values, 1.0) ** exponent, 0.0)
    return (vectors * raised) @ vectors.T


@dataclass
class Dense:
    """Coefficients, robust covariance and degrees of freedom by Pustejovsky and Tipton (2018)."""

    y: np.ndarray
    X: np.ndarray
    F: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        self.W = np.linalg.inv(self.F)
        self.M = np.linalg.inv(self.X.T @ self.W @ self.X)
        self.b = self.M @ self.X.T @ self.W @ self.y
        self.rest = np.eye(self.y.size) - self.X @ self.M @ self.X.T @ self.W
        self.rows = [np.flatnonzero(self.labels == label) for label in np.unique(self.labels)]

    def makers(self, kind: str) -> list[np.ndarray]:
        """T_i with V = sum T_i y y' T_i', of shape (p, k)."""
        found = []
        for i in self.rows:
            F = self.F[np.ix_(i, i)]
            D = np.linalg.cholesky(F).T
            A = np.eye(i.size)
            if kind == "CR2":
                B = D @ self.rest[i] @ self.F @ self.rest[i].T @ D.T
                A = D.T @ power(B, -0.5) @ D
            found.append(self.M @ self.X[i].T @ self.W[np.ix_(i, i)] @ A @ self.rest[i])
        return found

    def factor(self, kind: str) -> float:
        m, k, p = len(self.rows), *self.X.shape
        return {"CR1": m / (m - 1), "CR1p": m / (m - p), "CR1S": m * (k - 1) / ((m - 1) * (k - p))}.get(
            kind, 1.0
        )

    def covariance(self, kind: str) -> np.ndarray:
        parts = [T @ self.y for T in self.makers(kind)]
        return self.factor(kind) * sum(np.outer(part, part) for part in parts)

    def expected(self, kind: str) -> np.ndarray:
        """The mean of the covariance if y has covariance F."""
        return self.factor(kind) * sum(T @ self.F @ T.T for T in self.makers(kind))

    def freedom(self, kind: str, C: np.ndarray) -> float:
        """eta: q (q + 1) over the total variance of the elements of the covariance, turned to identity."""
        makers = [C @ T for T in self.makers(kind)]
        turn = power(sum(T @ self.F @ T.T for T in makers), -0.5)
        turned = [turn @ T for T in makers]
        q, total = C.shape[0], 0.0
        for s in range(q):
            for t in range(q):
                for one in turned:
                    for two in turned:
                        total += (one[s] @ self.F @ two[t]) * (one[t] @ self.F @ two[s])
                        total += (one[s] @ self.F @ two[s]) * (one[t] @ self.F @ two[t])
        return q * (q + 1) / total

    def hotelling(self, kind: str, C: np.ndarray) -> tuple[float, float]:
        """F statistic and its second degrees of freedom."""
        q, eta = C.shape[0], self.freedom(kind, C)
        estimate = C @ self.b
        Q = estimate @ np.linalg.inv(C @ self.covariance(kind) @ C.T) @ estimate
        return float((eta - q + 1) / (eta * q) * Q), eta - q + 1


def made_up(seed: int, *, m: int = 8, k: int = 26, p: int = 3) -> Dense:
    """A set with clusters of several sizes, any covariance within them, and p columns."""
    rng = np.random.default_rng(seed)
    labels = np.r_[np.arange(m), rng.integers(0, m, k - m)]
    X = np.column_stack([np.ones(k), rng.normal(size=(k, p - 1))])
    if p > 2:
        X[:, 2] = labels % 2  # a column that does not change within clusters
    F = np.zeros((k, k))
    for label in range(m):
        rows = np.flatnonzero(labels == label)
        a = rng.normal(size=(rows.size, rows.size + 2))
        F[np.ix_(rows, rows)] = a @ a.T / 5 + 0.1 * np.eye(rows.size)
    return Dense(rng.normal(size=k), X, F, labels)
