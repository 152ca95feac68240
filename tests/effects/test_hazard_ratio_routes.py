"""Routes to a log hazard ratio, worked by hand."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects.hazard_ratio import (
    in_unit,
    medians_and_assumed_events,
    medians_and_events,
    medians_and_intervals,
    medians_and_p,
    o_minus_e_and_v,
    off_centre,
    p_statistic,
    ratio_and_interval,
    ratio_and_p,
)
from metasyn.errors import OptionError
from metasyn.evidence.model import PValue
from metasyn.values import Interval, NotEstimable

Z95 = 1.959963984540054
Z90 = 1.6448536269514722


def test_ratio_and_interval_by_hand() -> None:
    yi, vi = ratio_and_interval(0.62, Interval(0.47, 0.80))
    assert yi == pytest.approx(-0.4780358009)
    assert math.sqrt(vi) == pytest.approx((math.log(0.80) - math.log(0.47)) / (2 * Z95))
    assert math.sqrt(vi) == pytest.approx(0.13569, abs=1e-5)


def test_the_level_of_the_interval_counts() -> None:
    _, at_95 = ratio_and_interval(0.62, Interval(0.47, 0.80, 0.95))
    _, at_90 = ratio_and_interval(0.62, Interval(0.47, 0.80, 0.90))
    assert at_90 / at_95 == pytest.approx((Z95 / Z90) ** 2)


@given(yi=st.floats(-3, 3), se=st.floats(0.02, 2), level=st.floats(0.5, 0.999))
def test_interval_round_trip(yi: float, se: float, level: float) -> None:
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    got = ratio_and_interval(math.exp(yi), Interval(math.exp(yi - z * se), math.exp(yi + z * se), level))
    assert got == pytest.approx((yi, se**2), rel=1e-9, abs=1e-9)


def test_ratio_and_p_by_hand() -> None:
    # two-sided p = 0.05 is z = 1.96
    assert ratio_and_p(0.7, PValue(value=0.05, sided="two")) == pytest.approx(
        (math.log(0.7), (math.log(0.7) / Z95) ** 2)
    )
    # one-sided 0.025 is the same statistic
    assert ratio_and_p(0.7, PValue(value=0.025, sided="one")) == ratio_and_p(
        0.7, PValue(value=0.05, sided="two")
    )


def test_z_is_that_of_half_the_two_sided_p() -> None:
    """Wang & Zeng 2013: p = 0.075 gives z = 1.78, not 0.89."""
    assert p_statistic(PValue(value=0.075, sided="two")) == pytest.approx(1.7805, abs=1e-4)
    assert p_statistic(PValue(value=0.075)) == p_statistic(PValue(value=0.075, sided="two"))
    tiny = p_statistic(PValue(value=1e-200))
    assert tiny == pytest.approx(30.2, abs=0.1)  # no underflow in 1 - p


def test_o_minus_e_and_v_by_hand() -> None:
    assert o_minus_e_and_v(-12.0, 40.0) == (-0.3, 0.025)


def test_medians_by_hand() -> None:
    # half the median is twice the hazard
    yi, vi = medians_and_events(5.0, 10.0, 40, 50)
    assert yi == pytest.approx(math.log(2))
    assert vi == pytest.approx(1 / 40 + 1 / 50)
    assert medians_and_assumed_events(5.0, 10.0, 50, 100, 0.8) == pytest.approx(
        (math.log(2), 1 / 40 + 1 / 80)
    )
    assert medians_and_p(5.0, 10.0, PValue(value=0.05)) == pytest.approx(
        (math.log(2), (math.log(2) / Z95) ** 2)
    )
    both = Interval(math.exp(-Z95), math.exp(Z95)), Interval(math.exp(-Z90), math.exp(Z90), 0.90)
    assert medians_and_intervals(5.0, 10.0, *both) == pytest.approx((math.log(2), 1 + 1))


@given(m1=st.floats(0.1, 100), m2=st.floats(0.1, 100), e1=st.integers(1, 500), e2=st.integers(1, 500))
def test_swapping_the_arms_negates(m1: float, m2: float, e1: int, e2: int) -> None:
    yi, vi = medians_and_events(m1, m2, e1, e2)
    back, vi_back = medians_and_events(m2, m1, e2, e1)
    assert back == pytest.approx(-yi)
    assert vi_back == pytest.approx(vi)


@pytest.mark.parametrize(
    ("refused", "word"),
    [
        (ratio_and_interval(0.0, Interval(0.4, 0.9)), "positive"),
        (ratio_and_interval(0.6, Interval(0.0, 0.9)), "bound"),
        (ratio_and_interval(0.6, Interval(0.4, math.inf)), "bound"),
        (ratio_and_interval(0.6, Interval(0.6, 0.6)), "no width"),
        (ratio_and_p(0.6, PValue(value=0.001, relation="<")), "only a bound"),
        (ratio_and_p(0.6, PValue(value=0.05, relation=">")), "only a bound"),
        (ratio_and_p(0.6, PValue(value=None, relation="ns")), "not significant"),
        (ratio_and_p(1.0, PValue(value=0.9)), "printed as 1"),
        (ratio_and_p(0.6, PValue(value=0.0)), "no test statistic"),
        (ratio_and_p(0.6, PValue(value=1.0)), "no test statistic"),
        (ratio_and_p(0.6, PValue(value=0.7, sided="one")), "no test statistic"),
        (ratio_and_p(-0.6, PValue(value=0.5)), "positive"),
        (o_minus_e_and_v(1.0, 0.0), "V must be positive"),
        (medians_and_p(5.0, 5.0, PValue(value=0.5)), "equal"),
        (medians_and_events(5.0, 6.0, 0, 3), "without events"),
        (medians_and_events(0.0, 6.0, 2, 3), "not a positive number"),
        (medians_and_p(math.inf, 6.0, PValue(value=0.5)), "not a positive number"),
        (medians_and_intervals(0.0, 6.0, Interval(1, 2), Interval(1, 2)), "not a positive number"),
        (medians_and_intervals(5.0, 6.0, Interval(1, math.inf), Interval(1, 2)), "not reached"),
        (in_unit(3.0, "patients", "weeks"), "not a unit of time"),
        (in_unit(3.0, "", "weeks"), "not printed"),
    ],
)
def test_refusals_have_reasons(refused: object, word: str) -> None:
    assert isinstance(refused, NotEstimable)
    assert word in refused.reason


def test_units() -> None:
    assert in_unit(2.0, "months", "days") == 60.875
    assert in_unit(1.0, "years", "months") == pytest.approx(12.0)
    assert in_unit(13.0, "weeks", "weeks") == 13.0


def test_assumed_share_must_be_a_share() -> None:
    with pytest.raises(OptionError, match="event_fraction"):
        medians_and_assumed_events(5.0, 6.0, 10, 10, 1.2)


@pytest.mark.parametrize(
    ("ratio", "bounds", "decimals", "bound_decimals", "expected"),
    [
        (0.62, (0.47, 0.80), 2, 2, False),
        (0.62, (0.40, 0.90), 2, 2, True),
        (0.9, (0.8, 1.0), 1, 1, False),
        (0.85, (0.47, 0.80), 2, 2, True),
        (0.04, (0.00, 0.5), 2, 2, False),  # nothing can be said about a bound that rounds to 0
    ],
)
def test_off_centre(
    ratio: float, bounds: tuple[float, float], decimals: int, bound_decimals: int, expected: bool
) -> None:
    got = off_centre(ratio, Interval(*bounds), decimals=decimals, interval_decimals=bound_decimals)
    assert got is expected


def test_oracle_of_hazard_ratios() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "oracle"
    if not folder.is_dir():
        pytest.skip("the oracle of reference cases is not beside the project")
    compared = 0
    for which in ("open", "here_only"):
        for case in json.loads(gzip.decompress((folder / which / "1_effect_sizes.json.gz").read_bytes())):
            if case["measure"] != "HR":
                continue
            columns, level = case["input"]["columns"], case["options"]["level"] / 100
            rows = zip(columns["hr"], columns["ci.lb"], columns["ci.ub"], strict=True)
            for i, (ratio, low, high) in enumerate(rows):
                want = case["expected"]["yi"][i], case["expected"]["vi"][i]
                assert ratio_and_interval(ratio, Interval(low, high, level)) == pytest.approx(want, rel=1e-12)
                compared += 1
    assert compared > 10
