"""Cohorts in which nobody, or everybody, had the event: what the pooled value rests on, and what is known."""

from __future__ import annotations

import pytest

import metasyn
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import NotEstimableError
from metasyn.synthesis import SynthesisResult, pool
from metasyn.values import NotEstimable


def said(result: SynthesisResult) -> list[str]:
    return [one.message for one in result.findings if one.code == "all-zero"]


# The bounds are those of R: binom.test(0, 39), binom.test(0, 42), binom.test(39, 39).
@pytest.mark.parametrize(
    ("events", "n", "words", "exact"),
    [
        ([0, 0], [14, 25], "nobody had the event in any of the 2 cohorts (0/39)", "at most 9.0%"),
        ([0, 0, 0], [7, 10, 25], "nobody had the event in any of the 3 cohorts (0/42)", "at most 8.4%"),
        ([14, 25], [14, 25], "everybody had the event in each of the 2 cohorts (39/39)", "at least 91.0%"),
        # 1 - 0.025^(1/20000) = 0.000184
        ([0, 0], [10000, 10000], "(0/20000)", "at most 0.02%"),
    ],
)
def test_the_exact_bound_is_said(events: list[int], n: list[int], words: str, exact: str) -> None:
    (message,) = said(pool(metasyn.effect_sizes("PLO", events=events, n=n)))
    assert words in message
    assert exact in message
    assert "1/2 added" in message


def test_the_bound_has_the_level_of_the_result() -> None:
    # 1 - 0.05^(1/39) = 0.0739
    (message,) = said(pool(metasyn.effect_sizes("PLO", events=[0, 0], n=[14, 25]), level=0.9))
    assert "at most 7.4% (exact 90% interval of 0/39)" in message


@pytest.mark.parametrize(
    "options", [{"model": "random-effects"}, {"model": "bayesian"}, {"tau2_method": "DL"}]
)
def test_under_every_model_that_adds(options: dict[str, str]) -> None:
    effects = metasyn.effect_sizes("PLO", events=[0, 0, 0], n=[7, 10, 25])
    assert len(said(pool(effects, **options))) == 1  # type: ignore[arg-type]


def test_nothing_is_said_where_some_had_it_or_nothing_was_added() -> None:
    assert said(pool(metasyn.effect_sizes("PLO", events=[0, 1], n=[14, 25]))) == []
    assert said(pool(metasyn.effect_sizes("PLO", events=[0, 25], n=[14, 25]))) == []
    assert said(pool(metasyn.effect_sizes("PAS", events=[0, 0], n=[14, 25]))) == []
    assert said(pool(metasyn.effect_sizes("PLO", events=[0], n=[14]))) == []
    assert said(pool(yi=[-3.0, -3.1], vi=[2.0, 2.1], measure="PLO")) == []


def grouped(events: str, groups: str, **options: str) -> SynthesisResult:
    columns = {"events": events.split(), "n": ["14", "25", "30", "10", "12", "9"], "drug": list(groups)}
    effects = effects_from_table(columns, measure="PLO", level=0.95, file="counts", zero_cells="only0")
    return pool(effects, by="drug", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{}, {"model": "glmm"}])
def test_a_group_without_events_is_named(options: dict[str, str]) -> None:
    result = grouped("0 3 4 0 0 0", "xxxyyy", **options)
    groups = result.subgroups
    assert groups is not None
    (message,) = said(groups.results[1])
    assert "at most 11.2%" in message  # 1 - 0.025^(1/31) = 0.1122
    assert groups.reason.endswith(f"y: {message}")
    assert "nobody had the event in any of the 3 cohorts (0/31)" in message
    assert said(result) == said(groups.results[0]) == []
    nowhere = grouped("0 0 0 0 0 0", "xxxyyy")
    assert len(said(nowhere)) == 1
    assert "nobody" not in nowhere.subgroups.reason  # type: ignore[union-attr]


def test_which_group_has_no_estimate_in_the_mixed_model() -> None:
    groups = grouped("0 3 4 0 0 0", "xxxyyy", model="glmm").subgroups
    assert groups is not None
    assert isinstance(groups.Q_between, NotEstimable)
    assert groups.Q_between.reason == (
        "only x has an estimate in the mixed model: in y nobody had the event (0/31)"
    )
    three = grouped("0 3 4 10 12 1", "xxyzzy", model="glmm").subgroups
    assert three is not None
    assert not isinstance(three.Q_between, NotEstimable)
    assert (
        "Without part in the mixed model and in the test: in z everybody had the event (22/22)."
        in three.reason
    )
    assert "rest on the 1/2 added" in three.reason


def test_refused_by_name_it_says_what_is_for_python_only() -> None:
    with pytest.raises(NotEstimableError, match=r"in Python ask for pool_glmm"):
        pool(metasyn.effect_sizes("PLO", events=[0, 0], n=[14, 25]), model="glmm")
