"""Leaving out one effect or two, of many syntheses: each row against `pool` of what is left."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

import metasyn
from metasyn.batch import leave_out
from metasyn.batch.leave_out import leave_out_many
from metasyn.batch.statuses import STATUS
from metasyn.errors import OptionError

# Its import sets a variable of the environment, which a test must not.

RNG = np.random.default_rng(8)
KEYS = np.array(list("abacbdacaebbfff"))
Y = RNG.normal(0, 0.5, KEYS.size)
V = RNG.uniform(0.02, 0.3, KEYS.size)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("options", [{}, {"tau2_method": "DL", "ci_method": "wald", "level": 0.9}])
def test_each_row_is_a_synthesis_of_what_is_left(n: Any, options: Any) -> None:
    found = leave_out_many(Y, V, KEYS, n=n, n_jobs=1, **options)
    ci = options.get("ci_method", "hartung-knapp-adhoc")
    rest = {name: value for name, value in options.items() if name != "ci_method"}
    row = 0
    for key in dict.fromkeys(KEYS.tolist()):
        here = np.flatnonzero(key == KEYS)
        whole = metasyn.pool(yi=Y[here], vi=V[here], model="random-effects", **rest).estimate
        for out in combinations(here.tolist(), min(n, here.size)):
            left = [i for i in here.tolist() if i not in out]
            assert found.key[row] == key
            assert found.left_out[row].tolist() == [*out, *[-1] * (n - len(out))]
            assert found.k[row] == len(left)
            if not left:
                assert STATUS[found.status[row]] == "no effect"
                assert np.isnan([found.estimate[row], found.change[row]]).all()
            else:
                options_here = rest | ({"ci_method": ci} if len(left) > 1 else {})
                one: Any = metasyn.pool(yi=Y[left], vi=V[left], model="random-effects", **options_here)
                assert STATUS[found.status[row]] == ("ok" if len(left) > 1 else "one effect")
                near = pytest.approx
                assert found.estimate[row] == near(one.estimate, rel=1e-10, abs=1e-10)
                assert found.change[row] == near(one.estimate - whole, rel=1e-9, abs=1e-10)
                assert (found.ci_low[row], found.ci_high[row]) == near(
                    (one.ci.low, one.ci.high), rel=1e-10, abs=1e-10
                )
                if len(left) > 1:
                    assert found.tau2[row] == near(one.heterogeneity.tau2.value, rel=1e-10, abs=1e-10)
                    assert found.I2[row] == near(one.heterogeneity.I2, rel=1e-10, abs=1e-10)
            row += 1
    assert row == len(found)


@pytest.mark.parametrize("n", [1, 2])
def test_parts_and_workers_change_nothing(n: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = leave_out_many(Y, V, KEYS, n=n, n_jobs=1).to_frame()
    told: list[tuple[int, int | None]] = []
    monkeypatch.setattr(leave_out, "_PART", 7)
    parts = leave_out_many(Y, V, KEYS, n=n, n_jobs=2, progress=lambda done, of: told.append((done, of)))
    assert whole.equals(parts.to_frame())
    assert len(told) > 3
    assert told[-1][0] == told[-1][1]


def test_a_bad_effect_spoils_only_what_it_is_in() -> None:
    y, v = np.array([0.1, np.nan, 0.3, 0.2]), np.array([0.1, 0.1, 0.1, -1.0])
    found = leave_out_many(y, v, ["a", "a", "a", "b"], n_jobs=1).to_frame()
    assert found["status"].tolist() == ["estimate not finite", "ok", "estimate not finite", "no effect"]
    assert found["estimate"].round(9).tolist()[1] == 0.2
    assert found["change"].isna().all()


def test_bounds_empty_groups_and_columns() -> None:
    found = leave_out_many(Y[:3], V[:3], bounds=[0, 0, 3, 3], n=2, n_jobs=1)
    assert found.key.tolist() == [0, 1, 1, 1, 2]
    assert found.left_out.tolist() == [[-1, -1], [0, 1], [0, 2], [1, 2], [-1, -1]]
    assert found.to_frame().columns.tolist() == [
        "key", "left_out_1", "left_out_2", "status", "k", "estimate", "se", "ci_low", "ci_high", "pvalue",
        "tau2", "Q", "I2", "change",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="read-only"):
        found.estimate[0] = 0


@pytest.mark.parametrize("n", [0, 3, True, "1", 1.0, 2.0, None, np.array([1, 2])])
def test_only_one_or_two(n: Any) -> None:
    with pytest.raises(OptionError, match="n must be 1 or 2"):
        leave_out_many(Y, V, KEYS, n=n)


def test_groups_or_bounds_not_both() -> None:
    with pytest.raises(OptionError, match="either groups= or bounds="):
        leave_out_many(Y, V, KEYS, bounds=[0, Y.size])
