"""`metasyn verify`: with an R that is played, then with the real one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

CONFIRMS = """\
cat <<'END'
  ok       headline, estimate: reported 1, metafor 1
  not checked by R: the bootstrap interval, because it is drawn at random
  not checked by R: the bootstrap interval, because it is drawn at random

all 1 numbers confirmed by metafor 9.9, R 9.9.9
END
"""
DIFFERS = """\
cat <<'END'
  ok       headline, se: reported 1, metafor 1
  DIFFERS  Sleep: headline, estimate: reported 1, metafor 2

metafor 9.9, R 9.9.9
END
echo 'Error: 1 of 2 numbers differ' >&2
exit 1
"""


@pytest.fixture
def played(tmp_path):
    """An Rscript that has metafor and says what it is told to."""

    def make(says: str) -> Path:
        program = tmp_path / "Rscript"
        program.write_text(f'#!/bin/sh\ncase "$*" in *requireNamespace*) exit 0;; esac\n{says}')
        program.chmod(0o755)
        return program

    return make


def test_all_confirmed(metasyn, built, played):
    answer = metasyn("verify", "--rscript", played(CONFIRMS), cwd=built)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "sleep_with_tea: all 1 numbers confirmed by metafor 9.9, R 9.9.9",
        "  not checked by R: the bootstrap interval, because it is drawn at random",
        "tea_vs_water: all 1 numbers confirmed by metafor 9.9, R 9.9.9",
        "  not checked by R: the bootstrap interval, because it is drawn at random",
    ]


def test_a_difference_is_code_4(metasyn, built, played):
    answer = metasyn("verify", "tea_vs_water", "--rscript", played(DIFFERS), cwd=built)
    assert answer.code == 4
    assert answer.out.splitlines() == [
        "tea_vs_water: 1 of 2 numbers differ from those of metafor 9.9, R 9.9.9",
        "  Sleep: headline, estimate: reported 1, metafor 2",
    ]


def test_an_error_of_r_is_not_a_confirmation(metasyn, built, played):
    answer = metasyn("verify", "--rscript", played("echo 'Error: out of memory' >&2; exit 1"), cwd=built)
    assert answer.code == 4
    assert "tea_vs_water: R could not run verify.R: Error: out of memory" in answer.err
    assert metasyn("verify", "--rscript", played("exit 0"), cwd=built).code == 4


def test_the_last_answer_counts(metasyn, built, played):
    early = CONFIRMS.replace("  ok ", "all 7 numbers confirmed by a title\n  ok ", 1)
    answer = metasyn("verify", "tea_vs_water", "--rscript", played(early), cwd=built)
    assert answer.out.startswith("tea_vs_water: all 1 numbers confirmed by metafor 9.9, R 9.9.9\n")


def test_a_slow_r_is_stopped(metasyn, built, played):
    answer = metasyn(
        "verify", "tea_vs_water", "--timeout", "0.2", "--rscript", played("exec sleep 20"), cwd=built
    )
    assert answer.code == 4
    assert "did not finish within 0.2 seconds" in answer.err


def test_a_long_script_has_more_time(tmp_path):
    from metasyn.report.verify_run import usual_timeout

    script = tmp_path / "verify.R"
    script.write_text("#" * 100_000)
    assert usual_timeout(script) == 600
    script.write_text("#" * 1_400_000)
    assert usual_timeout(script) == 5600


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_a_timeout_is_a_time(metasyn, built, seconds):
    assert metasyn("verify", "--timeout", seconds, cwd=built).code == 2


def test_without_r_one_line_says_what_to_install(metasyn, built, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("PATH", os.devnull)
        answer = metasyn("verify", cwd=built)
    assert (answer.code, answer.out) == (5, "")
    assert len(answer.err.splitlines()) == 1
    assert "apt-get install r-base-core r-cran-metafor" in answer.err
    assert metasyn("verify", "--rscript", built / "Rscript", cwd=built).code == 5


def test_a_stale_report_is_refused(metasyn, built, played):
    script = built / "reports" / "tea_vs_water" / "verify.R"
    script.write_text(script.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    answer = metasyn("verify", "--rscript", played(CONFIRMS), cwd=built)
    assert answer.code == 1
    assert "tea_vs_water: out of date (verify.R was edited). First: metasyn run tea_vs_water" in answer.out
    assert "sleep_with_tea: all 1 numbers confirmed" in answer.out


def test_nothing_is_written(metasyn, built, played, snapshot):
    before = snapshot(built)
    metasyn("verify", "--rscript", played(CONFIRMS), cwd=built)
    assert snapshot(built) == before


def test_unknown_names(metasyn, built):
    assert metasyn("verify", "coffee", cwd=built).code == 2


@pytest.mark.slow
def test_the_real_r_confirms_the_tiny_project(metasyn, built):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not on this machine")
    answer = metasyn("verify", "tea_vs_water", cwd=built)  # several reports: see above
    if answer.code == 5:
        pytest.skip(answer.err)
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.count("numbers confirmed by metafor") == 1


def test_a_report_that_came_with_the_project_is_verified_as_it_came(metasyn, built, played):
    (built / "reports" / "tea_vs_water" / ".manifest.json").unlink()
    answer = metasyn("verify", "tea_vs_water", "--rscript", played(CONFIRMS), cwd=built)
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == (
        "  tea_vs_water was not built here: these are the numbers of the report as it came; whether the "
        "tables still give them: metasyn run --check tea_vs_water"
    )
    (built / "reports" / "tea_vs_water" / "verify.R").unlink()
    answer = metasyn("verify", "tea_vs_water", "--rscript", played(CONFIRMS), cwd=built)
    assert answer.code == 1
    assert "never built here" in answer.out


def test_what_is_said_of_every_run_without_a_study_is_said_once(metasyn, built, played):
    lines = [
        f"  not checked by R: {run}glmm (t), mean (marginal): its interval, because metafor has none"
        for run in ("", "without Ash 2001: a, b, ", "without Birch, ")
    ]
    lines.append("  not checked by R: without Birch, share of weight, because metafor gives none")
    says = CONFIRMS.replace(
        "  not checked by R: the bootstrap interval, because it is drawn at random", "\n".join(lines)
    )
    answer = metasyn("verify", "tea_vs_water", "--rscript", played(says), cwd=built)
    assert answer.out.splitlines()[1:] == [
        "  not checked by R: glmm (t), mean (marginal): its interval, because metafor has none",
        "  not checked by R: without one study, in 2 runs: glmm (t), mean (marginal): its interval, because "
        "metafor has none",
        "  not checked by R: without Birch, share of weight, because metafor gives none",
    ]
