"""The printed results in docs/ are those that the code beside them prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(r"```python\n(.*?)```\n\n```\n(.*?)```", re.DOTALL)
# Steps of a search and what lies below rounding may differ between machines.
OF_MACHINES = re.compile(r"\d+ steps|it moves by [\d.e-]+")


@pytest.mark.parametrize("name", ["glmm", "bayes", "multilevel", "dependence"])
def test_an_example_prints_what_stands_below_it(name: str) -> None:
    code, printed = EXAMPLE.findall((DOCS / f"{name}.md").read_text(encoding="utf-8"))[0]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    assert OF_MACHINES.sub("", out.getvalue()) == OF_MACHINES.sub("", printed)
