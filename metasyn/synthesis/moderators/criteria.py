"""How much a regression explains, and its likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.numerics.additive import prepare, weighted_rss
from metasyn.synthesis.model import Heterogeneity
from metasyn.synthesis.moderators.design import Design
from metasyn.synthesis.moderators.fit import ArrayFit, estimate
from metasyn.synthesis.moderators.request import RegressionSpec
from metasyn.synthesis.tau2.fit_statistics import fit_statistics
from metasyn.values import NotEstimable

__all__ = ["Criteria", "explained", "likelihood_criteria"]

Array = NDArray[np.float64]

_NOT_NESTED = NotEstimable(
    "without an intercept in the design, the model without moderators is not a part of this one"
)
_EMPTY = NotEstimable("the design has no moderators: there is nothing that could explain")
_NOTHING = NotEstimable("there is no heterogeneity to explain: it is zero without moderators")
_COMMON = NotEstimable("the common-effect model takes the between-study variance as zero")
_FIXED = NotEstimable("the between-study variance was fixed, not estimated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Log-likelihood and information criteria, or why there are none."""

    log_likelihood: float | NotEstimable
    deviance: float | NotEstimable
    aic: float | NotEstimable
    bic: float | NotEstimable
    aicc: float | NotEstimable


_WEIGHTED = NotEstimable("R2 of a common-effect model is defined for inverse-variance weights")


def explained(
    y: Array,
    v: Array,
    design: Design,
    spec: RegressionSpec,
    fit: ArrayFit,
    found: Heterogeneity,
    weights: Array | None,
) -> tuple[float | NotEstimable, float | NotEstimable]:
    """R2, and tau2 of the model without moderators.

    With random effects 1 - tau2 / tau2 of the empty model, else 1 - (Q / df) / (Q / df of it); at least 0.

    References
    ----------
    Raudenbush SW. Analyzing effect sizes: random-effects models. In: Cooper H et al. (eds).
    The handbook of research synthesis and meta-analysis, 2nd ed. 2009, 295-315.
    """
    reason = None
    if design.X.shape[1] == 1 and design.spans_intercept:
        reason = _EMPTY
    elif not design.spans_intercept:
        reason = _NOT_NESTED
    null = prepare(y, v)
    if spec.model == "common-effect":
        if reason is not None:
            return reason, _COMMON
        if weights is not None:
            return _WEIGHTED, _COMMON
        of_null = null.rss_at_zero / (null.k - 1)
        return (max(0.0, 1.0 - found.Q / found.df / of_null) if of_null > 0 else _NOTHING), _COMMON
    if spec.tau2 is not None:
        return _FIXED, _FIXED
    without = estimate(null, spec, weights).value
    if reason is not None:
        return reason, without
    if without == 0 and fit.solution.value == 0:
        return _NOTHING, without
    return (max(0.0, 1.0 - fit.solution.value / without) if without > 0 else 0.0), without


def likelihood_criteria(fit: ArrayFit, spec: RegressionSpec) -> Criteria:
    """Log-likelihood at the coefficients of the fit, with AIC, BIC and AICc."""
    common = spec.model == "common-effect"
    if not common and spec.tau2_method not in ("ML", "REML"):
        reason = NotEstimable(
            f"{spec.tau2_method} does not maximise a likelihood; information criteria need ML or REML"
        )
        return Criteria(log_likelihood=reason, deviance=reason, aic=reason, bic=reason, aicc=reason)
    tau2 = fit.solution.value
    found = fit_statistics(
        fit.problem,
        tau2,
        restricted=not common and spec.tau2_method == "REML",
        tau2_estimated=not common and spec.tau2 is None,
    )
    # Zero but for user weights, whose coefficients are not those of least squares.
    loss = 0.5 * (fit.linear.rss - weighted_rss(fit.problem, tau2 / fit.problem.unit))
    loss = loss if spec.weights is not None else 0.0
    return Criteria(
        log_likelihood=found.log_likelihood - loss,
        deviance=found.deviance + 2 * loss,
        aic=found.aic + 2 * loss,
        bic=found.bic + 2 * loss,
        aicc=found.aicc + 2 * loss,
    )
