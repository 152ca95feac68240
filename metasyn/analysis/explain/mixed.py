"""Numbers of a mixed model of counts: what its equations are, with every cohort's part in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.model import WorkedTable
from metasyn.analysis.explain.pooled import Worked, interval_lines, natural_lines, study_table
from metasyn.analysis.explain.sheet import Sheet
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.glmm.build import corrected_effects
from metasyn.synthesis.glmm.model import GlmmResult, OnNaturalScale
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.values import NotEstimable
from metasyn.wording import short_number, whole

__all__ = [
    "logistic_fit",
    "mixed_estimate_work",
    "mixed_facts",
    "mixed_heterogeneity_work",
    "mixed_tau2_work",
    "marginal_work",
]

_Array = NDArray[np.float64]
# Nodes of the sum that stands for the mean over all cohorts, as few as give it.
_NODES = (5, 7, 9, 11, 15, 19, 25, 33, 45)
# Reach of the integral over one cohort's true value, in spreads of its integrand; points per spread.
_REACH, _POINTS = 60.0, 4.0
_SOLVED = "the equation it solves; m holds μ and τ² themselves, so it was found by iteration"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Given:
    """What is known of every cohort's true logit from its counts, and the curvature of its log-likelihood.

    `m` and `s` are mean and standard deviation, `d` the mean squared distance from the pooled mean; `a`,
    `b` and `c` are minus the second derivatives by the mean, by both, and by tau2.
    """

    m: _Array
    s: _Array
    d: _Array
    a: _Array
    b: _Array
    c: _Array


def logistic_fit(result: SynthesisResult) -> GlmmResult | None:
    """The random-effects logistic model of single cohorts behind a result; None for another model."""
    mixed = result.beside.glmm if result.model == "glmm" else None
    plain = mixed is not None and mixed.method == "maximum likelihood" and not mixed.silent
    of_proportions = mixed is not None and (mixed.spec.measure, mixed.spec.model) == (
        "PLO",
        "random-intercept",
    )
    return mixed if plain and of_proportions else None


def mixed_facts(result: SynthesisResult) -> Iterator[tuple[str, str]]:
    """The model in words, and how its integrals were done."""
    mixed = logistic_fit(result)
    if mixed is None:
        return
    yield (
        "Formula",
        "the events x of a cohort of n are binomial with probability 1/(1 + exp(−θ)); the logits θ of the "
        "cohorts are normal with mean μ and variance τ²; μ and τ² make the product of the probabilities of "
        "all counts as large as possible",
    )
    rule = mixed.quadrature
    if rule.nodes > 1 and rule.moved is not None:
        most = short_number(max(rule.moved, 1e-10))
        yield (
            "Integral",
            f"over θ, cohort by cohort: adaptive Gauss-Hermite quadrature with {whole(rule.nodes)} nodes; "
            f"with {whole(rule.checked_nodes or 0)} nothing moves by more than {most} standard errors",
        )


def mixed_estimate_work(result: SynthesisResult) -> Worked:
    """Mean, standard error and interval on the scale of the logit, then as proportions."""
    mixed = logistic_fit(result)
    if mixed is None or isinstance(mixed.tau2, NotEstimable):
        return None, ()
    x, n = mixed.data.events_1, mixed.data.size_1
    sheet = Sheet(exact("k", mixed.k))
    if mixed.tau2 == 0:
        sheet.know(exact("X", float(x.sum())), exact("N", float(n.sum())))
        words = "X and N are the sums of x and n: with τ² = 0 all cohorts are as one"
        sheet.add("μ", ("ln(X/(N − X))",), mixed.estimate, remark=words)
        sheet.add("se", ("√(1/X + 1/(N − X))",), mixed.se)
        table = study_table(result, {"x": x, "n": n}, summed=("x", "n"))
    else:
        given = _given_counts(x, n, mixed.estimate, mixed.tau2)
        sheet.know(*(rounded(f"Σ{name}", float(getattr(given, name).sum())) for name in "mabc"))
        words = "m and s: mean and standard deviation of θ given the cohort's counts, μ and τ²"
        sheet.add("μ", ("Σm/k",), mixed.estimate, remark=f"{words}; {_SOLVED}")
        words = (
            "a, b, c: curvature of the cohort's log-likelihood by μ, by μ and τ², by τ²; a = (1 − s²/τ²)/τ²"
        )
        sheet.add("se", ("√(Σc/(Σa × Σc − (Σb)²))",), mixed.se, remark=words)
        columns = {"x": x, "n": n, "m": given.m, "s": given.s, "a": given.a, "b": given.b, "c": given.c}
        table = study_table(result, columns, summed=("m", "a", "b", "c"))
    interval_lines(sheet, result)
    natural_lines(sheet, result)
    return table, tuple(sheet.lines)


def mixed_tau2_work(result: SynthesisResult) -> Worked:
    """The equation that tau2 solves, or why it is 0."""
    mixed = logistic_fit(result)
    if mixed is None or isinstance(mixed.tau2, NotEstimable):
        return None, ()
    x, n = mixed.data.events_1, mixed.data.size_1
    if mixed.tau2 > 0:
        given = _given_counts(x, n, mixed.estimate, mixed.tau2)
        sheet = Sheet(exact("k", mixed.k), rounded("D", float(given.d.sum())))
        words = (
            "D is the sum of (m − μ)² + s², m and s mean and standard deviation of θ given the cohort's "
            "counts, μ and τ²"
        )
        sheet.add("τ²", ("D/k",), mixed.tau2, remark=f"{words}; {_SOLVED}")
        columns = {"x": x, "n": n, "m": given.m, "s": given.s, "(m − μ)² + s²": given.d}
        return study_table(result, columns, summed=("(m − μ)² + s²",)), tuple(sheet.lines)
    p = float(x.sum() / n.sum())
    apart, chance = (x - n * p) ** 2, n * p * (1 - p)
    sheet = Sheet(rounded("D", float(apart.sum())), rounded("V", float(chance.sum())))
    words = (
        "D and V are the sums of (x − np)² and np(1 − p), p the proportion of all cohorts together: "
        "the counts lie no further apart than chance puts them (D is below V), and the "
        "likelihood falls from τ² = 0 on"
    )
    if apart.sum() <= chance.sum():
        sheet.add("τ²", ("max(0, D − V)",), 0.0, remark=words)
    columns = {"x": x, "n": n, "(x − np)²": apart, "np(1 − p)": chance}
    return study_table(result, columns, summed=("x", "n", *list(columns)[2:])), tuple(sheet.lines)


def mixed_heterogeneity_work(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """The likelihood-ratio test of one proportion for all, then I2 and H2."""
    mixed = logistic_fit(result)
    if mixed is None:
        return None, ()
    x, n = mixed.data.events_1, mixed.data.size_1
    expected = n * float(x.sum() / n.sum())
    parts = np.asarray(xlogy(x, x / expected) + xlogy(n - x, (n - x) / (n - expected)), dtype=np.float64)
    w = 1 / corrected_effects(mixed.data, "PLO")[1]
    sheet = Sheet(rounded("G", float(parts.sum())), exact("df", found.df), rounded("τ²", found.tau2.value))
    words = "G is the sum of g = x ln(x/E) + (n − x) ln((n − x)/(n − E)), E = n × Σx/Σn"
    sheet.add("χ²", ("2 × G",), found.Q, remark=words)
    words = f"X: upper tail of chi-square, df = k − 1 = {found.df}"
    sheet.add("p", ("X(χ², df)",), found.pvalue, remark=words)
    sheet.know(exact("k", mixed.k), rounded("A", float(w.sum())), rounded("B", float((w * w).sum())))
    words = (
        "typical sampling variance; A and B: sums of w and w², w = 1/(1/x + 1/(n − x)), with 1/2 added to "
    )
    words += "both counts of a cohort in which nobody or everybody has the event"
    sheet.add("v", ("(k − 1) × A/(A² − B)",), mixed.typical_variance, remark=words)
    sheet.add("I²", ("τ²/(τ² + v)",), found.I2)
    sheet.add("H²", ("(τ² + v)/v",), found.H2)
    columns = {"x": x, "n": n, "E": expected, "g": parts, "w": w, "w²": w * w}
    return study_table(result, columns, summed=("x", "n", "g", "w", "w²")), tuple(sheet.lines)


def marginal_work(result: SynthesisResult) -> Worked:
    """The mean over all cohorts as a weighted sum over the normal distribution of their logits."""
    mixed = logistic_fit(result)
    if mixed is None or isinstance(mixed.marginal, NotEstimable) or isinstance(mixed.tau2, NotEstimable):
        return None, ()
    if mixed.tau2 == 0:
        return mixed_estimate_work(result)
    worked: Worked = None, ()
    for nodes in _NODES:
        worked, complete = _marginal_sum(mixed, mixed.marginal, mixed.tau2, nodes)
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
    level = target.ci.level
    quantile = two_sided_quantile(1 - level, math.inf if mixed.spec.ci_method == "wald" else mixed.k - 1.0)
    sheet.know(rounded("t", quantile))
    lines = _delta_method(sheet, target, quantile)
    done += lines
    rows = tuple(
        (f"node {i}", tuple(map(float, row)))
        for i, row in enumerate(
            np.column_stack([z, weight, theta, p, weight * p, weight * first, weight * second]), 1
        )
    )
    totals = (None, 1.0, None, None, *(float(weight @ column) for column in (p, first, second)))
    columns = ("", "z", "h", "μ + τz", "p", "hp", "hf", "hg")
    return (WorkedTable(columns=columns, rows=rows, totals=totals), tuple(sheet.lines)), all(done)


def _delta_method(sheet: Sheet, target: OnNaturalScale, quantile: float) -> Sequence[bool]:
    """The interval of the mean, by its slopes and the covariance of mu and tau2."""
    value = sheet.terms["P"].value
    spread = value * (1 - value)
    a, b = sheet.terms["F"].value / spread, sheet.terms["G"].value / spread
    v, u, w = (sheet.terms[name].value for name in "VUW")
    centre, half = math.log(value / (1 - value)), math.sqrt(a * a * v + 2 * a * b * u + b * b * w)
    words = "F and G are the sums of h × f, f = p(1 − p), and h × g, g = p(1 − p)(1 − 2p)/2"
    return (
        sheet.add("l", ("ln(P/(1 − P))",), centre),
        sheet.add("a", ("F/(P × (1 − P))",), a, remark=f"slope of l by μ; {words}"),
        sheet.add("b", ("G/(P × (1 − P))",), b, remark="slope of l by τ²"),
        sheet.add(
            "se",
            ("√(a² × V + 2 × a × b × U + b² × W)",),
            half,
            remark="V, W and U: variances of μ and τ² and their covariance, from the likelihood's curvature",
        ),
        sheet.add("lower bound", ("1/(1 + exp(−(l − t × se)))",), target.ci.low),
        sheet.add("upper bound", ("1/(1 + exp(−(l + t × se)))",), target.ci.high),
    )


def _given_counts(x: _Array, n: _Array, mean: float, tau2: float) -> _Given:
    """Integrals over the true logit of every cohort on a grid of its own, the trapezoidal rule."""
    moments = np.array([_moments(*pair, mean, tau2) for pair in zip(x.tolist(), n.tolist(), strict=True)])
    m, spread, away, cross, fourth = moments.T
    return _Given(
        m=m,
        s=np.sqrt(spread),
        d=away,
        a=(1 - spread / tau2) / tau2,
        b=(m - mean) / tau2**2 - cross / (2 * tau2**3),
        c=away / tau2**3 - 1 / (2 * tau2**2) - fourth / (4 * tau2**4),
    )


def _moments(x: float, n: float, mean: float, tau2: float) -> tuple[float, ...]:
    """Of theta given x of n: mean, variance, E q, cov(theta, q) and var(q) with q = (theta - mean)^2."""
    theta = mean
    for _ in range(200):  # the log density is concave; steps of at most 1 come closer
        p = float(expit(theta))
        slope, curvature = x - n * p - (theta - mean) / tau2, n * p * (1 - p) + 1 / tau2
        step = max(-1.0, min(1.0, slope / curvature))
        theta += step
        if abs(step) < 1e-12:
            break
    spread = 1 / math.sqrt(curvature)
    reach = min(12 * math.sqrt(tau2), _REACH * spread)
    grid = theta + np.arange(-reach, reach, spread / _POINTS)
    log_density = x * grid - n * np.logaddexp(0.0, grid) - (grid - mean) ** 2 / (2 * tau2)
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    middle = float(weight @ grid)
    q = (grid - mean) ** 2
    expected = float(weight @ q)
    return (
        middle,
        float(weight @ (grid - middle) ** 2),
        expected,
        float(weight @ ((grid - middle) * (q - expected))),
        float(weight @ (q - expected) ** 2),
    )
