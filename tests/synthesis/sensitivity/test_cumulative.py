"""Cumulative and leave-one-out syntheses against `pool` on the same effects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import cumulative, leave_one_out, leave_one_out_table
from metasyn.values import Interval, NotEstimable

YI = np.array([-0.89, -1.59, -1.35, -1.44, -0.22, -0.79])
VI = np.array([0.326, 0.195, 0.415, 0.020, 0.051, 0.007])
YEARS = ["1948", "1949", "1949", "960", "1977", "1973"]
WEIGHTS = (1.0, 2.0, 1.0, 3.0, 2.0, 2.0)


def effects() -> Any:
    return effects_from_arrays(
        yi=YI,
        vi=VI,
        labels=list("abcdef"),
        attributes={"year": YEARS, "region": ["N", "S", "N", "E", "S", "N"], "holes": ["1", "", "2"] * 2},
    )


@pytest.mark.parametrize(
    ("order", "descending", "want"),
    [
        ("given", False, "abcdef"),
        ("given", True, "fedcba"),
        ("precision", False, "fdebac"),
        ("precision", True, "cabedf"),
        ("year", False, "dabcfe"),  # as numbers, ties in the given order
        ("year", True, "efbcad"),  # also the other way round
        ("region", False, "dacfbe"),
        ([3, 1, 2, 1, 5, 0.5], False, "fbdcae"),
        (["z", "y", "10", "9", "x", "a"], False, "cdfeba"),
        (np.array([6, 5, 4, 3, 2, 1]), False, "fedcba"),
    ],
)
def test_order(order: Any, descending: bool, want: str) -> None:
    found = cumulative(effects(), order=order, descending=descending)
    assert "".join(step.added for step in found.steps) == want
    assert [effects().effects[step.index].label for step in found.steps] == list(want)
    assert [step.result.k for step in found.steps] == [1, 2, 3, 4, 5, 6]
    for n, step in enumerate(found.steps, start=1):
        assert [one.label for one in step.result.effects.effects] == list(want[:n])


def test_every_step_is_a_synthesis_by_the_method_of_the_whole() -> None:
    """From two studies to three the policy would change the model, and not only the data."""
    whole = pool(effects())
    found = cumulative(effects(), order="precision")
    places = np.argsort(VI)
    for n, step in enumerate(found.steps[1:], start=2):
        same = pool(yi=YI[places[:n]], vi=VI[places[:n]], model="random-effects", ci_method=whole.ci_method)
        assert (step.result.estimate, step.result.se) == (same.estimate, same.se)
        assert step.result.ci == same.ci
    assert found.steps[-1].result.estimate == pytest.approx(whole.estimate, rel=1e-12)
    assert found.steps[0].result.estimate == YI[5]


def test_last_step_in_given_order_is_the_whole() -> None:
    spec = SynthesisSpec(tau2_method="DL", ci_method="wald")
    last = cumulative(effects(), spec=spec).steps[-1].result
    assert (last.estimate, last.se) == (pool(effects(), spec=spec).estimate, pool(effects(), spec=spec).se)


def test_the_users_weights_go_with_their_effects() -> None:
    spec = SynthesisSpec(weights=WEIGHTS, ci_method="wald")
    steps = cumulative(effects(), order="precision", spec=spec).steps
    places = np.argsort(VI)
    for n in (2, 4):
        want = np.average(YI[places[:n]], weights=np.array(WEIGHTS)[places[:n]])
        assert steps[n - 1].result.estimate == pytest.approx(want, rel=1e-13)
    without = leave_one_out(effects(), spec)[1].result
    others = [0, 2, 3, 4, 5]
    assert without.estimate == pytest.approx(np.average(YI[others], weights=np.array(WEIGHTS)[others]))


def test_table_of_cumulative_steps() -> None:
    found = cumulative(effects(), order="year", spec=SynthesisSpec(ci_method="wald"))
    table = found.to_frame()
    assert table.index.name == "added"
    assert table.index.tolist() == list("dabcfe")
    assert table["k"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table["Q"].isna().tolist() == [True] + [False] * 5
    result = found.steps[3].result
    assert isinstance(result.ci, Interval)
    row = found.table().rows[3]
    assert (row.estimate, row.ci_low, row.ci_high) == (result.estimate, result.ci.low, result.ci.high)
    assert row.I2 == result.heterogeneity.I2  # type: ignore[union-attr]
    assert isinstance(found.table().rows[0].tau2, NotEstimable)
    data = found.to_dict()
    assert data["keys"] == [960, 1948, 1949, 1949, 1973, 1977]
    assert data["rows"][0]["Q"] is None
    assert data["rows"][5]["k"] == 6


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("yaer", "order='yaer' is not a column.*known columns.*year.*Or 'given', 'precision'"),
        ("holes", "order='holes' has no value for 'b', 'e'"),
        ([1, 2], "one key per effect; got 2 for 6"),
        ([1, 2, 3, 4, 5, np.nan], "order is not a number for 'f'"),
        ([1, 2, 3, 4, 5, None], "order has no value for 'f'"),
        (3, "got int"),
        (None, "got NoneType"),
    ],
)
def test_bad_order(order: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        cumulative(effects(), order=order)


def test_one_and_no_effect() -> None:
    (step,) = cumulative(yi=[0.5], vi=[0.1]).steps
    assert step.result.estimate == 0.5
    with pytest.raises(NotEstimableError, match="no effects"):
        cumulative(yi=[], vi=[])


def test_leave_one_out_takes_arrays_and_makes_a_table() -> None:
    spec = SynthesisSpec(tau2_method="DL", ci_method="wald")
    found = leave_one_out(yi=YI, vi=VI, labels=list("abcdef"), spec=spec)
    table = leave_one_out_table(found)
    assert table.heading == "omitted"
    for i, row in enumerate(table.rows):
        others = np.arange(6) != i
        same = pool(yi=YI[others], vi=VI[others], spec=spec.update(model="random-effects"))
        assert (row.label, row.k) == ("abcdef"[i], 5)
        assert (row.estimate, row.se, row.pvalue) == (same.estimate, same.se, same.pvalue)
        assert row.Q_pvalue == same.heterogeneity.pvalue  # type: ignore[union-attr]
    frame = table.to_frame()
    assert frame.loc["c", "estimate"] == table.rows[2].estimate
    assert table.to_dict()["rows"][2]["label"] == "c"


def test_scale() -> None:
    base = cumulative(yi=YI, vi=VI, order="precision").table().rows
    for size in (1e-8, 1e8):
        scaled = cumulative(yi=YI * size, vi=VI * size**2, order="precision").table().rows
        for one, other in zip(base[1:], scaled[1:], strict=True):
            assert other.label == one.label
            assert other.estimate == pytest.approx(one.estimate * size, rel=1e-10)
            same = pytest.approx(one.I2, rel=1e-9, abs=1e-12)
            assert same == other.I2
