"""A pooled log ratio says to how many studies 1/2 was added, and what does without."""

from __future__ import annotations

import pytest

import metasyn
from metasyn.errors import NotEstimableError
from metasyn.synthesis.glmm import pool_glmm

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


ONE_SIDED = {"events_1": [0, 0, 0], "n_1": [20, 45, 30], "events_2": [2, 7, 1], "n_2": [22, 44, 28]}
RATES = {"events_1": [0, 0], "time_1": [20.0, 30.0], "events_2": [3, 6], "time_2": [22.0, 29.5]}


def test_where_all_events_lie_on_one_side_it_names_what_has_an_estimate() -> None:
    effects = metasyn.effect_sizes("OR", **ONE_SIDED)
    (note,) = notes(metasyn.pool(effects))
    assert "model='glmm' has no estimate; measure='PETO' with zero_cells='none'" in note
    with pytest.raises(NotEstimableError, match="measure='PETO' with zero_cells='none'"):
        metasyn.pool(effects, model="glmm")
    assert pool_glmm(effects).method != "maximum likelihood"
    # R, metafor 3.8-1: rma.peto(ai=c(0,0,0), n1i=c(20,45,30), ci=c(2,7,1), n2i=c(22,44,28))
    peto = metasyn.effect_sizes("PETO", **ONE_SIDED, zero_cells="none")
    found = metasyn.pool(peto, model="common-effect")
    assert (round(found.estimate, 4), round(found.se, 4)) == (-2.1163, 0.6500)


def test_of_rates_on_one_side_penalised_likelihood_is_named() -> None:
    effects = metasyn.effect_sizes("IRR", **RATES)
    (note,) = notes(metasyn.pool(effects))
    assert "model='glmm' has no estimate; pool_glmm() in Python" in note
    assert pool_glmm(effects).method != "maximum likelihood"
    (other,) = notes(metasyn.pool(metasyn.effect_sizes("IRR", **{**RATES, "events_1": [0, 2]})))
    assert "model='glmm' takes the counts as they are" in other


def test_of_a_risk_ratio_mantel_haenszel_only_where_it_is_defined() -> None:
    (none,) = notes(metasyn.pool(metasyn.effect_sizes("RR", **ONE_SIDED)))
    assert "mantel_haenszel" not in none
    with pytest.raises(NotEstimableError):
        metasyn.mantel_haenszel(**ONE_SIDED, measure="RR")
    # Separated for the odds ratio, not for the risk ratio: the second group of B has only events.
    mixed = {"events_1": [0, 3], "n_1": [20, 45], "events_2": [2, 44], "n_2": [22, 44]}
    (one,) = notes(metasyn.pool(metasyn.effect_sizes("RR", **mixed)))
    assert one.endswith("mantel_haenszel() in Python needs no such addition.")
    metasyn.mantel_haenszel(**mixed, measure="RR")
