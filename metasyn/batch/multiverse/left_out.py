"""What a specification leaves out: studies, effects by a column, effects of the weaker routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.vocabulary import RouteName, choices

__all__ = ["NOTHING", "LeftOut", "StudySubsets", "apart", "study_keys", "study_names"]

Flags = NDArray[np.bool_]
_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One way of leaving something out; with nothing named, nothing is left out.

    Attributes
    ----------
    studies, names : tuple of str
        Keys (`study_keys`) of studies that are left out with all their effects, and what they are called.
    column, values : str, tuple of str
        Effects whose column has one of these values.
    worst_grade, routes : int or None, tuple of str
        Only routes of this grade or better are kept (1 is best); which routes that leaves out, of the one
        way to effects that is meant.
    """

    studies: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    column: str = ""
    values: tuple[str, ...] = ()
    worst_grade: int | None = None
    routes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """In words, short enough for a row of a figure.

        Examples
        --------
        >>> LeftOut().label, LeftOut(studies=("a", "b"), names=("A 2001", "B 2002")).label
        ('nothing', 'A 2001 and B 2002')
        >>> LeftOut(column="design", values=("cohort",)).label
        'design: cohort'
        >>> LeftOut(worst_grade=2, routes=("percent",)).label, LeftOut(worst_grade=2).label
        ('route: percent', 'no weaker route')
        """
        if len(self.studies) > _FEW:
            return f"{len(self.studies)} studies"
        return self.words

    @property
    def words(self) -> str:
        """In words, with every study named, so that each way reads differently.

        Examples
        --------
        >>> LeftOut(studies=("a", "b", "c", "d"), names=("A", "B", "C", "D")).words
        'A, B, C and D'
        """
        if self.studies:
            *first, last = self.names
            return f"{', '.join(first)} and {last}" if first else last
        if self.column:
            return f"{self.column}: {' or '.join(self.values)}"
        if self.worst_grade is None:
            return "nothing"
        if not self.routes:
            return "no weaker route"
        return f"route{'s' if len(self.routes) > 1 else ''}: {', '.join(self.routes)}"

    def kept(self, effects: EffectSet, keys: Sequence[str] | None = None) -> Flags:
        """Which effects stay, shape (k,); `keys` are their studies, where they are known already."""
        if self.studies:
            gone = set(self.studies)
            return np.array([key not in gone for key in keys or study_keys(effects)], dtype=bool)
        if self.column:
            return np.array([value not in self.values for value in effects.column(self.column)], dtype=bool)
        if self.worst_grade is not None:
            worst = self.worst_grade
            return np.array([effect.route.grade <= worst for effect in effects.effects], dtype=bool)
        return np.ones(effects.k, dtype=bool)

    def of(self, effects: EffectSet) -> LeftOut:
        """The same, with the routes that it leaves out of these effects."""
        worst = self.worst_grade
        if worst is None:
            return self
        gone = {one.route.name for one in effects.effects if one.route.grade > worst}
        return replace(self, routes=tuple(sorted(gone, key=choices(RouteName).index)))


NOTHING = LeftOut()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySubsets:
    """Every way of leaving studies out that keeps one at least; never listed, only counted and told apart.

    Attributes
    ----------
    studies, names : tuple of str
        Keys and names, as in `LeftOut`.
    """

    studies: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many there are; more than Python takes for a length."""
        return int(2 ** len(self.studies) - 2)

    def at(self, number: int) -> LeftOut:
        """The subset of a number from 0 on: the first study is the lowest digit of what is left out.

        Examples
        --------
        >>> subsets = StudySubsets(studies=("a", "b"), names=("A 2001", "B 2002"))
        >>> [subsets.at(i).label for i in range(subsets.count)]
        ['A 2001', 'B 2002']
        """
        gone = [i for i in range(len(self.studies)) if number + 1 >> i & 1]
        return LeftOut(studies=tuple(self.studies[i] for i in gone), names=tuple(self.names[i] for i in gone))


def study_keys(effects: EffectSet) -> tuple[str, ...]:
    """The study of every effect: its id, else the label of the effect, which is then a study of its own."""
    own = iter(apart([one.label for one in effects.effects if not one.study_id]))
    return tuple(one.study_id or next(own) for one in effects.effects)


def study_names(sets: Sequence[EffectSet]) -> dict[str, str]:
    """What the studies of some sets are called, by key, in the order of first occurrence.

    The label of the effect, and of several what their labels begin with; equal names are numbered.

    Examples
    --------
    >>> from metasyn.effects.model import Effect, EffectSet, Route
    >>> from metasyn.effects import get_measure
    >>> route = Route(name="given", grade=1, formula="")
    >>> rows = [Effect(label=l, yi=0.0, vi=1.0, route=route, study_id=s)
    ...         for l, s in (("Oak 2001: low", "oak"), ("Oak 2001: high", "oak"), ("Elm 2003", "elm"))]
    >>> study_names([EffectSet(measure=get_measure("HR"), effects=rows)])
    {'oak': 'Oak 2001', 'elm': 'Elm 2003'}
    """
    labels: dict[str, dict[str, None]] = {}
    for effects in sets:
        for key, label in zip(study_keys(effects), effects.labels, strict=True):
            labels.setdefault(key, {})[label] = None
    short = {key: _beginning(list(known)) for key, known in labels.items()}
    if len(set(short.values())) < len(short) or not all(short.values()):
        first = [next(iter(known)) for known in labels.values()]
        return dict(zip(labels, apart(first), strict=True))
    return short


def apart(names: Sequence[str]) -> list[str]:
    """The names, from the second of the same name on with a number; all of them differ.

    Examples
    --------
    >>> apart(["Oak", "Elm", "Oak", "Oak (2)"])
    ['Oak', 'Elm', 'Oak (3)', 'Oak (2)']
    """
    taken, seen, found = set(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        word = name
        while seen[name] > 1 and word in taken:
            word = f"{name} ({seen[name]})"
            seen[name] += word in taken
        taken.add(word)
        found.append(word)
    return found


def _beginning(labels: Sequence[str]) -> str:
    """What some labels begin with, without the sign that parts it from the rest."""
    if len(labels) == 1:
        return labels[0]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*labels, strict=False))
    return "".join(letters[0] for letters in alike).rstrip(" :,;(-")
