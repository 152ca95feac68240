"""Models of counts in a report: cohorts shown apart have the same sentences, methods name what is pooled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_trials import made_up

from metasyn import effect_sizes, explain
from metasyn.analysis import Apart
from metasyn.analysis.run import run_analysis
from metasyn.claims.statement import Subject
from metasyn.effects.plain_table import effects_from_table
from metasyn.report.blocks import Paragraph, Section
from metasyn.report.methods import methods_section
from metasyn.report.models import apart_statements, model_statements
from metasyn.report.outcome import outcome_section
from metasyn.report.phrases import heterogeneity_statements
from metasyn.report.posterior import new_study_statements
from metasyn.report.statements import report_statements
from metasyn.synthesis import SynthesisResult, SynthesisSpec, pool
from tests.analysis.invented_dependence import RESPONSE, invented

COUNTS = {
    "PLO": {"events": (0, 3, 2, 9), "n": (12, 21, 30, 25)},
    "IRLN": {"events": (1, 0, 5, 19), "time": (20.5, 15, 40, 60)},
    "OR": {"events_1": (1, 0, 5), "n_1": (20, 15, 40), "events_2": (6, 2, 7), "n_2": (22, 14, 40)},
    "IRR": {"events_1": (1, 0, 5), "time_1": (20, 15, 40), "events_2": (6, 2, 7), "time_2": (22, 14, 40)},
}


def mixed(measure: str) -> SynthesisResult:
    columns = {name: [str(x) for x in values] for name, values in COUNTS[measure].items()}
    studies = {"study": [f"S{i}" for i in range(len(next(iter(columns.values()))))]}
    made = effects_from_table(
        studies | columns, measure=measure, level=0.95, file="counts", zero_cells="only0"
    )
    return pool(made, model="glmm")


def texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def test_the_model_of_cohorts_shown_apart_is_explained_like_that_of_the_headline() -> None:
    twin = Apart(title="Again", reason="the same cohorts", cohorts=RESPONSE.cohorts, studies=RESPONSE.studies)
    changed = replace(RESPONSE, synthesis=SynthesisSpec(), apart=[twin])
    result = run_analysis(changed, invented(), "response")
    part = result.outcomes[0]
    other = part.apart[0].synthesis
    assert isinstance(other, SynthesisResult)
    section = outcome_section(part, result)
    shown = next(one for one in section.sections if one.anchor.startswith("apart-"))
    said = [one.text for one in apart_statements(other)]
    assert len(said) == 5
    assert said[2].startswith("The variance of the true effects between cohorts was estimated as τ² = ")
    assert "logit normal-normal model" in said[1]
    assert " ".join(said) in texts(shown)
    assert " ".join(said[:2]) in texts(section)
    stated = [one for one in report_statements(result) if one.where == "response-plo apart 1"]
    assert said == [one.statement.text for one in stated][-5:]
    assert all(one.statement.holds(one.subject) for one in stated)


def test_a_bayesian_result_apart_says_what_rests_on_its_prior_and_none_beside_it_does() -> None:
    two = pool(yi=[-0.478, -0.635], sei=[0.1357, 0.1754], measure="HR")
    three = pool(yi=[-0.478, -0.635, -0.2], sei=[0.1357, 0.1754, 0.2], measure="HR")
    assert apart_statements(two) == (*model_statements(two), *new_study_statements(two)) != ()
    assert apart_statements(three) == heterogeneity_statements(three)
    assert model_statements(three) != ()


@pytest.mark.parametrize(
    ("measure", "law", "not_said"),
    [
        ("PLO", "Proportions are pooled by random-effects logistic regression", "person-time"),
        ("IRLN", "Rates are pooled by random-effects Poisson regression", "roportion"),
        ("OR", "noncentral hypergeometric", "roportion"),
        ("IRR", "those of its first group are binomial", "roportion"),
    ],
)
def test_the_methods_name_what_a_mixed_model_pools(measure: str, law: str, not_said: str) -> None:
    result = made_up(3)
    changed = replace(result, outcomes=(replace(result.outcomes[0], synthesis=mixed(measure)),))
    blocks = [block for block in methods_section(changed).blocks if isinstance(block, Paragraph)]
    (text,) = (block.text for block in blocks if block.lead == "Mixed model of counts.")
    assert law in text
    assert not_said not in text
    assert ("median cohort" in text) == (measure in ("PLO", "IRLN"))
    assert (f"share of a {'cohort' if measure in ('PLO', 'IRLN') else 'study'}") in text


@pytest.mark.parametrize("measure", ["OR", "IRR"])
def test_a_study_without_part_in_the_model_has_no_weight_to_lose(measure: str) -> None:
    """Kept by `drop00=False`: weight 0, no error where weights are compared, named where explained."""
    size = "n" if measure == "OR" else "time"
    counts = {"events_1": [1, 0, 5, 0, 9], "events_2": [6, 2, 7, 0, 30]}
    sizes = {f"{size}_1": [20, 15, 40, 10, 60], f"{size}_2": [22, 14, 40, 12, 55]}
    kept = effect_sizes(measure, zero_cells="only0", drop00=False, **counts, **sizes)
    result = pool(kept, model="glmm")
    assert result.k == 5
    assert result.weights[3] == 0
    (said,) = model_statements(result)
    assert "Study 4" not in said.text
    assert said.holds(Subject(result=result))
    without = pool(kept.take([0, 1, 2, 4]), model="glmm")
    assert result.estimate == pytest.approx(without.estimate, rel=1e-9)
    for name in ("estimate", "Q"):
        found, same = (explain(one, name) for one in (result, without))
        assert [line.name for line in found.sums] == [line.name for line in same.sums]
        assert [label for label, _ in found.table.rows] == ["Study 1", "Study 2", "Study 3", "Study 5"]  # type: ignore[union-attr]
    assert dict(explain(result).facts)["Without part in it"].startswith("Study 4: no events")
