"""All rows of an outcome beside one row per cohort: numbers of R, the right rows, reasons that stand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metasyn.analysis import Analysis
from metasyn.analysis.dependence import DependentSynthesis
from metasyn.analysis.run import run_analysis
from metasyn.effects import standardise
from metasyn.errors import OptionError
from metasyn.synthesis.robust import CheResult
from metasyn.values import Interval, NotEstimable
from tests.analysis.invented_dependence import RESPONSE, TEN, WITH_ALL_PARTS, invented

# Written by dependent_rows.R with metafor and clubSandwich.
REFERENCE = json.loads(Path(__file__).with_name("dependent_rows.json").read_text())


@pytest.fixture(scope="module")
def found() -> DependentSynthesis:
    part = run_analysis(RESPONSE, invented(), "response").outcomes[0]
    assert isinstance(part.dependence, DependentSynthesis)
    return part.dependence


def fitted(found: DependentSynthesis | NotEstimable) -> CheResult:
    assert isinstance(found, DependentSynthesis)
    assert isinstance(found.result, CheResult)
    return found.result


def test_the_numbers_are_those_of_r_at_every_correlation(found: DependentSynthesis) -> None:
    result = fitted(found)
    assert result.spec.rho == 0.6
    assert [at.rho for at in result.sensitivity] == [row["rho"] for row in REFERENCE]
    for at, row in zip(result.sensitivity, REFERENCE, strict=True):
        assert not isinstance(at.coefficients, NotEstimable)
        mean = at.coefficients[0]
        assert isinstance(mean.ci, Interval)
        ours = [mean.estimate, at.tau2, at.omega2, mean.se, mean.df, mean.ci.low, mean.ci.high]
        names = ("estimate", "tau2", "omega2", "se", "df", "ci_low", "ci_high")
        np.testing.assert_allclose(ours, [row[name] for name in names], rtol=2e-6)
    main = next(row for row in REFERENCE if row["rho"] == 0.6)
    assert [result.estimate, result.se, result.df] == pytest.approx(
        [main["estimate"], main["se"], main["df"]], rel=2e-6
    )


def test_the_rows_are_all_of_the_selection_and_the_headline_keeps_one_per_cohort(
    found: DependentSynthesis,
) -> None:
    x, n = (np.array(column, dtype=float) for column in list(zip(*TEN, strict=True))[3:])
    np.testing.assert_allclose(found.effects.yi, np.log(x / (n - x)), rtol=1e-13)
    np.testing.assert_allclose(found.effects.vi, 1 / x + 1 / (n - x), rtol=1e-13)
    assert found.added == (1,)
    assert found.redundant == ()
    part = run_analysis(RESPONSE, invented(), "response").outcomes[0]
    assert part.effects.k == 9
    assert "oak.treated before" not in [effect.cohort_id for effect in part.effects.effects]
    parts = run_analysis(replace(RESPONSE, overlap="parts"), invented(), "response").outcomes[0]
    assert isinstance(parts.dependence, DependentSynthesis)
    assert parts.dependence.added == (0,)
    assert fitted(parts.dependence).estimate == pytest.approx(REFERENCE[2]["estimate"], rel=2e-6)


def test_who_is_tied_to_whom_and_why(found: DependentSynthesis) -> None:
    assert [group.rows for group in found.groups.groups] == [
        (0, 1),
        (2, 3),
        (4, 5),
        (6,),
        (7,),
        (8,),
        (9,),
    ]
    kinds = [[tie.kind for tie in group.ties] for group in found.groups.tied]
    assert kinds == [["part of", "same study"], ["same study"], ["same registration"]]
    assert [(pair.rows, pair.assumed) for pair in found.pairs] == [((0, 1), False), ((4, 5), True)]
    assert [pair.correlation for pair in found.pairs] == pytest.approx([np.sqrt(24 / 60), 0.6], rel=1e-13)


def test_a_whole_with_all_its_parts_gives_way_to_the_parts() -> None:
    part = run_analysis(RESPONSE, invented(WITH_ALL_PARTS), "response").outcomes[0]
    found = part.dependence
    assert isinstance(found, DependentSynthesis)
    assert [effect.cohort_id for effect in found.effects.effects[:2]] == ["oak.young", "oak.old"]
    (row,) = found.redundant
    assert (row.label, row.in_headline) == ("Oak 2020: all", True)
    assert row.reason.endswith("(Oak 2020: young; Oak 2020: old)")
    # The same rows without the whole, which nothing then makes redundant.
    alone = [("oak", "young", "", 5, 25), ("oak", "old", "", 7, 35), *TEN[2:]]
    other = run_analysis(RESPONSE, invented(alone), "response").outcomes[0].dependence
    assert fitted(found).estimate == pytest.approx(fitted(other).estimate, rel=1e-9)


def test_a_row_that_is_another_but_for_rounding_is_left_out() -> None:
    # 99 of 100 participants in common: 1 - 0.99 of the sampling error is its own, 1 - 0.995 too little.
    for n, left in ((98, 0), (199, 1)):
        rows = (("oak", "all", "", n // 4, n + 1), ("oak", "complete", "all", n // 5, n), *TEN[2:])
        found = run_analysis(RESPONSE, invented(rows), "response").outcomes[0].dependence
        assert isinstance(found, DependentSynthesis)
        assert len(found.redundant) == left


def test_nothing_is_asked_where_nothing_is_tied() -> None:
    part = run_analysis(RESPONSE, invented(TEN[4:], registered={}), "response").outcomes[0]
    assert isinstance(part.dependence, NotEstimable)
    assert "no two rows" in part.dependence.reason


def test_one_group_alone_has_a_reason() -> None:
    found = run_analysis(RESPONSE, invented(TEN[:2]), "response").outcomes[0].dependence
    assert isinstance(found, DependentSynthesis)
    assert isinstance(found.result, NotEstimable)
    assert "all 2 rows are of one group (Oak 2020)" in found.result.reason


def test_the_level_is_that_of_the_analysis() -> None:
    asked = replace(RESPONSE, synthesis=RESPONSE.synthesis.update(level=0.9))
    wide, narrow = (
        fitted(run_analysis(a, invented(), "r").outcomes[0].dependence) for a in (RESPONSE, asked)
    )
    assert isinstance(wide.ci, Interval)
    assert isinstance(narrow.ci, Interval)
    assert narrow.ci.level == 0.9
    assert narrow.ci.high - narrow.ci.low < wide.ci.high - wide.ci.low


def test_all_rows_are_for_dependent_models_only() -> None:
    evidence = invented()
    selection = evidence.select(outcome="response", cohorts={"stage": "late"})
    assert standardise(selection, measure="PLO", overlap="all").k == 10
    with pytest.raises(OptionError, match="would count participants twice"):
        Analysis(
            title="t", question="q", cohorts={"stage": "late"}, outcomes=RESPONSE.outcomes, overlap="all"
        )
