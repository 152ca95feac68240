"""The gallery is what its command draws, and the examples of docs/figures.md run."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
GALLERY = ROOT / "docs" / "gallery"
# One of each section; the whole would take seconds.
CHECKED = ("preset-lancet-12", "cumulative", "prediction-density", "width-one-column", "dark", "chart-baujat")


@pytest.fixture(scope="module")
def gallery() -> Any:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        return importlib.import_module("gallery")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.mark.parametrize("slug", CHECKED)
def test_a_figure_is_up_to_date(gallery: Any, slug: str) -> None:
    (entry,) = (one for one in gallery.entries() if one.slug == slug)
    drawn = gallery.svg_of(entry)
    assert drawn == gallery.svg_of(entry)
    assert (GALLERY / f"{slug}.svg").read_bytes() == drawn, "run `make gallery`"


def test_the_page_shows_every_figure_that_is_there(gallery: Any) -> None:
    listed = list(gallery.entries())
    slugs = [entry.slug for entry in listed]
    assert len(set(slugs)) == len(slugs)
    assert {path.name for path in GALLERY.iterdir()} == {"README.md", *(f"{slug}.svg" for slug in slugs)}
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert page == gallery.index(listed), "run `make gallery`"
    assert re.findall(r"\]\((.*?)\.svg\)", page) == slugs
    assert {entry.section for entry in listed if entry.slug in CHECKED} == {entry.section for entry in listed}


@pytest.mark.skipif(importlib.util.find_spec("forestplot") is None, reason="an extra")
def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "figures.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert len(blocks) == 3
    names: dict[str, Any] = {}
    exec(compile("\n".join(blocks), "figures.md", "exec"), names)
    assert names["svg"].startswith(b"<?xml")
    assert names["pdf"].startswith(b"%PDF")
    assert len(names["rows"]) == 5
    assert (tmp_path / "quick.png").exists()


def test_links_of_the_page_lead_somewhere() -> None:
    text = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
