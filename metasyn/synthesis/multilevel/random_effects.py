"""How far each group lies from the mean: predicted random effects of one level."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.multilevel.model import MultilevelResult
from metasyn.values import Interval, NotEstimable

__all__ = ["RandomEffect", "random_effects"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomEffect:
    """The predicted deviation of one group (of one outcome in one study) from its mean.

    Attributes
    ----------
    group : str
    outcome : str
        Empty for levels.
    estimate, se : float
        Best linear unbiased prediction, and the root of its mean squared error with the variances taken
        as known.
    pi : Interval
        Of the deviation.
    """

    group: str
    outcome: str
    estimate: float
    se: float
    pi: Interval


def random_effects(result: MultilevelResult, level: str | None = None) -> tuple[RandomEffect, ...]:
    r"""Predicted random effects of one level, or per study and outcome.

    With C = Cov(u, y), W the inverse of the marginal covariance and P = W - W X (X' W X)^{-1} X' W:

    .. math:: \hat u = C W (y - X b), \qquad Var(u - \hat u) = Var(u) - C P C'

    Parameters
    ----------
    result : MultilevelResult
    level : str, optional
        Name of a level; None for the random effects per outcome.

    Returns
    -------
    tuple of RandomEffect
        Groups in order of first appearance; outcomes that a study does not report are left out.

    Raises
    ------
    OptionError
        If the model has no such level.

    References
    ----------
    Robinson GK. That BLUP is a good thing: the estimation of random effects. Stat Sci 1991;6:15-32.
    10.1214/ss/1177011926.

    Examples
    --------
    >>> from metasyn.synthesis.multilevel import pool_multilevel
    >>> result = pool_multilevel(
    ...     yi=[0.1, 0.2, 0.9, 1.1, 0.5, 0.4], vi=[0.04] * 6,
    ...     levels={"study": ["A", "A", "B", "B", "C", "C"], "effect": None})
    >>> [(one.group, round(one.estimate, 3)) for one in random_effects(result, "study")]
    [('A', -0.342), ('B', 0.416), ('C', -0.074)]
    """
    if level is None:
        return _of_outcomes(result)
    known = [one.name for one in result.levels]
    if level not in known:
        raise OptionError(f"level must be one of {', '.join(map(repr, known)) or 'none'}; got {level!r}.")
    i = known.index(level)
    groups, variance = result.levels[i], result.components[i].variance
    ties = [(rows, groups.index[rows], np.unique(groups.index[rows])) for rows in result.clusters]
    found: dict[int, RandomEffect] = {}
    for number, (_rows, own, members) in enumerate(ties):
        cross = variance * (members[:, None] == own)
        estimate, error = _predicted(result, number, cross, np.full(members.size, variance))
        for j, group in enumerate(members.tolist()):
            found[group] = _effect(result, groups.labels[group], "", float(estimate[j]), float(error[j]))
    return tuple(found[group] for group in range(len(groups.labels)))


def _of_outcomes(result: MultilevelResult) -> tuple[RandomEffect, ...]:
    """One per study and outcome reported."""
    if isinstance(result.outcomes, NotEstimable):
        raise OptionError("the model has no random effects per outcome: name a level.")
    between, found = result.outcomes, {}
    m, studies = len(between.outcomes), between.within
    for number, rows in enumerate(result.clusters):
        study, outcome = studies.index[rows], between.index[rows]
        cells = np.unique(study * m + outcome)
        cross = (cells[:, None] // m == study) * between.covariance[np.ix_(cells % m, outcome)]
        variances = np.diag(between.covariance)[cells % m]
        estimate, error = _predicted(result, number, cross, variances)
        for j, cell in enumerate(cells.tolist()):
            found[cell] = _effect(
                result,
                studies.labels[cell // m],
                between.outcomes[cell % m],
                float(estimate[j]),
                float(error[j]),
            )
    return tuple(found[cell] for cell in sorted(found))


def _predicted(result: MultilevelResult, number: int, cross: Array, variances: Array) -> tuple[Array, Array]:
    """Predictions and their mean squared errors for the groups of one cluster."""
    rows, marginal = result.clusters[number], result.working_blocks[number]
    design = result.design[rows]
    weight = np.linalg.solve(marginal, cross.T).T
    estimate = weight @ (result.yi[rows] - design @ result.coefficients)
    slope = weight @ design
    error = (
        variances
        - np.einsum("ij,ij->i", weight, cross)
        + np.einsum("ip,pq,iq->i", slope, result.cov_coefficients, slope)
    )
    return estimate, error


def _effect(
    result: MultilevelResult, group: str, outcome: str, estimate: float, error: float
) -> RandomEffect:
    se = math.sqrt(max(error, 0.0))
    df = min(row.df for row in result.table)
    half = two_sided_quantile(1 - result.spec.level, df) * se
    return RandomEffect(
        group=group,
        outcome=outcome,
        estimate=estimate,
        se=se,
        pi=Interval(estimate - half, estimate + half, result.spec.level),
    )
