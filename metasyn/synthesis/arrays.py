"""Effects given as arrays, and the checks that every effect must pass before it is pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Effect, EffectSet, Route
from metasyn.errors import OptionError

__all__ = ["effects_from_arrays", "require_poolable"]

_GIVEN = Route(name="given", grade=1, formula="as given")
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
    columns = {str(name): [str(value) for value in values] for name, values in (attributes or {}).items()}
    names = [f"Study {i}" for i in range(1, y.size + 1)] if labels is None else [str(x) for x in labels]
    _require_lengths(y.size, {"vi" if vi is not None else "sei": spread.size, "labels": len(names)}, columns)
    if vi is None:
        _require_each(names, {"yi": y, "sei": spread}, positive="sei", kind="a standard error")
        spread = spread * spread
    else:
        _require_each(names, {"yi": y, "vi": spread}, positive="vi", kind="a variance")
    return EffectSet(
        measure=get_measure(measure),
        effects=tuple(
            Effect(
                label=name,
                yi=float(y[i]),
                vi=float(spread[i]),
                route=_GIVEN,
                attributes={column: values[i] for column, values in columns.items()},
            )
            for i, name in enumerate(names)
        ),
    )


def require_poolable(effects: EffectSet) -> None:
    """Check that every estimate is finite and every variance finite and positive.

    Raises
    ------
    OptionError
        Naming every offending row by number and label.
    """
    if not (np.isfinite(effects.yi).all() and np.isfinite(effects.vi).all() and (effects.vi > 0).all()):
        names = [effect.label for effect in effects.effects]
        _require_each(names, {"yi": effects.yi, "vi": effects.vi}, positive="vi", kind="a variance")
    if effects.k:
        size = max(float(np.abs(effects.yi).max()), float(np.sqrt(effects.vi.max())))
        smallest = float(np.sqrt(effects.vi.min()))
        if size > _WIDEST or smallest < 1 / _WIDEST or size > _SPAN * smallest:
            raise OptionError(
                f"the effects cannot be pooled in double precision: sizes from {smallest:.3g} (the smallest "
                f"standard error) to {size:.3g} (the largest estimate or standard error)."
            )


def _numbers(name: str, values: ArrayLike | None) -> NDArray[np.float64]:
    try:
        array = np.array(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise OptionError(f"{name} must hold numbers only; {error}.") from None
    if array.ndim != 1:
        raise OptionError(f"{name} must be one-dimensional; got shape {array.shape}.")
    return array


def _require_lengths(k: int, lengths: Mapping[str, int], columns: Mapping[str, Sequence[str]]) -> None:
    sizes = {**lengths, **{name: len(values) for name, values in columns.items()}}
    wrong = [f"{name} has {size}" for name, size in sizes.items() if size != k]
    if wrong:
        raise OptionError(f"all columns must have one value per effect; yi has {k}, {', '.join(wrong)}.")


def _require_each(
    labels: Sequence[str], columns: Mapping[str, NDArray[np.float64]], *, positive: str, kind: str
) -> None:
    """Raise one error that names every value that cannot be pooled."""
    problems = []
    for i, label in enumerate(labels):
        for name, values in columns.items():
            value = float(values[i])
            if not np.isfinite(value):
                problems.append(f"row {i + 1} ({label!r}): {name} is {value!r}, it must be a finite number")
            elif name == positive and value <= 0:
                problems.append(f"row {i + 1} ({label!r}): {name} is {value!r}, {kind} must be above zero")
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in the effects"
        raise OptionError("\n  ".join([f"{count}:", *problems]))
