"""The evidence tables written out for others: workbook, JSON, or CSV that a spreadsheet may open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from metasyn.errors import EvidenceError, WorkspaceError
from metasyn.evidence.columns import TABLES
from metasyn.evidence.intake.read import Intake, check_intake, read_intake
from metasyn.evidence.sheets import Sheet
from metasyn.report.atomic import replace_file, replace_folder
from metasyn.tables.model import csv_text
from metasyn.workspace.extraction.workbook import workbook_bytes

__all__ = ["evidence_csv", "evidence_json", "export_tables", "valid_tables", "write_template"]

SCHEMA = "metasyn-evidence/1"


def valid_tables(folder: Path) -> Intake:
    """The tables of a data folder, if they keep every rule.

    Raises
    ------
    EvidenceError
        If any rule is broken.
    """
    if not folder.is_dir():
        raise WorkspaceError(f"{folder} is not a folder; expected a folder of evidence tables.")
    intake = read_intake(folder)
    errors = [finding for finding in check_intake(intake) if finding.severity == "error"]
    if errors:
        raise EvidenceError(errors)
    return intake


def evidence_json(sheets: Mapping[str, Sheet]) -> str:
    """The tables as one JSON document; every cell is text, with its digits as printed.

    Parameters
    ----------
    sheets : mapping of str to Sheet

    Returns
    -------
    str
        `{"schema": "metasyn-evidence/1", "tables": {"sources": [{"source_id": ..., ...}], ...}}`; an empty
        cell is `""`.
    """
    tables = {
        name: [{column: row.text(column) for column in sheet.header} for row in sheet.rows]
        for name, sheet in sheets.items()
    }
    return json.dumps({"schema": SCHEMA, "tables": tables}, ensure_ascii=False, indent=1) + "\n"


def evidence_csv(sheets: Mapping[str, Sheet]) -> dict[str, str]:
    """The tables as CSV by file name, safe to open in a spreadsheet: see `metasyn.tables.model.csv_text`."""
    return {
        TABLES[name].file: csv_text(
            sheet.header, [[row.text(column) for column in sheet.header] for row in sheet.rows]
        )
        for name, sheet in sheets.items()
    }


def export_tables(folder: Path, to: Path, *, replace: bool = False) -> Path:
    """Write the tables of a data folder to a workbook, a JSON file or a folder of CSV files.

    Parameters
    ----------
    folder : Path
        The data folder.
    to : Path
        `.xlsx`, `.json`, or a name without ending for a folder.
    replace : bool
        Whether what is there may be replaced: a file, or a folder that holds nothing but such tables.

    Returns
    -------
    Path
        `to`.

    Raises
    ------
    EvidenceError
        If the tables break a rule.
    WorkspaceError
        If `to` cannot be told or is taken.
    """
    ending = to.suffix.lower()
    if ending not in (".xlsx", ".json", ""):
        raise WorkspaceError(
            f"{to}: expected a name ending in .xlsx or .json, or without ending for a folder."
        )
    sheets = valid_tables(folder).sheets
    if ending == "":
        files = {name: text.encode() for name, text in evidence_csv(sheets).items()}
        _require_free_folder(to, folder, replace)
        replace_folder(to, files)
    else:
        content = workbook_bytes(sheets) if ending == ".xlsx" else evidence_json(sheets).encode()
        _require_free_file(to, replace)
        replace_file(to, content)
    return to


def write_template(to: Path, folder: Path | None = None, *, replace: bool = False) -> Path:
    """Write a workbook to be filled in; with `folder`, the tables that are there are in it.

    Raises
    ------
    EvidenceError
        If those tables break a rule.
    WorkspaceError
        If `to` is not an `.xlsx` name or is taken.
    """
    if to.suffix.lower() != ".xlsx":
        raise WorkspaceError(f"{to}: the name of a workbook ends in .xlsx.")
    _require_free_file(to, replace)
    replace_file(to, workbook_bytes(valid_tables(folder).sheets if folder is not None else None))
    return to


def _require_free_file(to: Path, replace: bool) -> None:
    if to.is_dir():
        raise WorkspaceError(f"{to} is a folder.")
    if to.exists() and not replace:
        raise WorkspaceError(f"{to} exists already; --replace writes over it.")


def _require_free_folder(to: Path, data: Path, replace: bool) -> None:
    """A folder that is not there, is empty, or holds only what an export wrote."""
    if to.exists() and not to.is_dir():
        raise WorkspaceError(f"{to} is a file.")
    if to.is_dir():
        if to.resolve() == data.resolve():
            raise WorkspaceError(f"{to} is the data folder itself: an export goes elsewhere.")
        others = sorted({path.name for path in to.iterdir()} - {table.file for table in TABLES.values()})
        if others:
            raise WorkspaceError(f"{to} holds other files ({others[0]}): an export needs its own folder.")
        if any(to.iterdir()) and not replace:
            raise WorkspaceError(f"{to} holds tables already; --replace writes over them.")
