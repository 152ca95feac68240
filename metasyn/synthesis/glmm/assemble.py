"""Puts the result of a mixed model together."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.measure import get_measure
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import two_sided_p, two_sided_quantile
from metasyn.synthesis.counts.model import SilentRow
from metasyn.synthesis.glmm.build import build, typical_variance
from metasyn.synthesis.glmm.fit import Fitted, fit_model, leads_back
from metasyn.synthesis.glmm.kernels import Kernel
from metasyn.synthesis.glmm.likelihood import Structure
from metasyn.synthesis.glmm.model import GlmmData, GlmmResult, GlmmSpec
from metasyn.synthesis.glmm.natural import conditional, marginal
from metasyn.synthesis.glmm.profile import profile_interval, variance_interval
from metasyn.synthesis.glmm.saturated import heterogeneity_tests
from metasyn.values import Finding, Interval, NotEstimable

__all__ = ["assemble_mixed", "highest", "information_shares", "wald"]

Array = NDArray[np.float64]
# Two values of tau2 that are not told apart.
_SAME = 1e-6
_NO_PI = "the common-effect model assumes one true effect: there is no distribution to predict from"
_NAMES = {"delta": "effect", "v": "tau2", "alpha": "level", "s": "sigma2"}


def assemble_mixed(
    data: GlmmData, used: GlmmData, spec: GlmmSpec, silent: tuple[SilentRow, ...]
) -> GlmmResult:
    """The result of a model with normal random effects."""
    built = build(used, spec.measure, spec.model)
    common = fit_model(built.kernel, used.k, built.common, built.common_start(), nodes=spec.nodes)
    fitted, second = common, False
    if spec.between == "random-effects":
        fitted, second = highest(built.kernel, used.k, built.random, built.start, common, spec.nodes)
    lrt, wald_test = heterogeneity_tests(built, common, used.k, spec.nodes)
    estimate, se = float(fitted.x[0]), math.sqrt(float(fitted.covariance[0, 0]))
    statistic, pvalue, df, wald_ci = wald(spec, used.k, estimate, se)
    ci = _profiled(fitted, se, spec, used.k) if spec.ci_method == "profile-likelihood" else wald_ci
    tau2 = fitted.shared("v")
    middle = conditional(spec.measure, estimate, ci)
    I2, H2 = _typical(used, spec, tau2)
    names = fitted.structure.shared
    parameters = {_NAMES[name]: float(x) for name, x in zip(names, fitted.x, strict=False)}
    sigma2 = parameters.get("sigma2")
    return GlmmResult(
        spec=spec,
        data=data,
        method="maximum likelihood",
        k=data.k,
        k_used=used.k,
        estimate=estimate,
        se=se,
        ci=ci,
        statistic=statistic,
        pvalue=pvalue,
        df=df,
        tau2=tau2,
        tau=math.sqrt(tau2),
        sigma2=NotEstimable(f"{spec.model} has no random study levels") if sigma2 is None else sigma2,
        rho=NotEstimable("a parameter of the beta-binomial model"),
        pi=_prediction(spec, used.k, estimate, se, tau2),
        conditional=middle,
        marginal=marginal(spec.measure, middle, estimate, tau2, _effect_covariance(fitted), df),
        I2=I2,
        H2=H2,
        lrt=lrt,
        wald=wald_test,
        log_likelihood=fitted.value,
        log_likelihood_common=common.value,
        aic=-2 * fitted.value + 2 * fitted.x.size,
        bic=-2 * fitted.value + math.log(_counts(used, spec)) * fitted.x.size,
        covariance=_read_only(fitted.covariance),
        weights=information_shares(fitted),
        tau2_ci=_tau2_interval(fitted, spec, used.k),
        parameters=parameters,
        quadrature=fitted.quadrature,
        convergence=fitted.convergence,
        silent=silent,
        findings=_findings(spec, fitted, second),
    )


def wald(
    spec: GlmmSpec, k: int, estimate: float, se: float
) -> tuple[float | NotEstimable, float | NotEstimable, float, Interval]:
    """Statistic against no effect, its p value, degrees of freedom, and the Wald or t interval."""
    df = float(k - 1) if spec.ci_method == "t" else math.inf
    half = two_sided_quantile(1 - spec.level, df) * se
    ci = Interval(estimate - half, estimate + half, spec.level)
    null = get_measure(spec.measure).null
    if null is None:
        reason = NotEstimable("this measure has no value of no effect to test against")
        return reason, reason, df, ci
    statistic = (estimate - null) / se
    return statistic, two_sided_p(statistic, df), df, ci


def information_shares(fitted: Fitted) -> Array | NotEstimable:
    """Share of every study in the information on the effects."""
    if "alpha" in fitted.structure.channels:
        return NotEstimable("the information on the effect is shared with the level of every study")
    found = fitted.objective.information(fitted.x)
    return _read_only(found / found.sum())


def _tau2_interval(fitted: Fitted, spec: GlmmSpec, k: int) -> Interval | NotEstimable:
    """The profile-likelihood interval of tau2, where it is asked for and there is a tau2."""
    if not spec.tau2_interval:
        return NotEstimable("it was not asked for (tau2_interval=True)")
    if "v" not in fitted.structure.shared:
        return NotEstimable("the common-effect model has no between-study variance")
    return variance_interval(fitted, k, spec.level)


def _profiled(fitted: Fitted, se: float, spec: GlmmSpec, k: int) -> Interval:
    if fitted.quadrature.checked_nodes is None and fitted.quadrature.rule != "none":
        raise OptionError("ci_method='profile-likelihood' needs nodes=None: as many nodes as it takes.")
    return profile_interval(
        fitted.objective, fitted.x, fitted.value, fitted.structure.lower(k), se, spec.level
    )


def _prediction(spec: GlmmSpec, k: int, estimate: float, se: float, tau2: float) -> Interval | NotEstimable:
    """Estimate plus or minus a quantile times sqrt(se^2 + tau2)."""
    if spec.pi_method == "none":
        return NotEstimable("not asked for")
    if spec.between == "common-effect":
        return NotEstimable(_NO_PI)
    if spec.pi_method != "normal" and k < 3:
        return NotEstimable("a prediction interval needs three studies")
    df = {"t(k-1)": k - 1.0, "t(k-2)": k - 2.0}.get(spec.pi_method, math.inf)
    half = two_sided_quantile(1 - spec.level, df) * math.sqrt(se * se + tau2)
    return Interval(estimate - half, estimate + half, spec.level)


def _effect_covariance(fitted: Fitted) -> Array:
    """Of the effect and tau2."""
    p = 2 if "v" in fitted.structure.shared else 1
    out = np.zeros((2, 2))
    out[:p, :p] = fitted.covariance[:p, :p]
    return out


def _typical(data: GlmmData, spec: GlmmSpec, tau2: float) -> tuple[float, float]:
    """I2 and H2 by Higgins and Thompson's typical sampling variance of the corrected effects."""
    typical = typical_variance(data, spec.measure)
    return tau2 / (tau2 + typical), 1 + tau2 / typical


