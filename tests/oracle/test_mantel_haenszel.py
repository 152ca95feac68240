"""Mantel-Haenszel and Peto against metafor's rma.mh, rma.peto and their leave1out (section 5)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.counts import ChiSquaredTest, CountSynthesis, mantel_haenszel, peto, without_each
from metasyn.values import NotEstimable
from tests.oracle.oracle_cases import Agreement, cases, column

# No case is left out. The loader leaves out `reliability: "low"`: of these kinds only
# s5/mh/smoking/IRD/correct, where R's integers overflow; test_where_the_integers_of_r_overflow has it.
TABLES = {"ai": "events_1", "n1i": "n_1", "ci": "events_2", "n2i": "n_2"}
RATES = {"x1i": "events_1", "t1i": "time_1", "x2i": "events_2", "t2i": "time_2"}


def given(case: Mapping[str, Any]) -> dict[str, Any]:
    """The input columns of a case under our names."""
    names = RATES if "x1i" in case["input"]["columns"] else TABLES
    return {ours: column(case, theirs) for theirs, ours in names.items()}


def pooled(case: Mapping[str, Any]) -> CountSynthesis:
    """Our synthesis of a case, with its options."""
    options = case["options"]
    asked: dict[str, Any] = {"measure": case["measure"], "correct": options["correct"]}
    if "add" in options:
        # add = c(1/2, 1/2), to = c("only0", "only0"), drop00 = FALSE: the tables that are pooled, too.
        asked |= {"add": 0.5, "drop00": False, "pool_zero_cells": "only0", "pool_add": options["add"]}
    return mantel_haenszel(**given(case), **asked)


def facts(result: CountSynthesis) -> dict[str, float | None]:
    """Our result under metafor's names, I2 in percent."""
    q = result.heterogeneity
    return {
        "k": result.k,
        "beta": result.estimate,
        "se": result.se,
        "zval": result.statistic,
        "pval": result.pvalue,
        "ci.lb": result.ci.low,
        "ci.ub": result.ci.high,
        "QE": q.statistic if isinstance(q, ChiSquaredTest) else None,
        "QEp": q.pvalue if isinstance(q, ChiSquaredTest) else None,
        "I2": 100 * result.I2 if isinstance(result.I2, float) else None,
        "H2": result.H2 if isinstance(result.H2, float) else None,
        "k.yi": result.k_effects,
    }


def chi_squares(result: CountSynthesis, names: Mapping[str, str]) -> dict[str, float | None]:
    """Chi-square statistics and p values under metafor's names."""
    values: dict[str, float | None] = {}
    for name, field in names.items():
        test = getattr(result, field)
        values[name] = None if isinstance(test, NotEstimable) else test.statistic
        values[f"{name}p"] = None if isinstance(test, NotEstimable) else test.pvalue
    return values


@pytest.mark.parametrize(("folder", "known"), [("open", 133), ("here_only", 40)])
def test_mantel_haenszel(folder: str, known: int) -> None:
    agreement = Agreement(f"rma.mh ({folder})")
    for case in cases(folder, "5_mh_peto_glmm_mv", "mh"):
        result = pooled(case)
        values = facts(result)
        if case["measure"] == "OR":
            values |= chi_squares(
                result, {"MH": "association", "CO": "cochran", "BD": "breslow_day", "TA": "tarone"}
            )
            values["k.pos"] = result.k_informative
        if case["measure"] == "IRR":
            values |= chi_squares(result, {"MH": "association"})
        assert set(values) == set(case["expected"]), case["id"]
        agreement.check(case, values, label=case["measure"])
    agreement.close(at_least=known)


@pytest.mark.parametrize(("folder", "known"), [("open", 26), ("here_only", 7)])
def test_peto(folder: str, known: int) -> None:
    agreement = Agreement(f"rma.peto ({folder})")
    for case in cases(folder, "5_mh_peto_glmm_mv", "peto"):
        result = peto(**given(case))
        values = facts(result) | {"k.pos": result.k_informative}
        assert set(values) == set(case["expected"]), case["id"]
        agreement.check(case, values, label="PETO")
    agreement.close(at_least=known)


