"""One group measured twice, or matched pairs: changes, standardised changes, ratios."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.figures import CHANGE, only
from metasyn.effects.formulas import Array, defined, require_vtype, small_sample_factor
from metasyn.effects.inputs import checked

__all__ = [
    "change_by_change_sd",
    "change_by_first_sd",
    "change_by_first_sd_unequal",
    "log_cv_ratio_paired",
    "log_mean_ratio_paired",
    "log_sd_ratio_paired",
    "mean_change",
]


def mean_change(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
    *,
    vtype: str | None = None,
) -> tuple[Array, Array]:
    """Mean of occasion 1 minus mean of occasion 2 (`MC`), variance `(s1^2 + s2^2 - 2 r s1 s2) / n`.

    Parameters
    ----------
    mean_1, sd_1, mean_2, sd_2 : array_like of shape (k,)
        Means and standard deviations of the two occasions. Where only the mean and the standard
        deviation of the change are printed: those as `mean_1, sd_1`, and 0 for the other three.
    n, r : array_like of shape (k,)
        Sizes, and correlations of the two measurements; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in the units of the means and sampling **variances**.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = mean_change([30], [6], [26], [8], [50], [0.5])
    >>> yi.tolist(), vi.tolist()
    ([4.0], [1.04])
    """
    m1, s1, m2, s2, n_, r_ = checked(CHANGE, mean_1, sd_1, mean_2, sd_2, n, r)
    require_vtype(vtype, ("LS",))
    return defined(m1 - m2, _change_variance(s1, s2, r_) / n_)


def change_by_change_sd(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Mean change in standard deviations of the change (`SMCC`).

    `yi = J(n-1) (m1 - m2) / sd`, `sd^2 = s1^2 + s2^2 - 2 r s1 s2`, `vi = 1/n + yi^2 / (2n)`
    (Gibbons 1993, 10.3102/10769986018003271); J is Hedges' exact factor.

    Parameters
    ----------
    mean_1, sd_1, mean_2, sd_2, n, r : array_like of shape (k,)
        As in `mean_change`.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the factor J.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in standard deviations of the change and sampling **variances**; NaN where
        undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = change_by_change_sd([30], [6], [26], [8], [50], [0.5])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.5462], [0.023])
    """
    m1, s1, m2, s2, n_, r_ = checked(CHANGE, mean_1, sd_1, mean_2, sd_2, n, r)
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        yi = _factor(n_, correct) * (m1 - m2) / np.sqrt(_change_variance(s1, s2, r_))
        return defined(yi, 1 / n_ + yi**2 / (2 * n_))


def change_by_first_sd(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    mean_2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Mean change in standard deviations of occasion 1 (`SMCR`).

    `yi = J(n-1) (m1 - m2) / s1`, `vi = 2 (1 - r) / n + yi^2 / (2n)` (Becker 1988,
    10.1111/j.2044-8317.1988.tb00901.x).

    Parameters
    ----------
    mean_1, sd_1, mean_2, n, r : array_like of shape (k,)
        As in `mean_change`; the standard deviation of occasion 2 is not needed.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the factor J.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in standard deviations of occasion 1 and sampling **variances**; NaN where
        undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = change_by_first_sd([30], [6], [26], [50], [0.5])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.6564], [0.0243])
    """
    m1, s1, m2, n_, r_ = checked(
        only(CHANGE, "mean_1", "sd_1", "mean_2", "n", "r"), mean_1, sd_1, mean_2, n, r
    )
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        yi = _factor(n_, correct) * (m1 - m2) / s1
        return defined(yi, 2 * (1 - r_) / n_ + yi**2 / (2 * n_))


def change_by_first_sd_unequal(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """As `change_by_first_sd` without the assumption of equal variances (`SMCRH`).

    `vi = (s1^2 + s2^2 - 2 r s1 s2) / (s1^2 (n-1)) + yi^2 / (2(n-1))` (Bonett 2008,
    10.1037/1082-989X.13.2.99; the corrected estimate in the variance, as metafor since 4.6).

    Parameters
    ----------
    mean_1, sd_1, mean_2, sd_2, n, r : array_like of shape (k,)
        As in `mean_change`.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the factor J.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in standard deviations of occasion 1 and sampling **variances**; NaN where
        undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = change_by_first_sd_unequal([30], [6], [26], [8], [50], [0.5])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.6564], [0.0339])
    """
    m1, s1, m2, s2, n_, r_ = checked(CHANGE, mean_1, sd_1, mean_2, sd_2, n, r)
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        yi = _factor(n_, correct) * (m1 - m2) / s1
        return defined(yi, _change_variance(1.0, s2 / s1, r_) / (n_ - 1) + yi**2 / (2 * (n_ - 1)))


def log_mean_ratio_paired(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Log ratio of the means of two occasions (`ROMC`).

    With `ci = si / mi`: `yi = ln(m1/m2) + (c1^2 - c2^2) / (2n)`, the second term being the
    correction of Lajeunesse (2015, 10.1890/14-2402.1);
    `vi = (c1^2 + c2^2 - 2 r c1 c2) / n` (Lajeunesse 2011, 10.1890/11-0423.1).

    Parameters
    ----------
    mean_1, sd_1, mean_2, sd_2, n, r : array_like of shape (k,)
        As in `mean_change`.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the bias correction of the estimate.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Log ratios and sampling **variances**; NaN where undefined, as with means of different sign.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = log_mean_ratio_paired([30], [6], [26], [8], [50], [0.5], correct=False)
    >>> yi.round(4).tolist(), vi.round(5).tolist()
    ([0.1431], [0.00146])
    """
    m1, s1, m2, s2, n_, r_ = checked(CHANGE, mean_1, sd_1, mean_2, sd_2, n, r)
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        c1, c2 = s1 / m1, s2 / m2
        yi = np.log(m1 / m2)
        if correct:
            yi = yi + (c1**2 - c2**2) / (2 * n_)
        return defined(yi, _change_variance(c1, c2, r_) / n_)


