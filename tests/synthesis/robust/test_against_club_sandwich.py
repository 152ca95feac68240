"""Against clubSandwich and metafor's robust() with given variance components (club_sandwich.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.robust import RobustResult, cluster_robust
from metasyn.values import Interval, NotEstimable

CASES = json.loads(Path(__file__).with_name("club_sandwich.json").read_text(encoding="utf-8"))["cases"]
ALL = [pytest.param(case, kind, id=f"{case['name']}, {kind}") for case in CASES for kind in case["types"]]
SINGULAR = "a level per cluster"


def fitted(case: dict[str, Any], kind: str, **options: str) -> RobustResult:
    return cluster_robust(
        yi=case["yi"], working=np.array(case["working"]), clusters=case["cluster"], design=case["design"],
        variance=kind, **options,
    )  # fmt: skip


def test_the_cases_are_there() -> None:
    assert len(CASES) == 6
    assert len(ALL) == 29


@pytest.mark.parametrize(("case", "kind"), ALL)
def test_club_sandwich(case: dict[str, Any], kind: str) -> None:
    want = case["types"][kind]
    got = fitted(case, kind, df_method="satterthwaite")
    beta, se, df, p = (np.atleast_1d(x) for x in (case["beta"], want["se"], want["df"], want["p"]))
    np.testing.assert_allclose([row.estimate for row in got.coefficients], beta, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(got.covariance, np.array(want["covariance"], ndmin=2), rtol=1e-10, atol=1e-14)
    for j, row in enumerate(got.coefficients):
        if isinstance(row.se, NotEstimable):
            assert case["name"] == SINGULAR
            assert j > 0
            assert "rests on one cluster alone" in row.se.reason
            continue
        assert row.se == pytest.approx(se[j], rel=1e-10)
        assert row.df == pytest.approx(df[j], rel=1e-10)
        assert row.pvalue == pytest.approx(p[j], rel=1e-9)
    if "wald" in want:
        test = got.wald_test([got.names[j] for j in case["tested"]])
        assert test.statistic == pytest.approx(want["wald"]["F"], rel=1e-9)
        assert (test.df, test.df_residual) == (
            want["wald"]["df1"],
            pytest.approx(want["wald"]["df2"], rel=1e-9),
        )
        assert test.pvalue == pytest.approx(want["wald"]["p"], rel=1e-8)


@pytest.mark.parametrize("kind", ["CR0", "CR1p"])
@pytest.mark.parametrize(
    "case", [case for case in CASES if case["name"] != SINGULAR], ids=lambda c: c["name"]
)
def test_metafor(case: dict[str, Any], kind: str) -> None:
    """robust() with m - p degrees of freedom; `adjust=TRUE` is CR1p."""
    want = {name: np.atleast_1d(value) for name, value in case["metafor"][kind].items()}
    got = fitted(case, kind)
    for name, values in {
        "se": [row.se for row in got.coefficients],
        "t": [row.statistic for row in got.coefficients],
        "p": [row.pvalue for row in got.coefficients],
        "low": [row.ci.low for row in got.coefficients if isinstance(row.ci, Interval)],
        "high": [row.ci.high for row in got.coefficients if isinstance(row.ci, Interval)],
    }.items():
        np.testing.assert_allclose(values, want[name], rtol=1e-9, err_msg=name)
    if isinstance(got.omnibus, WaldTest):
        assert got.omnibus.statistic == pytest.approx(want["QM"][0], rel=1e-9)
        assert got.omnibus.pvalue == pytest.approx(want["QMp"][0], rel=1e-8)
    else:
        assert len(got.names) == 1
