"""Baujat's coordinates and the radial plot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import baujat, radial

YI = np.array([-0.89, -1.59, -1.35, -1.44, -0.22, -0.79])
VI = np.array([0.326, 0.195, 0.415, 0.020, 0.051, 0.007])
COMMON = SynthesisSpec(model="common-effect")
RANDOM = SynthesisSpec(model="random-effects", ci_method="wald")


def test_contributions_of_a_common_effect_add_up_to_q() -> None:
    result = pool(yi=YI, vi=VI, spec=COMMON)
    assert baujat(result).contribution.sum() == pytest.approx(result.heterogeneity.Q, rel=1e-12)  # type: ignore[union-attr]


@pytest.mark.parametrize("spec", [COMMON, RANDOM, RANDOM.update(ci_method="hartung-knapp")], ids=str)
def test_influence_against_refits(spec: SynthesisSpec) -> None:
    whole = pool(yi=YI, vi=VI, spec=spec)
    found = baujat(whole)
    for i in range(6):
        others = np.arange(6) != i
        without = pool(yi=YI[others], vi=VI[others], spec=spec)
        want = ((whole.estimate - without.estimate) / without.se) ** 2
        assert found.influence[i] == pytest.approx(want, rel=1e-9)


def test_the_line_through_the_origin_is_the_least_squares_line() -> None:
    for spec in (COMMON, RANDOM, SynthesisSpec(tau2=0.3)):
        result = pool(yi=YI, vi=VI, spec=spec)
        found = radial(result)
        assert found.slope == pytest.approx((found.x @ found.y) / (found.x @ found.x), rel=1e-12)
        assert found.slope == pytest.approx(result.estimate, rel=1e-12)
        assert found.y / found.x == pytest.approx(YI, rel=1e-14)
    common = radial(yi=YI, vi=VI, spec=COMMON.update(level=0.9))
    assert common.x == pytest.approx(1 / np.sqrt(VI), rel=1e-15)
    assert common.band == pytest.approx(1.6448536269514722, rel=1e-12)
    assert ((common.y - common.slope * common.x) ** 2).sum() == pytest.approx(
        pool(yi=YI, vi=VI, spec=COMMON).heterogeneity.Q,  # type: ignore[union-attr]
        rel=1e-12,
    )


@pytest.mark.parametrize("size", [1e-8, 1e8])
def test_scale(size: float) -> None:
    for spec in (COMMON, RANDOM):
        one, other = (
            (baujat(**data, spec=spec), radial(**data, spec=spec))
            for data in ({"yi": YI, "vi": VI}, {"yi": YI * size, "vi": VI * size**2})
        )
        assert other[0].contribution == pytest.approx(one[0].contribution, rel=1e-10)
        assert other[0].influence == pytest.approx(one[0].influence, rel=1e-9)
        assert other[1].y == pytest.approx(one[1].y, rel=1e-10)
        assert other[1].x == pytest.approx(one[1].x / size, rel=1e-10)


@pytest.mark.parametrize("function", [baujat, radial])
def test_records_and_refusals(function: Any) -> None:
    found = function(yi=YI, vi=VI, labels=list("abcdef"))
    frame, data = found.to_frame(), found.to_dict()
    assert list(frame.index) == list("abcdef") == data["labels"]
    for name in frame.columns:
        assert frame[name].tolist() == data[name]
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0
    with pytest.raises(NotEstimableError, match="there is 1"):
        function(yi=[1.0], vi=[1.0])


def test_baujat_has_no_vertical_axis_without_a_standard_error() -> None:
    with pytest.raises(NotEstimableError, match="gives no between-study variance"):
        baujat(yi=YI[:2], vi=VI[:2], spec=RANDOM)
    with pytest.raises(NotEstimableError, match="identical"):
        baujat(yi=[1.0, 3.0, 1.0], vi=[1.0] * 3, spec=COMMON.update(ci_method="hartung-knapp"))
