"""Variance components and correlations in the units of the data, with intervals and shares."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.multilevel.fit import Fitted, Frame
from metasyn.synthesis.multilevel.given import Grouping
from metasyn.synthesis.multilevel.inference import SamplingFit
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.model import (
    MultilevelSpec,
    OutcomeCorrelation,
    OutcomeVariation,
    VarianceComponent,
)
from metasyn.synthesis.multilevel.variance_intervals import (
    correlation_interval,
    level_interval,
    variance_interval,
)
from metasyn.values import Interval, NotEstimable

__all__ = ["Parts", "variance_parts"]

Array = NDArray[np.float64]

_NOT_ASKED = NotEstimable("not asked for: variance_ci='none'")
_NO_VARIANCE = NotEstimable("a variance is 0: there is nothing to correlate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Everything about the random effects."""

    levels: tuple[VarianceComponent, ...]
    outcomes: OutcomeVariation | NotEstimable
    I2: float | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """What every part needs."""

    likelihood: Likelihood
    frame: Frame
    fitted: Fitted
    grouping: Grouping
    without: SamplingFit
    spec: MultilevelSpec
    unit: float

    def in_units(self, found: Interval | NotEstimable) -> Interval | NotEstimable:
        """An interval of a variance, back in the units of the data."""
        if isinstance(found, NotEstimable):
            return found
        return Interval(self.unit * found.low, self.unit * found.high, found.level)

    @property
    def profiled(self) -> bool:
        return self.spec.variance_ci == "profile-likelihood"

    @property
    def args(self) -> tuple[Likelihood, Frame, Fitted]:
        return self.likelihood, self.frame, self.fitted


def variance_parts(
    likelihood: Likelihood,
    frame: Frame,
    fitted: Fitted,
    grouping: Grouping,
    without: SamplingFit,
    spec: MultilevelSpec,
    unit: float,
) -> Parts:
    """Components of the levels and of the outcomes.

    I2 of a level is its variance over the sum of all variances and the typical sampling variance (Cheung
    2014); an outcome with a variance of its own is set against the typical variance of its own effects.
    """
    the = _Fit(
        likelihood=likelihood, frame=frame, fitted=fitted, grouping=grouping, without=without, spec=spec,
        unit=unit,
    )  # fmt: skip
    typical, covariance = without.typical_variance(), fitted.covariance
    between = float(covariance[0, 0]) if covariance is not None and frame.structure == "CS" else 0.0
    random = float(fitted.levels.sum()) + between
    total = typical + random
    several = frame.structure in ("HCS", "UN")
    per_outcome = NotEstimable("each outcome has a variance of its own, see the outcomes")
    return Parts(
        levels=tuple(
            _level(the, i, per_outcome if several else float(fitted.levels[i]) / total)
            for i in range(frame.n_levels)
        ),
        outcomes=NotEstimable("no random effects per outcome")
        if covariance is None
        else _outcomes(the, total),
        I2=per_outcome if several else random / total,
    )


def _level(the: _Fit, i: int, share: float | NotEstimable) -> VarianceComponent:
    level = the.grouping.levels[i]
    return VarianceComponent(
        name=level.name,
        variance=the.unit * float(the.fitted.levels[i]),
        ci=the.in_units(level_interval(*the.args, i, the.spec.level)) if the.profiled else _NOT_ASKED,
        n_groups=len(level.labels),
        I2=share,
    )


def _outcomes(the: _Fit, total: float) -> OutcomeVariation:
    grouping, frame, covariance = the.grouping, the.frame, the.fitted.covariance
    assert covariance is not None
    assert grouping.within is not None
    assert grouping.outcome is not None
    assert the.spec.structure is not None
    whole = the.unit * covariance
    whole.flags.writeable = False
    single = frame.structure == "CS"
    return OutcomeVariation(
        structure=the.spec.structure,
        outcomes=grouping.outcomes,
        index=grouping.outcome,
        within=grouping.within,
        covariance=whole,
        variances=tuple(_variance(the, a, total) for a in range(1 if single else frame.m)),
        correlations=_correlations(the, covariance),
    )


def _variance(the: _Fit, a: int, total: float) -> VarianceComponent:
    """The variance of one outcome, or of all."""
    grouping, covariance = the.grouping, the.fitted.covariance
    assert covariance is not None
    assert grouping.within is not None
    own, single = float(covariance[a, a]), the.frame.structure == "CS"
    rows = np.asarray(grouping.outcome == a)
    share = own / (
        total if single else own + float(the.fitted.levels.sum()) + the.without.typical_variance(rows)
    )
    studies = np.unique(grouping.within.index if single else grouping.within.index[rows])
    return VarianceComponent(
        name="all outcomes" if single else grouping.outcomes[a],
        variance=the.unit * own,
        ci=the.in_units(variance_interval(*the.args, a, the.spec.level)) if the.profiled else _NOT_ASKED,
        n_groups=int(studies.size),
        I2=share,
    )


def _correlations(the: _Fit, covariance: Array) -> tuple[OutcomeCorrelation, ...]:
    """One for all pairs, or one per pair."""
    names, m = the.grouping.outcomes, the.frame.m
    if the.frame.structure == "UN":
        return tuple(
            _correlation(the, covariance, (a, b), (names[a], names[b])) for a, b in combinations(range(m), 2)
        )
    pairs = combinations(range(m), 2)
    alive = next(((a, b) for a, b in pairs if covariance[a, a] > 0 and covariance[b, b] > 0), (0, 1))
    return (_correlation(the, covariance, alive, names),)


def _correlation(
    the: _Fit, covariance: Array, pair: tuple[int, int], names: tuple[str, ...]
) -> OutcomeCorrelation:
    a, b = pair
    size = float(np.sqrt(covariance[a, a] * covariance[b, b]))
    found: Interval | NotEstimable = _NO_VARIANCE if size == 0 else _NOT_ASKED
    if size > 0 and the.profiled:
        found = correlation_interval(*the.args, pair, the.spec.level)
    return OutcomeCorrelation(
        outcomes=names,
        rho=float(np.clip(covariance[a, b] / size, -1, 1)) if size > 0 else _NO_VARIANCE,
        ci=found,
        n_together=_together(the, names),
    )


def _together(the: _Fit, names: tuple[str, ...]) -> int:
    """Studies with two of these outcomes."""
    within, outcome = the.grouping.within, the.grouping.outcome
    assert within is not None
    assert outcome is not None
    seen = np.zeros((len(within.labels), the.frame.m), dtype=bool)
    seen[within.index, outcome] = True
    columns = [the.grouping.outcomes.index(name) for name in names]
    return int((seen[:, columns].sum(axis=1) >= 2).sum())
