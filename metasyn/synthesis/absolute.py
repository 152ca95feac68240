"""Absolute effects: what a relative effect means for people with a stated baseline risk."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metasyn.synthesis.baseline_risk import BaselineRisk, baseline_risks
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Measure, RiskOf

if TYPE_CHECKING:
    from metasyn.synthesis.model import SynthesisResult

__all__ = ["AbsoluteEffect", "absolute_effect"]

_RiskWith = Callable[[float, float], float]

_BOTH = (
    "The intervals take in the imprecision of the baseline risk and of the relative effect (propagating "
    "imprecision)."
)
# Directions that are looked at, the four axes among them, and how closely the best one is searched.
_ANGLES = 360
_ANGLE = 2 * math.pi / _ANGLES
_GOLDEN = (math.sqrt(5) - 1) / 2
_SECTIONS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteEffect:
    """Risks without and with the intervention, and their difference.

    All risks are proportions of people with the event, or without it where `baseline.of` is
    `"event-free"`.

    Attributes
    ----------
    baseline : BaselineRisk
    measure : str
    relative : float
        The relative effect on its natural scale.
    relative_ci : Interval or NotEstimable
    risk_with : float
    risk_with_ci : Interval or NotEstimable
    difference : float
        Risk with minus risk without; negative where fewer people have the event.
    difference_ci : Interval or NotEstimable
    formula : str
        How the risk with the intervention was computed, in words.
    notes : tuple of str
        What a reader must know, e.g. that a bound was cut at 1, or that two intervals were combined.
    """

    baseline: BaselineRisk
    measure: Measure
    relative: float
    relative_ci: Interval | NotEstimable
    risk_with: float
    risk_with_ci: Interval | NotEstimable
    difference: float
    difference_ci: Interval | NotEstimable
    formula: str
    notes: tuple[str, ...] = ()

    @property
    def risk_without(self) -> float:
        """The baseline risk."""
        return self.baseline.risk

    def to_dict(self) -> dict[str, Any]:
        """Plain data, risks as proportions."""
        bounds = {name: getattr(self, name) for name in ("relative_ci", "risk_with_ci", "difference_ci")}
        return {
            "baseline_risk": self.baseline.risk,
            "baseline_label": self.baseline.label,
            "baseline_source": self.baseline.source,
            "by": self.baseline.by,
            "of": self.baseline.of,
            "measure": self.measure,
            "relative": self.relative,
            "risk_with": self.risk_with,
            "difference": self.difference,
            **{k: None if isinstance(v, NotEstimable) else [v.low, v.high] for k, v in bounds.items()},
            "formula": self.formula,
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        def with_bounds(value: float, interval: Interval | NotEstimable) -> str:
            bounds = (
                "" if isinstance(interval, NotEstimable) else f" ({interval.low:.6g} to {interval.high:.6g})"
            )
            return f"{value:.6g}{bounds}"

        return (
            f"risk without {self.risk_without:.6g}, with {with_bounds(self.risk_with, self.risk_with_ci)}, "
            f"difference {with_bounds(self.difference, self.difference_ci)}"
        )


def absolute_effect(
    result: SynthesisResult, baseline_risk: float | BaselineRisk
) -> AbsoluteEffect | NotEstimable:
    r"""What a pooled relative effect means in numbers of people, at a stated baseline risk.

    With p the risk without the intervention, the risk with it is

    - risk ratio: p RR
    - odds ratio (also Peto's): p OR / (1 - p + p OR)
    - hazard ratio, for the event: 1 - exp(HR ln(1 - p)) = 1 - (1 - p)^HR
    - hazard ratio, for people still without the event: S^HR, where p stands for the share S of them
    - risk difference: p + RD

    and the absolute effect is its difference from p. The formulas of the hazard ratio hold at every
    time if the hazards are proportional; p and the result belong to the time `by`.

    A confidence interval comes from the bounds of the relative effect put into the formula. If p has an
    interval too, imprecision is propagated, in the manner of Newcombe and Bender: the interval is the range
    of the absolute effect over all pairs of a baseline risk and a relative effect with
    z_p^2 + z_r^2 = z^2. Here z_p is the distance of the baseline risk from its estimate on the logit
    scale and z_r that of the relative effect on its analysis scale (logarithms of ratios), each measured by
    its own interval, the halves of which may differ; z is their quantile at the level. So the interval keeps
    the sign of a relative effect whose interval excludes no effect. Pairs nearer to the estimates
    cannot lie beyond it, as the risk rises or falls with the relative effect throughout.

    A risk beyond 1 (or, for a risk difference, below 0) is impossible. Where the *estimate* gives one,
    the relative effect cannot hold at this baseline risk and nothing is stated; where only a *bound*
    does, the bound is cut at 1 (or 0) and the result says so.

    Parameters
    ----------
    result : SynthesisResult
        Of a risk ratio, odds ratio, Peto odds ratio, hazard ratio or risk difference.
    baseline_risk : float or BaselineRisk
        A hazard ratio needs a `BaselineRisk` with its time `by`.

    Returns
    -------
    AbsoluteEffect or NotEstimable
        The reason where the estimate would give an impossible risk.

    Raises
    ------
    OptionError
        If the risk is not strictly between 0 and 1, or the measure has no absolute effect.

    References
    ----------
    Skoetz N, Goldkuhle M, van Dalen EC, et al. GRADE guidelines 27: how to calculate absolute effects
    for time-to-event outcomes in summary of findings tables and Evidence Profiles. J Clin Epidemiol
    2020;118:124-131. 10.1016/j.jclinepi.2019.10.015
    Newcombe RG, Bender R. Implementing GRADE: calculating the risk difference from the baseline risk
    and the relative risk. Evid Based Med 2014;19:6-8. 10.1136/eb-2013-101340

    Examples
    --------
    An odds ratio of 0.73 at a baseline risk of 30%: 62 fewer in 1,000 people (Cochrane Handbook 5.1,
    12.5.4.3).

    >>> import math
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[math.log(0.73)], vi=[0.01], measure="OR")
    >>> found = absolute_effect(result, 0.3)
    >>> round(1000 * found.difference)
    -62
    """
    measure = result.effects.measure
    (baseline,) = baseline_risks(baseline_risk, measure.code)
    risk_with, formula = _formula(measure.code, baseline.of)
    relative = result.natural(result.estimate)
    risk = risk_with(baseline.risk, relative)
    if not 0 <= risk <= 1:
        beyond = "above 1" if risk > 1 else "below 0"
        return NotEstimable(
            f"a {measure.label} of {relative:.3g} cannot hold at a baseline risk of {baseline.risk:.3g}: the "
            f"other risk would be {beyond}"
        )

    def possible(p: float, e: float) -> float:
        return min(max(risk_with(p, e), 0.0), 1.0)

    pairs = _Pairs(baseline, result)
    difference_ci = pairs.interval(lambda p, e: possible(p, e) - p)
    both = baseline.interval is not None and isinstance(difference_ci, Interval)
    return AbsoluteEffect(
        baseline=baseline,
        measure=measure.code,
        relative=relative,
        relative_ci=pairs.relative_ci,
        risk_with=risk,
        risk_with_ci=pairs.interval(possible),
        difference=risk - baseline.risk,
        difference_ci=difference_ci,
        formula=formula,
        notes=(*_cut(pairs.interval(risk_with)), *([_BOTH] if both else [])),
    )


class _Pairs:
    """The pairs of baseline risk and relative effect that their intervals admit together.

    With one source of imprecision these are the ends of its interval; with two, an ellipse.
    """

    def __init__(self, baseline: BaselineRisk, result: SynthesisResult) -> None:
        self.relative_ci: Interval | NotEstimable = result.ci
        self._natural, self._estimate, self._baseline = result.natural, result.estimate, baseline
        self._sides = (0.0, 0.0)
        self._logit = math.log(baseline.risk / (1 - baseline.risk))
        self._logit_sides = (0.0, 0.0)
        if isinstance(result.ci, Interval):
            low, high = result.ci.low, result.ci.high
            self._sides = (max(0.0, result.estimate - low), max(0.0, high - result.estimate))
            self.relative_ci = Interval(result.natural(low), result.natural(high), result.ci.level)
        if baseline.interval is not None:
            ends = [math.log(bound / (1 - bound)) for bound in baseline.interval]
            self._logit_sides = (self._logit - ends[0], ends[1] - self._logit)

    def at(self, angle: float) -> tuple[float, float]:
        """Baseline risk and relative effect (natural scale) in this direction from the estimates."""
        across, along = math.cos(angle), math.sin(angle)
        effect = self._estimate + _step(along, self._sides)
        if not any(self._logit_sides):
            return self._baseline.risk, self._natural(effect)
        return _expit(self._logit + _step(across, self._logit_sides)), self._natural(effect)

    def interval(self, function: _RiskWith) -> Interval | NotEstimable:
        """Smallest and largest value of a function of both; that of the estimates lies between them."""
        if isinstance(self.relative_ci, NotEstimable):
            return self.relative_ci
        known = not any(self._logit_sides)
        angles = [-math.pi / 2, math.pi / 2] if known else [i * _ANGLE for i in range(_ANGLES)]

        def value(angle: float) -> float:
            return function(*self.at(angle))

        values = [value(angle) for angle in angles]
        lowest, highest = min(values), max(values)
        if not known:
            low, high = angles[values.index(lowest)], angles[values.index(highest)]
            lowest = min(lowest, _lowest(value, low - _ANGLE, low + _ANGLE))
            highest = max(highest, -_lowest(lambda angle: -value(angle), high - _ANGLE, high + _ANGLE))
        return Interval(lowest, highest, self.relative_ci.level)


def _step(share: float, sides: tuple[float, float]) -> float:
    """A share of the distance to the upper bound, or, if it is negative, to the lower one."""
    side = sides[share > 0]
    return share * side if side else 0.0


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Smallest value between two places that enclose one minimum, by golden sections."""
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    values = [function(x) for x in inner]
    for _ in range(_SECTIONS):
        if values[0] <= values[1]:
            high, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = high - _GOLDEN * (high - low)
            values[0] = function(inner[0])
        else:
            low, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = low + _GOLDEN * (high - low)
            values[1] = function(inner[1])
    return min(values)


