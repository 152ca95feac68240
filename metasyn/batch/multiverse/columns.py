"""Estimates and intervals of many specifications, from the fits of all sets at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr

from metasyn.batch.multiverse.methods import Method
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.heterogeneity import COMMON_EFFECT
from metasyn.synthesis.mean import Inference, fit_mean, infer
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.pool import pool
from metasyn.synthesis.tau2.many import ManyFits
from metasyn.values import NotEstimable

__all__ = ["FIGURES", "Columns", "fill_by_fits", "fill_by_pool", "fill_single", "pool_alone"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

FIGURES = ("estimate", "ci_low", "ci_high", "pvalue", "tau2", "I2")
_STACKED = ("wald", "t", "hartung-knapp", "hartung-knapp-adhoc")
_UNSOLVED = "the equation of the estimator of the between-study variance was not solved to full precision"


@dataclass(slots=True, eq=False)
class Columns:
    """The figures of n specifications while they are filled in, nan where nothing is known."""

    k: Places
    figures: Array
    reason: Places
    reasons: dict[str, int] = field(default_factory=dict)

    @classmethod
    def empty(cls, n: int) -> Columns:
        """No specification has a figure yet."""
        return cls(
            k=np.zeros(n, dtype=np.int64),
            figures=np.full((len(FIGURES), n), np.nan),
            reason=np.full(n, -1, dtype=np.int64),
        )

    def put(self, places: Places, **values: Array | float) -> None:
        """Write some figures of some specifications."""
        for name, value in values.items():
            self.figures[FIGURES.index(name), places] = value

    def refuse(self, places: Places, why: str) -> None:
        """Say why something is missing."""
        self.reason[places] = self.reasons.setdefault(why.rstrip("."), len(self.reasons))


def fill_single(
    columns: Columns, places: Places, yi: Array, vi: Array, level: float, null: float | None
) -> None:
    """One effect alone: its own estimate and Wald interval, whatever was asked for."""
    columns.put(places, **_symmetric(yi, np.sqrt(vi), np.full(yi.size, np.inf), level, null))


def fill_by_fits(
    columns: Columns,
    places: Places,
    effects: EffectSet,
    present: Flags,
    fits: ManyFits,
    method: Method,
    base: SynthesisSpec,
) -> None:
    """The normal-normal model of sets of two effects or more, shape (n, k), by one interval method.

    Wald, t and Hartung-Knapp intervals are computed for all sets together, the others by `infer`, set by
    set, from the same tau2.
    """
    common = method.model == "common-effect"
    columns.put(
        places,
        tau2=np.zeros(places.size) if common else fits.tau2,
        I2=fits.I2(common_effect=common or base.i2_method == "Q"),
    )
    null = effects.measure.null
    if method.ci_method in _STACKED:
        df = np.asarray(math.inf if method.ci_method == "wald" else fits.k - 1.0, dtype=float)
        df = np.broadcast_to(df, places.shape)
        se = np.sqrt(fits.variance * _factor(fits, method))
        columns.put(places, **_symmetric(fits.estimate, se, df, base.level, null))
    else:
        yi, vi = effects.yi, effects.vi
        for i, place in enumerate(places.tolist()):
            here = present[i]
            fit = fit_mean(
                yi[here],
                vi[here],
                float(fits.tau2[i]),
                tau2_method=COMMON_EFFECT if common else str(method.tau2_method),
            )
            found = infer(fit, method.ci_method, level=base.level, null=null, seed=base.seed)
            _put_inference(columns, np.array([place]), found)
    lost = ~fits.converged
    if lost.any():
        columns.figures[:, places[lost]] = np.nan
        columns.refuse(places[lost], _UNSOLVED)


def _factor(fits: ManyFits, method: Method) -> Array:
    """What the squared classic standard error is multiplied with."""
    if method.ci_method in ("wald", "t"):
        return np.ones(fits.k.size)
    q = fits.rss / (fits.k - 1)
    return np.maximum(1.0, q) if method.ci_method == "hartung-knapp-adhoc" else q


def _symmetric(estimate: Array, se: Array, df: Array, level: float, null: float | None) -> dict[str, Array]:
    """Intervals around estimates, and the test of no effect; the formulas of `synthesis.mean.infer`."""
    quantiles = {one: two_sided_quantile(1 - level, one) for one in np.unique(df).tolist()}
    half = np.array([quantiles[one] for one in df.tolist()]) * se
    pvalue = np.full(estimate.size, np.nan)
    if null is not None:
        some = se > 0
        z = (estimate[some] - null) / se[some]
        normal, t_df = np.isinf(df[some]), np.where(np.isinf(df[some]), 1.0, df[some])
        by_t = betainc(t_df / 2, 0.5, t_df / (t_df + z * z))
        pvalue[some] = np.where(normal, 2 * ndtr(-np.abs(z)), by_t)
    return {"estimate": estimate, "ci_low": estimate - half, "ci_high": estimate + half, "pvalue": pvalue}


def _put_inference(columns: Columns, place: Places, found: Inference) -> None:
    """The answer of one interval method."""
    pvalue = math.nan if isinstance(found.pvalue, NotEstimable) else found.pvalue
    columns.put(place, estimate=found.estimate, pvalue=pvalue)
    if isinstance(found.ci, NotEstimable):
        columns.refuse(place, found.ci.reason)
    else:
        columns.put(place, ci_low=found.ci.low, ci_high=found.ci.high)


def pool_alone(effects: EffectSet, spec: SynthesisSpec, kept: tuple[int, ...]) -> SynthesisResult | str:
    """One set pooled by `pool` itself, or why it has no estimate."""
    try:
        return pool(effects.take(kept), spec=spec)
    except (NotEstimableError, OptionError) as error:
        return str(error)


def fill_by_pool(columns: Columns, place: int, result: SynthesisResult | str) -> None:
    """A model that is fitted set by set."""
    at = np.array([place])
    if isinstance(result, str):
        columns.refuse(at, result)
        return
    pvalue = math.nan if isinstance(result.pvalue, NotEstimable) else result.pvalue
    columns.put(at, estimate=result.estimate, pvalue=pvalue)
    if isinstance(result.ci, NotEstimable):
        columns.refuse(at, result.ci.reason)
    else:
        columns.put(at, ci_low=result.ci.low, ci_high=result.ci.high)
    if not isinstance(result.heterogeneity, NotEstimable):
        columns.put(at, tau2=result.heterogeneity.tau2.value, I2=result.heterogeneity.I2)
