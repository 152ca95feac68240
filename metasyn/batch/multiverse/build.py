"""Putting a multiverse together: data sets, exclusions and methods in, one finished record out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.columns import FIGURES, Columns
from metasyn.batch.multiverse.drawing import Drawn, by_data_set, draw
from metasyn.batch.multiverse.left_out import LeftOut, StudySubsets, apart
from metasyn.batch.multiverse.methods import Method, method_of
from metasyn.batch.multiverse.model import Choice, Headline, Multiverse
from metasyn.batch.multiverse.pooling import pool_drawn
from metasyn.batch.parallel import Progress
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.values import NotEstimable
from metasyn.vocabulary import GlmmMeasure
from metasyn.vocabulary import choices as allowed

__all__ = ["DataSet", "build_multiverse"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataSet:
    """One way from reported figures to effects.

    Attributes
    ----------
    options : tuple of str
        What it chose, one option per data choice; the first is the measure.
    effects : EffectSet
    """

    options: tuple[str, ...]
    effects: EffectSet


def build_multiverse(
    sets: Sequence[DataSet],
    names: Sequence[str],
    exclusions: Sequence[LeftOut],
    subsets: StudySubsets | None,
    methods: Sequence[Method],
    base: SynthesisSpec,
    main: SynthesisResult | NotEstimable,
    *,
    threshold: float | None,
    limit: int | None,
    seed: int,
    n_jobs: int | None = 1,
    progress: Progress | None = None,
) -> Multiverse:
    """Draw, pool and tell apart.

    Parameters
    ----------
    sets : sequence of DataSet
        What is declared comes first.
    names : sequence of str
        Of the data choices, `"measure"` first.
    exclusions : sequence of LeftOut
        Leaving nothing out comes first.
    subsets : StudySubsets or None
    methods : sequence of Method
    base : SynthesisSpec
    main : SynthesisResult or NotEstimable
        The headline.
    threshold, limit, seed, n_jobs, progress
        As in `metasyn.analysis.multiverse.multiverse`.

    Returns
    -------
    Multiverse
    """
    ways = _ways(sets, methods)
    own = None if isinstance(main, NotEstimable) else _own_method(main, methods)
    drawn = draw(
        ways,
        exclusions,
        subsets,
        limit=limit,
        seed=seed,
        headline=None if own is None else ways.index((0, own)),
    )
    effects = [one.effects for one in sets]
    drawn = by_data_set(drawn, effects)
    columns = pool_drawn(effects, drawn, methods, base, n_jobs, progress)
    choices, chosen = _choices(sets, names, drawn, methods)
    figures = dict(zip(FIGURES, columns.figures, strict=True))
    row = None
    if own is not None:
        at = (drawn.data == 0) & (drawn.exclusion == 0) & (drawn.method == own)
        row = int(at.argmax()) if at.any() and drawn.exclusions[0] == exclusions[0] else None
    return Multiverse(
        outcome=sets[0].effects.outcome,
        choices=choices,
        chosen=chosen,
        exclusions=drawn.exclusions,
        measures=_measures(sets, choices[0]),
        k=columns.k,
        **figures,
        reasons=tuple(columns.reasons),
        reason=columns.reason,
        result=_results(chosen[:, 0], columns),
        headline=Headline(measure=sets[0].effects.measure, result=main, row=row),
        threshold=threshold,
        level=base.level,
        n_possible=drawn.n_possible,
        seed=seed,
    )


def _ways(sets: Sequence[DataSet], methods: Sequence[Method]) -> list[tuple[int, int]]:
    """Data sets and methods that go together: the mixed model of counts has its own measures."""
    of_counts = allowed(GlmmMeasure)
    ways = [
        (i, j)
        for i, one in enumerate(sets)
        for j, method in enumerate(methods)
        if method.model != "glmm" or one.options[0] in of_counts
    ]
    if any(method.model == "glmm" for method in methods) and not any(
        methods[j].model == "glmm" for _, j in ways
    ):
        raise OptionError(f"model: 'glmm' pools counts as {', '.join(of_counts)}; got {sets[0].options[0]}.")
    return ways


def _own_method(main: SynthesisResult, methods: Sequence[Method]) -> int | None:
    """The method of the main result; of one study or a fixed tau2 there is none among them."""
    if main.request.tau2 is not None or main.request.weights is not None:
        return None
    own = method_of(main)
    return methods.index(own) if own in methods else None


def _measures(sets: Sequence[DataSet], choice: Choice) -> tuple[EffectMeasure, ...]:
    first = {one.options[0]: one.effects.measure for one in reversed(sets)}
    return tuple(first[option] for option in choice.options)


def _choices(
    sets: Sequence[DataSet], names: Sequence[str], drawn: Drawn, methods: Sequence[Method]
) -> tuple[tuple[Choice, ...], Integers]:
    """All choices with their options, and what every specification chose."""
    by_set = [_coded(name, [one.options[i] for one in sets]) for i, name in enumerate(names)]
    left = _coded("left out", apart([one.words for one in drawn.exclusions]), distinct=True)
    by_method = [
        _coded("model", [one.model for one in methods]),
        _coded("tau2_method", [one.tau2_method for one in methods]),
        _coded("ci_method", [one.ci_method if one.model == "random-effects" else None for one in methods]),
    ]
    found = [
        *((choice, codes[drawn.data]) for choice, codes in by_set),
        (left[0], left[1][drawn.exclusion]),
        *((choice, codes[drawn.method]) for choice, codes in by_method),
    ]
    return tuple(choice for choice, _ in found), np.stack([codes for _, codes in found], axis=1)


def _coded(name: str, words: Sequence[str | None], *, distinct: bool = False) -> tuple[Choice, Integers]:
    """A choice with its options in the order of first occurrence, and the place of every word."""
    if distinct:
        return Choice(name=name, options=tuple(map(str, words))), np.arange(len(words))
    options = tuple(dict.fromkeys(word for word in words if word is not None))
    codes = [-1 if word is None else options.index(word) for word in words]
    return Choice(name=name, options=options), np.array(codes, dtype=np.int64)


def _results(measure: Integers, columns: Columns) -> Integers:
    """Numbers of the different results, in the order in which they first occur."""
    low, high = columns.figures[FIGURES.index("ci_low")], columns.figures[FIGURES.index("ci_high")]
    estimate = columns.figures[FIGURES.index("estimate")]
    rows = np.flatnonzero(np.isfinite(estimate) & np.isfinite(low) & np.isfinite(high))
    found = np.full(measure.size, -1, dtype=np.int64)
    if not rows.size:
        return found
    values = np.stack([estimate[rows], low[rows], high[rows]], axis=1)
    for one in np.unique(measure[rows]).tolist():
        mine = measure[rows] == one
        scale = np.abs(values[mine]).max()
        values[mine] = np.round(values[mine] / (scale or 1.0), _DIGITS)
    key = np.column_stack([measure[rows], columns.k[rows], values + 0.0])
    _, first, same = np.unique(key, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(first.size)
    found[rows] = rank[same.ravel()]
    return found
