"""Two groups with mean, standard deviation and size: difference and standardised differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.figures import TWO_MEANS, only
from metasyn.effects.formulas import (
    Array,
    defined,
    pooled_sd,
    require_vtype,
    same_for_all,
    small_sample_factor,
    weighted_mean,
)
from metasyn.effects.inputs import checked
from metasyn.errors import OptionError

__all__ = [
    "mean_difference",
    "standardised_by_group_2",
    "standardised_mean_difference",
    "standardised_unequal",
]

_VTYPES_SMD = ("LS", "LS2", "UB", "AV")


def mean_difference(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    n_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n_2: ArrayLike,
    *,
    vtype: str | None = None,
) -> tuple[Array, Array]:
    """Mean of group 1 minus mean of group 2 and its sampling variance (`MD`).

    `LS`: `vi = s1^2/n1 + s2^2/n2`; `HO`: `vi = sp^2 (1/n1 + 1/n2)` with the pooled variance
    `sp^2 = ((n1-1) s1^2 + (n2-1) s2^2) / (n1+n2-2)` (Borenstein 2009, equations 12.5 and 12.3).

    Parameters
    ----------
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 : array_like of shape (k,)
        Means, standard deviations and sizes of the two groups; NaN where missing.
    vtype : {'LS', 'HO'}, optional
        Without or with the assumption of equal variances; `LS` by default.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in the units of the means and sampling **variances**; NaN where undefined, a
        variance of 0 where both standard deviations are 0.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    The first study of Normand (1999): length of stay 55 (sd 47, n 155) and 75 (64, 156).

    >>> yi, vi = mean_difference([55], [47], [155], [75], [64], [156])
    >>> float(yi[0]), round(float(vi[0]), 4)
    (-20.0, 40.508)
    """
    m1, s1, n1, m2, s2, n2 = checked(TWO_MEANS, mean_1, sd_1, n_1, mean_2, sd_2, n_2)
    if require_vtype(vtype, ("LS", "HO")) == "HO":
        return defined(m1 - m2, pooled_sd(s1, n1, s2, n2) ** 2 * (1 / n1 + 1 / n2))
    return defined(m1 - m2, s1**2 / n1 + s2**2 / n2)


def standardised_mean_difference(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    n_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n_2: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Hedges' g: mean difference in pooled standard deviations (`SMD`).

    With `d = (m1 - m2) / sp`, `m = n1 + n2 - 2`, the exact factor `J = J(m)` (not `1 - 3/(4m-1)`)
    and `N = n1 + n2`: `yi = J d`, and the variance is `1/n1 + 1/n2` plus

    - `LS`: `yi^2 / (2N)` (Hedges 1982, equation 8, 10.1037/0033-2909.92.2.490);
    - `UB`: `(1 - (m-2) / (m J^2)) yi^2`, unbiased (Hedges 1983, equation 9, 10.1037/0033-2909.93.2.388);
    - `AV`: as `LS` with the mean of all yi, weighted by N, in place of yi;
    - `LS2`: `J^2 (1/n1 + 1/n2 + d^2 / (2N))` as a whole (Borenstein 2009, equation 12.17).

    Parameters
    ----------
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 : array_like of shape (k,)
        Means, standard deviations and sizes of the two groups; NaN where missing.
    vtype : {'LS', 'LS2', 'UB', 'AV'}, optional
        `LS` by default.
    correct : bool
        False gives Cohen's d (`J = 1` everywhere).

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in standard deviations and sampling **variances**; NaN where undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule, `vtype` is unknown, or `UB` is asked for without correction.

    Examples
    --------
    >>> yi, vi = standardised_mean_difference([55], [47], [155], [75], [64], [156])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.3552, 0.0131)
    """
    m1, s1, n1, m2, s2, n2 = checked(TWO_MEANS, mean_1, sd_1, n_1, mean_2, sd_2, n_2)
    with np.errstate(all="ignore"):
        d = (m1 - m2) / pooled_sd(s1, n1, s2, n2)
    return _standardised(d, n1, n2, n1 + n2 - 2, n1 + n2, vtype, correct)


