"""From the fits of many sets to everything that `pool` says of each: intervals, tests, heterogeneity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import beta, betainc, gammaincc, ndtr

from metasyn.batch.groups import Groups
from metasyn.batch.ragged import status_of
from metasyn.batch.statuses import CODE
from metasyn.numerics.stacked import prepare_stacked, solve_weighted_rss_stacked
from metasyn.numerics.tails import chi2_quantile, two_sided_quantile
from metasyn.synthesis.mean.prediction import MIN_K_PREDICTION
from metasyn.synthesis.tau2.backends import RaggedFits, targets_by_size
from metasyn.synthesis.tau2.many import fit_many
from metasyn.synthesis.tau2.many_fits import ManyFits
from metasyn.vocabulary import CiMethod, NormalModel, Tau2Method

__all__ = ["COLUMNS", "Part", "PoolOptions", "pool_part"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]

COLUMNS = (
    "estimate", "se", "df", "statistic", "pvalue", "ci_low", "ci_high", "pi_low", "pi_high",
    "tau2", "tau2_low", "tau2_high", "Q", "Q_pvalue", "I2", "H2",
)  # fmt: skip
# Hartung-Knapp factor of the compiled code: as it is, or where it is above 1.
_SCALED = {"hartung-knapp": 1, "hartung-knapp-adhoc": 2}
# Effects in one block of equally large sets.
_BLOCK = 2**17
# Tables by number of effects are kept for the next part where none of its sets is larger.
_MOST_KEPT = 2**10


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """What is asked of every set; checked."""

    model: NormalModel
    tau2_method: Tau2Method
    ci_method: CiMethod
    level: float
    tau2_ci: bool
    pvalues: bool
    compiled: bool

    @property
    def fixed(self) -> float | None:
        """tau2 where it is not estimated."""
        return 0.0 if self.model == "common-effect" else None

    @property
    def profile_level(self) -> float | None:
        """Level of the interval of tau2, where there is to be one."""
        return self.level if self.tau2_ci and self.fixed is None else None

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns that are NaN because they were not asked for."""
        ends = () if self.profile_level is not None else ("tau2_low", "tau2_high")
        return ends if self.pvalues else (*ends, "pvalue", "Q_pvalue")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Some sets, one after the other: set i has the effects bounds[i] to bounds[i + 1]."""

    yi: Array
    vi: Array
    bounds: Integers


def pool_part(part: Part, *, options: PoolOptions) -> Columns:
    """All columns of the sets of a part; no set depends on its companions.

    Parameters
    ----------
    part : Part
    options : PoolOptions

    Returns
    -------
    dict of str to ndarray of shape (n,)
        `COLUMNS`, and `status`.
    """
    status = status_of(part.yi, part.vi, part.bounds)
    usable = (status == CODE["ok"]) | (status == CODE["one effect"])
    compute = _compiled if options.compiled else _pooled
    if usable.size and usable.all():
        found = compute(part, options)
        found["status"] = np.maximum(status, found["status"])
        return found
    columns: Columns = {name: np.full(status.size, np.nan) for name in COLUMNS}
    if usable.any():
        found = compute(_only(part, usable), options)
        status[usable] = np.maximum(status[usable], found.pop("status"))
        for name, values in found.items():
            columns[name][usable] = values
    return {**columns, "status": status}


def _only(part: Part, usable: NDArray[np.bool_]) -> Part:
    """The usable sets."""
    k = np.diff(part.bounds)
    kept = np.repeat(usable, k)
    bounds = np.concatenate(([0], np.cumsum(k[usable]))).astype(np.int64)
    return Part(yi=part.yi[kept], vi=part.vi[kept], bounds=bounds)


def _pooled(part: Part, options: PoolOptions) -> Columns:
    """All quantities of sets that can be pooled, and of single effects what they have."""
    found = _fits_by_size(part, options)
    fits = found.fits
    k = fits.k
    tables = _Tables.of(k, options)
    common = options.model == "common-effect"
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        columns = {
            **_mean(fits, tables, options),
            **_prediction(fits, tables),
            "tau2": fits.tau2, "Q": fits.Q,
            "I2": fits.I2(common_effect=common), "H2": fits.H2(common_effect=common),
        }  # fmt: skip
        columns["Q_pvalue"] = gammaincc((k - 1) / 2, fits.Q / 2) if options.pvalues else _nan(k.size)
    for name, ends in (("tau2_low", found.tau2_low), ("tau2_high", found.tau2_high)):
        columns[name] = _nan(k.size) if ends is None else ends
    return _without_what_is_not(columns, fits)


def _nan(n: int) -> Array:
    return np.broadcast_to(np.nan, n)


def _without_what_is_not(columns: Columns, fits: ManyFits) -> Columns:
    """Nothing of a set that was not solved; of a single effect no heterogeneity."""
    lost = ~(fits.converged & np.isfinite(columns["estimate"]) & np.isfinite(columns["se"])) & (fits.k > 1)
    single = fits.k == 1
    status = np.zeros(fits.k.size, dtype=np.int8)
    if lost.any():
        status[lost] = CODE["not converged"]
        columns = {name: np.where(lost, np.nan, values) for name, values in columns.items()}
    if single.any():
        for name in ("tau2", "tau2_low", "tau2_high", "Q", "Q_pvalue", "I2", "H2", "pi_low", "pi_high"):
            columns[name] = np.where(single, np.nan, columns[name])
    return {**columns, "status": status}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """By set: degrees of freedom of the test and two-sided quantiles of the mean and of the prediction."""

    df: Array
    mean: Array
    prediction: Array

    @classmethod
    def of(cls, k: Integers, options: PoolOptions) -> _Tables:
        mean, prediction, df = _by_size(k, options)[3:6]
        return cls(df=df[k], mean=mean[k], prediction=prediction[k])


def _by_size(k: Integers, options: PoolOptions) -> Array:
    """`TABLES` of the compiled code, for the numbers of effects that occur."""
    sizes = np.flatnonzero(np.bincount(k, minlength=2))
    tables = _kept_tables if sizes[-1] < _MOST_KEPT else _kept_tables.__wrapped__
    return tables(sizes.tobytes(), options)


@lru_cache(maxsize=32)
def _kept_tables(occurring: bytes, options: PoolOptions) -> Array:
    """Targets of tau2, quantiles of the mean and of the prediction, degrees of freedom, factors of tails."""
    sizes = np.frombuffer(occurring, dtype=np.intp)
    found = np.empty((3, max(1, int(sizes[-1])) + 1))
    found[0], found[1], found[2] = two_sided_quantile(1 - options.level, np.inf), np.nan, np.inf
    for size in sizes[sizes > 1].tolist():
        t = two_sided_quantile(1 - options.level, float(size - 1))
        if options.ci_method != "wald":
            found[0, size], found[2, size] = t, size - 1
        if size >= MIN_K_PREDICTION and options.fixed is None:
            found[1, size] = t
    targets = targets_by_size(sizes, options.tau2_method, options.profile_level)
    tables = np.concatenate([targets, found, _tail_factors(found[2])[None]])
    tables.flags.writeable = False
    return tables


def _mean(fits: ManyFits, tables: _Tables, options: PoolOptions) -> Columns:
    """Standard error, interval and test of 0; the formulas of `metasyn.synthesis.mean.infer`."""
    variance = fits.variance
    if options.ci_method in ("hartung-knapp", "hartung-knapp-adhoc"):
        q = fits.rss / np.maximum(fits.k - 1, 1)
        if options.ci_method == "hartung-knapp-adhoc":
            q = np.maximum(1.0, q)
        variance = variance * (np.where(fits.k > 1, q, 1.0) if options.ci_method == "hartung-knapp" else q)
    se = np.sqrt(variance)
    # Of identical effects the Hartung-Knapp standard error is 0: there is nothing to test by.
    half, statistic = tables.mean * se, fits.estimate / np.where(se > 0, se, np.nan)
    pvalue = _pvalues(statistic, tables.df) if options.pvalues else _nan(se.size)
    return {
        "estimate": fits.estimate, "se": se, "df": tables.df, "statistic": statistic, "pvalue": pvalue,
        "ci_low": fits.estimate - half, "ci_high": fits.estimate + half,
    }  # fmt: skip


def _pvalues(statistic: Array, df: Array) -> Array:
    """Two-sided, of Student's t, or of the normal where the degrees of freedom are inf."""
    normal = np.isinf(df)
    if normal.all():
        return np.asarray(2.0 * ndtr(-np.abs(statistic)))
    with np.errstate(invalid="ignore", over="ignore"):
        square = statistic * statistic
        # As `t_two_sided_p`: below 1 the share of t^2 has the digits.
        near, far = betainc(0.5, df / 2, square / (df + square)), betainc(df / 2, 0.5, df / (df + square))
        found = np.where(square < 1, 1.0 - near, far)
    return np.asarray(np.where(normal, 2.0 * ndtr(-np.abs(statistic)), found), dtype=float)


