"""The share of every cause in what moved: alone, as the last one, and averaged over all orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.changes.bearing import bearing
from metasyn.changes.game import Game
from metasyn.changes.model import Attribution, Cause, Moved, Quantity, Share
from metasyn.changes.standing import QUANTITIES, Point, differs, quantities
from metasyn.numerics.shapley import sampled_orders, shapley_of_orders, shapley_values
from metasyn.values import NotEstimable

__all__ = ["Attributed", "attribute", "moved_only"]

# Up to this many causes all choices are computed, above it a sample of orders.
_MOST_EXACT = 10
_PAIRS = 32
_MOST_NAMED = 2
_NO_EARLIER = NotEstimable("the earlier software is not there to go back to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """What moved, and what of the causes moved it.

    Attributes
    ----------
    moved : tuple of Moved
    causes : tuple of Cause
        Those that bear on the outcome.
    places : tuple of int
        Where they are in the game; the cause `software` is not in it.
    attribution : {'exact', 'sampled', 'none'}
    orders : int
    """

    moved: tuple[Moved, ...]
    causes: tuple[Cause, ...] = ()
    places: tuple[int, ...] = ()
    attribution: Attribution = "none"
    orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Shared:
    """Numbers of the choices that were looked at, by the causes that bear on the outcome."""

    at: Callable[[int], Mapping[Quantity, float | NotEstimable]]
    causes: tuple[Cause, ...]
    orders: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """Number of causes."""
        return len(self.causes)

    def named(self, choice: int) -> str:
        """The causes of a choice in words; of many the first and how many more."""
        titles = [cause.title for i, cause in enumerate(self.causes) if choice >> i & 1]
        more = len(titles) - _MOST_NAMED
        return "; ".join(titles[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")

    def visited(self) -> Iterable[int]:
        """Every choice that a share depends on."""
        if not self.orders:
            return range(1 << self.n)
        full = (1 << self.n) - 1
        prefixes = {sum(1 << i for i in order[:stop]) for order in self.orders for stop in range(self.n + 1)}
        ends = {choice for i in range(self.n) for choice in (1 << i, full ^ (1 << i))}
        return sorted(prefixes | ends)

    def shares(self, name: Quantity) -> tuple[NDArray[np.float64], NDArray[np.float64]] | NotEstimable:
        """The share of each cause in one quantity and its standard error by sampling.

        Why there are none where a step on the way has no value.
        """
        known: dict[int, float] = {}
        for choice in self.visited():
            value = self.at(choice)[name]
            if isinstance(value, NotEstimable):
                return NotEstimable(f"with only this changed ({self.named(choice)}): {value.reason}")
            known[choice] = value
        if self.orders:
            return _averaged(self.orders, known.__getitem__)
        return shapley_values([known[choice] for choice in range(1 << self.n)]), np.zeros(self.n)


def _averaged(
    orders: Sequence[Sequence[int]], value: Callable[[int], float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares over a sample of orders; an order and its reverse are one draw, the draws independent."""
    pairs = [orders[i : i + 2] for i in range(0, len(orders), 2)]
    drawn = np.array([shapley_of_orders(pair, value) for pair in pairs])
    return shapley_of_orders(orders, value), drawn.std(axis=0, ddof=1) / np.sqrt(len(pairs))


def attribute(
    game: Game, related: Callable[[int, int], bool], reported: Point | None, software: Cause | None
) -> Attributed:
    """Which numbers moved, and how much of it comes of each cause.

    Parameters
    ----------
    game : Game
    related : callable
        Whether two causes can act on the same effect.
    reported : Point or None
        What had been reported of the old state, where the software of today computes otherwise; the
        difference is then the first step.
    software : Cause or None
        That step.

    Returns
    -------
    Attributed
    """
    old, new = game.ends
    before = old if reported is None else reported
    places = bearing(game, related)
    if not places and old.fingerprint() != new.fingerprint():
        return Attributed(moved=moved_only(before, new, "no changed row or option accounts for it"))
    causes = tuple(game.causes[i] for i in places)
    orders = sampled_orders(len(places), pairs=_PAIRS) if len(places) > _MOST_EXACT else ()
    shared = _Shared(at=_numbers(game, places), causes=causes, orders=orders)
    first = (software,) if software is not None and reported is not None else ()
    moved = tuple(
        _shared_out(name, before, shared, old if first else None, (*first, *causes))
        for name in QUANTITIES
        if differs(quantities(before.standing)[name], quantities(new.standing)[name])
    )
    attribution: Attribution = "sampled" if orders else "exact" if first or causes else "none"
    return Attributed(
        moved=moved, causes=(*first, *causes), places=places, attribution=attribution, orders=len(orders)
    )


def moved_only(before: Point, after: Point, reason: str) -> tuple[Moved, ...]:
    """The numbers that moved, without shares and with the reason why."""
    old, new = quantities(before.standing), quantities(after.standing)
    return tuple(
        Moved(quantity=name, before=old[name], after=new[name], unshared=reason)
        for name in QUANTITIES
        if differs(old[name], new[name])
    )


def _numbers(game: Game, places: Sequence[int]) -> Callable[[int], Mapping[Quantity, float | NotEstimable]]:
    """Numbers of a choice among the causes that bear on the outcome; all of them is the new state."""
    cache: dict[int, Mapping[Quantity, float | NotEstimable]] = {}
    every = (1 << len(places)) - 1

    def at(choice: int) -> Mapping[Quantity, float | NotEstimable]:
        if choice not in cache:
            whole = sum(1 << place for i, place in enumerate(places) if choice >> i & 1)
            # Without a cause that bears on it the outcome is as it was, in both directions.
            whole = (1 << len(game.causes)) - 1 if choice == every and places else whole
            cache[choice] = quantities(game.at(whole).standing)
        return cache[choice]

    return at


def _shared_out(
    name: Quantity, before: Point, shared: _Shared, recomputed: Point | None, causes: Sequence[Cause]
) -> Moved:
    """One quantity with the share of every cause; the step of the software, if any, comes first."""
    start, end = shared.at(0)[name], shared.at((1 << shared.n) - 1)[name]
    was = quantities(before.standing)[name]
    for value, when in ((was, "before"), (start, "before, as it is computed now"), (end, "now")):
        if isinstance(value, NotEstimable):
            return Moved(
                quantity=name, before=was, after=end, unshared=f"not estimable {when}: {value.reason}"
            )
    shares = shared.shares(name)
    if isinstance(shares, NotEstimable):
        return Moved(quantity=name, before=was, after=end, unshared=shares.reason)
    values, errors = shares
    made = []
    if recomputed is not None:
        step = _gap(was, start)
        whole = 0.0 if isinstance(step, NotEstimable) else step
        made.append(Share(cause=causes[0].id, alone=step, last=_NO_EARLIER, shapley=whole))
    full = (1 << shared.n) - 1
    for i, cause in enumerate(causes[len(made) :]):
        alone = _gap(start, shared.at(1 << i)[name])
        last = _gap(shared.at(full ^ (1 << i))[name], end)
        share, error = float(values[i]), float(errors[i])
        made.append(Share(cause=cause.id, alone=alone, last=last, shapley=share, sampling_error=error))
    return Moved(quantity=name, before=was, after=end, shares=tuple(made))


def _gap(before: float | NotEstimable, after: float | NotEstimable) -> float | NotEstimable:
    """After minus before; why there is none where one of them is not known."""
    if isinstance(before, NotEstimable):
        return before
    return after if isinstance(after, NotEstimable) else after - before
