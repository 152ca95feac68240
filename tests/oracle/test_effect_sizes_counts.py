"""Effect sizes from counts, and the ways back to proportions, against metafor's escalc (section 1)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from metasyn.effects.association import phi_coefficient, yules_q, yules_y
from metasyn.effects.freeman_tukey import (
    double_arcsine_proportion,
    freeman_tukey_rate,
    from_double_arcsine,
    from_double_arcsine_harmonic,
    harmonic_mean,
)
from metasyn.effects.odds_to_smd import smd_from_odds_logistic, smd_from_odds_normal
from metasyn.effects.proportions import (
    arcsine_proportion,
    from_arcsine,
    from_log,
    from_logit,
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
from metasyn.numerics.tails import normal_quantile
from tests.oracle.oracle_cases import Agreement, cases, column

Formula = Callable[..., tuple[np.ndarray, np.ndarray]]
TABLES = ("ai", "n1i", "ci", "n2i")
RATES = ("x1i", "t1i", "x2i", "t2i")
FORMULAS: dict[str, tuple[Formula, tuple[str, ...]]] = {
    "OR": (log_odds_ratio, TABLES),
    "RR": (log_risk_ratio, TABLES),
    "RD": (risk_difference, TABLES),
    "AS": (arcsine_risk_difference, TABLES),
    "PETO": (peto_log_odds_ratio, TABLES),
    "PHI": (phi_coefficient, TABLES),
    "YUQ": (yules_q, TABLES),
    "YUY": (yules_y, TABLES),
    "OR2DL": (smd_from_odds_logistic, TABLES),
    "OR2DN": (smd_from_odds_normal, TABLES),
    "IRR": (log_rate_ratio, RATES),
    "IRD": (rate_difference, RATES),
    "IRSD": (sqrt_rate_difference, RATES),
    "PR": (raw_proportion, ("xi", "ni")),
    "PLN": (log_proportion, ("xi", "ni")),
    "PLO": (logit_proportion, ("xi", "ni")),
    "PAS": (arcsine_proportion, ("xi", "ni")),
    "PFT": (double_arcsine_proportion, ("xi", "ni")),
    "IR": (rate, ("xi", "ti")),
    "IRLN": (log_rate, ("xi", "ti")),
    "IRS": (sqrt_rate, ("xi", "ti")),
    "IRFT": (freeman_tukey_rate, ("xi", "ti")),
}
WAYS_BACK: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "PLO": from_logit,
    "PLN": from_log,
    "PAS": from_arcsine,
}
# Measures that other tests compare: means, correlations, spread, reliability.
NOT_COUNTS = {
    "ARAW", "COR", "CVLN", "CVR", "CVRC", "MC", "MD", "MN", "MNLN", "PCOR", "ROM", "ROMC", "SDLN",
    "SMCC", "SMCR", "SMCRH", "SMD", "SMD1", "SMD1H", "SMDH", "SPCOR", "UCOR", "VR", "VRC", "ZCOR",
}  # fmt: skip
# No case is left out.
KNOWN_OPTIONS = {"add", "to", "drop00"}


def effects_of(case: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Our estimates and variances of a case, with its options."""
    formula, names = FORMULAS[case["measure"]]
    options = case["options"]
    asked: dict[str, Any] = {"zero_cells": options.get("to", "only0"), "add": options.get("add")}
    if "drop00" in options:
        asked["drop00"] = options["drop00"]
    return formula(*(column(case, name) for name in names), **asked)


def plain(values: np.ndarray) -> list[float | None]:
    """NaN as None, the way cases store R's NA."""
    return [None if math.isnan(value) else float(value) for value in values]


@pytest.mark.parametrize(("folder", "known"), [("open", 484), ("here_only", 154)])
def test_escalc(folder: str, known: int) -> None:
    agreement = Agreement(f"escalc, counts ({folder})")
    for case in cases(folder, "1_effect_sizes", "escalc"):
        if case["measure"] in NOT_COUNTS:
            continue
        assert set(case["options"]) <= KNOWN_OPTIONS, case["id"]
        yi, vi = effects_of(case)
        agreement.check(case, {"yi": plain(yi), "vi": plain(vi)}, label=case["measure"])
    agreement.close(at_least=known)


def pooled(yi: np.ndarray, vi: np.ndarray, method: str) -> dict[str, float]:
    """Common-effect or DerSimonian-Laird estimate with its normal interval, written out."""
    w = 1 / vi
    mean = np.sum(w * yi) / np.sum(w)
    if method == "DL":
        q = np.sum(w * (yi - mean) ** 2)
        tau2 = max(0.0, (q - yi.size + 1) / (np.sum(w) - np.sum(w**2) / np.sum(w)))
        w = 1 / (vi + tau2)
        mean = np.sum(w * yi) / np.sum(w)
    half = normal_quantile(0.05) / math.sqrt(np.sum(w))
    return {"pred": float(mean), "ci.lb": float(mean - half), "ci.ub": float(mean + half)}


@pytest.mark.parametrize(("folder", "known"), [("open", 22), ("here_only", 18)])
def test_back_transformations(folder: str, known: int) -> None:
    agreement = Agreement(f"back-transformations ({folder})")
    for case in cases(folder, "1_effect_sizes", "backtransf"):
        if "ni" not in case["input"]["columns"]:
            continue  # the grid, below
        yi, vi = effects_of({**case, "options": {}})
        n = column(case, "ni")
        scale = pooled(yi, vi, case["options"]["method"])
        values = np.array(list(scale.values()))
        if case["measure"] == "PFT":
            back, study = from_double_arcsine_harmonic(values, n), from_double_arcsine(yi, n)
            scale["ni.harmonic"] = harmonic_mean(n)
        else:
            back, study = WAYS_BACK[case["measure"]](values), WAYS_BACK[case["measure"]](yi)
        named = {f"bt.{name}": float(value) for name, value in zip(list(scale)[:3], back, strict=True)}
        agreement.check(case, {**scale, **named, "bt.study": plain(study)}, label=case["measure"])
    agreement.close(at_least=known)


def test_grid_of_the_double_arcsine() -> None:
    agreement = Agreement("transf.ipft grid")
    for case in cases("open", "1_effect_sizes", "backtransf"):
        if "ni" in case["options"]:
            back = from_double_arcsine(column(case, "yi"), case["options"]["ni"])
            agreement.check(case, {"bt": plain(back)})
    agreement.close(at_least=1)
