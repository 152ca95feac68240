"""Every rule that turns a number into text; the only place that rounds."""

from __future__ import annotations

import math
from decimal import Decimal

from metasyn.effects.measure import EffectMeasure
from metasyn.values import Interval, NotEstimable

__all__ = [
    "data_number",
    "decimal",
    "heterogeneity_line",
    "level_text",
    "natural_text",
    "interval_text",
    "p_text",
    "percent_text",
    "plain_number",
    "tau2_text",
    "whole",
]

MINUS = "\N{MINUS SIGN}"


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


def percent_text(proportion: float, digits: int = 1, *, sign: bool = True) -> str:
    """A proportion as percent.

    Examples
    --------
    >>> percent_text(0.1524), percent_text(0.47, 0)
    ('15.2%', '47%')
    """
    return decimal(100 * proportion, digits) + ("%" if sign else "")


def natural_text(value: float, measure: EffectMeasure) -> str:
    """A value on the natural scale of a measure: ratios with 2 decimals, proportions as percent.

    Ratios below 0.1 keep two significant digits, ratios of 100 and more none after the point; rates
    and means keep two significant digits; differences have three decimals, or as many as show their sign.
    """
    if measure.family == "proportion":
        return percent_text(value, sign=False)
    if measure.family == "difference" and 0.0005 <= abs(value) < 1:
        return decimal(value, 3)
    if measure.family in ("rate", "mean", "difference") and 0 < abs(value) < 0.095:
        return decimal(value, min(8, 1 - math.floor(math.log10(abs(value)))))
    if measure.family == "ratio" and math.isfinite(value):
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
    """A between-study variance: three decimals, more where it is small but not zero."""
    if tau2 == 0:
        return "0"
    return decimal(tau2, 3) if tau2 >= 0.0005 else f"{tau2:.1g}".replace("-", MINUS)


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
