"""Multiverses: what cannot be obeyed is refused, what is not among the specifications is said to be so."""

from __future__ import annotations

import math
from typing import Any

import pytest

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.multiverse import multiverse
from metasyn.batch.multiverse import Multiverse, choice_rows, flips, multiverse_document, pooling, scales
from metasyn.cli.multiverse_text import multiverse_text
from metasyn.effects import effect_sizes
from metasyn.errors import OptionError
from metasyn.evidence.selection import Evidence
from metasyn.plots import specification_curve_layout
from metasyn.plots.charts.specification_words import describe, flip_words
from metasyn.synthesis import pool
from metasyn.values import Interval
from metasyn.wording import whole
from tests.effects.conftest import Builder

YI = [-0.61, -0.22, 0.05, -0.41, -0.9]
VI = [0.040, 0.022, 0.062, 0.032, 0.12]
LABELS = ["Oak", "Elm", "Ash", "Fir", "Yew"]
JOBS = [0, -5, "2", 1.5, True]


def result(k: int = 5, measure: str = "HR", **options: Any) -> Any:
    return pool(yi=YI[:k], vi=VI[:k], labels=LABELS[:k], measure=measure, **options)


@pytest.mark.parametrize(
    ("main", "options", "way"),
    [
        ({}, {"ci_method": ["wald", "hartung-knapp-adhoc"]}, "random effects (REML, Hartung–Knapp)"),
        ({}, {"model": ["bayesian"]}, "random effects (REML, Hartung–Knapp)"),
        ({"tau2_method": "PM"}, {"tau2_method": ["DL"]}, "random effects (PM, Hartung–Knapp)"),
        ({"tau2": 0.04}, {}, "random effects (τ² set to 0.04, Hartung–Knapp)"),
        ({"model": "common-effect"}, {"model": ["random-effects"]}, "common effect"),
    ],
)
def test_a_main_analysis_outside_is_said_to_be_outside(main: Any, options: Any, way: str) -> None:
    found = result(**main)
    many = multiverse(found, exclude=["nothing"], **options)
    assert many.headline.row is None
    words = f"The main analysis is not among these specifications: {way}."
    assert words in " ".join(multiverse_text(many).split())
    layout = specification_curve_layout(many)
    assert words in layout.footnotes
    assert words in layout.description
    assert str(many).endswith("; the main analysis is not among them")
    told = multiverse_document(many)
    assert told["headline"] is None
    own = told["main_analysis"]
    assert own["among_specifications"] is False
    assert own["model"] == found.model
    assert own["ci_method"] == found.ci_method
    assert own["fixed_tau2"] == main.get("tau2")
    assert own["estimate"] == pytest.approx(math.exp(found.estimate))
    assert isinstance(found.ci, Interval)
    assert [own["ci_low"], own["ci_high"]] == pytest.approx([math.exp(found.ci.low), math.exp(found.ci.high)])
    assert (own["k"], own["measure"], own["why"]) == (5, "HR", "")


def test_a_main_analysis_among_them_is_said_to_be_so_in_the_document_only() -> None:
    many = multiverse(result())
    assert "not among" not in multiverse_text(many) + str(many)
    own = multiverse_document(many)["main_analysis"]
    row = multiverse_document(many)["specifications"][multiverse_document(many)["headline"] - 1]
    assert own["among_specifications"] is True
    for name in ("k", "estimate", "ci_low", "ci_high", "model", "tau2_method", "ci_method", "measure"):
        assert own[name] == (pytest.approx(row[name]) if isinstance(row[name], float) else row[name])


def test_one_effect_and_none() -> None:
    alone = multiverse(result(1), model=["random-effects"])
    assert "not among these specifications: one effect alone." in multiverse_text(alone)


def proportions() -> Evidence:
    """Counts, a percentage, and counts beside a proportion with its interval."""
    builder = Builder()
    for name in ("oak", "elm", "ash"):
        builder.trial(name)
    more: dict[str, Any] = {"outcome": "cough"}
    builder.row("oak.drug", "events", 20, events=20, n=100, **more)
    builder.row("elm.drug", "percent", 30.1, n=103, unit="percent", **more)
    builder.row("ash.drug", "events", 25, events=25, n=90, **more)
    builder.row(
        "ash.drug", "percent", 27.8, (18.9, 38.2), unit="percent", ci_method="clopper-pearson", **more
    )
    return builder.build()


