"""The facts of the routes, and their page."""

from __future__ import annotations

from pathlib import Path

import pytest

from metasyn.effects.survival.facts import SURVIVAL_ROUTES

PAGE = Path(__file__).parents[3] / "docs" / "routes.md"


@pytest.mark.parametrize("name", SURVIVAL_ROUTES)
def test_every_route_stands_on_the_page(name: str) -> None:
    facts = SURVIVAL_ROUTES[name]
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if f"| {name} |" in line]
    assert len(rows) == 1
    assert rows[0].startswith(f"| {facts.grade} | {name} |")


def test_grades_go_down_without_gaps() -> None:
    grades = [facts.grade for facts in SURVIVAL_ROUTES.values()]
    assert grades == sorted(grades)
    assert set(grades) == set(range(1, max(grades) + 1))


def test_only_printed_log_rank_figures_and_intervals_assume_nothing() -> None:
    free = {name for name, facts in SURVIVAL_ROUTES.items() if not facts.assumptions}
    assert free == {"ratio and interval", "ratio and standard error", "O-E and V", "O and E"}
