"""A comparison in words: sentences, the text on a terminal, the release note, the JSON document."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from math import exp, log
from pathlib import Path

import pytest
from made_up_change import AFTER, BEFORE, CAUSES, CLAIM, analysis, made_up_change, waking

from metasyn.changes.model import AnalysisChange, EvidenceChange, OptionEdit
from metasyn.evidence.table_changes import CellEdit, RowEdit
from metasyn.report.changes.note import change_note, markdown_text, study_sentences
from metasyn.report.changes.numbers import (
    orders_sentence,
)
from metasyn.report.changes.plain_data import change_json
from metasyn.report.changes.terminal import change_plain
from metasyn.report.changes.words import claim_sentence, trigger_words
from metasyn.values import Interval, NotEstimable

NOTHING = EvidenceChange(
    old="HEAD",
    new="the working folder",
    analyses=(AnalysisChange(name="a", title="A", kind="unchanged"),),
)


def with_outcome(outcome: object, **further: object) -> EvidenceChange:
    return replace(made_up_change(), analyses=(replace(analysis(), outcomes=(outcome,), **further),))


# Sentences


@pytest.mark.parametrize(
    ("before", "after", "causes", "words"),
    [
        (True, False, ("row:DO-WAKING-1",), "was true and is now false: 95%"),
        (False, True, (), "only several together do"),
        (True, False, ("row:DO-WAKING-1", "row:AX-WAKING-1"), "Each of these alone does this: results.csv"),
        (None, True, (), "is a new sentence and is true"),
        (False, None, (), "was false and is no longer said"),
        (True, True, (), "is still true"),
    ],
)
def test_sentences_of_the_analyst(before, after, causes, words):
    claim = replace(CLAIM, before=before, after=after, causes=causes)
    said = claim_sentence(claim, {cause.id: cause.title for cause in CAUSES})
    assert said.startswith("“Tea shortens the time to waking.” (time to waking) ")
    assert words in said
    assert ("due to" in said) == (len(causes) == 1)


def test_what_led_to_a_version():
    assert trigger_words(made_up_change()) == "2 rows added, 1 corrected; 1 script changed"
    assert trigger_words(NOTHING) == "nothing changed"
    more = replace(
        made_up_change(),
        rows=(),
        analyses=(replace(analysis(), kind="added"), replace(analysis(), kind="added")),
        software=(OptionEdit(where="software.metasyn", words="metasyn", old="0.1", new="0.2"),),
    )
    assert trigger_words(more) == "2 analyses added; other versions of the software"


def test_how_shares_were_computed():
    assert "over all orders" in orders_sentence(waking())
    sampled = replace(waking(), attribution="sampled", orders=400)
    assert "over 400 of the orders" in orders_sentence(sampled)
    assert orders_sentence(replace(waking(), causes=CAUSES[:1])) == ""


def test_studies_that_came_and_went_and_new_data():
    removed = RowEdit(key="BO-1", kind="removed", cells=(CellEdit(column="study_id", old="BO", new=""),))
    rows = (*made_up_change().rows, removed)
    assert study_sentences(rows) == (
        "Studies newly included: DO.",
        "Of studies already included: 1 figure corrected, 1 figure removed.",
    )
    assert study_sentences(()) == ("No study and no reported figure changed.",)


# On the terminal


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width):
    lines = change_plain(made_up_change(), width=width).splitlines()
    tables = [line for line in lines if "to" in line or "×" in line]
    assert max(map(len, lines)) <= max(width, 66)
    assert tables


def test_the_terminal_tells_what_changed_and_what_did_it():
    text = change_plain(made_up_change())
    assert text.startswith(
        "version 1.0.0 → the working folder\n\nIn the tables: 2 rows added, 1 corrected.\n"
    )
    assert "    corrected  AX-WAKING-1: ci_high 0.49 → 0.94\n" in text
    assert re.search(r"^ +HR +0\.62 +0\.75 +×1\.21$", text, re.M)
    assert re.search(r"^ +×1\.17 +×1\.16 +×1\.27 +\+0\.003 +−10 +results\.csv row DO-WAKING-1", text, re.M)
    assert "Weights: Dostal 2024 (new) 24%; Axelsson 2019 50% → 30%" in text
    assert "Unchanged: slept through (proportion 59.9%)." in text
    assert "was true and is now" in text
    assert text.endswith("1 analysis is unchanged: sleep_with_tea.")
    assert text.count("average over all orders") == 1


def test_the_prediction_interval_is_shared_out_where_there_is_room():
    assert "PI low" not in change_plain(made_up_change(), width=80)
    assert "PI low" in change_plain(made_up_change(), width=120)


def test_one_cause_is_a_sentence():
    outcome = replace(
        waking(), causes=CAUSES[:1], moved=tuple(replace(m, shares=m.shares[:1]) for m in waking().moved)
    )
    text = change_plain(with_outcome(outcome))
    assert "Cause: results.csv row DO-WAKING-1 added." in text
    assert "What did it" not in text


def test_nothing_changed_is_one_line():
    assert change_plain(NOTHING) == "Nothing changed from HEAD to the working folder."


def test_many_rows_are_counted_unless_all_are_asked_for():
    rows = tuple(RowEdit(key=f"R{i:02d}", kind="added") for i in range(20))
    change = replace(made_up_change(), rows=rows)
    assert "    and 8 more; --all lists them" in change_plain(change)
    assert "R19" not in change_plain(change)
    assert "R19" in change_plain(change, every_row=True)


def test_analyses_that_came_went_or_cannot_be_compared():
    added = replace(
        analysis(), kind="added", outcomes=(replace(waking(), before=None, moved=(), weights=()),)
    )
    refused = AnalysisChange(name="b", title="B", kind="not comparable", remark="the script fails")
    text = change_plain(replace(made_up_change(), analyses=(added, refused)))
    assert "This analysis is new." in text
    assert "Time to waking (new)" in text
    assert "Cannot be compared: the script fails." in text


def test_reasons_are_told_once():
    reason = "the effect measure changed"
    unshared = tuple(replace(one, shares=(), unshared=reason) for one in waking().moved)
    outcome = replace(waking(), moved=unshared, attribution="none", remark=reason)
    assert change_plain(with_outcome(outcome)).count("he effect measure changed") == 1
    partly = (*waking().moved[:3], replace(waking().moved[3], shares=(), unshared="k = 2 on one side"))
    text = change_plain(with_outcome(replace(waking(), moved=partly)))
    told = "Not shared out: the change of the lower bound of the prediction interval; k = 2 on one side."
    assert told in " ".join(text.split())


def test_foreign_text_cannot_steer_the_terminal():
    hostile = "\x1b[2J‮evil\nline"
    change = replace(
        made_up_change(), analyses=(replace(analysis(), title=hostile),), old=hostile, old_version=""
    )
    for text in (change_plain(change), change_note(change)):
        assert not set(text) & {"\x1b", "‮"}


# The release note


def test_the_note_has_the_items_of_prisma_lsr():
    change = replace(made_up_change(), new_version="1.1.0")
    living = {"search_schedule": "every month", "status": "kept up to date"}
    note = change_note(change, date="2026-11-21", trigger="Dostal reported", living=living, level=2)
    lines = note.splitlines()
    assert lines[0] == "## 1.1.0 (2026-11-21)"
    for line in (
        "- Version of the evidence: 1.1.0",
        "- Preceding version: 1.0.0",
        "- What triggered this version: Dostal reported",
        "- Status of the review: kept up to date",
        "- Schedule of the search: every month",
        "- Schedules of the other steps: not stated",
        "- Retirement from the living mode: no plan is stated",
        "- Studies newly included: DO.",
    ):
        assert line in lines
    heads = [line for line in lines if line.startswith("### ")]
    names = ["Objectives and eligibility", "Methods", "Results", "Flow of studies", "Living mode"]
    assert heads == [f"### {name}" for name in names]
    methods = note.partition("### Methods\n")[2].partition("### ")[0]
    assert "restricted maximum likelihood → Paule-Mandel" in methods
    assert note.partition("### Objectives and eligibility\n")[2].startswith("\nNo changes.\n")


def test_questions_and_methods_are_told_apart():
    question = OptionEdit(where="question", words="question", old="Does it help?", new="Does it harm?")
    change = with_outcome(waking(), options=(question,), question_changed=True)
    note = change_note(change)
    assert "question: Does it help? → Does it harm?" in note.partition("## Methods")[0]
    assert note.partition("## Methods\n")[2].startswith("\nNo changes.\n")


def test_every_table_of_the_note_is_a_table():
    for block in re.findall(r"(?:^\|.*\n)+", change_note(made_up_change()), re.M):
        head, rule, *rows = block.splitlines()
        assert re.fullmatch(r"\|( :?-+:? \|)+", rule)
        assert {line.count("|") for line in (head, rule, *rows)} == {head.count("|")}


def test_marks_in_foreign_text_are_no_markdown():
    for text, shown in (
        ("# x", r"\# x"), ("1. x", r"1\. x"), ("- x", r"\- x"), ("0.62", "0.62"), ("a|b", r"a\|b"),
        ("ci_low", "ci_low"), ("_x_", r"\_x\_"), ("<b>", r"\<b>"), ("< 0.001", "< 0.001"),
        ("two\nlines", "two lines"), ("[a](b)", r"\[a\](b)"), ("`a`", r"\`a\`"),
    ):  # fmt: skip
        assert markdown_text(text) == shown


# JSON


def test_json_is_complete_and_sums_to_the_last_digit():
    document = json.loads(change_json(made_up_change()))
    assert document["schema"] == "metasyn-diff/1"
    assert document["old"] == {"label": "data/releases/1.0.0.zip", "version": "1.0.0"}
    assert [row["table"] for row in document["rows"]] == ["studies.csv", "results.csv", "results.csv"]
    first, second = document["analyses"]
    assert (first["kind"], second["kind"]) == ("unchanged", "changed")
    outcome = second["outcomes"][0]
    assert outcome["before"]["display"]["estimate"] == pytest.approx(0.62, rel=1e-15)
    assert outcome["after"]["estimate"] == log(0.75)
    assert outcome["after"]["ci"] == [log(0.55), log(1.02)]
    for one in outcome["moved"]:
        assert math.fsum(s["shapley"] for s in one["shares"]) == pytest.approx(one["change"], abs=1e-15)
    last = outcome["moved"][0]["shares"][2]
    assert last["last"] is None
    assert last["not_estimable"] == {"last": "one study"}
    assert second["claims"][0]["flipped"] is True
    assert second["claims"][0]["causes"] == ["row:DO-WAKING-1"]


def test_json_says_why_a_number_is_missing():
    none = NotEstimable("no effect is left")
    outcome = replace(
        waking(), after=replace(AFTER, estimate=none, ci=none, pi=Interval(-math.inf, 1.0, 0.95))
    )
    after = json.loads(change_json(with_outcome(outcome)))["analyses"][0]["outcomes"][0]["after"]
    assert after["estimate"] is None
    assert after["ci"] is None
    assert after["pi"] == [None, 1.0]
    assert after["not_estimable"]["estimate"] == "no effect is left"
    assert after["not_estimable"]["pi"] == "the value is not finite"


def test_a_measure_that_changed_is_named():
    moved = [replace(one, shares=(), unshared="another scale") for one in waking().moved]
    outcome = replace(
        waking(), moved=tuple(moved), attribution="none", remark="another scale", measure_before="MD"
    )
    document = json.loads(change_json(with_outcome(outcome)))
    found = document["analyses"][0]["outcomes"][0]
    assert (found["measure_before"], found["measure"]) == ("MD", "HR")
    assert found["before"]["display"]["estimate"] == BEFORE.estimate
    assert found["after"]["display"]["estimate"] == pytest.approx(exp(log(0.75)))
    changes = {one["quantity"]: (one["change"], one["not_estimable"]) for one in found["moved"]}
    assert changes["estimate"] == (None, {"change": "another scale"})
    assert changes["k"] == (1, {})


def test_every_form_is_the_same_twice():
    for form in (change_plain, change_note, change_json):
        assert form(made_up_change()) == form(made_up_change())


def test_every_key_of_the_document_is_explained():
    def keys(value):
        if isinstance(value, dict):
            yield from value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from keys(inner)

    page = (Path(__file__).parents[2] / "docs" / "living.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page.partition("## `metasyn-diff/1`")[2]))
    labels = {*AFTER.weights, *BEFORE.weights}
    assert set(keys(json.loads(change_json(made_up_change())))) - labels - {"not_estimable"} <= named
