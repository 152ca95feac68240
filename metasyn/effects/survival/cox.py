"""The hazard ratio of two groups from individual times, by Cox regression."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from metasyn.effects.hazard_ratio import Estimate
from metasyn.effects.survival.individual import RiskSets, risk_sets
from metasyn.values import NotEstimable
from metasyn.vocabulary import CoxTies, require_option

__all__ = ["cox_hazard_ratio"]

# A log hazard ratio lies well within; steps end where the next one changes nothing.
_FURTHEST, _SAME, _MOST_STEPS = 700.0, 1e-12, 200


def cox_hazard_ratio(
    times_1: ArrayLike,
    events_1: ArrayLike,
    times_2: ArrayLike,
    events_2: ArrayLike,
    *,
    ties: CoxTies = "efron",
) -> Estimate | NotEstimable:
    """Log hazard ratio of the first group against the second, by Cox regression.

    `yi` maximises the partial likelihood, `vi` is the inverse of the observed information there
    (Cox 1972, 10.1111/j.2517-6161.1972.tb00899.x).

    Parameters
    ----------
    times_1, events_1 : array_like of shape (n1,)
        Times of the first group, not negative; 1 where the time ends with the event, 0 where it is
        censored.
    times_2, events_2 : array_like of shape (n2,)
        The same of its comparator, in the same unit.
    ties : {'efron', 'breslow'}
        Events at the same time. Efron's is the closer approximation
        (10.1080/01621459.1977.10480613).

    Returns
    -------
    (yi, vi) or NotEstimable
        Not estimable where the likelihood has no maximum: no event of one group falls into the
        time in which the other is still at risk.

    Raises
    ------
    OptionError
        If a column is empty or holds anything else, or `ties` is not one of these words.

    Examples
    --------
    >>> yi, vi = cox_hazard_ratio([5, 8, 12, 14], [1, 1, 0, 1], [2, 4, 6, 9], [1, 1, 1, 1])
    >>> round(yi, 4), round(vi**0.5, 4)
    (-1.2427, 0.8777)
    """
    require_option("ties", ties, CoxTies)
    sets = risk_sets(times_1, events_1, times_2, events_2)
    if not _has_maximum(sets):
        return NotEstimable(
            "no event of one group falls into the time in which the other is still at risk: "
            "the hazard ratio is 0 or infinite"
        )
    return _fit(sets, ties)


def _fit(sets: RiskSets, ties: CoxTies) -> Estimate | NotEstimable:
    """Where the score is 0, by Newton steps that stay where its sign says the maximum is.

    Each event is one draw from those at risk: with a of the first and c of the second group among
    them it is one of the first with probability `a e^b / (a e^b + c)`. The score falls in b.
    """
    first, second = _draws(sets, ties)
    observed = float(sets.events_1.sum())
    with np.errstate(divide="ignore"):
        offset = np.log(first) - np.log(second)
    low, high, beta = -_FURTHEST, _FURTHEST, 0.0
    for _ in range(_MOST_STEPS):
        share = expit(beta + offset)
        score, information = observed - float(share.sum()), float((share * (1 - share)).sum())
        low, high = (beta, high) if score > 0 else (low, beta)
        step = beta + score / information if information > 0 else math.nan
        after = step if low < step < high else (low + high) / 2
        if abs(after - beta) <= _SAME * max(1.0, abs(beta)):
            return after, 1 / information
        beta = after
    return NotEstimable("the Cox regression did not converge")


def _draws(sets: RiskSets, ties: CoxTies) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Who each event is drawn from, by group: of d at one time the j-th by Efron from those less j/d of d."""
    d = (sets.events_1 + sets.events_2).astype(int)
    place = np.repeat(np.arange(d.size), d)
    order = np.arange(place.size) - np.repeat(np.cumsum(d) - d, d)
    gone = order / d[place] if ties == "efron" else np.zeros(place.size)
    return (
        sets.at_risk_1[place] - gone * sets.events_1[place],
        sets.at_risk_2[place] - gone * sets.events_2[place],
    )


def _has_maximum(sets: RiskSets) -> bool:
    """Whether each group has an event while the other is at risk."""
    return bool(
        (sets.events_1[sets.at_risk_2 > 0] > 0).any() and (sets.events_2[sets.at_risk_1 > 0] > 0).any()
    )
