"""Which route is taken: an analysis may prefer one, and each that the figures offer is tried in turn."""

from __future__ import annotations

import math
from typing import Any

import pytest

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.run import run_analysis
from metasyn.errors import OptionError
from tests.effects.conftest import Builder


def trials() -> Builder:
    """Three trials with a ratio and its interval; two also with p, one with medians and events."""
    builder = Builder().trial("oak").trial("elm").trial("ash")
    for name, ratio, ci, p in (
        ("oak", 0.70, (0.50, 0.98), 0.04),
        ("elm", 0.80, (0.60, 1.07), 0.13),
        ("ash", 0.95, (0.70, 1.29), None),
    ):
        builder.row(f"{name}.drug|{name}.placebo", "HR", ratio, ci, p=p)
    builder.row("ash.drug", "median", 12.0, events=60, unit="months")
    builder.row("ash.placebo", "median", 11.0, events=64, unit="months")
    return builder


def run(**options: Any) -> Any:
    analysis = Analysis(
        title="Drug",
        question="Does it help?",
        contrast=({"arm": "drug"}, {"arm": "placebo"}),
        outcomes=[Outcome("stroke", measure="HR", **options)],
    )
    return run_analysis(analysis, trials().build(), "drug").outcomes[0]


def test_an_outcome_may_prefer_a_route() -> None:
    plain, preferred = run(), run(prefer=["ratio and p"])
    assert [e.route.name for e in plain.effects.effects] == ["ratio and interval"] * 3
    assert [e.route.name for e in preferred.effects.effects] == ["ratio and p"] * 2 + ["ratio and interval"]
    with pytest.raises(OptionError, match="prefer: 'a guess' is no route to HR"):
        Outcome("stroke", measure="HR", prefer=["a guess"])  # type: ignore[list-item]


def test_each_route_on_offer_is_tried_where_it_can_be_had() -> None:
    outcome = run()
    varied = {s.label: s.result for s in outcome.sensitivity if s.group == "route"}
    assert list(varied) == [
        f"{name}, wherever the figures allow it"
        for name in ("ratio and p", "ratio and events", "medians and events")
    ]
    by_p = varied["ratio and p, wherever the figures allow it"]
    assert by_p.estimate == pytest.approx(run(prefer=["ratio and p"]).synthesis.estimate)
    by_medians = varied["medians and events, wherever the figures allow it"]
    third = by_medians.effects.effects[2]
    assert (third.yi, third.vi) == pytest.approx((math.log(11 / 12), 1 / 60 + 1 / 64))
    assert by_medians.k == 3
