"""What a multilevel or multivariate model is asked for and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.moderators.model import Coefficient, WaldTest
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import DegreesOfFreedom, MultilevelCi, MultilevelMethod, OutcomeStructure, VarianceCi

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Level",
    "MultilevelResult",
    "MultilevelSpec",
    "OutcomeCorrelation",
    "OutcomeVariation",
    "Search",
    "VarianceComponent",
]

_Array = NDArray[np.float64]
_Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilevelSpec:
    """How dependent effects are to be pooled.

    Attributes
    ----------
    method : {'REML', 'ML'}
    structure : {'CS', 'HCS', 'UN'} or None
        Of the random effects per outcome; None if there are none.
    ci_method : {'wald', 't'}
    df_method : {'residual', 'contain'}
        Degrees of freedom of the t distribution, see `pool_multilevel`.
    variance_ci : {'profile-likelihood', 'none'}
    level : float
        Of all intervals, as a proportion.
    """

    method: MultilevelMethod = "REML"
    structure: OutcomeStructure | None = None
    ci_method: MultilevelCi = "wald"
    df_method: DegreesOfFreedom = "contain"
    variance_ci: VarianceCi = "profile-likelihood"
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """The groups of one level, effects in their order.

    Attributes
    ----------
    name : str
        `"study"`, `"effect"`, ...
    index : ndarray of int, shape (k,)
        Group of each effect, from 0; of an inner level within its outer one.
    labels : tuple of str
        Of the groups; of an inner level with those of the outer ones, `"Smith / 2"`.
    """

    name: str
    index: _Index
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponent:
    """A variance of random effects.

    Attributes
    ----------
    name : str
        The level, or the outcome (of compound symmetry: all outcomes).
    variance : float
        Analysis scale, squared; exactly 0 where the likelihood is highest there.
    ci : Interval or NotEstimable
        Profile likelihood; starts at 0 where 0 is not contradicted.
    n_groups : int
        Groups it rests on: of the level, or with this outcome.
    I2 : float or NotEstimable
        Share of the total variance that lies here, as a **proportion**: of a level with all levels and
        the typical sampling variance in the denominator (Cheung 2014); of an outcome with its own.
    """

    name: str
    variance: float
    ci: Interval | NotEstimable
    n_groups: int
    I2: float | NotEstimable

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(self.variance))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCorrelation:
    """Correlation of the random effects of two outcomes of one study (of all pairs, but for `UN`).

    Attributes
    ----------
    outcomes : tuple of str
    rho : float or NotEstimable
    ci : Interval or NotEstimable
        Profile likelihood.
    n_together : int
        Studies with both outcomes (with any two, but for `UN`).
    """

    outcomes: tuple[str, ...]
    rho: float | NotEstimable
    ci: Interval | NotEstimable
    n_together: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeVariation:
    """How the outcomes vary between studies.

    Attributes
    ----------
    structure : {'CS', 'HCS', 'UN'}
    outcomes : tuple of str, length m
    index : ndarray of int, shape (k,)
        Outcome of each effect.
    within : Level
        The studies.
    covariance : ndarray of shape (m, m)
        Of the outcomes of one study, analysis scale.
    variances : tuple of VarianceComponent
        One for CS, m for HCS and UN.
    correlations : tuple of OutcomeCorrelation
        One for CS and HCS, m (m - 1) / 2 for UN.
    """

    structure: OutcomeStructure
    outcomes: tuple[str, ...]
    index: _Index
    within: Level
    covariance: _Array
    variances: tuple[VarianceComponent, ...]
    correlations: tuple[OutcomeCorrelation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the maximum was found.

    Attributes
    ----------
    iterations, evaluations : int
        Newton steps of the best search; likelihoods evaluated by all of them.
    decrement : float
        g' (-H)^-1 g at the end: the squared distance to the maximum in standard errors.
    starts : int
        Points the search was started from.
    """

    iterations: int
    evaluations: int
    decrement: float
    starts: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MultilevelResult:
    """A multilevel or multivariate random-effects model, complete with its request and its data.

    Attributes
    ----------
    spec : MultilevelSpec
    effects : EffectSet
        What was pooled, in its order.
    yi : ndarray of shape (k,)
    design : ndarray of shape (k, p)
    names : tuple of str, length p
        Of the columns of the design.
    clusters : tuple of ndarray of int
        Rows of each group of effects that is independent of the others, in order of first appearance.
    cluster_names : tuple of str
    sampling_blocks, working_blocks : tuple of ndarray
        Per cluster: the sampling covariances as given, and with the estimated random effects (the
        marginal covariance of `yi`).
    coefficients : ndarray of shape (p,)
    cov_coefficients : ndarray of shape (p, p)
        (X' W X)^-1, the variances taken as known.
    table : tuple of Coefficient
        Estimate, standard error, test of zero and interval of each coefficient.
    levels : tuple of Level
        Outermost first.
    components : tuple of VarianceComponent
        One per level.
    outcomes : OutcomeVariation or NotEstimable
        The random effects per outcome.
    QE : ChiSquaredTest
        Generalised Q of the residuals without random effects, on k - p degrees of freedom.
    omnibus : WaldTest or NotEstimable
        QM: all coefficients but the intercept; all of them in a design without one.
    typical_variance : float
        (k - p) / tr(P), the typical sampling variance of Higgins and Thompson, as in I2.
    I2 : float or NotEstimable
        Share of all random effects together.
    pi : Interval or NotEstimable
        Prediction interval of the effect of a new row of a new study; for the intercept alone.
    log_likelihood, aic, bic, aicc : float
        On metafor's conventions: REML with (1/2) ln |X'X|; k - p observations for REML.
    n_parameters : int
        Coefficients and variance parameters, those on their bound included.
    search : Search
    findings : tuple of Finding
    """

    spec: MultilevelSpec
    effects: EffectSet
    yi: _Array
    design: _Array
    names: tuple[str, ...]
    clusters: tuple[_Index, ...]
    cluster_names: tuple[str, ...]
    sampling_blocks: tuple[_Array, ...]
    working_blocks: tuple[_Array, ...]
    coefficients: _Array
    cov_coefficients: _Array
    table: tuple[Coefficient, ...]
    levels: tuple[Level, ...]
    components: tuple[VarianceComponent, ...]
    outcomes: OutcomeVariation | NotEstimable
    QE: ChiSquaredTest
    omnibus: WaldTest | NotEstimable
    typical_variance: float
    I2: float | NotEstimable
    pi: Interval | NotEstimable
    log_likelihood: float
    aic: float
    bic: float
    aicc: float
    n_parameters: int
    search: Search
    findings: tuple[Finding, ...] = ()

    @property
    def k(self) -> int:
        """Number of effects."""
        return int(self.yi.size)

    @property
    def n_clusters(self) -> int:
        """Number of independent groups of effects."""
        return len(self.clusters)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an undefined quantity is `{"not_estimable": reason}`."""
        from metasyn.synthesis.multilevel.plain import result_to_dict

        return result_to_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient: estimate, standard error, test and interval."""
        import pandas as pd

        from metasyn.synthesis.multilevel.plain import coefficient_row

        return pd.DataFrame([coefficient_row(row) for row in self.table])

    def __str__(self) -> str:
        from metasyn.synthesis.multilevel.text import multilevel_to_text

        return multilevel_to_text(self)
