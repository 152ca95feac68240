"""Everything a Bayesian synthesis states, against integrals that share no code with it.

The likelihood is a multivariate normal with a dense covariance matrix (a flat prior of mu as the limit is
written out by contrasts), the integral over tau scipy's QUADPACK on tau itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import ndtr

from metasyn.synthesis.bayes import (
    BayesResult,
    FlatMean,
    TauPrior,
    flat,
    half_cauchy,
    half_normal,
    jeffreys,
    log_normal,
    log_t,
    normal,
    pool_bayes,
    turner_prior,
    uniform,
)
from metasyn.synthesis.bayes.mu_prior import MuPrior

SETS = {
    "two": ([-0.478, -0.288], [0.0256, 0.0196]),
    "three that disagree": ([-0.9, 0.4, -0.1], [0.04, 0.01, 0.5]),
    "five, 100:1": ([0.1, 0.5, -0.3, 0.25, 0.9], [0.001, 0.1, 0.05, 0.02, 0.08]),
    "eight": ([0.2, 0.1, 0.35, -0.2, 0.6, 0.15, 0.3, 0.05], [0.05, 0.02, 0.1, 0.07, 0.2, 0.01, 0.04, 0.03]),
}
PRIORS: list[tuple[TauPrior, MuPrior]] = [
    (half_normal(0.5), flat()),
    (half_normal(1.0), normal(0.3, 0.7)),
    (half_cauchy(0.5), normal(0.0, 2.0)),
    (turner_prior("all-cause mortality", "pharmacological vs placebo or control"), flat()),
    (log_t(-1.5, 1.1, 5), normal(0.0, 4.0)),
    (uniform(2.0), flat()),
    (log_normal(-6.0, 0.2), flat()),
]
# Every prior and every set, not every pair.
CASES = [
    pytest.param(name, *PRIORS[i], id=f"{name}, {PRIORS[i][0]}, {PRIORS[i][1]}")
    for i in range(len(PRIORS))
    for name in (list(SETS)[i % 4], list(SETS)[(i + 2) % 4])
]


def normal_density(x: np.ndarray, spread: np.ndarray) -> float:
    """Of N(0, spread), with a dense inverse."""
    size = math.log(2 * math.pi) * x.size + np.linalg.slogdet(spread)[1]
    return math.exp(-0.5 * (size + x @ np.linalg.solve(spread, x)))


def density_of_data(y: np.ndarray, v: np.ndarray, mu_prior: MuPrior, t: float) -> float:
    """Dense: N(m, diag(v + t^2) + s^2 J), or for a flat prior the density of k - 1 contrasts."""
    spread = np.diag(v + t * t)
    if isinstance(mu_prior, FlatMean):
        # y -> (differences from the first, the first): integrating the first out leaves the differences.
        contrasts = np.hstack([-np.ones((y.size - 1, 1)), np.eye(y.size - 1)])
        return normal_density(contrasts @ y, contrasts @ spread @ contrasts.T)
    return normal_density(y - mu_prior.mean, spread + mu_prior.sd**2)


def conditional_mean_and_variance(
    y: np.ndarray, v: np.ndarray, mu_prior: MuPrior, t: float
) -> tuple[float, float]:
    """By linear regression in matrices."""
    design, precision = np.ones((y.size, 1)), np.diag(1 / (v + t * t))
    information = (design.T @ precision @ design)[0, 0]
    right = (design.T @ precision @ y)[0]
    if not isinstance(mu_prior, FlatMean):
        information += mu_prior.sd**-2
        right += mu_prior.mean / mu_prior.sd**2
    return right / information, 1 / information


def integral(function: Callable[[float], float], prior: TauPrior, *, low: float = 0.0) -> float:
    """Over tau, in pieces of ln tau."""
    ends = [math.log(low) if low else -250.0, min(math.log(prior.upper), 100.0) if prior.proper else 100.0]
    middle = float(np.log(prior.quantile(np.array([0.5]))[0]))
    steps = [-80, -30, -14, -8, -4, -2, -1, -0.3, 0, 0.3, 1, 2, 3, 4, 6, 10, 20, 40]
    cuts = [*ends, *(middle + step for step in steps if ends[0] < middle + step < ends[1])]
    return math.fsum(
        quad(lambda u: function(math.exp(u)) * math.exp(u), a, b, epsabs=1e-15, epsrel=1e-11, limit=200)[0]
        for a, b in itertools.pairwise(sorted(cuts))
    )


def fitted(name: str, tau: TauPrior, mu: MuPrior) -> BayesResult:
    yi, vi = SETS[name]
    return pool_bayes(yi=yi, vi=vi, measure="HR", tau_prior=tau, mu_prior=mu)


@pytest.mark.parametrize(("name", "tau", "mu"), CASES)
def test_posterior_of_tau_and_mu(name: str, tau: TauPrior, mu: MuPrior) -> None:
    result = fitted(name, tau, mu)
    y, v = (np.array(one) for one in SETS[name])

    def weight(t: float) -> float:
        prior = math.exp(float(tau.log_density(np.array([t]), v)[0])) if t > 0 else 0.0
        return prior * density_of_data(y, v, mu, t)

    def average(function: Callable[[float], float]) -> float:
        return integral(lambda t: weight(t) * function(t), tau) / total

    def normal_cdf(x: float, extra: bool) -> Callable[[float], float]:
        def at(t: float) -> float:
            m, variance = conditional_mean_and_variance(y, v, mu, t)
            return float(ndtr((x - m) / math.sqrt(variance + (t * t if extra else 0.0))))

        return at

    total = integral(weight, tau)
    for of, value in (("mu", 0.0), ("mu", result.ci.low), ("predictive", result.pi.high)):
        want = average(normal_cdf(value, of == "predictive"))
        assert result.probability_below(value, of) == pytest.approx(want, abs=1e-8)
    assert result.mu.mean == pytest.approx(
        average(lambda t: conditional_mean_and_variance(y, v, mu, t)[0]), abs=1e-8
    )
    median = result.tau.median
    assert integral(weight, tau, low=median) / total == pytest.approx(0.5, abs=1e-8)
    if isinstance(mu, FlatMean):
        assert not result.log_marginal_likelihood
    else:
        assert result.log_marginal_likelihood == pytest.approx(math.log(total), abs=1e-8)


def grid_posterior(name: str, tau: TauPrior) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The joint posterior on a fine grid of mu and tau, nothing integrated in closed form (flat mu)."""
    y, v = (np.array(one) for one in SETS[name])
    mus, taus = np.linspace(-8, 8, 4001), np.exp(np.linspace(-14, math.log(6.0), 1501))
    log = tau.log_density(taus, v)[:, None] + np.log(taus)[:, None] + np.zeros((1, mus.size))
    for one, variance in zip(y, v, strict=True):
        sd = np.sqrt(variance + taus**2)[:, None]
        log = log - 0.5 * ((one - mus) / sd) ** 2 - np.log(sd)
    joint = np.exp(log - log.max())
    return mus, taus, joint / joint.sum()


