"""Likelihoods against independent integrals to 1e-8, and maxima against a search that knows no gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from metasyn.numerics.gauss_hermite import hermite_rule
from metasyn.synthesis.glmm import integrate, pool_glmm
from metasyn.synthesis.glmm.build import build
from metasyn.synthesis.glmm.data import gather_counts
from metasyn.synthesis.glmm.fit import fit_model
from metasyn.synthesis.glmm.integrate import Nodes
from metasyn.synthesis.glmm.likelihood import Likelihood
from tests.synthesis.glmm import direct_integrals

X, N = [0, 2, 1, 9, 4], [10, 25, 7, 30, 40]
ROWS = [(0, 20, 3, 22), (4, 31, 1, 29), (2, 15, 6, 14), (7, 60, 12, 55)]
COLUMNS = dict(zip(("events_1", "n_1", "events_2", "n_2"), map(list, zip(*ROWS, strict=True)), strict=True))
RATES = {key.replace("n_", "time_"): value for key, value in COLUMNS.items()}


def likelihood(measure: str, model: str, nodes: int, **columns: Any) -> Likelihood:
    names = ("events", "n", "time", "events_1", "n_1", "time_1", "events_2", "n_2", "time_2")
    data = gather_counts(None, {name: columns.get(name) for name in names}, measure=measure, labels=None)
    built = build(data, measure, model)  # type: ignore[arg-type]
    one, many = hermite_rule(1), hermite_rule(nodes)
    rule = Nodes.product(many, many if model == "UM.RS" else one)
    return Likelihood(built.kernel, data.k, built.random, rule)


@pytest.mark.parametrize("rates", [False, True])
def test_single_cohorts(rates: bool) -> None:
    result = pool_glmm(events=X, **{"time" if rates else "n": N})
    assert isinstance(result.tau2, float)
    assert result.tau2 > 0
    expected = direct_integrals.single(X, N, result.estimate, result.tau2, rates=rates)
    assert result.log_likelihood == pytest.approx(expected, abs=1e-8)
    common = pool_glmm(events=X, **{"time" if rates else "n": N}, between="common-effect")
    assert common.log_likelihood == pytest.approx(
        direct_integrals.single(X, N, common.estimate, 0.0, rates=rates), abs=1e-9
    )

    def fall(p: np.ndarray) -> float:
        return -direct_integrals.single(X, N, p[0], p[1] ** 2, rates=rates)

    # No point around the maximum is higher.
    tau = math.sqrt(result.tau2)
    for step in (1e-3, -1e-3):
        assert fall(np.array([result.estimate + step, tau])) > -expected
        assert fall(np.array([result.estimate, tau + step])) > -expected


def test_the_maximum_is_that_of_a_search_without_derivatives() -> None:
    z = np.linspace(-9, 9, 361)
    weight = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])

    def fall(p: np.ndarray) -> float:
        prob = 1 / (1 + np.exp(-(p[0] + p[1] * z)))
        return -sum(
            math.log(float(weight @ (math.comb(n, x) * prob**x * (1 - prob) ** (n - x))))
            for x, n in zip(X, N, strict=True)
        )

    result = pool_glmm(events=X, n=N)
    assert result.log_likelihood == pytest.approx(-fall(np.array([result.estimate, result.tau])), abs=1e-10)
    found = minimize(fall, [-1.5, 0.5], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-13})
    assert result.estimate == pytest.approx(found.x[0], abs=2e-6)
    assert result.tau == pytest.approx(abs(found.x[1]), abs=2e-6)


def test_exact_conditional_likelihood() -> None:
    result = pool_glmm(**COLUMNS, model="CM.EL")
    assert isinstance(result.tau2, float)
    assert result.tau2 > 0
    expected = direct_integrals.conditional(ROWS, result.estimate, result.tau2)
    assert result.log_likelihood == pytest.approx(expected, abs=1e-8)
    for shift, factor in ((1e-3, 1.0), (-1e-3, 1.0), (0.0, 1.002), (0.0, 0.998)):
        assert direct_integrals.conditional(ROWS, result.estimate + shift, result.tau2 * factor) < expected


@pytest.mark.parametrize("rates", [False, True])
def test_fixed_study_levels(rates: bool) -> None:
    x = likelihood("IRR" if rates else "OR", "UM.FS", 80, **(RATES if rates else COLUMNS))
    level = [-2.5, -2.2, -1.0, -1.7]
    got = x(np.array([-0.4, 0.7, *level]))[0]
    want = sum(
        math.log(
            direct_integrals.integral(
                lambda u, row=row, a=a: direct_integrals.two_counts(row, -0.4 + u, a, rates=rates),  # type: ignore[misc]
                math.sqrt(0.7),
            )
        )
        for row, a in zip(ROWS, level, strict=True)
    )
    assert got == pytest.approx(want, abs=1e-8)


@pytest.mark.slow
def test_random_study_levels() -> None:
    columns = {key: [value[1]] * 2 for key, value in COLUMNS.items()}
    got = likelihood("OR", "UM.RS", 40, **columns)(np.array([-0.4, 0.6, -1.9, 0.5]))[0]
    assert got == pytest.approx(2 * direct_integrals.random_levels(ROWS[1:2], -0.4, 0.6, -1.9, 0.5), abs=1e-8)


@pytest.mark.parametrize(
    ("measure", "model", "point"),
    [
        ("PLO", "random-intercept", [-1.8, 0.6]),
        ("PLO", "random-intercept", [-1.8, 1e-4]),
        ("IRLN", "random-intercept", [-1.8, 0.6]),
        ("OR", "CM.EL", [-0.4, 0.6]),
        ("OR", "CM.AL", [-0.4, 0.6]),
        ("OR", "UM.FS", [-0.4, 0.6, -2.5, -2.2, -1.0, -1.7]),
        ("OR", "UM.RS", [-0.4, 0.6, -1.9, 0.5]),
        ("OR", "UM.RS", [-0.4, 1e-4, -1.9, 2e-4]),
        ("IRR", "UM.RS", [-0.4, 0.6, -1.9, 0.5]),
        ("IRR", "CM.EL", [-0.4, 3.0]),
    ],
)
def test_gradient_and_hessian_are_those_of_the_value(measure: str, model: str, point: list[float]) -> None:
    columns: dict[str, Any] = {"PLO": {"events": X, "n": N}, "IRLN": {"events": X, "time": N}}.get(
        measure, RATES if measure == "IRR" else COLUMNS
    )
    f = likelihood(measure, model, 60, **columns)
    x = np.array(point)
    _, gradient, hessian = f(x)
    step = np.minimum(1e-4, np.abs(x) / 10) * np.eye(x.size)
    for i in range(x.size):
        high, low, width = f(x + step[i]), f(x - step[i]), 2 * step[i, i]
        assert (high[0] - low[0]) / width == pytest.approx(gradient[i], rel=1e-5, abs=1e-6)
        np.testing.assert_allclose((high[1] - low[1]) / width, hessian[i], rtol=2e-5, atol=2e-5)


def test_the_two_forms_of_a_derivative_are_one() -> None:
    """Many participants: the derivative of the normal density; few: that of the likelihood. Both at tau 1."""
    small = likelihood("PLO", "random-intercept", 80, events=[1, 0], n=[3, 2])
    large = likelihood("PLO", "random-intercept", 80, events=[400, 150], n=[900, 700])
    for f, x in ((small, np.array([-0.5, 1.0])), (large, np.array([-0.5, 1.0]))):
        _, gradient, _ = f(x)
        for i in (0, 1):
            step = 1e-4 * np.eye(2)[i]
            assert (f(x + step)[0] - f(x - step)[0]) / 2e-4 == pytest.approx(gradient[i], abs=1e-6)


# From 2 to 200,000 participants: the counts say less and more than the normal density, in one set.
WIDE = {
    "events_1": [0, 1, 40, 30_000], "n_1": [2, 9, 130, 200_000],
    "events_2": [1, 0, 55, 41_000], "n_2": [2, 7, 125, 200_000],
}  # fmt: skip


@pytest.mark.parametrize("variances", [(0.03, 0.04), (0.3, 0.0), (0.0, 0.4), (1.0, 1e-5), (0.0, 0.0)])
@pytest.mark.parametrize("measure", ["OR", "IRR"])
def test_derivatives_where_studies_differ_in_size(measure: str, variances: tuple[float, float]) -> None:
    """Each study by the form of a derivative that loses fewer digits, in units of standard errors."""
    columns: dict[str, Any] = dict(WIDE)
    if measure == "IRR":
        columns = {name.replace("n_", "time_"): values for name, values in WIDE.items()}
    f = likelihood(measure, "UM.RS", 40, **columns)
    x = np.array([-0.4, variances[0], -1.6, variances[1]])
    value, gradient, hessian = f(x)
    size = np.sqrt(np.abs(np.diag(hessian)))
    assert f.gradient(x)[0] == pytest.approx(value, abs=1e-9)
    np.testing.assert_allclose(f.gradient(x)[1] / size, gradient / size, rtol=1e-9, atol=1e-12)
    for i in (0, 2, *(n for n in (1, 3) if x[n] > 1e-3)):
        step = 1e-5 * np.eye(4)[i]
        high, low = f(x + step), f(x - step)
        assert (high[0] - low[0]) / 2e-5 / size[i] == pytest.approx(gradient[i] / size[i], rel=1e-6, abs=1e-6)
        got, want = (high[1] - low[1]) / 2e-5 / size, hessian[i] / size
        np.testing.assert_allclose(got / size[i], want / size[i], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("measure", ["OR", "IRR"])
def test_nodes_in_pieces_are_the_same_integral(measure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    columns: dict[str, Any] = RATES if measure == "IRR" else COLUMNS
    x = np.array([-0.4, 0.6, -1.9, 0.5])
    whole = likelihood(measure, "UM.RS", 12, **columns)(x)
    monkeypatch.setattr(integrate, "_CELLS", 40)
    monkeypatch.setattr(integrate, "_FEWEST", 7)
    pieces = likelihood(measure, "UM.RS", 12, **columns)
    assert len(pieces.nodes.parts(pieces.k)) == 15
    for one, other in zip(pieces(x), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11)


def test_where_the_search_begins_does_not_matter() -> None:
    """To rounding, so that machines agree on the digits that are written."""
    columns = dict(zip(("events", "n"), (X, N), strict=True))
    names = ("events", "n", "time", "events_1", "n_1", "time_1", "events_2", "n_2", "time_2")
    data = gather_counts(None, {name: columns.get(name) for name in names}, measure="PLO", labels=None)
    built = build(data, "PLO", "random-intercept")
    found = [
        fit_model(built.kernel, data.k, built.random, built.start * factor) for factor in (1.0, 0.7, 1.3)
    ]
    for fitted in found[1:]:
        np.testing.assert_allclose(fitted.x, found[0].x, rtol=1e-13)
        np.testing.assert_allclose(fitted.covariance, found[0].covariance, rtol=1e-12)


@pytest.mark.parametrize("model", ["random-intercept", "UM.FS", "UM.RS", "CM.EL", "CM.AL"])
def test_more_nodes_do_not_move_the_result(model: str) -> None:
    columns: dict[str, Any] = {"events": X, "n": N} if model == "random-intercept" else dict(COLUMNS)
    result = pool_glmm(**columns, model=model)
    assert result.quadrature.moved is not None
    assert result.quadrature.moved <= 1e-8
    assert result.quadrature.checked_nodes is not None
    assert result.quadrature.checked_nodes >= 2 * result.quadrature.nodes - 1
    if model != "UM.RS":
        fixed = pool_glmm(**columns, model=model, nodes=80)
        assert fixed.estimate == pytest.approx(result.estimate, abs=1e-5)
        assert fixed.tau2 == pytest.approx(result.tau2, abs=1e-5)
        assert fixed.se == pytest.approx(result.se, rel=1e-4)


def test_wide_distributions_need_another_rule() -> None:
    """tau = 6: Gauss-Hermite nodes do not settle, the trapezoidal rule does, and the integral is right."""
    x, n = [0, 3000, 0, 5], [10_000] * 4
    result = pool_glmm(events=x, n=n)
    assert result.quadrature.rule == "trapezoidal"
    assert isinstance(result.tau2, float)
    assert result.tau2 > 30
    assert result.log_likelihood == pytest.approx(
        direct_integrals.single(x, n, result.estimate, result.tau2), abs=1e-8
    )


def test_laplace_is_one_node() -> None:
    """The textbook formula at the reported parameters."""
    result = pool_glmm(events=X, n=N, nodes=1)
    assert isinstance(result.tau2, float)
    total = 0.0
    for x, n in zip(X, N, strict=True):
        u = 0.0
        for _ in range(100):
            p = 1 / (1 + math.exp(-(result.estimate + u)))
            u += (x - n * p - u / result.tau2) / (n * p * (1 - p) + 1 / result.tau2)
        log_choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
        mode = log_choose + x * math.log(p) + (n - x) * math.log(1 - p) - u * u / (2 * result.tau2)
        total += mode - 0.5 * math.log(result.tau2 * (n * p * (1 - p) + 1 / result.tau2))
    assert result.log_likelihood == pytest.approx(total, abs=1e-9)


def test_beta_binomial_likelihood_and_maximum() -> None:
    result = pool_glmm(events=X, n=N, model="beta-binomial")
    assert isinstance(result.rho, float)
    assert result.rho > 0

    def value(logit: float, rho: float) -> float:
        p, size = 1 / (1 + math.exp(-logit)), (1 - rho) / rho
        return sum(
            gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
            + betaln(x + p * size, n - x + (1 - p) * size) - betaln(p * size, (1 - p) * size)
            for x, n in zip(X, N, strict=True)
        )  # fmt: skip

    assert result.log_likelihood == pytest.approx(value(result.estimate, result.rho), abs=1e-10)
    found = minimize(
        lambda p: -value(p[0], 1 / (1 + math.exp(-p[1]))), [-1.5, -2.0], method="BFGS", options={"gtol": 1e-8}
    )
    assert result.estimate == pytest.approx(found.x[0], abs=1e-5)
    assert result.rho == pytest.approx(1 / (1 + math.exp(-found.x[1])), rel=1e-4)
