"""Measures from counts and person-time: variances from scratch, invariances, R's answers at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from metasyn.effects.association import phi_coefficient, yules_q, yules_y
from metasyn.effects.freeman_tukey import double_arcsine_proportion, freeman_tukey_rate
from metasyn.effects.odds_to_smd import smd_from_odds_logistic, smd_from_odds_normal
from metasyn.effects.proportions import (
    arcsine_proportion,
    log_proportion,
    logit_proportion,
    raw_proportion,
)
from metasyn.effects.rare_events import arcsine_risk_difference, peto_log_odds_ratio
from metasyn.effects.rates import (
    log_rate,
    log_rate_ratio,
    rate,
    rate_difference,
    sqrt_rate,
    sqrt_rate_difference,
)
from metasyn.effects.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from metasyn.errors import OptionError

TWO = {
    "OR": log_odds_ratio, "RR": log_risk_ratio, "RD": risk_difference, "AS": arcsine_risk_difference,
    "PETO": peto_log_odds_ratio, "PHI": phi_coefficient, "YUQ": yules_q, "YUY": yules_y,
    "OR2DL": smd_from_odds_logistic, "OR2DN": smd_from_odds_normal,
}  # fmt: skip
TWO_RATES = {"IRR": log_rate_ratio, "IRD": rate_difference, "IRSD": sqrt_rate_difference}
ONE = {
    "PR": raw_proportion, "PLN": log_proportion, "PLO": logit_proportion, "PAS": arcsine_proportion,
    "PFT": double_arcsine_proportion,
}  # fmt: skip
ONE_RATE = {"IR": rate, "IRLN": log_rate, "IRS": sqrt_rate, "IRFT": freeman_tukey_rate}

TABLE = (np.array([17.0, 5.0]), np.array([60.0, 41.0]), np.array([31.0, 12.0]), np.array([83.0, 39.0]))


def slope(f: Callable[[float], float], x: float) -> float:
    """Derivative by Richardson's extrapolation of central differences."""
    h = 1e-3 * x
    first, second = (f(x + h) - f(x - h)) / (2 * h), (f(x + h / 2) - f(x - h / 2)) / h
    return (4 * second - first) / 3


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "YUQ", "YUY", "OR2DL", "OR2DN", "PHI"])
def test_variance_is_the_delta_method_over_two_binomials(measure: str) -> None:
    a, n1, c, n2 = (float(column[0]) for column in TABLE)
    more = {"vtype": "ST"} if measure == "PHI" else {}

    def at(first: float, second: float) -> float:
        return float(TWO[measure]([n1 * first], [n1], [n2 * second], [n2], **more)[0][0])

    p, q = a / n1, c / n2
    by_first, by_second = slope(lambda x: at(x, q), p), slope(lambda x: at(p, x), q)
    want = by_first**2 * p * (1 - p) / n1 + by_second**2 * q * (1 - q) / n2
    _, vi = TWO[measure](*TABLE, **more)
    assert vi[0] == pytest.approx(want, rel=1e-8)


def test_variance_of_phi_from_one_multinomial_sample() -> None:
    a, n1, c, n2 = (float(column[0]) for column in TABLE)
    cells = np.array([a, n1 - a, c, n2 - c])
    n = cells.sum()

    def phi(shares: np.ndarray) -> float:
        s = shares / shares.sum()
        first, second = s[0] + s[1], s[2] + s[3]
        return (s[0] * s[3] - s[1] * s[2]) / math.sqrt(first * second * (s[0] + s[2]) * (s[1] + s[3]))

    p = cells / n

    def moved(i: int, x: float) -> np.ndarray:
        return np.where(np.arange(4) == i, x, p)

    gradient = np.array([slope(lambda x, i=i: phi(moved(i, x)), p[i]) for i in range(4)])
    want = gradient @ (np.diag(p) - np.outer(p, p)) @ gradient / n
    assert phi_coefficient(*TABLE, vtype="CS")[1][0] == pytest.approx(want, rel=1e-8)
    assert phi_coefficient(*TABLE)[1][0] == phi_coefficient(*TABLE, vtype="CS")[1][0]
    mixed = phi_coefficient(*TABLE, vtype=["ST", "CS"])[1]
    assert mixed.tolist() == [
        phi_coefficient(*TABLE, vtype="ST")[1][0],
        phi_coefficient(*TABLE, vtype="CS")[1][1],
    ]


@pytest.mark.parametrize("measure", ["PLO", "PLN", "PAS"])
def test_variance_of_a_transformed_proportion_is_the_delta_method(measure: str) -> None:
    n, p = 80.0, 0.35
    derivative = slope(lambda x: float(ONE[measure]([n * x], [n])[0][0]), p)
    assert ONE[measure]([n * p], [n])[1][0] == pytest.approx(derivative**2 * p * (1 - p) / n, rel=1e-8)


