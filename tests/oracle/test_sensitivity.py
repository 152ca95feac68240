"""Leave-one-out, cumulative, influence, residuals, BLUPs, Baujat, radial, GOSH: metafor, section 4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from equations import RESIDUE, estimating_equation
from oracle_cases import Agreement, cases, column

from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import (
    PooledTable,
    baujat,
    blup,
    cumulative,
    gosh,
    influence,
    leave_one_out,
    leave_one_out_table,
    radial,
    residuals,
)

Case = dict[str, Any]

# metafor's REML stops when tau2 changes by less than 1e-12, and tau2 is 7.0e-5 here (effects 1-9).
STOPPED_EARLY = {("cumul/hackshaw1998_lnOR/method=REML/order=given", "I2"): 1e-7}


def whole(case: Case) -> SynthesisResult:
    options = case["options"]
    common = options["method"] == "EE"
    return pool(
        yi=column(case, "yi"),
        vi=column(case, "vi"),
        model="common-effect" if common else "random-effects",
        tau2_method="REML" if common else options["method"],
        ci_method="hartung-knapp" if options.get("test") == "knha" else "wald",
    )


def figures(table: PooledTable, case: Case) -> dict[str, list[Any]]:
    """metafor's columns; for one effect metafor prints Q, I2 and tau2 as 0, which is a convention."""
    statistic = "tval" if "tval" in case["expected"] else "zval"
    names = {
        "estimate": "estimate", "se": "se", statistic: "statistic", "pval": "pvalue", "ci.lb": "ci_low",
        "ci.ub": "ci_high", "Q": "Q", "Qp": "Q_pvalue", "tau2": "tau2", "I2": "I2", "H2": "H2",
    }  # fmt: skip
    single = {"Q": 0.0, "Q_pvalue": 1.0, "tau2": 0.0, "I2": 0.0, "H2": 1.0}
    rows = [row.to_dict() | (single if row.k == 1 else {}) for row in table.rows]
    # tau2 is left out of the common-effect cases of these two kinds.
    got = {
        theirs: [row[ours] for row in rows] for theirs, ours in names.items() if theirs in case["expected"]
    }
    return got | {"I2": [100 * value for value in got["I2"]]}


def left_out(case: Case) -> dict[str, Any]:
    result = whole(case)
    return figures(leave_one_out_table(leave_one_out(result.effects, result.request)), case)


def accumulated(case: Case) -> dict[str, Any]:
    result = whole(case)
    order = case["options"]["order"]
    if order == "precision":
        order = by_precision(case)
    return figures(cumulative(result.effects, order=order, spec=result.request).table(), case)


def by_precision(case: Case) -> list[float]:
    """The key that the cases named "by vi ascending" were made with: order(vi), not vi.

    metafor sorts by whatever is given as order= and warns that order() there is probably a mistake.
    Entering by precision itself is tested in tests/synthesis/sensitivity/test_cumulative.py.
    """
    ranks = column(case, "order_rank")
    assert np.array_equal(ranks, np.argsort(np.argsort(column(case, "vi"), kind="stable")) + 1)
    return (np.argsort(ranks) + 1.0).tolist()


def influential(case: Case) -> dict[str, Any]:
    found = influence(whole(case))
    return {
        "rstudent": found.rstudent,
        "dffits": found.dffits,
        "cook.d": found.cooks_distance,
        "cov.r": found.covariance_ratio,
        "tau2.del": found.tau2_deleted,
        "QE.del": found.Q_deleted,
        "hat": found.hat,
        "weight": 100 * found.weight,
        "dfbs": found.dfbetas,
        "inf": found.influential.tolist(),
    }


def residual(case: Case) -> dict[str, Any]:
    found = residuals(whole(case))
    return {
        "resid": found.raw,
        "rstandard.se": found.se,
        "rstandard": found.standardised,
        "pearson": found.pearson,
        "fitted": found.fitted,
        "weights": 100 * found.weight,
        "hat": found.hat,
        "rstudent.resid": found.deleted,
        "rstudent.se": found.deleted_se,
        "rstudent": found.studentised,
    }


def predicted(case: Case) -> dict[str, Any]:
    found = blup(whole(case))
    return {
        "blup.pred": found.estimate,
        "blup.se": found.se,
        "blup.pi.lb": found.pi_low,
        "blup.pi.ub": found.pi_high,
        "ranef.pred": found.random_effect,
        "ranef.se": found.random_effect_se,
        "ranef.pi.lb": found.random_effect_low,
        "ranef.pi.ub": found.random_effect_high,
    }


