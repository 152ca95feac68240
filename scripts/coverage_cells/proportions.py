"""Proportions from counts: what `pool` headlines, and the other intervals of the median proportion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from coverage_cells.cells import LEVEL, Answer, Cell, Family, held
from coverage_cells.mixed_profile import profile_holds
from metasyn.effects.model import EffectSet
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import NotEstimableError
from metasyn.synthesis import SynthesisSpec
from metasyn.synthesis.beside import companions
from metasyn.synthesis.glmm import GlmmResult
from metasyn.synthesis.mean import MeanFit, fit_mean, infer, interval_around
from metasyn.synthesis.policy import choose
from metasyn.synthesis.tau2.estimators import estimate_tau2
from metasyn.values import Interval, NotEstimable

__all__ = ["DEFAULT", "MIXED", "PROPORTIONS", "headline"]

Integers = NDArray[np.int64]
Data = tuple[Integers, Integers]

DEFAULT, FALLBACK = "default", "default, where it falls back"
MIXED = ("mixed model, t", "mixed model, wald", "mixed model, profile-likelihood")
NORMAL = ("logit normal-normal, wald", "logit normal-normal, hartung-knapp-adhoc")
_SHARES = {"1 %": 0.01, "10 %": 0.1, "50 %": 0.5}
_SPEC = SynthesisSpec(level=LEVEL)


def _truth(cell: Cell) -> float:
    share = _SHARES[cell.setting]
    return float(np.log(share / (1 - share)))


def _draw(cell: Cell, generator: np.random.Generator, trials: int) -> Iterator[Data]:
    """Cohorts of 10 to 100 participants; the logits of their proportions are normal."""
    for _ in range(trials):
        n = generator.integers(10, 101, cell.k)
        logit = _truth(cell) + (cell.tau or 0.0) * generator.standard_normal(cell.k)
        yield generator.binomial(n, 1 / (1 + np.exp(-logit))), n


def effects_of(data: Data) -> EffectSet:
    """Logits, with 1/2 added to cohorts without (or with only) events."""
    events, n = data
    columns = {"events": [str(x) for x in events], "n": [str(x) for x in n]}
    return effects_from_table(columns, measure="PLO", level=LEVEL, file="simulated")


def headline(effects: EffectSet) -> tuple[Interval | NotEstimable, str, MeanFit, GlmmResult | None]:
    """Interval and rule of `pool(effects)`, in a third of its time: without what stands beside it."""
    tau2 = estimate_tau2(effects.yi, effects.vi, method="REML").value
    fit = fit_mean(effects.yi, effects.vi, tau2, tau2_method="REML")
    beside = companions(effects, _SPEC, brief=True)
    choice = choose(_SPEC, fit, beside)
    if choice.model in ("glmm", "bayesian"):
        return (
            beside.interval(choice.model, choice.ci_method, LEVEL),
            choice.policy.rule,
            fit,
            beside.glmm,
        )
    return infer(fit, choice.ci_method, level=LEVEL, null=None).ci, choice.policy.rule, fit, beside.glmm


def _answers(cell: Cell, data: Data, wanted: frozenset[str]) -> Iterator[Answer]:
    truth = _truth(cell)
    found, rule, fit, mixed = headline(effects_of(data))
    yield DEFAULT, held(found, truth)
    yield FALLBACK, held(found, truth) if rule == "k-aware/counts-replaced" else None
    yield NORMAL[0], held(infer(fit, "wald", level=LEVEL, null=None).ci, truth)
    yield NORMAL[1], held(infer(fit, "hartung-knapp-adhoc", level=LEVEL, null=None).ci, truth)
    for name, df in zip(MIXED, (cell.k - 1.0, np.inf), strict=False):
        holds = None
        if mixed is not None:
            holds = held(interval_around(mixed.estimate, mixed.se, df, LEVEL), truth)
        yield name, holds
    if MIXED[2] in wanted:
        yield MIXED[2], None if mixed is None else _profile(mixed, truth)


def _profile(mixed: GlmmResult, truth: float) -> bool | None:
    try:
        return profile_holds(mixed, truth, LEVEL)
    except NotEstimableError:
        return None


def _trials(cell: Cell) -> Mapping[str, int]:
    """More where events are rare; the profile likelihood, which rests on many cohorts, from 10 on."""
    found = dict.fromkeys((DEFAULT, FALLBACK, *MIXED[:2], *NORMAL), 2000 if cell.setting == "1 %" else 1000)
    return {**found, MIXED[2]: 1000} if cell.k >= 10 else found


PROPORTIONS = Family(
    name="proportions",
    number=3,
    settings=tuple(_SHARES),
    trials=_trials,
    draw=_draw,
    answers=_answers,
)
