"""Linear models with given weights, and which columns of a design depend on which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.wls import inner

__all__ = ["LinearFit", "dependent_columns", "linear_fit", "residuals_from", "spans"]

Array = NDArray[np.float64]

_EPSILON = 2.0**-52
# A combination of unit columns this close to another column is that column, up to rounding.
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearFit:
    """A linear model fitted with weights a.

    Attributes
    ----------
    coefficients : ndarray of shape (p,)
    covariance : ndarray of shape (p, p)
        (X'AX)^-1 X'A M AX (X'AX)^-1, M the variances; (X'AX)^-1 where A is their inverse.
    residuals : ndarray of shape (k,)
    leverages : ndarray of shape (k,)
        Diagonal of X (X'AX)^-1 X'A.
    rss : float
        Residual sum of squares with inverse variances as weights.
    """

    coefficients: Array
    covariance: Array
    residuals: Array
    leverages: Array
    rss: float


def linear_fit(
    X: Array, y: Array, variances: Array, *, weights: Array | None = None, intercept: int | None = None
) -> LinearFit:
    """Least squares through a QR decomposition of the weighted rows, heaviest first.

    Parameters
    ----------
    X : ndarray of shape (k, p)
        Full column rank on the rows with weight.
    y, variances : ndarray of shape (k,)
        Values and their positive variances.
    weights : ndarray of shape (k,), optional
        >= 0; default the inverse variances.
    intercept : int, optional
        The column of ones, if there is one: `y` is then centred first, so that no digits are lost
        to a large offset.

    Returns
    -------
    LinearFit

    Raises
    ------
    NotEstimableError
        If the weighted columns are linearly dependent.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> fit = linear_fit(X, np.array([1.0, 2.0, 4.0]), np.ones(3))
    >>> fit.coefficients.round(12).tolist()
    [0.833333333333, 1.5]
    """
    a = 1.0 / variances if weights is None else weights
    centre = float(y[a.argmax()]) if intercept is not None else 0.0
    centred = y - centre
    root = np.sqrt(a / a.max())
    order = np.argsort(-root, kind="stable")
    weighted = X * root[:, None]
    size = np.sqrt(np.einsum("ij,ij->j", weighted, weighted))
    if not size.all():
        raise NotEstimableError("a column of the design is zero wherever there is weight.")
    q, r = np.linalg.qr(weighted[order] / size)
    diagonal = np.abs(np.diag(r))
    if diagonal.min() <= _EPSILON * max(X.shape):
        raise NotEstimableError("the weighted columns of the design are linearly dependent.")
    inverse = np.linalg.inv(r) / size[:, None]
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    q = q[back]
    coefficients = np.zeros(X.shape[1])
    residuals = centred
    for _ in range(2):  # the second pass corrects what rounding left of the first
        coefficients = coefficients + inverse @ (q.T @ (root * residuals))
        residuals = centred - X @ coefficients
    if intercept is not None:
        coefficients[intercept] += centre
    if weights is None:
        covariance = inverse @ inverse.T / a.max()
    else:
        spread = inverse @ (q * root[:, None]).T
        covariance = (spread * variances) @ spread.T
    return LinearFit(
        coefficients=coefficients,
        covariance=(covariance + covariance.T) / 2,
        residuals=residuals,
        leverages=np.einsum("ij,ij->i", q, q),
        rss=inner(residuals / variances, residuals),
    )


def residuals_from(basis: Array, y: Array) -> Array:
    """What is left of `y` outside the span of orthonormal columns; a second pass removes rounding."""
    for _ in range(2):
        y = y - basis @ (basis.T @ y)
    return y


def spans(basis: Array, columns: Array) -> bool:
    """Whether every column lies in the span of the orthonormal `basis`.

    Examples
    --------
    >>> import numpy as np
    >>> spans(np.eye(3)[:, :2], np.array([[1.0], [2.0], [0.0]]))
    True
    """
    size = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    unit = columns / np.where(size > 0, size, 1.0)
    return bool((np.abs(residuals_from(basis, unit)) < _SAME).all())


def dependent_columns(X: Array) -> list[tuple[int, tuple[int, ...]]]:
    """Columns that are a combination of columns before them, and of which.

    Parameters
    ----------
    X : ndarray of shape (k, p)

    Returns
    -------
    list of (int, tuple of int)
        A dependent column and the columns that give it; none for a column of zeros.

    Examples
    --------
    >>> import numpy as np
    >>> dependent_columns(np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]))
    [(2, (0, 1))]
    """
    size = np.sqrt(np.einsum("ij,ij->j", X, X))
    unit = X / np.where(size > 0, size, 1.0)
    found: list[tuple[int, tuple[int, ...]]] = []
    free: list[int] = []
    for j in range(X.shape[1]):
        given = np.linalg.lstsq(unit[:, free], unit[:, j], rcond=None)[0]
        rest = unit[:, j] - unit[:, free] @ given
        if float(np.sqrt(inner(rest, rest))) > _SAME:
            free.append(j)
        else:
            found.append((j, tuple(i for i, c in zip(free, given, strict=True) if abs(c) > _SAME)))
    return found
