"""`metasyn compare`, and profiles in `metasyn pool`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TABLE = (
    "label,estimate,ci_low,ci_high\n"
    "A,0.55,0.43,0.70\nB,0.95,0.64,1.41\nC,0.72,0.54,0.97\nD,1.25,0.77,2.04\nE,0.61,0.46,0.80\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_all_profiles_and_why_they_differ(metasyn, table):
    answer = metasyn("compare", table, "--measure", "HR")
    assert (answer.code, answer.err) == (0, "")
    for name in ("metasyn", "cochrane-2025", "iqwig-6", "metafor", "meta-8", "meta-7", "revman-5"):
        assert any(line.startswith(f"{name} ") for line in answer.out.splitlines())
    assert "because" in answer.out


def test_two_profiles(metasyn, table):
    answer = metasyn("compare", table, "--measure", "HR", "--profiles", "meta-8, revman-5")
    assert answer.code == 0
    assert (
        "meta-8 and revman-5 differ in the confidence interval because τ² is estimated by REML" in answer.out
    )
    assert "metafor " not in answer.out


def test_json_document(metasyn, table):
    answer = metasyn("compare", table, "--measure", "HR", "--json", "--level", "0.9")
    document = json.loads(answer.out)
    assert (answer.code, answer.err, document["schema"]) == (0, "", "metasyn-comparison/1")
    assert document["name"] == "trials"
    assert len(document["profiles"]) == 7
    assert {one["options"]["level"] for one in document["profiles"]} == {0.9}
    assert {"quantity", "first", "second", "values", "causes", "interaction"} <= set(
        document["differences"][0]
    )
    assert document["sentences"]


def test_the_numbers_are_those_of_pool(metasyn, table):
    compared = json.loads(metasyn("compare", table, "--measure", "HR", "--json").out)["profiles"]
    for one in compared:
        pooled = metasyn("pool", table, "--measure", "HR", "--json", "--profile", one["name"])
        (synthesis,) = json.loads(pooled.out)["syntheses"]
        for key in ("estimate", "ci", "pi", "tau2", "I2", "I2_ci"):
            assert synthesis[key] == one[key]


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (["--profile", "revman-5"], "tau2_method", "DL"),
        (["--profile", "revman-5", "--tau2", "PM"], "tau2_method", "PM"),
        (["--profile", "meta-7"], "pi_method", "t(k-2)"),
        (["--profile", "metafor"], "pi_method", "normal"),
        (["--profile", "metafor", "--ci", "t"], "pi_method", "t(k-1)"),
        (["--profile", "iqwig-6"], "ci_method", "hartung-knapp-iqwig"),
    ],
)
def test_pool_under_a_profile(metasyn, table, options, key, value):
    answer = metasyn("pool", table, "--measure", "HR", "--json", *options)
    assert (answer.code, answer.err) == (0, "")
    (synthesis,) = json.loads(answer.out)["syntheses"]
    assert synthesis[key] == value
    readable = metasyn("pool", table, "--measure", "HR", *options)
    assert readable.code == 0
    assert "The rule of" in readable.out or "as requested" in readable.out


def test_pool_obeys_tau2_ci_and_i2(metasyn, table):
    def synthesis(*options):
        answer = metasyn("pool", table, "--measure", "HR", "--json", *options)
        assert answer.code == 0
        return json.loads(answer.out)["syntheses"][0]

    usual = synthesis()
    with_q_profile, with_q = (
        synthesis("--tau2", "DL"),
        synthesis("--tau2", "DL", "--tau2-ci", "generalised-q"),
    )
    assert with_q["tau2_ci"] != with_q_profile["tau2_ci"]
    assert with_q["estimate"] == with_q_profile["estimate"]
    from_q = synthesis("--i2", "Q")
    assert from_q["I2"] == pytest.approx(max(0.0, (usual["Q"] - 4) / usual["Q"]), rel=1e-11)
    assert (
        synthesis("--pi", "bootstrap", "--seed", "1")["pi"]
        != synthesis("--pi", "bootstrap", "--seed", "2")["pi"]
    )


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("compare", ["--profiles", "revman"], "--profiles must be one of"),
        ("compare", ["--profiles", "meta-8"], "two profiles or more"),
        ("compare", ["--profiles", "meta-8,meta-8"], "each once"),
        ("compare", ["--level", "95"], "0.95"),
        ("compare", ["--ci", "wald"], "--ci"),
        ("pool", ["--profile", "revman"], "'revman-5'"),
        ("pool", ["--tau2-ci", "QP"], "'q-profile'"),
        ("pool", ["--i2", "q"], "is called 'Q' here"),
        ("pool", ["--seed", "-1"], "seed"),
    ],
)
def test_a_wrong_option_is_refused_in_words(metasyn, table, command, options, words):
    answer = metasyn(command, table, "--measure", "HR", *options)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


def test_tables_are_read_as_in_pool(metasyn, tmp_path):
    assert metasyn("compare", tmp_path / "nowhere.csv", "--measure", "HR").code == 2
    path = tmp_path / "arms.csv"
    path.write_text("label,events_1,n_1,events_2,n_2\nA,0,40,0,41\nB,0,50,0,48\n", encoding="utf-8")
    answer = metasyn("compare", path, "--measure", "RR")
    assert (answer.code, answer.out) == (3, "")
    assert "\n  A: " in answer.err
    path.write_text(
        "label,events_1,n_1,events_2,n_2\nA,4,40,9,41\nB,0,50,0,48\nC,6,60,9,70\n", encoding="utf-8"
    )
    answer = metasyn("compare", path, "--measure", "RR")
    assert answer.code == 0
    assert "Excluded: B: " in answer.out
