"""Effects that are printed as such: with a variance or standard error, or with an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from metasyn.effects.hazard_ratio import quantile
from metasyn.effects.inputs import Breach, Columns, Figure, Rule
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect, EffectSet, Exclusion, Route
from metasyn.values import Interval

__all__ = [
    "ESTIMATE_SETS",
    "effects_from_estimates",
    "estimate_breaches",
    "estimate_figures",
    "missing_rows",
]

ESTIMATE_SETS: tuple[tuple[str, ...], ...] = (("yi", "vi"), ("yi", "sei"), ("estimate", "ci_low", "ci_high"))

_RANGE_RULES = {
    "ratio": "a ratio and its bounds must be positive",
    "proportion": "a proportion must be between 0 and 1",
    "correlation": "a correlation must be between -1 and 1",
    "rate": "a rate must not be negative",
    "time": "a time and its bounds must be positive",
}
_NO_TRANSFORM = {
    "PLO": "0 and 1 have no logit; give events,n instead",
    "PLN": "0 has no logarithm; give events,n instead",
    "IRLN": "0 has no logarithm; give events,time instead",
    "ZCOR": "-1 and 1 have no Fisher's z",
}


def estimate_figures(given: Sequence[str], measure: EffectMeasure) -> tuple[Figure, ...]:
    """The columns of one of the sets with the rules of this measure; `ci_level` is a column of its own.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> [figure.name for figure in estimate_figures(("yi", "sei"), get_measure("HR"))]
    ['yi', 'sei']
    """
    if given[0] == "yi":
        what = "a sampling variance" if given[1] == "vi" else "a standard error"
        return (Figure("yi"), Figure(given[1], ((lambda x: x > 0, f"{what} must be positive"),)))
    level = ((lambda x: (x > 0) & (x < 1), "a level must be between 0 and 1 (write 0.95 for 95%)"),)
    return (*(Figure(name, _natural_rules(measure)) for name in given), Figure("ci_level", level))


def estimate_breaches(columns: Columns) -> list[Breach]:
    """Rows whose bounds are not in order, or whose estimate lies outside its interval."""
    if "estimate" not in columns:
        return []
    estimate, low, high = (columns[name] for name in ESTIMATE_SETS[-1])
    found: list[Breach] = []
    for i in range(estimate.size):
        if low[i] >= high[i]:
            rule = f"the lower bound must be below the upper bound {high[i]:g}"
            found.append((i, "ci_low", rule))
        elif estimate[i] < low[i] or estimate[i] > high[i]:
            rule = f"the estimate must lie in its interval {low[i]:g} to {high[i]:g}"
            found.append((i, "estimate", rule))
    return found


def effects_from_estimates(
    measure: EffectMeasure, columns: Columns, labels: Sequence[str], attributes: Sequence[Mapping[str, str]]
) -> EffectSet:
    """Rows of one of the sets, all of them within their rules, as effects.

    Natural scale with interval: `se = (f(U) - f(L)) / (2 z)`, f the way to the analysis scale, z of
    the level of the row. A row with a missing value is an exclusion.
    """
    given = next(names for names in ESTIMATE_SETS if names[0] in columns and names[1] in columns)
    gone = missing_rows({name: columns[name] for name in given}, labels)
    effects = []
    for i, label in enumerate(labels):
        if i in gone:
            continue
        row = {name: float(values[i]) for name, values in columns.items()}
        yi, vi, shown = _estimate(given, row, measure)
        effects.append(
            Effect(
                label=label,
                yi=yi,
                vi=vi,
                route=_route(given, measure, shown),
                reported_ci=shown,
                attributes=attributes[i],
            )
        )
    return EffectSet(measure=measure, effects=tuple(effects), exclusions=tuple(gone.values()))


def missing_rows(columns: Columns, labels: Sequence[str]) -> dict[int, Exclusion]:
    """Rows that lack a figure, by number, as exclusions that name it."""
    gone = {}
    unknown = np.any([np.isnan(values) for values in columns.values()], axis=0)
    for i in map(int, np.flatnonzero(unknown)):
        names = [name for name, values in columns.items() if np.isnan(values[i])]
        verb = "is" if len(names) == 1 else "are"
        gone[i] = Exclusion(label=labels[i], code="not-reported", reason=f"{', '.join(names)} {verb} missing")
    return gone


def _natural_rules(measure: EffectMeasure) -> tuple[Rule, ...]:
    """What an estimate and its bounds must keep on the natural scale."""
    low, high = measure.natural_range
    strict = measure.log_axis
    words = _RANGE_RULES.get(measure.family, f"it must be between {low:g} and {high:g}")
    rules: list[Rule] = [(lambda x: ((x > low) if strict else (x >= low)) & (x <= high), words)]
    if measure.code in _NO_TRANSFORM:
        ends = [end for end in measure.natural_range if not math.isfinite(measure.to_analysis(end))]
        rules.append((lambda x: ~np.isin(x, ends), _NO_TRANSFORM[measure.code]))
    return tuple(rules)


def _estimate(
    given: Sequence[str], row: Mapping[str, float], measure: EffectMeasure
) -> tuple[float, float, Interval | None]:
    """Estimate, variance and the interval as given, if any."""
    if given[0] == "yi":
        return row["yi"], row["vi"] if given[1] == "vi" else row["sei"] ** 2, None
    shown = Interval(row["ci_low"], row["ci_high"], row["ci_level"])
    width = measure.to_analysis(shown.high) - measure.to_analysis(shown.low)
    return measure.to_analysis(row["estimate"]), (width / (2 * quantile(shown.level))) ** 2, shown


def _route(given: Sequence[str], measure: EffectMeasure, shown: Interval | None) -> Route:
    """The route of one row."""
    if shown is None:
        return Route(name="given", grade=1, formula=f"yi and {given[1]} as given")
    half = f"(2 × {quantile(shown.level):.3f}), {100 * shown.level:g}% interval"
    if measure.family == "ratio":
        formula = f"ln {measure.code}; se = (ln U − ln L)/{half}"
        return Route(name="ratio and interval", grade=1, formula=formula)
    formula = f"{measure.scale} of the estimate; se = difference of the bounds on that scale/{half}"
    return Route(name="given", grade=1, formula=formula)
