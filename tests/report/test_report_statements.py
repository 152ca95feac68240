"""Every sentence that a report makes of numbers is true of them, and another one stands when they change."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.claims.conditions import IntervalLies
from metasyn.claims.statement import Subject
from metasyn.report.phrases import (
    analyst_sentences,
    headline_sentence,
    headline_statements,
    heterogeneity_statements,
    leave_one_out_statements,
    prediction_statements,
)
from metasyn.report.statements import report_statements
from metasyn.synthesis import SynthesisResult, SynthesisSpec, leave_one_out, pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Measure

NAMES = ("tea", "water")


def moved(part: OutcomeResult, shift: float) -> SynthesisResult:
    """The synthesis of an outcome with every effect moved by the same amount."""
    return pool(yi=part.effects.yi + shift, vi=part.effects.vi, measure="RR")


def all_statements(result: SynthesisResult) -> list[str]:
    found = [
        *headline_statements(result, names=NAMES, better="lower"),
        *heterogeneity_statements(result),
        *prediction_statements(result),
    ]
    assert all(statement.conditions for statement in found)
    assert all(statement.holds(Subject(result=result)) for statement in found)
    return [statement.text for statement in found]


def test_every_statement_of_a_report_is_true_and_has_a_condition(
    bcg: AnalysisResult, cohorts: AnalysisResult
) -> None:
    for result in (bcg, cohorts):
        stated = report_statements(result)
        assert [one.where for one in stated if not one.holds] == []
        assert [one.where for one in stated if not one.statement.conditions] == []
    places = {one.where for one in report_statements(bcg)}
    assert places >= {"tb-rr headline", "tb-rr heterogeneity", "tb-rr prediction", "tb-rr leave-one-out"}
    assert places >= {"sae-rr headline", "tb-rr apart 1"}
    assert not any(place.startswith("cost-rr") for place in places)


def test_a_document_prints_them_word_for_word(bcg: AnalysisResult, cohorts: AnalysisResult) -> None:
    from metasyn.report.blocks import Bullets, KeyResult, Paragraph
    from metasyn.report.document import build_document

    for result in (bcg, cohorts):
        printed = []
        for block in build_document(result).blocks():
            if isinstance(block, Paragraph):
                printed.append(block.text)
            elif isinstance(block, Bullets):
                printed.extend(block.items)
            elif isinstance(block, KeyResult):
                printed.append(block.sentence)
        text = "\n".join(printed)
        assert [
            one.statement.text for one in report_statements(result) if one.statement.text not in text
        ] == []


@pytest.mark.parametrize(
    ("shift", "says"),
    [
        (0.0, "lies entirely below 1, in favour of tea"),
        (0.7, "includes 1 (no difference)"),
        (2.0, "lies entirely above 1, in favour of water"),
    ],
)
def test_other_data_make_another_sentence(bcg: AnalysisResult, shift: float, says: str) -> None:
    part = bcg.outcomes[0]
    result = moved(part, shift)
    before = headline_statements(moved(part, 0.0), names=NAMES, better="lower")
    after = headline_sentence(result, names=NAMES, better="lower")
    assert says in after
    still = [statement.holds(Subject(result=result)) for statement in before]
    assert still == [True, shift == 0.0]


def test_numbers_in_the_headline_are_those_of_the_result(bcg: AnalysisResult) -> None:
    for shift in (-1.0, 0.0, 0.4, 1.3):
        result = moved(bcg.outcomes[0], shift)
        assert isinstance(result.ci, Interval)
        found = re.search(r"was ([\d.]+) \(95% CI ([\d.]+) to ([\d.]+);", headline_sentence(result))
        assert found is not None
        true = [np.exp(value) for value in (result.estimate, result.ci.low, result.ci.high)]
        assert [float(text) for text in found.groups()] == pytest.approx(true, abs=0.0051)


@pytest.mark.parametrize("measure", ["RR", "RD", "PLO", "SMD"])
def test_whatever_the_numbers_what_is_said_is_true(measure: Measure) -> None:
    rng = np.random.default_rng(11)
    seen: set[str] = set()
    for k in (1, 2, 3, 4, 5, 9):
        for spread in (0.0, 0.3, 1.5):
            for centre in (-0.9, 0.0, 0.9):
                yi = centre + spread * rng.standard_normal(k) * (0.2 if measure == "RD" else 1)
                result = pool(yi=np.clip(yi, -0.95, 0.95), vi=rng.uniform(0.005, 0.05, k), measure=measure)
                seen.update(re.sub(r"[\d.]+", "#", text) for text in all_statements(result))
                readings = [
                    place
                    for place in ("below", "above", "includes")
                    if IntervalLies(place=place).check(Subject(result=result)).holds  # type: ignore[arg-type]
                ]
                assert len(readings) == (0 if measure == "PLO" else 1)
    assert len(seen) > 8


def test_a_misleading_variance_is_said_exactly_where_it_misleads() -> None:
    alike = pool(yi=[0.1, 0.4, -0.1], vi=[0.1, 0.1, 0.1], measure="RR")
    apart = pool(yi=[-1.0, 0.1, 1.2], vi=[0.01, 0.01, 0.01], measure="RR")
    zero = "An estimate of 0 does not show"
    assert any(text.startswith(zero) for text in all_statements(alike))
    assert not any(text.startswith(zero) for text in all_statements(apart))
    shown = {text for text in all_statements(alike) if text.startswith(zero)}
    (remark,) = (one for one in heterogeneity_statements(alike) if one.text in shown)
    assert not remark.holds(Subject(result=apart))


def test_no_prediction_interval_says_so_only_where_there_is_none() -> None:
    two, five = (
        pool(yi=[0.1 * i for i in range(k)], vi=[0.02] * k, measure="HR", model="random-effects")
        for k in (2, 5)
    )
    assert isinstance(two.pi, NotEstimable)
    (missing,) = prediction_statements(two)
    (given,) = prediction_statements(five)
    assert missing.text.startswith("No prediction interval is given: ")
    assert (missing.holds(Subject(result=two)), missing.holds(Subject(result=five))) == (True, False)
    assert (given.holds(Subject(result=two)), given.holds(Subject(result=five))) == (False, True)


def test_leaving_out_one_names_exactly_what_turns_the_interval() -> None:
    effects = effects_from_arrays(
        yi=[-0.8, -0.25, -0.3, -0.2], vi=[0.01, 0.03, 0.03, 0.03], measure="RR", labels=["a", "b", "c", "d"]
    )
    spec = SynthesisSpec(model="common-effect")
    result, runs = pool(effects, spec=spec), leave_one_out(effects, spec)
    ends = {run.omitted: run.result.ci.high for run in runs if isinstance(run.result.ci, Interval)}
    turning = [name for name, high in ends.items() if high >= 0]
    assert isinstance(result.ci, Interval)
    assert result.ci.high < 0
    (statement,) = leave_one_out_statements(result, runs)
    expected = (
        f"no longer lies entirely below 1 without {' or without '.join(turning)}."
        if turning
        else "stays below 1"
    )
    assert expected in statement.text
    subject = Subject(result=result, leave_one_out=runs)
    assert statement.holds(subject)
    fewer = [run for run in runs if run.omitted not in turning[:1]]
    assert statement.holds(replace(subject, leave_one_out=fewer)) == (not turning)
    assert leave_one_out_statements(pool(yi=[0.1, 0.2], vi=[0.1, 0.1], measure="PLO"), ()) == ()


def test_the_analyst_is_quoted_as_sentences(bcg: AnalysisResult) -> None:
    from metasyn.claims import Claim

    claiming = replace(bcg.analysis, claims=(Claim("it lowers the risk", outcome="tb", interval="below"),))
    assert analyst_sentences(claiming) == ("It lowers the risk.",)
