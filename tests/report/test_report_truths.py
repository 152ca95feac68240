"""Sentences that were once untrue: of a single result, of equal estimates, of ranges, profiles, versions."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_up_trials import DECLARED, printed, trials

from metasyn import profile_spec
from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.analysis.small_study import small_study
from metasyn.report.blocks import Bullets, Definitions, Paragraph, ReportDocument
from metasyn.report.document import build_document
from metasyn.report.phrases import headline_sentence, prediction_sentence, spread
from metasyn.report.small_study import _trim_fill_text
from metasyn.report.software import LIBRARIES
from metasyn.synthesis import SynthesisSpec, pool
from metasyn.synthesis.arrays import effects_from_arrays
from metasyn.values import NotEstimable


def words(document: ReportDocument) -> str:
    lines: list[str] = []
    for block in document.blocks():
        if isinstance(block, Paragraph):
            lines.append(f"{block.lead} {block.text}")
        elif isinstance(block, Bullets):
            lines.extend(block.items)
        elif isinstance(block, Definitions):
            lines.extend(f"{term}: {text}" for term, text in block.items)
    return "\n".join(lines)


def under(spec: SynthesisSpec, k: int = 12) -> str:
    """The words of a report of made-up trials under a request."""
    return words(build_document(run_analysis(replace(DECLARED, synthesis=spec), trials(k), "made_up")))


@pytest.fixture
def one_usable() -> AnalysisResult:
    """Three trials report the outcome; the figures of two of them are set aside."""
    evidence = trials(3)
    first, *others = evidence.results
    bad = [replace(row, status="unusable", status_reason="a misprint") for row in others]
    return run_analysis(DECLARED, replace(evidence, results=(first, *bad)), "one_usable")


def test_a_single_usable_result_is_not_called_the_only_reported_one(one_usable: AnalysisResult) -> None:
    left_out = one_usable.outcomes[0].effects.exclusions
    assert {row for one in left_out for row in one.result_ids} == {"t02-HR", "t03-HR"}
    text = words(build_document(one_usable))
    assert "Only one result could be used (Trial 1): hazard ratio 0.72 (95% CI 0.55 to 0.94)" in text
    assert "No outcome has more than one usable result; nothing was pooled." in text
    assert not re.search("[Oo]nly one study|reported by more than one", text)


def test_equal_estimates_have_no_range() -> None:
    half, more = (pool(yi=[y], vi=[0.1], measure="MD") for y in (0.5, 0.8))
    near = pool(yi=[0.5000001], vi=[0.1], measure="MD")
    assert re.fullmatch(r"all estimates are 0\.500?", spread([("A", half), ("B", near)], "without "))
    assert re.fullmatch(
        r"the estimates range from 0\.5\d* \(B\) to 0\.8\d* \(A\)", spread([("A", more), ("B", half)])
    )


def test_leaving_one_out_of_equal_studies() -> None:
    evidence = trials(3)
    same = [printed(f"t{i:02d}", 0.7, 0.5, 0.98) for i in (1, 2, 3)]
    text = words(build_document(run_analysis(DECLARED, replace(evidence, results=tuple(same)), "same")))
    assert "Leaving out one at a time, all estimates are 0.70." in text
    assert "from 0.70" not in text


@pytest.mark.parametrize("measure", ["PR", "RD"])
def test_an_interval_of_impossible_values_says_so(measure: str) -> None:
    yi, vi = ([0.02, 0.05, 0.30], [0.0005, 0.001, 0.004])
    beyond = pool(yi=yi, vi=vi, measure=measure, ci_method="hartung-knapp")  # type: ignore[arg-type]
    assert not isinstance(beyond.pi, NotEstimable)
    assert beyond.pi.low < 0
    said = headline_sentence(beyond), prediction_sentence(beyond)
    if measure == "PR":
        assert "This interval reaches beyond 0% to 100%; on the logit scale (PLO) it would not." in said[0]
        assert "; the interval reaches beyond 0% to 100%; on the logit scale (PLO) it would not;" in said[1]
    else:
        assert not any("reaches" in text for text in said)
    calm = pool(yi=[0.4, 0.5, 0.6], vi=[0.001] * 3, measure=measure)  # type: ignore[arg-type]
    assert not any("reaches" in text for text in (headline_sentence(calm), prediction_sentence(calm)))


def test_a_profile_is_named_as_followed_only_where_it_is() -> None:
    followed = "What headlines follows the defaults of IQWiG's General Methods 6"
    assert followed in under(profile_spec("iqwig-6"))
    text = under(SynthesisSpec(profile="iqwig-6"))
    assert followed not in text
    assert (
        "What headlines follows the rule of IQWiG's General Methods 6, but not all else its defaults: "
        "tau2_method is REML instead of PM; i2_method is tau2 instead of Q" in text
    )
    assert "IQWiG" not in under(SynthesisSpec(profile="iqwig-6", model="common-effect"))


def test_no_hint_for_programmers_in_a_report() -> None:
    """With equal standard errors the side of trim and fill cannot be found."""
    found = small_study(effects_from_arrays(yi=[0.1 * i for i in range(12)], vi=[0.04] * 12), SynthesisSpec())
    assert not isinstance(found, NotEstimable)
    assert isinstance(found.trim_fill, NotEstimable)
    text = _trim_fill_text(found.trim_fill)
    assert "the side of missing studies cannot be found" in text
    assert "=" not in text


def test_an_assumed_share_is_written_as_it_is() -> None:
    outcome = Outcome("death", measure="HR", event_fraction=0.07)
    declared = replace(DECLARED, outcomes=[outcome])
    assert isinstance(declared, Analysis)
    assert "7% of the participants are assumed" in words(
        build_document(run_analysis(declared, trials(2), "x"))
    )


def test_the_versions_name_everything_that_makes_the_bytes() -> None:
    document = build_document(run_analysis(DECLARED, trials(2), "x"))
    assert [name for name, _ in document.versions] == ["metasyn", *LIBRARIES]
    assert "not installed" not in dict(document.versions).values()
    text = words(document)
    assert "it ends with an error that names every number that differs" in text
    for name in LIBRARIES:
        assert f"{name}: " in text
