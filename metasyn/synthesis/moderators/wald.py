"""Wald-type tests of coefficients and of linear combinations of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.regression import dependent_columns
from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.moderators.design import Design
from metasyn.synthesis.moderators.model import RegressionResult, WaldTest
from metasyn.values import NotEstimable

__all__ = ["NO_SPREAD", "coefficient_columns", "f_upper_p", "quadratic_form", "contrast_test", "wald_test"]

Array = NDArray[np.float64]

NO_SPREAD = NotEstimable(
    "the effects lie exactly on the fitted values: this method's standard errors are zero"
)


def wald_test(
    result: RegressionResult,
    which: str | int | Sequence[str | int] | ArrayLike,
    values: ArrayLike | None = None,
) -> WaldTest:
    r"""Test that some coefficients, or combinations of coefficients, are zero.

    With the contrasts L, Q = (Lb - c)' (L V L')^{-1} (Lb - c); chi-square on m degrees of freedom
    for Wald tests, Q/m as F on m and k - p for the others.

    Parameters
    ----------
    result : RegressionResult
    which : str, int, sequence of them, or array_like of shape (m, p) or (p,)
        Names of coefficients or of terms of the formula (a term is all its coefficients), positions
        counted from 0, or a matrix of contrasts. A flat list of integers is read as positions, one
        of floats as a contrast.
    values : array_like of shape (m,), optional
        What the combinations are tested against; default zero.

    Returns
    -------
    WaldTest

    Raises
    ------
    OptionError
        If a name is unknown or a shape is wrong.
    NotEstimableError
        If the contrasts depend on each other.

    References
    ----------
    Knapp G, Hartung J. Improved tests for a random effects meta-regression with a single covariate.
    Stat Med 2003;22:2693-2710. 10.1002/sim.1482

    Examples
    --------
    >>> from metasyn.synthesis.moderators import meta_regression
    >>> result = meta_regression(
    ...     yi=[-0.9, -0.1, -0.5, -1.4, -0.3], vi=[0.1, 0.05, 0.2, 0.1, 0.08],
    ...     formula="~ year", data={"year": [0, 3, 1, 5, 2]}, test="wald")
    >>> round(wald_test(result, "year").statistic, 6) == round(result["year"].statistic ** 2, 6)
    True
    """
    L, names = _contrasts(result.design, which)
    m = L.shape[0]
    try:
        against = np.zeros(m) if values is None else np.array(values, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        raise OptionError(f"values must hold numbers; got {values!r}.") from None
    if against.shape != (m,) or not np.isfinite(against).all():
        raise OptionError(f"values must be {m} finite number(s), one per contrast; got {values!r}.")
    df = math.inf if result.request.test == "wald" else float(result.df_residual)
    return contrast_test(result.estimates, result.vcov, L, against, names, df)


def contrast_test(
    estimates: Array, vcov: Array, L: Array, against: Array, names: Sequence[str], df_residual: float
) -> WaldTest:
    """The test from arrays; chi-square where `df_residual` is infinite."""
    m = L.shape[0]
    if dependent_columns(L.T):
        raise NotEstimableError(
            "the contrasts depend on each other (or one is zero): test fewer of them at once."
        )
    values = L @ estimates
    covariance = L @ vcov @ L.T
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    statistic: float | NotEstimable = NO_SPREAD
    pvalue: float | NotEstimable = NO_SPREAD
    if se.all():
        form = quadratic_form(values - against, covariance)
        if math.isinf(df_residual):
            statistic, pvalue = form, chi2_upper_p(form, m)
        else:
            statistic, pvalue = form / m, f_upper_p(form / m, m, df_residual)
    for array in (L, against, values, se):
        array.flags.writeable = False
    return WaldTest(
        names=tuple(names),
        contrasts=L,
        values=against,
        estimates=values,
        se=se,
        statistic=statistic,
        df=m,
        df_residual=df_residual,
        pvalue=pvalue,
    )


def quadratic_form(b: Array, covariance: Array) -> float:
    """b' V^-1 b, solved on the scale of the correlations."""
    size = np.sqrt(np.diag(covariance))
    z = b / size
    half = np.linalg.solve(np.linalg.cholesky(covariance / size / size[:, None]), z)
    return float((half * half).sum())


def f_upper_p(x: float, df1: float, df2: float) -> float:
    """P(X >= x) of the F distribution, from the incomplete beta function.

    Examples
    --------
    >>> round(f_upper_p(4.964602743730711, 1, 10), 12)
    0.05
    """
    return float(betainc(df2 / 2, df1 / 2, df2 / (df2 + df1 * x)))


def coefficient_columns(design: Design, which: Sequence[Any], *, terms: bool = True) -> list[int]:
    """Columns of the design from names, terms or positions, without repetition."""
    p = len(design.names)
    made = {term.name: term.columns for term in design.terms} if terms else {}
    found: list[int] = []
    for one in which:
        if isinstance(one, str) and one in design.names:
            found.append(design.names.index(one))
        elif isinstance(one, str) and one in made:
            found.extend(made[one])
        elif isinstance(one, int | np.integer) and not isinstance(one, bool) and -p <= one < p:
            found.append(range(p)[int(one)])
        else:
            rule = f"a position from 0 to {p - 1}" if isinstance(one, int) else "a coefficient or a term"
            known = dict.fromkeys((*design.names, *made))
            raise OptionError(f"{one!r} is not {rule}; known names: {', '.join(known)}.")
    return list(dict.fromkeys(found))


def _contrasts(design: Design, which: Any) -> tuple[Array, tuple[str, ...]]:
    p = len(design.names)
    single = isinstance(which, str | int | np.integer)
    items = [which] if single else list(which)
    if not items:
        raise OptionError("name at least one coefficient to test.")
    if all(isinstance(one, str | int | np.integer) for one in items):
        columns = coefficient_columns(design, items)
        return np.eye(p)[columns], tuple(design.names[j] for j in columns)
    try:
        L = np.atleast_2d(np.array(items, dtype=float))
    except (TypeError, ValueError):
        raise OptionError(f"contrasts must be numbers, shape (m, {p}); got {which!r}.") from None
    if L.ndim != 2 or L.shape[1] != p or not np.isfinite(L).all():
        raise OptionError(
            f"contrasts must be finite numbers, one column per coefficient, shape (m, {p}); "
            f"got shape {L.shape}."
        )
    return L, tuple(_in_words(row, design.names) for row in L)


def _in_words(row: Array, names: Sequence[str]) -> str:
    parts = [
        (f"{'-' if c < 0 else '+'} " + ("" if abs(c) == 1 else f"{abs(c):g} ") + name)
        for c, name in zip(row.tolist(), names, strict=True)
        if c
    ]
    return " ".join(parts).removeprefix("+ ")
