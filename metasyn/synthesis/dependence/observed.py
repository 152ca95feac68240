"""Correlations of the rows of a cluster by what was observed: scales, definitions, outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import OptionError
from metasyn.synthesis.dependence.clusters import label_codes

__all__ = ["DEFAULT_RHO", "Rho", "observed_correlation", "require_correlation"]

_Array = NDArray[np.float64]

DEFAULT_RHO = 0.6
# One correlation for all pairs, or one per pair of labels.
Rho = float | Mapping[tuple[Any, Any], float]


def observed_correlation(
    k: int,
    observations: Sequence[Any] | None,
    outcomes: Sequence[Any] | None,
    rho: Rho | None,
    rho_outcomes: Rho | None,
) -> Callable[[NDArray[np.intp]], _Array]:
    """A function of rows: their correlations by what was observed.

    Raises
    ------
    OptionError
        If labels or correlations break their rules, or a correlation has nothing to act on.
    """
    if observations is None and outcomes is None:
        if rho is not None or rho_outcomes is not None:
            raise OptionError("rho has nothing to act on: give observations or outcomes.")
        return lambda index: np.ones((index.size, index.size))
    both = observations is not None and outcomes is not None
    if rho_outcomes is not None and not both:
        raise OptionError("rho_outcomes needs both observations and outcomes; with one of them, give rho.")
    within = DEFAULT_RHO if rho is None else rho
    if not both:
        labels = outcomes if observations is None else observations
        name = "outcomes" if observations is None else "observations"
        return _PairCorrelation.of(name, labels, k, within, "rho").among
    first = _PairCorrelation.of("observations", observations, k, within, "rho")
    second = _PairCorrelation.of(
        "outcomes", outcomes, k, within if rho_outcomes is None else rho_outcomes, "rho_outcomes"
    )

    def among(index: NDArray[np.intp]) -> _Array:
        same = second.codes[index][:, None] == second.codes[index][None, :]
        return np.where(same, first.among(index), second.among(index))

    return among


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _PairCorrelation:
    """Correlations of two rows by their labels: 1 for the same one."""

    codes: NDArray[np.intp]
    distinct: tuple[Any, ...]
    rho: Rho
    name: str

    @classmethod
    def of(cls, name: str, labels: Any, k: int, rho: Rho, option: str) -> _PairCorrelation:
        codes, distinct = label_codes(name, labels, k)
        for value in rho.values() if isinstance(rho, Mapping) else [rho]:
            require_correlation(option, value)
        return cls(codes=codes, distinct=distinct, rho=rho, name=option)

    def among(self, index: NDArray[np.intp]) -> _Array:
        """Correlations of the rows at `index`."""
        codes = self.codes[index]
        same = codes[:, None] == codes[None, :]
        if not isinstance(self.rho, Mapping):
            return np.where(same, 1.0, float(self.rho))
        out = np.ones(same.shape)
        for i, j in np.argwhere(~same):
            out[i, j] = self._pair(self.distinct[codes[i]], self.distinct[codes[j]])
        return out

    def _pair(self, one: Any, two: Any) -> float:
        assert isinstance(self.rho, Mapping)
        values = {self.rho[pair] for pair in ((one, two), (two, one)) if pair in self.rho}
        if len(values) != 1:
            what = "no correlation" if not values else "two different correlations"
            raise OptionError(
                f"{self.name} has {what} for {one!r} and {two!r}; it must name every pair once."
            )
        return float(values.pop())


def require_correlation(name: str, value: Any, *, low: float = -1.0) -> float:
    """Return `value` if it is a number between `low` and 1, itself less than 1."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not (number and low <= value < 1 and value > -1):
        raise OptionError(f"{name} must be a correlation, {low:g} <= {name} < 1; got {value!r}.")
    return float(value)
