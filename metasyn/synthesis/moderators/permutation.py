"""Permutation tests of moderators: tests that do not lean on a distribution of the effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.errors import NotEstimableError, OptionError
from metasyn.numerics.arrangements import count_arrangements, distinct_arrangements
from metasyn.synthesis.moderators.model import RegressionResult
from metasyn.synthesis.moderators.refit import Refit
from metasyn.values import NotEstimable, require_whole

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PermutationTest", "permutation_test"]

Array = NDArray[np.float64]
Statistics = Callable[[NDArray[Any]], Array]
Progress = Callable[[int, int | None], None]

_LARGEST_EXACT = 2_000_000
# Effects of the arrangements that are fitted at a time.
_BLOCK = 2**17
# Statistics that differ by rounding only are ties.
_TIE = 1e-8
_INTERCEPT = NotEstimable(
    "permuting the rows of the moderators tests moderators; it says nothing about the intercept"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PermutationTest:
    """Permutation p values.

    Attributes
    ----------
    names : tuple of str
        Coefficients.
    pvalues : tuple of float or NotEstimable
        Two-sided, one per coefficient; that of an intercept beside moderators is not estimable.
    omnibus_pvalue : float or NotEstimable
        Of the test of all moderators.
    exact : bool
        True if every distinct permutation was looked at.
    n : int
        Permutations: all distinct ones, or those drawn at random (the observed order comes on top).
    resolution : float
        Smallest p value that this number of permutations can give; of all patterns of signs two are always
        as far from zero as the observed one: itself and the one with every sign turned.
    seed : int or None
        Of random permutations.
    """

    names: tuple[str, ...]
    pvalues: tuple[float | NotEstimable, ...]
    omnibus_pvalue: float | NotEstimable
    exact: bool
    n: int
    resolution: float
    seed: int | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; None where not estimable."""
        return {
            "names": list(self.names),
            "pvalues": [p if isinstance(p, float) else None for p in self.pvalues],
            "omnibus_pvalue": self.omnibus_pvalue if isinstance(self.omnibus_pvalue, float) else None,
            "exact": self.exact,
            "n": self.n,
            "resolution": self.resolution,
            "seed": self.seed,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per coefficient."""
        import pandas as pd

        given = self.to_dict()
        return pd.DataFrame({"name": given["names"], "pvalue": given["pvalues"]})

    def __str__(self) -> str:
        from metasyn.synthesis.moderators.text import permutation_to_text

        return permutation_to_text(self)


def permutation_test(
    result: RegressionResult,
    n: int | Literal["exact"] = 1000,
    *,
    seed: int = 1,
    progress: Progress | None = None,
) -> PermutationTest:
    r"""Permutation tests of the coefficients and of all moderators together.

    The rows of the design are permuted against the effects with their variances, the model is
    fitted again with its own estimator of tau2, and the p value is the proportion of permutations
    whose statistic is at least as far from zero as the observed one. Without moderators, the signs
    of the effects are flipped instead. All distinct permutations are used where there are at most
    `n` of them; otherwise n are drawn at random and p = (1 + hits) / (1 + n).

    Parameters
    ----------
    result : RegressionResult
        With an intercept, or without moderators.
    n : int or 'exact'
        Largest number of permutations.
    seed : int
    progress : callable, optional
        Told the permutations that are done and how many there are, after every part of them.

    Returns
    -------
    PermutationTest

    Raises
    ------
    OptionError
        If `n` or `seed` is not a whole number, or there are too many permutations for 'exact'.
    NotEstimableError
        If the design has no intercept: permuting its rows would not test that coefficients are zero.

    References
    ----------
    Higgins JPT, Thompson SG. Controlling the risk of spurious findings from meta-regression.
    Stat Med 2004;23:1663-1682. 10.1002/sim.1752
    Follmann DA, Proschan MA. Valid inference in random effects meta-analysis. Biometrics
    1999;55:732-737. 10.1111/j.0006-341X.1999.00732.x

    Examples
    --------
    >>> from metasyn.synthesis.moderators import meta_regression
    >>> result = meta_regression(
    ...     yi=[-0.9, -0.1, -0.5, -1.4, -0.3], vi=[0.1, 0.05, 0.2, 0.1, 0.08],
    ...     formula="~ year", data={"year": [3, 0, 1, 5, 2]})
    >>> test = permutation_test(result)
    >>> test.exact, test.n, round(test.omnibus_pvalue, 4)
    (True, 120, 0.0167)
    """
    require_whole("seed", seed, at_least=0)
    if n != "exact":
        require_whole("n", n, at_least=1, also=" or 'exact'")
    design = result.design
    flips = design.intercept is not None and result.p == 1
    if design.intercept is None:
        raise NotEstimableError(
            "without an intercept in the design, permuting its rows does not test that "
            "coefficients are zero; write the formula with one."
        )
    labels = _row_labels(design.X)
    total = 2**result.k if flips else count_arrangements(labels)
    if n == "exact" and total > _LARGEST_EXACT:
        raise OptionError(
            f"there are {total:.3g} distinct permutations, more than {_LARGEST_EXACT}; give n= a number."
        )
    exact = n == "exact" or total <= n
    draws = total if exact else int(n)
    if not np.diag(result.vcov).all():
        raise NotEstimableError(
            "the effects lie exactly on the fitted values: there is no statistic to permute."
        )
    refit = Refit.of(result)
    count = partial(_count, total=draws, progress=progress)
    hits = count(
        *(_flips(refit, draws, exact, seed) if flips else _orders(refit, labels, draws, exact, seed))
    )
    pvalues = hits / draws if exact else (1 + hits) / (1 + draws)
    single: list[float | NotEstimable] = [float(p) for p in pvalues[:-1]]
    if not flips:
        single[design.intercept] = _INTERCEPT
    return PermutationTest(
        names=design.names,
        pvalues=tuple(single),
        omnibus_pvalue=NotEstimable("the design has no moderators") if flips else float(pvalues[-1]),
        exact=exact,
        n=draws,
        resolution=(2 if flips else 1) / draws if exact else 1 / (1 + draws),
        seed=None if exact else seed,
    )


def _flips(refit: Refit, n: int, exact: bool, seed: int) -> tuple[Statistics, Iterator[NDArray[Any]]]:
    """Statistics of patterns of signs, and the patterns, the observed one first."""
    blocks = _all_signs(refit.k) if exact else _random_signs(refit.k, n, seed)
    return refit.flipped, chain([np.ones((1, refit.k))], blocks)


def _orders(
    refit: Refit, labels: list[int], n: int, exact: bool, seed: int
) -> tuple[Statistics, Iterator[NDArray[Any]]]:
    """Statistics of orders, and the orders, the observed one first."""
    blocks = _all_orders(labels) if exact else _random_orders(refit.k, n, seed)
    return refit.statistics, chain([np.arange(refit.k)[None, :]], blocks)


def _count(
    statistics: Statistics, blocks: Iterator[NDArray[Any]], *, total: int, progress: Progress | None
) -> Array:
    """How many statistics are at least as far from zero as the observed ones; the last is the omnibus.

    The first block is the observed arrangement.
    """
    found = statistics(np.concatenate([next(blocks), next(blocks)]))
    least = found[0] * (1 - _TIE)
    hits, done = np.zeros(least.shape), 0
    for some in chain([found[1:]], map(statistics, blocks)):
        hits += (some >= least).sum(axis=0)
        done += len(some)
        if progress is not None:
            progress(done, total)
    return hits


def _row_labels(X: Array) -> list[int]:
    """A number for every distinct row of the design."""
    return [int(label) for label in np.unique(X, axis=0, return_inverse=True)[1].reshape(-1)]


def _all_orders(labels: list[int]) -> Iterator[NDArray[np.intp]]:
    """Orders of the data that give every distinct arrangement of the rows of the design."""
    places = np.argsort(labels, kind="stable")
    first = 0
    for size in _sizes(count_arrangements(labels), len(labels)):
        block = distinct_arrangements(labels, first, first := first + size)
        orders = np.empty(block.shape, dtype=np.intp)
        orders[:, places] = np.argsort(block, axis=1, kind="stable")
        yield orders


def _random_orders(k: int, n: int, seed: int) -> Iterator[NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    for size in _sizes(n, k):
        yield rng.permuted(np.tile(np.arange(k), (size, 1)), axis=1)


def _all_signs(k: int) -> Iterator[Array]:
    first = 0
    for size in _sizes(2**k, k):
        numbers = np.arange(first, first := first + size)
        yield np.where((numbers[:, None] >> np.arange(k)) & 1, -1.0, 1.0)


def _random_signs(k: int, n: int, seed: int) -> Iterator[Array]:
    rng = np.random.default_rng(seed)
    for size in _sizes(n, k):
        yield rng.choice(np.array([-1.0, 1.0]), size=(size, k))


def _at_once(k: int) -> int:
    """Arrangements of k effects that are fitted at a time."""
    return max(1, _BLOCK // k)


def _sizes(n: int, k: int) -> list[int]:
    size = _at_once(k)
    return [min(size, n - first) for first in range(0, n, size)]
