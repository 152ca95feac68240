"""The committed coverage counts: complete, recounted at their seed, and held against the bars."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from metasyn.synthesis import pool
from metasyn.synthesis.glmm import pool_glmm
from metasyn.vocabulary import CiMethod, choices

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "interval_coverage.py"
# Every kind of data, the default by each of its rules; the other cells are recounted by `make slow`.
QUICK = (
    ("normal", "one study 10:1", 3, 0.5),
    ("normal", "alternating 10:1", 10, 0.1),
    ("prior", "half-normal(0.5)", 3, None),
    ("proportions", "1 %", 3, 0.5),
    ("proportions", "10 %", 2, 0.1),
)


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script, with the search path as it was afterwards."""
    before = list(sys.path)
    found = spec_from_file_location("interval_coverage", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    yield module
    sys.path[:] = before


@pytest.fixture(scope="module")
def counts(script: ModuleType) -> list[Any]:
    """All that is committed."""
    return script.committed()


def test_every_cell_is_there_with_its_trials(script: ModuleType, counts: list[Any]) -> None:
    kept = {one.family for one in counts}
    assert kept >= {"normal", "prior", "proportions"}
    expected = [
        (cell, method, trials)
        for family in script.FAMILIES.values()
        if family.name in kept
        for cell in family.cells()
        for method, trials in family.trials(cell).items()
    ]
    assert [(one.cell, one.method, one.trials) for one in counts] == expected


def test_trials_are_as_many_as_two_points_need(counts: list[Any]) -> None:
    """The standard error of a coverage of 95 % is below 0.7 points everywhere."""
    fewest = min(one.trials for one in counts)
    assert 100 * np.sqrt(0.95 * 0.05 / fewest) < 0.7
    few = [one.trials for one in counts if one.method == "default" and one.family == "normal"]
    assert min(few) >= 2000


def test_every_interval_of_pool_is_simulated(counts: list[Any]) -> None:
    normal = {one.method for one in counts if one.family == "normal"}
    assert set(choices(CiMethod)) - {"credible"} <= normal
    assert {"common-effect", "half-normal(0.5)", "default"} <= normal


def _recounted(script: ModuleType, counts: list[Any], cell: Any) -> None:
    from coverage_cells.cells import FIRST, count

    again = count(script.FAMILIES[cell.family], cell, FIRST)
    there = [one for one in counts if one.cell == cell]
    assert [(x.method, x.given, x.covered) for x in again] == [
        (x.method, x.first_given, x.first_covered) for x in there
    ]


@pytest.mark.parametrize("where", QUICK, ids=lambda where: "-".join(map(str, where)))
def test_cells_are_what_the_script_counts(
    script: ModuleType, counts: list[Any], where: tuple[Any, ...]
) -> None:
    from coverage_cells.cells import Cell

    family, setting, k, tau = where
    _recounted(script, counts, Cell(family=family, setting=setting, k=k, tau=tau))


@pytest.mark.slow
def test_all_cells_are_what_the_script_counts(script: ModuleType, counts: list[Any]) -> None:
    for cell in dict.fromkeys(one.cell for one in counts):
        _recounted(script, counts, cell)


@pytest.mark.slow
def test_a_whole_cell_is_what_the_script_counts(script: ModuleType, counts: list[Any]) -> None:
    from coverage_cells.cells import count

    family = script.FAMILIES["normal"]
    cell = next(one for one in family.cells() if one.k == 5 and one.tau == 0.5)
    assert count(family, cell) == [one for one in counts if one.cell == cell]


def test_the_page_shows_the_counts(script: ModuleType, counts: list[Any]) -> None:
    text = script.PAGE.read_text(encoding="utf-8")
    assert script.page(text, counts) == text


def test_promises_are_kept(counts: list[Any]) -> None:
    from coverage_cells.promises import PROMISES, broken, promised

    assert broken(counts) == []
    made = {(promise.family, promise.method) for promise, _ in promised(counts)}
    kept = {one.family for one in counts}
    assert made == {(promise.family, promise.method) for promise in PROMISES if promise.family in kept}


def test_a_promise_that_is_not_kept_is_found(counts: list[Any]) -> None:
    from dataclasses import replace

    from coverage_cells.promises import broken, promised

    promise, one = next(pair for pair in promised(counts) if pair[0].kind == "nominal")
    for covered in (round(0.929 * one.given), round(0.971 * one.given)):
        assert broken([replace(one, covered=covered)]), (promise, covered)


def test_the_default_is_never_below_ninety(counts: list[Any]) -> None:
    from coverage_cells.promises import FLOOR

    low = [one.cell for one in counts if one.method == "default" and one.coverage < FLOOR]
    # Not among the cells of the bar, and told on the page: 1/2 added to very many empty cells.
    assert [(cell.family, cell.setting, cell.k, cell.tau) for cell in low] == [("two-groups", "5 %", 30, 0.5)]
    assert all(
        one.given == one.trials for one in counts if one.method == "default" and one.family == "normal"
    )


def test_variances_have_the_ratio_they_are_named_for(script: ModuleType) -> None:
    from coverage_cells.normal import VARIANCE, variances

    for k in (2, 3, 5, 10, 30):
        for setting, ratio in (("equal", 1), ("alternating 10:1", 10), ("one study 10:1", 10)):
            v = variances(k, setting)
            assert v.max() / v.min() == pytest.approx(ratio)
            assert v[0] == v.min()
        assert np.log(variances(k, "one study 10:1")).mean() == pytest.approx(np.log(VARIANCE))


@pytest.mark.parametrize(
    ("events", "n"),
    [
        ([0, 1], [20, 40]),
        ([0, 0, 0], [20, 30, 11]),
        ([3, 0, 1, 6], [20, 30, 11, 90]),
        ([0, 5, 7], [9, 30, 30]),
    ],
)
def test_the_headline_is_that_of_pool(script: ModuleType, events: list[int], n: list[int]) -> None:
    from coverage_cells.proportions import effects_of, headline

    effects = effects_of((np.array(events), np.array(n)))
    whole = pool(effects)
    assert headline(effects)[:2] == (whole.ci, whole.policy.rule)


def test_the_profile_holds_what_its_interval_holds(script: ModuleType) -> None:
    from coverage_cells.mixed_profile import profile_holds

    columns = {"events": [3, 0, 1, 6], "n": [20, 30, 11, 90]}
    found = pool_glmm(**columns, ci_method="profile-likelihood", separation="refuse")
    ends = (found.ci.low, found.ci.high)
    for end, sign in zip(ends, (-1, 1), strict=True):
        assert not profile_holds(found, end + sign * 1e-4, 0.95)
        assert profile_holds(found, end - sign * 1e-4, 0.95)
