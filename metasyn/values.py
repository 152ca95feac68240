"""Small value objects shared by every layer."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import Any, Literal

from metasyn.errors import OptionError

__all__ = [
    "Finding",
    "Interval",
    "NotEstimable",
    "Severity",
    "require_level",
    "require_whole",
]

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval on one scale.

    Attributes
    ----------
    low, high : float
        Bounds, `low <= high`.
    level : float
        Coverage as a proportion (0.95, not 95).
    """

    low: float
    high: float
    level: float = 0.95

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise OptionError(f"interval bounds must be ordered; got low={self.low!r}, high={self.high!r}.")
        if type(self.level) is not float or not 0 < self.level < 1:
            require_level(self.level)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """An undefined quantity and why it is undefined; stands where a number would."""

    reason: str

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a reader must know about the data or a result.

    Attributes
    ----------
    code : str
        Stable machine word, e.g. `"interval-excludes-estimate"`.
    message : str
        What was found and which rule it breaks.
    where : str
        Place: file, line and column, or study and outcome; empty if it concerns the whole.
    severity : {'error', 'warning', 'note'}
        `error` stops a reading; the others are shown.
    """

    code: str
    message: str
    where: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def require_level(level: float) -> float:
    """Return `level` if it is a proportion strictly between 0 and 1."""
    if not (isinstance(level, int | float) and not isinstance(level, bool) and 0 < level < 1):
        hint = " Write 0.95 for 95%." if isinstance(level, int | float) and 1 < level < 100 else ""
        raise OptionError(f"level must be a proportion between 0 and 1; got {level!r}.{hint}")
    return float(level)


def require_whole(name: str, value: Any, *, at_least: int, also: str = "") -> int:
    """Return `value` if it is a whole number and large enough; `also` names what else would do."""
    try:
        number = at_least - 1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = at_least - 1
    if number < at_least:
        raise OptionError(f"{name} must be a whole number >= {at_least}{also}; got {value!r}.")
    return number
