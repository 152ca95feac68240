"""Which subsets of the effects are pooled, and pooling them part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.synthesis.sensitivity.source import FittedMean
from metasyn.synthesis.tau2.backends import chosen_backend, fit_ragged
from metasyn.synthesis.tau2.many import ManyFits, fit_many
from metasyn.values import require_whole
from metasyn.vocabulary import NormalModel, Tau2Method

__all__ = ["LARGEST_ALL", "HowMany", "PooledSubsets", "SubsetPart", "SubsetPlan", "plan_subsets", "pool_part"]

Array = NDArray[np.float64]
Packed = NDArray[np.uint8]
HowMany = int | Literal["all"] | None

LARGEST_ALL = 24
"""All subsets are pooled on request up to so many effects: 16,777,215."""
# Unasked, all subsets while that takes a moment; beyond, a sample shows the same picture.
_ALL_UP_TO = 16
_SAMPLE = 100_000
_MOST_CELLS = 2**27
# Subsets of one part.
_PART = 2**16
# So few are fitted in one stack with gaps: less work than a stack for every size.
_FEW = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubsetPart:
    """Some subsets of the effects of one synthesis, with its methods.

    Attributes
    ----------
    yi, vi : ndarray of shape (k,)
    first, last : int
        Subsets as numbers, from `first` to before `last`: binary, the first effect the lowest digit.
    drawn : ndarray of uint8, shape (n, ceil(k / 8)), or None
        Instead of those, sampled ones: eight effects to a byte, the first the lowest digit.
    model, tau2_method : str
    fixed_tau2 : float or None
    """

    yi: Array
    vi: Array
    first: int
    last: int
    drawn: Packed | None
    model: NormalModel
    tau2_method: Tau2Method
    fixed_tau2: float | None

    def packed(self) -> Packed:
        """The subsets, eight effects to a byte."""
        if self.drawn is not None:
            return self.drawn
        numbers = np.arange(self.first, self.last, dtype="<u4")
        return numbers.view(np.uint8).reshape(-1, 4)[:, : (self.yi.size + 7) // 8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PooledSubsets:
    """What pooling n subsets gives, arrays of shape (n,) and `packed` as in `SubsetPart`."""

    packed: Packed
    k: NDArray[np.int16]
    Q: Array
    I2: Array
    H2: Array
    tau2: Array
    estimate: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubsetPlan:
    """All subsets, or the sample that was drawn, cut into parts that do not depend on who pools them.

    Attributes
    ----------
    mean : FittedMean
    n : int
    drawn : ndarray of uint8 or None
        The sample; None if these are all subsets.
    """

    mean: FittedMean
    n: int
    drawn: Packed | None

    @property
    def n_parts(self) -> int:
        """Number of parts."""
        return -(-self.n // _PART)

    def parts(self) -> Iterator[SubsetPart]:
        """The parts in order."""
        for start in range(0, self.n, _PART):
            stop = min(start + _PART, self.n)
            yield SubsetPart(
                yi=self.mean.yi,
                vi=self.mean.vi,
                first=start + 1,
                last=stop + 1,
                drawn=None if self.drawn is None else self.drawn[start:stop],
                model=self.mean.model,
                tau2_method=self.mean.tau2_method,
                fixed_tau2=self.mean.fixed_tau2,
            )


def plan_subsets(mean: FittedMean, n_subsets: HowMany, seed: int) -> SubsetPlan:
    """Which subsets are pooled.

    Raises
    ------
    OptionError
        If `n_subsets` or `seed` is not a whole number in range, or there are too many subsets.
    """
    require_whole("seed", seed, at_least=0)
    k = mean.k
    if n_subsets == "all" and k > LARGEST_ALL:
        raise OptionError(
            f"n_subsets='all' goes up to {LARGEST_ALL} effects; there are {k}: give the size of a sample."
        )
    wanted = n_subsets
    if wanted is None:
        wanted = 2**k - 1 if k <= _ALL_UP_TO else _SAMPLE
    elif wanted == "all":
        wanted = 2**k - 1
    n = min(require_whole("n_subsets", wanted, at_least=1, also=" or 'all'"), 2**k - 1)
    if n == 2**k - 1 and k <= LARGEST_ALL:
        return SubsetPlan(mean=mean, n=n, drawn=None)
    if n * k > _MOST_CELLS:
        raise OptionError(
            f"n_subsets={n_subsets} of {k} effects is too much to hold in memory; at most "
            f"{_MOST_CELLS // k} subsets of {k} effects, and a sample of {_SAMPLE} shows the same picture."
        )
    return SubsetPlan(mean=mean, n=n, drawn=_drawn(k, n, np.random.default_rng(seed)))


def _drawn(k: int, n: int, rng: np.random.Generator) -> Packed:
    """Different random subsets, none empty, in the order drawn until there are n."""
    kept = np.empty((0, (k + 7) // 8), dtype=np.uint8)
    while len(kept) < n:
        flags = rng.integers(0, 2, (n, k), dtype=bool)
        new = np.packbits(flags[flags.any(axis=1)], axis=1, bitorder="little")
        together = np.concatenate([kept, new])
        names = np.ascontiguousarray(together).view(np.dtype((np.void, together.shape[1])))[:, 0]
        first = np.sort(np.unique(names, return_index=True)[1])
        kept = together[first[:n]]
    return kept


def pool_part(part: SubsetPart) -> PooledSubsets:
    """Pool the subsets of one part.

    Raises
    ------
    NotEstimableError
        If an equation was not solved to full precision.
    """
    packed = part.packed()
    k, method, fixed = part.yi.size, part.tau2_method, part.fixed_tau2
    present = np.unpackbits(packed, axis=1, count=k, bitorder="little").view(np.bool_)
    sizes = np.add.reduce(present, axis=1, dtype=np.int16)
    figures = np.empty((5, sizes.size))
    bounds = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    if chosen_backend("auto", int(bounds[-1])) == "compiled":
        columns = np.flatnonzero(present) % k
        fits = fit_ragged(part.yi, part.vi, bounds, order=columns, method=method, tau2=fixed).fits
        if not fits.converged.all():
            raise NotEstimableError(f"tau2 of a subset was not found to full precision by {method}.")
        _fill(figures, fits, part)
    elif sizes.size <= _FEW:
        _fill(figures, fit_many(part.yi, part.vi, present, tau2_method=method, tau2=fixed), part)
    else:
        _fill_by_size(figures, present, sizes, part)
    Q, tau2, estimate, I2, H2 = figures
    return PooledSubsets(packed=packed, k=sizes, Q=Q, I2=I2, H2=H2, tau2=tau2, estimate=estimate)


def _fill_by_size(
    figures: Array, present: NDArray[np.bool_], sizes: NDArray[np.int16], part: SubsetPart
) -> None:
    """The same by arrays: subsets of equal size in a stack of their own, without gaps."""
    order = np.argsort(sizes, kind="stable")
    columns = np.flatnonzero(present[order]) % part.yi.size
    row = cell = 0
    for size, times in enumerate(np.bincount(sizes).tolist()):
        if times:
            at = columns[cell : cell + size * times].reshape(times, size)
            rows = order[row : row + times]
            fits = fit_many(part.yi[at], part.vi[at], tau2_method=part.tau2_method, tau2=part.fixed_tau2)
            few = np.empty((len(figures), times))
            _fill(few, fits, part)
            figures[:, rows] = few
            row, cell = row + times, cell + size * times


def _fill(figures: Array, fits: ManyFits, part: SubsetPart) -> None:
    """Write the figures of some fits, one per row of the array."""
    common = part.model == "common-effect"
    figures[0], figures[1], figures[2] = fits.Q, fits.tau2, fits.estimate
    figures[3], figures[4] = fits.I2(common_effect=common), fits.H2(common_effect=common)
