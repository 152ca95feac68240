"""Bootstrap prediction intervals of many groups: those of `pool`, and what the random numbers depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import metasyn
from metasyn.batch import predictions
from metasyn.batch.predictions import predict_many
from metasyn.errors import OptionError

# Its import sets a variable of the environment, which a test must not.

RNG = np.random.default_rng(3)
KEYS = np.array(list("aaabbbbbccddddeeefg"))
Y = RNG.normal(0, 0.4, KEYS.size)
V = RNG.uniform(0.01, 0.3, KEYS.size)
V[KEYS == "g"] = -1


def test_the_same_random_numbers_give_the_interval_of_pool() -> None:
    found = predict_many(Y, V, KEYS, seed=4, level=0.9, n_jobs=1)
    frame = found.to_frame()
    assert frame["status"].tolist() == [
        "ok", "ok", "two effects", "ok", "ok", "one effect", "variance not above zero",
    ]  # fmt: skip
    assert str(found).startswith(
        "7 syntheses: 4 ok, 1 one effect, 1 variance not above zero, 1 two effects\n"
    )
    for i, key in enumerate("abcde"):
        here = key == KEYS
        one: Any = metasyn.pool(
            yi=Y[here], vi=V[here], model="random-effects", pi_method="bootstrap", seed=4, level=0.9
        ).pi
        if key == "c":
            assert np.isnan([found.pi_low[i], found.pi_high[i]]).all()
        else:
            assert (found.pi_low[i], found.pi_high[i]) == (one.low, one.high)
    assert np.isnan(found.pi_low[5:]).all()


def test_own_streams_differ_by_no_more_than_chance() -> None:
    y, v = np.tile(Y[KEYS == "b"], 40), np.tile(V[KEYS == "b"], 40)
    bounds = np.arange(0, y.size + 1, 5)
    own = predict_many(y, v, bounds=bounds, streams="own", draws=1000, n_jobs=1)
    same = predict_many(y, v, bounds=bounds, draws=1000, n_jobs=1)
    exact = predict_many(y[:5], v[:5], draws=200_000, n_jobs=1)
    assert len(set(same.pi_low.tolist())) == 1
    assert len(set(own.pi_low.tolist())) == 40
    for name in ("pi_low", "pi_high"):
        values = getattr(own, name)
        assert abs(values.mean() - getattr(exact, name)[0]) < 4 * values.std(ddof=1) / np.sqrt(40)


@pytest.mark.parametrize("streams", ["same", "own"])
def test_parts_and_workers_change_nothing(streams: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = predict_many(Y, V, KEYS, streams=streams, draws=500, n_jobs=1)
    monkeypatch.setattr(predictions, "_PART", 1)
    told: list[Any] = []
    shared = predict_many(
        Y, V, KEYS, streams=streams, draws=500, n_jobs=2, progress=lambda *done: told.append(done)
    )
    assert alone.to_frame().equals(shared.to_frame())
    assert told == [(i, 4) for i in range(1, 5)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"streams": "other"}, "streams must be one of 'same', 'own'"),
        ({"draws": 99}, "draws must be a whole number >= 100"),
        (
            {"draws": 100, "level": 0.999},
            "draws=100: so few draws have no 0.999 interval",
        ),
        ({"seed": -1}, "seed must be"),
        ({"level": 95}, "level must be"),
    ],
)
def test_refusals(options: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        predict_many(Y, V, KEYS, **options)
