"""Reference values of metafor, as committed; see tests/reference/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metasyn.effects.compute import effect_sizes
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult

REFERENCE = Path(__file__).parents[1] / "reference" / "metafor.json"


@pytest.fixture(scope="session")
def reference() -> dict[str, Any]:
    sets: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))["sets"]
    return sets


@pytest.fixture(scope="session")
def bcg_synthesis() -> SynthesisResult:
    """Risk ratios of the 13 BCG trials (Colditz 1994) with their counts, pooled by the stated policy."""
    effects = effect_sizes(
        "RR",
        events_1=[4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
        n_1=[123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
        events_2=[11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
        n_2=[139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
        attributes={
            "latitude": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
            "allocation": [*"rrrraarrrssss"],
        },
    )
    return pool(effects)
