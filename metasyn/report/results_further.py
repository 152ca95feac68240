"""Keys of `results.json` beside the synthesis: small-study effects, the order in time, findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.report.results_dependence import dependence_entry
from metasyn.synthesis.absolute import absolute_effect
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study import TrimFill
from metasyn.values import Interval, NotEstimable

__all__ = ["audit_entries", "further_keys"]


def further_keys(part: OutcomeResult, repeated: Callable[[SynthesisResult], Any]) -> dict[str, Any]:
    """What an outcome has beside its synthesis and its repetitions.

    Parameters
    ----------
    part : OutcomeResult
    repeated : callable
        Turns a synthesis of the same rows into plain data.

    Returns
    -------
    dict
        `small_study`, `cumulative`, `absolute`, `dependence`.
    """
    steps = () if part.cumulative is None else part.cumulative.steps
    return {
        "small_study": _small_study(part),
        "cumulative": [
            {"added": step.added, "index": step.index, "key": step.key, **repeated(step.result)}
            for step in steps
        ],
        "absolute": _absolute(part),
        "dependence": dependence_entry(part.dependence),
    }


def audit_entries(result: AnalysisResult) -> list[dict[str, Any]]:
    """Every finding about the reported figures, with its rows and what was done."""
    return [
        {
            "code": one.finding.code,
            "severity": one.finding.severity,
            "open": one.is_open,
            "where": one.finding.where,
            "message": one.finding.message,
            "answer": one.answer,
            "result_ids": list(one.rows),
            "computed": dict(one.computed),
            "repairs": [repair.to_dict() for repair in one.repairs],
        }
        for one in result.audit
    ]


def _small_study(part: OutcomeResult) -> dict[str, Any]:
    found = part.small_study
    if isinstance(found, NotEstimable):
        reasons = dict.fromkeys(("test", "trim_fill"), found.reason)
        return {"test": None, "trim_fill": None, "not_estimable": reasons}
    made = {"test": found.test, "trim_fill": found.trim_fill}
    values = {
        "test": None if isinstance(found.test, NotEstimable) else found.test.to_dict(),
        "trim_fill": None if isinstance(found.trim_fill, NotEstimable) else _trim_fill(found.trim_fill),
    }
    reasons = {name: one.reason for name, one in made.items() if isinstance(one, NotEstimable)}
    return {**values, "not_estimable": reasons}


def _trim_fill(found: TrimFill) -> dict[str, Any]:
    bounds = {"observed_ci": found.observed.ci, "filled_ci": found.result.ci}
    return {
        **found.to_dict(),
        **{name: [ci.low, ci.high] if isinstance(ci, Interval) else None for name, ci in bounds.items()},
    }


def _absolute(part: OutcomeResult) -> list[dict[str, Any]]:
    """Numbers of people at every stated baseline risk."""
    if not isinstance(part.synthesis, SynthesisResult):
        return []
    made = []
    for baseline in part.outcome.baselines:
        effect = absolute_effect(part.synthesis, baseline)
        head = {"baseline_risk": baseline.risk, "baseline_label": baseline.label}
        if isinstance(effect, NotEstimable):
            made.append({**head, "not_estimable": {"difference": effect.reason}})
        else:
            made.append(effect.to_dict())
    return made
