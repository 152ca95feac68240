"""Reports of 1, 2, 3 and 12 made-up trials: their sections, and every printed number against the results."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from made_up_trials import DECLARED, log_effects, made_up, trials

from metasyn.analysis.run import run_analysis
from metasyn.plots.model import ForestLayout
from metasyn.report.blocks import (
    Bullets,
    Definitions,
    FigureBlock,
    Note,
    Paragraph,
    References,
    ReportDocument,
    Section,
    TableBlock,
)
from metasyn.report.document import build_document
from metasyn.synthesis import SynthesisResult, leave_one_out, pool
from metasyn.synthesis.sensitivity import cumulative
from metasyn.synthesis.small_study import egger_test, trim_and_fill
from metasyn.tables.model import ReportTable
from metasyn.values import Interval

SIZES = (1, 2, 3, 12)
# Aspects of an outcome in the order in which they stand, with the number of trials from which they do.
ASPECTS = (
    ("pooled", 2),
    ("posterior", 2),
    ("heterogeneity", 2),
    ("small-study", 10),
    ("sensitivity", 3),
    ("leave-one-out", 3),
    ("cumulative", 5),
)


def document(k: int) -> ReportDocument:
    return build_document(made_up(k))


def synthesis(k: int) -> SynthesisResult:
    """The same synthesis from the printed figures by hand."""
    yi, sei = log_effects(k)
    return pool(yi=yi, sei=sei, measure="HR", labels=[f"Trial {i}" for i in range(1, k + 1)])


def walk(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from walk(section.sections)


def section(k: int, anchor: str) -> Section:
    return next(one for one in walk(document(k).sections) if one.anchor == anchor)


def table(k: int, slug: str) -> ReportTable:
    return next(one for one in document(k).tables() if one.slug == slug)


def says(text: str, *expected: float) -> None:
    """The numbers of a text are these, each to the digits that are printed."""
    found = re.findall(r"−?\d+(?:\.\d+)?", text)
    assert len(found) == len(expected), (text, expected)
    for printed, value in zip(found, expected, strict=True):
        digits = len(printed.partition(".")[2])
        assert abs(float(printed.replace("−", "-")) - value) <= 0.5 * 10**-digits * (1 + 1e-9), (text, value)


def natural(interval: object) -> tuple[float, float]:
    assert isinstance(interval, Interval)
    return math.exp(interval.low), math.exp(interval.high)


def is_empty(block: object) -> bool:
    """A block without anything to read."""
    match block:
        case Paragraph():
            return not (block.text or block.lead)
        case Bullets() | Definitions() | References():
            return not block.items
        case TableBlock():
            return not (block.table.rows and block.table.caption)
        case FigureBlock():
            return not (block.caption and block.alt)
        case Note():
            return not block.text
    return False


@pytest.mark.parametrize("k", SIZES)
def test_sections_stand_in_the_order_of_prisma(k: int) -> None:
    anchors = [one.anchor for one in document(k).sections]
    assert anchors == [
        *("question", "eligible", "evidence", "audit", "outcome-death-hr"),
        *("excluded", "methods", "references", "versions"),
    ]
    inner = [one.anchor for one in section(k, "outcome-death-hr").sections]
    few = k <= 4  # up to so many the Bayesian result stands beside the classical ones
    assert inner == [f"{a}-death-hr" for a, least in ASPECTS if k >= least and (few or a != "posterior")]


@pytest.mark.parametrize("k", SIZES)
def test_nothing_is_empty(k: int) -> None:
    for one in walk(document(k).sections):
        assert one.heading
        assert one.blocks or one.sections, one.anchor
        assert not [block for block in one.blocks if is_empty(block)], one.anchor


@pytest.mark.parametrize("k", SIZES)
def test_figures_have_their_numbers_in_words_and_names_of_their_own(k: int) -> None:
    figures = document(k).figures()
    stems = [figure.stem for figure in figures]
    aspects = ("models", "posterior", "estimators", "funnel", "leave-one-out", "cumulative")
    least = {"models": 2, "posterior": 2, "estimators": 3, "funnel": 10, "leave-one-out": 3, "cumulative": 5}
    most = {"models": 2, "posterior": 4}  # from k = 3 on a model with estimators of τ² headlines
    shown = [name for name in aspects if least[name] <= k <= most.get(name, k)]
    assert stems == ["death-hr", *(f"death-hr-{name}" for name in shown)]
    assert [figure.number for figure in figures] == list(range(1, len(figures) + 1))
    for figure in figures:
        assert re.search(r"\d\.\d\d", figure.alt), figure.stem


@pytest.mark.parametrize("k", SIZES)
def test_headline_is_the_synthesis_of_the_printed_figures(k: int) -> None:
    mine = synthesis(k)
    (key,) = document(k).key_results()
    says(key.figure, math.exp(mine.estimate))
    says(key.interval, 95, *natural(mine.ci))
    paragraph = section(k, "outcome-death-hr").blocks[1]
    assert isinstance(paragraph, Paragraph)
    assert key.figure.removeprefix("HR ") in paragraph.text
    assert key.interval in paragraph.text


@pytest.mark.parametrize("k", [2, 3, 12])
def test_every_model_is_in_the_table_of_pooled_results(k: int) -> None:
    mine, made = synthesis(k), table(k, "death-hr-alternatives")
    assert len(made.rows) == len(mine.alternatives)
    for row, other in zip(made.rows, mine.alternatives, strict=True):
        says(row[2], math.exp(other.estimate), *natural(other.ci))
        assert (row[4] == "headline") == other.headline
    assert [made.rows[i][4] for i in made.emphasis] == ["headline"]


@pytest.mark.parametrize("k", [3, 12])
def test_heterogeneity_is_that_of_the_synthesis(k: int) -> None:
    mine = synthesis(k)
    found = mine.heterogeneity
    assert found
    values = {row[0].split(" ")[0].rstrip(","): row[1:] for row in table(k, "death-hr-heterogeneity").rows}
    says(values["Q"][0], found.Q)
    says(values["τ²"][0], found.tau2.value)
    assert isinstance(found.tau2.ci, Interval)
    says(values["τ²"][1], found.tau2.ci.low, found.tau2.ci.high)
    says(values["I²"][0], 100 * found.I2)
    says(values["H²"][0], found.H2)
    says(values["Prediction"][1], *natural(mine.pi))


@pytest.mark.parametrize("k", [3, 12])
def test_leaving_out_one_is_in_text_figure_and_csv(k: int) -> None:
    runs = leave_one_out(synthesis(k))
    rows = table(k, "death-hr-leave-one-out").rows
    for row, run in zip(rows[1:], runs, strict=True):
        assert row[0] == run.omitted
        says(row[2], math.exp(run.result.estimate), *natural(run.result.ci))
    paragraph, figure = section(k, "leave-one-out-death-hr").blocks
    assert isinstance(paragraph, Paragraph)
    ordered = sorted(runs, key=lambda run: run.result.estimate)
    first = paragraph.text.split(".  ")[0].split(". The")[0]
    numbers = [int(run.omitted.removeprefix("Trial ")) for run in (ordered[0], ordered[-1])]
    low, high = (math.exp(run.result.estimate) for run in (ordered[0], ordered[-1]))
    says(first, low, numbers[0], high, numbers[1])
    assert isinstance(figure, FigureBlock)
    assert isinstance(figure.layout, ForestLayout)
    drawn = [row for row in figure.layout.rows if row.kind == "study"]
    assert [row.label for row in drawn] == [run.omitted for run in runs]


def test_the_order_in_time_is_that_of_the_years() -> None:
    yi, sei = log_effects(12)
    years = [2000 + 3 * i % 11 for i in range(1, 13)]
    steps = cumulative(yi=yi, sei=sei, measure="HR", order=years).steps
    paragraph = section(12, "cumulative-death-hr").blocks[0]
    assert isinstance(paragraph, Paragraph)
    first, last = steps[0].result, steps[-1].result
    says(
        paragraph.text,
        *(math.exp(first.estimate), 95, *natural(first.ci), min(years)),
        *(math.exp(last.estimate), 95, *natural(last.ci), max(years)),
    )


def test_without_years_there_is_no_order_in_time() -> None:
    result = run_analysis(DECLARED, trials(12, years=False), "no_years")
    assert result.outcomes[0].cumulative is None
    assert all("cumulative" not in one.anchor for one in walk(build_document(result).sections))


def test_small_study_effects_are_those_of_the_functions() -> None:
    yi, sei = log_effects(12)
    test = egger_test(yi=yi, sei=sei, measure="HR")
    filled = trim_and_fill(yi=yi, sei=sei, measure="HR")
    text, _, sensitivity = section(12, "small-study-death-hr").blocks
    assert isinstance(text, Paragraph)
    assert isinstance(sensitivity, Paragraph)
    head = text.text.split(" An asymmetric")[0]
    statistic = (test.statistic,) if math.isinf(test.df) else (test.statistic, test.df)
    says(head, 12, *statistic, test.pvalue)
    assert filled.k0 > 0
    both = (filled.result, filled.observed)
    numbers = [value for one in both for value in (math.exp(one.estimate), 95, *natural(one.ci))]
    says(sensitivity.text, filled.k0, *numbers)


@pytest.mark.parametrize("k", [2, 3])
def test_too_few_for_small_study_effects_is_said_in_one_sentence(k: int) -> None:
    blocks = section(k, "heterogeneity-death-hr").blocks
    (said,) = [b for b in blocks if isinstance(b, Paragraph) and b.lead == "Small-study effects."]
    assert said.text == "Not examined: fewer than 10 results cannot tell chance from small-study effects."


@pytest.mark.parametrize("k", SIZES)
def test_evidence_names_source_and_place_of_every_figure(k: int) -> None:
    rows = table(k, "death-hr-evidence").rows
    assert len(rows) == k
    for number, row in enumerate(rows, start=1):
        assert row[0] == f"Trial {number}"
        assert row[1] == made_up(k).outcomes[0].effects.effects[number - 1].rows[0].as_printed
        assert row[2].endswith(f"[{number}], Table 2")


def test_methods_name_what_was_used_and_nothing_else() -> None:
    few = "\n".join(b.text for b in section(3, "methods").blocks if isinstance(b, Paragraph))
    many = "\n".join(b.text for b in section(12, "methods").blocks if isinstance(b, Paragraph))
    assert "Egger's regression test" in many
    assert "Egger" not in few
    assert "which no outcome has (Sterne et al. 2011)" in few
    assert "L0" in many
    assert "Lau et al. 1992" in many


def test_a_mean_with_its_own_tau2_is_told_apart_from_the_tau2_of_the_table() -> None:
    spec = replace(DECLARED.synthesis, ci_method="henmi-copas")
    result = run_analysis(replace(DECLARED, synthesis=spec), trials(12), "other")
    (made,) = [t for t in build_document(result).tables() if t.slug == "death-hr-heterogeneity"]
    assert any("DerSimonian-Laird τ²" in note and "(REML)" in note for note in made.notes)
    assert not [note for note in table(12, "death-hr-heterogeneity").notes if "DerSimonian" in note]
