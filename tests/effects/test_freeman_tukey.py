"""The Freeman-Tukey transforms and their ways back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects.freeman_tukey import (
    DOUBLE_ARCSINE_WARNING,
    double_arcsine_proportion,
    double_arcsine_range,
    double_arcsine_spread,
    freeman_tukey_rate,
    from_double_arcsine,
    from_double_arcsine_harmonic,
    from_freeman_tukey_rate,
    harmonic_mean,
    to_double_arcsine,
    to_freeman_tukey_rate,
)
from metasyn.effects.proportions import (
    arcsine_proportion,
    from_arcsine,
    from_log,
    from_logit,
    log_proportion,
    logit_proportion,
)
from metasyn.effects.rates import from_sqrt_rate, sqrt_rate
from metasyn.errors import OptionError


@given(n=st.integers(1, 10**6), share=st.floats(0, 1))
def test_the_way_back_with_its_own_size_is_exact(n: int, share: float) -> None:
    events = round(share * n)
    yi, _ = double_arcsine_proportion([events], [n])
    assert from_double_arcsine(yi, [n])[0] == pytest.approx(events / n, rel=1e-9, abs=1e-13)
    assert to_double_arcsine(events / n, n) == pytest.approx(yi[0], rel=1e-14)


def test_it_keeps_its_digits_around_one_half() -> None:
    n = 1000.0
    shares = 0.5 + np.array([-1e-6, -1e-9, 0.0, 1e-9, 1e-6])
    back = from_double_arcsine(to_double_arcsine(shares, n), n)
    np.testing.assert_allclose(back - 0.5, shares - 0.5, atol=1e-15)


def test_below_and_above_the_range_it_is_cut() -> None:
    low, high = double_arcsine_range(20)
    assert from_double_arcsine([0.0, low, high, math.pi / 2], 20).tolist() == [0.0, 0.0, 1.0, 1.0]
    just_inside = from_double_arcsine([low + 1e-4, high - 1e-4], 20)
    assert 0 < just_inside[0] < 1e-3
    assert 1 - 1e-3 < just_inside[1] < 1
    assert low == pytest.approx(math.asin(math.sqrt(1 / 21)) / 2)


@given(yi=st.lists(st.floats(-0.5, 2.0), min_size=2, max_size=8), n=st.integers(1, 5000))
def test_the_way_back_is_monotone_and_a_proportion(yi: list[float], n: int) -> None:
    back = from_double_arcsine(np.sort(yi), n)
    assert ((back >= 0) & (back <= 1)).all()
    assert (np.diff(back) >= -1e-12).all()
    mirrored = from_double_arcsine(math.pi / 2 - np.sort(yi), n)
    np.testing.assert_allclose(mirrored, 1 - back, atol=1e-9)


def test_the_harmonic_mean_and_what_hangs_on_it() -> None:
    assert harmonic_mean([10, 15, 30]) == pytest.approx(15)
    sizes = [10, 100, 5000]
    assert (
        from_double_arcsine_harmonic([0.3], sizes)[0]
        == from_double_arcsine([0.3], 3 / (0.1 + 0.01 + 0.0002))[0]
    )
    low, high = double_arcsine_spread(0.05, sizes)
    each = [float(from_double_arcsine(0.05, n)) for n in sizes]
    assert (low, high) == (min(each), max(each))
    assert low == 0 < high


def test_the_warning_says_why_and_cites() -> None:
    assert DOUBLE_ARCSINE_WARNING.severity == "warning"
    assert "10.1002/jrsm.1348" in DOUBLE_ARCSINE_WARNING.message


@given(x=st.integers(0, 10**6), t=st.floats(1e-3, 1e7))
def test_rates_come_back(x: int, t: float) -> None:
    yi, vi = freeman_tukey_rate([x], [t])
    assert from_freeman_tukey_rate(yi, [t])[0] * t == pytest.approx(x, rel=1e-9, abs=1e-9)
    assert to_freeman_tukey_rate(x / t, t) == pytest.approx(yi[0], rel=1e-14)
    assert vi[0] == 0.25 / t
    assert from_freeman_tukey_rate(0.4 / math.sqrt(t), t) == 0


def test_the_other_ways_back() -> None:
    events, n = [1, 30, 49], [50, 50, 50]
    shares = np.array(events) / 50
    np.testing.assert_allclose(from_logit(logit_proportion(events, n)[0]), shares, rtol=1e-14)
    np.testing.assert_allclose(from_log(log_proportion(events, n)[0]), shares, rtol=1e-14)
    np.testing.assert_allclose(from_arcsine(arcsine_proportion(events, n)[0]), shares, rtol=1e-14)
    np.testing.assert_allclose(from_sqrt_rate(sqrt_rate(events, n)[0]), shares, rtol=1e-14)
    assert from_arcsine([-0.1, 1.7]).tolist() == [0, 1]
    assert from_logit([-800, 800]).tolist() == [0, 1]
    assert from_log([800])[0] == math.inf


@pytest.mark.parametrize("bad", [0, -3, math.nan, math.inf])
def test_impossible_sizes_are_refused(bad: float) -> None:
    with pytest.raises(OptionError, match="finite and above zero"):
        from_double_arcsine([0.3], bad)
    with pytest.raises(OptionError, match="finite and above zero"):
        harmonic_mean([10, bad])
    with pytest.raises(OptionError, match="time must be finite"):
        from_freeman_tukey_rate([0.3], bad)


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(OptionError, match="matching shapes"):
        from_double_arcsine([0.1, 0.2], [10, 20, 30])
    with pytest.raises(OptionError, match="at least one"):
        harmonic_mean([])
    with pytest.raises(OptionError, match="between 0 and 1"):
        to_double_arcsine(1.2, 10)
    with pytest.raises(OptionError, match="must not be negative"):
        to_freeman_tukey_rate(-1.0, 10)
