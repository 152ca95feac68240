"""The report says what the numbers say: sentences follow the intervals, nothing is hyped or lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from metasyn.analysis.result import AnalysisResult, OutcomeResult, Sensitivity
from metasyn.analysis.spec import Outcome
from metasyn.effects.measure import get_measure
from metasyn.evidence.model import OutcomeDefinition, Source
from metasyn.report.blocks import References, ReportDocument, Section, TableBlock
from metasyn.report.closing import source_reference
from metasyn.report.document import build_document
from metasyn.report.groups import contrast_names, favours_labels, rule_words
from metasyn.report.phrases import headline_sentence, heterogeneity_sentences, prediction_sentence, sentence
from metasyn.report.references import cite, reference_list
from metasyn.report.variation import leave_one_out_section, sensitivity_section
from metasyn.synthesis import leave_one_out, pool
from metasyn.synthesis.arrays import effects_from_arrays


@pytest.fixture(scope="module")
def document(bcg: AnalysisResult) -> ReportDocument:
    return build_document(bcg)


def all_sections(sections: tuple[Section, ...]) -> list[Section]:
    return [one for section in sections for one in (section, *all_sections(section.sections))]


def texts(value: object) -> list[str]:
    """Every string in a document, except the geometry of its figures."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple | list):
        return [text for inner in value for text in texts(inner)]
    names = getattr(type(value), "__slots__", ()) if type(value).__module__.startswith("metasyn.") else ()
    return [text for name in names if name != "layout" for text in texts(getattr(value, name))]


def test_order_of_a_results_section(document: ReportDocument) -> None:
    anchors = [section.anchor for section in document.sections]
    assert anchors[:4] == ["question", "eligible", "evidence", "audit"]
    assert anchors[4:8] == ["outcome-tb-rr", "outcome-death-rr", "outcome-sae-rr", "outcome-cost-rr"]
    assert anchors[8:] == ["ongoing", "external", "excluded", "methods", "references", "versions"]


