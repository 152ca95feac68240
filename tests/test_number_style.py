"""How publishers write numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.effects.measure import get_measure
from metasyn.values import Interval, NotEstimable
from metasyn.wording import NumberStyle, decimal, interval_text, p_text, tau2_text, whole

AMA = NumberStyle(to="-", p="P", p_digits="ama", p_zero=False)
LANCET = NumberStyle(
    point="·", to="–", brackets=("(", ")"), relation="", p_digits="two significant", p_floor=0.0001
)
REVMAN = NumberStyle(to=", ", thousands="", p="P", p_digits="one significant", p_floor=0.00001)


# AMA Manual of Style, 11th edition, 19.5: two digits from 0.01 on, three below, never rounded across 0.05.
@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.5, "P = .50"),
        (0.034, "P = .03"),
        (0.0101, "P = .01"),
        (0.01, "P = .010"),
        (0.0071, "P = .007"),
        (0.0493, "P = .049"),
        (0.0504, "P = .050"),
        (0.0496, "P = .0496"),
        (0.04996, "P < .05"),
        (0.05, "P = .050"),
        (0.06, "P = .06"),
        (0.001, "P = .001"),
        (0.00099, "P < .001"),
        (0.995, "P > .99"),
    ],
)
def test_ama(p: float, text: str) -> None:
    assert AMA.p_value(p) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.5, "p=0·50"),
        (0.034, "p=0·034"),
        (0.0071, "p=0·0071"),
        (0.00036, "p=0·0004"),
        (0.00009, "p<0·0001"),
    ],
)
def test_lancet(p: float, text: str) -> None:
    assert LANCET.p_value(p) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.5, "P = 0.50"), (0.034, "P = 0.03"), (0.0071, "P = 0.007"), (0.00036, "P = 0.0004"),
     (0.00003, "P = 0.00003"), (0.000003, "P < 0.00001")],
)  # fmt: skip
def test_revman(p: float, text: str) -> None:
    assert REVMAN.p_value(p) == text


def test_a_test_that_does_not_exist() -> None:
    assert AMA.p_value(NotEstimable("one group")) == "P not estimable"


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.floats(1e-9, 1), st.floats(-3, 3), st.floats(0.01, 3))
def test_the_default_is_the_house_style(p: float, low: float, width: float) -> None:
    plain = NumberStyle()
    measure = get_measure("MD")
    interval = Interval(low, low + width)
    assert plain.p_value(p) == p_text(p)
    assert plain.bracketed(interval, measure) == f"[{interval_text(interval, measure)}]"
    assert plain.tau2(p) == tau2_text(p)
    assert plain.count(123456) == whole(123456)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.floats(1e-12, 5))
def test_a_variance_that_is_not_zero_never_reads_as_zero(tau2: float) -> None:
    text = NumberStyle(tau2_digits=2).tau2(tau2)
    assert float(text.replace("\N{MINUS SIGN}", "-")) > 0
    assert NumberStyle(tau2_digits=3).tau2(0.0) == "0.000"


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(st.floats(0.0001, 0.99))
def test_a_p_value_never_says_the_other_side_of_five_percent(p: float) -> None:
    for style in (NumberStyle(), AMA, LANCET):
        text = style.p_value(p).replace("·", ".").split("=")[-1].split("<")[-1]
        said = float(text)
        assert not (p < 0.05 < said)
        assert not (p > 0.05 > said)


def test_raised_points_and_counts() -> None:
    measure = get_measure("RR")
    assert LANCET.bracketed(Interval(0.127, 1.26), measure) == "(0·13–1·26)"
    assert LANCET.value(0.5, measure) == "0·50"
    assert LANCET.tau2(0.3132) == "0·313"
    assert REVMAN.count(13598) == "13598"
    assert REVMAN.interval(Interval(-1.5, -1.2), get_measure("MD")) == "−1.50, −1.20"
    assert LANCET.interval(Interval(-1.5, -1.2), get_measure("MD")) == "−1·50 to −1·20"
    assert decimal(0.5) == "0.50"
