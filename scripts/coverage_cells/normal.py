"""Normal effects of known variance: the intervals of `pool` by name, its default, and Bayesian ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from coverage_cells.cells import LEVEL, Answer, Cell, Family, held
from metasyn.synthesis import pool
from metasyn.synthesis.bayes import half_normal, pool_bayes, turner_prior
from metasyn.synthesis.mean import MeanFit, fit_mean, infer
from metasyn.synthesis.tau2.many import fit_many
from metasyn.synthesis.usual_scale import USUAL_PRIOR
from metasyn.values import NotEstimable
from metasyn.vocabulary import CiMethod, choices

__all__ = ["COMMON", "DEFAULT", "HALF_NORMAL", "NORMAL", "PRIOR", "TURNER"]

Array = NDArray[np.float64]
Data = tuple[Array, Array, float]

TRUTH = -0.3
# As of a log hazard ratio from 67 events; the geometric mean of all studies.
VARIANCE = 0.06
EQUAL, ALTERNATING, ONE = "equal", "alternating 10:1", "one study 10:1"
DEFAULT, COMMON = "default", "common-effect"
HALF_NORMAL, TURNER = "half-normal(0.5)", "Turner, all outcomes"
_PRIORS = {HALF_NORMAL: half_normal(0.5), TURNER: turner_prior()}
# The same where `pool` has them beside its headline.
_BESIDE = {HALF_NORMAL: USUAL_PRIOR, TURNER: "Turner 2015 (all outcomes)"}
# Location and scale of ln tau: half of those of ln tau2 in the paper.
_TURNER_LN_TAU = (-2.56 / 2, 1.74 / 2)
_METHODS: tuple[CiMethod, ...] = tuple(one for one in choices(CiMethod) if one != "credible")
_SLOW = ("profile-likelihood", "henmi-copas", "permutation")
_FEWEST_FLIPS = 6
_NO_INTERVAL = 1 - 1e-9


def variances(k: int, setting: str) -> Array:
    """Sampling variances of k studies.

    Alternating: the first is 10 times as precise as the second, and so on. One study: the first is 10 times
    as precise as each of the others. Of an even number the geometric mean is `VARIANCE`, of one study 10:1
    always.
    """
    large = np.zeros(k)
    if setting == ALTERNATING:
        large = np.arange(k) % 2 - 0.5
    if setting == ONE:
        large = (np.arange(k) > 0) - (k - 1) / k
    return VARIANCE * 10.0**large


def _trials(cell: Cell) -> Mapping[str, int]:
    """Fewer where a trial takes milliseconds, and where there are many studies."""
    few = cell.k <= 5
    many, slow = (10_000, 2000) if few else (4000, 1000)
    found = {DEFAULT: slow if cell.k <= 3 else many, COMMON: many}
    for method in _METHODS:
        if method != "permutation" or cell.k >= _FEWEST_FLIPS:
            found[method] = slow if method in _SLOW else many
    found[HALF_NORMAL] = slow
    return {**found, TURNER: slow} if cell.k <= 3 else found


def _with_tau2(y: Array, v: Array) -> Iterator[Data]:
    """Data sets with the REML estimate of tau2."""
    fits = fit_many(y, np.broadcast_to(v, y.shape), tau2_method="REML")
    return zip(y, np.broadcast_to(v, y.shape), fits.tau2.tolist(), strict=True)


def _draw(cell: Cell, generator: np.random.Generator, trials: int) -> Iterator[Data]:
    v, tau = variances(cell.k, cell.setting), cell.tau or 0.0
    return _with_tau2(TRUTH + np.sqrt(v + tau * tau) * generator.standard_normal((trials, cell.k)), v)


def _answers(cell: Cell, data: Data, wanted: frozenset[str]) -> Iterator[Answer]:
    yi, vi, tau2 = data
    fit = fit_mean(yi, vi, tau2, tau2_method="REML")
    for method in _METHODS:
        if method in wanted:
            yield method, _one(fit, method)
    if COMMON in wanted:
        yield COMMON, held(infer(fit_mean(yi, vi, 0.0), "wald", level=LEVEL, null=None).ci, TRUTH)
    done = frozenset[str]()
    if DEFAULT in wanted:
        result = pool(yi=yi, vi=vi, measure="OR", level=LEVEL)
        yield DEFAULT, held(result.ci, TRUTH)
        beside = {name: held(one.ci, TRUTH) for name, one in result.beside.bayes}
        posteriors = {name: beside[key] for name, key in _BESIDE.items() if key in beside}
        done = wanted & frozenset(posteriors)
        yield from ((name, posteriors[name]) for name in done)
    for name in (wanted - done) & frozenset(_PRIORS):
        found = pool_bayes(yi=yi, vi=vi, measure="OR", tau_prior=_PRIORS[name], level=LEVEL)
        yield name, held(found.ci, TRUTH)


def _one(fit: MeanFit, method: CiMethod) -> bool | None:
    """Whether one interval holds the truth."""
    if method != "permutation":
        return held(infer(fit, method, level=LEVEL, null=None).ci, TRUTH)
    # Its interval is the values that its test does not reject; without looking for the ends at this level.
    pvalue = infer(fit, method, level=_NO_INTERVAL, null=TRUTH).pvalue
    return None if isinstance(pvalue, NotEstimable) else pvalue > 1 - LEVEL


NORMAL = Family(
    name="normal",
    number=1,
    settings=(EQUAL, ALTERNATING, ONE),
    trials=_trials,
    draw=_draw,
    answers=_answers,
)


# Trials of a prior, in each of its cells.
_ALL = 4000


def _draw_with_prior(cell: Cell, generator: np.random.Generator, trials: int) -> Iterator[Data]:
    """Every trial with its own tau, drawn from the prior it is analysed with.

    All are drawn whatever is asked for: the first of many must be the same as the first of few.
    """
    u = generator.random(_ALL)
    z = generator.standard_normal((_ALL, cell.k))
    if cell.setting == HALF_NORMAL:
        tau = 0.5 * ndtri((1 + u) / 2)
    else:
        location, scale = _TURNER_LN_TAU
        tau = np.exp(location + scale * ndtri(u))
    v = variances(cell.k, ALTERNATING)
    y = TRUTH + np.sqrt(v + tau[:, None] ** 2) * z
    return ((one, v, 0.0) for one in y[:trials])


PRIOR = Family(
    name="prior",
    number=2,
    settings=(HALF_NORMAL, TURNER),
    spreads=(None,),
    trials=lambda cell: {cell.setting: _ALL},
    draw=_draw_with_prior,
    answers=_answers,
)
