"""The range of a log ratio and its standard error that the rounding of the printed figures allows.

One function for each route of `hazard_ratio`, `logrank`, `timepoint` and `median_outcome`. Figures
come as `Range`: `Range.printed(0.62, 2)` for one printed to two decimals, `Range.exact(41)` for a
count; a p value as the range of its test statistic, by `p_range`.
"""

from __future__ import annotations

import math

from metasyn.effects.hazard_ratio import quantile
from metasyn.effects.survival.printed_range import EffectRange, Range, effect_range
from metasyn.vocabulary import FewerEvents, require_option

__all__ = [
    "FLATTEST_SURVIVAL",
    "log_median_range",
    "medians_and_events_range",
    "medians_and_intervals_range",
    "medians_and_p_range",
    "o_minus_e_and_p_range",
    "o_minus_e_and_v_range",
    "observed_and_expected_range",
    "ratio_and_interval_range",
    "ratio_and_p_range",
    "ratio_and_standard_error_range",
    "ratio_and_v_range",
    "statistic_and_v_range",
    "survival_and_at_risk_range",
    "survival_and_intervals_range",
    "survival_and_n_range",
    "survival_and_se_range",
]

# Where (1 - S) / (S (ln S)²) is least: the root of ln S + 2 (1 - S).
FLATTEST_SURVIVAL = 0.20318786997997992


def ratio_and_interval_range(ratio: Range, low: Range, high: Range, *, level: float = 0.95) -> EffectRange:
    """Of `ratio_and_interval`: rises in the ratio and the upper bound, falls in the lower.

    Examples
    --------
    >>> found = ratio_and_interval_range(
    ...     Range.printed(0.62, 2), Range.printed(0.45, 2), Range.printed(0.85, 2)
    ... )
    >>> round(found.sei.low, 3), round(found.sei.high, 3), round(found.weight_factor, 2)
    (0.158, 0.167, 1.11)
    """
    z = quantile(level)

    def vertex(r: float, lo: float, hi: float) -> tuple[float, float]:
        return _ln(r), _log_width(lo, hi, z)

    return effect_range(vertex, [_not_negative(x) for x in (ratio, low, high)])


def ratio_and_standard_error_range(ratio: Range, se: Range) -> EffectRange:
    """Of `ratio_and_standard_error`.

    Examples
    --------
    >>> ratio_and_standard_error_range(Range.exact(1.0), Range.printed(0.2, 1)).sei
    Range(low=0.15, high=0.25)
    """
    return effect_range(lambda r, s: (_ln(r), s), [_not_negative(ratio), _not_negative(se)])


def ratio_and_p_range(ratio: Range, z: Range) -> EffectRange:
    """Of `ratio_and_p`; the standard error turns where the ratio is 1.

    Examples
    --------
    >>> found = ratio_and_p_range(Range.printed(0.7, 1), Range(1.96, 2.05))
    >>> round(found.sei.low, 3), round(found.sei.high, 3)
    (0.14, 0.22)
    """
    return effect_range(
        lambda r, zz: (_ln(r), _over(abs(_ln(r)), zz)), [_not_negative(ratio), _not_negative(z)], [[1.0], []]
    )


def ratio_and_v_range(ratio: Range, v: Range) -> EffectRange:
    """Of `logrank.ratio_and_v`.

    Examples
    --------
    >>> ratio_and_v_range(Range.exact(1.0), Range(16, 25)).sei
    Range(low=0.2, high=0.25)
    """
    return effect_range(
        lambda r, vv: (_ln(r), _over(1.0, math.sqrt(vv))), [_not_negative(ratio), _not_negative(v)]
    )


def o_minus_e_and_v_range(o_minus_e: Range, v: Range) -> EffectRange:
    """Of `o_minus_e_and_v`; in V the estimate falls or rises with the sign of O - E.

    Examples
    --------
    >>> o_minus_e_and_v_range(Range(-13, -11), Range.exact(40)).yi
    Range(low=-0.325, high=-0.275)
    """
    return effect_range(
        lambda oe, vv: (_over(oe, vv), _over(1.0, math.sqrt(vv))), [o_minus_e, _not_negative(v)]
    )


