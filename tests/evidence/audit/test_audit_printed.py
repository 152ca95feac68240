"""Printed numbers: digits, roundings, slips of the pen, whole numbers behind percentages."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasyn.evidence.audit.counts import cut_off, denominators, is_percent_of, whole_numbers
from metasyn.evidence.audit.printed import one_edit, read_printed


@pytest.mark.parametrize(
    ("text", "value", "decimals", "relation"),
    [
        ("0.80", 0.8, 2, "="),
        (".62", 0.62, 2, "="),
        ("0·62", 0.62, 2, "="),
        ("1,770", 1770, 0, "="),
        ("0,62", 0.62, 2, "="),
        ("15%", 15, 0, "="),
        ("P < .0001", 0.0001, 4, "<"),
        ("p=0.04", 0.04, 2, "="),
        ("≥ 0.05", 0.05, 2, ">"),
        ("−0.478", -0.478, 3, "="),
        ("1.2e-05", 1.2e-5, 6, "="),
    ],
)
def test_reading(text: str, value: float, decimals: int, relation: str) -> None:
    printed = read_printed(text)
    assert printed is not None
    assert (printed.value, printed.decimals, printed.relation) == (value, decimals, relation)


@pytest.mark.parametrize("text", ["", "ns", "not reached", "1.2.3", "12-15", "NaN", "inf", "9" * 40, "1e999"])
def test_what_is_no_number(text: str) -> None:
    assert read_printed(text) is None


def test_a_half_may_be_rounded_either_way() -> None:
    printed = read_printed("63")
    assert printed is not None
    assert 62.5 in printed
    assert 63.5 in printed
    assert 62.49 not in printed


@given(st.integers(1, 400), st.data(), st.integers(0, 3))
def test_every_rounding_of_a_share_is_accepted(n: int, data: st.DataObject, places: int) -> None:
    k = data.draw(st.integers(0, n))
    unit = Decimal(1).scaleb(-places)
    # More digits than any tie needs: n < 1000 and places <= 3.
    exact = Decimal(100 * k) / Decimal(n)
    for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN):
        printed = read_printed(str(exact.quantize(unit, mode)))
        assert printed is not None
        assert is_percent_of(printed, k, n)
        assert k in whole_numbers(printed, n)
    cut = read_printed(str(exact.quantize(unit, ROUND_DOWN)))
    assert cut is not None
    assert is_percent_of(cut, k, n) != cut_off(cut, k, n)


@given(st.integers(0, 10_000), st.integers(0, 2), st.integers(1, 300))
def test_whole_numbers_are_those_of_a_search(digits: int, places: int, n: int) -> None:
    text = str(Decimal(digits).scaleb(-places))
    printed = read_printed(text)
    if printed is None or printed.value > 100:
        return
    half = Fraction(1, 2 * 10**places)
    value = Fraction(digits, 10**places)
    expected = [k for k in range(n + 1) if value - half <= Fraction(100 * k, n) <= value + half]
    assert list(whole_numbers(printed, n)) == expected


def test_denominators_nearest_first() -> None:
    percent = read_printed("35.8")
    assert percent is not None
    found = list(denominators(percent, 100))
    assert found[0] == 95
    assert [abs(n - 100) for n in found] == sorted(abs(n - 100) for n in found)
    # 19/53 = 35.85, 24/67 = 35.82, 34/95 = 35.79: the three that the record names.
    assert {53, 67, 95} <= set(denominators(percent, 100, within=0.6))


def test_slips_of_the_pen() -> None:
    printed = read_printed("0.47")
    assert printed is not None
    slips = {str(other) for other in one_edit(printed)}
    assert {"0.40", "0.74", "4.7", "0.047", "1.47"} <= slips
    assert "0.47" not in slips
