"""What is asked of an outcome with enough effects: small-study effects, and the order in time."""

from __future__ import annotations

from metasyn.analysis.result import SmallStudy
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError
from metasyn.synthesis.model import SynthesisSpec
from metasyn.synthesis.sensitivity import Cumulative, cumulative
from metasyn.synthesis.small_study import (
    MIN_STUDIES,
    RankTest,
    RegressionTest,
    TrimFill,
    recommended_test,
    small_study_effects,
    trim_and_fill,
)
from metasyn.values import NotEstimable

__all__ = ["by_year", "small_study"]

_FEWEST_IN_TIME = 5


def small_study(effects: EffectSet, spec: SynthesisSpec) -> SmallStudy | NotEstimable:
    """The test of small-study effects that fits the measure, with trim and fill beside it.

    Parameters
    ----------
    effects : EffectSet
    spec : SynthesisSpec
        Gives the estimator of tau2 and the level of trim and fill.

    Returns
    -------
    SmallStudy or NotEstimable
        NotEstimable below ten effects (Sterne 2011, 10.1136/bmj.d4002).
    """
    if effects.k < MIN_STUDIES:
        return NotEstimable(f"fewer than {MIN_STUDIES} results cannot tell chance from small-study effects")
    return SmallStudy(
        advice=recommended_test(effects.measure.code),
        test=_test(effects),
        trim_fill=_trim_fill(effects, spec),
    )


def _test(effects: EffectSet) -> RegressionTest | RankTest | NotEstimable:
    try:
        return small_study_effects(effects)
    except NotEstimableError as error:
        return NotEstimable(str(error).rstrip("."))


def _trim_fill(effects: EffectSet, spec: SynthesisSpec) -> TrimFill | NotEstimable:
    try:
        return trim_and_fill(effects, tau2_method=spec.tau2_method, level=spec.level)
    except NotEstimableError as error:
        return NotEstimable(str(error).rstrip("."))


def by_year(effects: EffectSet, spec: SynthesisSpec) -> Cumulative | None:
    """The effects entering by the year of their study.

    Parameters
    ----------
    effects : EffectSet
    spec : SynthesisSpec

    Returns
    -------
    Cumulative or None
        None below five effects, where the year of a study is not known, and where all years are one.
    """
    years = [effect.attributes.get("year", "") for effect in effects.effects]
    if effects.k < _FEWEST_IN_TIME or not all(years) or len(set(years)) == 1:
        return None
    return cumulative(effects, order="year", spec=spec)