def _counts(data: GlmmData, spec: GlmmSpec) -> int:
    """Counts that the likelihood is about: one per study where it conditions on totals."""
    return data.k * (2 if spec.model in ("UM.FS", "UM.RS") else 1)


def highest(
    kernel: Kernel, k: int, random: Structure, begin: Array, common: Fitted, nodes: int | None
) -> tuple[Fitted, bool]:
    """The higher of two maxima where there is one with a variance of 0 and one without."""
    at = random.shared.index("v")
    begin = np.insert(common.x, at, begin[at])
    fitted = fit_model(kernel, k, random, begin, nodes=nodes)
    if fitted.x[at] > 0:
        if fitted.value >= common.value:
            return fitted, False
        start = np.insert(common.x, at, 0.0)
    else:
        start = fitted.x.copy()
        start[at] = max(4 * begin[at], 1.0)
        if nodes is None and leads_back(fitted, k, start):
            return fitted, False
    try:
        other = fit_model(kernel, k, random, start, nodes=nodes)
    except NotEstimableError:
        return fitted, False
    different = abs(other.x[at] - fitted.x[at]) > _SAME * (1 + fitted.x[at])
    return (other if other.value > fitted.value else fitted), bool(different)


def _findings(spec: GlmmSpec, fitted: Fitted, second: bool) -> tuple[Finding, ...]:
    """A variance at its bound, a second maximum, a fixed number of nodes."""
    found = []
    shared = fitted.structure.shared
    for name, word in (("v", "the effects (tau2)"), ("s", "the study levels (sigma2)")):
        if name in shared and not fitted.free[shared.index(name)]:
            message = f"the likelihood is largest where the variance between {word} is 0"
            found.append(Finding(code="glmm-variance-zero", message=message, severity="note"))
    if spec.nodes is not None and fitted.quadrature.rule != "none":
        message = f"the integral is done with {spec.nodes} nodes as asked for; its error is not known"
        found.append(Finding(code="glmm-fixed-nodes", message=message, severity="note"))
    if second:
        message = (
            "the likelihood has a second, lower maximum at another value of tau2; the profile-likelihood "
            "interval covers what both allow, the Wald interval does not"
        )
        found.append(Finding(code="glmm-two-maxima", message=message, severity="warning"))
    return tuple(found)


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array
