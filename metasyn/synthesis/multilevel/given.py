"""What is given to a multilevel model: effects, the groups they belong to, sampling covariances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.effects.inputs import text_column
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.moderators.columns import source_columns
from metasyn.synthesis.moderators.design import INTERCEPT, Design, build_design, matrix_columns
from metasyn.synthesis.multilevel.model import Level

__all__ = ["OWN_ROW", "Grouping", "group_rows", "groups_of", "the_design"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Column = Sequence[object] | str | None

# The level at which every effect is a group of its own.
OWN_ROW = "effect"
_IDS = {"study": "study_id", "cohort": "cohort_id"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """The groups of the effects.

    Attributes
    ----------
    levels : tuple of Level
        Outermost first.
    outcomes : tuple of str
        Empty if there are no random effects per outcome.
    outcome : ndarray of int, shape (k,), or None
    within : Level or None
        The studies in which outcomes vary together.
    """

    levels: tuple[Level, ...]
    outcomes: tuple[str, ...] = ()
    outcome: Index | None = None
    within: Level | None = None

    @property
    def outer(self) -> Level:
        """The widest groups: of the first level, or the studies of the outcomes."""
        return self.levels[0] if self.levels else self.within  # type: ignore[return-value]


def group_rows(effects: EffectSet, levels: object, outcomes: Column, within: Column) -> Grouping:
    """Read the groups.

    Raises
    ------
    OptionError
        If a column is unknown, has another length, or lacks a value for an effect.
    """
    found = _levels(effects, levels)
    if (outcomes is None) != (within is None):
        raise OptionError("outcomes= and within= belong together: what differs, and within which study.")
    if outcomes is None:
        if not found:
            raise OptionError(
                "nothing to group by: give levels=('study', 'effect'), or outcomes= with within=."
            )
        return Grouping(levels=found)
    index, names = groups_of(_column(effects, "outcomes", outcomes))
    study, studies = groups_of(_column(effects, "within", within))
    name = within if isinstance(within, str) else "study"
    return Grouping(
        levels=found,
        outcomes=names,
        outcome=index,
        within=Level(name=name, index=study, labels=studies),
    )


def groups_of(labels: Sequence[str]) -> tuple[Index, tuple[str, ...]]:
    """Group of each row and names of the groups, both in order of first appearance.

    Examples
    --------
    >>> groups_of(["b", "a", "b"])[0].tolist()
    [0, 1, 0]
    """
    number: dict[str, int] = {}
    index = np.array([number.setdefault(label, len(number)) for label in labels], dtype=np.intp)
    index.flags.writeable = False
    return index, tuple(number)


def the_design(effects: EffectSet, X: ArrayLike | None, names: Sequence[str] | None, formula: object,
               data: object) -> Design:  # fmt: skip
    """The design of a matrix, of a formula, or the intercept alone.

    Raises
    ------
    OptionError, NotEstimableError
        As `meta_regression`; every effect needs every moderator.
    """
    if X is not None and (formula is not None or data is not None):
        raise OptionError("give either formula= (with data=) or X= (the whole design), not both.")
    if names is not None and X is None:
        raise OptionError("names= belongs to X=.")
    if formula is not None:
        return _from_formula(effects, formula, data)
    if data is not None:
        raise OptionError("data= belongs to formula=.")
    if X is None:
        return build_design(np.ones((effects.k, 1)), [INTERCEPT])
    matrix, known = matrix_columns(X, names, effects.k)
    rows, columns = np.nonzero(np.isnan(matrix))
    _require_complete(effects.labels, [(int(i), known[j]) for i, j in zip(rows, columns, strict=True)])
    return build_design(matrix, known)


def _from_formula(effects: EffectSet, formula: object, data: object) -> Design:
    from metasyn.synthesis.moderators.formula import design_of, parse_formula, read_columns

    source = source_columns(effects, data)
    parsed = parse_formula(formula, tuple(source))
    moderators = read_columns(parsed, source, effects.labels)
    missing = [(int(i), m.name) for m in moderators for i in np.flatnonzero(m.missing)]
    _require_complete(effects.labels, missing)
    return design_of(parsed, moderators, effects.labels)


def _require_complete(labels: Sequence[str], missing: Sequence[tuple[int, str]]) -> None:
    if missing:
        row, name = missing[0]
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise OptionError(
            f"moderator {name!r} is missing for effect {row + 1} ({labels[row]}){more}: leave it out."
        )


def _levels(effects: EffectSet, levels: object) -> tuple[Level, ...]:
    """Each level's groups, split by those of the level around it."""
    if isinstance(levels, str):
        levels = (levels,)
    if isinstance(levels, Mapping):
        columns: dict[str, Any] = {str(name): column for name, column in levels.items()}
    elif isinstance(levels, Sequence):
        columns = {str(name): str(name) for name in levels}
    else:
        raise OptionError(f"levels must be names, or names with columns, outermost first; got {levels!r}.")
    found: list[Level] = []
    for name, column in columns.items():
        labels = _column(effects, name, column)
        if found:
            outer = found[-1]
            labels = [f"{outer.labels[i]} / {own}" for i, own in zip(outer.index, labels, strict=True)]
        index, names = groups_of(labels)
        found.append(Level(name=name, index=index, labels=names))
    return tuple(found)


def _column(effects: EffectSet, name: str, given: Column) -> Sequence[str]:
    """A column as text: given, an id or attribute of the effects, or a group per effect."""
    if given is None or (isinstance(given, str) and given == OWN_ROW):
        return [str(i) for i in range(1, effects.k + 1)]
    if isinstance(given, str):
        values: tuple[str, ...] = _from_effects(effects, name, given)
    else:
        values = text_column(name, given)
    if len(values) != effects.k:
        raise OptionError(f"{name} must have one value per effect, {effects.k}; it has {len(values)}.")
    if "" in values:
        row = values.index("")
        raise OptionError(f"{name} is missing for effect {row + 1} ({effects.labels[row]}).")
    return values


def _from_effects(effects: EffectSet, name: str, column: str) -> tuple[str, ...]:
    if column not in _IDS:
        try:
            return effects.column(column)
        except OptionError as error:
            raise OptionError(
                f"{name}: there is no column {column!r}; {str(error).split('; ')[-1]} With yi= give the "
                f"column itself: levels={{{name!r}: [...]}}."
            ) from None
    ids = tuple(str(getattr(effect, _IDS[column], "")) for effect in effects.effects)
    if not any(ids):
        raise OptionError(
            f"the effects do not say which {column} they belong to. With yi= give the column itself: "
            f"levels={{{name!r}: [...]}}."
        )
    return ids
