"""`metasyn explain` on the tiny project."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]


def test_without_a_name_everything_that_can_be_explained_is_listed(metasyn: Call, built: Path) -> None:
    code, out, err = metasyn("explain", cwd=built)
    assert (code, err) == (0, "")
    assert "tea_vs_water: Tea compared with water for sleep" in out
    assert "  waking-hr: " in out
    assert "    estimate" in out
    listed = json.loads(metasyn("explain", "tea_vs_water", "--json", cwd=built).out)
    assert [one["name"] for one in listed["reports"]] == ["tea_vs_water"]
    names = [one["name"] for one in listed["reports"][0]["outcomes"][1]["numbers"]]
    assert {"estimate", "p", "tau2", "Q"} <= set(names)


def test_a_study_is_followed_to_the_figure_as_printed(metasyn: Call, built: Path) -> None:
    code, out, err = metasyn("explain", "tea_vs_water", "waking", "0.72", cwd=built)
    assert (code, err) == (0, "")
    assert "y = ln R = ln 0.72 = −0.3285" in out
    assert "se = (ln U − ln L)/(2 × z) = (ln 0.94 − ln 0.55)/(2 × 1.96) = 0.13673" in out
    assert "AX-WAKING-1: “0.72 (0.55-0.94)”" in out
    assert "Place: para 3" in out


def test_as_json_it_says_the_same_with_unrounded_numbers(metasyn: Call, built: Path) -> None:
    answer = metasyn("explain", "tea_vs_water", "waking", "--json", cwd=built)
    found = json.loads(answer.out)
    assert found["schema"] == "metasyn-explanation/1"
    assert (found["report"], found["report_state"], found["what"]) == (
        "tea_vs_water",
        "up to date",
        "estimate",
    )
    (tree,) = found["explanations"]
    lines = {line["name"]: line for line in tree["sums"]}
    mean = lines["μ"]
    assert mean["value"] == pytest.approx(mean["terms"]["Σwy"] / mean["terms"]["Σw"])
    assert [part["kind"] for part in tree["parts"]] == ["effect"] * 3


def test_several_meanings_are_listed_with_the_command_for_each(metasyn: Call, built: Path) -> None:
    code, out, _ = metasyn("explain", "tea_vs_water", "estimate", cwd=built)
    assert code == 0
    assert "metasyn explain tea_vs_water sleep-rr estimate" in out
    assert "metasyn explain tea_vs_water waking-hr estimate" in out


def test_a_figure_is_followed_forward(metasyn: Call, built: Path) -> None:
    code, out, _ = metasyn("explain", "AX-WAKING-1", cwd=built)
    assert code == 0
    assert "tea_vs_water, waking-hr: used in the effect of" in " ".join(out.split())
    answer = metasyn("explain", "DEE-MOOD-1", cwd=built)
    assert "nowhere: no analysis asks about the outcome mood" in " ".join(answer.out.split())


def test_a_report_that_is_older_than_the_tables_is_said_to_be(metasyn: Call, built: Path) -> None:
    table = built / "data" / "results.csv"
    text = table.read_text(encoding="utf-8")
    changed = text.replace("HR,0.72,0.55", "HR,0.71,0.55").replace("0.72 (0.55-0.94)", "0.71 (0.55-0.94)")
    table.write_text(changed, encoding="utf-8")
    code, out, err = metasyn("explain", "tea_vs_water", "waking", cwd=built)
    assert code == 0
    assert "on disk is out of date" in err
    assert "ln 0.71" in out
    stored = json.loads(metasyn("explain", "tea_vs_water", "waking", "--json", cwd=built).out)
    assert stored["report_state"] == "out of date"
    assert stored["reasons"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("nothing_here",), "no analysis 'nothing_here'"),
        (("AX-WAKING-2",), "did you mean AX-WAKING-1"),
        (("tea_vs_water", "nothing"), "'nothing' is neither an outcome of tea_vs_water"),
        (("tea_vs_water", "waking", "nothing"), "no number is called or reads 'nothing'"),
        (
            ("tea_vs_water", "waking", "62/100"),
            "It is printed in the figures AX-SLEEP-1: metasyn explain AX-SL",
        ),
        (("tea_vs_water", "nothing", "tau2"), "'nothing' is not an outcome of tea_vs_water"),
    ],
)
def test_what_is_not_there_is_refused(metasyn: Call, built: Path, given: tuple[str, ...], said: str) -> None:
    code, out, err = metasyn("explain", *given, cwd=built)
    assert (code, out) == (2, "")
    assert said in err


def test_near_names_are_offered_each_on_its_line(metasyn: Call, built: Path) -> None:
    _, listed, _ = metasyn("explain", "tea_vs_water", cwd=built)
    _, _, err = metasyn("explain", "tea_vs_water", "waking", "estimaet", cwd=built)
    lines = err.splitlines()
    assert lines[0].endswith("did you mean:")
    assert lines[1].split("  ")[1] == "estimate"
    assert lines[-1] == "All of them: metasyn explain tea_vs_water"
    assert len(lines) < 8 < len(listed.splitlines())


def test_without_a_near_name_a_short_list_is_shown(metasyn: Call, built: Path) -> None:
    _, _, err = metasyn("explain", "tea_vs_water", "waking", "qqqqqq", cwd=built)
    lines = err.splitlines()
    assert len(lines) <= 1 + 12 + 2
    assert re.fullmatch(r"  and \d+ more", lines[-2])
    assert max(map(len, lines)) < 120


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("0,72", "decimals are written with a point here: 0.72; the nearest that is printed is 0.72, in"),
        ("0.7204", "the nearest that is printed is 0.72, in"),
    ],
)
def test_a_figure_that_is_not_printed(metasyn: Call, built: Path, asked: str, said: str) -> None:
    code, _, err = metasyn("explain", "tea_vs_water", "waking", asked, cwd=built)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    ("asked", "head"),
    [
        ("AX", "Study AX, "),
        ("ax", "Study AX, "),
        ("AX.tea", "Cohort AX.tea, "),
        ("ax-2019", "Source ax-2019, "),
    ],
)
def test_of_a_study_a_group_or_a_source_every_figure_is_shown_with_its_uses(
    metasyn: Call, built: Path, asked: str, head: str
) -> None:
    code, out, err = metasyn("explain", asked, cwd=built)
    assert (code, err) == (0, "")
    assert out.startswith(head)
    with (built / "data" / "results.csv").open(encoding="utf-8", newline="") as table:
        rows = [
            row["result_id"]
            for row in csv.DictReader(table)
            if asked.casefold()
            in {row[name].casefold() for name in ("study_id", "cohort_id", "comparator_id", "source_id")}
        ]
    assert rows == re.findall(r"(?m)^  (\S+): ", out)
    assert "tea_vs_water, waking-hr: used in the effect" in " ".join(out.split())


def test_an_id_in_other_capitals_is_found(metasyn: Call, built: Path) -> None:
    assert (
        metasyn("explain", "ax-waking-1", cwd=built).out == metasyn("explain", "AX-WAKING-1", cwd=built).out
    )


def test_an_id_names_its_effect_within_a_report(metasyn: Call, built: Path) -> None:
    _, out, _ = metasyn("explain", "tea_vs_water", "waking", "AX-WAKING-1", cwd=built)
    assert "AX-WAKING-1: “0.72 (0.55-0.94)”" in out
    _, _, err = metasyn("explain", "tea_vs_water", "waking", "DEE-MOOD-1", cwd=built)
    assert "It is an id of the tables: metasyn explain DEE-MOOD-1" in err


def test_a_broken_script_is_named_and_the_others_are_shown(metasyn: Call, built: Path) -> None:
    script = built / "analyses" / "tea_vs_water.py"
    text = script.read_text(encoding="utf-8")
    (built / "analyses" / "broken.py").write_text(text.replace('Outcome("', 'Outcome("no '), encoding="utf-8")
    for asked in ((), ("AX-WAKING-1",)):
        code, out, err = metasyn("explain", *asked, cwd=built)
        assert code == 0
        assert "tea_vs_water" in out
        assert "left out: " in err
        assert "broken.py: " in err
    code, _, err = metasyn("explain", "broken", cwd=built)
    assert code == 2
    assert "broken.py: " in err


def test_nothing_is_written(metasyn: Call, built: Path, snapshot: Callable[[Path], dict[str, bytes]]) -> None:
    before = snapshot(built)
    metasyn("explain", "tea_vs_water", "waking", cwd=built)
    metasyn("explain", "AX-WAKING-1", cwd=built)
    after = {name: text for name, text in snapshot(built).items() if "__pycache__" not in name}
    assert after == before
