"""Finding numbers, walking back to figures, and from figures forward."""

from __future__ import annotations

import json
import math

import pytest

from metasyn import explain, pool
from metasyn.analysis.explain import Explanation, explainable, trace
from metasyn.analysis.explain.find import find_numbers, numbers_of, stands_in
from metasyn.analysis.explain.text import explanation_text
from metasyn.analysis.result import AnalysisResult
from metasyn.errors import OptionError
from tests.analysis.explain.test_explain_arithmetic import check_line

BCG_LIKE = {"yi": [-0.9, -0.1, -0.5, -1.4], "vi": [0.1, 0.05, 0.2, 0.08]}
MEK = "mek_inhibitor_vs_chemotherapy"
ICI = "ici_nras_mutant_vs_wild_type"


def named(tree: Explanation, kind: str) -> list[Explanation]:
    return [one for one in tree.walk() if one.kind == kind]


def test_an_estimate_leads_to_every_figure_behind_it(shipped: dict[str, AnalysisResult]) -> None:
    for result in shipped.values():
        evidence = result.evidence
        assert evidence is not None
        rows = {row.result_id: row for row in evidence.results}
        for part in result.outcomes:
            if not part.effects.k:
                continue
            tree = explain(result, "estimate", outcome=part.slug)
            figures = {one.key: one for one in named(tree, "figure")}
            wanted = {row.result_id for effect in part.effects.effects for row in effect.rows}
            while more := {i for key in wanted for i in rows[key].derived_from} - wanted:
                wanted |= more
            assert set(figures) == wanted
            assert all(figures[key].shown in (rows[key].as_printed, "not printed as such") for key in wanted)


def test_a_figure_tells_its_source_place_and_document(shipped: dict[str, AnalysisResult]) -> None:
    tree = explain(shipped[MEK], "NEMO", outcome="PFS")
    facts = dict(named(tree, "figure")[0].facts)
    assert facts["Source"].startswith("Dummer R")
    assert facts["Place"] == "abstract, Findings"
    assert facts["DOI"] == "10.1016/S1470-2045(17)30180-8"


def test_a_recovered_figure_stands_above_those_it_comes_from(shipped: dict[str, AnalysisResult]) -> None:
    tree = explain(shipped[ICI], "Johnson 2015", outcome="ORR")
    recovered = next(one for one in tree.parts if one.key == "JOHN-ORR-EV-3")
    assert recovered.shown == "not printed as such"
    assert dict(recovered.facts)["Recovered by"] == "32% of 60: only 19 rounds to it"
    assert [one.key for one in recovered.parts] == ["JOHN-ORR-PCT-3"]
    assert recovered.parts[0].shown == "32%"


def test_a_number_is_found_as_it_stands_in_the_report(shipped: dict[str, AnalysisResult]) -> None:
    numbers = explainable(shipped[MEK], outcome="PFS")
    assert {one.name for one in find_numbers(numbers, "0.62")} >= {"NEMO (Dummer 2017)"}
    assert [one.name for one in find_numbers(numbers, "tau2")] == ["tau2"]
    assert [one.name for one in find_numbers(numbers, "nemo")] == ["NEMO (Dummer 2017)"]
    with pytest.raises(OptionError, match=r"no number is called or reads '0\.6'"):
        find_numbers(numbers, "0.6")


def test_a_time_is_found_with_and_without_its_unit() -> None:
    shown = "Median 9.10\N{NO-BREAK SPACE}months (7.00 to 12.2\N{NO-BREAK SPACE}months)"
    assert all(
        stands_in(text, shown) for text in ("9.10 (7.00 to 12.2)", "9.10 months", "9.10", "12.2 months")
    )
    assert not any(stands_in(text, shown) for text in ("9.10 weeks", "9.1", "7.00 (7.00"))


def test_what_does_not_exist_is_refused_with_what_does(shipped: dict[str, AnalysisResult]) -> None:
    with pytest.raises(OptionError, match="say one of: pfs-hr, os-hr"):
        explain(shipped[MEK], outcome="PPS")
    with pytest.raises(OptionError, match=r"did you mean:\n  estimate  HR"):
        explain(shipped[MEK], "estimmate", outcome="PFS")
    with pytest.raises(OptionError, match="may be 5 numbers"):
        explain(shipped[MEK], "estimate")


