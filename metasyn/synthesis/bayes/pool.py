"""The entry to Bayesian pooling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.arrays import effects_or_arrays, require_poolable
from metasyn.synthesis.bayes.fit import BayesFit, fit_bayes
from metasyn.synthesis.bayes.half_priors import HalfNormal
from metasyn.synthesis.bayes.model import BayesResult
from metasyn.synthesis.bayes.moments import require_proper_posterior
from metasyn.synthesis.bayes.mu_prior import FlatMean, MuPrior, NormalMean
from metasyn.synthesis.bayes.prior import TauPrior
from metasyn.synthesis.bayes.summary import summarise
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.usual_scale import DEFAULT_SCALE, has_usual_scale
from metasyn.values import Finding, NotEstimable, require_level
from metasyn.vocabulary import CredibleInterval, require_option

__all__ = ["DEFAULT_SCALE", "pool_bayes"]

# Quadrature less accurate than this is said.
_ACCURATE = 1e-8


def pool_bayes(
    effects: EffectSet | SynthesisResult | None = None,
    /,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    tau_prior: TauPrior | None = None,
    mu_prior: MuPrior | None = None,
    level: float = 0.95,
    interval: CredibleInterval = "shortest",
) -> BayesResult:
    r"""Pool effects under the Bayesian normal-normal hierarchical model.

    y_i ~ N(theta_i, v_i), theta_i ~ N(mu, tau^2), with independent priors of mu and tau. Given tau
    everything is normal; the integral over tau is done by quadrature to about 1e-12, without sampling,
    so that a second run gives the same digits.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale (log for ratios).
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors.
    labels : sequence of str, optional
    measure : str
    tau_prior : TauPrior, optional
        `half_normal`, `half_cauchy`, `half_t`, `exponential`, `uniform`, `jeffreys`, `log_normal`, `log_t`
        or an empirical prior (`turner_prior`, `rhodes_prior`). Default half-normal with scale 0.5, meant
        for log ratios, logits and standardised mean differences; other measures must state theirs.
    mu_prior : FlatMean or NormalMean, optional
        `flat()` (default) or `normal(mean, sd)`.
    level : float
        Of the credible intervals.
    interval : {'shortest', 'quantile'}
        Which interval headlines; the result has both. The shortest one depends on the scale: it is that
        of the analysis scale.

    Returns
    -------
    BayesResult

    Raises
    ------
    OptionError
        If the data or an option are out of range, or the measure needs a stated prior.
    NotEstimableError
        For no effects, and if the posterior under an improper prior is not a probability distribution.

    References
    ----------
    Roever C. Bayesian random-effects meta-analysis using the bayesmeta R package. J Stat Softw
    2020;93(6):1-51. 10.18637/jss.v093.i06

    Examples
    --------
    >>> result = pool_bayes(yi=[-0.478, -0.288], sei=[0.16, 0.14], measure="HR")
    >>> round(result.estimate, 4), round(result.ci.low, 4), round(result.ci.high, 4)
    (-0.3759, -0.9674, 0.2048)
    >>> round(result.p_below_null, 4), round(result.tau.median, 4)
    (0.9387, 0.2107)
    """
    chosen = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    require_poolable(chosen)
    tau_prior, notes = _tau_prior(tau_prior, chosen.measure)
    mu_prior = FlatMean() if mu_prior is None else mu_prior
    if not isinstance(mu_prior, FlatMean | NormalMean):
        raise OptionError(f"mu_prior must be flat() or normal(mean, sd); got {mu_prior!r}.")
    level = require_level(level)
    require_option("interval", interval, CredibleInterval)
    if not chosen.k:
        raise NotEstimableError("there is no effect to pool.")
    require_proper_posterior(chosen.k, tau_prior, mu_prior)
    fit = fit_bayes(np.array(chosen.yi), np.array(chosen.vi), tau_prior=tau_prior, mu_prior=mu_prior)
    return BayesResult(
        effects=chosen,
        tau_prior=tau_prior,
        mu_prior=mu_prior,
        level=level,
        interval=interval,
        mu=summarise(fit, "mu", level),
        tau=summarise(fit, "tau", level),
        predictive=summarise(fit, "predictive", level),
        p_below_null=_below_null(fit, chosen.measure),
        log_marginal_likelihood=_marginal(fit),
        fit=fit,
        findings=(*notes, *_prior_findings(tau_prior, chosen.measure), *_fit_findings(fit)),
    )


def _tau_prior(given: TauPrior | None, measure: EffectMeasure) -> tuple[TauPrior, tuple[Finding, ...]]:
    """The prior of tau; the default one only where its scale makes sense."""
    if isinstance(given, TauPrior):
        return given, ()
    if given is not None:
        raise OptionError(
            f"tau_prior must be a prior such as half_normal(0.5) or turner_prior(...); got {given!r}."
        )
    if not has_usual_scale(measure) and measure.code != "GEN":
        raise OptionError(
            f"state tau_prior for measure {measure.code!r}: the default half_normal({DEFAULT_SCALE}) is "
            f"meant for log ratios, and tau is in units of the {measure.scale} here. Choose a scale that "
            "covers the differences between studies you consider possible: tau is below it with 68% and "
            "below twice of it with 95% probability."
        )
    if measure.code != "GEN":
        return HalfNormal(scale=DEFAULT_SCALE), ()
    message = (
        f"the measure is not stated; the default prior half-normal({DEFAULT_SCALE}) assumes log ratios "
        "or standardised mean differences"
    )
    where = "prior of tau"
    return HalfNormal(scale=DEFAULT_SCALE), (
        Finding(code="prior-scale", message=message, where=where, severity="note"),
    )


def _prior_findings(prior: TauPrior, measure: EffectMeasure) -> tuple[Finding, ...]:
    """Doubtful constants, and a prior estimated for another measure."""
    if prior.made_for is None or measure.code in ("GEN", prior.made_for):
        return prior.findings
    message = (
        f"the prior describes the heterogeneity of effects measured as {prior.made_for}; "
        f"these are measured as {measure.code}"
    )
    other = Finding(code="prior-measure", message=message, where="prior of tau", severity="warning")
    return (*prior.findings, other)


def _fit_findings(fit: BayesFit) -> tuple[Finding, ...]:
    """A single study, and quadrature that did not converge."""
    found = []
    if fit.yi.size == 1:
        message = "one study says nothing about differences between studies: tau is known from its prior only"
        found.append(Finding(code="one-study", message=message, severity="warning"))
    panels = fit.tau.integral.panels
    if not panels.converged or panels.error > _ACCURATE:
        message = f"the integral over tau is only accurate to about {panels.error:.1g} of its value"
        found.append(Finding(code="quadrature", message=message, severity="warning"))
    return tuple(found)


def _below_null(fit: BayesFit, measure: EffectMeasure) -> float | NotEstimable:
    if measure.null is None:
        return NotEstimable(f"a {measure.label} has no value of no effect")
    return float(fit.mu.cdf(np.array([measure.null]))[0])


def _marginal(fit: BayesFit) -> float | NotEstimable:
    if not fit.tau_prior.proper:
        return NotEstimable(f"the prior {fit.tau_prior.name!r} of tau is improper")
    if isinstance(fit.mu_prior, FlatMean):
        return NotEstimable("the flat prior of mu is improper")
    return fit.tau.integral.log_total
