"""Meta-regressions of very many sets of effects on one design, as a permutation test needs them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.numerics.wls import orthonormal_columns, weighted_least_squares
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.synthesis.tau2.estimators import estimate_tau2_of
from metasyn.vocabulary import Backend, Tau2Method

__all__ = ["REGRESSION_METHODS", "ManyRegressions", "fit_many_regression"]

Array = NDArray[np.float64]

REGRESSION_METHODS: tuple[Tau2Method, ...] = tuple(
    method for method in get_args(Tau2Method) if method in ("DL", "HE", "HS", "SJ", "PM", "EB", "ML", "REML")
)
"""Estimators of tau2 that are computed for many regressions at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManyRegressions:
    """One regression per set, read-only arrays in units of the data.

    Attributes
    ----------
    coefficients : ndarray of shape (n, p)
    covariance : ndarray of shape (n, p, p)
        Inverse of X'WX, W = 1/(v + tau2): without the Hartung-Knapp factor.
    tau2 : ndarray of shape (n,)
    rss : ndarray of shape (n,)
        Weighted residual sum of squares; over k - p it is the Hartung-Knapp factor.
    Q : ndarray of shape (n,)
        The same with weights 1/v: the test of residual heterogeneity.
    """

    coefficients: Array
    covariance: Array
    tau2: Array
    rss: Array
    Q: Array

    def __post_init__(self) -> None:
        for one in fields(self):
            getattr(self, one.name).flags.writeable = False


def fit_many_regression(
    yi: Array,
    vi: Array,
    X: Array,
    *,
    tau2_method: Tau2Method = "REML",
    tau2: float | None = None,
    backend: Backend = "numpy",
) -> ManyRegressions:
    """Regressions of n sets of effects on one design: tau2, coefficients and their covariance.

    To permute the rows of a design is to permute effects and variances, so that one design is enough.

    Parameters
    ----------
    yi, vi : ndarray of shape (n, k)
        Finite estimates and sampling **variances** above zero.
    X : ndarray of shape (k, p)
        Design of full column rank, p < k.
    tau2_method : str
        One of `REGRESSION_METHODS`.
    tau2 : float, optional
        A fixed between-study variance instead; 0 is the common-effect model.
    backend : {'numpy', 'compiled', 'auto'}
        As in `metasyn.synthesis.tau2.many.fit_many`.

    Returns
    -------
    ManyRegressions

    Raises
    ------
    OptionError
        If shapes do not fit, a value is not finite or a variance not above zero, or the estimator is not
        among those.
    NotEstimableError
        If the design is not of full column rank, or has as many columns as there are effects.

    References
    ----------
    Viechtbauer W. J Stat Softw 2010;36(3):1-48. 10.18637/jss.v036.i03 (the estimators with moderators)

    Examples
    --------
    >>> import numpy as np
    >>> X = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> found = fit_many_regression(np.array([[0.0, 1.2, 1.8, 3.0]]), np.full((1, 4), 0.1), X)
    >>> found.coefficients.round(3).tolist(), found.tau2.tolist()
    ([[0.06, 0.96]], [0.0])
    """
    yi, vi, X = (np.ascontiguousarray(values, dtype=float) for values in (yi, vi, X))
    _require(yi, vi, X, tau2_method, tau2)
    if chosen_backend(backend, yi.size) == "compiled":
        return _compiled(yi, vi, X, tau2_method, tau2)
    return _one_by_one(yi, vi, X, tau2_method, tau2)


def _require(yi: Array, vi: Array, X: Array, method: str, tau2: float | None) -> None:
    if yi.ndim != 2 or vi.shape != yi.shape or X.ndim != 2 or len(X) != yi.shape[1]:
        raise OptionError(
            f"yi and vi must have shape (n, k) and X (k, p); got {yi.shape}, {vi.shape} and {X.shape}."
        )
    if tau2 is None and method not in REGRESSION_METHODS:
        allowed = ", ".join(map(repr, REGRESSION_METHODS))
        raise OptionError(
            f"tau2_method={method!r} is not computed for many regressions; those that are: {allowed}."
        )
    if tau2 is not None and not 0 <= tau2 < np.inf:
        raise OptionError(f"tau2 must be a finite number >= 0; got {tau2!r}.")
    if not (np.isfinite(yi).all() and np.isfinite(vi).all() and (vi > 0).all()):
        raise OptionError("yi must be finite, and vi finite and above zero.")
    if X.shape[1] >= X.shape[0]:
        raise NotEstimableError(f"{X.shape[0]} effects are too few for {X.shape[1]} coefficients.")


def _compiled(yi: Array, vi: Array, X: Array, method: Tau2Method, tau2: float | None) -> ManyRegressions:
    from metasyn.numerics.compiled.regressions import fit

    n, p = len(yi), X.shape[1]
    basis = np.ascontiguousarray(orthonormal_columns(X))
    back = np.linalg.inv(basis.T @ X)
    found = fit(method if tau2 is None else "common", tau2 or 0.0, yi, vi, basis)
    if not (found[3] > 0).all():
        raise NotEstimableError("the equation of the estimator was not solved to full precision.")
    return ManyRegressions(
        coefficients=np.einsum("ij,jn->ni", back, found[4 : 4 + p]),
        covariance=np.einsum("ij,jkn,lk->nil", back, found[4 + p :].reshape(p, p, n), back),
        tau2=found[0],
        rss=found[1],
        Q=found[2],
    )


def _one_by_one(yi: Array, vi: Array, X: Array, method: Tau2Method, tau2: float | None) -> ManyRegressions:
    """By numpy, with the functions of a single regression."""
    n, p = len(yi), X.shape[1]
    t, rss, Q = np.empty(n), np.empty(n), np.empty(n)
    coefficients, covariance = np.empty((n, p)), np.empty((n, p, p))
    for i, (y, v) in enumerate(zip(yi, vi, strict=True)):
        problem = prepare(y, v, X)
        t[i] = estimate_tau2_of(problem, method).value if tau2 is None else tau2
        at = weighted_least_squares(X, y, 1.0 / (v + t[i]))
        coefficients[i], covariance[i], rss[i] = at.coefficients, at.unscaled_covariance, at.rss
        Q[i] = problem.rss_at_zero
    return ManyRegressions(coefficients=coefficients, covariance=covariance, tau2=t, rss=rss, Q=Q)
