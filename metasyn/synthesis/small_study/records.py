"""What the records of this room share."""

from __future__ import annotations

from metasyn.values import NotEstimable

__all__ = ["plain"]


def plain(value: float | NotEstimable) -> float | str:
    """A number, or why there is none."""
    return value.reason if isinstance(value, NotEstimable) else float(value)
