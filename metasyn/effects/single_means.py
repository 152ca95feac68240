"""One group with mean, standard deviation and size: mean, log mean, log spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.figures import ONE_MEAN, only
from metasyn.effects.formulas import Array, defined, require_vtype
from metasyn.effects.inputs import checked

__all__ = ["log_cv", "log_mean", "log_sd", "single_mean"]


def single_mean(
    mean: ArrayLike, sd: ArrayLike, n: ArrayLike, *, vtype: str | None = None
) -> tuple[Array, Array]:
    """Mean of one group and its sampling variance `s^2 / n` (`MN`).

    Parameters
    ----------
    mean, sd, n : array_like of shape (k,)
        Means, standard deviations (not standard errors) and sizes; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Means and sampling **variances**; a variance of 0 where the standard deviation is 0.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> single_mean([55], [47], [155])[1].round(4).tolist()
    [14.2516]
    """
    m, s, n_ = checked(ONE_MEAN, mean, sd, n)
    require_vtype(vtype, ("LS",))
    return defined(m, s**2 / n_)


def log_mean(
    mean: ArrayLike, sd: ArrayLike, n: ArrayLike, *, vtype: str | None = None
) -> tuple[Array, Array]:
    """Log of a mean and its sampling variance `s^2 / (n m^2)` (`MNLN`).

    Parameters
    ----------
    mean, sd, n : array_like of shape (k,)
        Means, standard deviations (not standard errors) and sizes; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Log means and sampling **variances**; NaN where the mean is not positive.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = log_mean([55], [47], [155])
    >>> yi.round(4).tolist(), vi.round(5).tolist()
    ([4.0073], [0.00471])
    """
    m, s, n_ = checked(ONE_MEAN, mean, sd, n)
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        return defined(np.log(m), (s / m) ** 2 / n_)


def log_sd(
    sd: ArrayLike, n: ArrayLike, *, vtype: str | None = None, correct: bool = True
) -> tuple[Array, Array]:
    """Log of a standard deviation (`SDLN`): `ln s + 1/(2(n-1))`, variance `1/(2(n-1))`.

    Nakagawa 2015, 10.1111/2041-210X.12309; Raudenbush & Bryk 1987, 10.3102/10769986012003241.

    Parameters
    ----------
    sd, n : array_like of shape (k,)
        Standard deviations and sizes; NaN where missing.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the bias correction `1/(2(n-1))` of the estimate.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Log standard deviations and sampling **variances**; NaN where a standard deviation is 0.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = log_sd([47], [155])
    >>> yi.round(4).tolist(), vi.round(5).tolist()
    ([3.8534], [0.00325])
    """
    s, n_ = checked(only(ONE_MEAN, "sd", "n"), sd, n)
    require_vtype(vtype, ("LS",))
    half = 1 / (2 * (n_ - 1))
    with np.errstate(all="ignore"):
        return defined(np.log(s) + (half if correct else 0.0), half)


def log_cv(
    mean: ArrayLike, sd: ArrayLike, n: ArrayLike, *, vtype: str | None = None, correct: bool = True
) -> tuple[Array, Array]:
    """Log of a coefficient of variation (`CVLN`).

    `yi = ln(s/m) + 1/(2(n-1))`, `vi = 1/(2(n-1)) + s^2/(n m^2)` (Nakagawa 2015,
    10.1111/2041-210X.12309, equation 27 without its correlation, which is 0 for normal data).

    Parameters
    ----------
    mean, sd, n : array_like of shape (k,)
        Means, standard deviations and sizes; NaN where missing.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the bias correction `1/(2(n-1))` of the estimate.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Log coefficients and sampling **variances**; NaN where mean or spread is not positive.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = log_cv([55], [47], [155])
    >>> yi.round(4).tolist(), vi.round(5).tolist()
    ([-0.1539], [0.00796])
    """
    m, s, n_ = checked(ONE_MEAN, mean, sd, n)
    require_vtype(vtype, ("LS",))
    half = 1 / (2 * (n_ - 1))
    with np.errstate(all="ignore"):
        return defined(np.log(s / m) + (half if correct else 0.0), half + (s / m) ** 2 / n_)
