"""Trim and fill: how many studies a symmetric funnel would lack, and the synthesis with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError
from metasyn.numerics.wls import weighted_mean
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.small_study.inputs import poolable
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.records import plain
from metasyn.synthesis.small_study.regression import additive_line
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import Finding, NotEstimable
from metasyn.vocabulary import CiMethod, NormalModel, Side, Tau2Method, TrimFillEstimator, require_option

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TrimFill", "trim_and_fill"]

Array = NDArray[np.float64]
SideSource = Literal["given", "regression"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrimFill:
    """A trim-and-fill analysis.

    Attributes
    ----------
    estimator : {'L0', 'R0', 'Q0'}
    side : {'left', 'right'}
        Where the studies are missing.
    side_source : {'given', 'regression'}
        Whether the side was given or found by the regression of the effects on their standard errors.
    k : int
        Effects observed.
    k0 : int
        Effects estimated to be missing, and added.
    k0_se : float
    k0_pvalue : float or NotEstimable
        Test of no missing study on that side: with `R0` only.
    centre : float
        The mean after trimming, around which the added effects are mirrored.
    filled_yi, filled_vi : ndarray of shape (k0,)
        The added effects and their variances.
    mirrored : tuple of str
        The effect that each added one mirrors.
    observed, result : SynthesisResult
        The synthesis as observed and with the added effects. Trim and fill is a sensitivity
        analysis: `result` is no better estimate.
    iterations : int
    findings : tuple of Finding
    """

    estimator: TrimFillEstimator
    side: Side
    side_source: SideSource
    k: int
    k0: int
    k0_se: float | NotEstimable
    k0_pvalue: float | NotEstimable
    centre: float
    filled_yi: Array
    filled_vi: Array
    mirrored: tuple[str, ...]
    observed: SynthesisResult
    result: SynthesisResult
    iterations: int
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        self.filled_yi.flags.writeable = False
        self.filled_vi.flags.writeable = False

    def to_frame(self) -> pd.DataFrame:
        """One row per effect of the filled set: `label`, `yi`, `vi`, `filled`."""
        import pandas as pd

        effects = self.result.effects
        return pd.DataFrame(
            {
                "label": effects.labels,
                "yi": effects.yi,
                "vi": effects.vi,
                "filled": [False] * self.k + [True] * self.k0,
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, without the two syntheses."""
        return {
            "estimator": self.estimator,
            "side": self.side,
            "side_source": self.side_source,
            "k": self.k,
            "k0": self.k0,
            "k0_se": plain(self.k0_se),
            "k0_p": plain(self.k0_pvalue),
            "filled": [
                {"mirrors": label, "yi": float(y), "vi": float(v)}
                for label, y, v in zip(self.mirrored, self.filled_yi, self.filled_vi, strict=True)
            ],
            "observed_estimate": self.observed.estimate,
            "filled_estimate": self.result.estimate,
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import trim_fill_to_text

        return trim_fill_to_text(self)


def trim_and_fill(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    estimator: TrimFillEstimator = "L0",
    side: Side | None = None,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    ci_method: CiMethod = "wald",
    level: float = 0.95,
    force: bool = False,
) -> TrimFill:
    r"""Duval and Tweedie's trim and fill.

    With r_i the ranks of the absolute deviations from the mean of the trimmed set, T the sum of
    the ranks of the effects on the full side and g the largest rank on the other:

    ====  =================================================================
    R0    k - g - 1
    L0    (4T - k(k+1)) / (2k - 1)
    Q0    k - 1/2 - sqrt(2k^2 - 4T + 1/4)
    ====  =================================================================

    rounded, at least 0, repeated until the number stays the same. That many of the most extreme
    effects are then mirrored around the mean of the trimmed set. Mean and synthesis use one model
    throughout.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    estimator : {'L0', 'R0', 'Q0'}
    side : {'left', 'right'}, optional
        Where studies are missing; default by the sign of the regression of the effects on their
        standard errors under the same model.
    model : {'random-effects', 'common-effect'}
    tau2_method, ci_method : str
    level : float
    force : bool
        Compute it for fewer than ten effects as well.

    Raises
    ------
    OptionError
        If an option or the data are out of range.
    NotEstimableError
        If k < 10 without `force`, k < 3, or the number of missing studies does not settle.

    References
    ----------
    Duval S, Tweedie R. A nonparametric "trim and fill" method of accounting for publication bias
    in meta-analysis. J Am Stat Assoc 2000;95:89-98. 10.1080/01621459.2000.10473905
    Duval S, Tweedie R. Trim and fill. Biometrics 2000;56:455-463. 10.1111/j.0006-341X.2000.00455.x

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> found = trim_and_fill(yi=yi, vi=vi)
    >>> found.side, found.k0, round(found.k0_se, 4), round(found.result.estimate, 3)
    ('right', 5, 1.8918, -0.243)
    """
    require_option("estimator", estimator, TrimFillEstimator)
    require_option("model", model, NormalModel)
    require_option("tau2_method", tau2_method, Tau2Method)
    spec = SynthesisSpec(model=model, tau2_method=tau2_method, ci_method=ci_method, level=level)
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "trim and fill", force=force, least=3)
    method = tau2_method if model == "random-effects" else None
    where = _side(chosen, method) if side is None else require_option("side", side, Side)
    sign = -1.0 if where == "right" else 1.0
    order = np.argsort(sign * chosen.yi, kind="stable")
    y, v = sign * chosen.yi[order], chosen.vi[order]
    found = _trim(y, v, estimator, method)
    missing = order[y.size - found.k0 :]
    filled_yi = 2 * sign * found.centre - chosen.yi[missing]
    filled_vi = chosen.vi[missing]
    names = chosen.labels
    mirrored = tuple(names[i] for i in missing)
    return TrimFill(
        estimator=estimator,
        side="right" if where == "right" else "left",
        side_source="regression" if side is None else "given",
        k=chosen.k,
        k0=found.k0,
        k0_se=found.se,
        k0_pvalue=_pvalue(estimator, found.k0),
        centre=sign * found.centre,
        filled_yi=filled_yi,
        filled_vi=filled_vi,
        mirrored=mirrored,
        observed=synthesise(chosen, spec),
        result=synthesise(_filled(chosen, names, mirrored, filled_yi, filled_vi), spec),
        iterations=found.iterations,
        findings=findings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trimmed:
    k0: int
    se: float | NotEstimable
    centre: float
    iterations: int


def _trim(y: Array, v: Array, estimator: TrimFillEstimator, method: Tau2Method | None) -> _Trimmed:
    """Trim the right end of sorted effects until the estimated number is the number trimmed."""
    k = y.size
    k0, seen = 0, []
    while k0 not in seen:
        seen.append(k0)
        if k - k0 < 2:
            raise NotEstimableError("trim and fill would trim all effects but one; try another estimator.")
        centre = _mean(y[: k - k0], v[: k - k0], method)
        raw, variance = _ESTIMATORS[estimator](k, *_ranks(y - centre))
        k0 = max(0, round(raw))
        if k0 == seen[-1]:
            return _Trimmed(k0=k0, se=_root(variance), centre=centre, iterations=len(seen))
    raise NotEstimableError(
        f"trim and fill does not settle: the number of missing studies goes round "
        f"{', '.join(map(str, seen))}; try another estimator."
    )


def _root(variance: float) -> float | NotEstimable:
    if variance < 0:
        return NotEstimable("the formula for the variance is negative: fewer studies than none are missing")
    return math.sqrt(variance)


def _mean(y: Array, v: Array, method: Tau2Method | None) -> float:
    tau2 = 0.0 if method is None else estimate_tau2(y, v, method=method).value
    return weighted_mean(y, 1 / (v + tau2))[0]


def _ranks(deviations: Array) -> tuple[float, float]:
    """Sum of the ranks of the positive deviations, and the largest rank of a negative one (0 if none)."""
    ranks = np.empty(deviations.size)
    ranks[np.argsort(np.abs(deviations), kind="stable")] = np.arange(1, deviations.size + 1)
    negative = ranks[deviations < 0]
    return float(ranks[deviations > 0].sum()), float(negative.max()) if negative.size else 0.0


def _r0(k: int, full: float, largest: float) -> tuple[float, float]:
    raw = k - largest - 1
    return raw, 2 * max(0.0, raw) + 2


def _l0(k: int, full: float, largest: float) -> tuple[float, float]:
    raw = (4 * full - k * (k + 1)) / (2 * k - 1)
    return raw, 16 * _rank_sum_variance(k, raw) / (2 * k - 1) ** 2


def _q0(k: int, full: float, largest: float) -> tuple[float, float]:
    square = 2 * k * k - 4 * full + 0.25
    if square < 0:
        raise NotEstimableError(
            "the estimator Q0 is the root of a negative number for these effects: nearly all of them lie on "
            "one side of the mean; use 'L0' or 'R0'."
        )
    raw = k - 0.5 - math.sqrt(square)
    return raw, 4 * _rank_sum_variance(k, raw) / ((k - 0.5) ** 2 - raw * (2 * k - raw - 1))


def _rank_sum_variance(k: int, k0: float) -> float:
    """Variance of the rank sum at k0 missing studies (Duval & Tweedie 2000, JASA); k0 not rounded."""
    lower = 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k * k * k0
    return (k * (k + 1) * (2 * k + 1) + 10 * k0**3 + lower) / 24


_ESTIMATORS = {"R0": _r0, "L0": _l0, "Q0": _q0}


def _pvalue(estimator: TrimFillEstimator, k0: int) -> float | NotEstimable:
    """P of k0 or more: k0 + 1 largest ranks in a row on one side, each with probability 1/2."""
    if estimator != "R0":
        return NotEstimable("only the estimator R0 comes with a test of no missing studies")
    return 0.5 ** (k0 + 1)


def _side(effects: EffectSet, method: Tau2Method | None) -> Side:
    try:
        line = additive_line(
            effects.yi, effects.vi, np.sqrt(effects.vi), tau2_method=method, ci_method="wald", level=0.95
        )
    except NotEstimableError as error:
        failed = NotEstimableError(f"the side of missing studies cannot be found: {error}")
        failed.add_note("Give side= to name it.")
        raise failed from None
    return "right" if line.slope.estimate < 0 else "left"


def _filled(
    effects: EffectSet, names: tuple[str, ...], mirrored: tuple[str, ...], yi: Array, vi: Array
) -> EffectSet:
    return EffectSet(
        measure=effects.measure,
        effects=GivenEffects(
            yi=np.concatenate([effects.yi, yi]),
            vi=np.concatenate([effects.vi, vi]),
            labels=(*names, *(f"filled: mirror of {label}" for label in mirrored)),
            attributes={},
        ),
        outcome=effects.outcome,
    )
