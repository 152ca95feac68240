"""Tables from elsewhere into a data folder: only when valid, in one step, never unasked over others."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metasyn.errors import EvidenceError, WorkspaceError
from metasyn.evidence.columns import TABLES
from metasyn.evidence.intake.changes import TableChange, table_changes
from metasyn.evidence.intake.read import Intake, check_intake, read_intake
from metasyn.evidence.sheets import Sheet
from metasyn.report.atomic import replace_folder
from metasyn.values import Finding

__all__ = ["ImportResult", "import_tables", "sheet_csv"]

_MAX_FOLDER_BYTES = 500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did.

    Attributes
    ----------
    folder : Path
    changes : tuple of TableChange
        One for every table that is new or differs from the one in the folder.
    new : tuple of str
        Tables among them that the folder did not have.
    written : bool
        False where nothing differs, or where tables of the folder would change and that was not allowed.
    findings : tuple of Finding
        Warnings and notes.
    """

    folder: Path
    changes: tuple[TableChange, ...]
    new: tuple[str, ...]
    written: bool
    findings: tuple[Finding, ...]


def import_tables(intake: Intake, folder: Path, *, replace: bool = False) -> ImportResult:
    """Write tables to a data folder, if they and those already there keep every rule together.

    Parameters
    ----------
    intake : Intake
        Tables that are absent stay as they are in the folder.
    folder : Path
        Made if needed. Its other files stay.
    replace : bool
        Whether tables of the folder may change. Without it they are compared and nothing is written.

    Returns
    -------
    ImportResult

    Raises
    ------
    EvidenceError
        If any rule is broken; nothing is written then.
    WorkspaceError
        If the folder is not a data folder.
    ReportError
        If the folder cannot be written; it is then as it was.
    """
    folder = folder.resolve()
    _require_data_folder(folder)
    before = read_intake(folder) if folder.is_dir() else None
    findings = check_intake(intake, before)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise EvidenceError(errors)
    old = before.sheets if before is not None else {}
    changes = [table_changes(old.get(name), sheet) for name, sheet in intake.sheets.items()]
    new = tuple(
        name
        for name, sheet in intake.sheets.items()
        if name not in old and (sheet.rows or not sheet.table.optional)
    )
    changed = tuple(change for change in changes if change or change.table in new)
    written = bool(changed) and (replace or all(change.table in new for change in changed))
    if written:
        files = dict(_files(folder))
        files |= {TABLES[c.table].file: sheet_csv(intake.sheets[c.table]).encode() for c in changed}
        replace_folder(folder, files)
    return ImportResult(
        folder=folder,
        changes=changed,
        new=new,
        written=written,
        findings=tuple(finding for finding in findings if finding.severity != "error"),
    )


def sheet_csv(sheet: Sheet) -> str:
    """A table as CSV, each cell as it is: what `read_evidence` reads, not what is meant for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows([row.text(name) for name in sheet.header] for row in sheet.rows)
    return out.getvalue()


def _require_data_folder(folder: Path) -> None:
    """A folder that is empty, holds a table already, or is not there yet."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise WorkspaceError(f"{folder} is a file; expected a data folder.")
    names = {path.name for path in folder.iterdir()}
    if names and not names & {table.file for table in TABLES.values()}:
        hint = f" Did you mean {folder / 'data'}?" if (folder / "data").is_dir() else ""
        raise WorkspaceError(
            f"{folder} holds other files and no evidence table: nothing is written there.{hint}"
        )


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, to stay where it is."""
    total = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise WorkspaceError(f"{path} is a link or a device; the folder cannot be replaced in one step.")
        if path.is_file():
            total += path.stat().st_size
            if total > _MAX_FOLDER_BYTES:
                raise WorkspaceError(
                    f"{folder} holds much else than tables: give the tables their own folder."
                )
            yield path.relative_to(folder).as_posix(), path.read_bytes()
