"""Means and changes: unbiasedness by integration, special cases by hand, invariances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.effects.formulas import small_sample_factor
from metasyn.effects.mean_ratios import log_cv_ratio, log_mean_ratio, log_sd_ratio
from metasyn.effects.means import (
    mean_difference,
    standardised_by_group_2,
    standardised_mean_difference,
    standardised_unequal,
)
from metasyn.effects.prepost import (
    change_by_change_sd,
    change_by_first_sd,
    change_by_first_sd_unequal,
    log_cv_ratio_paired,
    log_mean_ratio_paired,
    log_sd_ratio_paired,
    mean_change,
)
from metasyn.effects.single_means import log_cv, log_mean, log_sd, single_mean
from metasyn.errors import OptionError

# Normand (1999), the first four studies: mean, sd, n of specialist and of routine care.
STAYS = {
    "mean_1": [55.0, 27.0, 64.0, 66.0],
    "sd_1": [47.0, 7.0, 17.0, 20.0],
    "n_1": [155, 31, 75, 18],
    "mean_2": [75.0, 29.0, 119.0, 137.0],
    "sd_2": [64.0, 4.0, 29.0, 48.0],
    "n_2": [156, 32, 71, 18],
}
TWO = {
    "MD": mean_difference,
    "SMD": standardised_mean_difference,
    "SMDH": standardised_unequal,
    "ROM": log_mean_ratio,
    "CVR": log_cv_ratio,
}


def chi_grid(m: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of chi^2_m / m with their probabilities, on a fine logarithmic grid."""
    x = np.linspace(-60, 6, 40_001)
    log_density = m / 2 * x - m / 2 * np.exp(x)  # of ln(chi^2_m / m), up to a constant
    weight = np.exp(log_density - log_density.max())
    return np.exp(x), weight / weight.sum()


@pytest.mark.parametrize("m", [2, 3, 7, 30, 250])
def test_the_factor_removes_the_bias_exactly(m: int) -> None:
    """E[1 / sqrt(chi^2_m / m)] is the bias of Cohen's d; J is its inverse."""
    ratio, weight = chi_grid(m)
    factor = small_sample_factor(np.array([float(m)]))[0]
    assert factor * (weight / np.sqrt(ratio)).sum() == pytest.approx(1, rel=1e-7)
    assert factor == pytest.approx(1 - 3 / (4 * m - 1), abs=0.06 / m**2)
    assert factor != 1 - 3 / (4 * m - 1)


def test_the_factor_of_few_and_many() -> None:
    few = small_sample_factor(np.array([0.0, 1.0, 2.0, 1e12]))
    assert np.isnan(few[:2]).all()
    np.testing.assert_allclose(few[2:], [1 / math.sqrt(math.pi), 1.0], rtol=1e-12)


@pytest.mark.parametrize(("n_1", "n_2", "delta"), [(4, 5, 0.0), (4, 5, 1.5), (12, 9, -0.7)])
def test_ub_is_unbiased(n_1: int, n_2: int, delta: float) -> None:
    """The mean of the estimated variance over the distribution of g is the variance of g."""
    m = n_1 + n_2 - 2
    ratio, weight = chi_grid(m)
    inverse = (weight / ratio).sum()
    base = 1 / n_1 + 1 / n_2
    factor = small_sample_factor(np.array([float(m)]))[0]
    second_moment = factor**2 * (delta**2 + base) * inverse
    variance = second_moment - delta**2
    # vi is base + slope g^2: read the two off the function itself.
    g, vi = standardised_mean_difference([0.0, 1.0], 1.0, n_1, [0.0, 0.0], 1.0, n_2, vtype="UB")
    slope = (vi[1] - vi[0]) / g[1] ** 2
    assert vi[0] == pytest.approx(base)
    assert base + slope * second_moment == pytest.approx(variance, rel=1e-6)


