"""What a report says of the version of its evidence; and that it says nothing where there is none."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from editions_by_hand import AFTER, BEFORE, CAUSES, CHANGE, FIRST, LIVING, SECOND, SINCE, SLEEP, WAKING

from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.changes.model import Cause, OptionEdit
from metasyn.evidence.read import read_evidence
from metasyn.evidence.table_changes import CellEdit, RowEdit
from metasyn.report.blocks import Bullets, FigureBlock, Note, Paragraph, Section, TableBlock
from metasyn.report.changes.edition import Edition
from metasyn.report.changes.edition_data import edition_entry
from metasyn.report.changes.section import changes_section, edition_note
from metasyn.report.document import build_document
from metasyn.report.html import index_entry, render_index
from metasyn.report.results_json import dumps, results_document
from metasyn.report.write import _html, render_report
from metasyn.values import NotEstimable
from metasyn.workspace.scripts import load_script

TINY = Path(__file__).parents[1] / "tiny_project"


@pytest.fixture(scope="module")
def result() -> AnalysisResult:
    analysis = load_script(TINY / "analyses" / "tea_vs_water.py")
    return run_analysis(analysis, read_evidence(TINY / "data"), "tea_vs_water")


@pytest.fixture(scope="module")
def files(result: AnalysisResult) -> dict[str, bytes]:
    return render_report(result, SECOND)


def section(edition: Edition) -> Section:
    found = changes_section(edition)
    assert found is not None
    return found


def texts(section: Section) -> str:
    """All words of a section, block by block."""
    words = [section.heading]
    for block in section.all_blocks():
        if isinstance(block, Paragraph | Note):
            words.append(f"{getattr(block, 'lead', '')} {block.text}".strip())
        elif isinstance(block, Bullets):
            words.extend(block.items)
        elif isinstance(block, TableBlock):
            words.append(block.table.caption)
            words.extend(" | ".join(row) for row in block.table.rows)
            words.extend(block.table.notes)
        elif isinstance(block, FigureBlock):
            words.append(block.caption)
    return "\n".join(words)


def test_without_a_release_nothing_of_it_appears(result: AnalysisResult) -> None:
    document = build_document(result)
    assert changes_section(None) is None
    assert "changes" not in [one.anchor for one in document.sections]
    assert "edition" not in results_document(result)
    page = _html(result, document)
    assert "of the evidence," not in page
    assert "What changed since" not in page


def test_the_opening_names_the_version_and_what_moved() -> None:
    note = edition_note(SECOND)
    assert note.heading == "Version 2.0.0 of the evidence, 2026-11-21"
    assert note.text == (
        "What led to it: 1 row added, 1 corrected; 1 script changed. "
        "Since version 1.0.0: time to waking, HR 0.78 (0.64 to 0.95) → 0.72 (0.58 to 0.89)."
    )
    assert (note.see, note.anchor) == ("What changed since version 1.0.0", "changes")
    assert section(SECOND).anchor == note.anchor
    assert section(SECOND).heading == note.see


def test_the_first_version_has_nothing_before_it() -> None:
    assert edition_note(FIRST).text == "This is the first version."
    assert edition_note(FIRST).anchor == ""
    assert edition_note(replace(FIRST, trigger="The review")).text == "What led to it: The review."
    assert changes_section(FIRST) is None
    kept = section(replace(FIRST, living=LIVING))
    assert kept.heading == "How this evidence is kept up to date"


def test_edits_after_the_release_are_no_version() -> None:
    note = edition_note(SINCE)
    assert note.heading == "Changed since version 1.0.0 of the evidence (2026-05-01)"
    assert note.text.startswith("The data or the script of this report were edited after that version.")
    told = texts(section(SINCE))
    assert "what follows is not part of a version yet" in told
    assert "version 1.0.0 and now" in told
    assert "2.0.0" not in told


def test_the_section_tells_rows_methods_sentences_and_results() -> None:
    told = texts(section(SECOND))
    assert "the version before was 1.0.0" in told
    assert "1 row added, 1 corrected." in told
    assert "results.csv | EL-WAKING-1 | added | 0.40 (0.22-0.73)" in told
    assert "results.csv | BO-WAKING-1 | corrected | ci_high 1.33 → 1.30" in told
    assert "Estimator of the between-study variance: REML → PM." in told
    assert "Tea does not change the time to waking." in told
    assert "was true and is now false" in told
    assert "results.csv row EL-WAKING-1 added." in told
    assert "HR | 0.78 | 0.72 | ×0.92" in told
    assert "95% CI | 0.64 to 0.95 | 0.58 to 0.89" in told
    assert "Results that are as before. Slept through." in told
    assert "El Amrani 2026 (new) 15%" in told
    # exp(-0.07), exp(-0.009), exp(-0.001) and exp(-0.08): the factors multiply to the whole.
    assert re.search(r"results\.csv row EL-WAKING-1 added \| ×0\.93 ", told)
    assert re.search(r"ci_high 1\.33 → 1\.30 \| ×0\.99", told)
    assert re.search(r"all together \| ×0\.92 ", told)
    assert [one.heading for one in section(SECOND).sections] == [
        "Time to waking (hazard ratio)",
        "How this evidence is kept up to date",
    ]


def test_the_figure_shows_both_versions() -> None:
    (figure,) = [block for block in section(SECOND).all_blocks() if isinstance(block, FigureBlock)]
    assert figure.stem == "what-changed"
    assert [row.label for row in figure.layout.rows] == ["time to waking", "version 1.0.0", "version 2.0.0"]  # type: ignore[union-attr]
    assert "0.78" in figure.alt
    assert "0.72" in figure.alt


def test_nothing_that_concerns_the_report_has_changed() -> None:
    same = replace(
        CHANGE,
        kind="unchanged",
        options=(),
        rows=(),
        claims=(),
        method_changed=False,
        outcomes=tuple(replace(one, after=one.before, moved=(), weights=()) for one in CHANGE.outcomes),
    )
    edition = replace(SECOND, changes=same)
    assert edition_note(edition).text.endswith("No result of this report has changed since version 1.0.0.")
    told = texts(section(edition))
    assert "No row of the evidence tables that this report uses has changed." in told
    assert "Every pooled result is as before." in told
    assert "As before." in told
    assert not [block for block in section(edition).all_blocks() if isinstance(block, FigureBlock)]


def test_a_new_report_and_one_that_cannot_be_compared() -> None:
    new = replace(SECOND, changes=replace(CHANGE, kind="added"))
    assert "was not part of version 1.0.0" in edition_note(new).text
    assert "everything in it is new" in texts(section(new))
    assert not [block for block in section(new).all_blocks() if isinstance(block, TableBlock)]
    other = replace(CHANGE, kind="not comparable", remark="the old script cannot be loaded", outcomes=())
    edition = replace(SECOND, changes=other)
    assert "cannot be compared" in edition_note(edition).text
    assert "The old script cannot be loaded." in texts(section(edition))


def test_a_lost_archive_is_told() -> None:
    lost = replace(SECOND, changes=None, remark="data/releases/1.0.0.zip is missing")
    said = "What changed since version 1.0.0 cannot be shown: data/releases/1.0.0.zip is missing."
    assert said in edition_note(lost).text
    assert said in texts(section(lost))


def test_sentences_are_told_once() -> None:
    dropped = OptionEdit(where="claims", words="sentences", old="Tea works.", new="")
    edition = replace(SECOND, changes=replace(CHANGE, options=(dropped,), method_changed=False))
    told = texts(section(edition))
    assert "Tea works." not in told
    assert "Tea does not change the time to waking." in told
    assert "As before." in told


def test_other_software_alone_is_no_edit_of_the_data() -> None:
    cause = Cause(id="software", kind="software", title="metasyn 0.1 → 0.2")
    one = replace(WAKING, causes=(cause,))
    edition = replace(SINCE, changes=replace(CHANGE, rows=(), options=(), outcomes=(one,)))
    said = "Another version of metasyn gave other results from the same data"
    assert edition_note(edition).text.startswith(f"{said} after that version.")
    assert f"{said} since;" in texts(section(edition))


def test_outcomes_that_came_or_went() -> None:
    gone = replace(WAKING, after=None, moved=(), weights=(), causes=(), attribution="none")
    come = replace(gone, before=None, after=AFTER, slug="sleep-rr", label="slept through")
    edition = replace(SECOND, changes=replace(CHANGE, outcomes=(gone, come)))
    note = edition_note(edition).text
    assert "time to waking is no longer asked for; slept through is new" in note
    assert "HR | 0.78 | –" in texts(section(edition))


def test_an_estimate_that_reads_the_same_is_told_as_such() -> None:
    wider = replace(BEFORE, ci=AFTER.ci)
    moved = tuple(one for one in WAKING.moved if one.quantity == "ci_low")
    one = replace(WAKING, after=wider, moved=moved)
    text = edition_note(replace(SECOND, changes=replace(CHANGE, outcomes=(one,)))).text
    assert text.endswith(
        "Since version 1.0.0: as before but for intervals, heterogeneity or weights: time to waking."
    )


def test_a_single_cause_needs_no_shares() -> None:
    one = replace(WAKING, causes=CAUSES[:1])
    told = texts(section(replace(SECOND, changes=replace(CHANGE, outcomes=(one,)))))
    assert "Cause: results.csv row EL-WAKING-1 added." in told
    assert "all together" not in told


def test_many_results_are_cut_in_the_opening() -> None:
    many = tuple(replace(WAKING, slug=f"o{n}", label=f"outcome {n}") for n in range(5))
    text = edition_note(replace(SECOND, changes=replace(CHANGE, outcomes=many))).text
    assert text.endswith("outcome 2, HR 0.78 (0.64 to 0.95) → 0.72 (0.58 to 0.89); 2 more.")


def test_many_rows_are_cut_and_counted() -> None:
    rows = tuple(
        RowEdit(key=f"R{n:03d}", kind="corrected", cells=(CellEdit(column="value", old="1", new="2"),))
        for n in range(60)
    )
    edition = replace(SECOND, changes=replace(CHANGE, rows=rows))
    (table,) = [
        b.table
        for b in section(edition).all_blocks()
        if isinstance(b, TableBlock) and b.table.slug == "changed-rows"
    ]
    assert len(table.rows) == 40
    assert "20 more rows changed; results.json lists them all." in table.notes
    assert len(edition_entry(edition)["changes"]["rows"]) == 60


def test_results_json_has_the_edition_with_shares_that_add_up(files: dict[str, bytes]) -> None:
    entry = json.loads(files["results.json"])["edition"]
    assert entry["version"] == "2.0.0"
    assert entry["previous"] == "1.0.0"
    assert entry["released"] is True
    assert entry["living"] == dict(LIVING)
    sleep, outcome = entry["changes"]["outcomes"]
    assert (sleep["changed"], outcome["changed"], outcome["id"]) == (False, True, "waking-hr")
    for moved in outcome["moved"]:
        total = sum(one["shapley"] for one in moved["shares"])
        assert total == pytest.approx(moved["after"] - moved["before"], abs=1e-12)
    assert [one["cause"] for one in outcome["moved"][0]["shares"]] == [cause.id for cause in CAUSES]
    assert entry["changes"]["rows"][1]["cells"] == [{"column": "ci_high", "old": "1.33", "new": "1.30"}]
    assert entry["changes"]["claims"][0]["flipped"] is True


def test_what_cannot_be_estimated_is_null() -> None:
    absent = NotEstimable("no data")
    moved = (replace(WAKING.moved[0], after=absent, shares=(), unshared="no data"),)
    edition = replace(SECOND, changes=replace(CHANGE, outcomes=(replace(WAKING, moved=moved),)))
    told = json.loads(dumps(edition_entry(edition)))["changes"]["outcomes"][0]["moved"][0]
    assert (told["after"], told["change"], told["unshared"]) == (None, None, "no data")


def test_all_formats_say_it(files: dict[str, bytes]) -> None:
    page = files["report.html"].decode()
    assert "Version 2.0.0 of the evidence, 2026-11-21" in page
    assert 'href="#changes"' in page
    assert 'id="changes"' in page
    with zipfile.ZipFile(io.BytesIO(files["report.docx"])) as archive:
        word = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    assert "Version 2.0.0 of the evidence, 2026-11-21" in word
    assert "What changed since version 1.0.0" in word
    assert {"tables/changed-rows.csv", "tables/changed-waking-hr.csv", "figures/what-changed.svg"} <= set(
        files
    )


def test_the_same_edition_gives_the_same_bytes(result: AnalysisResult, files: dict[str, bytes]) -> None:
    assert render_report(result, SECOND) == files


def test_the_index_names_the_version(files: dict[str, bytes], result: AnalysisResult) -> None:
    entry = index_entry(json.loads(files["results.json"]))
    assert entry.edition == "Version 2.0.0 of the evidence, 2026-11-21"
    assert f'<p class="edition">{entry.edition}</p>' in render_index([entry])
    plain = index_entry(json.loads(dumps(results_document(result))))
    assert plain.edition == ""
    assert 'class="edition"' not in render_index([plain])


def test_hostile_words_stay_words(result: AnalysisResult) -> None:
    """A trigger comes from the command line and a row from a table: neither is markup."""
    mark = "<script>alert(1)</script>"
    row = RowEdit(key=mark, kind="corrected", cells=(CellEdit(column="value", old=mark, new="#1[x]"),))
    edition = replace(SECOND, trigger=mark, living=((mark, mark),), changes=replace(CHANGE, rows=(row,)))
    files = render_report(result, edition)
    assert b"&lt;script&gt;alert(1)" in files["report.html"]
    assert mark.encode() not in files["report.html"]


def test_groups_that_alone_differ_are_not_called_unchanged() -> None:
    regrouped = replace(SLEEP, groups=("setting",), group_causes=(CAUSES[0],))
    change = replace(CHANGE, outcomes=(regrouped,), claims=())
    edition = replace(SECOND, changes=change)
    assert edition_note(edition).text.endswith(
        "The pooled results are as they were in version 1.0.0, those of the groups by setting are not."
    )
    told = texts(section(edition))
    assert "Slept through. The results of the groups by setting differ (not shared out)" in told
    assert f"what changes them: {CAUSES[0].title}." in told
    assert "No pooled result of it depends on this changed row: results.csv BO-WAKING-1." in told


def test_another_measure_is_named_before_and_after_and_not_drawn() -> None:
    outcome = replace(
        WAKING, measure_before="MD", causes=(), attribution="none", remark="not shared out", moved=()
    )
    edition = replace(
        SECOND, changes=replace(CHANGE, outcomes=(SLEEP, outcome, replace(WAKING, slug="other")))
    )
    assert "time to waking, MD −0.250 (−0.446 to −0.054) → HR 0.72" in edition_note(edition).text
    told = texts(section(edition))
    assert "estimate | MD −0.250 | HR 0.72" in told
    assert "Not drawn: time to waking (the measure changed)." in told


def test_a_change_that_is_not_shared_out_says_why_and_still_names_its_causes() -> None:
    unshared = tuple(replace(one, shares=(), unshared="k was 1") for one in WAKING.moved)
    told = texts(
        section(replace(SECOND, changes=replace(CHANGE, outcomes=(replace(WAKING, moved=unshared),))))
    )
    assert "Causes: " + "; ".join(cause.title for cause in CAUSES) in told
    assert "Not shared out: the change of the estimate, the lower bound" in told
    assert "k was 1." in told
