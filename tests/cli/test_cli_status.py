"""`metasyn status`: what it says, and that it says what `metasyn run` does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

WAKING = "results.csv row AX-WAKING-1 changed"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_up_to_date(metasyn, built, snapshot):
    before = snapshot(built)
    answer = metasyn("status", cwd=built)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == ["sleep_with_tea: up to date", "tea_vs_water: up to date"]
    assert snapshot(built) == before


def test_a_row_with_old_and_new_values_until_the_next_run(metasyn, built):
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.70,0.53,0.94")
    answer = metasyn("status", cwd=built)
    assert answer.code == 1
    assert answer.out.splitlines() == [
        "sleep_with_tea: up to date",
        "tea_vs_water: stale",
        f"  {WAKING}:",
        "    value 0.72 → 0.70",
        "    ci_low 0.55 → 0.53",
        "1 of 2 reports is out of date: 'metasyn run' builds it.",
    ]
    assert metasyn("status", "sleep_with_tea", cwd=built).code == 0
    assert "tea_vs_water: built" in metasyn("run", cwd=built).out
    assert metasyn("status", cwd=built).code == 0
    # The older tables are not needed any more, and no report was built from tables that are not kept.
    kept = [path.name for path in (built / "reports" / ".tables").iterdir() if path.name != ".gitignore"]
    assert len(kept) == len(list((built / "data").glob("*.csv")))
    edit(built / "data" / "results.csv", "0.70,0.53,0.94", "0.71,0.53,0.94")
    assert "value 0.70 → 0.71" in metasyn("status", cwd=built).out


def test_new_and_lost_rows_options_files_and_never_built(metasyn, built):
    results = built / "data" / "results.csv"
    lines = results.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = next(line for line in lines if line.startswith("CY-WAKING-1"))
    come = gone.replace("CY-WAKING-1", "CY-WAKING-2")
    results.write_text("".join([*(line for line in lines if line != gone), come]), encoding="utf-8")
    edit(
        built / "analyses" / "tea_vs_water.py", "analysis = Analysis(", 'analysis = Analysis(overlap="parts",'
    )
    (built / "reports" / "tea_vs_water" / "verify.R").unlink()
    shutil.rmtree(built / "reports" / "sleep_with_tea")
    answer = metasyn("status", cwd=built)
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert lines[0] == "sleep_with_tea: never built"
    assert "    overlap: whole → parts" in lines
    assert any(line.startswith("  results.csv row CY-WAKING-2 is new: CY, waking, HR") for line in lines)
    assert any(line.startswith("  results.csv row CY-WAKING-1 is gone: CY, waking, HR") for line in lines)
    assert "  verify.R is missing" in lines
    assert lines[-1] == "2 of 2 reports are out of date: 'metasyn run' builds them."


def test_many_reasons_are_cut_and_all_shows_them(metasyn, built):
    results = built / "data" / "results.csv"
    header, *rows = results.read_text(encoding="utf-8").splitlines()
    place = header.split(",").index("locator")
    changed = []
    for row in rows:
        cells = row.split(",")
        cells[place] = "Table 9"
        changed.append(",".join(cells))
    results.write_text("\n".join([header, *changed]) + "\n", encoding="utf-8")
    for i in range(12):
        (built / "reports" / "tea_vs_water" / f"extra{i}").write_text("not of the report", encoding="utf-8")
    for path in sorted((built / "reports" / "tea_vs_water" / "tables").iterdir()):
        path.write_text("edited", encoding="utf-8")
    short = metasyn("status", "tea_vs_water", cwd=built).out.splitlines()
    everything = metasyn("status", "tea_vs_water", "--all", cwd=built).out.splitlines()
    assert any(line.endswith("more (--all shows all)") for line in short)
    assert len(short) < 14 < len(everything)
    assert not [line for line in everything if "--all" in line or "extra" in line]


def test_what_all_reports_share_is_said_once(metasyn, built, monkeypatch):
    monkeypatch.setattr("metasyn.workspace.staleness.manifest.__version__", "99.0.0")
    answer = metasyn("status", cwd=built)
    first, *rest = answer.out.splitlines()
    assert first.startswith("all reports: metasyn ")
    assert first.endswith(" → 99.0.0")
    assert rest[:2] == ["sleep_with_tea: stale", "tea_vs_water: stale"]
    assert answer.code == 1


def test_a_difference_at_the_end_of_a_long_text_is_seen(metasyn, built):
    edit(built / "analyses" / "tea_vs_water.py", "change sleep", "improve sleep")
    told = " ".join(metasyn("status", cwd=built).out.split())
    assert "change sleep? → " in told
    assert "improve sleep?" in told


def test_controls_in_a_cell_do_not_reach_the_terminal(metasyn, built):
    edit(built / "data" / "results.csv", "0.72 (0.55-0.94)", "0.72 \x1b[2J(0.55-0.94)")
    answer = metasyn("status", cwd=built)
    assert "\x1b" not in answer.out
    assert answer.code == 1


def test_broken_tables(metasyn, built):
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    answer = metasyn("status", cwd=built)
    assert answer.code == 2
    assert "1 problem in the evidence tables:" in answer.out
    assert f"  {WAKING}: ci_low 0.55 → 0.75" in answer.out
    assert "sleep_with_tea: not known" in answer.out
    assert "once the tables keep their rules" in answer.out


def test_a_script_that_cannot_be_loaded(metasyn, built):
    (built / "analyses" / "tea_vs_water.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    answer = metasyn("status", cwd=built)
    assert answer.code == 2
    assert answer.out.startswith("sleep_with_tea: up to date\ntea_vs_water: cannot be built:")
    assert metasyn("status", "nothing", cwd=built).code == 2
    assert "did you mean" in metasyn("status", "tea_vs_watter", cwd=built).err


def test_no_analyses(metasyn, built):
    for script in (built / "analyses").glob("*.py"):
        script.unlink()
    answer = metasyn("status", cwd=built)
    assert answer.code == 0
    assert "metasyn new NAME" in answer.err


@pytest.mark.parametrize("broken", [False, True])
def test_json(metasyn, built, broken):
    edit(built / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94" if broken else "0.72,0.56,0.94")
    answer = metasyn("status", "--json", cwd=built)
    document = json.loads(answer.out)
    assert document["schema"] == "metasyn-status/1"
    assert answer.code == (2 if broken else 1)
    assert [one["code"] for one in document["broken"]] == ["interval-excludes-estimate"] * broken
    sleep, tea = document["analyses"]
    assert (sleep["state"], tea["state"]) == ("not known" if broken else "up to date", "stale")
    (reason,) = tea["reasons"]
    assert (reason["kind"], reason["where"], reason["change"]) == ("row", "AX-WAKING-1", "corrected")
    assert reason["cells"] == [{"column": "ci_low", "old": "0.55", "new": "0.75" if broken else "0.56"}]
    assert metasyn("status", "--json", cwd=built).out == answer.out
