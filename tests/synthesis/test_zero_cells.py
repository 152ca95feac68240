"""A pooled log ratio says to how many studies 1/2 was added, and what does without."""

from __future__ import annotations

import pytest

import metasyn

SPARSE = {"events_1": [0, 4, 3], "n_1": [40, 50, 60], "events_2": [2, 9, 8], "n_2": [40, 50, 60]}
FULL = {**SPARSE, "events_1": [1, 4, 3]}


def notes(result: object) -> list[str]:
    return [one.message for one in result.findings if one.code == "zero-cells"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("measure", "named"), [("OR", "model='glmm'"), ("RR", "mantel_haenszel()")])
def test_the_note_counts_the_studies_and_names_another_way(measure: str, named: str) -> None:
    (note,) = notes(metasyn.pool(metasyn.effect_sizes(measure, **SPARSE)))
    assert "1 of 3 studies" in note
    assert named in note
    assert notes(metasyn.pool(metasyn.effect_sizes(measure, **FULL))) == []


def test_nothing_is_said_where_nothing_was_added() -> None:
    assert notes(metasyn.pool(metasyn.effect_sizes("OR", **SPARSE), model="glmm")) == []
    assert notes(metasyn.pool(metasyn.effect_sizes("RD", **SPARSE))) == []
    assert notes(metasyn.pool(yi=[0.1, 0.2, 0.3], vi=[0.1, 0.1, 0.1], measure="OR")) == []
