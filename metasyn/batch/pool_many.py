"""Pooling very many sets of effects at once: the numbers of `pool`, a row per set."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaincc, ndtr

from metasyn.batch.groups import Groups, from_bounds, from_keys
from metasyn.batch.results import STATUS, ManyResults
from metasyn.errors import OptionError
from metasyn.numerics.stacked import prepare_stacked, solve_weighted_rss_stacked
from metasyn.numerics.tails import chi2_quantile, two_sided_quantile
from metasyn.synthesis.mean.prediction import MIN_K_PREDICTION
from metasyn.synthesis.tau2.many import ManyFits, fit_many
from metasyn.vocabulary import CiMethod, NormalModel, Tau2Method, require_option

__all__ = ["BATCH_INTERVALS", "pool_many"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

BATCH_INTERVALS: tuple[CiMethod, ...] = ("wald", "t", "hartung-knapp", "hartung-knapp-adhoc")
"""Intervals of the mean that are computed for many sets at once."""
_OF_USER_WEIGHTS = ("GENQ", "GENQM")
_CODE = {word: code for code, word in enumerate(STATUS)}
# Effects in one block of equally large sets.
_BLOCK = 2**17


def pool_many(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Hashable] | ArrayLike | None = None,
    *,
    bounds: ArrayLike | None = None,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    ci_method: CiMethod = "hartung-knapp-adhoc",
    level: float = 0.95,
    tau2_ci: bool = True,
) -> ManyResults:
    r"""Pool every group of effects, each as `pool` would with the same model, estimator and interval.

    No group depends on its companions, and a bad one spoils no other: its `status` says what is wrong.
    The default interval is what the policy of `pool` gives from three effects on: Hartung-Knapp, not
    narrower than the classic one.

    Parameters
    ----------
    yi, vi : array_like of shape (m,)
        Effects on the analysis scale and sampling **variances**.
    groups : array_like of shape (m,), optional
        The key of the synthesis each effect belongs to; equal keys need not stand together.
    bounds : array_like of int, shape (n + 1,), optional
        Instead of keys: group i has the effects bounds[i] to bounds[i + 1].
    model : {'random-effects', 'common-effect'}
    tau2_method : str
        Any estimator but GENQ and GENQM, which need weights of the user.
    ci_method : {'wald', 't', 'hartung-knapp', 'hartung-knapp-adhoc'}
        As in `pool`; a set of one effect has its Wald interval.
    level : float
        Of every interval.
    tau2_ci : bool
        Whether to compute the Q-profile interval of tau2.

    Returns
    -------
    ManyResults
        Groups in the order in which they first occur.

    Raises
    ------
    OptionError
        If shapes do not fit, an option is unknown, or both or neither of `groups` and `bounds` are given.

    References
    ----------
    As of `pool`: Hartung J, Knapp G. Stat Med 2001;20:3875-3889. 10.1002/sim.1009; Viechtbauer W. Stat Med
    2007;26:37-52. 10.1002/sim.2514 (Q-profile).

    Examples
    --------
    >>> many = pool_many(
    ...     [-0.60, -0.22, 0.05, 0.4, 0.1, -0.3],
    ...     [0.04, 0.0225, 0.0625, 0.1, 0.1, -1.0],
    ...     groups=["A", "A", "A", "B", "B", "C"],
    ...     tau2_method="DL",
    ... )
    >>> many.estimate.round(3).tolist(), many.to_frame()["status"].tolist()
    ([-0.274, 0.25, nan], ['ok', 'ok', 'variance not above zero'])
    """
    y, v = _values("yi", yi), _values("vi", vi)
    if y.shape != v.shape:
        raise OptionError(f"yi and vi must have the same length; got {y.size} and {v.size}.")
    _require(model, tau2_method, ci_method, level)
    found = _groups(groups, bounds, y.size)
    with np.errstate(invalid="ignore"):
        bad = np.where(~np.isfinite(y), 1, 0) + np.where(~(np.isfinite(v) & (v > 0)), 2, 0)
    columns = _empty(found)
    for k, numbers in found.by_size():
        if k == 0:
            columns["status"][numbers] = _CODE["no effect"]
            continue
        size = max(1, _BLOCK // k)
        for start in range(0, numbers.size, size):
            part = numbers[start : start + size]
            at = found.positions(part, k)
            worst = bad[at]
            _mark(columns, part, worst)
            good = ~worst.any(axis=1)
            if good.any():
                solved = _solve(y[at[good]], v[at[good]], model, tau2_method, ci_method, level, tau2_ci)
                for name, values in solved.items():
                    columns[name][part[good]] = values
    return ManyResults(key=found.keys, k=found.sizes, **columns)


def _values(name: str, given: ArrayLike) -> Array:
    try:
        values = np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise OptionError(f"{name} must be numbers: {error}.") from error
    if values.ndim != 1:
        raise OptionError(f"{name} must have one dimension; got shape {values.shape}.")
    return values


def _require(model: str, tau2_method: str, ci_method: str, level: float) -> None:
    require_option("model", model, NormalModel)
    require_option("tau2_method", tau2_method, Tau2Method)
    require_option("ci_method", ci_method, CiMethod)
    if tau2_method in _OF_USER_WEIGHTS:
        raise OptionError(
            f"tau2_method={tau2_method!r} needs weights of the user: pool each set with pool()."
        )
    if ci_method not in BATCH_INTERVALS:
        raise OptionError(
            f"ci_method={ci_method!r} is not computed for many sets at once; "
            f"those that are: {', '.join(map(repr, BATCH_INTERVALS))}."
        )
    if not 0 < level < 1:
        raise OptionError(f"level must be in (0, 1); got {level!r}.")


def _groups(keys: Any, bounds: ArrayLike | None, m: int) -> Groups:
    if (keys is None) == (bounds is None):
        raise OptionError("pool_many takes either groups= or bounds=, exactly one of them.")
    return from_bounds(bounds, m) if bounds is not None else from_keys(keys, m)


def _empty(groups: Groups) -> dict[str, Any]:
    """Columns in which nothing is known yet."""
    n = groups.keys.size
    names = (
        "estimate", "se", "df", "statistic", "pvalue", "ci_low", "ci_high", "pi_low", "pi_high",
        "tau2", "tau2_low", "tau2_high", "Q", "Q_pvalue", "I2", "H2",
    )  # fmt: skip
    return {"status": np.zeros(n, dtype=np.int8), **{name: np.full(n, np.nan) for name in names}}


def _mark(columns: Mapping[str, NDArray[Any]], part: Integers, worst: NDArray[Any]) -> None:
    """The status of sets with a value that cannot be pooled; of two reasons the estimate's is named."""
    status = columns["status"]
    status[part[(worst & 2).any(axis=1)]] = _CODE["variance not above zero"]
    status[part[(worst & 1).any(axis=1)]] = _CODE["estimate not finite"]


