"""Counts of an effect set or of given arrays, checked, as the tables that are pooled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import Effect, EffectSet
from metasyn.effects.zero_cells import checked_counts, checked_rates
from metasyn.errors import OptionError
from metasyn.synthesis.counts.model import CountTables
from metasyn.synthesis.model import SynthesisResult

__all__ = ["gather"]


def gather(
    effects: object,
    columns: dict[str, ArrayLike | None],
    *,
    person_time: bool,
    labels: Sequence[str] | None,
) -> CountTables:
    """The tables of the one source that was given.

    Parameters
    ----------
    effects : EffectSet, SynthesisResult or None
        Effects that rest on counts, or a synthesis of such.
    columns : dict
        `events_1`, `n_1`, `events_2`, `n_2`, `time_1`, `time_2`; None where not given.
    person_time : bool
        Whether the measure is about person-time.
    labels : sequence of str, optional
        Default `"Study 1"`, ...

    Raises
    ------
    OptionError
        If none or both sources are given, a column is missing or does not belong to the measure, or
        the counts break their rules.
    """
    if isinstance(effects, SynthesisResult):
        effects = effects.effects
    given = [name for name, value in columns.items() if value is not None]
    if effects is not None:
        if given or labels is not None:
            raise OptionError(
                f"give either effects or arrays, not both; got effects and {given or 'labels'}."
            )
        return _from_effects(effects, person_time)
    size = "time" if person_time else "n"
    needed = ("events_1", f"{size}_1", "events_2", f"{size}_2")
    missing = [name for name in needed if columns[name] is None]
    if missing:
        raise OptionError(f"give effects, or the columns {', '.join(needed)}; missing: {', '.join(missing)}.")
    surplus = [name for name in given if name not in needed]
    if surplus:
        raise OptionError(f"this measure takes {', '.join(needed)}; it has no use for {', '.join(surplus)}.")
    return _from_columns(needed, columns, person_time, labels)


def _from_columns(
    names: tuple[str, str, str, str],
    columns: dict[str, ArrayLike | None],
    person_time: bool,
    labels: Sequence[str] | None,
) -> CountTables:
    """Tables of four arrays."""
    check = checked_rates if person_time else checked_counts
    first = check(_given(columns, names[0]), _given(columns, names[1]), names=(names[0], names[1]))
    second = check(_given(columns, names[2]), _given(columns, names[3]), names=(names[2], names[3]))
    k = first[0].size
    if second[0].size != k:
        raise OptionError(
            f"both groups must have one value per study; group 1 has {k}, group 2 has {second[0].size}."
        )
    if k == 0:
        raise OptionError("nothing to pool: the columns are empty.")
    names_of = tuple(f"Study {i + 1}" for i in range(k)) if labels is None else tuple(map(str, labels))
    if len(names_of) != k:
        raise OptionError(f"labels must have one value per study; got {len(names_of)} for {k} studies.")
    arrays = [np.array(values) for values in (*first, *second)]
    for array in arrays:
        array.flags.writeable = False
    x1, s1, x2, s2 = arrays
    return CountTables(
        events_1=x1, size_1=s1, events_2=x2, size_2=s2, labels=names_of, person_time=person_time
    )


def _from_effects(effects: object, person_time: bool) -> CountTables:
    """Tables behind the effects of a set."""
    if not isinstance(effects, EffectSet):
        raise OptionError(
            f"the first argument must be an EffectSet; got {type(effects).__name__}. "
            "Arrays are given by name: events_1=..., n_1=..., events_2=..., n_2=..."
        )
    rows = [_row(effect, person_time) for effect in effects.effects]
    without = [effect.label for effect, row in zip(effects.effects, rows, strict=True) if row is None]
    if without:
        raise OptionError(
            f"every effect must rest on events and {'person-time' if person_time else 'participants'} of two "
            f"groups; without them: {', '.join(without)}."
        )
    table = np.array(rows, dtype=float).reshape(-1, 4).T
    size = "time" if person_time else "n"
    names = ("events_1", f"{size}_1", "events_2", f"{size}_2")
    columns: dict[str, ArrayLike | None] = dict(zip(names, table, strict=True))
    return _from_columns(names, columns, person_time, [effect.label for effect in effects.effects])


def _row(effect: Effect, person_time: bool) -> tuple[float, ...] | None:
    """Events and sizes of both groups, where the effect rests on them."""
    if person_time:
        t = effect.person_time
        if t is None or t.events_2 is None or t.time_2 is None:
            return None
        return t.events_1, t.time_1, t.events_2, t.time_2
    c = effect.counts
    if c is None or c.events_2 is None or c.n_2 is None:
        return None
    return c.events_1, c.n_1, c.events_2, c.n_2


def _given(columns: dict[str, ArrayLike | None], name: str) -> ArrayLike:
    """A column that is known to be there."""
    value = columns[name]
    assert value is not None
    return value
