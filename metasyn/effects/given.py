"""Effects that were given as arrays: each becomes an `Effect` only when somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from metasyn.effects.model import Effect

__all__ = ["GivenEffects"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GivenEffects(Sequence["Effect"]):
    """A sequence of effects over arrays, so that a thousand of them cost no more than the arrays.

    Attributes
    ----------
    yi, vi : ndarray of shape (k,)
        Estimates and sampling **variances**.
    labels : sequence of str or None
        None: `"Study 1"`, ...
    attributes : mapping of str to sequence of str
        Columns, each of length k.
    """

    yi: NDArray[np.float64]
    vi: NDArray[np.float64]
    labels: Sequence[str] | None
    attributes: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return self.yi.size

    def __iter__(self) -> Iterator[Effect]:
        return (self._at(i) for i in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Effect: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Effect, ...]: ...

    def __getitem__(self, index: int | slice) -> Effect | tuple[Effect, ...]:
        if isinstance(index, slice):
            return tuple(self._at(i) for i in range(*index.indices(len(self))))
        place = range(len(self))[index]
        return self._at(place)

    def take(self, indices: Sequence[int]) -> GivenEffects:
        """The effects at `indices`, in that order, with the names they have here."""
        places = list(indices)
        return GivenEffects(
            yi=self.yi[places],
            vi=self.vi[places],
            labels=[self.label(i) for i in places],
            attributes={name: [values[i] for i in places] for name, values in self.attributes.items()},
        )

    def with_column(self, name: str, values: Sequence[str]) -> GivenEffects:
        """The same effects with one more column."""
        return GivenEffects(
            yi=self.yi, vi=self.vi, labels=self.labels, attributes={**self.attributes, name: values}
        )

    def label(self, index: int) -> str:
        """Name of one effect."""
        return f"Study {index + 1}" if self.labels is None else self.labels[index]

    def _at(self, index: int) -> Effect:
        from metasyn.effects.model import Effect, Route

        return Effect(
            label=self.label(index),
            yi=float(self.yi[index]),
            vi=float(self.vi[index]),
            route=Route(name="given", grade=1, formula="as given"),
            attributes={name: values[index] for name, values in self.attributes.items()},
        )
