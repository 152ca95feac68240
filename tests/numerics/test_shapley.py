"""Shapley values against the sum over all orders that defines them, in exact fractions."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.errors import OptionError
from metasyn.numerics.shapley import sampled_orders, shapley_of_orders, shapley_values


def by_definition(values: list[int], n: int) -> list[Fraction]:
    """The average of what each player adds, over every order in which the players can join."""
    shares = [Fraction(0)] * n
    orders = list(permutations(range(n)))
    for order in orders:
        coalition = 0
        for player in order:
            shares[player] += Fraction(values[coalition | 1 << player] - values[coalition], len(orders))
            coalition |= 1 << player
    return shares


games = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.integers(-1000, 1000), min_size=2**n, max_size=2**n).map(lambda v: (n, v))
)


@given(games)
@settings(max_examples=60, deadline=None)
def test_every_share_is_the_average_over_all_orders(game: tuple[int, list[int]]) -> None:
    n, values = game
    expected = [float(share) for share in by_definition(values, n)]
    np.testing.assert_allclose(shapley_values(values), expected, rtol=0, atol=1e-10)
    orders = list(permutations(range(n)))
    np.testing.assert_allclose(shapley_of_orders(orders, lambda s: values[s]), expected, rtol=0, atol=1e-10)


@given(games)
@settings(max_examples=60, deadline=None)
def test_the_shares_sum_to_the_whole_change(game: tuple[int, list[int]]) -> None:
    n, values = game
    whole = values[-1] - values[0]
    assert shapley_values(values).sum() == pytest.approx(whole, abs=1e-10)
    some = sampled_orders(n, pairs=3)
    assert shapley_of_orders(some, lambda s: values[s]).sum() == pytest.approx(whole, abs=1e-10)


def test_the_airport_game_of_littlechild_and_owen() -> None:
    # Costs of runways 1, 3, 6 (the longest is built): each stretch is shared by those who need it.
    cost = {0: 1, 1: 3, 2: 6}
    values = [max([cost[i] for i in range(3) if s >> i & 1], default=0) for s in range(8)]
    np.testing.assert_allclose(shapley_values(values), [1 / 3, 1 / 3 + 1, 1 / 3 + 1 + 3], rtol=1e-15)


def test_a_player_who_adds_nothing_gets_nothing_and_equal_players_get_the_same() -> None:
    values = [len({i for i in (0, 1) if s >> i & 1}) ** 2 for s in range(8)]  # player 2 never matters
    np.testing.assert_allclose(shapley_values(values), [2.0, 2.0, 0.0], rtol=1e-15)


def test_several_games_at_once_are_the_games_one_by_one() -> None:
    table = np.random.default_rng(3).normal(size=(16, 3))
    together = shapley_values(table)
    assert together.shape == (4, 3)
    for column in range(3):
        np.testing.assert_allclose(together[:, column], shapley_values(table[:, column]), rtol=1e-14)


def test_interactions_of_two_are_shared_exactly_by_an_order_and_its_reverse() -> None:
    values = [3.0 * (s & 1) + 5.0 * ((s & 6) == 6) for s in range(8)]
    few = shapley_of_orders(sampled_orders(3, pairs=1), lambda s: values[s])
    np.testing.assert_allclose(few, [3, 2.5, 2.5], rtol=1e-15)


def test_the_orders_are_permutations_and_the_same_every_time() -> None:
    orders = sampled_orders(12, pairs=5, seed=7)
    assert orders == sampled_orders(12, pairs=5, seed=7) != sampled_orders(12, pairs=5, seed=8)
    assert all(sorted(order) == list(range(12)) for order in orders)
    assert [order[::-1] for order in orders[::2]] == list(orders[1::2])


def test_no_player_shares_nothing() -> None:
    assert shapley_values([4.0]).shape == (0,)


@pytest.mark.parametrize("values", [[], [1, 2, 3], 5.0, [0.0, float("nan")]])
def test_what_is_no_game_is_refused(values: object) -> None:
    with pytest.raises(OptionError):
        shapley_values(values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "pairs"), [(0, 1), (2, 0)])
def test_orders_need_players_and_draws(n: int, pairs: int) -> None:
    with pytest.raises(OptionError, match="whole number >= 1"):
        sampled_orders(n, pairs=pairs)
