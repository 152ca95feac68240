"""Estimates of tau2 and the mean for very many sets of effects at once, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.numerics.stacked import (
    StackedProblem,
    prepare_stacked,
    rss_and_trace_stacked,
    solve_weighted_rss_stacked,
    weighted_means,
)
from metasyn.numerics.stacked_likelihood import maximise_stacked
from metasyn.numerics.tails import chi2_quantile
from metasyn.synthesis.tau2.backends import chosen_backend, fit_compiled
from metasyn.synthesis.tau2.estimators import estimate_tau2_of
from metasyn.synthesis.tau2.many_fits import ManyFits, joined
from metasyn.synthesis.tau2.weights import checked_weights
from metasyn.vocabulary import Backend, Tau2Method, require_option

__all__ = ["ManyFits", "fit_many"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Elements of one block of sets x effects.
_BLOCK = 2**17
_GENERALISED_Q = "generalised Q equation"


def fit_many(
    yi: Array,
    vi: Array,
    present: Flags | None = None,
    *,
    tau2_method: Tau2Method = "REML",
    tau2: float | None = None,
    weights: Array | None = None,
    strict: bool = True,
    backend: Backend = "numpy",
) -> ManyFits:
    """The random-effects mean of many sets of effects.

    The same definitions and the same precision as `metasyn.synthesis.tau2.estimate_tau2` and
    `metasyn.synthesis.mean.fit_mean`, for all sets together. No set depends on its companions.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,) or (n, k)
        Estimates and sampling **variances**, finite and above zero where present. Of shape (k,)
        every set draws on the same effects.
    present : ndarray of bool, shape (n, k), optional
        Which effects each set has, one at least; default all.
    tau2_method : str
        Estimator of the between-study variance.
    tau2 : float, optional
        A fixed between-study variance instead; 0 is the common-effect model.
    weights : ndarray of shape (k,), optional
        Of GENQ and GENQM, which need them. These two are solved one set after the other.
    strict : bool
        Whether a set whose equation was not solved is an error; else `converged` says so.
    backend : {'numpy', 'compiled', 'auto'}
        What computes: arrays, or compiled code, which needs numba and agrees to some 12 digits; "auto"
        takes the latter where numba is installed and there is enough to do (`chosen_backend`). GENQ and
        GENQM are computed by numpy always.

    Returns
    -------
    ManyFits

    Raises
    ------
    OptionError
        If the method is unknown, its weights are missing, shapes do not fit, a set is empty, or a
        value that is present is not finite or a variance not above zero, or the compiled code is asked for
        and numba is not installed.
    NotEstimableError
        If an equation was not solved to full precision.

    Examples
    --------
    Three trials, and each pair of them:

    >>> import numpy as np
    >>> yi, vi = np.array([-0.60, -0.22, 0.05]), np.array([0.04, 0.0225, 0.0625])
    >>> present = np.array([[1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0]], dtype=bool)
    >>> fits = fit_many(yi, vi, present, tau2_method="DL")
    >>> fits.tau2.round(4).tolist(), fits.estimate.round(3).tolist()
    ([0.0473, 0.0, 0.16, 0.041], [-0.274, -0.149, -0.292, -0.387])
    """
    yi, vi = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    present = _which(yi, vi, present)
    _require_options(tau2_method, tau2, weights, present.shape[1])
    if chosen_backend(backend, present.size) == "compiled" and weights is None:
        fits = fit_compiled(yi, vi, present, method=tau2_method, tau2=tau2)
    else:
        fits = _fit_blocks(yi, vi, present, tau2_method, tau2, weights)
    if strict and not fits.converged.all():
        equation = "score equation of the likelihood" if tau2_method in ("REML", "ML") else _GENERALISED_Q
        raise NotEstimableError(f"the {equation} was not solved to full precision.")
    return fits


def _fit_blocks(
    yi: Array, vi: Array, present: Flags, method: Tau2Method, tau2: float | None, weights: Array | None
) -> ManyFits:
    parts = []
    for rows in _blocks(present):
        y, v = (values if values.ndim == 1 else values[rows] for values in (yi, vi))
        parts.append(_fit(y, v, present[rows], method, tau2, weights))
    return parts[0] if len(parts) == 1 else joined(parts)


def _which(yi: Array, vi: Array, present: Flags | None) -> Flags:
    """Which effect is in which set, shape (n, k), checked against the data."""
    if present is None:
        present = np.ones(np.atleast_2d(yi).shape, dtype=bool)
    n_k = present.shape
    if present.ndim != 2 or any(a.shape not in (n_k, n_k[1:]) for a in (yi, vi)):
        raise OptionError(
            f"yi and vi must have the shape of present, (n, k), or (k,); got {yi.shape}, {vi.shape} "
            f"and {present.shape}."
        )
    if not present.any(axis=1).all():
        raise OptionError(f"present: set {int((~present.any(axis=1)).argmax()) + 1} has no effect.")
    for name, values, good in (("yi", yi, np.isfinite(yi)), ("vi", vi, np.isfinite(vi) & (vi > 0))):
        bad = ~good & present
        if bad.any():
            row, col = np.argwhere(bad)[0].tolist()
            value = float(values[col] if values.ndim == 1 else values[row, col])
            rule = "finite" if name == "yi" else "finite and above zero"
            raise OptionError(f"{name} must be {rule}; set {row + 1}, effect {col + 1} has {value!r}.")
    return present


def _require_options(method: str, tau2: float | None, weights: Array | None, k: int) -> None:
    require_option("tau2_method", method, Tau2Method)
    if tau2 is not None and not 0 <= tau2 < np.inf:
        raise OptionError(f"tau2 must be a finite number >= 0; got {tau2!r}.")
    if tau2 is None and method in ("GENQ", "GENQM"):
        if weights is None:
            raise OptionError(f"tau2_method={method!r} needs weights, one per effect; got none.")
        checked_weights(weights, k)
    elif weights is not None:
        raise OptionError(f"tau2_method={method!r} takes no weights; they belong to 'GENQ' and 'GENQM'.")


def _blocks(present: Flags) -> Iterator[slice]:
    n, k = present.shape
    size = max(1, _BLOCK // k)
    return (slice(start, start + size) for start in range(0, max(n, 1), size))


def _fit(
    yi: Array, vi: Array, present: Flags, method: Tau2Method, tau2: float | None, weights: Array | None
) -> ManyFits:
    problem = prepare_stacked(yi, vi, present)
    n = problem.k.size
    zero = np.zeros(n)
    Q, trace, _ = rss_and_trace_stacked(problem, zero)
    t, truncated, n_optima = zero, np.zeros(n, dtype=bool), np.ones(n, dtype=np.int64)
    converged = np.ones(n, dtype=bool)
    rows = np.flatnonzero(problem.k > 1)
    if tau2 is not None:
        t = float(tau2) / problem.unit
    elif method in ("GENQ", "GENQM"):
        t, truncated = _one_by_one(yi, vi, present, rows, method, weights)
        t = t / problem.unit
    elif rows.size:
        whole = rows.size == n
        solved = _ESTIMATORS[method](problem if whole else problem.take(rows))
        t, truncated, n_optima, converged = solved if whole else _spread(solved, rows, n)
    means = weighted_means(problem, t)
    return ManyFits(
        k=problem.k.astype(np.int64),
        estimate=means.mean,
        variance=means.variance,
        tau2=t * problem.unit,
        rss=means.rss,
        Q=Q,
        typical=np.divide(problem.k - 1, trace, out=np.full(n, np.inf), where=trace > 0) * problem.unit,
        truncated=truncated,
        n_optima=n_optima,
        converged=converged,
    )


_Solved = tuple[Array, Flags, NDArray[np.int64], Flags]


def _spread(solved: _Solved, rows: NDArray[np.intp], n: int) -> _Solved:
    """Solutions of some rows among all: sets of one effect have tau2 = 0."""
    t, truncated, n_optima = np.zeros(n), np.zeros(n, dtype=bool), np.ones(n, dtype=np.int64)
    converged = np.ones(n, dtype=bool)
    t[rows], truncated[rows], n_optima[rows], converged[rows] = solved
    return t, truncated, n_optima, converged


def _one_by_one(
    yi: Array, vi: Array, present: Flags, rows: NDArray[np.intp], method: Tau2Method, weights: Array | None
) -> tuple[Array, Flags]:
    """GENQ and GENQM, in units of the data."""
    t, truncated = np.zeros(len(present)), np.zeros(len(present), dtype=bool)
    shape = present.shape
    yi, vi = np.broadcast_to(yi, shape), np.broadcast_to(vi, shape)
    weights = np.broadcast_to(np.asarray(weights, dtype=float), shape)
    for i in rows.tolist():
        here = present[i]
        found = estimate_tau2_of(prepare(yi[i][here], vi[i][here]), method, weights[i][here])
        t[i], truncated[i] = found.value, found.truncated
    return t, truncated


def _closed(formula: Callable[[StackedProblem], Array]) -> Callable[[StackedProblem], _Solved]:
    def solve(problem: StackedProblem) -> _Solved:
        raw = formula(problem)
        ones = np.ones(raw.size, dtype=np.int64)
        return np.maximum(raw, 0.0), raw < 0, ones, np.ones(raw.size, dtype=bool)

    return solve


def _dersimonian_laird(problem: StackedProblem) -> Array:
    rss, trace, _ = rss_and_trace_stacked(problem, np.zeros(problem.k.size))
    return (rss - (problem.k - 1)) / trace


def _two_step(problem: StackedProblem) -> Array:
    t = np.maximum(_dersimonian_laird(problem), 0.0)
    rss, trace, _ = rss_and_trace_stacked(problem, t)
    return t + (rss - (problem.k - 1)) / trace


def _hedges(problem: StackedProblem) -> Array:
    return problem.rss / (problem.k - 1) - problem.v_mean


def _hunter_schmidt(problem: StackedProblem) -> Array:
    rss, _, total = rss_and_trace_stacked(problem, np.zeros(problem.k.size))
    return (rss - problem.k) / total


def _hunter_schmidt_corrected(problem: StackedProblem) -> Array:
    rss, _, total = rss_and_trace_stacked(problem, np.zeros(problem.k.size))
    return (rss * problem.k / (problem.k - 1) - problem.k) / total


def _sidik_jonkman(problem: StackedProblem) -> Array:
    start = problem.rss / problem.k
    return start * rss_and_trace_stacked(problem, start)[0] / (problem.k - 1)


def _generalised_q(target: Callable[[Array], Array]) -> Callable[[StackedProblem], _Solved]:
    def solve(problem: StackedProblem) -> _Solved:
        found = solve_weighted_rss_stacked(problem, target(problem.k - 1))
        return found.root, found.none, np.ones(found.root.size, dtype=np.int64), found.converged

    return solve


def _medians(df: Array) -> Array:
    known = {one: chi2_quantile(0.5, one) for one in np.unique(df).tolist()}
    return np.array([known[one] for one in df.tolist()])


def _likelihood(restricted: bool) -> Callable[[StackedProblem], _Solved]:
    def solve(problem: StackedProblem) -> _Solved:
        found = maximise_stacked(problem, restricted=restricted)
        return found.t, found.falling_at_zero, found.n_optima, found.converged

    return solve


_paule_mandel = _generalised_q(lambda df: df)
_ESTIMATORS: Mapping[str, Callable[[StackedProblem], _Solved]] = MappingProxyType(
    {
        "REML": _likelihood(restricted=True),
        "ML": _likelihood(restricted=False),
        "DL": _closed(_dersimonian_laird),
        "DL2": _closed(_two_step),
        "HE": _closed(_hedges),
        "HS": _closed(_hunter_schmidt),
        "HSk": _closed(_hunter_schmidt_corrected),
        "SJ": _closed(_sidik_jonkman),
        "PM": _paule_mandel,
        "EB": _paule_mandel,
        "DLIT": _paule_mandel,
        "SJIT": _paule_mandel,
        "PMM": _generalised_q(_medians),
    }
)
