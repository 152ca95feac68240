"""Fitting a selection model to effects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import chi2_upper_p, normal_quantile, normal_two_sided_p
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.inputs import poolable
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.regression import Coefficient
from metasyn.synthesis.small_study.selection.findings import fit_findings
from metasyn.synthesis.small_study.selection.fit import Fit, Without, fit_selection, fit_without
from metasyn.synthesis.small_study.selection.likelihood import SelectionLikelihood, selection_likelihood
from metasyn.synthesis.small_study.selection.record import SelectionModel, SelectionWeight
from metasyn.synthesis.small_study.selection.weights import FAMILIES
from metasyn.values import Interval, NotEstimable, require_level
from metasyn.vocabulary import Alternative, NormalModel, SelectionFunction, require_option

__all__ = ["selection_model"]

Array = NDArray[np.float64]
_NO_TAU2 = "the common-effect model has no between-study variance"


def selection_model(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    function: SelectionFunction = "step",
    alternative: Alternative | None = None,
    steps: Sequence[float] | None = None,
    delta: Sequence[float | None] | None = None,
    model: NormalModel = "random-effects",
    level: float = 0.95,
    force: bool = False,
) -> SelectionModel:
    r"""A selection model by maximum likelihood.

    A study with p value p enters with probability proportional to w(p). Its density is then
    w(p) f(y) / A with f normal, mean mu, variance v + tau2, and A the integral of w f:

    =====================  =================================================================
    step                   w = delta_j for p in interval j, delta_1 = 1
    beta                   p^(delta_1 - 1) (1 - p)^(delta_2 - 1), p censored at 1e-5 and 1 - 1e-5
    half-normal            exp(-delta p^2)
    negative-exponential   exp(-delta p)
    logistic               2 exp(-delta p) / (1 + exp(-delta p))
    power                  (1 - p)^delta, censored as beta
    =====================  =================================================================

    A is exact for the step function and a Gauss-Legendre quadrature to about 1e-14 for the others.
    The maximum is searched from several starts by Newton steps with the exact Hessian, which also
    gives the standard errors.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    function : str
        One of the above.
    alternative : {'greater', 'less', 'two-sided'}
        Direction of the results that are favoured: p is one-sided for positive or negative
        effects, or two-sided. Must be said.
    steps : sequence of float, optional
        For the step function: upper ends of the intervals of p, increasing, 1 may be left out.
        Default 0.025, or 0.05 where p is two-sided.
    delta : sequence of float or None, optional
        Values at which parameters of the selection function are fixed (None: estimated), as for
        the sensitivity analysis of Vevea and Woods.
    model : {'random-effects', 'common-effect'}
    level : float
    force : bool
        Compute it for fewer than ten effects as well.

    Returns
    -------
    SelectionModel

    Raises
    ------
    OptionError
        If an option or the data are out of range, or `alternative` is not given.
    NotEstimableError
        If k < 10 without `force`, an interval has no p value, or the likelihood has no proper
        maximum.

    References
    ----------
    Vevea JL, Hedges LV. A general linear model for estimating effect size in the presence of
    publication bias. Psychometrika 1995;60:419-435. 10.1007/BF02294384
    Citkowicz M, Vevea JL. A parsimonious weight function for modeling publication bias. Psychol
    Methods 2017;22:28-41. 10.1037/met0000119
    Preston C, Ashby D, Smyth R. Adjusting for publication bias: modelling the selection process.
    J Eval Clin Pract 2004;10:313-322. 10.1111/j.1365-2753.2003.00457.x
    Vevea JL, Woods CM. Publication bias in research synthesis: sensitivity analysis using a priori
    weight functions. Psychol Methods 2005;10:428-443. 10.1037/1082-989X.10.4.428

    Examples
    --------
    >>> yi = [1.01, 0.82, 0.59, 0.44, 0.84, 0.73, 1.12, 0.04, 0.24, 0.32, 1.04, 1.31, 0.59, 0.66,
    ...       0.62, 0.47, 1.08, 0.98, 0.26, 0.39, 0.60, 0.94, 0.11]
    >>> sei = [0.52, 0.46, 0.23, 0.18, 0.29, 0.29, 0.36, 0.37, 0.15, 0.40, 0.32, 0.57, 0.29, 0.19,
    ...        0.31, 0.27, 0.32, 0.32, 0.18, 0.18, 0.31, 0.53, 0.27]
    >>> found = selection_model(yi=yi, sei=sei, function="beta", alternative="greater")
    >>> [round(weight.value, 2) for weight in found.weights], round(found.lr, 3)
    ([0.47, 4.46], 7.847)
    """
    require_option("function", function, SelectionFunction)
    require_option("model", model, NormalModel)
    require_level(level)
    side = _alternative(alternative)
    cuts = _steps(function, steps, side)
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "a selection model", force=force, least=3)
    task = _task(chosen, function, side, cuts, delta, model)
    without = fit_without(task.likelihood.y, task.likelihood.v, common=model == "common-effect")
    fit, lr_tau2 = _fit(task, without)
    shift = -chosen.k * math.log(task.unit)
    lr, lr_df = _lr(task, fit, without)
    return SelectionModel(
        function=function,
        alternative=side,
        steps=tuple(cuts.tolist()),
        measure=chosen.measure.code,
        model=model,
        k=chosen.k,
        labels=chosen.labels,
        estimate=_coefficient(task.scale * fit.mu, task.unit * float(fit.se[0]), level),
        unadjusted=_coefficient(task.scale * without.mu, task.unit * without.se, level),
        tau2=fit.tau2 * task.unit**2,
        tau2_se=_tau2_se(fit, task),
        weights=_weights(fit, task, level),
        log_likelihood=fit.log_likelihood + shift,
        log_likelihood_without=without.log_likelihood + shift,
        lr=lr,
        lr_df=lr_df,
        lr_pvalue=lr if isinstance(lr, NotEstimable) else chi2_upper_p(lr, lr_df),
        lr_tau2=lr_tau2,
        lr_tau2_pvalue=lr_tau2 if isinstance(lr_tau2, NotEstimable) else chi2_upper_p(lr_tau2, 1),
        gradient=fit.gradient,
        starts=fit.starts,
        n_optima=fit.n_optima,
        iterations=fit.iterations,
        findings=findings + fit_findings(fit, task.likelihood, scale=task.scale, common=task.common),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Task:
    """The data on a common scale, and what is to be estimated from them.

    Attributes
    ----------
    unit : float
        The data in units of this power of two; the density of y is that of y / unit, divided by it.
    scale : float
        `unit`, with the sign that turns mu back.
    cuts : ndarray
        Upper ends of the intervals of p, for the step function.
    counts : list of int
        Observed p values in them.
    fixed : ndarray of shape (m,)
        Values of the parameters that are not estimated; NaN for the others.
    """

    likelihood: SelectionLikelihood
    unit: float
    scale: float
    cuts: Array
    counts: list[int]
    fixed: Array
    common: bool


def _task(
    chosen: EffectSet,
    function: SelectionFunction,
    side: Alternative,
    cuts: Array,
    delta: Sequence[float | None] | None,
    model: NormalModel,
) -> _Task:
    unit = math.ldexp(1.0, math.frexp(math.sqrt(float(chosen.vi.min())))[1])
    scale = -unit if side == "less" else unit
    likelihood = selection_likelihood(
        chosen.yi / scale,
        chosen.vi / unit / unit,
        function=function,
        alternative="greater" if side == "less" else side,
        steps=cuts,
    )
    fixed = _fixed(likelihood, delta)
    return _Task(
        likelihood=likelihood,
        unit=unit,
        scale=scale,
        cuts=cuts,
        counts=_require_filled(likelihood, cuts, fixed),
        fixed=fixed,
        common=model == "common-effect",
    )


def _fit(task: _Task, without: Without) -> tuple[Fit, float | NotEstimable]:
    """The highest maximum, and the likelihood ratio of tau2 = 0 within the selection model."""
    if task.common:
        fit = fit_selection(task.likelihood, without, fixed=task.fixed, common=True)
        return fit, NotEstimable(_NO_TAU2)
    at_zero: Fit | NotEstimable
    try:
        null = fit_without(task.likelihood.y, task.likelihood.v, common=True)
        at_zero = fit_selection(task.likelihood, null, fixed=task.fixed, common=True)
    except NotEstimableError as error:
        at_zero = NotEstimable(f"with tau2 = 0: {error}")
    start = at_zero if isinstance(at_zero, Fit) else None
    fit = fit_selection(task.likelihood, without, fixed=task.fixed, common=False, at_zero=start)
    if isinstance(at_zero, NotEstimable):
        return fit, at_zero
    return fit, max(0.0, 2 * (fit.log_likelihood - at_zero.log_likelihood))


def _lr(task: _Task, fit: Fit, without: Without) -> tuple[float | NotEstimable, int]:
    """Likelihood ratio of no selection, which is a special case only if no weight is fixed."""
    n_free = int(np.isnan(task.fixed).sum())
    if n_free < task.fixed.size - (task.likelihood.function == "step"):
        return NotEstimable("parameters of the selection function are fixed"), n_free
    return max(0.0, 2 * (fit.log_likelihood - without.log_likelihood)), n_free


def _alternative(alternative: Alternative | None) -> Alternative:
    if alternative is None:
        raise OptionError(
            "say which results are favoured: alternative='greater' (positive effects), 'less' (negative "
            "ones) or 'two-sided'."
        )
    require_option("alternative", alternative, Alternative)
    return alternative


def _steps(function: SelectionFunction, steps: Sequence[float] | None, side: Alternative) -> Array:
    if function != "step":
        if steps is not None:
            raise OptionError(f"steps= belongs to function='step'; got function={function!r}.")
        return np.empty(0)
    if steps is None:
        steps = (0.05,) if side == "two-sided" else (0.025,)
    try:
        cuts = np.array(steps, dtype=float)
    except (TypeError, ValueError) as error:
        raise OptionError(f"steps must be numbers; {error}.") from None
    if cuts.ndim != 1 or not cuts.size or not ((cuts > 0) & (cuts <= 1)).all() or (np.diff(cuts) <= 0).any():
        raise OptionError(f"steps must be increasing p values above 0 and up to 1; got {steps!r}.")
    if cuts[-1] < 1:
        cuts = np.append(cuts, 1.0)
    if cuts.size < 2:
        raise OptionError("steps must hold at least one p value below 1.")
    return cuts


def _fixed(likelihood: SelectionLikelihood, delta: Sequence[float | None] | None) -> Array:
    """NaN where a parameter is estimated; the first weight of a step function is 1."""
    fixed = np.full(likelihood.n_delta, math.nan)
    if delta is not None:
        if len(delta) != fixed.size:
            raise OptionError(f"delta must have {fixed.size} values, one per parameter; got {len(delta)}.")
        for i, value in enumerate(delta):
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
                raise OptionError(f"delta must hold finite numbers >= 0 or None; value {i + 1} is {value!r}.")
            if value == 0 and FAMILIES[likelihood.function].logs:
                raise OptionError(
                    f"delta must be above 0 for function={likelihood.function!r}; value {i + 1} is 0."
                )
            fixed[i] = float(value)
    if likelihood.function == "step":
        if fixed[0] not in (1.0,) and not math.isnan(fixed[0]):
            raise OptionError(f"the first weight of a step function is 1; got delta[0] = {fixed[0]!r}.")
        fixed[0] = 1.0
    return fixed


def _require_filled(likelihood: SelectionLikelihood, cuts: Array, fixed: Array) -> list[int]:
    """Observed p values per interval; an interval whose weight is estimated must have one."""
    counts = [int((likelihood.interval == j).sum()) for j in range(cuts.size)]
    estimated = np.isnan(fixed)
    if not estimated.any():
        return counts
    needed = [j for j in range(cuts.size) if estimated[j] or j == 0]
    empty = [_interval_name(cuts, j) for j in needed if counts[j] == 0]
    if empty:
        raise NotEstimableError(
            f"no observed p value lies in {' or '.join(empty)} (counts per interval: "
            f"{', '.join(map(str, counts))}): its weight cannot be estimated. Choose steps= so that every "
            "interval holds a p value, or fix its weight by delta=."
        )
    return counts


def _interval_name(cuts: Array, j: int) -> str:
    low = "0" if j == 0 else f"{cuts[j - 1]:g}"
    return f"{low} < p <= {cuts[j]:g}"


def _tau2_se(fit: Fit, task: _Task) -> float | NotEstimable:
    if task.common:
        return NotEstimable(_NO_TAU2)
    if math.isnan(float(fit.se[1])):
        return NotEstimable("tau2 is estimated to be 0, at its bound")
    return float(fit.se[1]) * task.unit**2


def _coefficient(estimate: float, se: float, level: float) -> Coefficient:
    half = normal_quantile(1 - level) * se
    return Coefficient(
        estimate=estimate,
        se=se,
        df=math.inf,
        statistic=estimate / se,
        pvalue=normal_two_sided_p(estimate / se),
        ci=Interval(estimate - half, estimate + half, level),
    )


def _weights(fit: Fit, task: _Task, level: float) -> tuple[SelectionWeight, ...]:
    family = FAMILIES[task.likelihood.function]
    names = family.names or tuple(_interval_name(task.cuts, j) for j in range(task.cuts.size))
    rows = []
    for j, name in enumerate(names):
        value, se = float(fit.delta[j]), float(fit.se[2 + j])
        spread: tuple[float | NotEstimable, Interval | NotEstimable]
        if math.isnan(se):
            estimated = math.isnan(task.fixed[j])
            reason = NotEstimable("estimated to be at its bound" if estimated else "fixed, not estimated")
            spread = reason, reason
        else:
            spread = se, _delta_interval(value, se, level, log=family.logs)
        count = task.counts[j] if task.counts else None
        rows.append(SelectionWeight(name=name, value=value, se=spread[0], ci=spread[1], count=count))
    return tuple(rows)


def _delta_interval(value: float, se: float, level: float, *, log: bool) -> Interval:
    half = normal_quantile(1 - level) * se
    if not log:
        return Interval(max(0.0, value - half), value + half, level)
    factor = math.exp(min(half / value, 700.0))
    return Interval(value / factor, value * factor, level)
