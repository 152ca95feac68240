"""The compiled code against numpy, against single fits and against itself in other company."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.special import betainc, erfc, gammaincc

import metasyn
from metasyn.batch import pool_many
from metasyn.batch.columns import COLUMNS
from metasyn.batch.pool_many import BATCH_INTERVALS
from metasyn.batch.results import ManyResults
from metasyn.batch.statuses import STATUS
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.additive import prepare
from metasyn.numerics.compiled.entries import POOLED
from metasyn.numerics.rearranged import maximum_likelihood, rearrange
from metasyn.synthesis.tau2.backends import WORTH_COMPILING, chosen_backend
from metasyn.synthesis.tau2.likelihood import maximise
from metasyn.synthesis.tau2.many import fit_many
from metasyn.synthesis.tau2.many_regression import REGRESSION_METHODS, fit_many_regression
from metasyn.values import NotEstimable
from metasyn.vocabulary import Tau2Method

METHODS: tuple[Tau2Method, ...] = (
    "REML", "ML", "DL", "DL2", "PM", "PMM", "EB", "DLIT", "SJIT", "HE", "HS", "HSk", "SJ",
)  # fmt: skip
# Precise values that agree, imprecise ones elsewhere: the likelihood has two maxima.
TWO_MAXIMA = [
    ([-0.14, -0.1, -2.1, -0.04, -1.52], [0.005, 0.009, 0.653, 0.006, 0.174]),
    ([0.17, -0.09, 2.32, 1.39, -0.13], [0.066, 0.004, 1.163, 0.372, 0.011]),
    ([-0.18, 0.41, 0.23, -0.2, -1.73], [0.003, 0.056, 1.691, 0.009, 2.502]),
]
# The likelihood falls from 0, but its maximum is before the first point of the grid after 0.
HUMP_AT_ONCE = [
    ([-5.576, 3.296, -0.771], [153.468, 4.075, 1.0]),
    ([-3.793, -1.507, -0.158, -4.258], [8.884, 75.854, 1.0, 5.205]),
    ([6.048, -0.252, 6.342, 0.475, 2.335], [7.903, 1.0, 9.722, 1.01, 3.223]),
]


def random_sets(n: int = 250) -> tuple[Any, Any, Any]:
    """Sets of 2 to 60 effects: ordinary, tied, all alike, of hugely different variances, far from 0."""
    rng = np.random.default_rng(8)
    sizes = rng.choice([2, 3, 4, 5, 8, 13, 30, 60], n)
    y, v = [], []
    for number, k in enumerate(sizes.tolist()):
        one_v = 10.0 ** rng.uniform(*((-1, 0), (-4, 1), (-12, -10), (8, 14))[number % 4], k)
        one_y = rng.normal(0, np.sqrt(one_v + rng.choice([0.0, 1.0, 30.0]) * np.median(one_v)))
        if number % 7 == 0:
            one_y, one_v = np.round(one_y) if number % 14 else np.full(k, 0.1), np.full(k, one_v[0])
        y.append(one_y + (1e6 if number % 11 == 0 else 0.0))
        v.append(one_v)
    return np.concatenate(y), np.concatenate(v), np.concatenate(([0], np.cumsum(sizes)))


Y, V, BOUNDS = random_sets()
V_MIN = np.minimum.reduceat(V, BOUNDS[:-1])


def scale_of(name: str, many: ManyResults) -> Any:
    """What an error of a column is relative to: never less than what rounding of the data moves."""
    value = np.abs(getattr(many, name))
    if name.startswith("tau2"):
        return value + V_MIN
    if name in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high"):
        return value + many.se
    return value + 1.0 if name in ("statistic", "pvalue", "Q_pvalue", "I2", "H2", "Q") else value


def assert_same(one: ManyResults, other: ManyResults) -> None:
    np.testing.assert_array_equal(one.status, other.status)
    for name in COLUMNS:
        a, b = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(np.isnan(a), np.isnan(b), err_msg=name)
        with np.errstate(invalid="ignore"):
            far = np.abs(a - b) > 1e-10 * scale_of(name, one)
        assert not (far & (a != b)).any(), (name, np.flatnonzero(far))


@pytest.mark.parametrize("method", METHODS)
def test_the_compiled_numbers_are_those_of_numpy(method: Tau2Method) -> None:
    for ci_method in BATCH_INTERVALS:
        given: dict[str, Any] = {"bounds": BOUNDS, "tau2_method": method, "ci_method": ci_method, "n_jobs": 1}
        assert_same(pool_many(Y, V, backend="numpy", **given), pool_many(Y, V, backend="compiled", **given))


def test_the_compiled_common_effect() -> None:
    given: dict[str, Any] = {"bounds": BOUNDS, "model": "common-effect", "ci_method": "wald", "n_jobs": 1}
    assert_same(pool_many(Y, V, backend="numpy", **given), pool_many(Y, V, backend="compiled", **given))


@pytest.mark.parametrize("method", ["REML", "DL", "PM", "HE"])
def test_the_compiled_numbers_are_those_of_pool(method: Tau2Method) -> None:
    many = pool_many(Y, V, bounds=BOUNDS, tau2_method=method, backend="compiled", n_jobs=1)
    for i in range(0, len(many), 9):
        here = slice(BOUNDS[i], BOUNDS[i + 1])
        one = metasyn.pool(
            yi=Y[here],
            vi=V[here],
            model="random-effects",
            tau2_method=method,
            ci_method="hartung-knapp-adhoc",
        )  # fmt: skip
        assert not isinstance(one.heterogeneity, NotEstimable)
        near = {"rel": 1e-10, "abs": 1e-10 * many.se[i]}
        assert many.estimate[i] == pytest.approx(one.estimate, **near)
        assert many.tau2[i] == pytest.approx(one.heterogeneity.tau2.value, rel=1e-10, abs=1e-10 * V_MIN[i])
        assert not isinstance(one.ci, NotEstimable)
        assert many.ci_low[i] == pytest.approx(one.ci.low, **near)
        assert many.I2[i] == pytest.approx(one.heterogeneity.I2, abs=1e-10)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_several_maxima_are_counted_and_the_highest_taken(method: Tau2Method) -> None:
    y, v = (np.array([pair[which] for pair in TWO_MAXIMA]) for which in (0, 1))
    found = fit_many(y, v, tau2_method=method, backend="compiled")
    grid = np.append(0.0, np.geomspace(1e-7, 1e2, 20_000))
    for i in range(3):
        w = 1 / (v[i] + grid[:, None])
        mean = (w * y[i]).sum(axis=1) / w.sum(axis=1)
        height = np.log(v[i] + grid[:, None]).sum(axis=1) + (w * (y[i] - mean[:, None]) ** 2).sum(axis=1)
        height += np.log(w.sum(axis=1)) * (method == "REML")
        dips = (height[1:-1] < height[:-2]) & (height[1:-1] < height[2:])
        assert found.n_optima[i] == dips.sum() + (height[0] < height[1])
        assert found.tau2[i] == pytest.approx(grid[height.argmin()], rel=2e-3, abs=1e-6)
    assert (found.n_optima == 2).any()


@pytest.mark.parametrize(("y", "v"), HUMP_AT_ONCE)
def test_a_maximum_inside_the_first_cell_is_seen_by_every_search(y: list[float], v: list[float]) -> None:
    one_y, one_v = np.array(y), np.array(v)
    grid = np.append(0.0, np.geomspace(1e-3, 10, 20_001))
    w = 1 / (one_v + grid[:, None])
    mean = (w * one_y).sum(axis=1) / w.sum(axis=1)
    height = np.log(one_v + grid[:, None]).sum(axis=1) + (w * (one_y - mean[:, None]) ** 2).sum(axis=1)
    dips = (height[1:-1] < height[:-2]) & (height[1:-1] < height[2:])
    assert (dips.sum(), height[0] < height[1]) == (1, True)
    best = pytest.approx(grid[height.argmin()], rel=1e-3)
    for backend in ("numpy", "compiled"):
        many = fit_many(one_y[None], one_v[None], tau2_method="ML", backend=backend)
        assert (many.n_optima[0], many.tau2[0]) == (2, best), backend
        X = np.ones((len(y), 1))
        regression = fit_many_regression(one_y[None], one_v[None], X, tau2_method="ML", backend=backend)
        assert regression.tau2[0] == best, backend
    one = maximise(prepare(one_y, one_v), restricted=False)
    assert (one.n_optima, one.t) == (2, best)
    orders, basis = np.arange(len(y))[None], X / math.sqrt(len(y))
    assert maximum_likelihood(rearrange(one_y, one_v, orders, basis), restricted=False)[0] == best


def test_tails_are_those_of_independent_sums() -> None:
    """Closed forms of few degrees of freedom, and scipy's for all."""
    rng = np.random.default_rng(12)
    k = np.repeat([2, 3, 4, 5, 9, 10, 41, 150, 402, 405], 60)
    bounds = np.concatenate(([0], np.cumsum(k)))
    y = rng.normal(0, 1, bounds[-1]) + np.repeat(10.0 ** rng.uniform(-1, 6, k.size), k)
    y *= np.repeat(10.0 ** rng.uniform(-1, 1.4, k.size), k)
    many = pool_many(
        y, np.ones_like(y), bounds=bounds, tau2_method="DL", ci_method="hartung-knapp", backend="compiled"
    )
    t, df, Q = many.statistic, k - 1, many.Q
    with np.errstate(under="ignore"):
        expected = betainc(df / 2, 0.5, df / (df + t * t)), gammaincc(df / 2, Q / 2)
    for found, right in zip((many.pvalue, many.Q_pvalue), expected, strict=True):
        told = right > 1e-300
        assert ((right[told] < 1e-100).sum() > 10) & (right[told] > 0.5).any()
        np.testing.assert_allclose(found[told], right[told], rtol=1e-10)
        assert found[~told].max(initial=0.0) < 1.1e-300
    two, three = k == 3, k == 4  # P(|T| > t) with 2 degrees of freedom, P(X > Q) with 3
    shares = 2 / (2 + t[two] ** 2)
    np.testing.assert_allclose(many.pvalue[two], shares / (1 + np.sqrt(1 - shares)), rtol=1e-12)
    half = Q[three] / 2
    exact = erfc(np.sqrt(half)) + 2 * np.sqrt(half / math.pi) * np.exp(-half)
    np.testing.assert_allclose(many.Q_pvalue[three], exact, rtol=1e-12)


