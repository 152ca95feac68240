"""The permutation test of the mean of every synthesis of a big set."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.frames import ManyRows
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.ragged import Ragged, Stack, ragged
from metasyn.batch.seeds import stream
from metasyn.batch.statuses import CODE
from metasyn.errors import OptionError
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.synthesis.tau2.many import fit_many
from metasyn.values import require_whole
from metasyn.vocabulary import Backend, ManyTau2Method, NormalModel, Tau2Method, require_option

if TYPE_CHECKING:
    pass

__all__ = ["ManyPermutations", "permute_many"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

# Patterns of signs that are fitted at a time, in effects.
_STACK = 2**18
# Statistics that differ by rounding only are ties, as in `permutation_test`.
_TIE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ManyPermutations(ManyRows):
    """One test per row, arrays of shape (groups,), read-only.

    Attributes
    ----------
    key : ndarray
        What each group is called.
    status : ndarray of int8
        Position in `metasyn.batch.STATUS`; only groups that are `"ok"` are tested.
    k : ndarray of int
    statistic, pvalue : ndarray
        z statistic of the mean, and the proportion of patterns with one as large or larger; NaN where the
        status is not `"ok"`.
    exact : ndarray of bool
        Whether all 2^k patterns were looked at.
    n : ndarray of int
        Patterns that the p value is a proportion of, the observed one among them.
    """

    shown = ("key", "status", "k", "statistic", "pvalue", "exact", "n")

    statistic: Array
    pvalue: Array
    exact: Flags
    n: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    n: int
    seed: int
    model: NormalModel
    tau2_method: Tau2Method
    backend: Backend


def permute_many(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    groups: Sequence[Hashable] | ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
    n: int = 1000,
    seed: int = 1,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> ManyPermutations:
    r"""Test the mean of every group by changing the signs of its effects.

    If the mean is 0 and the effects scatter symmetrically around it, every pattern of signs is equally
    likely. tau2 is estimated anew in every pattern; the statistic is the absolute z of the mean. All 2^k
    patterns are used where there are at most `n`; otherwise n are drawn at random and
    p = (1 + hits) / (1 + n). This is `metasyn.permutation_test` of a regression without moderators and
    with `test="wald"`, for all groups.

    Parameters
    ----------
    yi, vi, groups, sei, bounds
        As of `pool_many`; without groups and bounds all effects are one group. Effects are differences from
        what is tested: subtract it first if that is not 0.
    n : int
        Largest number of patterns for a group.
    seed : int
        Of random patterns; every group has a stream of its own, by its position.
    model : {'random-effects', 'common-effect'}
    tau2_method : str
    n_jobs, progress
        As of `metasyn.batch.parallel.map_parts`.

    Returns
    -------
    ManyPermutations
        Groups in the order in which they first occur.

    Raises
    ------
    OptionError
        If an option is unknown or out of range, or shapes do not fit.

    References
    ----------
    Follmann DA, Proschan MA. Valid inference in random effects meta-analysis. Biometrics
    1999;55:732-737. 10.1111/j.0006-341X.1999.00732.x

    Examples
    --------
    >>> found = permute_many([0.2, 0.5, 0.6, 0.9, 0.1], [0.04] * 5, ["a"] * 4 + ["b"], n_jobs=1)
    >>> float(found.pvalue[0]), bool(found.exact[0]), found.to_frame()["status"].tolist()
    (0.125, True, ['ok', 'one effect'])
    """
    require_whole("n", n, at_least=1)
    require_whole("seed", seed, at_least=0)
    require_option("model", model, NormalModel)
    if tau2_method in ("GENQ", "GENQM"):
        raise OptionError(f"tau2_method={tau2_method!r} needs weights of the user.")
    require_option("tau2_method", tau2_method, ManyTau2Method)
    data = ragged(yi, vi, groups, bounds, sei)
    units = data.units(lambda k: max(1, _STACK // (_patterns(k, n) * k)))
    effects = sum(_patterns(k, n) * k * numbers.size for k, numbers in data.groups.by_size())
    request = _Request(
        n=n, seed=seed, model=model, tau2_method=tau2_method, backend=chosen_backend("auto", effects)
    )
    answers = map_parts(
        partial(_answer, request=request),
        data.stacks(units),
        n_jobs=n_jobs,
        total=len(units),
        progress=progress,
    )
    columns = _empty(data)
    for numbers, answer in answers:
        for name, values in answer.items():
            columns[name][numbers] = values
    return ManyPermutations(key=data.groups.keys, k=data.groups.sizes, **columns)


def _patterns(k: int, n: int) -> int:
    """Patterns of k effects that are fitted, n of them at most."""
    return int(min(2 ** min(max(k - 1, 0), 62), n))


def _empty(data: Ragged) -> dict[str, NDArray[Any]]:
    n = data.status.size
    return {
        "status": data.status.copy(),
        "statistic": np.full(n, np.nan),
        "pvalue": np.full(n, np.nan),
        "exact": np.zeros(n, dtype=bool),
        "n": np.zeros(n, dtype=np.int64),
    }


def _answer(part: Stack, *, request: _Request) -> tuple[Integers, dict[str, NDArray[Any]]]:
    """The numbers of the groups of a part and their columns."""
    groups, k = part.y.shape
    exact = 2**k <= request.n
    at_once = max(1, _STACK // (groups * k))
    hits, lost = np.zeros(groups), np.zeros(groups, dtype=bool)
    z = _z(np.ones((groups, 1, k)), part, request)[:, 0]
    patterns = _all_patterns(k, groups, at_once) if exact else _drawn(part, request, at_once)
    for signs in patterns:
        found = np.abs(_z(signs, part, request))
        lost |= np.isnan(found).any(axis=1)
        hits += (found >= np.abs(z)[:, None] * (1 - _TIE)).sum(axis=1)
    # A pattern and its mirror image have one statistic: half of all patterns are looked at.
    total = 2 ** (k - 1) if exact else request.n + 1
    lost |= np.isnan(z)
    columns = {
        "status": np.where(lost, CODE["not converged"], CODE["ok"]).astype(np.int8),
        "statistic": np.where(lost, np.nan, z),
        "pvalue": np.where(lost, np.nan, (hits if exact else hits + 1) / total),
        "exact": np.full(groups, exact),
        "n": np.full(groups, 2 * total if exact else total),
    }
    return part.numbers, columns


def _all_patterns(k: int, groups: int, at_once: int) -> Iterator[Array]:
    """Every pattern in which the last effect keeps its sign, some at a time, shape (groups, patterns, k)."""
    for first in range(0, 2 ** (k - 1), at_once):
        numbers = np.arange(first, min(2 ** (k - 1), first + at_once))
        signs = np.where(numbers[:, None] >> np.arange(k) & 1, -1.0, 1.0)
        yield np.broadcast_to(signs, (groups, *signs.shape))


def _drawn(part: Stack, request: _Request, at_once: int) -> Iterator[Array]:
    """Random patterns of each group from its own stream."""
    size = request.n, part.y.shape[1]
    flips = np.stack(
        [stream(request.seed, number).integers(0, 2, size, dtype=np.int8) for number in part.numbers.tolist()]
    )
    for first in range(0, request.n, at_once):
        yield np.where(flips[:, first : first + at_once], -1.0, 1.0)


def _z(signs: Array, part: Stack, request: _Request) -> Array:
    """z statistics, shape (groups, patterns); NaN where an equation was not solved."""
    y = (signs * part.y[:, None, :]).reshape(-1, part.y.shape[1])
    v = np.broadcast_to(part.v[:, None, :], signs.shape).reshape(y.shape)
    fixed = 0.0 if request.model == "common-effect" else None
    fits = fit_many(y, v, tau2_method=request.tau2_method, tau2=fixed, strict=False, backend=request.backend)
    z = np.where(fits.converged, fits.estimate / np.sqrt(fits.variance), np.nan)
    return z.reshape(signs.shape[:2])
