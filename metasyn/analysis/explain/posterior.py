"""Numbers of a Bayesian synthesis: the integral over tau written as a sum, with what it runs over."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from metasyn.analysis.explain.arithmetic import exact, rounded
from metasyn.analysis.explain.model import WorkedTable
from metasyn.analysis.explain.pooled import Worked, to_natural
from metasyn.analysis.explain.sheet import Sheet
from metasyn.analysis.explain.tau_points import TauPoints, enough_points, farthest, points_up_to
from metasyn.synthesis.bayes.model import BayesResult
from metasyn.synthesis.bayes.priors import half_normal
from metasyn.synthesis.usual_scale import DEFAULT_SCALE
from metasyn.values import Interval, NotEstimable
from metasyn.wording import MINUS, worked_number

__all__ = ["new_study_work", "posterior_facts", "posterior_work", "probability_work", "tau_posterior_work"]

_Array = NDArray[np.float64]
_DENSITIES: Mapping[str, str] = MappingProxyType(
    {
        "half-normal": "its density π(τ) is proportional to exp(−τ²/(2 × scale²))",
        "half-cauchy": "its density π(τ) is proportional to 1/(1 + (τ/scale)²)",
        "half-t": "its density π(τ) is proportional to (1 + (τ/scale)²/df) to the power of −(df + 1)/2",
        "log-normal": "ln τ is normal with mean location and standard deviation scale",
        "log-t": "(ln τ − location)/scale has Student's t distribution with df degrees of freedom",
        "exponential": "its density π(τ) is proportional to exp(−rate × τ)",
        "uniform": "its density π(τ) is constant",
    }
)
_USUAL = "weakly informative, usual for log ratios and logits: Röver et al. 2021, 10.1002/jrsm.1475"
# Points between 0 and a bound of tau: few to be shown, many for what they are a share of.
_SHOWN, _ALL = (8, 12, 16, 24, 32, 48, 64), 160
_CLOSE = 1e-7
# A term of a sum to 1 that is less does not show in six digits.
_NOTHING = 1e-9


def posterior_facts(found: BayesResult) -> Iterator[tuple[str, str]]:
    """Model, priors with constants and source, and the integral in words.

    Parameters
    ----------
    found : BayesResult

    Yields
    ------
    tuple of (str, str)
        Terms and what is said of them.
    """
    prior = found.tau_prior
    density = _DENSITIES.get(prior.name, "")
    yield "Prior of τ", str(prior).replace(" -", f" {MINUS}") + (f"; {density}" if density else "")
    yield "Source of the prior", prior.source or (_USUAL if prior == half_normal(DEFAULT_SCALE) else "")
    yield "Prior of μ", str(found.mu_prior)
    yield (
        "Formula",
        "y is normal with mean θ and standard deviation se; the true effects θ of the studies are normal "
        "with mean μ and standard deviation τ. Given τ, μ is normal with mean m = Σwy/Σw and variance "
        "s² = 1/Σw, w = 1/(se² + τ²)",
    )
    yield (
        "Integral",
        "over τ, as a sum over points (Gauss-Legendre on τ, ln τ or τ/(τ + median)): L is the likelihood of "
        "τ, √(product of all w/Σw) × exp(−Σw(y − m)²/2) over its largest; g = h × π × L over the sum of "
        "them, h the width a point stands for. The result was integrated to 13 digits; the points shown "
        "are as few as give it to 6",
    )


def posterior_work(found: BayesResult) -> Worked:
    """Median and credible interval of the mean, then on the natural scale."""
    return _of_mixture(found, found.estimate, found.ci, new=False)


def new_study_work(found: BayesResult) -> Worked:
    """The same for the true effect of a new study, which lies around the mean with spread tau."""
    return _of_mixture(found, found.predictive.median, found.pi, new=True)


def _of_mixture(found: BayesResult, middle: float, ci: Interval, *, new: bool) -> Worked:
    """Median and interval of a mixture of normal distributions over tau."""
    symbol = "θ" if new else "μ"
    places = {symbol: middle, "low": ci.low, "high": ci.high}

    def shares(at: TauPoints) -> dict[str, _Array]:
        return {name: _visible(at.g * ndtr((x - at.mean) / _spread(at, new))) for name, x in places.items()}

    def check(at: TauPoints) -> tuple[tuple[float, float], ...]:
        below, low, high = (float(column.sum()) for column in shares(at).values())
        ends = _densities(at, ci, new) if found.interval == "shortest" else (1.0, 1.0)
        return (below, 0.5), (high - low, found.level), (ends[1] / ends[0], 1.0)

    at = enough_points(found.fit, check)
    if at is None:
        return None, ()
    below, low, high = (float(column.sum()) for column in shares(at).values())
    sheet = Sheet(*(rounded(name, x) for name, x in places.items()))
    sheet.know(rounded("S", below), rounded("A", low), rounded("B", high))
    spread = "√(s² + τ²)" if new else "s"
    words = (
        f"S is the sum of g × Φ(({symbol} − m)/{spread}) with {symbol} = {worked_number(middle)}, the median"
    )
    sheet.add("S", ("1/2",), below, remark=words)
    words = f"A and B: the same with low = {worked_number(ci.low)} and high = {worked_number(ci.high)}"
    sheet.add("level", ("B − A",), found.level, remark=words)
    _why_this_interval(sheet, found, ci, at, new=new)
    measure = found.measure
    ends = [(measure.short, symbol, middle), ("lower bound", "low", ci.low), ("upper bound", "high", ci.high)]
    to_natural(sheet, measure, ends)
    columns = {f"gΦ({name})": column for name, column in shares(at).items()}
    sums = (float(column.sum()) for column in columns.values())
    shown = {"g": at.g, "m": at.mean, "s": at.sd, **columns}
    return _rows(at, shown, (1.0, None, None, *sums)), tuple(sheet.lines)


def _visible(terms: _Array) -> _Array:
    """Terms of a sum without those that do not show in it."""
    return np.asarray(np.where(terms < _NOTHING, 0.0, terms))


def _spread(at: TauPoints, new: bool) -> _Array:
    """Standard deviation of the mean, or of the true effect of a new study, at every tau."""
    return np.hypot(at.sd, at.tau) if new else at.sd


def _densities(at: TauPoints, ci: Interval, new: bool) -> tuple[float, float]:
    """Density of the mean, or of the true effect of a new study, at both ends of its interval."""
    sd = _spread(at, new)
    low, high = (np.exp(-(((x - at.mean) / sd) ** 2) / 2) / sd for x in (ci.low, ci.high))
    return float(at.g @ low) / math.sqrt(2 * math.pi), float(at.g @ high) / math.sqrt(2 * math.pi)


def _why_this_interval(sheet: Sheet, found: BayesResult, ci: Interval, at: TauPoints, *, new: bool) -> None:
    """What makes it the shortest interval, or the one between two quantiles."""
    if found.interval == "quantile":
        sheet.know(exact("level", found.level))
        sheet.add("A", ("(1 − level)/2",), sheet.terms["A"].value, remark="as much on the other side")
        return
    low, high = _densities(at, ci, new)
    sheet.know(rounded("a", low))
    words = (
        "a and b: the density at low and at high; as they are equal, no shorter interval has this probability"
    )
    sheet.add("b", ("a",), high, remark=words)


def probability_work(found: BayesResult) -> Worked:
    """The probabilities that the mean lies below and above no effect."""
    null, target = found.measure.null, found.p_below_null
    if null is None or isinstance(target, NotEstimable):
        return None, ()

    def shares(at: TauPoints) -> _Array:
        return _visible(at.g * ndtr((null - at.mean) / at.sd))

    at = enough_points(found.fit, lambda at: ((float(shares(at).sum()), target),))
    if at is None:
        return None, ()
    sheet = Sheet(rounded("S", float(shares(at).sum())))
    zero = worked_number(null)
    scale = found.measure.scale
    words = f"S is the sum of g × Φ(({zero} − m)/s); no effect is {zero} on the scale of the {scale}"
    sheet.add("P(below)", ("S",), target, remark=words)
    sheet.add("P(above)", ("1 − S",), 1 - target)
    shown = {"π": at.prior, "L": at.likelihood, "g": at.g, "m": at.mean, "s": at.sd}
    totals = (None, None, 1.0, None, None, float(shares(at).sum()))
    return _rows(at, {**shown, f"gΦ({zero})": shares(at)}, totals), tuple(sheet.lines)


def tau_posterior_work(found: BayesResult) -> Worked:
    """Median and interval of tau: what share of the integral lies below them."""
    fit, ends, median = found.fit, found.tau.interval(found.interval), found.tau.median
    total = points_up_to(fit, farthest(fit), _ALL).area
    below = [points_up_to(fit, x, _ALL).area / total if x > 0 else 0.0 for x in (ends.low, ends.high)]
    for points in _SHOWN:
        at = points_up_to(fit, median, points)
        if abs(at.area / total - 0.5) < _CLOSE:
            break
    sheet = Sheet(rounded("S", at.area), rounded("Z", total), rounded("A", below[0]), rounded("B", below[1]))
    words = f"S is the sum of h × π × L from 0 to the median {worked_number(median)}, Z the same without end"
    sheet.add("share", ("S/Z",), 0.5, remark=words)
    words = f"A and B: the shares below {worked_number(ends.low)} and below {worked_number(ends.high)}"
    sheet.add("level", ("B − A",), found.level, remark=words)
    if len(sheet.lines) < 2:
        return None, ()
    columns = {"h": at.h, "π": at.prior, "L": at.likelihood, "hπL": at.h * at.prior * at.likelihood}
    return _rows(at, columns, (None, None, None, at.area)), tuple(sheet.lines)


def _rows(at: TauPoints, columns: Mapping[str, _Array], totals: tuple[float | None, ...]) -> WorkedTable:
    """Points of tau with what belongs to each."""
    values = np.column_stack(list(columns.values())).tolist()
    rows = tuple(
        (worked_number(float(f"{t:.3g}")), tuple(row)) for t, row in zip(at.tau.tolist(), values, strict=True)
    )
    return WorkedTable(columns=("τ", *columns), rows=rows, totals=totals)
