"""Sharing out a change among what caused it: Shapley values, exact and over a sample of orders."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.errors import OptionError
from metasyn.values import require_whole

__all__ = ["sampled_orders", "shapley_of_orders", "shapley_values"]


def shapley_values(values: ArrayLike) -> NDArray[np.float64]:
    r"""Shapley values of a game of which the value of every coalition is known.

    The share of player i is the sum over all coalitions S without i of
    |S|! (n - |S| - 1)! / n! times v(S with i) - v(S): what i adds, averaged over all orders in which
    the players can join. The shares sum to v(all) - v(none).

    Parameters
    ----------
    values : array_like of shape (2**n,) or (2**n, m)
        v by coalition: player i belongs to the coalition of row s if bit i of s is set. With m columns
        the game is played m times at once.

    Returns
    -------
    ndarray of shape (n,) or (n, m)

    Raises
    ------
    OptionError
        If the number of rows is not a power of two, or a value is not finite.

    References
    ----------
    Shapley LS. In: Contributions to the Theory of Games II, 1953:307-318. 10.1515/9781400881970-018

    Examples
    --------
    Two gloves make a pair; player 0 has the only left one:

    >>> shapley_values([0, 0, 0, 1, 0, 1, 0, 1]).round(4).tolist()
    [0.6667, 0.1667, 0.1667]
    """
    table = np.asarray(values, dtype=float)
    size = table.shape[0] if table.ndim else 0
    if not size or size & (size - 1):
        raise OptionError(f"values must have one row for each of the 2**n coalitions; got {size}.")
    if not np.isfinite(table).all():
        raise OptionError("the value of every coalition must be a finite number.")
    n = size.bit_length() - 1
    coalitions = np.arange(size)
    members = np.array([int(s).bit_count() for s in coalitions])
    shares = np.zeros((n, *table.shape[1:]))
    for i in range(n):
        without = coalitions[coalitions >> i & 1 == 0]
        weights = np.array([1 / (n * math.comb(n - 1, int(s))) for s in members[without]])
        shares[i] = np.tensordot(weights, table[without | 1 << i] - table[without], axes=1)
    return shares


def sampled_orders(n: int, *, pairs: int, seed: int = 1) -> tuple[tuple[int, ...], ...]:
    """Orders of n players drawn at random, each followed by its reverse.

    With each order its reverse, what two players only do together is shared equally between them by
    every pair of orders, so that only interactions of three and more leave sampling error.

    Parameters
    ----------
    n : int
        Number of players, at least 1.
    pairs : int
        How many orders are drawn, at least 1; twice as many are returned.
    seed : int
        The same seed gives the same orders on every machine.

    Returns
    -------
    tuple of tuple of int

    Examples
    --------
    >>> orders = sampled_orders(3, pairs=2)
    >>> len(orders), orders[1] == orders[0][::-1]
    (4, True)
    """
    require_whole("n", n, at_least=1)
    require_whole("pairs", pairs, at_least=1)
    chance = random.Random(seed)
    orders: list[tuple[int, ...]] = []
    for _ in range(pairs):
        order = list(range(n))
        chance.shuffle(order)
        orders += [tuple(order), tuple(reversed(order))]
    return tuple(orders)


def shapley_of_orders(
    orders: Sequence[Sequence[int]], value: Callable[[int], ArrayLike]
) -> NDArray[np.float64]:
    """What each player adds when the players join in the given orders, on average.

    Over all orders these are the Shapley values; over any sample of orders the shares still sum to
    v(all) - v(none).

    Parameters
    ----------
    orders : sequence of sequence of int
        Each a permutation of the players 0 to n - 1; at least one.
    value : callable
        Value of a coalition (bit i set: player i belongs to it), a number or an array of shape (m,).

    Returns
    -------
    ndarray of shape (n,) or (n, m)

    Examples
    --------
    >>> shapley_of_orders([(0, 1), (1, 0)], lambda s: 3.0 if s == 3 else 0.0).tolist()
    [1.5, 1.5]
    """
    start = np.asarray(value(0), dtype=float)
    shares = np.zeros((len(orders[0]), *start.shape))
    for order in orders:
        coalition, before = 0, start
        for player in order:
            coalition |= 1 << player
            after = np.asarray(value(coalition), dtype=float)
            shares[player] += after - before
            before = after
    return shares / len(orders)
