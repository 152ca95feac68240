"""A comparison as JSON, schema `metasyn-diff/1`, on full precision."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from metasyn.changes.model import (
    AnalysisChange,
    Cause,
    ClaimChange,
    EvidenceChange,
    GroupingChange,
    GroupStanding,
    Moved,
    OptionEdit,
    OutcomeChange,
    Standing,
)
from metasyn.changes.renamed import renamed_rows
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.evidence.table_changes import RowEdit
from metasyn.report.changes.numbers import measure_before
from metasyn.report.changes.words import row_place
from metasyn.values import Interval, NotEstimable

__all__ = ["CHANGE_SCHEMA", "analysis_entry", "change_document", "change_json", "row_entry"]

CHANGE_SCHEMA = "metasyn-diff/1"


def change_json(change: EvidenceChange) -> str:
    """A comparison as JSON text.

    Parameters
    ----------
    change : EvidenceChange

    Returns
    -------
    str
        UTF-8 text with a final newline; floats with all their digits, so that shares sum to the change.

    Examples
    --------
    >>> json.loads(change_json(EvidenceChange(old="HEAD", new="the working folder")))["schema"]
    'metasyn-diff/1'
    """
    text = json.dumps(change_document(change), ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8", "replace").decode() + "\n"


def change_document(change: EvidenceChange) -> dict[str, Any]:
    """A comparison as plain data.

    Parameters
    ----------
    change : EvidenceChange

    Returns
    -------
    dict
        Described key by key in `docs/living.md`. What is not estimable is None, with the reason under
        its name in `not_estimable`.
    """
    return {
        "schema": CHANGE_SCHEMA,
        "old": {"label": change.old, "version": change.old_version},
        "new": {"label": change.new, "version": change.new_version},
        "rows": [row_entry(row) for row in change.rows],
        "renamed": [{"kind": k or "result", "old": o, "new": n} for k, o, n in renamed_rows(change.rows)],
        "software": [_option(edit) for edit in change.software],
        "analyses": [analysis_entry(one) for one in change.analyses],
    }


def row_entry(edit: RowEdit) -> dict[str, Any]:
    """One changed row with its cells as they were and are written."""
    table, row = row_place(edit)
    cells = [{"column": c.column, "old": c.old, "new": c.new} for c in edit.cells]
    return {"key": edit.key, "table": table, "row": row, "kind": edit.kind, "cells": cells}


def _option(edit: OptionEdit) -> dict[str, Any]:
    return {"where": edit.where, "words": edit.words, "old": edit.old, "new": edit.new}


def analysis_entry(analysis: AnalysisChange) -> dict[str, Any]:
    """One analysis before and after; its rows by their keys."""
    return {
        "name": analysis.name,
        "title": analysis.title,
        "kind": analysis.kind,
        "question_changed": analysis.question_changed,
        "method_changed": analysis.method_changed,
        "remark": analysis.remark,
        "options": [_option(edit) for edit in analysis.options],
        "rows": [row.key for row in analysis.rows],
        "outcomes": [_outcome(outcome) for outcome in analysis.outcomes],
        "claims": [_claim(claim) for claim in analysis.claims],
    }


def _claim(claim: ClaimChange) -> dict[str, Any]:
    return {
        "text": claim.text,
        "where": claim.where,
        "before": claim.before,
        "after": claim.after,
        "flipped": claim.flipped,
        "detail": claim.detail,
        "causes": None if claim.causes is None else list(claim.causes),
        "said": claim.said,
    }


def _outcome(outcome: OutcomeChange) -> dict[str, Any]:
    measure, old = get_measure(outcome.measure), measure_before(outcome)
    return {
        "id": outcome.slug,
        "label": outcome.label,
        "measure": outcome.measure,
        "measure_before": old.code,
        "scale": measure.scale,
        "changed": outcome.changed,
        "before": _standing(outcome.before, old),
        "after": _standing(outcome.after, measure),
        "attribution": outcome.attribution,
        "orders": outcome.orders,
        "remark": outcome.remark,
        "causes": [_cause(cause) for cause in outcome.causes],
        "moved": [_moved(moved, outcome) for moved in outcome.moved],
        "weights": [
            {"label": one.label, "before": one.before, "after": one.after} for one in outcome.weights
        ],
        "groups": list(outcome.groups),
        "group_causes": [_cause(cause) for cause in outcome.group_causes],
        "groupings": [_grouping(one, measure) for one in outcome.groupings],
        "figures": [
            {"label": one.label, "before": list(one.before), "after": list(one.after)}
            for one in outcome.figures
        ],
    }


def _grouping(grouping: GroupingChange, measure: EffectMeasure) -> dict[str, Any]:
    reasons = _Reasons()
    data = {
        "column": grouping.column,
        "groups": [
            {
                "group": one.name,
                "before": _group(one.before, measure),
                "after": _group(one.after, measure),
            }
            for one in grouping.groups
        ],
        "pvalue_before": reasons.number("pvalue_before", grouping.pvalue_before),
        "pvalue_after": reasons.number("pvalue_after", grouping.pvalue_after),
    }
    return {**data, "not_estimable": dict(reasons)}


def _group(standing: GroupStanding | None, measure: EffectMeasure) -> dict[str, Any] | None:
    if standing is None:
        return None
    reasons = _Reasons()
    ci = reasons.pair("ci", standing.ci)
    data = {"k": standing.k, "estimate": reasons.number("estimate", standing.estimate), "ci": ci}
    display = _display({**data, "pi": None}, measure)
    del display["pi"]
    return {**data, "display": display, "not_estimable": dict(reasons)}


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.id,
        "kind": cause.kind,
        "title": cause.title,
        "rows": [row.key for row in cause.rows],
        "options": [edit.where for edit in cause.options],
    }


class _Reasons(dict[str, str]):
    """Collects why a value is missing while the values are written."""

    def number(self, name: str, value: float | NotEstimable | None) -> float | None:
        if isinstance(value, NotEstimable):
            self[name] = value.reason
            return None
        if value is None or math.isfinite(value):
            return value
        self[name] = "the value is not finite"
        return None

    def pair(self, name: str, interval: Interval | NotEstimable) -> list[float | None] | None:
        if isinstance(interval, NotEstimable):
            self[name] = interval.reason
            return None
        return [self.number(name, interval.low), self.number(name, interval.high)]


def _moved(moved: Moved, outcome: OutcomeChange) -> dict[str, Any]:
    reasons = _Reasons()
    apart = outcome.another_scale and moved.quantity not in ("I2", "k")
    data = {
        "quantity": moved.quantity,
        "before": reasons.number("before", moved.before),
        "after": reasons.number("after", moved.after),
        "change": reasons.number("change", NotEstimable(moved.unshared) if apart else moved.change),
        "unshared": moved.unshared,
        "shares": _shares(moved),
    }
    return {**data, "not_estimable": dict(reasons)}


def _shares(moved: Moved) -> list[dict[str, Any]]:
    found = []
    for share in moved.shares:
        reasons = _Reasons()
        data = {
            "cause": share.cause,
            "shapley": reasons.number("shapley", share.shapley),
            "alone": reasons.number("alone", share.alone),
            "last": reasons.number("last", share.last),
            "sampling_error": reasons.number("sampling_error", share.sampling_error),
        }
        found.append({**data, "not_estimable": dict(reasons)})
    return found


def _standing(standing: Standing | None, measure: EffectMeasure) -> dict[str, Any] | None:
    if standing is None:
        return None
    reasons = _Reasons()
    numbers = ("estimate", "se", "tau2", "I2", "pvalue")
    data = {
        "k": standing.k,
        "n_studies": standing.n_studies,
        **{name: reasons.number(name, getattr(standing, name)) for name in numbers},
        "ci": reasons.pair("ci", standing.ci),
        "pi": reasons.pair("pi", standing.pi),
        "null": standing.null_value,
        "level": standing.level,
        "model": standing.model,
        "ci_method": standing.ci_method,
        "tau2_method": standing.tau2_method,
        "weights": dict(standing.weights),
    }
    return {**data, "display": _display(data, measure), "not_estimable": dict(reasons)}


def _display(data: dict[str, Any], measure: EffectMeasure) -> dict[str, Any]:
    """Estimate and intervals on the natural scale."""
    shown: dict[str, Any] = {"estimate": _natural(data["estimate"], measure)}
    for name in ("ci", "pi"):
        bounds: Sequence[float | None] | None = data[name]
        shown[name] = None if bounds is None else [_natural(bound, measure) for bound in bounds]
    return shown


def _natural(value: float | None, measure: EffectMeasure) -> float | None:
    if value is None:
        return None
    natural = measure.to_natural(value)
    return natural if math.isfinite(natural) else None
