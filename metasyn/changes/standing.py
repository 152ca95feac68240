"""A synthesis as far as a comparison looks at it, and which of its numbers moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from metasyn.changes.model import Quantity, Standing, WeightChange
from metasyn.effects.model import EffectSet
from metasyn.synthesis.model import Heterogeneity, SubgroupAnalysis, SynthesisResult
from metasyn.synthesis.pool import pool
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Measure

__all__ = [
    "QUANTITIES",
    "Point",
    "Row",
    "differs",
    "group_numbers",
    "groups_of",
    "nothing",
    "point_of",
    "quantities",
    "standing_differs",
    "weight_changes",
]

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
# Numbers that differ by less, as a share of the larger one or at all, are the same number.
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One effect of a synthesis: what it is about, its name, figures on the analysis scale and weight."""

    identity: tuple[str, ...]
    label: str
    yi: float
    vi: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """What is computed of one outcome from one choice of changes.

    Attributes
    ----------
    standing : Standing
    rows : tuple of Row
    measure : str
    effects, synthesis : EffectSet and SynthesisResult, or None
        Behind it, where it was computed here and could be.
    truths : mapping of str to bool
        Whether the sentences of a report were true of it, where that was reported.
    """

    standing: Standing
    rows: tuple[Row, ...]
    measure: Measure
    effects: EffectSet | None = None
    synthesis: SynthesisResult | None = None
    truths: Mapping[str, bool] = field(default_factory=dict)

    def fingerprint(self) -> tuple[object, ...]:
        """The numbers, without their last digits: two points with the same have nothing that moved.

        What the methods are called is no part of it.
        """
        rows = sorted((row.identity, *map(_short, (row.yi, row.vi, row.weight))) for row in self.rows)
        further = (self.standing.se, self.standing.pvalue, self.standing.level, self.standing.n_studies)
        return (*map(_short, (*quantities(self.standing).values(), *further)), *rows)


def point_of(effects: EffectSet, synthesis: SynthesisResult | NotEstimable, *, level: float) -> Point:
    """What a comparison looks at of effects and their synthesis.

    Parameters
    ----------
    effects : EffectSet
    synthesis : SynthesisResult or NotEstimable
    level : float
        Level of the intervals that were asked for.

    Returns
    -------
    Point
    """
    measure = effects.measure
    if isinstance(synthesis, NotEstimable):
        return Point(standing=nothing(synthesis, measure.null, level), rows=(), measure=measure.code)
    labels = effects.labels
    rows = tuple(
        Row(
            identity=(effect.study_id, effect.cohort_id, effect.comparator_id)
            if effect.study_id
            else (label,),
            label=label,
            yi=float(effect.yi),
            vi=float(effect.vi),
            weight=float(weight),
        )
        for effect, label, weight in zip(effects.effects, labels, synthesis.weights, strict=True)
    )
    return Point(
        standing=_standing(synthesis, {row.label: row.weight for row in rows}),
        rows=rows,
        measure=measure.code,
        effects=effects,
        synthesis=synthesis,
    )


def nothing(reason: NotEstimable, null_value: float | None, level: float) -> Standing:
    """The standing of an outcome without an effect."""
    return Standing(
        k=0,
        n_studies=0,
        estimate=reason,
        se=reason,
        ci=reason,
        pi=reason,
        tau2=reason,
        I2=reason,
        pvalue=reason,
        null_value=null_value,
        level=level,
        model="",
        ci_method="",
        tau2_method="",
        weights={},
    )


def _standing(result: SynthesisResult, weights: Mapping[str, float]) -> Standing:
    found = result.heterogeneity
    known = isinstance(found, Heterogeneity)
    return Standing(
        k=result.k,
        n_studies=result.n_studies,
        estimate=float(result.estimate),
        se=float(result.se),
        ci=result.ci,
        pi=result.pi,
        tau2=float(found.tau2.value) if isinstance(found, Heterogeneity) else found,
        I2=float(found.I2) if isinstance(found, Heterogeneity) else found,
        pvalue=result.pvalue,
        null_value=result.effects.measure.null,
        level=result.request.level,
        model=result.model,
        ci_method=result.ci_method,
        tau2_method=found.tau2.method if known and isinstance(found, Heterogeneity) else "",
        weights=weights,
    )


