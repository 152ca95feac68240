"""Three-level models against metafor's rma.mv (section 5; robust variances are tested elsewhere).

All ten cases are compared with every field but `tau2` and `rho`, which metafor stores as 0 for models that do
not have them, at 1e-6 (the cases' own tolerance is 1e-4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.multilevel import MultilevelResult, pool_multilevel
from metasyn.values import Interval
from tests.oracle.oracle_cases import Agreement, cases, column, number

SECTION = "5_mh_peto_glmm_mv"
INNER = {"assink2016": "esid", "bornmann2007": "obs", "knapp2017": "id"}


def sampling_of(case: Mapping[str, Any]) -> np.ndarray:
    """Independent errors, or one correlation within studies, as the name of the data set says (`_V0.6`)."""
    vi, study = column(case, "vi"), np.array(case["input"]["columns"]["study"])
    name = case["id"].split("/")[2]
    rho = float(name.split("_V")[1]) if "_V" in name else 0.0
    tied = rho * (study[:, None] == study)
    tied[np.diag_indices(vi.size)] = 1.0
    return tied * np.sqrt(np.outer(vi, vi))


def fitted(case: Mapping[str, Any]) -> MultilevelResult:
    table = {name: [number(v) for v in values] for name, values in case["input"]["columns"].items()}
    options, inner = case["options"], INNER[case["id"].split("/")[2].split("_")[0]]
    t = options["test"] == "t"
    return pool_multilevel(
        yi=column(case, "yi"),
        sampling=sampling_of(case),
        levels={"study": table["study"], "effect": table[inner]},
        formula=options.get("mods"),
        data=table if "mods" in options else None,
        method=options["method"],
        ci_method="t" if t else "wald",
        df_method="residual" if t else None,
    )


def facts(result: MultilevelResult, case: Mapping[str, Any]) -> dict[str, Any]:
    """Our result under metafor's names."""
    columns = [name.replace("Intercept", "intrcpt").replace("[T.", "").rstrip("]") for name in result.names]
    order = [columns.index(name) for name in case["expected"]["coef_names"]]
    rows = [result.table[i] for i in order]
    values: dict[str, Any] = {
        "k": result.k, "beta": [row.estimate for row in rows], "se": [row.se for row in rows],
        "zval": [row.statistic for row in rows], "pval": [row.pvalue for row in rows],
        "ci.lb": [row.ci.low for row in rows], "ci.ub": [row.ci.high for row in rows],
        "sigma2": [one.variance for one in result.components], "QE": result.QE.statistic,
        "QEp": result.QE.pvalue, "logLik": result.log_likelihood, "AIC": result.aic,
    }  # fmt: skip
    if isinstance(result.omnibus, WaldTest):
        values |= {"QM": result.omnibus.statistic, "QMp": result.omnibus.pvalue}
    if isinstance(result.pi, Interval):
        values |= {"pi.lb": result.pi.low, "pi.ub": result.pi.high}
    assert set(values) == set(case["expected"]) - {
        "tau2",
        "rho",
        "coef_names",
        "sigma2.ci.lb",
        "sigma2.ci.ub",
    }
    return values


def test_profile_intervals() -> None:
    """Where confint() found a bound: it gave up at three of the eight; it stops within 1e-4 of a bound.

    Bounds made with a tighter limit are in tests/synthesis/multilevel.
    """
    bounds = 0
    for case in cases("open", SECTION, "mv"):
        if "sigma2.ci.lb" not in case["expected"]:
            continue
        intervals = [one.ci for one in fitted(case).components]
        for side, name in (("low", "sigma2.ci.lb"), ("high", "sigma2.ci.ub")):
            for have, want in zip(intervals, case["expected"][name], strict=True):
                if want is not None:
                    bounds += 1
                    assert getattr(have, side) == pytest.approx(want, rel=1e-4, abs=1e-5)
    assert bounds == 5


def test_rma_mv() -> None:
    agreement = Agreement("rma.mv", rel=1e-6, floor=1e-9)
    for case in cases("open", SECTION, "mv"):
        if "/robust/" not in case["id"]:
            agreement.check(case, facts(fitted(case), case))
    agreement.close(at_least=10)
