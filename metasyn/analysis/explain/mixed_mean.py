"""The mean over all cohorts under a mixed model, worked out beside the median that headlines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from metasyn.analysis.explain.arithmetic import rounded
from metasyn.analysis.explain.mixed import mixed_estimate_work
from metasyn.analysis.explain.mixed_counts import mixed_counts
from metasyn.analysis.explain.model import Sum, WorkedTable
from metasyn.analysis.explain.pooled import Worked, quantile_words
from metasyn.analysis.explain.sheet import Sheet
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.glmm.model import GlmmResult, OnNaturalScale
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable

__all__ = ["marginal_work"]

# Nodes of the sum that stands for the mean over all cohorts, as few as give it.
_NODES = (5, 7, 9, 11, 15, 19, 25, 33, 45)
_VARIANCES = "V, W and U: variances of μ and τ² and their covariance, from the likelihood's curvature"


def marginal_work(result: SynthesisResult) -> Worked:
    """The mean over all cohorts as a weighted sum over the normal distribution of their true values."""
    counts, mixed = mixed_counts(result), result.beside.glmm
    if counts is None or mixed is None or isinstance(mixed.marginal, NotEstimable):
        return None, ()
    if counts.tau2 == 0:
        return mixed_estimate_work(result)
    if counts.measure == "IRLN":
        return None, _mean_rate(mixed, mixed.marginal, counts.tau2)
    worked: Worked = None, ()
    for nodes in _NODES:
        worked, complete = _marginal_sum(mixed, mixed.marginal, counts.tau2, nodes)
        if complete:
            return worked
    return None, ()


def _marginal_sum(mixed: GlmmResult, target: OnNaturalScale, tau2: float, nodes: int) -> tuple[Worked, bool]:
    """The sum with so many nodes, and whether it gives mean and interval."""
    z, weight = np.polynomial.hermite_e.hermegauss(nodes)
    weight = weight / weight.sum()
    theta = mixed.estimate + math.sqrt(tau2) * z
    p = expit(theta)
    first, second = p * (1 - p), p * (1 - p) * (1 - 2 * p) / 2
    variance, both, of_tau2 = (float(mixed.covariance[i, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    sheet = Sheet(
        *(rounded(name, float(weight @ column)) for name, column in (("P", p), ("F", first), ("G", second))),
        *(rounded(name, value) for name, value in (("V", variance), ("U", both), ("W", of_tau2))),
    )
    words = "P is the sum of h × p with p = 1/(1 + exp(−(μ + τz))), over the normal distribution of z"
    done = [sheet.add("mean", ("P",), target.value, remark=words)]
    name = _quantile(sheet, mixed, target)
    done += _delta_method(sheet, target, name)
    rows = tuple(
        (f"node {i}", tuple(map(float, row)))
        for i, row in enumerate(
            np.column_stack([z, weight, theta, p, weight * p, weight * first, weight * second]), 1
        )
    )
    totals = (None, 1.0, None, None, *(float(weight @ column) for column in (p, first, second)))
    columns = ("", "z", "h", "μ + τz", "p", "hp", "hf", "hg")
    return (WorkedTable(columns=columns, rows=rows, totals=totals), tuple(sheet.lines)), all(done)


def _quantile(sheet: Sheet, mixed: GlmmResult, target: OnNaturalScale) -> str:
    """Makes known how many standard errors an interval reaches, and says under which name."""
    name = "z" if math.isinf(mixed.df) else "t"
    sheet.know(rounded(name, two_sided_quantile(1 - target.ci.level, mixed.df)))
    return name


def _delta_method(sheet: Sheet, target: OnNaturalScale, name: str) -> Sequence[bool]:
    """The interval of the mean, by its slopes and the covariance of mu and tau2."""
    value = sheet.terms["P"].value
    spread = value * (1 - value)
    a, b = sheet.terms["F"].value / spread, sheet.terms["G"].value / spread
    v, u, w = (sheet.terms[one].value for one in "VUW")
    centre, half = math.log(value / (1 - value)), math.sqrt(a * a * v + 2 * a * b * u + b * b * w)
    words = "F and G are the sums of h × f, f = p(1 − p), and h × g, g = p(1 − p)(1 − 2p)/2"
    return (
        sheet.add("l", ("ln(P/(1 − P))",), centre),
        sheet.add("a", ("F/(P × (1 − P))",), a, remark=f"slope of l by μ; {words}"),
        sheet.add("b", ("G/(P × (1 − P))",), b, remark="slope of l by τ²"),
        sheet.add("se", ("√(a² × V + 2 × a × b × U + b² × W)",), half, remark=_VARIANCES),
        sheet.add("lower bound", (f"1/(1 + exp(−(l − {name} × se)))",), target.ci.low),
        sheet.add("upper bound", (f"1/(1 + exp(−(l + {name} × se)))",), target.ci.high),
    )


def _mean_rate(mixed: GlmmResult, target: OnNaturalScale, tau2: float) -> tuple[Sum, ...]:
    """The mean of a log-normal distribution, and its interval on the scale of the logarithm."""
    variance, both, of_tau2 = (float(mixed.covariance[i, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    known = {"μ": mixed.estimate, "τ²": tau2, "V": variance, "U": both, "W": of_tau2}
    sheet = Sheet(*(rounded(name, value) for name, value in known.items()))
    words = "the mean of rates whose logarithms are normal with mean μ and variance τ²"
    sheet.add("mean", ("exp(μ + τ²/2)",), target.value, remark=words)
    half = math.sqrt(variance + both + of_tau2 / 4)
    sheet.add("se", ("√(V + U + W/4)",), half, remark=f"of μ + τ²/2; {_VARIANCES}")
    name = _quantile(sheet, mixed, target)
    words = quantile_words(target.ci.level, mixed.df)
    sheet.add("lower bound", (f"exp(μ + τ²/2 − {name} × se)",), target.ci.low, remark=words)
    sheet.add("upper bound", (f"exp(μ + τ²/2 + {name} × se)",), target.ci.high)
    return tuple(sheet.lines)
