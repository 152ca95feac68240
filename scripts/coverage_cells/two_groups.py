"""Odds ratios of two groups with few events: the default, mixed models, Mantel-Haenszel and Peto."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from coverage_cells.cells import LEVEL, Answer, Cell, Family, held
from coverage_cells.mixed_profile import profile_holds
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import MetasynError
from metasyn.synthesis import pool
from metasyn.synthesis.counts import mantel_haenszel, peto
from metasyn.synthesis.glmm import GlmmResult, pool_glmm
from metasyn.synthesis.mean import interval_around

__all__ = ["TWO_GROUPS"]

Integers = NDArray[np.int64]
Data = tuple[Integers, Integers, Integers]

TRUTH = -0.5
DEFAULT, MH, PETO = "default", "Mantel-Haenszel", "Peto"
_MIXED = {"CM.EL": ("t", "wald", "profile-likelihood")}
_RISKS = {"5 %": 0.05, "20 %": 0.2}


def _draw(cell: Cell, generator: np.random.Generator, trials: int) -> Iterator[Data]:
    """Two groups of the same size, 20 to 100; the log odds ratios are normal."""
    risk = _RISKS[cell.setting]
    control = np.log(risk / (1 - risk))
    for _ in range(trials):
        n = generator.integers(20, 101, cell.k)
        treated = control + TRUTH + (cell.tau or 0.0) * generator.standard_normal(cell.k)
        events = generator.binomial(n, 1 / (1 + np.exp(-treated)))
        yield events, generator.binomial(n, risk), n


def _default(data: Data) -> bool | None:
    x1, x2, n = ([str(x) for x in column] for column in data)
    columns = {"events_1": x1, "n_1": n, "events_2": x2, "n_2": n}
    try:
        return held(pool(effects_from_table(columns, measure="OR", level=LEVEL, file="simulated")).ci, TRUTH)
    except MetasynError:
        return None


def _mixed(columns: Mapping[str, Integers], model: str, wanted: frozenset[str]) -> Iterator[Answer]:
    names = [(how, f"{model}, {how}") for how in _MIXED[model]]
    found: GlmmResult | None
    try:
        found = pool_glmm(**columns, measure="OR", model=model, separation="refuse")
    except MetasynError:
        found = None
    for how, name in names:
        if name in wanted:
            yield name, None if found is None else _one(found, how)


def _one(found: GlmmResult, how: str) -> bool | None:
    if how == "profile-likelihood":
        try:
            return profile_holds(found, TRUTH, LEVEL)
        except MetasynError:
            return None
    df = found.k_used - 1.0 if how == "t" else np.inf
    return held(interval_around(found.estimate, found.se, df, LEVEL), TRUTH)


def _answers(cell: Cell, data: Data, wanted: frozenset[str]) -> Iterator[Answer]:
    columns = dict(zip(("events_1", "events_2", "n_1"), data, strict=True)) | {"n_2": data[2]}
    yield DEFAULT, _default(data)
    for model in _MIXED:
        yield from _mixed(columns, model, wanted)
    for name, method in (
        (MH, lambda: mantel_haenszel(**columns, measure="OR")),
        (PETO, lambda: peto(**columns)),
    ):
        try:
            yield name, held(method().ci, TRUTH)
        except MetasynError:
            yield name, None


def _trials(cell: Cell) -> Mapping[str, int]:
    mixed = [f"{model}, {how}" for model, ways in _MIXED.items() for how in ways]
    return dict.fromkeys((DEFAULT, *mixed, MH, PETO), 1000)


TWO_GROUPS = Family(
    name="two-groups",
    number=4,
    settings=tuple(_RISKS),
    sizes=(2, 5, 30),
    trials=_trials,
    draw=_draw,
    answers=_answers,
)
