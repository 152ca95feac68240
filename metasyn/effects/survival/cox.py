"""The hazard ratio of two groups from individual times, by Cox regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.hazard_ratio import Estimate
from metasyn.effects.survival.individual import RiskSets, risk_sets
from metasyn.values import NotEstimable
from metasyn.vocabulary import CoxTies, require_option

__all__ = ["cox_hazard_ratio"]

# Newton steps after the fit: the last one changes nothing.
_POLISH = 3


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
    (Cox 1972, 10.1111/j.2517-6161.1972.tb00899.x). The fit is statsmodels' `PHReg`.

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
    from statsmodels.duration.hazard_regression import PHReg

    times = np.concatenate([np.asarray(times_1, dtype=float), np.asarray(times_2, dtype=float)])
    status = np.concatenate([np.asarray(events_1, dtype=float), np.asarray(events_2, dtype=float)])
    first = np.zeros((times.size, 1))
    first[: np.size(times_1)] = 1.0
    # PHReg's risk sets do not depend on the unit of time; ranks keep ties exact.
    ranks = np.unique(times, return_inverse=True)[1].astype(float)
    model = PHReg(ranks, first, status=status.astype(int), ties=ties)
    beta = np.asarray(model.fit(disp=0).params, dtype=float)
    for _ in range(_POLISH):
        beta = beta - model.score(beta) / model.hessian(beta)[0]
    information = -float(model.hessian(beta)[0, 0])
    if not (np.isfinite(beta).all() and information > 0):
        return NotEstimable("the Cox regression did not converge")
    return float(beta[0]), 1 / information


def _has_maximum(sets: RiskSets) -> bool:
    """Whether each group has an event while the other is at risk."""
    return bool(
        (sets.events_1[sets.at_risk_2 > 0] > 0).any() and (sets.events_2[sets.at_risk_1 > 0] > 0).any()
    )
