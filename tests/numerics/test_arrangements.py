"""Distinct orders against `itertools.permutations`."""

from __future__ import annotations

import itertools

import pytest

from metasyn.numerics.arrangements import count_arrangements, distinct_arrangements


@pytest.mark.parametrize("labels", [[0], [0, 1, 2, 3], [1, 0, 1, 0, 0], [2, 0, 1, 1, 2, 2], [0, 0, 0]])
def test_all_orders_once_and_sorted(labels: list[int]) -> None:
    every = sorted(set(itertools.permutations(labels)))
    n = count_arrangements(labels)
    assert n == len(every)
    assert distinct_arrangements(labels, 0, n).tolist() == [list(one) for one in every]
    middle = n // 3
    assert distinct_arrangements(labels, middle, n).tolist() == [list(one) for one in every[middle:]]


def test_the_last_of_very_many() -> None:
    labels = list(range(18))
    n = count_arrangements(labels)
    assert distinct_arrangements(labels, n - 1, n).tolist() == [labels[::-1]]
