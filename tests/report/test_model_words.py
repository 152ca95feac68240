"""Words that depend on the model: what is added to zero cells, which interval it is, what a new study has."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, norm

from metasyn.analysis.explain.effects import Setting, effect_explanation
from metasyn.analysis.explain.figures import Archive
from metasyn.analysis.explain.find import find_numbers, numbers_of
from metasyn.analysis.explain.results import Number
from metasyn.claims.model_conditions import AllOrNone, all_or_none
from metasyn.claims.spread_conditions import ZeroNotExcluded
from metasyn.claims.statement import Subject
from metasyn.effects.plain_table import effects_from_table
from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.forest_models import models_forest
from metasyn.plots.forest_outcomes import outcomes_forest
from metasyn.plots.model import ForestLayout
from metasyn.report.models import apart_statements
from metasyn.report.phrases import heterogeneity_statements, prediction_statements
from metasyn.report.posterior import new_study_statements
from metasyn.synthesis import SynthesisResult, pool
from metasyn.synthesis.model import Heterogeneity
from metasyn.tables.cells import H2_text
from metasyn.tables.evidence import evidence_table
from metasyn.tables.results import alternatives_table, heterogeneity_table
from metasyn.tables.summary import summary_text
from metasyn.tables.variation import sensitivity_table
from metasyn.values import Interval
from metasyn.vocabulary import Model

AS_THEY_ARE = "the mixed model takes the counts as they are"


def proportions(events: list[int], sizes: list[int]) -> SynthesisResult:
    table = {"events": [str(x) for x in events], "n": [str(n) for n in sizes]}
    return pool(effects_from_table(table, measure="PLO", level=0.95, file="t.csv"))


SPARSE = proportions([0, 3, 5, 8, 2], [12, 20, 31, 40, 15])
PAIR = pool(yi=[-0.478, -0.635], sei=[0.1357, 0.1754], measure="HR")


def test_nothing_is_said_to_be_added_to_what_a_mixed_model_pools() -> None:
    normal = pool(SPARSE.effects, model="random-effects")
    assert (SPARSE.model, normal.model) == ("glmm", "random-effects")
    for result, said in ((SPARSE, True), (normal, False)):
        notes = evidence_table(result.effects, (), slug="e", model=result.model).notes
        texts = ["; ".join(notes), " ".join(forest_layout(result).footnotes), summary_text(result)]
        assert ["1/2 added" in text for text in texts] == [True] * 3
        assert [AS_THEY_ARE in text for text in texts] == [said] * 3


def test_a_row_of_a_mixed_model_is_explained_by_its_counts() -> None:
    setting = Setting(archive=Archive(None), level=0.95)
    row = SPARSE.effects.effects[0]
    kinds: tuple[tuple[Model, str], ...] = (("glmm", "the counts 0/12 themselves"), ("random-effects", ""))
    for model, pooled in kinds:
        facts = dict(effect_explanation(row, SPARSE.effects.measure, setting, model=model).facts)
        assert facts.get("Pooled", "").startswith(pooled)
        assert ("Pooled" in facts, AS_THEY_ARE in facts["Adjusted"]) == (bool(pooled), bool(pooled))


def test_weights_beside_groups_of_another_model_are_said_to_be_those_of_the_headline() -> None:
    table = {
        "events": ["0", "3", "5", "8", "2"],
        "n": ["12", "20", "31", "40", "15"],
        "drug": ["a", "a", "b", "b", "b"],
    }
    effects = effects_from_table(table, measure="PLO", level=0.95, file="t.csv")
    result = pool(effects, by="drug")
    assert result.subgroups is not None
    others = {group.model for group in result.subgroups.results} - {"glmm"}
    told = any("groups are pooled by another model" in note for note in forest_layout(result).footnotes)
    assert told == bool(others)


@pytest.mark.parametrize(("events", "word"), [([0, 0], "None"), ([14, 25], "All")])
def test_none_or_all_of_the_people_are_counted_together(events: list[int], word: str) -> None:
    result = proportions(events, [14, 25])
    said = apart_statements(result)[0]
    # Clopper and Pearson for x of 39: the beta quantiles.
    ends = (0, beta.ppf(0.975, 1, 39)) if word == "None" else (beta.ppf(0.025, 39, 1), 1)
    found = all_or_none(result)
    assert found is not None
    assert (found[2].low, found[2].high) == pytest.approx(ends, rel=1e-12)
    assert said.text.startswith(
        f"{word} of the 39 people had the event: taken as one sample, their exact 95%"
    )
    assert said.holds(Subject(result=result))
    assert not said.holds(Subject(result=SPARSE))
    assert not AllOrNone(events=0, size=38).check(Subject(result=result)).holds
    assert not any("taken as one sample" in one.text for one in apart_statements(SPARSE))


def test_the_new_study_of_a_bayesian_headline_stands_where_no_classical_interval_does() -> None:
    (said,) = prediction_statements(PAIR)
    assert (said,) == new_study_statements(PAIR)
    pi = PAIR.beside.bayes[0][1].pi
    assert f"expected between {math.exp(pi.low):.2f} and {math.exp(pi.high):.2f} (95% CrI)" in said.text
    # The predictive distribution by a sum over a grid of tau.
    tau = np.linspace(0.0005, 4, 8000)
    vi = np.array([0.1357**2, 0.1754**2])
    w = 1 / (vi + tau[:, None] ** 2)
    m = (w * PAIR.effects.yi).sum(axis=1) / w.sum(axis=1)
    log = 0.5 * (np.log(w).sum(axis=1) - np.log(w.sum(axis=1)))
    log -= 0.5 * (w * (PAIR.effects.yi - m[:, None]) ** 2).sum(axis=1) + tau**2 / (2 * 0.5**2)
    share = np.exp(log - log.max())
    share /= share.sum()
    new = np.sqrt(1 / w.sum(axis=1) + tau**2)
    inside = (share * (norm.cdf(pi.high, m, new) - norm.cdf(pi.low, m, new))).sum()
    edges = [(share * norm.pdf(x, m, new)).sum() for x in (pi.low, pi.high)]
    assert abs(inside - 0.95) < 1e-4
    assert abs(edges[0] / edges[1] - 1) < 1e-2
    assert f"is {tau[np.searchsorted(share.cumsum(), 0.5)]:.2f}" in said.text
    assert said.holds(Subject(result=PAIR))
    assert not said.holds(Subject(result=pool(PAIR.effects, model="random-effects")))
    assert new_study_statements(SPARSE) == ()
    row = heterogeneity_table(PAIR, slug="h").rows[-1]
    assert row[0].endswith("new study, Bayesian, prior of τ half-normal(0.5)")
    assert row[2] == f"{math.exp(pi.low):.2f} to {math.exp(pi.high):.2f}"


def test_pi_names_the_new_study_where_there_is_no_other_prediction_interval() -> None:
    (found,) = find_numbers([*numbers_of(PAIR), *_priors(PAIR)], "pi")
    assert found.name == "new study: half-normal(0.5)"
    three = pool(yi=[-0.478, -0.635, -0.2], sei=[0.1357, 0.1754, 0.2], measure="HR")
    (other,) = find_numbers([*numbers_of(three), *_priors(three)], "pi")
    assert other.name == "pi"


def _priors(result: SynthesisResult) -> list[Number]:
    from metasyn.analysis.explain.priors import prior_numbers

    return list(prior_numbers(result, Setting(archive=Archive(None), level=0.95), place=""))


def test_columns_of_both_kinds_of_intervals_are_headed_by_neither() -> None:
    classical = pool(PAIR.effects, model="random-effects")
    assert alternatives_table(PAIR, slug="a").columns[2].header == "HR (95% interval)"
    both = sensitivity_table([("model", "random effects", classical)], PAIR, slug="s")
    assert both.columns[3].header == "Estimate (95% interval)"
    only = sensitivity_table([("model", "random effects", classical)], classical, slug="s")
    assert only.columns[3].header == "Estimate (95% CI)"
    layouts = {
        "HR [95% interval]": (forest_layout(PAIR), models_forest(PAIR), _outcomes(PAIR, classical)),
        "HR [95% CrI]": (_outcomes(PAIR, PAIR),),
        "HR [95% CI]": (forest_layout(classical), _outcomes(classical, classical)),
    }
    for header, made in layouts.items():
        for layout in made:
            shown = {column.key: column.header for column in layout.columns}
            assert f"{shown['estimate']} {shown['ci']}" == header
    assert "95% credible interval 0.3" in forest_layout(PAIR).description


def _outcomes(*results: SynthesisResult) -> ForestLayout:
    return outcomes_forest([(f"Outcome {n}", one) for n, one in enumerate(results)])


def test_a_test_and_an_interval_that_seem_to_disagree_are_reconciled() -> None:
    found = SPARSE.heterogeneity
    assert isinstance(found, Heterogeneity)
    told = []
    for p, low in ((0.01, 0.0), (0.2, 0.0), (0.01, 0.1)):
        tau2 = replace(found.tau2, ci=Interval(low, 2.0, 0.95))
        result = replace(SPARSE, heterogeneity=replace(found, pvalue=p, tau2=tau2))
        statements = heterogeneity_statements(result)
        assert all(one.holds(Subject(result=result)) for one in statements)
        told.append(any("is no contradiction" in one.text for one in statements))
    assert told == [True, False, False]
    normal = pool(SPARSE.effects, model="random-effects")
    assert not ZeroNotExcluded().check(Subject(result=normal)).holds


def test_a_large_h2_is_a_whole_number() -> None:
    assert [H2_text(x) for x in (1, 99.994, 3115.54)] == ["1.00", "99.99", "3116"]
