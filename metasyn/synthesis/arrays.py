"""Effects given as arrays, and the checks that every effect must pass before it is pooled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.given import GivenEffects
from metasyn.effects.inputs import number_array, text_column
from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError

__all__ = [
    "beyond_double_precision",
    "effects_from_arrays",
    "effects_or_arrays",
    "require_poolable",
    "weight_tuple",
]

# Squares of sizes and of their ratios must stay within double precision.
_WIDEST, _SPAN = 1e100, 1e70


def effects_from_arrays(
    *,
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    attributes: Mapping[str, Sequence[str]] | None = None,
) -> EffectSet:
    """Effects from estimates and their variances (or standard errors) on the analysis scale.

    Parameters
    ----------
    yi : array_like of shape (k,)
        Estimates on the **analysis** scale (log for ratios, logit for `PLO`).
    vi, sei : array_like of shape (k,)
        Sampling variances or standard errors; exactly one of the two.
    labels : sequence of str, optional
        Default `"Study 1"`, ...
    measure : str
        Effect measure, for the null value and the natural scale.
    attributes : mapping of str to sequence of str, optional
        Columns for subgroups, each of length k.

    Returns
    -------
    EffectSet

    Raises
    ------
    OptionError
        With every problem: lengths, missing or infinite values, variances not above zero.

    Examples
    --------
    >>> effects = effects_from_arrays(yi=[-0.5, -0.3], sei=[0.2, 0.1], measure="HR")
    >>> effects.k, effects.effects[1].label
    (2, 'Study 2')
    """
    if (vi is None) == (sei is None):
        raise OptionError(
            "give either vi= (sampling variances) or sei= (standard errors), exactly one of them."
        )
    y = _numbers("yi", yi)
    spread = _numbers("vi", vi) if vi is not None else _numbers("sei", sei)
    columns = {str(name): text_column(str(name), values) for name, values in (attributes or {}).items()}
    names = None if labels is None else named(text_column("labels", labels))
    sizes = {} if names is None else {"labels": len(names)}
    _require_lengths(y.size, {"vi" if vi is not None else "sei": spread.size, **sizes}, columns)
    if vi is None:
        _require_each(names, {"yi": y, "sei": spread}, positive="sei", kind="a standard error")
        with np.errstate(over="ignore"):  # what is too large is named with the effects
            spread = spread * spread
    else:
        _require_each(names, {"yi": y, "vi": spread}, positive="vi", kind="a variance")
    return EffectSet(
        measure=get_measure(measure),
        effects=GivenEffects(yi=y, vi=spread, labels=names, attributes=columns),
    )


def named(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels with `Study i` where there is none."""
    return tuple(label or f"Study {i}" for i, label in enumerate(labels, 1))


def effects_or_arrays(
    effects: object,
    *,
    yi: ArrayLike | None,
    vi: ArrayLike | None,
    sei: ArrayLike | None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
) -> EffectSet:
    """The one source of effects that was given: an `EffectSet`, the result of a synthesis, or arrays.

    Raises
    ------
    OptionError
        If none or both are given, or the arrays break the rules of `effects_from_arrays`.
    """
    arrays = {"yi": yi, "vi": vi, "sei": sei, "labels": labels}
    if effects is None:
        if yi is None:
            raise OptionError("nothing to pool: give effects, or yi= with vi= or sei=.")
        return effects_from_arrays(yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    if not isinstance(effects, EffectSet):
        effects = getattr(effects, "effects", effects)
    if not isinstance(effects, EffectSet):
        raise OptionError(
            "the first argument must be an EffectSet or a result that holds one; got "
            f"{type(effects).__name__}. Arrays are given by name: yi=..., vi=..."
        )
    named = [name for name, value in arrays.items() if value is not None]
    if named:
        raise OptionError(f"give either effects or arrays, not both; got effects and {', '.join(named)}.")
    if measure not in ("GEN", effects.measure.code):
        raise OptionError(
            f"measure={measure!r}, but the effects are on the scale of {effects.measure.code!r}."
        )
    return effects


def weight_tuple(weights: ArrayLike) -> tuple[float, ...]:
    """User weights as a request holds them.

    Raises
    ------
    OptionError
        If they are not numbers in one dimension.
    """
    return tuple(_numbers("weights", weights).tolist())


def require_poolable(effects: EffectSet) -> None:
    """Check that every estimate is finite and every variance finite and positive.

    Raises
    ------
    OptionError
        Naming every offending row by number and label.
    """
    if not effects.k:
        return
    yi, vi = effects.yi, effects.vi
    largest, high = float(np.maximum.reduce(np.abs(yi))), float(np.maximum.reduce(vi))
    low = float(np.minimum.reduce(vi))
    if not (largest < math.inf and high < math.inf and low > 0):  # NaN fails every comparison
        names = tuple(effect.label for effect in effects.effects)
        _require_each(names, {"yi": yi, "vi": vi}, positive="vi", kind="a variance")
    size, smallest = max(largest, math.sqrt(high)), math.sqrt(low)
    if beyond_double_precision(size, smallest):
        raise OptionError(
            f"the effects cannot be pooled in double precision: sizes from {smallest:.3g} (the smallest "
            f"standard error) to {size:.3g} (the largest estimate or standard error)."
        )


def beyond_double_precision(largest: Any, smallest: Any) -> Any:
    """Whether squares of the sizes of a synthesis, or of their ratios, leave the range of floats.

    Parameters
    ----------
    largest : float or ndarray
        Largest estimate (its size) or standard error.
    smallest : float or ndarray
        Smallest standard error.

    Returns
    -------
    bool or ndarray of bool

    Examples
    --------
    >>> beyond_double_precision(1e80, 1.0), beyond_double_precision(1e60, 1.0)
    (True, False)
    """
    return (largest > _WIDEST) | (smallest < 1 / _WIDEST) | (largest > _SPAN * smallest)


def _numbers(name: str, values: ArrayLike | None) -> NDArray[np.float64]:
    if type(values) is np.ndarray and values.dtype == np.float64 and values.ndim == 1:
        return values.copy()
    array = number_array(name, () if values is None else values)
    if array.ndim != 1:
        raise OptionError(f"{name} must be one-dimensional; got shape {array.shape}.")
    return np.array(array)


def _require_lengths(k: int, lengths: Mapping[str, int], columns: Mapping[str, Sequence[str]]) -> None:
    sizes = {**lengths, **{name: len(values) for name, values in columns.items()}}
    wrong = [f"{name} has {size}" for name, size in sizes.items() if size != k]
    if wrong:
        raise OptionError(f"all columns must have one value per effect; yi has {k}, {', '.join(wrong)}.")


def _require_each(
    labels: Sequence[str] | None, columns: Mapping[str, NDArray[np.float64]], *, positive: str, kind: str
) -> None:
    """Raise one error that names every value that cannot be pooled."""
    if all(np.logical_and.reduce(np.isfinite(values)) for values in columns.values()) and (
        not columns[positive].size or np.minimum.reduce(columns[positive]) > 0
    ):
        return
    problems = []
    for i in range(columns[positive].size):
        for name, values in columns.items():
            value = float(values[i])
            place = f"row {i + 1} ({f'Study {i + 1}' if labels is None else labels[i]!r})"
            if not np.isfinite(value):
                problems.append(f"{place}: {name} is {value!r}, it must be a finite number")
            elif name == positive and value <= 0:
                problems.append(f"{place}: {name} is {value!r}, {kind} must be above zero")
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in the effects"
    raise OptionError("\n  ".join([f"{count}:", *problems]))
