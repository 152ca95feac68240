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
        What a reader must know, e.g. that a bound was cut at 1.
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
    interval too, the deviations that each of the two causes on its own are combined by square and add
    (the MOVER principle, for independent sources): the lower bound is
    d - sqrt(a^2 + b^2), a and b being how far the difference d can fall when only the relative effect, or
    only p, is moved within its bounds; the upper bound and the risk with the intervention likewise.

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
    Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach. Stat
    Med 2008;27:1693-1702. 10.1002/sim.3095

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
    spread = _Spread(risk_with, baseline, relative, result)
    risk_ci, cut = spread.interval(risk_with, (0.0, 1.0))
    least, most = baseline.interval or (baseline.risk, baseline.risk)
    difference_ci, _ = spread.interval(lambda p, e: risk_with(p, e) - p, (-most, 1 - least))
    return AbsoluteEffect(
        baseline=baseline,
        measure=measure.code,
        relative=relative,
        relative_ci=spread.relative_ci,
        risk_with=risk,
        risk_with_ci=risk_ci,
        difference=risk - baseline.risk,
        difference_ci=difference_ci,
        formula=formula,
        notes=cut,
    )


class _Spread:
    """How far a function of baseline risk and relative effect moves within their intervals."""

    def __init__(
        self, risk_with: _RiskWith, baseline: BaselineRisk, relative: float, result: SynthesisResult
    ) -> None:
        self.baseline, self.relative = baseline, relative
        self.relative_ci: Interval | NotEstimable = result.ci
        if isinstance(result.ci, Interval):
            low, high = (result.natural(bound) for bound in (result.ci.low, result.ci.high))
            self.relative_ci = Interval(low, high, result.ci.level)

    def interval(
        self, function: _RiskWith, possible: tuple[float, float]
    ) -> tuple[Interval | NotEstimable, tuple[str, ...]]:
        """Its interval, cut at what is possible, and the remark that says so."""
        if isinstance(self.relative_ci, NotEstimable):
            return self.relative_ci, ()
        p, e = self.baseline.risk, self.relative
        value = function(p, e)
        moved = [[function(p, bound) for bound in (self.relative_ci.low, self.relative_ci.high)]]
        if self.baseline.interval is not None:
            moved.append([function(bound, e) for bound in self.baseline.interval])
        low = value - math.hypot(*(max(0.0, value - min(ends)) for ends in moved))
        high = value + math.hypot(*(max(0.0, max(ends) - value) for ends in moved))
        floor, ceiling = possible
        notes = []
        if high > ceiling:
            notes.append("The upper bound was cut where the risk would exceed 1.")
        if low < floor:
            notes.append("The lower bound was cut where the risk would fall below 0.")
        return Interval(max(low, floor), min(high, ceiling), self.relative_ci.level), tuple(notes)


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
