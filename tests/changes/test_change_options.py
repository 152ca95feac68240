"""What two scripts declare otherwise, in words, and which outcome is which."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from metasyn import Analysis, Apart, BaselineRisk, Claim, Outcome, SynthesisSpec
from metasyn.changes.causes import option_causes
from metasyn.changes.hybrid import merged
from metasyn.changes.options import (
    _OUTCOME_WORDS,
    _SYNTHESIS_WORDS,
    asks_otherwise,
    moves_numbers,
    option_edits,
    works_otherwise,
)
from metasyn.changes.outcome_pairs import pair_outcomes

BASE = Analysis(
    title="Tea",
    question="Does tea help?",
    outcomes=[Outcome("sleep", "RR"), Outcome("waking", "HR")],
    contrast=("tea", "water"),
    studies={"design": "randomised"},
)
SLEEP = BASE.outcomes[0]
APART = Apart(title="children", reason="others", contrast=("mint", "water"))
CASES: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    # what changes, where, old, new, what it is: question, method, both empty: neither; + moves numbers
    "title": ({"title": "Tee"}, "title", "Tea", "Tee", ""),
    "question": ({"question": "Why?"}, "question", "Does tea help?", "Why?", "question"),
    "contrast": (
        {"contrast": ({"drink": ["tea", "mint"]}, "water")},
        "contrast", "tea compared with water", "drink = tea, mint compared with water", "question+",
    ),
    "single": (
        {"contrast": None, "cohorts": "tea"}, "contrast", "tea compared with water", "tea", "question+",
    ),
    "studies": ({"studies": {}}, "studies", "design = randomised", "", "question+"),
    "same": ({"same": ["setting"]}, "same", "", "setting", "question+"),
    "overlap": ({"overlap": "parts"}, "overlap", "the whole is kept", "the parts are kept", "method+"),
    "subgroups": ({"subgroups": ["phase"]}, "subgroups", "", "phase", "method"),
    "exclude": ({"exclude": {"R1": "double"}}, "exclude[R1]", "", "double", "question+"),
    "notes": ({"notes": ["One.", "Two."]}, "notes", "", "One. Two.", ""),
    "ongoing": ({"ongoing": []}, "ongoing", "all", "none", ""),
    "external": ({"external": ["R9"]}, "external", "", "R9", ""),
    "favours": ({"favours": ("tea", "water")}, "favours", "none", "tea, water", ""),
    "apart": ({"apart": [APART]}, "apart", "", "children", "question"),
    "measure": (
        {"outcomes": [replace(SLEEP, measure="OR"), BASE.outcomes[1]]},
        "outcomes[sleep].measure", "RR", "OR", "method",
    ),
    "definitions": (
        {"outcomes": [replace(SLEEP, definitions=["diary"]), BASE.outcomes[1]]},
        "outcomes[sleep].definitions", "", "diary", "method+",
    ),
    "zero cells": (
        {"outcomes": [replace(SLEEP, zero_cells="all"), BASE.outcomes[1]]},
        "outcomes[sleep].zero_cells", "only0", "all", "method+",
    ),
    "assumed events": (
        {"outcomes": [SLEEP, replace(BASE.outcomes[1], event_fraction=0.75)]},
        "outcomes[waking].event_fraction", "none", "0.75", "method+",
    ),
    "baseline risk": (
        {"outcomes": [replace(SLEEP, baseline_risk=BaselineRisk(0.4, source="Ax")), BASE.outcomes[1]]},
        "outcomes[sleep].baseline_risk", "", "40.0% (Ax)", "",
    ),
    "outcome": ({"outcomes": [SLEEP]}, "outcomes[waking]", "waking (HR)", "", "question"),
    "estimator": (
        {"synthesis": SynthesisSpec(tau2_method="DL")},
        "synthesis.tau2_method", "restricted maximum likelihood", "DerSimonian-Laird", "method+",
    ),
    "model": (
        {"synthesis": SynthesisSpec(model="common-effect")},
        "synthesis.model", "by the number of studies", "common effect", "method+",
    ),
    "level": ({"synthesis": SynthesisSpec(level=0.9)}, "synthesis.level", "95%", "90%", "method+"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_edit_says_where_and_what(case: str) -> None:
    changes, where, old, new, kind = CASES[case]
    (edit,) = option_edits(BASE, replace(BASE, **changes))
    assert (edit.where, edit.old, edit.new) == (where, old, new)
    assert edit.words
    found = "question" if asks_otherwise(edit) else "method" if works_otherwise(edit) else ""
    assert found + ("+" if moves_numbers(edit) else "") == kind
    (back,) = option_edits(replace(BASE, **changes), BASE)
    assert (back.where, back.old, back.new) == (where, new, old)


def test_equal_scripts_declare_the_same_however_they_are_written() -> None:
    other = replace(
        BASE, outcomes=tuple(BASE.outcomes), notes=(), same=(), studies={"design": ("randomised",)}
    )
    assert [edit.where for edit in option_edits(BASE, other)] == ["studies"]
    assert option_edits(BASE, replace(BASE, outcomes=tuple(BASE.outcomes), notes=[])) == ()


def test_every_field_of_a_script_has_its_words() -> None:
    assert {field.name for field in fields(SynthesisSpec)} == set(_SYNTHESIS_WORDS)
    assert {field.name for field in fields(Outcome)} == {*_OUTCOME_WORDS, "outcome", "timepoint"}
    told = {edit.partition("[")[0].partition(".")[0] for _, edit, *_ in CASES.values()}
    assert {field.name for field in fields(Analysis)} - told == {"cohorts", "claims"}


def test_a_sentence_with_the_same_text_and_another_condition_is_told_apart() -> None:
    one = replace(BASE, claims=[Claim("It helps.", outcome="sleep", interval="above")])
    other = replace(BASE, claims=[Claim("It helps.", outcome="sleep", direction="above")])
    (edit,) = option_edits(one, other)
    assert edit.old == "It helps. (outcome sleep, interval above)"
    assert edit.new == "It helps. (outcome sleep, direction above)"


def test_another_reason_for_what_stands_apart_is_no_other_question() -> None:
    other = replace(BASE, apart=[replace(APART, reason="they differ")])
    (edit,) = option_edits(replace(BASE, apart=[APART]), other)
    assert (edit.where, edit.old, edit.new) == ("apart.reason", "others", "they differ")
    assert not asks_otherwise(edit)


def test_another_reason_for_leaving_out_is_no_cause() -> None:
    one, other = replace(BASE, exclude={"R1": "double"}), replace(BASE, exclude={"R1": "printed twice"})
    edits = option_edits(one, other)
    assert [edit.where for edit in edits] == ["exclude[R1]"]
    assert option_causes(edits, one, other) == ()
    assert not asks_otherwise(edits[0])


def test_each_option_is_a_cause_of_its_own_unless_some_only_hold_together() -> None:
    free = replace(BASE, synthesis=SynthesisSpec(tau2_method="PM", level=0.9))
    causes = option_causes(option_edits(BASE, free), BASE, free)
    assert [cause.id for cause in causes] == ["option:synthesis.tau2_method", "option:synthesis.level"]
    tied = replace(
        BASE, overlap="parts", synthesis=SynthesisSpec(tau2_method="ML", tau2_ci_method="profile-likelihood")
    )
    old = replace(BASE, synthesis=SynthesisSpec(tau2_method="PM"))
    causes = option_causes(option_edits(old, tied), old, tied)
    assert [cause.id for cause in causes] == ["option:overlap", "option:synthesis"]
    assert causes[1].title == (
        "estimator of the between-study variance: Paule-Mandel → maximum likelihood; "
        "interval of the between-study variance: q-profile → profile-likelihood"
    )


def test_outcomes_are_paired_by_measure_first() -> None:
    old = [Outcome("a", "RR"), Outcome("a", "RD"), Outcome("b", "HR", timepoint="1 year"), Outcome("c", "RR")]
    new = [Outcome("b", "HR"), Outcome("a", "OR"), Outcome("a", "RR"), Outcome("b", "HR", timepoint="1 year")]
    pairs = pair_outcomes(old, new)
    assert [(pair.name, pair.places, pair.same_scale) for pair in pairs] == [
        ("b", (-1, 0), False),
        ("a OR", (1, 1), False),
        ("a RR", (0, 2), True),
        ("b 1 year", (2, 3), True),
        ("c", (3, -1), False),
    ]


def test_outcomes_that_nothing_tells_apart_are_numbered() -> None:
    twice = [Outcome("a", "RR"), Outcome("a", "RR", definitions=["x"])]
    assert [pair.name for pair in pair_outcomes(twice, twice)] == ["a RR 1", "a RR 2"]
    assert [pair.places for pair in pair_outcomes(twice, twice)] == [(0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("abc", "abc", "abc"),
        ("abc", "", "abc"),
        ("", "xy", "xy"),
        ("abc", "xabyc", "xabyc"),
        ("acb", "abxc", "acbx"),
    ],
)
def test_keys_that_one_side_lacks_stand_where_the_other_has_them(
    first: str, second: str, together: str
) -> None:
    assert "".join(merged([*first], [*second])) == together
