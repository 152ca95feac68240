"""The one entry to meta-regression."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import EffectSet, Exclusion
from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.tails import two_sided_p
from metasyn.synthesis.arrays import effects_or_arrays, require_poolable
from metasyn.synthesis.heterogeneity import FIXED, common_effect_heterogeneity, heterogeneity
from metasyn.synthesis.mean import interval_around
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.synthesis.moderators.columns import Moderator, source_columns
from metasyn.synthesis.moderators.criteria import explained, likelihood_criteria
from metasyn.synthesis.moderators.design import Design, build_design, matrix_columns
from metasyn.synthesis.moderators.findings import regression_findings
from metasyn.synthesis.moderators.fit import ArrayFit, fit_arrays
from metasyn.synthesis.moderators.formula import design_of, parse_formula, read_columns
from metasyn.synthesis.moderators.model import Coefficient, RegressionResult
from metasyn.synthesis.moderators.request import RegressionSpec
from metasyn.synthesis.moderators.wald import NO_SPREAD, contrast_test
from metasyn.synthesis.tau2.weights import checked_weights
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, Missing, NormalModel, Tau2CiMethod, Tau2Method, require_option

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fit_regression", "meta_regression"]

Array = NDArray[np.float64]

NO_MODERATORS = NotEstimable("the design has no moderators: there is nothing to test")


def meta_regression(
    effects: EffectSet | SynthesisResult | None = None,
    /,
    formula: str | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    X: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    data: pd.DataFrame | Mapping[str, Sequence[Any]] | None = None,
    tau2_method: Tau2Method = "REML",
    tau2: float | None = None,
    model: NormalModel = "random-effects",
    test: CiMethod = "hartung-knapp",
    weights: ArrayLike | None = None,
    tau2_ci_method: Tau2CiMethod = "q-profile",
    level: float = 0.95,
    missing: Missing = "error",
) -> RegressionResult:
    r"""Regress effects on moderators, with a residual between-study variance.

    y_i = x_i'b + u_i + e_i with Var(u_i) = tau2 and Var(e_i) = v_i. The coefficients are
    b = (X'WX)^{-1} X'Wy, w = 1/(v + tau2), with covariance V = (X'WX)^{-1}, times the weighted
    residual mean square for Knapp and Hartung's tests.

    =====================  ============================  ===================  ====================
    test                   in R                          covariance           reference
    =====================  ============================  ===================  ====================
    hartung-knapp          `test="knha"`                 V s2                 t(k-p), F(m, k-p)
    hartung-knapp-adhoc    `test="adhoc"`                V max(1, s2)         t(k-p), F(m, k-p)
    wald                   `test="z"`                    V                    normal, chi-square(m)
    t                      `test="t"`                    V                    t(k-p), F(m, k-p)
    =====================  ============================  ===================  ====================

    with s2 = sum w (y - Xb)^2 / (k - p), b from the weights w also where user weights are given.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Standardised effects; or give arrays.
    formula : str, optional
        Right-hand side in Wilkinson's notation: `"~ ablat + C(alloc)"`; `*` and `:` cross, `- 1`
        leaves the intercept out, `I(x - 33)` and `np.log(x)` transform. Categories are treatment
        coded against their first level; `C(alloc, contr.treatment("random"))` names another.
        Formulas may name columns and a stated set of functions, nothing else.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale.
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors; exactly one of them with `yi`.
    labels : sequence of str, optional
        Names of the studies, with `yi`.
    measure : str
        Effect measure, with `yi`.
    X : array_like of shape (k, p), optional
        The whole design instead of a formula, the column of ones included.
    names : sequence of str, optional
        Names of the columns of `X`.
    data : DataFrame or mapping of str to sequence, optional
        Columns for the formula, one row per effect in the order of the effects. Default: the
        attributes of the effects. `vi` and `sei` may always be named.
    tau2_method : str
        Estimator of the residual between-study variance; see `metasyn.synthesis.tau2.estimate_tau2`.
    tau2 : float, optional
        A fixed one instead.
    model : {'random-effects', 'common-effect'}
    test : {'hartung-knapp', 'hartung-knapp-adhoc', 'wald', 't'}
    weights : array_like of shape (k,), optional
        User weights A >= 0: b = (X'AX)^{-1} X'Ay with the sandwich covariance; also the weights of
        GENQ and GENQM.
    tau2_ci_method : {'q-profile', 'generalised-q', 'jackson', 'profile-likelihood'}
        Interval of tau2; the last two belong to some estimators only.
    level : float
    missing : {'error', 'drop'}
        What to do with effects of which a moderator is missing: name them, or leave them out and
        list them in `exclusions`.

    Returns
    -------
    RegressionResult

    Raises
    ------
    OptionError
        For options outside their vocabulary, unknown columns, partly numeric columns, missing
        values, and effects that cannot be pooled.
    NotEstimableError
        If k <= p, or columns of the design depend on each other (they are named).

    References
    ----------
    van Houwelingen HC, Arends LR, Stijnen T. Stat Med 2002;21:589-624. 10.1002/sim.1040
    Knapp G, Hartung J. Stat Med 2003;22:2693-2710. 10.1002/sim.1482

    Examples
    --------
    The thirteen trials of BCG vaccine (Colditz 1994): log risk ratio and absolute latitude.

    >>> import math
    >>> vaccine = [(4, 119), (6, 300), (3, 228), (62, 13536), (33, 5036), (180, 1361), (8, 2537),
    ...            (505, 87886), (29, 7470), (17, 1699), (186, 50448), (5, 2493), (27, 16886)]
    >>> control = [(11, 128), (29, 274), (11, 209), (248, 12619), (47, 5761), (372, 1079), (10, 619),
    ...            (499, 87892), (45, 7232), (65, 1600), (141, 27197), (3, 2338), (29, 17825)]
    >>> pairs = list(zip(vaccine, control))
    >>> yi = [math.log(a / (a + b) / (c / (c + d))) for (a, b), (c, d) in pairs]
    >>> vi = [1 / a - 1 / (a + b) + 1 / c - 1 / (c + d) for (a, b), (c, d) in pairs]
    >>> ablat = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
    >>> result = meta_regression(formula="~ ablat", yi=yi, vi=vi, data={"ablat": ablat}, test="wald")
    >>> round(result["ablat"].estimate, 4), round(result.tau2, 4), round(result.R2, 4)
    (-0.0291, 0.0763, 0.7563)
    """
    effects = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    require_poolable(effects)
    require_option("missing", missing, Missing)
    given = None if weights is None else checked_weights(weights, effects.k)
    spec = RegressionSpec(
        model=model,
        tau2_method=tau2_method,
        tau2=tau2,
        test=test,
        weights=_tuple(given),
        tau2_ci_method=tau2_ci_method,
        level=level,
    )
    if (formula is None) == (X is None):
        raise OptionError("give either formula= or X= (the whole design), exactly one of them.")
    if X is not None:
        if data is not None:
            raise OptionError("data= belongs to formula=; X= is the whole design.")
        design, keep, gone = _from_matrix(effects, X, names, missing)
    else:
        if names is not None:
            raise OptionError("names= belongs to X=; a formula names its own columns.")
        design, keep, gone = _from_formula(effects, formula, data, missing)
    if gone:
        effects = replace(effects.take(keep.tolist()), exclusions=(*effects.exclusions, *gone))
        spec = replace(spec, weights=None if given is None else _tuple(given[keep]))
    return fit_regression(effects, design, spec, exclusions=gone)


def fit_regression(
    effects: EffectSet, design: Design, spec: RegressionSpec, *, exclusions: Sequence[Exclusion] = ()
) -> RegressionResult:
    """Fit one design to effects that are complete and poolable."""
    y, v, X = effects.yi, effects.vi, design.X
    weights = None if spec.weights is None else np.array(spec.weights)
    if weights is not None and np.count_nonzero(weights) <= X.shape[1]:
        raise NotEstimableError(
            f"{np.count_nonzero(weights)} effects have weights above zero; a regression with {X.shape[1]} "
            "coefficients needs more."
        )
    fit = fit_arrays(y, v, X, spec, intercept=design.intercept, weights=weights)
    found, empty = _heterogeneity(fit, spec)
    linear = fit.linear
    vcov = linear.covariance * fit.scale
    R2, tau2_null = explained(y, v, design, spec, fit, found, weights)
    criteria = likelihood_criteria(fit, spec)
    tested = design.tested
    omnibus = (
        contrast_test(
            linear.coefficients,
            vcov,
            np.eye(X.shape[1])[list(tested)],
            np.zeros(len(tested)),
            [design.names[j] for j in tested],
            _reference_df(fit, spec),
        )
        if tested
        else NO_MODERATORS
    )
    return RegressionResult(
        effects=effects,
        request=spec,
        design=design,
        k=effects.k,
        p=X.shape[1],
        coefficients=_coefficients(design.names, linear.coefficients, vcov, fit, spec),
        vcov=vcov,
        scale=fit.scale,
        heterogeneity=found,
        omnibus=omnibus,
        R2=R2,
        tau2_null=tau2_null,
        log_likelihood=criteria.log_likelihood,
        deviance=criteria.deviance,
        aic=criteria.aic,
        bic=criteria.bic,
        aicc=criteria.aicc,
        fitted=y - linear.residuals,
        residuals=linear.residuals.copy(),
        hat=linear.leverages,
        weights=1.0 / (v + fit.solution.value) if weights is None else weights,
        exclusions=tuple(exclusions),
        findings=tuple(regression_findings(effects, design, spec, fit, found, empty=empty)),
    )


def _from_formula(
    effects: EffectSet, formula: str | None, data: object, missing: Missing
) -> tuple[Design, NDArray[np.intp], tuple[Exclusion, ...]]:
    """The design of a formula, the rows that are complete, and what is left out."""
    source = source_columns(effects, data)
    parsed = parse_formula(formula, tuple(source))
    rows = [effect.label for effect in effects.effects]
    moderators = read_columns(parsed, source, rows)
    keep, gone = _complete(rows, {m.name: m.missing for m in moderators}, missing)
    complete: tuple[Moderator, ...] = tuple(m.take(keep) for m in moderators)
    return design_of(parsed, complete, [rows[i] for i in keep]), keep, gone


def _from_matrix(
    effects: EffectSet, X: ArrayLike, names: Sequence[str] | None, missing: Missing
) -> tuple[Design, NDArray[np.intp], tuple[Exclusion, ...]]:
    array, known = matrix_columns(X, names, effects.k)
    absent = np.isnan(array)
    rows = [effect.label for effect in effects.effects]
    keep, gone = _complete(rows, {name: absent[:, j] for j, name in enumerate(known)}, missing)
    return build_design(array[keep], known), keep, gone


def _complete(
    rows: Sequence[str], absent: Mapping[str, NDArray[np.bool_]], missing: Missing
) -> tuple[NDArray[np.intp], tuple[Exclusion, ...]]:
    """Rows with all moderators, and an exclusion for each other row."""
    without = {i: [name for name, gone in absent.items() if gone[i]] for i in range(len(rows))}
    without = {i: lacking for i, lacking in without.items() if lacking}
    if without and missing == "error":
        shown = "; ".join(f"row {i + 1} ({rows[i]!r}): {', '.join(x)}" for i, x in without.items())
        raise OptionError(
            f"moderators are missing in {len(without)} of {len(rows)} effects: {shown}. "
            'Complete them, or leave these effects out with missing="drop".'
        )
    keep = np.array([i for i in range(len(rows)) if i not in without], dtype=np.intp)
    gone = tuple(
        Exclusion(
            label=rows[i],
            code="moderator-missing",
            reason=f"no value of {', '.join(lacking)}, which the regression uses.",
        )
        for i, lacking in without.items()
    )
    return keep, gone


def _heterogeneity(fit: ArrayFit, spec: RegressionSpec) -> tuple[Heterogeneity, bool]:
    if spec.model == "common-effect":
        return common_effect_heterogeneity(fit.problem, level=spec.level), False
    return heterogeneity(
        fit.problem,
        fit.solution,
        method=FIXED if spec.tau2 is not None else spec.tau2_method,
        level=spec.level,
        tau2_ci_method=spec.tau2_ci_method,
        weights=None if spec.weights is None else np.array(spec.weights),
    )


def _reference_df(fit: ArrayFit, spec: RegressionSpec) -> float:
    return math.inf if spec.test == "wald" else float(fit.problem.k - fit.problem.p)


def _coefficients(
    names: Sequence[str], estimates: Array, vcov: Array, fit: ArrayFit, spec: RegressionSpec
) -> tuple[Coefficient, ...]:
    df = _reference_df(fit, spec)
    rows = []
    for name, estimate, se in zip(names, estimates.tolist(), np.sqrt(np.diag(vcov)).tolist(), strict=True):
        statistic: float | NotEstimable = estimate / se if se > 0 else NO_SPREAD
        ci = interval_around(estimate, se, df, spec.level)
        assert not isinstance(ci, NotEstimable)
        rows.append(
            Coefficient(
                name=name,
                estimate=estimate,
                se=se,
                statistic=statistic,
                df=df,
                pvalue=NO_SPREAD if isinstance(statistic, NotEstimable) else two_sided_p(statistic, df),
                ci=ci,
            )
        )
    return tuple(rows)


def _tuple(weights: Array | None) -> tuple[float, ...] | None:
    return None if weights is None else tuple(weights.tolist())
