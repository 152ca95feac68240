"""Whatever is written into the tables, reading gives evidence or an EvidenceError, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metasyn.errors import EvidenceError
from metasyn.evidence import TABLES, Evidence, digests, read_evidence
from metasyn.values import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import EvidenceFolder

WORDS = [
    "",
    " ",
    "NE",
    "nan",
    "-inf",
    "1e400",
    "9" * 5000,
    "-0",
    "0",
    "0.0",
    "95",
    "1.",
    ".5",
    "+3",
    "٣",
    "²",
    "<",
    "<<0.1",
    "ns",
    "0x10",
    "1;2",
    ";",
    "\0",
    "\ufeff",
    "\u2028",
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "HR1",
    "ALDER.all",
    "yes",
    "unusable",
    "percent",
    "median",
    "events",
    "n",
    "p",
    "range",
]
TEXT = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
CELL = st.tuples(st.sampled_from(list(TABLES)), st.integers(0, 50), st.integers(0, 50), TEXT)
FUZZ = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _well_told(findings: tuple[Finding, ...]) -> None:
    assert findings
    for finding in findings:
        assert finding.where.startswith("data/")
        assert finding.code
        assert 0 < len(finding.message) < 600


def read(path: Path) -> Evidence | None:
    """Evidence, or None where problems were found; every one has its place and its rule."""
    try:
        evidence = read_evidence(path)
    except EvidenceError as error:
        return _well_told(error.findings)
    assert len(digests(evidence)) > 0
    for result in evidence.results:
        assert result.study_id in evidence.studies
        assert evidence.cohorts[result.cohort_id].study_id == result.study_id
        assert result.ci is None or not result.usable or result.value is None or result.value in result.ci
    return evidence


@FUZZ
@given(cells=st.lists(CELL, min_size=1, max_size=4))
def test_corrupted_cells(
    new_folder: Callable[[], EvidenceFolder], cells: list[tuple[str, int, int, str]]
) -> None:
    folder = new_folder().with_curves()
    for table, row, column, text in cells:
        rows, names = folder.tables[table], folder.columns(table)
        rows[row % len(rows)][names[column % len(names)]] = text
    read(folder.write())


@FUZZ
@given(
    table=st.sampled_from(list(TABLES)),
    start=st.integers(0, 2000),
    length=st.integers(0, 40),
    data=st.binary(max_size=12) | TEXT.map(lambda text: text.encode()),
)
def test_corrupted_bytes(
    new_folder: Callable[[], EvidenceFolder], table: str, start: int, length: int, data: bytes
) -> None:
    folder = new_folder().with_curves()
    folder.write()
    whole = folder.text(table).encode()
    start %= len(whole)
    folder.file(table).write_bytes(whole[:start] + data + whole[start + length :])
    read(folder.path)


def test_the_untouched_folder_is_read(folder: EvidenceFolder) -> None:
    assert read(folder.write()) is not None
