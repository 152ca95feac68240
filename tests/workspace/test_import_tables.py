"""Import: only when valid, in one step, never unasked over what is there; and export, safe to open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError, ReportError, WorkspaceError
from metasyn.evidence.columns import TABLES
from metasyn.evidence.intake import Intake, read_intake
from metasyn.evidence.read import read_evidence
from metasyn.workspace.extraction.export import export_tables
from metasyn.workspace.extraction.intake import import_tables

# The tiny project has no digitised curves.
THERE = {name: table for name, table in TABLES.items() if name not in ("curves", "at_risk")}


@pytest.fixture
def data(tiny_project: Path) -> Path:
    """The tables of the tiny project."""
    return tiny_project / "data"


@pytest.fixture
def edited(data: Path, tmp_path: Path) -> Callable[[str, str, str], Intake]:
    """The tables again, with a change in one file."""

    def edit(table: str, old: str, new: str) -> Intake:
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        for known in THERE.values():
            (folder / known.file).write_bytes((data / known.file).read_bytes())
        file = folder / TABLES[table].file
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return read_intake(folder)

    return edit


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_into_a_new_folder(data: Path, tmp_path: Path) -> None:
    done = import_tables(read_intake(data), tmp_path / "deep" / "new")
    assert done.written
    assert done.new == tuple(THERE)
    assert files(tmp_path / "deep" / "new") == files(data)


def test_nothing_is_written_where_nothing_changes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metasyn.workspace.extraction.intake.replace_folder", None)
    done = import_tables(read_intake(data), data, replace=True)
    assert (done.written, done.changes) == (False, ())


def test_tables_change_only_when_asked(data: Path, edited: Callable[..., Intake]) -> None:
    (data / "README.md").write_text("mine")
    (data / "notes").mkdir()
    (data / "notes" / "a.txt").write_text("too")
    before = files(data)
    new = edited(
        "results",
        "AX-WAKING-1,AX,AX.tea,AX.water,waking,,,HR,0.72",
        "AX-WAKING-1,AX,AX.tea,AX.water,waking,,,HR,0.70",
    )
    done = import_tables(new, data)
    assert not done.written
    assert files(data) == before
    (change,) = done.changes
    (cell,) = change.changed
    assert (change.table, cell.key, cell.column, cell.old, cell.new) == (
        "results", "AX-WAKING-1", "value", "0.72", "0.70",
    )  # fmt: skip
    assert import_tables(new, data, replace=True).written
    after = files(data)
    assert {name for name in before if before[name] != after[name]} == {"results.csv"}
    assert after["results.csv"] == before["results.csv"].replace(b"HR,0.72", b"HR,0.70")
    assert after.keys() == before.keys()


def test_rows_columns_and_order(data: Path, edited: Callable[..., Intake]) -> None:
    text = (data / "studies.csv").read_text(encoding="utf-8").splitlines()
    other = [text[0] + ",country", *(line + ",x" for line in reversed(text[1:]))]
    (change,) = import_tables(edited("studies", "\n".join(text), "\n".join(other)), data).changes
    assert (change.columns_added, change.columns_removed, change.added, change.removed) == (
        ("country",),
        (),
        (),
        (),
    )
    assert change.reordered
    last = text[-1]
    ids = {line.split(",")[0] for line in text[1:]}
    new = edited("studies", last, last.replace(last.split(",")[0], "ZZ", 1))
    with pytest.raises(EvidenceError):  # rows of other tables name the study that has gone
        import_tables(new, data)
    (change,) = import_tables(
        edited("sources", "ax-2019,", "new-2020,document,New,,,,\nax-2019,"), data
    ).changes
    assert (change.added, change.removed, change.changed) == (("new-2020",), (), ())
    assert "ZZ" not in ids


def test_an_invalid_import_writes_nothing_and_lists_everything(
    data: Path, edited: Callable[..., Intake], tmp_path: Path
) -> None:
    new = edited("results", "0.72,0.55,0.94", "1.72,0.55,0.9.4")
    for target in (data, tmp_path / "fresh"):
        before = files(target)
        with pytest.raises(EvidenceError) as caught:
            import_tables(new, target, replace=True)
        assert len(caught.value.findings) == 1
        assert caught.value.findings[0].where.startswith("mine/results.csv line 4, column ci_high")
        assert files(target) == before
    assert not (tmp_path / "fresh").exists()


def test_a_failure_while_writing_leaves_the_folder(
    data: Path, edited: Callable[..., Intake], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = edited("results", "0.72", "0.70")
    before = files(data)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("metasyn.report.atomic._swap_in", fail)
    with pytest.raises(ReportError, match="it is as it was before"):
        import_tables(new, data, replace=True)
    assert files(data) == before
    assert [p.name for p in data.parent.iterdir() if p.name.startswith(".")] == []


def test_folders_that_are_not_for_data(data: Path, tmp_path: Path) -> None:
    intake = read_intake(data)
    with pytest.raises(WorkspaceError, match="holds other files"):
        import_tables(intake, data.parent)
    with pytest.raises(WorkspaceError, match=r"Did you mean .*data"):
        import_tables(intake, data.parent)
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="is a file"):
        import_tables(intake, tmp_path / "file")
    link = data / "outside"
    link.symlink_to(tmp_path)
    (data / "ongoing_trials.csv").unlink()
    with pytest.raises(WorkspaceError, match="is a link"):
        import_tables(intake, data)


def test_json_holds_every_cell_as_printed(data: Path, tmp_path: Path) -> None:
    told = json.loads(export_tables(data, tmp_path / "e.json").read_text(encoding="utf-8"))
    assert told["schema"] == "metasyn-evidence/1"
    for name, table in THERE.items():
        with (data / table.file).open(encoding="utf-8", newline="") as file:
            assert told["tables"][name] == list(csv.DictReader(file))


def test_csv_for_spreadsheets_has_no_formulas(data: Path, tmp_path: Path) -> None:
    studies = data / "studies.csv"
    first = studies.read_text(encoding="utf-8").splitlines()[1].split(",")[1]
    studies.write_text(studies.read_text(encoding="utf-8").replace(first, "=1+1", 1), encoding="utf-8")
    assert any(study.label == "=1+1" for study in read_evidence(data).studies.values())
    out = export_tables(data, tmp_path / "out")
    assert {path.name for path in out.iterdir()} == {table.file for table in THERE.values()}
    cells = {cell for row in csv.reader(io.StringIO((out / "studies.csv").read_text())) for cell in row}
    assert "'=1+1" in cells
    assert "=1+1" not in cells


def test_an_export_never_writes_over_anything_unasked(data: Path, tmp_path: Path) -> None:
    for name in ("e.json", "e.xlsx", "out"):
        out = export_tables(data, tmp_path / name)
        before = files(tmp_path)
        with pytest.raises(WorkspaceError, match="--replace"):
            export_tables(data, out)
        export_tables(data, out, replace=True)
        assert files(tmp_path) == before
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(WorkspaceError, match=r"mine\.txt"):
        export_tables(data, tmp_path / "out", replace=True)
    with pytest.raises(WorkspaceError, match="the data folder itself"):
        export_tables(data, data, replace=True)
    with pytest.raises(WorkspaceError, match=r"\.xlsx or \.json"):
        export_tables(data, tmp_path / "e.docx")
    with pytest.raises(WorkspaceError, match="is not a folder"):
        export_tables(tmp_path / "nowhere", tmp_path / "e2.json")
