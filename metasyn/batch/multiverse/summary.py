"""What a multiverse says on each scale: shares of conclusions, and how far estimates spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.model import CONCLUSIONS, Multiverse
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.values import Interval

__all__ = ["Scale", "Summary", "main_conclusion", "scales", "summary"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Analysis scales of one thing, a proportion: their results are compared as proportions.
_PROPORTIONS = ("PLO", "PAS", "PR", "PLN")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """The different results on one scale: those of one measure, or of all measures of a proportion.

    A hazard ratio, a risk ratio and a risk difference are not numbers of one kind: their estimates are never
    on one axis, and no median or range is taken over them.

    Attributes
    ----------
    name : str
        Codes of the measures.
    measure : EffectMeasure
        Of the axis: where there are several measures, the plain proportion.
    null : float or None
        No effect, or the threshold, on that axis.
    numbers : ndarray of int, shape (n,)
        Numbers of the results, in the order of their estimates (then of their intervals).
    estimate, low, high : ndarray of shape (n,)
        On the analysis scale of `measure`.
    conclusion : ndarray of int, shape (n,)
        Place in `CONCLUSIONS`; -1 where there is nothing to compare with.
    rows : ndarray of int
        All specifications on this scale, also those without a result.
    headline : tuple of float or None
        Estimate and ends of the interval of the main result, where it is on this scale.
    """

    name: str
    measure: EffectMeasure
    null: float | None
    numbers: Integers
    estimate: Array
    low: Array
    high: Array
    conclusion: Integers
    rows: Integers
    headline: tuple[float, float, float] | None


def scales(many: Multiverse) -> tuple[Scale, ...]:
    """The results, apart for every scale; the scale of the main result first.

    Parameters
    ----------
    many : Multiverse

    Returns
    -------
    tuple of Scale
        Also of scales without any result.
    """
    together = [i for i, one in enumerate(many.measures) if one.code in _PROPORTIONS]
    groups: list[list[int]] = []
    for i in range(len(many.measures)):
        if len(together) > 1 and i in together:
            if i == together[0]:
                groups.append(together)
        else:
            groups.append([i])
    own = next((i for i, m in enumerate(many.measures) if m.code == many.headline.measure.code), 0)
    ordered = sorted(groups, key=lambda group: own not in group)
    return tuple(_scale(many, group) for group in ordered)


def _scale(many: Multiverse, group: list[int]) -> Scale:
    """The results of some measures."""
    codes = [many.measures[i].code for i in group]
    measure = many.measures[group[0]] if len(group) == 1 else get_measure("PR")
    column = many.chosen[:, many.place("measure")]
    rows = np.flatnonzero(np.isin(column, group))
    first = many.first_rows()
    first = first[np.isin(column[first], group)]
    figures = np.stack([many.estimate[first], many.ci_low[first], many.ci_high[first]])
    null = many.null(many.measures[group[0]])
    ends = _headline(many, codes)
    if len(group) > 1:
        for i in group:
            mine = column[first] == i
            figures[:, mine] = np.vectorize(many.measures[i].to_natural, otypes=[float])(figures[:, mine])
        null = many.threshold
        ends = None if ends is None else tuple(map(many.headline.measure.to_natural, ends))  # type: ignore[assignment]
    order = np.lexsort((figures[2], figures[1], figures[0]))
    first, figures = first[order], figures[:, order]
    return Scale(
        name=", ".join(codes),
        measure=measure,
        null=null,
        numbers=many.result[first],
        estimate=figures[0],
        low=figures[1],
        high=figures[2],
        conclusion=many.conclusions()[first],
        rows=rows,
        headline=ends,
    )


def _headline(many: Multiverse, codes: Sequence[str]) -> tuple[float, float, float] | None:
    estimate, ci = many.headline.estimate, many.headline.ci
    if many.headline.measure.code not in codes or not isinstance(ci, Interval):
        return None
    assert isinstance(estimate, float)
    return estimate, ci.low, ci.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One scale in numbers; shares are of different results, None where there is nothing to share.

    Attributes
    ----------
    scale : str
    n : int
        Specifications.
    n_results : int
        Different results among them.
    n_without : int
        Specifications without an estimate or interval.
    median, lowest, highest : float or None
        Of the estimates, on the analysis scale of the scale's measure.
    below, includes, above : float or None
        Shares of results whose interval lies below the value of no effect, includes it, lies above.
    same_direction : float or None
        Share with the estimate on the same side of no effect as the main result.
    same_conclusion : float or None
        Share with the interval on the same side as that of the main result.
    """

    scale: str
    n: int
    n_results: int
    n_without: int
    median: float | None
    lowest: float | None
    highest: float | None
    below: float | None
    includes: float | None
    above: float | None
    same_direction: float | None
    same_conclusion: float | None


def summary(many: Multiverse, scale: Scale) -> Summary:
    """The numbers of one scale.

    Parameters
    ----------
    many : Multiverse
    scale : Scale
        One of `scales(many)`.

    Returns
    -------
    Summary
    """
    n = scale.estimate.size
    known = scale.conclusion[scale.conclusion >= 0]
    shares = [float((known == i).mean()) if known.size else None for i in range(len(CONCLUSIONS))]
    direction = conclusion = None
    main = main_conclusion(many)
    if scale.null is not None and n and not _unknown(many):
        side = np.sign(scale.estimate - scale.null)
        direction = float((side == _main_side(many)).mean())
        conclusion = float((known == main).mean()) if main >= 0 and known.size else None
    return Summary(
        scale=scale.name,
        n=scale.rows.size,
        n_results=n,
        n_without=int((many.result[scale.rows] < 0).sum()),
        median=float(np.median(scale.estimate)) if n else None,
        lowest=float(scale.estimate[0]) if n else None,
        highest=float(scale.estimate[-1]) if n else None,
        below=shares[0],
        includes=shares[1],
        above=shares[2],
        same_direction=direction,
        same_conclusion=conclusion,
    )


def _unknown(many: Multiverse) -> bool:
    """Whether the main result has no direction."""
    return not isinstance(many.headline.estimate, float) or many.null(many.headline.measure) is None


def _main_side(many: Multiverse) -> float:
    null = many.null(many.headline.measure)
    assert null is not None
    assert isinstance(many.headline.estimate, float)
    return float(np.sign(many.headline.estimate - null))


def main_conclusion(many: Multiverse) -> int:
    """Place in `CONCLUSIONS` of the main result; -1 where it has none."""
    ci, null = many.headline.ci, many.null(many.headline.measure)
    if not isinstance(ci, Interval) or null is None:
        return -1
    return 0 if ci.high < null else 2 if ci.low > null else 1
