"""A project folder whose tables and scripts are changed cell by cell, and what it is as a state."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

from metasyn.analysis.run import evaluate_analysis
from metasyn.changes.state import EvidenceState
from metasyn.evidence import read_evidence
from metasyn.report.results_json import dumps, results_document
from metasyn.workspace.scripts import load_script

__all__ = ["EditableProject"]

_IDS = {"results": "result_id", "studies": "study_id", "cohorts": "cohort_id", "sources": "source_id",
        "outcomes": "outcome", "ongoing_trials": "registry_id"}  # fmt: skip


class EditableProject:
    """A folder with `data/` and `analyses/`; every change is made in the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copy(self, name: str) -> EditableProject:
        """The same files in a folder beside it."""
        target = self.folder.parent / name
        for part in ("data", "analyses"):
            shutil.copytree(
                self.folder / part, target / part, ignore=shutil.ignore_patterns("__pycache__", "releases")
            )
        return EditableProject(target)

    def set(self, table: str, key: str, **cells: str) -> None:
        """Other cells in one row, or in every row (`*`)."""
        head, rows = self._rows(table)
        found = [row for row in rows if key in ("*", row[_IDS[table]])]
        assert found, f"{table} has no row {key}"
        for row in found:
            row.update(cells)
        self._write(table, [*head, *(name for name in cells if name not in head)], rows)

    def add(self, table: str, like: str, **cells: str) -> None:
        """A row like another one but for some cells, at the end of the table."""
        head, rows = self._rows(table)
        model = next(row for row in rows if row[_IDS[table]] == like)
        self._write(table, head, [*rows, {**model, **cells}])

    def remove(self, table: str, *keys: str) -> None:
        """Without these rows."""
        head, rows = self._rows(table)
        kept = [row for row in rows if row[_IDS[table]] not in keys]
        assert len(rows) - len(kept) == len(keys), f"{table} lacks one of {keys}"
        self._write(table, head, kept)

    def reverse(self, table: str) -> None:
        """The rows from the last to the first."""
        head, rows = self._rows(table)
        self._write(table, head, rows[::-1])

    def script(self, name: str, old: str, new: str) -> None:
        """Another text in a script."""
        path = self.folder / "analyses" / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def state(self, label: str = "state", **further: Any) -> EvidenceState:
        """Everything a comparison needs to know of it."""
        data = self.folder / "data"
        scripts = sorted((self.folder / "analyses").glob("*.py"))
        return EvidenceState(
            **{
                "label": label,
                "tables": {path.name: path.read_bytes() for path in sorted(data.glob("*.csv"))},
                "evidence": read_evidence(data),
                "analyses": {path.stem: load_script(path) for path in scripts},
                **further,
            }
        )

    def results(self) -> dict[str, Any]:
        """`results.json` of every analysis, as it is read back from the file."""
        state = self.state()
        assert state.evidence is not None
        return {
            name: json.loads(dumps(results_document(evaluate_analysis(analysis, state.evidence, name))))
            for name, analysis in state.analyses.items()
        }

    def _rows(self, table: str) -> tuple[list[str], list[dict[str, str]]]:
        with (self.folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            return list(reader.fieldnames or ()), rows

    def _write(self, table: str, head: list[str], rows: list[dict[str, str]]) -> None:
        with (self.folder / "data" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, head, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)