def weaker() -> Multiverse:
    asked = Analysis(
        title="Drug",
        question="How many cough?",
        cohorts={"arm": "drug"},
        outcomes=[Outcome("cough", measure="PLO")],
    )
    return multiverse(
        asked,
        proportions(),
        measure=["PLO"],
        exclude=["weaker routes"],
        model=["common-effect"],
        threshold=0.2,
    )


def test_weaker_routes_are_those_of_the_data_set() -> None:
    many = weaker()
    found = {
        (row["route"], row["left out"]): row["k"] for row in many.records() if row["left out"] != "nothing"
    }
    assert found == {
        ("as declared", "route: percent"): 2,
        ("proportion and interval", "routes: percent, proportion and interval"): 1,
    }
    for row in range(len(many)):
        gone = many.exclusions[int(many.chosen[row, many.place("left out")])]
        assert gone.label == many.options(row)["left out"]
    options = many.choices[many.place("left out")].options
    (scale,) = scales(many)
    by_option = {
        row.option: int(row.here.sum()) for row in choice_rows(many, scale) if row.choice == "left out"
    }
    assert list(by_option) == list(options)
    assert [flip_words(many, one) for one in flips(many) if one.choice == "left out"] in (
        [], ["route: percent"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": ["common-effect"], "ci_method": ["t"]}, "ci_method is a choice under the random-effects"),
        ({"model": ["common-effect"], "tau2_method": ["PM"]}, "among these models: common-effect; name it"),
        ({"model": ["bayesian", "common-effect"], "tau2_method": ["REML"]}, "tau2_method is a choice under"),
    ],
)
def test_options_that_no_model_obeys_are_refused(options: Any, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        multiverse(result(), **options)


@pytest.mark.parametrize("jobs", JOBS)
def test_what_is_no_number_of_workers_is_refused(jobs: Any) -> None:
    with pytest.raises(OptionError, match="n_jobs must be 1 or more, or -1"):
        multiverse(result(), model=["common-effect"], n_jobs=jobs)


def test_progress_counts_every_specification_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling, "_AT_ONCE", 3)
    main = effect_sizes(
        "OR", events_1=[4, 6, 12], n_1=[120, 300, 450], events_2=[11, 9, 20], n_2=[140, 310, 400]
    ).with_column("design", ["trial", "trial", "cohort"])
    told: list[tuple[int, int | None]] = []
    many = multiverse(
        main,
        exclude=["each study", {"design": "trial"}, {"design": ["trial", "cohort"]}],
        model=["random-effects", "glmm", "common-effect"],
        tau2_method=["REML"],
        ci_method=["wald", "profile-likelihood"],
        progress=lambda done, of: told.append((done, of)),
    )
    assert len(many) == 6 * 4
    assert {of for _, of in told} == {24}
    done = [one for one, _ in told]
    steps = [b - a for a, b in zip([0, *done], done, strict=False)]
    assert done[-1] == sum(steps) == 24
    # Two sets of fewer than two effects at once, under all methods; four sets, three at a time, and singly
    # by the mixed model.
    assert steps == [8, 3, 1, 3, 1, 1, 1, 1, 1, 3, 1]


def test_a_column_that_is_none_is_called_what_the_option_is_called() -> None:
    with pytest.raises(OptionError, match=r"^exclude: 'foo' is not a column of 'Oak' and 4 more; known"):
        multiverse(result(), exclude=[{"foo": "bar"}])


def test_single_changes_are_told_apart() -> None:
    """Eleven equal studies: of six the interval of the mean excludes no effect no more."""
    k = 11
    main = pool(
        yi=[0.345] * k, vi=[0.2] * k, measure="HR", labels=[f"S{i}" for i in range(k)], model="common-effect"
    )
    many = multiverse(main, exclude=["all subsets"], model=["common-effect"])
    (line,) = [one for one in describe(many, scales(many)) if one.startswith("Left out")]
    n = sum(math.comb(k, gone) for gone in range(5, k))
    assert (
        line == f"Left out: {whole(n)} options, all without 5 studies or more, such as S0, S1, S2, S3 and S4."
    )
    few = multiverse(main, exclude=["all subsets"], model=["common-effect"], limit=40, seed=2)
    assert "studies; " not in " ".join(describe(few, scales(few)))