def test_random_likelihoods_have_as_many_maxima_as_numpy_finds() -> None:
    rng = np.random.default_rng(4)
    v = 10.0 ** rng.uniform(-4, 0, (3000, 5))
    y = rng.normal(0, np.sqrt(v + rng.choice([0.0, 0.1, 1.0], (3000, 1))))
    for method in ("REML", "ML"):
        one = fit_many(y, v, tau2_method=method, backend="numpy")
        other = fit_many(y, v, tau2_method=method, backend="compiled")
        np.testing.assert_array_equal(one.n_optima, other.n_optima)
        np.testing.assert_array_equal(one.truncated, other.truncated)
        assert (one.n_optima > 1).sum() > 10
        np.testing.assert_allclose(other.tau2, one.tau2, rtol=1e-10, atol=1e-10 * v.min())


@pytest.mark.parametrize("method", ["REML", "PM"])
def test_no_digit_depends_on_company_parts_or_workers(
    method: Tau2Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {"tau2_method": method, "backend": "compiled"}
    whole = pool_many(Y, V, bounds=BOUNDS, n_jobs=1, **given)
    order = np.random.default_rng(1).permutation(len(whole))
    at = np.concatenate([np.arange(BOUNDS[i], BOUNDS[i + 1]) for i in order])
    ends = np.concatenate(([0], np.cumsum(np.diff(BOUNDS)[order])))
    mixed = pool_many(Y[at], V[at], bounds=ends, n_jobs=1, **given)
    monkeypatch.setattr(sys.modules[pool_many.__module__], "_PART", 300)
    parts = pool_many(Y, V, bounds=BOUNDS, n_jobs=2, **given)
    for name in (*COLUMNS, "status"):
        np.testing.assert_array_equal(getattr(mixed, name), getattr(whole, name)[order], err_msg=name)
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name), err_msg=name)
    for i in range(0, len(whole), 25):
        alone = pool_many(
            Y[BOUNDS[i] : BOUNDS[i + 1]], V[BOUNDS[i] : BOUNDS[i + 1]], [0] * whole.k[i], **given
        )
        for name in COLUMNS:
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(whole, name)[i], err_msg=name)


