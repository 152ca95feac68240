"""Two people's tables: every difference listed, agreement as counted by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.errors import EvidenceError, OptionError
from metasyn.evidence.intake import compare_extractions, read_intake
from metasyn.evidence.intake.compare import _category
from metasyn.values import NotEstimable

if TYPE_CHECKING:
    from conftest import EvidenceFolder


@pytest.fixture
def two(new_folder: Callable[[], EvidenceFolder]) -> tuple[EvidenceFolder, EvidenceFolder]:
    """The same tables twice."""
    return new_folder(), new_folder()


def compared(first: EvidenceFolder, second: EvidenceFolder, **options: object):
    return compare_extractions(read_intake(first.write()), read_intake(second.write()), **options)  # type: ignore[arg-type]


def listed(comparison) -> list[tuple[str, ...]]:
    return [(d.table, d.key, d.column, d.first, d.second, d.kind) for d in comparison.disagreements]


def test_equal_tables_agree(two) -> None:
    comparison = compared(*two)
    assert comparison.agrees
    assert comparison.rows["results"] == (11, 0, 0)
    assert all(column.agreed == column.compared for column in comparison.columns)


def test_every_difference_is_listed_with_its_kind(two) -> None:
    first, second = two
    second.edit("results", "HR1", {"ci_high": "0.8", "value": "0.63", "locator": "table  2", "note": "mine"})
    second.edit("results", "MED1", {"status": ""})  # empty means usable
    second.edit("results", "P1", {"p": ".034"})
    first.edit("studies", "ALDER", {"phase": "3"})
    second.tables["results"].append({**second.row("results", "RNG1"), "result_id": "RNG2"})
    del second.tables["results"][5]
    comparison = compared(first, second)
    assert listed(comparison) == [
        ("studies", "ALDER", "phase", "3", "", "only first"),
        ("results", "HR1", "value", "0.62", "0.63", "value"),
        ("results", "HR1", "ci_high", "0.80", "0.8", "digits"),
        ("results", "HR1", "locator", "Table 2", "table  2", "spelling"),
        ("results", "HR1", "note", "", "mine", "only second"),
        ("results", "P1", "", "P1", "", "only first"),
        ("results", "RNG2", "", "", "RNG2", "only second"),
    ]
    assert comparison.rows["results"] == (10, 1, 1)
    columns = {(c.table, c.column): c for c in comparison.columns}
    value = columns["results", "value"]
    assert (value.agreed, value.compared, value.share) == (8, 9, 8 / 9)
    assert isinstance(columns["results", "timepoint"].share, NotEstimable)
    ignoring = compared(first, second, ignore=("note", "phase"))
    assert {d.column for d in ignoring.disagreements} == {"value", "ci_high", "locator", ""}
    assert ignoring.ignored == ("note", "phase")


def test_a_p_value_and_its_bound_are_not_the_same(two) -> None:
    two[1].edit("results", "HR1", {"p": "0.001"})
    assert [d.kind for d in compared(*two).disagreements] == ["value"]
    two[1].edit("results", "HR1", {"p": "<0.0010"})
    assert [d.kind for d in compared(*two).disagreements] == ["digits"]


def test_points_are_not_spelling(two) -> None:
    two[0].edit("results", "HR1", {"as_printed": "1.2"})
    two[1].edit("results", "HR1", {"as_printed": "12"})
    assert [d.kind for d in compared(*two).disagreements] == ["value"]


def test_rows_by_what_they_are_about(two) -> None:
    first, second = two
    for number, row in enumerate(second.tables["results"]):
        row["result_id"] = f"other{number}"
        row.pop("derived_from", None)
    second.row("results", "other7")["derived_from"] = "other4"
    random.Random(1).shuffle(second.tables["results"])
    assert len(compared(first, second).disagreements) == 22
    assert compared(first, second, match="figure").agrees
    # Two rows about one figure: the one that is more alike is the same row.
    twin = {
        **first.row("results", "HR1"),
        "result_id": "HR2",
        "value": "0.9",
        "locator": "p 9",
        "ci_high": "1.1",
    }
    first.tables["results"].insert(0, twin)
    second.tables["results"].append({**twin, "result_id": "x", "note": "seen twice"})
    assert listed(compared(first, second, match="figure")) == [
        ("results", "HR2", "note", "", "seen twice", "only second")
    ]


def test_what_stops_a_comparison(two) -> None:
    first, second = two
    second.edit("results", "HR1", {"ci_low": "9", "p_sided": "", "source_id": "nowhere"})
    assert len(compared(first, second).disagreements) == 3  # broken rules do not
    second.edit("results", "MED1", {"result_id": "HR1"})
    with pytest.raises(EvidenceError, match="'HR1' is the id of several rows"):
        compared(first, second)
    with pytest.raises(OptionError, match="Did you mean 'note'"):
        compared(first, first, ignore=("ntoe",))
    with pytest.raises(OptionError, match="match must be one of"):
        compared(first, first, match="name")
    second.file("results").write_text('a,"b')
    with pytest.raises(EvidenceError, match="never closed"):
        compare_extractions(read_intake(first.path), read_intake(second.path))
    with pytest.raises(EvidenceError, match="holds none of the tables"):
        compare_extractions(read_intake(first.path), read_intake(first.path.parent))


def test_kappa_of_a_worked_table() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: po = 0.7, pe = 0.5 * 0.6 + 0.5 * 0.4 = 0.5, kappa = 0.4.
    cells = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = _category(cells)
    assert (found.observed, found.expected) == (0.7, 0.5)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_where_there_is_none() -> None:
    alone = _category([("HR", "HR")] * 5).kappa
    assert isinstance(alone, NotEstimable)
    assert alone.reason == "both wrote HR in every row"
    assert _category([("HR", "OR")] * 5).kappa == 0


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(cells=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_kappa_agrees_with_its_confusion_matrix(cells: list[tuple[str, str]]) -> None:
    import numpy as np

    table = np.zeros((3, 3))
    for one, two in cells:
        table["abc".index(one), "abc".index(two)] += 1
    table /= len(cells)
    expected = float(table.sum(axis=1) @ table.sum(axis=0))
    found = _category(cells)
    assert found.expected == pytest.approx(expected)
    if isinstance(found.kappa, NotEstimable):
        assert expected == pytest.approx(1)
    else:
        assert found.kappa == pytest.approx((np.trace(table) - expected) / (1 - expected))
        swapped = _category([(two, one) for one, two in cells]).kappa
        assert swapped == pytest.approx(found.kappa)
        assert found.kappa <= 1 + 1e-12
