"""The test between groups of cohorts that one mixed model of the counts holds together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.model import WorkedTable
from metasyn.analysis.explain.pooled import Worked
from metasyn.analysis.explain.sheet import Sheet
from metasyn.synthesis.glmm.groups import pool_glmm_groups
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult
from metasyn.values import NotEstimable

__all__ = ["MIXED_REFERENCE", "MIXED_WAY", "mixed_between_work", "share_counts_model"]

_Array = NDArray[np.float64]
MIXED_WAY = (
    "mean, the weights being the inverse of their covariance: all rest on one τ², so that they are correlated"
)
MIXED_REFERENCE = "Stijnen, Hamza & Özdemir 2010, 10.1002/sim.4040"


def share_counts_model(groups: SubgroupAnalysis) -> bool:
    """Whether the groups are means of one mixed model of the counts."""
    return groups.tau2 is not None and any(one.model == "glmm" for one in groups.results)


def mixed_between_work(groups: SubgroupAnalysis) -> Worked:
    """Q between groups from the means and the covariance of the model, which is fitted again.

    Parameters
    ----------
    groups : SubgroupAnalysis
        For which `share_counts_model` holds.

    Returns
    -------
    tuple of (WorkedTable or None, tuple of Sum)
    """
    if isinstance(groups.Q_between, NotEstimable) or isinstance(groups.pvalue, NotEstimable):
        return None, ()
    counts = {name: _counts(one) for name, one in zip(groups.names, groups.results, strict=True)}
    names = [name for name, (x, n) in counts.items() if 0 < x.sum() < n.sum()]
    fitted = pool_glmm_groups(
        events=np.concatenate([counts[name][0] for name in names]),
        n=np.concatenate([counts[name][1] for name in names]),
        groups=[g for g, name in enumerate(names) for _ in counts[name][0]],
    )
    y, inverse = fitted.estimates, np.linalg.inv(fitted.covariance)
    w = inverse.sum(axis=1)
    mean = float(w @ y / w.sum())
    pulled = inverse @ (y - mean)
    parts = pulled * (y - mean)
    sheet = Sheet(rounded("Σwy", float(w @ y)), rounded("Σw", float(w.sum())))
    words = "w: row sums of the inverse of the covariance of the group means y"
    sheet.add("m", ("Σwy/Σw",), mean, remark=words)
    sheet.know(rounded("S", float(parts.sum())), exact("df", groups.df))
    words = "S is the sum of u(y − m), u being y − m times the inverse of the covariance"
    if not sheet.add("Q", ("S",), groups.Q_between, remark=words):
        return None, ()
    words = f"X: upper tail of chi-square, df = groups − 1 = {groups.df}"
    sheet.add("p", ("X(Q, df)",), groups.pvalue, remark=words)
    rows = np.column_stack([y, fitted.se, w, w * y, pulled, parts]).tolist()
    table = WorkedTable(
        columns=("", "y", "se", "w", "wy", "u", "u(y − m)"),
        rows=tuple((name, tuple(row)) for name, row in zip(names, rows, strict=True)),
        totals=(None, None, float(w.sum()), float(w @ y), None, float(parts.sum())),
    )
    return table, tuple(sheet.lines)


def _counts(one: SynthesisResult) -> tuple[_Array, _Array]:
    """Events and participants of the cohorts of a group."""
    found = [effect.counts for effect in one.effects.effects]
    pairs = [(row.events_1, row.n_1) for row in found if row is not None]
    x, n = np.array(pairs, dtype=float).reshape(-1, 2).T
    return x, n