def test_anchors_are_unique_and_numbers_consecutive(document: ReportDocument) -> None:
    anchors = [section.anchor for section in all_sections(document.sections)]
    assert len(anchors) == len(set(anchors))
    numbers = [block.number for block in document.blocks() if isinstance(block, TableBlock)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [figure.number for figure in document.figures()] == list(range(1, len(document.figures()) + 1))


def test_no_undefined_number_no_class_no_hype(document: ReportDocument, cohorts: AnalysisResult) -> None:
    text = "\n".join(texts(document) + texts(build_document(cohorts)))
    assert not re.search(r"\bnan\b|\binf\b|None\b|NotEstimable|Interval\(", text)
    assert not re.search(r"(low|moderate|substantial|considerable|high) heterogeneity", text, re.I)
    assert not re.search(r"significan|proves|clearly", text, re.I)


def test_headline_of_many_studies(bcg: AnalysisResult) -> None:
    # RR 0.4894 (0.3301-0.7257): metafor 3.8-1, REML, Hartung-Knapp
    result = bcg.outcomes[0].synthesis
    assert headline_sentence(result, names=("BCG", "no vaccine"), better="lower") == (
        "Pooled over 13 studies, the risk ratio was 0.49 (95% CI 0.33 to 0.73; random-effects model). "
        "The interval lies entirely below 1, in favour of BCG."
    )


@pytest.mark.parametrize(
    ("better", "tail"),
    [
        ("lower", "below 1, in favour of BCG."),
        ("higher", "below 1, in favour of no vaccine."),
        ("", "below 1: lower with BCG than with no vaccine."),
    ],
)
def test_direction_follows_what_is_better(bcg: AnalysisResult, better: str, tail: str) -> None:
    result = bcg.outcomes[0].synthesis
    assert headline_sentence(result, names=("BCG", "no vaccine"), better=better).endswith(tail)


def test_an_effect_above_the_null_names_the_other_side() -> None:
    harm = pool(yi=[0.9, 1.0, 1.1, 0.95, 1.05], vi=[0.01, 0.02, 0.01, 0.03, 0.02], measure="HR")
    text = headline_sentence(harm, names=("A", "B"), better="lower")
    assert text.endswith("The interval lies entirely above 1, in favour of B.")


def test_an_interval_over_the_null_takes_no_side() -> None:
    unclear = pool(yi=[-0.3, 0.4, 0.1], vi=[0.1, 0.1, 0.1], measure="RD")
    text = headline_sentence(unclear, names=("A", "B"), better="higher")
    assert "favour" not in text
    assert "includes 0 (no difference)" in text


def test_one_study_is_not_pooled(bcg: AnalysisResult) -> None:
    text = headline_sentence(bcg.outcomes[2].synthesis)
    assert text.startswith("Only one result could be used (Comstock & Webster 1969): risk ratio 1.56")
    assert "Nothing was pooled" in text


def test_two_studies_are_said_to_be_two(document: ReportDocument) -> None:
    key = document.key_results()[1]
    assert key.basis == "2 studies, Bayesian random effects"
    notes = [note for table in document.tables() for note in table.notes]
    assert any(note.startswith("Why this headline: Two") and "too few" in note for note in notes)


def test_nothing_estimable_says_why(document: ReportDocument) -> None:
    key = document.key_results()[3]
    assert (key.figure, key.interval) == ("no result", "")
    assert key.sentence == "No eligible result could be put on the scale of this outcome."


def test_prediction_tells_what_the_mean_hides(bcg: AnalysisResult) -> None:
    # predict(): 0.1359-1.7629 (metafor 3.8-1)
    text = prediction_sentence(bcg.outcomes[0].synthesis)
    assert "between 0.14 and 1.76 (95% prediction interval), so that no effect, or the opposite one" in text
    two = bcg.outcomes[1].synthesis
    assert prediction_sentence(two).startswith(
        "Given the prior half-normal(0.5) of τ, the true effect in a new"
    )
    classical = pool(two.effects, model="random-effects")
    assert prediction_sentence(classical).startswith("No prediction interval is given: ")


def test_few_studies_make_a_prediction_uncertain() -> None:
    text = prediction_sentence(pool(yi=[-0.3, 0.4, 0.1], vi=[0.1, 0.1, 0.1], measure="HR"))
    assert text.endswith("with 3 studies this interval is itself very uncertain.")


def test_heterogeneity_in_words(bcg: AnalysisResult) -> None:
    # confint(): tau2 0.1197-1.1115, I2 81.92-97.68 (metafor 3.8-1)
    text = heterogeneity_sentences(bcg.outcomes[0].synthesis)
    assert "τ² = 0.313 (restricted maximum likelihood (REML); 95% CI 0.120 to 1.111)" in text
    assert "92% (95% CI 82% to 98%)" in text
    assert "Q = 152.23, df = 12, p < 0.001" in text
    zero = heterogeneity_sentences(bcg.outcomes[1].synthesis)
    assert "An estimate of 0 does not show that the studies agree" in zero


def test_proportions_carry_percent_and_no_null(cohorts: AnalysisResult) -> None:
    text = headline_sentence(cohorts.outcomes[0].synthesis, better="higher")
    assert re.search(r"was \d+\.\d% \(95% CI \d+\.\d% to \d+\.\d%; mixed model of the counts\)\.$", text)


@pytest.mark.parametrize(
    ("kept", "tail"),
    [
        # DL 0.4896, PM 0.4892, common effect 0.6503 (metafor 3.8-1)
        (
            (0, 1, 2),
            "the estimates lie between 0.49 and 0.65; the main analysis gives 0.49. The interval lies "
            "entirely below 1 in the main analysis, and it lies entirely below no effect in all 3 "
            "other results.",
        ),
        (
            (0, 3),
            "the estimate is 0.49; the main analysis gives 0.49. The interval lies entirely below 1 in the "
            "main analysis, and it lies entirely below no effect in the other result.",
        ),
        ((3,), "The same question answered in 1 other way."),
    ],
)
def test_sensitivity_in_words(bcg: AnalysisResult, kept: tuple[int, ...], tail: str) -> None:
    part = bcg.outcomes[0]
    varied = replace(part, sensitivity=tuple(part.sensitivity[i] for i in kept))
    section = sensitivity_section(varied, part.synthesis)
    assert section.blocks[0].text.endswith(tail)


def test_other_measures_are_judged_by_their_own_value_of_no_effect(bcg: AnalysisResult) -> None:
    part = bcg.outcomes[0]
    apart = pool(yi=[-0.1, 0.1], vi=[0.01, 0.01], measure="RD")
    below = pool(yi=[-0.2, -0.2], vi=[0.001, 0.001], measure="RD", ci_method="wald")
    for results, tail in (
        ([apart], "but not in the other result."),
        ([apart, below], "and it lies entirely below no effect in 1 of the 2 other results."),
        ([below, below], "and it lies entirely below no effect in all 2 other results."),
    ):
        varied = tuple(Sensitivity(group="effect measure", label="RD", result=one) for one in results)
        section = sensitivity_section(replace(part, sensitivity=varied), part.synthesis)
        assert section.blocks[0].text.endswith(f"in the main analysis, {tail}")


def test_leaving_one_out_tells_when_the_interval_changes_sides(bcg: AnalysisResult) -> None:
    # With D the interval includes 0, without D it does not.
    labels = ("A", "B", "C", "D")
    effects = effects_from_arrays(yi=[-0.5, -0.52, -0.48, 1.5], vi=[0.01] * 4, labels=labels, measure="GEN")
    definition = OutcomeDefinition(outcome="x", label="X", kind="other")
    part = OutcomeResult(
        slug="x",
        outcome=Outcome("x", "RD"),
        definition=definition,
        effects=effects,
        synthesis=pool(effects),
        leave_one_out=leave_one_out(effects),
    )
    text = leave_one_out_section(part, pool(effects), bcg).blocks[0].text
    assert text == (
        "Leaving out one at a time, the estimates range from −0.50 (without D) to 0.17 (without B). "
        "The interval no longer includes 0 without D."
    )


def test_left_out_things_are_in_the_report(document: ReportDocument) -> None:
    text = "\n".join(texts(document))
    assert "the source prints more events than participants" in text
    assert "r77: A second report of the same children." in text
    assert "They are followed for another outcome." in text
    assert "EX-0001" in text
    assert "The trials are those of Colditz 1994." in text


def test_external_results_are_marked(document: ReportDocument) -> None:
    (section,) = [section for section in document.sections if section.anchor == "external"]
    text = "\n".join(texts(section))
    assert "Not pooled" in text
    assert "0.49 (95% CI, 0.34 to 0.70)" in text


def test_methods_cite_what_they_list_and_list_what_they_cite(document: ReportDocument) -> None:
    (methods,) = [section for section in document.sections if section.anchor == "methods"]
    (literature,) = [
        section.blocks[0] for section in all_sections(document.sections) if section.anchor == "literature"
    ]
    assert isinstance(literature, References)
    prose = "\n".join(texts(methods.blocks))
    cited = set(re.findall(r"[A-Z]\w+(?: et al\.| and [A-Z]\w+)? (?:19|20)\d\d(?=[;)])", prose))
    assert len(cited) == len(literature.items)
    for author_year in cited:
        author, year = author_year.split()[0], author_year[-4:]
        assert any(item.text.startswith(author) and year in item.text for item in literature.items)
    assert all(item.link.startswith("https://doi.org/10.") for item in literature.items)
    assert "Paule" not in prose  # only what was used


def test_methods_of_proportions(cohorts: AnalysisResult) -> None:
    text = "\n".join(texts(build_document(cohorts)))
    assert "Clopper and Pearson" in text
    assert "Parmar" not in text


def test_exact_options_are_printed(document: ReportDocument) -> None:
    options = dict(
        item
        for section in all_sections(document.sections)
        if section.anchor == "options"
        for item in section.blocks[0].items  # type: ignore[union-attr]
    )
    assert options["tau2_method"] == "REML"
    assert options["level"] == "0.95"
    assert "k = 13: random-effects, hartung-knapp" in options["used"]


def test_favours_follow_the_contrast(bcg: AnalysisResult) -> None:
    part = bcg.outcomes[0]
    assert favours_labels(bcg.analysis, part) == ("Favours BCG", "Favours no vaccine")
    higher = replace(part, definition=replace(part.definition, better="higher"))
    assert favours_labels(bcg.analysis, higher) == ("Favours no vaccine", "Favours BCG")
    neither = replace(part, definition=replace(part.definition, better=""))
    assert favours_labels(bcg.analysis, neither) is None
    proportion = replace(part, effects=replace(part.effects, measure=get_measure("PLO")))
    assert favours_labels(bcg.analysis, proportion) is None


def test_given_labels_change_sides_with_what_is_better(bcg: AnalysisResult) -> None:
    analysis = replace(bcg.analysis, favours=("BCG better", "no vaccine better"))
    part = bcg.outcomes[0]
    assert favours_labels(analysis, part) == ("BCG better", "no vaccine better")
    higher = replace(part, definition=replace(part.definition, better="higher"))
    assert favours_labels(analysis, higher) == ("no vaccine better", "BCG better")


@pytest.mark.parametrize(
    ("contrast", "names"),
    [
        (("A", "B"), ("A", "B")),
        (({"drug": ("A", "B"), "line": "2"}, {"drug": "C", "line": "2"}), ("A or B", "C")),
        (("A", {"drug_class": "B"}), ("A", "B")),
        (({"her2_status": "low"}, {"her2_status": "high"}), ("HER2 low", "HER2 high")),
        (({"smoking_status": "never"}, {"site": "colon"}), ("smoking never", "site colon")),
        (({"stage": "1"}, {"stage": "1"}), ("stage 1", "stage 1")),
    ],
)
def test_names_of_the_two_sides(contrast: object, names: tuple[str, str]) -> None:
    assert contrast_names(contrast) == names  # type: ignore[arg-type]


def test_rules_in_words() -> None:
    assert rule_words({"drug_class": ("a", "b", "c"), "year": "1999"}) == "drug class: a, b or c; year: 1999"


def test_literature_is_sorted_and_without_doubles() -> None:
    listed = reference_list(["tierney", "parmar", "tierney"])
    assert [item.text.split()[0] for item in listed] == ["Parmar", "Tierney"]
    assert cite("reml") == "Viechtbauer 2005"


def test_only_web_addresses_become_links() -> None:
    odd = Source(source_id="s", kind="x", citation="C", address="javascript:alert(1)")
    assert source_reference(odd).link == ""
    assert source_reference(replace(odd, doi="10.1/x")).link == "https://doi.org/10.1/x"


def test_sentences_end_once() -> None:
    assert (sentence("a rule."), sentence(" why?"), sentence("x"), sentence("")) == (
        "A rule.",
        "Why?",
        "X.",
        "",
    )


def test_a_headline_over_results_that_disagree_says_so() -> None:
    apart = pool(yi=[0.0119, 0.5245], vi=[0.0907**2, 0.1754**2], measure="RR", model="common-effect")
    assert "But the studies differ (Q = 6.74, p = 0.009)" in headline_sentence(apart)
    together = pool(yi=[0.0119, 0.10], vi=[0.0907**2, 0.1754**2], measure="RR", model="common-effect")
    assert "But the studies differ" not in headline_sentence(together)
