"""What a synthesis answers, as frozen records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.shown import Shown
from metasyn.synthesis.beside import Beside
from metasyn.synthesis.mean import MeanFit, infer, interval_around
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.values import Finding, Interval, NotEstimable, require_level
from metasyn.vocabulary import (
    CiMethod,
    HeterogeneityTest,
    I2Method,
    Model,
    SubgroupTau2,
    Tau2CiMethod,
    require_option,
)

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


_NOTHING_BESIDE = Beside()
_NOT_ESTIMATED = NotEstimable("the between-study variance was not estimated")


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
        By `ci_method`.
    truncated : bool
        True if the estimator's own solution was negative and 0 stands in its place.
    converged : bool
        False never reaches a result: non-convergence is an error.
    iterations : int
    n_optima : int
        Local maxima of the (restricted) likelihood found; more than one is a finding.
    ci_method : {'q-profile', 'generalised-q', 'jackson', 'profile-likelihood'}
        How the interval was made.
    se : float or NotEstimable
        Standard error of the estimator; see `metasyn.synthesis.tau2.tau2_se`.
    pieces : tuple of Interval
        Where the interval is the hull of several stretches (profile likelihood with a valley
        between two maxima), these; else empty.
    """

    value: float
    method: str
    ci: Interval | NotEstimable
    truncated: bool = False
    converged: bool = True
    iterations: int = 0
    n_optima: int = 1
    ci_method: Tau2CiMethod = "q-profile"
    se: float | NotEstimable = _NOT_ESTIMATED
    pieces: tuple[Interval, ...] = ()

    @property
    def tau(self) -> float:
        """The between-study standard deviation."""
        return math.sqrt(self.value)

    @property
    def tau_ci(self) -> Interval | NotEstimable:
        """The interval carried to the standard deviation."""
        if isinstance(self.ci, NotEstimable):
            return self.ci
        return Interval(math.sqrt(self.ci.low), math.sqrt(self.ci.high), self.ci.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Between-study heterogeneity.

    Attributes
    ----------
    Q, df, pvalue : float, int, float
        Cochran's Q with common-effect weights, its degrees of freedom and chi-square p value.
    I2 : float
        Proportion (0 to 1) of total variability due to heterogeneity. By default **from tau2**:
        tau2 / (tau2 + v), v the typical sampling variance of Higgins & Thompson 2002
        (10.1002/sim.1186); from Q where `i2_method` says so.
    H2 : float
        (tau2 + v) / v, or from Q.
    I2_ci, H2_ci : Interval or NotEstimable
        The interval of tau2 carried through the same formulas, or that of Higgins and Thompson.
    tau2 : Tau2Estimate
    i2_method : {'tau2', 'Q'}
        What I2 and H2 were computed from.
    test : {'Q', 'likelihood-ratio'}
        What `Q` is: Cochran's statistic, or for a mixed model of counts the likelihood-ratio statistic
        of one effect against an effect of its own for every study.
    """

    Q: float
    df: int
    pvalue: float
    I2: float
    H2: float
    I2_ci: Interval | NotEstimable
    H2_ci: Interval | NotEstimable
    tau2: Tau2Estimate
    i2_method: I2Method = "tau2"
    test: HeterogeneityTest = "Q"


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

    `headline` marks the one that the policy or the request put first; `prior` names the prior of tau
    of a Bayesian one, whose `estimate` and `se` are the posterior median and standard deviation.
    """

    model: Model
    ci_method: CiMethod
    estimate: float
    se: float
    df: float
    ci: Interval | NotEstimable
    pvalue: float | NotEstimable
    headline: bool = False
    prior: str = ""

    @property
    def key(self) -> tuple[Model, CiMethod, str]:
        """What tells it from the others."""
        return self.model, self.ci_method, self.prior


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgroupAnalysis(Shown):
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
class SynthesisResult(Shown):
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
    fit : MeanFit
        The weighted mean behind the headline: what intervals at other levels are made from. Under a mixed
        model of counts or a Bayesian model the random-effects mean beside it.
    heterogeneity : Heterogeneity or NotEstimable
    alternatives : tuple of Alternative
        Every model and interval computed, the headline among them.
    subgroups : SubgroupAnalysis or None
    beside : Beside
        The mixed model of counts and the Bayesian models, as headline or beside it.
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
    fit: MeanFit
    heterogeneity: Heterogeneity | NotEstimable
    alternatives: tuple[Alternative, ...] = ()
    subgroups: SubgroupAnalysis | None = None
    beside: Beside = _NOTHING_BESIDE
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
        if level == self.request.level and method == self.ci_method:
            return self.ci
        if self.pooled and self.model in ("glmm", "bayesian"):
            if self.beside.glmm is None and method == self.ci_method and self.model == "glmm":
                return interval_around(self.estimate, self.se, self.df, level)
            return self.beside.interval(self.model, method, level)
        if not self.pooled:
            if method != self.ci_method:
                return NotEstimable("one study: only its own interval exists")
            return interval_around(self.estimate, self.se, self.df, level)
        return infer(self.fit, method, level=level, null=None, seed=self.request.seed).ci

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
