"""The tutorial runs, and its committed outputs are what it gives."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "tutorial.ipynb"

# IPython's kernel warns of things of its own; they are not ours to answer for.
pytestmark = pytest.mark.filterwarnings("default")


def executed(path: Path) -> Any:
    """The notebook run again, by the command that writes it."""
    spec = importlib.util.spec_from_file_location("run_notebook", ROOT / "scripts" / "run_notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.executed(path)


def words(html: str) -> list[str]:
    """What a reader reads of a page or figure, without how it is drawn."""
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split()


def said(notebook: Any) -> list[tuple[str, str, object]]:
    """Everything the cells say, cell by cell."""
    found: list[tuple[str, str, object]] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                found.append((cell.id, output.name, output.text))
            for kind, data in sorted(output.get("data", {}).items()):
                found.append((cell.id, kind, data if kind == "text/plain" else words(data)))
    return found


def test_the_outputs_are_up_to_date() -> None:
    committed = nbformat.read(NOTEBOOK, as_version=4)
    fresh = executed(NOTEBOOK)
    assert said(fresh) == said(committed), "run `make tutorial`"
    assert {kind for _, kind, _ in said(fresh)} == {"image/svg+xml", "stdout", "text/html", "text/plain"}
    assert [cell.execution_count for cell in fresh.cells if cell.cell_type == "code"] == list(range(1, 12))


def test_the_page_names_no_machine_and_no_time() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert " at 0x" not in text
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert {len(cell.metadata) for cell in notebook.cells} == {0}
