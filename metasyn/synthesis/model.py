"""What is asked of a synthesis and what it answers, as frozen records."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.intervals import fit_mean, interval_around, reference_df, standard_error
from metasyn.values import Finding, Interval, NotEstimable, require_level
from metasyn.vocabulary import CiMethod, Model, PiMethod, SubgroupTau2, Tau2Method, require_option

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Alternative",
    "Heterogeneity",
    "Policy",
    "SubgroupAnalysis",
    "SynthesisResult",
    "SynthesisSpec",
    "Tau2Estimate",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisSpec:
    """The request. `None` means: decided by the stated policy on the number of studies.

    Attributes
    ----------
    model : {'random-effects', 'common-effect'} or None
    tau2_method : str
        Estimator of the between-study variance.
    tau2 : float or None
        A fixed between-study variance instead of an estimated one.
    ci_method : str or None
        Interval for the mean.
    pi_method : str
        Prediction interval.
    level : float
        Level of every interval, as a proportion.
    """

    model: Model | None = None
    tau2_method: Tau2Method = "REML"
    tau2: float | None = None
    ci_method: CiMethod | None = None
    pi_method: PiMethod = "t(k-1)"
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.model is not None:
            require_option("model", self.model, Model)
        require_option("tau2_method", self.tau2_method, Tau2Method)
        if self.ci_method is not None:
            require_option("ci_method", self.ci_method, CiMethod)
        require_option("pi_method", self.pi_method, PiMethod)
        require_level(self.level)
        if self.tau2 is not None and not _is_variance(self.tau2):
            raise OptionError(f"tau2 must be a finite number >= 0; got {self.tau2!r}.")
        if self.tau2 and self.model == "common-effect":
            raise OptionError(
                f"the common-effect model has no between-study variance; got tau2={self.tau2!r}."
            )

    def update(self, **changes: Any) -> SynthesisSpec:
        """A copy with some options changed."""
        return replace(self, **changes)


def _is_variance(value: object) -> bool:
    return isinstance(value, Real) and 0 <= float(value) < math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Estimate:
    """Between-study variance.

    Attributes
    ----------
    value : float
        tau2, >= 0, on the squared analysis scale.
    method : str
        Estimator, `"fixed by the user"` or `"common-effect model"`.
    ci : Interval or NotEstimable
        Q-profile interval.
    truncated : bool
        True if the estimator's own solution was negative and 0 stands in its place.
    converged : bool
        False never reaches a result: non-convergence is an error.
    iterations : int
    n_optima : int
        Local maxima of the (restricted) likelihood found; more than one is a finding.
    """

    value: float
    method: str
    ci: Interval | NotEstimable
    truncated: bool = False
    converged: bool = True
    iterations: int = 0
    n_optima: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Between-study heterogeneity.

    Attributes
    ----------
    Q, df, pvalue : float, int, float
        Cochran's Q with common-effect weights, its degrees of freedom and chi-square p value.
    I2 : float
        Proportion (0 to 1) of total variability due to heterogeneity, **from tau2**:
        tau2 / (tau2 + v), v the typical sampling variance of Higgins & Thompson 2002
        (10.1002/sim.1186).
    H2 : float
        (tau2 + v) / v.
    I2_ci, H2_ci : Interval or NotEstimable
        The Q-profile interval of tau2 carried through the same formulas.
    tau2 : Tau2Estimate
    """

    Q: float
    df: int
    pvalue: float
    I2: float
    H2: float
    I2_ci: Interval | NotEstimable
    H2_ci: Interval | NotEstimable
    tau2: Tau2Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rule that chose the headline.

    Attributes
    ----------
    rule : str
        Stable id, e.g. `"k-aware/2"`, or `"as requested"`.
    reason : str
        The rule in one sentence a clinician can read.
    """

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The same studies under another model or interval.

    `headline` marks the one that the policy or the request put first.
    """

    model: Model
    ci_method: CiMethod
    estimate: float
    se: float
    df: float
    ci: Interval | NotEstimable
    pvalue: float | NotEstimable
    headline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgroupAnalysis:
    """Results within groups and the test between them.

    Attributes
    ----------
    by : str
        Column that makes the groups.
    names : tuple of str
        Groups, in order of first appearance.
    results : tuple of SynthesisResult
        One per group, same order.
    tau2_mode : {'common', 'separate'}
        Whether the groups share one between-study variance.
    tau2 : Tau2Estimate or None
        The shared one.
    Q_between, df, pvalue : float, int, float
        Test between groups: Wald-type chi-square of the group means around their
        inverse-variance mean.
    reason : str
        Why the mode was chosen.
    """

    by: str
    names: tuple[str, ...]
    indices: tuple[tuple[int, ...], ...]
    results: tuple[SynthesisResult, ...]
    tau2_mode: SubgroupTau2
    tau2: Tau2Estimate | None
    Q_between: float | NotEstimable
    df: int
    pvalue: float | NotEstimable
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SynthesisResult:
    """A complete synthesis: built once, never filled later.

    Attributes
    ----------
    effects : EffectSet
    request : SynthesisSpec
        What was asked.
    model, ci_method
        What headlines: as requested or as the policy chose.
    policy : Policy
        Why.
    k, n_studies : int
    estimate, se : float
        Pooled effect and its standard error on the analysis scale (for k = 1 the study's own).
    df : float
        Degrees of freedom of the reference distribution; inf for the normal.
    statistic, pvalue : float or NotEstimable
        Test of the null value of the measure; not estimable where the measure has none.
    ci, pi : Interval or NotEstimable
        Confidence interval of the mean and prediction interval, analysis scale.
    weights : ndarray of shape (k,)
        Weights of the headline model, summing to 1.
    heterogeneity : Heterogeneity or NotEstimable
    alternatives : tuple of Alternative
        Every model and interval computed, the headline among them.
    subgroups : SubgroupAnalysis or None
    findings : tuple of Finding
        Truncation, several optima, an interval narrower than Wald's, few studies, ...
    """

    effects: EffectSet
    request: SynthesisSpec
    model: Model
    ci_method: CiMethod
    policy: Policy
    k: int
    n_studies: int
    estimate: float
    se: float
    df: float
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    ci: Interval | NotEstimable
    pi: Interval | NotEstimable
    weights: NDArray[np.float64]
    heterogeneity: Heterogeneity | NotEstimable
    alternatives: tuple[Alternative, ...] = ()
    subgroups: SubgroupAnalysis | None = None
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        self.weights.flags.writeable = False

    @property
    def pooled(self) -> bool:
        """False for k = 1: the study is reported, not pooled."""
        return self.k > 1

    def natural(self, value: float) -> float:
        """A value of the analysis scale on the natural scale (log hazard ratio -> hazard ratio)."""
        return self.effects.measure.to_natural(value)

    def confidence_interval(
        self, level: float | None = None, method: CiMethod | None = None
    ) -> Interval | NotEstimable:
        """The interval of the mean at another level or by another method, under the headline model.

        Parameters
        ----------
        level : float, optional
            Default: the level of the request.
        method : str, optional
            Default: the interval that headlines.

        Returns
        -------
        Interval or NotEstimable
            On the analysis scale.

        Examples
        --------
        >>> from metasyn.synthesis import pool
        >>> result = pool(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2])
        >>> result.confidence_interval() == result.ci
        True
        """
        level = self.request.level if level is None else require_level(level)
        method = self.ci_method if method is None else method
        require_option("ci_method", method, CiMethod)
        if method == self.ci_method:
            return interval_around(self.estimate, self.se, self.df, level)
        if not self.pooled:
            return NotEstimable("one study: only its own interval exists")
        for other in self.alternatives:
            if (other.model, other.ci_method) == (self.model, method):
                return interval_around(other.estimate, other.se, other.df, level)
        tau2 = 0.0
        if self.model == "random-effects" and isinstance(self.heterogeneity, Heterogeneity):
            tau2 = self.heterogeneity.tau2.value
        fit = fit_mean(self.effects.yi, self.effects.vi, tau2)
        return interval_around(fit.estimate, standard_error(fit, method), reference_df(fit, method), level)

    def to_dict(self) -> dict[str, Any]:
        """One synthesis object of schema `metasyn-result/1`: plain data, numbers at full precision."""
        from metasyn.synthesis.serialise import synthesis_to_dict

        return synthesis_to_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """The effects as a pandas table, one row each, with weights and routes."""
        from metasyn.synthesis.serialise import effects_to_frame

        return effects_to_frame(self)

    def __str__(self) -> str:
        from metasyn.synthesis.serialise import synthesis_to_text

        return synthesis_to_text(self)
