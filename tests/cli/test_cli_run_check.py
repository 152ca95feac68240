"""`metasyn run --check`: whether committed reports are what the data give; and reports without a script."""

from __future__ import annotations

import re
import shutil

import pytest

GOOD = "".join(f"{name}: as the data give it\n" for name in ("sleep_with_tea", "tea_vs_water", "index page"))
UNCOMMITTED = ("*.pdf", "*.docx", "*.png", ".manifest.json", ".*")


@pytest.fixture
def committed(built):
    """As a fresh clone has them: nothing hidden, no PDF, no Word file, no PNG."""
    for pattern in UNCOMMITTED:
        for path in (built / "reports").rglob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return built


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_fresh_clone_is_as_the_data_give_it(metasyn, committed, snapshot):
    before = snapshot(committed)
    assert metasyn("run", "--check", cwd=committed) == (0, GOOD, "")
    assert snapshot(committed) == before


def test_what_the_manifest_knows_is_not_rendered(metasyn, built, monkeypatch, snapshot):
    monkeypatch.setattr("metasyn.analysis.run.run_analysis", None)
    before = snapshot(built)
    assert metasyn("run", "--check", cwd=built) == (0, GOOD, "")
    assert snapshot(built) == before


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_changed_row_is_told_by_analysis_file_and_number(metasyn, committed, snapshot, jobs):
    edit(committed / "data" / "results.csv", "0.72,0.55,0.94", "0.70,0.53,0.93")
    edit(committed / "data" / "results.csv", "0.72 (0.55-0.94)", "0.70 (0.53-0.93)")
    before = snapshot(committed)
    answer = metasyn("run", "--check", "--jobs", jobs, cwd=committed)
    assert (answer.code, answer.err) == (1, "")
    said = answer.out.splitlines()
    assert said[:2] == ["sleep_with_tea: as the data give it", "tea_vs_water: not what the data give"]
    assert re.fullmatch(
        r"  results\.json: syntheses\[waking-hr\]\.headline\.figure: \"HR 0\.7\d\" → .*", said[2]
    )
    assert said[-2:] == ["index page: not what the data give", "  index.html: does not show these results"]
    assert re.search(r"^  and \d+ more$", answer.out, re.M)
    assert snapshot(committed) == before


def test_an_edited_file_is_told(metasyn, built):
    edit(built / "reports" / "tea_vs_water" / "report.html", "</html>", "</html>\n<!-- mine -->")
    answer = metasyn("run", "--check", "tea_vs_water", cwd=built)
    assert answer.code == 1
    assert answer.out.startswith("tea_vs_water: not what the data give\n  report.html: ")
    assert "index" not in answer.out


def test_what_is_missing(metasyn, committed):
    shutil.rmtree(committed / "reports" / "tea_vs_water")
    (committed / "reports" / "index.html").unlink()
    answer = metasyn("run", "--check", cwd=committed)
    assert (answer.code, answer.err) == (1, "")
    assert answer.out.splitlines()[1:] == ["tea_vs_water: not there", "index page: not there"]
    shutil.rmtree(committed / "reports")
    assert metasyn("run", "--check", cwd=committed).code == 1
    assert not (committed / "reports").exists()


def test_a_last_digit_is_no_difference(metasyn, committed):
    path = committed / "reports" / "tea_vs_water" / "results.json"
    text = path.read_text()
    number = re.search(r"0\.\d{11}[1-8]\b", text)
    assert number is not None
    path.write_text(text.replace(number[0], f"{number[0][:-1]}{int(number[0][-1]) + 1}", 1))
    answer = metasyn("run", "--check", cwd=committed)
    assert answer.code == 0
    assert (
        "tea_vs_water: as the data give it\n  results.json: equal but for the last of 12 digits" in answer.out
    )


def test_what_cannot_be_compared(metasyn, committed):
    edit(committed / "analyses" / "tea_vs_water.py", "analysis =", "other =")
    answer = metasyn("run", "--check", cwd=committed)
    assert answer.code == 2
    assert "tea_vs_water: cannot be compared" in answer.out
    assert "must be called 'analysis'" in answer.err
    edit(committed / "data" / "results.csv", "0.72,0.55,0.94", "0.72,0.75,0.94")
    answer = metasyn("run", "--check", cwd=committed)
    assert (answer.code, answer.out) == (2, "")
    assert "results.csv line 4" in answer.err


def test_options_that_do_not_go_together(metasyn, built):
    for arguments, words in (
        (("--check", "--force"), "--check writes nothing"),
        (("--jobs", "0"), "--jobs must be 1 or more; got 0"),
        (("--wait", "-1"), "number of seconds"),
    ):
        answer = metasyn("run", *arguments, cwd=built)
        assert (answer.code, answer.out) == (2, "")
        assert words in answer.err


def test_a_report_without_a_script_stays_but_is_not_shown(metasyn, built, snapshot):
    (built / "analyses" / "tea_vs_water.py").unlink()
    kept = snapshot(built / "reports" / "tea_vs_water")
    words = (
        "reports/tea_vs_water/ has no script analyses/tea_vs_water.py any more; it is not in the index. "
        "To remove it: rm -r reports/tea_vs_water"
    )
    checked = metasyn("run", "--check", cwd=built)
    assert checked.code == 1
    assert f"tea_vs_water: {words}" in checked.out
    answer = metasyn("run", cwd=built)
    assert answer == (
        0,
        "sleep_with_tea: up to date\nindex: wrote reports/index.html\n",
        f"metasyn: {words}\n",
    )
    assert snapshot(built / "reports" / "tea_vs_water") == kept
    page = (built / "reports" / "index.html").read_text()
    assert "sleep_with_tea" in page
    assert "tea_vs_water" not in page
    assert metasyn("run", "sleep_with_tea", cwd=built).err == ""
    shutil.rmtree(built / "reports" / "tea_vs_water")
    assert metasyn("run", "--check", cwd=built).code == 0
