"""What a sensitivity analysis is about: a synthesis at hand, or effects that are pooled first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.arrays import effects_or_arrays
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.mean import MeanFit, fit_mean
from metasyn.synthesis.model import Heterogeneity, SynthesisResult, SynthesisSpec
from metasyn.vocabulary import CiMethod, NormalModel, Tau2Method

__all__ = ["FittedMean", "Source", "fitted_mean", "pooled", "same_methods"]

Array = NDArray[np.float64]
Source = EffectSet | SynthesisResult | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedMean:
    """The inverse-variance mean of a synthesis, with the methods that it is fitted again with.

    Attributes
    ----------
    labels : tuple of str
    yi, vi : ndarray of shape (k,)
    model : str
    tau2_method : str
    fixed_tau2 : float or None
        Between-study variance that is not estimated again: the user's, or 0 for a common effect.
    fit : MeanFit
    scale_method : {'wald', 'hartung-knapp', 'hartung-knapp-adhoc'}
        What multiplies the variance 1 / sum w of the mean: 1, q, or max(1, q). Intervals other than
        the Hartung-Knapp ones leave it as it is.
    scale : float
        That factor.
    """

    labels: tuple[str, ...]
    yi: Array
    vi: Array
    model: NormalModel
    tau2_method: Tau2Method
    fixed_tau2: float | None
    fit: MeanFit
    scale_method: CiMethod
    scale: float

    @property
    def k(self) -> int:
        """Number of effects."""
        return self.yi.size

    @property
    def tau2(self) -> float:
        """Between-study variance of the fit, 0 for a common effect."""
        return self.fit.tau2

    @property
    def variance(self) -> float:
        """Squared standard error of the mean."""
        return self.fit.variance * self.scale


def pooled(
    source: Source,
    *,
    yi: ArrayLike | None,
    vi: ArrayLike | None,
    sei: ArrayLike | None,
    labels: Sequence[str] | None,
    measure: str,
    spec: SynthesisSpec | None,
) -> SynthesisResult:
    """The synthesis that was given, or that of the effects that were given."""
    if isinstance(source, SynthesisResult):
        named = {"yi": yi, "vi": vi, "sei": sei, "labels": labels, "spec": spec}
        extra = [name for name, value in named.items() if value is not None]
        if extra:
            raise OptionError(
                f"a result has its effects and methods already; got {', '.join(extra)} beside it. "
                "Give the effects (result.effects) to use other methods."
            )
        return source
    effects = effects_or_arrays(source, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    return synthesise(effects, spec or SynthesisSpec())


def fitted_mean(result: SynthesisResult, *, what: str) -> FittedMean:
    """Mean, between-study variance and methods of a synthesis of two effects or more.

    Parameters
    ----------
    what : str
        Name of the analysis, for messages.

    Raises
    ------
    NotEstimableError
        For a single effect, and for a mean with the user's own weights.
    """
    found = result.heterogeneity
    if not isinstance(found, Heterogeneity):
        raise NotEstimableError(f"{what} needs at least two effects; there is {result.k}.")
    if result.request.weights is not None:
        raise NotEstimableError(
            f"{what} is defined for inverse-variance weights; this mean has the user's own. "
            "Leave-one-out and cumulative syntheses work with any weights."
        )
    # Influence belongs to the weighted mean: beside a mixed or a Bayesian model that of random effects.
    effects, common = result.effects, result.model == "common-effect"
    fit = fit_mean(effects.yi, effects.vi, 0.0 if common else _random_tau2(result, found))
    factors: dict[CiMethod, float] = {"hartung-knapp": fit.q, "hartung-knapp-adhoc": max(1.0, fit.q)}
    return FittedMean(
        labels=effects.labels,
        yi=effects.yi,
        vi=effects.vi,
        model="common-effect" if common else "random-effects",
        tau2_method=result.request.tau2_method,
        fixed_tau2=0.0 if common else result.request.tau2,
        fit=fit,
        scale_method=result.ci_method if result.ci_method in factors else "wald",
        scale=factors.get(result.ci_method, 1.0),
    )


def _random_tau2(result: SynthesisResult, found: Heterogeneity) -> float:
    """The between-study variance of the random-effects mean."""
    return result.fit.tau2 if result.model == "glmm" else found.tau2.value


def same_methods(whole: SynthesisResult) -> SynthesisSpec:
    """The request with the model and interval that headline, so that only the studies change.

    A mixed model of counts, or what stands in its place, stays the choice of the rule: without a study it
    may lose its estimate, or gain one.
    """
    if whole.beside.first == "glmm":
        return whole.request.update(model="glmm")
    return whole.request.update(model=whole.model, ci_method=whole.ci_method)
