"""Cutting a stream of effects into parts, between syntheses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metasyn.workspace.streaming.rows import Integers, Pile, Rows
from metasyn.workspace.streaming.seen_keys import SeenKeys

__all__ = ["MOST_EFFECTS", "KeyReturns", "Part", "cut"]

MOST_EFFECTS = 2**22
"""Effects in one synthesis; more are not held in memory."""


class KeyReturns(Exception):
    """The rows of a synthesis do not stand together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Syntheses whose rows stand together, complete.

    Attributes
    ----------
    rows : Rows
        Every effect that has a key; of a synthesis that is too large the first only.
    bounds : ndarray of int, shape (n + 1,)
        Synthesis i has the rows bounds[i] to bounds[i + 1].
    without_key : ndarray of int
        Numbers of rows that have no key; they may stand anywhere after those of the parts before.
    too_many : mapping of int to int
        Syntheses with more effects than are held: position -> how many there are.
    """

    rows: Rows
    bounds: Integers
    without_key: Integers
    too_many: Mapping[int, int] = field(default_factory=dict)

    @property
    def keys(self) -> Any:
        """One key per synthesis."""
        import pyarrow as pa

        return self.rows.keys.take(pa.array(self.bounds[:-1]))

    @property
    def given(self) -> int:
        """Rows of the input it accounts for."""
        more = sum(self.too_many.values()) - len(self.too_many)
        return len(self.rows) + more + int(self.without_key.size)


@dataclass(slots=True)
class _Heap:
    """What has been read and not yet been handed out."""

    nothing: Rows
    whole: Pile = field(default_factory=Pile)
    starts: list[Integers] = field(default_factory=list)
    open: Pile = field(default_factory=Pile)
    missing: list[Integers] = field(default_factory=list)
    without_key: int = 0
    dropped: int = 0

    def set_aside(self, missing: Integers) -> None:
        """Rows without a key."""
        if missing.size:
            self.missing.append(missing)
            self.without_key += missing.size

    def is_full(self, part_rows: int) -> bool:
        """Whether what is complete makes a part."""
        return self.whole.rows >= part_rows or self.without_key >= part_rows

    def begin(self, rows: Rows, changes: Integers) -> None:
        """Rows in which a new synthesis begins at these positions, of which the first is 0."""
        self.close()
        last = int(changes[-1])
        if last > 0:
            self.starts.append(self.whole.rows + changes[:-1])
            self.whole.add(rows.stretch(0, last))
        self.go_on(rows.stretch(last, len(rows)))

    def go_on(self, rows: Rows) -> None:
        """More rows of the last synthesis."""
        if self.dropped:
            self.dropped += len(rows)
        elif len(rows):
            self.open.add(rows)
            if self.open.rows > MOST_EFFECTS:
                self.dropped = self.open.rows
                self.open.add(self.open.taken()[0].stretch(0, 1))

    def close(self) -> None:
        """The last synthesis is complete."""
        if self.open.rows:
            self.starts.append(np.array([self.whole.rows]))
            for rows in self.open.taken():
                self.whole.add(rows)

    def part(self, too_many: Mapping[int, int] | None = None) -> Part:
        """All that is complete."""
        rows = Rows.joined(self.whole.taken() or [self.nothing])
        bounds = np.concatenate([*self.starts, [len(rows)]]).astype(np.int64)
        missing = np.concatenate([*self.missing, np.zeros(0, dtype=np.int64)])
        self.starts, self.missing, self.without_key = [], [], 0
        return Part(rows=rows, bounds=bounds, without_key=missing, too_many=too_many or {})


def cut(pieces: Iterable[Rows], part_rows: int, *, seen: SeenKeys | None = None) -> Iterator[Part]:
    """Parts of at least so many rows, with a key or without; where they are cut depends on the rows only.

    Fewer has the last one, and one before or with a synthesis that is too large.

    Parameters
    ----------
    pieces : iterable of Rows
        Neighbouring rows of the same key are one synthesis, also across pieces.
    part_rows : int
    seen : SeenKeys, optional
        Where given, a key that comes back is noticed.

    Yields
    ------
    Part

    Raises
    ------
    KeyReturns
        If rows of one key do not stand together.
    """
    heap, last = None, None
    for piece in pieces:
        rows, missing = piece.apart()
        heap = heap or _Heap(rows.stretch(0, 0))
        heap.set_aside(missing)
        if len(rows):
            changes = _changes(rows.keys, last)
            last = rows.keys.slice(len(rows) - 1)
            if seen is not None and seen.returns(_picked(rows.keys, changes)):
                raise KeyReturns
            yield from _take_in(heap, rows, changes)
        if heap.is_full(part_rows):
            yield heap.part()
    if heap is not None:
        yield from _rest(heap)


def _take_in(heap: _Heap, rows: Rows, changes: Integers) -> Iterator[Part]:
    first = int(changes[0]) if changes.size else len(rows)
    heap.go_on(rows.stretch(0, first))
    if heap.dropped and heap.whole.rows:
        yield heap.part()
    if changes.size:
        if heap.dropped:
            yield _too_large(heap)
        heap.begin(rows.stretch(first, len(rows)), changes - first)


def _too_large(heap: _Heap) -> Part:
    """The synthesis of which only the first effect was kept, as a part of its own."""
    many, heap.dropped = heap.dropped, 0
    heap.close()
    return heap.part({0: many})


def _rest(heap: _Heap) -> Iterator[Part]:
    """What is left when there are no more rows."""
    if heap.dropped:
        if heap.whole.rows:
            yield heap.part()
        yield _too_large(heap)
    heap.close()
    if heap.whole.rows or heap.without_key:
        yield heap.part()


def _changes(keys: Any, last: Any) -> Integers:
    """Where a synthesis begins: keys that differ from the one before."""
    import pyarrow.compute as pc

    before = keys.slice(0, len(keys) - 1)
    inner = np.flatnonzero(pc.not_equal(keys.slice(1), before).to_numpy(zero_copy_only=False)) + 1
    begins = last is None or not last[0].equals(keys[0])
    return np.concatenate([[0], inner]).astype(np.int64) if begins else inner.astype(np.int64)


def _picked(keys: Any, positions: Integers) -> Any:
    import pyarrow as pa

    return keys.take(pa.array(positions))