def on_radii(case: Case) -> dict[str, Any]:
    found = radial(whole(case))
    return {"x": found.x, "y": found.y, "slope": found.slope}


def on_baujats_plane(case: Case) -> dict[str, Any]:
    found = baujat(whole(case))
    return {"x": found.contribution, "y": found.influence}


def all_subsets(case: Case) -> dict[str, Any]:
    found = gosh(whole(case))
    places = 2 ** np.arange(found.present.shape[1])
    return {
        "n.subsets": found.n_subsets,
        "mask": found.present @ places,
        "k": found.k,
        "QE": found.Q,
        "I2": 100 * found.I2,
        "H2": found.H2,
        "tau2": found.tau2,
        "estimate": found.estimate,
    }


KINDS: Mapping[str, tuple[Callable[[Case], dict[str, Any]], int, int]] = {
    "leave1out": (left_out, 80, 24),
    "cumul": (accumulated, 120, 36),
    "influence": (influential, 60, 18),
    "residuals": (residual, 60, 18),
    "blup": (predicted, 40, 12),
    "radial": (on_radii, 40, 12),
    "baujat": (on_baujats_plane, 40, 12),
    "gosh": (all_subsets, 4, 4),
}


def members(case: Case, kind: str) -> list[np.ndarray]:
    """Which effects are in each fit of a case."""
    everyone = np.arange(column(case, "yi").size)
    if kind == "cumul":
        # The key is a permutation, see by_precision; effect i enters at place key[i].
        given = case["options"]["order"] == "given"
        entering = everyone if given else np.argsort(by_precision(case))
        return [entering[: n + 1] for n in everyone]
    if kind == "gosh":
        return [everyone[(mask >> everyone) & 1 == 1] for mask in case["expected"]["mask"]]
    if kind in ("leave1out", "influence"):
        return [np.delete(everyone, i) for i in everyone]
    return [everyone]


def reml_equation(case: Case, places: np.ndarray, t: float) -> float:
    """The score over its trace; positive below the solution, negative above."""
    yi, vi = column(case, "yi")[places], column(case, "vi")[places]
    value = estimating_equation(yi, vi, np.ones((places.size, 1)), "REML", t)
    assert value is not None
    return value


def at_zero_exactly(case: Case, tau2: list[float], fits: list[np.ndarray]) -> Case:
    """The case with I2 and the random effects 0, where tau2 is: metafor leaves about 1e-13 there.

    Only where ours is 0, the score at 0 is negative and metafor's is no more than such a residue.
    """
    expected = dict(case["expected"])
    zero = [
        ours == 0 and (places.size == 1 or reml_equation(case, places, 0.0) <= 0)
        for ours, places in zip(tau2, fits, strict=True)
    ]
    if "I2" in expected:
        theirs = expected["tau2"]
        expected["I2"] = [
            0.0 if flag and t < RESIDUE else value
            for flag, t, value in zip(zero, theirs, expected["I2"], strict=True)
        ]
    elif "ranef.se" in expected and zero[0]:
        # Standard errors are sqrt(tau2) here.
        residues = [name for name in expected if name.startswith("ranef.") and name != "ranef.pred"]
        assert all(abs(value) < 2 * RESIDUE**0.5 for name in residues for value in expected[name])
        expected |= {name: [0.0] * len(expected[name]) for name in residues}
    return {**case, "expected": expected}


@pytest.mark.parametrize("folder", ["open", "here_only"])
@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_metafor(folder: str, kind: str) -> None:
    compute, n_open, n_here_only = KINDS[kind]
    agreement = Agreement(f"{kind} ({folder})", loose=STOPPED_EARLY)
    for case in cases(folder, "4_diagnostics", kind):
        got = compute(case)
        if case["options"]["method"] == "REML":
            found = whole(case).heterogeneity
            tau2 = list(got.get("tau2", got.get("tau2.del", [found.tau2.value])))
            fits = members(case, kind)
            for t, places in zip(tau2, fits, strict=True):
                if t > 0:
                    assert abs(reml_equation(case, places, t)) < 1e-10, (case["id"], places)
            case = at_zero_exactly(case, tau2, fits)
        agreement.check(case, got, label=case["options"]["method"])
    agreement.close(at_least=n_open if folder == "open" else n_here_only)
