"""On which side of no effect an interval lies, and what leaving a study out changes about that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from metasyn.effects.measure import EffectMeasure
from metasyn.values import Interval, NotEstimable

if TYPE_CHECKING:
    from metasyn.synthesis.model import SynthesisResult
    from metasyn.synthesis.sensitivity import LeaveOneOut

__all__ = ["Side", "side", "significant", "turning"]

Side = Literal["below", "above", "both", ""]


def side(interval: Interval | NotEstimable, measure: EffectMeasure) -> Side:
    """Where an interval of the analysis scale lies.

    Parameters
    ----------
    interval : Interval or NotEstimable
    measure : EffectMeasure

    Returns
    -------
    {'below', 'above', 'both', ''}
        With respect to no effect; an interval that ends there is on both. Empty where there is no
        interval, or the measure has no value of no effect.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> side(Interval(-0.5, -0.1), get_measure("HR")), side(Interval(-0.5, 0.0), get_measure("HR"))
    ('below', 'both')
    """
    if isinstance(interval, NotEstimable) or measure.null is None:
        return ""
    if interval.high < measure.null:
        return "below"
    return "above" if interval.low > measure.null else "both"


def turning(result: SynthesisResult, found: Sequence[LeaveOneOut]) -> tuple[LeaveOneOut, ...] | None:
    """The effects without which the interval lies on another side of no effect.

    Parameters
    ----------
    result : SynthesisResult
        With all effects.
    found : sequence of LeaveOneOut

    Returns
    -------
    tuple of LeaveOneOut or None
        From one side to the other as well as on or off the value itself. A synthesis without an interval
        lies on no side and changes nothing; None if that of all effects does.

    Examples
    --------
    >>> from metasyn.synthesis import leave_one_out, pool
    >>> result = pool(yi=[-0.9, -0.1, 0.2], sei=[0.1, 0.2, 0.2], measure="HR", ci_method="wald",
    ...               model="common-effect", labels=["A", "B", "C"])
    >>> [one.omitted for one in turning(result, leave_one_out(result))]
    ['A']
    """
    measure = result.effects.measure
    main = side(result.ci, measure)
    if not main:
        return None
    return tuple(one for one in found if side(one.result.ci, measure) not in (main, ""))


def significant(pvalue: float, level: float) -> bool:
    """Whether p lies below one minus the level, which is 0.05 for 0.95, not the binary number next to it.

    Examples
    --------
    >>> significant(0.05, 0.95), significant(0.0499, 0.95), 0.05 < 1 - 0.95
    (False, True, True)
    """
    return pvalue < round(1 - level, 12)
