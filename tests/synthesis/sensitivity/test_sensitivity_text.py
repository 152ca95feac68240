"""`print` of sensitivity analyses of the BCG trials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import (
    baujat,
    blup,
    cumulative,
    gosh,
    influence,
    leave_one_out,
    leave_one_out_table,
    radial,
    residuals,
)

PER_STUDY: dict[str, tuple[Callable[[SynthesisResult], Any], tuple[str, ...]]] = {
    "influence": (influence, ("rstudent", "dffits", "cooks_distance", "estimate_deleted", "tau2_deleted")),
    "residuals": (residuals, ("raw", "se", "standardised", "pearson", "studentised", "weight")),
    "blup": (blup, ("estimate", "se", "pi_low", "pi_high", "random_effect", "shrinkage")),
    "baujat": (baujat, ("contribution", "influence")),
    "radial": (radial, ("x", "y")),
}


@pytest.mark.parametrize("name", PER_STUDY)
def test_one_line_per_study_with_its_numbers(bcg_synthesis: SynthesisResult, name: str) -> None:
    make, columns = PER_STUDY[name]
    record = make(bcg_synthesis)
    text = str(record)
    assert "array(" not in text
    rows = [line.split() for line in text.splitlines() if line.startswith("Study ")]
    assert [row[1] for row in rows] == [str(i) for i in range(1, 14)]
    for i, row in enumerate(rows):
        assert {f"{getattr(record, column)[i]:.6g}" for column in columns} <= set(row)


def test_influential_studies_are_named_with_their_reasons() -> None:
    found = influence(yi=[0.1, 0.12, 0.08, 0.11, 3.0], vi=[0.01, 0.02, 0.015, 0.02, 0.01])
    last = str(found).splitlines()[-1]
    assert last.startswith("influential: ")
    flagged = [label for label, reasons in zip(found.labels, found.reasons, strict=True) if reasons]
    assert flagged == ["Study 5"]
    assert last == f"influential: Study 5 ({', '.join(found.reasons[4])})"


def test_none_influential(bcg_synthesis: SynthesisResult) -> None:
    assert "influential: none by the cut-offs" in str(influence(bcg_synthesis))


def test_long_tables_end_after_forty_rows() -> None:
    rng = np.random.default_rng(1)
    text = str(residuals(yi=rng.normal(size=55), vi=rng.uniform(0.1, 1, 55)))
    rows = [line for line in text.splitlines() if line.startswith("Study ")]
    assert len(rows) == 40
    assert "... and 15 more (to_frame() has all)" in text


def test_gosh_shows_how_the_subsets_are_distributed(bcg_synthesis: SynthesisResult) -> None:
    found = gosh(bcg_synthesis, n_subsets=200)
    lines = str(found).splitlines()
    assert lines[0].startswith("200 syntheses (random-effects, REML) of subsets drawn at random, seed 1,")
    row = next(line.split() for line in lines if line.startswith("estimate"))
    ordered = np.sort(found.estimate)
    assert (row[1], row[5]) == (f"{ordered[0]:.6g}", f"{ordered[-1]:.6g}")
    assert row[3] == f"{(ordered[99] + ordered[100]) / 2:.6g}"
    whole = str(gosh(yi=[0.1, 0.4, 0.2], vi=[0.1, 0.1, 0.2]))
    assert whole.startswith("7 syntheses (")
    assert "of all subsets of 3 effects" in whole


def test_cumulative_and_leave_one_out(bcg_synthesis: SynthesisResult) -> None:
    steps = cumulative(bcg_synthesis, order="latitude")
    lines = str(steps).splitlines()
    assert lines[0] == "cumulative synthesis in the order: latitude (random-effects, hartung-knapp)"
    assert lines[2].split()[:5] == ["+", "Study", "5", "13", "1"]
    assert f"{bcg_synthesis.estimate:.6g}" in lines[14]
    assert str(steps.steps[-1]).startswith(f"with Study 2: {bcg_synthesis.estimate:.6g}")
    assert "latitude" not in str(cumulative(bcg_synthesis)).splitlines()[1]
    without = leave_one_out(bcg_synthesis)
    table = str(leave_one_out_table(without)).splitlines()
    assert table[0] == "without each effect in turn"
    for one, line in zip(without, table[2:], strict=True):
        assert line.startswith(one.omitted)
        assert f"{one.result.estimate:.6g}" in line
        assert str(one).startswith(f"without {one.omitted}: {one.result.estimate:.6g}")