def test_joint_grid_has_the_same_means_and_spreads() -> None:
    result = fitted("five, 100:1", half_normal(0.5), flat())
    mus, taus, joint = grid_posterior("five, 100:1", half_normal(0.5))
    of_mu, of_tau = joint.sum(axis=0), joint.sum(axis=1)
    mean = float(of_mu @ mus)
    assert result.mu.mean == pytest.approx(mean, abs=1e-6)
    assert result.mu.sd == pytest.approx(math.sqrt(float(of_mu @ (mus - mean) ** 2)), abs=1e-6)
    tau_mean = float(of_tau @ taus)
    assert result.tau.mean == pytest.approx(tau_mean, abs=1e-6)
    assert result.tau.sd == pytest.approx(math.sqrt(float(of_tau @ (taus - tau_mean) ** 2)), abs=1e-6)
    new_variance = float(of_mu @ (mus - mean) ** 2) + float(of_tau @ taus**2)
    assert result.predictive.sd == pytest.approx(math.sqrt(new_variance), abs=1e-6)
    # theta_1 given mu and tau is normal: its mean by the law of total expectation over the joint grid.
    y, v = SETS["five, 100:1"]
    kept = taus**2 / (taus**2 + v[1])
    theta = float((joint * (kept[:, None] * y[1] + (1 - kept)[:, None] * mus[None])).sum())
    assert result.shrinkage().mean[1] == pytest.approx(theta, abs=1e-6)
    assert result.shrinkage().own_weight[1] == pytest.approx(float(of_tau @ kept), abs=1e-6)
    assert result.mu.mode == pytest.approx(mus[np.argmax(of_mu)], abs=0.005)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("kind", ["shortest", "quantile"])
