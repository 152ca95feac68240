"""Multiverses: every row is what one synthesis alone gives, and every summary is counted again by hand."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.multiverse import multiverse
from metasyn.analysis.run import pool_outcome
from metasyn.batch.multiverse import (
    CONCLUSIONS,
    Multiverse,
    choice_rows,
    flips,
    multiverse_document,
    scales,
    summary,
    undecided,
)
from metasyn.batch.multiverse.deciding import _numbered
from metasyn.effects import effect_sizes, get_measure, standardise
from metasyn.errors import NotEstimableError, OptionError
from metasyn.evidence.selection import Evidence
from metasyn.synthesis import SynthesisSpec, pool
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod, Tau2Method, choices
from tests.effects.conftest import Builder

YI = [-0.61, -0.22, 0.05, -0.41, -0.9]
VI = [0.040, 0.022, 0.062, 0.032, 0.12]
LABELS = ["Oak", "Elm", "Ash", "Fir", "Yew"]


def result(k: int = 5, measure: str = "HR", **options: Any) -> Any:
    return pool(yi=YI[:k], vi=VI[:k], labels=LABELS[:k], measure=measure, **options)


def number(value: float | NotEstimable) -> float:
    return math.nan if isinstance(value, NotEstimable) else value


def figures(found: Any) -> list[float]:
    """What a row of a multiverse holds, from a synthesis."""
    ci, between = found.ci, found.heterogeneity
    ends = [math.nan] * 2 if isinstance(ci, NotEstimable) else [ci.low, ci.high]
    spread = [math.nan] * 2 if isinstance(between, NotEstimable) else [between.tau2.value, between.I2]
    return [found.k, found.estimate, *ends, number(found.pvalue), *spread]


def row_figures(many: Multiverse, row: int) -> list[float]:
    names = ("k", "estimate", "ci_low", "ci_high", "pvalue", "tau2", "I2")
    return [float(getattr(many, name)[row]) for name in names]


def request(options: dict[str, str], **shared: Any) -> SynthesisSpec:
    named = options["model"] == "random-effects"
    return SynthesisSpec(
        model=options["model"],  # type: ignore[arg-type]
        tau2_method=options.get("tau2_method", "REML"),  # type: ignore[arg-type]
        ci_method=options["ci_method"] if named else None,  # type: ignore[arg-type]
        pi_method="none",
        **shared,
    )


def kept(many: Multiverse, row: int, keys: list[str]) -> list[int]:
    gone = many.exclusions[int(many.chosen[row, many.place("left out")])].studies
    return [i for i, key in enumerate(keys) if key not in gone]


@pytest.mark.parametrize("shared", [{}, {"level": 0.9, "i2_method": "Q"}])
def test_every_row_is_what_pool_gives_under_every_interval_and_estimator(shared: dict[str, Any]) -> None:
    main = result(**shared)
    many = multiverse(
        main,
        exclude=["each study", "each pair of studies"],
        model=["random-effects", "common-effect", "bayesian"],
        tau2_method=[one for one in choices(Tau2Method) if not one.startswith("GENQ")]  # type: ignore[misc]
        if not shared
        else ["REML", "DL"],
        ci_method=["wald", "t", "hartung-knapp", "hartung-knapp-adhoc"],
    )
    assert len(many) == 16 * ((13 if not shared else 2) * 4 + 2)
    for row in range(0, len(many), 1 if shared else 7):
        here = kept(many, row, LABELS)
        alone = pool(main.effects.take(here), spec=request(many.options(row), **shared))
        np.testing.assert_allclose(row_figures(many, row), figures(alone), rtol=1e-9, atol=1e-12)


def test_every_interval_method_set_by_set() -> None:
    main = result(4)
    methods = [one for one in choices(CiMethod) if one not in ("credible", "permutation")]
    many = multiverse(
        main, exclude=["each study"], tau2_method=["ML", "DL"], ci_method=methods, model=["random-effects"]
    )  # type: ignore[arg-type]
    refused = 0
    for row in range(len(many)):
        alone = pool(main.effects.take(kept(many, row, LABELS[:4])), spec=request(many.options(row)))
        np.testing.assert_allclose(row_figures(many, row), figures(alone), rtol=1e-9, atol=1e-12)
        if isinstance(alone.ci, NotEstimable):
            refused += 1
            assert many.why(row) == alone.ci.reason
            assert many.result[row] == -1
        else:
            assert many.why(row) == ""
    assert refused == many.n_without > 0


def trials() -> Evidence:
    """Four trials with counts of two groups, three of them with a percentage beside them."""
    builder = Builder()
    for name, drug, placebo in (("oak", 12, 20), ("elm", 0, 6), ("ash", 30, 41), ("fir", 9, 8)):
        builder.trial(name)
        for arm, events in (("drug", drug), ("placebo", placebo)):
            builder.row(f"{name}.{arm}", "events", events, outcome="cough", events=events, n=100)
            if name != "elm":
                builder.row(f"{name}.{arm}", "percent", events + 0.4, outcome="cough", n=103, unit="percent")
    return builder.build()


def analysis(measure: str = "RR", **options: Any) -> Analysis:
    return Analysis(
        title="Drug",
        question="Does it make people cough?",
        contrast=({"arm": "drug"}, {"arm": "placebo"}),
        outcomes=[Outcome("cough", measure=measure, **options)],  # type: ignore[arg-type]
    )


def test_measures_routes_and_zero_cells_are_standardised_anew() -> None:
    evidence, asked = trials(), analysis()
    many = multiverse(
        asked,
        evidence,
        zero_cells=["all"],
        model=["random-effects"],
        tau2_method=["PM"],
        ci_method=["wald", "hartung-knapp-adhoc"],
    )
    assert many.choices[0].options == ("RR", "OR", "RD")
    assert many.choices[1].options == ("as declared", "percent")
    assert many.choices[3].options == ("only0", "all")
    made: dict[Any, Any] = {}
    seen: Counter[str] = Counter()
    for row in range(len(many)):
        options = many.options(row)
        if options["left out"].startswith("route"):
            continue
        left_out = many.exclusions[int(many.chosen[row, many.place("left out")])].studies
        key = (options["measure"], options["route"], options["zero_cells"], left_out)
        if key not in made:
            outcome = Outcome(
                "cough",
                measure=options["measure"],  # type: ignore[arg-type]
                prefer=() if options["route"] == "as declared" else (options["route"],),  # type: ignore[arg-type]
                zero_cells=options["zero_cells"],  # type: ignore[arg-type]
            )
            made[key] = pool_outcome(
                replace(asked, exclude=dict.fromkeys(left_out, "tried")), outcome, evidence
            )[0]
        alone = pool(made[key], spec=request(options))
        np.testing.assert_allclose(row_figures(many, row), figures(alone), rtol=1e-9, atol=1e-12)
        seen[options["measure"]] += 1
    assert seen == {"RR": 40, "OR": 40, "RD": 40}


def test_the_mixed_model_is_of_the_measures_that_have_it() -> None:
    evidence, asked = trials(), analysis("OR")
    many = multiverse(asked, evidence, route=["events"], exclude=["nothing"], model=["common-effect", "glmm"])
    found = {(o["measure"], o["model"]) for o in map(many.options, range(len(many)))}
    assert found == {(code, "common-effect") for code in ("OR", "RR", "RD")} | {("OR", "glmm")}
    row = next(i for i in range(len(many)) if many.options(i)["model"] == "glmm")
    alone = pool(pool_outcome(asked, asked.outcomes[0], evidence)[0], spec=SynthesisSpec(model="glmm"))
    np.testing.assert_allclose(row_figures(many, row), figures(alone), rtol=1e-9)


def test_rates_have_a_mixed_model_too() -> None:
    main = effect_sizes(
        "IRR", events_1=[4, 6, 12], time_1=[120, 300, 450], events_2=[11, 9, 20], time_2=[140, 310, 400],
        labels=LABELS[:3],
    )  # fmt: skip
    many = multiverse(main, exclude=["nothing"], model=["glmm"], spec=SynthesisSpec(model="glmm"))
    assert (len(many), many.headline.row) == (1, 0)
    alone = pool(main, spec=SynthesisSpec(model="glmm"))
    np.testing.assert_allclose(row_figures(many, 0), figures(alone), rtol=1e-9)


def test_a_model_that_has_no_estimate_stays_with_its_reason() -> None:
    main = result(3, measure="PLO")
    many = multiverse(main, exclude=["each study"], model=["glmm", "common-effect"])
    rows = [i for i in range(len(many)) if many.options(i)["model"] == "glmm"]
    assert len(rows) == 4
    for row in rows:
        here = main.effects.take(kept(many, row, LABELS[:3]))
        with pytest.raises((NotEstimableError, OptionError), match=re.escape(many.why(row))):
            pool(here, spec=request(many.options(row)))
        assert many.result[row] == -1
    assert len(many.reasons) > 0
    assert many.n_without == 4


def test_the_main_analysis_is_one_of_the_rows() -> None:
    evidence, asked = trials(), analysis()
    many = multiverse(asked, evidence, "cough")
    _, main = pool_outcome(asked, asked.outcomes[0], evidence)
    assert not isinstance(main, NotEstimable)
    assert many.headline.row is not None
    assert many.estimate[many.headline.row] == pytest.approx(main.estimate, rel=1e-12)
    assert isinstance(main.ci, Interval)
    assert many.ci_low[many.headline.row] == pytest.approx(main.ci.low, rel=1e-10)
    chosen = many.options(many.headline.row)
    assert (chosen["measure"], chosen["left out"], chosen["ci_method"]) == ("RR", "nothing", main.ci_method)
    assert [one["headline"] for one in many.records()].count(True) == 1


def test_a_fixed_tau2_is_no_specification_but_stays_the_headline() -> None:
    main = result(tau2=0.1)
    many = multiverse(main)
    assert many.headline.row is None
    assert many.headline.estimate == main.estimate
    assert flips(many) == ()


def test_a_random_sample_is_part_of_the_whole_and_holds_the_main_analysis() -> None:
    main = result()
    options: dict[str, Any] = {"exclude": ["all subsets"], "ci_method": ["wald", "hartung-knapp"]}
    whole = multiverse(main, **options)
    rows = {(*sorted(whole.options(i).items()), row_key(whole, i)): i for i in range(len(whole))}
    assert len(whole) == 31 * (3 * 2 + 1)
    spec = SynthesisSpec(ci_method="wald")
    parts = [multiverse(main.effects, spec=spec, limit=20, seed=seed, **options) for seed in (1, 1, 2)]
    for part in parts:
        assert (len(part), part.n_possible, part.sampled) == (20, len(whole), True)
        assert part.headline.row is not None
        for i in range(len(part)):
            at = rows[(*sorted(part.options(i).items()), row_key(part, i))]
            np.testing.assert_allclose(row_figures(part, i), row_figures(whole, at), rtol=1e-12)
    assert parts[0].records() == parts[1].records() != parts[2].records()


def row_key(many: Multiverse, row: int) -> Any:
    return many.exclusions[int(many.chosen[row, many.place("left out")])].studies


def test_all_subsets_are_every_subset_once() -> None:
    many = multiverse(result(), exclude=["all subsets"], model=["common-effect"])
    found = Counter(row_key(many, row) for row in range(len(many)))
    expected = [tuple(one) for size in range(5) for one in combinations(LABELS, size)]
    assert {tuple(sorted(key)) for key in found} == {tuple(sorted(key)) for key in expected}
    assert set(found.values()) == {1}
    for row in range(len(many)):
        here = [i for i, label in enumerate(LABELS) if label not in row_key(many, row)]
        w = 1 / np.array([VI[i] for i in here])
        y = np.array([YI[i] for i in here])
        assert many.estimate[row] == pytest.approx((w @ y) / w.sum(), rel=1e-12)
        assert many.k[row] == len(here)


def test_studies_alone_and_in_pairs_are_subsets_as_well() -> None:
    rules = ["nothing", "each study", "each pair of studies", "all subsets"]
    many = multiverse(result(), exclude=rules, model=["common-effect"])
    assert set(Counter(row_key(many, row) for row in range(len(many))).values()) == {1}
    assert (len(many), many.n_possible) == (31, 31)


def test_every_way_of_leaving_out_reads_differently() -> None:
    many = multiverse(result(), exclude=["all subsets"], model=["common-effect"])
    words = [row["left out"] for row in many.records()]
    assert len(set(words)) == len(words) == 31
    assert "Oak, Elm, Ash and Fir" in words


def test_effects_of_the_same_name_are_studies_of_their_own() -> None:
    main = pool(yi=YI, vi=VI, labels=["Oak", "Oak", "Ash", "Fir", "Oak"], measure="HR")
    many = multiverse(main, exclude=["each study"], model=["common-effect"])
    assert many.choices[many.place("left out")].options == (
        "nothing", "Oak", "Oak (2)", "Ash", "Fir", "Oak (3)"
    )  # fmt: skip
    assert many.k.tolist() == [5, 4, 4, 4, 4, 4]


def test_rows_are_told_apart_by_numbers_however_many_choices_there_are() -> None:
    rows = np.random.default_rng(5).choice([-1, 0, 2**20], size=(400, 5))
    found = _numbered(rows)
    _, expected = np.unique(rows, axis=0, return_inverse=True)
    assert len(set(zip(found.tolist(), expected.ravel().tolist(), strict=True))) == expected.max() + 1
    assert len(set(found.tolist())) == expected.max() + 1


def test_what_leaves_nothing_stays_with_its_reason() -> None:
    effects = result(3).effects.with_column("design", ["trial", "trial", "cohort"])
    many = multiverse(effects, exclude=[{"design": ["trial", "cohort"]}, {"design": "trial"}])
    gone = [row for row in range(len(many)) if many.options(row)["left out"] == "design: trial or cohort"]
    assert len(gone) == 10
    for row in gone:
        assert (many.k[row], many.result[row], many.why(row)) == (0, -1, "no effect remains")
        assert many.records()[row]["estimate"] is None
    alone = [row for row in range(len(many)) if many.options(row)["left out"] == "design: trial"]
    half = 1.959963984540054 * math.sqrt(VI[2])
    for row in alone:
        assert row_figures(many, row)[:4] == pytest.approx([1, YI[2], YI[2] - half, YI[2] + half], rel=1e-12)
    assert len({int(many.result[row]) for row in alone}) == 1
    assert summary(many, scales(many)[0]).n_without == many.n_without == 10
    (scale,) = scales(many)
    by_option = {row.option: row for row in choice_rows(many, scale) if row.choice == "left out"}
    assert not by_option["design: trial or cohort"].here.any()
    assert by_option["design: trial or cohort"].includes is None
    assert by_option["design: trial"].here.sum() == 1


def test_results_of_another_number_of_effects_are_other_results() -> None:
    main = pool(yi=[0.1, 0.3, 0.2], vi=[0.01, 0.02, 1e14], labels=LABELS[:3], measure="HR")
    many = multiverse(main, exclude=["each study"], model=["common-effect"])
    with_all, without = (
        next(i for i in range(len(many)) if many.options(i)["left out"] == word)
        for word in ("nothing", "Ash")
    )
    assert many.estimate[with_all] == pytest.approx(many.estimate[without], rel=1e-12)
    assert (many.k[with_all], many.k[without]) == (3, 2)
    assert many.result[with_all] != many.result[without]


def test_results_conclusions_and_the_map_counted_by_hand() -> None:
    many = multiverse(result(), ci_method=["wald", "hartung-knapp", "hartung-knapp-adhoc"])
    (scale,) = scales(many)
    distinct: list[tuple[float, ...]] = []
    number_of = []
    for row in range(len(many)):
        mine = (many.k[row], many.estimate[row], many.ci_low[row], many.ci_high[row])
        same = [i for i, one in enumerate(distinct) if np.allclose(one, mine, rtol=1e-9, atol=1e-12)]
        if not same:
            distinct.append(mine)
        number_of.append(same[0] if same else len(distinct) - 1)
    assert many.result.tolist() == number_of
    assert 1 < len(distinct) == many.n_results < len(many)
    sides = ["below" if one[3] < 0 else "above" if one[2] > 0 else "includes" for one in distinct]
    found = summary(many, scale)
    assert found.below == pytest.approx(sides.count("below") / len(sides))
    assert found.includes == pytest.approx(sides.count("includes") / len(sides))
    assert 0 < sides.count("includes") < len(sides)
    estimates = sorted(one[1] for one in distinct)
    assert (found.lowest, found.highest) == pytest.approx((estimates[0], estimates[-1]))
    assert found.median == pytest.approx(float(np.median(estimates)))
    main = number_of[many.headline.row]  # type: ignore[index]
    assert found.same_conclusion == pytest.approx(sides.count(sides[main]) / len(sides))
    assert found.same_direction == pytest.approx(np.mean([one[1] < 0 for one in distinct]))
    for row_of in choice_rows(many, scale):
        numbers = {
            number_of[i] for i in range(len(many)) if many.options(i).get(row_of.choice) == row_of.option
        }
        assert set(scale.numbers[row_of.here].tolist()) == numbers
        assert row_of.includes == pytest.approx(np.mean([sides[i] == "includes" for i in numbers]))
    assert {row.choice for row in choice_rows(many, scale)} == {
        "left out",
        "model",
        "tau2_method",
        "ci_method",
    }


def test_flips_and_what_decides_counted_by_hand() -> None:
    many = multiverse(result())
    conclusion = [CONCLUSIONS[i] for i in many.conclusions().tolist()]
    rows = [many.options(i) for i in range(len(many))]
    main = rows[many.headline.row]  # type: ignore[index]
    own = conclusion[many.headline.row]  # type: ignore[index]

    def differ(a: dict[str, str], b: dict[str, str]) -> set[str]:
        names = {name for name in {*a, *b} if a.get(name) != b.get(name)}
        return names - {"tau2_method", "ci_method"} if "model" in names else names

    expected = {i for i, one in enumerate(rows) if len(differ(one, main)) == 1 and conclusion[i] != own}
    assert {one.row for one in flips(many)} == expected
    assert expected
    for one in flips(many):
        assert rows[one.row][one.choice] == one.option
        assert conclusion[one.row] == one.conclusion != own
    pairs: Counter[str] = Counter()
    apart: Counter[str] = Counter()
    for i, j in combinations(range(len(rows)), 2):
        names = differ(rows[i], rows[j])
        if len(names) == 1:
            (name,) = names
            pairs[name] += 1
            apart[name] += conclusion[i] != conclusion[j]
    assert undecided(many) == pytest.approx({name: apart[name] / pairs[name] for name in pairs})
    assert any(0 < share < 1 for share in undecided(many).values())


def test_measures_on_different_scales_are_kept_apart_and_proportions_are_not() -> None:
    evidence = trials()
    ratios = multiverse(analysis(), evidence)
    assert [scale.name for scale in scales(ratios)] == ["RR", "OR", "RD"]
    assert [scale.null for scale in scales(ratios)] == [0.0, 0.0, 0.0]
    numbers = np.concatenate([scale.numbers for scale in scales(ratios)])
    assert sorted(numbers.tolist()) == list(range(ratios.n_results))
    single = Analysis(
        title="Drug", question="Who coughs?", cohorts={"arm": "placebo"}, outcomes=[Outcome("cough", "PLO")]
    )
    models: Any = ["random-effects", "common-effect"]
    many = multiverse(single, evidence, route=["percent"], model=models, threshold=0.15)
    (scale,) = scales(many)
    assert (scale.name, scale.null) == ("PLO, PAS", 0.15)
    first = dict(zip(scale.numbers.tolist(), scale.estimate.tolist(), strict=True))
    for row in range(len(many)):
        if many.result[row] >= 0:
            measure = get_measure(many.options(row)["measure"])
            assert first[int(many.result[row])] == pytest.approx(
                measure.to_natural(float(many.estimate[row]))
            )
    for row, conclusion in zip(many.records(), many.conclusions().tolist(), strict=True):
        if row["result"]:
            assert conclusion == (0 if row["ci_high"] < 0.15 else 2 if row["ci_low"] > 0.15 else 1)
    assert {1, 2} <= set(many.conclusions().tolist())
    without = multiverse(single, evidence, exclude=["nothing"], model=models)
    assert set(without.conclusions().tolist()) == {-1}
    assert summary(without, scales(without)[0]).below is None


def test_an_assumed_share_is_varied_only_where_it_is_used() -> None:
    builder = Builder().trial("oak").trial("elm")
    builder.row("oak.drug|oak.placebo", "HR", 0.7, (0.5, 0.98))
    for arm, months in (("drug", 14.0), ("placebo", 10.0)):
        builder.row(f"elm.{arm}", "median", months, unit="months", n=100)
    asked = Analysis(
        title="Drug",
        question="Does it help?",
        contrast=({"arm": "drug"}, {"arm": "placebo"}),
        outcomes=[Outcome("stroke", measure="HR", event_fraction=0.8)],
    )
    many = multiverse(asked, builder.build(), model=["common-effect"])
    assert many.choices[2].options == ("80%", "50%", "100%")
    by_share = {many.options(i)["event_fraction"]: i for i in range(len(many)) if many.k[i] == 2}
    vi = [((math.log(0.98) - math.log(0.5)) / (2 * 1.959963984540054)) ** 2, 0.0]
    for word, share in (("80%", 0.8), ("50%", 0.5), ("100%", 1.0)):
        vi[1] = 2 / (share * 100)
        w = 1 / np.array(vi)
        mean = (w @ np.array([math.log(0.7), math.log(10 / 14)])) / w.sum()
        assert many.estimate[by_share[word]] == pytest.approx(mean, rel=1e-9)


def test_one_study_and_no_study() -> None:
    many = multiverse(result(1))
    assert (many.n_results, many.headline.row is not None) == (1, True)
    nobody = Analysis(
        title="Drug",
        question="?",
        contrast=({"arm": "drug"}, {"arm": "placebo"}),
        outcomes=[Outcome("cough", "RR")],
    )
    builder = Builder().trial("oak")
    builder.row("oak.drug", "events", 3, outcome="cough", events=3, n=100)
    empty = multiverse(nobody, builder.build())
    assert empty.n_results == 0
    assert {empty.why(row) for row in range(len(empty))} == {"no effect remains"}


def test_several_sets_of_effects_are_measures() -> None:
    evidence, asked = trials(), analysis()
    selection = evidence.select(outcome="cough", contrast=asked.contrast, cohorts=None, studies={}, same=())
    sets = [standardise(selection, measure=code) for code in ("RR", "OR")]  # type: ignore[arg-type]
    many = multiverse(sets, tau2_method=["DL"])
    of_analysis = multiverse(
        asked, evidence, measure=["OR"], route=["events"], tau2_method=["DL"], exclude=["each study"]
    )
    declared = [i for i in range(len(of_analysis)) if of_analysis.options(i)["route"] == "as declared"]
    left = [i for i in range(len(many)) if not many.options(i)["left out"].startswith("route")]
    np.testing.assert_allclose(many.estimate[left], of_analysis.estimate[declared], rtol=1e-12)


def test_effects_of_one_study_are_left_out_together() -> None:
    builder = Builder().trial("oak").trial("elm").trial("fir")
    builder.cohort("oak.low", arm="drug", n=50).cohort("oak.none", arm="placebo", n=50)
    for pair, ratio in (
        ("oak.drug|oak.placebo", 0.7),
        ("oak.low|oak.none", 0.8),
        ("elm.drug|elm.placebo", 0.9),
    ):
        builder.row(pair, "HR", ratio, (ratio / 1.4, ratio * 1.4))
    builder.row("fir.drug|fir.placebo", "HR", 1.1, (0.8, 1.5))
    asked = Analysis(
        title="Drug",
        question="?",
        contrast=({"arm": "drug"}, {"arm": "placebo"}),
        outcomes=[Outcome("stroke", "HR")],
    )
    many = multiverse(asked, builder.build(), exclude=["each study"])
    sizes = {many.options(i)["left out"]: int(many.k[i]) for i in range(len(many))}
    assert sorted(sizes.values()) == [2, 3, 3, 4]
    assert len(sizes) == 4


def test_the_document_says_the_same_in_plain_data() -> None:
    many = multiverse(result())
    document = multiverse_document(many)
    assert document["n"] == len(document["specifications"]) == len(many) == len(many.to_frame())
    row = document["specifications"][document["headline"] - 1]
    assert row["estimate"] == pytest.approx(math.exp(result().estimate))
    assert row["headline"] is True
    (scale,) = document["scales"]
    assert scale["below"] + scale["includes"] + scale["above"] == pytest.approx(1)
    assert math.log(scale["lowest"]) == pytest.approx(many.estimate.min())
    assert document["flips"][0]["specification"] == flips(many)[0].row + 1


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no estimator": ({"tau2_method": []}, "tau2_method: a multiverse needs at least one option"),
    "no rule": ({"exclude": []}, "exclude: a multiverse needs at least one option"),
    "unknown": ({"ci_method": ["knha"]}, "'knha' is called 'hartung-knapp' here"),
    "unknown rule": ({"exclude": ["everybody"]}, "exclude must be one of 'nothing'"),
    "twice": ({"model": ["common-effect", "common-effect"]}, "model must name each option once"),
    "a word for a list": ({"tau2_method": "REML"}, r"takes a list of options, e.g. \['REML'\]"),
    "a rule for a list": ({"exclude": "each study"}, "exclude takes a list of rules"),
    "credible": ({"ci_method": ["credible"]}, "belongs to model='bayesian'"),
    "weights": ({"tau2_method": ["GENQ"]}, "needs weights of the user"),
    "counts": ({"model": ["glmm"]}, "'glmm' pools counts as PLO, IRLN, OR, IRR; got HR"),
    "value": ({"exclude": [{"design": "trial"}]}, "'design' is not a column"),
    "route": ({"route": ["events"]}, "route= belongs to an analysis"),
    "threshold": ({"threshold": -1.0}, "threshold must be a value that HR can have"),
    "limit": ({"limit": 0}, "limit"),
    "seed": ({"seed": -1}, "seed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    options, words = REFUSED[name]
    with pytest.raises(OptionError, match=words):
        multiverse(result(), **options)


def test_too_many_are_refused_without_a_limit_and_sampled_with_one() -> None:
    k = 40
    main = pool(yi=[0.1 * math.sin(i) for i in range(k)], vi=[0.01] * k, measure="RR", ci_method="wald")
    with pytest.raises(OptionError, match=r"make 10995116277\d+ specifications; give limit="):
        multiverse(main, exclude=["all subsets"])
    many = multiverse(main, exclude=["all subsets"], limit=50)
    assert (len(many), many.n_possible) == (50, (2**k - 1) * 10)
    assert {row.choice for row in choice_rows(many, scales(many)[0])} >= {"left out", "ci_method"}


def test_more_subsets_than_can_be_numbered_are_refused_in_words() -> None:
    k = 70
    main = pool(yi=[0.1 * math.sin(i) for i in range(k)], vi=[0.01] * k, measure="RR", ci_method="wald")
    with pytest.raises(OptionError, match="more than can be numbered"):
        multiverse(main, exclude=["all subsets"], limit=50)


def test_user_weights_are_refused() -> None:
    with pytest.raises(OptionError, match="no place for weights"):
        multiverse(result(weights=(1.0, 2.0, 1.0, 1.0, 1.0)))


def test_an_outcome_must_be_one_of_the_analysis() -> None:
    with pytest.raises(OptionError, match="outcome must be one of 'cough'; got 'sneeze'"):
        multiverse(analysis(), trials(), "sneeze")
    several = replace(analysis(), outcomes=(Outcome("cough", measure="RR"), Outcome("sneeze", measure="RR")))
    with pytest.raises(
        OptionError, match="has several outcomes, name one: outcome= is one of 'cough', 'snee"
    ):
        multiverse(several, trials())
    twice = replace(analysis(), outcomes=(Outcome("cough", measure="RR"), Outcome("cough", measure="OR")))
    with pytest.raises(OptionError, match=r"'cough' is declared 2 times \(RR, OR\); give the Outcome itself"):
        multiverse(twice, trials(), "cough")
    with pytest.raises(OptionError, match="needs its evidence="):
        multiverse(analysis())
    with pytest.raises(OptionError, match="no route to"):
        multiverse(analysis(), trials(), route=["medians and p"])


def test_workers_change_nothing() -> None:
    options: dict[str, Any] = {"exclude": ["each study"], "model": ["bayesian", "common-effect"]}
    one, two = (multiverse(result(), n_jobs=n, **options) for n in (1, 2))
    assert one.records() == two.records()
    assert one.why(0) == ""
    with pytest.raises(OptionError, match="n_jobs must be 1 or more"):
        multiverse(result(), n_jobs=0, **options)
