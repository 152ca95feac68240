"""`metasyn pool` and `metasyn forest` on plain tables."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

TABLES = {
    "yi,vi": ("GEN", "label,yi,vi\nA,0.1,0.04\nB,0.3,0.05\nC,-0.2,0.03\n"),
    "yi,sei": ("GEN", "label,yi,sei\nA,0.1,0.2\nB,0.3,0.2236\nC,-0.2,0.1732\n"),
    "estimate,ci_low,ci_high": (
        "HR",
        "label,estimate,ci_low,ci_high\nA,0.62,0.47,0.82\nB,0.90,0.70,1.16\nC,0.75,0.5,1.12\n",
    ),
    "events,n": ("PLO", "label,events,n\nA,12,40\nB,9,50\nC,20,61\n"),
    "events_1,n_1,events_2,n_2": (
        "RR",
        "label,events_1,n_1,events_2,n_2\nA,12,40,20,41\nB,9,50,14,48\nC,20,61,25,60\n",
    ),
}


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "trials.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def synthesis(out: str) -> dict:
    """The only synthesis of a printed document."""
    document = json.loads(out)
    assert document["schema"] == "metasyn-result/1"
    (found,) = document["syntheses"]
    return found


@pytest.mark.parametrize("columns", TABLES)
def test_every_column_set_is_read(metasyn, table, columns):
    measure, text = TABLES[columns]
    answer = metasyn("pool", table(text), "--measure", measure, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert synthesis(answer.out)["k"] == 3
    readable = metasyn("pool", table(text), "--measure", measure)
    assert readable.code == 0
    assert readable.out.count("\n") > 3


def test_the_numbers_are_those_of_the_table(metasyn, table):
    # With equal variances the random-effects mean is the plain mean, whatever tau2 is.
    answer = metasyn("pool", table("yi,vi\n0.1,0.04\n0.3,0.04\n-0.2,0.04\n"), "--measure", "GEN", "--json")
    assert math.isclose(synthesis(answer.out)["estimate"], 0.2 / 3, rel_tol=1e-11)


@pytest.mark.parametrize(
    ("option", "value", "key", "expected"),
    [
        ("--model", "common-effect", "model", "common-effect"),
        ("--ci", "wald", "ci_method", "wald"),
        ("--pi", "t(k-2)", "pi_method", "t(k-2)"),
    ],
)
def test_an_option_is_obeyed(metasyn, table, option, value, key, expected):
    answer = metasyn("pool", table(TABLES["yi,vi"][1]), "--measure", "GEN", "--json", option, value)
    assert synthesis(answer.out)[key] == expected


def test_tau2_and_level_are_obeyed(metasyn, table):
    path = table("yi,vi\n0.1,0.01\n0.9,0.02\n-0.5,0.03\n0.4,0.01\n")
    documents = [
        json.loads(metasyn("pool", path, "--measure", "GEN", "--json", *options).out)
        for options in ((), ("--tau2", "DL"), ("--level", "0.9"))
    ]
    assert [d["options"]["tau2_method"] for d in documents] == ["REML", "DL", "REML"]
    assert [d["options"]["level"] for d in documents] == [0.95, 0.95, 0.9]
    estimates = [d["syntheses"][0]["estimate"] for d in documents]
    assert estimates[0] != estimates[1]
    assert estimates[0] == estimates[2]


def test_groups_are_made_by_a_column(metasyn, table):
    text = "label,yi,vi,dose\nA,0.1,0.04,low\nB,0.3,0.05,low\nC,-0.2,0.03,high\nD,0.0,0.03,high\n"
    answer = metasyn("pool", table(text), "--measure", "GEN", "--by", "dose")
    assert answer.code == 0
    assert "low" in answer.out
    assert "high" in answer.out
    unknown = metasyn("pool", table(text), "--measure", "GEN", "--by", "colour")
    assert unknown.code == 2
    assert "colour" in unknown.err
    assert "dose" in unknown.err


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_newlines_and_byte_order_mark(metasyn, tmp_path, separator, newline):
    path = tmp_path / "trials.csv"
    text = newline.join(["label,yi,vi", "A,0.1,0.04", "B,0.3,0.05", "", ""]).replace(",", separator)
    path.write_bytes(text.encode("utf-8-sig"))
    answer = metasyn("pool", path, "--measure", "GEN", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert synthesis(answer.out)["k"] == 2


BAD_TABLES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n,,\n", "is empty"),
    "binary": (b"yi,vi\n\0\1\2,3\n", "not a text file"),
    "latin-1": ("label,yi,vi\nM\xfcller,1,2\n".encode("latin-1"), "line 2: byte 0xfc is not UTF-8"),
    "utf-16": ("label,yi,vi\nA,1,2\n".encode("utf-16"), "is not UTF-8"),
    "header only": (b"yi,vi\n", "only a header line"),
    "no usable columns": (b"a,b\n1,2\n", "yi,vi"),
    "missing column": (b"yi,label\n0.1,A\n", "yi,vi"),
    "not a number": (b"yi,vi\n0.1,0.2\nabc,0.3\n", "line 3, column yi"),
    "negative variance": (b"yi,vi\n0.1,-0.2\n", "line 2, column vi"),
    "ragged": (b"yi,vi\n0.1,0.2\n0.3\n", "line 3: has 1 cells where the header has 2"),
    "blank line": (b"yi,vi\n0.1,0.2\n\n0.3,0.4\n", "line 3: the line is empty"),
    "open quote": (b'label,yi,vi\n"A,0.1,0.2\nB,0.3,0.4\n', "line 2: a quotation mark is left open"),
    "same column twice": (b"yi,vi,yi\n1,2,3\n", "column 'yi' occurs more than once"),
    "unnamed column": (b"yi,vi,\n1,2,3\n", "column 3 has no name"),
}


@pytest.mark.parametrize("command", ["pool", "forest"])
@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_bad_table_is_refused_in_words(metasyn, tmp_path, case, command):
    content, words = BAD_TABLES[case]
    path = tmp_path / "trials.csv"
    path.write_bytes(content)
    answer = metasyn(command, path, "--measure", "GEN", cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert [found.name for found in tmp_path.iterdir()] == ["trials.csv"]


def test_every_problem_of_a_table_is_listed(metasyn, table):
    answer = metasyn("pool", table("yi,vi\nx,0.1\n0.2,y\n0.1,0.2\n"), "--measure", "GEN")
    assert answer.code == 2
    assert "line 2, column yi" in answer.err
    assert "line 3, column vi" in answer.err


def test_what_is_not_a_file(metasyn, tmp_path):
    assert metasyn("pool", tmp_path, "--measure", "HR").code == 2
    missing = metasyn("pool", tmp_path / "nowhere.csv", "--measure", "HR")
    assert missing.code == 2
    assert "nowhere.csv" in missing.err
    assert metasyn("pool", "bad\0name.csv", "--measure", "HR").code == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--measure", "XX"], "'HR'"),
        (["--measure", "hr"], "is called 'HR' here"),
        ([], "--measure"),
        (["--measure", "GEN", "--ci", "knha"], "is called 'hartung-knapp' here"),
        (["--measure", "GEN", "--model", "fixed"], "is called 'common-effect' here"),
        (["--measure", "GEN", "--level", "95"], "0.95"),
        (["--measure", "GEN", "--level", "high"], "high"),
        (["--measure", "GEN", "--level", "nan"], "level"),
        (["--measure", "GEN", "--tau2", "SJX"], "'REML'"),
        (["--measure", "GEN", "--no-such-option"], "--no-such-option"),
        (["--measure", "RR"], "RR"),
    ],
)
def test_a_wrong_option_is_refused_in_words(metasyn, table, options, words):
    answer = metasyn(
        "pool", table(TABLES["events,n"][1] if "RR" in options else TABLES["yi,vi"][1]), *options
    )
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


def test_nothing_to_estimate_is_code_3(metasyn, table):
    # No event in any arm: a risk ratio cannot be estimated from any row.
    text = "label,events_1,n_1,events_2,n_2\nA,0,40,0,41\nB,0,50,0,48\n"
    answer = metasyn("pool", table(text), "--measure", "RR")
    assert answer.code == 3
    assert answer.out == ""
    assert "\n  A: " in answer.err
    assert "\n  B: " in answer.err


def test_one_study_is_reported_not_pooled(metasyn, table):
    answer = metasyn("pool", table("estimate,ci_low,ci_high\n0.62,0.47,0.82\n"), "--measure", "HR", "--json")
    assert answer.code == 0
    assert math.isclose(synthesis(answer.out)["estimate"], math.log(0.62), rel_tol=1e-11)


@pytest.mark.parametrize(("name", "begin"), [("f.svg", b"<?xml"), ("f.PDF", b"%PDF"), ("f.png", b"\x89PNG")])
def test_forest_draws_what_the_name_says(metasyn, table, tmp_path, name, begin):
    out = tmp_path / name
    answer = metasyn(
        "forest", table(TABLES["estimate,ci_low,ci_high"][1]), "--measure", "HR", "--out", out,
        "--title", "A title", "--favours", "Favours this", "Favours that",
    )  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    assert str(out) in answer.out
    assert out.read_bytes().startswith(begin)
    if name == "f.svg":
        text = out.read_text(encoding="utf-8")
        assert all(words in text for words in ("A title", "Favours this", "Favours that"))


@pytest.mark.parametrize("out", ["f.jpg", "f", "nowhere/f.svg"])
def test_forest_refuses_other_names(metasyn, table, tmp_path, out):
    answer = metasyn("forest", table(TABLES["yi,vi"][1]), "--measure", "GEN", "--out", out, cwd=tmp_path)
    assert answer.code == 2
    assert "--out" in answer.err


def test_the_model_is_chosen_by_name(metasyn, table):
    path = table("label,events,n\nA,0,10\nB,2,25\nC,1,7\nD,5,30\nE,0,25\nF,3,40\n")
    default = synthesis(metasyn("pool", path, "--measure", "PLO", "--json").out)
    assert (default["model"], default["ci_method"]) == ("glmm", "t")
    # rma.glmm(measure="PLO", nAGQ=25), metafor 3.8-1 with lme4 searching to the end: reference/models.R.
    asked = metasyn("pool", path, "--measure", "PLO", "--model", "glmm", "--ci", "wald", "--json")
    assert math.isclose(synthesis(asked.out)["estimate"], -2.48217173, rel_tol=1e-6)
    assert math.isclose(synthesis(asked.out)["glmm"]["tau2"], 0.08695151, rel_tol=1e-5)
    normal = synthesis(metasyn("pool", path, "--measure", "PLO", "--model", "random-effects", "--json").out)
    assert (normal["model"], normal["glmm"]) == ("random-effects", None)
    readable = metasyn("pool", path, "--measure", "PLO").out
    assert "That is the median over the cohorts (conditional); their mean (marginal) is 8.0 (" in readable
    wrong = metasyn("pool", path, "--measure", "PLO", "--model", "rma.glmm")
    assert wrong.code != 0
    assert "'rma.glmm' is called 'glmm' here" in wrong.err


def test_two_studies_and_the_kind_of_outcome(metasyn, table):
    path = table("label,estimate,ci_low,ci_high\nA,0.62,0.47,0.82\nB,0.90,0.70,1.16\n")
    kind = (
        "--outcome-type",
        "all-cause mortality",
        "--comparison-type",
        "pharmacological vs pharmacological",
    )
    answer = metasyn("pool", path, "--measure", "HR", *kind)
    assert "Pooled (Bayesian random effects)" in answer.out
    assert "Turner 2015 (all-cause mortality; pharmacological vs pharmacological)" in answer.out
    assert "Probability that it lies below 1: " in answer.out
    half = metasyn("pool", path, "--measure", "HR", *kind[:2])
    assert "belong together" in half.err
    other = metasyn("pool", path, "--measure", "HR", "--model", "glmm")
    assert "HR has no mixed model of its own" in other.err


def test_an_estimator_by_name_is_obeyed_even_if_it_is_the_usual_one(metasyn, table):
    path = table("label,events,n\nA,0,7\nB,6,31\nC,0,10\nD,13,44\nE,1,12\n")
    asked = synthesis(metasyn("pool", path, "--measure", "PLO", "--tau2", "REML", "--json").out)
    assert asked["model"] == "random-effects"
    assert synthesis(metasyn("pool", path, "--measure", "PLO", "--json").out)["model"] == "glmm"
    answer = metasyn("pool", path, "--measure", "PLO", "--tau2-ci", "q-profile", "--model", "glmm")
    assert "Note: tau2_ci_method='q-profile' is not used by the headline" in answer.out


def test_a_bayesian_model_in_units_of_the_outcome_is_refused(metasyn, table):
    answer = metasyn("pool", table("yi,vi\n10,9\n-20,16\n35,25\n"), "--measure", "MD", "--model", "bayesian")
    assert (answer.code, answer.out) == (2, "")
    assert "in units of the mean difference" in answer.err


def test_cohorts_in_which_nobody_had_the_event(metasyn, table):
    answer = metasyn("pool", table("events,n\n0,14\n0,25\n"), "--measure", "PLO")
    assert "Warning: nobody had the event in any of the 2 cohorts (0/39)" in answer.out
    assert "at most 9.0% (exact 95% interval of 0/39)" in answer.out
