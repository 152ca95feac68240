"""Joint tests of several coefficients, from a cluster-robust covariance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.moderators.wald import f_upper_p
from metasyn.synthesis.robust.model import RobustResult
from metasyn.synthesis.robust.sandwich import Sandwich
from metasyn.synthesis.robust.working import WorkingModel
from metasyn.values import NotEstimable

__all__ = ["combinations_of", "not_told", "omnibus_test", "robust_wald_test", "untestable", "wald"]

_Array = NDArray[np.float64]

# Shares that are rounding errors, and a ratio of variances that is one.
_ROUNDING = 1e-6
_TINY = 1e-20


def robust_wald_test(
    result: RobustResult, which: Sequence[str] | ArrayLike, values: ArrayLike | None = None
) -> WaldTest:
    r"""Test that several combinations of the coefficients are zero.

    With q combinations C, `Q = (Cb - c)' (C V C')^-1 (Cb - c)`. `satterthwaite`: the approximate Hotelling
    test, `(eta - q + 1) / (eta q) Q` as F on q and `eta - q + 1` (`Sandwich.freedom` is eta); `residual`:
    Q / q as F on q and m - p.

    Parameters
    ----------
    result : RobustResult
    which : sequence of str, or array_like of shape (q, p)
        Names of coefficients, or a matrix of combinations.
    values : array_like of shape (q,), optional
        What they are tested against; default zero.

    Returns
    -------
    WaldTest

    Raises
    ------
    OptionError
        If a name is unknown or a shape is wrong.
    NotEstimableError
        If the combinations follow from each other, rest on one cluster alone, or have too few clusters.

    References
    ----------
    Tipton E, Pustejovsky JE. Small-sample adjustments for tests of moderators and model fit using robust
    variance estimation in meta-regression. J Educ Behav Stat 2015;40:604-634. 10.3102/1076998615606099.

    Examples
    --------
    >>> from metasyn.synthesis.robust import cluster_robust
    >>> result = cluster_robust(
    ...     yi=[-0.6, -0.4, -0.9, -0.1, -0.5, 0.2], working=[0.1, 0.1, 0.2, 0.15, 0.12, 0.2],
    ...     clusters=["A", "A", "B", "C", "D", "E"], design=[[1, 0], [1, 1], [1, 0], [1, 3], [1, 2], [1, 4]])
    >>> test = robust_wald_test(result, ["x2"])
    >>> round(test.statistic - result["x2"].statistic ** 2, 10)
    0.0
    """
    contrasts, names, against = combinations_of(result.names, which, values)
    found = wald(result.model, result.sandwich, result.df_method, contrasts, names, against)
    if isinstance(found, NotEstimable):
        raise NotEstimableError(f"{', '.join(names)}: {found.reason}.")
    return found


def not_told(parts: Sandwich, contrasts: _Array, ratio: float) -> NotEstimable | None:
    """Why the residuals do not tell the variance of combinations."""
    if any(parts.share_lost(row) > _ROUNDING for row in contrasts):
        return NotEstimable(
            "it rests on one cluster alone, which the model fits exactly, so how clusters differ says "
            "nothing about its error"
        )
    if ratio < _TINY:
        return NotEstimable(
            "the estimates lie exactly on the fitted values: there are no residuals to tell from"
        )
    return None


def omnibus_test(model: WorkingModel, parts: Sandwich, df_method: str) -> WaldTest | NotEstimable:
    """The test of all coefficients but the intercept; of all where there is none."""
    tested = [j for j in range(model.p) if j or not np.all(model.design[:, 0] == 1)]
    if not tested or model.p == 1:
        return NotEstimable("there is no coefficient but the intercept")
    names = tuple(model.names[j] for j in tested)
    return wald(model, parts, df_method, np.eye(model.p)[tested], names, np.zeros(len(tested)))


def untestable(model: WorkingModel, parts: Sandwich, contrasts: _Array) -> NotEstimable | None:
    """Why combinations cannot be tested together, whatever the distribution."""
    q = contrasts.shape[0]
    if np.linalg.matrix_rank(contrasts) < q:
        return NotEstimable("the combinations follow from each other")
    why = not_told(parts, contrasts, 1.0)
    if why is not None:
        return why
    covariance = contrasts @ parts.covariance @ contrasts.T
    scale = np.sqrt((contrasts @ parts.bread @ contrasts.T).diagonal())
    least = float(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0])
    if model.n_clusters <= q or least < _TINY + _ROUNDING**2 * q:
        return NotEstimable(f"{model.n_clusters} clusters do not tell the covariance of {q} combinations")
    return None


def wald(
    model: WorkingModel,
    parts: Sandwich,
    df_method: str,
    contrasts: _Array,
    names: tuple[str, ...],
    values: _Array,
) -> WaldTest | NotEstimable:
    """The test of given combinations, or why there is none."""
    q = len(names)
    why = untestable(model, parts, contrasts)
    if why is not None:
        return why
    covariance = contrasts @ parts.covariance @ contrasts.T
    estimates = contrasts @ parts.coefficients
    distance = estimates - values
    Q = float(distance @ np.linalg.solve(covariance, distance))
    if df_method == "satterthwaite":
        eta = parts.freedom(contrasts)
        df = eta - q + 1
        if df <= 0:
            return NotEstimable(f"too few clusters: {eta:.3g} degrees of freedom for {q} combinations")
        statistic = df / (eta * q) * Q
    else:
        df, statistic = float(model.n_clusters - model.p), Q / q
    return WaldTest(
        names=names,
        contrasts=contrasts,
        values=values,
        estimates=estimates,
        se=np.sqrt(covariance.diagonal()),
        statistic=statistic,
        df=q,
        df_residual=df,
        pvalue=f_upper_p(statistic, q, df),
    )


def combinations_of(
    known: tuple[str, ...], which: Any, values: ArrayLike | None
) -> tuple[_Array, tuple[str, ...], _Array]:
    """Combinations as rows, with their names and what they are tested against."""
    contrasts, names = _contrasts(known, which)
    against = np.zeros(len(names)) if values is None else number_array("values", values)
    if against.shape != (len(names),) or not np.all(np.isfinite(against)):
        raise OptionError(f"values must hold {len(names)} finite numbers; got {values!r}.")
    return contrasts, names, against


def _contrasts(known: tuple[str, ...], which: Any) -> tuple[_Array, tuple[str, ...]]:
    """Combinations as rows, with their names."""
    chosen = [which] if isinstance(which, str) else which
    if not isinstance(chosen, np.ndarray) and all(isinstance(name, str) for name in chosen):
        unknown = [name for name in chosen if name not in known]
        if unknown or not len(chosen):
            raise OptionError(f"name one or more of {', '.join(known)}; got {which!r}.")
        return np.eye(len(known))[[known.index(name) for name in chosen]], tuple(chosen)
    array = np.atleast_2d(np.asarray(chosen))
    if array.ndim != 2 or array.shape[1] != len(known):
        raise OptionError(f"combinations need {len(known)} columns; got shape {array.shape}.")
    matrix = number_array("which", array.ravel()).reshape(array.shape)
    words = [" + ".join(f"{x:g} {name}" for x, name in zip(row, known, strict=True) if x) for row in matrix]
    return matrix, tuple(words)
