"""The numbers of a comparison: factors and differences, tables of before, after and shares."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from made_up_change import AFTER, CAUSES, analysis, made_up_change, moved, sleep, waking

from metasyn.changes.model import WeightChange
from metasyn.effects.measure import MEASURES, get_measure
from metasyn.evidence.table_changes import CellEdit, RowEdit
from metasyn.report.changes.numbers import (
    change_cell,
    moved_weights,
    shares_are,
    shown_change,
)
from metasyn.report.changes.tables import flow_table, results_table, rows_table, shares_table
from metasyn.values import Interval, NotEstimable
from metasyn.wording import change_text


def number(text: str) -> float:
    """The number that a cell states: a factor as its logarithm."""
    plain = text.replace("−", "-").replace("odds ", "").split(" ")[0]
    return log(float(plain[1:])) if plain.startswith("×") else float(plain)


# Numbers


@pytest.mark.parametrize("factor", [0.031, 0.5, 0.9871, 0.9993, 1.0004, 1.0321, 1.134, 2.71, 12.3, 250.0])
def test_a_factor_reads_back_as_the_factor(factor):
    text = change_text(log(factor), log=True)
    assert text.startswith("×")
    assert float(text[1:]) == pytest.approx(factor, rel=0.05, abs=0.005)
    assert (float(text[1:]) > 1) == (factor > 1)


def test_a_difference_has_a_sign_and_two_digits():
    assert [change_text(x) for x in (0.1234, -0.1234, 2.0, 0.0, -31.4)] == [
        "+0.12",
        "−0.12",
        "+2",
        "0",
        "−31",
    ]


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_a_share_is_a_factor_exactly_where_the_natural_scale_or_the_odds_multiply(code):
    measure = get_measure(code)
    start, move = measure.to_analysis(0.4), 0.1
    before, after = measure.to_natural(start), measure.to_natural(start + move)
    multiplied = after / before
    if measure.family == "proportion":
        multiplied_odds = multiplied * (1 - before) / (1 - after)
    text = shown_change("estimate", move, measure)
    if text.startswith("×"):
        odds = "its odds" in shares_are(measure)
        assert float(text[1:]) == pytest.approx(multiplied_odds if odds else multiplied, abs=0.005)
    elif "scale of analysis" in shares_are(measure):
        assert text == "+0.1"
        assert after - before != pytest.approx(move)
    else:
        points = 100 if "percentage points" in shares_are(measure) else 1
        assert float(text) == pytest.approx(points * (after - before))


def test_bounds_change_as_estimates_do_and_spread_by_differences():
    hr = get_measure("HR")
    for name in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high"):
        assert shown_change(name, log(1.25), hr) == "×1.25"
    assert shown_change("tau2", 0.25, hr) == "+0.25"
    assert shown_change("I2", 0.25, hr) == "+25"
    assert shown_change("k", -1, hr) == "−1"
    assert shown_change("estimate", 1e-17, hr) == "–"


# Tables


def test_before_and_after_on_the_natural_scale():
    table = results_table(waking())
    cells = {row[0]: row[1:] for row in table.rows}
    assert cells["HR"] == ("0.62", "0.75", "×1.21")
    assert cells["95% CI"] == ("0.47 to 0.81", "0.55 to 1.02", "")
    assert cells["95% PI"] == ("0.30 to 1.28", "0.40 to 1.41", "")
    assert cells["p"] == ("< 0.001", "0.062", "")
    assert cells["τ²"][:2] == ("0.040", "0")
    assert cells["I²"] == ("58%", "0%", "−58 points")
    assert cells["studies"] == ("3", "4", "+1")
    assert cells["method"] == (
        "random effects (REML), Hartung-Knapp interval",
        "random effects (PM), Hartung-Knapp interval",
        "",
    )


def test_estimates_have_a_row_where_studies_give_several():
    outcome = replace(waking(), after=replace(AFTER, k=6))
    rows = {row[0]: row[1:] for row in results_table(outcome).rows}
    assert rows["estimates"] == ("3", "6", "+3")
    assert rows["studies"] == ("3", "4", "+1")


def test_what_is_not_there_or_cannot_be_estimated_is_said():
    none = NotEstimable("no effect is left")
    gone = replace(AFTER, k=0, n_studies=0, estimate=none, ci=none, pi=none, pvalue=none, tau2=none, I2=none)
    rows = {row[0]: row[1:] for row in results_table(replace(waking(), after=gone, moved=())).rows}
    assert rows["HR"] == ("0.62", "not estimable", "")
    assert rows["95% CI"][1] == "–"
    assert rows["method"][1] == "nothing to pool"
    new = {row[0]: row[1:] for row in results_table(replace(waking(), before=None, moved=())).rows}
    assert new["HR"] == ("–", "0.75", "")
    one = results_table(replace(waking(), after=replace(AFTER, k=1, n_studies=1))).rows[-1]
    assert one[2] == "one study, not pooled"


def test_another_level_is_named_in_the_cells():
    assert isinstance(AFTER.ci, Interval)
    after = replace(AFTER, level=0.9, ci=replace(AFTER.ci, level=0.9))
    rows = {row[0]: row[1:] for row in results_table(replace(waking(), after=after)).rows}
    assert rows["CI"][:2] == ("0.47 to 0.81 (95%)", "0.55 to 1.02 (90%)")


def test_another_measure_is_named_in_the_cells():
    outcome = replace(waking(), measure_before="MD")
    row = results_table(outcome).rows[0]
    assert row == ("estimate", "MD −0.478", "HR 0.75", "")
    assert (outcome.another_scale, waking().another_scale) == (True, False)
    assert replace(outcome, moved=(), weights=()).changed


def test_the_shares_of_the_table_make_up_the_whole():
    table = shares_table(waking())
    assert table is not None
    assert [row[0] for row in table.rows] == [*(cause.title for cause in CAUSES), "all together"]
    for column in range(1, len(table.columns)):
        *parts, whole = [0.0 if row[column] == "–" else number(row[column]) for row in table.rows]
        assert sum(parts) == pytest.approx(whole, abs=0.03 if abs(whole) < 3 else 1)
    assert [column.header for column in table.columns][1:4] == ["HR", "95% CI low", "95% CI high"]


def test_without_shares_there_is_no_table():
    unshared = tuple(replace(one, shares=(), unshared="no") for one in waking().moved)
    assert shares_table(replace(waking(), moved=unshared)) is None
    assert shares_table(waking(), quantities=("k",)).columns[1].header == "estimates"
    assert shares_table(replace(waking(), causes=())) is None


def test_rows_are_told_by_their_table_and_what_changed():
    assert rows_table(made_up_change().rows).rows == (
        ("studies.csv", "DO", "added", "Dostal 2024"),
        ("results.csv", "DO-WAKING-1", "added", "0.98 (0.70-1.37)"),
        ("results.csv", "AX-WAKING-1", "corrected", "ci_high 0.49 → 0.94"),
    )
    long = RowEdit(
        key="source:x", kind="corrected", cells=(CellEdit(column="note", old="", new="very " * 40),)
    )
    ((file, name, _, says),) = rows_table((long, replace(long, key="curve:R1", cells=()))).rows[:1]
    assert (file, name) == ("sources.csv", "x")
    assert says.startswith("note (empty) → very")
    assert len(says) < 90


def test_the_flow_counts_estimates_and_adds_up_though_two_have_one_name():
    (row, _) = flow_table([analysis()]).rows
    assert row[1:] == ("3", "1", "0", "4")
    gone = replace(waking(), after=None)
    assert flow_table([replace(analysis(), outcomes=(gone,))]).rows[0][1:] == ("3", "0", "3", "–")
    # Other cohorts of the same trial: one estimate came, one went.
    names = [("Axelsson 2019", 0.5, None), ("Axelsson 2019", None, 0.3), ("Bo 2020", 0.3, 0.26)]
    names += [("Cem 2021", 0.2, 0.2), ("Dostal 2024", None, 0.24)]
    weights = tuple(WeightChange(label=name, before=old, after=new) for name, old, new in names)
    swapped = replace(waking(), weights=weights)
    assert flow_table([replace(analysis(), outcomes=(swapped,))]).rows[0][1:] == ("3", "2", "1", "4")


def test_weights_that_moved_most_come_first():
    assert [one.label for one in moved_weights(waking())] == ["Dostal 2024", "Axelsson 2019", "Bo 2020"]
    small = replace(waking(), weights=(WeightChange(label="A", before=0.5, after=0.505),))
    assert moved_weights(small) == ()


def test_an_unmoved_outcome_has_no_change():
    assert change_cell(None, get_measure("HR")) == ""
    assert change_cell(moved("I2", 0.5, 0.51, 0.0, 0.0), get_measure("HR")) == "+1 point"
    assert not sleep().changed
