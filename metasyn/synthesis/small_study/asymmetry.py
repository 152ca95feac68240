"""What a test of funnel asymmetry finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from metasyn.effects.model import EffectSet
from metasyn.synthesis.small_study.regression import Coefficient, Line
from metasyn.values import Finding, NotEstimable
from metasyn.vocabulary import Measure, Predictor, RegressionModel, TestName

__all__ = ["RankTest", "RegressionTest"]

NO_LIMIT = NotEstimable("a predictor that grows with the size of a study has no value at infinite size")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionTest:
    """A regression of the effects on something that measures how small a study is.

    Attributes
    ----------
    test : str
        `"egger"`, `"peters"`, ...
    measure : str
        Scale of the effects.
    model : {'random-effects', 'common-effect', 'multiplicative'}
        Residual heterogeneity: added to the variances, none, or as a factor.
    predictor : str
        What the effects are regressed on, in symbols.
    weights : str
        The weights, in symbols.
    tau2_method : str
        Estimator of the additive residual heterogeneity; empty where the model has none.
    tau2 : float
        0 where the model has no additive residual heterogeneity.
    k : int
    labels : tuple of str
        Effects that entered, in order.
    slope : Coefficient
        The asymmetry: change of the effect per unit of the predictor, with its test.
    limit : Coefficient or NotEstimable
        The effect at predictor 0, that is at infinite precision: the limit estimate.
    findings : tuple of Finding
        Few effects (forced), a standard error tied to the effect, rows that could not enter.
    yi, vi : tuple of float
        The effects and their variances, where those were regressed; empty for tests of counts.
    """

    test: TestName
    measure: Measure
    model: RegressionModel
    predictor: str
    weights: str
    tau2_method: str
    tau2: float
    k: int
    labels: tuple[str, ...]
    slope: Coefficient
    limit: Coefficient | NotEstimable
    findings: tuple[Finding, ...] = ()
    yi: tuple[float, ...] = ()
    vi: tuple[float, ...] = ()

    @property
    def statistic(self) -> float:
        """z or t of the slope."""
        return self.slope.statistic

    @property
    def df(self) -> float:
        """Degrees of freedom of the statistic; inf for the normal."""
        return self.slope.df

    @property
    def pvalue(self) -> float:
        """Two-sided p value of the slope."""
        return self.slope.pvalue

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "test": self.test,
            "measure": self.measure,
            "model": self.model,
            "predictor": self.predictor,
            "weights": self.weights,
            "tau2_method": self.tau2_method,
            "tau2": self.tau2,
            "k": self.k,
            "slope": self.slope.to_dict(),
            "limit": self.limit.to_dict() if isinstance(self.limit, Coefficient) else self.limit.reason,
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import regression_test_to_text

        return regression_test_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankTest:
    """A rank correlation between effects and their precision.

    Attributes
    ----------
    test : {'begg', 'schwarzer'}
    tau : float
        Kendall's tau-b.
    score, score_se : float
        Concordant minus discordant pairs, and its standard deviation under no association.
    z : float
        `score / score_se`, without continuity correction.
    pvalue : float
        Two-sided: exact where there are no ties, else from `z`.
    exact : bool
        Whether `pvalue` is exact.
    normal_pvalue : float
        Two-sided, from `z`, in any case.
    """

    test: TestName
    measure: Measure
    k: int
    labels: tuple[str, ...]
    tau: float
    score: float
    score_se: float
    z: float
    pvalue: float
    exact: bool
    normal_pvalue: float
    findings: tuple[Finding, ...] = ()

    @property
    def statistic(self) -> float:
        """z."""
        return self.z

    @property
    def df(self) -> float:
        """inf: the reference distribution is the normal, or the exact one."""
        return math.inf

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "test": self.test,
            "measure": self.measure,
            "k": self.k,
            "tau": self.tau,
            "score": self.score,
            "score_se": self.score_se,
            "z": self.z,
            "p": self.pvalue,
            "exact": self.exact,
            "normal_p": self.normal_pvalue,
            "findings": [str(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        from metasyn.synthesis.small_study.text import rank_test_to_text

        return rank_test_to_text(self)


def regression_test(
    line: Line,
    *,
    test: TestName,
    measure: Measure,
    predictor: str,
    weights: str,
    labels: tuple[str, ...],
    findings: tuple[Finding, ...],
    tau2_method: str = "",
    limit: bool = True,
    of: EffectSet | None = None,
) -> RegressionTest:
    """The record of one regression."""
    return RegressionTest(
        test=test,
        measure=measure,
        model=line.model,
        predictor=predictor,
        weights=weights,
        tau2_method=tau2_method,
        tau2=line.tau2,
        k=len(labels),
        labels=labels,
        slope=line.slope,
        limit=line.intercept if limit else NO_LIMIT,
        findings=findings,
        yi=() if of is None else tuple(of.yi.tolist()),
        vi=() if of is None else tuple(of.vi.tolist()),
    )


PREDICTORS: dict[Predictor, str] = {
    "sei": "standard error",
    "vi": "sampling variance",
    "ni": "sample size",
    "ninv": "1 / sample size",
    "sqrtni": "square root of sample size",
    "sqrtninv": "1 / square root of sample size",
}
