"""Comparing two nested regressions by their likelihoods."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.regression import spans
from metasyn.numerics.tails import chi2_upper_p
from metasyn.numerics.wls import orthonormal_columns
from metasyn.synthesis.moderators.model import RegressionResult
from metasyn.values import NotEstimable

__all__ = ["LikelihoodRatioTest", "likelihood_ratio_test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatioTest:
    """Likelihood-ratio test of a full against a reduced model.

    Attributes
    ----------
    statistic : float
        Twice the difference of the log-likelihoods, >= 0.
    df : int
        Difference in the number of parameters.
    pvalue : float
        Upper tail of chi-square. Where a between-study variance is what differs, the null value
        lies on the boundary and the p value is conservative.
    log_likelihood_full, log_likelihood_reduced : float
    parameters_full, parameters_reduced : int
    R2 : float or NotEstimable
        Proportion of the reduced model's tau2 that the full model explains.
    """

    statistic: float
    df: int
    pvalue: float
    log_likelihood_full: float
    log_likelihood_reduced: float
    parameters_full: int
    parameters_reduced: int
    R2: float | NotEstimable

    def __str__(self) -> str:
        return (
            f"likelihood-ratio test: {self.statistic:.6g} on {self.df} degree(s) of freedom, "
            f"p = {self.pvalue:.4g}"
        )


def likelihood_ratio_test(full: RegressionResult, reduced: RegressionResult) -> LikelihoodRatioTest:
    r"""Test whether the full model fits better than the reduced one.

    LRT = 2 (l_full - l_reduced), chi-square on the difference in parameters. REML likelihoods of
    different designs cannot be compared: with other moderators, fit both by ML.

    Parameters
    ----------
    full, reduced : RegressionResult
        Of the same effects; the columns of the reduced design are combinations of the full one's.

    Returns
    -------
    LikelihoodRatioTest

    Raises
    ------
    OptionError
        If effects or estimators differ, the models are not nested, or user weights were given.
    NotEstimableError
        If the estimator is neither ML nor REML, or is REML and the designs differ.

    Examples
    --------
    >>> from metasyn.synthesis.moderators import meta_regression
    >>> data = dict(yi=[-0.9, -0.1, -0.5, -1.4, -0.3], vi=[0.1, 0.05, 0.2, 0.1, 0.08], tau2_method="ML")
    >>> full = meta_regression(formula="~ x", data={"x": [3, 0, 1, 5, 2]}, **data)
    >>> likelihood_ratio_test(full, meta_regression(formula="~ 1", **data)).df
    1
    """
    for name, value in (("full", full), ("reduced", reduced)):
        if not isinstance(value, RegressionResult):
            raise OptionError(f"{name} must be a RegressionResult; got {type(value).__name__}.")
    _require_same_effects(full, reduced)
    nested, same = _compare_designs(full, reduced)
    a, b = full.request, reduced.request
    if a.weights is not None or b.weights is not None:
        raise OptionError("with user weights the coefficients do not maximise the likelihood: fit without.")
    methods = {r.tau2_method for r in (a, b) if r.model == "random-effects"}
    if len(methods) > 1:
        raise OptionError(
            f"both models must be fitted by one estimator; got {' and '.join(sorted(methods))}."
        )
    restricted = methods == {"REML"}
    if methods and methods <= {"ML", "REML"}:
        pass
    elif methods:
        raise NotEstimableError(
            f'{methods.pop()} does not maximise a likelihood; fit both with tau2_method="ML".'
        )
    if restricted and not same:
        raise NotEstimableError(
            'REML likelihoods of different designs cannot be compared; fit both with tau2_method="ML".'
        )
    if restricted and "common-effect" in (a.model, b.model):
        raise OptionError(
            "compare with REML at tau2=0.0 instead of the common-effect model, whose likelihood is ML."
        )
    more, fewer = _parameters(full), _parameters(reduced)
    if not nested or more <= fewer:
        raise OptionError(
            f"the reduced model must be a part of the full one; the full one has "
            f"{', '.join(full.design.names)} ({more} parameters), the reduced one "
            f"{', '.join(reduced.design.names)} ({fewer})."
        )
    return _test(full, reduced, more, fewer)


def _test(full: RegressionResult, reduced: RegressionResult, more: int, fewer: int) -> LikelihoodRatioTest:
    high, low = full.log_likelihood, reduced.log_likelihood
    assert not isinstance(high, NotEstimable)
    assert not isinstance(low, NotEstimable)
    statistic = max(0.0, 2 * (high - low))
    R2: float | NotEstimable = NotEstimable("the reduced model has no between-study variance to explain")
    if reduced.tau2 > 0:
        R2 = max(0.0, 1.0 - full.tau2 / reduced.tau2)
    return LikelihoodRatioTest(
        statistic=statistic,
        df=more - fewer,
        pvalue=chi2_upper_p(statistic, more - fewer),
        log_likelihood_full=high,
        log_likelihood_reduced=low,
        parameters_full=more,
        parameters_reduced=fewer,
        R2=R2,
    )


def _parameters(result: RegressionResult) -> int:
    """Coefficients, and tau2 where it was estimated."""
    estimated = result.request.model == "random-effects" and result.request.tau2 is None
    return result.p + estimated


def _require_same_effects(full: RegressionResult, reduced: RegressionResult) -> None:
    a, b = full.effects, reduced.effects
    if a.k != b.k or (a.yi != b.yi).any() or (a.vi != b.vi).any():
        raise OptionError(
            f"both models must be fitted to the same effects; the full one has {a.k}, the reduced one {b.k}"
            + (", and they differ." if a.k == b.k else ".")
        )


def _compare_designs(full: RegressionResult, reduced: RegressionResult) -> tuple[bool, bool]:
    """Whether the reduced design lies in the full one, and whether they span the same."""
    inside = spans(orthonormal_columns(full.design.X), reduced.design.X)
    return inside, inside and full.p == reduced.p