def quantities(standing: Standing) -> dict[Quantity, float | NotEstimable]:
    """The numbers of a standing that a comparison shares out, each a finite number or why there is none.

    Parameters
    ----------
    standing : Standing

    Returns
    -------
    dict of str to float or NotEstimable
    """
    return {
        "estimate": standing.estimate,
        "ci_low": _bound(standing.ci, "low"),
        "ci_high": _bound(standing.ci, "high"),
        "pi_low": _bound(standing.pi, "low"),
        "pi_high": _bound(standing.pi, "high"),
        "tau2": standing.tau2,
        "I2": standing.I2,
        "k": float(standing.k),
    }


def _bound(interval: Interval | NotEstimable, name: str) -> float | NotEstimable:
    if isinstance(interval, NotEstimable):
        return interval
    value = float(getattr(interval, name))
    return value if math.isfinite(value) else NotEstimable("the interval has no bound on this side")


def differs(before: float | NotEstimable | None, after: float | NotEstimable | None) -> bool:
    """Whether two values differ by more than rounding error; two that are not there do not.

    Examples
    --------
    >>> differs(0.5, 0.5 + 1e-12), differs(0.5, 0.51), differs(0.5, NotEstimable("k = 1"))
    (False, True, True)
    """
    if not isinstance(before, float | int) or not isinstance(after, float | int):
        return isinstance(before, float | int) or isinstance(after, float | int)
    return abs(after - before) > max(_ABSOLUTE, _RELATIVE * max(abs(before), abs(after)))


def standing_differs(before: Standing, after: Standing) -> bool:
    """Whether a number or the method of the headline differs."""
    one, other = quantities(before), quantities(after)
    named = [
        (standing.model, standing.ci_method, standing.tau2_method, standing.level, standing.n_studies)
        for standing in (before, after)
    ]
    return named[0] != named[1] or any(differs(one[name], other[name]) for name in QUANTITIES)


def groups_of(point: Point, column: str) -> SubgroupAnalysis | None:
    """The groups of the effects by a column; None where there are fewer than two, or nothing was computed.

    Raises
    ------
    OptionError
        If the effects have no such column.
    """
    if point.effects is None or point.synthesis is None or point.standing.k < 2:
        return None
    if len(set(point.effects.column(column))) < 2:
        return None
    return pool(point.effects, spec=point.synthesis.request, by=column).subgroups


def group_numbers(point: Point, column: str) -> tuple[object, ...] | None:
    """What two groupings have in common whose numbers are the same but for rounding error."""
    found = groups_of(point, column)
    if found is None:
        return None
    numbers = [
        (name, result.k, _short(result.estimate), _short(result.se), _short(_bound(result.ci, "low")))
        for name, result in zip(found.names, found.results, strict=True)
    ]
    return (_short(found.pvalue), *sorted(numbers))


def weight_changes(before: Point, after: Point) -> tuple[WeightChange, ...]:
    """The share of every effect before and after, by what the effect is about.

    Parameters
    ----------
    before, after : Point

    Returns
    -------
    tuple of WeightChange
        In the order of the effects after, then those that are gone. A weight that differs by rounding
        error only is given as it was.
    """
    old, new = ({row.identity: row for row in point.rows} for point in (before, after))
    changes = []
    for identity, row in {**new, **{key: row for key, row in old.items() if key not in new}}.items():
        was = old[identity].weight if identity in old else None
        now = new[identity].weight if identity in new else None
        changes.append(WeightChange(label=row.label, before=was, after=now if differs(was, now) else was))
    return tuple(changes)


def _short(value: float | NotEstimable) -> str:
    """A number without its last digits; only two differences matter: being there, and being another."""
    return "" if isinstance(value, NotEstimable) else f"{value + 0.0:.10e}"
