"""Nagashima's bootstrap prediction interval for every synthesis of a big set."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metasyn.batch.bootstrap_intervals import require_draws
from metasyn.batch.frames import ManyRows
from metasyn.batch.parallel import Progress, map_parts
from metasyn.batch.ragged import Stack, ragged
from metasyn.batch.seeds import stream
from metasyn.batch.statuses import CODE, STATUS
from metasyn.synthesis.mean.bootstrap import DRAWS, prediction_noise, predictions
from metasyn.synthesis.mean.prediction import MIN_K_PREDICTION
from metasyn.values import require_level, require_whole
from metasyn.vocabulary import Streams, require_option

__all__ = ["ManyPredictions", "predict_many"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Groups of one size that share a worker, and with it their random numbers if these are the same.
_PART = 64
_WORDS = (*STATUS, "two effects")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ManyPredictions(ManyRows):
    """One prediction interval per row, arrays of shape (groups,), read-only, analysis scale.

    Attributes
    ----------
    key : ndarray
        What each group is called.
    status : ndarray of int8
        Position in `words["status"]`: those of `metasyn.batch.STATUS`, and `"two effects"`, which have no
        prediction interval.
    k : ndarray of int
    pi_low, pi_high : ndarray
        NaN where the status is not `"ok"`.
    """

    shown = ("key", "status", "k", "pi_low", "pi_high")
    words = ManyRows.words | {"status": _WORDS}

    pi_low: Array
    pi_high: Array


def predict_many(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    groups: Sequence[Hashable] | ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 1,
    streams: Streams = "same",
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> ManyPredictions:
    """The bootstrap prediction interval of every group of effects.

    Parameters
    ----------
    yi, vi, groups, sei, bounds
        As of `pool_many`; without groups and bounds all effects are one group.
    level : float
    draws : int
        For every group, 100 at least, and as many as the bootstrap needs: 2 / (1 - level) - 1.
    seed : int
    streams : {'same', 'own'}
        With 'same' every group uses the random numbers of the seed: its interval is to the bit that of
        `pool` with `pi_method="bootstrap"` and that seed, and groups of one size share them, which is
        faster. With 'own' each has a stream of its own by its position, so that the Monte Carlo errors of
        groups are independent: for means over groups.
    n_jobs, progress
        As of `metasyn.batch.parallel.map_parts`.

    Returns
    -------
    ManyPredictions
        Groups in the order in which they first occur.

    Raises
    ------
    OptionError
        If an option is unknown or out of range, or shapes do not fit.

    References
    ----------
    Nagashima K, Noma H, Furukawa TA. Prediction intervals for random-effects meta-analysis: a
    confidence distribution approach. Stat Methods Med Res 2019;28:1689-1702. 10.1177/0962280218773520

    Examples
    --------
    >>> found = predict_many(
    ...     [-0.9, -0.1, -0.5, 0.2, 0.3], [0.1] * 5, ["a", "a", "a", "b", "b"], draws=1000, n_jobs=1
    ... )
    >>> bool(found.pi_low[0] < -1), found.to_frame()["status"].tolist()
    (True, ['ok', 'two effects'])
    """
    require_level(level)
    require_whole("draws", draws, at_least=100)
    require_draws(draws, level, name="draws")
    require_whole("seed", seed, at_least=0)
    require_option("streams", streams, Streams)
    data = ragged(yi, vi, groups, bounds, sei)
    units = data.units(lambda _: _PART, least=MIN_K_PREDICTION)
    answers = map_parts(
        partial(_answer, level=level, draws=draws, seed=seed, streams=streams),
        data.stacks(units),
        n_jobs=n_jobs,
        total=len(units),
        progress=progress,
    )
    pi_low, pi_high = (np.full(data.status.size, np.nan) for _ in range(2))
    for numbers, bounds_ in answers:
        pi_low[numbers], pi_high[numbers] = bounds_
    few = (data.status == CODE["ok"]) & (data.groups.sizes < MIN_K_PREDICTION)
    status = np.where(few, _WORDS.index("two effects"), data.status).astype(np.int8)
    return ManyPredictions(
        key=data.groups.keys, status=status, k=data.groups.sizes, pi_low=pi_low, pi_high=pi_high
    )


def _answer(part: Stack, *, level: float, draws: int, seed: int, streams: Streams) -> tuple[Integers, Array]:
    """The numbers of the groups of a part and their bounds, shape (2, groups)."""
    k = part.y.shape[1]
    same = prediction_noise(k, np.random.default_rng(seed), draws) if streams == "same" else None
    found = np.empty((2, part.numbers.size))
    for i, number in enumerate(part.numbers.tolist()):
        noise = prediction_noise(k, stream(seed, number), draws) if same is None else same
        drawn = predictions(part.y[i], part.v[i], noise)
        found[:, i] = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return part.numbers, found