def o_minus_e_and_p_range(o_minus_e: Range, z: Range) -> EffectRange:
    """Of `o_minus_e_and_p` and, with z the root of chi-square, `o_minus_e_and_chi_square`.

    Examples
    --------
    >>> found = o_minus_e_and_p_range(Range(-10, -8), Range.exact(2.0))
    >>> found.yi, found.sei
    (Range(low=-0.5, high=-0.4), Range(low=0.2, high=0.25))
    """

    def vertex(oe: float, zz: float) -> tuple[float, float]:
        return (math.nan, math.nan) if oe == 0 else (zz * zz / oe, zz / abs(oe))

    return effect_range(vertex, [o_minus_e, _not_negative(z)], [[0.0], []])


def observed_and_expected_range(
    observed_1: Range, expected_1: Range, observed_2: Range, expected_2: Range
) -> EffectRange:
    """Of `observed_and_expected`.

    Examples
    --------
    >>> found = observed_and_expected_range(
    ...     Range.exact(40), Range.printed(49.7, 1), Range.exact(60), Range.printed(50.3, 1)
    ... )
    >>> round(found.yi.low, 4), round(found.yi.high, 4)
    (-0.3955, -0.3915)
    """

    def vertex(o1: float, e1: float, o2: float, e2: float) -> tuple[float, float]:
        yi = (_ln(o1) - _ln(e1)) - (_ln(o2) - _ln(e2))
        return yi, math.sqrt(_over(1.0, e1) + _over(1.0, e2))

    return effect_range(vertex, [_not_negative(x) for x in (observed_1, expected_1, observed_2, expected_2)])


def statistic_and_v_range(z: Range, v: Range, *, fewer_events_in: FewerEvents) -> EffectRange:
    """Of `p_and_v` and, with z the root of chi-square, `chi_square_and_v`.

    Examples
    --------
    >>> statistic_and_v_range(Range(1.5, 2.0), Range.exact(25), fewer_events_in="cohort").yi
    Range(low=-0.4, high=-0.3)
    """
    sign = -1.0 if require_option("fewer_events_in", fewer_events_in, FewerEvents) == "cohort" else 1.0
    return effect_range(
        lambda zz, vv: (sign * _over(zz, math.sqrt(vv)), _over(1.0, math.sqrt(vv))),
        [_not_negative(z), _not_negative(v)],
    )


def medians_and_p_range(median_1: Range, median_2: Range, z: Range) -> EffectRange:
    """Of `medians_and_p`: that of the ratio of the medians and p.

    Examples
    --------
    >>> found = medians_and_p_range(Range.printed(21, 0), Range.printed(33, 0), Range.exact(2.12))
    >>> round(found.sei.low, 3), round(found.sei.high, 3)
    (0.195, 0.232)
    """
    first, second = _not_negative(median_1), _not_negative(median_2)
    ratio = Range(second.low / first.high, second.high / first.low if first.low else math.inf)
    return ratio_and_p_range(ratio, z)


def medians_and_events_range(
    median_1: Range, median_2: Range, events_1: Range, events_2: Range
) -> EffectRange:
    """Of `medians_and_events`.

    Examples
    --------
    >>> found = medians_and_events_range(
    ...     Range.printed(12, 0), Range.printed(9, 0), Range.exact(80), Range.exact(100)
    ... )
    >>> round(found.yi.low, 3), round(found.yi.high, 3), found.sei.low == found.sei.high
    (-0.386, -0.191, True)
    """

    def vertex(m1: float, m2: float, e1: float, e2: float) -> tuple[float, float]:
        return _ln(m2) - _ln(m1), math.sqrt(_over(1.0, e1) + _over(1.0, e2))

    return effect_range(vertex, [_not_negative(x) for x in (median_1, median_2, events_1, events_2)])