def _cut(risks: Interval | NotEstimable) -> tuple[str, ...]:
    """What is said of risks that cannot be."""
    if isinstance(risks, NotEstimable):
        return ()
    return (
        *(["The upper bound was cut where the risk would exceed 1."] if risks.high > 1 else []),
        *(["The lower bound was cut where the risk would fall below 0."] if risks.low < 0 else []),
    )


def _formula(measure: Measure, of: RiskOf) -> tuple[_RiskWith, str]:
    """The risk with the intervention as a function of (baseline risk, relative effect), and its words."""
    if measure == "HR" and of == "event-free":
        return lambda p, e: p**e, "share without the event raised to the power of the hazard ratio"
    return {
        "RR": (lambda p, e: p * e, "baseline risk times the risk ratio"),
        "OR": (_from_odds_ratio, "odds of the baseline risk times the odds ratio, turned back into a risk"),
        "PETO": (
            _from_odds_ratio,
            "odds of the baseline risk times the Peto odds ratio, turned back into a risk",
        ),
        "HR": (
            lambda p, e: -math.expm1(e * math.log1p(-p)),
            "1 minus the baseline share without the event raised to the power of the hazard ratio",
        ),
        "RD": (lambda p, e: p + e, "baseline risk plus the risk difference"),
    }[measure]


def _from_odds_ratio(p: float, ratio: float) -> float:
    return 1.0 if math.isinf(ratio) else p * ratio / (1 - p + p * ratio)
