"""Absolute effects in a report: the sentence, the table and the numbers agree."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.analysis.spec import Outcome
from metasyn.claims.statement import Subject
from metasyn.report.absolute import absolute_section, absolute_statements
from metasyn.report.blocks import Bullets, Paragraph, Section, TableBlock
from metasyn.synthesis import pool
from metasyn.synthesis.absolute import AbsoluteEffect, absolute_effect
from metasyn.synthesis.baseline_risk import BaselineRisk
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.absolute import difference_words
from metasyn.tables.model import ReportTable


def with_risk(part: OutcomeResult, *risks: BaselineRisk, measure: str = "RR") -> OutcomeResult:
    return replace(part, outcome=Outcome("tb", measure, baseline_risk=risks))  # type: ignore[arg-type]


def table_of(section: Section | None) -> ReportTable:
    assert section is not None
    (table,) = (block.table for block in section.blocks if isinstance(block, TableBlock))
    return table


def test_nothing_without_a_baseline_risk_or_a_result(bcg: AnalysisResult) -> None:
    assert absolute_section(bcg.outcomes[0], bcg) is None
    assert absolute_section(with_risk(bcg.outcomes[3], BaselineRisk(0.1)), bcg) is None


def test_sentence_and_table_state_the_same(bcg: AnalysisResult) -> None:
    # RR 0.4894 (0.3301 to 0.7257), metafor 3.8-1; times 20: 9.79 (6.60 to 14.51), 10.2 (13.4 to 5.5) fewer.
    part = with_risk(bcg.outcomes[0], BaselineRisk(0.02, source="a registry"))
    section = absolute_section(part, bcg)
    assert section is not None
    assert (section.anchor, section.heading) == ("absolute-tb-rr", "Absolute effects")
    said = section.blocks[0]
    assert isinstance(said, Paragraph)
    assert said.text == (
        "In 1,000 people, 20 with no vaccine and 10 (95% CI 7 to 15) with BCG are expected to have the event "
        "(Tuberculosis): 10 fewer (13 fewer to 5 fewer)."
    )
    table = table_of(section)
    assert table.rows == (
        ("2.0%", "RR 0.49 (0.33 to 0.73)", "20", "10 (7 to 15)", "10 fewer (13 fewer to 5 fewer)"),
    )
    assert [column.header for column in table.columns][2:4] == ["With no vaccine", "With BCG (95% CI)"]
    assert "Baseline risk 2.0%: a registry." in table.notes


def test_several_risks_are_several_sentences_and_rows(bcg: AnalysisResult) -> None:
    risks = (BaselineRisk(0.002, "low"), BaselineRisk(0.1, "high"))
    section = absolute_section(with_risk(bcg.outcomes[0], *risks), bcg)
    assert section is not None
    said = section.blocks[0]
    assert isinstance(said, Bullets)
    assert [text.split(":")[0] for text in said.items] == ["Low", "High"]
    assert [row[0] for row in table_of(section).rows] == ["Low, 0.2%", "High, 10.0%"]


def test_the_sentence_turns_with_the_numbers(bcg: AnalysisResult) -> None:
    part = with_risk(bcg.outcomes[0], BaselineRisk(0.1))
    (before,) = absolute_statements(part, bcg)
    for shift, ending in ((0.0, "fewer)."), (0.7, "includes no difference."), (2.0, "more).")):
        result = pool(yi=part.effects.yi + shift, vi=part.effects.vi, measure="RR")
        (after,) = absolute_statements(replace(part, synthesis=result), bcg)
        assert after.text.endswith(ending)
        assert after.holds(Subject(result=result))
        assert before.holds(Subject(result=result)) == (shift == 0.0)


def test_survival_at_a_time(bcg: AnalysisResult) -> None:
    result = pool(yi=[math.log(0.5)], sei=[0.2], measure="HR")
    risk = BaselineRisk(0.25, by="12 months", of="event-free", source="median")
    part = replace(with_risk(bcg.outcomes[0], risk, measure="HR"), synthesis=result)
    (statement,) = absolute_statements(part, bcg)
    assert "250 with no vaccine and 500 (95% CI" in statement.text
    assert "to be without the event (Tuberculosis) at 12 months: 250 more" in statement.text
    section = absolute_section(part, bcg)
    assert table_of(section).rows[0][0] == "25.0%, without the event at 12 months"
    assert section is not None
    last = section.blocks[-1]
    assert isinstance(last, Paragraph)
    assert "proportional up to the time stated" in last.text


def test_an_impossible_risk_is_said_not_printed(bcg: AnalysisResult) -> None:
    result = pool(yi=[math.log(3)], sei=[0.2], measure="RR")
    part = replace(with_risk(bcg.outcomes[0], BaselineRisk(0.5)), synthesis=result)
    (statement,) = absolute_statements(part, bcg)
    assert statement.text == (
        "No absolute effect can be stated: a risk ratio of 3 cannot hold at a baseline risk of 0.5: the "
        "other risk would be above 1."
    )
    assert table_of(absolute_section(part, bcg)).rows[0][3:] == ("\N{EN DASH}", "\N{EN DASH}")
    assert not statement.holds(Subject(result=pool(yi=[0.1], sei=[0.2], measure="RR")))


def test_an_interval_of_the_baseline_is_shown_and_explained(bcg: AnalysisResult) -> None:
    part = with_risk(bcg.outcomes[0], BaselineRisk(0.1, interval=(0.08, 0.13)))
    table = table_of(absolute_section(part, bcg))
    assert table.rows[0][2] == "100 (80 to 130)"
    assert any("propagating imprecision" in note for note in table.notes)


@pytest.mark.parametrize("risk", [0.0008, 0.013, 0.068, 0.25, 0.333])
def test_printed_people_are_the_numbers(bcg: AnalysisResult, risk: float) -> None:
    result = bcg.outcomes[0].synthesis
    assert isinstance(result, SynthesisResult)
    effect = absolute_effect(result, risk)
    assert isinstance(effect, AbsoluteEffect)
    found = re.match(r"([\d.]+) fewer \(([\d.]+) fewer to ([\d.]+) fewer\)$", difference_words(effect))
    assert found is not None
    ci = effect.difference_ci
    true = [-1000 * value for value in (effect.difference, ci.low, ci.high)]  # type: ignore[union-attr]
    assert [float(text) for text in found.groups()] == pytest.approx(true, abs=0.5001)


def test_rounded_numbers_that_do_not_subtract_are_explained(bcg: AnalysisResult) -> None:
    # 9/133 = 67.7, times 2.2523 = 152.4: printed 68 and 152, but 85 more.
    result = pool(yi=[math.log(41 / 269 / (9 / 133))], sei=[0.3525], measure="RR")
    part = replace(with_risk(bcg.outcomes[0], BaselineRisk(9 / 133)), synthesis=result)
    table = table_of(absolute_section(part, bcg))
    assert table.rows[0][2].startswith("68")
    assert table.rows[0][3].startswith("152")
    assert table.rows[0][4].startswith("85 more")
    assert "Differences are computed before rounding." in table.notes
