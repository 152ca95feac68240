"""A cell of the simulation: its random numbers, what is counted in it, and the CSV that keeps the counts."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from metasyn.values import Interval, NotEstimable

__all__ = ["FIRST", "LEVEL", "SEED", "Cell", "Family", "Tally", "count", "held", "read", "write"]

SEED, LEVEL = 2026, 0.95
# What a test recounts.
FIRST = 40
Answer = tuple[str, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Number of studies, standard deviation of the true effects (None: drawn), and what else is set."""

    family: str
    setting: str
    k: int
    tau: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Trials of one method in one cell: how many, with an interval, with one that holds the truth."""

    family: str
    setting: str
    k: int
    tau: float | None
    method: str
    trials: int
    given: int
    covered: int
    first_given: int
    first_covered: int

    @property
    def cell(self) -> Cell:
        """Where it was counted."""
        return Cell(family=self.family, setting=self.setting, k=self.k, tau=self.tau)

    @property
    def coverage(self) -> float:
        """Percent of the intervals that hold the truth; NaN where there is none."""
        return 100 * self.covered / self.given if self.given else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Cells of one kind.

    Attributes
    ----------
    number : int
        Its part in the seeds.
    trials : callable
        Of a cell: how many trials of each method; all methods share the same first ones.
    draw : callable
        Of a cell, a generator and a number of trials: one data set after the other.
    answers : callable
        Of a cell, a data set and the methods wanted: whether the interval holds the truth, None without one.
    """

    name: str
    number: int
    settings: tuple[str, ...]
    sizes: tuple[int, ...] = (2, 3, 5, 10, 30)
    spreads: tuple[float | None, ...] = (0.0, 0.1, 0.5)
    trials: Callable[[Cell], Mapping[str, int]]
    draw: Callable[[Cell, np.random.Generator, int], Iterable[Any]]
    answers: Callable[[Cell, Any, frozenset[str]], Iterator[Answer]]

    def cells(self) -> tuple[Cell, ...]:
        """All of them."""
        return tuple(
            Cell(family=self.name, setting=setting, k=k, tau=tau)
            for setting, k, tau in product(self.settings, self.sizes, self.spreads)
        )


def held(found: Interval | NotEstimable, truth: float) -> bool | None:
    """Whether an interval holds the truth; None where there is none."""
    return truth in found if isinstance(found, Interval) else None


def count(family: Family, cell: Cell, most: int | None = None) -> list[Tally]:
    """Run one cell, alone and always with the same numbers; at most so many trials of each method."""
    wanted = {name: n if most is None else min(n, most) for name, n in family.trials(cell).items()}
    seed = [SEED, family.number, family.settings.index(cell.setting), cell.k, round(100 * (cell.tau or 0))]
    generator, given, covered = np.random.default_rng(seed), Counter[str](), Counter[str]()
    first: dict[str, tuple[int, int]] = {}
    for i, data in enumerate(family.draw(cell, generator, max(wanted.values()))):
        for name, holds in family.answers(cell, data, frozenset(m for m, n in wanted.items() if i < n)):
            given[name] += holds is not None
            covered[name] += bool(holds)
        if i + 1 == FIRST:
            first = {name: (given[name], covered[name]) for name in wanted}
    return [
        Tally(
            **dict(zip(("family", "setting", "k", "tau"), astuple(cell), strict=True)),
            method=name,
            trials=n,
            given=given[name],
            covered=covered[name],
            first_given=first[name][0],
            first_covered=first[name][1],
        )
        for name, n in wanted.items()
    ]


def write(path: Path, tallies: Iterable[Tally]) -> None:
    """All counts of one family, a line per cell and method."""
    names = [one.name for one in fields(Tally)]
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(names)
        lines.writerows([_cell(x) for x in astuple(one)] for one in tallies)


def read(path: Path) -> list[Tally]:
    """What `write` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_tally(row) for row in csv.DictReader(file)]


def _cell(value: str | float | None) -> str:
    return "drawn" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _tally(row: Mapping[str, str]) -> Tally:
    words: Sequence[str] = ("family", "setting", "method")
    counts = {name: int(x) for name, x in row.items() if name not in (*words, "tau")}
    tau = None if row["tau"] == "drawn" else float(row["tau"])
    return Tally(**{name: row[name] for name in words}, tau=tau, **counts)  # type: ignore[arg-type]
