"""A synthesis of counts made again without each study in turn."""

from __future__ import annotations

import numpy as np

from metasyn.errors import NotEstimableError
from metasyn.synthesis.counts.assemble import assemble
from metasyn.synthesis.counts.model import CountSynthesis, CountTables
from metasyn.values import NotEstimable

__all__ = ["without_each"]


def without_each(result: CountSynthesis) -> tuple[CountSynthesis | NotEstimable, ...]:
    """The same synthesis without each study in turn (leave-one-out).

    Parameters
    ----------
    result : CountSynthesis
        What `mantel_haenszel` or `peto` gave.

    Returns
    -------
    tuple of CountSynthesis or NotEstimable
        In the order of the studies; the reason where the others do not define an estimate.

    Examples
    --------
    >>> from metasyn.synthesis.counts import mantel_haenszel
    >>> result = mantel_haenszel(
    ...     events_1=[4, 6, 3], n_1=[123, 306, 231], events_2=[11, 29, 11], n_2=[139, 303, 220]
    ... )
    >>> [round(other.estimate, 2) for other in without_each(result)]
    [-1.58, -1.15, -1.42]
    """
    found: list[CountSynthesis | NotEstimable] = []
    for row in range(result.k):
        try:
            found.append(assemble(_without(result.tables, row), result.spec))
        except NotEstimableError as error:
            found.append(NotEstimable(str(error)))
    return tuple(found)


def _without(tables: CountTables, row: int) -> CountTables:
    """The tables of all studies but one."""
    x1, s1, x2, s2 = (np.delete(column, row) for column in tables.columns)
    for array in (x1, s1, x2, s2):
        array.flags.writeable = False
    return CountTables(
        events_1=x1,
        size_1=s1,
        events_2=x2,
        size_2=s2,
        labels=tables.labels[:row] + tables.labels[row + 1 :],
        person_time=tables.person_time,
    )
