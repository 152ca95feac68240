"""Estimators of tau2 against closed forms, their defining equations and naive dense arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.special import gammainc

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.synthesis.tau2 import Tau2Solution, estimate_tau2, q_profile
from metasyn.vocabulary import Tau2Method, choices

METHODS: tuple[Any, ...] = choices(Tau2Method)
WEIGHTED = ("GENQ", "GENQM")

# Made up: precise studies that agree, imprecise ones elsewhere, so that the restricted likelihood has
# two maxima.
BIMODAL = {
    "inside is higher": ([-0.14, -0.1, -2.1, -0.04, -1.52], [0.005, 0.009, 0.653, 0.006, 0.174]),
    "zero is higher": ([0.17, -0.09, 2.32, 1.39, -0.13], [0.066, 0.004, 1.163, 0.372, 0.011]),
    "both are inside": ([-0.18, 0.41, 0.23, -0.2, -1.73], [0.003, 0.056, 1.691, 0.009, 2.502]),
}


def sample(k: int, seed: int = 3, tau2: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.02, 0.5, k)
    return rng.normal(0.3, np.sqrt(v + tau2)), v


def estimated(y: Any, v: Any, method: Any, X: np.ndarray | None = None) -> Tau2Solution:
    """GENQ and GENQM with weights that are neither equal nor 1/v."""
    weights = np.arange(1.0, len(y) + 1) if method in WEIGHTED else None
    return estimate_tau2(y, v, X=X, method=method, weights=weights)


def dense_projection(weights: np.ndarray, X: np.ndarray) -> np.ndarray:
    W = np.diag(weights)
    return W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W


def dense_log_likelihood(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float, restricted: bool) -> float:
    """Gaussian (restricted) log likelihood with k x k matrices, no shortcut shared with the package."""
    V = np.diag(v + tau2)
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    residual = y - X @ np.linalg.solve(information, X.T @ inverse @ y)
    value = np.linalg.slogdet(V)[1] + residual @ inverse @ residual
    if restricted:
        value += np.linalg.slogdet(information)[1]
    return -0.5 * float(value)


def dense_score(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float, restricted: bool) -> float:
    W = np.diag(1 / (v + tau2))
    P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    return float(0.5 * (y @ P @ P @ y - np.trace(P if restricted else W)))


def brute_force(y: Any, v: Any, X: np.ndarray, restricted: bool) -> float:
    """The best tau2 of a fine scan, zoomed in on three times; good to about 1e-6 of the range."""
    y, v = np.asarray(y), np.asarray(v)
    grid = np.concatenate([[0.0], np.geomspace(v.min() * 1e-3, 100 * (np.ptp(y) ** 2 + v.max()), 1500)])
    for _ in range(3):
        values = [dense_log_likelihood(y, v, X, t, restricted) for t in grid]
        best = int(np.argmax(values))
        grid = np.linspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 40)
    return float(grid[np.argmax([dense_log_likelihood(y, v, X, t, restricted) for t in grid])])


@pytest.mark.parametrize("method", ["DL", "DL2", "HE", "PM", "EB", "DLIT", "SJIT", "REML"])
def test_equal_variances_give_the_sample_variance_minus_v(method: Any) -> None:
    y, _ = sample(12)
    for v in (0.05, 0.2):
        got = estimate_tau2(y, np.full(12, v), method=method)
        assert got.value == pytest.approx(y.var(ddof=1) - v, rel=1e-12)
        assert not got.truncated
    far = estimate_tau2(y, np.full(12, 50.0), method=method)
    assert (far.value, far.truncated) == (0.0, True)


def test_equal_variances_and_maximum_likelihood() -> None:
    y, _ = sample(12)
    assert estimate_tau2(y, np.full(12, 0.1), method="ML").value == pytest.approx(y.var() - 0.1, rel=1e-12)


def test_dersimonian_laird_in_exact_arithmetic() -> None:
    y, v = sample(7)
    Y, w = [Fraction(x) for x in y], [1 / Fraction(x) for x in v]
    mean = sum(a * b for a, b in zip(w, Y, strict=True)) / sum(w)
    Q = sum(a * (b - mean) ** 2 for a, b in zip(w, Y, strict=True))
    exact = (Q - 6) / (sum(w) - sum(a * a for a in w) / sum(w))
    assert estimate_tau2(y, v, method="DL").value == pytest.approx(float(exact), rel=1e-13)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("p", [1, 3])
def test_likelihood_against_a_dense_scan(seed: int, restricted: bool, p: int) -> None:
    y, v = sample(8, seed)
    X = np.vander(np.linspace(-1, 1, 8), p, increasing=True)
    method: Any = "REML" if restricted else "ML"
    got = estimate_tau2(y, v, X=None if p == 1 else X, method=method)
    assert got.value == pytest.approx(brute_force(y, v, X, restricted), rel=2e-4, abs=1e-6)
    slope = dense_score(y, v, X, got.value, restricted)
    if got.value > 0:
        curve = dense_score(y, v, X, got.value * 1.001, restricted) / (got.value * 0.001)
        assert abs(slope) < 1e-11 * abs(curve)
    else:
        assert slope < 0
        assert got.truncated


@pytest.mark.parametrize("p", [1, 3])
def test_paule_mandel_solves_its_equation(p: int) -> None:
    y, v = sample(10, seed=5, tau2=1.0)
    X = np.vander(np.linspace(-1, 1, 10), p, increasing=True)
    tau2 = estimate_tau2(y, v, X=X, method="PM").value
    W = np.diag(1 / (v + tau2))
    P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    assert tau2 > 0
    assert y @ P @ y == pytest.approx(10 - p, rel=1e-12)
    assert estimate_tau2(y, v, X=X, method="EB").value == tau2


@pytest.mark.parametrize("name", BIMODAL)
@pytest.mark.parametrize("restricted", [True, False])
def test_global_maximum_of_a_bimodal_likelihood(name: str, restricted: bool) -> None:
    y, v = (np.array(x) for x in BIMODAL[name])
    X = np.ones((y.size, 1))
    got = estimate_tau2(y, v, method="REML" if restricted else "ML")
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 4000)])
    slopes = np.array([dense_score(y, v, X, t, restricted) for t in grid])
    optima = int((slopes[0] < 0) + ((slopes[:-1] > 0) & (slopes[1:] < 0)).sum())
    assert got.n_optima == optima
    assert got.value == pytest.approx(brute_force(y, v, X, restricted), rel=1e-3, abs=1e-7)
    highest = max(dense_log_likelihood(y, v, X, t, restricted) for t in grid)
    assert dense_log_likelihood(y, v, X, got.value, restricted) >= highest - 1e-12


def test_the_bimodal_examples_are_bimodal() -> None:
    found = {name: estimate_tau2(*(np.array(x) for x in data)) for name, data in BIMODAL.items()}
    assert all(one.n_optima == 2 for one in found.values()), found
    assert found["zero is higher"].value == 0
    assert found["inside is higher"].value > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("power", [-8, 8])
def test_scale_and_shift(method: Any, power: int) -> None:
    y, v = sample(9)
    factor = 10.0**power
    plain = estimated(y, v, method).value
    scaled = estimated((y + 5) * factor, v * factor**2, method).value
    assert scaled == pytest.approx(plain * factor**2, rel=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_a_large_offset_costs_no_more_digits_than_the_data_lose(method: Any) -> None:
    """y around 1e6 with variances of 1e-6, where metafor's Fisher scoring does not converge."""
    steps = np.array([0.0, 3.0, -2.0, 5.0, 1.0]) * 2.0**-10
    v = np.array([1.0, 2.0, 1.5, 1.2, 0.7]) * 1e-6
    near = estimated(steps, v, method).value
    far = estimated(2.0**20 + steps, v, method).value  # exact: steps are multiples of 2^-10
    assert far == pytest.approx(near, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_identical_estimates(method: Any) -> None:
    got = estimated(np.full(4, 0.1), np.array([0.1, 0.2, 0.3, 0.1]), method)
    assert got.value == 0


def test_variances_over_thirty_decades() -> None:
    y = np.array([0.3, -0.1, 0.2, 1e3])
    v = np.array([1e-14, 1e-2, 0.3, 1e16])
    for method in METHODS:
        assert math.isfinite(estimated(y, v, method).value)
    bounds = q_profile(y, v).interval
    assert 0 <= bounds.low <= bounds.high < math.inf


def test_q_profile_holds_its_equation_and_is_not_capped() -> None:
    y, v = np.array([0.0, 40.0]), np.array([0.01, 0.02])
    bounds = q_profile(y, v).interval
    for t, quantile in ((bounds.low, 5.023886187314888), (bounds.high, 0.0009820691171752583)):
        w = 1 / (v + t)
        assert (w * (y - np.average(y, weights=w)) ** 2).sum() == pytest.approx(quantile, rel=1e-10)
    assert bounds.high > 1e5


def test_q_profile_of_homogeneous_studies_is_empty() -> None:
    found = q_profile(np.full(6, 0.3), np.full(6, 0.1))
    assert found.empty
    assert (found.interval.low, found.interval.high) == (0.0, 0.0)


@pytest.mark.parametrize("p", [1, 3])
def test_closed_forms_against_dense_arithmetic(p: int) -> None:
    y, v = sample(9, seed=8, tau2=0.6)
    X = np.vander(np.linspace(-1, 1, 9), p, increasing=True)
    weights = np.arange(1.0, 10)

    def moment(w: np.ndarray) -> float:
        P = dense_projection(w, X)
        return float((y @ P @ y - np.trace(P @ np.diag(v))) / np.trace(P))

    Q = y @ dense_projection(1 / v, X) @ y
    start = y.var()
    expected = {
        "DL": moment(1 / v),
        "DL2": moment(1 / (v + moment(1 / v))),
        "HE": moment(np.ones(9)),
        "GENQ": moment(weights),
        "HS": (Q - 9) / (1 / v).sum(),
        "HSk": (Q * 9 / (9 - p) - 9) / (1 / v).sum(),
        "SJ": start * (y @ dense_projection(1 / (v + start), X) @ y) / (9 - p),
    }
    for method, value in expected.items():
        assert value > 0
        got = estimated(y, v, method, None if p == 1 else X)
        assert got.value == pytest.approx(value, rel=1e-11), method
        assert not got.truncated
        assert got.iterations == 0


def test_special_cases_of_user_weights() -> None:
    y, v = sample(8, seed=2)
    for weights, method in ((1 / v, "DL"), (np.ones(8), "HE"), (1e9 * np.ones(8), "HE")):
        got = estimate_tau2(y, v, method="GENQ", weights=weights).value
        assert got == pytest.approx(estimate_tau2(y, v, method=method).value, rel=1e-12)  # type: ignore[arg-type]


def test_a_weight_of_zero_leaves_an_effect_out() -> None:
    y, v = sample(6, seed=4, tau2=1.0)
    y[2] = 1e3
    weights = np.array([1.0, 2.0, 0.0, 3.0, 1.0, 2.0])
    kept = weights > 0
    for method in WEIGHTED:
        got = estimate_tau2(y, v, method=method, weights=weights)  # type: ignore[arg-type]
        rest = estimate_tau2(y[kept], v[kept], method=method, weights=weights[kept])  # type: ignore[arg-type]
        assert got.value == pytest.approx(rest.value, rel=1e-12)


def test_median_unbiased_paule_mandel_hits_the_median() -> None:
    y, v = sample(10, seed=5, tau2=1.0)
    t = estimate_tau2(y, v, method="PMM").value
    w = 1 / (v + t)
    Q = (w * (y - np.average(y, weights=w)) ** 2).sum()
    assert gammainc(9 / 2, Q / 2) == pytest.approx(0.5, abs=1e-13)
    assert t > estimate_tau2(y, v, method="PM").value


def test_generalised_q_median_has_even_odds() -> None:
    """By simulation: the observed statistic is the median of its distribution at the estimate."""
    y, v = sample(7, seed=11, tau2=0.5)
    weights = np.arange(1.0, 8)
    t = estimate_tau2(y, v, method="GENQM", weights=weights).value
    assert t > 0
    P = dense_projection(weights, np.ones((7, 1)))
    draws = np.random.default_rng(1).normal(size=(200_000, 7)) * np.sqrt(v + t)
    below = (np.einsum("ni,ij,nj->n", draws, P, draws) <= y @ P @ y).mean()
    assert below == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(200_000))


