"""Puts a synthesis of counts together: tables and request in, complete result out."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.rare_events import peto_log_odds_ratio
from metasyn.effects.rates import log_rate_ratio, rate_difference
from metasyn.effects.tables import table_cells, two_rate_cells
from metasyn.effects.two_by_two import log_odds_ratio, log_risk_ratio, risk_difference
from metasyn.errors import NotEstimableError
from metasyn.numerics.tails import chi2_upper_p, normal_quantile, normal_two_sided_p
from metasyn.synthesis.counts import estimators
from metasyn.synthesis.counts.estimators import Cells, Pooled
from metasyn.synthesis.counts.model import (
    ChiSquaredTest,
    CountSpec,
    CountSynthesis,
    CountTables,
    SilentRow,
)
from metasyn.synthesis.counts.stratified_tests import (
    association_tests,
    homogeneity_tests,
    rate_association_test,
)
from metasyn.values import Interval, NotEstimable

__all__ = ["PERSON_TIME", "assemble"]

_Array = NDArray[np.float64]
_Test = ChiSquaredTest | NotEstimable
PERSON_TIME = ("IRR", "IRD")

_ESTIMATORS: dict[str, Callable[[Cells], Pooled]] = {
    "OR": estimators.mh_odds_ratio,
    "RR": estimators.mh_risk_ratio,
    "RD": estimators.mh_risk_difference,
    "IRR": estimators.mh_rate_ratio,
    "IRD": estimators.mh_rate_difference,
    "PETO": estimators.peto_odds_ratio,
}
_EFFECTS: dict[str, Callable[..., tuple[_Array, _Array]]] = {
    "OR": log_odds_ratio,
    "RR": log_risk_ratio,
    "RD": risk_difference,
    "IRR": log_rate_ratio,
    "IRD": rate_difference,
    "PETO": peto_log_odds_ratio,
}
_SILENT = {
    "OR": "no events, or only events, in both groups",
    "PETO": "no events, or only events, in both groups",
    "RR": "no events in either group",
    "IRR": "no events in either group",
}


def assemble(tables: CountTables, spec: CountSpec) -> CountSynthesis:
    """The synthesis that `spec` asks for.

    Raises
    ------
    NotEstimableError
        If the pooled estimate or its variance is not defined.
    """
    cells, kept = _pooled_cells(tables, spec)
    pooled = _ESTIMATORS[spec.measure](cells)
    if not (math.isfinite(pooled.variance) and pooled.variance > 0):
        raise NotEstimableError(
            f"the pooled {spec.measure} has no standard error: the counts give it the variance "
            f"{pooled.variance:g}."
        )
    se = math.sqrt(pooled.variance)
    half = normal_quantile(1 - spec.level) * se
    weights = np.zeros(tables.k)
    weights[kept] = pooled.denominators / pooled.denominators.sum()
    yi, vi, rows = _study_effects(tables, spec)
    heterogeneity, I2, H2 = _heterogeneity(yi, vi, pooled.estimate)
    association, cochran, breslow_day, tarone = _tests(cells, spec, pooled.estimate)
    for array in (weights, yi, vi, rows):
        array.flags.writeable = False
    return CountSynthesis(
        spec=spec,
        tables=tables,
        k=tables.k,
        estimate=pooled.estimate,
        se=se,
        ci=Interval(pooled.estimate - half, pooled.estimate + half, spec.level),
        statistic=pooled.estimate / se,
        pvalue=normal_two_sided_p(pooled.estimate / se),
        weights=weights,
        yi=yi,
        vi=vi,
        rows=rows,
        heterogeneity=heterogeneity,
        I2=I2,
        H2=H2,
        association=association,
        cochran=cochran,
        breslow_day=breslow_day,
        tarone=tarone,
        silent=_silent(tables, spec, kept, pooled),
    )


def _pooled_cells(tables: CountTables, spec: CountSpec) -> tuple[Cells, NDArray[np.intp]]:
    """The cells that are pooled, and the studies they belong to."""
    layout = two_rate_cells if tables.person_time else table_cells
    cells = layout(
        tables.columns, zero_cells=spec.pool_zero_cells, add=spec.pool_add, drop00=spec.pool_drop00
    )
    kept = np.flatnonzero(np.isfinite(cells[0]))
    if kept.size == 0:
        raise NotEstimableError("no study is left to pool: in each, nobody or everybody had the event.")
    return (cells[0][kept], cells[1][kept], cells[2][kept], cells[3][kept]), kept


def _study_effects(tables: CountTables, spec: CountSpec) -> tuple[_Array, _Array, NDArray[np.intp]]:
    """Effects of the single studies where they are defined, and which studies those are."""
    yi, vi = _EFFECTS[spec.measure](
        *tables.columns, zero_cells=spec.zero_cells, add=spec.add, drop00=spec.drop00
    )
    rows = np.flatnonzero(np.isfinite(yi))
    return yi[rows], vi[rows], rows


def _heterogeneity(
    yi: _Array, vi: _Array, estimate: float
) -> tuple[_Test, float | NotEstimable, float | NotEstimable]:
    """Q, I2 and H2 of the single effects about the pooled one."""
    df = yi.size - 1
    if df < 1:
        reason = NotEstimable("fewer than two studies have an effect of their own")
        return reason, reason, reason
    if not (vi > 0).all():
        reason = NotEstimable("a study without any variation has the variance 0; add to its cells")
        return reason, reason, reason
    Q = float(((yi - estimate) ** 2 / vi).sum())
    I2 = max(0.0, (Q - df) / Q) if Q > 0 else 0.0
    return ChiSquaredTest(statistic=Q, df=df, pvalue=chi2_upper_p(Q, df)), I2, Q / df


def _tests(cells: Cells, spec: CountSpec, estimate: float) -> tuple[_Test, _Test, _Test, _Test]:
    """Association (two forms) and homogeneity (two forms), where the measure has them."""
    none = NotEstimable(f"not defined for {spec.measure} pooled by {spec.method}")
    if spec.measure == "OR":
        breslow_day, tarone, _ = homogeneity_tests(cells, estimate)
        return (*association_tests(cells, correct=spec.correct), breslow_day, tarone)
    if spec.measure == "IRR":
        return rate_association_test(cells, correct=spec.correct), none, none, none
    return none, none, none, none


def _silent(
    tables: CountTables, spec: CountSpec, kept: NDArray[np.intp], pooled: Pooled
) -> tuple[SilentRow, ...]:
    """The studies that do not move the estimate."""
    moves = np.zeros(tables.k, dtype=bool)
    moves[kept[pooled.moves]] = True
    dropped = np.setdiff1d(np.arange(tables.k), kept)
    default = _SILENT.get(spec.measure, "")
    return tuple(
        SilentRow(
            row=int(row),
            label=tables.labels[row],
            reason="dropped on request: nobody, or everybody, had the event" if row in dropped else default,
        )
        for row in np.flatnonzero(~moves)
    )
