"""Workbooks as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from evidence_books import packed, parts_of, sheet_xml


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes `extraction.xlsx` with the sheets given as lists of rows."""

    def write(
        sheets: Mapping[str, Sequence[Sequence[str]]],
        formats: Sequence[str] = (),
        after: str = "",
        before: str = "",
    ) -> Path:
        path = tmp_path / "extraction.xlsx"
        made = {name: sheet_xml(rows, after, before) for name, rows in sheets.items()}
        path.write_bytes(packed(parts_of(made, formats)))
        return path

    return write
