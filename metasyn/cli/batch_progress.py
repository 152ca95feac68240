"""What a person is told while `metasyn batch` runs: on a terminal how far it is, how fast and how long."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from metasyn.cli.console import complain

__all__ = ["Moving", "Pace", "Quiet", "told"]

# Seconds over which a rate is taken, and terminals so narrow that they get no bar, and no rate either.
_WINDOW = 60.0
_NO_BAR, _NO_RATE = 80, 60


@dataclass(slots=True)
class Pace:
    """How fast something goes, over the last minute; what was done when it began does not count."""

    _known: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now: float, done: int) -> None:
        """So much is done."""
        self._known.append((now, done))
        while len(self._known) > 2 and now - self._known[0][0] > _WINDOW:
            self._known.popleft()

    def rate(self) -> float | None:
        """Per second; None where it is not known yet.

        Examples
        --------
        >>> pace = Pace()
        >>> pace.note(10.0, 5000), pace.note(12.0, 5300)
        (None, None)
        >>> pace.rate()
        150.0
        """
        (begun, first), (now, last) = self._known[0], self._known[-1]
        return (last - first) / (now - begun) if last > first and now > begun else None


class Quiet:
    """Says what is out of the ordinary only."""

    def step(self, words: str, done: int, total: int | None, unit: str) -> None:
        """Not told."""

    def remark(self, words: str) -> None:
        """A line on stderr."""
        complain(f"metasyn: {words}")


class Moving(Quiet):
    """A moving line: what is being done, how fast, and for how long still.

    Parameters
    ----------
    bars : rich.progress.Progress
    clock : callable
        Seconds.
    """

    def __init__(self, bars: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._bars, self._clock = bars, clock
        self._tasks: dict[str, Any] = {}
        self._paces: dict[str, Pace] = {}

    def step(self, words: str, done: int, total: int | None, unit: str) -> None:
        """Move the line."""
        if words not in self._tasks:
            for task in self._tasks.values():
                self._bars.stop_task(task)
            self._tasks[words] = self._bars.add_task(words, total=None, unit=unit, rate="", left="")
            self._paces[words] = Pace()
        pace = self._paces[words]
        pace.note(self._clock(), done)
        rate, left = pace.rate(), ""
        if rate is not None and total is not None:
            left = f"{timedelta(seconds=round((total - done) / rate))} left" if done < total else ""
        self._bars.update(
            self._tasks[words], completed=done, total=total, left=left,
            rate="" if rate is None else f"{rate:,.0f}/s",
        )  # fmt: skip


@contextmanager
def told() -> Iterator[Quiet]:
    """Who is told of a run: the terminal on stderr, where it is one."""
    if not sys.stderr.isatty():
        yield Quiet()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.table import Column

    class Done(ProgressColumn):
        """How many; nothing where nothing is counted."""

        def render(self, task: Any) -> str:
            return f"{task.completed:,} {task.fields['unit']}" if task.fields["unit"] else ""

    def one_line() -> Column:
        return Column(no_wrap=True, overflow="ellipsis")

    console = Console(stderr=True)
    columns: list[ProgressColumn] = [
        TextColumn("{task.description}", table_column=one_line()),
        Done(table_column=one_line()),
    ]
    if console.width >= _NO_BAR:
        columns.insert(1, BarColumn())
    if console.width >= _NO_RATE:
        columns.append(TextColumn("{task.fields[rate]}", table_column=one_line()))
    columns.append(TextColumn("{task.fields[left]}", table_column=one_line()))
    with Progress(*columns, console=console) as bars:
        yield Moving(bars)