def standardised_by_group_2(
    mean_1: ArrayLike,
    n_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n_2: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Glass' delta: mean difference in standard deviations of group 2 (`SMD1`).

    As `standardised_mean_difference` with `d = (m1 - m2) / s2`, `m = n2 - 1`, and `2 n2` in place of `2N`.

    Parameters
    ----------
    mean_1, n_1, mean_2, sd_2, n_2 : array_like of shape (k,)
        Means and sizes of the two groups, standard deviation of the second.
    vtype : {'LS', 'LS2', 'UB', 'AV'}, optional
        `LS` by default.
    correct : bool
        False leaves out the factor J.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in standard deviations of group 2 and sampling **variances**; NaN where undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule, `vtype` is unknown, or `UB` is asked for without correction.

    Examples
    --------
    >>> yi, vi = standardised_by_group_2([55], [155], [75], [64], [156])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.311, 0.0132)
    """
    m1, n1, m2, s2, n2 = checked(
        only(TWO_MEANS, "mean_1", "n_1", "mean_2", "sd_2", "n_2"), mean_1, n_1, mean_2, sd_2, n_2
    )
    with np.errstate(all="ignore"):
        d = (m1 - m2) / s2
    return _standardised(d, n1, n2, n2 - 1, n2, vtype, correct)


def standardised_unequal(
    mean_1: ArrayLike,
    sd_1: ArrayLike,
    n_1: ArrayLike,
    mean_2: ArrayLike,
    sd_2: ArrayLike,
    n_2: ArrayLike,
    *,
    by_group_2: bool = False,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Standardised mean difference without the assumption of equal variances (`SMDH`, `SMD1H`).

    `SMDH`: `yi = J(n1+n2-2) (m1 - m2) / s` with `s^2 = (s1^2 + s2^2) / 2`, `fi = ni - 1` and
    `vi = (s1^2/f1 + s2^2/f2) / s^2 + yi^2 (s1^4/f1 + s2^4/f2) / (8 s^4)`. `SMD1H`: s2 for s,
    `J(n2-1)`, and `vi = (s1/s2)^2 / f1 + 1/f2 + yi^2 / (2 f2)` (Bonett 2008, 10.1037/1082-989X.13.2.99,
    and 2009; the corrected estimate in the variance, as metafor since 4.6).

    Parameters
    ----------
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 : array_like of shape (k,)
        Means, standard deviations and sizes of the two groups; NaN where missing.
    by_group_2 : bool
        True for `SMD1H`.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the factor J.

    Returns
    -------
    yi, vi : ndarray of shape (k,)
        Estimates in standard deviations and sampling **variances**; NaN where undefined.

    Raises
    ------
    OptionError
        If a figure breaks its rule or `vtype` is unknown.

    Examples
    --------
    >>> yi, vi = standardised_unequal([55], [47], [155], [75], [64], [156])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.3553, 0.0132)
    """
    m1, s1, n1, m2, s2, n2 = checked(TWO_MEANS, mean_1, sd_1, n_1, mean_2, sd_2, n_2)
    require_vtype(vtype, ("LS",))
    f1, f2 = n1 - 1, n2 - 1
    with np.errstate(all="ignore"):
        s = s2 if by_group_2 else np.sqrt((s1**2 + s2**2) / 2)
        factor = small_sample_factor(f2 if by_group_2 else f1 + f2) if correct else np.ones_like(n1)
        yi = factor * (m1 - m2) / s
        q1, q2 = (s1 / s) ** 2, (s2 / s) ** 2
        spread = 1 / (2 * f2) if by_group_2 else (q1**2 / f1 + q2**2 / f2) / 8
        return defined(yi, q1 / f1 + q2 / f2 + yi**2 * spread)


def _standardised(
    d: Array, n1: Array, n2: Array, m: Array, scaled_by: Array, vtype: str | None, correct: bool
) -> tuple[Array, Array]:
    """Estimate and variance of a standardised difference with m degrees of freedom."""
    kind = require_vtype(vtype, _VTYPES_SMD)
    if kind == "UB" and not correct:
        raise OptionError("vtype='UB' is the variance of the corrected estimate; leave out correct=False.")
    factor = small_sample_factor(m) if correct else np.where(m > 1, 1.0, np.nan)
    yi, base = factor * d, 1 / n1 + 1 / n2
    with np.errstate(all="ignore"):
        if kind == "LS2":
            return defined(yi, factor**2 * (base + d**2 / (2 * scaled_by)))
        if kind == "UB":
            return defined(yi, base + (1 - (m - 2) / (m * factor**2)) * yi**2)
        size = same_for_all(yi, weighted_mean(yi, n1 + n2)) if kind == "AV" else yi
        return defined(yi, base + size**2 / (2 * scaled_by))
