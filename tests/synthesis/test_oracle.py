"""Thousands of metafor cases kept beside the project, each with its own tolerance; skipped where absent."""

from __future__ import annotations

import gzip
import importlib.util
import json
import math
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError
from metasyn.numerics.additive import prepare
from metasyn.numerics.tails import chi2_upper_p, two_sided_p, two_sided_quantile
from metasyn.numerics.wls import weighted_least_squares
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.heterogeneity import heterogeneity, q_profile
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.tau2 import estimate_tau2
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Tau2Method, choices

ORACLE = Path(__file__).parents[3] / "shared" / "oracle"
FOLDERS = ("open", "here_only")
CI_METHODS = {"z": "wald", "knha": "hartung-knapp", "adhoc": "hartung-knapp-adhoc", "t": "t"}

# Identical effects have a Hartung-Knapp standard error of zero: metafor prints an infinite statistic
# with p = 0, here both are not estimable, with the reason.
NO_TEST = "edge_open_identical"
# tau2 is about 1e-9 and metafor's threshold an absolute 1e-12: its REML is right to 5 digits only.
COARSE = "lungcancer_IR/REML"

pytestmark = pytest.mark.skipif(
    not ORACLE.is_dir(), reason="the reference cases beside the project are absent"
)


@pytest.fixture(scope="module")
def compare() -> Any:
    spec = importlib.util.spec_from_file_location("load_cases", ORACLE / "load_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.compare


def cases(folder: str, section: str) -> Iterator[dict[str, Any]]:
    with gzip.open(ORACLE / folder / f"{section}.json.gz", "rt", encoding="utf-8") as file:
        for case in json.load(file):
            if case.get("reliability") != "low":
                yield case


def arrays(case: dict[str, Any]) -> tuple[Any, Any, Any]:
    columns = case["input"].get("columns", case["input"])
    yi, vi = (np.array([float(x) for x in columns[name]]) for name in ("yi", "vi"))
    design = [np.array(columns[name], dtype=float) for name in columns if name.startswith("X.")]
    return yi, vi, np.column_stack(design) if design else None


def known(case: dict[str, Any]) -> bool:
    """Only methods and tests that exist here, without user-defined weights."""
    options = case["options"]
    if "weights" in case["input"].get("columns", case["input"]) or not options.get("weighted", True):
        return False
    methods = (*choices(Tau2Method), "EE", "FE")
    return options["method"] in methods and options.get("test", "z") in CI_METHODS


def percent_to_proportion(case: dict[str, Any]) -> dict[str, Any]:
    """metafor's I2 is in percent."""
    expected = {
        key: value / 100 if key.startswith("I2") and value is not None else value
        for key, value in case["expected"].items()
    }
    return {**case, "expected": expected}


def pooled(case: dict[str, Any]) -> SynthesisResult:
    yi, vi, _ = arrays(case)
    options = case["options"]
    common = options["method"] in ("EE", "FE")
    test = options.get("test", "z")
    return pool(
        yi=yi,
        vi=vi,
        model="common-effect" if common else "random-effects",
        tau2_method="REML" if common else options["method"],
        ci_method=CI_METHODS[test],  # type: ignore[arg-type]
        pi_method="normal" if test == "z" else "t(k-1)" if test == "t" else "hartung-knapp",
        level=options["level"] / 100,
    )


def as_metafor(result: SynthesisResult) -> dict[str, Any]:
    got: dict[str, Any] = {
        "k": result.k,
        "beta": result.estimate,
        "se": result.se,
        "zval": None if isinstance(result.statistic, NotEstimable) else result.statistic,
        "pval": None if isinstance(result.pvalue, NotEstimable) else result.pvalue,
    }
    if isinstance(result.ci, Interval):
        got |= {"ci.lb": result.ci.low, "ci.ub": result.ci.high}
    if isinstance(result.pi, Interval):
        got |= {"pi.lb": result.pi.low, "pi.ub": result.pi.high}
    found = result.heterogeneity
    if isinstance(found, Heterogeneity):
        tau2 = found.tau2.value
        got |= {"tau2": tau2, "tau": math.sqrt(tau2), "I2": found.I2, "H2": found.H2}
        got |= {"QE": found.Q, "QE.df": found.df, "QEp": found.pvalue}
    return got


def assert_closer_to_the_maximum(case: dict[str, Any], result: SynthesisResult) -> None:
    """The REML score equation, written out, holds better here than at the stored value."""
    yi, vi, _ = arrays(case)

    def score(tau2: float) -> float:
        w = 1 / (vi + tau2)
        return float((w**2 * (yi - np.average(yi, weights=w)) ** 2).sum() - w.sum() + (w**2).sum() / w.sum())

    assert isinstance(result.heterogeneity, Heterogeneity)
    assert abs(score(result.heterogeneity.tau2.value)) < 1e-6 * abs(score(case["expected"]["tau2"]))


def report(problems: list[str], checked: int, at_least: int) -> None:
    assert checked >= at_least, f"only {checked} cases were checked"
    assert not problems, f"{len(problems)} of {checked} cases differ:\n" + "\n".join(problems[:20])


@pytest.mark.parametrize("folder", FOLDERS)
def test_pooling(folder: str, compare: Any) -> None:
    problems, checked = [], 0
    for case in cases(folder, "2_univariate"):
        single = len(arrays(case)[0]) == 1
        if not known(case) or (single and case["options"]["test"] != "z"):
            continue
        checked += 1
        result = pooled(case)
        if COARSE in case["id"]:
            assert_closer_to_the_maximum(case, result)
            continue
        got = as_metafor(result)
        if NO_TEST in case["id"] and result.ci_method == "hartung-knapp":
            assert got.pop("zval") is None
            assert got.pop("pval") is None
        problems += [f"{case['id']}: {p}" for p in compare(percent_to_proportion(case), got)]
    report(problems, checked, 800)


@pytest.mark.parametrize("folder", FOLDERS)
def test_q_profile(folder: str, compare: Any) -> None:
    problems, checked = [], 0
    for case in cases(folder, "3_confint_metareg"):
        if case["options"].get("type") != "QP" or not known(case):
            continue
        checked += 1
        yi, vi, X = arrays(case)
        got = confidence_limits(yi, vi, X, case["options"])
        problems += [f"{case['id']}: {p}" for p in compare(percent_to_proportion(case), got)]
    report(problems, checked, 50)


def confidence_limits(yi: Any, vi: Any, X: Any, options: dict[str, Any]) -> dict[str, Any]:
    level = options["level"] / 100
    solution = estimate_tau2(yi, vi, X=X, method=options["method"])
    found, empty = heterogeneity(prepare(yi, vi, X), solution, method=options["method"], level=level)
    profile = q_profile(yi, vi, X=X, level=level)
    assert profile.interval == found.tau2.ci
    assert profile.empty == empty
    assert isinstance(found.I2_ci, Interval)
    assert isinstance(found.H2_ci, Interval)
    return {
        "tau2": solution.value,
        "tau2.lb": profile.interval.low,
        "tau2.ub": profile.interval.high,
        "I2": found.I2,
        "I2.lb": found.I2_ci.low,
        "I2.ub": found.I2_ci.high,
        "H2": found.H2,
        "H2.lb": found.H2_ci.low,
        "H2.ub": found.H2_ci.high,
    }


@pytest.mark.parametrize(("folder", "at_least"), [("open", 600), ("here_only", 30)])
def test_general_design(folder: str, at_least: int, compare: Any) -> None:
    """Estimators of tau2 and weighted least squares with moderators."""
    problems, checked = [], 0
    for case in cases(folder, "3_confint_metareg"):
        if "/metareg/" not in case["id"] or not known(case):
            continue
        checked += 1
        got = regression(*arrays(case), case["options"])
        problems += [f"{case['id']}: {p}" for p in compare(percent_to_proportion(case), got)]
    report(problems, checked, at_least)


def regression(yi: Any, vi: Any, X: Any, options: dict[str, Any]) -> dict[str, Any]:
    common = options["method"] in ("EE", "FE")
    solution = None if common else estimate_tau2(yi, vi, X=X, method=options["method"])
    tau2 = solution.value if solution else 0.0
    fit = weighted_least_squares(X, yi, 1 / (vi + tau2))
    k, p = X.shape
    s2 = fit.rss / (k - p) if options["test"] == "knha" else 1.0
    df = math.inf if options["test"] == "z" else k - p
    se = np.sqrt(s2 * np.diag(fit.unscaled_covariance))
    half = two_sided_quantile(0.05, df) * se
    Q = weighted_least_squares(X, yi, 1 / vi).rss
    got = {
        "beta": fit.coefficients.tolist(),
        "se": se.tolist(),
        "pval": [two_sided_p(float(z), df) for z in fit.coefficients / se],
        "ci.lb": (fit.coefficients - half).tolist(),
        "ci.ub": (fit.coefficients + half).tolist(),
        "tau2": tau2,
        "QE": Q,
        "QEp": chi2_upper_p(Q, k - p),
    }
    if solution:
        found, _ = heterogeneity(prepare(yi, vi, X), solution, method=options["method"], level=0.95)
        got |= {"I2": found.I2, "H2": found.H2}
    return got


def test_too_few_for_a_design() -> None:
    yi, vi = np.array([0.1, 0.4]), np.array([0.1, 0.2])
    with pytest.raises(NotEstimableError, match="one effect more"):
        estimate_tau2(yi, vi, X=np.eye(2))
