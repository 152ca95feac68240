"""Counts of an effect set or of given arrays, checked, and the studies that say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.model import Effect, EffectSet
from metasyn.effects.zero_cells import checked_counts, checked_rates
from metasyn.errors import OptionError
from metasyn.synthesis.counts.model import SilentRow
from metasyn.synthesis.counts.tables import gather
from metasyn.synthesis.glmm.model import GlmmData
from metasyn.synthesis.model import SynthesisResult

__all__ = ["gather_counts", "silent_rows"]

_ONE = ("events", "n", "time")


def gather_counts(
    effects: object, columns: dict[str, ArrayLike | None], *, measure: str, labels: Sequence[str] | None
) -> GlmmData:
    """The counts of the one source that was given.

    Raises
    ------
    OptionError
        If none or both sources are given, a column is missing or does not belong to the measure, or
        the counts break their rules.
    """
    person_time = measure in ("IRLN", "IRR")
    if measure in ("OR", "IRR"):
        extra = [name for name in _ONE if columns[name] is not None]
        if extra:
            raise OptionError(f"{measure} compares two groups; it has no use for {', '.join(extra)}.")
        two = {name: value for name, value in columns.items() if name not in _ONE}
        tables = gather(effects, two, person_time=person_time, labels=labels)
        x_1, s_1, x_2, s_2 = tables.columns
        return GlmmData(
            events_1=x_1, size_1=s_1, events_2=x_2, size_2=s_2, labels=tables.labels, person_time=person_time
        )
    return _one_group(effects, columns, measure, labels)


def _one_group(
    effects: object, columns: dict[str, ArrayLike | None], measure: str, labels: Sequence[str] | None
) -> GlmmData:
    """Counts of single cohorts."""
    person_time = measure == "IRLN"
    if isinstance(effects, SynthesisResult):
        effects = effects.effects
    given = [name for name, value in columns.items() if value is not None]
    if effects is not None:
        if given or labels is not None:
            raise OptionError(
                f"give either effects or arrays, not both; got effects and {given or 'labels'}."
            )
        events, size, labels = _of_effects(effects, person_time)
    else:
        needed = ("events", "time" if person_time else "n")
        if set(given) != set(needed):
            raise OptionError(f"{measure} takes {' and '.join(needed)}; got {', '.join(given) or 'nothing'}.")
        events, size = columns[needed[0]], columns[needed[1]]  # type: ignore[assignment]
    x, s = checked_rates(events, size) if person_time else checked_counts(events, size)
    if not x.size:
        raise OptionError("nothing to pool: the columns are empty.")
    names = tuple(f"Study {i + 1}" for i in range(x.size)) if labels is None else tuple(map(str, labels))
    if len(names) != x.size:
        raise OptionError(f"labels must have one value per study; got {len(names)} for {x.size} studies.")
    x, s = np.array(x), np.array(s)
    x.flags.writeable = s.flags.writeable = False
    return GlmmData(events_1=x, size_1=s, labels=names, person_time=person_time)


def _of_effects(effects: object, person_time: bool) -> tuple[list[float], list[float], list[str]]:
    """Events, and participants or person-time, behind the effects of a set."""
    if not isinstance(effects, EffectSet):
        raise OptionError(
            f"the first argument must be an EffectSet; got {type(effects).__name__}. "
            "Arrays are given by name: events=..., n=..."
        )
    rows = [_row(effect, person_time) for effect in effects.effects]
    without = [effect.label for effect, row in zip(effects.effects, rows, strict=True) if row is None]
    if without:
        size = "person-time" if person_time else "participants"
        raise OptionError(
            f"every effect must rest on events and {size}; without them: {', '.join(without)}. Counts "
            "recovered from percentages need a route of their own; pool() takes such effects."
        )
    known = [row for row in rows if row is not None]
    two = [effect.label for effect, row in zip(effects.effects, known, strict=True) if row[2]]
    if two:
        wanted = "rate" if person_time else "proportion"
        raise OptionError(f"a single {wanted} is wanted; two groups are behind {', '.join(two)}.")
    return [row[0] for row in known], [row[1] for row in known], [effect.label for effect in effects.effects]


def _row(effect: Effect, person_time: bool) -> tuple[float, float, bool] | None:
    """Events and size of the (first) group, and whether there is another; None without counts."""
    if person_time:
        t = effect.person_time
        return None if t is None else (t.events_1, t.time_1, t.time_2 is not None)
    c = effect.counts
    return None if c is None else (c.events_1, c.n_1, c.n_2 is not None)


def silent_rows(data: GlmmData, *, drop00: bool) -> tuple[NDArray[np.intp], tuple[SilentRow, ...]]:
    """The studies that are used, and those without or with only events in both groups."""
    if data.events_2 is None or data.size_2 is None or not drop00:
        return np.arange(data.k), ()
    silent = (data.events_1 == 0) & (data.events_2 == 0)
    reason = "no events in either group"
    if not data.person_time:
        silent |= (data.events_1 == data.size_1) & (data.events_2 == data.size_2)
        reason = "no events, or only events, in both groups"
    rows = tuple(SilentRow(row=int(i), label=data.labels[i], reason=reason) for i in np.flatnonzero(silent))
    return np.flatnonzero(~silent), rows
