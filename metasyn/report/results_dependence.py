"""The key `dependence` of `results.json`: rows that depend on each other, pooled by a model for them."""

from __future__ import annotations

from typing import Any

from metasyn.analysis.dependence import DependentSynthesis
from metasyn.synthesis.mean.record import NO_NULL
from metasyn.synthesis.robust import CheAtRho, CheResult
from metasyn.values import Interval, NotEstimable

__all__ = ["dependence_entry", "fitted", "tested"]


def dependence_entry(found: DependentSynthesis | NotEstimable) -> dict[str, Any] | None:
    """All rows of an outcome and what the dependent model makes of them.

    Parameters
    ----------
    found : DependentSynthesis or NotEstimable

    Returns
    -------
    dict or None
        Described in `docs/result-schema.md`; None where no two rows depend on each other.
    """
    if isinstance(found, NotEstimable):
        return None
    labels, added = found.effects.labels, set(found.added)
    rows = [
        {"label": label, "yi": effect.yi, "vi": effect.vi, "group": group, "in_headline": i not in added}
        for i, (label, effect, group) in enumerate(
            zip(labels, found.effects.effects, found.groups.clusters, strict=True)
        )
    ]
    return {
        "k": found.effects.k,
        "n_groups": len(found.groups.groups),
        "rows": rows,
        "groups": found.groups.to_dict()["groups"],
        "redundant": [
            {"label": row.label, "reason": row.reason, "in_headline": row.in_headline}
            for row in found.redundant
        ],
        "correlations": [
            {
                "rows": [labels[i] for i in pair.rows],
                "correlation": pair.correlation,
                "assumed": pair.assumed,
                "reason": pair.reason,
            }
            for pair in found.pairs
        ],
        **_model(found.result),
    }


def _model(result: CheResult | NotEstimable) -> dict[str, Any]:
    """The mean with its robust error, or why there is none."""
    if isinstance(result, NotEstimable):
        return {"estimate": None, "not_estimable": {"estimate": result.reason}}
    values = {name: getattr(result, name) for name in ("se", "df", "ci", "pi")}
    values["pvalue"] = tested(result)
    reasons = {name: value.reason for name, value in values.items() if isinstance(value, NotEstimable)}
    return {
        "method": "correlated and hierarchical effects",
        "rho": result.spec.rho,
        "level": result.spec.level,
        "tau2_method": result.spec.method,
        "variance": result.spec.variance,
        "estimate": fitted(result.estimate),
        **{name: _plain(value) for name, value in values.items()},
        "tau2": fitted(result.tau2),
        "omega2": fitted(result.omega2),
        "sensitivity": [_at(at) for at in result.sensitivity],
        "findings": [
            {"code": one.code, "severity": one.severity, "message": one.message} for one in result.findings
        ],
        "not_estimable": reasons,
    }


def tested(result: CheResult) -> float | NotEstimable:
    """The p value against no effect, where the measure has a value of no effect."""
    return NO_NULL if result.effects.measure.null is None else result.pvalue


def _at(at: CheAtRho) -> dict[str, Any]:
    if isinstance(at.coefficients, NotEstimable):
        return {"rho": at.rho, "estimate": None, "not_estimable": {"estimate": at.coefficients.reason}}
    mean = at.coefficients[0]
    numbers = {name: _plain(getattr(mean, name)) for name in ("estimate", "se", "df", "ci")}
    return {"rho": at.rho, **numbers, "tau2": _plain(at.tau2), "omega2": _plain(at.omega2)}


def _plain(value: float | Interval | NotEstimable) -> Any:
    if isinstance(value, NotEstimable):
        return None
    found = fitted(value)
    return [found.low, found.high] if isinstance(found, Interval) else found


def fitted(value: Any) -> Any:
    """What rests on a search for a maximum, to the 8 significant digits on which machines agree."""
    if isinstance(value, Interval):
        return Interval(fitted(value.low), fitted(value.high), value.level)
    return value if isinstance(value, NotEstimable) else float(f"{value:.8g}")
