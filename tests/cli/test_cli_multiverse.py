"""`metasyn multiverse`: on an analysis, on a plain table, its files and its refusals."""

from __future__ import annotations

import csv
import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from metasyn.synthesis import pool

TABLE = "label,events_1,n_1,events_2,n_2\nOak,4,123,11,139\nElm,6,306,29,303\nAsh,62,13598,248,12867\n"


def test_an_outcome_of_an_analysis(metasyn, tiny_project):
    answer = metasyn(
        "multiverse", "tea_vs_water", "--outcome", "waking", "--out", "curve.svg", "--csv", "all.csv",
        cwd=tiny_project,
    )  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    assert "Hazard ratio: " in answer.out
    assert "wrote curve.svg" in answer.out
    assert "includes 1" in answer.out
    texts = [one.text for one in ET.parse(tiny_project / "curve.svg").iterfind(".//{*}text")]
    assert "Time to waking: hazard ratio" in texts
    with (tiny_project / "all.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert f"{len(rows)} specifications" in answer.out
    se = [
        (math.log(b) - math.log(a)) / (2 * 1.959963984540054)
        for a, b in ((0.55, 0.94), (0.68, 1.33), (0.37, 1.01))
    ]
    alone = pool(
        yi=[math.log(0.72), math.log(0.95), math.log(0.61)], sei=se, measure="HR", model="common-effect"
    )
    (row,) = (r for r in rows if r["model"] == "common-effect" and r["left out"] == "nothing")
    assert float(row["estimate"]) == pytest.approx(math.exp(alone.estimate), rel=1e-9)
    assert float(row["ci_high"]) == pytest.approx(math.exp(alone.ci.high), rel=1e-9)  # type: ignore[union-attr]
    assert [r["headline"] for r in rows].count("yes") == 1


def test_a_document_of_a_plain_table_in_two_measures(metasyn, tmp_path):
    (tmp_path / "trials.csv").write_text(TABLE, encoding="utf-8")
    options = [
        "--measure",
        "RR",
        "--measure",
        "OR",
        "--tau2",
        "DL",
        "--ci",
        "wald",
        "--exclude",
        "each study",
    ]
    answer = metasyn("multiverse", "trials.csv", *options, "--json", cwd=tmp_path)
    document = json.loads(answer.out)
    assert document["schema"] == "metasyn-multiverse/1"
    assert document["choices"]["left out"] == ["nothing", "Oak", "Elm", "Ash"]
    assert document["choices"]["measure"] == ["RR", "OR"]
    assert document["n"] == len(document["specifications"]) == 2 * 4 * 2
    again = metasyn("multiverse", "trials.csv", *options, "--json", cwd=tmp_path)
    assert again.out == answer.out


def test_zero_cells_are_a_choice_of_the_command(metasyn, tiny_project):
    answer = metasyn(
        "multiverse", "tea_vs_water", "--outcome", "sleep", "--zero-cells", "all", "--overlap", "parts",
        "--model", "common-effect", "--exclude", "nothing", "--jobs", "2", "--json", cwd=tiny_project,
    )  # fmt: skip
    assert answer.code == 0
    chosen = json.loads(answer.out)["choices"]
    assert (chosen["zero_cells"], chosen["overlap"]) == (["only0", "all"], ["whole", "parts"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["tea_vs_water"],
            "tea_vs_water has several outcomes; choose one with --outcome: sleep-rr, waking-hr.",
        ),
        (["tea_vs_water", "--outcome", "tea"], "--outcome must be one of sleep-rr, waking-hr; got 'tea'"),
        (["tea_vs_water", "--outcome", "waking", "--ci", "knha"], "'knha' is called 'hartung-knapp' here"),
        (
            ["tea_vs_water", "--outcome", "waking", "--out", "curve.gif"],
            "--out must end in .svg, .pdf or .png",
        ),
        (["tea_vs_water", "--outcome", "waking", "--csv", "no/where.csv"], "there is no folder 'no'"),
        (["tea_vs_water", "--outcome", "waking", "--exclude", "mood=bad"], "'mood' is not a column"),
        (["trials.csv"], "a plain table needs --measure"),
        (["trials.csv", "--measure", "RR", "--jobs", "0"], "--jobs must be 1 or more; got 0"),
        (["trials.csv", "--measure", "RR", "--zero-cells", "all"], "--zero-cells belongs to an analysis"),
        (["trials.csv", "--measure", "RR", "--route", "events"], "--route belongs to an analysis"),
    ],
)
def test_refusals_are_one_line(metasyn, tiny_project, options, words):
    (tiny_project / "trials.csv").write_text(TABLE, encoding="utf-8")
    answer = metasyn("multiverse", *options, cwd=tiny_project)
    assert answer.code == 2
    assert words in answer.err
    assert answer.err.count("\n") <= 2
    assert not (tiny_project / "curve.svg").exists()


def test_a_random_sample_says_so(metasyn, tiny_project):
    answer = metasyn(
        "multiverse", "tea_vs_water", "--outcome", "waking", "--exclude", "all subsets", "--limit", "12",
        "--seed", "3", cwd=tiny_project,
    )  # fmt: skip
    assert answer.code == 0
    assert "12 specifications, a random sample of " in answer.out


def test_the_example_of_the_page_is_what_is_printed(metasyn):
    root = Path(__file__).parents[2]
    page = (root / "docs" / "multiverse.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```\n\$ metasyn (multiverse .*?)\n(.*?)```", page, flags=re.DOTALL)
    answer = metasyn(*block[0].split(), cwd=root)
    assert answer.code == 0
    assert block[1] == answer.out
