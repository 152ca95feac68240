"""Two-by-two tables that no source prints, from rows of results, end to end."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.effects import standardise
from metasyn.effects.rounding import whole_number_counts
from tests.effects.conftest import Builder

DRUG, PLACEBO, BOTH, REVERSED = "oak.drug", "oak.placebo", "oak.drug|oak.placebo", "oak.placebo|oak.drug"
Row = tuple[str, str, float | None, dict[str, Any]]


def effects_of(*rows: Row, measure: Any = "RR", n: tuple[int | None, int | None] = (100, 100)) -> Any:
    oak = Builder().trial(n=n)
    for about, statistic, value, more in rows:
        oak.row(about, statistic, value, outcome="cough", **more)
    return standardise(oak.contrast("cough"), measure=measure)


def the_counts(effects: Any) -> tuple[int, int, int, int]:
    (effect,) = effects.effects
    counts = effect.counts
    return counts.events_1, counts.n_1, counts.events_2, counts.n_2


ALL: Row = (BOTH, "events", 30.0, {"events": 30})

# Each way to 10/100 against 20/100: OR 0.444, RR 0.5, RD -0.1, phi -0.140, chi-square 3.922 (p 0.0477),
# corrected 3.176 (p 0.0747), Fisher p 0.0734 (R 4.2.2).
WAYS: list[tuple[str, int, tuple[Row, ...]]] = [
    ("margins and events", 2, (ALL, (DRUG, "events", 10.0, {"events": 10}))),
    ("margins and events", 2, (ALL, (PLACEBO, "percent", 20.0, {"decimals": 0, "unit": "percent"}))),
    ("margins and ratio", 4, (ALL, (BOTH, "OR", 0.44, {"decimals": 2}))),
    ("margins and ratio", 4, (ALL, (REVERSED, "OR", 2.25, {"decimals": 2}))),
    ("margins and ratio", 4, (ALL, (REVERSED, "RR", 2.0, {"decimals": 2}))),
    ("margins and ratio", 4, (ALL, (BOTH, "RD", -10.0, {"decimals": 0, "unit": "percent"}))),
    ("margins and ratio", 4, ((BOTH, "OR", 0.44, {"decimals": 2, "events": 30, "n": 200}),)),
    ("margins and phi", 4, (ALL, (BOTH, "phi", -0.140, {"decimals": 3}))),
    ("margins and phi", 4, (ALL, (REVERSED, "phi", 0.140, {"decimals": 3}))),
    ("risk and ratio", 4, ((PLACEBO, "events", 20.0, {"events": 20}), (BOTH, "RR", 0.50, {"decimals": 2}))),
    ("risk and ratio", 4, ((DRUG, "percent", 10.0, {"decimals": 0}), (BOTH, "OR", 0.444, {"decimals": 3}))),
    ("margins and test", 4, (ALL, (BOTH, "p", None, {"p": 0.048, "test": "chi-square"}))),
    ("margins and test", 4, (ALL, (BOTH, "p", None, {"p": 0.024, "sided": "one", "test": "chi-square"}))),
    ("margins and test", 4, (ALL, (BOTH, "p", None, {"p": 0.075, "test": "chi-square with correction"}))),
    ("margins and test", 4, (ALL, (BOTH, "p", None, {"p": 0.0734, "test": "Fisher"}))),
    ("margins and test", 4, (ALL, (BOTH, "chi-square", 3.92, {"test": "chi-square"}))),
    ("margins and test", 4, (ALL, (BOTH, "z", -1.98, {"test": "chi-square"}))),
    ("margins and test", 4, ((BOTH, "percent", 15.0, {"decimals": 0, "unit": "percent", "n": 200}),
                             (BOTH, "p", None, {"p": 0.0477, "test": "chi-square"}))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "grade", "rows"), WAYS)
def test_every_way_to_one_table(name: str, grade: int, rows: tuple[Row, ...]) -> None:
    told = tuple(
        (about, stat, value, {"fewer_events_in": "cohort" if about == BOTH else "comparator", **more})
        if stat in ("p", "chi-square", "z")
        else (about, stat, value, more)
        for about, stat, value, more in rows
    )
    effects = effects_of(*told)
    (effect,) = effects.effects
    assert (effect.route.name, effect.route.grade) == (name, grade)
    assert the_counts(effects) == (10, 100, 20, 100)
    assert effect.yi == pytest.approx(math.log(0.5))
    assert effect.vi == pytest.approx(1 / 10 + 1 / 20 - 2 / 100)
    assert any(note.startswith("10/100 of drug and 20/100 of placebo recovered") for note in effect.notes)
    assert effect.inverted == any(about == REVERSED for about, *_ in rows)
    assert effect.rounding is not None
    assert effect.yi in effect.rounding.yi
    assert effect.sei in effect.rounding.sei


def test_the_swapped_contrast_turns_the_direction_of_a_test() -> None:
    p = {"p": 0.048, "test": "chi-square", "fewer_events_in": "comparator"}
    assert the_counts(effects_of(ALL, (REVERSED, "p", None, p))) == (10, 100, 20, 100)
    assert the_counts(effects_of(ALL, (BOTH, "p", None, p))) == (20, 100, 10, 100)


def test_several_tables_are_named_and_widen_the_range() -> None:
    (effect,) = effects_of(
        (PLACEBO, "events", 20.0, {"events": 20}), (BOTH, "RR", 0.5, {"decimals": 1})
    ).effects
    assert "the nearest of 3: 9 and 20, 11 and 20 would fit too" in effect.notes[0]
    assert effect.rounding.yi.low == pytest.approx(math.log(9 / 20))
    assert effect.rounding.yi.high == pytest.approx(math.log(11 / 20))


def test_an_unstated_test_is_noted_and_every_test_is_tried() -> None:
    p = {"p": 0.0734, "fewer_events_in": "cohort"}
    (effect,) = effects_of(ALL, (BOTH, "p", None, p)).effects
    assert (effect.counts.events_1, effect.counts.events_2) == (10, 20)
    assert any("the test is not stated, taken as Fisher's exact test" in note for note in effect.notes)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((ALL, (BOTH, "p", None, {"p": 0.048})), "state it in fewer_events_in"),
        ((ALL, (BOTH, "p", None, {"p": "<0.05", "fewer_events_in": "cohort"})), "only a bound"),
        (
            (ALL, (BOTH, "p", None, {"p": 0.0481, "test": "log-rank", "fewer_events_in": "cohort"})),
            "log-rank",
        ),
        (((BOTH, "OR", 0.44, {}),), "the events of both groups together, or of one are not printed"),
        ((ALL, (BOTH, "OR", 0.42, {"decimals": 3})), "gives 0.4444"),
        ((ALL, (BOTH, "OR", 0.44, {"n": 190})), "groups of 100 and 100 do not make the 190"),
        (((BOTH, "events", 300.0, {"events": 300}), (BOTH, "OR", 0.44, {})), "are not printed"),
    ],
)
def test_margins_that_do_not_do_say_why(rows: tuple[Row, ...], reason: str) -> None:
    effects = effects_of(*rows)
    assert effects.k == 0
    assert reason in effects.exclusions[0].reason


def test_group_sizes_may_come_from_the_whole() -> None:
    rows = (ALL, (DRUG, "events", 10.0, {"events": 10, "n": 100}), (BOTH, "n", 200.0, {"n": 200}))
    (effect,) = effects_of(*rows, n=(None, None)).effects
    assert the_counts(effects_of(*rows, n=(None, None))) == (10, 100, 20, 100)
    assert "n = 100 of the other group: 200 in all" in effect.notes
    none = effects_of(ALL, (BOTH, "OR", 0.44, {}), n=(None, None))
    assert "the number of participants of both groups is not printed" in none.exclusions[0].reason


def test_printed_counts_come_before_margins_and_margins_before_a_ratio_with_p() -> None:
    counts = ((DRUG, "events", 11.0, {"events": 11}), (PLACEBO, "events", 19.0, {"events": 19}))
    ratio = (BOTH, "RR", 0.50, {"decimals": 2, "p": 0.05})
    assert effects_of(*counts, ALL, ratio).effects[0].route.name == "events"
    assert effects_of(ALL, ratio).effects[0].route.name == "margins and ratio"
    with_ci = (BOTH, "RR", 0.50, {"decimals": 2, "ci": (0.25, 1.0)})
    assert effects_of(ALL, with_ci).effects[0].route.name == "ratio and interval"


def test_other_measures_use_the_same_table() -> None:
    rows = (ALL, (BOTH, "OR", 0.44, {"decimals": 2}))
    (effect,) = effects_of(*rows, measure="RD").effects
    assert effect.yi == pytest.approx(-0.1)
    (effect,) = effects_of(*rows, measure="PHI").effects
    assert effect.yi == pytest.approx(-0.1400, abs=1e-4)


@given(
    st.integers(3, 60), st.integers(3, 60), st.integers(0, 60), st.integers(0, 60),
    st.sampled_from(["OR", "RR", "RD", "percent", "risk"]), st.integers(0, 2),
)  # fmt: skip
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_random_table_is_recovered_or_the_note_says_that_others_fit(
    n_1: int, n_2: int, a: int, c: int, way: str, decimals: int
) -> None:
    a, c = min(max(a, 1), n_1 - 1), min(max(c, 1), n_2 - 1)
    total: Row = (BOTH, "events", float(a + c), {"events": a + c})
    figures = {"OR": a * (n_2 - c) / ((n_1 - a) * c), "RR": a * n_2 / (c * n_1), "RD": a / n_1 - c / n_2}
    if way == "percent":
        printed = round(100 * a / n_1, decimals)
        rows: tuple[Row, ...] = (total, (DRUG, "percent", printed, {"decimals": decimals}))
        if a not in whole_number_counts(printed, decimals, n_1):
            return
    elif way == "risk":
        rows = (
            (PLACEBO, "events", float(c), {"events": c}),
            (BOTH, "OR", max(round(figures["OR"], decimals + 1), 0.1), {"decimals": decimals + 1}),
        )
    else:
        rows = (total, (BOTH, way, round(figures[way], decimals + 1), {"decimals": decimals + 1}))
    effects = effects_of(*rows, measure="OR", n=(n_1, n_2))
    if not effects.k:
        assert way == "risk"
        assert figures["OR"] < 0.05
        return
    (effect,) = effects.effects
    if the_counts(effects) != (a, n_1, c, n_2):
        assert "would fit too" in effect.notes[0]
        assert math.log(figures["OR"]) in effect.rounding.yi or any(
            math.isclose(math.log(figures["OR"]), end, abs_tol=1e-9)
            for end in (effect.rounding.yi.low, effect.rounding.yi.high)
        )