def log_cv_ratio_paired(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Log ratio of the coefficients of variation of two occasions (`CVRC`).

    With `ci = si / mi`: `yi = ln(c1/c2) - (c1^2 - c2^2) / (2n)`, the second term only with
    `correct=True`; `vi = (1 - r^2)/(n-1) + (c1^2 + c2^2 - 2 r c1 c2) / n` (Nakagawa 2015,
    10.1111/2041-210X.12309, for two dependent sets of measurements).

    Parameters
    ----------
    mean_1, sd_1, mean_2, sd_2, n, r : array_like of shape (k,)
        As in `mean_change`.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the bias correction of the estimate.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Log ratios and sampling **variances**; NaN where undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = log_cv_ratio_paired([30], [6], [26], [8], [50], [0.5], correct=False)
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([-0.4308], [0.0168])
    """
    m1, s1, m2, s2, n_, r_ = checked(CHANGE, mean_1, sd_1, mean_2, sd_2, n, r)
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        c1, c2 = s1 / m1, s2 / m2
        yi = np.log(c1) - np.log(c2)
        if correct:
            yi = yi - (c1**2 - c2**2) / (2 * n_)
        return defined(yi, (1 - r_**2) / (n_ - 1) + _change_variance(c1, c2, r_) / n_)


def log_sd_ratio_paired(
    sd_1: ArrayLike, sd_2: ArrayLike, n: ArrayLike, r: ArrayLike, *, vtype: str | None = None
) -> tuple[Array, Array]:
    """Log ratio of the standard deviations of two occasions (`VRC`), variance `(1 - r^2)/(n - 1)`.

    The bias corrections of the two standard deviations cancel (Nakagawa 2015,
    10.1111/2041-210X.12309).

    Parameters
    ----------
    sd_1, sd_2, n, r : array_like of shape (k,)
        As in `mean_change`.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Log ratios and sampling **variances**; NaN where a standard deviation is 0.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = log_sd_ratio_paired([6], [8], [50], [0.5])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([-0.2877], [0.0153])
    """
    s1, s2, n_, r_ = checked(only(CHANGE, "sd_1", "sd_2", "n", "r"), sd_1, sd_2, n, r)
    require_vtype(vtype, ("LS",))
    with np.errstate(all="ignore"):
        return defined(np.log(s1) - np.log(s2), (1 - r_**2) / (n_ - 1))


def _change_variance(s1: Array | float, s2: Array, r: Array) -> Array:
    """Variance of the difference of two correlated measurements, without cancellation."""
    return np.asarray((s1 - s2) ** 2 + 2 * (1 - r) * s1 * s2)


def _factor(n: Array, correct: bool) -> Array:
    """Hedges' factor with n - 1 degrees of freedom."""
    return small_sample_factor(n - 1) if correct else np.ones_like(n)
