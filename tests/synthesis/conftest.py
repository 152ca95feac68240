"""Reference values of metafor, as committed; see tests/reference/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(__file__).parents[1] / "reference" / "metafor.json"


@pytest.fixture(scope="session")
def reference() -> dict[str, Any]:
    sets: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))["sets"]
    return sets