@pytest.mark.parametrize("measure", ["IR", "IRLN", "IRS"])
def test_variance_of_a_transformed_rate_is_the_delta_method(measure: str) -> None:
    x, t = 25.0, 130.0
    derivative = slope(lambda r: float(ONE_RATE[measure]([r * t], [t])[0][0]), x / t)
    assert ONE_RATE[measure]([x], [t])[1][0] == pytest.approx(derivative**2 * x / t**2, rel=1e-8)


@pytest.mark.parametrize("measure", TWO_RATES)
def test_two_rates_are_two_single_rates(measure: str) -> None:
    single = {"IRR": log_rate, "IRD": rate, "IRSD": sqrt_rate}[measure]
    x1, t1, x2, t2 = [9, 8, 3], [413.0, 263.5, 487.0], [19, 19, 13], [398.0, 245.0, 435.0]
    (y1, v1), (y2, v2) = single(x1, t1), single(x2, t2)
    yi, vi = TWO_RATES[measure](x1, t1, x2, t2)
    np.testing.assert_allclose(yi, y1 - y2, rtol=1e-14)
    np.testing.assert_allclose(vi, v1 + v2, rtol=1e-14)


def test_peto_has_the_moments_of_the_hypergeometric() -> None:
    a, n1, c, n2 = (int(column[0]) for column in TABLE)
    cases = a + c
    ways = {
        x: math.comb(n1, x) * math.comb(n2, cases - x) for x in range(max(0, cases - n2), min(n1, cases) + 1)
    }
    total = sum(ways.values())
    mean = sum(x * w for x, w in ways.items()) / total
    variance = sum((x - mean) ** 2 * w for x, w in ways.items()) / total
    yi, vi = peto_log_odds_ratio(*TABLE)
    assert yi[0] == pytest.approx((a - mean) / variance, rel=1e-11)
    assert vi[0] == pytest.approx(1 / variance, rel=1e-11)


def test_yule_by_hand() -> None:
    # Odds ratio 4: Q = 3/5 and Y = 1/3 exactly.
    assert yules_q([40], [60], [20], [60])[0][0] == pytest.approx(0.6, rel=1e-15)
    assert yules_y([40], [60], [20], [60])[0][0] == pytest.approx(1 / 3, rel=1e-15)


def test_unbiased_and_averaged_variances() -> None:
    n = np.array([20.0, 50.0, 11.0])
    same = 0.4 * n
    assert raw_proportion(same, n, vtype="UB")[1] == pytest.approx(raw_proportion(same, n)[1] * n / (n - 1))
    for measure in (raw_proportion, log_proportion, logit_proportion):
        # Equal proportions: averaging changes nothing.
        np.testing.assert_allclose(measure(same, n, vtype="AV")[1], measure(same, n)[1], rtol=1e-13)
    p = (4 + 12 + 3) / n.sum()
    events = [4, 12, 3]
    np.testing.assert_allclose(raw_proportion(events, n, vtype="AV")[1], p * (1 - p) / n, rtol=1e-13)
    np.testing.assert_allclose(log_proportion(events, n, vtype="AV")[1], (1 - p) / p / n, rtol=1e-13)
    np.testing.assert_allclose(logit_proportion(events, n, vtype="AV")[1], 1 / (n * p * (1 - p)), rtol=1e-13)


def random_tables(k: int) -> tuple[np.ndarray, ...]:
    """Tables of every size, a third of them with zero cells."""
    rng = np.random.default_rng(20240611)
    n1, n2 = rng.integers(1, 300, size=(2, k))
    share_1, share_2 = rng.choice([0.0, 0.01, 0.3, 0.5, 0.97, 1.0], size=(2, k))
    return rng.binomial(n1, share_1), n1, rng.binomial(n2, share_2), n2


@pytest.mark.parametrize("measure", TWO)
def test_swapping_the_groups_negates(measure: str) -> None:
    a, n1, c, n2 = random_tables(2000)
    yi, vi = TWO[measure](a, n1, c, n2)
    back, vi_back = TWO[measure](c, n2, a, n1)
    np.testing.assert_allclose(back, -yi, atol=1e-12)
    np.testing.assert_allclose(vi_back, vi, rtol=1e-9, atol=1e-15)
    assert (np.isnan(yi) == np.isnan(vi)).all()
    assert (vi[np.isfinite(vi)] >= 0).all()


