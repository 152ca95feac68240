"""Numbers of mixed, Bayesian and dependent models, followed back, against integrals made here."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit, gammaln
from scipy.stats import norm

from metasyn.analysis.explain import Explanation, explain, explainable
from metasyn.analysis.explain.dependent import dependent_numbers
from metasyn.analysis.explain.effects import Setting
from metasyn.analysis.explain.figures import Archive
from metasyn.analysis.result import AnalysisResult
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.bayes import half_cauchy, half_normal, jeffreys, log_normal, pool_bayes, uniform
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.robust import CheResult

EVENTS, SIZES = (0, 3, 2, 9, 14), (12, 21, 30, 25, 40)


@pytest.fixture(scope="module")
def rates() -> SynthesisResult:
    return counted(EVENTS, SIZES)


def counted(events: Sequence[int], sizes: Sequence[int]) -> SynthesisResult:
    """Proportions pooled from their counts."""
    columns = {"study": [f"S{i}" for i in range(len(events))], "events": [str(x) for x in events]}
    columns["n"] = [str(n) for n in sizes]
    return pool(effects_from_table(columns, measure="PLO", level=0.95, file="counts", zero_cells="only0"))


def lines(found: Explanation) -> dict[str, float]:
    return {line.name: line.value for line in found.sums}


def log_likelihood(x: int, n: int, mu: float, tau2: float) -> float:
    """Log probability of x of n, by QUADPACK around the top of the integrand."""

    def inside(theta: float) -> float:
        return math.exp(
            gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
            + x * theta - n * math.log1p(math.exp(theta)) - (theta - mu) ** 2 / (2 * tau2)
        ) / math.sqrt(2 * math.pi * tau2)  # fmt: skip

    reach = 9 * math.sqrt(tau2)
    return math.log(quad(inside, mu - reach, mu + reach, epsabs=0, epsrel=1e-12)[0])


def test_each_cohort_of_a_mixed_model_has_its_share(rates: SynthesisResult) -> None:
    """Mean of theta and curvature are derivatives of the log-likelihood, here by differences of integrals."""
    found = explain(rates)
    mixed = rates.beside.glmm
    assert mixed is not None
    mu, tau2, step = mixed.estimate, float(mixed.tau2), 1e-3  # type: ignore[arg-type]
    for (_, row), x, n in zip(found.table.rows, EVENTS, SIZES, strict=True):  # type: ignore[union-attr]
        up, mid, down = (log_likelihood(x, n, mu + d, tau2) for d in (step, 0.0, -step))
        assert row[:2] == (x, n)
        assert row[2] == pytest.approx(mu + tau2 * (up - down) / (2 * step), abs=2e-6)
        assert row[4] == pytest.approx(-(up - 2 * mid + down) / step**2, abs=2e-5)
        more, less = (log_likelihood(x, n, mu, tau2 + d) for d in (step, -step))
        assert row[6] == pytest.approx(-(more - 2 * mid + less) / step**2, abs=1e-4)
        corners = [
            p * q * log_likelihood(x, n, mu + p * step, tau2 + q * step) for p in (1, -1) for q in (1, -1)
        ]
        assert row[5] == pytest.approx(-sum(corners) / (4 * step**2), abs=1e-4)


def test_numbers_of_a_mixed_model_are_worked_out(rates: SynthesisResult) -> None:
    mixed = rates.beside.glmm
    assert mixed is not None
    found = lines(explain(rates))
    assert found["μ"] == pytest.approx(mixed.estimate, rel=1e-6)
    assert found["se"] == pytest.approx(mixed.se, rel=1e-6)
    assert found["upper bound"] == pytest.approx(mixed.conditional.ci.high, rel=1e-6)
    assert lines(explain(rates, "tau2"))["τ²"] == pytest.approx(mixed.tau2, rel=1e-6)
    marginal = lines(explain(rates, "marginal mean"))
    tau = math.sqrt(float(mixed.tau2))  # type: ignore[arg-type]
    mean = quad(lambda z: expit(mixed.estimate + tau * z) * norm.pdf(z), -9, 9)[0]
    assert marginal["mean"] == pytest.approx(mean, rel=1e-6)
    assert marginal["lower bound"] == pytest.approx(mixed.marginal.ci.low, rel=1e-6)  # type: ignore[union-attr]
    assert set(lines(explain(rates, "Q"))) == {"χ²", "p", "v", "I²", "H²"}


def test_without_heterogeneity_cohorts_are_as_one() -> None:
    alike = counted([2, 4, 3, 6], [20, 40, 30, 60])
    found = explain(alike)
    assert str(found.sums[0]).startswith("μ = ln(X/(N − X)) = ln(15/(150 − 15)) = −2.1972")
    assert lines(found)["se"] == pytest.approx(math.sqrt(1 / 15 + 1 / 135), rel=1e-9)
    assert lines(explain(alike, "tau2"))["τ²"] == 0
    assert explain(alike, "marginal mean").number == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize(
    "prior",
    [half_normal(0.5), half_cauchy(0.3), uniform(2.0), jeffreys(), log_normal(-1.975, 0.895)],
    ids=str,
)
def test_a_posterior_is_a_sum_that_a_reader_can_add(prior: object) -> None:
    """Median, interval and probability by the points shown, against QUADPACK over tau."""
    from metasyn.analysis.explain.posterior import posterior_work, probability_work, tau_posterior_work

    y, v = np.array([-0.478, -0.633, -0.1]), np.array([0.0184, 0.0311, 0.05])
    found = pool_bayes(yi=y, vi=v, tau_prior=prior, measure="HR")  # type: ignore[arg-type]

    def weight(tau: float) -> tuple[float, float, float]:
        w = 1 / (v + tau**2)
        m = float(w @ y / w.sum())
        density = math.exp(float(prior.log_density(np.array([tau]), v)[0]))  # type: ignore[attr-defined]
        return (
            density * math.sqrt(w.prod() / w.sum()) * math.exp(-float(w @ (y - m) ** 2) / 2),
            m,
            w.sum() ** -0.5,
        )

    def over(inside: Callable[[float], float]) -> float:
        ends = [0.0, 0.1, 0.5, 2.0, 20.0, np.inf] if found.tau_prior.upper == np.inf else [0.0, 0.1, 0.5, 2.0]
        return sum(quad(inside, a, b, epsrel=1e-11, epsabs=0)[0] for a, b in itertools.pairwise(ends))

    total = over(lambda t: weight(t)[0])

    def below(x: float) -> float:
        return over(lambda t: weight(t)[0] * norm.cdf((x - weight(t)[1]) / weight(t)[2])) / total

    table, sums = posterior_work(found)
    values = {line.name: line for line in sums}
    assert values["S"].value == pytest.approx(below(found.estimate), abs=1e-6)
    assert values["level"].value == pytest.approx(below(found.ci.high) - below(found.ci.low), abs=1e-6)
    assert {"S", "level", "b", "HR", "lower bound", "upper bound"} == set(values)
    assert table is not None
    assert len(table.rows) < 60
    assert sum(row[0] for _, row in table.rows) == pytest.approx(1, rel=1e-12)
    probability = probability_work(found)[1]
    assert probability[0].value == pytest.approx(below(0.0), abs=1e-6)
    up_to = over(lambda t: weight(t)[0] * (t <= found.tau.median)) if prior == uniform(2.0) else None
    if up_to is not None:
        assert up_to / total == pytest.approx(0.5, abs=1e-3)
    spread = {line.name: line.value for line in tau_posterior_work(found)[1]}
    assert spread == {"share": pytest.approx(0.5, rel=1e-6), "level": pytest.approx(0.95, rel=1e-6)}


def test_every_number_of_the_new_models_is_worked_out(shipped: dict[str, AnalysisResult]) -> None:
    seen = {"probability": 0, "posterior": 0, "new": 0, "dependent": 0, "marginal": 0, "model": 0}
    for result in shipped.values():
        for one in explainable(result):
            kind = one.name.split(" ")[0].rstrip(":")
            bayesian = kind != "model" or "Bayesian" in one.name

            if kind not in seen or not bayesian or one.name.startswith("model: common-effect"):
                continue
            built = one.build()
            assert built.sums, one.name
            assert any(part.kind == "effect" and part.parts for part in built.parts), one.name
            seen[kind] += 1
    assert min(seen.values()) >= 3, seen


def test_the_dependent_model_by_dense_matrices(shipped: dict[str, AnalysisResult]) -> None:
    """Standard error and degrees of freedom with the CR2 of dense matrices, against the result."""
    part = shipped["response_rate_by_drug_class"].outcomes[0]
    result = part.dependence.result  # type: ignore[union-attr]
    assert isinstance(result, CheResult)
    setting = Setting(archive=Archive(None), level=0.95)
    named = {one.name: one for one in dependent_numbers(part.dependence, setting, place="")}
    assert lines(named["dependent rows: se"].build())["se"] == pytest.approx(result.se, rel=1e-6)
    assert lines(named["dependent rows: df"].build())["df"] == pytest.approx(result.df, rel=1e-6)
    found = named["dependent rows"].build()
    assert {"μ", "low", "high", "lower bound", "upper bound"} <= set(lines(found))
    shares = [fact for row in found.parts for fact in row.facts if fact[0] == "Weight"]
    assert len(shares) == result.k


def test_names_of_the_new_numbers(shipped: dict[str, AnalysisResult]) -> None:
    result, outcome = shipped["mek_inhibitor_vs_chemotherapy"], "pfs-hr"
    assert explain(result, "probability", outcome=outcome).shown == "97.2%"
    assert explain(result, "97.2%", outcome=outcome).key.startswith("probability below")
    turner = explain(result, "model: Bayesian", outcome=outcome)
    facts = dict(turner.facts)
    assert "Turner RM" in facts["Source of the prior"]
    assert "half-normal" not in "".join(facts.values())
    with pytest.raises(OptionError):
        explain(result, "marginal mean", outcome=outcome)


def test_median_of_tau_is_where_half_of_it_lies() -> None:
    found = pool_bayes(yi=[-0.478, -0.633], vi=[0.0184, 0.0311], tau_prior=half_normal(0.5), measure="HR")
    y, v = np.array([-0.478, -0.633]), np.array([0.0184, 0.0311])

    def density(tau: float) -> float:
        w = 1 / (v + tau**2)
        m = float(w @ y / w.sum())
        return (
            math.exp(-(tau**2) / 0.5) * math.sqrt(w.prod() / w.sum()) * math.exp(-float(w @ (y - m) ** 2) / 2)
        )

    total = quad(density, 0, 8, epsrel=1e-11)[0]
    half = brentq(lambda x: quad(density, 0, x, epsrel=1e-11)[0] / total - 0.5, 0.01, 1)
    assert found.tau.median == pytest.approx(half, abs=1e-8)
