"""What a figure adds to a synthesis must have been computed from the same effects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.wording import short_number

__all__ = ["require_same_effects"]

# Standard errors and variances of the same study may differ in their last digits.
_DIGITS = 1e-9


def require_same_effects(
    effects: EffectSet, what: str, *, labels: Sequence[str], yi: ArrayLike, vi: ArrayLike
) -> None:
    """Refuse what is of other studies, or of the same studies on another outcome.

    Raises
    ------
    OptionError
        Naming the first study that differs.
    """
    if len(labels) != effects.k or np.size(yi) != effects.k:
        raise OptionError(
            f"{what} is of other effects than the result: it has {len(labels)}, the result {effects.k}."
        )
    for there, here in zip(labels, effects.labels, strict=True):
        if there != here:
            raise OptionError(
                f"{what} is of other effects than the result: {there!r} stands where the result has {here!r}."
            )
    given = np.column_stack([np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)])
    own = np.column_stack([effects.yi, effects.vi])
    other = np.flatnonzero(~np.isclose(given, own, rtol=_DIGITS, atol=0.0, equal_nan=True).all(axis=1))
    if other.size:
        i = int(other[0])
        there, here = (f"{short_number(y)} (variance {short_number(v)})" for y, v in (given[i], own[i]))
        raise OptionError(
            f"{what} is of other estimates than the result: {effects.labels[i]!r} has {there} there and "
            f"{here} in the result."
        )
