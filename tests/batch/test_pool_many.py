"""Pooling many sets at once: the numbers of `pool`, each set on its own, nothing lost and nothing silent."""

from __future__ import annotations

import math
import sys
from typing import Any, get_args

import numpy as np
import pytest

import metasyn
from metasyn.batch import pool_many
from metasyn.batch.pool_many import BATCH_INTERVALS
from metasyn.batch.statuses import STATUS
from metasyn.errors import OptionError
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Tau2Method

METHODS = [method for method in get_args(Tau2Method) if method not in ("GENQ", "GENQM")]
RNG = np.random.default_rng(20261121)
SIZES = [2, 3, 10, 1, 4, 25, 2, 7, 3, 10]


def made_up() -> tuple[Any, Any, Any]:
    """Ten sets, of little and of much heterogeneity, and of very different precision."""
    y, v, keys = [], [], []
    for number, k in enumerate(SIZES):
        precision = 10.0 ** RNG.uniform(-3, 1, k)
        y.append(0.3 + RNG.normal(0, np.sqrt(precision + (number % 3) * 0.4)))
        v.append(precision)
        keys += [f"set {number}"] * k
    return np.concatenate(y), np.concatenate(v), np.array(keys)


Y, V, KEYS = made_up()


def close(found: float, expected: object) -> None:
    if isinstance(expected, NotEstimable):
        assert math.isnan(found)
    else:
        assert found == pytest.approx(expected, rel=1e-10, abs=1e-10)


def bounds_close(low: float, high: float, expected: Interval | NotEstimable) -> None:
    pair = (expected, expected) if isinstance(expected, NotEstimable) else (expected.low, expected.high)
    for found, one in zip((low, high), pair, strict=True):
        close(found, one)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ci_method", BATCH_INTERVALS)
def test_the_numbers_are_those_of_pool(method: Tau2Method, ci_method: Any) -> None:
    many = pool_many(Y, V, KEYS, tau2_method=method, ci_method=ci_method)
    for i, key in enumerate(many.key.tolist()):
        here = key == KEYS
        one = metasyn.pool(
            yi=Y[here], vi=V[here], model="random-effects", tau2_method=method, ci_method=ci_method
        )
        assert many.k[i] == one.k
        for name in ("estimate", "se", "pvalue", "statistic"):
            if one.k > 1:
                close(getattr(many, name)[i], getattr(one, name))
        if one.k == 1:
            assert STATUS[many.status[i]] == "one effect"
            close(many.estimate[i], one.estimate)
            bounds_close(many.ci_low[i], many.ci_high[i], one.ci)
            assert np.isnan([many.tau2[i], many.I2[i], many.Q[i], many.pi_low[i]]).all()
            continue
        assert STATUS[many.status[i]] == "ok"
        found = one.heterogeneity
        assert not isinstance(found, NotEstimable)
        bounds_close(many.ci_low[i], many.ci_high[i], one.ci)
        bounds_close(many.pi_low[i], many.pi_high[i], one.pi)
        bounds_close(many.tau2_low[i], many.tau2_high[i], found.tau2.ci)
        for name in ("Q", "I2", "H2"):
            close(getattr(many, name)[i], getattr(found, name))
        close(many.tau2[i], found.tau2.value)
        close(many.Q_pvalue[i], found.pvalue)


@pytest.mark.parametrize("level", [0.9, 0.99])
def test_the_common_effect_model(level: float) -> None:
    many = pool_many(Y, V, KEYS, model="common-effect", ci_method="wald", level=level)
    for i, key in enumerate(many.key.tolist()):
        here = key == KEYS
        one = metasyn.pool(yi=Y[here], vi=V[here], model="common-effect", level=level)
        close(many.estimate[i], one.estimate)
        bounds_close(many.ci_low[i], many.ci_high[i], one.ci)
        if one.k > 1:
            assert not isinstance(one.heterogeneity, NotEstimable)
            close(many.I2[i], one.heterogeneity.I2)
            assert many.tau2[i] == 0
    assert np.isnan(many.pi_low).all()
    assert np.isnan(many.tau2_high).all()