def medians_and_intervals_range(
    median_1: Range,
    median_2: Range,
    bounds_1: tuple[Range, Range],
    bounds_2: tuple[Range, Range],
    *,
    levels: tuple[float, float] = (0.95, 0.95),
) -> EffectRange:
    """Of `medians_and_intervals`.

    Examples
    --------
    >>> found = medians_and_intervals_range(
    ...     Range.printed(11.0, 1),
    ...     Range.printed(10.1, 1),
    ...     (Range.printed(8.9, 1), Range.printed(13.6, 1)),
    ...     (Range.printed(7.0, 1), Range.printed(16.5, 1)),
    ... )
    >>> round(found.sei.low, 3), round(found.sei.high, 3)
    (0.241, 0.247)
    """
    z_1, z_2 = (quantile(level) for level in levels)

    def vertex(m1: float, m2: float, l1: float, u1: float, l2: float, u2: float) -> tuple[float, float]:
        return _ln(m2) - _ln(m1), math.hypot(_log_width(l1, u1, z_1), _log_width(l2, u2, z_2))

    return effect_range(vertex, [_not_negative(x) for x in (median_1, median_2, *bounds_1, *bounds_2)])


def survival_and_n_range(survival_1: Range, n_1: Range, survival_2: Range, n_2: Range) -> EffectRange:
    """Of `survival_and_n`; the variance turns where survival is about 0.203.

    Examples
    --------
    >>> found = survival_and_n_range(
    ...     Range.printed(0.6, 2), Range.exact(100), Range.printed(0.5, 2), Range.exact(100)
    ... )
    >>> round(found.yi.low, 3), round(found.yi.high, 3)
    (-0.336, -0.275)
    """

    def vertex(s1: float, n1: float, s2: float, n2: float) -> tuple[float, float]:
        return _log_hazard(s1) - _log_hazard(s2), math.sqrt(_spread(s1, n1) + _spread(s2, n2))

    return effect_range(
        vertex,
        [_share(survival_1), _not_negative(n_1), _share(survival_2), _not_negative(n_2)],
        [[FLATTEST_SURVIVAL], [], [FLATTEST_SURVIVAL], []],
    )


def survival_and_at_risk_range(
    survival_1: Range, at_risk_1: Range, survival_2: Range, at_risk_2: Range
) -> EffectRange:
    """Of `survival_and_n` with `effective_n_at_risk`; the variance rises in survival.

    Examples
    --------
    >>> found = survival_and_at_risk_range(
    ...     Range.printed(0.6, 2), Range.exact(60), Range.printed(0.5, 2), Range.exact(50)
    ... )
    >>> round(found.sei.low, 4), round(found.sei.high, 4)
    (0.2132, 0.2174)
    """

    def vertex(s1: float, r1: float, s2: float, r2: float) -> tuple[float, float]:
        spread = (_spread(s, _over(r, s)) if s > 0 else 0.0 for s, r in ((s1, r1), (s2, r2)))
        return _log_hazard(s1) - _log_hazard(s2), math.sqrt(sum(spread))

    figures = [_share(survival_1), _not_negative(at_risk_1), _share(survival_2), _not_negative(at_risk_2)]
    return effect_range(vertex, figures)


def survival_and_se_range(survival_1: Range, se_1: Range, survival_2: Range, se_2: Range) -> EffectRange:
    """Of `survival_ratio` with `cumulative_hazard_from_se`; the variance turns at survival 1 / e.

    Examples
    --------
    >>> found = survival_and_se_range(
    ...     Range.exact(0.6), Range.printed(0.05, 2), Range.exact(0.5), Range.printed(0.05, 2)
    ... )
    >>> round(found.sei.low, 3), round(found.sei.high, 3)
    (0.196, 0.24)
    """

    def vertex(s1: float, e1: float, s2: float, e2: float) -> tuple[float, float]:
        parts = (_over(e, s * -_ln(s) if s > 0 else 0.0) for s, e in ((s1, e1), (s2, e2)))
        return _log_hazard(s1) - _log_hazard(s2), math.hypot(*parts)

    turn = [math.exp(-1)]
    return effect_range(
        vertex,
        [_share(survival_1), _not_negative(se_1), _share(survival_2), _not_negative(se_2)],
        [turn, [], turn, []],
    )


