"""Every column that an effect can be computed from, with its rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from metasyn.effects.inputs import Breach, Columns, Figure

__all__ = [
    "ALPHA",
    "CHANGE",
    "ONE_MEAN",
    "ONE_PROPORTION",
    "ONE_R",
    "ONE_RATE",
    "PARTIAL",
    "SEMIPARTIAL",
    "TWO_COUNTS",
    "TWO_MEANS",
    "TWO_RATES",
    "beyond_participants",
    "only",
]


# Squares of figures and of their ratios must stay within double precision, and whole numbers exact.
_WIDEST = 1e70
_LARGEST_COUNT = 2.0**53


def _whole(value: Any) -> Any:
    return value == np.floor(value)


def _within(value: Any) -> Any:
    size = np.abs(value)
    return (size <= _WIDEST) & ((size == 0) | (size >= 1 / _WIDEST))


_SIZE = (_within, f"a size above {_WIDEST:g} or below {1 / _WIDEST:g} cannot be computed with")
_COUNT = (
    (lambda x: x >= 0, "a count must not be negative"),
    (_whole, "a count must be a whole number"),
    (lambda x: x <= _LARGEST_COUNT, "a count must not exceed 2**53"),
)


def _events(name: str) -> Figure:
    return Figure(name, _COUNT)


def _participants(name: str) -> Figure:
    return Figure(name, (*_COUNT, (lambda x: x > 0, "the number of participants must be positive")))


def _time(name: str) -> Figure:
    return Figure(name, ((lambda x: x > 0, "the person-time must be positive"), _SIZE))


def _size(name: str, least: int) -> Figure:
    return Figure(
        name, ((lambda x: x >= least, f"the number of participants must be at least {least}"), _SIZE)
    )


def _mean(name: str) -> Figure:
    return Figure(name, (_SIZE,))


def _sd(name: str) -> Figure:
    return Figure(name, ((lambda x: x >= 0, "a standard deviation must not be negative"), _SIZE))


_R = Figure("r", ((lambda x: np.abs(x) < 1, "a correlation must lie between -1 and 1"),))
_PREDICTORS = Figure(
    "n_predictors",
    (
        (_whole, "the number of predictors must be a whole number"),
        (lambda x: x >= 1, "the number of predictors must be at least 1"),
    ),
)
_R2 = Figure("r2", ((lambda x: (x >= 0) & (x < 1), "R2 must be at least 0 and below 1"),))
_ALPHA = Figure("alpha", ((lambda x: x <= 1, "coefficient alpha must not exceed 1"), _SIZE))
_ITEMS = Figure(
    "items",
    (
        (_whole, "the number of items must be a whole number"),
        (lambda x: x >= 2, "the number of items must be at least 2"),
        _SIZE,
    ),
)

TWO_COUNTS = (_events("events_1"), _participants("n_1"), _events("events_2"), _participants("n_2"))
ONE_PROPORTION = (_events("events"), _participants("n"))
TWO_RATES = (_events("events_1"), _time("time_1"), _events("events_2"), _time("time_2"))
ONE_RATE = (_events("events"), _time("time"))
TWO_MEANS = (
    _mean("mean_1"),
    _sd("sd_1"),
    _size("n_1", 2),
    _mean("mean_2"),
    _sd("sd_2"),
    _size("n_2", 2),
)
ONE_MEAN = (_mean("mean"), _sd("sd"), _size("n", 2))
ONE_R = (_R, _size("n", 2))
PARTIAL = (Figure("t", (_SIZE,)), _size("n", 3), _PREDICTORS)
SEMIPARTIAL = (*PARTIAL, _R2)
ALPHA = (_ALPHA, _ITEMS, _size("n", 2))
CHANGE = (_mean("mean_1"), _sd("sd_1"), _mean("mean_2"), _sd("sd_2"), _size("n", 2), _R)


def only(figures: tuple[Figure, ...], *names: str) -> tuple[Figure, ...]:
    """Some of the columns, in the order of `names`."""
    by_name = {figure.name: figure for figure in figures}
    return tuple(by_name[name] for name in names)


def beyond_participants(columns: Columns) -> list[Breach]:
    """Rows with more events than participants."""
    found = []
    for events, n in (("events", "n"), ("events_1", "n_1"), ("events_2", "n_2")):
        if events in columns and n in columns:
            most = columns[n]
            with np.errstate(invalid="ignore"):
                wrong = np.flatnonzero((columns[events] > most) & (most > 0))
            found += [
                (int(i), events, f"events must not exceed the {most[i]:g} participants of column {n}")
                for i in wrong
            ]
    return found
