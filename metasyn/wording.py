"""Every rule that turns a number into text; the only place that rounds. And how foreign text is shown."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.values import Interval, NotEstimable

__all__ = [
    "NumberStyle", "change_text", "data_number", "decimal", "heterogeneity_line", "interval_text",
    "legible", "level_text", "natural_text", "p_text", "per_thousand", "percent_text", "plain_number",
    "power_text", "short_number", "tau2_text", "unit_sign", "whole", "worked_number",
]  # fmt: skip

MINUS = "\N{MINUS SIGN}"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

# Line ends and tabs of any kind; one space stands for a run of them.
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# What a page cannot show, or what would turn round the text after it: controls, the embeddings, overrides
# and isolates of writing direction, halves of letters, private letters, and what is no letter at all.
_UNSHOWABLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000))
    + "\U000f0000-\U0010ffff]"
)
# Words of scripts that run from right to left, with what may stand between two of them in a name.
_LEFTWARD = (
    "[\u0590-\u08ff\u200f\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LEFTWARD_WORDS = re.compile(f"\u200e?({_LEFTWARD}+(?:[ \u00a0'\".\u2019-]+{_LEFTWARD}+)*)\u200e?")


def data_number(value: float) -> float | None:
    """A number as data files carry it: 12 significant digits, so that machines agree; None if undefined.

    Examples
    --------
    >>> data_number(0.1 + 0.2)
    0.3
    """
    value = float(value)
    if not math.isfinite(value):
        return None
    return float(f"{value:.12g}") + 0.0  # + 0.0 turns -0.0 into 0.0


def decimal(value: float, digits: int = 2) -> str:
    """Fixed decimals with a true minus sign; no negative zero.

    Examples
    --------
    >>> decimal(-0.001), decimal(0.625, 2)
    ('0.00', '0.62')
    """
    if math.isnan(value):
        return "not estimable"
    if math.isinf(value):
        return "\N{INFINITY}" if value > 0 else MINUS + "\N{INFINITY}"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def whole(value: int) -> str:
    """A count; thousands are separated by a thin space from 10 000 on."""
    return f"{value:,}".replace(",", "\N{THIN SPACE}") if abs(value) >= 10_000 else str(value)


def plain_number(value: float) -> str:
    """A number as it is, at most 12 significant digits, never with an exponent; for axis ticks.

    Examples
    --------
    >>> plain_number(0.25), plain_number(20.0), plain_number(-0.5), plain_number(1e-5)
    ('0.25', '20', '−0.5', '0.00001')
    """
    text = f"{Decimal(f'{value:.12g}'):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def power_text(value: float) -> str:
    """A number as three significant digits times a power of ten; for ticks with too many zeros.

    Examples
    --------
    >>> power_text(-2e-7), power_text(1.25e9), power_text(0.0)
    ('−2×10⁻⁷', '1.25×10⁹', '0')
    """
    if value == 0:
        return "0"
    digits, _, power = f"{value:.2e}".partition("e")
    raised = str(int(power)).translate(_RAISED)
    return f"{digits.rstrip('0').rstrip('.')}×10{raised}".replace("-", MINUS)


def short_number(value: float) -> str:
    """A number with two significant digits, whole from 10 on; for sentences about quantities of any size.

    Examples
    --------
    >>> short_number(0.0627), short_number(152.23), short_number(-3.149), short_number(2.5e-7)
    ('0.063', '152', '−3.1', '2.5×10⁻⁷')
    """
    size = abs(value)
    if not math.isfinite(value) or size >= 1e6 or 0 < size < 1e-4:
        return power_text(value) if math.isfinite(value) else decimal(value)
    return decimal(value, 0) if size >= 9.95 else plain_number(float(f"{value:.2g}"))


def change_text(change: float, *, log: bool = False) -> str:
    """A change with its sign and two significant digits; one of a logarithm as the factor it means.

    Examples
    --------
    >>> change_text(-0.0312), change_text(0.0), change_text(0.12, log=True), change_text(-0.0013, log=True)
    ('−0.031', '0', '×1.13', '×0.999')
    """
    if not log:
        return ("+" if change > 0 else MINUS if change < 0 else "") + short_number(abs(change))
    factor = math.exp(min(change, 700.0))
    if 0.995 <= factor < 1.005:
        return "×" + decimal(factor, 4 if 0.9995 < factor < 1.0005 else 3)
    return "×" + natural_text(factor, get_measure("HR"))


def worked_number(value: float) -> str:
    """A number of a calculation that can be followed by hand: five significant digits.

    Examples
    --------
    >>> worked_number(-0.478035801), worked_number(130.0), worked_number(0.5), worked_number(2.5e-7)
    ('−0.47804', '130', '0.5', '2.5×10⁻⁷')
    """
    size = abs(value)
    if not math.isfinite(value):
        return decimal(value)
    if size >= 1e6 or 0 < size < 1e-4:
        digits, _, power = f"{value:.4e}".partition("e")
        return f"{digits.rstrip('0').rstrip('.')}×10{str(int(power)).translate(_RAISED)}".replace("-", MINUS)
    return plain_number(float(f"{value:.5g}")) if size < 99999.5 else decimal(value, 0)


def percent_text(proportion: float, digits: int = 1, *, sign: bool = True) -> str:
    """A proportion as percent.

    Examples
    --------
    >>> percent_text(0.1524), percent_text(0.47, 0)
    ('15.2%', '47%')
    """
    return decimal(100 * proportion, digits) + ("%" if sign else "")


def per_thousand(proportion: float) -> str:
    """People in 1,000, without a sign: whole, below one with the digit that is not zero.

    Examples
    --------
    >>> per_thousand(0.1531), per_thousand(-0.0852), per_thousand(0.0004), per_thousand(0.0)
    ('153', '85', '0.4', '0')
    """
    people = 1000 * abs(proportion)
    if people >= 0.95 or people < 1e-6:
        return decimal(people, 0)
    return decimal(people, -math.floor(math.log10(people)))


def unit_sign(measure: EffectMeasure) -> str:
    """What stands behind a natural value: a percent sign, the unit of a time, or nothing."""
    return (
        "%" if measure.family == "proportion" else f"\N{NO-BREAK SPACE}{measure.unit}" if measure.unit else ""
    )


def natural_text(value: float, measure: EffectMeasure) -> str:
    """A value on the natural scale of a measure: ratios and times with 2 decimals, proportions as percent.

    Ratios and times below 0.1 keep two significant digits, ratios of 100 and more none after the point; rates
    and means keep two significant digits; differences have three decimals, or as many as show their sign.
    """
    if measure.family == "proportion":
        return percent_text(value, sign=False)
    if measure.family == "difference" and 0.0005 <= abs(value) < 1:
        return decimal(value, 3)
    if measure.family in ("rate", "mean", "difference") and 0 < abs(value) < 0.095:
        return decimal(value, min(8, 1 - math.floor(math.log10(abs(value)))))
    if measure.log_axis and math.isfinite(value):
        if 0 < value < 0.095:
            return decimal(value, max(2, 1 - math.floor(math.log10(value))) if value > 1e-4 else 4)
        if value >= 99.5:
            return decimal(value, 0) if value < 1e5 else "> 99999"
        if value >= 9.95:
            return decimal(value, 1)
    return decimal(value, 2)


def interval_text(interval: Interval | NotEstimable, measure: EffectMeasure, *, to: str = " to ") -> str:
    """An interval on the natural scale, `0.47 to 0.80`."""
    if isinstance(interval, NotEstimable):
        return "not estimable"
    return f"{natural_text(interval.low, measure)}{to}{natural_text(interval.high, measure)}"


def level_text(level: float) -> str:
    """A level as percent without needless decimals.

    Examples
    --------
    >>> level_text(0.95), level_text(0.999)
    ('95%', '99.9%')
    """
    return f"{100 * level:.6g}%"


def p_text(p: float | NotEstimable, *, equals: str = " = ") -> str:
    """A p value with its sign of relation: `p = 0.034`, `p < 0.001`.

    Examples
    --------
    >>> p_text(0.0339), p_text(4e-5), p_text(0.3), p_text(0.996)
    ('p = 0.034', 'p < 0.001', 'p = 0.30', 'p > 0.99')
    """
    if isinstance(p, NotEstimable):
        return "p not estimable"
    if p < 0.001:
        return "p < 0.001"
    if p > 0.99:
        return "p > 0.99"
    return f"p{equals}{decimal(p, 3 if p < 0.0995 else 2)}"


def tau2_text(tau2: float) -> str:
    """A between-study variance: three decimals, more where it is small, fewer from 10 on.

    Examples
    --------
    >>> tau2_text(0.3088), tau2_text(0.00004), tau2_text(12.269), tau2_text(126.749)
    ('0.309', '4e−05', '12.3', '127')
    """
    if tau2 == 0:
        return "0"
    if tau2 >= 10:
        return decimal(tau2, 1 if tau2 < 100 else 0)
    return decimal(tau2, 3) if tau2 >= 0.0005 else f"{tau2:.1g}".replace("-", MINUS)


def legible(text: str) -> str:
    """Foreign text as every page shows it; doing it twice changes nothing.

    Line ends and tabs become spaces. What cannot be shown, and controls that would reverse the figures
    beside them, become U+FFFD. Words that run from right to left stand between left-to-right marks, so
    that numbers next to them keep their place.

    Examples
    --------
    >>> legible("two\\nlines, a\\x00control"), legible("\\u202e1998")
    ('two lines, a\ufffdcontrol', '\ufffd1998')
    >>> ascii(legible("\\u05db\\u05d4\\u05df 1998"))
    "'\\\\u200e\\\\u05db\\\\u05d4\\\\u05df\\\\u200e 1998'"
    """
    shown = _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", _BREAKS.sub(" ", text))
    return shown if shown.isascii() else _LEFTWARD_WORDS.sub("\u200e\\1\u200e", shown)


def heterogeneity_line(*, tau2: float, I2: float, Q: float, df: int, pvalue: float) -> str:
    """The line under a forest plot.

    Examples
    --------
    >>> heterogeneity_line(tau2=0.3132, I2=0.9212, Q=152.233, df=12, pvalue=1e-20)
    'τ² = 0.313; I² = 92%; Q = 152.23, df = 12, p < 0.001'
    """
    return (
        f"τ² = {tau2_text(tau2)}; I² = {percent_text(I2, 0)}; Q = {decimal(Q)}, df = {df}, {p_text(pvalue)}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """How a publisher writes numbers; by default as the rest of this module does.

    Attributes
    ----------
    point : str
        Decimal sign.
    to : str
        Between the bounds of an interval; a dash gives way to a word where a bound is negative.
    brackets : (str, str)
        Around an interval.
    thousands : str
        Separator from 10 000 on.
    relation : {' ', ''}
        What stands on both sides of `=`, `<` and `>`.
    p : {'p', 'P'}
    p_digits : {'three', 'ama', 'two significant', 'one significant'}
        `three`: three decimals below 0.1, else two. `ama`: three up to 0.01 and wherever two would hide
        the side of 0.05, else two; four where three would hide it, and `< .05` beyond.
        `two significant`: as it says, at most four decimals. `one significant`: two decimals, one
        significant digit below 0.01.
    p_zero : bool
        Whether a p value has a zero before the point.
    p_floor : float
        Below it only this bound is stated.
    tau2_digits : int or None
        None: three, more where it is small.
    """

    point: str = "."
    to: str = " to "
    brackets: tuple[str, str] = ("[", "]")
    thousands: str = "\N{THIN SPACE}"
    relation: Literal[" ", ""] = " "
    p: Literal["p", "P"] = "p"
    p_digits: Literal["three", "ama", "two significant", "one significant"] = "three"
    p_zero: bool = True
    p_floor: float = 0.001
    tau2_digits: int | None = None

    def number(self, text: str) -> str:
        """A number already in words, with this decimal sign."""
        return text.replace(".", self.point)

    def value(self, value: float, measure: EffectMeasure) -> str:
        """A value on the natural scale of a measure; see `natural_text`."""
        return self.number(natural_text(value, measure))

    def interval(self, interval: Interval, measure: EffectMeasure) -> str:
        """An interval without its brackets.

        Examples
        --------
        >>> from metasyn.effects.measure import get_measure
        >>> dashed = NumberStyle(to="-")
        >>> dashed.interval(Interval(0.47, 0.8), get_measure("HR"))
        '0.47-0.80'
        >>> dashed.interval(Interval(-1.5, 1.2), get_measure("MD"))
        '−1.50 to 1.20'
        """
        dash = not self.to.strip(" ").isalpha() and "," not in self.to
        to = " to " if dash and interval.low < 0 else self.to
        return self.number(interval_text(interval, measure, to=to))

    def bracketed(self, interval: Interval, measure: EffectMeasure) -> str:
        """An interval in its brackets."""
        opening, closing = self.brackets
        return f"{opening}{self.interval(interval, measure)}{closing}"

    def count(self, value: int) -> str:
        """A count."""
        return whole(value).replace("\N{THIN SPACE}", self.thousands)

    def tau2(self, tau2: float) -> str:
        """A between-study variance; one that is not zero never reads as zero."""
        if self.tau2_digits is None or 0 < tau2 < 0.5 * 10.0**-self.tau2_digits:
            return self.number(tau2_text(tau2))
        return self.number(decimal(tau2, self.tau2_digits))

    def p_value(self, p: float | NotEstimable) -> str:
        """A p value with its relation.

        Examples
        --------
        >>> ama = NumberStyle(p="P", p_digits="ama", p_zero=False)
        >>> ama.p_value(0.034), ama.p_value(0.0071), ama.p_value(0.0481), ama.p_value(1e-9)
        ('P = .03', 'P = .007', 'P = .048', 'P < .001')
        """
        if isinstance(p, NotEstimable):
            return f"{self.p} not estimable"
        if p < self.p_floor:
            sign, text = "<", plain_number(self.p_floor)
        elif p > 0.99:
            sign, text = ">", "0.99"
        elif self.p_digits == "ama" and p < 0.05 <= float(decimal(p, self._decimals(p))):
            sign, text = "<", "0.05"
        else:
            sign, text = "=", decimal(p, self._decimals(p))
        text = text if self.p_zero else text.removeprefix("0")
        return f"{self.p}{self.relation}{sign}{self.relation}{self.number(text)}"

    def _decimals(self, p: float) -> int:
        """How many decimals a p value gets."""
        if self.p_digits == "three":
            return 3 if p < 0.0995 else 2
        if self.p_digits == "ama":
            if 0.0495 <= p < 0.05:
                return 4
            return 3 if p <= 0.01 or 0.045 <= p < 0.055 else 2
        leading = 0 if p <= 0 else -math.floor(math.log10(p))
        if self.p_digits == "one significant":
            return max(2, leading)
        return min(4, leading + 1)
