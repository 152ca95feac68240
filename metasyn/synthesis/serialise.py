"""A synthesis as plain data, as a table and as text; numbers on full precision, nothing rounded away."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metasyn.effects.display import natural_estimate
from metasyn.effects.serialise import effect_set_to_dict
from metasyn.synthesis.model import (
    Alternative,
    Heterogeneity,
    SubgroupAnalysis,
    SynthesisResult,
    Tau2Estimate,
)
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import HeterogeneityTest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["effects_to_frame", "synthesis_to_dict", "synthesis_to_text"]


class _Reasons(dict[str, str]):
    """Collects why a value is missing while the values are written."""

    def number(self, name: str, value: float | NotEstimable) -> float | None:
        if isinstance(value, NotEstimable):
            self[name] = value.reason
            return None
        if not math.isfinite(value):
            self[name] = "the value is not finite"
            return None
        return float(value)

    def pair(self, name: str, interval: Interval | NotEstimable) -> list[float | None] | None:
        if isinstance(interval, NotEstimable):
            self[name] = interval.reason
            return None
        return [self.number(name, interval.low), self.number(name, interval.high)]


def synthesis_to_dict(result: SynthesisResult) -> dict[str, Any]:
    """One synthesis object of schema `metasyn-result/1`.

    Parameters
    ----------
    result : SynthesisResult

    Returns
    -------
    dict
        JSON-ready. Analysis scale except in `display`; what is not estimable is None, with the
        reason under its name in `not_estimable`.
    """
    given = effect_set_to_dict(result.effects, level=result.request.level)
    return {**_synthesis(result), "rows": given["rows"], "exclusions": given["exclusions"]}


def _synthesis(result: SynthesisResult) -> dict[str, Any]:
    """Everything but the rows, which a group shares with the whole."""
    reasons = _Reasons()
    measure = result.effects.measure
    data = {
        "measure": measure.code,
        "scale": measure.scale,
        "k": result.k,
        "n_studies": result.n_studies,
        "model": result.model,
        "ci_method": result.ci_method,
        "pi_method": result.request.pi_method,
        "level": result.request.level,
        "profile": result.request.profile,
        "estimate": reasons.number("estimate", result.estimate),
        "se": reasons.number("se", result.se),
        "test": _test(result, reasons),
        "ci": reasons.pair("ci", result.ci),
        "pi": reasons.pair("pi", result.pi),
        **_heterogeneity(result.heterogeneity, reasons),
        "weights": [float(weight) for weight in result.weights],
        "display": _display(result, reasons),
        "policy": {"rule": result.policy.rule, "reason": result.policy.reason},
        "alternatives": [_alternative(a, i, reasons) for i, a in enumerate(result.alternatives)],
        "glmm": None if result.beside.glmm is None else result.beside.glmm.to_dict(),
        "bayes": [{"prior": name, **one.to_dict()} for name, one in result.beside.bayes],
        "subgroups": None if result.subgroups is None else _subgroups(result.subgroups),
        "findings": [
            {"code": f.code, "severity": f.severity, "message": f.message, "where": f.where}
            for f in result.findings
        ],
    }
    return {**data, "not_estimable": dict(reasons)}


def _test(result: SynthesisResult, reasons: _Reasons) -> dict[str, Any]:
    normal = math.isinf(result.df)
    statistic = reasons.number("test", result.statistic)
    return {
        "statistic": statistic,
        "df": None if normal else result.df,
        "distribution": "normal" if normal else "t",
        "pvalue": None if isinstance(result.pvalue, NotEstimable) else result.pvalue,
        "null": result.effects.measure.null,
    }


def _heterogeneity(found: Heterogeneity | NotEstimable, reasons: _Reasons) -> dict[str, Any]:
    names = (
        "tau2",
        "tau2_method",
        "tau2_se",
        "tau2_ci",
        "tau2_ci_method",
        "tau2_truncated",
        "I2",
        "I2_ci",
        "I2_method",
        "heterogeneity_test",
        "H2",
        "H2_ci",
        "Q",
        "df",
        "pvalue",
    )
    if isinstance(found, NotEstimable):
        reasons["heterogeneity"] = found.reason
        return dict.fromkeys(names)
    return {
        **_tau2(found.tau2, reasons),
        "I2": reasons.number("I2", found.I2),
        "I2_ci": reasons.pair("I2_ci", found.I2_ci),
        "I2_method": found.i2_method,
        "heterogeneity_test": found.test,
        "H2": reasons.number("H2", found.H2),
        "H2_ci": reasons.pair("H2_ci", found.H2_ci),
        "Q": reasons.number("Q", found.Q),
        "df": found.df,
        "pvalue": reasons.number("pvalue", found.pvalue),
    }


def _tau2(tau2: Tau2Estimate, reasons: _Reasons) -> dict[str, Any]:
    return {
        "tau2": reasons.number("tau2", tau2.value),
        "tau2_method": tau2.method,
        "tau2_se": reasons.number("tau2_se", tau2.se),
        "tau2_ci": reasons.pair("tau2_ci", tau2.ci),
        "tau2_ci_method": tau2.ci_method,
        "tau2_truncated": tau2.truncated,
    }


def _display(result: SynthesisResult, reasons: _Reasons) -> dict[str, Any]:
    """Headline numbers on the natural scale of the measure."""
    return {
        "estimate": reasons.number("display.estimate", result.natural(result.estimate)),
        "ci": _natural_pair("display.ci", result, result.ci, reasons),
        "pi": _natural_pair("display.pi", result, result.pi, reasons),
    }


def _natural_pair(
    name: str, result: SynthesisResult, interval: Interval | NotEstimable, reasons: _Reasons
) -> list[float | None] | None:
    if isinstance(interval, NotEstimable):
        return None  # the reason stands with the interval on the analysis scale
    return [reasons.number(name, result.natural(bound)) for bound in (interval.low, interval.high)]


def _alternative(other: Alternative, place: int, reasons: _Reasons) -> dict[str, Any]:
    where = f"alternatives[{place}]"
    return {
        "model": other.model,
        "ci_method": other.ci_method,
        "prior": other.prior or None,
        "estimate": reasons.number(f"{where}.estimate", other.estimate),
        "se": reasons.number(f"{where}.se", other.se),
        "df": None if math.isinf(other.df) else other.df,
        "ci": reasons.pair(f"{where}.ci", other.ci),
        "pvalue": reasons.number(f"{where}.pvalue", other.pvalue),
        "headline": other.headline,
    }


def _subgroups(groups: SubgroupAnalysis) -> dict[str, Any]:
    """Groups with the positions of their rows; the rows themselves stand with the whole."""
    reasons = _Reasons()
    shared: Mapping[str, Any] = dict.fromkeys(
        ("tau2", "tau2_method", "tau2_se", "tau2_ci", "tau2_ci_method", "tau2_truncated")
    )
    if groups.tau2 is not None:
        shared = _tau2(groups.tau2, reasons)
    return {
        "by": groups.by,
        "tau2_mode": groups.tau2_mode,
        "reason": groups.reason,
        **shared,
        "Q_between": reasons.number("Q_between", groups.Q_between),
        "df": groups.df,
        "pvalue": reasons.number("pvalue", groups.pvalue),
        "groups": [
            {"name": name, "indices": list(indices), **_synthesis(result)}
            for name, indices, result in zip(groups.names, groups.indices, groups.results, strict=True)
        ],
        "not_estimable": dict(reasons),
    }


def effects_to_frame(result: SynthesisResult) -> pd.DataFrame:
    """The effects of a synthesis as a pandas table.

    Returns
    -------
    pandas.DataFrame
        One row per effect: label, ids, `yi`, `vi`, `sei`, weight, estimate on the natural scale,
        route and its grade, zero-cell adjustment, locators, then the attributes of the effects.
    """
    import pandas as pd

    attributes = list(dict.fromkeys(name for e in result.effects.effects for name in e.attributes))
    rows = [
        {
            "label": effect.label,
            "study_id": effect.study_id,
            "cohort_id": effect.cohort_id,
            "comparator_id": effect.comparator_id,
            "yi": effect.yi,
            "vi": effect.vi,
            "sei": effect.sei,
            "weight": float(weight),
            "natural": natural_estimate(effect, result.effects.measure),
            "route": effect.route.name,
            "grade": effect.route.grade,
            "adjustment": effect.adjustment,
            "inverted": effect.inverted,
            "source": "; ".join(dict.fromkeys(row.source_id for row in effect.rows)),
            "locator": "; ".join(dict.fromkeys(row.locator for row in effect.rows)),
            **{name: effect.attributes.get(name, "") for name in attributes},
        }
        for effect, weight in zip(result.effects.effects, result.weights, strict=True)
    ]
    return pd.DataFrame(rows)


def synthesis_to_text(result: SynthesisResult) -> str:
    """Compact text: the result on the natural scale, then the numbers on the analysis scale.

    The readable summary on the natural scale is `metasyn.tables.summary.summary_text`.
    """
    level = f"{100 * result.request.level:g}%"
    model = result.model if result.pooled else "single study"
    ci = "credible interval" if result.model == "bayesian" else "CI"
    measure, shown = result.effects.measure, _range(_natural(result), digits=4)
    lines = [
        f"{measure.label} {result.natural(result.estimate):.4g}, {level} {ci} {shown}"
        + (f" {measure.unit}" if measure.unit else ""),
        f"{model}, {result.ci_method}, k = {result.k}" + _prior(result),
        *_marginal(result, level),
        f"on the scale of analysis ({measure.scale}): {result.estimate:.6g} (se {result.se:.6g})",
        f"{level} {'credible' if result.model == 'bayesian' else 'confidence'} interval: {_range(result.ci)}",
        f"prediction interval ({result.request.pi_method}): {_range(result.pi)}",
    ]
    found = result.heterogeneity
    if isinstance(found, Heterogeneity):
        lines.append(
            f"tau2 = {found.tau2.value:.6g} ({found.tau2.method}), {level} CI {_range(found.tau2.ci)}; "
            f"I2 = {found.I2:.6g}; {_TESTS[found.test]} = {found.Q:.6g}, df = {found.df}, "
            f"p = {found.pvalue:.4g}"
        )
    lines.append(f"{result.policy.rule}: {result.policy.reason}")
    lines += [f"{finding.severity}: {finding}" for finding in result.findings]
    return "\n".join(lines)


_TESTS: dict[HeterogeneityTest, str] = {"Q": "Q", "likelihood-ratio": "likelihood-ratio chi-square"}


def _prior(result: SynthesisResult) -> str:
    prior = next((way.prior for way in result.alternatives if way.headline), "")
    return f", prior of tau: {prior}" if prior else ""


def _marginal(result: SynthesisResult, level: str) -> list[str]:
    """The mean over studies beside the median of a mixed model."""
    mixed = result.beside.glmm
    if result.model != "glmm" or mixed is None or isinstance(mixed.marginal, NotEstimable):
        return []
    mean, low, high = mixed.marginal.value, mixed.marginal.ci.low, mixed.marginal.ci.high
    return [
        f"that is the median over studies; their mean: {mean:.4g}, {level} CI {low:.4g} to {high:.4g}",
    ]


def _natural(result: SynthesisResult) -> Interval | NotEstimable:
    """The confidence interval on the natural scale."""
    if isinstance(result.ci, NotEstimable):
        return result.ci
    return Interval(result.natural(result.ci.low), result.natural(result.ci.high), result.ci.level)


def _range(interval: Interval | NotEstimable, *, digits: int = 6) -> str:
    if isinstance(interval, NotEstimable):
        return f"not estimable ({interval.reason})"
    return f"{interval.low:.{digits}g} to {interval.high:.{digits}g}"
