"""From the maximum of the likelihood to a complete result, back in the units of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.model import EffectSet
from metasyn.numerics.tails import two_sided_quantile
from metasyn.numerics.wls import orthonormal_columns
from metasyn.synthesis.moderators.design import Design
from metasyn.synthesis.multilevel.blocks import Stack, stack_clusters
from metasyn.synthesis.multilevel.findings import findings_of
from metasyn.synthesis.multilevel.fit import Fitted, Frame, fit
from metasyn.synthesis.multilevel.given import Grouping
from metasyn.synthesis.multilevel.identify import require_identified, require_information
from metasyn.synthesis.multilevel.inference import (
    SamplingFit,
    coefficient_table,
    criteria_of,
    degrees_of_freedom,
    heterogeneity_test,
    omnibus_of,
    sampling_fit,
)
from metasyn.synthesis.multilevel.likelihood import Likelihood
from metasyn.synthesis.multilevel.model import MultilevelResult, MultilevelSpec
from metasyn.synthesis.multilevel.parameters import component_ties
from metasyn.synthesis.multilevel.sampling import Sampling
from metasyn.synthesis.multilevel.variances import Parts, variance_parts
from metasyn.values import Interval, NotEstimable

__all__ = ["assemble"]

Array = NDArray[np.float64]

_LEAST_START = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scaled:
    """The data in units in which sampling variances are near 1, around their least-squares fit.

    With B the orthonormal basis of the design, y = X b is y = B a with X = B turn.
    """

    stacks: tuple[Stack, ...]
    unit: float
    turn: Array
    offset: Array


def assemble(
    effects: EffectSet, grouping: Grouping, sampling: Sampling, design: Design, spec: MultilevelSpec
) -> MultilevelResult:
    """Fit the model and say everything about it.

    Raises
    ------
    NotEstimableError
        If the variances are not identified, or no maximum is found.
    """
    require_identified(grouping, spec.structure)
    scaled = _scale(effects.yi, grouping, sampling, design, spec)
    likelihood = Likelihood(scaled.stacks, restricted=spec.method == "REML")
    frame = Frame.of(len(grouping.levels), spec.structure, len(grouping.outcomes))
    alone = likelihood.at(np.zeros(scaled.stacks[0].ties.shape[0]))
    without = sampling_fit(scaled.stacks, alone.quadratic, alone.covariance)
    start = _start(without, likelihood.k - likelihood.p, frame)
    require_information(likelihood, frame, tuple(level.name for level in grouping.levels), start)
    fitted = fit(likelihood, frame, start)
    parts = variance_parts(likelihood, frame, fitted, grouping, without, spec, scaled.unit)
    return _result(
        effects, grouping, sampling, design, spec, scaled, likelihood, frame, fitted, without, parts
    )


def _scale(y: Array, grouping: Grouping, sampling: Sampling, design: Design, spec: MultilevelSpec) -> _Scaled:
    """Variances divided by a power of four near their median, effects by its root."""
    unit = 4.0 ** round(math.log(float(np.median(sampling.variances)), 4))
    basis = orthonormal_columns(design.X)
    values = y / math.sqrt(unit)
    offset = basis.T @ values
    ties = component_ties(
        [level.index for level in grouping.levels],
        grouping.outcome,
        None if grouping.within is None else grouping.within.index,
        spec.structure,
    )
    stacks = stack_clusters(
        values - basis @ offset, basis, sampling.clusters, [block / unit for block in sampling.blocks], ties
    )
    return _Scaled(stacks=stacks, unit=unit, turn=basis.T @ design.X, offset=offset)


def _start(without: SamplingFit, df: int, frame: Frame) -> float:
    """The moment estimate of all variances together, in equal parts; at least 5% of the typical variance.

    And at least 1% of the median one, which is near 1: a row that others nearly imply has a conditional
    variance near 0, and would make the typical one as small.
    """
    moment = (without.Q - df) / float(without.precision.sum())
    total = max(moment, 0.05 * without.typical_variance(), _LEAST_START)
    return total / (frame.n_levels + (frame.structure is not None))


def _result(
    effects: EffectSet,
    grouping: Grouping,
    sampling: Sampling,
    design: Design,
    spec: MultilevelSpec,
    scaled: _Scaled,
    likelihood: Likelihood,
    frame: Frame,
    fitted: Fitted,
    without: SamplingFit,
    parts: Parts,
) -> MultilevelResult:
    k, p = likelihood.k, likelihood.p
    back = np.linalg.inv(scaled.turn)
    estimates = math.sqrt(scaled.unit) * back @ (fitted.at.coefficients + scaled.offset)
    covariance = scaled.unit * back @ fitted.at.covariance @ back.T
    groups = [*grouping.levels, *([] if grouping.within is None else [grouping.within])]
    df = degrees_of_freedom(design, groups, spec)
    observations = k - p if spec.method == "REML" else k
    criteria = criteria_of(
        fitted.at.value - 0.5 * observations * math.log(scaled.unit),
        k,
        p,
        frame.n_parameters,
        restricted=spec.method == "REML",
    )
    return MultilevelResult(
        spec=spec,
        effects=effects,
        yi=effects.yi,
        design=design.X,
        names=design.names,
        clusters=sampling.clusters,
        cluster_names=sampling.names,
        sampling_blocks=sampling.blocks,
        working_blocks=_working(grouping, sampling, parts),
        coefficients=_read_only(estimates),
        cov_coefficients=_read_only(covariance),
        table=coefficient_table(design.names, estimates, covariance, df, spec.level),
        levels=grouping.levels,
        components=parts.levels,
        outcomes=parts.outcomes,
        QE=heterogeneity_test(without, k - p),
        omnibus=omnibus_of(design, estimates, covariance, df),
        typical_variance=scaled.unit * without.typical_variance(),
        I2=parts.I2,
        pi=_prediction(design, parts, estimates, covariance, df, spec.level),
        log_likelihood=criteria.log_likelihood,
        aic=criteria.aic,
        bic=criteria.bic,
        aicc=criteria.aicc,
        n_parameters=p + frame.n_parameters,
        search=fitted.search,
        findings=findings_of(grouping, parts, fitted),
    )


def _working(grouping: Grouping, sampling: Sampling, parts: Parts) -> tuple[Array, ...]:
    """V + the random effects, per cluster."""
    blocks = []
    for rows, known in zip(sampling.clusters, sampling.blocks, strict=True):
        block = known.copy()
        for level, component in zip(grouping.levels, parts.levels, strict=True):
            own = level.index[rows]
            block += component.variance * (own[:, None] == own)
        if not isinstance(parts.outcomes, NotEstimable):
            study, outcome = parts.outcomes.within.index[rows], parts.outcomes.index[rows]
            block += (study[:, None] == study) * parts.outcomes.covariance[np.ix_(outcome, outcome)]
        blocks.append(_read_only(block))
    return tuple(blocks)


def _prediction(
    design: Design, parts: Parts, estimates: Array, covariance: Array, df: tuple[float, ...], level: float
) -> Interval | NotEstimable:
    """b +- quantile sqrt(se2 + all variances)."""
    if len(design.names) > 1 or design.intercept is None:
        return NotEstimable("with moderators the prediction differs from effect to effect")
    if not isinstance(parts.outcomes, NotEstimable) and len(parts.outcomes.variances) > 1:
        return NotEstimable("each outcome has a variance of its own, so the prediction differs")
    total = sum(component.variance for component in parts.levels)
    if not isinstance(parts.outcomes, NotEstimable):
        total += parts.outcomes.variances[0].variance
    half = two_sided_quantile(1 - level, df[0]) * math.sqrt(float(covariance[0, 0]) + total)
    return Interval(float(estimates[0]) - half, float(estimates[0]) + half, level)


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array
