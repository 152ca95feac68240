"""Two groups with mean, standard deviation and size: log ratios of means, of spreads, of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.figures import TWO_MEANS, only
from metasyn.effects.formulas import Array, defined, pooled_sd, require_vtype, same_for_all, weighted_mean
from metasyn.effects.inputs import checked

__all__ = ["log_cv_ratio", "log_mean_ratio", "log_sd_ratio"]


def log_mean_ratio(
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
    """Log ratio of means, the log response ratio (`ROM`).

    With `ci = si / mi`: `yi = ln(m1/m2) + (c1^2/n1 - c2^2/n2) / 2`, the second term being the
    correction of Lajeunesse (2015, 10.1890/14-2402.1), applied by default as in metafor since 5.0.

    - `LS`: `vi = c1^2/n1 + c2^2/n2` (Hedges 1999, 10.1890/0012-9658(1999)080[1150:TMAORR]2.0.CO;2);
    - `HO`: `vi = sp^2 (1/(n1 m1^2) + 1/(n2 m2^2))` with the pooled variance;
    - `AV`: as `LS` with the mean of the ci of all studies, weighted by ni, in each group;
    - `AVHO`: as `AV` with one mean over both groups (Nakagawa 2023, 10.1111/ele.14144).

    Parameters
    ----------
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 : array_like of shape (k,)
        Means, standard deviations and sizes of the two groups; NaN where missing.
    vtype : {'LS', 'HO', 'AV', 'AVHO'}, optional
        `LS` by default.
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
    >>> yi, vi = log_mean_ratio([55], [47], [155], [75], [64], [156], correct=False)
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.3102, 0.0094)
    """
    m1, s1, n1, m2, s2, n2 = checked(TWO_MEANS, mean_1, sd_1, n_1, mean_2, sd_2, n_2)
    kind = require_vtype(vtype, ("LS", "HO", "AV", "AVHO"))
    with np.errstate(all="ignore"):
        yi = np.log(m1 / m2)
        usable = np.isfinite(yi)
        c1, c2 = np.where(usable, s1 / m1, np.nan), np.where(usable, s2 / m2, np.nan)
        if correct:
            yi = yi + (c1**2 / n1 - c2**2 / n2) / 2
        if kind == "HO":
            sp = pooled_sd(s1, n1, s2, n2)
            c1, c2 = sp / m1, sp / m2
        elif kind == "AV":
            c1, c2 = same_for_all(c1, weighted_mean(c1, n1)), same_for_all(c2, weighted_mean(c2, n2))
        elif kind == "AVHO":
            both = weighted_mean(np.concatenate([c1, c2]), np.concatenate([n1, n2]))
            c1, c2 = same_for_all(c1, both), same_for_all(c2, both)
        return defined(yi, c1**2 / n1 + c2**2 / n2)


def log_cv_ratio(
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
    """Log ratio of coefficients of variation (`CVR`).

    With `ci = si / mi` and `fi = ni - 1`: `yi = ln(c1/c2)`, corrected by
    `(1/f1 - 1/f2) / 2 - (c1^2/n1 - c2^2/n2) / 2` (both terms by default as in metafor since 5.0,
    neither with `correct=False`), `vi = 1/(2 f1) + 1/(2 f2) + c1^2/n1 + c2^2/n2` (Nakagawa 2015,
    10.1111/2041-210X.12309, equation 12 without its correlations, which are 0 for normal data).

    Parameters
    ----------
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 : array_like of shape (k,)
        Means, standard deviations and sizes of the two groups; NaN where missing.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the bias corrections of the estimate.

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
    >>> yi, vi = log_cv_ratio([55], [47], [155], [75], [64], [156], correct=False)
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (0.0014, 0.0159)
    """
    m1, s1, n1, m2, s2, n2 = checked(TWO_MEANS, mean_1, sd_1, n_1, mean_2, sd_2, n_2)
    require_vtype(vtype, ("LS",))
    h1, h2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    with np.errstate(all="ignore"):
        c1, c2 = s1 / m1, s2 / m2
        yi = np.log(c1) - np.log(c2)
        if correct:
            yi = yi + h1 - h2 - (c1**2 / n1 - c2**2 / n2) / 2
        return defined(yi, h1 + h2 + c1**2 / n1 + c2**2 / n2)


def log_sd_ratio(
    sd_1: ArrayLike,
    n_1: ArrayLike,
    sd_2: ArrayLike,
    n_2: ArrayLike,
    *,
    vtype: str | None = None,
    correct: bool = True,
) -> tuple[Array, Array]:
    """Log ratio of standard deviations, the variability ratio (`VR`).

    `yi = ln(s1/s2) + 1/(2(n1-1)) - 1/(2(n2-1))`, `vi = 1/(2(n1-1)) + 1/(2(n2-1))`
    (Nakagawa 2015, 10.1111/2041-210X.12309).

    Parameters
    ----------
    sd_1, n_1, sd_2, n_2 : array_like of shape (k,)
        Standard deviations and sizes of the two groups; NaN where missing.
    vtype : {'LS'}, optional
    correct : bool
        False leaves out the bias correction of the estimate.

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
    >>> yi, vi = log_sd_ratio([47], [155], [64], [156])
    >>> round(float(yi[0]), 4), round(float(vi[0]), 4)
    (-0.3087, 0.0065)
    """
    s1, n1, s2, n2 = checked(only(TWO_MEANS, "sd_1", "n_1", "sd_2", "n_2"), sd_1, n_1, sd_2, n_2)
    require_vtype(vtype, ("LS",))
    h1, h2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    with np.errstate(all="ignore"):
        return defined(np.log(s1) - np.log(s2) + (h1 - h2 if correct else 0.0), h1 + h2)
