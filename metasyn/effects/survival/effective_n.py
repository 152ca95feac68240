"""How many participants stand behind a proportion whose interval is printed: the effective number.

A Kaplan-Meier estimate with its interval, or a proportion printed without n, is worth as much as a
plain proportion of this many participants. Where nobody was censored it is their true number.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import betaincinv, expit, logit, ndtri

from metasyn.errors import OptionError
from metasyn.numerics.roots import bracketed_root
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ProportionInterval, require_option

__all__ = ["effective_n", "effective_n_at_risk", "proportion_interval", "se_from_interval"]

_Function = Callable[[float], float]

# More participants than any study has.
_MOST = 1e12


def effective_n(
    proportion: float, interval: Interval, *, method: ProportionInterval = "log-log"
) -> float | NotEstimable:
    """The n for which a proportion has an interval as wide as the printed one.

    For `plain`, `log`, `log-log` and `logit` the standard error is read from the bounds on that
    scale, and `n = p (1 - p) / se²` with se on the scale of the proportion (Greenwood's variance
    set equal to that of a plain proportion). For `wilson` and `clopper-pearson` the n is sought
    for which the interval of `n p` events has the printed width.

    Parameters
    ----------
    proportion : float
        Survival at a time point, or any proportion, 0 to 1.
    interval : Interval
        On the same scale, 0 to 1.
    method : {'plain', 'log', 'log-log', 'logit', 'wilson', 'clopper-pearson'}
        How the source made it. Kaplan-Meier: `log-log` in SAS and Stata, `log` in R unless told
        otherwise, `plain` in older reports. A plain proportion: mostly `clopper-pearson`.

    Returns
    -------
    float or NotEstimable
        Participants, in general no whole number.

    Raises
    ------
    OptionError
        If the method is not one of these words.

    References
    ----------
    The transformed intervals: Borgan & Liestøl, Scand J Stat 1990;17:35-41. Wilson 1927
    (10.1080/01621459.1927.10502953); Clopper & Pearson 1934 (10.1093/biomet/26.4.404).

    Examples
    --------
    >>> round(effective_n(0.5, Interval(0.402, 0.598), method="plain"), 1)
    100.0
    >>> round(effective_n(0.0, Interval(0.0, 0.1372), method="clopper-pearson"), 1)
    25.0
    """
    require_option("method", method, ProportionInterval)
    if not (0 <= interval.low <= proportion <= interval.high <= 1):
        return NotEstimable("the proportion does not lie in its interval, or they do not lie between 0 and 1")
    if interval.low == interval.high:
        return NotEstimable("the interval has no width")
    if method in ("wilson", "clopper-pearson"):
        return _n_of_width(proportion, interval, method)
    se = se_from_interval(proportion, interval, method=method)
    return se if isinstance(se, NotEstimable) else proportion * (1 - proportion) / se**2


def se_from_interval(
    proportion: float, interval: Interval, *, method: ProportionInterval = "log-log"
) -> float | NotEstimable:
    """Standard error of a proportion from its interval, on the scale of the proportion.

    `se = (g(U) - g(L)) / (2 z) / |g'(p)|`, with g the scale the interval was made on: `plain`
    g(p) = p, `log` ln p, `log-log` ln(-ln p), `logit` ln(p / (1 - p)).

    Parameters
    ----------
    proportion : float
        0 to 1, neither of them except for `plain`.
    interval : Interval
        On the same scale.
    method : {'plain', 'log', 'log-log', 'logit'}
        How the source made it.

    Examples
    --------
    >>> round(se_from_interval(0.5, Interval(0.402, 0.598), method="plain"), 4)
    0.05
    """
    scale = _SCALES.get(require_option("method", method, ProportionInterval))
    if scale is None:
        raise OptionError(f"method={method!r} makes an interval without a standard error; use effective_n.")
    transform, slope = scale
    if method != "plain" and not (0 < proportion < 1 and interval.low > 0):
        return NotEstimable("a proportion or bound of 0 has no logarithm")
    # Software cuts bounds at 1; on these scales no interval ends there.
    if method in ("log-log", "logit") and interval.high >= 1:
        return NotEstimable("a bound of 1 does not lie on this scale")
    if method in ("plain", "log") and (interval.high >= 1 or interval.low <= 0):
        return NotEstimable("a bound at 0 or 1 was cut, the width says nothing about the standard error")
    z = -float(ndtri((1 - interval.level) / 2))
    width = abs(transform(interval.high) - transform(interval.low)) / (2 * z)
    return width / abs(slope(proportion))


def effective_n_at_risk(survival: float, at_risk: float) -> float | NotEstimable:
    """Effective n of a Kaplan-Meier estimate from the number still at risk then, `R / S`.

    From Peto's variance `S² (1 - S) / R`, which is on the safe side: Greenwood's is smaller where
    participants were censored late (Peto 1977, 10.1038/bjc.1977.1). Without censoring R / S is the
    number at the start.

    Parameters
    ----------
    survival : float
        Share without the event at the time point.
    at_risk : float
        Participants still at risk then.

    Examples
    --------
    >>> effective_n_at_risk(0.5, 40)
    80.0
    """
    if not (0 < survival <= 1 and at_risk > 0):
        return NotEstimable("nobody is left at the time point")
    return at_risk / survival


def proportion_interval(
    proportion: float, n: float, *, method: ProportionInterval, level: float = 0.95
) -> Interval:
    """The interval of a proportion of n participants by any of the methods, n not necessarily whole.

    Parameters
    ----------
    proportion : float
        0 to 1; strictly between for `log`, `log-log`, `logit`.
    n : float
        Participants.
    method : {'plain', 'log', 'log-log', 'logit', 'wilson', 'clopper-pearson'}
        See `effective_n`; nothing is cut at 0 or 1.
    level : float
        As a proportion.

    Examples
    --------
    >>> interval = proportion_interval(0.3, 10, method="wilson")
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.1078, 0.6032)
    """
    require_option("method", method, ProportionInterval)
    if method in ("wilson", "clopper-pearson"):
        low, high = _BOUNDS[method](proportion, n, (1 - level) / 2)
        return Interval(low, high, level)
    transform, slope = _SCALES[method]
    reach = -float(ndtri((1 - level) / 2)) * math.sqrt(proportion * (1 - proportion) / n) * slope(proportion)
    low, high = sorted(_BACK[method](transform(proportion) + side * reach) for side in (-1, 1))
    return Interval(low, high, level)


def _n_of_width(proportion: float, interval: Interval, method: str) -> float | NotEstimable:
    """The n whose interval is as wide as the printed one; the width falls as n grows."""
    half, bounds, width = (1 - interval.level) / 2, _BOUNDS[method], interval.high - interval.low

    def excess(log_n: float) -> float:
        low, high = bounds(proportion, math.exp(log_n), half)
        return (high - low) - width

    lowest, highest = math.log(1e-6), math.log(_MOST)
    if excess(lowest) <= 0 or excess(highest) >= 0:
        return NotEstimable("no number of participants gives an interval of this width")
    return math.exp(bracketed_root(excess, lowest, highest).root)


def _wilson(p: float, n: float, half: float) -> tuple[float, float]:
    """Roots of (p - x)² = z² x (1 - x) / n."""
    z2 = float(ndtri(half)) ** 2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return centre - reach, centre + reach


def _clopper_pearson(p: float, n: float, half: float) -> tuple[float, float]:
    """Beta quantiles, with as many events as n p, whole or not."""
    x = n * p
    low = float(betaincinv(x, n - x + 1, half)) if p > 0 else 0.0
    high = float(betaincinv(x + 1, n - x, 1 - half)) if p < 1 else 1.0
    return low, high


def _log_log(p: float) -> float:
    return math.log(-math.log(p))


# The scale an interval was made on, and its slope.
_SCALES: dict[str, tuple[_Function, _Function]] = {
    "plain": (lambda p: p, lambda p: 1.0),
    "log": (math.log, lambda p: 1 / p),
    "log-log": (_log_log, lambda p: 1 / (p * math.log(p))),
    "logit": (lambda p: float(logit(p)), lambda p: 1 / (p * (1 - p))),
}
_BACK: dict[str, _Function] = {
    "plain": lambda y: y,
    "log": math.exp,
    "log-log": lambda y: math.exp(-math.exp(y)),
    "logit": lambda y: float(expit(y)),
}
_BOUNDS: dict[str, Callable[[float, float, float], tuple[float, float]]] = {
    "wilson": _wilson,
    "clopper-pearson": _clopper_pearson,
}
