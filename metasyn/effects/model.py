"""Study-level effects on the analysis scale, with the way each was obtained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.given import GivenEffects
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.survival.printed_range import EffectRange
from metasyn.errors import OptionError
from metasyn.shown import Shown
from metasyn.values import Interval
from metasyn.vocabulary import RouteName

__all__ = ["Counts", "Effect", "EffectSet", "Exclusion", "PersonTime", "Route", "RowRef"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How reported figures became an estimate and a variance.

    Attributes
    ----------
    grade : int
        1 is best; of hazard ratios as in `effects.survival.facts`.
    formula : str
        One line, in the symbols of the printed figures.
    assumptions : tuple of str
        What has to hold beyond the figures themselves.
    """

    name: RouteName
    grade: int
    formula: str
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Whole-number counts behind an effect; the second pair is empty for single cohorts."""

    events_1: int
    n_1: int
    events_2: int | None = None
    n_2: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTime:
    """Events and the time at risk behind a rate; the second pair is empty for single cohorts."""

    events_1: int
    time_1: float
    events_2: int | None = None
    time_2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRef:
    """The way back to one printed figure.

    `derivation` is the arithmetic by which a figure was recovered from others; empty for printed ones.
    """

    result_id: str
    source_id: str
    citation: str
    locator: str
    as_printed: str
    derivation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One study-level effect.

    Attributes
    ----------
    yi, vi : float
        Estimate and sampling **variance** on the analysis scale.
    route : Route
        How they were obtained.
    rows : tuple of RowRef
        The printed figures they come from.
    counts : Counts or None
        Events and participants, where the effect rests on them.
    person_time : PersonTime or None
        Events and person-time, where the effect rests on those.
    reported_ci : Interval or None
        The interval as printed, natural scale, in the direction of the effect, where it rests on one.
    adjustment : str
        Zero-cell treatment of this row; empty if none.
    inverted : bool
        True if the source states the contrast the other way round.
    notes : tuple of str
        What a reader must know about this row.
    rounding : EffectRange or None
        Estimates and standard errors that the rounding of the printed figures allows; None where it
        is not known, and where the figures are whole counts.
    other_routes : tuple of str
        Names of the other routes that the figures of its target allow, best first.
    attributes : mapping of str to str
        Columns of its cohort and study, for subgroups.
    """

    label: str
    yi: float
    vi: float
    route: Route
    study_id: str = ""
    cohort_id: str = ""
    comparator_id: str = ""
    rows: tuple[RowRef, ...] = ()
    counts: Counts | None = None
    person_time: PersonTime | None = None
    reported_ci: Interval | None = None
    adjustment: str = ""
    inverted: bool = False
    notes: tuple[str, ...] = ()
    rounding: EffectRange | None = None
    other_routes: tuple[RouteName, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def sei(self) -> float:
        """Standard error on the analysis scale."""
        return math.sqrt(self.vi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Something that is not in the synthesis, and why.

    Attributes
    ----------
    label : str
        The cohort, contrast or figure in words.
    code : str
        Machine word of the rule: `"unusable"`, `"overlap"`, `"no-route"`, `"not-preferred"`,
        `"by-analyst"`, `"no-information"`, `"no-comparison"`, `"not-reported"`.
    reason : str
        One sentence; of `"no-route"` with every route that was tried.
    result_ids : tuple of str
        Rows concerned.
    short : str
        The reason in brief, where the whole is long.
    """

    label: str
    code: str
    reason: str
    result_ids: tuple[str, ...] = ()
    short: str = ""

    @property
    def told(self) -> str:
        """The reason as a reader is first told it."""
        return self.short or self.reason


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectSet(Shown):
    """Effects of one outcome on one scale, in order, with everything that was left out.

    Attributes
    ----------
    measure : EffectMeasure
    effects : sequence of Effect
        Length k; a tuple, or arrays behind the same interface.
    exclusions : tuple of Exclusion
    outcome : str
        Label of the outcome; empty for effects given as arrays.
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**, read-only.
    """

    measure: EffectMeasure
    effects: Sequence[Effect]
    exclusions: tuple[Exclusion, ...] = ()
    outcome: str = ""
    yi: NDArray[np.float64] = field(init=False)
    vi: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("yi", "vi"):
            if isinstance(self.effects, GivenEffects):
                values = getattr(self.effects, name).view()
            else:
                values = np.array([getattr(effect, name) for effect in self.effects], dtype=float)
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return len(self.effects)

    def __str__(self) -> str:
        from metasyn.effects.text import effect_set_to_text

        return effect_set_to_text(self)

    @property
    def k(self) -> int:
        """Number of effects."""
        return len(self.effects)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the effects, in their order."""
        rows = self.effects
        if isinstance(rows, GivenEffects):
            return tuple(rows.label(i) for i in range(len(rows)))
        return tuple(effect.label for effect in rows)

    @property
    def n_studies(self) -> int:
        """Number of distinct studies (each effect its own where no study is named)."""
        if isinstance(self.effects, GivenEffects):
            return self.k
        named = {effect.study_id for effect in self.effects if effect.study_id}
        return len(named) + sum(not effect.study_id for effect in self.effects)

    def take(self, indices: Sequence[int]) -> EffectSet:
        """The effects at `indices`, in that order; exclusions are kept with the whole set only."""
        return EffectSet(
            measure=self.measure,
            effects=self.effects.take(indices)
            if isinstance(self.effects, GivenEffects)
            else tuple(self.effects[i] for i in indices),
            outcome=self.outcome,
        )

    def with_column(self, name: str, values: Sequence[str]) -> EffectSet:
        """The same effects, each with the attribute `name` as given (length k)."""
        if isinstance(self.effects, GivenEffects):
            return replace(self, effects=self.effects.with_column(name, tuple(values)))
        carried = tuple(
            replace(effect, attributes={**effect.attributes, name: value})
            for effect, value in zip(self.effects, values, strict=True)
        )
        return replace(self, effects=carried)

    def column(self, name: str) -> tuple[str, ...]:
        """The attribute `name` of every effect.

        Raises
        ------
        OptionError
            If an effect does not have it; the known columns are listed.
        """
        missing = [effect.label for effect in self.effects if name not in effect.attributes]
        if missing:
            known = sorted({key for effect in self.effects for key in effect.attributes})
            raise OptionError(
                f"by={name!r} is not a column of {missing[0]!r}"
                + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
                + f"; known columns: {', '.join(known) or 'none'}."
            )
        return tuple(effect.attributes[name] for effect in self.effects)

    def to_dict(self, *, level: float = 0.95) -> dict[str, Any]:
        """Rows and exclusions as plain data (the `rows` and `exclusions` of `metasyn-result/1`).

        `level` is that of the interval shown with each row.
        """
        from metasyn.effects.serialise import effect_set_to_dict

        return effect_set_to_dict(self, level=level)
