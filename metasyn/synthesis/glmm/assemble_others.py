"""Puts together the results of the beta-binomial model and of Firth's penalised likelihood."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.synthesis.counts.model import ChiSquaredTest, SilentRow
from metasyn.synthesis.glmm.assemble import wald
from metasyn.synthesis.glmm.beta_binomial import LARGEST_SPREAD, BetaBinomial
from metasyn.synthesis.glmm.build import build
from metasyn.synthesis.glmm.firth import Firth
from metasyn.synthesis.glmm.fit import covariance_of, fit_model, maximise
from metasyn.synthesis.glmm.model import (
    Convergence,
    GlmmData,
    GlmmResult,
    GlmmSpec,
    OnNaturalScale,
    Quadrature,
)
from metasyn.synthesis.glmm.natural import conditional
from metasyn.synthesis.glmm.profile import profile_interval
from metasyn.synthesis.glmm.saturated import heterogeneity_tests
from metasyn.values import Finding, NotEstimable

__all__ = ["assemble_beta_binomial", "assemble_firth"]

Array = NDArray[np.float64]
_NO_INTEGRAL = Quadrature(rule="none", nodes=0)
_NO_TAU = "the beta-binomial model describes differences between studies by rho, not by tau2"
_COMMON = "Firth's penalised likelihood is that of one effect common to all studies"


def assemble_beta_binomial(
    data: GlmmData, used: GlmmData, spec: GlmmSpec, silent: tuple[SilentRow, ...]
) -> GlmmResult:
    """Beta-binomial counts; the effect is the first parameter, phi the last."""
    x, n, design = _rows(used)
    fixed = spec.between == "common-effect"
    likelihood = BetaBinomial(x, n, design, fixed_spread=fixed)
    start, lower = _start(x, n, design, fixed=fixed)
    found = maximise(likelihood, start, lower)
    phi = 0.0 if fixed else float(found.x[-1])
    if phi > LARGEST_SPREAD / 2:
        raise NotEstimableError(
            "the correlation within studies grows to 1: they are all or nothing. List the studies."
        )
    covariance = covariance_of(found.hessian, found.free)
    estimate, se = float(found.x[0]), math.sqrt(float(covariance[0, 0]))
    statistic, pvalue, df, ci = wald(spec, used.k, estimate, se)
    if spec.ci_method == "profile-likelihood":
        ci = profile_interval(likelihood, found.x, found.value, lower, se, spec.level)
    plain = BetaBinomial(x, n, design, fixed_spread=True)
    common = maximise(plain, start[: design.shape[1]], np.full(design.shape[1], -np.inf))
    lrt, wald_test = _tests(used, spec)
    back = conditional(spec.measure, estimate, ci)
    names = ["effect", "level", "phi"] if design.shape[1] == 2 else ["effect", "phi"]
    covariance.flags.writeable = False
    steps = found.iterations
    settled = Convergence(iterations=steps, evaluations=steps + 1, decrement=found.decrement)
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
        tau2=NotEstimable(_NO_TAU),
        tau=NotEstimable(_NO_TAU),
        sigma2=NotEstimable(_NO_TAU),
        rho=phi / (1 + phi),
        pi=NotEstimable("not offered for the beta-binomial model; the mixed models have one"),
        conditional=back,
        marginal=_as_mean(spec, back),
        I2=NotEstimable(_NO_TAU),
        H2=NotEstimable(_NO_TAU),
        lrt=lrt,
        wald=wald_test,
        log_likelihood=found.value,
        log_likelihood_common=common.value,
        aic=-2 * found.value + 2 * found.x.size,
        bic=-2 * found.value + math.log(x.size) * found.x.size,
        covariance=covariance,
        parameters=dict(zip(names, map(float, found.x), strict=False)),
        quadrature=_NO_INTEGRAL,
        convergence=settled,
        silent=silent,
        findings=_notes(fixed, phi),
    )


def _start(x: Array, n: Array, design: Array, *, fixed: bool) -> tuple[Array, Array]:
    """Where the search begins, and the least values: phi, the last unless it is fixed, is not negative."""
    level = math.log((x.sum() + 0.5) / (n.sum() - x.sum() + 0.5))
    start = np.array([level, 0.05] if design.shape[1] == 1 else [0.0, level, 0.05])
    lower = np.full(start.size, -np.inf)
    lower[-1] = 0.0
    return (start[:-1], lower[:-1]) if fixed else (start, lower)


def assemble_firth(
    data: GlmmData, used: GlmmData, spec: GlmmSpec, silent: tuple[SilentRow, ...], why: str = ""
) -> GlmmResult:
    """The common effect with Firth's penalty; `why` is what it stands in for."""
    model = Firth(used)
    beta, iterations = model.maximum()
    covariance = model.covariance(beta)
    estimate, se = float(beta[0]), math.sqrt(float(covariance[0, 0]))
    statistic, pvalue, df, ci = wald(spec, used.k, estimate, se)
    if spec.ci_method == "profile-likelihood":
        ci = model.profile_interval(beta, se, spec.level)
    none = NotEstimable(_COMMON)
    no_tests = NotEstimable("the saturated and the common-effect likelihood are not penalised")
    back = conditional(spec.measure, estimate, ci)
    effect = covariance[:1, :1].copy()
    effect.flags.writeable = False
    return GlmmResult(
        spec=spec,
        data=data,
        method="Firth penalised likelihood",
        k=data.k,
        k_used=used.k,
        estimate=estimate,
        se=se,
        ci=ci,
        statistic=statistic,
        pvalue=pvalue,
        df=df,
        tau2=none,
        tau=none,
        sigma2=none,
        rho=none,
        pi=none,
        conditional=back,
        marginal=back if used.events_2 is None else none,
        I2=none,
        H2=none,
        lrt=no_tests,
        wald=no_tests,
        log_likelihood=model.value(beta),
        log_likelihood_common=no_tests,
        aic=no_tests,
        bic=no_tests,
        covariance=effect,
        parameters={"effect": estimate},
        quadrature=_NO_INTEGRAL,
        convergence=Convergence(iterations=iterations, evaluations=iterations, decrement=0.0),
        silent=silent,
        findings=_penalty(spec, why),
    )


