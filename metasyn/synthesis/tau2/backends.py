"""Which code computes many syntheses: arrays or compiled kernels; and the way to the latter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv

from metasyn.errors import OptionError
from metasyn.numerics.compiled import available
from metasyn.synthesis.tau2.many_fits import ManyFits
from metasyn.vocabulary import Backend, Tau2Method, require_option

__all__ = ["WORTH_COMPILING", "RaggedFits", "chosen_backend", "fit_compiled", "fit_ragged", "targets_by_size"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

WORTH_COMPILING = 50_000
"""Effects, over all sets, from which `"auto"` takes compiled code: loading it takes as long as they do."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RaggedFits:
    """Fits of sets of different size, and the Q-profile interval of tau2 where it was asked for.

    Attributes
    ----------
    fits : ManyFits
    tau2_low, tau2_high : ndarray of shape (n,) or None
        NaN where an end was not reached to full precision.
    """

    fits: ManyFits
    tau2_low: Array | None
    tau2_high: Array | None


def chosen_backend(backend: Backend, effects: int) -> Literal["numpy", "compiled"]:
    """What computes so many effects.

    Parameters
    ----------
    backend : {'numpy', 'compiled', 'auto'}
    effects : int
        Of all sets together.

    Raises
    ------
    OptionError
        If the option is unknown, or numba is not at hand and the compiled code is asked for.

    Examples
    --------
    >>> chosen_backend("numpy", 10**6), chosen_backend("auto", 10)
    ('numpy', 'numpy')
    """
    require_option("backend", backend, Backend)
    if backend == "auto":
        return "compiled" if effects >= WORTH_COMPILING and available() else "numpy"
    if backend == "compiled" and not available():
        raise OptionError("backend='compiled' needs numba: pip install 'metasyn-evidence[batch]'.")
    return backend


def fit_compiled(
    yi: Array, vi: Array, present: Flags, *, method: Tau2Method, tau2: float | None = None
) -> ManyFits:
    """`metasyn.synthesis.tau2.many.fit_many` of checked arrays by the compiled code.

    Parameters
    ----------
    yi, vi : ndarray of shape (k,) or (n, k)
    present : ndarray of bool, shape (n, k)
    method : str
        Any but GENQ and GENQM.
    tau2 : float, optional
        Fixed.
    """
    bounds = np.concatenate(([0], np.cumsum(present.sum(axis=1)))).astype(np.int64)
    order = None if yi.ndim == vi.ndim == 2 and present.all() else np.flatnonzero(present)
    if order is not None and yi.ndim == vi.ndim == 1:
        order %= present.shape[1]
    elif order is not None:
        yi, vi = np.broadcast_to(yi, present.shape), np.broadcast_to(vi, present.shape)
    return fit_ragged(yi.ravel(), vi.ravel(), bounds, order=order, method=method, tau2=tau2).fits


def fit_ragged(
    yi: Array,
    vi: Array,
    bounds: Integers,
    *,
    order: Integers | None = None,
    method: Tau2Method,
    tau2: float | None = None,
    profile_level: float | None = None,
) -> RaggedFits:
    """Fits of sets of any sizes by the compiled code.

    Parameters
    ----------
    yi, vi : ndarray of shape (m,)
        Finite values, variances above 0.
    bounds : ndarray of int, shape (n + 1,)
        Set i has the values `order[bounds[i]:bounds[i + 1]]`, one at least.
    order : ndarray of int, optional
        None where the values stand set after set.
    method : str
        Any but GENQ and GENQM.
    tau2 : float, optional
        Fixed.
    profile_level : float, optional
        Level of the Q-profile interval; default none.
    """
    from metasyn.numerics.compiled.entries import fit

    k = np.diff(bounds)
    profile = profile_level is not None
    found = fit(
        "common" if tau2 is not None else method, tau2 or 0.0, yi, vi, order, bounds,
        targets_by_size(k, method, profile_level), profile=profile,
    )  # fmt: skip
    estimate, variance, t, rss, Q, typical, truncated, n_optima, converged, low, high = found
    fits = ManyFits(
        k=k, estimate=estimate, variance=variance, tau2=t, rss=rss, Q=Q, typical=typical,
        truncated=truncated > 0, n_optima=n_optima.astype(np.int64), converged=converged > 0,
    )  # fmt: skip
    return RaggedFits(fits=fits, tau2_low=low if profile else None, tau2_high=high if profile else None)


def targets_by_size(k: Integers, method: Tau2Method, level: float | None) -> Array:
    """By number of effects: what the residual sum of squares is to be, and is at the ends of the interval.

    Parameters
    ----------
    k : ndarray of int, shape (n,)
        Numbers of effects that occur; others have 1 everywhere.
    method : str
    level : float or None
        Of the Q-profile interval.

    Returns
    -------
    ndarray of shape (3, max(k) + 1)

    Examples
    --------
    >>> targets_by_size(np.array([3]), "PM", 0.95).round(3).tolist()
    [[1.0, 1.0, 1.0, 2.0], [1.0, 1.0, 1.0, 7.378], [1.0, 1.0, 1.0, 0.051]]
    """
    most = max(1, int(k.max(initial=1)))
    sizes = np.flatnonzero(np.bincount(k, minlength=2))
    sizes = sizes[sizes > 1]
    df = sizes - 1.0
    goals = np.ones((3, most + 1))
    goals[0, sizes] = 2.0 * gammainccinv(df / 2, 0.5) if method == "PMM" else df
    if level is not None:
        goals[1, sizes] = 2.0 * gammainccinv(df / 2, (1 - level) / 2)
        goals[2, sizes] = 2.0 * gammainccinv(df / 2, (1 + level) / 2)
    return goals