def test_bad_sets_are_named_and_spoil_no_other() -> None:
    nan, inf = math.nan, math.inf
    sets: list[tuple[list[float], list[float], str]] = [
        ([0.1, 0.4], [1.0, 2.0], "ok"),
        ([0.1, nan, 3.0], [1.0, 1.0, 1.0], "estimate not finite"),
        ([], [], "no effect"),
        ([0.1, -inf], [1.0, -1.0], "estimate not finite"),
        ([0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 1.0, 1.0], "variance not above zero"),
        ([0.1, 0.2], [1.0, -3.0], "variance not above zero"),
        ([0.1, 0.2], [nan, 1.0], "variance not above zero"),
        ([0.1, 0.2], [1.0, inf], "variance not above zero"),
        ([0.7], [0.5], "one effect"),
        ([0.7], [0.0], "variance not above zero"),
        ([], [], "no effect"),
    ]
    y, v = (np.concatenate([np.array(one[i], dtype=float) for one in sets]) for i in (0, 1))
    bounds = np.concatenate(([0], np.cumsum([len(one[0]) for one in sets])))
    for method in ("REML", "DL", "PM"):
        compiled, plain = (
            pool_many(y, v, bounds=bounds, tau2_method=method, backend=backend)
            for backend in ("compiled", "numpy")
        )
        assert [STATUS[code] for code in compiled.status] == [one[2] for one in sets]
        for name in (*COLUMNS, "status"):
            np.testing.assert_allclose(
                getattr(compiled, name), getattr(plain, name), rtol=1e-12, err_msg=name
            )
        assert np.isnan(compiled.estimate[[1, 2, 3, 4, 5, 6, 7, 9, 10]]).all()


