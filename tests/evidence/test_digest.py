"""A digest changes with every change that matters and with nothing else."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from metasyn.evidence import Evidence, PValue, digests, read_evidence, row_digest
from metasyn.values import Interval

if TYPE_CHECKING:
    from conftest import EvidenceFolder

OTHER = {
    "year": 1999,
    "n": 199,
    "events": 7,
    "value": 0.63,
    "decimals": 3,
    "ci": Interval(0.47, 0.80, 0.90),
    "p": PValue(value=0.001, relation="<", sided="two"),
    "derived": True,
    "derived_from": ("N1",),
    "attributes": {"drug": "thiazide"},
}
KINDS = {"sources": "source", "studies": "study", "cohorts": "cohort", "outcomes": "outcome"}


def changed(evidence: Evidence, other: Evidence) -> set[str]:
    before, after = digests(evidence), digests(other)
    assert before.keys() == after.keys()
    return {key for key in before if before[key] != after[key]}


def with_references(evidence: Evidence) -> set[tuple[str, str]]:
    """Every result with the digest of it and all it refers to."""
    return {(row.result_id, row_digest(row, evidence)) for row in evidence.results}


def other_value(record: object, name: str) -> object:
    old = getattr(record, name)
    new = OTHER.get(name, f"{old} x")
    assert new != old
    return new


def test_keys(folder: EvidenceFolder) -> None:
    evidence = read_evidence(folder.write())
    found = digests(evidence)
    assert set(found) == {
        *(r.result_id for r in evidence.results),
        *(f"source:{key}" for key in evidence.sources),
        *(f"study:{key}" for key in evidence.studies),
        *(f"cohort:{key}" for key in evidence.cohorts),
        *(f"outcome:{key}" for key in evidence.outcomes),
        "ongoing:NCT00000001",
    }
    assert all(len(digest) == 64 and int(digest, 16) >= 0 for digest in found.values())
    assert len(set(found.values())) == len(found)


def test_every_field_of_a_result_counts_but_its_line(folder: EvidenceFolder) -> None:
    evidence = read_evidence(folder.write())
    hr = evidence.results[0]
    fixed = {"result_id", "study_id", "cohort_id", "comparator_id", "source_id", "outcome", "line"}
    for field in fields(hr):
        if field.name not in fixed:
            other = replace(hr, **{field.name: other_value(hr, field.name)})
            assert changed(evidence, replace(evidence, results=(other, *evidence.results[1:]))) == {"HR1"}
    for name, new in {
        "cohort_id": "ALDER.all",
        "comparator_id": "ALDER.all",
        "source_id": "birch-abstract",
        "outcome": "controlled",
        "study_id": "BIRCH",
    }.items():
        other = replace(hr, **{name: new})
        assert changed(evidence, replace(evidence, results=(other, *evidence.results[1:]))) == {"HR1"}
    moved = replace(hr, line=99)
    assert changed(evidence, replace(evidence, results=(moved, *evidence.results[1:]))) == set()


@pytest.mark.parametrize(
    ("table", "name", "touched"),
    [
        ("sources", "birch-abstract", {"PCT1", "EV1", "MED2"}),
        ("studies", "BIRCH", {"PCT1", "EV1", "MED2"}),
        ("cohorts", "ALDER.placebo", {"HR1", "P1", "RR1"}),
        # the whole of which the arms are parts
        ("cohorts", "ALDER.all", {"HR1", "MED1", "N1", "P1", "RR1", "EV2", "PCT2", "RNG1"}),
        ("outcomes", "stroke", {"HR1", "MED1", "RNG1"}),
    ],
)
def test_every_field_of_a_row_counts_for_it_and_for_the_results_that_refer_to_it(
    folder: EvidenceFolder, table: str, name: str, touched: set[str]
) -> None:
    evidence = read_evidence(folder.write())
    records = getattr(evidence, table)
    record = records[name]
    keys = {"source_id", "study_id", "cohort_id", "outcome", "part_of"}
    for field in fields(record):
        if field.name not in keys:
            record_2 = replace(record, **{field.name: other_value(record, field.name)})
            other = replace(evidence, **{table: {**records, name: record_2}})
            # its own digest names the row that changed, and nobody else's
            assert changed(evidence, other) == {f"{KINDS[table]}:{name}"}
            assert {row for row, _ in with_references(evidence) - with_references(other)} == touched


def test_a_cohort_that_becomes_part_of_another_counts(folder: EvidenceFolder) -> None:
    evidence = read_evidence(folder.write())
    apart = {**evidence.cohorts, "ALDER.placebo": replace(evidence.cohorts["ALDER.placebo"], part_of="")}
    other = replace(evidence, cohorts=apart)
    assert changed(evidence, other) == {"cohort:ALDER.placebo"}
    assert {row for row, _ in with_references(evidence) - with_references(other)} == {"HR1", "P1", "RR1"}


def test_ongoing_trials_count(folder: EvidenceFolder) -> None:
    evidence = read_evidence(folder.write())
    (trial,) = evidence.ongoing
    for field in fields(trial):
        if field.name != "registry_id":
            other = replace(trial, **{field.name: other_value(trial, field.name)})
            assert changed(evidence, replace(evidence, ongoing=(other,))) == {"ongoing:NCT00000001"}


def test_the_order_of_rows_and_columns_does_not_count(new_folder: Callable[[], EvidenceFolder]) -> None:
    plain = new_folder()
    shuffled = new_folder()
    for rows in shuffled.tables.values():
        rows.reverse()
    first, second = read_evidence(plain.write()), read_evidence(shuffled.write())
    for table in shuffled.tables:
        cells = csv.reader(io.StringIO(shuffled.text(table)))
        with shuffled.file(table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(row[::-1] for row in cells)
    assert digests(read_evidence(shuffled.path)) == digests(first)
    assert [r.line for r in first.results] == sorted(r.line for r in second.results)
    assert [r.result_id for r in first.results] != [r.result_id for r in second.results]
    assert digests(first) == digests(second)


@pytest.mark.parametrize(
    ("cells", "same"),
    [
        ({"value": "0.620"}, False),
        ({"note": "checked twice"}, False),
        ({"locator": "Table 3"}, False),
        ({"p_sided": "two"}, False),
        ({"p": " <0.001 "}, True),
        ({"ci_high": "0.8"}, True),
    ],
)
def test_a_changed_cell(new_folder: Callable[[], EvidenceFolder], cells: dict[str, str], same: bool) -> None:
    plain, edited = new_folder(), new_folder()
    edited.edit("results", "HR1", cells)
    found = changed(read_evidence(plain.write()), read_evidence(edited.write()))
    assert found == (set() if same else {"HR1"})


def test_the_work_grows_with_the_rows_and_no_faster(folder: EvidenceFolder) -> None:
    evidence = read_evidence(folder.write())
    few, many = (
        replace(
            evidence,
            results=tuple(replace(evidence.results[i % 11], result_id=f"R{i}") for i in range(rows)),
        )
        for rows in (50, 500)
    )
    assert _calls(few) < _calls(many) < 11 * _calls(few)


def _calls(evidence: Evidence) -> int:
    """How many functions are called for the digests: the same on every machine."""
    count = 0

    def counting(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        digests(evidence)
    finally:
        sys.setprofile(None)
    return count
