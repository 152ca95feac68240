"""Effects from survival at one time point: hazard ratios of two groups, proportions of one.

A hazard ratio from one time point uses a fraction of the information of the trial and depends on
where the point was chosen; it stands behind every route that uses all events.
"""

from __future__ import annotations

import math

from scipy.special import logit

from metasyn.effects.hazard_ratio import Estimate, quantile
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ProportionMeasure, require_option

__all__ = [
    "cumulative_hazard",
    "cumulative_hazard_from_interval",
    "cumulative_hazard_from_se",
    "proportion_and_n",
    "survival_and_n",
    "survival_ratio",
]


def cumulative_hazard(survival: float, n: float) -> Estimate | NotEstimable:
    """Log of the cumulative hazard at a time point, from survival and participants.

    `y = ln(-ln S)`, `v = (1 - S) / (n S (ln S)²)`: the variance `S (1 - S) / n` of a proportion by
    the delta method.

    Parameters
    ----------
    survival : float
        Share without the event, strictly between 0 and 1.
    n : float
        Participants. True to the variance only if nobody was censored before the time point; else
        an effective number, see `effective_n` and `effective_n_at_risk`.

    Returns
    -------
    (y, v) or NotEstimable

    Examples
    --------
    >>> y, v = cumulative_hazard(0.5, 100)
    >>> round(y, 4), round(v, 4)
    (-0.3665, 0.0208)
    """
    if not n > 0:
        return NotEstimable("the number of participants is not positive")
    return cumulative_hazard_from_se(survival, math.sqrt(max(survival * (1 - survival), 0.0) / n))


def cumulative_hazard_from_se(survival: float, se: float) -> Estimate | NotEstimable:
    """Log of the cumulative hazard at a time point, from survival and its standard error.

    `y = ln(-ln S)`, `v = (se / (S ln S))²`, by the delta method.

    Parameters
    ----------
    survival : float
        Share without the event, strictly between 0 and 1.
    se : float
        Standard error on the same scale, as by Greenwood's formula.

    Examples
    --------
    >>> y, v = cumulative_hazard_from_se(0.5, 0.05)
    >>> round(y, 4), round(v, 4)
    (-0.3665, 0.0208)
    """
    if not 0 < survival < 1:
        return NotEstimable(f"survival of {survival:g} has no log cumulative hazard with a standard error")
    if not (se > 0 and math.isfinite(se)):
        return NotEstimable("the standard error of survival is not positive")
    hazard = -math.log(survival)
    return math.log(hazard), (se / (survival * hazard)) ** 2


def cumulative_hazard_from_interval(survival: float, interval: Interval) -> Estimate | NotEstimable:
    """Log of the cumulative hazard at a time point, from survival and its log-log interval.

    `y = ln(-ln S)`, `sqrt(v) = (ln(-ln L) - ln(-ln U)) / (2 z)`. For an interval made another way
    take its standard error by `se_from_interval`.

    Parameters
    ----------
    survival : float
        Share without the event, strictly between 0 and 1.
    interval : Interval
        On the same scale, any level.

    Examples
    --------
    >>> y, v = cumulative_hazard_from_interval(0.5, Interval(0.3988, 0.5925))
    >>> round(y, 4), round(v, 4)
    (-0.3665, 0.0206)
    """
    if not (0 < survival < 1 and 0 < interval.low < interval.high < 1):
        return NotEstimable("survival or a bound of its interval is 0 or 1")
    reach = math.log(-math.log(interval.low)) - math.log(-math.log(interval.high))
    return math.log(-math.log(survival)), (reach / (2 * quantile(interval.level))) ** 2


def survival_ratio(
    first: Estimate | NotEstimable, second: Estimate | NotEstimable
) -> Estimate | NotEstimable:
    """Log hazard ratio from the log cumulative hazards of two groups at one time point.

    `yi = ln(-ln S1) - ln(-ln S2)`, that is `HR = ln S1 / ln S2`; the variances add. Assumes hazards
    that are proportional up to the time point (Parmar 1998; Michiels 2005,
    10.1017/S0266462305050154, on what is lost).

    Parameters
    ----------
    first, second : (y, v) or NotEstimable
        Of the group and its comparator, by the functions of this module.

    Examples
    --------
    >>> yi, vi = survival_ratio(cumulative_hazard(0.6, 100), cumulative_hazard(0.5, 100))
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.3052, 0.2153)
    """
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    return first[0] - second[0], first[1] + second[1]


def survival_and_n(survival_1: float, n_1: float, survival_2: float, n_2: float) -> Estimate | NotEstimable:
    """Log hazard ratio from survival of two groups at one time point and their participants.

    `yi = ln(ln S1 / ln S2)`, `vi` the sum of `(1 - S) / (n S (ln S)²)`.

    Parameters
    ----------
    survival_1, survival_2 : float
        Shares without the event, strictly between 0 and 1.
    n_1, n_2 : float
        Participants, or effective numbers where some were censored before.

    Examples
    --------
    >>> yi, vi = survival_and_n(0.6, 100, 0.5, 100)
    >>> round(yi, 4), round(vi**0.5, 4)
    (-0.3052, 0.2153)
    """
    return survival_ratio(cumulative_hazard(survival_1, n_1), cumulative_hazard(survival_2, n_2))


def proportion_and_n(
    proportion: float, n: float, *, measure: ProportionMeasure = "PLO"
) -> Estimate | NotEstimable:
    """Effect of one proportion from its value and a number of participants that need not be whole.

    For `1 - S(t)` with an effective n, where there are no counts. `PLO`: `yi = ln(p / (1 - p))`,
    `vi = 1 / (n p (1 - p))`; `PLN`: `ln p`, `(1 - p) / (n p)`; `PAS`: `asin sqrt p`, `1 / (4 n)`;
    `PR`: `p`, `p (1 - p) / n`. For whole counts these are the formulas of `effects.proportions`.

    Parameters
    ----------
    proportion : float
        0 to 1. `1 - S(t)` is the risk of the event by t if nothing else ends follow-up: with
        competing events it is too high.
    n : float
        Participants, or their effective number.
    measure : {'PLO', 'PLN', 'PAS', 'PR'}

    Returns
    -------
    (yi, vi) or NotEstimable

    Examples
    --------
    >>> yi, vi = proportion_and_n(0.3, 10.0)
    >>> round(yi, 4), round(vi, 4)
    (-0.8473, 0.4762)
    """
    require_option("measure", measure, ProportionMeasure)
    if not (0 <= proportion <= 1 and n > 0):
        return NotEstimable("the proportion does not lie between 0 and 1, or n is not positive")
    if measure == "PAS":
        return math.asin(math.sqrt(proportion)), 0.25 / n
    if proportion in (0, 1):
        return NotEstimable(f"a proportion of {proportion:g} without counts has no standard error")
    rest = 1 - proportion
    if measure == "PLO":
        return float(logit(proportion)), 1 / (n * proportion * rest)
    if measure == "PLN":
        return math.log(proportion), rest / (n * proportion)
    return proportion, proportion * rest / n
