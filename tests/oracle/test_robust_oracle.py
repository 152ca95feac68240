"""Cluster-robust inference and sampling covariances against metafor and clubSandwich (section 5).

metafor's CR1 multiplies by m / (m - p), which is CR1p here. Nothing is left out; `here_only` has no such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from metasyn import pool
from metasyn.synthesis.dependence import sampling_covariance
from metasyn.synthesis.moderators.model import WaldTest
from metasyn.synthesis.multilevel.pool import pool_multilevel
from metasyn.synthesis.robust import RobustResult, cluster_robust, pool_che
from tests.oracle.oracle_cases import Agreement, cases, column

SECTION = "5_mh_peto_glmm_mv"
TYPES = {"CR0": "CR0", "CR1": "CR1p", "CR2": "CR2"}


def facts(result: RobustResult, case: Mapping[str, Any]) -> dict[str, Any]:
    """Our result under metafor's names."""
    rows = result.coefficients
    single = not isinstance(case["expected"]["beta"], list)

    def each(values: list[Any]) -> Any:
        return values[0] if single else values

    degrees = [row.df for row in rows]
    wanted = case["expected"]["df"]
    if isinstance(wanted, list) and len(wanted) == 1:
        assert len(set(degrees)) == 1
        degrees = degrees[:1]
    values: dict[str, Any] = {
        "beta": each([row.estimate for row in rows]),
        "se": each([row.se for row in rows]),
        "tval": each([row.statistic for row in rows]),
        "df": each(degrees),
        "pval": each([row.pvalue for row in rows]),
        "ci.lb": each([row.ci.low for row in rows]),  # type: ignore[union-attr]
        "ci.ub": each([row.ci.high for row in rows]),  # type: ignore[union-attr]
    }
    if "n.clusters" in case["expected"]:
        values["n.clusters"] = result.n_clusters
    if "QM" in case["expected"]:
        assert isinstance(result.omnibus, WaldTest)
        values |= {"QM": result.omnibus.statistic, "QMp": result.omnibus.pvalue}
    assert set(values) == set(case["expected"])
    return values


def multilevel(case: Mapping[str, Any]) -> RobustResult:
    """The case's own working model, fitted here, with the robust covariance asked for."""
    columns, options = case["input"]["columns"], case["options"]
    study, inner = options["random"].removeprefix("~1 | ").split("/")
    vi = column(case, "vi")
    sampling = None
    if "_V0." in case["id"]:
        rho = float(case["id"].split("_V")[1].split("/")[0])
        sampling = list(sampling_covariance(vi, columns[study], observations=columns[inner], rho=rho).blocks)
    moderators = options.get("mods", "").removeprefix("~").split(" + ") if "mods" in options else []
    data = {name: columns[name] for name in moderators}
    model = pool_multilevel(
        yi=column(case, "yi"),
        vi=vi,
        sampling=sampling,
        levels={"study": columns[study], "row": columns[inner]},
        formula=options.get("mods"),
        data=data or None,
        method=options["method"],
        variance_ci="none",
    )
    return cluster_robust(model, clusters=columns[options["cluster"]], variance=TYPES[options["type"]])


def test_robust_multilevel_models() -> None:
    agreement = Agreement("robust(rma.mv)", rel=1e-4, floor=1e-4)
    for case in cases("open", SECTION, "mv"):
        if "/robust/" in case["id"]:
            assert case["tolerance"] == {"rel": 1e-4, "abs": 1e-4}
            agreement.check(case, facts(multilevel(case), case), label=case["options"]["type"])
    agreement.close(at_least=21)


def test_robust_univariate_models() -> None:
    agreement = Agreement("robust(rma.uni)", rel=1e-6, floor=1e-6)
    for case in cases("open", SECTION, "robust_uni"):
        assert case["tolerance"] == {"rel": 1e-6, "abs": 1e-6}
        options = case["options"]
        model = (
            {"model": "common-effect"} if options["method"] == "EE" else {"tau2_method": options["method"]}
        )
        fitted = pool(yi=column(case, "yi"), vi=column(case, "vi"), **model)
        result = cluster_robust(
            fitted, clusters=case["input"]["columns"]["cluster"], variance=TYPES[options["type"]]
        )
        agreement.check(case, facts(result, case), label=options["type"])
    agreement.close(at_least=18)


def test_sampling_covariances() -> None:
    agreement = Agreement("vcalc", rel=1e-9, floor=1e-9)
    for case in cases("open", SECTION, "vcalc"):
        columns = case["input"]["columns"]
        found = sampling_covariance(
            column(case, "vi"), columns["study"], observations=columns["esid"], rho=case["options"]["rho"]
        )
        whole = found.matrix()
        values = {
            "V.block_first_study": found.blocks[0].tolist(),
            "trace": float(np.trace(whole)),
            "sum": float(whole.sum()),
            "logdet": float(np.linalg.slogdet(whole)[1]),
        }
        assert set(values) == set(case["expected"])
        agreement.check(case, values)
    agreement.close(at_least=2)


@pytest.mark.parametrize("rho", [0.4, 0.6])
def test_correlated_and_hierarchical_effects(rho: float) -> None:
    """pool_che is that working model with CR2; its sensitivity holds the other case's numbers."""
    agreement = Agreement(f"CHE, rho {rho}", rel=1e-4, floor=1e-4)
    found = {case["id"]: case for case in cases("open", SECTION, "mv")}
    case = found[f"s5/mv/assink2016_V{rho}/REML/z/robust/CR2"]
    other = found[f"s5/mv/assink2016_V{1 - rho:.1f}/REML/z/robust/CR2"]
    result = pool_che(
        yi=column(case, "yi"), vi=column(case, "vi"), clusters=case["input"]["columns"]["study"], rho=rho
    )
    agreement.check(case, facts(result.robust, case))
    at = next(at for at in result.sensitivity if at.rho == round(1 - rho, 1))
    first = at.coefficients[0]  # type: ignore[index]
    agreement.check(other, {"beta": [first.estimate], "se": [first.se], "df": [first.df]})
    agreement.close(at_least=2)
