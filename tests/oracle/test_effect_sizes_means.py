"""Means, changes, correlations and hazard ratios against R: section 1 of the reference cases.

The public `effect_sizes` is compared row by row with `summary(escalc(...))` of metafor 5.1-12, with
the interval and the test that go with each row. Two kinds of rows are not effects here:

- R keeps rows whose standard deviations are all 0 as effects with a variance of 0, which no
  synthesis can weight; here they are exclusions. The formulas themselves are compared on all rows.
- In `s1/escalc/poole2003/SMD/vtype=AV` two rows have standard deviations of 0: their estimate is
  infinite, so R's average over the studies is, and every row becomes NA. Here the average is over
  the rows that have an estimate; the test checks that the two rows change nothing for the others.

One row of R's is wrong: `s1/escalc/cohen1981/UCOR`, r = -0.04 with n = 12, where the hypergeometric
function it uses loses digits near 1 (2e-5 in the estimate, 2 % in the unbiased variance). That row is
left out of the comparison, and its values are checked against the power series in exact arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from metasyn.effects.compute import effect_sizes
from metasyn.effects.recipes import RECIPES
from tests.oracle.oracle_cases import Agreement, cases, column

TWO = {"mean_1": "m1i", "sd_1": "sd1i", "n_1": "n1i", "mean_2": "m2i", "sd_2": "sd2i", "n_2": "n2i"}
ONE = {"mean": "mi", "sd": "sdi", "n": "ni"}
R = {"r": "ri", "n": "ni"}
CHANGE = {"mean_1": "m1i", "sd_1": "sd1i", "mean_2": "m2i", "sd_2": "sd2i", "n": "ni", "r": "ri"}
REGRESSION = {"t": "ti", "n": "ni", "n_predictors": "mi", "r2": "r2i"}
NAMES = {
    **dict.fromkeys(("MD", "SMD", "SMDH", "SMD1", "SMD1H", "ROM", "CVR", "VR"), TWO),
    **dict.fromkeys(("MN", "MNLN", "SDLN", "CVLN"), ONE),
    **dict.fromkeys(("COR", "UCOR", "ZCOR"), R),
    **dict.fromkeys(("PCOR", "SPCOR"), REGRESSION),
    "ARAW": {"alpha": "ai", "items": "mi", "n": "ni"},
    **dict.fromkeys(("MC", "SMCC", "SMCR", "SMCRH", "ROMC", "CVRC", "VRC"), CHANGE),
}
LEFT_OUT = {"s1/escalc/poole2003/SMD/vtype=AV": "R's average is infinite, all rows are NA"}
R_IS_WRONG = {"s1/escalc/cohen1981/UCOR": 5, "s1/escalc/cohen1981/UCOR/vtype=UB": 5}
KNOWN_OPTIONS = {"vtype", "correct"}
AT_LEAST = {"open": 73, "here_only": 54}


def figures(case: dict) -> dict[str, np.ndarray]:
    """The columns that the measure needs, under their names here."""
    names = NAMES[case["measure"]]
    return {name: column(case, names[name]) for name in RECIPES[case["measure"]].columns}


def with_interval(yi: np.ndarray, vi: np.ndarray) -> dict[str, list[float | None]]:
    """What R's summary holds, None where a value is undefined."""
    with np.errstate(all="ignore"):
        sei = np.sqrt(vi)
        margin = -ndtri(0.025) * sei
        table = {
            "yi": yi,
            "vi": vi,
            "sei": sei,
            "zi": yi / sei,
            "pval": 2 * ndtr(-np.abs(yi / sei)),
            "ci.lb": yi - margin,
            "ci.ub": yi + margin,
        }
    return {name: [None if np.isnan(v) else float(v) for v in values] for name, values in table.items()}


@pytest.mark.parametrize("folder", ["open", "here_only"])
def test_means_changes_and_correlations(folder: str) -> None:
    agreement = Agreement("effect sizes: means, changes, correlations", floor=1e-14)
    left_out = 0
    for case in cases(folder, "1_effect_sizes", "escalc"):
        if case["measure"] not in NAMES:
            continue
        if case["id"] in LEFT_OUT:
            left_out += 1
            continue
        options = dict(case["options"])
        assert set(options) <= KNOWN_OPTIONS, case["id"]
        given = figures(case)
        yi, vi = RECIPES[case["measure"]].compute(*given.values(), **options)
        row = R_IS_WRONG.get(case["id"])
        if row is None:
            agreement.check(case, with_interval(yi, vi), label=case["measure"])
        else:
            rest = {**case, "expected": {k: v[:row] + v[row + 1 :] for k, v in case["expected"].items()}}
            agreement.check(rest, with_interval(np.delete(yi, row), np.delete(vi, row)), label="UCOR")
        _same_through_the_front_door(case, given, options, yi, vi)
    agreement.close(at_least=AT_LEAST[folder])
    assert left_out == (len(LEFT_OUT) if folder == "here_only" else 0)


