"""A claim is true exactly where its condition is, and says the number where it is not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from metasyn.claims import Claim, Verdict, check_claims, require_claims
from metasyn.errors import ClaimError, OptionError
from metasyn.synthesis import SynthesisResult, pool
from metasyn.values import Interval, NotEstimable

Z = 1.959963984540054


def reported(estimate: float, low: float, high: float, measure: str = "RR") -> SynthesisResult:
    """One study with this estimate and interval on the natural scale of a ratio."""
    se = (math.log(high) - math.log(low)) / (2 * Z)
    return pool(yi=[math.log(estimate)], sei=[se], measure=measure)  # type: ignore[arg-type]


BELOW = reported(0.62, 0.47, 0.82)
ABOVE = reported(1.54, 1.05, 2.27)
UNCLEAR = reported(0.87, 0.70, 1.08)


def verdict(result: SynthesisResult, **conditions: object) -> Verdict:
    (found,) = check_claims([Claim("It is so.", **conditions)], result)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("conditions", "true_of"),
    [
        ({"direction": "below"}, (True, False, True)),
        ({"direction": "above"}, (False, True, False)),
        ({"interval": "below"}, (True, False, False)),
        ({"interval": "above"}, (False, True, False)),
        ({"interval": "includes"}, (False, False, True)),
        ({"interval": "excludes"}, (True, True, False)),
        ({"test": "significant"}, (True, True, False)),
        ({"test": "not significant"}, (False, False, True)),
        ({"estimate_between": (0.5, 0.7)}, (True, False, False)),
        ({"interval_within": (0.4, 1.1)}, (True, False, True)),
        ({"k": 1}, (True, True, True)),
        ({"k_at_least": 2}, (False, False, False)),
        ({"k_at_most": 1, "direction": "below"}, (True, False, True)),
    ],
)
def test_truth_follows_the_numbers(
    conditions: Mapping[str, object], true_of: tuple[bool, bool, bool]
) -> None:
    assert tuple(verdict(result, **conditions).true for result in (BELOW, ABOVE, UNCLEAR)) == true_of


def test_a_false_claim_names_sentence_statement_and_number() -> None:
    claim = Claim("The drug lowers the risk.", interval="below")
    with pytest.raises(ClaimError) as caught:
        require_claims([claim], UNCLEAR)
    assert caught.value.problems == (
        'the sentence "The drug lowers the risk." says that the interval lies below 1, '
        "but RR = 0.87 (95% CI 0.70 to 1.08).",
    )
    assert str(caught.value).startswith("1 sentence is not true of the results:\n  the sentence")


def test_all_false_claims_are_listed_at_once() -> None:
    claims = [
        Claim("First.", interval="above"),
        Claim("Second.", k_at_least=1),
        Claim("Third.", k=3, direction="above"),
    ]
    with pytest.raises(ClaimError) as caught:
        require_claims(claims, {"death": UNCLEAR})
    first, third = caught.value.problems
    assert first.startswith('death: the sentence "First."')
    assert "lies above 1, but RR = 0.87" in third
    assert "the number of estimates is 3, but k = 1" in third
    assert "Second" not in str(caught.value)


def test_a_true_claim_passes_and_keeps_its_numbers() -> None:
    (found,) = require_claims([Claim("It lowers the risk.", interval="below")], BELOW)
    assert str(found) == (
        'the sentence "It lowers the risk." says that the interval lies below 1, '
        "and RR = 0.62 (95% CI 0.47 to 0.82)"
    )


def test_prediction_interval() -> None:
    spread = pool(yi=[-0.9, -0.1, -0.5, -1.4, -0.7], vi=[0.01] * 5, measure="HR")
    assert isinstance(spread.pi, Interval)
    assert spread.pi.low < 0 < spread.pi.high
    assert verdict(spread, prediction="includes").true
    assert not verdict(spread, prediction="excludes").true
    assert isinstance(BELOW.pi, NotEstimable)
    missing = verdict(BELOW, prediction="includes")
    assert not missing.true
    assert f"there is none: {BELOW.pi.reason}" in str(missing)


def test_the_level_of_the_synthesis_decides_significance() -> None:
    p = 0.03
    yi = -math.sqrt(2) * 1.5344854  # any estimate: the level is what changes
    at_95, at_99 = (
        pool(yi=[yi], sei=[abs(yi) / 2.17009038], measure="RR", level=level) for level in (0.95, 0.99)
    )
    assert at_95.pvalue == pytest.approx(p, abs=1e-6)
    assert verdict(at_95, test="significant").true
    assert verdict(at_99, test="not significant").true


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99, 0.999])
def test_a_p_at_the_threshold_is_not_significant(level: float) -> None:
    """1 - 0.95 is 0.050000000000000044 in binary: a p of exactly 0.05 must not lie below it."""
    result = replace(
        pool(yi=[-0.4, -0.3], vi=[0.1, 0.1], measure="RR", level=level), pvalue=round(1 - level, 9)
    )
    assert verdict(result, test="not significant").true
    groups = pool(yi=[0.1, 0.2, 0.3, 0.4], vi=[0.1] * 4, measure="RR", by=["a", "a", "b", "b"], level=level)
    assert groups.subgroups is not None
    even = replace(groups, subgroups=replace(groups.subgroups, pvalue=round(1 - level, 9)))
    assert verdict(even, by="group", between_groups="not significant").true


def test_unlimited_bounds_are_bounds() -> None:
    assert verdict(BELOW, estimate_between=(0, math.inf)).true


def test_groups() -> None:
    rng = np.random.default_rng(5)
    yi = np.concatenate([rng.normal(-1.5, 0.05, 5), rng.normal(0.2, 0.05, 5)])
    result = pool(yi=yi, vi=[0.01] * 10, measure="PLO", by=["a"] * 5 + ["b"] * 5)
    higher = {"by": "group", "compare": ("b", "higher than", "a")}
    assert verdict(result, **higher, between_groups="significant").true
    lower = verdict(result, by="group", compare=("b", "lower than", "a"))
    assert not lower.true
    assert "the proportion of b is lower than that of a, but b: 5" in str(lower)
    assert not verdict(result, by="group", between_groups="not significant").true
    assert verdict(result, by="group", group="a", k=5, interval_within=(0, 0.3)).true
    assert not verdict(result, by="group", group="b", interval_within=(0, 0.3)).true


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({}, "no condition; a remark without one belongs into notes"),
        ({"outcome": "death"}, "no condition"),
        ({"direction": "lower"}, "direction must be one of 'below', 'above'; got 'lower'"),
        ({"interval": "crosses"}, "interval must be one of"),
        ({"test": "p < 0.05"}, "test must be one of"),
        ({"direction": "below", "interval": "above"}, "direction='below' contradicts interval='above'"),
        ({"interval": "below", "prediction": "above"}, "contradicts prediction='above'"),
        ({"k": 2, "k_at_least": 3}, "no number of estimates is at least 3 and at most 2"),
        ({"k": 0}, "k must be a whole number >= 1"),
        ({"k_at_most": 2.5}, "k_at_most must be a whole number"),
        ({"estimate_between": (2, 1)}, "must be (low, high), two numbers in order"),
        ({"group": "a", "k": 2}, "group needs by="),
        ({"by": "drug", "k": 2}, "by='drug' needs group=, compare= or between_groups="),
        ({"by": "drug", "compare": ("a", "above", "b")}, "'higher than', 'lower than'; got 'above'"),
        ({"by": "drug", "compare": ("a", "higher than", "a")}, "the same group twice"),
        ({"by": "drug", "group": "a"}, "no condition"),
        (
            {"by": "drug", "group": "a", "compare": ("a", "higher than", "b")},
            "group='a' needs a condition on the result of that group",
        ),
        ({"by": "drug", "group": "a", "between_groups": "significant"}, "group='a' needs a condition"),
        (
            {"estimate_between": (0.2, 0.4), "interval_within": (0.5, 0.9)},
            "estimate_between=(0.2, 0.4) contradicts interval_within=(0.5, 0.9)",
        ),
        (
            {"test": "significant", "interval": "includes"},
            "test='significant' contradicts interval='includes'",
        ),
        ({"test": "not significant", "interval": "below"}, "contradicts interval='below'"),
        ({"test": "not significant", "interval": "excludes"}, "contradicts interval='excludes'"),
        (
            {"estimate_between": ("0.2", "0.4")},
            "must be (low, high), two numbers in order; got ('0.2', '0.4')",
        ),
        ({"estimate_between": (None, 0.4)}, "two numbers in order"),
        ({"estimate_between": (False, True)}, "two numbers in order"),
        ({"estimate_between": 0.4}, "two numbers in order; got 0.4"),
        ({"interval_within": (0.4,)}, "two numbers in order"),
        ({"interval_within": (math.nan, 0.4)}, "two numbers in order"),
        ({"interval_within": "ab"}, "two numbers in order"),
    ],
)
def test_what_is_no_claim(conditions: dict[str, object], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        Claim("It is so.", **conditions)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert str(caught.value).startswith("claim 'It is so.': ")


def test_a_claim_needs_a_sentence() -> None:
    with pytest.raises(OptionError, match="needs a sentence"):
        Claim("  ", k=2)


@pytest.mark.parametrize("name", ["direction", "interval", "prediction"])
def test_a_proportion_has_no_direction(name: str) -> None:
    result = pool(yi=[-1.0, -1.2], vi=[0.1, 0.1], measure="PLO")
    with pytest.raises(OptionError, match=f"{name} needs a value of no effect, which a proportion does not"):
        verdict(result, **{name: "below"})


def test_bounds_on_the_other_side_are_impossible() -> None:
    with pytest.raises(OptionError, match=r"1\.2 to 2 lies on the other side of 1"):
        verdict(BELOW, direction="below", estimate_between=(1.2, 2))


def test_what_does_not_exist_is_told_with_what_does() -> None:
    with pytest.raises(OptionError, match=r"outcome 'PFS' is not among the results; there are 'OS', 'ORR'"):
        check_claims([Claim("It is so.", outcome="PFS", k=1)], {"OS": BELOW, "ORR": ABOVE})
    with pytest.raises(OptionError, match="is about HR, the result is RR"):
        verdict(BELOW, measure="HR", k=1)
    with pytest.raises(OptionError, match=r"give \{name: result\}"):
        verdict(BELOW, outcome="OS", k=1)
    with pytest.raises(OptionError, match="no groups by 'group'; it was pooled by none"):
        verdict(BELOW, by="group", between_groups="significant")
    groups = pool(yi=[0.1, 0.2, 0.3, 0.4], vi=[0.1] * 4, measure="RR", by=["a", "a", "b", "b"])
    with pytest.raises(OptionError, match="group has no group 'c'; there are 'a', 'b'"):
        verdict(groups, by="group", group="c", k=2)
    with pytest.raises(OptionError, match="group has no group 'c'"):
        verdict(groups, by="group", compare=("a", "higher than", "c"))
