"""Trim and fill: the fixed point that defines it, and its invariances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from small_study_data import sample

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.small_study import TrimFill, trim_and_fill
from metasyn.values import NotEstimable

ESTIMATORS = ["L0", "R0", "Q0"]


def common_mean(y: np.ndarray, v: np.ndarray) -> float:
    return float((y / v).sum() / (1 / v).sum())


def raw_number(estimator: str, deviations: np.ndarray) -> float:
    """From the paper, by counting: ranks of absolute deviations, signs of deviations."""
    k = len(deviations)
    ranks = [1 + sum(abs(other) < abs(d) for other in deviations) for d in deviations]
    full = sum(rank for rank, d in zip(ranks, deviations, strict=True) if d > 0)
    largest = max((rank for rank, d in zip(ranks, deviations, strict=True) if d < 0), default=0)
    if estimator == "R0":
        return k - largest - 1
    if estimator == "L0":
        return (4 * full - k * (k + 1)) / (2 * k - 1)
    return k - 0.5 - math.sqrt(2 * k * k - 4 * full + 0.25)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("seed", range(7))
def test_the_number_of_missing_studies_is_a_fixed_point(estimator: Any, seed: int) -> None:
    """Trim that many, and that many are estimated to be missing."""
    data = sample(k=20, seed=seed, asymmetry=0.5)
    y, v = data["yi"], data["sei"] ** 2
    found = trim_and_fill(yi=y, vi=v, estimator=estimator, model="common-effect")
    sign = 1 if found.side == "left" else -1
    order = np.argsort(sign * y)
    kept = order[: 20 - found.k0]
    centre = common_mean(y[kept], v[kept])
    assert found.centre == pytest.approx(centre, rel=1e-12)
    assert found.k0 == max(0, round(raw_number(estimator, sign * (y - centre))))
    trimmed = order[20 - found.k0 :]
    assert found.filled_yi == pytest.approx(2 * centre - y[trimmed], rel=1e-12)
    assert found.filled_vi == pytest.approx(v[trimmed])
    assert found.mirrored == tuple(f"Study {i + 1}" for i in trimmed)
    everything = pool(
        yi=np.append(y, found.filled_yi),
        vi=np.append(v, found.filled_vi),
        model="common-effect",
        ci_method="wald",
    )
    assert found.result.estimate == pytest.approx(everything.estimate, rel=1e-13)
    assert found.observed.estimate == pytest.approx(common_mean(y, v), rel=1e-12)
    if estimator == "R0":
        assert found.k0_pvalue == 0.5 ** (found.k0 + 1)
    else:
        assert isinstance(found.k0_pvalue, NotEstimable)


def mirrored_values(found: TrimFill) -> list[Any]:
    return [found.k0, found.k0_se, *np.sort(found.filled_yi), found.result.estimate, found.result.se]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("model", ["common-effect", "random-effects"])
def test_units_order_shift_and_sign(estimator: Any, model: Any) -> None:
    data = sample(k=20, seed=5, asymmetry=1.2)
    base = trim_and_fill(**data, estimator=estimator, model=model)
    assert base.k0 > 0
    order = np.random.default_rng(2).permutation(20)
    for c in (1e-8, 1e8):
        other = trim_and_fill(
            yi=c * data["yi"][order], sei=c * data["sei"][order], estimator=estimator, model=model
        )
        scale = [1, 1, *[c] * (base.k0 + 2)]
        assert mirrored_values(other) == pytest.approx(np.multiply(mirrored_values(base), scale), rel=1e-9)
    flipped = trim_and_fill(yi=-data["yi"], sei=data["sei"], estimator=estimator, model=model)
    assert {base.side, flipped.side} == {"left", "right"}
    assert flipped.k0 == base.k0
    assert np.sort(-flipped.filled_yi) == pytest.approx(np.sort(base.filled_yi), rel=1e-9)
    moved = trim_and_fill(yi=data["yi"] + 1, sei=data["sei"], estimator=estimator, model=model)
    assert np.sort(moved.filled_yi) == pytest.approx(np.sort(base.filled_yi) + 1, rel=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_symmetric_funnel_lacks_nothing(estimator: Any) -> None:
    y = np.array([1.0, 4, 5, 8, 9, 12, -2, -3, -6, -7, -10, -11])
    found = trim_and_fill(yi=y, vi=np.ones(12), estimator=estimator, side="left")
    assert found.k0 == 0
    assert found.side_source == "given"
    assert found.result.estimate == found.observed.estimate
    assert len(found.to_frame()) == 12


def test_the_frame_marks_what_was_added() -> None:
    found = trim_and_fill(**sample(k=20, seed=5, asymmetry=1.2), model="common-effect")
    frame = found.to_frame()
    assert frame["filled"].sum() == found.k0
    assert frame["yi"].iloc[-1] == found.filled_yi[-1]
    assert frame["label"].iloc[-1] == f"filled: mirror of {found.mirrored[-1]}"
    assert not found.filled_yi.flags.writeable


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "l0"}, "'l0' is called 'L0' here"),
        ({"side": "top"}, "side must be one of 'left', 'right'"),
        ({"model": "FE"}, "'FE' is called 'common-effect' here"),
        ({"tau2_method": "XX"}, "tau2_method must be one of"),
        ({"level": 0}, "level must be a proportion"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        trim_and_fill(**sample(), **options)


def test_equal_standard_errors_show_no_side() -> None:
    with pytest.raises(NotEstimableError, match=r"(?s)side of missing studies cannot be found.*Give side="):
        trim_and_fill(yi=np.arange(12.0) ** 2, sei=np.ones(12))
    assert trim_and_fill(yi=np.arange(12.0) ** 2, sei=np.ones(12), side="left").side == "left"