def _prediction(fits: ManyFits, tables: _Tables) -> Columns:
    """mu ± t_{k-1} sqrt(1/sum w + tau2), from three effects on."""
    half = tables.prediction * np.sqrt(fits.variance + fits.tau2)
    return {"pi_low": fits.estimate - half, "pi_high": fits.estimate + half}


def _compiled(part: Part, options: PoolOptions) -> Columns:
    """The same by compiled code; p values that are no short sum by scipy."""
    from metasyn.numerics.compiled.entries import POOLED, fit

    k = np.diff(part.bounds)
    method, level = options.tau2_method, options.profile_level
    found = fit(
        method if options.fixed is None else "common", 0.0, part.yi, part.vi, None, part.bounds,
        _by_size(k, options), pooled=True, scaled=_SCALED.get(options.ci_method, 0),
        profile=level is not None, tails=options.pvalues,
    )  # fmt: skip
    columns: Columns = dict(zip(POOLED, found, strict=True))
    columns["status"] = columns["status"].astype(np.int8)
    if options.pvalues:
        rest = np.flatnonzero(np.isnan(columns["pvalue"]))
        columns["pvalue"][rest] = _pvalues(columns["statistic"][rest], columns["df"][rest])
        rest = np.flatnonzero(np.isnan(columns["Q_pvalue"]))
        columns["Q_pvalue"][rest] = gammaincc((k[rest] - 1) / 2, columns["Q"][rest] / 2)
    else:
        columns["pvalue"] = columns["Q_pvalue"] = _nan(k.size)
    if level is None:
        columns["tau2_low"] = columns["tau2_high"] = _nan(k.size)
    return columns


