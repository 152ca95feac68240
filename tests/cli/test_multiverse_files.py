"""`metasyn multiverse` writes over nothing that it or a project is made of, and obeys what it accepts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

TABLE = "label,events_1,n_1,events_2,n_2\nOak,4,123,11,139\nElm,6,306,29,303\nAsh,62,13598,248,12867\n"
OF_TABLE = ["trials.csv", "--measure", "RR", "--exclude", "nothing"]
OF_ANALYSIS = ["tea_vs_water", "--outcome", "waking", "--exclude", "nothing"]


@pytest.fixture
def folder(tiny_project: Path) -> Path:
    (tiny_project / "trials.csv").write_text(TABLE, encoding="utf-8")
    (tiny_project / "linked.csv").symlink_to("trials.csv")
    (tiny_project / "evidence.csv").symlink_to("data/results.csv")
    os.link(tiny_project / "data" / "studies.csv", tiny_project / "hard.csv")
    (tiny_project / "data" / "figures").mkdir()
    return tiny_project


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([*OF_TABLE, "--csv", "trials.csv"], "--csv is the table that is read, 'trials.csv'"),
        ([*OF_TABLE, "--csv", "data/../trials.csv"], "--csv is the table that is read"),
        ([*OF_TABLE, "--csv", "linked.csv"], "--csv is the table that is read"),
        ([*OF_TABLE, "--csv", "data/results.csv"], "--csv: 'data/results.csv' is in data/"),
        ([*OF_TABLE, "--out", "a.svg", "--csv", "a.svg"], "--out and --csv are both 'a.svg'"),
        ([*OF_TABLE, "--out", "a.svg", "--csv", "./a.svg"], "--out and --csv are both 'a.svg'"),
        ([*OF_TABLE, "--csv", "data"], "--csv: 'data' is a folder"),
        ([*OF_ANALYSIS, "--csv", "data/results.csv"], "'data/results.csv' is in data/, which holds"),
        ([*OF_ANALYSIS, "--csv", "data/quality.csv"], "'data/quality.csv' is in data/"),
        ([*OF_ANALYSIS, "--csv", "evidence.csv"], "--csv: 'evidence.csv' is in data/"),
        ([*OF_ANALYSIS, "--csv", "hard.csv"], "--csv: 'hard.csv' is in data/"),
        ([*OF_ANALYSIS, "--csv", "analyses/tea_vs_water.py"], "is in analyses/, which holds"),
        ([*OF_ANALYSIS, "--out", "data/figures/curve.svg"], "--out: 'data/figures/curve.svg' is in data/"),
        ([*OF_TABLE, "--title", "Tea"], "--title is for the figure; name its file with --out"),
        ([*OF_TABLE, "--width", "a4", "--dark"], "--width and --dark are for the figure; name its file"),
        (
            [*OF_TABLE, "--model", "common-effect", "--ci", "t", "--tau2", "PM"],
            "is a choice under the random",
        ),
        ([*OF_TABLE, "--model", "bayesian", "--tau2", "REML"], "among these models: bayesian"),
    ],
)
def test_nothing_is_written_over(metasyn, folder, options, words):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    answer = metasyn("multiverse", *options, cwd=folder)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_from_elsewhere_a_project_is_as_safe(metasyn, folder, tmp_path):
    answer = metasyn(
        "multiverse",
        *OF_ANALYSIS,
        "--project",
        folder,
        "--csv",
        folder / "data" / "results.csv",
        cwd=tmp_path,
    )
    assert (answer.code, answer.out) == (2, "")
    (tmp_path / "trials.csv").write_text(TABLE, encoding="utf-8")
    answer = metasyn("multiverse", *OF_TABLE, "--csv", folder / "data" / "results.csv", cwd=tmp_path)
    assert answer.code == 2
    assert "is in data/" in answer.err


def test_other_files_are_written(metasyn, folder):
    (folder / "all.csv").write_text("old", encoding="utf-8")
    answer = metasyn("multiverse", *OF_TABLE, "--csv", "all.csv", "--out", "curve.svg", "--dark", cwd=folder)
    assert (answer.code, answer.err) == (0, "")
    assert (folder / "all.csv").read_text(encoding="utf-8").startswith("measure,")
    assert (folder / "curve.svg").stat().st_size > 1000


def test_a_main_analysis_that_is_not_asked_for_is_told(metasyn, folder):
    options = [*OF_TABLE, "--ci", "wald", "--ci", "hartung-knapp"]
    answer = metasyn("multiverse", *options, cwd=folder)
    assert "The main analysis is not among these specifications: random effects (REML, ad" in answer.out
    document = json.loads(metasyn("multiverse", *options, "--json", cwd=folder).out)
    assert document["headline"] is None
    assert document["main_analysis"]["among_specifications"] is False
    assert document["main_analysis"]["ci_method"] == "hartung-knapp-adhoc"