def _solve(
    y: Array,
    v: Array,
    model: NormalModel,
    tau2_method: Tau2Method,
    ci_method: CiMethod,
    level: float,
    tau2_ci: bool,
) -> dict[str, NDArray[Any]]:
    """All quantities of sets of one size, by column."""
    k = y.shape[1]
    if k == 1:
        return _single(y[:, 0], v[:, 0], level)
    common = model == "common-effect"
    fits = fit_many(y, v, tau2_method=tau2_method, tau2=0.0 if common else None, strict=False)
    columns: dict[str, NDArray[Any]] = {
        **_mean(fits, k, ci_method, level),
        "tau2": fits.tau2,
        "Q": fits.Q,
        "Q_pvalue": gammaincc((k - 1) / 2, fits.Q / 2),
        "I2": fits.I2(common_effect=common),
        "H2": fits.H2(common_effect=common),
    }
    if not common:
        columns |= _prediction(fits, k, level)
        if tau2_ci:
            columns |= _q_profile(y, v, k, level)
    lost = ~fits.converged
    if lost.any():
        columns = {name: np.where(lost, np.nan, values) for name, values in columns.items()}
    return {**columns, "status": np.where(lost, _CODE["not converged"], 0).astype(np.int8)}


def _single(y: Array, v: Array, level: float) -> dict[str, NDArray[Any]]:
    """One effect: reported, not pooled."""
    se = np.sqrt(v)
    return {
        **_around(y, se, np.inf, level),
        "status": np.full(y.size, _CODE["one effect"], dtype=np.int8),
    }


def _mean(fits: ManyFits, k: int, ci_method: CiMethod, level: float) -> dict[str, Array]:
    """Standard error, interval and test of 0; the formulas of `metasyn.synthesis.mean.infer`."""
    df = np.inf if ci_method == "wald" else float(k - 1)
    variance = fits.variance
    if ci_method in ("hartung-knapp", "hartung-knapp-adhoc"):
        q = fits.rss / (k - 1)
        variance = variance * (np.maximum(1.0, q) if ci_method == "hartung-knapp-adhoc" else q)
    return _around(fits.estimate, np.sqrt(variance), df, level)


def _around(estimate: Array, se: Array, df: float, level: float) -> dict[str, Array]:
    half = two_sided_quantile(1 - level, df) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / se
        if np.isinf(df):
            pvalue = 2.0 * ndtr(-np.abs(statistic))
        else:
            pvalue = betainc(df / 2, 0.5, df / (df + statistic * statistic))
    return {
        "estimate": estimate,
        "se": se,
        "df": np.full(estimate.size, df),
        "statistic": statistic,
        "pvalue": pvalue,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
    }


def _prediction(fits: ManyFits, k: int, level: float) -> dict[str, Array]:
    """mu ± t_{k-1} sqrt(1/sum w + tau2), from three effects on."""
    if k < MIN_K_PREDICTION:
        return {}
    half = two_sided_quantile(1 - level, float(k - 1)) * np.sqrt(fits.variance + fits.tau2)
    return {"pi_low": fits.estimate - half, "pi_high": fits.estimate + half}


def _q_profile(y: Array, v: Array, k: int, level: float) -> dict[str, Array]:
    """The t at which the generalised Q is a quantile of chi-square; 0 where it lies below that at 0."""
    problem = prepare_stacked(y, v, np.ones(y.shape, dtype=bool))
    bounds = {}
    for name, upper in (("tau2_low", (1 - level) / 2), ("tau2_high", (1 + level) / 2)):
        target = np.full(problem.k.size, chi2_quantile(upper, k - 1))
        found = solve_weighted_rss_stacked(problem, target)
        bounds[name] = np.where(found.converged, found.root * problem.unit, np.nan)
    return bounds
