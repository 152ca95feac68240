"""The two variances of the model for dependent rows: the equations they solve, group by group, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.model import WorkedTable
from metasyn.analysis.explain.pooled import Worked
from metasyn.analysis.explain.sheet import Sheet
from metasyn.synthesis.robust import CheResult

__all__ = ["between_groups_work", "full_covariance", "within_groups_work"]

_Array = NDArray[np.float64]
_SOLVED = "the equation it solves; b and s hold μ and both variances, so it was found by iteration"


def full_covariance(result: CheResult) -> _Array:
    """Of all rows under the model, shape (k, k): sampling errors and both random effects."""
    covariance = result.robust.model.covariance
    full = np.zeros((result.k, result.k))
    for index, block in zip(covariance.clusters, covariance.blocks, strict=True):
        full[np.ix_(index, index)] = block
    return full


def between_groups_work(result: CheResult) -> Worked:
    """tau2, from what is found of every group's distance from the mean."""
    covariance = result.robust.model.covariance
    words = "b: best prediction of a group's distance u from the mean"
    return _work(result, "τ²", result.tau2, covariance.names, covariance.clusters, words)


def within_groups_work(result: CheResult) -> Worked:
    """omega2, from what is found of every row's distance from its group."""
    rows = [np.array([i]) for i in range(result.k)]
    words = "b: best prediction of a row's distance r from its group"
    return _work(result, "ω²", result.omega2, result.effects.labels, rows, words)


def _work(
    result: CheResult,
    name: str,
    variance: float,
    labels: Sequence[str],
    members: Sequence[NDArray[np.intp]],
    words: str,
) -> Worked:
    """Mean of b² + s² where the variance is above 0; else that the rows lie no further apart than expected.

    With P the inverse covariance V^-1 less what the mean takes of it (REML; V^-1 itself by ML) and one the
    indicator of a group, b = variance x one' P y and s² = variance - variance² x one' P one.
    """
    inverse = np.linalg.inv(full_covariance(result))
    weights = inverse.sum(axis=1)
    residual = inverse @ (result.effects.yi - result.estimate)
    if result.spec.method == "REML":
        inverse = inverse - np.outer(weights, weights) / weights.sum()
    pulled = np.array([residual[index].sum() for index in members])
    spread = np.array([inverse[np.ix_(index, index)].sum() for index in members])
    if variance > 0:
        b, s = variance * pulled, np.sqrt(variance - variance**2 * spread)
        columns, summed = {"b": b, "s": s, "b² + s²": b**2 + s**2}, {"b² + s²"}
        sheet = Sheet(exact("m", len(members)), rounded("D", float((b**2 + s**2).sum())))
        of = f"{words}, s its standard error under the model; D is the sum of b² + s² over m; {_SOLVED}"
        sheet.add(name, ("D/m",), variance, remark=of)
    else:
        columns, summed = {"q²": pulled**2, "v": spread}, {"q²", "v"}
        sheet = Sheet(rounded("D", float((pulled**2).sum())), rounded("V", float(spread.sum())))
        of = (
            "q: sum of w(y − μ), with w the inverse of the covariance of the rows, and v what q² is expected "
            f"to be with {name} = 0; D and V are the sums of q² and v: the rows lie no further apart than "
            "the rest of the model puts them (D is not above V), and the likelihood falls from 0 on"
        )
        sheet.add(name, ("max(0, D − V)",), variance, remark=of)
    rows = zip(labels, np.column_stack(list(columns.values())).tolist(), strict=True)
    table = WorkedTable(
        columns=("", *columns),
        rows=tuple((label, tuple(row)) for label, row in rows),
        totals=tuple(float(one.sum()) if of_it in summed else None for of_it, one in columns.items()),
    )
    return table, tuple(sheet.lines)
