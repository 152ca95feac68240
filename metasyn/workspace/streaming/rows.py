"""Effects as they are read: a stretch of rows, each with its number, its key and its two figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Integers", "Pile", "Rows"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """m effects in the order of the input.

    Attributes
    ----------
    numbers : ndarray of int, shape (m,)
        Which row of the input each is, from 1.
    keys : pyarrow.Array of length m
        Which synthesis each belongs to.
    yi, vi : ndarray of shape (m,)
        NaN where the input has nothing or no number.
    said : pyarrow.Array of length m, or None
        Of a table of text: what stands in place of a number where that makes the row unusable, else null.
        None of other tables.
    """

    numbers: Integers
    keys: Any
    yi: Array
    vi: Array
    said: Any = None

    def __len__(self) -> int:
        return int(self.numbers.size)

    def stretch(self, start: int, stop: int) -> Rows:
        """The rows from one position to another."""
        return Rows(
            numbers=self.numbers[start:stop],
            keys=self.keys.slice(start, max(0, stop - start)),
            yi=self.yi[start:stop],
            vi=self.vi[start:stop],
            said=None if self.said is None else self.said.slice(start, max(0, stop - start)),
        )

    def at(self, positions: NDArray[Any]) -> Rows:
        """The rows at these positions, or where a mask is true."""
        import pyarrow as pa

        where = np.flatnonzero(positions) if positions.dtype == np.bool_ else positions
        return Rows(
            numbers=self.numbers[where],
            keys=self.keys.take(pa.array(where)),
            yi=self.yi[where],
            vi=self.vi[where],
            said=None if self.said is None else self.said.take(pa.array(where)),
        )

    def apart(self) -> tuple[Rows, Integers]:
        """The rows that have a key, and the numbers of those that have none."""
        if self.keys.null_count == 0:
            return self, self.numbers[:0]
        known = np.asarray(self.keys.is_valid().to_numpy(zero_copy_only=False))
        return self.at(known), self.numbers[~known]

    @staticmethod
    def joined(pieces: Sequence[Rows]) -> Rows:
        """Stretches one after the other; at least one."""
        import pyarrow as pa

        if len(pieces) == 1:
            return pieces[0]
        return Rows(
            numbers=np.concatenate([piece.numbers for piece in pieces]),
            keys=pa.concat_arrays([piece.keys for piece in pieces]),
            yi=np.concatenate([piece.yi for piece in pieces]),
            vi=np.concatenate([piece.vi for piece in pieces]),
            said=None if pieces[0].said is None else pa.concat_arrays([piece.said for piece in pieces]),
        )


@dataclass(slots=True)
class Pile:
    """Stretches one after the other, counted as they come."""

    pieces: list[Rows] = field(default_factory=list)
    rows: int = 0

    def add(self, rows: Rows) -> None:
        """One more."""
        self.pieces.append(rows)
        self.rows += len(rows)

    def taken(self) -> list[Rows]:
        """All of them, which are then no longer held."""
        pieces, self.pieces, self.rows = self.pieces, [], 0
        return pieces
