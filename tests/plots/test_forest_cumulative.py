"""Cumulative and leave-one-out forests: every row is the synthesis it says it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from forest_builders import BCG, bcg_effects, proportion
from svg_rows import drawn_rows, mismatches

import metasyn
from metasyn.claims.group_conditions import changing_sides
from metasyn.claims.statement import Subject
from metasyn.effects.measure import get_measure
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots import to_table
from metasyn.plots.forest_cumulative import cumulative_forest
from metasyn.plots.forest_leave_one_out import leave_one_out_forest
from metasyn.plots.model import ForestLayout, ForestRow
from metasyn.values import NotEstimable
from metasyn.vocabulary import ForestPreset, choices

YEARS = [int(row[0][-4:]) for row in BCG]
BCG_SET = EffectSet(measure=get_measure("RR"), effects=bcg_effects(), outcome="Tuberculosis")


def studies(layout: ForestLayout) -> list[ForestRow]:
    return [row for row in layout.rows if row.kind == "study"]


def of_size(k: int) -> EffectSet:
    """Seeded made-up odds ratios; names repeat."""
    rng = np.random.default_rng(4)
    yi, vi = rng.normal(-0.2, 0.4, k), rng.uniform(0.01, 0.4, k)
    result = metasyn.pool(yi=yi, vi=vi, labels=[f"Study {i % 7}" for i in range(k)], measure="OR")
    return result.effects


def test_each_step_is_pooled_from_the_studies_so_far() -> None:
    layout = cumulative_forest(metasyn.cumulative(BCG_SET, order=YEARS), key_header="Year")
    order = sorted(range(13), key=lambda i: YEARS[i])
    assert [row.index for row in studies(layout)] == order
    assert [row.cells["key"] for row in studies(layout)] == [str(YEARS[i]) for i in order]
    assert [row.cells["k"] for row in studies(layout)] == [str(n) for n in range(1, 14)]
    for n in (1, 4, 13):
        alone = metasyn.pool(BCG_SET.take(order[:n]), tau2_method="REML", ci_method="hartung-knapp")
        row = studies(layout)[n - 1]
        assert row.estimate == pytest.approx(math.exp(alone.estimate), rel=1e-8)
        if n > 1:
            assert row.interval is not None
            assert row.interval.high == pytest.approx(math.exp(alone.ci.high), rel=1e-8)  # type: ignore[union-attr]
    assert layout.columns[1].header == "Year"
    assert "Studies enter by year, smallest first" in [row.label for row in layout.rows]
    assert "not corrected for repeated looks" in layout.footnotes[0]


def test_the_weight_that_is_in_grows_to_all() -> None:
    whole = metasyn.pool(BCG_SET)
    weights = [row.weight for row in studies(cumulative_forest(metasyn.cumulative(BCG_SET)))]
    assert weights == pytest.approx(np.cumsum(whole.weights), rel=1e-12)
    assert weights[-1] <= 1.0


def test_the_last_step_and_the_diamond_agree() -> None:
    layout = cumulative_forest(metasyn.cumulative(BCG_SET, order=YEARS))
    (overall,) = (row for row in layout.rows if row.kind == "overall")
    last = studies(layout)[-1]
    assert (overall.estimate, overall.interval) == (last.estimate, last.interval)
    assert overall.prediction is not None


@pytest.mark.parametrize(
    ("order", "descending", "words"),
    [
        ("given", False, "Studies enter in the given order"),
        ("precision", True, "Studies enter least precise first"),
        ([3.0, 1.0, 2.0], True, "Studies enter by order, largest first"),
    ],
)
def test_the_order_is_stated(order: object, descending: bool, words: str) -> None:
    found = metasyn.cumulative(BCG_SET.take([0, 1, 2]), order=order, descending=descending)  # type: ignore[arg-type]
    layout = cumulative_forest(found)
    assert words in [row.label for row in layout.rows]
    assert ("key" in [column.key for column in layout.columns]) is isinstance(order, list)


def test_one_study_is_not_pooled() -> None:
    layout = cumulative_forest(metasyn.cumulative(BCG_SET.take([0])))
    assert [row.kind for row in layout.rows] == ["study", "note"]


def test_proportions_are_percent() -> None:
    effects = EffectSet(
        measure=get_measure("PLO"),
        effects=(proportion("A", 3, 20), proportion("B", 9, 30)),
        outcome="Response",
    )
    layout = cumulative_forest(metasyn.cumulative(effects))
    assert layout.axis.label == "Response, %"
    assert "%" in layout.description
    assert not list(mismatches(layout))
    with pytest.raises(OptionError, match="'PLO' has none"):
        cumulative_forest(metasyn.cumulative(effects), favours=("a", "b"))


@pytest.mark.parametrize("preset", choices(ForestPreset))
@pytest.mark.parametrize("k", [2, 13])
def test_figure_rows_are_the_rows(k: int, preset: ForestPreset) -> None:
    effects = BCG_SET.take(range(k))
    steps = metasyn.cumulative(effects, order="precision")
    assert list(mismatches(cumulative_forest(steps, preset=preset))) == []
    assert list(mismatches(leave_one_out_forest(metasyn.pool(effects), preset=preset))) == []


def test_sixty_rows_with_repeated_names_keep_their_places() -> None:
    effects = of_size(60)
    layout = cumulative_forest(metasyn.cumulative(effects, order="precision"))
    assert list(mismatches(layout)) == []
    order = sorted(range(60), key=lambda i: effects.vi[i])
    assert [row.index for row in drawn_rows(layout) if row.kind == "study"] == order


def test_a_shifted_row_would_be_found() -> None:
    layout = cumulative_forest(metasyn.cumulative(BCG_SET))
    rows = list(layout.rows)
    other = replace(layout, rows=(replace(rows[0], estimate=0.5), *rows[1:]))
    shown = {row.number: row for row in drawn_rows(other)}
    assert shown[0].estimate == pytest.approx(0.5, rel=1e-4)
    assert shown[0].estimate != pytest.approx(rows[0].estimate, rel=1e-2)


def test_without_each_study() -> None:
    result = metasyn.pool(BCG_SET)
    layout = leave_one_out_forest(result, favours=("favours vaccine", "favours control"))
    rows = studies(layout)
    assert [row.label for row in rows] == list(BCG_SET.labels)
    assert [row.index for row in rows] == list(range(13))
    without = metasyn.pool(BCG_SET.take([i for i in range(13) if i != 7]))
    assert rows[7].estimate == pytest.approx(math.exp(without.estimate), rel=1e-9)
    assert rows[7].weight == pytest.approx(1 - result.weights[7], rel=1e-12)
    assert {row.cells["k"] for row in rows} == {"12"}
    assert f"Without {rows[7].label}" in layout.description
    assert layout.footnotes == ()


def test_a_study_that_carries_the_conclusion_is_marked() -> None:
    result = metasyn.pool(
        yi=[-0.6, -0.1, -0.05], vi=[0.01, 0.04, 0.04], labels=["Big", "b", "c"],
        measure="HR", model="common-effect", ci_method="wald",
    )  # fmt: skip
    assert result.ci.high < 0  # type: ignore[union-attr]
    layout = leave_one_out_forest(result)
    assert [row.mark for row in studies(layout)] == ["†", "", ""]
    assert "95% interval includes 1 (no effect)" in layout.footnotes[0]
    assert "with all studies it lies below 1" in layout.footnotes[0]


def test_a_flip_and_a_missing_interval_are_told_apart() -> None:
    """Without A the interval flips from below 1 to above it; without either of the others it stays."""
    result = metasyn.pool(
        yi=[-1.0, 0.4, 0.4], sei=[0.05, 0.1, 0.1], labels=["A", "B", "C"], measure="HR",
        model="common-effect", ci_method="wald",
    )  # fmt: skip
    # (-400 + 40 + 40) / 600 with all; 0.4 +- 0.14 without A; (-400 + 40) / 500 without B.
    assert result.estimate == pytest.approx(-0.5333, abs=1e-4)
    layout = leave_one_out_forest(result)
    assert [row.mark for row in studies(layout)] == ["†", "", ""]
    assert layout.footnotes == (
        "† without this study the 95% interval lies above 1 (no effect); with all studies it lies below 1",
    )


def test_an_interval_that_cannot_be_estimated_is_on_no_side() -> None:
    result = metasyn.pool(
        yi=[-0.6, -0.1, -0.05], vi=[0.01, 0.04, 0.04], measure="HR", model="common-effect", ci_method="wald"
    )
    found = metasyn.leave_one_out(result)
    nowhere = replace(found[0], result=replace(found[0].result, ci=NotEstimable("made up")))
    layout = leave_one_out_forest(result, [nowhere, *found[1:]])
    assert [row.mark for row in studies(layout)] == ["", "", ""]
    assert layout.footnotes == ()
    unclear = replace(result, ci=NotEstimable("made up"))
    assert [row.mark for row in studies(leave_one_out_forest(unclear, found))] == ["", "", ""]


def test_the_daggers_are_the_sentence_of_the_report() -> None:
    for shift in (-0.9, -0.3, 0.0, 0.2):
        result = metasyn.pool(
            yi=[-0.6 + shift, 0.2, 0.4, -0.3], vi=[0.01, 0.04, 0.02, 0.03], labels=list("abcd"), measure="HR"
        )
        found = metasyn.leave_one_out(result)
        said = changing_sides(Subject(result=result, leave_one_out=found))
        drawn = tuple(row.label for row in studies(leave_one_out_forest(result, found)) if row.mark)
        assert drawn == said


def test_results_of_another_synthesis_are_refused() -> None:
    result = metasyn.pool(BCG_SET)
    with pytest.raises(OptionError, match="each of the 13 effects"):
        leave_one_out_forest(result, metasyn.leave_one_out(BCG_SET.take([0, 1, 2])))
    with pytest.raises(NotEstimableError):
        leave_one_out_forest(metasyn.pool(BCG_SET.take([0])))
    others = metasyn.pool(yi=BCG_SET.yi + 1, vi=BCG_SET.vi, labels=BCG_SET.labels, measure="RR")
    with pytest.raises(OptionError, match="found is of other estimates than the result"):
        leave_one_out_forest(result, metasyn.leave_one_out(others))


def test_the_table_beside_the_figure_has_every_step() -> None:
    table = to_table(cumulative_forest(metasyn.cumulative(BCG_SET)))
    assert [row["kind"] for row in table] == ["study"] * 13 + ["overall"]
    assert table[3]["label"] == "+ Hart & Sutherland, 1977"
    assert table[12]["estimate"] == table[13]["estimate"]
