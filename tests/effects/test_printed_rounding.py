"""`Effect.rounding`: what the digits of a paper leave open, for counts, medians, ratios and differences."""

from __future__ import annotations

import math

import pytest

from metasyn.effects import standardise
from metasyn.tables.evidence import effect_notes

A, B, AB = "oak.drug", "oak.placebo", "oak.drug|oak.placebo"


def contrast(builder, measure: str, outcome: str = "stroke", **options):
    (effect,) = standardise(builder.contrast(outcome), measure=measure, **options).effects
    return effect


def test_percentages_that_fit_several_counts(oak) -> None:
    oak.row(A, "percent", 15.0, n=300, unit="percent", decimals=0, outcome="cough")
    oak.row(B, "percent", 20.0, n=300, unit="percent", decimals=0, outcome="cough")
    effect = contrast(oak, "RD", "cough")
    fits = range(44, 47), range(59, 62)
    every = [a / 300 - b / 300 for a in fits[0] for b in fits[1]]
    assert (effect.rounding.yi.low, effect.rounding.yi.high) == pytest.approx((min(every), max(every)))
    assert effect.yi in effect.rounding.yi


def test_one_proportion_that_fits_several_counts(oak) -> None:
    oak.row(A, "percent", 15.0, n=117, unit="percent", decimals=0, outcome="cough")
    (effect,) = standardise(oak.single(), measure="PLO").effects
    logits = [math.log(k / (117 - k)) for k in (17, 18)]
    assert (effect.rounding.yi.low, effect.rounding.yi.high) == pytest.approx(tuple(logits))


def test_printed_counts_leave_nothing_open(oak) -> None:
    oak.row(A, "events", 15, events=15, n=100, outcome="cough")
    oak.row(B, "events", 20, events=20, n=100, outcome="cough")
    assert contrast(oak, "RR", "cough").rounding is None


def test_medians_in_two_units(oak) -> None:
    oak.row(A, "median", 13, events=30, unit="weeks").row(B, "median", 2, events=30, unit="months")
    effect = contrast(oak, "HR")
    month = 30.4375 / 7
    ends = math.log(1.5 * month / 13.5), math.log(2.5 * month / 12.5)
    assert (effect.rounding.yi.low, effect.rounding.yi.high) == pytest.approx(ends)
    assert effect.rounding.weight_factor == 1.0


def test_decimals_as_printed_count_not_those_of_the_number(oak, trials) -> None:
    wide = contrast(oak.row(AB, "HR", 0.5, (0.4, 0.6), ci_decimals=1, decimals=1), "HR")
    narrow = contrast(
        trials()
        .trial()
        .row(AB, "HR", 0.5, (0.4, 0.6), printed="0.500 (0.400-0.600)", ci_decimals=3, decimals=3),
        "HR",
    )
    assert narrow.rounding.yi.high == pytest.approx(math.log(0.5005))
    assert wide.rounding.yi.high == pytest.approx(math.log(0.55))
    assert wide.rounding.weight_factor > 3 > 1.03 > narrow.rounding.weight_factor


def test_a_printed_difference(oak) -> None:
    oak.row(AB, "RD", -5.0, (-10.0, 0.0), unit="percent", outcome="cough", decimals=0, ci_decimals=0)
    effect = contrast(oak, "RD", "cough")
    assert (effect.rounding.yi.low, effect.rounding.yi.high) == pytest.approx((-0.055, -0.045))
    z = 1.959963984540054
    assert (effect.rounding.sei.low, effect.rounding.sei.high) == pytest.approx(
        (0.09 / (2 * z), 0.11 / (2 * z))
    )


def test_the_digits_of_a_standard_error(oak) -> None:
    effect = contrast(oak.row(AB, "HR", 0.5, se=0.2, se_decimals=2, decimals=2), "HR")
    assert (effect.rounding.sei.low, effect.rounding.sei.high) == (0.195, 0.205)


def test_the_report_says_it_where_the_weight_depends_on_it(oak, trials) -> None:
    coarse = contrast(oak.row(AB, "HR", 0.9, (0.8, 1.0), decimals=1, ci_decimals=1), "HR")
    (note,) = effect_notes([coarse])
    assert note == (
        "Oak 2001: grade 1; rounding of the printed figures leaves a standard error from 0.028 to 0.086, "
        "a weight within a factor of 9.2"
    )
    fine = contrast(trials().trial().row(AB, "HR", 0.62, (0.45, 0.85), decimals=2, ci_decimals=2), "HR")
    assert effect_notes([fine]) == ()
