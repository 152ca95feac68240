"""What a report says of mixed and Bayesian models is true, and changes when the numbers do."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from made_up_trials import made_up

from metasyn.analysis.result import AnalysisResult
from metasyn.claims import Claim, check_claims
from metasyn.claims.model_conditions import (
    BesideHeadline,
    FewEvents,
    MoreHeterogeneity,
    OtherEstimateLies,
    OtherReaches,
    PriorMedian,
    ProbablyLies,
    WithoutContrast,
)
from metasyn.claims.statement import Subject
from metasyn.effects.plain_table import effects_from_table
from metasyn.errors import OptionError
from metasyn.report.document import build_document
from metasyn.report.models import model_statements, models_figure
from metasyn.report.posterior import posterior_section
from metasyn.report.verify_r import verify_script
from metasyn.synthesis import SynthesisResult, SynthesisSpec, pool
from metasyn.tables.posterior import posterior_table


def pair(yi: tuple[float, float], sei: tuple[float, float]) -> SynthesisResult:
    return pool(yi=np.array(yi), sei=np.array(sei), measure="HR")


def said(result: SynthesisResult) -> list[str]:
    found = model_statements(result)
    assert all(one.conditions and one.holds(Subject(result=result)) for one in found)
    return [one.text for one in found]


def test_a_common_effect_that_excludes_no_effect_is_explained() -> None:
    probability, classical, _ = said(pair((-0.478, -0.635), (0.1357, 0.1754)))
    assert re.search(r"lies below 1 with a probability of 97\.\d%", probability)
    assert "takes for granted that both studies have the same true effect and excludes 1" in classical
    # The inverse-variance mean is exp(-0.5368).
    assert "(0.58, 95% CI 0.47 to 0.72 under the common-effect model; " in classical


def test_a_conclusion_that_rests_on_the_prior_is_said_to() -> None:
    result = pair((-0.9, -0.95), (0.1, 0.1))
    (_, classical, _) = said(result)
    assert "here the conclusion rests on the prior" not in classical  # Hartung-Knapp excludes 1 as well
    apart = pair((-0.9, -1.3), (0.1, 0.1))
    (_, classical, _) = said(apart)
    assert classical.startswith(
        "The Hartung-Knapp interval, which uses nothing but the two results, includes 1"
    )


def test_intervals_of_one_place_say_so() -> None:
    probability, classical, prior = said(pair((0.0, 0.174), (0.146, 0.177)))
    assert "lies above 1 with a probability of" in probability
    assert classical.endswith("include 1 as well.")
    assert prior.endswith("both intervals include 1.")


def test_another_prior_that_says_something_else_is_explained() -> None:
    kind = SynthesisSpec(
        outcome_type="all-cause mortality", comparison_type="pharmacological vs pharmacological"
    )
    result = pool(pair((-0.478, -0.635), (0.1357, 0.1754)).effects, spec=kind)
    (_, _, prior) = said(result)
    # Medians: exp(-4.18/2) of Turner's log-normal, and 0.5 times the third quartile of the normal.
    assert "which excludes 1: it expects smaller differences between studies" in prior
    assert f"(the median of τ is {np.exp(-4.18 / 2):.3f} under it and {0.5 * 0.674490:.3f} under" in prior
    assert (
        not PriorMedian(prior="half-normal(0.5)", other=next(iter(dict(result.beside.bayes))))
        .check(Subject(result=result))
        .holds
    )


def test_a_posterior_beside_another_headline_is_told_with_it() -> None:
    three = pool(yi=[-0.4, -0.1, 0.2], vi=[0.05, 0.05, 0.05], measure="HR")
    beside, probability = said(three)
    assert beside.startswith("With this prior the hazard ratio is 0.90 (95% CrI")
    assert beside.endswith("in the headline; both intervals include 1.")
    assert "lies below 1 with a probability of" in probability
    sure = pool(yi=[-0.7, -0.5, -0.6], vi=[0.09, 0.09, 0.09], measure="HR")
    other = next(one for one in sure.alternatives if one.model == "bayesian")
    assert (sure.ci.high < 0) != (other.ci.high < 0)  # type: ignore[union-attr]
    assert "only one of the two intervals includes 1" in said(sure)[0]


def counted(events: list[int], n: list[int]) -> SynthesisResult:
    columns = {"events": list(map(str, events)), "n": list(map(str, n))}
    return pool(effects_from_table(columns, measure="PLO", level=0.95, file="counts", zero_cells="only0"))


def test_why_the_normal_model_differs_from_the_mixed_one() -> None:
    """Weights by hand: 1/(v + tau2) of the logits there, the information of the counts here."""
    result = counted([0, 9, 12, 30, 14], [25, 60, 50, 90, 70])
    usual = said(result)[1]
    assert "adds 1/2 to the counts of 1 study in which" in usual
    w = 1 / (result.effects.vi + result.fit.tau2)
    assert f"has {100 * w[0] / w.sum():.1f}% of the weight instead of" in usual
    assert "It is higher, as studies with few events" in usual
    assert not WithoutContrast(count=0).check(Subject(result=result)).holds
    assert not FewEvents(label=result.effects.labels[3]).check(Subject(result=result)).holds
    assert not MoreHeterogeneity(normal=9.0).check(Subject(result=result)).holds
    wrong = OtherEstimateLies(model="random-effects", ci_method="hartung-knapp-adhoc", direction="below")
    assert not wrong.check(Subject(result=result)).holds


def test_models_beside_each_other_are_one_figure() -> None:
    part = made_up(2).outcomes[0]
    result = part.synthesis
    assert isinstance(result, SynthesisResult)
    layout = models_figure(part, result).layout
    kinds = [row.kind for row in layout.rows if row.group == "Models and intervals" and row.kind != "group"]
    assert kinds == ["overall"] + ["alternative"] * (len(result.alternatives) - 1)


def test_conditions_are_false_of_other_numbers() -> None:
    result = pair((-0.478, -0.635), (0.1357, 0.1754))
    three = pool(yi=[-0.4, -0.1, 0.2], vi=[0.05, 0.05, 0.05], measure="HR")
    many = pool(yi=[-0.4, -0.1, 0.2, 0.1, 0.0], vi=[0.05] * 5, measure="HR")
    likely = ProbablyLies(direction="below", at_least=0.95)
    assert likely.check(Subject(result=result)).holds
    assert not likely.check(Subject(result=three)).holds
    assert likely.check(Subject(result=many)).shows == "there is no Bayesian result"
    assert not ProbablyLies(direction="above", at_least=0.5).check(Subject(result=result)).holds
    assert not OtherReaches(model="glmm", ci_method="t").check(Subject(result=result)).holds
    assert not BesideHeadline(prior="half-normal(0.5)").check(Subject(result=many)).holds
    assert model_statements(many) == ()


def test_a_claim_may_state_a_probability() -> None:
    result = pair((-0.478, -0.635), (0.1357, 0.1754))
    good = Claim("Probably later.", direction="below", probability=0.95, interval="includes")
    assert check_claims([good], result)[0].true
    bold = Claim("Surely later.", direction="below", probability=0.99)
    (failure,) = check_claims([bold], result)
    assert not failure.true
    assert "with a probability of 99% or more, but the probability is 97." in str(failure)
    with pytest.raises(OptionError, match="probability needs direction="):
        Claim("Probably.", probability=0.9, interval="below")
    with pytest.raises(OptionError, match="between 0 and 1"):
        Claim("Probably.", direction="below", probability=95)  # type: ignore[arg-type]


def test_median_and_mean_of_proportions(cohorts: AnalysisResult) -> None:
    result = cohorts.outcomes[0].synthesis
    assert isinstance(result, SynthesisResult)
    mixed = result.beside.glmm
    assert mixed is not None
    means, usual = said(result)
    mean = 100 * mixed.marginal.value  # type: ignore[union-attr]
    assert f"(median, conditional); the mean over all of them (marginal) is {mean:.1f}%" in means
    assert usual.startswith(
        "The logit normal-normal model, which takes the standard errors as known and adds 1/2"
    )
    text = " ".join(block.text for block in build_document(cohorts).blocks() if hasattr(block, "text"))
    assert means in text


def test_the_posterior_section_and_its_table() -> None:
    part = made_up(2).outcomes[0]
    result = part.synthesis
    assert isinstance(result, SynthesisResult)
    section = posterior_section(part, result)
    assert section is not None
    table = posterior_table(result, slug="posterior")
    assert [row[0] for row in table.rows] == ["half-normal(0.5)", "Turner 2015 (all outcomes)"]
    assert table.emphasis == (0,)
    estimate = f"{np.exp(result.estimate):.2f}"
    assert table.rows[0][1].startswith(estimate)
    assert any("measured as OR; these are measured as HR" in note for note in table.notes)
    assert posterior_section(part, replace(result, beside=type(result.beside)())) is None


def test_r_is_asked_for_both_models(cohorts: AnalysisResult) -> None:
    script = verify_script(cohorts)
    assert 'found <- mixed(d, "t")' in script
    assert re.search(r"events = c\(\d", script)
    assert "metafor gives no weights of a mixed model" in script
    two = verify_script(made_up(2))
    assert 'found <- posterior(d, "half-normal", 0.5)' in two
    assert 'posterior(d, "log-normal", c(-1.28, 0.87))' in two
