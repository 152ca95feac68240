"""Groups of cohorts in one mixed model: a mean for every group, one variance between studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.glmm.assemble import highest, information_shares
from metasyn.synthesis.glmm.build import build
from metasyn.synthesis.glmm.data import gather_counts
from metasyn.synthesis.glmm.fit import Fitted, fit_model
from metasyn.synthesis.glmm.likelihood import Structure
from metasyn.synthesis.glmm.model import Convergence, GlmmData, Quadrature
from metasyn.synthesis.glmm.profile import variance_interval
from metasyn.values import Interval, NotEstimable, require_level

__all__ = ["GlmmGroups", "pool_glmm_groups"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlmmGroups:
    """Group means of a random-intercept model, analysis scale.

    Attributes
    ----------
    estimates, se : ndarray of shape (G,)
        In the order of the groups' numbers.
    covariance : ndarray of shape (G, G)
        Of the estimates, tau2 estimated with them.
    tau2 : float
    tau2_ci : Interval or NotEstimable
        By profile likelihood.
    weights : ndarray of shape (k,)
        Share of every study in the information on the mean of its group, summing to 1 in each group.
    between : ChiSquaredTest or NotEstimable
        Wald test that all group means are one.
    log_likelihood : float
    quadrature : Quadrature
    convergence : Convergence
    two_maxima : bool
        Whether the likelihood has another, lower maximum.
    """

    estimates: Array
    se: Array
    covariance: Array
    tau2: float
    tau2_ci: Interval | NotEstimable
    weights: Array
    between: ChiSquaredTest | NotEstimable
    log_likelihood: float
    quadrature: Quadrature
    convergence: Convergence
    two_maxima: bool

    def __post_init__(self) -> None:
        for array in (self.estimates, self.se, self.covariance, self.weights):
            array.flags.writeable = False


def pool_glmm_groups(
    *, events: ArrayLike, n: ArrayLike, groups: Sequence[int], level: float = 0.95
) -> GlmmGroups:
    r"""Proportions of single cohorts in groups that share one between-study variance.

    x_i ~ Bin(n_i, expit(b_g(i) + u_i)), u_i ~ N(0, tau2): a random-effects logistic regression on group
    membership, by maximum likelihood with the quadrature of `pool_glmm`. The Wald test between groups is
    (L b)' (L C L')^-1 (L b) on G - 1 degrees of freedom, L the differences from the first group.

    Parameters
    ----------
    events, n : array_like of shape (k,)
        Events and participants.
    groups : sequence of int
        Number of the group of every cohort, from 0, each at least once.
    level : float
        Of the interval of tau2.

    Raises
    ------
    OptionError
        If the counts or the numbers of the groups break their rules.
    NotEstimableError
        If a group has no event, or only events (its logit is infinite); if every group is a single
        cohort; or if there is no maximum.

    References
    ----------
    Stijnen T, Hamza TH, Ozdemir P. Stat Med 2010;29:3046-3067. 10.1002/sim.4040

    Examples
    --------
    >>> found = pool_glmm_groups(events=[1, 4, 2, 9, 12], n=[10, 25, 12, 20, 30], groups=[0, 0, 0, 1, 1])
    >>> found.estimates.round(3).tolist(), found.tau2, round(found.between.statistic, 3)
    ([-1.743, -0.323], 0.0, 8.069)
    """
    columns = dict.fromkeys(("events_1", "n_1", "events_2", "n_2", "time", "time_1", "time_2"))
    data = gather_counts(None, {"events": events, "n": n, **columns}, measure="PLO", labels=None)
    members = np.asarray(groups)
    _require_groups(members, data)
    built = build(data, "PLO", "random-intercept")
    own = tuple(int(g) for g in members)
    x, size = (np.bincount(members, weights=v) for v in (data.events_1, data.size_1))
    common = fit_model(
        built.kernel, data.k, Structure(shared=(), own="delta", groups=own), np.log(x / (size - x))
    )
    random = Structure(shared=("v",), own="delta", groups=own)
    start = np.insert(common.x, 0, built.start[1])
    fitted, second = highest(built.kernel, data.k, random, start, common, None)
    return _assembled(fitted, data.k, members, require_level(level), second)


def _require_groups(members: NDArray[np.int64], data: GlmmData) -> None:
    """Refuse groups without a finite mean, and groups that cannot share a variance."""
    if (
        members.shape != (data.k,)
        or members.dtype.kind != "i"
        or set(members) != set(range(max(members) + 1))
    ):
        raise OptionError("groups must have one whole number per cohort, from 0 without a gap.")
    x, size = (np.bincount(members, weights=v) for v in (data.events_1, data.size_1))
    infinite = np.flatnonzero((x == 0) | (x == size))
    if infinite.size:
        raise NotEstimableError(
            f"group {infinite[0]} has no events or only events: the likelihood of its mean has no maximum."
        )
    if data.k == x.size:
        raise NotEstimableError("every group is a single cohort: a shared variance cannot be estimated.")


def _assembled(fitted: Fitted, k: int, members: NDArray[np.int64], level: float, second: bool) -> GlmmGroups:
    own = slice(len(fitted.structure.shared), None)
    covariance = fitted.full_covariance[own, own]
    information = information_shares(fitted)
    assert not isinstance(information, NotEstimable)
    total = np.bincount(members, weights=information)
    return GlmmGroups(
        estimates=fitted.x[own].copy(),
        se=np.sqrt(np.diag(covariance)),
        covariance=covariance.copy(),
        tau2=fitted.shared("v"),
        tau2_ci=variance_interval(fitted, k, level),
        weights=information / total[members],
        between=_between(fitted.x[own], covariance),
        log_likelihood=fitted.value,
        quadrature=fitted.quadrature,
        convergence=fitted.convergence,
        two_maxima=second,
    )


def _between(means: Array, covariance: Array) -> ChiSquaredTest | NotEstimable:
    if means.size < 2:
        return NotEstimable("there is only one group")
    contrast = np.column_stack([-np.ones(means.size - 1), np.eye(means.size - 1)])
    differences = contrast @ means
    Q = float(differences @ np.linalg.solve(contrast @ covariance @ contrast.T, differences))
    return ChiSquaredTest(statistic=Q, df=means.size - 1, pvalue=chi2_upper_p(max(Q, 0.0), means.size - 1))
