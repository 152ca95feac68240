"""A cohort without a route is told one reason; every route that was tried stays beside it."""

from __future__ import annotations

from typing import Any

from metasyn.effects import standardise
from metasyn.effects.routes.candidates import Attempts

DRUG, PLACEBO = "oak.drug", "oak.placebo"


def test_the_reason_is_that_of_a_figure_that_is_there(trials: Any) -> None:
    oak = trials().trial(n=(None, None))
    oak.row(DRUG, "percent", 30.0, unit="percent", outcome="cough")
    (none,) = standardise(oak.single(), measure="PLO").exclusions
    assert none.told == "no proportion can be obtained: 30.0 has no printed number of participants"
    assert "no interval is printed with it" in none.reason


def test_both_groups_have_a_reason_each(trials: Any) -> None:
    oak = trials().trial(n=(None, None))
    for cohort in (DRUG, PLACEBO):
        oak.row(cohort, "percent", 30.0, unit="percent", outcome="cough")
    (none,) = standardise(oak.contrast("cough"), measure="OR").exclusions
    assert none.told == (
        "no odds ratio can be obtained: the cohort (drug): 30.0 has no printed number of participants; "
        "the comparator (placebo): 30.0 has no printed number of participants"
    )


def test_what_is_absent_is_told_only_where_nothing_is_there() -> None:
    attempts = Attempts()
    attempts.refuse("ratio and interval", "no hazard ratio of this contrast is printed")
    assert attempts.nearest() == (
        "no hazard ratio of this contrast is printed, nor figures that it follows from"
    )
    attempts.refuse("medians", "the median of women is not a number (not reached)")
    assert attempts.nearest() == "the median of women is not a number (not reached)"
    assert Attempts().nearest() == ""
