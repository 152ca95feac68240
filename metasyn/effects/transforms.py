"""Natural scale to analysis scale and back, one float at a time; nothing raises, bounds are kept."""

from __future__ import annotations

import math

__all__ = [
    "arcsine",
    "arctanh",
    "exp",
    "expit",
    "identity",
    "log",
    "logit",
    "sine_squared",
    "square",
    "square_root",
    "tanh",
]


def identity(value: float) -> float:
    """The value itself."""
    return value


def log(value: float) -> float:
    """Natural logarithm; minus infinity at zero and below."""
    return math.log(value) if value > 0 else -math.inf


def exp(value: float) -> float:
    """Exponential; infinity where it overflows."""
    return math.exp(value) if value < 709 else math.inf


def logit(value: float) -> float:
    """Log odds of a proportion; infinite at 0 and 1."""
    if value <= 0:
        return -math.inf
    return math.inf if value >= 1 else math.log(value) - math.log1p(-value)


def expit(value: float) -> float:
    """The proportion of log odds."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1 + odds)


def arcsine(value: float) -> float:
    """Arcsine of the square root of a proportion."""
    return math.asin(math.sqrt(min(max(value, 0.0), 1.0)))


def sine_squared(value: float) -> float:
    """Back from `arcsine`; outside 0 to pi/2 the proportion is at its bound, not beyond a turning point."""
    return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2


def square_root(value: float) -> float:
    """Square root of a rate."""
    return math.sqrt(max(value, 0.0))


def square(value: float) -> float:
    """Back from `square_root`; below zero the rate is at its bound."""
    return max(value, 0.0) ** 2


def arctanh(value: float) -> float:
    """Fisher's z of a correlation; infinite at -1 and 1."""
    if value <= -1:
        return -math.inf
    return math.inf if value >= 1 else math.atanh(value)


def tanh(value: float) -> float:
    """The correlation of Fisher's z."""
    return math.tanh(value)
