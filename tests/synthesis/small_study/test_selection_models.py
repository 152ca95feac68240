"""Selection models: integrals by another quadrature, derivatives by differences, invariances, refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from small_study_data import sample

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.small_study import SelectionModel, selection_model
from metasyn.synthesis.small_study.selection.likelihood import SelectionLikelihood, selection_likelihood
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import NotEstimable

STEPS = np.array([0.025, 0.3, 1.0])
DELTAS: dict[str, list[float]] = {
    "step": [1.0, 0.4, 2.5],
    "beta": [0.5, 0.7],
    "half-normal": [6.0],
    "negative-exponential": [2.0],
    "logistic": [3.0],
    "power": [1.5],
}
CENSORED = {"beta": 1e-5, "power": 1e-5}
WEIGHTS: dict[str, Callable[[float, float, list[float]], float]] = {
    "step": lambda p, q, d: d[0] if p <= 0.025 else d[1] if p <= 0.3 else d[2],
    "beta": lambda p, q, d: p ** (d[0] - 1) * q ** (d[1] - 1),
    "half-normal": lambda p, q, d: math.exp(-d[0] * p * p),
    "negative-exponential": lambda p, q, d: math.exp(-d[0] * p),
    "logistic": lambda p, q, d: 2 * math.exp(-d[0] * p) / (1 + math.exp(-d[0] * p)),
    "power": lambda p, q, d: q ** d[0],
}
CASES = [(f, a) for f in DELTAS for a in ("greater", "two-sided")]


def likelihood(function: Any, alternative: Any, k: int = 6) -> SelectionLikelihood:
    data = sample(k=k)
    return selection_likelihood(
        data["yi"], data["sei"] ** 2, function=function, alternative=alternative, steps=STEPS
    )


def log_likelihood_by_quad(
    y: np.ndarray, v: np.ndarray, mu: float, tau2: float, function: str, two_sided: bool
) -> float:
    """Term by term from the definition, the integral by adaptive quadrature between all breaks."""
    censored, delta, total = CENSORED.get(function, 0.0), DELTAS[function], 0.0

    def weight(z: float) -> float:
        p = 2 * ndtr(-abs(z)) if two_sided else ndtr(-z)
        q = math.erf(abs(z) / math.sqrt(2)) if two_sided else ndtr(z)
        p, q = (min(max(x, censored), 1 - censored) for x in (p, q))
        return WEIGHTS[function](p, q, delta)

    breaks = [0.0, 1e-3, 1e-1, 1.25331413732e-5, 0.5244005127, 1.0364333895, 1.9599639845, 2.2414027276]
    breaks += [4.2648907939, 4.4171734135]
    for yi, vi in zip(y, v, strict=True):
        se, s = math.sqrt(vi), math.sqrt(vi + tau2)

        def density(x: float, se: float = se, s: float = s) -> float:
            return weight(x / se) * math.exp(-0.5 * ((x - mu) / s) ** 2) / s / math.sqrt(2 * math.pi)

        points = [mu - 14 * s, mu, mu + 14 * s, *(sign * b * se for b in breaks for sign in (1, -1))]
        points = sorted({x for x in points if abs(x - mu) <= 14 * s})
        integral = sum(
            quad(density, a, b, epsabs=1e-14, epsrel=1e-11, limit=100)[0] for a, b in pairwise(points)
        )
        normal = -0.5 * math.log(2 * math.pi * s * s) - 0.5 * ((yi - mu) / s) ** 2
        total += math.log(weight(yi / se)) + normal - math.log(integral)
    return total


@pytest.mark.parametrize(("function", "alternative"), CASES)
def test_the_integrals_against_adaptive_quadrature(function: str, alternative: str) -> None:
    ours = likelihood(function, alternative, k=4)
    for mu, tau2 in ((0.3, 0.0), (-0.4, 0.5)):
        value, _, _ = ours(mu, tau2, np.array(DELTAS[function]))
        by_quad = log_likelihood_by_quad(ours.y, ours.v, mu, tau2, function, alternative == "two-sided")
        assert value == pytest.approx(by_quad, rel=1e-10)


@pytest.mark.parametrize(("function", "alternative"), CASES)
def test_gradient_and_hessian_against_differences(function: str, alternative: str) -> None:
    ours = likelihood(function, alternative)
    x = np.array([0.2, 0.3, *DELTAS[function]])

    def at(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        return ours(float(x[0]), float(x[1]), x[2:])

    _, gradient, hessian = at(x)
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = 1e-4 * max(abs(x[i]), 0.1)
        up, down = at(x + step), at(x - step)
        assert (up[0] - down[0]) / (2 * step[i]) == pytest.approx(gradient[i], rel=1e-5, abs=1e-7)
        assert (up[1] - down[1]) / (2 * step[i]) == pytest.approx(hessian[i], rel=1e-5, abs=1e-6)
    assert hessian == pytest.approx(hessian.T, rel=1e-12)


def numbers(found: SelectionModel) -> list[float]:
    return [
        found.estimate.statistic,
        found.estimate.pvalue,
        found.lr,
        found.lr_tau2,
        *(weight.value for weight in found.weights),
    ]


@pytest.mark.parametrize("function", list(DELTAS))
def test_units_order_and_direction(function: Any) -> None:
    data = sample(k=30, seed=8, tau=0.4)
    options: dict[str, Any] = {"function": function, "steps": (0.025, 0.4) if function == "step" else None}
    base = selection_model(**data, alternative="greater", **options)
    assert base.gradient < 1e-9
    order = np.random.default_rng(3).permutation(30)
    for c in (1e-8, 1e8):
        other = selection_model(
            yi=c * data["yi"][order], sei=c * data["sei"][order], alternative="greater", **options
        )
        assert numbers(other) == pytest.approx(numbers(base), rel=1e-8)
        assert other.estimate.estimate == pytest.approx(c * base.estimate.estimate, rel=1e-9)
        assert other.tau2 == pytest.approx(c * c * base.tau2, rel=1e-8)
        assert other.tau2_se == pytest.approx(c * c * base.tau2_se, rel=1e-8)
        assert other.log_likelihood == pytest.approx(base.log_likelihood - 30 * math.log(c), rel=1e-12)
    mirrored = selection_model(yi=-data["yi"], sei=data["sei"], alternative="less", **options)
    assert mirrored.estimate.estimate == -base.estimate.estimate
    assert [w.value for w in mirrored.weights] == [w.value for w in base.weights]
    assert mirrored.log_likelihood == base.log_likelihood


@pytest.mark.parametrize("alternative", ["greater", "two-sided"])
@pytest.mark.parametrize("model", ["random-effects", "common-effect"])
def test_weights_fixed_at_one_are_no_selection(alternative: Any, model: Any) -> None:
    data = sample(k=20, tau=0.4)
    found = selection_model(**data, alternative=alternative, steps=(0.1, 0.5), delta=[1, 1, 1], model=model)
    v = data["sei"] ** 2
    tau2 = estimate_tau2(data["yi"], v, method="ML").value if model == "random-effects" else 0.0
    w = 1 / (v + tau2)
    assert found.tau2 == pytest.approx(tau2, rel=1e-9)
    assert found.estimate.estimate == pytest.approx((w * data["yi"]).sum() / w.sum(), rel=1e-10)
    assert found.unadjusted.estimate == pytest.approx(found.estimate.estimate, rel=1e-10)
    assert found.log_likelihood == pytest.approx(found.log_likelihood_without, rel=1e-12)
    assert isinstance(found.lr, NotEstimable)
    assert all(isinstance(weight.se, NotEstimable) for weight in found.weights)


def test_fixed_weights_of_vevea_and_woods_need_no_p_values_in_every_interval() -> None:
    data = sample(k=12)
    found = selection_model(
        **data, alternative="greater", steps=(0.001, 0.002, 0.5), delta=[1, 0.9, 0.5, 0.2]
    )
    assert [weight.value for weight in found.weights] == [1, 0.9, 0.5, 0.2]
    assert sum(weight.count for weight in found.weights) == 12
    partly = selection_model(**data, alternative="greater", steps=(0.1, 0.5), delta=[1, None, 0.3])
    assert isinstance(partly.weights[1].se, float)
    assert isinstance(partly.weights[2].se, NotEstimable)
    assert partly.lr_df == 1


@pytest.mark.parametrize("function", ["step", "half-normal", "logistic"])
@pytest.mark.parametrize("seed", range(4))
def test_no_other_start_finds_a_higher_maximum(function: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-2.5, 1.2, 60))
    y = rng.normal(0.2, np.sqrt(v + 0.1))
    keep = (y / np.sqrt(v) > 1.96) | (rng.random(60) < 0.3)
    y, v = y[keep], v[keep]
    found = selection_model(yi=y, vi=v, alternative="greater", function=function)
    ours = selection_likelihood(y, v, function=function, alternative="greater", steps=np.array([0.025, 1.0]))
    best = -math.inf
    for _ in range(400):
        delta = np.exp(rng.normal(0, 1.5, ours.n_delta))
        if function == "step":
            delta[0] = 1.0
        best = max(best, ours(float(rng.normal(y.mean(), y.std())), float(rng.exponential(0.2)), delta)[0])
    assert found.log_likelihood >= best
    assert found.lr >= 0
    assert found.lr_tau2 >= 0


def test_selection_that_is_there_is_found() -> None:
    """Ten thousand studies of a known selection: the estimates are near the truth."""
    rng = np.random.default_rng(11)
    v = np.exp(rng.normal(-2.5, 0.6, 4000))
    y = rng.normal(0.1, np.sqrt(v + 0.04))
    keep = (y / np.sqrt(v) > 1.959964) | (rng.random(4000) < 0.3)
    found = selection_model(yi=y[keep], vi=v[keep], alternative="greater")
    assert abs(found.estimate.estimate - 0.1) < 3 * found.estimate.se
    assert abs(found.weights[1].value - 0.3) < 3 * found.weights[1].se
    assert found.unadjusted.estimate > found.estimate.estimate + 0.05
    assert found.lr_pvalue < 1e-6


def test_what_must_be_known_is_a_finding() -> None:
    data = sample(k=20, tau=0.0, asymmetry=0.0)
    alike = 0.3 * data["sei"] * np.tile([1, -1], 10)
    found = selection_model(yi=alike, sei=data["sei"], alternative="greater", function="half-normal")
    codes = {finding.code for finding in found.findings}
    assert "tau2-at-zero" in codes
    assert isinstance(found.tau2_se, NotEstimable)
    extreme = selection_model(
        yi=data["yi"] + np.arange(20) * data["sei"], sei=data["sei"], alternative="greater", function="beta"
    )
    assert "censored-p-values" in {finding.code for finding in extreme.findings}
    frame = selection_model(**sample(k=20), alternative="greater", steps=(0.3,)).to_frame()
    assert frame["name"].tolist() == ["0 < p <= 0.3", "0.3 < p <= 1"]
    assert frame["count"].sum() == 20


def test_an_interval_without_p_values_is_refused_with_what_to_do() -> None:
    data = sample(k=12)
    with pytest.raises(NotEstimableError, match=r"value lies in 0 < p <= 1e-09 .*Choose steps="):
        selection_model(**data, alternative="greater", steps=(1e-9,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": None}, "say which results are favoured"),
        ({"alternative": "positive"}, "alternative must be one of"),
        ({"function": "stepfun"}, "function must be one of 'step'"),
        ({"function": "beta", "steps": (0.1,)}, "steps= belongs to function='step'"),
        ({"steps": (0.5, 0.1)}, "steps must be increasing"),
        ({"steps": (2.5,)}, "steps must be increasing p values above 0 and up to 1"),
        ({"steps": (1.0,)}, "at least one p value below 1"),
        ({"steps": ("low",)}, "steps must be numbers"),
        ({"delta": [1]}, "delta must have 2 values, one per parameter; got 1"),
        ({"delta": [2, 1]}, "the first weight of a step function is 1"),
        ({"delta": [1, -1]}, "finite numbers >= 0 or None; value 2 is -1"),
        ({"delta": [1, 0]}, "delta must be above 0"),
        ({"model": "EE"}, "'EE' is called 'common-effect' here"),
        ({"level": 95}, "level must be a proportion"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        selection_model(**sample(), **{"alternative": "greater", **options})
