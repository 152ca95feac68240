"""Weighted means and weighted least squares, without ever forming a k x k matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError

__all__ = ["WeightedFit", "inner", "orthonormal_columns", "weighted_least_squares", "weighted_mean"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedFit:
    """A weighted least squares fit.

    Attributes
    ----------
    coefficients : ndarray of shape (p,)
    unscaled_covariance : ndarray of shape (p, p)
        Inverse of X'WX: the covariance if the weights are inverse variances.
    residuals : ndarray of shape (k,)
    rss : float
        Weighted residual sum of squares.
    """

    coefficients: NDArray[np.float64]
    unscaled_covariance: NDArray[np.float64]
    residuals: NDArray[np.float64]
    rss: float


def inner(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Inner product that does not depend on where the arrays lie in memory.

    BLAS sums in another order from one alignment to the next; the last digit of a published number
    must not.

    Parameters
    ----------
    a, b : ndarray of shape (k,)

    Examples
    --------
    >>> import numpy as np
    >>> inner(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    return float(np.add.reduce(a * b))


def weighted_mean(y: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Weighted mean and sum of weights.

    The mean is taken around the value with the largest weight: exact for identical values, and
    accurate where one weight dwarfs the others.

    Parameters
    ----------
    y, weights : ndarray of shape (k,)
        Weights positive.

    Returns
    -------
    mean, total : float

    Examples
    --------
    >>> import numpy as np
    >>> weighted_mean(np.array([1.0, 4.0]), np.array([2.0, 1.0]))
    (2.0, 3.0)
    """
    total = float(np.add.reduce(weights))
    centre = float(y[weights.argmax()])
    return centre + inner(weights, y - centre) / total, total


def orthonormal_columns(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """An orthonormal basis of the column space.

    Parameters
    ----------
    X : ndarray of shape (k, p)

    Returns
    -------
    ndarray of shape (k, p)

    Raises
    ------
    NotEstimableError
        If the columns are linearly dependent, or more than rows.
    """
    k, p = X.shape
    if k >= p:
        # Columns on one scale first: rank must not depend on the units of a column.
        norms = np.sqrt(np.einsum("ij,ij->j", X, X))
        if norms.all():
            left, singular, _ = np.linalg.svd(X / norms, full_matrices=False)
            if singular[-1] > singular[0] * max(k, p) * np.finfo(float).eps:
                return np.ascontiguousarray(left)
    raise NotEstimableError(
        f"the design of {k} rows and {p} columns is not of full rank: its columns are linearly dependent."
    )


def weighted_least_squares(
    X: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]
) -> WeightedFit:
    """Weighted least squares through a QR decomposition of the weighted design.

    Parameters
    ----------
    X : ndarray of shape (k, p)
        Full column rank.
    y, weights : ndarray of shape (k,)
        Weights positive.

    Returns
    -------
    WeightedFit

    Raises
    ------
    NotEstimableError
        If `X` is not of full column rank.

    Examples
    --------
    >>> import numpy as np
    >>> fit = weighted_least_squares(np.ones((2, 1)), np.array([1.0, 4.0]), np.array([2.0, 1.0]))
    >>> round(float(fit.coefficients[0]), 12), round(fit.rss, 12)
    (2.0, 6.0)
    """
    orthonormal_columns(X)
    root = np.sqrt(weights)
    q, r = np.linalg.qr(X * root[:, None])
    inverse = np.linalg.inv(r)
    coefficients = inverse @ (q.T @ (root * y))
    residuals = y - X @ coefficients
    return WeightedFit(
        coefficients=coefficients,
        unscaled_covariance=inverse @ inverse.T,
        residuals=residuals,
        rss=inner(weights, residuals * residuals),
    )
