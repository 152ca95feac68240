"""The bootstrap of every synthesis of a big set."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.bootstrap import checked_resampling, require_interval
from metasyn.batch.bootstrap_draws import QUANTITIES, RANGES, Resampling, left_out_of
from metasyn.batch.bootstrap_intervals import WHY_NOT, bootstrap_bounds
from metasyn.batch.frames import ManyRows
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.ragged import Ragged, Stack, ragged
from metasyn.batch.statuses import CODE
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.vocabulary import BootstrapCi, BootstrapKind, NormalModel, Tau2Method

__all__ = ["ManyBootstraps", "bootstrap_many"]

Array = NDArray[np.float64]
Codes = NDArray[np.int8]
Integers = NDArray[np.int64]

_FIGURES = ("", "_se", "_bias", "_low", "_high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ManyBootstraps(ManyRows):
    """One bootstrap per row, arrays of shape (groups,), read-only, analysis scale.

    Attributes
    ----------
    key : ndarray
        What each group is called.
    status : ndarray of int8
        Position in `metasyn.batch.STATUS`; only groups that are `"ok"` are drawn from.
    k : ndarray of int
    n_draws : ndarray of int
        Draws that count: those whose equation was solved.
    estimate, tau2, I2 : ndarray
        Of the data.
    estimate_se, estimate_bias, estimate_low, estimate_high : ndarray
        Standard deviation of the draws, their mean less the value of the data, interval; so of tau2 and I2.
    estimate_interval, tau2_interval, I2_interval : ndarray of int8
        Why there is no interval: position in `WHY_NOT`.
    """

    shown = ("key", "status", "k", "n_draws", "estimate", "estimate_se", "estimate_low", "estimate_high")
    words = ManyRows.words | {f"{name}_interval": WHY_NOT for name in QUANTITIES}

    n_draws: Integers
    estimate: Array
    estimate_se: Array
    estimate_bias: Array
    estimate_low: Array
    estimate_high: Array
    estimate_interval: Codes
    tau2: Array
    tau2_se: Array
    tau2_bias: Array
    tau2_low: Array
    tau2_high: Array
    tau2_interval: Codes
    I2: Array
    I2_se: Array
    I2_bias: Array
    I2_low: Array
    I2_high: Array
    I2_interval: Codes


def bootstrap_many(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    groups: Sequence[Hashable] | ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
    kind: BootstrapKind = "non-parametric",
    n: int = 1_000,
    seed: int = 1,
    ci_method: BootstrapCi = "percentile",
    level: float = 0.95,
    model: NormalModel = "random-effects",
    tau2_method: Tau2Method = "REML",
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> ManyBootstraps:
    """Bootstrap every group of effects, each as `bootstrap` would.

    A group has streams of random numbers of its own, by its position: the draws of the first are those of
    `bootstrap` with the same seed, and neither companions nor workers change them. Whether compiled code
    pools them depends on their number in all, and with it the last digits of what is found.

    Parameters
    ----------
    yi, vi, groups, bounds
        As of `pool_many`; without groups and bounds all effects are one group.
    kind, n, seed, model, tau2_method
        As of `bootstrap`.
    ci_method : {'percentile', 'basic', 'bca'}
    level : float
    n_jobs, progress
        As of `metasyn.batch.parallel.map_parts`.

    Returns
    -------
    ManyBootstraps
        Groups in the order in which they first occur.

    Raises
    ------
    OptionError
        As of `bootstrap` and `Bootstrap.interval`; a bad group only has a status.

    References
    ----------
    As of `bootstrap` and `metasyn.batch.bootstrap_intervals.bootstrap_bounds`.

    Examples
    --------
    >>> found = bootstrap_many([0.1, 0.5, 0.2, 0.3], [0.1] * 4, ["a", "a", "a", "b"], n=99, n_jobs=1)
    >>> found.to_frame()["status"].tolist(), bool(found.estimate_low[0] >= 0.1)
    (['ok', 'one effect'], True)
    """
    resampling = checked_resampling(kind, n, seed, model, tau2_method)
    require_interval(ci_method, kind, n, level, name="ci_method")
    data = ragged(yi, vi, groups, bounds, sei)
    resampling = replace(resampling, backend=chosen_backend("auto", n * data.yi.size))
    units = data.units(resampling.sets_at_once)
    answers = map_parts(
        partial(_answer, resampling=resampling, ci_method=ci_method, level=level),
        data.stacks(units),
        n_jobs=n_jobs,
        total=len(units),
        progress=progress,
    )
    columns = _empty(data)
    for numbers, answer in chain.from_iterable(answers):
        for name, values in answer.items():
            columns[name][numbers] = values
    return ManyBootstraps(key=data.groups.keys, k=data.groups.sizes, **columns)


def _empty(data: Ragged) -> dict[str, NDArray[Any]]:
    """Columns in which only the status is known."""
    n = data.status.size
    columns: dict[str, NDArray[Any]] = {"status": data.status.copy(), "n_draws": np.zeros(n, dtype=np.int64)}
    for quantity in QUANTITIES:
        columns |= {quantity + figure: np.full(n, np.nan) for figure in _FIGURES}
        columns[f"{quantity}_interval"] = np.full(n, WHY_NOT.index("no draws"), dtype=np.int8)
    return columns


def _answer(
    part: Stack, *, resampling: Resampling, ci_method: BootstrapCi, level: float
) -> list[tuple[Integers, dict[str, NDArray[Any]]]]:
    """Numbers of groups and their columns: of those that could be drawn from, and of the others."""
    whole = resampling.values(part.y, part.v)
    lost = np.isnan(whole[0])
    status = np.full(int(lost.sum()), CODE["not converged"], dtype=np.int8)
    answers: list[tuple[Integers, dict[str, NDArray[Any]]]] = [(part.numbers[lost], {"status": status})]
    if not lost.all():
        sound = Stack(numbers=part.numbers[~lost], y=part.y[~lost], v=part.v[~lost])
        answers.append((sound.numbers, _columns(sound, whole[:, ~lost], resampling, ci_method, level)))
    return answers


def _columns(
    part: Stack, whole: Array, resampling: Resampling, ci_method: BootstrapCi, level: float
) -> dict[str, NDArray[Any]]:
    draws = resampling.draws_of_each(part.numbers, part.y, part.v, whole)
    bca = ci_method == "bca"
    left_out = left_out_of(resampling, part.y, part.v) if bca else np.empty((*whole.shape, 0))
    n = np.isfinite(draws[0]).sum(axis=1)
    columns: dict[str, NDArray[Any]] = {"n_draws": n}
    for i, quantity in enumerate(QUANTITIES):
        low, high, why = bootstrap_bounds(
            draws[i], whole[i], ci_method, level, left_out=left_out[i], within=RANGES[i]
        )
        figures = (whole[i], *_spread(draws[i], whole[i], n), low, high)
        columns |= {quantity + name: values for name, values in zip(_FIGURES, figures, strict=True)}
        columns[f"{quantity}_interval"] = why
    return columns


def _spread(draws: Array, value: Array, n: Integers) -> tuple[Array, Array]:
    """Standard deviation and bias of each row; NaN with fewer than two draws."""
    nothing = np.full(n.size, np.nan)
    mean = np.divide(np.nansum(draws, axis=1), n, out=nothing.copy(), where=n > 1)
    square = np.nansum((draws - mean[:, None]) ** 2, axis=1)
    return np.sqrt(np.divide(square, n - 1, out=nothing, where=n > 1)), mean - value