def test_keys_need_not_stand_together_and_order_is_that_of_first_occurrence() -> None:
    order = np.random.default_rng(3).permutation(Y.size)
    mixed = pool_many(Y[order], V[order], KEYS[order])
    assert mixed.key.tolist() == list(dict.fromkeys(KEYS[order].tolist()))
    for i, key in enumerate(mixed.key.tolist()):
        alone = pool_many(Y[order][KEYS[order] == key], V[order][KEYS[order] == key], [key] * mixed.k[i])
        for name in ("estimate", "tau2", "ci_low", "tau2_high", "I2"):
            np.testing.assert_array_equal(getattr(mixed, name)[i], getattr(alone, name)[0])


def test_bounds_and_keys_say_the_same() -> None:
    by_key = pool_many(Y, V, KEYS)
    by_bounds = pool_many(Y, V, bounds=np.concatenate(([0], np.cumsum(SIZES))))
    assert by_bounds.key.tolist() == list(range(len(SIZES)))
    np.testing.assert_array_equal(by_key.estimate, by_bounds.estimate)
    np.testing.assert_array_equal(by_key.tau2_high, by_bounds.tau2_high)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pool_many(Y, V, KEYS)
    monkeypatch.setattr(sys.modules[pool_many.__module__], "_PART", 4)
    monkeypatch.setattr("metasyn.batch.columns._BLOCK", 4)
    parts = pool_many(Y, V, KEYS)
    for name in ("estimate", "tau2", "ci_low", "pi_high", "tau2_high", "status"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


@pytest.mark.parametrize(
    ("y", "v", "status"),
    [
        ([0.1, math.nan], [1.0, 1.0], "estimate not finite"),
        ([0.1, math.inf], [1.0, -1.0], "estimate not finite"),
        ([0.1, 0.2], [1.0, 0.0], "variance not above zero"),
        ([0.1, 0.2], [1.0, -3.0], "variance not above zero"),
        ([0.1, 0.2], [1.0, math.nan], "variance not above zero"),
        ([0.1, 0.2], [1.0, math.inf], "variance not above zero"),
        ([], [], "no effect"),
    ],
)
def test_a_bad_set_is_named_and_spoils_no_other(y: list[float], v: list[float], status: str) -> None:
    good = pool_many([0.1, 0.4], [1.0, 2.0], bounds=[0, 2])
    both = pool_many([*y, 0.1, 0.4], [*v, 1.0, 2.0], bounds=[0, len(y), len(y) + 2])
    frame = both.to_frame()
    assert frame["status"].tolist() == [status, "ok"]
    assert frame.iloc[0, 3:].isna().all()
    assert both.estimate[1] == good.estimate[0]


def test_what_is_not_solved_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metasyn.numerics.stacked._MAX_STEPS", 1)
    many = pool_many([0.0, 5.0, 9.0, 1.0, 2.0], [0.1, 3.0, 0.2, 1.0, 1.0], [0, 0, 0, 1, 1], tau2_method="PM")
    assert many.to_frame()["status"].tolist() == ["not converged", "ok"]
    assert math.isnan(many.estimate[0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "exactly one of them"),
        ({"groups": [1, 1], "bounds": [0, 2]}, "exactly one of them"),
        ({"groups": [1]}, r"one key per effect; got shape \(1,\) for 2 effects"),
        ({"groups": [1.0, math.nan]}, "effect 2 has no key"),
        ({"groups": ["a", None]}, "effect 2 has no key"),
        ({"bounds": [0, 1]}, "rise from 0 to the number of effects, 2; got 0 to 1"),
        ({"bounds": [0, 2, 1, 2]}, "falling in between"),
        ({"bounds": [0.0, 2.0]}, "whole numbers"),
        ({"groups": [1, 1], "tau2_method": "GENQ"}, "needs weights"),
        ({"groups": [1, 1], "ci_method": "permutation"}, "not computed for many sets"),
        ({"groups": [1, 1], "level": 95}, r"in \(0, 1\); got 95"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        pool_many([0.1, 0.2], [1.0, 1.0], **given)


def test_no_set_at_all_gives_an_empty_frame() -> None:
    assert len(pool_many([], [], [])) == 0
    assert pool_many([], [], bounds=[0]).to_frame().empty
