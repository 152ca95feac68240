"""Absolute effects: published numbers, what must hold at every baseline risk, and what is refused."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from metasyn.errors import OptionError
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.absolute import AbsoluteEffect, absolute_effect
from metasyn.synthesis.baseline_risk import BaselineRisk, baseline_risks
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Measure

Z = 1.959963984540054
RISKS = (0.001, 0.03, 0.2, 0.5, 0.83, 0.99)
RATIOS = (0.05, 0.6, 1.0, 1.7)


def one_result(ratio: float, low: float, high: float, measure: Measure = "RR") -> SynthesisResult:
    """A result with this estimate and, on its scale as near as a symmetric interval allows, these bounds."""
    se = (math.log(high) - math.log(low)) / (2 * Z)
    return pool(yi=[math.log(ratio)], sei=[se], measure=measure)


def per_thousand(effect: AbsoluteEffect | NotEstimable) -> tuple[float, float, float]:
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(effect.difference_ci, Interval)
    return tuple(  # type: ignore[return-value]
        round(1000 * value)
        for value in (effect.difference, effect.difference_ci.low, effect.difference_ci.high)
    )


@pytest.mark.parametrize(
    ("measure", "ratio", "risk", "printed"),
    # Cochrane Handbook 5.1.0, 12.5.4.2 and 12.5.4.3
    [("RR", 0.92, 0.3, -24), ("OR", 0.73, 0.3, -62)],
)
def test_handbook_examples(measure: Measure, ratio: float, risk: float, printed: int) -> None:
    assert per_thousand(absolute_effect(one_result(ratio, ratio / 2, ratio * 2, measure), risk))[0] == printed


@pytest.mark.parametrize(
    ("ratio", "events", "n", "printed"),
    # Kharfan-Dabaja MA et al. J Hematol Oncol 2013;6:2, Table 3 (GRADE profile). 10.1186/1756-8722-6-2
    [
        ((0.98, 0.92, 1.05), 204, 223, (-18, -73, 46)),
        ((1.65, 1.25, 2.19), 254, 674, (245, 94, 448)),
        ((0.97, 0.87, 1.09), 272, 366, (-22, -97, 67)),
        ((3.55, 2.17, 5.80), 25, 684, (93, 43, 175)),
    ],
)
def test_printed_grade_profile(
    ratio: tuple[float, float, float], events: int, n: int, printed: tuple[int, int, int]
) -> None:
    found = per_thousand(absolute_effect(one_result(*ratio), events / n))
    # The printed ratios are rounded: their log intervals are symmetric to about 0.5% only.
    assert found == pytest.approx(printed, abs=4)
    assert found[0] == printed[0]


@pytest.mark.parametrize(("risk", "printed"), [(0.010, (1, 0, 3)), (0.030, (3, 1, 8))])
def test_printed_summary_of_findings(risk: float, printed: tuple[int, int, int]) -> None:
    # Clarke MJ et al. Cochrane Database Syst Rev 2016;9:CD004002: OR 0.10 (0.04 to 0.25)
    effect = absolute_effect(one_result(0.1, 0.04, 0.25, "OR"), risk)
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(effect.risk_with_ci, Interval)
    with_it = (effect.risk_with, effect.risk_with_ci.low, effect.risk_with_ci.high)
    assert tuple(round(1000 * value) for value in with_it) == printed


@pytest.mark.parametrize(
    ("ratio", "risk", "of", "expected"),
    # by hand: 1 - 0.25^(1/2), 1 - 0.5^2, 0.25^(1/2), 0.5^2
    [
        (0.5, 0.75, "event", 0.5),
        (2, 0.5, "event", 0.75),
        (0.5, 0.25, "event-free", 0.5),
        (2, 0.5, "event-free", 0.25),
    ],
)
def test_hazard_ratios_by_hand(ratio: float, risk: float, of: str, expected: float) -> None:
    baseline = BaselineRisk(risk, by="a year", of=of)  # type: ignore[arg-type]
    effect = absolute_effect(one_result(ratio, ratio / 2, ratio * 2, "HR"), baseline)
    assert isinstance(effect, AbsoluteEffect)
    assert effect.risk_with == pytest.approx(expected, rel=1e-14)


def test_every_measure_agrees_with_its_own_definition() -> None:
    for p, e in product(RISKS, RATIOS):
        effects = {
            measure: absolute_effect(
                one_result(e, e / 1.1, e * 1.1, measure),
                BaselineRisk(p, by="a year") if measure == "HR" else p,
            )
            for measure in ("RR", "OR", "HR", "PETO")
        }
        if e * p <= 1:
            risk = effects["RR"].risk_with  # type: ignore[union-attr]
            assert effects["RR"].difference == pytest.approx(p * (e - 1), rel=1e-12, abs=1e-15)  # type: ignore[union-attr]
            assert risk / p == pytest.approx(e, rel=1e-12)
        odds = effects["OR"].risk_with  # type: ignore[union-attr]
        assert odds * (1 - p) / ((1 - odds) * p) == pytest.approx(e, rel=1e-10)
        assert effects["PETO"].risk_with == odds  # type: ignore[union-attr]
        hazard = effects["HR"].risk_with  # type: ignore[union-attr]
        assert math.log1p(-hazard) / math.log1p(-p) == pytest.approx(e, rel=1e-10)


def test_event_and_its_absence_are_one_result() -> None:
    result = one_result(0.6, 0.4, 0.9, "HR")
    event = absolute_effect(result, BaselineRisk(0.3, by="a year"))
    free = absolute_effect(result, BaselineRisk(0.7, by="a year", of="event-free"))
    assert isinstance(event, AbsoluteEffect)
    assert isinstance(free, AbsoluteEffect)
    assert event.risk_with + free.risk_with == pytest.approx(1, rel=1e-14)
    assert event.difference == pytest.approx(-free.difference, rel=1e-12)
    assert isinstance(event.difference_ci, Interval)
    assert isinstance(free.difference_ci, Interval)
    assert event.difference_ci.low == pytest.approx(-free.difference_ci.high, rel=1e-12)
    assert event.difference_ci.high == pytest.approx(-free.difference_ci.low, rel=1e-12)


def test_a_risk_difference_is_itself() -> None:
    result = pool(yi=[-0.05], sei=[0.02], measure="RD")
    effect = absolute_effect(result, 0.2)
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(result.ci, Interval)
    assert effect.difference == pytest.approx(-0.05)
    assert isinstance(effect.difference_ci, Interval)
    assert effect.difference_ci.low == pytest.approx(result.ci.low)
    assert effect.risk_with == pytest.approx(0.15)


def test_the_interval_excludes_no_difference_when_the_relative_one_does() -> None:
    for p, measure, (low, high) in product(
        RISKS, ("RR", "OR", "HR"), ((0.5, 0.9), (0.5, 1.1), (1.001, 1.005))
    ):
        baseline = BaselineRisk(p, by="a year") if measure == "HR" else p
        effect = absolute_effect(one_result(math.sqrt(low * high), low, high, measure), baseline)  # type: ignore[arg-type]
        assert isinstance(effect, AbsoluteEffect)
        assert isinstance(effect.difference_ci, Interval)
        assert (0 in effect.difference_ci) == (low <= 1 <= high)


def test_a_known_risk_is_one_with_a_point_for_an_interval() -> None:
    result = one_result(0.7, 0.5, 0.98)
    known = absolute_effect(result, 0.2)
    point = absolute_effect(result, BaselineRisk(0.2, interval=(0.2, 0.2)))
    assert isinstance(known, AbsoluteEffect)
    assert isinstance(point, AbsoluteEffect)
    assert known.difference_ci == point.difference_ci


@pytest.mark.parametrize("measure", ["RR", "OR", "HR"])
def test_two_small_uncertainties_add_as_variances(measure: Measure) -> None:
    """Against the delta method, in the limit where that is exact."""
    p, e, sd_p, sd_log = 0.3, 0.8, 2e-5, 4e-5
    baseline = BaselineRisk(p, by="a year", interval=(p - Z * sd_p, p + Z * sd_p))
    effect = absolute_effect(pool(yi=[math.log(e)], sei=[sd_log], measure=measure), baseline)
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(effect.difference_ci, Interval)

    def difference(risk: float, ratio: float) -> float:
        return {
            "RR": risk * ratio,
            "OR": risk * ratio / (1 - risk + risk * ratio),
            "HR": 1 - (1 - risk) ** ratio,
        }[measure] - risk

    h = 1e-6
    by_p = (difference(p + h, e) - difference(p - h, e)) / (2 * h)
    by_log = e * (difference(p, e + h) - difference(p, e - h)) / (2 * h)
    half = Z * math.hypot(by_p * sd_p, by_log * sd_log)
    assert effect.difference_ci.high - effect.difference == pytest.approx(half, rel=1e-3)
    assert effect.difference - effect.difference_ci.low == pytest.approx(half, rel=1e-3)


def test_what_cannot_be_is_not_stated() -> None:
    result = one_result(2.25, 1.1, 4.6)
    impossible = absolute_effect(result, 0.5)
    assert isinstance(impossible, NotEstimable)
    assert "a risk ratio of 2.25 cannot hold at a baseline risk of 0.5" in impossible.reason
    below = absolute_effect(pool(yi=[-0.3], sei=[0.02], measure="RD"), 0.2)
    assert isinstance(below, NotEstimable)
    assert "below 0" in below.reason


def test_a_bound_that_cannot_be_is_cut_and_said() -> None:
    effect = absolute_effect(one_result(2.25, 1.1, 4.6), 0.3)
    assert isinstance(effect, AbsoluteEffect)
    assert effect.risk_with == pytest.approx(0.675)
    assert isinstance(effect.risk_with_ci, Interval)
    assert isinstance(effect.difference_ci, Interval)
    assert (effect.risk_with_ci.high, effect.difference_ci.high) == (1.0, 0.7)
    assert effect.notes == ("The upper bound was cut where the risk would exceed 1.",)
    assert str(effect).startswith("risk without 0.3, with 0.675 (")


@pytest.mark.parametrize(
    ("given", "measure", "told"),
    [
        (0.0, "RR", "strictly between 0 and 1; got 0.0"),
        (1, "RR", "strictly between 0 and 1"),
        (25, "RR", "Write 0.25 for 25%"),
        (True, "RR", "got True"),
        ("0.2", "RR", "got '0.2'"),
        (0.2, "HR", 'write BaselineRisk(..., by="12 months")'),
        (0.2, "SMD", "SMD has none"),
        (0.2, "PLO", "PLO has none"),
        ([BaselineRisk(0.1), BaselineRisk(0.2)], "RR", "need labels that differ"),
    ],
)
def test_what_is_refused(given: object, measure: Measure, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        baseline_risks(given, measure)  # type: ignore[arg-type]
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"interval": (0.3, 0.4)}, "must enclose it"),
        ({"interval": (0.0, 0.4)}, "lower bound of the baseline risk"),
        ({"of": "survival"}, "'event', 'event-free'"),
    ],
)
def test_a_baseline_risk_is_checked_where_it_is_written(more: dict[str, object], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        BaselineRisk(0.2, **more)  # type: ignore[arg-type]
    assert told in str(caught.value)


def test_survival_needs_a_hazard_ratio() -> None:
    with pytest.raises(OptionError, match="belongs to a hazard ratio"):
        absolute_effect(one_result(0.7, 0.5, 0.9), BaselineRisk(0.2, by="a year", of="event-free"))


def test_named_risks_keep_their_names_and_a_second_look_changes_nothing() -> None:
    named = {"low": 0.1, "high": BaselineRisk(0.3, source="a registry")}
    once = baseline_risks(named, "RR")
    assert [(risk.label, risk.risk, risk.source) for risk in once] == [
        ("low", 0.1, ""),
        ("high", 0.3, "a registry"),
    ]
    assert baseline_risks(once, "RR") == once
    assert baseline_risks(None, "SMD") == ()


def test_plain_data_carry_the_formula() -> None:
    effect = absolute_effect(one_result(0.7, 0.5, 0.98), BaselineRisk(0.2, source="a registry"))
    assert isinstance(effect, AbsoluteEffect)
    data = effect.to_dict()
    assert (data["baseline_source"], data["formula"]) == ("a registry", "baseline risk times the risk ratio")
    assert data["risk_with_ci"] == pytest.approx([0.2 * 0.5, 0.2 * 0.98])


FORMULAS = {
    "RR": lambda p, e: p * e,
    "OR": lambda p, e: p * e / (1 - p + p * e),
    "HR": lambda p, e: 1 - (1 - p) ** e,
}


def brute_force(
    measure: str, ratio: tuple[float, float, float], risk: tuple[float, float, float]
) -> tuple[float, float]:
    """Range of the difference over the ellipse of both intervals, by 400 000 of its points."""
    angle = np.linspace(0, 2 * np.pi, 400_001)
    logs = np.log(ratio)
    logits = np.log(np.array(risk) / (1 - np.array(risk)))

    def moved(bounds: np.ndarray, share: np.ndarray) -> np.ndarray:
        middle, low, high = bounds
        return middle + np.where(share > 0, share * (high - middle), share * (middle - low))

    e = np.exp(moved(logs, np.sin(angle)))
    p = 1 / (1 + np.exp(-moved(logits, np.cos(angle))))
    found = np.clip(FORMULAS[measure](p, e), 0, 1) - p
    return float(found.min()), float(found.max())


@pytest.mark.parametrize(
    ("measure", "ratio", "risk"),
    [
        # The difference is not monotone in the baseline risk: lowest at p = 0.75 for HR 0.5.
        ("HR", (0.5, 0.49, 0.49**-1 / 4), (0.5, 0.4, 0.9)),
        ("HR", (0.5, 0.3, 0.25 / 0.3), (0.5, 0.4, 0.9)),
        ("OR", (0.3, 0.25, 0.09 / 0.25), (0.6, 0.3, 0.85)),
        ("OR", (3, 2, 4.5), (0.25, 0.15, 0.6)),
        ("RR", (0.55, 0.33, 0.55 / 0.6), (0.1, 0.05, 0.19)),
        ("RR", (2.25, 1.1, 2.25**2 / 1.1), (0.3, 0.2, 0.45)),
    ],
)
def test_two_intervals_are_propagated_together(
    measure: Measure, ratio: tuple[float, float, float], risk: tuple[float, float, float]
) -> None:
    baseline = BaselineRisk(risk[0], interval=risk[1:], by="a year")
    effect = absolute_effect(one_result(*ratio, measure), baseline)
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(effect.difference_ci, Interval)
    low, high = brute_force(measure, ratio, risk)
    assert effect.difference_ci.low == pytest.approx(low, abs=2e-6)
    assert effect.difference_ci.high == pytest.approx(high, abs=2e-6)
    assert effect.difference in effect.difference_ci
    assert any("propagating imprecision" in note for note in effect.notes)


@pytest.mark.parametrize("measure", ["RR", "OR", "HR"])
def test_an_imprecise_baseline_keeps_the_sign(measure: Measure) -> None:
    baseline = BaselineRisk(0.1, interval=(0.05, 0.19), by="a year")
    effect = absolute_effect(one_result(0.55, 0.32, 0.95, measure), baseline)
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(effect.difference_ci, Interval)
    assert effect.difference_ci.high < 0


def test_a_largest_difference_inside_the_range_of_baselines_is_found() -> None:
    """1 - (1 - p)^0.5 - p is lowest, -1/4, at p = 3/4, wherever the interval of p ends."""
    baseline = BaselineRisk(0.5, interval=(0.4, 0.9), by="a year")
    effect = absolute_effect(pool(yi=[math.log(0.5)], sei=[1e-9], measure="HR"), baseline)
    assert isinstance(effect, AbsoluteEffect)
    assert isinstance(effect.difference_ci, Interval)
    assert effect.difference_ci.low == pytest.approx(-0.25, abs=1e-8)
