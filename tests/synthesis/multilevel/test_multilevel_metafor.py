"""Multilevel models against rma.mv() of metafor 3.8-1 (metafor_mv.R made metafor_mv.json).

metafor's search stops where the log-likelihood no longer changes in double precision, so its variances have
6 to 8 digits; how near ours are to the maximum is tested in test_multilevel_likelihood.py. `held` are the
same models with given variances, where no search is involved.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.multilevel import MultilevelResult, OutcomeVariation, pool_multilevel, random_effects
from metasyn.values import Interval, NotEstimable
from tests.synthesis.multilevel.dense_mixed import dense_log_likelihood, marginal, structured

HALF_CHI2 = 1.920729410347062
REFERENCE = json.loads((Path(__file__).parent / "metafor_mv.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in REFERENCE["cases"]}


def columns(case: dict[str, Any]) -> dict[str, Any]:
    return REFERENCE["data"][case["dataset"]]["columns"]


def matrix(case: dict[str, Any]) -> np.ndarray:
    given = REFERENCE["data"][case["dataset"]].get("V")
    return np.array(given) if isinstance(given, list) else np.diag(columns(case)["vi"])


def request(case: dict[str, Any]) -> dict[str, Any]:
    """Our arguments for a case."""
    table, asked = columns(case), dict(case["model"])
    asked["levels"] = {name: table[name] for name in np.atleast_1d(asked.get("levels", [])).tolist()}
    for name in ("outcomes", "within"):
        if name in asked:
            asked[name] = table[asked[name]]
    if "X" in asked:
        names = sorted({str(value) for value in table[asked["X"]]})
        asked["X"] = np.array([[float(str(value) == name) for name in names] for value in table[asked["X"]]])
        asked["names"] = names
    if "formula" in asked:
        asked["data"] = table
    return {"yi": table["yi"], "sampling": matrix(case), **asked}


@cache
def fitted(name: str, *, intervals: bool = False) -> MultilevelResult:
    variance_ci = "profile-likelihood" if intervals else "none"
    return pool_multilevel(**request(CASES[name]), variance_ci=variance_ci)


def in_order(result: MultilevelResult) -> list[int]:
    """Outcomes as R's factor has them: sorted."""
    assert isinstance(result.outcomes, OutcomeVariation)
    names = list(result.outcomes.outcomes)
    return [names.index(name) for name in sorted(names)]


def spread(result: MultilevelResult) -> dict[str, Any]:
    """Our variances under metafor's names and in its order."""
    found: dict[str, Any] = {"sigma2": [one.variance for one in result.components]}
    between = result.outcomes
    if isinstance(between, OutcomeVariation):
        order = [0] if between.structure == "CS" else in_order(result)
        found["tau2"] = [between.variances[i].variance for i in order]
        if between.structure == "UN":
            G = between.covariance[np.ix_(in_order(result), in_order(result))]
            R = G / np.sqrt(np.outer(np.diag(G), np.diag(G)))
            found["rho"] = R.T[np.triu_indices(len(R), 1)]
        else:
            found["rho"] = [between.correlations[0].rho]
    return {name: value for name, value in found.items() if len(value)}


@pytest.mark.parametrize("name", CASES)
def test_estimates(name: str) -> None:
    case, result, rel = CASES[name], fitted(name), 2e-6
    assert result.coefficients == pytest.approx(np.atleast_1d(case["beta"]), rel=rel, abs=rel / 10)
    assert [row.se for row in result.table] == pytest.approx(np.atleast_1d(case["se"]), rel=rel)
    assert [row.statistic for row in result.table] == pytest.approx(np.atleast_1d(case["zval"]), rel=2 * rel)
    assert [row.pvalue for row in result.table] == pytest.approx(np.atleast_1d(case["pval"]), rel=50 * rel)
    assert [row.ci.low for row in result.table] == pytest.approx(
        np.atleast_1d(case["ci.lb"]), rel=rel, abs=rel
    )
    assert [row.ci.high for row in result.table] == pytest.approx(
        np.atleast_1d(case["ci.ub"]), rel=rel, abs=rel
    )


@pytest.mark.parametrize("name", CASES)
def test_variances(name: str) -> None:
    case = CASES[name]
    rel = 1e-5 if name == "berkey1998/UN/ML" else 3e-6  # HCS, the same model, agrees to 1e-8
    for key, have in spread(fitted(name)).items():
        assert have == pytest.approx(np.atleast_1d(case[key]), rel=rel, abs=1e-9), key


@pytest.mark.parametrize("name", CASES)
def test_likelihood_and_tests(name: str) -> None:
    case, result = CASES[name], fitted(name)
    # With a correlation of 1 metafor stops up to 8e-10 short of the maximum.
    assert result.log_likelihood == pytest.approx(case["logLik"], abs=1e-9)
    for key, have in (("AIC", result.aic), ("BIC", result.bic), ("AICc", result.aicc)):
        assert have == pytest.approx(case[key], abs=1e-8), key
    assert result.QE.statistic == pytest.approx(case["QE"], rel=1e-12)
    assert result.QE.pvalue == pytest.approx(case["QEp"], rel=1e-10)
    assert result.typical_variance == pytest.approx(case["typical"], rel=1e-10)
    if isinstance(result.omnibus, WaldTest):
        assert result.omnibus.statistic == pytest.approx(case["QM"], rel=4e-6)
        assert result.omnibus.pvalue == pytest.approx(case["QMp"], rel=1e-3)
    if result.spec.ci_method == "t":
        assert [row.df for row in result.table] == np.atleast_1d(case["ddf"]).tolist()