def test_published() -> None:
    """Stata's metan on the BCG trials (section 7): the printed numbers, and the same at full precision."""
    agreement = Agreement("metan, Mantel-Haenszel and Peto")
    for case in cases("open", "7_published", "metan_bcg"):
        if case["options"]["method"] not in ("MH", "Peto"):
            continue  # inverse variance: compared with the other published examples
        a, b, c, d = (column(case, name) for name in ("ai", "bi", "ci", "di"))
        counts = {"events_1": a, "n_1": a + b, "events_2": c, "n_2": c + d}
        result = (
            peto(**counts)
            if case["measure"] == "PETO"
            else mantel_haenszel(**counts, measure=case["measure"])
        )
        values = {name: value for name, value in facts(result).items() if name not in ("k", "k.yi")}
        for name, printed in case["expected"].items():
            assert round(values[name], 4) == pytest.approx(printed, abs=1e-12), (case["id"], name)
        agreement.check({**case, "expected": case["expected_full"]}, values)
    agreement.close(at_least=4)


LEFT_ONE_OUT = {
    "estimate": "beta", "se": "se", "zval": "zval", "pval": "pval", "ci.lb": "ci.lb", "ci.ub": "ci.ub",
    "Q": "QE", "Qp": "QEp", "I2": "I2", "H2": "H2",
}  # fmt: skip


@pytest.mark.parametrize(("folder", "known"), [("open", 6), ("here_only", 2)])
def test_leave_one_out(folder: str, known: int) -> None:
    agreement = Agreement(f"leave1out of rma.mh and rma.peto ({folder})")
    for case in cases(folder, "5_mh_peto_glmm_mv", "leave1out"):
        counts = given(case)
        result = peto(**counts) if case["options"]["method"] == "rma.peto" else mantel_haenszel(**counts)
        others = [facts(other) for other in without_each(result) if isinstance(other, CountSynthesis)]
        values = {name: [other[ours] for other in others] for name, ours in LEFT_ONE_OUT.items()}
        assert set(values) == set(case["expected"]), case["id"]
        agreement.check(case, values, label=case["options"]["method"])
    agreement.close(at_least=known)


def test_where_the_integers_of_r_overflow() -> None:
    """Rate difference of large person-times: R gives NA; the formula in exact fractions is the reference."""
    from fractions import Fraction

    events = ([3100, 7900, 15001], [270, 410, 4803])
    times = ([200_003, 510_017, 1_100_021], [50_021, 45_007, 260_003])
    result = mantel_haenszel(
        measure="IRD", events_1=events[0], time_1=times[0], events_2=events[1], time_2=times[1]
    )
    rows = [tuple(map(Fraction, row)) for row in zip(events[0], times[0], events[1], times[1], strict=True)]
    total = sum(t1 * t2 / (t1 + t2) for _, t1, _, t2 in rows)
    estimate = sum((x1 * t2 - x2 * t1) / (t1 + t2) for x1, t1, x2, t2 in rows) / total
    variance = (
        sum((t1 * t2 / (t1 + t2)) ** 2 * (x1 / t1**2 + x2 / t2**2) for x1, t1, x2, t2 in rows) / total**2
    )
    assert result.estimate == pytest.approx(float(estimate), rel=1e-13)
    assert result.se == pytest.approx(math.sqrt(variance), rel=1e-13)
    small = mantel_haenszel(
        measure="IRD",
        events_1=np.array(events[0], dtype=np.int32),
        time_1=np.array(times[0], dtype=np.int32),
        events_2=np.array(events[1], dtype=np.int32),
        time_2=np.array(times[1], dtype=np.int32),
    )
    assert small.estimate == result.estimate
