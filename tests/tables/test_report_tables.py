"""Tables say what the results hold, in the words and digits of `wording`, and nothing gets lost."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import replace

import pytest

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Exclusion, Route, RowRef
from metasyn.errors import OptionError
from metasyn.evidence.model import OngoingTrial, ReportedResult, Source
from metasyn.synthesis import leave_one_out, pool
from metasyn.tables.cells import short_citation, source_cell, source_labels
from metasyn.tables.evidence import evidence_table, excluded_rows_table, exclusions_table, rows_table
from metasyn.tables.lists import apart_table, external_table, ongoing_table, sources_table
from metasyn.tables.model import ReportTable, columns, to_csv
from metasyn.tables.results import alternatives_table, heterogeneity_table, results_table
from metasyn.tables.variation import leave_one_out_table, sensitivity_table, subgroup_table
from metasyn.values import NotEstimable

# BCG vaccine trials, Colditz 1994: allocation, tuberculosis and total, vaccinated and not.
BCG = (
    ("random", 4, 123, 11, 139),
    ("random", 6, 306, 29, 303),
    ("random", 3, 231, 11, 220),
    ("random", 62, 13598, 248, 12867),
    ("alternate", 33, 5069, 47, 5808),
    ("alternate", 180, 1541, 372, 1451),
    ("random", 8, 2545, 10, 629),
    ("random", 505, 88391, 499, 88391),
    ("random", 29, 7499, 45, 7277),
    ("systematic", 17, 1716, 65, 1665),
    ("systematic", 186, 50634, 141, 27338),
    ("systematic", 5, 2498, 3, 2341),
    ("systematic", 27, 16913, 29, 17854),
)
SOURCES = (
    Source(
        source_id="a",
        kind="article",
        citation="Colditz GA, Brewer TF. Efficacy. JAMA 1994;271:698.",
        year=1994,
    ),
    Source(source_id="b", kind="article", citation="Example E. Another. J Ex 2001;1:1.", year=2001),
)
NASTY = 'a "quoted", #let $x$ *b*\nnew line, <tag> & ; \\ end'


def effect(i: int, allocation: str, x1: int, n1: int, x2: int, n2: int) -> Effect:
    row = RowRef(result_id=f"r{i}", source_id="a", citation="", locator=f"row {i}", as_printed=f"{x1}/{n1}")
    return Effect(
        label=f"Trial {i}",
        yi=math.log(x1 / n1 / (x2 / n2)),
        vi=1 / x1 - 1 / n1 + 1 / x2 - 1 / n2,
        route=Route(name="events", grade=1, formula="ln RR"),
        study_id=f"s{i}",
        cohort_id=f"c{i}",
        comparator_id=f"d{i}",
        rows=(row,),
        counts=Counts(events_1=x1, n_1=n1, events_2=x2, n_2=n2),
        attributes={"allocation": allocation},
    )


@pytest.fixture(scope="module")
def bcg() -> EffectSet:
    effects = tuple(effect(i, *row) for i, row in enumerate(BCG, start=1))
    return EffectSet(measure=get_measure("RR"), effects=effects, outcome="Tuberculosis")


def test_a_row_needs_a_cell_per_column() -> None:
    with pytest.raises(OptionError, match="row 1: 1 cells for 2 columns"):
        ReportTable(slug="t", caption="", columns=columns(("a", "A"), ("b", "B")), rows=(("1", "2"), ("3",)))


def test_csv_gives_back_every_cell() -> None:
    table = ReportTable(
        slug="t", caption="", columns=columns(("a", "A"), ("b", "B")), rows=((NASTY, "ü"), ("", "1,5"))
    )
    assert list(csv.reader(io.StringIO(to_csv(table)))) == [["a", "b"], [NASTY, "ü"], ["", "1,5"]]
    assert "\r" not in to_csv(table)


def test_evidence_row_by_hand(bcg: EffectSet) -> None:
    table = evidence_table(bcg, SOURCES, slug="e")
    # RR (4/123)/(11/139) = 0.411; standard error of its log sqrt(1/4 - 1/123 + 1/11 - 1/139) = 0.571
    assert table.rows[0] == (
        "Trial 1",
        "4/123",
        "Colditz 1994 [1], row 1",
        "events and participants",
        "4/123 vs 11/139",
        "0.41 (0.13 to 1.26)",
    )
    assert [row[0] for row in table.rows] == [one.label for one in bcg.effects]


def test_evidence_without_counts_has_no_counts_column(bcg: EffectSet) -> None:
    bare = EffectSet(
        measure=bcg.measure, effects=tuple(replace(one, counts=None) for one in bcg.effects), outcome="TB"
    )
    assert "events" not in [column.key for column in evidence_table(bare, SOURCES, slug="e").columns]


def test_notes_are_said_once_and_name_their_rows(bcg: EffectSet) -> None:
    effects = list(bcg.effects)
    effects[1] = replace(effects[1], notes=("rounded figure",), adjustment="1/2 added to every cell")
    effects[4] = replace(effects[4], notes=("rounded figure",))
    table = evidence_table(replace(bcg, effects=tuple(effects)), SOURCES, slug="e")
    assert table.notes == ("Trial 2, Trial 5: rounded figure", "Trial 2: 1/2 added to every cell")


def test_results_line_agrees_with_metafor(bcg: EffectSet) -> None:
    # metafor 3.8-1, rma(RR, method="REML", test="knha"): 0.4894 (0.3301-0.7257), tau2 0.3132, I2 92.22
    (row,) = results_table([("Tuberculosis", pool(bcg))], slug="r").rows
    assert row[:5] == ("Tuberculosis", "13", "13", "random effects", "RR 0.49 (0.33 to 0.73)")
    assert row[7].startswith("0.313 (")
    assert row[8].startswith("92% (")


def test_results_keep_what_cannot_be_estimated(bcg: EffectSet) -> None:
    results = [
        ("One", pool(bcg.take([0]))),
        ("Two", pool(bcg.take([0, 2]))),
        ("None", NotEstimable("nothing was reported")),
    ]
    table = results_table(results, slug="r")
    assert [row[3] for row in table.rows] == ["one study, not pooled", "Bayesian random effects", "–"]
    assert "None: nothing was reported." in table.notes
    # The interval of a new study under the prior of the headline: there is no classical one.
    found = results[1][1].beside.bayes[0][1].pi
    assert table.rows[1][6] == f"{math.exp(found.low):.3f} to {math.exp(found.high):.2f}"
    assert table.columns[4].header == "Estimate (95% interval)"
    assert table.notes[-1].startswith("Of Bayesian random effects: credible intervals given the prior half-n")
    classical = results_table([("A", pool(bcg.take([0, 2]), model="random-effects"))] * 2, slug="r")
    assert classical.rows[1][6] == "not estimable"
    assert len([note for note in classical.notes if "prediction interval: " in note]) == 1


def test_alternatives_mark_one_headline(bcg: EffectSet) -> None:
    result = pool(bcg)
    table = alternatives_table(result, slug="a")
    assert len(table) == len(result.alternatives)
    (place,) = table.emphasis
    assert table.rows[place][-1] == "headline"
    assert [row[-1] for row in table.rows].count("headline") == 1
    assert result.policy.reason in table.notes[0]


def test_alternatives_of_a_proportion_have_no_p() -> None:
    made = tuple(
        Effect(
            label=f"c{x}",
            yi=math.log(x / (20 - x)),
            vi=1 / x + 1 / (20 - x),
            route=Route(name="events", grade=1, formula=""),
        )
        for x in (4, 7, 9)
    )
    result = pool(EffectSet(measure=get_measure("PLO"), effects=made))
    (line,) = results_table([("Response", result)], slug="r").rows
    assert re.fullmatch(r"33\.\d% \(\d+\.\d% to \d+\.\d%\)", line[4])
    assert re.fullmatch(r"\d+\.\d% to \d+\.\d%", line[6])
    assert "p" not in [column.key for column in alternatives_table(result, slug="a").columns]


def test_heterogeneity_of_one_study_is_a_reason(bcg: EffectSet) -> None:
    table = heterogeneity_table(pool(bcg.take([0])), slug="h")
    assert table.rows == ()
    assert table.notes[0].endswith(".")


def test_heterogeneity_agrees_with_metafor(bcg: EffectSet) -> None:
    # metafor 3.8-1: QE 152.2330 on 12 df; confint: tau2 0.1197-1.1115, I2 81.92-97.68
    table = heterogeneity_table(pool(bcg), slug="h")
    assert table.rows[0] == ("Q (df = 12, p < 0.001)", "152.23", "")
    rows = {row[0].split(",")[0]: row[1:] for row in table.rows}
    assert rows["τ²"] == ("0.313", "0.120 to 1.111")
    assert rows["I²"] == ("92%", "82% to 98%")


def test_subgroups_end_with_their_test(bcg: EffectSet) -> None:
    groups = pool(bcg, by="allocation").subgroups
    assert groups is not None
    table = subgroup_table(groups, slug="s")
    assert [row[0] for row in table.rows] == ["random", "alternate", "systematic"]
    assert sum(int(row[1]) for row in table.rows) == 13
    assert table.notes[0].startswith("Test between groups: Q = ")
    assert ", df = 2, p = " in table.notes[0]


def test_leave_one_out_begins_with_all(bcg: EffectSet) -> None:
    full = pool(bcg)
    table = leave_one_out_table(leave_one_out(bcg), full, slug="l")
    assert [row[0] for row in table.rows] == ["(none)", *(one.label for one in bcg.effects)]
    assert [row[1] for row in table.rows] == ["13"] + ["12"] * 13


def test_sensitivity_names_reasons_models_and_measures(bcg: EffectSet) -> None:
    full = pool(bcg)
    odds = pool(replace(bcg, measure=get_measure("OR")))
    variants = [
        ("effect measure", "odds ratio", odds),
        ("route", "only O−E", NotEstimable("no effect remains")),
        ("route", "two trials", pool(bcg.take([0, 2]))),
        ("route", "without percent; medians and p", pool(bcg.take([0, 2]))),
        ("route", "ratio and p, wherever the figures allow it", pool(bcg.take([0, 2]))),
    ]
    table = sensitivity_table(variants, full, slug="s")
    assert table.rows[0][0] == "Main analysis"
    assert table.rows[1][3].startswith("OR ")
    assert table.rows[2][3] == "not estimable"
    assert "Route, only O−E: no effect remains." in table.notes
    assert any("Route, two trials; " in note and note.endswith("credible interval.") for note in table.notes)
    named = [row[1] for row in table.rows[4:]]
    assert named == [
        "without events recovered from percent and participants; "
        "ratio of medians, standard error from the p value",
        "printed ratio and its p value, wherever the figures allow it",
    ]


def test_rows_carry_full_numbers_and_weights(bcg: EffectSet) -> None:
    result = pool(bcg)
    records = list(csv.DictReader(io.StringIO(to_csv(rows_table(bcg, result, slug="rows")))))
    assert math.isclose(sum(float(record["weight"]) for record in records), 1, rel_tol=1e-11)
    for record, one in zip(records, bcg.effects, strict=True):
        assert math.isclose(float(record["yi"]), one.yi, rel_tol=1e-11)
        assert math.isclose(float(record["vi"]), one.vi, rel_tol=1e-11)
        assert math.isclose(float(record["sei"]) ** 2, one.vi, rel_tol=1e-10)
        assert (record["locators"], record["result_ids"]) == (one.rows[0].locator, one.rows[0].result_id)


def test_exclusions_keep_reason_and_rows() -> None:
    left_out = Exclusion(label="Ex 1955", code="unusable", reason="no interval", result_ids=("r1", "r2"))
    assert exclusions_table((left_out,), slug="x").rows == (("Ex 1955", "no interval"),)
    in_brief = replace(left_out, short="no CI")
    assert exclusions_table((in_brief,), slug="x").rows == (("Ex 1955", "no CI"),)
    assert excluded_rows_table([("PFS", (in_brief,))]).rows[0][3] == "no interval"
    assert excluded_rows_table([("PFS", (left_out,))]).rows == (
        ("PFS", "unusable", "Ex 1955", "no interval", "r1 | r2"),
    )


def test_cohorts_apart_end_with_their_own_result(bcg: EffectSet) -> None:
    few = bcg.take([0, 1, 2])
    table = apart_table("Infants", few, pool(few), SOURCES, slug="p")
    assert table.rows[-1][0] == "Together (random effects, k = 3)"
    assert table.emphasis == (3,)
    single = apart_table("Infants", bcg.take([0]), pool(bcg.take([0])), SOURCES, slug="p")
    assert len(single) == 1
    assert single.emphasis == ()


def test_external_and_ongoing_drop_empty_columns_only() -> None:
    external = ReportedResult(
        result_id="x",
        study_id="s",
        cohort_id="c",
        outcome="tb",
        statistic="RR",
        source_id="b",
        locator="Table 2",
        as_printed="0.5",
    )
    table = external_table((external,), SOURCES, slug="e", outcome_labels={"tb": "Tuberculosis"})
    assert [column.key for column in table.columns] == ["outcome", "statistic", "as_printed", "source"]
    assert table.rows == (("Tuberculosis", "RR", "0.5", "Example 2001 [2], Table 2"),)
    trial = OngoingTrial(registry_id="EX1", title="A trial", n=12000)
    ongoing = ongoing_table((trial,), SOURCES, slug="o")
    assert [column.key for column in ongoing.columns] == ["registry_id", "title", "n"]
    assert ongoing.rows[0][2] == "12\N{THIN SPACE}000"


def test_sources_are_numbered_in_order() -> None:
    assert [row[:2] for row in sources_table(SOURCES, slug="s").rows] == [("1", "a"), ("2", "b")]


@pytest.mark.parametrize(
    ("citation", "year", "short"),
    [
        ("Colditz GA, Brewer TF. Efficacy of BCG. JAMA 1994;271:698.", None, "Colditz 1994"),
        ("van der Berg AB. A trial. 2004.", 2005, "van der Berg 2005"),
        ("O'Neil-Smith, J.P., and others. Title. 1999", None, "O'Neil-Smith 1999"),
        ("World Health Organization. Report.", None, "World Health Organization"),
        ("Registry 2020", None, "Registry 2020"),
        ("", 2001, "2001"),
    ],
)
def test_short_citations(citation: str, year: int | None, short: str) -> None:
    assert short_citation(citation, year) == short


def test_a_source_is_named_once_with_all_places() -> None:
    def row(source: str, locator: str) -> RowRef:
        return RowRef(result_id="r", source_id=source, citation="", locator=locator, as_printed="")

    rows = (row("a", "Table 1"), row("b", ""), row("a", "Figure 2"), row("a", "Table 1"))
    assert (
        source_cell(rows, source_labels(SOURCES)) == "Colditz 1994 [1], Table 1; Figure 2; Example 2001 [2]"
    )
