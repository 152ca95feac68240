"""Many weighted means at once, against dense arithmetic and fine grids, one set after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.numerics.stacked import (
    prepare_stacked,
    rss_and_trace_stacked,
    solve_weighted_rss_stacked,
    weighted_means,
)
from metasyn.numerics.stacked_likelihood import maximise_stacked

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]

# Made up: precise values that agree, imprecise ones elsewhere; the likelihood has two maxima.
TWO_MAXIMA = [
    ([-0.14, -0.1, -2.1, -0.04, -1.52], [0.005, 0.009, 0.653, 0.006, 0.174]),
    ([0.17, -0.09, 2.32, 1.39, -0.13], [0.066, 0.004, 1.163, 0.372, 0.011]),
    ([-0.18, 0.41, 0.23, -0.2, -1.73], [0.003, 0.056, 1.691, 0.009, 2.502]),
]


def sets(n: int = 60, k: int = 7, seed: int = 5, decades: float = 2.0) -> Arrays:
    """Random sets of 2 to k values, some with no spread beyond sampling error, some with much."""
    rng = np.random.default_rng(seed)
    present = rng.random((n, k)) < 0.7
    present[:, :2] = True
    v = 10 ** rng.uniform(-decades, 0, (n, k))
    spread = rng.choice([0.0, 0.1, 3.0], n)[:, None]
    return rng.normal(0, np.sqrt(v + spread)), v, present


def projection(v: np.ndarray, t: float) -> np.ndarray:
    w = 1 / (v + t)
    return np.diag(w) - np.outer(w, w) / w.sum()


def likelihood(y: np.ndarray, v: np.ndarray, t: np.ndarray, restricted: bool) -> np.ndarray:
    """-2 log likelihood at several t, shape (n,)."""
    w = 1 / (v + t[:, None])
    mean = (w * y).sum(axis=1) / w.sum(axis=1)
    value = np.log(v + t[:, None]).sum(axis=1) + (w * (y - mean[:, None]) ** 2).sum(axis=1)
    return value + np.log(w.sum(axis=1)) * restricted


def test_sums_are_those_of_dense_matrices() -> None:
    y, v, present = sets(n=20)
    problem = prepare_stacked(y, v, present)
    t = np.linspace(0.0, 2.0, 20)
    rss, trace, total = rss_and_trace_stacked(problem, t / problem.unit)
    for i, here in enumerate(present):
        P = projection(v[i][here], t[i])
        centred = y[i][here] - y[i][here].mean()
        assert rss[i] == pytest.approx(centred @ P @ centred, rel=1e-12)
        assert trace[i] / problem.unit[i] == pytest.approx(np.trace(P), rel=1e-12)
        assert total[i] / problem.unit[i] == pytest.approx((1 / (v[i][here] + t[i])).sum(), rel=1e-13)


def test_means() -> None:
    y, v, present = sets(n=20)
    found = weighted_means(prepare_stacked(y, v, present), np.zeros(20))
    for i, here in enumerate(present):
        w = 1 / v[i][here]
        mean = np.average(y[i][here], weights=w)
        assert found.mean[i] == pytest.approx(mean, rel=1e-12)
        assert found.variance[i] == pytest.approx(1 / w.sum(), rel=1e-13)
        assert found.rss[i] == pytest.approx((w * (y[i][here] - mean) ** 2).sum(), rel=1e-12)


def test_roots_solve_the_generalised_q_equation() -> None:
    y, v, present = sets(decades=6)
    problem = prepare_stacked(y, v, present)
    target = problem.k - 1
    found = solve_weighted_rss_stacked(problem, target)
    assert found.converged.all()
    assert 10 < found.none.sum() < 50  # both kinds of set occur
    for i, here in enumerate(present):
        P = projection(v[i][here], found.root[i] * problem.unit[i])
        rss = y[i][here] @ P @ (y[i][here] - y[i][here].mean())
        if found.none[i]:
            assert found.root[i] == 0
            assert rss < target[i]
        else:
            assert rss == pytest.approx(target[i], rel=1e-10)


@pytest.mark.parametrize("restricted", [True, False])
def test_maxima_are_global_and_solve_the_score_equation(restricted: bool) -> None:
    y, v, present = sets(decades=3)
    problem = prepare_stacked(y, v, present)
    found = maximise_stacked(problem, restricted=restricted)
    assert found.converged.all()
    assert 5 < found.falling_at_zero.sum() < 55
    grid = np.append(0.0, np.geomspace(1e-6, 1e3, 4000))
    for i, here in enumerate(present):
        t, one_y, one_v = found.t[i] * problem.unit[i], y[i][here], v[i][here]
        value = likelihood(one_y, one_v, np.array([t]), restricted)[0]
        assert value <= likelihood(one_y, one_v, grid, restricted).min() + 1e-9
        if t > 0:
            P = projection(one_v, t)
            Py = P @ (one_y - one_y.mean())
            trace = np.trace(P) if restricted else (1 / (one_v + t)).sum()
            assert Py @ Py == pytest.approx(trace, rel=1e-10)


@pytest.mark.parametrize("restricted", [True, False])
def test_several_maxima_beside_ordinary_sets(restricted: bool) -> None:
    y = np.array([*(pair[0] for pair in TWO_MAXIMA), [0.0, 1.0, 2.0, 3.0, 4.0]])
    v = np.array([*(pair[1] for pair in TWO_MAXIMA), [0.1] * 5])
    problem = prepare_stacked(y, v, np.ones(y.shape, dtype=bool))
    found = maximise_stacked(problem, restricted=restricted)
    grid = np.append(0.0, np.geomspace(1e-7, 1e2, 20_000))
    for i in range(4):
        values = likelihood(y[i], v[i], grid, restricted)
        dips = (values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])
        assert found.n_optima[i] == dips.sum() + (values[0] < values[1])
        best = grid[values.argmin()]
        assert found.t[i] * problem.unit[i] == pytest.approx(best, rel=2e-3, abs=1e-6)
    assert found.n_optima.tolist()[3] == 1
    assert (found.n_optima[:3] == 2).any()


def test_no_row_depends_on_its_companions() -> None:
    y, v, present = sets(n=40, decades=8)
    problem = prepare_stacked(y, v, present)
    together = maximise_stacked(problem, restricted=True)
    roots = solve_weighted_rss_stacked(problem, problem.k - 1)
    for i in range(40):
        alone = prepare_stacked(y[i], v[i], present[i : i + 1])
        assert maximise_stacked(alone, restricted=True).t[0] == together.t[i]
        assert solve_weighted_rss_stacked(alone, alone.k - 1).root[0] == roots.root[i]


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = prepare_stacked(*sets())
    whole = maximise_stacked(problem, restricted=True)
    monkeypatch.setattr("metasyn.numerics.stacked_likelihood._BLOCK", 1)
    assert np.array_equal(maximise_stacked(problem, restricted=True).t, whole.t)


def test_what_is_absent_is_not_looked_at() -> None:
    y, v, present = sets()
    clean = maximise_stacked(prepare_stacked(y, v, present), restricted=True)
    for rubbish in (np.nan, np.inf, -1e308):
        dirty = prepare_stacked(np.where(present, y, rubbish), np.where(present, v, rubbish), present)
        assert np.array_equal(maximise_stacked(dirty, restricted=True).t, clean.t)


@pytest.mark.parametrize("factor", [2.0**-60, 2.0**60, 1e-8, 1e8])
def test_scale(factor: float) -> None:
    y, v, present = sets()
    one = prepare_stacked(y, v, present)
    other = prepare_stacked(y * factor, v * factor**2, present)
    for restricted in (True, False):
        t = maximise_stacked(one, restricted=restricted).t * one.unit * factor**2
        found = maximise_stacked(other, restricted=restricted).t * other.unit
        assert np.abs(found - t).max() <= 1e-12 * (t + v.min() * factor**2).max()


def test_sets_without_any_spread() -> None:
    present = np.ones((2, 3), dtype=bool)
    problem = prepare_stacked(np.full((2, 3), 0.1), np.array([1.0, 2.0, 3.0]), present)
    for restricted in (True, False):
        found: Any = maximise_stacked(problem, restricted=restricted)
        assert found.t.tolist() == [0, 0]
        assert found.falling_at_zero.all()
    assert solve_weighted_rss_stacked(problem, problem.k - 1).none.all()
    assert weighted_means(problem, np.zeros(2)).rss.tolist() == [0, 0]
