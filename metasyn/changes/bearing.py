"""Which changes bear on an outcome, and which leave every number of it as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metasyn.changes.game import Game

__all__ = ["bearing"]

# Up to so many causes every choice of them is looked at; up to so many each one next to nothing, to all,
# and to one other; of more, stretches of them at once, halved as long as something differs.
_ALL_CHOICES, _ONE_BY_ONE = 5, 12


def bearing(game: Game, related: Callable[[int, int], bool]) -> tuple[int, ...]:
    """The causes that change a number of the outcome in some company.

    Of five causes or fewer every choice is looked at. Of more, a cause is taken to bear on nothing if
    it changes nothing alone, nothing as the last one, and nothing next to any one related cause, with
    and without all others. More than twelve are added one after the other in either direction, and a
    stretch of them that changes nothing is passed over.

    Parameters
    ----------
    game : Game
    related : callable
        Whether two causes can act on the same effect, or one of them on any.

    Returns
    -------
    tuple of int
        Places of the causes, in order. The outcome with these alone is the outcome with all; should
        it not be, all causes are returned.
    """
    n = len(game.causes)
    if n <= _ALL_CHOICES:
        return tuple(i for i in range(n) if any(_differ(game, [i], choice) for choice in range(1 << n)))
    full = (1 << n) - 1
    found = set(_found(game, range(n), 0)) | set(_found(game, range(n), full))
    for j in range(n) if n <= _ONE_BY_ONE else sorted(found):
        for context in (1 << j, full ^ (1 << j)):
            near = [i for i in range(n) if i not in found and i != j and related(i, j)]
            found |= set(_found(game, near, context))
    alone = sum(1 << i for i in found)
    return tuple(sorted(found)) if _same(game, alone, full) else tuple(range(n))


def _found(game: Game, group: Sequence[int], context: int) -> list[int]:
    """Those of a group that change a number in a context: one by one, or along a way through all of them."""
    if len(game.causes) <= _ONE_BY_ONE:
        return [i for i in group if _differ(game, [i], context)]
    start = context & ~sum(1 << i for i in group)
    return [*_steps(game, group, start), *_steps(game, group[::-1], start)]


def _steps(game: Game, order: Sequence[int], start: int) -> list[int]:
    """Causes that change a number as they are added in an order; a stretch with equal ends is not walked."""
    if not order or _same(game, start, start | sum(1 << i for i in order)):
        return []
    if len(order) == 1:
        return list(order)
    half = len(order) // 2
    middle = start | sum(1 << i for i in order[:half])
    return [*_steps(game, order[:half], start), *_steps(game, order[half:], middle)]


def _differ(game: Game, group: Sequence[int], context: int) -> bool:
    """Whether a context with all of a group differs from it without any of them."""
    bits = sum(1 << i for i in group)
    return not _same(game, context & ~bits, context | bits)


def _same(game: Game, one: int, other: int) -> bool:
    return game.at(one).fingerprint() == game.at(other).fingerprint()
