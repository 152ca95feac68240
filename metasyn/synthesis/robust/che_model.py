"""What the correlated and hierarchical effects model is asked for and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metasyn.effects.model import EffectSet
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.multilevel.model import MultilevelResult
from metasyn.synthesis.robust.model import RobustCoefficient, RobustResult
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import MultilevelMethod, RobustVariance

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CheAtRho", "CheResult", "CheSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheSpec:
    """How dependent effects are to be pooled.

    Attributes
    ----------
    rho : float
        Assumed correlation of the sampling errors of two rows of one cluster.
    sensitivity : tuple of float
        The other values it is tried with.
    method : {'REML', 'ML'}
    variance : str
        The robust variance, see `cluster_robust`.
    level : float
        Of all intervals, as a proportion.
    from_evidence : bool
        True if `rho` stands only where the evidence has no number, see `effects_covariance`.
    """

    rho: float
    sensitivity: tuple[float, ...]
    method: MultilevelMethod = "REML"
    variance: RobustVariance = "CR2"
    level: float = 0.95
    from_evidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheAtRho:
    """The same model with another assumed correlation.

    Attributes
    ----------
    rho : float
    coefficients : tuple of RobustCoefficient, or NotEstimable
    tau2, omega2 : float or NotEstimable
        Variance of the true effects between clusters, and between the rows of a cluster.
    """

    rho: float
    coefficients: tuple[RobustCoefficient, ...] | NotEstimable
    tau2: float | NotEstimable
    omega2: float | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheResult:
    """Dependent effects pooled by the correlated and hierarchical effects model, with its request and data.

    Attributes
    ----------
    spec : CheSpec
    effects : EffectSet
    covariance : SamplingCovariance
        Sampling covariances under `spec.rho`.
    model : MultilevelResult
        The working model: random effects of cluster and row.
    robust : RobustResult
        Its coefficients with cluster-robust standard errors: what is to be reported.
    pi : Interval or NotEstimable
        Prediction interval of the effect of one row of a new cluster; for the intercept alone.
    sensitivity : tuple of CheAtRho
        Ascending rho, that of the request among them; it alone where the evidence has every number.
    findings : tuple of Finding
        Of both models, and of the sensitivity to rho.
    """

    spec: CheSpec
    effects: EffectSet
    covariance: SamplingCovariance
    model: MultilevelResult
    robust: RobustResult
    pi: Interval | NotEstimable
    sensitivity: tuple[CheAtRho, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def k(self) -> int:
        """Number of rows."""
        return self.effects.k

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return self.robust.n_clusters

    @property
    def estimate(self) -> float:
        """The first coefficient: the mean, where there are no moderators."""
        return self.robust.coefficients[0].estimate

    @property
    def se(self) -> float | NotEstimable:
        """Its robust standard error."""
        return self.robust.coefficients[0].se

    @property
    def df(self) -> float | NotEstimable:
        """Its degrees of freedom."""
        return self.robust.coefficients[0].df

    @property
    def pvalue(self) -> float | NotEstimable:
        """Its two-sided p value against zero."""
        return self.robust.coefficients[0].pvalue

    @property
    def ci(self) -> Interval | NotEstimable:
        """Its robust interval."""
        return self.robust.coefficients[0].ci

    @property
    def tau2(self) -> float:
        """Variance of the true effects between clusters."""
        return self.model.components[0].variance

    @property
    def omega2(self) -> float:
        """Variance of the true effects between the rows of a cluster."""
        return self.model.components[1].variance

    def confidence_interval(self, level: float = 0.95) -> Interval | NotEstimable:
        """Robust interval of the first coefficient at another level."""
        return self.robust.confidence_interval(level=level)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an undefined quantity is `{"not_estimable": reason}`."""
        from metasyn.synthesis.robust.plain import che_to_dict

        return che_to_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per assumed correlation and coefficient; what is not estimable is missing."""
        import pandas as pd

        from metasyn.synthesis.robust.plain import sensitivity_rows

        return pd.DataFrame(sensitivity_rows(self.sensitivity))

    def __str__(self) -> str:
        from metasyn.synthesis.robust.text import che_to_text

        return che_to_text(self)