def _same_through_the_front_door(
    case: dict, given: dict[str, np.ndarray], options: dict, yi: np.ndarray, vi: np.ndarray
) -> None:
    """`effect_sizes` gives the same numbers and leaves out, with a reason, what cannot be pooled."""
    usable = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    effects = effect_sizes(case["measure"], **given, **options)
    np.testing.assert_array_equal(effects.yi, yi[usable], err_msg=case["id"])
    np.testing.assert_array_equal(effects.vi, vi[usable], err_msg=case["id"])
    assert [e.label for e in effects.effects] == [f"Study {i + 1}" for i in np.flatnonzero(usable)]
    assert [e.label for e in effects.exclusions] == [f"Study {i + 1}" for i in np.flatnonzero(~usable)]
    assert all(exclusion.reason for exclusion in effects.exclusions)


def test_the_average_is_over_the_studies_that_have_an_estimate() -> None:
    (case,) = (c for c in cases("here_only", "1_effect_sizes", "escalc") if c["id"] in LEFT_OUT)
    given = figures(case)
    without = (given["sd_1"] > 0) | (given["sd_2"] > 0)
    assert (~without).sum() == 2
    effects = effect_sizes("SMD", vtype="AV", **given)
    alone = effect_sizes("SMD", vtype="AV", **{name: values[without] for name, values in given.items()})
    np.testing.assert_array_equal(effects.yi, alone.yi)
    np.testing.assert_array_equal(effects.vi, alone.vi)
    assert [e.reason.split(" ")[0] for e in effects.exclusions] == ["sd_1", "sd_1"]
    # The formula, from the estimates that R gives for the same table with vtype="LS".
    (plain,) = (
        c for c in cases("here_only", "1_effect_sizes", "escalc") if c["id"] == "s1/escalc/poole2003/SMD"
    )
    n_1, n_2 = given["n_1"][without], given["n_2"][without]
    g = np.array([value for value in plain["expected"]["yi"] if value is not None])
    average = ((n_1 + n_2) * g).sum() / (n_1 + n_2).sum()
    np.testing.assert_allclose(alone.vi, 1 / n_1 + 1 / n_2 + average**2 / (2 * (n_1 + n_2)), rtol=1e-12)


def test_the_row_that_r_gets_wrong() -> None:
    """Row 6 of Cohen (1981): the power series of both hypergeometric functions, in whole numbers."""
    found = 0
    for case in cases("open", "1_effect_sizes", "escalc"):
        if case["id"] not in R_IS_WRONG:
            continue
        found += 1
        row = R_IS_WRONG[case["id"]]
        r, n = Fraction(str(column(case, "ri")[row])), int(column(case, "ni")[row])
        assert (r, n) == (Fraction(-4, 100), 12)
        half = Fraction(1, 2)
        yi = float(r) * power_series(half, half, Fraction(n - 2, 2), 1 - r**2)
        spread = float(1 - r**2) * power_series(Fraction(1), Fraction(1), Fraction(n, 2), 1 - r**2)
        vi = yi**2 - 1 + (n - 3) / (n - 2) * spread if case["options"] else (1 - yi**2) ** 2 / (n - 1)
        effects = effect_sizes("UCOR", **figures(case), **case["options"])
        assert effects.yi[row] == pytest.approx(yi, rel=1e-12)
        assert effects.vi[row] == pytest.approx(vi, rel=1e-12)
        assert abs(case["expected"]["yi"][row] / yi - 1) > 1e-4
    assert found == 2


def power_series(a: Fraction, b: Fraction, c: Fraction, z: Fraction) -> float:
    """2F1 by its definition, with whole numbers scaled by 2^200, until the terms vanish."""
    scale = 1 << 200
    term = total = scale
    for k in range(200_000):
        factor = (a + k) * (b + k) / ((c + k) * (k + 1)) * z
        term = term * factor.numerator // factor.denominator
        total += term
        if term < 1 << 130:
            return total / scale
    raise AssertionError("the series has not converged")


@pytest.mark.parametrize(("folder", "at_least"), [("open", 2), ("here_only", 2)])
def test_ratios_with_their_intervals(folder: str, at_least: int) -> None:
    agreement = Agreement("hazard ratio and interval", floor=1e-14)
    for case in cases(folder, "1_effect_sizes", "hr_ci"):
        effects = effect_sizes(
            "HR",
            estimate=column(case, "hr"),
            ci_low=column(case, "ci.lb"),
            ci_high=column(case, "ci.ub"),
            ci_level=case["options"]["level"] / 100,
        )
        agreement.check(case, {"yi": effects.yi, "vi": effects.vi, "sei": np.sqrt(effects.vi)}, label="HR")
    agreement.close(at_least=at_least)
