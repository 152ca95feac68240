"""A set of effects as plain data: the `rows` and `exclusions` of `metasyn-result/1`."""

from __future__ import annotations

import math
from typing import Any

from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts, Effect, EffectSet, Exclusion, PersonTime
from metasyn.effects.survival.printed_range import EffectRange

__all__ = ["effect_set_to_dict"]


def effect_set_to_dict(effects: EffectSet, *, level: float = 0.95) -> dict[str, Any]:
    """Rows and exclusions as plain data, numbers unrounded, undefined ones as None.

    Parameters
    ----------
    effects : EffectSet
    level : float
        Level of the interval of each row, as a proportion.

    Returns
    -------
    dict
        `measure`, `outcome`, `rows` (one per effect, in order) and `exclusions`.

    Examples
    --------
    >>> from metasyn.effects.plain_table import effects_from_table
    >>> columns = {"label": ["Ax"], "estimate": ["0.62"], "ci_low": ["0.47"], "ci_high": ["0.80"]}
    >>> effects = effects_from_table(columns, measure="HR", level=0.95, file="trials.csv")
    >>> row = effect_set_to_dict(effects)["rows"][0]
    >>> row["label"], round(row["yi"], 4), row["route"]["name"]
    ('Ax', -0.478, 'ratio and interval')
    """
    return {
        "measure": effects.measure.code,
        "outcome": effects.outcome,
        "rows": [_row(effect, effects.measure, level) for effect in effects.effects],
        "exclusions": [_exclusion(exclusion) for exclusion in effects.exclusions],
    }


def _row(effect: Effect, measure: EffectMeasure, level: float) -> dict[str, Any]:
    return {
        "label": effect.label,
        "study_id": effect.study_id,
        "cohort_id": effect.cohort_id,
        "comparator_id": effect.comparator_id,
        "yi": _finite(effect.yi),
        "vi": _finite(effect.vi),
        "sei": _finite(effect.sei),
        "display": _display(effect, measure, level),
        "route": {
            "name": effect.route.name,
            "grade": effect.route.grade,
            "formula": effect.route.formula,
            "assumptions": list(effect.route.assumptions),
        },
        "rounding": _rounding(effect.rounding),
        "other_routes": list(effect.other_routes),
        "counts": _counts(effect.counts),
        **_person_time(effect.person_time),
        "adjustment": effect.adjustment,
        "inverted": effect.inverted,
        "notes": list(effect.notes),
        "results": [
            {
                "result_id": row.result_id,
                "source_id": row.source_id,
                "citation": row.citation,
                "locator": row.locator,
                "as_printed": row.as_printed,
                "derivation": row.derivation,
            }
            for row in effect.rows
        ],
    }


def _display(effect: Effect, measure: EffectMeasure, level: float) -> dict[str, Any]:
    """Estimate and interval on the natural scale."""
    interval = natural_interval(effect, measure, level)
    return {
        "estimate": _finite(natural_estimate(effect, measure)),
        "ci": [_finite(interval.low), _finite(interval.high)],
        "level": interval.level,
    }


def _rounding(found: EffectRange | None) -> dict[str, Any] | None:
    """Ends of both ranges; None for an end without bound."""
    if found is None:
        return None
    return {
        "yi": [_finite(found.yi.low), _finite(found.yi.high)],
        "sei": [_finite(found.sei.low), _finite(found.sei.high)],
        "weight_factor": _finite(found.weight_factor),
    }


def _counts(counts: Counts | None) -> dict[str, int] | None:
    if counts is None:
        return None
    if counts.events_2 is None or counts.n_2 is None:
        return {"events": counts.events_1, "n": counts.n_1}
    return {
        "events_1": counts.events_1,
        "n_1": counts.n_1,
        "events_2": counts.events_2,
        "n_2": counts.n_2,
    }


def _person_time(found: PersonTime | None) -> dict[str, Any]:
    """Under its own key, which other rows do not have."""
    if found is None:
        return {}
    if found.events_2 is None or found.time_2 is None:
        return {"person_time": {"events": found.events_1, "time": found.time_1}}
    names = ("events_1", "time_1", "events_2", "time_2")
    return {"person_time": {name: getattr(found, name) for name in names}}


def _exclusion(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "label": exclusion.label,
        "code": exclusion.code,
        "reason": exclusion.reason,
        "result_ids": list(exclusion.result_ids),
    }


def _finite(value: float) -> float | None:
    value = float(value)
    return value if math.isfinite(value) else None
