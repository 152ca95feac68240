"""Correlations and reliabilities of one group: raw, corrected, Fisher's z, partial, alpha."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.figures import ALPHA, ONE_R, PARTIAL, SEMIPARTIAL
from metasyn.effects.formulas import Array, defined, require_vtype, weighted_mean
from metasyn.effects.inputs import checked
from metasyn.numerics.hypergeometric import gauss_2f1

__all__ = [
    "coefficient_alpha",
    "correlation",
    "fisher_z",
    "partial_correlation",
    "semipartial_correlation",
    "unbiased_correlation",
]


def correlation(r: ArrayLike, n: ArrayLike, *, vtype: str | None = None) -> tuple[Array, Array]:
    """Raw correlation and its sampling variance `(1 - r^2)^2 / (n - 1)` (`COR`).

    Parameters
    ----------
    r, n : array_like of shape (k,)
        Correlations, strictly between -1 and 1, and sizes; NaN where missing.
    vtype : {'LS', 'AV'}, optional
        `AV` takes the mean of all r, weighted by n, in place of r.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Correlations and sampling **variances**.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = correlation([0.5], [10])
    >>> yi.tolist(), vi.tolist()
    ([0.5], [0.0625])
    """
    r_, n_ = checked(ONE_R, r, n)
    kind = require_vtype(vtype, ("LS", "AV"))
    return defined(r_, _large_sample(r_, n_, kind))


def unbiased_correlation(r: ArrayLike, n: ArrayLike, *, vtype: str | None = None) -> tuple[Array, Array]:
    """Correlation without its small negative bias (`UCOR`).

    `yi = r 2F1(1/2, 1/2; (n-2)/2; 1-r^2)` (Olkin & Pratt 1958, equation 2.3,
    10.1214/aoms/1177706717). `LS`: `vi = (1 - yi^2)^2 / (n - 1)`; `AV`: the same with the mean of
    all yi, weighted by n; `UB`: `yi^2 - 1 + (n-3)/(n-2) (1-r^2) 2F1(1, 1; n/2; 1-r^2)`, the exact
    form of Hedges (1989), which can come out below zero.

    Parameters
    ----------
    r, n : array_like of shape (k,)
        Correlations, strictly between -1 and 1, and sizes; NaN where missing.
    vtype : {'LS', 'UB', 'AV'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Corrected correlations and sampling **variances**; NaN where `n <= 4`.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = unbiased_correlation([0.5], [10])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.529], [0.0576])
    """
    r_, n_ = checked(ONE_R, r, n)
    kind = require_vtype(vtype, ("LS", "UB", "AV"))
    known = np.isfinite(r_) & (n_ > 4)
    r2, size = np.where(known, r_, 0.5) ** 2, np.where(known, n_, 10.0)
    yi = np.where(known, r_ * gauss_2f1(0.5, 0.5, (size - 2) / 2, r2), np.nan)
    if kind != "UB":
        return defined(yi, _large_sample(yi, n_, kind))
    rest = (size - 3) / (size - 2) * (1 - r2) * gauss_2f1(1.0, 1.0, size / 2, r2)
    return defined(yi, yi**2 - 1 + rest)


def fisher_z(r: ArrayLike, n: ArrayLike, *, vtype: str | None = None) -> tuple[Array, Array]:
    """Fisher's z of a correlation (`ZCOR`): `atanh r`, variance `1/(n - 3)`.

    Parameters
    ----------
    r, n : array_like of shape (k,)
        Correlations, strictly between -1 and 1, and sizes; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Transformed correlations and sampling **variances**; NaN where `n <= 3`.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = fisher_z([0.5], [28])
    >>> yi.round(4).tolist(), vi.tolist()
    ([0.5493], [0.04])
    """
    r_, n_ = checked(ONE_R, r, n)
    require_vtype(vtype, ("LS",))
    return defined(np.arctanh(r_), 1 / np.where(n_ > 3, n_ - 3, np.nan))


def partial_correlation(
    t: ArrayLike, n: ArrayLike, n_predictors: ArrayLike, *, vtype: str | None = None
) -> tuple[Array, Array]:
    """Partial correlation from the t statistic of one coefficient of a regression (`PCOR`).

    With m predictors, the one of interest among them, and `f = n - m - 1`: `yi = t / sqrt(t^2 + f)`,
    `vi = (1 - yi^2)^2 / (n - m)` (Aloe & Thompson 2013, 10.5243/jsswr.2013.24; m counts as in
    metafor since 4.4).

    Parameters
    ----------
    t, n, n_predictors : array_like of shape (k,)
        t statistic, participants and predictors of each regression; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Partial correlations and sampling **variances**; NaN where f is not positive.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    The first study of Aloe & Thompson (2013):

    >>> yi, vi = partial_correlation([4.61], [218], [4])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.3012], [0.0039])
    """
    t_, n_, m = checked(PARTIAL, t, n, n_predictors)
    require_vtype(vtype, ("LS",))
    f = _residual_degrees(n_, m)
    yi = t_ / np.sqrt(t_**2 + f)
    return defined(yi, (1 - yi**2) ** 2 / (f + 1))


def semipartial_correlation(
    t: ArrayLike, n: ArrayLike, n_predictors: ArrayLike, r2: ArrayLike, *, vtype: str | None = None
) -> tuple[Array, Array]:
    """Semi-partial correlation from the t statistic of one coefficient of a regression (`SPCOR`).

    With R2 of the whole regression, f as in `partial_correlation` and `Q = R2 - yi^2` (R2 without
    the predictor of interest): `yi = t sqrt((1 - R2) / f)` and
    `vi = (R2^2 - 2 R2 + Q + 1 - Q^2) / n` (Aloe & Becker 2012, 10.3102/1076998610396901).

    Parameters
    ----------
    t, n, n_predictors, r2 : array_like of shape (k,)
        t statistic, participants, predictors and R2 (0 to 1) of each regression; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Semi-partial correlations and sampling **variances**; NaN where f is not positive.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    The first study of Aloe & Thompson (2013):

    >>> yi, vi = semipartial_correlation([4.61], [218], [4], [0.24])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([0.2754], [0.0033])
    """
    t_, n_, m, whole = checked(SEMIPARTIAL, t, n, n_predictors, r2)
    require_vtype(vtype, ("LS",))
    yi = t_ * np.sqrt((1 - whole) / _residual_degrees(n_, m))
    rest = whole - yi**2
    return defined(yi, (whole**2 - 2 * whole + rest + 1 - rest**2) / n_)


def coefficient_alpha(
    alpha: ArrayLike, items: ArrayLike, n: ArrayLike, *, vtype: str | None = None
) -> tuple[Array, Array]:
    """Cronbach's alpha as it is (`ARAW`), variance `2 m (1 - alpha)^2 / ((m - 1)(n - 2))`, m items.

    Bonett 2010, 10.1037/a0020142.

    Parameters
    ----------
    alpha, items, n : array_like of shape (k,)
        Coefficients (at most 1), numbers of items and sizes; NaN where missing.
    vtype : {'LS'}, optional

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Coefficients and sampling **variances**; NaN where `n <= 2`.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    The first study of Bonett (2010):

    >>> yi, vi = coefficient_alpha([0.93], [20], [103])
    >>> yi.tolist(), vi.round(6).tolist()
    ([0.93], [0.000102])
    """
    a, m, n_ = checked(ALPHA, alpha, items, n)
    require_vtype(vtype, ("LS",))
    return defined(a, 2 * m * (1 - a) ** 2 / ((m - 1) * np.where(n_ > 2, n_ - 2, np.nan)))


def _large_sample(r: Array, n: Array, kind: str) -> Array:
    """`(1 - r^2)^2 / (n - 1)`, with r itself or the mean of all."""
    if kind == "AV":
        r = np.where(np.isfinite(r), weighted_mean(r, n), np.nan)
    return (1 - r**2) ** 2 / (n - 1)


def _residual_degrees(n: Array, n_predictors: Array) -> Array:
    """`n - m - 1`, NaN where nothing is left."""
    f = n - n_predictors - 1
    return np.where(f > 0, f, np.nan)
