"""The command as a process: start-up, pipes, terminals, interruptions, defects."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from metasyn.cli.exit_codes import ExitCode

HEAVY = {"numpy", "scipy", "pandas", "matplotlib", "statsmodels", "jinja2", "typst"}

# Runs the command, then says on stderr which heavy modules it loaded.
LOADED = f"""
import sys
from metasyn.cli import main
code = main(sys.argv[1:])
print(*sorted(set(sys.modules) & set({sorted(HEAVY)})), file=sys.stderr)
sys.exit(code)
"""

# Dies like a killed process while the third file of a report is being written.
KILLED = """
import os, sys
import metasyn.report.atomic as atomic
write, count = atomic._write, iter(range(100))
def dying(path, content):
    if next(count) == 2:
        os._exit(9)
    write(path, content)
atomic._write = dying
from metasyn.cli import main
sys.exit(main(["run", "--force"]))
"""


@pytest.fixture
def hazard_ratios(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text("label,estimate,ci_low,ci_high\nÄ,0.62,0.47,0.82\nB,0.90,0.70,1.16\nC,0.75,0.5,1.12\n")
    return path


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["pool", "--help"], ["run", "--help"], []])
def test_help_is_light(process, tmp_path, arguments):
    answer = process("-c", LOADED, *arguments, cwd=tmp_path)
    assert (answer.code, answer.err.split()) == (0, [])
    assert re.search(r"metasyn|\d\.\d", answer.out)


@pytest.mark.parametrize("command", ["run", "check", "list", "pool", "forest", "new"])
def test_every_command_has_help_with_examples(metasyn, command):
    answer = metasyn(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert f"  metasyn {command}" in answer.out
    assert "Examples:" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    assert f" {command} " in metasyn("--help").out


def test_a_run_that_changes_nothing_is_light(process, built):
    answer = process("-c", LOADED, "run", cwd=built)
    assert (answer.code, answer.err.split()) == (0, [])
    assert answer.out == "sleep_with_tea: up to date\ntea_vs_water: up to date\n"


def test_a_script_runs_as_a_file(process, built, tmp_path):
    script = built / "analyses" / "tea_vs_water.py"
    assert process(script, cwd=tmp_path) == (0, "tea_vs_water: up to date\n", "")
    forced = process(script, "--force", cwd=tmp_path)
    assert (forced.code, forced.err) == (0, "")
    assert forced.out.startswith("tea_vs_water: built (--force)")
    assert "\x1b" not in forced.out
    assert "sleep_with_tea" not in forced.out
    assert process(script, "--no-such-option", cwd=tmp_path).code == 2


def test_a_script_outside_a_project(process, tiny_project, tmp_path):
    script = tmp_path / "lonely.py"
    script.write_bytes((tiny_project / "analyses" / "tea_vs_water.py").read_bytes())
    answer = process(script, cwd=tmp_path)
    assert answer.code == 2
    assert "not a metasyn project" in answer.err
    assert "Traceback" not in answer.err


def test_progress_is_shown_on_a_terminal_only(tiny_project):
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "metasyn", "run", "tea_vs_water"],
        cwd=tiny_project,
        env={**os.environ, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "building tea_vs_water (0 of 1 done)" in shown
    assert b"of 1 done" not in done.stdout


@pytest.mark.slow
def test_killed_while_writing(process, metasyn, built, snapshot):
    before = snapshot(built)
    assert process("-c", KILLED, cwd=built).code == 9
    during = snapshot(built)
    assert len(during) > len(before)  # what the dead process had begun
    assert {name: during[name] for name in before} == before
    assert metasyn("run", cwd=built).out.count("up to date") == 2
    assert metasyn("run", "--force", cwd=built).code == 0
    assert snapshot(built) == before


def test_interrupted(metasyn, tiny_project):
    (tiny_project / "analyses" / "tea_vs_water.py").write_text("raise KeyboardInterrupt\n")
    answer = metasyn("run", "tea_vs_water", cwd=tiny_project)
    assert answer == (130, "", "metasyn: interrupted.\n")


def test_control_c(tiny_project):
    (tiny_project / "analyses" / "tea_vs_water.py").write_text(
        "import time\nprint('ready', flush=True)\ntime.sleep(30)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "metasyn", "run", "tea_vs_water"],
        cwd=tiny_project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Under nohup, and on many CI runners, a process inherits an ignored interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (130, "metasyn: interrupted.\n")


def test_a_reader_who_leaves_early(hazard_ratios):
    with subprocess.Popen(
        [sys.executable, "-m", "metasyn", "pool", str(hazard_ratios), "--measure", "HR"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        err = running.stderr.read()
    assert (running.returncode, err) == (ExitCode.BROKEN_PIPE, b"")


def test_a_terminal_that_knows_ascii_only(process, hazard_ratios, tmp_path):
    call = ("-m", "metasyn", "pool", hazard_ratios, "--measure", "HR")
    text = process(*call, cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (text.code, text.err) == (0, "")
    document = process(*call, "--json", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (document.code, document.err) == (0, "")
    (synthesis,) = json.loads(document.out)["syntheses"]
    assert synthesis["rows"][0]["label"] == "Ä"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pol"], "pol"),
        (["pool"], "--help"),
        (["run", "--forse"], "--forse"),
        (["list", "everything"], "everything"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_misspelt_call_is_code_2(metasyn, tmp_path, arguments, words):
    answer = metasyn(*arguments, cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert "Try 'metasyn" in answer.err


def test_a_defect_is_said_to_be_one(metasyn, hazard_ratios, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("wires crossed")

    monkeypatch.setattr(import_module("metasyn.synthesis.pool"), "pool_named", broken)
    answer = metasyn("pool", hazard_ratios, "--measure", "HR")
    assert (answer.code, answer.out) == (ExitCode.INTERNAL_ERROR, "")
    assert "wires crossed" in answer.err
    assert "Please report" in answer.err


def test_a_missing_library_is_said_with_the_remedy(metasyn, hazard_ratios, monkeypatch):
    def absent(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'typst'", name="typst")

    monkeypatch.setattr(import_module("metasyn.synthesis.pool"), "pool_named", absent)
    answer = metasyn("pool", hazard_ratios, "--measure", "HR")
    assert answer.code == 1
    assert "pip install 'metasyn-evidence[all]'" in answer.err


def test_exit_codes_are_what_the_help_says():
    assert [ExitCode(code).name for code in range(4)] == [
        "OK", "STALE_OR_FAILED_CHECK", "BAD_INPUT", "NOT_ESTIMABLE",
    ]  # fmt: skip
