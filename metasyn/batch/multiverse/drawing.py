"""Which specifications are pooled: the product of all choices, or a sample of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.left_out import LeftOut, StudySubsets
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.values import require_whole

__all__ = ["MOST", "Drawn", "by_data_set", "draw"]

Integers = NDArray[np.int64]

MOST = 200_000
"""As many specifications are pooled without being asked for by `limit`."""
# Numbers of specifications are 64-bit.
_COUNTABLE = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Specifications by the numbers of what they choose, in the order of the product.

    Attributes
    ----------
    data, exclusion, method : ndarray of int, shape (n,)
        Places in the data sets, in `exclusions`, in the methods.
    exclusions : tuple of LeftOut
        Those that occur, in their order.
    n_possible : int
        Specifications of the whole product.
    """

    data: Integers
    exclusion: Integers
    method: Integers
    exclusions: tuple[LeftOut, ...]
    n_possible: int


def draw(
    ways: Sequence[tuple[int, int]],
    listed: Sequence[LeftOut],
    subsets: StudySubsets | None = None,
    *,
    limit: int | None = None,
    seed: int = 1,
    headline: int | None = None,
) -> Drawn:
    """All combinations, or `limit` of them at random, each at most once.

    Parameters
    ----------
    ways : sequence of (int, int)
        Places of a data set and a method that go together.
    listed : sequence of LeftOut
    subsets : StudySubsets or None
        Further exclusions, after those listed.
    limit : int, optional
        As many are drawn where there are more.
    seed : int
    headline : int, optional
        Place in `ways` of the main analysis, which with the first exclusion is always among them.

    Returns
    -------
    Drawn

    Raises
    ------
    OptionError
        For more than `MOST` specifications without a limit, and for a limit that is no whole number >= 1.

    Examples
    --------
    >>> subsets = StudySubsets(studies=("a", "b", "c"), names=("A", "B", "C"))
    >>> found = draw([(0, 0), (0, 1)], [LeftOut()], subsets)
    >>> found.n_possible, len(found.exclusions)
    (14, 7)
    """
    n_exclusions = len(listed) + (0 if subsets is None else subsets.count)
    total = len(ways) * n_exclusions
    most = MOST if limit is None else require_whole("limit", limit, at_least=1)
    if limit is None and total > most:
        raise OptionError(
            f"these choices make {total} specifications; give limit= to pool a random sample of them, "
            f"or fewer choices for at most {most}."
        )
    if total > _COUNTABLE:
        raise OptionError(f"these choices make {total} specifications, more than can be numbered (2**62).")
    if total <= most:
        places = np.arange(total, dtype=np.int64)
    else:
        places = _sample(total, most, seed, None if headline is None else headline * n_exclusions)
    way, exclusion = np.divmod(places, n_exclusions)
    data, method = np.array(ways, dtype=np.int64)[way].T
    numbers, exclusion = np.unique(exclusion, return_inverse=True)
    found = tuple(
        listed[i] if i < len(listed) or subsets is None else subsets.at(i - len(listed))
        for i in numbers.tolist()
    )
    return Drawn(
        data=data, exclusion=exclusion.astype(np.int64), method=method, exclusions=found, n_possible=total
    )


def _sample(total: int, most: int, seed: int, headline: int | None) -> Integers:
    """Numbers of specifications, rising; that of the headline takes the place of one drawn at random."""
    drawn = np.random.default_rng(seed).choice(total, size=most, replace=False)
    if headline is not None and headline not in drawn:
        drawn[0] = headline
    return np.sort(drawn).astype(np.int64)


def by_data_set(drawn: Drawn, sets: Sequence[EffectSet]) -> Drawn:
    """The same, an exclusion of weaker routes told apart by what it leaves out of each data set.

    Parameters
    ----------
    drawn : Drawn
    sets : sequence of EffectSet

    Returns
    -------
    Drawn
        The first exclusion stays the first.
    """
    if all(one.worst_grade is None for one in drawn.exclusions):
        return drawn
    kinds, place = np.unique(drawn.exclusion * len(sets) + drawn.data, return_inverse=True)
    found: dict[tuple[int, LeftOut], int] = {}
    codes = []
    for kind in kinds.tolist():
        number, data = divmod(kind, len(sets))
        codes.append(found.setdefault((number, drawn.exclusions[number].of(sets[data])), len(found)))
    exclusion = np.array(codes, dtype=np.int64)[place]
    return replace(drawn, exclusion=exclusion, exclusions=tuple(one for _, one in found))
