"""Mixed models of tables, rates and groups followed back: against integrals of scipy's own distributions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import expit
from scipy.stats import binom, chi2, nchypergeom_fisher, norm, poisson

from metasyn.analysis.explain import Explanation, explain
from metasyn.effects.plain_table import effects_from_table
from metasyn.synthesis import pool
from metasyn.synthesis.glmm.groups import pool_glmm_groups
from metasyn.synthesis.model import SynthesisResult

E1, N1, E2, N2 = (1, 0, 5, 9), (20, 15, 40, 60), (6, 2, 7, 30), (22, 14, 40, 55)
SETS: dict[str, dict[str, tuple[float, ...]]] = {
    "OR": {"events_1": E1, "events_2": E2, "n_1": N1, "n_2": N2},
    "IRR": {"events_1": E1, "events_2": (6, 2, 3, 30), "time_1": N1, "time_2": N2},
    "IRLN": {"events": (1, 0, 5, 19), "time": (20.5, 15, 40, 60)},
}
# The same rates in every study: tau2 is 0.
ALIKE: dict[str, dict[str, tuple[float, ...]]] = {
    "OR": {"events_1": (3, 2, 5), "events_2": (6, 4, 10), "n_1": (20, 15, 40), "n_2": (22, 14, 40)},
    "IRR": {"events_1": (3, 2, 5), "events_2": (6, 4, 10), "time_1": (20, 15, 40), "time_2": (22, 14, 40)},
    "IRLN": {"events": (1, 2, 5, 6), "time": (20.5, 15, 40, 60)},
}


def pooled(measure: str, columns: dict[str, tuple[float, ...]], **options: object) -> SynthesisResult:
    k = len(next(iter(columns.values())))
    texts = {"study": [f"S{i}" for i in range(k)]}
    texts |= {name: [str(x) for x in values] for name, values in columns.items()}
    made = effects_from_table(texts, measure=measure, level=0.95, file="counts", zero_cells="only0")
    return pool(made, model="glmm", **options)  # type: ignore[arg-type]


def lines(found: Explanation) -> dict[str, float]:
    return {line.name: line.value for line in found.sums}


def law(measure: str, row: tuple[float, ...]) -> Callable[[float], float]:
    """Log probability of the counts of a study by its true effect, from scipy.stats."""
    if measure == "IRLN":
        return lambda theta: float(poisson.logpmf(row[0], row[1] * math.exp(theta)))
    x1, s1, x2, s2 = row
    if measure == "IRR":
        return lambda theta: float(binom.logpmf(x1, x1 + x2, expit(theta + math.log(s1 / s2))))
    return lambda theta: float(nchypergeom_fisher.logpmf(x1, s1 + s2, x1 + x2, s1, math.exp(theta)))


def log_likelihood(one: Callable[[float], float], mu: float, tau2: float) -> float:
    tau = math.sqrt(tau2)
    found = quad(lambda t: math.exp(one(t)) * norm.pdf(t, mu, tau), mu - 8 * tau, mu + 8 * tau, epsrel=1e-11)
    return math.log(found[0])


@pytest.mark.parametrize("measure", SETS)
def test_every_study_has_its_part_in_mean_and_variance(measure: str) -> None:
    """m and a are derivatives of the log-likelihood of the study, here differences of integrals."""
    result = pooled(measure, SETS[measure])
    found = explain(result)
    mixed = result.beside.glmm
    assert mixed is not None
    mu, tau2, step = mixed.estimate, float(mixed.tau2), 2e-3  # type: ignore[arg-type]
    counts = 2 if measure == "IRLN" else 4
    for _, row in found.table.rows:  # type: ignore[union-attr]
        one = law(measure, row[:counts])
        up, mid, down = (log_likelihood(one, mu + d, tau2) for d in (step, 0.0, -step))
        assert row[counts] == pytest.approx(mu + tau2 * (up - down) / (2 * step), abs=2e-6)
        assert row[counts + 2] == pytest.approx(-(up - 2 * mid + down) / step**2, abs=2e-4)
    done = lines(found)
    assert done["μ"] == pytest.approx(mu, rel=1e-6)
    assert done["se"] == pytest.approx(mixed.se, rel=1e-6)
    assert done["upper bound"] == pytest.approx(mixed.conditional.ci.high, rel=1e-6)
    assert lines(explain(result, "tau2"))["τ²"] == pytest.approx(tau2, rel=1e-6)


@pytest.mark.parametrize(("sets", "measure"), list(itertools.product((SETS, ALIKE), SETS)))
def test_the_likelihood_ratio_by_the_most_probable_effects(
    sets: dict[str, dict[str, tuple[float, ...]]], measure: str
) -> None:
    result = pooled(measure, sets[measure])
    found = explain(result, "Q")
    counts = 2 if measure == "IRLN" else 4
    laws = [law(measure, row[:counts]) for _, row in found.table.rows]  # type: ignore[union-attr]

    def top(every: list[Callable[[float], float]]) -> float:
        best = minimize_scalar(
            lambda t: -sum(one(t) for one in every),
            bounds=(-15, 8),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return -float(best.fun)

    statistic = 2 * (sum(top([one]) for one in laws) - top(laws))
    done = lines(found)
    assert done["χ²"] == pytest.approx(statistic, abs=2e-5)
    assert done["p"] == pytest.approx(chi2.sf(statistic, len(laws) - 1), abs=1e-5)
    assert set(done) == {"χ²", "p", "v", "I²", "H²"}


@pytest.mark.parametrize("measure", ALIKE)
def test_without_heterogeneity_as_many_events_are_expected_as_were_seen(measure: str) -> None:
    result = pooled(measure, ALIKE[measure])
    found = explain(result)
    assert result.heterogeneity.tau2.value == 0  # type: ignore[union-attr]
    assert {"μ", "se", "low", "high", "lower bound", "upper bound"} <= set(lines(found))
    assert lines(found)["μ"] == pytest.approx(result.estimate, rel=1e-6)
    if measure == "IRLN":
        assert str(found.sums[0]).startswith("μ = ln(X/N) = ln(14/135.5)")
    else:
        x1, _, _, _, e, v = found.table.totals  # type: ignore[union-attr]
        assert e == pytest.approx(x1, rel=1e-9)
        assert lines(found)["se"] == pytest.approx(v**-0.5, rel=1e-9)  # type: ignore[operator]
    none = explain(result, "tau2")
    apart, chance = none.table.totals[-2:]  # type: ignore[union-attr]
    assert apart < chance  # type: ignore[operator]
    assert lines(none) == {"τ²": 0.0}


@pytest.mark.parametrize("method", ["t", "profile-likelihood"])
def test_a_mean_rate_is_that_of_a_log_normal_distribution(method: str) -> None:
    result = pooled("IRLN", SETS["IRLN"], ci_method=method)
    mixed = result.beside.glmm
    assert mixed is not None
    tau = math.sqrt(float(mixed.tau2))  # type: ignore[arg-type]
    done = lines(explain(result, "marginal mean"))
    mean = quad(lambda z: math.exp(mixed.estimate + tau * z) * norm.pdf(z), -12, 12)[0]
    assert done["mean"] == pytest.approx(mean, rel=1e-8)
    assert done["upper bound"] == pytest.approx(mixed.marginal.ci.high, rel=1e-6)  # type: ignore[union-attr]


def test_the_equation_of_a_profile_interval_is_told_and_its_bounds_stand() -> None:
    found = explain(pooled("OR", SETS["OR"], ci_method="profile-likelihood"))
    assert "chi-square with 1 degree" in dict(found.facts)["Interval"]
    assert {"lower bound", "upper bound"} <= set(lines(found))
    assert "low" not in lines(found)


def test_a_mean_that_needs_too_many_points_has_its_definition() -> None:
    """Cohorts that are nearly all or nothing: the logits differ by a standard deviation of more than 6."""
    result = pooled("PLO", {"events": (0, 9, 0, 1, 0, 10), "n": (10, 10, 12, 40, 9, 10)})
    found = explain(result, "marginal mean")
    assert result.heterogeneity.tau2.value > 36  # type: ignore[union-attr]
    assert found.sums == ()
    told = [text for term, text in found.facts if term == "Formula"]
    assert told[-1].startswith("the mean of 1/(1 + exp(−θ)) over all θ")
    assert found.table is not None
    assert [row for _, row in found.table.rows][1] == (9, 10)
    assert lines(explain(result))["μ"] == pytest.approx(result.estimate, rel=1e-6)


EVENTS, SIZES, GROUPS = (0, 3, 2, 9, 14, 1, 0, 5), (12, 21, 30, 25, 40, 10, 9, 14), "aabbbacc"


def grouped(events: tuple[int, ...]) -> SynthesisResult:
    return pooled("PLO", {"events": events, "n": SIZES}, by=list(GROUPS))


def test_groups_of_one_mixed_model_have_each_their_mean() -> None:
    result = grouped(EVENTS)
    fitted = pool_glmm_groups(events=EVENTS, n=SIZES, groups=["abc".index(g) for g in GROUPS])
    for g, name in enumerate("abc"):
        found = explain(result, f"group: {name}")
        assert lines(found)["μ"] == pytest.approx(fitted.estimates[g], rel=1e-6)
        assert "lower bound" in lines(found)
        assert [row[:2] for _, row in found.table.rows] == [  # type: ignore[union-attr]
            (x, n) for x, n, group in zip(EVENTS, SIZES, GROUPS, strict=True) if group == name
        ]


@pytest.mark.parametrize("events", [EVENTS, (1, 3, 4, 3, 3, 1, 2, 3), (0, 3, 2, 9, 14, 1, 0, 0)])
def test_the_test_between_groups_of_one_mixed_model(events: tuple[int, ...]) -> None:
    """By least squares with the covariance of the means; a group without an event has no part in it."""
    result = grouped(events)
    groups = result.subgroups
    assert groups is not None
    kept = [g for g in "abc" if sum(x for x, own in zip(events, GROUPS, strict=True) if own == g)]
    rows = [(x, n, kept.index(g)) for x, n, g in zip(events, SIZES, GROUPS, strict=True) if g in kept]
    rows.sort(key=lambda row: row[2])
    x, n, number = zip(*rows, strict=True)
    fitted = pool_glmm_groups(events=x, n=n, groups=number)
    root = np.linalg.cholesky(np.linalg.inv(fitted.covariance)).T
    residual = np.linalg.lstsq(root @ np.ones((len(kept), 1)), root @ fitted.estimates, rcond=None)[1]
    found = explain(result, "difference between groups")
    assert lines(found)["Q"] == pytest.approx(residual[0], rel=1e-9)
    assert lines(found)["p"] == pytest.approx(groups.pvalue, rel=1e-6)
    assert "inverse of their covariance" in dict(found.facts)["Method"]
