"""Tests between groups, of small studies, absolute effects, and the numbers of variants."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metasyn import explain, pool
from metasyn.analysis.explain import explainable
from metasyn.analysis.explain.find import find_numbers
from metasyn.analysis.result import AnalysisResult
from metasyn.synthesis.model import SynthesisResult
from tests.analysis.explain.test_explain_arithmetic import check_line, check_table

MEK, CLASSES = "mek_inhibitor_vs_chemotherapy", "response_rate_by_drug_class"
Y = [-0.9, -0.1, -0.5, -1.4, 0.2, -0.3]
V = [0.1, 0.05, 0.2, 0.08, 0.11, 0.07]
DOSES = ["low", "low", "high", "high", "high", "low"]


@pytest.mark.parametrize("mode", ["separate", "common"])
@pytest.mark.parametrize("model", ["random-effects", "common-effect"])
def test_the_test_between_groups_adds_up(model: str, mode: str) -> None:
    result = pool(yi=Y, vi=V, model=model, by=DOSES, subgroup_tau2=mode)  # type: ignore[arg-type]
    assert result.subgroups is not None
    tree = explain(result, f"{result.subgroups.by}: difference between groups")
    assert [line.name for line in tree.sums] == ["m", "Q", "p"]
    assert tree.sums[1].value == pytest.approx(result.subgroups.Q_between, rel=1e-9)
    assert tree.table is not None
    check_table(tree.table)
    y, se = np.array([values[:2] for _, values in tree.table.rows]).T
    pooled = np.average(y, weights=se**-2)
    assert tree.sums[2].value == pytest.approx(stats.chi2.sf(np.sum(((y - pooled) / se) ** 2), 1), rel=1e-6)
    for line in tree.sums:
        check_line(line)


def test_what_stands_beside_the_pooled_result_has_a_name(shipped: dict[str, AnalysisResult]) -> None:
    names = {one.name for one in explainable(shipped[CLASSES], outcome="orr-plo")}
    assert {"drug_class: difference between groups", "small-study effects", "trim and fill"} <= names
    tree = explain(shipped[CLASSES], "small-study effects", outcome="orr-plo")
    assert [line.name for line in tree.sums] == ["t", "p"]
    for line in tree.sums:
        check_line(line)


def test_absolute_effects_follow_from_the_relative_one(shipped: dict[str, AnalysisResult]) -> None:
    part = next(p for p in shipped[MEK].outcomes if p.slug == "dcr-rr")
    assert isinstance(part.synthesis, SynthesisResult)
    for baseline in part.outcome.baselines:
        tree = explain(shipped[MEK], f"absolute effect: {baseline.label}", outcome="dcr-rr")
        wanted = baseline.risk * (np.exp(part.synthesis.estimate) - 1)
        assert tree.number == pytest.approx(wanted, rel=1e-12)
        assert tree.sums[-1].value == pytest.approx(wanted, rel=1e-9)
        for line in tree.sums:
            check_line(line)


def test_survival_at_a_time_is_raised_to_the_hazard_ratio(shipped: dict[str, AnalysisResult]) -> None:
    part = next(p for p in shipped[MEK].outcomes if p.slug == "pfs-hr")
    assert isinstance(part.synthesis, SynthesisResult)
    tree = explain(shipped[MEK], "absolute effect: 50.0%", outcome="pfs-hr")
    assert tree.number == pytest.approx(0.5 ** np.exp(part.synthesis.estimate) - 0.5, rel=1e-9)


def test_the_numbers_of_tables_are_found_as_they_are_printed(shipped: dict[str, AnalysisResult]) -> None:
    numbers = explainable(shipped["chemotherapy_after_ici"], outcome="orr-plo")

    def found(text: str) -> set[str]:
        return {one.name for one in find_numbers(numbers, text)}

    result = shipped["chemotherapy_after_ici"].outcomes[0].synthesis
    assert isinstance(result, SynthesisResult)
    # rma.glmm(measure="PLO", nAGQ=25, test="t"), metafor 3.8-1: 0.12094 (0.06674 to 0.20928), H2 2.7147,
    # likelihood-ratio test p = 0.008843.
    assert "estimate" in found("95% CI 6.7% to 20.9%")
    assert "estimate" in found("12.1%")
    assert "H2" in found("2.71")
    assert found("p=0.009") == found("p = 0.009") == {"Q"}
    assert found("0.184") == {"between-study variance, logit normal-normal model: DL"}


def test_the_other_model_is_found_by_its_p_value(shipped: dict[str, AnalysisResult]) -> None:
    part = next(p for p in shipped[MEK].outcomes if p.slug == "pfs-hr")
    assert isinstance(part.synthesis, SynthesisResult)
    numbers = explainable(shipped[MEK], outcome="pfs-hr")
    (one,) = find_numbers(numbers, "p = 0.089")
    assert one.name.startswith("model: random effects, ")
    lines = {line.name: line.value for line in one.build().sums}
    assert lines["p"] == pytest.approx(0.089, abs=5e-4)


def test_one_study_alone_has_its_p_value(shipped: dict[str, AnalysisResult]) -> None:
    tree = explain(shipped[MEK], "p", outcome="orr-rr")
    z = np.log((41 / 269) / (9 / 133)) / np.sqrt(1 / 41 - 1 / 269 + 1 / 9 - 1 / 133)
    assert tree.number == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
    assert [line.name for line in tree.sums] == ["z", "p"]