def test_intervals_hold_their_probability(name: str, kind: str) -> None:
    result = fitted(name, half_normal(0.5), flat())
    for of in ("mu", "tau", "predictive"):
        for level in (0.5, 0.95, 0.999):
            found = result.credible_interval(of, level=level, interval=kind)  # type: ignore[arg-type]
            inside = result.probability_below(found.high, of) - result.probability_below(found.low, of)  # type: ignore[arg-type]
            assert inside == pytest.approx(level, abs=1e-11)
            other = result.credible_interval(of, level=level, interval="shortest")  # type: ignore[arg-type]
            assert other.high - other.low <= (found.high - found.low) * (1 + 1e-12)


def test_bayes_factors_are_ratios_of_integrals() -> None:
    y, v = (np.array(one) for one in SETS["eight"])
    tau, mu = half_normal(0.5), normal(0.0, 1.5)
    result = fitted("eight", tau, mu)
    found = result.bayes_factors()

    def prior(t: float) -> float:
        return math.exp(float(tau.log_density(np.array([t]), v)[0]))

    def given(m: float) -> float:
        def at(t: float) -> float:
            return prior(t) * float(np.prod(stats.norm.pdf(y, m, np.sqrt(v + t * t))))

        return integral(at, tau)

    marginal = integral(lambda t: prior(t) * density_of_data(y, v, mu, t), tau)
    assert found.mu_null == pytest.approx(given(0.0) / marginal, rel=1e-9)
    assert found.tau_zero == pytest.approx(density_of_data(y, v, mu, 0.0) / marginal, rel=1e-9)
    # Savage-Dickey: posterior over prior density of mu at the null.
    ratio = float(result.fit.mu.pdf(np.array([0.0]))[0]) / stats.norm.pdf(0.0, 0.0, 1.5)
    assert found.mu_null == pytest.approx(ratio, rel=1e-9)
    best = max(given(m) for m in np.linspace(0.1, 0.24, 15))
    assert found.mu_null_minimum == pytest.approx(given(0.0) / best, rel=5e-3)
    assert isinstance(found.mu_null_minimum, float)
    assert found.mu_null_minimum <= given(0.0) / best
    taus = np.linspace(0, 0.6, 601)
    top = max(density_of_data(y, v, mu, float(t)) for t in taus)
    assert found.tau_zero_minimum == pytest.approx(density_of_data(y, v, mu, 0.0) / top, rel=1e-4)


def test_bayes_factors_that_priors_do_not_allow() -> None:
    open_mean = fitted("five, 100:1", half_normal(0.5), flat()).bayes_factors()
    assert "flat prior of mu" in open_mean.mu_null.reason  # type: ignore[union-attr]
    assert isinstance(open_mean.tau_zero, float)
    improper = fitted("five, 100:1", jeffreys(), normal(0, 1)).bayes_factors()
    for value in (improper.mu_null, improper.tau_zero, improper.mu_null_minimum):
        assert "improper" in value.reason  # type: ignore[union-attr]
    assert isinstance(improper.tau_zero_minimum, float)
    no_null = pool_bayes(yi=[-1.0, -0.5], vi=[0.1, 0.2], measure="PLO").bayes_factors()
    assert "no value of no effect" in no_null.mu_null.reason  # type: ignore[union-attr]
