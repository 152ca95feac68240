"""A selection model as text."""

from __future__ import annotations

from metasyn.effects.measure import get_measure
from metasyn.synthesis.lines import columns, natural, notes, number, spread
from metasyn.synthesis.small_study.selection.record import SelectionModel, SelectionWeight
from metasyn.values import NotEstimable

__all__ = ["selection_to_text"]


def selection_to_text(found: SelectionModel) -> str:
    """The mean before selection beside the one without, the tests, and the selection function."""
    steps = f", steps {', '.join(f'{step:g}' for step in found.steps)}" if found.steps else ""
    back = natural(found.measure, found.estimate.estimate, found.estimate.ci)
    tau2 = "" if found.model == "common-effect" else f"tau2 = {found.tau2:.6g} (se {number(found.tau2_se)})"
    counts = ["studies"] if found.steps else []
    lines = [
        f"selection model ({found.function}{steps}; {found.alternative}), {found.model}, "
        f"{get_measure(found.measure).scale}, k = {found.k}",
        f"mean before selection: {found.estimate}",
        *([f"that is {back}"] if back else []),
        f"without selection: {found.unadjusted}",
        *([tau2] if tau2 else []),
        f"test of no selection: {_ratio(found.lr, found.lr_df, found.lr_pvalue)}",
        *([f"test of tau2 = 0: {_ratio(found.lr_tau2, 1, found.lr_tau2_pvalue)}"] if tau2 else []),
        *columns([["", "value", "se", "interval", *counts], *map(_weight, found.weights)]),
        "that studies were selected by their p values in this way is assumed; the fit does not show it",
    ]
    return "\n".join([*lines, *notes(found.findings)])


def _ratio(statistic: float | NotEstimable, df: int, pvalue: float | NotEstimable) -> str:
    """A likelihood ratio test."""
    if isinstance(statistic, NotEstimable):
        return number(statistic)
    return f"chi-square = {statistic:.6g}, df = {df}, p = {number(pvalue, digits=4)}"


def _weight(one: SelectionWeight) -> list[str]:
    fixed = isinstance(one.se, NotEstimable)
    interval = one.se.reason if isinstance(one.se, NotEstimable) else spread(one.ci)
    counts = [] if one.count is None else [str(one.count)]
    return [one.name, f"{one.value:.6g}", "" if fixed else number(one.se), interval, *counts]
