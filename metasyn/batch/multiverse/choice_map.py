"""The map of decisions: which conclusions every option of every choice leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.left_out import NOTHING, apart
from metasyn.batch.multiverse.model import Multiverse
from metasyn.batch.multiverse.summary import Scale

__all__ = ["ChoiceRow", "choice_rows"]

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

# Up to so many options of what is left out have a row each, if their studies can be named in it; else
# there is one row per study.
_LISTED = 16
_STUDIES = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChoiceRow:
    """One option of one choice, and the results that some specification with it gives.

    Attributes
    ----------
    choice, option : str
    here : ndarray of bool, shape (n,)
        In the order of the scale.
    below, includes, above : float or None
        Shares of these results by their interval; None where nothing is known of them.
    """

    choice: str
    option: str
    here: Flags
    below: float | None
    includes: float | None
    above: float | None


def choice_rows(
    many: Multiverse, scale: Scale, choices: Collection[str] | None = None
) -> tuple[ChoiceRow, ...]:
    """The map of decisions: every option with the conclusions it leads to.

    Of more than sixteen exclusions, and of such with more than three studies, there is a row per study, with
    every result that some exclusion of it gives.

    Parameters
    ----------
    many : Multiverse
    scale : Scale
    choices : collection of str, optional
        Names of choices; default those with several options on this scale: one alone decides nothing.

    Returns
    -------
    tuple of ChoiceRow
    """
    place = np.full(many.n_results, -1, dtype=np.int64)
    place[scale.numbers] = np.arange(scale.numbers.size)
    found = []
    for column, choice in enumerate(many.choices):
        members = list(_members(many, scale, column))
        labels = apart([label for label, _ in members])
        options = [(label, here) for label, (_, here) in zip(labels, members, strict=True) if here.any()]
        if len(options) < 2 if choices is None else choice.name not in choices:
            continue
        for label, specs in options:
            numbers = many.result[scale.rows[specs]]
            here = np.zeros(scale.numbers.size, dtype=bool)
            here[place[numbers[numbers >= 0]]] = True
            known = scale.conclusion[here & (scale.conclusion >= 0)]
            shares = [float((known == i).mean()) if known.size else None for i in range(3)]
            found.append(
                ChoiceRow(
                    choice=choice.name,
                    option=label,
                    here=here,
                    below=shares[0],
                    includes=shares[1],
                    above=shares[2],
                )
            )
    return tuple(found)


def _members(many: Multiverse, scale: Scale, column: int) -> Iterator[tuple[str, Flags]]:
    """The options of a choice, each with which specifications of the scale have it."""
    codes = many.chosen[scale.rows, column]
    options = many.choices[column].options
    listed = len(options) <= _LISTED and all(one.label == one.words for one in many.exclusions)
    if many.choices[column].name != "left out" or listed:
        for i, label in enumerate(options):
            yield label, codes == i
        return
    yield NOTHING.label, codes == (many.exclusions.index(NOTHING) if NOTHING in many.exclusions else -1)
    studies = dict(pair for one in many.exclusions for pair in zip(one.studies, one.names, strict=True))
    if len(studies) <= _STUDIES:
        for key, name in studies.items():
            gone = np.array([key in one.studies for one in many.exclusions], dtype=bool)
            yield name, gone[codes]
    else:
        yield from _by_number(many, codes)
    for i, one in enumerate(many.exclusions):
        if one.column or one.worst_grade is not None:
            yield one.label, codes == i


def _by_number(many: Multiverse, codes: Integers) -> Iterator[tuple[str, Flags]]:
    """By the number of studies left out, in at most six bands."""
    numbers = np.array([len(one.studies) for one in many.exclusions])
    most = int(numbers.max())
    step = -(-most // 6)
    for low in range(1, most + 1, step):
        high = min(low + step - 1, most)
        label = f"{low} studies" if low == high else f"{low} to {high} studies"
        label = "1 study" if high == 1 else label
        yield label, ((numbers >= low) & (numbers <= high))[codes]
