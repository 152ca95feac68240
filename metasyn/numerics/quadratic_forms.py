"""Weighted residual sums of squares of independent normal values: moments and distribution.

Q = y'Py with P = A - AX(X'AX)^-1 X'A for any fixed weights A; y has mean Xb and variances s.
Nothing of size k x k is formed and no eigenvalue is computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.roots import bracketed_root
from metasyn.numerics.wls import inner, orthonormal_columns

__all__ = ["ResidualForm", "lower_probability", "residual_form", "squared_trace_of_mean"]

Array = NDArray[np.float64]

# The contour of integration: slope of its asymptotes, spacing of the nodes, and how far down from
# its largest value the integrand is followed.
_SLOPE = math.tan(math.radians(25.0))
_SPACING = 0.07
_NEGLIGIBLE = 1e-18
_BLOCK = 32
_MAX_BLOCKS = 64
_total = np.add.reduce


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualForm:
    """A weighted residual sum of squares, as a function of the data and of their variances.

    Attributes
    ----------
    a : ndarray of shape (m,)
        Positive weights, the largest 1.
    basis : ndarray of shape (m, p)
        Orthonormal columns of the weighted design sqrt(a) X.
    left : ndarray of shape (m,)
        1 minus the leverages.
    rows : ndarray of shape (m,)
        The rows whose weight is not zero.
    """

    a: Array
    basis: Array
    left: Array
    rows: NDArray[np.intp]

    @property
    def rank(self) -> int:
        """Degrees of freedom of the form."""
        m, p = self.basis.shape
        return int(m - p)

    def value(self, y: Array) -> float:
        """The form at y, shape (k,)."""
        z = np.sqrt(self.a) * y[self.rows]
        for _ in range(2):  # the second pass removes what rounding left of the first
            z = z - self.basis @ (self.basis.T @ z)
        return inner(z, z)

    def mean(self, s: Array) -> float:
        """Expected value for variances s, shape (k,): the trace of P diag(s)."""
        return inner(self.a * s[self.rows], self.left)

    def variance(self, s: Array) -> float:
        """Variance for normal values with variances s: twice the trace of (P diag(s))^2."""
        d = self.a * s[self.rows]
        if self.basis.shape[1] == 1:
            # Sums of positive terms: the identity below would cancel where one weight dominates.
            h = np.square(self.basis[:, 0]) * d
            return 2 * (inner(self.left * d, self.left * d) + 2 * inner(h[1:], h.cumsum()[:-1]))
        crossed = self.basis.T @ (self.basis * d[:, None])
        own, h = d * self.left, d * np.square(self.basis).sum(axis=1)
        # What is off the diagonal cannot be negative: rounding alone makes it so.
        return 2 * (inner(own, own) + max(0.0, float(np.square(crossed).sum()) - inner(h, h)))


def residual_form(a: Array, design: Array | None) -> ResidualForm:
    """The residual sum of squares with weights a.

    Parameters
    ----------
    a : ndarray of shape (k,)
        Weights >= 0, at least one of them positive; only their proportions matter to the
        distribution, and they are divided by the largest.
    design : ndarray of shape (k, p) or None
        Columns of the design; None for a mean.

    Raises
    ------
    NotEstimableError
        If the rows with positive weight leave the design short of full rank.

    Examples
    --------
    >>> import numpy as np
    >>> form = residual_form(np.ones(3), None)
    >>> form.rank, round(form.value(np.array([1.0, 2.0, 6.0])), 12), form.mean(np.ones(3))
    (2, 14.0, 2.0)
    """
    rows = np.flatnonzero(a > 0)
    a = a[rows] / float(a.max())
    root = np.sqrt(a)
    if design is None:
        total = float(a.sum())
        left = _all_but_own(a, total) / total
        return ResidualForm(a=a, basis=(root / math.sqrt(total))[:, None], left=left, rows=rows)
    basis = orthonormal_columns(root[:, None] * design[rows])
    left = 1 - np.einsum("ij,ij->i", basis, basis)
    return ResidualForm(a=a, basis=basis, left=np.maximum(left, 0.0), rows=rows)


def squared_trace_of_mean(w: Array) -> float:
    """The trace of PP for a mean with weights w: `variance` with P and all variances 1, over 2.

    Examples
    --------
    >>> import numpy as np
    >>> squared_trace_of_mean(np.array([1.0, 1.0, 1.0]))
    2.0
    """
    total = float(_total(w))
    square = w * w
    if float(np.maximum.reduce(w)) <= total / 2:
        second = float(_total(square)) / total
        return float(_total(square)) - 2 * float(_total(square * w)) / total + second * second
    # Sums of positive terms: the three above would cancel where one weight dominates.
    own = w * _all_but_own(w, total)
    pairs = float(_total(square[1:] * np.add.accumulate(square)[:-1]))
    return (float(_total(own * own)) + 2 * pairs) / (total * total)


def _all_but_own(w: Array, total: float) -> Array:
    """The sum of all weights but one, for every one; only that of the largest could cancel."""
    left = total - w
    largest = int(w.argmax())
    left[largest] = float(_total(w[:largest])) + float(_total(w[largest + 1 :]))
    return left


def lower_probability(form: ResidualForm, s: Array, q: float) -> float:
    r"""P(Q <= q) for independent normal values with variances s.

    Q is a sum of chi-square variables with positive weights. Its Laplace transform needs no
    eigenvalues: with d = a s and U the orthonormal columns of sqrt(a) X,

        L(p) = prod (1 + 2 p d)^(-1/2) det(U' diag(1/(1 + 2 p d)) U)^(-1/2),

    and P = (1 / 2 pi i) int exp(p q) L(p) / p dp, taken along a hyperbola through the saddle point
    on the real axis: its asymptotes fall away from every singularity, the integrand falls off
    double exponentially and has no oscillation to cancel, and the trapezoidal rule converges
    exponentially. Small probabilities keep their relative accuracy.

    Parameters
    ----------
    form : ResidualForm
    s : ndarray of shape (k,)
        Positive variances.
    q : float

    Returns
    -------
    float

    References
    ----------
    Imhof JP. Computing the distribution of quadratic forms in normal variables. Biometrika
    1961;48:419-426. 10.1093/biomet/48.3-4.419
    Weideman JAC, Trefethen LN. Parabolic and hyperbolic contours for computing the Bromwich
    integral. Math Comp 2007;76:1341-1356. 10.1090/S0025-5718-07-01945-X

    Examples
    --------
    The chi-square distribution with two degrees of freedom:

    >>> import numpy as np
    >>> form = residual_form(np.ones(3), None)
    >>> round(lower_probability(form, np.ones(3), 2.0), 12), round(1 - math.exp(-1.0), 12)
    (0.632120558829, 0.632120558829)
    """
    if q <= 0:
        return 0.0
    d = form.a * s[form.rows] / q  # in units of q: the argument of the transform is p q
    saddle, curvature = _saddle(form, d)
    width = 1 / math.sqrt(curvature)
    top = float(_log_integrand(form, d, np.array([saddle + 0j]))[0].real)
    total, largest = 0.0, 0.0
    for block in range(_MAX_BLOCKS):
        u = _SPACING * (np.arange(_BLOCK) + block * _BLOCK)
        p = saddle + width * (_SLOPE * (1 - np.cosh(u)) + 1j * np.sinh(u))
        step = width * (-_SLOPE * np.sinh(u) + 1j * np.cosh(u))
        terms = np.exp(_log_integrand(form, d, p) - top) * step
        if block == 0:
            terms[0] *= 0.5
        total += float(terms.sum().imag)
        largest = max(largest, float(np.abs(terms).max()))
        if float(np.abs(terms[-2:]).max()) <= _NEGLIGIBLE * largest:
            break
    return min(1.0, math.exp(top) * total * _SPACING / math.pi)


def _log_integrand(form: ResidualForm, d: Array, p: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """p + log L(p) - log p, shape (n,): every logarithm on its own branch, which is continuous."""
    shifted = 1 + 2 * p[:, None] * d
    products = form.basis[:, :, None] * form.basis[:, None, :]
    size = form.basis.shape[1]
    crossed = ((1 / shifted) @ products.reshape(d.size, size * size)).reshape(-1, size, size)
    # The eigenvalues stay in the lower half plane where p is in the upper one.
    own = crossed[:, 0, 0:1] if size == 1 else np.linalg.eigvals(crossed)
    logs: NDArray[np.complex128] = -0.5 * (np.log(shifted).sum(axis=1) + np.log(own).sum(axis=1))
    return p + logs - np.log(p)


def _saddle(form: ResidualForm, d: Array) -> tuple[float, float]:
    """Where exp(p) L(p) / p is smallest for p > 0, and the curvature of its logarithm there.

    The derivative times p is increasing, negative up to 1 and positive from 1 + rank / 2 on.
    """

    def slope(p: float) -> float:
        c = 1 / (1 + 2 * p * d)
        weighted = form.basis * c[:, None]
        inverse = np.linalg.inv(form.basis.T @ weighted)
        falls = inner(d, c) - float(np.einsum("ij,ji->", inverse, weighted.T @ (weighted * d[:, None])))
        return p - p * falls - 1

    saddle = bracketed_root(slope, 1.0, 1.01 * (1 + form.rank / 2), rtol=1e-3).root
    nearby = saddle * 1.001
    curvature = (slope(nearby) - slope(saddle)) / (nearby - saddle) / saddle
    return saddle, max(curvature, 1 / saddle**2)
