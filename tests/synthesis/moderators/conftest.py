"""Reference values of metafor for regressions; see tests/reference/regression.R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(__file__).parents[2] / "reference" / "regression.json"


@pytest.fixture(scope="session")
def made_with_r() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return made


@pytest.fixture(scope="session")
def bcg(made_with_r: dict[str, Any]) -> dict[str, Any]:
    """Arguments for the 13 BCG trials: yi, vi and data."""
    data = made_with_r["data"]
    return {
        "yi": data["yi"],
        "vi": data["vi"],
        "data": {name: data[name] for name in ("ablat", "year", "alloc")},
    }
