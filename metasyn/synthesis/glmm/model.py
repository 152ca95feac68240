"""What a mixed model of counts is asked for and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.counts.model import ChiSquaredTest, SilentRow
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import GlmmCi, GlmmMeasure, GlmmModel, GlmmPi, NormalModel, Separation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Convergence", "GlmmData", "GlmmResult", "GlmmSpec", "OnNaturalScale", "Quadrature"]

_Array = NDArray[np.float64]
_NOT_ASKED = NotEstimable("it was not asked for (tau2_interval=True)")
_NO_WEIGHTS = NotEstimable("defined for mixed models without a level per study")


# Of an estimate, relative to its standard error.
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlmmData:
    """Counts of k studies, read-only; the second group is None for single cohorts.

    Attributes
    ----------
    events_1, size_1 : ndarray of shape (k,)
        Events, and participants or person-time.
    events_2, size_2 : ndarray of shape (k,) or None
    labels : tuple of str
    person_time : bool
        Whether `size_1` and `size_2` are person-time.
    """

    events_1: _Array
    size_1: _Array
    events_2: _Array | None = None
    size_2: _Array | None = None
    labels: tuple[str, ...]
    person_time: bool = False

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.labels)

    def take(self, rows: NDArray[np.intp]) -> GlmmData:
        """Some of the studies."""
        second = (None, None) if self.events_2 is None or self.size_2 is None else (
            self.events_2[rows], self.size_2[rows]
        )  # fmt: skip
        return GlmmData(
            events_1=self.events_1[rows],
            size_1=self.size_1[rows],
            events_2=second[0],
            size_2=second[1],
            labels=tuple(self.labels[i] for i in rows),
            person_time=self.person_time,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GlmmSpec:
    """How counts are to be pooled.

    Attributes
    ----------
    measure : {'PLO', 'IRLN', 'OR', 'IRR'}
    model : str
        The likelihood, see `pool_glmm`.
    between : {'random-effects', 'common-effect'}
        Whether the effect differs between studies.
    level : float
    ci_method : {'wald', 't', 'profile-likelihood'}
    pi_method : {'t(k-1)', 't(k-2)', 'normal', 'none'}
    nodes : int or None
        A fixed number of quadrature nodes; None for as many as it takes.
    separation : {'firth', 'refuse'}
        What is done where the likelihood has no maximum.
    drop00 : bool
        Whether studies without (or with only) events in both groups are left out.
    tau2_interval : bool
        Whether the interval of tau2 is computed.
    """

    measure: GlmmMeasure
    model: GlmmModel
    between: NormalModel = "random-effects"
    level: float = 0.95
    ci_method: GlmmCi = "wald"
    pi_method: GlmmPi = "t(k-1)"
    nodes: int | None = None
    separation: Separation = "firth"
    drop00: bool = True
    tau2_interval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrature:
    """How the integral over the random effects was done.

    Attributes
    ----------
    rule : {'gauss-hermite', 'trapezoidal', 'none'}
        `none`: the likelihood has no integral.
    nodes : int
        Per random effect.
    checked_nodes : int or None
        Of the finer rule that the result was compared with; None for a fixed number of nodes.
    moved : float or None
        By how much the finer rule changes the log-likelihood, or the estimates in standard errors,
        whichever is more.
    """

    rule: Literal["gauss-hermite", "trapezoidal", "none"]
    nodes: int
    checked_nodes: int | None = None
    moved: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """How the maximum was found.

    Attributes
    ----------
    iterations, evaluations : int
        Newton steps, and evaluations of the likelihood with its derivatives.
    decrement : float
        g' (-H)^-1 g where the search ended: the squared distance to the maximum in standard errors.
    """

    iterations: int
    evaluations: int
    decrement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OnNaturalScale:
    """A proportion, rate or ratio with its interval."""

    value: float
    ci: Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlmmResult:
    """A mixed model of counts, complete with its request and its data.

    Attributes
    ----------
    spec : GlmmSpec
    data : GlmmData
        All studies given.
    method : {'maximum likelihood', 'Firth penalised likelihood'}
        The second one also where it stands in for the first; `findings` then says so.
    k, k_used : int
        Studies given, and those the likelihood rests on; the others are in `silent`.
    estimate, se : float
        On the analysis scale (logit, log rate, log ratio).
    ci : Interval
        Of the estimate, analysis scale, by `spec.ci_method`.
    statistic, pvalue, df
        Wald test against no effect; df is infinite for the normal. Not estimable for proportions and rates.
    tau2, tau : float or NotEstimable
        Variance and standard deviation of the effect between studies.
    tau2_ci : Interval or NotEstimable
        By profile likelihood, where it was asked for.
    weights : ndarray of shape (k,) or NotEstimable
        Share of every study in the information on the effect at the estimated tau2: minus the second
        derivative of its log-likelihood by the effect, which is above 0 for every count. For models without
        a level of their own per study.
    sigma2 : float or NotEstimable
        Variance of the level between studies (UM.RS).
    rho : float or NotEstimable
        Correlation of two participants of one cohort (beta-binomial).
    pi : Interval or NotEstimable
        Prediction interval of the effect in a new study, analysis scale.
    conditional : OnNaturalScale
        Back-transformed estimate: for proportions and rates the value of the **median** study.
    marginal : OnNaturalScale or NotEstimable
        The **mean** over studies, with a delta-method interval.
    I2, H2 : float or NotEstimable
        tau2 / (tau2 + typical sampling variance) as a **proportion**, and 1 + tau2 over that variance.
    lrt, wald : ChiSquaredTest or NotEstimable
        Tests of heterogeneity: the common effect against an effect of its own for every study.
    log_likelihood, log_likelihood_common : float or NotEstimable
        With all constants; the second one with the effect common to all studies.
    aic, bic : float or NotEstimable
    covariance : ndarray of shape (p, p)
        Of `parameters`; 0 for a variance at its bound.
    parameters : dict of str to float
    quadrature : Quadrature
    convergence : Convergence
    silent : tuple of SilentRow
    findings : tuple of Finding
    """

    spec: GlmmSpec
    data: GlmmData
    method: Literal["maximum likelihood", "Firth penalised likelihood"]
    k: int
    k_used: int
    estimate: float
    se: float
    ci: Interval
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    df: float
    tau2: float | NotEstimable
    tau: float | NotEstimable
    sigma2: float | NotEstimable
    rho: float | NotEstimable
    pi: Interval | NotEstimable
    conditional: OnNaturalScale
    marginal: OnNaturalScale | NotEstimable
    I2: float | NotEstimable
    H2: float | NotEstimable
    lrt: ChiSquaredTest | NotEstimable
    wald: ChiSquaredTest | NotEstimable
    log_likelihood: float
    log_likelihood_common: float | NotEstimable
    aic: float | NotEstimable
    bic: float | NotEstimable
    covariance: _Array
    parameters: dict[str, float]
    quadrature: Quadrature
    convergence: Convergence
    tau2_ci: Interval | NotEstimable = _NOT_ASKED
    weights: _Array | NotEstimable = _NO_WEIGHTS
    silent: tuple[SilentRow, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def typical_variance(self) -> float:
        """The typical sampling variance that I2 and H2 rest on, 1/2 added where a study has a zero cell."""
        from metasyn.synthesis.glmm.build import typical_variance

        silent = {row.row for row in self.silent}
        used = np.array([i for i in range(self.k) if i not in silent], dtype=np.intp)
        return typical_variance(self.data.take(used), self.spec.measure)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an undefined quantity is `{"not_estimable": reason}`."""
        names = (
            "statistic", "pvalue", "tau2", "tau2_ci", "tau", "sigma2", "rho", "pi", "conditional",
            "marginal", "I2", "H2", "lrt", "wald", "log_likelihood", "log_likelihood_common", "aic", "bic",
        )  # fmt: skip
        return {
            "method": self.method,
            **{name: getattr(self.spec, name) for name in self.spec.__slots__},
            "k": self.k,
            "k_used": self.k_used,
            "estimate": self.estimate,
            "se": self.se,
            "ci": _plain(self.ci),
            "df": None if np.isinf(self.df) else self.df,
            **{name: _plain(getattr(self, name)) for name in names},
            "parameters": dict(self.parameters),
            "covariance": self.covariance.tolist(),
            "weights": _plain(self.weights),
            "quadrature": {name: getattr(self.quadrature, name) for name in Quadrature.__slots__}
            | {"moved": _above(_ROUNDING, self.quadrature.moved)},
            "convergence": {name: getattr(self.convergence, name) for name in Convergence.__slots__}
            | {"decrement": _above(_ROUNDING**2, self.convergence.decrement)},
            "silent": [{"label": row.label, "reason": row.reason} for row in self.silent],
            "findings": [str(finding) for finding in self.findings],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per study: counts, and whether the study is used."""
        import pandas as pd

        size = "time" if self.data.person_time else "n"
        columns: dict[str, Any] = {"label": list(self.data.labels)}
        if self.data.events_2 is None:
            columns |= {"events": self.data.events_1, size: self.data.size_1}
        else:
            columns |= {
                "events_1": self.data.events_1, f"{size}_1": self.data.size_1,
                "events_2": self.data.events_2, f"{size}_2": self.data.size_2,
            }  # fmt: skip
        left_out = {row.row for row in self.silent}
        return pd.DataFrame(columns).assign(used=[i not in left_out for i in range(self.k)])

    def __str__(self) -> str:
        from metasyn.synthesis.glmm.text import glmm_to_text

        return glmm_to_text(self)


def _plain(value: Any) -> Any:
    """A result as plain data."""
    if isinstance(value, NotEstimable):
        return {"not_estimable": value.reason}
    if isinstance(value, ChiSquaredTest):
        return {"statistic": value.statistic, "df": value.df, "pvalue": value.pvalue}
    if isinstance(value, Interval):
        return [value.low, value.high]
    if isinstance(value, OnNaturalScale):
        return {"value": value.value, "ci": [value.ci.low, value.ci.high]}
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value


def _above(least: float, value: float | None) -> float | None:
    """The size of an error, in the two digits on which machines agree; below rounding error, that."""
    return None if value is None else float(f"{max(least, value):.2g}")