def _tail_factors(df: Array) -> Array:
    """1 / (a B(a, 1/2)) for a half the degrees of freedom; 1 where they are inf."""
    a = np.where(np.isfinite(df), df, 2.0) / 2
    return np.asarray(1.0 / (a * beta(a, 0.5)))


def _fits_by_size(part: Part, options: PoolOptions) -> RaggedFits:
    """The same by numpy: sets of one size at a time."""
    groups = Groups(keys=np.arange(part.bounds.size - 1), order=None, bounds=part.bounds)
    numbers, fits, ends = [], [], []
    level = options.profile_level
    for k, every in groups.by_size():
        size = max(1, _BLOCK // k)
        for start in range(0, every.size, size):
            some = every[start : start + size]
            at = groups.positions(some, k)
            y, v = part.yi[at], part.vi[at]
            fits.append(fit_many(y, v, tau2_method=options.tau2_method, tau2=options.fixed, strict=False))
            numbers.append(some)
            if level is not None:
                ends.append(_q_profile(y, v, k, level))
    back = np.argsort(np.concatenate(numbers), kind="stable")
    low, high = np.concatenate(ends, axis=1)[:, back] if level is not None else (None, None)
    return RaggedFits(fits=_in_order(fits, back), tau2_low=low, tau2_high=high)


def _in_order(fits: list[ManyFits], back: NDArray[np.intp]) -> ManyFits:
    names = ManyFits.__slots__
    return ManyFits(**{name: np.concatenate([getattr(one, name) for one in fits])[back] for name in names})


def _q_profile(y: Array, v: Array, k: int, level: float) -> Array:
    """The t at which the generalised Q is a quantile of chi-square, shape (2, n)."""
    if k == 1:
        return np.full((2, len(y)), np.nan)
    problem = prepare_stacked(y, v, np.ones(y.shape, dtype=bool))
    ends = np.empty((2, len(y)))
    for row, upper in enumerate(((1 - level) / 2, (1 + level) / 2)):
        found = solve_weighted_rss_stacked(problem, np.full(len(y), chi2_quantile(upper, k - 1)))
        ends[row] = np.where(found.converged, found.root * problem.unit, np.nan)
    return ends
