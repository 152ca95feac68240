"""Many sets at once give what each gives alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.synthesis.tau2.many import ManyFits, fit_many
from metasyn.vocabulary import Tau2Method, choices

METHODS: tuple[Any, ...] = choices(Tau2Method)
WEIGHTED = ("GENQ", "GENQM")
N, K = 30, 8


def sets() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    present = rng.random((N, K)) < 0.6
    present[:, :2] = True
    v = 10 ** rng.uniform(-2, 0, (N, K))
    return rng.normal(0, np.sqrt(v + rng.choice([0.0, 0.5], N)[:, None])), v, present


@pytest.mark.parametrize("method", METHODS)
def test_same_as_one_set_alone(method: Any) -> None:
    y, v, present = sets()
    weights = np.linspace(1, 3, K) if method in WEIGHTED else None
    fits = fit_many(y, v, present, tau2_method=method, weights=weights)
    for i, here in enumerate(present):
        own = None if weights is None else weights[here]
        alone = estimate_tau2(y[i][here], v[i][here], method=method, weights=own)
        assert fits.tau2[i] == pytest.approx(alone.value, rel=1e-12, abs=1e-13)
        assert (fits.truncated[i], fits.n_optima[i], fits.k[i]) == (
            alone.truncated, alone.n_optima, here.sum()
        )  # fmt: skip


def agrees(fits: ManyFits, i: int, result: Any, *, common: bool) -> None:
    found = result.heterogeneity
    assert isinstance(found, Heterogeneity)
    assert fits.estimate[i] == pytest.approx(result.estimate, rel=1e-12, abs=1e-13)
    assert fits.variance[i] == pytest.approx(result.se**2, rel=1e-12)
    assert fits.Q[i] == pytest.approx(found.Q, rel=1e-12)
    assert fits.I2(common_effect=common)[i] == pytest.approx(found.I2, rel=1e-11, abs=1e-13)
    assert fits.H2(common_effect=common)[i] == pytest.approx(found.H2, rel=1e-12)


def test_mean_and_heterogeneity_are_those_of_pool() -> None:
    y, v, present = sets()
    random, common, fixed = (
        fit_many(y, v, present),
        fit_many(y, v, present, tau2=0),
        fit_many(y, v, present, tau2=0.3),
    )
    for i, here in enumerate(present):
        data = {"yi": y[i][here], "vi": v[i][here]}
        agrees(random, i, pool(**data, model="random-effects", ci_method="wald"), common=False)
        agrees(common, i, pool(**data, model="common-effect"), common=True)
        agrees(fixed, i, pool(**data, tau2=0.3, ci_method="wald"), common=False)
        knapp = pool(**data, model="random-effects", ci_method="hartung-knapp")
        factor = random.rss[i] / (random.k[i] - 1)
        assert random.variance[i] * factor == pytest.approx(knapp.se**2, rel=1e-11)


def test_one_effect_cannot_vary() -> None:
    present = np.array([[True, False], [True, True], [False, True]])
    for method in METHODS:
        weights = np.ones(2) if method in WEIGHTED else None
        fits = fit_many(np.array([1.0, 4.0]), np.ones(2), present, tau2_method=method, weights=weights)
        assert fits.estimate.tolist() == [1.0, 2.5, 4.0]
        assert fits.tau2[[0, 2]].tolist() == [0, 0]
        assert fits.tau2[1] > 0
        for common in (True, False):
            assert fits.I2(common_effect=common)[[0, 2]].tolist() == [0, 0]
            assert fits.H2(common_effect=common)[[0, 2]].tolist() == [1, 1]


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    y, v, present = sets()
    whole, shared = fit_many(y, v, present), fit_many(y[0], v[0], present)
    monkeypatch.setattr("metasyn.synthesis.tau2.many._BLOCK", 3 * K)
    for one, other in ((whole, fit_many(y, v, present)), (shared, fit_many(y[0], v[0], present))):
        for name in ("k", "estimate", "variance", "tau2", "rss", "Q", "typical", "truncated", "n_optima"):
            assert np.array_equal(getattr(one, name), getattr(other, name))


def test_arrays_are_read_only_and_present_is_optional() -> None:
    y, v, _ = sets()
    fits = fit_many(y, v)
    assert fits.k.tolist() == [K] * N
    with pytest.raises(ValueError, match="read-only"):
        fits.tau2[0] = 1


def changed(values: np.ndarray, value: float) -> np.ndarray:
    values = values.copy()
    values[1, 0] = value
    return values


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tau2_method": "XX"}, "tau2_method must be one of"),
        ({"tau2_method": "GENQ"}, "needs weights"),
        ({"tau2_method": "GENQ", "weights": np.ones(3)}, "weights"),
        ({"weights": np.ones(K)}, "takes no weights"),
        ({"tau2": -0.1}, "tau2 must be a finite number >= 0"),
        ({"tau2": np.nan}, "tau2 must be a finite number >= 0"),
        ({"present": np.zeros((N, K), dtype=bool)}, "set 1 has no effect"),
        ({"present": np.ones((N, K + 1), dtype=bool)}, "shape of present"),
        ({"yi": changed(sets()[0], np.nan)}, "yi must be finite; set 2, effect 1 has nan"),
        ({"vi": changed(sets()[1], 0.0)}, "vi must be finite and above zero; set 2, effect 1 has 0.0"),
        ({"vi": changed(sets()[1], np.inf)}, "set 2, effect 1 has inf"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    y, v, present = sets()
    given: dict[str, Any] = {"yi": y, "vi": v, "present": present} | change
    with pytest.raises(OptionError, match=message):
        fit_many(**given)
