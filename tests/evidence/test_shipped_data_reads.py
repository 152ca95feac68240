"""The tables that the project ships keep every rule."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from metasyn.evidence import COLUMNS, TABLES, digests, read_evidence

DATA = Path(__file__).resolve().parents[2] / "data"


def test_shipped_data_reads_clean() -> None:
    evidence = read_evidence(DATA)
    there = {name: table for name, table in TABLES.items() if (DATA / table.file).exists()}
    assert set(TABLES) - set(there) <= {"curves", "at_risk"}
    for name, table in there.items():
        with (DATA / table.file).open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.DictReader(file))
        assert len(getattr(evidence, name)) == rows
    assert len(digests(evidence)) == sum(len(getattr(evidence, name)) for name in there)


@pytest.mark.parametrize("table", TABLES)
def test_the_data_dictionary_names_every_column(table: str) -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    assert [c.name for c in COLUMNS[table] if f"`{c.name}`" not in text] == []
