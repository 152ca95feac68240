"""`metasyn template`, `import`, `export` and `compare-extractions`."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

openpyxl = pytest.importorskip("openpyxl")


def change(path, sheet, cell, value):
    """Type into a cell, as a person would."""
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def place(path, sheet, row, column):
    page = openpyxl.load_workbook(path)[sheet]
    return page.cell(row, [cell.value for cell in page[1]].index(column) + 1).coordinate


def test_from_template_to_data_and_back(metasyn, tiny_project, snapshot):
    before = snapshot(tiny_project / "data")
    assert metasyn("template", "t.xlsx", "--with-data", cwd=tiny_project).out == "wrote t.xlsx\n"
    same = metasyn("import", "t.xlsx", cwd=tiny_project)
    assert (same.code, same.err) == (0, "")
    assert same.out.startswith("nothing to change")
    book = tiny_project / "t.xlsx"
    cell = place(book, "results", 4, "value")
    change(book, "results", cell, "0.70")
    asked = metasyn("import", "t.xlsx", cwd=tiny_project)
    assert asked.code == 1
    assert "AX-WAKING-1, value: '0.72' → '0.70'" in asked.out
    assert "--replace" in asked.err
    assert snapshot(tiny_project / "data") == before
    done = metasyn("import", "t.xlsx", "--replace", cwd=tiny_project)
    assert done.code == 0
    assert "wrote 1 table to" in done.out
    assert b"HR,0.70," in snapshot(tiny_project / "data")["results.csv"]
    assert metasyn("check", "data", cwd=tiny_project).code == 0


def test_mistakes_are_listed_with_sheet_row_and_column(metasyn, tiny_project):
    metasyn("template", "t.xlsx", "--with-data", cwd=tiny_project)
    book = tiny_project / "t.xlsx"
    value, p = place(book, "results", 4, "value"), place(book, "results", 4, "p")
    change(book, "results", value, "=1/0")
    change(book, "results", p, "0.2")
    answer = metasyn("import", "t.xlsx", "--into", "fresh", cwd=tiny_project)
    assert answer.code == 2
    assert f"t.xlsx, sheet results, row 4, column value ({value}): a formula whose value" in answer.out
    assert "column p_sided" in answer.out
    assert "2 problems" in answer.out
    assert "nothing was written" in answer.err
    assert not (tiny_project / "fresh").exists()


def test_a_mapped_csv_file(metasyn, tiny_project):
    (tiny_project / "names.toml").write_text(
        '[sources.columns]\nRef = "source_id"\nTitle = "citation"\n[sources.fixed]\nkind = "document"\n'
    )
    old = (tiny_project / "data" / "sources.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",")[0] for line in old]
    (tiny_project / "refs.csv").write_text("Ref,Title\n" + "".join(f"{ref},Paper\n" for ref in rows))
    answer = metasyn("import", "refs.csv", "--map", "names.toml", cwd=tiny_project)
    assert answer.code == 1
    assert "sources: " in answer.out
    (tiny_project / "names.toml").write_text("[sources]\nignor = 3")
    wrong = metasyn("import", "refs.csv", "--map", "names.toml", cwd=tiny_project)
    assert wrong.code == 2
    assert "Did you mean 'ignore'?" in wrong.out


def test_export(metasyn, tiny_project, tmp_path):
    for name in ("e.xlsx", "e.json", "tables"):
        assert metasyn("export", "--to", tmp_path / name, cwd=tiny_project).code == 0
    assert metasyn("export", tiny_project / "data", "--to", tmp_path / "f.json").code == 0
    assert (tmp_path / "e.json").read_bytes() == (tmp_path / "f.json").read_bytes()
    again = metasyn("export", "--to", tmp_path / "e.json", cwd=tiny_project)
    assert again.code == 2
    assert "--replace" in again.err
    assert metasyn("import", tmp_path / "e.xlsx", cwd=tiny_project).code == 0


def test_compare_extractions(metasyn, tiny_project, tmp_path):
    metasyn("template", "t.xlsx", "--with-data", cwd=tiny_project)
    assert metasyn("compare-extractions", "t.xlsx", "data", cwd=tiny_project).code == 0
    shutil.copy(tiny_project / "t.xlsx", tmp_path / "ben.xlsx")
    change(tmp_path / "ben.xlsx", "results", place(tmp_path / "ben.xlsx", "results", 4, "value"), "0.70")
    change(tmp_path / "ben.xlsx", "results", place(tmp_path / "ben.xlsx", "results", 4, "note"), "=1+1")
    ask = ("compare-extractions", tiny_project / "t.xlsx", tmp_path / "ben.xlsx", "--ignore", "note")
    answer = metasyn(*ask, "--csv", tmp_path / "d.csv")
    assert answer.code == 1
    assert "results, AX-WAKING-1, value: '0.72' / '0.70'" in answer.out
    assert "not compared: note" in answer.out
    assert "kappa 1.00" in answer.out
    with (tmp_path / "d.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "table": "results",
        "row": "AX-WAKING-1",
        "column": "value",
        "first": "0.72",
        "second": "0.70",
        "difference": "value",
    }
    told = json.loads(metasyn(*ask, "--json").out)
    assert told["schema"] == "metasyn-extractions/1"
    assert [d["row"] for d in told["disagreements"]] == ["AX-WAKING-1"]
    assert {"kappa", "agreed"} <= set(next(c for c in told["columns"] if c["column"] == "statistic"))
    assert metasyn(*ask, "--match", "figure").code == 1
    assert metasyn(*ask[:3]).code == 2  # a formula without a value, in a column that is compared
    wrong = metasyn("compare-extractions", tiny_project / "t.xlsx", tmp_path / "none.xlsx")
    assert wrong.code == 2
    assert "none.xlsx" in wrong.err