def test_containment_differs_from_residual() -> None:
    """A moderator of the outer groups has fewer degrees of freedom than one of the effects."""
    assert [row.df for row in fitted("deep/x/contain").table] == [5, 21, 147]
    assert [row.df for row in fitted("deep/x/residual").table] == [147, 147, 147]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "confint" in case])
def test_profile_intervals(name: str) -> None:
    """Where confint() found a bound. It did not where rma.mv() failed for a value that was held.

    Its upper bound of rho of berkey1998/UN comes from such a failure; that profile is the next test.
    """
    case, result = CASES[name], fitted(name, intervals=True)
    ours: list[Any] = [one.ci for one in result.components]
    between = result.outcomes
    if isinstance(between, OutcomeVariation):
        order = [0] if between.structure == "CS" else in_order(result)
        ours += [between.variances[i].ci for i in order]
        pairs = {tuple(sorted(pair.outcomes)): pair for pair in between.correlations}
        ours += [pairs[key].ci for key in sorted(pairs)]
    theirs = list(case["confint"].values())
    assert len(ours) == len(theirs)
    checked = 0
    for i, (have, want) in enumerate(zip(ours, theirs, strict=True)):
        assert isinstance(have, Interval)
        for side, bound in ((have.low, want[1]), (have.high, want[2])):
            if bound is None or (name == "berkey1998/UN/REML" and i == 2):  # see the next test
                continue
            checked += 1
            assert side == pytest.approx(bound, rel=2e-4, abs=1e-4 * abs(want[0])), (i, want)
    assert checked >= 2 * len(ours) - 3 or name == "berkey1998/UN/REML"


def test_a_profile_that_confint_loses() -> None:
    """berkey1998/UN: rma.mv with rho held. At rho = 1 the likelihood has fallen by 0.79: the bound is 1."""
    case, result = CASES["berkey1998/UN/REML"], fitted("berkey1998/UN/REML", intervals=True)
    falls = {at["rho"]: at["fall"] for at in case["profile"]}
    assert max(falls[0.5], falls[0.95], falls[1]) < HALF_CHI2 < falls[-0.6]
    assert isinstance(result.outcomes, OutcomeVariation)
    bound = result.outcomes.correlations[0].ci
    assert isinstance(bound, Interval)
    assert bound.high == 1
    assert -0.6 < bound.low == pytest.approx(CASES["berkey1998/HCS/REML"]["confint"]["3"][1], abs=1e-6)
    asked = request(case)
    order = list(result.outcomes.outcomes)
    for held, fall in falls.items():

        def lost(sd: np.ndarray, held: float = held) -> float:
            G = structured("CS", np.ones(1), np.array([held]), 2) * np.outer(sd, sd)
            M = marginal(asked["sampling"], {}, [], asked["outcomes"], asked["within"], G, order)
            return -dense_log_likelihood(np.array(asked["yi"]), result.design, M, restricted=True)

        best = min(minimize(lost, start, method="BFGS").fun for start in ([0.2, 0.1], [0.1, 0.2]))
        assert result.log_likelihood + best == pytest.approx(fall, abs=1e-7)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "ranef" in case])
def test_random_effects(name: str) -> None:
    result = fitted(name)
    found = [random_effects(result, level.name) for level in result.levels]
    if not isinstance(result.outcomes, NotEstimable):
        found.append(random_effects(result))
    for have, want in zip(found, CASES[name]["ranef"], strict=True):
        ours = {
            f"{one.outcome} | {one.group}" if one.outcome else one.group.replace(" / ", "/"): one
            for one in have
        }
        for i, group in enumerate(want["group"]):
            if group not in ours:  # metafor adds outcomes that a study does not report
                assert have[0].outcome
                continue
            assert ours[group].estimate == pytest.approx(want["intrcpt"][i], rel=1e-5, abs=2e-6)
            assert ours[group].se == pytest.approx(want["se"][i], rel=1e-5)
        assert set(ours) <= set(want["group"])


@pytest.mark.parametrize("name", CASES)
def test_the_brute_force_is_that_of_metafor(name: str) -> None:
    """dense_mixed.py, on which the other tests rest, at variances that metafor was given."""
    asked, held = request(CASES[name]), CASES[name]["held"]
    order = sorted(set(asked["outcomes"])) if "outcomes" in asked else []
    G = None
    if order:
        G = structured(
            asked["structure"], np.atleast_1d(held["tau2"]), np.atleast_1d(held["rho"]), len(order)
        )
    sigma2 = np.atleast_1d(held["sigma2"]).tolist() if asked["levels"] else []
    M = marginal(
        asked["sampling"], asked["levels"], sigma2, asked.get("outcomes"), asked.get("within"), G, order
    )
    X = fitted(name).design
    value = dense_log_likelihood(
        np.array(asked["yi"]), X, M, restricted=asked.get("method", "REML") == "REML"
    )
    assert math.isclose(value, held["logLik"], abs_tol=1e-8)
    W = np.linalg.inv(M)
    b = np.linalg.solve(X.T @ W @ X, X.T @ W @ np.array(asked["yi"]))
    assert b == pytest.approx(np.atleast_1d(held["beta"]), rel=1e-6, abs=1e-9)
