"""Dependent rows in a report: where they appear, what is said of them, what R confirms."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from metasyn.analysis import Apart
from metasyn.analysis.dependence import DependentSynthesis
from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.claims.dependence_conditions import (
    AnswersAgree,
    CorrelationsAssumed,
    DependentRows,
    FewDegrees,
    HeadlineIsOtherModel,
)
from metasyn.claims.statement import Subject
from metasyn.report.blocks import Note, Paragraph, Section, TableBlock
from metasyn.report.dependence import dependence_section, dependence_statements
from metasyn.report.document import build_document
from metasyn.report.results_json import dumps, results_document
from metasyn.report.statements import report_statements
from metasyn.report.verify_dependence import dependence_lines
from metasyn.report.verify_r import verify_script
from metasyn.report.verify_run import RMissingError, find_rscript
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.robust import CheResult, pool_che
from metasyn.tables.dependence import both_ways_table
from metasyn.values import NotEstimable
from tests.analysis.invented_dependence import RESPONSE, TEN, invented

TRIALS = ("A", "A", "B", "C", "C", "D", "E", "F", "G", "H", "I")


@pytest.fixture(scope="module")
def tied() -> AnalysisResult:
    return run_analysis(RESPONSE, invented(), "response")


def section_of(result: AnalysisResult) -> Section:
    part = result.outcomes[0]
    assert isinstance(part.synthesis, SynthesisResult)
    found = dependence_section(part, part.synthesis, part.slug)
    assert found is not None
    return found


def ratio(shift: float, *, first: float | None = None) -> tuple[SynthesisResult, CheResult]:
    """A headline and a dependent model of invented risk ratios around `exp(shift)`."""
    yi = [shift + 0.1 * ((3 * i) % 5 - 2) for i in range(len(TRIALS))]
    headline = pool(yi=[y if first is None else first for y in yi[::2]], vi=[0.02] * 6, measure="RR")
    return headline, pool_che(yi=yi, vi=[0.02] * len(yi), clusters=TRIALS, measure="RR")


def said(headline: SynthesisResult, dependent: CheResult, tied: AnalysisResult) -> list[str]:
    """The sentences of a report on these two."""
    part = tied.outcomes[0]
    assert isinstance(part.dependence, DependentSynthesis)
    changed = replace(part, synthesis=headline, dependence=replace(part.dependence, result=dependent))
    found = dependence_statements(changed)
    subject = Subject(result=headline, dependent=dependent)
    assert all(one.conditions and one.holds(subject) for one in found)
    return [one.text for one in found]


def test_the_section_shows_both_answers_and_every_tied_row(tied: AnalysisResult) -> None:
    section = section_of(tied)
    assert section.heading == "Cohorts that share patients"
    tables = [block.table for block in section.blocks if isinstance(block, TableBlock)]
    assert [table.slug for table in tables] == [
        "response-plo-dependence",
        "response-plo-tied-rows",
        "response-plo-correlations",
    ]
    both, rows, _ = tables
    assert [row[1:3] for row in both.rows] == [("9", "9"), ("10", "7")]
    # 100 / (1 + exp(0.7976323424)), and the same of its bounds: dependent_rows.json.
    assert both.rows[1][3] == "31.1 (17.9 to 48.2)"
    groups = ["Oak 2020", "Elm 2020", "Fir 2020 + Yew 2020"]
    assert [row[0] for row in rows.rows] == [group for group in groups for _ in range(2)]
    assert [row[3] for row in rows.rows] == ["yes", "no", "yes", "yes", "yes", "yes"]
    assert rows.rows[0][4] == "'treated before' is part of 'all'"
    assert rows.rows[2][4] == "same study"
    assert rows.rows[4][4] == "their studies have one registration, NCT00000042"
    # sqrt(24/60)
    assert rows.notes[0].endswith(": 0.63.")
    assert "Correlation 0.60, in part assumed" in rows.notes[1]
    opening = section.blocks[0]
    assert isinstance(opening, Paragraph)
    assert opening.text.startswith("6 of the 10 cohorts with a result are tied to others, in 3 groups")
    assert "leaves 1 of them out" in opening.text
    assert "takes the other 9 as independent" in opening.text


def test_nothing_appears_where_no_rows_are_tied() -> None:
    result = run_analysis(RESPONSE, invented(TEN[4:], registered={}), "response")
    part = result.outcomes[0]
    assert isinstance(part.synthesis, SynthesisResult)
    assert dependence_section(part, part.synthesis, part.slug) is None
    assert results_document(result)["syntheses"][0]["dependence"] is None
    text = json.dumps([str(block) for block in build_document(result).blocks()])
    assert "Pustejovsky" not in text
    assert "dependent model" not in text.lower()
    assert (
        "depend on each other"
        not in verify_script(result).split("# ---- Rows that depend")[-1].split("\n}")[-1]
    )


def test_a_reason_stands_where_there_is_no_model() -> None:
    result = run_analysis(RESPONSE, invented(TEN[:2]), "response")
    two = run_analysis(RESPONSE, invented([*TEN[2:4]]), "response")
    section = section_of(two)
    assert section.heading == "Several cohorts of one study"
    notes = [block.text for block in section.blocks if isinstance(block, Note)]
    assert notes == ["All 2 rows are of one group (Elm 2020), and how groups differ cannot be told from one."]
    entry = results_document(result)["syntheses"][0]["dependence"]
    assert entry["estimate"] is None
    assert "one group" in entry["not_estimable"]["estimate"]
    assert "Nothing to check: all 2 rows" in verify_script(two)


def test_sentences_follow_the_numbers(tied: AnalysisResult) -> None:
    same = said(*ratio(-0.7), tied)
    assert same[0].startswith("With all 11 rows in 9 independent groups the risk ratio is ")
    assert same[1] == "The answer is the same: each of the two intervals lies below 1."
    assert said(*ratio(0.7), tied)[1] == "The answer is the same: each of the two intervals lies above 1."
    assert said(*ratio(0.0), tied)[1] == "The answer is the same: each of the two intervals includes 1."
    assert said(*ratio(0.0, first=-0.7), tied)[1] == (
        "The answer differs: the interval of the headline lies below 1, that of all rows includes 1."
    )
    assert same[2].startswith(
        "Where the tables do not tell a correlation it is taken to be 0.6; with 0.2 to 0.9"
    )


def test_a_headline_of_another_model_has_its_counterpart_beside_it(tied: AnalysisResult) -> None:
    _, dependent = ratio(-0.7)
    yi, vi = [-0.9, -0.2, -0.5, -0.6, -0.1, -0.8], [0.02] * 6
    common = pool(yi=yi, vi=vi, measure="RR", model="common-effect")
    # Equal variances: the mean of both models is the plain one, exp(-3.1 / 6).
    text = said(common, dependent, tied)[1]
    assert text.startswith("The two are also different kinds of model.")
    assert "with one row per cohort, random effects give 0.60 (95% CI " in text
    table = both_ways_table(common, dependent, slug="t")
    assert [row[0].partition(" (")[0] for row in table.rows] == [
        "One row per cohort",
        "One row per cohort, random effects",
        "All rows, dependent model",
    ]
    random = pool(yi=yi, vi=vi, measure="RR")
    assert len(both_ways_table(random, dependent, slug="t").rows) == 2
    assert (
        not HeadlineIsOtherModel(estimate=-3.1 / 6).check(Subject(result=random, dependent=dependent)).holds
    )


def test_few_degrees_of_freedom_leave_the_answer_open(tied: AnalysisResult) -> None:
    clusters = ("A",) * 6 + ("B",) * 4 + ("C",)
    headline, _ = ratio(-0.7)
    few = pool_che(yi=[-0.7, -0.6] * 5 + [-0.9], vi=[0.02] * 11, clusters=clusters, measure="RR")
    assert not isinstance(few.df, NotEstimable)
    assert few.df < 4
    text = said(headline, few, tied)[1]
    assert re.match(r"The dependent model has [123]\.\d degrees of freedom\. With fewer than 4", text)
    assert "answer is the same" not in text


def test_proportions_are_compared_estimate_by_interval(tied: AnalysisResult) -> None:
    part = tied.outcomes[0]
    texts = [one.text for one in dependence_statements(part)]
    assert texts[1] == "The answer is the same: each of the two estimates lies in the interval of the other."
    assert isinstance(part.synthesis, SynthesisResult)
    assert isinstance(part.dependence, DependentSynthesis)
    assert isinstance(part.dependence.result, CheResult)
    far = pool(yi=[2.0, 2.1, 2.2, 1.9, 2.0], vi=[0.05] * 5, measure="PLO")
    other = replace(part, synthesis=far)
    assert dependence_statements(other)[1].text.startswith("The answer differs: one of the two estimates")


@pytest.mark.parametrize(
    "condition",
    [
        AnswersAgree(agree=False),
        FewDegrees(few=True),
        DependentRows(rows=11, groups=8),
        CorrelationsAssumed(assumed=False),
    ],
)
def test_a_condition_that_is_not_so_does_not_hold(condition: AnswersAgree) -> None:
    headline, dependent = ratio(-0.7)
    assert not condition.check(Subject(result=headline, dependent=dependent)).holds
    without = condition.check(Subject(result=headline))
    assert (without.holds, without.shows) == (False, "there is no model for dependent rows")


def test_every_sentence_is_stated_and_printed(tied: AnalysisResult) -> None:
    stated = [one for one in report_statements(tied) if one.where == "response-plo dependence"]
    assert len(stated) == 3
    assert all(one.holds for one in stated)
    printed = " ".join(b.text for b in build_document(tied).blocks() if isinstance(b, Paragraph))
    assert all(one.statement.text in printed for one in stated)


def test_methods_cite_the_model(tied: AnalysisResult) -> None:
    paragraphs = {b.lead: b.text for b in build_document(tied).blocks() if isinstance(b, Paragraph)}
    text = paragraphs["Dependent rows."]
    assert "taken to be 0.6, and 0.2 to 0.9 instead" in text
    assert "Pustejovsky and Tipton 2022; Pustejovsky and Tipton 2018; Tipton 2015" in text


def test_results_json_has_rows_ties_and_numbers(tied: AnalysisResult) -> None:
    entry = json.loads(dumps(results_document(tied)))["syntheses"][0]["dependence"]
    assert (entry["k"], entry["n_groups"], entry["rho"], entry["variance"]) == (10, 7, 0.6, "CR2")
    assert [row["in_headline"] for row in entry["rows"]] == [True, False, *[True] * 8]
    assert [row["group"] for row in entry["rows"]][4:7] == ["Fir 2020 + Yew 2020"] * 2 + ["Ash 2020"]
    assert entry["estimate"] == pytest.approx(-0.7976323424, rel=2e-6)
    # A proportion has no value of no effect.
    assert entry["pvalue"] is None
    assert list(entry["not_estimable"]) == ["pvalue"]
    assert entry["df"] == pytest.approx(5.830383108, rel=2e-6)
    assert [at["rho"] for at in entry["sensitivity"]] == [0.2, 0.4, 0.6, 0.8, 0.9]
    assert [one["assumed"] for one in entry["correlations"]] == [False, True]


@pytest.fixture(scope="module")
def rscript() -> str:
    try:
        return find_rscript()
    except RMissingError as error:
        pytest.skip(str(error))


def answer(rscript: str, script: str, folder: Path) -> str:
    """What R prints."""
    path = folder / "verify.R"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([rscript, path], capture_output=True, text=True, check=False, timeout=120)
    return done.stdout


def test_r_confirms_and_stops_at_what_is_not_so(tied: AnalysisResult, rscript: str, tmp_path: Path) -> None:
    template = files("metasyn.report").joinpath("templates/verify.R").read_text(encoding="utf-8")
    lines = "\n".join(dependence_lines(tied.outcomes[0].dependence))
    assert lines in verify_script(tied)
    _, compared = lines.split("correlations)\n", 1)
    wrong = compared.replace("c(estimate = -0.7976", "c(estimate = -0.7975")
    assert wrong != compared
    hidden = template.replace('requireNamespace("clubSandwich"', 'requireNamespace("notInstalled"')
    assert hidden != template
    blocks = [template, 'cat("RIGHT")', lines, 'cat("WRONG")', wrong, hidden, 'cat("HIDDEN")', lines]
    _, right, other, without = re.split("RIGHT|WRONG|HIDDEN", answer(rscript, "\n".join(blocks), tmp_path))
    assert "DIFFERS" not in right
    for name in ("estimate", "tau2", "omega2"):
        assert f"ok       dependent rows, {name}:" in right
    robust = right.count("ok       dependent rows, robust")
    assert robust == 6 or "R has no package clubSandwich here" in right
    assert "not checked by R: dependent rows with other assumed correlations" in right
    assert re.search(r"DIFFERS .*: dependent rows, estimate", other)
    assert "not checked by R: the robust standard error of dependent rows" in without
    assert "DIFFERS" not in without


def test_rows_that_are_shown_apart_are_pooled_alike() -> None:
    """The same cohorts once more, apart: the same numbers, in the page, in the data and for R."""
    twin = Apart(title="Again", reason="the same cohorts", cohorts=RESPONSE.cohorts, studies=RESPONSE.studies)
    result = run_analysis(replace(RESPONSE, apart=[twin]), invented(), "response")
    part = result.outcomes[0]
    own, other = part.dependence, part.apart[0].dependence
    assert isinstance(own, DependentSynthesis)
    assert isinstance(other, DependentSynthesis)
    assert isinstance(own.result, CheResult)
    assert isinstance(other.result, CheResult)
    assert other.result.estimate == own.result.estimate
    slugs = {table.slug for table in build_document(result).tables()}
    assert {"response-plo-dependence", "response-plo-apart-1-dependence"} <= slugs
    entry = results_document(result)["syntheses"][0]
    assert entry["apart"][0]["dependence"] == entry["dependence"]
    assert verify_script(result).count("together <- dependent(") == 2
    where = {one.where for one in report_statements(result)}
    assert {"response-plo dependence", "response-plo apart 1 dependence"} <= where