@pytest.mark.parametrize("measure", [measure for measure in TWO if measure != "RR"])
def test_counting_non_events_negates(measure: str) -> None:
    a, n1, c, n2 = random_tables(2000)
    yi, vi = TWO[measure](a, n1, c, n2)
    mirrored, vi_mirrored = TWO[measure](n1 - a, n1, n2 - c, n2)
    np.testing.assert_allclose(mirrored, -yi, atol=1e-11)
    np.testing.assert_allclose(vi_mirrored, vi, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("unit", [1e-8, 1 / 365.25, 12.0, 1e8])
@pytest.mark.parametrize("measure", TWO_RATES)
def test_the_unit_of_time_only_scales(measure: str, unit: float) -> None:
    rng = np.random.default_rng(7)
    (x1, x2), (t1, t2) = rng.poisson(3.0, size=(2, 500)), rng.uniform(0.5, 1e4, size=(2, 500))
    yi, vi = TWO_RATES[measure](x1, t1, x2, t2)
    other, vi_other = TWO_RATES[measure](x1, t1 * unit, x2, t2 * unit)
    factor = {"IRR": 1.0, "IRD": 1 / unit, "IRSD": 1 / math.sqrt(unit)}[measure]
    np.testing.assert_allclose(other, yi * factor, rtol=1e-10, atol=1e-10 * abs(factor))
    np.testing.assert_allclose(vi_other, vi * factor**2, rtol=1e-12)


# metafor 3.8-1 on tables with a double-zero, an all-events and an ordinary row:
# ai = c(0,12,0,5,11), n1i = c(20,50,11,5,11), ci = c(7,9,0,9,30), n2i = c(25,40,30,9,30).
EDGES = ([0, 12, 0, 5, 11], [20, 50, 11, 5, 11], [7, 9, 0, 9, 30], [25, 40, 30, 9, 30])
NAN = math.nan
R_EDGES = [
    (log_odds_ratio, {"zero_cells": "if0all", "add": 0.25, "drop00": True},
     [-3.4712855435105210, 0.0787782013762677, NAN, NAN, NAN],
     [4.242108271080087, 0.247884552019006, NAN, NAN, NAN]),
    (log_odds_ratio, {"zero_cells": "only0", "add": 0.25, "drop00": True},
     [-3.4712855435105210, 0.0840831172105412, NAN, NAN, NAN],
     [4.242108271080087, 0.253018298434258, NAN, NAN, NAN]),
    (risk_difference, {"vtype": "AV", "drop00": True},
     [-0.264652014652015, 0.015, NAN, NAN, NAN],
     [0.0141191815028851, 0.0075887100773656, NAN, NAN, NAN]),
    (risk_difference, {"vtype": "AV"},
     [-0.2646520146520146, 0.015, 0.0255376344086021, -0.0333333333333333, -0.0255376344086021],
     [0.0192675629148044, 0.0102370252536493, 0.0252208536939739, 0.0590443660866489, 0.0252208536939739]),
    (phi_coefficient, {"vtype": ["ST", "CS", "ST", "CS", "ST"]},
     [-0.383885947974957, 0.017622684421256, NAN, NAN, NAN],
     [0.00531418574136172, 0.01104819692527294, NAN, NAN, NAN]),
    (phi_coefficient, {"vtype": "ST", "add": 0.5},
     [-0.3501017073707265, 0.0176226844212560, 0.0760024321167422, -0.0666666666666667, -0.0760024321167422],
     [0.00913837035898124, 0.01104814479302975, 0.03002996109563656, 0.06723423868312770,
      0.03002996109563650]),
    (peto_log_odds_ratio, {},
     [-1.8339027425565888, 0.0829192546583852, 1.0981182795698927, -0.5333333333333333, -1.0981182795698903],
     [0.596494317648164, 0.248757763975155, 4.970430107526883, 4.266666666666667, 4.970430107526882]),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "asked", "yi", "vi"), R_EDGES)
def test_edges_as_escalc_has_them(
    formula: Callable[..., tuple[np.ndarray, np.ndarray]], asked: dict, yi: list[float], vi: list[float]
) -> None:
    got = formula(*EDGES, **asked)
    np.testing.assert_allclose(got[0], yi, rtol=1e-11)
    np.testing.assert_allclose(got[1], vi, rtol=1e-11)


def test_a_dropped_table_triggers_nothing() -> None:
    both = ([0, 3], [10, 10], [0, 4], [11, 12])
    yi, _ = log_odds_ratio(*both, zero_cells="if0all", drop00=True)
    alone, _ = log_odds_ratio([3], [10], [4], [12], zero_cells="none")
    assert math.isnan(yi[0])
    assert yi[1] == alone[0]
    assert log_odds_ratio(*both, zero_cells="if0all")[0][1] != alone[0]
    rates, _ = log_rate_ratio([0, 3, 0], [10, 20, 30], [0, 2, 4], [11, 12, 13], drop00=True)
    assert np.isnan(rates).tolist() == [True, False, False]