def test_a_figure_leads_forward_to_its_uses(shipped: dict[str, AnalysisResult]) -> None:
    evidence = shipped[MEK].evidence
    assert evidence is not None
    results = list(shipped.values())
    used = trace(evidence, results, "NEMO-PFS-HR-2")
    assert [one.title for one in used.parts[1:]] == [f"{MEK}, pfs-hr"]
    assert used.parts[1].shown.startswith("used in the effect of NEMO (Dummer 2017): HR 0.62 (0.47 to 0.80)")
    behind = trace(evidence, results, "JOHN-ORR-PCT-3")
    assert "serves to recover JOHN-ORR-EV-3" in behind.parts[-1].shown or any(
        "serves to recover JOHN-ORR-EV-3" in one.shown for one in behind.parts
    )
    with pytest.raises(OptionError, match="is not the id of a reported result"):
        trace(evidence, results, "NEMO-PFS-HR-99")


def test_every_row_of_the_tables_has_a_use_or_a_reason(shipped: dict[str, AnalysisResult]) -> None:
    evidence = shipped[MEK].evidence
    assert evidence is not None
    for row in evidence.results:
        found = trace(evidence, list(shipped.values()), row.result_id)
        assert len(found.parts) > 1 or found.shown.startswith("nowhere: "), row.result_id


def test_a_result_of_arrays_is_explained_down_to_what_was_given() -> None:
    for method in ("REML", "DL", "ML", "PM", "EB", "HE", "HS", "SJ"):
        result = pool(**BCG_LIKE, tau2_method=method, ci_method="hartung-knapp")
        tree = explain(result, "tau2")
        assert tree.sums, method
        for line in (*tree.sums, *explain(result).sums, *explain(result, "Q").sums):
            check_line(line)
        study = explain(result, "Study 2")
        assert dict(study.facts)["y, se"] == "−0.1, 0.22361"


def test_a_tau2_that_is_set_to_zero_says_so() -> None:
    result = pool(yi=[0.1, 0.11, 0.12], vi=[0.1, 0.1, 0.1], tau2_method="DL")
    tree = explain(result, "tau2")
    assert tree.sums[-1].value == 0
    assert "set to 0" in dict(tree.facts)["Note"]


@pytest.mark.parametrize(
    "ci_method", ["hartung-knapp-adhoc", "t", "wald", "profile-likelihood", "kenward-roger"]
)
def test_an_interval_is_worked_or_said_not_to_be(ci_method: str) -> None:
    result = pool(**BCG_LIKE, model="random-effects", ci_method=ci_method)
    tree = explain(result)
    values = {line.name: line.value for line in tree.sums}
    if ci_method == "profile-likelihood":
        assert values == {}
        assert "chi-square with 1 degree of freedom" in dict(tree.facts)["Formula"]
        assert tree.table is not None
        return
    assert values["μ"] == pytest.approx(result.estimate)
    for name, bound in (("low", result.ci.low), ("high", result.ci.high)):  # type: ignore[union-attr]
        assert math.isclose(values[name], bound, rel_tol=1e-6)


def test_weights_of_the_user_have_no_sum_of_their_own() -> None:
    result = pool(**BCG_LIKE, weights=[1, 2, 3, 4], model="random-effects", ci_method="wald")
    assert explain(result).sums == ()
    assert dict(explain(result).facts)["Formula"].startswith("μ = Σuy/Σu")


def test_one_study_is_reported_not_pooled() -> None:
    tree = explain(pool(yi=[-0.5], vi=[0.04], measure="HR", labels=["Ax"]))
    assert tree.sums == ()
    assert [one.title for one in tree.parts] == ["Ax"]


def test_text_fits_its_width_and_plain_data_is_json(shipped: dict[str, AnalysisResult]) -> None:
    for result in shipped.values():
        for number in numbers_of(result):
            if number.name not in ("estimate", "tau2", "Q"):
                continue
            tree = number.build()
            json.dumps(tree.to_dict(), allow_nan=False)
            for line in explanation_text(tree, width=80).splitlines():
                long_word = max(map(len, line.split()), default=0)
                assert len(line) <= 80 or long_word > 30, line


def test_the_same_twice(shipped: dict[str, AnalysisResult]) -> None:
    first, second = (str(explain(shipped[ICI], "estimate", outcome="OS")) for _ in range(2))
    assert first == second
