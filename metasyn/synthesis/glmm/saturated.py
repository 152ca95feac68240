"""Tests of heterogeneity: an effect of its own for every study against one effect for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import chi2_upper_p
from metasyn.synthesis.counts.model import ChiSquaredTest
from metasyn.synthesis.glmm.build import Built
from metasyn.synthesis.glmm.families import Binomial, Family, Hypergeometric, Poisson, log_choose
from metasyn.synthesis.glmm.fit import Fitted, fit_model
from metasyn.synthesis.glmm.likelihood import Structure
from metasyn.values import NotEstimable

__all__ = ["heterogeneity_tests"]

Array = NDArray[np.float64]
_Test = ChiSquaredTest | NotEstimable


def heterogeneity_tests(built: Built, common: Fitted, k: int, nodes: int | None) -> tuple[_Test, _Test]:
    """Likelihood-ratio and Wald test with k - 1 degrees of freedom.

    The Wald statistic is sum(w (theta - mean)^2) of the studies' own maximum likelihood estimates with
    their information as weights; a study whose own estimate is infinite has information 0 in the limit and
    does not count in it. With random study effects (UM.RS) both rest on that model's likelihood.
    """
    try:
        if "s" in built.random.shared:
            log_likelihood, estimates, information = _with_random_levels(built, common, k, nodes)
        else:
            log_likelihood, estimates, information = _own(built)
    except NotEstimableError as error:
        reason = NotEstimable(f"the model with an effect for every study has no maximum: {error}")
        return reason, reason
    lrt = max(0.0, 2 * (log_likelihood - common.value))
    finite = np.isfinite(estimates) & (np.diag(information) > 0)
    weights, values = information[np.ix_(finite, finite)], estimates[finite]
    if values.size < 2:
        wald: _Test = NotEstimable("fewer than two studies have a finite estimate of their own")
    else:
        row = weights.sum(axis=0)
        mean = float(row @ values / row.sum())
        centred = values - mean
        wald = _test(float(centred @ weights @ centred), k - 1)
    return _test(lrt, k - 1), wald


def _test(statistic: float, df: int) -> ChiSquaredTest:
    return ChiSquaredTest(statistic=statistic, df=df, pvalue=chi2_upper_p(max(statistic, 0.0), df))


def _own(built: Built) -> tuple[float, Array, Array]:
    """Every study on its own: log-likelihood, estimates and their (diagonal) information."""
    value, estimate, information = _alone(built.first)
    if built.second is not None:
        other, level, weight = _alone(built.second)
        value, estimate = value + other, estimate - level
        both = (information > 0) & (weight > 0)
        safe = np.where(both, information + weight, 1.0)
        information = np.where(both, information * weight / safe, 0.0)
    return float(value.sum()), estimate, np.diag(information)


def _alone(family: Family) -> tuple[Array, Array, Array]:
    """Largest log-likelihoods of single counts, where they are reached, and the information there."""
    with np.errstate(divide="ignore"):
        if isinstance(family, Binomial):
            x, n = family.x[:, 0], family.n[:, 0]
            value = log_choose(n, x) + xlogy(x, x / n) + xlogy(n - x, 1 - x / n)
            return value, np.log(x) - np.log(n - x) - family.offset[:, 0], x * (n - x) / n
        if isinstance(family, Poisson):
            x, t = family.x[:, 0], family.t[:, 0]
            return xlogy(x, x) - x - gammaln(x + 1.0), np.log(x) - np.log(t), x
    assert isinstance(family, Hypergeometric)
    return _tables_alone(family)


def _tables_alone(family: Hypergeometric) -> tuple[Array, Array, Array]:
    """Conditional maximum likelihood of every table by Newton steps of at most 1."""
    low = np.minimum.reduceat(family.distance, family.starts, axis=0)
    high = np.maximum.reduceat(family.distance, family.starts, axis=0)
    below, above = high == 0, low == 0  # observed at the upper or the lower end of the support
    eta = np.zeros(low.shape)
    for _ in range(500):
        slope, curve = family.derivatives(eta, 2)
        step = np.clip(-slope / np.where(curve < 0, curve, -1.0), -1, 1)
        step = np.where(below | above, 0.0, step)
        eta = eta + step
        if np.abs(step).max() < 1e-12 * (1 + np.abs(eta).max()):
            break
    curve = family.derivatives(eta, 2)[1]
    end = below | above
    value = np.where(end, 0.0, family.value(eta))
    eta = np.where(below & ~above, np.inf, np.where(above & ~below, -np.inf, eta))
    return value[:, 0], eta[:, 0], np.where(end, 0.0, -curve)[:, 0]


def _with_random_levels(
    built: Built, common: Fitted, k: int, nodes: int | None
) -> tuple[float, Array, Array]:
    """UM.RS: levels of the studies are random, effects are fixed, one for every study."""
    structure = Structure(shared=("alpha", "s"), own="delta")
    x_1, x_2 = _alone(built.first)[1], _alone(built.second)[1] if built.second is not None else 0.0
    with np.errstate(invalid="ignore"):
        effects = np.clip(np.nan_to_num(x_1 - x_2, nan=0.0), -3, 3)
    start = np.concatenate([[common.shared("alpha"), max(common.shared("s"), 0.05)], effects])
    fitted = fit_model(built.kernel, k, structure, start, nodes=nodes)
    information = -fitted.hessian
    own, shared = slice(2, None), np.flatnonzero(fitted.free[:2])
    block = information[own, own]
    if shared.size:
        cross = information[2:][:, shared]
        block = block - cross @ np.linalg.solve(information[np.ix_(shared, shared)], cross.T)
    return fitted.value, fitted.x[own], block
