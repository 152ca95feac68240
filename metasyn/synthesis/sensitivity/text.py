"""Sensitivity analyses as text: a table with one line per study, or per step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.lines import columns, number, percent, spread, study_table, within
from metasyn.values import NotEstimable

if TYPE_CHECKING:
    from metasyn.synthesis.sensitivity.blup import Blups
    from metasyn.synthesis.sensitivity.coordinates import Baujat, Radial
    from metasyn.synthesis.sensitivity.cumulative import Cumulative, CumulativeStep
    from metasyn.synthesis.sensitivity.gosh import Gosh
    from metasyn.synthesis.sensitivity.influence import Influence
    from metasyn.synthesis.sensitivity.leave_one_out import LeaveOneOut
    from metasyn.synthesis.sensitivity.residuals import Residuals
    from metasyn.synthesis.sensitivity.tables import PooledRow, PooledTable

__all__ = [
    "baujat_to_text",
    "blups_to_text",
    "cumulative_step_to_text",
    "cumulative_to_text",
    "gosh_to_text",
    "influence_to_text",
    "leave_one_out_to_text",
    "pooled_table_to_text",
    "radial_to_text",
    "residuals_to_text",
]

Array = NDArray[np.float64]


def influence_to_text(found: Influence) -> str:
    """What changes without each effect, and which effects pass a cut-off."""
    named = {
        "rstudent": found.rstudent,
        "dffits": found.dffits,
        "Cook's d": found.cooks_distance,
        "cov. ratio": found.covariance_ratio,
        "weight": found.weight,
        "dfbetas": found.dfbetas,
        "estimate without": found.estimate_deleted,
        "tau2 without": found.tau2_deleted,
    }
    marked = [
        f"{label} ({', '.join(reasons)})"
        for label, reasons in zip(found.labels, found.reasons, strict=True)
        if reasons
    ]
    head = _methods(found.model, found.tau2_method, found.scale_method)
    return "\n".join(
        [
            f"influence of single effects ({head}), k = {len(found.labels)}",
            *_table(found.labels, named),
            f"influential: {'; '.join(marked) or 'none by the cut-offs for dffits, Cook, hat and dfbetas'}",
        ]
    )


def residuals_to_text(found: Residuals) -> str:
    """Residuals of each kind."""
    named: dict[str, Array | NotEstimable] = {
        "raw": found.raw,
        "se": found.se,
        "standardised": found.standardised,
        "pearson": found.pearson,
        "deleted": found.deleted,
        "studentised": found.studentised,
        "weight": found.weight,
    }
    known = {name: values for name, values in named.items() if not isinstance(values, NotEstimable)}
    head = _methods(found.model, found.tau2_method, found.scale_method)
    without = found.studentised
    missing = [f"deleted and studentised: {number(without)}"] if isinstance(without, NotEstimable) else []
    first = f"residuals about the mean {found.fitted[0]:.6g} ({head}), k = {len(found.labels)}"
    return "\n".join([first, *_table(found.labels, known), *missing])


def _methods(model: str, tau2_method: str, scale_method: str) -> str:
    fitted = model if model == "common-effect" else f"{model}, {tau2_method}"
    return f"{fitted}, {scale_method}"


def blups_to_text(found: Blups) -> str:
    """The predicted effect of each study with its interval."""
    rows = [
        [label, f"{b:.6g}", f"{se:.6g}", within(low, high), f"{u:.6g}", f"{s:.6g}"]
        for label, b, se, low, high, u, s in zip(
            found.labels, found.estimate, found.se, found.pi_low, found.pi_high,
            found.random_effect, found.shrinkage, strict=True,
        )
    ]  # fmt: skip
    head = ["estimate", "se", f"{percent(found.level)} PI", "random effect", "shrinkage"]
    first = f"predicted effects of the studies, drawn towards the mean, k = {len(found.labels)}"
    last = "shrinkage: 0 leaves a study its own result, 1 gives it the mean"
    return "\n".join([first, *study_table(head, rows), last])


def baujat_to_text(found: Baujat) -> str:
    """Both coordinates of each effect."""
    named = {"contribution": found.contribution, "influence": found.influence}
    first = "Baujat plot: contribution to heterogeneity (x), influence on the mean (y)"
    return "\n".join([first, *_table(found.labels, named)])


def radial_to_text(found: Radial) -> str:
    """The line, the band and both coordinates of each effect."""
    outside = int((np.abs(found.y - found.slope * found.x) > found.band).sum())
    return "\n".join(
        [
            "radial plot: precision (x), standardised effect (y)",
            *_table(found.labels, {"x": found.x, "y": found.y}),
            f"line through the origin with slope {found.slope:.6g}, the mean; {percent(found.level)} band "
            f"of +-{found.band:.6g} around it, {outside} of {len(found.labels)} effects outside",
        ]
    )


def gosh_to_text(found: Gosh) -> str:
    """How the figures of the subsets are distributed."""
    drawn = "all subsets" if found.exhaustive else f"subsets drawn at random, seed {found.seed},"
    fitted = found.model if found.model == "common-effect" else f"{found.model}, {found.tau2_method}"
    head = ["", "least", "25%", "median", "75%", "largest"]
    figures = {"estimate": found.estimate, "tau2": found.tau2, "I2": found.I2, "Q": found.Q}
    rows = [
        [name, *(f"{value:.6g}" for value in np.quantile(values, (0, 0.25, 0.5, 0.75, 1)))]
        for name, values in figures.items()
    ]
    first = f"{found.n_subsets} syntheses ({fitted}) of {drawn} of {len(found.labels)} effects"
    return "\n".join([first, *columns([head, *rows])])


def cumulative_to_text(found: Cumulative) -> str:
    """One line per step."""
    order = f"{found.order}, descending" if found.descending else found.order
    keys = [f"{step.key:g}" if isinstance(step.key, float) else step.key for step in found.steps]
    rows = [_row(row) for row in found.table().rows]
    head = _head(percent(found.steps[-1].result.request.level) + " CI")
    if any(key is not None for key in keys):
        head = [found.order, *head]
        rows = [[row[0], key or "", *row[1:]] for row, key in zip(rows, keys, strict=True)]
    last = found.steps[-1].result
    return "\n".join(
        [
            f"cumulative synthesis in the order: {order} ({last.model}, {last.ci_method})",
            *study_table(head, [[f"+ {row[0]}", *row[1:]] for row in rows]),
            "the p values are not corrected for repeated looks",
        ]
    )


def pooled_table_to_text(table: PooledTable) -> str:
    """One line per synthesis."""
    first = {"omitted": "without each effect in turn", "added": "with one effect more in each line"}
    lines = study_table(_head("CI"), [_row(row) for row in table.rows])
    return "\n".join([first.get(table.heading, table.heading), *lines])


def _head(interval: str) -> list[str]:
    return ["k", "estimate", "se", interval, "p", "tau2", "I2", "Q"]


def _row(row: PooledRow) -> list[str]:
    bounds = "not estimable"
    if not isinstance(row.ci_low, NotEstimable) and not isinstance(row.ci_high, NotEstimable):
        bounds = within(row.ci_low, row.ci_high)
    figures = [_cell(value) for value in (row.tau2, row.I2, row.Q)]
    p = _cell(row.pvalue, digits=4)
    return [row.label, str(row.k), f"{row.estimate:.6g}", f"{row.se:.6g}", bounds, p, *figures]


def _cell(value: float | NotEstimable, *, digits: int = 6) -> str:
    return "-" if isinstance(value, NotEstimable) else f"{value:.{digits}g}"


def leave_one_out_to_text(one: LeaveOneOut) -> str:
    """The main figures without one effect."""
    return _step(f"without {one.omitted}", one)


def cumulative_step_to_text(one: CumulativeStep) -> str:
    """The main figures once one more effect has entered."""
    return _step(f"with {one.added}", one)


def _step(name: str, one: LeaveOneOut | CumulativeStep) -> str:
    result = one.result
    interval = f"{percent(result.request.level)} CI {spread(result.ci)}"
    return f"{name}: {result.estimate:.6g} (se {result.se:.6g}), {interval}, k = {result.k}"


def _table(labels: tuple[str, ...], named: dict[str, Array]) -> list[str]:
    rows = [
        [label, *(f"{float(values[i]):.6g}" for values in named.values())] for i, label in enumerate(labels)
    ]
    return study_table(list(named), rows)