def survival_and_intervals_range(
    survival_1: Range,
    survival_2: Range,
    bounds_1: tuple[Range, Range],
    bounds_2: tuple[Range, Range],
    *,
    levels: tuple[float, float] = (0.95, 0.95),
    methods: tuple[str, str] = ("log-log", "log-log"),
) -> EffectRange:
    """Of `survival_ratio` with an interval of each: `log-log`, `plain`, `log` or `logit`.

    With `cumulative_hazard_from_interval`, or with `se_from_interval` and `cumulative_hazard_from_se`.
    The standard error turns in survival at 1 / e for `plain`, nowhere for the others.

    Examples
    --------
    >>> bounds = Range.printed(0.40, 2), Range.printed(0.59, 2)
    >>> found = survival_and_intervals_range(Range.exact(0.5), Range.exact(0.5), bounds, bounds)
    >>> round(found.sei.low, 3), round(found.sei.high, 3)
    (0.188, 0.21)
    """
    z_1, z_2 = (quantile(level) for level in levels)

    def vertex(s1: float, s2: float, l1: float, u1: float, l2: float, u2: float) -> tuple[float, float]:
        first = _hazard_error(methods[0], s1, l1, u1) / (2 * z_1)
        second = _hazard_error(methods[1], s2, l2, u2) / (2 * z_2)
        return _log_hazard(s1) - _log_hazard(s2), math.hypot(first, second)

    figures = [_share(x) for x in (survival_1, survival_2, *bounds_1, *bounds_2)]
    turns = [[math.exp(-1)] if method == "plain" else [] for method in methods]
    return effect_range(vertex, figures, [*turns, [], [], [], []])


def log_median_range(median: Range, low: Range, high: Range, *, level: float = 0.95) -> EffectRange:
    """Of `log_median`: as of a ratio and its interval.

    Examples
    --------
    >>> found = log_median_range(Range.printed(11.0, 1), Range.printed(8.9, 1), Range.printed(13.6, 1))
    >>> round(found.sei.low, 3), round(found.sei.high, 3)
    (0.106, 0.111)
    """
    return ratio_and_interval_range(median, low, high, level=level)


def _not_negative(figure: Range) -> Range:
    return figure.within(0.0, math.inf)


def _share(figure: Range) -> Range:
    return figure.within(0.0, 1.0)


def _ln(x: float) -> float:
    """Natural logarithm with its limits."""
    return math.log(x) if x > 0 else -math.inf


def _over(a: float, b: float) -> float:
    """A quotient with its limits; NaN where it is undetermined."""
    if b == 0 or (math.isinf(a) and math.isinf(b)):
        return math.nan if a == 0 or b != 0 else math.copysign(math.inf, a)
    return a / b


def _log_width(low: float, high: float, z: float) -> float:
    """Standard error from two bounds of a ratio; 0 where rounding lets them cross."""
    if high <= 0:
        return math.nan
    return max(0.0, _ln(high) - _ln(low)) / (2 * z)


def _log_hazard(survival: float) -> float:
    """Log cumulative hazard with its limits."""
    return _ln(-_ln(survival))


def _hazard_error(method: str, survival: float, low: float, high: float) -> float:
    """Width of an interval on its scale, as one of the log cumulative hazard; 0 where rounding crosses it."""
    if method == "log-log":
        return max(0.0, _log_hazard(low) - _log_hazard(high))
    hazard = -_ln(survival)
    if method == "plain":
        return _over(max(0.0, high - low), survival * hazard if survival > 0 else 0.0)
    if method == "log":
        return _over(max(0.0, _ln(high) - _ln(low)), hazard)
    logits = (_ln(high) - _ln(1 - high)) - (_ln(low) - _ln(1 - low))
    return _over(max(0.0, logits) * (1 - survival), hazard)


def _spread(survival: float, n: float) -> float:
    """Variance of a log cumulative hazard, infinite where survival is 0 or 1."""
    if survival in (0.0, 1.0):
        return math.inf
    return _over((1 - survival) / (survival * math.log(survival) ** 2), n)
