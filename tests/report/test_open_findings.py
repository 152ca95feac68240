"""What is open about the figures stands above the results; preferred routes are told where methods are."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.result import AnalysisResult, FigureFinding
from metasyn.analysis.run import run_analysis
from metasyn.claims.statement import Subject
from metasyn.report.blocks import Note
from metasyn.report.document import build_document
from metasyn.report.docx import render_docx
from metasyn.report.evidence_words import open_findings, open_findings_note, open_findings_statements
from metasyn.report.html import render_html
from metasyn.report.pdf_content import plain_document
from metasyn.report.results_json import dumps, results_document
from metasyn.report.statements import report_statements
from metasyn.values import Finding
from tests.effects.conftest import Builder


def finding(severity: Any, answer: str = "") -> FigureFinding:
    made = Finding(code="p_ci_mismatch", severity=severity, where="Ax 2020", message="p does not fit")
    return FigureFinding(finding=made, rows=("r01",), answer=answer)


def with_findings(result: AnalysisResult, *severities: str) -> AnalysisResult:
    answered = (finding("error", "as printed"), finding("note"))
    return replace(result, audit=(*(finding(severity) for severity in severities), *answered))


@pytest.mark.parametrize(
    ("severities", "says", "tone"),
    [
        (("error",), "1 finding about the printed figures is open, it is an error (", "caution"),
        (
            ("error", "error"),
            "2 findings about the printed figures are open, all of them errors (",
            "caution",
        ),
        (
            ("error", "warning"),
            "2 findings about the printed figures are open, of which 1 is an error",
            "caution",
        ),
        (
            ("error", "error", "warning"),
            "3 findings about the printed figures are open, of which 2 are errors",
            "caution",
        ),
        (("warning",), "1 finding about the printed figures is open and it is not an error.", "note"),
        (
            ("warning",) * 2,
            "2 findings about the printed figures are open, none of them is an error.",
            "note",
        ),
    ],
)
def test_the_sentence_is_that_of_the_numbers(
    bcg: AnalysisResult, severities: tuple[str, ...], says: str, tone: str
) -> None:
    result = with_findings(bcg, *severities)
    note = open_findings_note(result)
    assert note is not None
    assert note.text.startswith(says)
    assert (note.tone, note.anchor) == (tone, "audit")
    (statement,) = open_findings_statements(result)
    first = result.outcomes[0].synthesis
    assert statement.holds(Subject(result=first, open_findings=open_findings(result)))  # type: ignore[arg-type]
    others = open_findings(with_findings(bcg, *severities, "error"))
    assert not statement.holds(Subject(result=first, open_findings=others))  # type: ignore[arg-type]
    stated = {one.where: one for one in report_statements(result)}
    assert stated["open findings"].holds


def test_nothing_is_said_where_nothing_is_open(bcg: AnalysisResult) -> None:
    result = with_findings(bcg)
    assert open_findings_note(result) is None
    assert "open findings" not in {one.where for one in report_statements(result)}


def test_it_stands_above_the_results_with_a_link(bcg: AnalysisResult) -> None:
    document = build_document(with_findings(bcg, "error", "warning"))
    glance = next(inner for inner in document.sections[0].sections if inner.anchor == "at-a-glance")
    assert isinstance(glance.blocks[0], Note)
    page = render_html(document, {figure.stem: "<p></p>" for figure in document.figures()})
    place = page.index("2 findings about the printed figures are open")
    assert page.count("2 findings about the printed figures are open") == 1
    assert page.index(">Results at a glance<") < place < page.index('class="figure"')
    assert 'See <a href="#audit">Audit findings</a>.' in page[place : place + 250]
    assert '<section id="audit"' in page
    assert "Audit findings" in {section.heading for section in document.sections}


def test_word_pdf_and_json_have_it(bcg: AnalysisResult, bcg_files: dict[str, bytes]) -> None:
    result = with_findings(bcg, "error", "warning")
    document = build_document(result)
    png = {figure.stem: bcg_files[f"figures/{figure.stem}.png"] for figure in document.figures()}
    with zipfile.ZipFile(io.BytesIO(render_docx(document, png))) as word:
        text = word.read("word/document.xml").decode()
    place = text.index("2 findings about the printed figures are open")
    assert "<w:hyperlink" in text[place : place + 700]
    entries = json.loads(dumps(results_document(result)))["audit"]
    assert sorted(one["severity"] for one in entries if one["open"]) == ["error", "warning"]
    pictures = {figure.stem: () for figure in build_document(result).figures()}
    content = json.dumps(plain_document(build_document(result), pictures, ()))
    assert "See Audit findings." in content


def trials(**options: Any) -> AnalysisResult:
    builder = Builder().trial("oak").trial("elm").trial("ash")
    for name, ratio, ci, p in (
        ("oak", 0.70, (0.50, 0.98), 0.04),
        ("elm", 0.80, (0.60, 1.07), 0.13),
        ("ash", 0.95, (0.70, 1.29), None),
    ):
        builder.row(f"{name}.drug|{name}.placebo", "HR", ratio, ci, p=p)
    analysis = Analysis(
        title="Drug",
        question="Does it help?",
        contrast=({"arm": "drug"}, {"arm": "placebo"}),
        outcomes=[Outcome("stroke", measure="HR", **options)],
    )
    return run_analysis(analysis, builder.build(), "drug")


def words(result: AnalysisResult) -> str:
    """All running text of the report."""
    texts: list[str] = []
    for block in build_document(result).blocks():
        texts += [getattr(block, "lead", ""), getattr(block, "text", "")]
        for item in getattr(block, "items", ()):
            texts += (
                [item]
                if isinstance(item, str)
                else [str(part) for part in item]
                if isinstance(item, tuple)
                else []
            )
    return "\n".join(texts)


BEST = "Every effect took the best route that the printed figures allow"


def test_methods_and_eligibility_tell_what_is_preferred() -> None:
    plain, preferred = words(trials()), words(trials(prefer=["ratio and p"]))
    assert BEST in plain
    assert "prefer" not in plain
    assert BEST not in preferred
    assert "in this order: the routes that the analyst prefers, the grade" in preferred
    assert "printed ratio and its p value; 2 of 3 effects take it." in preferred
    assert "preferred routes, before the grade: printed ratio and its p value" in preferred
    stated = {one.where: one for one in report_statements(trials(prefer=["ratio and p"]))}
    assert stated["stroke-hr routes"].holds
    other = trials().outcomes[0].synthesis
    assert not stated["stroke-hr routes"].statement.holds(Subject(result=other))  # type: ignore[arg-type]


def test_a_preferred_route_that_no_effect_takes_is_a_finding() -> None:
    result = trials(prefer=["O-E and V", "ratio and p"])
    (one,) = [one for one in result.audit if one.finding.code == "preferred-route"]
    assert one.finding.severity == "warning"
    assert "'O-E and V', and no effect takes it" in one.finding.message
    assert one.answer == "taken instead: 'ratio and p', 'ratio and interval'"
    assert "2 of 3 effects take one of them." in words(result)
    every = trials(prefer=["ratio and interval", "O-E and V"])
    assert not [one for one in every.audit if one.finding.code == "preferred-route"]
    assert "every effect takes one of them." in words(every)
    assert "no effect takes it." in words(trials(prefer=["O-E and V"]))


def test_definitions_come_before_the_grade_and_methods_say_so() -> None:
    text = words(trials(definitions=[""]))
    assert "in this order: the definitions of the outcome as the analysis lists them, the grade" in text
