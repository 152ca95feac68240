"""What is said of the coefficients and of heterogeneity, given the variances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import chi2_upper_p, two_sided_p, two_sided_quantile
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.moderators.design import Design
from metasyn.synthesis.moderators.model import Coefficient, WaldTest
from metasyn.synthesis.moderators.wald import contrast_test
from metasyn.synthesis.multilevel.blocks import Stack
from metasyn.synthesis.multilevel.model import Level, MultilevelSpec
from metasyn.values import Interval, NotEstimable

__all__ = [
    "Criteria",
    "SamplingFit",
    "coefficient_table",
    "criteria_of",
    "degrees_of_freedom",
    "heterogeneity_test",
    "omnibus_of",
    "sampling_fit",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplingFit:
    """The model without random effects, M = V.

    Attributes
    ----------
    Q : float
        r' V^-1 r.
    precision, share : ndarray of shape (k,)
        Diagonals of P and of P V; the second is 1 minus the leverage.
    """

    Q: float
    precision: Array
    share: Array

    def typical_variance(self, rows: NDArray[np.bool_] | slice = slice(None)) -> float:
        """Sum of (P V)_ii over sum of P_ii: (k - p) / tr(P) for all rows."""
        return float(self.share[rows].sum() / self.precision[rows].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The log-likelihood and what is made of it."""

    log_likelihood: float
    aic: float
    bic: float
    aicc: float


def sampling_fit(stacks: Sequence[Stack], quadratic: float, covariance: Array) -> SamplingFit:
    """Diagonals of P and P V from the stacks; Q and (X' V^-1 X)^-1 come from the likelihood at 0."""
    k = sum(int((stack.rows >= 0).sum()) for stack in stacks)
    precision, share = np.empty(k), np.empty(k)
    for stack in stacks:
        inverse = np.linalg.inv(stack.sampling)
        wx = inverse @ stack.design
        there = stack.rows >= 0
        rows = stack.rows[there]
        lost = np.einsum("bip,pq,biq->bi", wx, covariance, wx)
        precision[rows] = (np.einsum("bii->bi", inverse) - lost)[there]
        share[rows] = (1 - np.einsum("bip,pq,biq->bi", wx, covariance, stack.design))[there]
    return SamplingFit(Q=quadratic, precision=precision, share=share)


def heterogeneity_test(fit: SamplingFit, df: int) -> ChiSquaredTest:
    """QE on k - p degrees of freedom."""
    return ChiSquaredTest(statistic=fit.Q, df=df, pvalue=chi2_upper_p(fit.Q, df))


def degrees_of_freedom(design: Design, groups: Sequence[Level], spec: MultilevelSpec) -> tuple[float, ...]:
    """Of each coefficient: infinite for z, k - p, or by containment.

    Containment: the fewest groups, less p, of the levels within whose groups the column is constant;
    k - p if it varies within the groups of every level.

    Raises
    ------
    NotEstimableError
        If a level has no more groups than there are coefficients.
    """
    k, p = design.X.shape[0], len(design.names)
    if spec.ci_method == "wald":
        return (math.inf,) * p
    if spec.df_method == "residual":
        return (float(k - p),) * p
    found = []
    for j, name in enumerate(design.names):
        holding = [level for level in groups if _constant(design.X[:, j], level)]
        fewest = min((len(level.labels) for level in holding), default=k)
        if fewest <= p:
            raise NotEstimableError(
                f"coefficient {name!r} rests on {fewest} groups and the model has {p} coefficients: no "
                "degrees of freedom are left by df_method='contain'. Use fewer moderators."
            )
        found.append(float(fewest - p))
    return tuple(found)


def _constant(column: Array, level: Level) -> bool:
    """Whether a column has one value in each group."""
    first = np.empty(len(level.labels))
    first[level.index] = column
    return bool((column == first[level.index]).all())


def coefficient_table(
    names: Sequence[str], estimates: Array, covariance: Array, df: Sequence[float], level: float
) -> tuple[Coefficient, ...]:
    """Estimate, standard error, test and interval of each."""
    rows = []
    for j, name in enumerate(names):
        b, se = float(estimates[j]), math.sqrt(float(covariance[j, j]))
        half = two_sided_quantile(1 - level, df[j]) * se
        rows.append(
            Coefficient(
                name=name,
                estimate=b,
                se=se,
                statistic=b / se,
                df=df[j],
                pvalue=two_sided_p(b / se, df[j]),
                ci=Interval(b - half, b + half, level),
            )
        )
    return tuple(rows)


def omnibus_of(
    design: Design, estimates: Array, covariance: Array, df: Sequence[float]
) -> WaldTest | NotEstimable:
    """All coefficients but the intercept together, on the least of their degrees of freedom."""
    tested = list(design.tested)
    if not tested:
        return NotEstimable("the model has no moderators")
    return contrast_test(
        estimates,
        covariance,
        np.eye(len(design.names))[tested],
        np.zeros(len(tested)),
        [design.names[j] for j in tested],
        min(df[j] for j in tested),
    )


def criteria_of(log_likelihood: float, k: int, p: int, n_variances: int, *, restricted: bool) -> Criteria:
    """AIC, BIC and corrected AIC; k - p observations for REML.

    Variance parameters on their bound count, as everywhere else.
    """
    n, parameters = k - p if restricted else k, p + n_variances
    enough = max(n, parameters + 2)
    return Criteria(
        log_likelihood=log_likelihood,
        aic=2 * parameters - 2 * log_likelihood,
        bic=parameters * math.log(n) - 2 * log_likelihood,
        aicc=2 * parameters * enough / (enough - parameters - 1) - 2 * log_likelihood,
    )
