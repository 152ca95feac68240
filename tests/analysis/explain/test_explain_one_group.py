"""One group, and tables that were recovered: the arithmetic against equations written out here."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from metasyn.analysis.explain import Explanation
from metasyn.analysis.explain.effects import Setting, effect_explanation
from metasyn.analysis.explain.figures import Archive
from metasyn.effects import standardise
from metasyn.values import Interval
from tests.analysis.explain.test_explain_arithmetic import check_line
from tests.effects.conftest import Builder

DRUG, BOTH, TURNED = "oak.drug", "oak.drug|oak.placebo", "oak.placebo|oak.drug"
AT = {"timepoint": "6 months", "unit": "percent"}
Z = float(stats.norm.ppf(0.975))


def explained(builder: Builder, selection: Any, measure: Any) -> Explanation:
    effects = standardise(selection, measure=measure)
    (effect,) = effects.effects
    tree = effect_explanation(effect, effects.measure, Setting(archive=Archive(builder.build()), level=0.95))
    for line in tree.sums:
        check_line(line)
    assert [line.name for line in tree.sums[-2:]] == ["y", "se"]
    assert (tree.sums[-2].value, tree.sums[-1].value) == pytest.approx((effect.yi, effect.sei), rel=1e-9)
    return tree


# m p (1 - p) with p = 0.19 on the scale of each interval (70 to 88%), by the delta method.
LOGIT = math.log(0.88 / 0.12) - math.log(0.7 / 0.3)
WIDTHS = {
    "plain": 0.18,
    "log": 0.81 * math.log(0.88 / 0.7),
    "log-log": 0.81 * -math.log(0.81) * math.log(math.log(0.7) / math.log(0.88)),
    "logit": 0.81 * 0.19 * LOGIT,
}


@pytest.mark.parametrize("method", WIDTHS)
@pytest.mark.parametrize("measure", ["PLO", "PLN", "PAS", "PR"])
def test_a_share_without_the_event_by_each_kind_of_interval(method: str, measure: str) -> None:
    oak = Builder().trial()
    oak.row(DRUG, "survival", 81.0, (70.0, 88.0), ci_method=method, **AT)
    tree = explained(oak, oak.single("stroke", timepoint="6 months"), measure)
    assert [line.name for line in tree.sums] == ["se1", "N1", "P1", "y", "se"]
    worth = 0.81 * 0.19 / (WIDTHS[method] / (2 * Z)) ** 2
    assert tree.sums[1].value == pytest.approx(worth, rel=1e-9)


@pytest.mark.parametrize(
    ("more", "worth"),
    [({"se": 4.0}, 0.81 * 0.19 / 0.04**2), ({}, 100.0)],
    ids=["standard error", "n"],
)
def test_a_share_without_the_event_without_an_interval(more: dict[str, Any], worth: float) -> None:
    oak = Builder().trial()
    oak.row(DRUG, "survival", 81.0, **more, **AT)
    tree = explained(oak, oak.single("stroke", timepoint="6 months"), "PLO")
    assert tree.sums[0].name == "N1"
    assert tree.sums[0].value == pytest.approx(worth, rel=1e-9)


def test_numbers_at_risk_are_not_taken_for_participants() -> None:
    oak = Builder().trial()
    oak.row(DRUG, "survival", 81.0, **AT).row(DRUG, "at risk", 40.0, n=40, timepoint="6 months")
    tree = explained(oak, oak.single("stroke", timepoint="6 months"), "PR")
    assert str(tree.sums[0]) == "N1 = r1/S1 = 40/0.81 = 49.383"


@pytest.mark.parametrize("method", ["", "wilson", "logit"])
def test_a_proportion_without_participants(method: str) -> None:
    oak = Builder().trial(n=(None, None))
    oak.row(DRUG, "percent", 30.0, (20.0, 42.0), outcome="cough", unit="percent", ci_method=method)
    tree = explained(oak, oak.single("cough"), "PLO")
    assert "P1: share with the event" in dict(tree.facts)["Symbols"]
    assert "N1: participants that it is worth" in dict(tree.facts)["Symbols"]
    names = [line.name for line in tree.sums]
    assert names == (["se1", "N1", "y", "se"] if method == "logit" else ["y", "se"])


@pytest.mark.parametrize(
    ("fields", "spread"),
    [
        ({"value": 26.0, "ci": (20.0, 40.0)}, math.log(40 / 20) / (2 * Z)),
        ({"value": 26.0, "open_ci": Interval(17.0, math.inf)}, math.log(26 / 17) / Z),
        ({"value": 26.0, "events": 50}, 50**-0.5),
    ],
    ids=["interval", "one bound", "events"],
)
def test_a_median_in_another_unit(fields: dict[str, Any], spread: float) -> None:
    trials = Builder().trial("elm").trial("fir").trial("oak")
    for name in ("elm", "fir"):
        trials.row(f"{name}.drug", "median", 9.0, (8.0, 11.0), unit="months")
    trials.row(DRUG, "median", unit="weeks", **fields)
    effects = standardise(trials.single("stroke"), measure="MEDLN")
    tree = effect_explanation(
        effects.effects[2], effects.measure, Setting(archive=Archive(trials.build()), level=0.95)
    )
    estimate, error = tree.sums
    assert estimate.value == pytest.approx(math.log(26 * 7 / 30.4375), rel=1e-12)
    assert error.value == pytest.approx(spread, rel=1e-9)
    for line in tree.sums:
        check_line(line)
    symbols = dict(tree.facts)["Symbols"].split("; ")
    assert "m1: median" in symbols
    assert ("L1: lower bound converted" in symbols) == ("L1" in str(error))
    assert ("U1: upper bound converted" in symbols) == ("U1" in str(error))


def test_a_converted_median_beside_one_as_printed_is_in_the_legend() -> None:
    oak = Builder().trial()
    oak.row(DRUG, "median", 6.0, unit="months", events=40)
    oak.row("oak.placebo", "median", 20.0, unit="weeks", events=50)
    tree = explained(oak, oak.contrast("stroke"), "HR")
    assert tree.sums[0].value == pytest.approx(math.log(20 * 7 / 30.4375 / 6))
    assert "m1, m2: median" in dict(tree.facts)["Symbols"]


def test_survival_with_standard_errors_is_worked_from_what_is_printed() -> None:
    oak = Builder().trial()
    oak.row(DRUG, "survival", 60.0, se=5.0, **AT).row("oak.placebo", "survival", 45.0, se=4.5, **AT)
    tree = explained(oak, oak.contrast("stroke"), "HR")
    assert "s1, s2: standard error as printed" in dict(tree.facts)["Symbols"]


@pytest.mark.parametrize(
    ("about", "statistic", "value", "decimals", "shown"),
    [
        (BOTH, "OR", 0.44, 2, "e1 × (n2 − e2)/((n1 − e1) × e2)"),
        (TURNED, "OR", 2.25, 2, "e2 × (n1 − e1)/((n2 − e2) × e1)"),
        (TURNED, "RR", 2.0, 2, "(e2/n2)/(e1/n1)"),
        (BOTH, "phi", -0.14, 2, ""),
        (TURNED, "phi", 0.14, 2, ""),
        (BOTH, "chi-square", 3.92, 2, ""),
    ],
)
def test_a_recovered_table_shows_that_it_gives_the_printed_figure(
    about: str, statistic: str, value: float, decimals: int, shown: str
) -> None:
    oak = Builder().trial()
    oak.row(BOTH, "events", 30.0, events=30, outcome="cough")
    more = {"test": "chi-square", "fewer_events_in": "cohort"} if statistic == "chi-square" else {}
    oak.row(about, statistic, value, decimals=decimals, outcome="cough", **more)
    tree = explained(oak, oak.contrast("cough"), "RR")
    check = tree.sums[0]
    assert check.name == statistic
    assert round(check.value, decimals) == value
    assert check.remark == f"printed: {value}"
    assert not shown or check.symbols == shown
    assert dict(tree.facts)["Formula"].startswith("the table")
    assert not any("other way round" in line.remark for line in tree.sums)


def test_a_printed_figure_that_the_table_does_not_give_is_not_claimed() -> None:
    oak = Builder().trial()
    oak.row(BOTH, "events", 30.0, events=30, outcome="cough")
    fields = {"test": "chi-square with correction", "fewer_events_in": "cohort", "decimals": 2}
    oak.row(BOTH, "chi-square", 3.18, outcome="cough", **fields)
    tree = explained(oak, oak.contrast("cough"), "RR")
    assert [line.name for line in tree.sums] == ["y", "se"]
