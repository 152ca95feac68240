"""Which choices decide: single changes that turn the conclusion, and how often each choice alone does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.model import CONCLUSIONS, Multiverse
from metasyn.batch.multiverse.summary import main_conclusion

__all__ = ["Flip", "flips", "undecided"]

Integers = NDArray[np.int64]

_OF_MODEL = ("tau2_method", "ci_method")
# Numbers are 64-bit.
_COUNTABLE = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A single other choice under which the conclusion of the main analysis changes.

    Attributes
    ----------
    choice, option : str
    row : int
        The specification.
    conclusion : str
        Where its interval lies: below, includes, above.
    """

    choice: str
    option: str
    row: int
    conclusion: str


def flips(many: Multiverse) -> tuple[Flip, ...]:
    """Which single change of the main analysis changes where its interval lies.

    Under another model its own estimator and interval are part of the change. Empty where nothing does,
    and where the main analysis is none of the specifications.

    Parameters
    ----------
    many : Multiverse

    Returns
    -------
    tuple of Flip
        In the order of choices and options.
    """
    row = many.headline.row
    main = main_conclusion(many)
    if row is None or main < 0:
        return ()
    different = many.chosen != many.chosen[row]
    model = many.place("model")
    other_model = different[:, model]
    for name in _OF_MODEL:
        different[other_model, many.place(name)] = False
    conclusion = many.conclusions()
    turned = (different.sum(axis=1) == 1) & (conclusion >= 0) & (conclusion != main)
    found = []
    for i in np.flatnonzero(turned).tolist():
        column = int(different[i].argmax())
        choice = many.choices[column]
        option = choice.options[int(many.chosen[i, column])]
        found.append(
            Flip(choice=choice.name, option=option, row=i, conclusion=CONCLUSIONS[int(conclusion[i])])
        )
    return tuple(sorted(found, key=lambda one: (many.place(one.choice), one.row)))


def undecided(many: Multiverse) -> dict[str, float]:
    """For every choice, how often it alone decides: of all pairs that differ in it only, the share whose
    conclusions differ.

    Specifications of another model differ in their estimator and interval as well. Choices without such a
    pair are left out.

    Parameters
    ----------
    many : Multiverse

    Returns
    -------
    dict of str to float
        Names of choices with proportions, in the order of the choices.
    """
    conclusion = many.conclusions()
    rows = np.flatnonzero(conclusion >= 0)
    found = {}
    for column, choice in enumerate(many.choices):
        apart = [column]
        if choice.name == "model":
            apart += [many.place(name) for name in _OF_MODEL]
        group = _numbered(np.delete(many.chosen[rows], apart, axis=1))
        pairs, alike = _pairs(group, many.chosen[rows, column], conclusion[rows])
        if pairs:
            found[choice.name] = 1 - alike / pairs
    return found


def _numbered(chosen: Integers) -> Integers:
    """A number for every row, the same for equal rows; places begin at -1."""
    found, most = np.zeros(len(chosen), dtype=np.int64), 1
    for column in chosen.T:
        size = int(column.max(initial=-1)) + 2
        if most * size > _COUNTABLE:
            kinds, found = np.unique(found, return_inverse=True)
            most = kinds.size
        found, most = found * size + column + 1, most * size
    return found


def _pairs(group: Integers, option: Integers, conclusion: Integers) -> tuple[int, int]:
    """Pairs of one group with different options, and those of them with the same conclusion."""
    pairs = _across(group, option)
    alike = sum(_across(group[conclusion == i], option[conclusion == i]) for i in range(len(CONCLUSIONS)))
    return pairs, alike


def _across(group: Integers, option: Integers) -> int:
    """Pairs of one group with different options: all pairs less those of one option."""
    if not group.size:
        return 0
    kinds, place, sizes = np.unique(group, return_inverse=True, return_counts=True)
    _, parts = np.unique(place + kinds.size * (option + 1), return_counts=True)
    return int(((sizes * sizes).sum() - (parts * parts).sum()) // 2)