def _rows(data: GlmmData) -> tuple[Array, Array, Array]:
    """Cohorts one under the other, with effect and level as columns of the design."""
    if data.events_2 is None or data.size_2 is None:
        return data.events_1, data.size_1, np.ones((data.k, 1))
    half = np.repeat([0.5, -0.5], data.k)
    x, n = np.concatenate([data.events_1, data.events_2]), np.concatenate([data.size_1, data.size_2])
    return x, n, np.column_stack([half, np.ones(2 * data.k)])


def _tests(used: GlmmData, spec: GlmmSpec) -> tuple[ChiSquaredTest | NotEstimable, ...]:
    """Of the binomial proportions of single cohorts."""
    if used.events_2 is not None:
        reason = NotEstimable(
            "the tests of heterogeneity belong to the models that keep the groups of a study together"
        )
        return reason, reason
    built = build(used, spec.measure, "random-intercept")
    common = fit_model(built.kernel, used.k, built.common, built.common_start())
    return heterogeneity_tests(built, common, used.k, None)


def _as_mean(spec: GlmmSpec, back: OnNaturalScale) -> OnNaturalScale | NotEstimable:
    """The beta-binomial model is about mean proportions."""
    if spec.measure == "PLO":
        return back
    return NotEstimable("the odds ratio is that of the mean proportions of the groups")


def _notes(fixed: bool, phi: float) -> tuple[Finding, ...]:
    if fixed or phi > 0:
        return ()
    message = "the likelihood is largest where participants of one cohort are not correlated (rho is 0)"
    return (Finding(code="glmm-variance-zero", message=message, severity="note"),)


def _penalty(spec: GlmmSpec, why: str) -> tuple[Finding, ...]:
    if not why:
        return ()
    message = (
        f"{why}: in the place of {spec.model} Firth's penalised likelihood gives the effect, taken to be "
        "common to all studies; how much it differs between them cannot be told"
    )
    return (Finding(code="glmm-separation", message=message, severity="warning"),)
