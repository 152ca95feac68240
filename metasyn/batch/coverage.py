"""How often intervals hold the truth: simulated syntheses, pooled by any estimator and interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from metasyn.batch.frames import frame_of
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.pool_many import pool_many
from metasyn.batch.results import ManyResults
from metasyn.batch.seeds import stream
from metasyn.batch.statuses import CODE
from metasyn.errors import OptionError
from metasyn.values import require_whole
from metasyn.vocabulary import CiMethod, Tau2Method

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Coverage", "Design", "simulate_coverage"]

Array = NDArray[np.float64]
Design = Callable[[np.random.Generator, int], ArrayLike]
"""Sampling variances of n syntheses, shape (n, k), from a generator and n."""

# Effects of one part: not to be changed, or every seed means other draws.
_PART = 2**17
_SHOWN = ("true_tau2", "tau2_method", "ci_method", "n", "coverage", "coverage_se", "width", "bias")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """One row per truth and method; arrays read-only, on the scale of the effects.

    Attributes
    ----------
    true_tau2 : ndarray
    tau2_method : ndarray of str
        Estimator, or `"common-effect"`.
    ci_method : ndarray of str
    n, n_lost : ndarray of int
        Syntheses that were pooled, and those that were not (no solution, or sizes beyond double
        precision), which count nowhere.
    coverage, coverage_se : ndarray
        Proportion of intervals that hold the true mean, with its Monte Carlo standard error.
    width, width_se : ndarray
        Mean width of the interval.
    bias, bias_se, rmse : ndarray
        Of the estimate of the mean.
    tau2_bias, tau2_bias_se : ndarray
    pi_coverage, pi_coverage_se, pi_width : ndarray
        Mean probability with which the prediction interval holds the true effect of a new study, exact given
        the interval. NaN where there is no such interval: fewer than three effects, a common effect.
    """

    true_tau2: Array
    tau2_method: NDArray[np.str_]
    ci_method: NDArray[np.str_]
    n: NDArray[np.int64]
    n_lost: NDArray[np.int64]
    coverage: Array
    coverage_se: Array
    width: Array
    width_se: Array
    bias: Array
    bias_se: Array
    rmse: Array
    tau2_bias: Array
    tau2_bias_se: Array
    pi_coverage: Array
    pi_coverage_se: Array
    pi_width: Array

    def __post_init__(self) -> None:
        for one in fields(self):
            getattr(self, one.name).flags.writeable = False

    def __len__(self) -> int:
        return self.n.size

    def __str__(self) -> str:
        from metasyn.batch.printed import rows_text

        head = "how often intervals of the mean hold the truth, in simulated syntheses"
        return rows_text(head, self, _SHOWN, {})

    __repr__ = __str__

    def to_frame(self) -> pd.DataFrame:
        """A data frame with a row per truth and method."""
        return frame_of(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Truth:
    """What is simulated, and how it is pooled."""

    design: Array | Design
    mu: float
    methods: tuple[tuple[str, CiMethod], ...]
    level: float
    seed: int


def simulate_coverage(
    vi: ArrayLike | Design,
    *,
    tau2: float | Sequence[float] = 0.0,
    mu: float = 0.0,
    methods: Sequence[tuple[Tau2Method | Literal["common-effect"], CiMethod]] = (
        ("REML", "wald"),
        ("REML", "hartung-knapp"),
        ("REML", "hartung-knapp-adhoc"),
    ),
    n: int = 10_000,
    seed: int = 1,
    level: float = 0.95,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Coverage:
    r"""Simulate syntheses y_i = mu + sqrt(tau2 + v_i) Z_i and see how often the intervals hold mu.

    All methods pool the same draws, and every tau2 has the same Z.

    Parameters
    ----------
    vi : array_like of shape (k,), or callable
        Sampling **variances** of every synthesis; or a function of a random generator and a number m that
        draws those of m syntheses, shape (m, k).
    tau2 : float or sequence of float
        True between-study variance; several give a row each.
    mu : float
        True mean.
    methods : sequence of pairs
        Estimator of tau2, or `'common-effect'`, and interval of the mean, as of `pool_many`.
    n : int
        Syntheses for every tau2.
    seed : int
        Every 2^17 / k syntheses have a stream of random numbers of their own, so that the answer does not
        depend on the number of workers.
    level : float
    n_jobs, progress
        As of `metasyn.batch.parallel.map_parts`.

    Returns
    -------
    Coverage

    Raises
    ------
    OptionError
        If an option is unknown or out of range, or the variances are not of one number of effects.

    References
    ----------
    Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical methods. Stat Med
    2019;38:2074-2102. 10.1002/sim.8086

    Examples
    --------
    With equal variances the Hartung-Knapp interval is Student's, and exact:

    >>> found = simulate_coverage(
    ...     [0.1] * 5, tau2=0.05, methods=[("DL", "hartung-knapp")], n=4000, n_jobs=1
    ... )
    >>> bool(abs(found.coverage[0] - 0.95) < 4 * found.coverage_se[0])
    True
    """
    require_whole("n", n, at_least=2)
    require_whole("seed", seed, at_least=0)
    truths = _truths(tau2)
    if not np.isfinite(mu):
        raise OptionError(f"mu must be a finite number; got {mu!r}.")
    design = vi if callable(vi) else np.asarray(vi, dtype=float)
    k = _variances(design, stream(seed, 0), 2).shape[1]
    request = _Truth(design=design, mu=float(mu), methods=_methods(methods, level), level=level, seed=seed)
    size = max(1, _PART // k)
    starts = range(0, n, size)
    parts = [(truth, part, min(size, n - start)) for truth in truths for part, start in enumerate(starts)]
    answers = map_parts(
        partial(_tally, request=request), parts, n_jobs=n_jobs, total=len(parts), progress=progress
    )
    moments = np.stack(list(answers)).reshape(truths.size, len(starts), len(request.methods), -1)
    return _summary(moments, n, truths, request)


def _truths(tau2: float | Sequence[float]) -> Array:
    truths = np.atleast_1d(np.asarray(tau2, dtype=float))
    if truths.ndim != 1 or not truths.size or not (np.isfinite(truths) & (truths >= 0)).all():
        raise OptionError(f"tau2 must be one or several finite numbers >= 0; got {tau2!r}.")
    return truths


def _methods(
    methods: Sequence[tuple[Tau2Method | Literal["common-effect"], CiMethod]], level: float
) -> tuple[tuple[str, CiMethod], ...]:
    """The methods, each tried on two effects so that a wrong one is named at once."""
    if not methods:
        raise OptionError("methods must name at least one pair of estimator and interval.")
    for pair in methods:
        if isinstance(pair, str) or len(pair) != 2:
            raise OptionError(f"methods must be pairs of estimator and interval; got {pair!r}.")
        _pooled(np.zeros((1, 2)), np.ones((1, 2)), *pair, level)
    return tuple((str(one), ci) for one, ci in methods)


def _variances(design: Array | Design, rng: np.random.Generator, n: int) -> Array:
    """Sampling variances of n syntheses, shape (n, k)."""
    drawn = np.asarray(design(rng, n), dtype=float) if callable(design) else design
    if not callable(design) and drawn.ndim == 1:
        drawn = np.broadcast_to(drawn, (n, drawn.size))
    if drawn.ndim != 2 or drawn.shape[0] != n or drawn.shape[1] < 2:
        raise OptionError(f"vi must be two variances at least, or draw shape ({n}, k); got {drawn.shape}.")
    if not (np.isfinite(drawn) & (drawn > 0)).all():
        raise OptionError("vi must be finite and above zero.")
    return drawn


def _pooled(y: Array, v: Array, tau2_method: str, ci_method: CiMethod, level: float) -> ManyResults:
    common = tau2_method == "common-effect"
    return pool_many(
        y.ravel(),
        v.ravel(),
        bounds=np.arange(0, y.size + 1, y.shape[1]),
        model="common-effect" if common else "random-effects",
        tau2_method="DL" if common else cast("Tau2Method", tau2_method),
        ci_method=ci_method,
        level=level,
        tau2_ci=False,
        pvalues=False,
        n_jobs=1,
    )


def _tally(part: tuple[float, int, int], *, request: _Truth) -> Array:
    """Moments over the syntheses of one part, a row for every method."""
    tau2, number, n = part
    rng = stream(request.seed, number)
    v = _variances(request.design, rng, n)
    y = request.mu + np.sqrt(tau2 + v) * rng.standard_normal(v.shape)
    rows = []
    for method, ci_method in request.methods:
        many = _pooled(y, v, method, ci_method, request.level)
        ok = many.status == CODE["ok"]
        rows.append(_moments(many, ok, request.mu, tau2))
    return np.stack(rows)


def _moments(many: ManyResults, ok: NDArray[np.bool_], mu: float, tau2: float) -> Array:
    """How many there are, then mean and sum of squared deviations of everything that is told of them."""
    low, high = many.ci_low[ok], many.ci_high[ok]
    pi_low, pi_high = many.pi_low[ok], many.pi_high[ok]
    values = np.stack(
        [
            (low <= mu) & (mu <= high),
            high - low,
            many.estimate[ok] - mu,
            many.tau2[ok] - tau2,
            _held(pi_low - mu, pi_high - mu, tau2),
            pi_high - pi_low,
        ]
    )
    n = values.shape[1]
    mean = values.sum(axis=1) / max(n, 1)
    return np.concatenate([[n], mean, ((values - mean[:, None]) ** 2).sum(axis=1)])


def _held(low: Array, high: Array, tau2: float) -> Array:
    """Probability that a normal deviate of variance tau2 lies between two bounds."""
    if tau2 == 0:
        return np.where(np.isnan(low), np.nan, (low <= 0) & (high >= 0))
    tau = np.sqrt(tau2)
    probability: Array = ndtr(high / tau) - ndtr(low / tau)
    return probability


def _joined(moments: Array) -> tuple[Array, Array, Array]:
    """Numbers, means and sums of squares of parts together; parts are the second axis."""
    n = moments[..., :1]
    mean, square = np.split(moments[..., 1:], 2, axis=-1)
    total = n.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = (n * mean).sum(axis=1) / total
    return total, overall, (square + n * (mean - overall[:, None]) ** 2).sum(axis=1)


def _summary(moments: Array, n: int, truths: Array, request: _Truth) -> Coverage:
    """Means and their Monte Carlo standard errors, a row for every truth and method."""
    pooled, mean, square = (one.reshape(-1, one.shape[-1]) for one in _joined(moments))
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt(square / pooled / (pooled - 1))
        rmse = np.sqrt(mean[:, 2] ** 2 + square[:, 2] / pooled[:, 0])
    names = np.array([[one, ci] for one, ci in request.methods])
    repeated = np.tile(names, (truths.size, 1))
    counted = pooled[:, 0].astype(np.int64)
    told = ("coverage", "width", "bias", "tau2_bias", "pi_coverage")
    return Coverage(
        true_tau2=np.repeat(truths, len(names)),
        tau2_method=repeated[:, 0].copy(),
        ci_method=repeated[:, 1].copy(),
        n=counted,
        n_lost=n - counted,
        rmse=rmse,
        pi_width=mean[:, 5].copy(),
        **{name: mean[:, i].copy() for i, name in enumerate(told)},
        **{f"{name}_se": se[:, i].copy() for i, name in enumerate(told)},
    )
