"""Simulated coverage where the truth is known in closed form, and against `pool` one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

import metasyn
from metasyn.batch import coverage
from metasyn.batch.coverage import simulate_coverage
from metasyn.batch.seeds import stream
from metasyn.errors import OptionError

# Its import sets a variable of the environment, which a test must not.

V = np.array([0.02, 0.3, 0.1, 0.05, 0.2])


def test_wald_of_a_common_effect_is_exact() -> None:
    found = simulate_coverage(V, methods=[("common-effect", "wald")], mu=0.7, n=20_000, n_jobs=1)
    se = np.sqrt(1 / (1 / V).sum())
    assert found.n.tolist() == [20_000]
    assert abs(found.coverage[0] - 0.95) < 4 * found.coverage_se[0]
    assert found.coverage_se[0] == pytest.approx(np.sqrt(0.95 * 0.05 / 20_000), rel=0.05)
    assert found.width[0] == pytest.approx(2 * 1.959963984540054 * se, rel=1e-12)
    assert found.width_se[0] < 1e-12
    assert found.rmse[0] == pytest.approx(se, rel=4 / np.sqrt(2 * 20_000))
    assert abs(found.bias[0]) < 4 * found.bias_se[0]
    assert found.bias_se[0] == pytest.approx(se / np.sqrt(20_000), rel=0.03)
    assert np.isnan(found.pi_coverage[0])


@pytest.mark.parametrize("method", ["DL", "REML", "SJ"])
def test_hartung_knapp_of_equal_variances_is_students_t(method: Any) -> None:
    tau2 = [0.0, 0.1, 2.0]
    found = simulate_coverage(
        [0.1] * 4, tau2=tau2, methods=[(method, "hartung-knapp")], level=0.9, n=10_000, n_jobs=1
    )
    assert found.true_tau2.tolist() == tau2
    # The same Z: an interval that is Student's whatever tau2 holds the mean in the same syntheses.
    assert len(set(found.coverage.tolist())) == 1
    assert abs(found.coverage[0] - 0.9) < 4 * found.coverage_se[0]
    # Mean of the sample standard deviation of 4 normal values: c4 = sqrt(2/3) Gamma(2) / Gamma(1.5).
    c4 = np.sqrt(2 / 3) / (np.sqrt(np.pi) / 2)
    width = 2 * 2.3533634348018264 * c4 * np.sqrt((0.1 + np.array(tau2)) / 4)
    assert (np.abs(found.width - width) < 4 * found.width_se).all()


def test_tau2_of_hedges_untruncated_is_unbiased() -> None:
    found = simulate_coverage(V, tau2=3.0, methods=[("HE", "wald"), ("DL", "t")], n=20_000, n_jobs=1)
    assert (np.abs(found.tau2_bias) < 4 * found.tau2_bias_se).all()


def test_every_number_by_pool_one_by_one() -> None:
    tau2, n = 0.15, 40
    methods: Any = [("PM", "hartung-knapp-adhoc"), ("REML", "wald")]
    found = simulate_coverage(V, tau2=tau2, mu=-0.4, methods=methods, n=n, seed=3, n_jobs=1)
    y = -0.4 + np.sqrt(tau2 + V) * stream(3, 0).standard_normal((n, V.size))
    for row, (method, ci) in enumerate(methods):
        ones: Any = [
            metasyn.pool(yi=one, vi=V, model="random-effects", tau2_method=method, ci_method=ci) for one in y
        ]
        held = np.array([-0.4 in one.ci for one in ones])
        width = np.array([one.ci.high - one.ci.low for one in ones])
        estimate = np.array([one.estimate for one in ones])
        at = np.array([[one.pi.low, one.pi.high] for one in ones])
        z = (at + 0.4) / np.sqrt(tau2)
        predicted = ndtr(z[:, 1]) - ndtr(z[:, 0])
        for values, name in ((held, "coverage"), (width, "width"), (estimate + 0.4, "bias")):
            assert getattr(found, name)[row] == pytest.approx(values.mean(), rel=1e-9)
            se = values.std(ddof=1) / np.sqrt(n)
            assert getattr(found, f"{name}_se")[row] == pytest.approx(se, rel=1e-9)
        assert found.pi_coverage[row] == pytest.approx(predicted.mean(), rel=1e-9)
        assert found.rmse[row] == pytest.approx(np.sqrt(((estimate + 0.4) ** 2).mean()), rel=1e-9)
        tau2s = np.array([one.heterogeneity.tau2.value for one in ones])
        assert found.tau2_bias[row] == pytest.approx(tau2s.mean() - tau2, rel=1e-9)


def test_parts_and_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "_PART", 1000)
    told: list[Any] = []
    options: Any = {"tau2": [0.0, 0.1], "methods": [("DL", "wald")], "n": 700, "seed": 9}
    alone = simulate_coverage(V, n_jobs=1, **options)
    shared = simulate_coverage(V, n_jobs=2, progress=lambda *done: told.append(done), **options)
    assert alone.to_frame().equals(shared.to_frame())
    assert told[-1] == (8, 8)
    assert len(alone) == 2


def test_a_design_that_draws_variances() -> None:
    def design(rng: np.random.Generator, n: int) -> Any:
        return np.clip(rng.chisquare(1, (n, 3)) / 4, 0.009, 0.6)

    found = simulate_coverage(design, methods=[("common-effect", "wald")], n=5000, n_jobs=1)
    assert abs(found.coverage[0] - 0.95) < 4 * found.coverage_se[0]
    assert found.width_se[0] > 1e-4


@pytest.mark.parametrize(
    ("vi", "options", "message"),
    [
        (V, {"tau2": -1.0}, "tau2 must be one or several finite numbers >= 0"),
        (V, {"mu": np.inf}, "mu must be a finite number"),
        (V, {"n": 1}, "n must be a whole number >= 2"),
        (V, {"methods": []}, "at least one pair"),
        (V, {"methods": ["DL"]}, "must be pairs"),
        (V, {"methods": [("DLX", "wald")]}, "tau2_method must be one of"),
        (V, {"methods": [("DL", "kenward-roger")]}, "not computed for many sets"),
        (V, {"level": 95}, "level must be"),
        ([0.1], {}, "two variances at least"),
        ([0.1, -1.0], {}, "finite and above zero"),
        (lambda rng, n: np.ones(n), {}, r"draw shape \(2, k\); got \(2,\)"),
    ],
)
def test_refusals(vi: Any, options: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        simulate_coverage(vi, n_jobs=1, **options)
