"""A report is the same bytes every time, in every process, and its parts agree with each other."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from made_up_trials import made_up

from metasyn.analysis.result import AnalysisResult
from metasyn.errors import ReportError
from metasyn.report.document import build_document
from metasyn.report.write import _html, render_report

CHILD = """
import hashlib, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("sample", sys.argv[1])
sample = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sample)
from metasyn.report.write import render_report
files = render_report(sample.bcg_result())
print(json.dumps({name: hashlib.sha256(data).hexdigest() for name, data in files.items()}))
"""

# The linear algebra of another kind of processor: sums are taken in another order, last digits differ.
OTHER_ROUNDING = {"OPENBLAS_CORETYPE": "Prescott"}


@pytest.mark.slow
def test_two_processes_give_the_same_bytes(bcg_files: dict[str, bytes], tmp_path: Path) -> None:
    sample = Path(__file__).with_name("conftest.py")
    made = subprocess.run(
        [sys.executable, "-c", CHILD, str(sample)],
        cwd=tmp_path,
        env={"PYTHONHASHSEED": "4711", "PATH": "", "LANG": "C", "TZ": "Asia/Tokyo", **OTHER_ROUNDING},
        capture_output=True,
        check=True,
    )
    here = {name: hashlib.sha256(data).hexdigest() for name, data in bcg_files.items()}
    assert json.loads(made.stdout) == here
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_a_report(bcg_files: dict[str, bytes]) -> None:
    names = set(bcg_files)
    assert {"report.html", "report.pdf", "results.json"} <= names
    for stem in ("tb-rr", "death-rr", "sae-rr"):
        assert {f"figures/{stem}.{kind}" for kind in ("svg", "pdf", "png", "csv")} <= names
        assert {f"tables/{stem}-evidence.csv", f"tables/{stem}-rows.csv"} <= names
    assert all("\\" not in name and not name.startswith("/") for name in names)


def test_tables_and_results_agree(bcg_files: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(bcg_files["tables/tb-rr-rows.csv"].decode())))
    found = json.loads(bcg_files["results.json"])["syntheses"][0]
    assert [float(row["yi"]) for row in rows] == [row["yi"] for row in found["rows"]]
    assert [float(row["weight"]) for row in rows] == found["weights"]
    figure = list(csv.DictReader(io.StringIO(bcg_files["figures/tb-rr.csv"].decode())))
    drawn = {row["label"]: float(row["estimate"]) for row in figure if row["kind"] == "study"}
    assert drawn == {row["label"]: row["display"]["estimate"] for row in found["rows"]}


def test_no_path_of_this_machine_and_no_clock(bcg_files: dict[str, bytes]) -> None:
    here = str(Path(__file__).parents[2]).encode()
    texts = {name: data for name, data in bcg_files.items() if not name.endswith((".png", ".pdf"))}
    assert all(here not in data and b"/tmp/" not in data for data in texts.values())
    assert sys.version.split()[0].encode() not in bcg_files["report.html"]


def test_names_that_would_overwrite_each_other_are_refused(bcg: AnalysisResult) -> None:
    first = bcg.outcomes[2]
    twice = replace(bcg, outcomes=(first, first))
    with pytest.raises(ReportError, match="'sae-rr-evidence' occurs twice"):
        render_report(twice)


def test_a_page_that_would_be_too_large_leaves_its_largest_charts_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = made_up(12)
    document = build_document(result)
    whole = _html(result, document)
    assert "would make the page larger" not in whole
    svg = {figure.stem: len(_drawn(whole, figure.stem)) for figure in document.figures()}
    limit = len(whole.encode()) - 1000
    monkeypatch.setattr("metasyn.report.write.PAGE_LIMIT", limit)
    monkeypatch.setattr("metasyn.report.live.PAGE_LIMIT", limit)
    # All subsets are what can shrink first.
    assert "would make the page larger" not in _html(result, document)
    smallest = 240_000
    monkeypatch.setattr("metasyn.report.write.PAGE_LIMIT", smallest)
    monkeypatch.setattr("metasyn.report.live.PAGE_LIMIT", smallest)
    page = _html(result, document)
    assert len(page.encode()) <= smallest
    beside = [stem for stem in svg if f'<a href="figures/{stem}.svg">figures/{stem}.svg</a>' in page]
    assert beside
    assert result.outcomes[0].slug not in beside
    shown = [stem for stem in svg if stem not in beside and stem != result.outcomes[0].slug]
    assert min(svg[stem] for stem in beside) >= max((svg[stem] for stem in shown), default=0)
    for stem in svg:
        assert ("<svg" in _drawn(page, stem)) == (stem not in beside)


def _drawn(page: str, stem: str) -> str:
    """What the page shows of one figure, without its narrow twin."""
    start = page.index(f'<figure id="figure-{stem}"')
    found = re.search(r"<svg.*?</svg>", page[start : page.index("</figure>", start)], flags=re.DOTALL)
    return found[0] if found else ""
