"""What a test is computed from: effects, sample sizes, two-by-two tables; from a set or from arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import number_array
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.arrays import effects_or_arrays, require_poolable
from metasyn.synthesis.model import SynthesisResult

__all__ = [
    "Tables",
    "effect_set",
    "numbers",
    "poolable",
    "require_number",
    "sizes_of",
    "tables_of",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """Two-by-two tables as arrays of shape (k,): events and participants of two groups."""

    events_1: Array
    n_1: Array
    events_2: Array
    n_2: Array
    labels: tuple[str, ...]

    @property
    def total(self) -> Array:
        """Participants of both groups."""
        return self.n_1 + self.n_2

    @property
    def events(self) -> Array:
        """Events of both groups."""
        return self.events_1 + self.events_2

    def take(self, keep: NDArray[np.bool_]) -> Tables:
        """The tables where `keep` is True."""
        return Tables(
            events_1=self.events_1[keep],
            n_1=self.n_1[keep],
            events_2=self.events_2[keep],
            n_2=self.n_2[keep],
            labels=tuple(label for label, kept in zip(self.labels, keep, strict=True) if kept),
        )


def effect_set(source: EffectSet | SynthesisResult | None) -> EffectSet | None:
    """The effects of a result; effects and nothing as they are."""
    return source.effects if isinstance(source, SynthesisResult) else source


def poolable(
    effects: object,
    *,
    yi: ArrayLike | None,
    vi: ArrayLike | None,
    sei: ArrayLike | None,
    labels: Sequence[str] | None,
    measure: str,
) -> EffectSet:
    """The effects given, checked: finite estimates, positive variances."""
    found = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    require_poolable(found)
    return found


def numbers(name: str, values: ArrayLike) -> Array:
    """One column of finite numbers.

    Raises
    ------
    OptionError
        If it is masked, not one-dimensional, or holds something else.
    """
    array = number_array(name, values)
    if array.ndim != 1:
        raise OptionError(f"{name} must be one-dimensional; got shape {array.shape}.")
    wrong = np.flatnonzero(~np.isfinite(array))
    if wrong.size:
        raise OptionError(f"{name} must be finite; row {wrong[0] + 1} is {array[wrong[0]]!r}.")
    return array


def require_number(name: str, value: object, *, low: float, high: float, rule: str) -> float:
    """Return `value` as a float strictly between `low` and `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise OptionError(f"{name} must be {rule}; got {value!r}.")
    if not low < float(value) < high:
        raise OptionError(f"{name} must be {rule}; got {value!r}.")
    return float(value)


def sizes_of(effects: EffectSet, given: Mapping[str, ArrayLike | None], *, purpose: str) -> dict[str, Array]:
    """Sample sizes by name (`ni`, or `n_1` and `n_2`): as given, or from the counts of the effects.

    Raises
    ------
    OptionError
        If they are neither given nor known, naming the first effect without them; or not positive.
    """
    found = {}
    for name, values in given.items():
        size = _from_counts(effects, name, purpose) if values is None else numbers(name, values)
        if size.size != effects.k:
            raise OptionError(f"{name} must have one value per effect; it has {size.size}, k = {effects.k}.")
        if (size <= 0).any():
            row = int(np.flatnonzero(size <= 0)[0])
            raise OptionError(f"{name} must be above zero; row {row + 1} is {float(size[row])!r}.")
        found[name] = size
    return found


def tables_of(
    effects: object, columns: Mapping[str, ArrayLike | None], labels: Sequence[str] | None
) -> Tables:
    """Two-by-two tables from the counts of the effects, or from `events_1`, `n_1`, `events_2`, `n_2`."""
    given = {name: values for name, values in columns.items() if values is not None}
    if effects is None:
        missing = [name for name, values in columns.items() if values is None]
        if missing:
            raise OptionError(
                f"this test needs two-by-two tables; missing: {', '.join(f'{name}=' for name in missing)}."
            )
        arrays = {name: numbers(name, values) for name, values in given.items()}
        return _checked_tables(arrays, labels)
    if not isinstance(effects, EffectSet):
        raise OptionError(f"the first argument must be an EffectSet; got {type(effects).__name__}.")
    if given:
        raise OptionError(f"give either effects or arrays, not both; got effects and {', '.join(given)}.")
    lacking = [e.label for e in effects.effects if e.counts is None or e.counts.n_2 is None]
    if lacking:
        raise OptionError(
            f"this test needs two-by-two tables; {_some(lacking)} no events and participants of two groups."
        )
    counts = [effect.counts for effect in effects.effects if effect.counts is not None]
    arrays = {name: np.array([getattr(c, name) for c in counts], dtype=float) for name in columns}
    return _checked_tables(arrays, effects.labels)


def _checked_tables(arrays: Mapping[str, Array], labels: Sequence[str] | None) -> Tables:
    k = arrays["events_1"].size
    wrong = [f"{name} has {values.size}" for name, values in arrays.items() if values.size != k]
    if labels is not None and len(labels) != k:
        wrong.append(f"labels has {len(labels)}")
    if wrong:
        raise OptionError(f"all columns must have one value per table; events_1 has {k}, {', '.join(wrong)}.")
    for events, n in (("events_1", "n_1"), ("events_2", "n_2")):
        bad = (arrays[n] <= 0) | (arrays[events] < 0) | (arrays[events] > arrays[n])
        bad |= (arrays[n] % 1 != 0) | (arrays[events] % 1 != 0)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise OptionError(
                f"row {row + 1}: {events} and {n} must be whole numbers with 0 <= {events} <= {n} and "
                f"{n} > 0; got {float(arrays[events][row])!r} and {float(arrays[n][row])!r}."
            )
    names = tuple(f"Study {i + 1}" for i in range(k)) if labels is None else tuple(map(str, labels))
    return Tables(**arrays, labels=names)


def _from_counts(effects: EffectSet, name: str, purpose: str) -> Array:
    """One column of sizes out of the counts that the effects rest on."""
    sizes, lacking = [], []
    for effect in effects.effects:
        counts = effect.counts
        if counts is None or (name == "n_2" and counts.n_2 is None):
            lacking.append(effect.label)
        elif name == "ni":
            sizes.append(counts.n_1 + (counts.n_2 or 0))
        else:
            sizes.append(getattr(counts, name))
    if lacking:
        raise OptionError(
            f"{purpose} needs sample sizes: give {name}= (one value per effect); "
            f"{_some(lacking)} none of its own."
        )
    return np.array(sizes, dtype=float)


def _some(labels: Sequence[str]) -> str:
    """`"A has"` or `"A and 3 more have"`."""
    return f"{labels[0]!r} has" if len(labels) == 1 else f"{labels[0]!r} and {len(labels) - 1} more have"
