"""Confidence intervals of the mean and the test of no effect: one entry for every method."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import two_sided_quantile
from metasyn.synthesis.mean.fit import MeanFit, fit_mean
from metasyn.synthesis.mean.henmi_copas import henmi_copas
from metasyn.synthesis.mean.kenward_roger import kenward_roger
from metasyn.synthesis.mean.permutation import permutation
from metasyn.synthesis.mean.profile_likelihood import profile_likelihood
from metasyn.synthesis.mean.record import (
    Inference,
    interval_around,
    interval_remarks,
    refused,
    symmetric,
)
from metasyn.synthesis.mean.sidik_jonkman import sidik_jonkman_se
from metasyn.synthesis.tau2.estimators import estimate_tau2
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, require_option

__all__ = [
    "CLOSED_FORMS",
    "Inference",
    "infer",
    "interval_around",
    "interval_remarks",
    "reference_df",
    "standard_error",
]


def _wald_se(fit: MeanFit) -> float:
    return math.sqrt(fit.variance)


def _knapp_se(fit: MeanFit) -> float:
    return math.sqrt(fit.variance * fit.q)


def _floored_knapp_se(fit: MeanFit) -> float:
    return math.sqrt(fit.variance * max(1.0, fit.q))


def _kenward_roger_se(fit: MeanFit) -> float:
    found = kenward_roger(fit)
    if isinstance(found, NotEstimable):
        raise NotEstimableError(f"{found.reason}.")
    return math.sqrt(found.variance)


_STANDARD_ERRORS: Mapping[str, Callable[[MeanFit], float]] = MappingProxyType(
    {
        "wald": _wald_se,
        "t": _wald_se,
        "hartung-knapp": _knapp_se,
        "hartung-knapp-adhoc": _floored_knapp_se,
    }
)
_GUARDED: Mapping[str, Callable[[MeanFit], float]] = MappingProxyType(
    {"sidik-jonkman": sidik_jonkman_se, "kenward-roger": _kenward_roger_se}
)
CLOSED_FORMS = frozenset(_STANDARD_ERRORS) | frozenset(_GUARDED)


def standard_error(fit: MeanFit, ci_method: CiMethod) -> float:
    r"""Standard error of the mean for the intervals that are an estimate plus and minus a multiple of it.

    ==================  =========================================================
    wald, t             sqrt(1 / sum w)
    hartung-knapp       sqrt(q / sum w)
    hartung-knapp-adhoc sqrt(max(1, q) / sum w)
    sidik-jonkman       see `sidik_jonkman_se`
    kenward-roger       see `kenward_roger`
    ==================  =========================================================

    Raises
    ------
    OptionError
        For a method without a standard error of its own.
    NotEstimableError
        If the Kenward-Roger or the robust standard error is not defined for the fit.

    References
    ----------
    Hartung J, Knapp G. Stat Med 2001;20:3875-3889. 10.1002/sim.1009
    Röver C, Knapp G, Friede T. Hartung-Knapp-Sidik-Jonkman approach and its modification for
    random-effects meta-analysis with few studies. BMC Med Res Methodol 2015;15:99.
    10.1186/s12874-015-0091-1
    """
    formula = _STANDARD_ERRORS.get(ci_method) or _GUARDED.get(ci_method)
    if formula is None:
        raise OptionError(
            f"ci_method {ci_method!r} has no standard error of its own; "
            f"those that have: {', '.join(map(repr, sorted(CLOSED_FORMS)))}."
        )
    return formula(fit)


def reference_df(fit: MeanFit, ci_method: CiMethod) -> float:
    """Degrees of freedom of the reference distribution; inf for the normal.

    Raises
    ------
    NotEstimableError
        If the Kenward-Roger adjustment is not defined for the fit.
    """
    if ci_method == "wald":
        return math.inf
    if ci_method == "kenward-roger":
        found = kenward_roger(fit)
        if isinstance(found, NotEstimable):
            raise NotEstimableError(f"{found.reason}.")
        return found.df
    return float(fit.df)


def infer(fit: MeanFit, ci_method: CiMethod, *, level: float, null: float | None, seed: int = 1) -> Inference:
    r"""Standard error, interval and test of the null value for one interval method.

    ====================  ====================================================================
    wald                  normal quantile, SE 1/sqrt(sum w)
    t                     t_{df}, the same SE
    hartung-knapp         t_{df}, SE sqrt(q / sum w)
    hartung-knapp-adhoc   t_{df}, q not below 1
    hartung-knapp-hybrid  Hartung-Knapp or Wald, whichever is wider (`note` says if Wald)
    hartung-knapp-iqwig   Hartung-Knapp; if narrower than the Wald interval at the
                          DerSimonian-Laird tau2, 't' takes its place (`note` says so)
    kenward-roger         inflated variance and its own df, see `kenward_roger`
    sidik-jonkman         t_{df}, bias-corrected robust SE, see `sidik_jonkman_se`
    profile-likelihood    likelihood ratio of the mean, tau2 profiled out
    henmi-copas           common-effect mean, allowing for tau2 in its distribution
    permutation           inverted sign-flip test, exact for few studies
    ====================  ====================================================================

    Parameters
    ----------
    fit : MeanFit
    ci_method : str
        One of the above.
    level : float
    null : float or None
        Value of no effect; None where the measure has none.
    seed : int
        For the permutation interval where it draws sign patterns.

    Returns
    -------
    Inference
        With `ci` and the test `NotEstimable` where the method is not defined for the fit.

    Raises
    ------
    OptionError
        If the method is unknown, or belongs to the Bayesian model.

    References
    ----------
    Jackson D, Law M, Rücker G, Schwarzer G. The Hartung-Knapp modification for random-effects
    meta-analysis: a useful refinement but are there any residual concerns? Stat Med 2017;36:3923-3934.
    10.1002/sim.7411
    IQWiG. General Methods, version 6.0. Cologne 2020.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_mean(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.0)
    >>> infer(fit, "wald", level=0.95, null=0.0).statistic
    1.0
    >>> infer(fit, "hartung-knapp-iqwig", level=0.95, null=0.0).note
    ''
    """
    formula = _STANDARD_ERRORS.get(ci_method)
    if formula is None:
        if ci_method == "credible":
            raise OptionError("a credible interval belongs to the Bayesian model: model='bayesian'.")
        return _SPECIAL[require_option("ci_method", ci_method, CiMethod)](fit, level, null, seed)
    se = formula(fit) if fit.k > 1 else _wald_se(fit)
    df = math.inf if ci_method == "wald" else float(fit.df)
    return symmetric(fit.estimate, se, df, level=level, null=null)


def _kenward_roger(fit: MeanFit, level: float, null: float | None, seed: int) -> Inference:
    found = kenward_roger(fit)
    if isinstance(found, NotEstimable):
        return refused(fit, found.reason, null=null)
    short = found.shortage()
    if short is not None:
        return replace(refused(fit, short.reason, null=null), se=math.sqrt(found.variance), df=found.df)
    return symmetric(fit.estimate, math.sqrt(found.variance), found.df, level=level, null=null)


def _sidik_jonkman(fit: MeanFit, level: float, null: float | None, seed: int) -> Inference:
    try:
        se = sidik_jonkman_se(fit)
    except NotEstimableError as error:
        return refused(fit, str(error).rstrip("."), null=null)
    return symmetric(fit.estimate, se, float(fit.df), level=level, null=null)


def _hybrid(fit: MeanFit, level: float, null: float | None, seed: int) -> Inference:
    """The wider of the Hartung-Knapp and the Wald interval at the same tau2."""
    if fit.k > 1 and _half_width(fit, "hartung-knapp", level) < _half_width(fit, "wald", level):
        return symmetric(
            fit.estimate,
            _wald_se(fit),
            math.inf,
            level=level,
            null=null,
            note="the Hartung-Knapp interval would be narrower than the Wald interval: "
            "the Wald interval is given (hybrid rule).",
        )
    return infer(fit, "hartung-knapp", level=level, null=null)


def _iqwig(fit: MeanFit, level: float, null: float | None, seed: int) -> Inference:
    """Hartung-Knapp, or t with the classic standard error where it is narrower than DL with Wald."""
    if fit.user_weights:
        return refused(fit, "the IQWiG rule is defined for inverse-variance weights", null=null)
    if fit.k > 1:
        dl = fit
        if fit.tau2_method != "DL":
            dl = fit_mean(fit.yi, fit.vi, estimate_tau2(fit.yi, fit.vi, method="DL").value)
        if _half_width(fit, "hartung-knapp", level) < _half_width(dl, "wald", level):
            return symmetric(
                fit.estimate,
                _wald_se(fit),
                float(fit.df),
                level=level,
                null=null,
                note="the Hartung-Knapp interval would be narrower than the Wald interval with "
                "DerSimonian-Laird tau2: the classic standard error with a t distribution is used "
                "(IQWiG rule).",
            )
    return infer(fit, "hartung-knapp", level=level, null=null)


def _half_width(fit: MeanFit, ci_method: CiMethod, level: float) -> float:
    df = math.inf if ci_method == "wald" else float(fit.df)
    return two_sided_quantile(1 - level, df) * _STANDARD_ERRORS[ci_method](fit)


_SPECIAL: Mapping[str, Callable[[MeanFit, float, float | None, int], Inference]] = MappingProxyType(
    {
        "kenward-roger": _kenward_roger,
        "sidik-jonkman": _sidik_jonkman,
        "hartung-knapp-hybrid": _hybrid,
        "hartung-knapp-iqwig": _iqwig,
        "profile-likelihood": lambda fit, level, null, seed: profile_likelihood(fit, level=level, null=null),
        "henmi-copas": lambda fit, level, null, seed: henmi_copas(fit, level=level, null=null),
        "permutation": lambda fit, level, null, seed: permutation(fit, level=level, null=null, seed=seed),
    }
)
