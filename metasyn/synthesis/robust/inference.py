"""Tests and intervals from a cluster-robust covariance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import t_quantile, t_two_sided_p
from metasyn.synthesis.dependence.model import SamplingCovariance
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.moderators.model import RegressionResult
from metasyn.synthesis.robust.model import RobustCoefficient, RobustResult
from metasyn.synthesis.robust.sandwich import Sandwich, sandwich
from metasyn.synthesis.robust.wald import not_told, omnibus_test
from metasyn.synthesis.robust.working import Fitted, WorkingModel, working_model
from metasyn.values import Finding, Interval, NotEstimable, require_level
from metasyn.vocabulary import RobustDf, RobustVariance, require_option

__all__ = ["cluster_robust", "interval"]

_Array = NDArray[np.float64]

# Below this many degrees of freedom the t test is not to be relied on (Tipton 2015).
_FEW_DF = 4.0
# Shares and relative sizes that are rounding errors.
_ROUNDING = 1e-6


def cluster_robust(
    fitted: Fitted | None = None,
    *,
    clusters: Sequence[Any] | None = None,
    yi: ArrayLike | None = None,
    working: SamplingCovariance | ArrayLike | Sequence[ArrayLike] | None = None,
    design: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    variance: str = "CR2",
    df_method: str | None = None,
    level: float = 0.95,
) -> RobustResult:
    r"""Standard errors, tests and intervals that allow for any dependence within clusters.

    The coefficients `b = M X' W y`, `M = (X' W X)^-1`, `W = F^-1`, are those of the working model with
    covariance F. Their covariance is told from the residuals e of the clusters instead of from F:

    `M [ sum_i X_i' W_i A_i e_i e_i' A_i' W_i X_i ] M`

    ======== =====================================================================================
    CR0      A_i = 1; too small with few clusters
    CR1      CR0 times m / (m - 1), for m clusters
    CR1p     CR0 times m / (m - p), for p coefficients (what metafor's `robust()` does)
    CR1S     CR0 times m (k - 1) / ((m - 1) (k - p)), for k rows (what Stata does)
    CR2      `A_i = D_i' B_i^{+1/2} D_i`, `D_i' D_i = F_i`, `B_i = D_i (F_i - X_i M X_i') D_i'`, which makes
             the covariance right on average if the working model holds; singular B_i are inverted where
             they are not zero
    ======== =====================================================================================

    t tests have Satterthwaite's degrees of freedom, computed under the working model, or m - p.

    Parameters
    ----------
    fitted : MultilevelResult, SynthesisResult or RegressionResult, optional
        A fitted model; its covariance is the working one. Otherwise arrays:
    clusters : sequence of length k, optional
        Rows of different clusters are independent: study, cohort, trial registration. By default those of
        a multilevel model. Of a regression, one label per row that was used.
    yi : array_like of shape (k,), optional
    working : variances (k,), matrix (k, k), or one block per cluster, optional
        Covariance of `yi`: sampling errors and random effects together.
    design : array_like of shape (k, p), optional
        By default the intercept alone.
    names : sequence of str, optional
        Of the columns of the design.
    variance : {'CR2', 'CR0', 'CR1', 'CR1p', 'CR1S'}
    df_method : {'satterthwaite', 'residual'}, optional
        By default `satterthwaite` for CR2 and `residual`, m - p, for the others.
    level : float

    Returns
    -------
    RobustResult
        A coefficient that rests on one cluster alone has no robust standard error; fewer than 4 degrees of
        freedom are a warning among the findings.

    Raises
    ------
    OptionError
        If the input or an option breaks its rules.
    NotEstimableError
        With one cluster, a covariance that is not positive definite, a redundant column, or as many
        coefficients as clusters where m - p is needed.

    References
    ----------
    Pustejovsky JE, Tipton E. Small-sample methods for cluster-robust variance estimation and hypothesis
    testing in fixed effects models. J Bus Econ Stat 2018;36:672-683. 10.1080/07350015.2016.1247004.
    Tipton E. Small sample adjustments for robust variance estimation with meta-regression. Psychol Methods
    2015;20:375-393. 10.1037/met0000011.
    Hedges LV, Tipton E, et al. Robust variance estimation in meta-regression with dependent effect size
    estimates. Res Synth Methods 2010;1:39-65. 10.1002/jrsm.5.

    Examples
    --------
    >>> result = cluster_robust(
    ...     yi=[-0.6, -0.4, -0.9, -0.1, -0.5], working=[0.1, 0.1, 0.2, 0.15, 0.12],
    ...     clusters=["A", "A", "B", "C", "D"])
    >>> mean = result["Intercept"]
    >>> round(mean.estimate, 4), round(mean.se, 4), round(mean.df, 3)
    (-0.4833, 0.0903, 2.224)
    """
    require_option("variance", variance, RobustVariance)
    kind = cast("RobustVariance", variance)
    model = working_model(fitted, clusters=clusters, yi=yi, working=working, design=design, names=names)
    chosen = df_method or ("satterthwaite" if kind == "CR2" else "residual")
    require_option("df_method", chosen, RobustDf)
    if model.n_clusters <= model.p and (kind == "CR1p" or chosen == "residual"):
        raise NotEstimableError(
            f"{model.n_clusters} clusters and {model.p} coefficients: nothing is left for {kind} with "
            f"df_method={chosen!r}. Ask for variance='CR2', or for fewer coefficients."
        )
    parts = sandwich(model, kind)
    _require_its_coefficients(fitted, parts)
    rows = tuple(_coefficient(model, parts, j, chosen, require_level(level)) for j in range(model.p))
    return RobustResult(
        variance=kind,
        df_method=cast("RobustDf", chosen),
        level=level,
        model=model,
        coefficients=rows,
        covariance=parts.covariance,
        sandwich=parts,
        omnibus=omnibus_test(model, parts, chosen),
        findings=(*_few_degrees(rows), *_inexact(model, parts, kind)),
    )


def _require_its_coefficients(fitted: Fitted | None, parts: Sandwich) -> None:
    """The fitted model weights by the inverse of its covariance, as the sandwich does."""
    if fitted is None:
        return
    if isinstance(fitted, SynthesisResult):
        own = np.array([fitted.estimate])
    elif isinstance(fitted, RegressionResult):
        own = fitted.estimates
    else:
        own = fitted.coefficients
    if np.any(np.abs(own - parts.coefficients) > _ROUNDING * np.sqrt(parts.bread.diagonal())):
        raise OptionError(
            "the estimates of this model do not come from inverse-variance weights (user weights, or an "
            "interval method with its own estimate), and the robust covariance is that of estimates that do."
        )


def interval(row: RobustCoefficient, level: float) -> Interval | NotEstimable:
    """The t interval of a coefficient at any level."""
    return _interval(row.estimate, row.se, row.df, require_level(level))


def _coefficient(
    model: WorkingModel, parts: Sandwich, j: int, df_method: str, level: float
) -> RobustCoefficient:
    """One row of the table."""
    unit = np.eye(model.p)[j : j + 1]
    estimate = float(parts.coefficients[j])
    se: float | NotEstimable
    df: float | NotEstimable
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    variance, working = float(parts.covariance[j, j]), float(parts.bread[j, j])
    why = not_told(parts, unit, variance / working)
    if why is not None:
        se = df = statistic = pvalue = why
    else:
        se = math.sqrt(variance)
        df = parts.freedom(unit) if df_method == "satterthwaite" else float(model.n_clusters - model.p)
        statistic = estimate / se
        pvalue = t_two_sided_p(statistic, df)
    return RobustCoefficient(
        name=model.names[j],
        estimate=estimate,
        se=se,
        df=df,
        statistic=statistic,
        pvalue=pvalue,
        ci=_interval(estimate, se, df, level),
        working_se=math.sqrt(working),
    )


def _interval(
    estimate: float, se: float | NotEstimable, df: float | NotEstimable, level: float
) -> Interval | NotEstimable:
    """Estimate plus or minus a quantile of t times the standard error."""
    if isinstance(se, NotEstimable):
        return se
    if isinstance(df, NotEstimable):
        return df
    half = t_quantile(1 - level, df) * se
    return Interval(estimate - half, estimate + half, level)


def _few_degrees(rows: Sequence[RobustCoefficient]) -> list[Finding]:
    """A warning for each coefficient with few degrees of freedom."""
    return [
        Finding(
            code="robust-few-df",
            message=f"{row.name}: {row.df:.3g} degrees of freedom; with fewer than {_FEW_DF:g} the robust "
            "test and interval are not to be relied on, however small the p value",
            severity="warning",
        )
        for row in rows
        if isinstance(row.df, float) and row.df < _FEW_DF
    ]


def _inexact(model: WorkingModel, parts: Sandwich, variance: str) -> list[Finding]:
    """A note where CR2 is not exact on average although every coefficient can be told."""
    if variance != "CR2":
        return []
    told = [j for j in range(model.p) if parts.share_lost(np.eye(model.p)[j]) <= _ROUNDING]
    ratios = {
        model.names[j]: float(parts.expected(np.eye(model.p)[j : j + 1])[0, 0]) / float(parts.bread[j, j])
        for j in told
    }
    return [
        Finding(
            code="robust-cr2-inexact",
            message=f"{name}: the model fits clusters exactly in some direction; on average CR2 then gives "
            f"{ratio:.3g} times the variance of the working model, not 1",
            severity="note",
        )
        for name, ratio in ratios.items()
        if abs(ratio - 1) > _ROUNDING
    ]
