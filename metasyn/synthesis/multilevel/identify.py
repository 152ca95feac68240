"""Whether the variances asked for can be told apart by these data; refusals say what to do."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError
from metasyn.synthesis.multilevel.fit import Frame, coordinates_of, start_of
from metasyn.synthesis.multilevel.given import Grouping
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.model import Level
from metasyn.synthesis.multilevel.parameters import Objective
from metasyn.vocabulary import OutcomeStructure

__all__ = ["require_identified", "require_information"]

Index = NDArray[np.intp]
# Smallest eigenvalue of the scaled information; below it a direction is level.
_FLAT = 1e-9
# Information per relative change that is rounding.
_NOTHING = 1e-9


def require_identified(grouping: Grouping, structure: OutcomeStructure | None) -> None:
    """Refuse groups that cannot carry the variances asked for.

    Raises
    ------
    NotEstimableError
        A single group; two levels with the same groups; an outcome, or a pair of outcomes, in too few
        studies.
    """
    for level in grouping.levels:
        _require_groups(level)
    for outer, inner in combinations(grouping.levels, 2):
        if np.array_equal(outer.index, inner.index):
            raise NotEstimableError(
                f"every {outer.name} has one {inner.name}: the variance between one and the other cannot be "
                f"told apart. Leave out level {inner.name!r}; with one effect per study use pool()."
            )
    if structure is not None:
        _require_outcomes(grouping, structure)


def require_information(likelihood: Likelihood, frame: Frame, names: tuple[str, ...], start: float) -> None:
    """Refuse a likelihood that is level in some direction.

    Raises
    ------
    NotEstimableError
    """
    x = start_of(frame, start)
    information = Objective(likelihood=likelihood, coordinates=coordinates_of(frame)).information(x)
    # Per relative change of a parameter: known without units, and of the order of the number of groups.
    reach = np.where(x == 0, np.sqrt(start), np.abs(x))
    known = np.diag(information) * reach * reach
    if (known > _NOTHING).all():
        size = np.sqrt(np.diag(information))
        values, vectors = np.linalg.eigh(information / np.outer(size, size))
        if values[0] > _FLAT:
            return
        involved = np.abs(vectors[:, 0]) > 0.1
    else:
        involved = known <= _NOTHING
    said = dict.fromkeys(
        names[i] if i < frame.n_levels else "outcomes" for i in np.flatnonzero(involved).tolist()
    )
    raise NotEstimableError(
        f"the likelihood is flat: these data do not tell apart the variances of {', '.join(said)}. Leave out "
        "a level, or use a simpler structure of the outcomes."
    )


def _require_groups(level: Level) -> None:
    if len(level.labels) < 2:
        raise NotEstimableError(
            f"all effects belong to one {level.name} ({level.labels[0]}): a variance between groups needs at "
            f"least two. Leave out level {level.name!r}, or add studies."
        )


def _require_outcomes(grouping: Grouping, structure: OutcomeStructure) -> None:
    within, outcome = grouping.within, grouping.outcome
    assert within is not None
    assert outcome is not None
    _require_groups(within)
    if len(grouping.outcomes) < 2:
        raise NotEstimableError(
            f"there is one outcome ({grouping.outcomes[0]}): random effects per outcome need two. Use levels="
            "('study', 'effect')."
        )
    _require_new_levels(grouping, structure)
    together = _together(grouping)
    if structure != "CS":
        for name, n in zip(grouping.outcomes, np.diag(together).tolist(), strict=True):
            if n < 2:
                raise NotEstimableError(
                    f"outcome {name!r} is reported by one {within.name} only: it has no variance of its own. "
                    "Leave it out, or use structure='CS'."
                )
    _require_pairs(grouping, structure, together)


def _require_new_levels(grouping: Grouping, structure: OutcomeStructure) -> None:
    """A level must not repeat what the outcomes' covariance already says.

    HCS of three outcomes and more can be told from a further variance on its diagonal, and from one common
    to all outcomes; whether these data do is seen from the information.
    """
    if structure == "HCS" and len(grouping.outcomes) > 2:
        return
    within, outcome = grouping.within, grouping.outcome
    assert within is not None
    assert outcome is not None
    cell = _first_seen(within.index * len(grouping.outcomes) + outcome)
    for level in grouping.levels:
        if np.array_equal(level.index, within.index) or np.array_equal(_first_seen(level.index), cell):
            raise NotEstimableError(
                f"the variance of level {level.name!r} is part of the covariance of the outcomes and cannot "
                "be told from it. Leave out the level, or the outcomes."
            )


def _require_pairs(grouping: Grouping, structure: OutcomeStructure, together: Index) -> None:
    pairs = list(combinations(range(len(grouping.outcomes)), 2))
    names = grouping.outcomes
    if structure == "UN":
        for a, b in pairs:
            if not together[a, b]:
                raise NotEstimableError(
                    f"no study reports both {names[a]!r} and {names[b]!r}: their correlation is not "
                    "estimable. Use structure='HCS' or 'CS', or pool the outcomes apart."
                )
    elif not any(together[a, b] for a, b in pairs):
        raise NotEstimableError(
            "no study reports two outcomes: their correlation is not estimable. Pool the outcomes apart."
        )


def _together(grouping: Grouping) -> Index:
    """Number of studies with both outcomes; on the diagonal with the one."""
    assert grouping.within is not None
    seen = np.zeros((len(grouping.within.labels), len(grouping.outcomes)), dtype=np.intp)
    seen[grouping.within.index, grouping.outcome] = 1
    return seen.T @ seen


def _first_seen(index: Index) -> Index:
    """Groups numbered in order of first appearance."""
    _, first, inverse = np.unique(index, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.intp)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[inverse]
