"""How probable it is that the true effect of a new study lies beyond a threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from metasyn.errors import OptionError
from metasyn.numerics.tails import two_sided_p
from metasyn.synthesis.mean.bootstrap import bootstrap_predictions
from metasyn.synthesis.mean.fit import MeanFit
from metasyn.synthesis.mean.prediction import MIN_K_PREDICTION, Predictive, predictive_distribution
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, PiMethod, require_option

if TYPE_CHECKING:
    from metasyn.synthesis.model import SynthesisResult

__all__ = ["ThresholdProbability", "predictive_of", "probability_beyond"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdProbability:
    """Predictive probabilities on both sides of a threshold.

    Attributes
    ----------
    threshold : float
        On the analysis scale.
    below, above : float
        Probabilities, each computed in its own tail; they sum to 1.
    pi_method : str
        Whose predictive distribution it is.
    """

    threshold: float
    below: float
    above: float
    pi_method: PiMethod

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "threshold": self.threshold,
            "below": self.below,
            "above": self.above,
            "pi_method": self.pi_method,
        }

    def __str__(self) -> str:
        return (
            f"probability that the true effect of a new study is below {self.threshold:.6g}: "
            f"{self.below:.4g}, above: {self.above:.4g} "
            f"(analysis scale, predictive distribution {self.pi_method})"
        )


def probability_beyond(
    source: MeanFit | SynthesisResult,
    threshold: float,
    *,
    pi_method: PiMethod | None = None,
    ci_method: CiMethod | None = None,
    seed: int | None = None,
    natural: bool = False,
) -> ThresholdProbability | NotEstimable:
    r"""Probability that the true effect in a new setting lies below, and above, a threshold.

    With the centre m, scale s and degrees of freedom of the predictive distribution behind a
    prediction interval: P(above) = P(T > (threshold - m) / s). For `bootstrap` it is the share of
    the draws. A threshold at a bound of the prediction interval of level L gives (1 - L) / 2.

    Parameters
    ----------
    source : SynthesisResult or MeanFit
    threshold : float
        On the **analysis** scale (log for ratios), unless `natural`.
    pi_method : str, optional
        Default: that of the result's request, or `t(k-1)`.
    ci_method : str, optional
        Decides on the floor of the Hartung-Knapp standard error; default: that of the result.
    seed : int, optional
        Of the bootstrap; default: that of the result's request, or 1.
    natural : bool
        The threshold is on the natural scale (a hazard ratio, a proportion); results only.

    Returns
    -------
    ThresholdProbability or NotEstimable
        The reason where there is no predictive distribution.

    Raises
    ------
    OptionError
        If the threshold is not a finite number or not possible on the natural scale, or the method
        is unknown.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159.
    10.1111/j.1467-985X.2008.00552.x
    Mathur MB, VanderWeele TJ. New metrics for meta-analyses of heterogeneous effects. Stat Med
    2019;38:1336-1342. 10.1002/sim.8057

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5, -1.4], vi=[0.1, 0.05, 0.2, 0.1], measure="HR")
    >>> found = probability_beyond(result, 1.0, natural=True)
    >>> round(found.below, 3), round(found.above, 3)
    (0.844, 0.156)
    """
    if isinstance(source, MeanFit):
        fit, chosen, interval, drawn_with = source, pi_method or "t(k-1)", ci_method or "wald", seed
        if natural:
            raise OptionError("natural=True needs a result: a fit alone does not know its measure.")
        value = _number(threshold)
    else:
        if source.model == "common-effect" or not source.pooled:
            return NotEstimable("without a random-effects model there is no distribution to predict from")
        if source.model == "bayesian":
            return NotEstimable("ask the Bayesian result: probability_below(..., of='predictive')")
        if source.model == "glmm" and (pi_method or ci_method):
            raise OptionError(
                "a mixed model predicts with its own interval; leave pi_method and ci_method out."
            )
        fit, request = source.fit, source.request
        chosen, interval = pi_method or request.pi_method, ci_method or source.ci_method
        drawn_with = request.seed if seed is None else seed
        value = _on_analysis_scale(source, threshold) if natural else _number(threshold)
    require_option("pi_method", chosen, PiMethod)
    if fit.k < MIN_K_PREDICTION:
        return NotEstimable("a predictive probability needs at least three studies")
    if not isinstance(source, MeanFit) and source.model == "glmm":
        return _of_distribution(predictive_of(source), value, chosen)
    return _probability(fit, value, chosen, interval, 1 if drawn_with is None else drawn_with)


def _number(threshold: object) -> float:
    if (
        not isinstance(threshold, int | float | np.number)
        or isinstance(threshold, bool)
        or not math.isfinite(float(threshold))
    ):
        raise OptionError(f"threshold must be a finite number; got {threshold!r}.")
    return float(threshold)


def _on_analysis_scale(result: SynthesisResult, threshold: float) -> float:
    measure, value = result.effects.measure, _number(threshold)
    try:
        return _number(measure.to_analysis(value))
    except (ValueError, ArithmeticError, OptionError):
        raise OptionError(
            f"threshold must be possible on the natural scale of {measure.code!r}; got {threshold!r}."
        ) from None


def _probability(
    fit: MeanFit, threshold: float, pi_method: PiMethod, ci_method: CiMethod, seed: int
) -> ThresholdProbability | NotEstimable:
    if pi_method == "bootstrap":
        drawn = bootstrap_predictions(fit, seed=seed)
        if isinstance(drawn, NotEstimable):
            return drawn
        below, above = float((drawn < threshold).mean()), float((drawn >= threshold).mean())
    else:
        found = predictive_distribution(fit, pi_method, ci_method=ci_method)
        return _of_distribution(found, threshold, pi_method)
    return ThresholdProbability(threshold=threshold, below=below, above=above, pi_method=pi_method)


def _of_distribution(
    found: Predictive | NotEstimable, threshold: float, pi_method: PiMethod
) -> ThresholdProbability | NotEstimable:
    if isinstance(found, NotEstimable):
        return found
    if found.scale == 0:
        return NotEstimable("all effects are identical: the predictive distribution has no width")
    t = (threshold - found.centre) / found.scale
    tail = two_sided_p(t, found.df) / 2
    below, above = (1 - tail, tail) if t > 0 else (tail, 1 - tail)
    return ThresholdProbability(threshold=threshold, below=below, above=above, pi_method=pi_method)


def predictive_of(result: SynthesisResult) -> Predictive | NotEstimable:
    """The predictive distribution behind the prediction interval of a result."""
    if result.model != "glmm":
        return predictive_distribution(result.fit, result.request.pi_method, ci_method=result.ci_method)
    if isinstance(result.pi, NotEstimable) or isinstance(result.heterogeneity, NotEstimable):
        return NotEstimable("there is no prediction interval")
    mixed = result.beside.glmm
    k = result.k if mixed is None else mixed.k_used
    degrees = {"t(k-1)": k - 1.0, "t(k-2)": k - 2.0}
    if mixed is None:  # a group: on the degrees of freedom of all groups together
        free = next(way.df for way in result.alternatives if way.ci_method == "t")
        degrees = {"t(k-1)": free, "t(k-2)": free - 1.0}
    return Predictive(
        centre=result.estimate,
        scale=math.sqrt(result.se**2 + result.heterogeneity.tau2.value),
        df=degrees.get(result.request.pi_method, math.inf),
    )