def test_by_hand() -> None:
    yi, vi = mean_difference([10], [2], [4], [7], [3], [9])
    assert (yi[0], vi[0]) == (3, pytest.approx(4 / 4 + 9 / 9))
    pooled = (3 * 4 + 8 * 9) / 11
    assert mean_difference([10], [2], [4], [7], [3], [9], vtype="HO")[1][0] == pytest.approx(
        pooled * (1 / 4 + 1 / 9)
    )
    d, vd = standardised_mean_difference([10], [2], [4], [7], [3], [9], correct=False)
    assert d[0] == pytest.approx(3 / math.sqrt(pooled))
    assert vd[0] == pytest.approx(1 / 4 + 1 / 9 + d[0] ** 2 / 26)
    delta, _ = standardised_by_group_2([10], [4], [7], [3], [9], correct=False)
    assert delta[0] == pytest.approx(1)
    ratio, vr = log_mean_ratio([10], [2], [4], [7], [3], [9], correct=False)
    assert ratio[0] == pytest.approx(math.log(10 / 7))
    assert vr[0] == pytest.approx(4 / 400 + 9 / (9 * 49))
    assert single_mean([5], [2], [16])[1][0] == 0.25
    assert log_mean([5], [2], [16])[1][0] == pytest.approx(0.01)
    assert log_sd([2], [5])[0][0] == pytest.approx(math.log(2) + 1 / 8)
    assert log_cv([5], [2], [5], correct=False)[0][0] == pytest.approx(math.log(0.4))
    change, vc = mean_change([9], [2], [7], [2], [8], [0.5])
    assert (change[0], vc[0]) == (2, pytest.approx(0.5))


def test_equal_spreads_make_the_versions_agree() -> None:
    """With s1 = s2 all standardised differences have the same numerator and denominator."""
    same = {"mean_1": 8.0, "sd_1": 2.0, "n_1": 20, "mean_2": 5.0, "sd_2": 2.0, "n_2": 30}
    assert standardised_mean_difference(**same)[0] == pytest.approx(standardised_unequal(**same)[0])
    raw = [
        standardised_mean_difference(**same, correct=False)[0],
        standardised_unequal(**same, correct=False)[0],
    ]
    np.testing.assert_allclose(np.concatenate(raw), 1.5)
    by_2 = {name: value for name, value in same.items() if name != "sd_1"}
    assert standardised_by_group_2(**by_2)[0] == pytest.approx(
        standardised_unequal(**same, by_group_2=True)[0]
    )


def test_uncorrelated_occasions_are_two_groups_of_the_same_size() -> None:
    two = (9.0, 2.0, 25, 7.0, 3.0, 25)
    pair = (9.0, 2.0, 7.0, 3.0, 25, 0.0)
    np.testing.assert_allclose(mean_change(*pair), mean_difference(*two))
    np.testing.assert_allclose(log_mean_ratio_paired(*pair), log_mean_ratio(*two))
    np.testing.assert_allclose(log_cv_ratio_paired(*pair), log_cv_ratio(*two))
    np.testing.assert_allclose(log_sd_ratio_paired(2.0, 3.0, 25, 0.0), log_sd_ratio(2.0, 25, 3.0, 25))


def test_only_the_change_is_printed() -> None:
    """Mean and standard deviation of the change as those of occasion 1, and 0 for the rest."""
    whole = mean_change([9], [2], [7], [3], [25], [0.6])
    spread = math.sqrt(4 + 9 - 2 * 0.6 * 6)
    np.testing.assert_allclose(mean_change([2], [spread], [0], [0], [25], [0]), whole)
    np.testing.assert_allclose(
        change_by_change_sd([2], [spread], [0], [0], [25], [0]),
        change_by_change_sd([9], [2], [7], [3], [25], [0.6]),
    )


def test_equal_spreads_of_two_occasions() -> None:
    one = change_by_first_sd([9], [2], [7], [25], [0.6])
    other = change_by_first_sd_unequal([9], [2], [7], [2], [25], [0.6])
    assert one[0] == pytest.approx(other[0])
    assert other[1][0] == pytest.approx(2 * 0.4 / 24 + other[0][0] ** 2 / 48)


positive = st.floats(0.5, 50)
sizes = st.integers(3, 400)
tables = st.tuples(positive, positive, sizes, positive, positive, sizes)


@pytest.mark.parametrize("code", TWO)
@settings(max_examples=30)
@given(row=tables)
def test_swapping_the_groups_negates(code: str, row: tuple) -> None:
    yi, vi = TWO[code](*row)
    back, vi_back = TWO[code](*row[3:], *row[:3])
    np.testing.assert_allclose(back, -yi, atol=1e-12)
    np.testing.assert_allclose(vi_back, vi, rtol=1e-12)
    assert vi[0] > 0


@pytest.mark.parametrize("code", TWO)
@settings(max_examples=30)
@given(row=tables, scale=st.sampled_from([1e-50, 1e-8, 3.0, 1e8, 1e50]))
def test_units_do_not_matter(code: str, row: tuple, scale: float) -> None:
    yi, vi = TWO[code](*row)
    m1, s1, n1, m2, s2, n2 = row
    yi_scaled, vi_scaled = TWO[code](m1 * scale, s1 * scale, n1, m2 * scale, s2 * scale, n2)
    by = scale if code == "MD" else 1.0
    np.testing.assert_allclose(yi_scaled, yi * by, rtol=1e-11, atol=1e-12 * by)
    np.testing.assert_allclose(vi_scaled, vi * by**2, rtol=1e-11)


