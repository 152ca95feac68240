"""Which routes a measure can have: the list says what the modules of the routes do."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from metasyn.effects import standardise
from metasyn.effects.measure import FROM_REPORTS
from metasyn.effects.routes import margin_figures, median_figures, proportion_figures, reported_ratios
from metasyn.effects.routes.measure_routes import require_routes, routes_of
from metasyn.effects.survival.facts import SURVIVAL_ROUTES
from metasyn.errors import OptionError
from metasyn.vocabulary import RouteName
from tests.effects.conftest import Builder

AB = "oak.drug|oak.placebo"


def test_every_measure_of_the_tables_has_routes_and_every_word_is_known() -> None:
    for measure in FROM_REPORTS:
        routes = routes_of(measure)
        assert routes
        assert len(set(routes)) == len(routes)
        assert set(routes) <= set(get_args(RouteName))
    assert routes_of("MD") == ()


def test_the_list_is_that_of_the_modules() -> None:
    assert set(routes_of("HR")) == set(SURVIVAL_ROUTES)
    assert set(routes_of("MEDLN")) == set(median_figures._GRADES)
    for code in ("RR", "OR"):
        assert set(routes_of(code)) >= {*margin_figures._GRADES, *reported_ratios._AFTER_COUNTS}
    assert set(routes_of("RD")) >= set(margin_figures._GRADES)
    by_share = {
        f"{what} and {by}" for what in ("proportion", "1-S") for by in proportion_figures._GRADES
    } & set(get_args(RouteName))
    assert by_share <= set(routes_of("PLO"))


def rich() -> Builder:
    """One trial that offers very many routes."""
    builder = Builder().trial("oak")
    builder.row(AB, "RR", 0.5, (0.3, 0.83), p=0.006).row(AB, "OR", 0.44, (0.25, 0.78), p=0.005)
    builder.row(AB, "RD", -0.15, (-0.25, -0.05)).row(AB, "HR", 0.6, (0.4, 0.9), p=0.01)
    for group, events, percent in (("oak.drug", 15, 15.0), ("oak.placebo", 30, 30.0)):
        builder.row(group, "events", events, events=events, n=100)
        builder.row(group, "percent", percent, n=100)
        builder.row(group, "median", 12.0 if group == "oak.drug" else 9.0, (7.0, 15.0), unit="months")
    return builder


@pytest.mark.parametrize("measure", FROM_REPORTS)
def test_what_is_taken_and_offered_is_in_the_list(measure: Any) -> None:
    single = measure in ("PLO", "PLN", "PAS", "PR", "MEDLN")
    selection = rich().single("stroke") if single else rich().contrast()
    if measure == "MEDLN":
        selection = rich().single("stroke")
    effect = standardise(selection, measure=measure).effects[0]
    for name in (effect.route.name, *effect.other_routes):
        assert name in routes_of(measure)
        assert standardise(selection, measure=measure, prefer=[name]).effects[0].route.name == name


def test_a_route_that_the_measure_cannot_have_is_refused() -> None:
    with pytest.raises(OptionError, match=r"'O-E and V' is no route to RR\. There are: 'events'"):
        standardise(rich().contrast(), measure="RR", prefer=["O-E and V"])
    with pytest.raises(OptionError, match="prefer: 'events' is no route to HR"):
        standardise(rich().contrast(), measure="HR", prefer=["events"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [("O-E and v", "O-E and V"), ("ratio and CI", "ratio and interval"), ("O−E and V", "O-E and V")],
)
def test_a_wrong_word_gets_the_nearest_and_not_the_whole_list(written: str, meant: str) -> None:
    with pytest.raises(OptionError) as refused:
        require_routes([written], "HR")
    assert f"Did you mean {meant!r}" in str(refused.value) or f"or {meant!r}" in str(refused.value)
    assert str(refused.value).count("'") <= 2 + 2 * 3
