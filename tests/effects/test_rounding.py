"""Whole-number counts behind printed percentages."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.effects.rounding import decimals_of, nearest_count, whole_number_counts
from metasyn.errors import OptionError


@pytest.mark.parametrize(
    ("percent", "decimals", "n", "expected"),
    [
        ("15.2", None, 269, (41,)),
        ("15", None, 117, (17, 18)),
        (15.0, 0, 117, (17, 18)),
        (15.0, 1, 117, ()),  # 15.0 with its decimal printed: 17/117 = 14.5, 18/117 = 15.4
        ("39", None, 8, ()),
        ("100", None, 7, (7,)),
        ("0", None, 250, (0, 1)),
        ("12.5%", None, 8, (1,)),
        ("12", None, 8, (1,)),  # 12.5 to even
        ("13", None, 8, (1,)),  # 12.5 up
        ("62", None, 8, (5,)),
        ("63", None, 8, (5,)),
        ("38", None, 8, (3,)),  # 37.5 rounds to 38 under both rules
        ("37", None, 8, ()),
        ("28·3", None, 60, (17,)),
    ],
)
def test_counts_that_fit(percent: str | float, decimals: int | None, n: int, expected: tuple) -> None:
    assert whole_number_counts(percent, decimals, n) == expected


@given(n=st.integers(1, 400), places=st.integers(0, 2), data=st.data())
def test_agrees_with_rounding_every_count(n: int, places: int, data: st.DataObject) -> None:
    """The naive way: round every k/n by both rules and compare texts."""
    k = data.draw(st.integers(0, n))
    unit = Decimal(1).scaleb(-places)

    def texts(count: int) -> set[str]:
        exact = Decimal(100 * count) / Decimal(n)
        return {str(exact.quantize(unit, rule)) for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN)}

    for printed in texts(k):
        fits = whole_number_counts(printed, None, n)
        assert k in fits
        assert fits == tuple(count for count in range(n + 1) if printed in texts(count))


def test_nearest_of_several() -> None:
    assert nearest_count(15.0, 117, (17, 18)) == 18  # 15% of 117 is 17.55
    assert nearest_count(50.0, 3, (1, 2)) == 1


@pytest.mark.parametrize("percent", ["about 12", "-3", "101", "1e1", "", "12,5"])
def test_what_is_not_a_percentage(percent: str) -> None:
    with pytest.raises(OptionError, match="percentage"):
        whole_number_counts(percent, None, 10)


def test_n_must_be_positive() -> None:
    with pytest.raises(OptionError, match="n must be positive"):
        whole_number_counts("10", None, 0)


def test_decimals_of_numbers() -> None:
    assert [decimals_of(x) for x in ("1.50", 1.5, 3.0, "7")] == [2, 1, 0, 0]