@settings(max_examples=30)
@given(row=tables, shift=st.floats(-1e3, 1e3))
def test_a_shift_changes_no_difference(row: tuple, shift: float) -> None:
    m1, s1, n1, m2, s2, n2 = row
    for formula in (mean_difference, standardised_mean_difference, standardised_unequal):
        yi, vi = formula(*row)
        moved, vi_moved = formula(m1 + shift, s1, n1, m2 + shift, s2, n2)
        np.testing.assert_allclose(moved, yi, atol=1e-8)
        np.testing.assert_allclose(vi_moved, vi, rtol=1e-6, atol=1e-8)


def test_variances_that_look_at_the_whole_set() -> None:
    alike = standardised_mean_difference([3, 3], 2, [20, 40], 1, 2, [30, 50], vtype="AV")
    g, n = alike[0], np.array([50, 90])
    average = (n * g).sum() / n.sum()
    np.testing.assert_allclose(alike[1], [1 / 20 + 1 / 30, 1 / 40 + 1 / 50] + average**2 / (2 * n))
    one = [5.0], [1.0], [10], [4.0], [2.0], [12]
    for vtype in ("AV", "HO", "AVHO"):
        assert log_mean_ratio(*one, vtype=vtype)[1][0] > 0
    # One study is its own average; equal coefficients of variation leave nothing to average.
    assert log_mean_ratio(*one, vtype="AV")[1] == pytest.approx(log_mean_ratio(*one)[1])
    even = [4.0, 8.0], [1.0, 2.0], [10, 30], [2.0, 6.0], [0.5, 1.5], [12, 9]
    np.testing.assert_allclose(log_mean_ratio(*even, vtype="AVHO")[1], log_mean_ratio(*even)[1])


def test_undefined_is_nan_and_nothing_warns() -> None:
    for formula in (standardised_mean_difference, standardised_unequal):
        assert np.isnan(formula([1], [0], [5], [2], [0], [5])).all()
    assert np.isnan(log_mean_ratio([5], [1], [9], [-4], [1], [9])).all()
    assert np.isfinite(log_mean_ratio([-5], [1], [9], [-4], [1], [9])).all()
    assert np.isnan(log_cv_ratio([0], [1], [9], [4], [1], [9])).all()
    assert np.isnan(log_sd([0], [9])).all()
    assert mean_difference([1], [0], [5], [2], [0], [5])[1][0] == 0
    assert np.isnan(mean_difference([np.nan], [1], [5], [2], [1], [5])).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sd_1": [-1.0] * 4}, r"row 1: sd_1 is -1; a standard deviation must not be negative"),
        ({"n_2": [9, 1, 9, 9]}, r"row 2: n_2 is 1; the number of participants must be at least 2"),
        ({"mean_1": [1, 2, np.inf, 4]}, r"row 3: mean_1 is inf; it must be a finite number"),
        ({"mean_1": [1e200] * 4}, "size above 1e\\+70"),
        ({"sd_2": [1e-300] * 4}, "size above 1e\\+70 or below 1e-70"),
        ({"n_1": [1, 2, 3]}, "one value per row; mean_1 has 4, sd_1 has 4, n_1 has 3"),
        ({"n_1": ["a"] * 4}, "n_1 must hold numbers only"),
        ({"n_1": [[1, 2], [3, 4]]}, "n_1 must be one-dimensional"),
        ({"n_1": [10**400] * 4}, "n_1 holds a number that is too large"),
        ({"n_1": np.ma.masked_array([9, 9, 9, 9], [0, 1, 0, 0])}, "n_1 must not be a masked array"),
        ({"n_1": [True] * 4}, "n_1 must hold numbers only"),
        ({"n_1": [2, "3", None, 4]}, "n_1 must hold numbers only"),
        ({"n_1": [2, [3], 4, 5]}, "n_1 must be one column of numbers"),
        ({"vtype": "UB"}, "vtype must be one of 'LS', 'HO'"),
    ],
)
def test_bad_figures_are_refused_by_name(change: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        mean_difference(**{**STAYS, **change})


def test_ub_needs_the_correction() -> None:
    with pytest.raises(OptionError, match="vtype='UB' is the variance of the corrected estimate"):
        standardised_mean_difference(**STAYS, vtype="UB", correct=False)