def test_iterated_estimators_are_limits() -> None:
    """DLIT and SJIT by the plain iteration they are named after."""
    y, v = sample(9, seed=6, tau2=0.8)
    X = np.ones((9, 1))
    dl = sj = y.var()
    for _ in range(2000):
        P = dense_projection(1 / (v + dl), X)
        dl = max(0.0, float((y @ P @ y - np.trace(P @ np.diag(v))) / np.trace(P)))
        sj = float(sj * (y @ dense_projection(1 / (v + sj), X) @ y) / 8)
    assert estimate_tau2(y, v, method="DLIT").value == pytest.approx(dl, rel=1e-10)
    assert estimate_tau2(y, v, method="SJIT").value == pytest.approx(sj, rel=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_order_and_sign_do_not_matter(method: Any) -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        k = int(rng.integers(2, 30))
        v = 10 ** rng.uniform(-6, 6, k)
        y = rng.normal(0, np.sqrt(v + 10 ** rng.uniform(-6, 6)))
        weights = rng.uniform(0.1, 1, k) if method in WEIGHTED else None
        order = rng.permutation(k)
        shuffled = None if weights is None else weights[order]
        plain = estimate_tau2(y, v, method=method, weights=weights).value
        other = estimate_tau2(-y[order], v[order], method=method, weights=shuffled).value
        assert math.isfinite(plain)
        assert other == pytest.approx(plain, rel=1e-9, abs=1e-9 * v.min())


def test_errors() -> None:
    y, v = sample(3)
    with pytest.raises(OptionError, match="tau2_method must be one of"):
        estimate_tau2(y, v, method="reml")  # type: ignore[arg-type]
    with pytest.raises(NotEstimableError, match="one effect more"):
        estimate_tau2(y[:1], v[:1])
    with pytest.raises(NotEstimableError, match="one effect more"):
        estimate_tau2(y[:2], v[:2], X=np.eye(2))
    with pytest.raises(NotEstimableError, match="no effects"):
        estimate_tau2([], [])
    with pytest.raises(NotEstimableError, match="full rank"):
        estimate_tau2(y, v, X=np.ones((3, 2)))
    with pytest.raises(NotEstimableError, match="k - p >= 1"):
        q_profile(y[:1], v[:1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vi": [0.1, 0.0, 0.2]}, "vi is 0.0"),
        ({"vi": [0.1, -1.0, 0.2]}, "vi is -1.0"),
        ({"vi": [0.1, math.inf, 0.2]}, "vi is inf"),
        ({"yi": [0.1, math.nan, 0.2]}, "yi is nan"),
        ({"yi": [0.1, 0.2]}, "one value per effect"),
        ({"yi": ["a", "b", "c"]}, "yi must hold numbers"),
        ({"X": [[1.0], [2.0]]}, "X must have one row per effect"),
        ({"X": [[1.0], [math.nan], [2.0]]}, "row 2, column 1 is nan"),
        ({"X": [["a"], ["b"], ["c"]]}, "X must hold numbers"),
        ({"method": "GENQ"}, "'GENQ' needs weights"),
        ({"method": "GENQM"}, "'GENQM' needs weights"),
        ({"method": "DL", "weights": [1, 1, 1]}, "takes no weights"),
        ({"method": "GENQ", "weights": [1, 1]}, r"shape \(3,\)"),
        ({"method": "GENQ", "weights": [1, -1, 1]}, "weight 2 is -1.0"),
        ({"method": "GENQ", "weights": [1, math.inf, 1]}, "weight 2 is inf"),
        ({"method": "GENQ", "weights": [0, 0, 0]}, "all be zero"),
        ({"method": "GENQ", "weights": ["a", 1, 1]}, "weights must hold numbers"),
        ({"method": "GENQ", "weights": [10**400, 1, 1]}, "weights must hold numbers"),
        (
            {"method": "GENQ", "weights": np.ma.masked_array([1.0, 2.0, 3.0], [True, False, False])},
            "masked",
        ),
    ],
)
def test_bad_input_is_named(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"yi": [0.1, 0.5, 0.2], "vi": [0.1, 0.2, 0.3], **changes}
    with pytest.raises(OptionError, match=message):
        estimate_tau2(**arguments)


def test_too_few_weights_above_zero() -> None:
    y, v = sample(3)
    with pytest.raises(NotEstimableError, match="1 of 3 are"):
        estimate_tau2(y, v, method="GENQ", weights=[1, 0, 0])


def test_large_problem_without_square_matrices() -> None:
    """A k x k matrix of this size would take 3 GB."""
    y, v = sample(20_000)
    assert prepare(y, v).k == 20_000
    assert estimate_tau2(y, v).value == pytest.approx(0.2, abs=0.02)
