"""Regression tests on the standard error or the sample size: Egger, Thompson-Sharp, Pustejovsky-Rodgers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study.asymmetry import PREDICTORS, RegressionTest, regression_test
from metasyn.synthesis.small_study.inputs import poolable, sizes_of
from metasyn.synthesis.small_study.policy import require_enough
from metasyn.synthesis.small_study.recommend import linked_finding
from metasyn.synthesis.small_study.regression import Line, additive_line, multiplicative_line
from metasyn.values import require_level
from metasyn.vocabulary import LineCiMethod, Predictor, RegressionModel, Tau2Method, require_option

__all__ = ["egger_test", "fit_line", "pustejovsky_test", "thompson_test"]

_GROWING = ("ni", "sqrtni")


def egger_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    ni: ArrayLike | None = None,
    predictor: Predictor = "sei",
    model: RegressionModel = "multiplicative",
    tau2_method: Tau2Method | None = None,
    ci_method: LineCiMethod | None = None,
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    r"""Egger's regression test for funnel asymmetry, and its kin.

    The effects are regressed on a measure of imprecision; a slope other than 0 means that small
    studies show other effects than large ones. The intercept is the effect at infinite precision.

    ==================  ===========================================================================
    multiplicative      weights 1/v, dispersion estimated, t with k - 2 df: the classical test
    random-effects      meta-regression: weights 1/(v + tau2)
    common-effect       weights 1/v, no residual heterogeneity
    ==================  ===========================================================================

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or arrays `yi` with `vi` or `sei`, each of shape (k,).
    ni : array_like of shape (k,), optional
        Total sample sizes, for the predictors made of them; default from the counts of the effects.
    predictor : {'sei', 'vi', 'ni', 'ninv', 'sqrtni', 'sqrtninv'}
    model : {'multiplicative', 'random-effects', 'common-effect'}
    tau2_method : str, optional
        For `model="random-effects"`; default `"REML"`.
    ci_method : {'wald', 't', 'hartung-knapp', 'hartung-knapp-adhoc'}, optional
        Test and intervals: default `"wald"` (normal) for the two additive models; `multiplicative`
        has t with k - 2 df and no other.
    level : float
    force : bool
        Compute it for fewer than ten effects as well.

    Returns
    -------
    RegressionTest

    Raises
    ------
    OptionError
        If an option or the data are out of range, or sample sizes are needed and not known.
    NotEstimableError
        If k < 10 without `force`, k < 3, or the predictor is the same for every effect.

    References
    ----------
    Egger M, Davey Smith G, Schneider M, Minder C. Bias in meta-analysis detected by a simple,
    graphical test. BMJ 1997;315:629-634. 10.1136/bmj.315.7109.629
    Sterne JAC, Egger M. Regression methods to detect publication and other bias in meta-analysis.
    In: Rothstein HR et al. (eds), Publication Bias in Meta-Analysis. Wiley 2005:99-110.

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> found = egger_test(yi=yi, vi=vi, measure="HR")
    >>> round(found.slope.estimate, 3), round(found.statistic, 2), found.df
    (-2.502, -11.06, 8.0)
    """
    require_option("predictor", predictor, Predictor)
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "Egger's test", force=force, least=3)
    x = _predictor(chosen, predictor, ni)
    line = fit_line(chosen, x, model=model, tau2_method=tau2_method, ci_method=ci_method, level=level)
    if predictor in ("sei", "vi"):
        findings += linked_finding(chosen.measure.code, "Egger's test")
    return regression_test(
        line,
        test="egger",
        measure=chosen.measure.code,
        predictor=PREDICTORS[predictor],
        weights="1 / (v + tau2)" if model == "random-effects" else "1 / v",
        tau2_method=(tau2_method or "REML") if model == "random-effects" else "",
        labels=chosen.labels,
        of=chosen,
        limit=predictor not in _GROWING,
        findings=findings,
    )


def thompson_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    """Thompson and Sharp's test: Egger's with additive heterogeneity by the method of moments.

    Meta-regression on the standard error with the DerSimonian-Laird residual variance, the slope
    over its Wald standard error referred to t with k - 2 df (method 3a of the paper; `Thompson` in
    the R package meta). Parameters and errors as of `egger_test`.

    References
    ----------
    Thompson SG, Sharp SJ. Explaining heterogeneity in meta-analysis: a comparison of methods.
    Stat Med 1999;18:2693-2708. 10.1002/(SICI)1097-0258(19991030)18:20<2693::AID-SIM235>3.0.CO;2-V

    Examples
    --------
    >>> yi = [-0.9, -0.1, -0.5, -1.4, -0.3, -0.2, -0.8, -0.4, -0.6, -1.1]
    >>> vi = [0.20, 0.03, 0.08, 0.40, 0.05, 0.02, 0.15, 0.06, 0.10, 0.30]
    >>> thompson_test(yi=yi, vi=vi, measure="HR").df
    8.0
    """
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "Thompson and Sharp's test", force=force, least=3)
    line = fit_line(
        chosen, np.sqrt(chosen.vi), model="random-effects", tau2_method="DL", ci_method="t", level=level
    )
    return regression_test(
        line,
        test="thompson",
        measure=chosen.measure.code,
        predictor=PREDICTORS["sei"],
        weights="1 / (v + tau2)",
        tau2_method="DL",
        labels=chosen.labels,
        of=chosen,
        findings=findings + linked_finding(chosen.measure.code, "Thompson and Sharp's test"),
    )


def pustejovsky_test(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    n_1: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    level: float = 0.95,
    force: bool = False,
) -> RegressionTest:
    """Pustejovsky and Rodgers' test for standardised mean differences.

    Egger's regression with the part of the standard error that depends on the sample sizes only,
    W = sqrt(1/n1 + 1/n2): as predictor and, as 1/W^2, as weight; t with k - 2 df.

    Parameters
    ----------
    n_1, n_2 : array_like of shape (k,), optional
        Participants of the two groups; default from the counts of the effects.

    Other parameters and errors are those of `egger_test`.

    References
    ----------
    Pustejovsky JE, Rodgers MA. Testing for funnel plot asymmetry of standardized mean differences.
    Res Synth Methods 2019;10:57-71. 10.1002/jrsm.1332

    Examples
    --------
    >>> yi = [0.9, 0.1, 0.5, 1.4, 0.3, 0.2, 0.8, 0.4, 0.6, 1.1]
    >>> vi = [0.22, 0.03, 0.09, 0.45, 0.05, 0.02, 0.16, 0.06, 0.10, 0.33]
    >>> n = [10, 67, 25, 5, 40, 100, 13, 33, 20, 7]
    >>> found = pustejovsky_test(yi=yi, vi=vi, measure="SMD", n_1=n, n_2=n)
    >>> found.pvalue < 0.001, found.findings
    (True, ())
    """
    chosen = poolable(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    findings = require_enough(chosen.k, "Pustejovsky and Rodgers' test", force=force, least=3)
    sizes = sizes_of(chosen, {"n_1": n_1, "n_2": n_2}, purpose="Pustejovsky and Rodgers' test")
    w2 = 1 / sizes["n_1"] + 1 / sizes["n_2"]
    line = multiplicative_line(chosen.yi, np.sqrt(w2), 1 / w2, level=require_level(level))
    return regression_test(
        line,
        test="pustejovsky",
        measure=chosen.measure.code,
        predictor="sqrt(1/n1 + 1/n2)",
        weights="1 / (1/n1 + 1/n2)",
        labels=chosen.labels,
        findings=findings,
    )


def fit_line(
    effects: EffectSet,
    x: NDArray[np.float64],
    *,
    model: RegressionModel,
    tau2_method: Tau2Method | None,
    ci_method: str | None,
    level: float,
) -> Line:
    """The regression of the effects on `x` under one model, options checked."""
    require_option("model", model, RegressionModel)
    if ci_method is not None:
        require_option("ci_method", ci_method, LineCiMethod)
    if tau2_method is not None:
        require_option("tau2_method", tau2_method, Tau2Method)
        if model != "random-effects":
            raise OptionError(
                f"tau2_method={tau2_method!r} belongs to model='random-effects'; model={model!r} has no tau2."
            )
    level = require_level(level)
    if model == "multiplicative":
        if ci_method not in (None, "t"):
            raise OptionError(
                f"ci_method={ci_method!r} belongs to the additive models; model='multiplicative' estimates "
                "its own dispersion and uses t with k - 2 degrees of freedom."
            )
        return multiplicative_line(effects.yi, x, 1 / effects.vi, level=level)
    method = (tau2_method or "REML") if model == "random-effects" else None
    return additive_line(
        effects.yi, effects.vi, x, tau2_method=method, ci_method=ci_method or "wald", level=level
    )


def _predictor(effects: EffectSet, predictor: Predictor, ni: ArrayLike | None) -> NDArray[np.float64]:
    if predictor == "sei":
        return np.sqrt(effects.vi)
    if predictor == "vi":
        return effects.vi
    n = sizes_of(effects, {"ni": ni}, purpose=f"predictor={predictor!r}")["ni"]
    return {"ni": n, "ninv": 1 / n, "sqrtni": np.sqrt(n), "sqrtninv": 1 / np.sqrt(n)}[predictor]
