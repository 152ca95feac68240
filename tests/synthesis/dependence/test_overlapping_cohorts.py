"""Cohorts with participants in common, against the covariance of means written out person by person."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.dependence import overlap_correlation, overlap_covariance


def person_by_person(cohorts: list[set[int]]) -> np.ndarray:
    """Covariance of the means of sets of people whose values are independent with variance 1."""
    people = sorted(set().union(*cohorts))
    means = np.array([[(p in cohort) / len(cohort) for p in people] for cohort in cohorts])
    return means @ means.T


def test_means_of_overlapping_sets() -> None:
    cohorts = [set(range(40)), set(range(25, 70)), set(range(30, 36)), {100, 101, 102}]
    want = person_by_person(cohorts)
    shared = [[len(a & b) for b in cohorts] for a in cohorts]
    sizes = [len(cohort) for cohort in cohorts]
    found = overlap_covariance(want.diagonal(), ["x"] * 4, sizes=sizes, shared=shared)
    np.testing.assert_allclose(found.matrix(), want, rtol=1e-12)
    apart = overlap_covariance(want.diagonal(), ["x", "x", "x", "y"], sizes=sizes, shared=shared)
    assert apart.names == ("x", "y")
    np.testing.assert_allclose(apart.matrix(), want, rtol=1e-12)


def test_another_figure_in_the_same_participants() -> None:
    found = overlap_covariance(
        [0.1, 0.4], ["x", "x"], sizes=[10, 10], shared=[[0, 10], [10, 0]], correlation=0.5
    )
    assert found.blocks[0][0, 1] == pytest.approx(0.5 * 0.2)


def test_the_same_participants_twice_are_refused() -> None:
    with pytest.raises(NotEstimableError, match=re.escape("cluster 'x' (rows 1, 2)")):
        overlap_covariance([0.1, 0.1], ["x", "x"], sizes=[10, 10], shared=[[0, 10], [10, 0]])


def test_extremes() -> None:
    assert overlap_correlation([10, 10, 40], [10, 20, 10], [10, 0, 10]).tolist() == [1.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shared": [[0, 11], [11, 0]]}, "share no more than they have"),
        ({"shared": [[0, 3], [4, 0]]}, "shared must be symmetric"),
        ({"shared": [0, 3]}, "2 x 2 matrix"),
        ({"clusters": ["x", "y"]}, "rows 1 and 2 share participants but are in different clusters"),
        ({"correlation": 1.5}, "correlation must be between 0 and 1"),
        ({"sizes": [10, 0]}, "sizes must be finite and above zero; not so in row 2"),
    ],
)
def test_what_breaks_a_rule_is_named(options: dict[str, Any], words: str) -> None:
    given = {"vi": [0.1, 0.2], "clusters": ["x", "x"], "sizes": [10, 20], "shared": [[0, 3], [3, 0]]}
    with pytest.raises(OptionError, match=words):
        overlap_covariance(**(given | options))
