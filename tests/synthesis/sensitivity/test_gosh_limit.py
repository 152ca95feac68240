"""How many subsets are pooled when nobody says: all while that takes a moment, a sample beyond."""

from __future__ import annotations

import pytest

from metasyn.synthesis.sensitivity import gosh


@pytest.mark.parametrize(("k", "exhaustive", "n"), [(16, True, 2**16 - 1), (17, False, 100_000)])
def test_all_subsets_or_a_sample(k: int, exhaustive: bool, n: int) -> None:
    found = gosh(yi=[0.1 * i for i in range(k)], vi=[0.1 + 0.01 * i for i in range(k)])
    assert (found.exhaustive, found.n_subsets) == (exhaustive, n)
    assert found.present.shape == (n, k)