def test_a_zero_cell_with_nothing_added_is_undefined() -> None:
    for measure in ("OR", "RR", "YUQ", "YUY", "OR2DL", "OR2DN"):
        yi, vi = TWO[measure]([0, 4], [10, 10], [3, 5], [10, 10], zero_cells="none")
        assert np.isnan(yi).tolist() == np.isnan(vi).tolist() == [True, False]
    assert np.isnan(log_rate([0], [10.0], zero_cells="none")[0]).all()
    assert log_rate([0], [10.0], add=1)[0][0] == pytest.approx(math.log(0.1))


@pytest.mark.parametrize("measure", sorted(TWO))
def test_large_counts_as_any_integer_type(measure: str) -> None:
    columns = ([2_000_000_000, 5], [2_100_000_000, 9], [1_900_000_000, 4], [2_050_000_000, 9])
    narrow = TWO[measure](*(np.array(column, dtype=np.int32) for column in columns))
    wide = TWO[measure](*(np.array(column, dtype=float) for column in columns))
    np.testing.assert_array_equal(narrow, wide)
    assert np.isfinite(wide).all()
    huge = TWO[measure](2**52, 2**53, 2**51, 2**53)
    assert np.isfinite(huge).all()


def test_fractional_counts_are_taken_as_they_are() -> None:
    assert log_odds_ratio([2.5], [10], [5], [10])[0][0] == pytest.approx(math.log(2.5 / 7.5))
    assert rate([2.5], [10])[0][0] == 0.25


BAD_COUNTS = {
    "negative": ([-1], [4]), "more events than participants": ([5], [4]), "nobody": ([0], [0]),
    "NaN": ([math.nan], [4]), "infinite": ([3], [math.inf]), "beyond 2**53": ([3], [1e300]),
    "overflowing integer": ([3], [10**400]), "words": (["three"], [4]), "two-dimensional": ([[1]], [[4]]),
    "masked": (np.ma.masked_array([1, 2], mask=[True, False]), [4, 4]), "unequal": ([1, 2], [4, 4, 4]),
}  # fmt: skip
BAD_RATES = {
    "negative events": ([-1], [4.0]), "no time": ([1], [0.0]), "negative time": ([1], [-2.0]),
    "NaN time": ([1], [math.nan]), "infinite time": ([1], [math.inf]), "absurd time": ([1], [1e-300]),
    "infinite events": ([math.inf], [4.0]),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_COUNTS.values(), ids=BAD_COUNTS)
@pytest.mark.parametrize("measure", [*ONE, *TWO])
def test_impossible_counts_are_refused(measure: str, bad: tuple) -> None:
    with pytest.raises(OptionError):
        ONE[measure](*bad) if measure in ONE else TWO[measure](*bad, [1], [4])


@pytest.mark.parametrize("bad", BAD_RATES.values(), ids=BAD_RATES)
@pytest.mark.parametrize("measure", [*ONE_RATE, *TWO_RATES])
def test_impossible_person_time_is_refused(measure: str, bad: tuple) -> None:
    with pytest.raises(OptionError, match=r"person-time data must satisfy .* row 1 has"):
        ONE_RATE[measure](*bad) if measure in ONE_RATE else TWO_RATES[measure](*bad, [1], [4.0])


def test_the_error_names_argument_value_and_rule() -> None:
    with pytest.raises(OptionError, match=r"0 <= events_2 <= n_2 .* row 2 has events_2=9, n_2=7"):
        log_odds_ratio([1, 2], [5, 5], [1, 9], [5, 7])
    with pytest.raises(OptionError, match="group 1 has 2, group 2 has 3"):
        log_odds_ratio([1, 2], [5, 5], [1, 2, 3], [5, 5, 5])


@pytest.mark.parametrize("measure", [*ONE, *TWO, *ONE_RATE, *TWO_RATES])
def test_unknown_options_are_refused(measure: str) -> None:
    function = {**ONE, **TWO, **ONE_RATE, **TWO_RATES}[measure]
    columns = ([1], [4]) if measure in {**ONE, **ONE_RATE} else ([1], [4], [2], [5])
    for option, value in (
        ("vtype", "XX"), ("vtype", "HO"), ("zero_cells", "sometimes"),
        ("add", -0.5), ("add", math.nan), ("add", math.inf), ("add", "half"), ("add", True),
    ):  # fmt: skip
        with pytest.raises(OptionError, match=option):
            function(*columns, **{option: value})
    if measure in {**TWO, **TWO_RATES}:
        with pytest.raises(OptionError, match="drop00"):
            function(*columns, drop00="yes")
    if measure == "PHI":
        with pytest.raises(OptionError, match="vtype must be one word or one per table"):
            function(*columns, vtype=["ST", "CS"])
