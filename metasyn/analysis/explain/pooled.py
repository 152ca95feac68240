"""The numbers of a pooled result, each with the formula that gives it and what the formula runs over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from metasyn.analysis.explain.arithmetic import exact, rounded, worked
from metasyn.analysis.explain.model import Sum, WorkedTable
from metasyn.analysis.explain.sheet import Sheet
from metasyn.effects.measure import EffectMeasure
from metasyn.numerics.tails import chi2_quantile, two_sided_quantile
from metasyn.synthesis.mean import MeanFit, fit_mean
from metasyn.synthesis.mean.prediction import predictive_distribution
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.synthesis.threshold import predictive_of
from metasyn.values import Interval, NotEstimable
from metasyn.wording import MINUS

__all__ = [
    "Worked",
    "estimate_work",
    "heterogeneity_work",
    "interval_lines",
    "natural_lines",
    "p_work",
    "prediction_work",
    "quantile_words",
    "study_table",
    "tau2_work",
    "tau_work",
    "to_natural",
]

Worked = tuple[WorkedTable | None, tuple[Sum, ...]]
_Array = NDArray[np.float64]

_NATURAL: Mapping[str, str] = MappingProxyType(
    {
        "exp": "exp({0})",
        "expit": f"1/(1 + exp({MINUS}{{0}}))",
        "sine_squared": "(sin({0}))²",
        "square": "{0}²",
    }
)
# Standard errors of the mean that one formula gives, in the order in which they are tried.
_SPREADS = ("√(1/Σw)", "√(q/Σw)", "√(max(1, q)/Σw)")
_T = "T: distribution function of Student's t with df degrees of freedom"


def estimate_work(result: SynthesisResult) -> Worked:
    """Mean, standard error and interval of the headline, then on the natural scale."""
    fit = result.fit
    if fit.user_weights or not result.pooled or result.model in ("glmm", "bayesian"):
        return None, ()
    w = 1 / (fit.vi + fit.tau2)
    residual = w * (fit.yi - fit.estimate) ** 2
    columns = {"y": fit.yi, "se": np.sqrt(fit.vi), "w": w, "wy": w * fit.yi, "w(y − μ)²": residual}
    with_q = result.ci_method not in ("wald", "t")
    if not with_q:
        del columns["w(y − μ)²"]
    table = study_table(result, columns, summed=("w", "wy", "w(y − μ)²"))
    sheet = Sheet(
        rounded("Σw", float(w.sum())),
        rounded("Σwy", float((w * fit.yi).sum())),
        rounded("Σw(y − μ)²", float(residual.sum())),
        exact("k", result.k),
    )
    if result.model == "random-effects":
        sheet.know(rounded("τ²", fit.tau2))
    if not sheet.add("μ", ("Σwy/Σw",), result.estimate):
        return None, ()
    if with_q:
        sheet.know(rounded("S", float(residual.sum())))
        sheet.add("q", ("S/(k − 1)",), fit.q, remark="S is the sum of w(y − μ)²")
    sheet.add("se", _SPREADS, result.se)
    interval_lines(sheet, result)
    natural_lines(sheet, result)
    return table, tuple(sheet.lines)


def interval_lines(sheet: Sheet, result: SynthesisResult) -> None:
    """Both bounds from estimate, standard error and quantile."""
    if not isinstance(result.ci, Interval):
        return
    name = "z" if math.isinf(result.df) else "t"
    if not math.isinf(result.df) and result.df < 1:
        return
    sheet.know(rounded(name, two_sided_quantile(1 - result.ci.level, result.df)))
    words = quantile_words(result.ci.level, result.df)
    if sheet.add("low", (f"μ − {name} × se",), result.ci.low, remark=words):
        sheet.add("high", (f"μ + {name} × se",), result.ci.high)
    else:
        sheet.know(rounded("high", result.ci.high))


def quantile_words(level: float, df: float) -> str:
    """Which quantile stands behind an interval."""
    kind = "normal" if math.isinf(df) else f"t with {df:.4g} degree{'' if df == 1 else 's'} of freedom"
    symbol = "z" if math.isinf(df) else "t"
    return f"{symbol}: {50 * (1 + level):.6g}% quantile, {kind}"


def natural_lines(sheet: Sheet, result: SynthesisResult) -> None:
    """The way to the natural scale."""
    measure = result.effects.measure
    ends = [(measure.short, "μ", result.estimate)]
    if isinstance(result.ci, Interval):
        ends += [("lower bound", "low", result.ci.low), ("upper bound", "high", result.ci.high)]
    to_natural(sheet, measure, ends)


def to_natural(sheet: Sheet, measure: EffectMeasure, ends: Sequence[tuple[str, str, float]]) -> None:
    """Each value of the analysis scale on the natural one; nothing where they are the same."""
    form = _NATURAL.get(measure.to_natural.__name__)
    for name, symbol, value in ends if form is not None else ():
        called = "proportion" if name == "%" else name
        sheet.add(called, (str(form).format(symbol),), measure.to_natural(value))


def p_work(result: SynthesisResult) -> Worked:
    """Test of no effect."""
    null = result.effects.measure.null
    if null is None or isinstance(result.statistic, NotEstimable) or isinstance(result.pvalue, NotEstimable):
        return None, ()
    sheet = Sheet(rounded("μ", result.estimate), rounded("se", result.se), exact("null", null))
    name = "z" if math.isinf(result.df) else "t"
    sheet.add(name, ("μ/se",) if null == 0 else ("(μ − null)/se",), result.statistic)
    if math.isinf(result.df):
        sheet.add("p", (f"2 × Φ({MINUS}|z|)",), result.pvalue, remark="Φ: normal distribution function")
    else:
        sheet.know(exact("df", result.df))
        sheet.add("p", (f"2 × T({MINUS}|t|, df)",), result.pvalue, remark=_T)
    return None, tuple(sheet.lines)


def prediction_work(result: SynthesisResult) -> Worked:
    """The prediction interval, where it is the mean plus and minus a quantile times one spread."""
    if not isinstance(result.pi, Interval) or isinstance(result.heterogeneity, NotEstimable):
        return None, ()
    if result.model == "glmm":
        return _mixed_prediction(result, result.pi, result.heterogeneity)
    fit = _random_fit(result, result.heterogeneity)
    found = predictive_distribution(fit, result.request.pi_method, ci_method=result.ci_method)
    if isinstance(found, NotEstimable):
        return None, ()
    sheet = Sheet(rounded("μ", fit.estimate), rounded("τ²", fit.tau2), rounded("Σw", float(1 / fit.variance)))
    sheet.know(rounded("q", fit.q))
    name = "z" if math.isinf(found.df) else "t"
    spreads = ("√(1/Σw + τ²)", "√(q/Σw + τ²)", "√(max(1, q)/Σw + τ²)")
    sheet.add("spread", spreads, found.scale)
    sheet.know(rounded(name, two_sided_quantile(1 - result.pi.level, found.df)))
    words = quantile_words(result.pi.level, found.df)
    sheet.add("low", (f"μ − {name} × spread",), result.pi.low, remark=words)
    sheet.add("high", (f"μ + {name} × spread",), result.pi.high)
    ends = [("lower bound", "low", result.pi.low), ("upper bound", "high", result.pi.high)]
    to_natural(sheet, result.effects.measure, ends)
    return None, tuple(sheet.lines)


def _mixed_prediction(result: SynthesisResult, pi: Interval, spread: Heterogeneity) -> Worked:
    """Around the estimate of a mixed model, from its standard error and its tau2."""
    found = predictive_of(result)
    if isinstance(found, NotEstimable):
        return None, ()
    sheet = Sheet(rounded("μ", result.estimate), rounded("se", result.se), rounded("τ²", spread.tau2.value))
    name = "z" if math.isinf(found.df) else "t"
    sheet.add("spread", ("√(se² + τ²)",), found.scale)
    sheet.know(rounded(name, two_sided_quantile(1 - pi.level, found.df)))
    sheet.add("low", (f"μ − {name} × spread",), pi.low, remark=quantile_words(pi.level, found.df))
    sheet.add("high", (f"μ + {name} × spread",), pi.high)
    ends = [("lower bound", "low", pi.low), ("upper bound", "high", pi.high)]
    to_natural(sheet, result.effects.measure, ends)
    return None, tuple(sheet.lines)


def _random_fit(result: SynthesisResult, found: Heterogeneity) -> MeanFit:
    """The mean under random effects, whichever model headlines."""
    if result.model == "random-effects":
        return result.fit
    return fit_mean(result.fit.yi, result.fit.vi, found.tau2.value, tau2_method=found.tau2.method)


def heterogeneity_work(result: SynthesisResult) -> Worked:
    """Q with its p value, then I2 and H2; nothing for a mixed model of counts, which is fitted by search."""
    found = result.heterogeneity
    if isinstance(found, NotEstimable) or found.test != "Q":
        return None, ()
    y, w = result.fit.yi, 1 / result.fit.vi
    mean = float((w * y).sum() / w.sum())
    columns = {"y": y, "se": np.sqrt(result.fit.vi), "w": w, "w²": w * w, "w(y − m)²": w * (y - mean) ** 2}
    table = study_table(result, columns, summed=("w", "w²", "w(y − m)²"))
    sheet = Sheet(
        rounded("Σwy", float((w * y).sum())),
        rounded("A", float(w.sum())),
        rounded("B", float((w * w).sum())),
        exact("k", result.k),
        exact("df", found.df),
        rounded("S", float(columns["w(y − m)²"].sum())),
        rounded("τ²", found.tau2.value),
    )
    sheet.add("m", ("Σwy/A",), mean, remark="mean with the weights w = 1/se²; A is the sum of w")
    sheet.add("Q", ("S",), found.Q, remark="S is the sum of w(y − m)²")
    sheet.add(
        "p", ("X(Q, df)",), found.pvalue, remark=f"X: upper tail of chi-square, df = k − 1 = {found.df}"
    )
    if found.i2_method == "Q":
        sheet.add("I²", ("max(0, (Q − df)/Q)",), found.I2)
        sheet.add("H²", ("Q/df", "max(1, Q/df)"), found.H2)
    else:
        typical = (result.k - 1) * w.sum() / (w.sum() ** 2 - (w * w).sum())
        words = "typical sampling variance; B is the sum of w²"
        sheet.add("v", ("(k − 1) × A/(A² − B)",), float(typical), remark=words)
        sheet.add("I²", ("τ²/(τ² + v)",), found.I2)
        sheet.add("H²", ("(τ² + v)/v",), found.H2)
    return table, tuple(sheet.lines)


def tau2_work(result: SynthesisResult) -> Worked:
    """The estimate of the between-study variance: its closed form, or the equation it solves."""
    found = result.heterogeneity
    if isinstance(found, NotEstimable) or found.tau2.method not in _ESTIMATORS or found.test != "Q":
        return None, ()
    return _ESTIMATORS[found.tau2.method](result, found)


def tau_work(result: SynthesisResult) -> Worked:
    """The same, and its root."""
    table, sums = tau2_work(result)
    if isinstance(result.heterogeneity, NotEstimable):
        return table, sums
    root = worked("τ", "√τ²", [rounded("τ²", result.heterogeneity.tau2.value)])
    return table, (*sums, root)


def _moments(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """DerSimonian and Laird: from Q and the weights 1/v."""
    y, w = result.fit.yi, 1 / result.fit.vi
    mean = float((w * y).sum() / w.sum())
    columns = {"y": y, "se": np.sqrt(result.fit.vi), "w": w, "w²": w * w, "w(y − m)²": w * (y - mean) ** 2}
    sheet = Sheet(
        rounded("A", float(w.sum())),
        rounded("B", float((w * w).sum())),
        rounded("S", float(columns["w(y − m)²"].sum())),
        exact("k", result.k),
    )
    words = "A, B and S are the sums of w = 1/se², w² and w(y − m)², m the mean with the weights w"
    sheet.add("τ²", ("max(0, (S − (k − 1))/(A − B/A))",), found.tau2.value, remark=words)
    return study_table(result, columns, summed=("w", "w²", "w(y − m)²")), tuple(sheet.lines)


def _likelihood(restricted: bool) -> Callable[[SynthesisResult, Heterogeneity], Worked]:
    """(Restricted) maximum likelihood: the score equation, solved for tau2 on one side."""

    def work(result: SynthesisResult, found: Heterogeneity) -> Worked:
        w, y, v = 1 / (result.fit.vi + found.tau2.value), result.fit.yi, result.fit.vi
        mean = float((w * y).sum() / w.sum())
        gain = w * w * ((y - mean) ** 2 - v)
        columns = {"y": y, "se": np.sqrt(v), "w": w, "w²": w * w, "w²((y − μ)² − se²)": gain}
        sheet = Sheet(
            rounded("A", float(w.sum())), rounded("B", float((w * w).sum())), rounded("S", float(gain.sum()))
        )
        formula = "max(0, S/B + 1/A)" if restricted else "max(0, S/B)"
        words = (
            "the equation it solves: w = 1/(se² + τ²) holds τ² itself, so it was found by iteration; "
            "A, B and S are the sums of w, w² and w²((y − μ)² − se²)"
        )
        if not sheet.add("τ²", (formula,), found.tau2.value, remark=words):
            return None, ()
        return study_table(result, columns, summed=("w", "w²", "w²((y − μ)² − se²)")), tuple(sheet.lines)

    return work


def _generalised(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """Paule and Mandel, empirical Bayes: the generalised Q statistic equals its mean, or its median."""
    w, y = 1 / (result.fit.vi + found.tau2.value), result.fit.yi
    mean = float((w * y).sum() / w.sum())
    columns = {"y": y, "se": np.sqrt(result.fit.vi), "w": w, "w(y − μ)²": w * (y - mean) ** 2}
    goal, name, of = result.k - 1.0, "k − 1", "k − 1"
    if found.tau2.method == "PMM":
        goal, name, of = chi2_quantile(0.5, result.k - 1), "c", "c, the median of chi-square with df = k − 1"
    sheet = Sheet(rounded("S", float(columns["w(y − μ)²"].sum())), exact("k", result.k), rounded("c", goal))
    if found.tau2.value > 0:
        words = f"τ² is the value at which S, the sum of w(y − μ)² with w = 1/(se² + τ²), is {of}"
        done = sheet.add(name, ("S",), goal, remark=words)
    else:
        words = f"S is the sum of w(y − μ)² with w = 1/se²: with τ² = 0 it is not above {of} already"
        done = sheet.add(
            "τ²", (f"max(0, S − {name})" if name == "c" else "max(0, S − (k − 1))",), 0.0, remark=words
        )
    if not done:
        return None, ()
    return study_table(result, columns, summed=("w", "w(y − μ)²")), tuple(sheet.lines)


def _hedges(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """Hedges: the plain variance of the estimates less the mean sampling variance."""
    y, v = result.fit.yi, result.fit.vi
    columns = {"y": y, "se²": v, "(y − m)²": (y - y.mean()) ** 2}
    sheet = Sheet(
        rounded("S", float(columns["(y − m)²"].sum())), rounded("A", float(v.sum())), exact("k", result.k)
    )
    words = "S and A are the sums of (y − m)² and se², m the plain mean of y"
    if not sheet.add("τ²", ("max(0, S/(k − 1) − A/k)",), found.tau2.value, remark=words):
        return None, ()
    return study_table(result, columns, summed=("se²", "(y − m)²")), tuple(sheet.lines)


def _hunter_schmidt(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """Hunter and Schmidt: Q (enlarged in the corrected form) less k, over the sum of the weights."""
    y, w = result.fit.yi, 1 / result.fit.vi
    mean = float((w * y).sum() / w.sum())
    columns = {"y": y, "se": np.sqrt(result.fit.vi), "w": w, "w(y − m)²": w * (y - mean) ** 2}
    sheet = Sheet(
        rounded("S", float(columns["w(y − m)²"].sum())), rounded("A", float(w.sum())), exact("k", result.k)
    )
    words = "S and A are the sums of w(y − m)² and w = 1/se², m the mean with the weights w"
    form = "S × k/(k − 1)" if found.tau2.method == "HSk" else "S"
    if not sheet.add("τ²", (f"max(0, ({form} − k)/A)",), found.tau2.value, remark=words):
        return None, ()
    return study_table(result, columns, summed=("w", "w(y − m)²")), tuple(sheet.lines)


def _sidik_jonkman(result: SynthesisResult, found: Heterogeneity) -> Worked:
    """Sidik and Jonkman: a first guess from the plain variance, then one weighted step."""
    y, v = result.fit.yi, result.fit.vi
    plain = (y - y.mean()) ** 2
    guess = float(plain.sum()) / result.k
    if guess <= 0:
        return None, ()
    w = guess / (guess + v)
    mean = float((w * y).sum() / w.sum())
    columns = {"y": y, "se²": v, "(y − m)²": plain, "w": w, "w(y − μ)²": w * (y - mean) ** 2}
    sheet = Sheet(
        rounded("P", float(plain.sum())),
        rounded("S", float(columns["w(y − μ)²"].sum())),
        exact("k", result.k),
    )
    sheet.add("τ0²", ("P/k",), guess, remark="P is the sum of (y − m)², m the plain mean of y")
    words = "S is the sum of w(y − μ)² with w = τ0²/(τ0² + se²), μ the mean with the weights w"
    if not sheet.add("τ²", ("S/(k − 1)",), found.tau2.value, remark=words):
        return None, ()
    return study_table(result, columns, summed=("(y − m)²", "w", "w(y − μ)²")), tuple(sheet.lines)


_ESTIMATORS: Mapping[str, Callable[[SynthesisResult, Heterogeneity], Worked]] = MappingProxyType(
    {
        "DL": _moments,
        "REML": _likelihood(restricted=True),
        "ML": _likelihood(restricted=False),
        "PM": _generalised,
        "EB": _generalised,
        "DLIT": _generalised,
        "SJIT": _generalised,
        "PMM": _generalised,
        "HE": _hedges,
        "HS": _hunter_schmidt,
        "HSk": _hunter_schmidt,
        "SJ": _sidik_jonkman,
    }
)


def study_table(
    result: SynthesisResult, columns: Mapping[str, _Array], *, summed: Sequence[str]
) -> WorkedTable:
    """Studies and what is summed over them."""
    values = np.column_stack(list(columns.values()))
    rows = tuple(
        (label, tuple(row)) for label, row in zip(result.effects.labels, values.tolist(), strict=True)
    )
    totals = tuple(float(column.sum()) if name in summed else None for name, column in columns.items())
    return WorkedTable(columns=("", *columns), rows=rows, totals=totals)
