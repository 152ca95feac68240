"""What counts as a figure found in a text, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from metasyn.evidence.documents import (
    check_result,
    check_trial,
    document_text,
    occurrences,
    read_figure,
    verify_source,
)
from metasyn.evidence.documents.normal import normalise
from metasyn.evidence.model import (
    Cohort,
    OngoingTrial,
    OutcomeDefinition,
    PValue,
    ReportedResult,
    Source,
    Study,
)
from metasyn.evidence.selection import Evidence
from metasyn.values import Interval

PAPER = """Tea and sleep

Of 100 people on tea, 62 (62%) slept well, against 49 of 98 on water (odds ratio 1.63; P = .08).
The hazard ratio for waking was 0·72 [95% CI, 0·55–0·94].

Everyone was asked to keep a diary of their nights and to bring it along to the visits.

Side effects

Nausea was seen in nine people on tea and in a third of those on water. The median time to sleep was
26 minutes on tea. Dizziness was reported by 7 people.

Nothing else was recorded in the diaries that could tell more about why some of them slept so well while
others did not, and the authors ask for larger studies in which the diaries are kept by
machines that never tire of it.

Table 1 Sleep by age
Age Tea Water
Young 31/60 20/40
Old 31/40 29/58
Abbreviations: none.
"""
ROW = ReportedResult(
    result_id="AX-1",
    study_id="AX",
    cohort_id="AX.tea",
    comparator_id="AX.water",
    outcome="waking",
    statistic="HR",
    value=0.72,
    ci=Interval(low=0.55, high=0.94, level=0.95),
    source_id="ax-2019",
    locator="para 1",
    as_printed="0.72 (0.55-0.94)",
)
EVIDENCE = Evidence(
    sources={"ax-2019": Source(source_id="ax-2019", kind="document", citation="Axelsson 2019")},
    studies={"AX": Study(study_id="AX", label="Axelsson 2019", design="randomised")},
    cohorts={name: Cohort(cohort_id=name, study_id="AX", label=name[3:]) for name in ("AX.tea", "AX.water")},
    outcomes={
        name: OutcomeDefinition(outcome=name, label=name, kind="binary")
        for name in ("waking", "sleep", "nausea", "dizziness")
    },
    results=(ROW,),
)


def row(as_printed: str, locator: str = "", **fields: object) -> ReportedResult:
    bare = replace(ROW, value=None, ci=None, as_printed=as_printed, locator=locator, comparator_id="")
    return replace(bare, **fields)  # type: ignore[arg-type]


def manners(text: str, as_printed: str) -> list[str]:
    document = document_text([text], paged=False)
    return [found.manner for found in occurrences(document, read_figure(as_printed))]


@pytest.mark.parametrize(
    ("text", "as_printed"),
    [
        ("HR 0·62 (0·47–0·80)", "0.62 (0.47-0.80)"),
        ("HR 0.62 [0.47 − 0.80]", "0.62 (0.47-0.80)"),
        ("a ﬁnal 62 % of them", "final 62%"),
        ("Fifteen percent (95% CI, 11-20)", "Fifteen per cent"),
        ("P = .015 in all", "p=0.015"),
        ("there were 324\u2009635 cases", "324635"),
        ("not statis-\ntically signifi\u00ad\ncant", "not statistically significant"),
        ("OS of 32 \nmonths and", "32 months"),
        ("12 to 32mo", "32"),
    ],
)
def test_the_same_figure_in_other_signs_is_found_whole(text: str, as_printed: str) -> None:
    assert manners(text, as_printed) == ["whole"]


@pytest.mark.parametrize(
    ("text", "as_printed"),
    [
        ("10.62 and 0.625 and 20.62%", "0.62"),
        ("0.62 (0.47-0.80)", "0.6"),
        ("2.8 months", "8 months"),
        ("12.8 months", "2.8 months"),
        ("1,402 people", "402"),
        ("the 17th of May, IL7, CDK4/7, 7th", "7"),
        ("longer survival.24 and (Table 2).24,25", "24"),
        ("seen before¹² by others", "12"),
        ("in 15% of them", "15"),
        ("62 of 100", "100 of 62"),
        ("tea 62 " + "and nothing else was said about it " * 6 + "(55-70)", "62 (55-70)"),
        ("twelve months", "12"),
    ],
)
def test_a_figure_inside_another_is_not_found(text: str, as_printed: str) -> None:
    assert manners(text, as_printed) == []


def test_numbers_in_their_order_are_found_in_parts() -> None:
    assert manners("hazard ratio 0.62; 95% CI 0.47 to 0.80", "0.62 (0.47-0.80)") == ["in parts"]
    assert manners("hazard ratio 0.62; 95% CI 0.80 to 0.47", "0.62 (0.47-0.80)") == []


def test_number_words_count_where_the_figure_has_them() -> None:
    assert manners("a third of them, nine in all", "one third") == ["in parts"]
    assert manners("in 26 people", "twenty-six") == ["in parts"]
    assert manners("in nine people", "9") == []


@pytest.mark.parametrize(
    ("changed", "verdict", "place"),
    [
        ({}, "found", "at the locator"),
        ({"locator": "para 2"}, "found", "beside the locator"),
        ({"locator": "Table 1"}, "found elsewhere", "elsewhere"),
        ({"locator": "somewhere"}, "found", "locator not understood"),
        ({"locator": "Table 9"}, "found", "locator not understood"),
        ({"as_printed": "0.72 (0.55-0.95)"}, "not found", ""),
        ({"value": 0.27}, "not found", ""),
        ({"ci": Interval(low=0.55, high=0.97, level=0.95)}, "not found", ""),
        ({"p": PValue(value=0.03)}, "not found", ""),
        ({"as_printed": ""}, "not checked", ""),
    ],
)
def test_a_row_is_found_where_its_locator_says(changed: dict[str, object], verdict: str, place: str) -> None:
    document = document_text([PAPER], paged=False)
    check = check_result(EVIDENCE, replace(ROW, **changed), document)  # type: ignore[arg-type]
    assert (check.verdict, check.place) == (verdict, place)


def test_the_place_is_told_in_words_and_as_an_offset() -> None:
    check = check_result(EVIDENCE, ROW, document_text([PAPER], paged=False))
    assert check.where == "paragraph 1, line 4"
    assert check.offset is not None
    assert PAPER[check.offset :].startswith("0·72 [95% CI, 0·55–0·94]")
    assert check.manner == "in parts"


@pytest.mark.parametrize(
    ("figure", "locator", "outcome", "verdict"),
    [
        ("7", "para 3", "dizziness", "found"),
        ("7", "somewhere", "dizziness", "found"),
        ("7", "para 1", "waking", "not found"),
        ("8", "para 3", "dizziness", "not found"),
        ("nine", "Side effects", "nausea", "found"),
        ("31/60", "Table 1", "sleep", "found"),
    ],
)
def test_a_bare_small_number_needs_its_locator_or_its_words(
    figure: str, locator: str, outcome: str, verdict: str
) -> None:
    document = document_text([PAPER], paged=False)
    assert check_result(EVIDENCE, row(figure, locator, outcome=outcome), document).verdict == verdict


def test_a_bare_number_without_any_of_its_words_is_ambiguous() -> None:
    text = "The 7 rooms were quiet. " + "Nothing else is known of them. " * 20 + "There were 7 doors."
    check = check_result(EVIDENCE, row("7", "somewhere"), document_text([text], paged=False))
    assert check.verdict == "ambiguous"
    assert "2 places" in check.reason


def test_pages_are_told_and_understood() -> None:
    pages = ["Tea and sleep. Nothing yet.", "The hazard ratio was 0.72 (0.55-0.94)."]
    document = document_text(pages, paged=True)
    check = check_result(EVIDENCE, replace(ROW, locator="page 2"), document)
    assert (check.place, check.where) == ("at the locator", "page 2, paragraph 2")


@pytest.mark.parametrize(("n", "verdict"), [(210, "found"), (201, "not found"), (None, "found")])
def test_an_ongoing_trial_is_its_id_with_its_number_behind(n: int | None, verdict: str) -> None:
    text = "Table 4 Trials\nNCT00000017 A trial of tea\nII 210 Adults\nNCT00000018 Another\nI 30 Adults"
    trial = OngoingTrial(registry_id="NCT00000017", title="A", n=n, source_id="ax-2019", locator="Table 4")
    assert check_trial(trial, document_text([text], paged=False)).verdict == verdict


def test_derived_rows_are_not_looked_for() -> None:
    rows: Sequence[ReportedResult] = (
        ROW,
        replace(ROW, result_id="AX-2", derived=True),
        replace(ROW, source_id="b"),
    )
    evidence = replace(EVIDENCE, results=tuple(rows))
    checks = verify_source(evidence, "ax-2019", document_text([PAPER], paged=False))
    assert [check.row for check in checks] == ["AX-1"]


def test_the_way_back_from_the_plain_text_leads_to_the_same_letters() -> None:
    plain = normalise(PAPER)
    assert len(plain.text) == len(plain.origin)
    assert list(plain.origin) == sorted(plain.origin)
    for place, letter in enumerate(plain.text):
        if letter.isalnum():
            assert PAPER[plain.origin[place]].casefold() == letter or letter == "0"


NEGATIVE = replace(
    ROW,
    statistic="RD",
    value=-10.5,
    ci=Interval(-18.2, -2.1),
    as_printed="−10.5% (−18.2 to −2.1)",
    unit="percent",
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The difference was −10.5% (−18.2 to −2.1) in favour of tea.", "found"),
        ("The difference was -10.5%; 95% CI, -18.2 to -2.1, in favour of tea.", "found"),
        ("The difference was 10.5% (−18.2 to −2.1) in favour of tea.", "not found"),
        ("The difference was −10.5% (18.2 to 2.1) in favour of tea.", "not found"),
    ],
)
def test_a_minus_sign_belongs_to_its_number(text: str, verdict: str) -> None:
    evidence = replace(EVIDENCE, results=(NEGATIVE,))
    assert check_result(evidence, NEGATIVE, document_text([text], paged=False)).verdict == verdict


def test_a_number_without_a_sign_is_not_found_behind_one() -> None:
    row = replace(ROW, value=0.625, ci=None, as_printed="0.625")
    evidence = replace(EVIDENCE, results=(row,))
    found = {
        text: check_result(evidence, row, document_text([text], paged=False)).verdict
        for text in ("It was 0.625 here.", "It was −0.625 here.", "A range of 0.5–0.625 here.")
    }
    assert list(found.values()) == ["found", "not found", "found"]


def test_a_figure_with_a_sign_is_not_the_end_of_a_range() -> None:
    row = replace(ROW, statistic="RD", value=-0.8, ci=None, as_printed="−0.80")
    evidence = replace(EVIDENCE, results=(row,))
    assert (
        check_result(evidence, row, document_text(["It was 0.47–0.80."], paged=False)).verdict == "not found"
    )
