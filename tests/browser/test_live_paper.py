"""The printed page: nothing that introduces something stands alone at the foot of a sheet."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.shipped import NAMES, Shipped

Visit = Callable[..., Any]


def sheets(page: Any, folder: Path) -> list[list[str]]:
    """The lines of every sheet."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    page.pdf(path=folder / "x.pdf", prefer_css_page_size=True)
    made = subprocess.run(
        ["pdftotext", "-layout", "x.pdf", "-"], cwd=folder, capture_output=True, check=True, text=True
    )
    texts = made.stdout.removesuffix("\f").split("\f")
    return [[" ".join(line.split()) for line in text.splitlines() if line.strip()] for text in texts]


@pytest.mark.parametrize("name", NAMES)
def test_what_introduces_stays_with_what_follows(
    name: str, reports: dict[str, Shipped], read_only: Visit, tmp_path: Path
) -> None:
    page = read_only(reports[name].url)
    texts = "(all) => all.map((one) => one.textContent.trim().replaceAll(/\\s+/g, ' '))"
    leads = set(page.locator("h1, h2, h3, .lead-in").evaluate_all(texts))
    heads = set(
        page.locator("thead tr").evaluate_all(
            "(all) => all.map((one) => [...one.cells].map((c) => c.textContent.trim()).join(' '))"
        )
    )
    found = sheets(page, tmp_path)
    assert len(found) > 5
    for lines in found:
        assert lines[-1] not in leads | heads
        assert not any(re.match(r"Table \d+\.", line) for line in lines[-2:]), lines[-3:]
