"""The examples of docs/many.md run, and its table knows every status."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import metasyn.batch
from metasyn.batch.statuses import STATUS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "many.md").read_text(encoding="utf-8")


def test_the_examples_run() -> None:
    examples = doctest.DocTestParser().get_doctest(PAGE, {}, "many.md", None, 0)
    found = doctest.DocTestRunner(verbose=False).run(examples)
    assert found.attempted >= 20
    assert found.failed == 0


def test_every_status_and_every_function_is_there() -> None:
    section = PAGE.split("## What a status means")[1].split("```")[0]
    assert re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE).__len__() == len(STATUS)
    assert set(re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)) == set(STATUS)
    functions = {name for name in metasyn.batch.__all__ if name[0].islower()}
    assert {name for name in functions if f"import {name}" in PAGE or f", {name}" in PAGE} == functions