def test_a_set_whose_numbers_overflow_is_not_called_sound() -> None:
    for backend in ("numpy", "compiled"):
        many = pool_many(
            [1e308, -1e308, 0.0, 1.0], [1e-300, 1e-300, 1.0, 1.0], bounds=[0, 2, 4], backend=backend
        )
        assert [STATUS[code] for code in many.status] == ["beyond double precision", "ok"], backend


def test_subsets_of_shared_effects() -> None:
    present = np.array([[(i >> j) & 1 for j in range(7)] for i in range(1, 128)], dtype=bool)
    y, v = Y[BOUNDS[5] : BOUNDS[5] + 7], V[BOUNDS[5] : BOUNDS[5] + 7]
    for shape in ((7,), (127, 7)):
        given = [np.broadcast_to(values, shape) for values in (y, v)]
        one, other = (fit_many(*given, present, backend=backend) for backend in ("numpy", "compiled"))
        for name in ("k", "estimate", "tau2", "Q", "rss", "typical", "variance", "converged"):
            np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", REGRESSION_METHODS)
def test_many_regressions(method: Tau2Method) -> None:
    rng = np.random.default_rng(6)
    for k, p in ((4, 2), (12, 1), (20, 3), (11, 4)):
        X = np.column_stack([np.ones(k), rng.normal(size=(k, p - 1))])
        v = 10.0 ** rng.uniform(-3, 1, (19, k))
        y = 3 + rng.normal(0, np.sqrt(v + rng.choice([0.0, 0.2, 2.0], (19, 1))))
        one, other = (
            fit_many_regression(y, v, X, tau2_method=method, backend=backend)
            for backend in ("numpy", "compiled")
        )
        np.testing.assert_allclose(other.tau2, one.tau2, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(other.rss, one.rss, rtol=1e-9)
        np.testing.assert_allclose(other.Q, one.Q, rtol=1e-9)


def test_many_regressions_refuse_what_cannot_be_fitted() -> None:
    y, X = np.zeros((2, 3)), np.ones((3, 1))
    with pytest.raises(OptionError, match="above zero"):
        fit_many_regression(y, np.zeros((2, 3)), X)
    with pytest.raises(OptionError, match="not computed for many regressions"):
        fit_many_regression(y, y + 1, X, tau2_method="GENQ")
    with pytest.raises(OptionError, match="shape"):
        fit_many_regression(y, y + 1, np.ones((4, 1)))
    with pytest.raises(NotEstimableError, match="too few"):
        fit_many_regression(y, y + 1, np.eye(3))


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metasyn.synthesis.tau2.backends.available", lambda: False)
    assert chosen_backend("auto", 10 * WORTH_COMPILING) == "numpy"
    with pytest.raises(OptionError, match=r"needs numba: pip install 'metasyn-evidence\[batch\]'"):
        pool_many([0.1, 0.2], [1.0, 1.0], [0, 0], backend="compiled")


def test_auto_compiles_where_it_is_worth_it() -> None:
    assert chosen_backend("auto", WORTH_COMPILING) == "compiled"
    assert chosen_backend("auto", WORTH_COMPILING - 1) == "numpy"


def test_numba_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, metasyn; from metasyn.batch import pool_many; "
        "pool_many([0.1, 0.2], [1, 1], [0, 0], n_jobs=1); sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_rows_of_the_compiled_code_are_columns_of_the_results() -> None:
    assert set(POOLED) == {*COLUMNS, "status"}
    assert STATUS[:6] == (
        "ok", "one effect", "no effect", "estimate not finite", "variance not above zero", "not converged",
    )  # fmt: skip


def test_a_table_with_named_columns() -> None:
    import pandas as pd

    table = pd.DataFrame(
        {"review": ["b", "a", "b", "a"], "d": [0.1, 0.2, None, 0.5], "s": [1.0, 1.0, 1.0, 2.0]}
    )
    many = pool_many("d", "s", "review", data=table)
    assert many.key.tolist() == ["b", "a"]
    assert [STATUS[code] for code in many.status] == ["estimate not finite", "ok"]
    assert many.estimate[1] == pool_many([0.2, 0.5], [1.0, 2.0], [0, 0]).estimate[0]
    with pytest.raises(OptionError, match="vi='se' is not the name of a column of data"):
        pool_many("d", "se", "review", data=table)
    with pytest.raises(OptionError, match="effect 2 has no key"):
        pool_many("d", "s", "review", data=table.assign(review=["b", None, "b", "a"]))


def test_progress_and_what_is_left_out() -> None:
    told: list[tuple[int, int | None]] = []
    many = pool_many(
        Y, V, bounds=BOUNDS, pvalues=False, tau2_ci=False, n_jobs=1, progress=lambda *both: told.append(both)
    )
    assert told[-1] == (1, 1)
    for name in ("pvalue", "Q_pvalue", "tau2_low", "tau2_high"):
        assert np.isnan(getattr(many, name)).all()
