"""Pooling the specifications of a multiverse: the sets of all exclusions in one stack per estimator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.columns import Columns, fill_by_fits, fill_by_pool, fill_single, pool_alone
from metasyn.batch.multiverse.drawing import Drawn
from metasyn.batch.multiverse.left_out import study_keys
from metasyn.batch.multiverse.methods import Method
from metasyn.batch.parallel import Progress, map_parts, require_n_jobs
from metasyn.effects.model import EffectSet
from metasyn.synthesis.arrays import require_poolable
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.tau2.many import ManyFits, fit_many

__all__ = ["pool_drawn"]

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

_NORMAL = ("random-effects", "common-effect")
# Specifications of one method whose intervals are computed between two reports of progress.
_AT_ONCE = 1_000
NOTHING_LEFT = "no effect remains"


def pool_drawn(
    sets: Sequence[EffectSet],
    drawn: Drawn,
    methods: Sequence[Method],
    base: SynthesisSpec,
    n_jobs: int | None = 1,
    progress: Progress | None = None,
) -> Columns:
    """The figures of every specification, as `pool` gives them.

    Parameters
    ----------
    sets : sequence of EffectSet
        The ways of standardising.
    drawn : Drawn
    methods : sequence of Method
    base : SynthesisSpec
        What is the same in all of them.
    n_jobs : int or None
        Workers for models that are fitted set by set, see `metasyn.batch.parallel.map_parts`.
    progress : callable, optional
        Told the specifications that are pooled and how many there are, after every part of them.

    Returns
    -------
    Columns
        Complete.

    Raises
    ------
    OptionError
        If `n_jobs` is no number of workers, also where no model is fitted set by set.
    """
    require_n_jobs(n_jobs)
    columns = Columns.empty(drawn.data.size)
    told = _Told(columns.k.size, progress)
    for number, effects in enumerate(sets):
        require_poolable(effects)
        rows = np.flatnonzero(drawn.data == number)
        if rows.size:
            _pool_set(columns, rows, effects, drawn, methods, base, n_jobs, told)
    return columns


class _Told:
    """How many specifications are pooled."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def add(self, n: int) -> None:
        """So many more."""
        self._done += n
        if n and self._progress is not None:
            self._progress(self._done, self._total)


def _pool_set(
    columns: Columns,
    rows: Places,
    effects: EffectSet,
    drawn: Drawn,
    methods: Sequence[Method],
    base: SynthesisSpec,
    n_jobs: int | None,
    told: _Told,
) -> None:
    """All specifications of one way of standardising."""
    used, where = np.unique(drawn.exclusion[rows], return_inverse=True)
    keys = study_keys(effects)
    present = np.array([drawn.exclusions[i].kept(effects, keys) for i in used.tolist()], dtype=bool)
    present = present.reshape(used.size, effects.k)
    k = present.sum(axis=1)
    columns.k[rows] = k[where]
    if (k == 0).any():
        columns.refuse(rows[k[where] == 0], NOTHING_LEFT)
    alone = k[where] == 1
    if alone.any():
        one = present[where[alone]].argmax(axis=1)
        fill_single(columns, rows[alone], effects.yi[one], effects.vi[one], base.level, effects.measure.null)
    several = k > 1
    told.add(int((~several[where]).sum()))
    fits: dict[str | None, ManyFits] = {}
    stack = np.cumsum(several) - 1
    for number, method in enumerate(methods):
        mine = (drawn.method[rows] == number) & several[where]
        if not mine.any():
            continue
        places, sets = rows[mine], where[mine]
        if method.model not in _NORMAL:
            kept = [tuple(np.flatnonzero(here).tolist()) for here in present[sets]]
            one_by_one = partial(pool_alone, effects, method.request(base))
            for place, found in zip(places.tolist(), map_parts(one_by_one, kept, n_jobs=n_jobs), strict=True):
                fill_by_pool(columns, place, found)
                told.add(1)
            continue
        estimator = method.tau2_method
        if estimator not in fits:
            fits[estimator] = _fits(effects, present[several], method)
        for start in range(0, places.size, _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            solved = _taken(fits[estimator], stack[sets[some]])
            fill_by_fits(columns, places[some], effects, present[sets[some]], solved, method, base)
            told.add(solved.k.size)


def _fits(effects: EffectSet, present: Flags, method: Method) -> ManyFits:
    fixed = 0.0 if method.tau2_method is None else None
    return fit_many(
        effects.yi, effects.vi, present, tau2_method=method.tau2_method or "DL", tau2=fixed, strict=False
    )


def _taken(fits: ManyFits, at: Places) -> ManyFits:
    """The fits of some sets."""
    return ManyFits(**{one.name: getattr(fits, one.name)[at] for one in fields(ManyFits)})
