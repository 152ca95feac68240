"""Variances of the model for dependent rows, and other correlations, followed back to numbers of R."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from metasyn.analysis.explain import Explanation, explain
from metasyn.analysis.explain.dependent_variances import between_groups_work, within_groups_work
from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.synthesis.robust import pool_che
from tests.analysis.invented_dependence import RESPONSE, invented

# Written by dependent_rows.R with metafor and clubSandwich.
REFERENCE = json.loads((Path(__file__).parents[1] / "dependent_rows.json").read_text())


@pytest.fixture(scope="module")
def tied() -> AnalysisResult:
    return run_analysis(RESPONSE, invented(), "response")


def lines(found: Explanation) -> dict[str, float]:
    return {line.name: line.value for line in found.sums}


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: str(row["rho"]))
def test_every_correlation_is_worked_out_to_the_numbers_of_r(
    tied: AnalysisResult, row: dict[str, float]
) -> None:
    if row["rho"] == 0.6:
        done: dict[str, float] = {}
        for name in ("", ": tau2", ": omega2", ": se", ": df"):
            done |= lines(explain(tied, f"dependent rows{name}"))
    else:
        found = explain(tied, f"dependent rows: with correlation {row['rho']:g}")
        done = lines(found)
        told = dict(found.facts)["Correlation of errors"]
        assert f"in part assumed ({row['rho']:g} where" in told or "assumed" not in told
        assert found.table is not None
    named = {"μ": "estimate", "τ²": "tau2", "ω²": "omega2", "se": "se", "df": "df"}
    if row["rho"] != 0.6:
        assert found.number == pytest.approx(1 / (1 + math.exp(-row["estimate"])), rel=5e-6)
    for name in ("se", "df", "tau2", "omega2") if row["rho"] == 0.6 else ():
        assert explain(tied, f"dependent rows: {name}").number == pytest.approx(row[name], rel=5e-6)
    for ours, theirs in named.items():
        assert done[ours] == pytest.approx(row[theirs], rel=5e-6, abs=1e-9), ours
    assert done["low"] == pytest.approx(row["ci_low"], rel=5e-6)
    assert done["high"] == pytest.approx(row["ci_high"], rel=5e-6)


@pytest.mark.parametrize(("method", "seed"), [("REML", 0), ("REML", 1), ("REML", 3), ("ML", 3), ("ML", 4)])
def test_the_equations_hold_where_the_likelihood_has_its_maximum(method: str, seed: int) -> None:
    """Both variances above 0, one of them 0, both 0; the totals of the tables are what the lines use."""
    rng = np.random.default_rng(seed)
    groups = [f"G{i // 2}" if i < 10 else f"H{i}" for i in range(14)]
    between, within = [(0.5, 0.1), (0.0, 0.4), (0, 0), (0.5, 0.3), (0.0, 0.0)][seed]
    own = {name: rng.normal(0, between) for name in dict.fromkeys(groups)}
    yi = [own[name] + rng.normal(0, within) + rng.normal(0, 0.3) for name in groups]
    result = pool_che(yi=yi, vi=0.09 * rng.uniform(0.5, 2, 14), clusters=groups, method=method)
    for work, value, size in (
        (between_groups_work, result.tau2, 9),
        (within_groups_work, result.omega2, 14),
    ):
        table, (line,) = work(result)
        assert table is not None
        assert line.value == pytest.approx(value, rel=1e-6, abs=1e-9)
        assert len(table.rows) == size
        if value > 0:
            assert line.value == table.totals[-1] / size  # type: ignore[operator]
        else:
            assert table.totals[0] <= table.totals[1]  # type: ignore[operator]
