"""Formulas as they are written: with the numbers put in, and computed from exactly what is written.

`+ − × /`, powers `² ³`, `|x|`, brackets, and the functions of `FUNCTIONS`. A formula is computed from its
text, so that what a reader sees is what gives the number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from scipy.special import ndtr, ndtri, stdtr

from metasyn.analysis.explain.model import Sum, Term
from metasyn.errors import OptionError
from metasyn.numerics.tails import chi2_upper_p
from metasyn.wording import MINUS, worked_number

__all__ = ["FUNCTIONS", "compute", "exact", "put_in", "rounded", "worked"]

FUNCTIONS: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "ln": math.log,
        "exp": math.exp,
        "√": math.sqrt,
        "asin": math.asin,
        "sin": math.sin,
        "max": max,
        "Φ": lambda x: float(ndtr(x)),
        "Φ⁻¹": lambda p: float(ndtri(p)),
        "T": lambda t, df: float(stdtr(df, t)),
        "X": lambda q, df: chi2_upper_p(q, df),
    }
)
"""`Φ` and `T` are the distribution functions of the normal and of Student's t (t, df), `Φ⁻¹` the normal
quantile, `X` the upper tail of chi-square (x, df)."""

_TOKEN = re.compile(r"Φ⁻¹|\d+(?:\.\d+)?(?:×10[⁻⁰¹²³⁴-⁹]+)?|[^\W\d][\w]*|\S")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWERS = {"²": 2, "³": 3}


def exact(symbol: str, value: float, text: str = "") -> Term:
    """A number that is exact as it is shown: a printed figure, a count, a constant."""
    shown = text or f"{value:.15g}".replace("-", MINUS)
    return Term(symbol=symbol, value=value, text=shown, printed=True)


def rounded(symbol: str, value: float) -> Term:
    """A number that was computed before and is shown rounded."""
    return Term(symbol=symbol, value=value, text=worked_number(value))


def worked(name: str, symbols: str, terms: Sequence[Term], *, remark: str = "") -> Sum:
    """A formula with its numbers put in, and what it gives.

    Raises
    ------
    ValueError
        If it cannot be computed from these numbers (a logarithm of zero, a division by it).

    Examples
    --------
    >>> figures = [exact("U", 0.80, "0.80"), exact("L", 0.47), rounded("z", 1.959964)]
    >>> str(worked("se", "(ln U − ln L)/(2 × z)", figures))
    'se = (ln U − ln L)/(2 × z) = (ln 0.80 − ln 0.47)/(2 × 1.96) = 0.13569'
    """
    known = {term.symbol: term for term in terms}
    pieces = _pieces(symbols, known)
    used = tuple(known[one] for one in dict.fromkeys(pieces) if one in known)
    value = compute(symbols, {term.symbol: term.value for term in used})
    return Sum(
        name=name,
        symbols=symbols,
        numbers=put_in(symbols, {term.symbol: term.text for term in used}),
        value=value,
        text=worked_number(value),
        terms=used,
        remark=remark,
    )


def put_in(symbols: str, texts: Mapping[str, str]) -> str:
    """The formula with a text in the place of each symbol; negative ones in brackets.

    Examples
    --------
    >>> put_in("μ − t × se", {"μ": "−0.45", "t": "1.96", "se": "0.1"})
    '−0.45 − 1.96 × 0.1'
    >>> put_in("a − b²", {"a": "1", "b": "−2"})
    '1 − (−2)²'
    """
    made: list[str] = []
    end = 0
    for start, token in _placed(symbols, texts):
        made.append(symbols[end:start])
        text = texts.get(token, token)
        after = symbols[start + len(token) : start + len(token) + 1]
        before = "".join(made).rstrip()[-1:]
        open_place = before in ("", "(", "|", ",", "√") and after not in _POWERS
        bracket = token in texts and text.startswith(MINUS) and not open_place
        made.append(f"({text})" if bracket else text)
        end = start + len(token)
    return "".join(made) + symbols[end:]


def compute(formula: str, values: Mapping[str, float]) -> float:
    """What a formula gives.

    Raises
    ------
    ValueError
        If it is not defined for these values.
    OptionError
        If it cannot be read.

    Examples
    --------
    >>> compute("(2 + 3)² × |−1/2|", {})
    12.5
    >>> compute("τ²/(τ² + v)", {"τ²": 1.0, "v": 3.0})
    0.25
    """
    reader = _Reader(_pieces(formula, values), values)
    try:
        value = reader.sum()
    except (ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{formula} is not defined here: {error}") from error
    if reader.next():
        raise OptionError(f"{formula!r} cannot be read at {reader.next()!r}.")
    return value


def _placed(formula: str, known: Mapping[str, object]) -> list[tuple[int, str]]:
    """Tokens with their places; a power behind a symbol is a token unless the two are one symbol."""
    found = []
    for match in _TOKEN.finditer(formula):
        token, start = match.group(), match.start()
        if len(token) > 1 and token[-1] in _POWERS and token not in known and token[0].isalpha():
            found += [(start, token[:-1]), (start + len(token) - 1, token[-1])]
        else:
            found.append((start, token))
    return found


def _pieces(formula: str, known: Mapping[str, object]) -> list[str]:
    return [token for _, token in _placed(formula, known)]


class _Reader:
    """A formula read from left to right by the usual precedence."""

    def __init__(self, tokens: Sequence[str], values: Mapping[str, float]) -> None:
        self.tokens, self.values, self.at = tokens, values, 0

    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise OptionError(f"{' '.join(self.tokens)!r} has no {token!r} where it needs one.")

    def sum(self) -> float:
        total = self.product()
        while self.next() in ("+", MINUS):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.product()
        return total

    def product(self) -> float:
        total = self.power()
        while self.next() in ("×", "/"):
            total = total * self.power() if self.take() == "×" else total / self.power()
        return total

    def power(self) -> float:
        if self.next() == MINUS:
            self.take()
            return -self.power()
        base = self.atom()
        while self.next() in _POWERS:
            base = base ** _POWERS[self.take()]
        return base

    def atom(self) -> float:
        token = self.take()
        if token in self.values:
            return self.values[token]
        if token in FUNCTIONS:
            return FUNCTIONS[token](*self.arguments())
        if token in ("(", "|"):
            inner = self.sum()
            self.expect(")" if token == "(" else "|")
            return abs(inner) if token == "|" else inner
        if token[:1].isdigit():
            digits, _, power = token.partition("×10")
            return float(f"{digits}e{power.translate(_RAISED)}" if power else digits)
        raise OptionError(f"{token!r} is neither a number nor a known symbol of {' '.join(self.tokens)!r}.")

    def arguments(self) -> list[float]:
        if self.next() != "(":
            return [self.atom()]
        self.take()
        found = [self.sum()]
        while self.next() == ",":
            self.take()
            found.append(self.sum())
        self.expect(")")
        return found
