"""Checks of one row, each from arithmetic done by hand."""

from __future__ import annotations

import pytest

from metasyn.evidence.audit import AuditFinding, audit_table


def of_one(**cells: str) -> tuple[AuditFinding, ...]:
    return audit_table([cells])


def code(**cells: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in of_one(**cells)]


def test_the_repairs_of_an_impossible_percentage() -> None:
    # 9/74 = 12.16, 9/69 = 13.04; 9.62 events would be 13.0 % of 74.
    found = of_one(label="response", events="9", n="74", percent="13.0")
    assert [f.code for f in found] == ["percent_not_k_over_n", "n_conflict"]
    repairs = {(r.column, r.instead) for r in found[0].repairs}
    assert {("n", "69"), ("percent", "12.2")} <= repairs
    assert found[0].computed["share"] == pytest.approx(12.162162)


def test_cut_off_is_not_rounded() -> None:
    # 55/72 = 76.389, 6/42 = 14.286.
    assert code(label="x", events="55", n="72", percent="76.3") == [("truncated_not_rounded", "warning")]
    assert code(label="x", n="42", percent="14.2") == [("truncated_not_rounded", "warning")]


@pytest.mark.parametrize(
    "label", ["6-month survival", "PFS at 12 months", "Kaplan-Meier estimate", "about 13.5% of them"]
)
def test_a_percentage_that_need_not_be_a_share(label: str) -> None:
    assert code(label=label, n="19", percent="13.5") == []


def test_more_events_than_participants() -> None:
    assert code(label="deaths", events="31", n="26") == [("events_v_patients", "error")]
    assert code(label="toxicity, episodes", events="31", n="26") == [("events_v_patients", "warning")]


def test_where_an_estimate_stands() -> None:
    # sqrt(.47 * .80) = .613; .62 is within the rounding of the bounds.
    assert code(statistic="HR", estimate="0.62", ci_low="0.47", ci_high="0.80") == []
    # Equal distances .15 and .15 as they stand; on the log scale the centre is .602.
    assert code(statistic="HR", estimate="0.620", ci_low="0.470", ci_high="0.770") == [
        ("natural_for_log_scale", "warning")
    ]
    # ln(.95/.62) = .427, ln(.62/.47) = .277: one side 1.5 times the other.
    assert code(statistic="HR", estimate="0.62", ci_low="0.47", ci_high="0.95")[0][0] == "asymmetric_ci"
    assert code(statistic="median", estimate="2.8", ci_low="2.8", ci_high="3.6") == []
    assert code(statistic="MD", estimate="-2.0", ci_low="-5.0", ci_high="1.0") == []


def test_a_typo_is_offered_as_a_repair() -> None:
    found = of_one(statistic="HR", estimate="0.62", ci_low="0.47", ci_high="8.0")
    assert found[0].code == "asymmetric_ci"
    assert ("ci_high", "0.80") in {(r.column, r.instead) for r in found[0].repairs} or any(
        r.column == "ci_high" and float(r.instead) == 0.8 for r in found[0].repairs
    )


def test_an_estimate_outside_its_interval() -> None:
    found = of_one(statistic="OR", estimate="0.3", ci_low="0.5", ci_high="0.7")
    assert [(f.code, f.severity) for f in found] == [("point_outside_ci", "error")]
    assert ("estimate", "0.6") in {(r.column, r.instead) for r in found[0].repairs}
    assert code(statistic="OR", estimate="0.6", ci_low="0.7", ci_high="0.5")[0] == (
        "point_outside_ci",
        "error",
    )
    # exp(-0.478) = 0.62.
    assert code(statistic="HR", estimate="-0.478", ci_low="0.47", ci_high="0.80") == [
        ("natural_for_log_scale", "error")
    ]


def test_p_values_and_intervals() -> None:
    row = {"statistic": "HR", "estimate": "0.62", "ci_low": "0.47", "ci_high": "0.80"}
    # z = ln(.62) / (ln(.80/.47) / 3.92) = -3.52: two-sided .0004, one-sided .0002.
    assert code(**row, p="0.0004") == []
    assert code(**row, p="<0.001") == []
    assert code(**row, p="0.0002", sides="one") == []
    assert code(**row, p="<.0001") == [("p_incompatible_with_ci", "error")]
    assert code(**row, p="0.04") == [("p_incompatible_with_ci", "error")]
    assert code(**row, p="ns") == [("p_incompatible_with_ci", "error")]
    assert code(**row, p=">0.05", sides="two") == [("p_incompatible_with_ci", "error")]


def test_words_around_a_p_value() -> None:
    row = {"statistic": "HR", "estimate": "0.62", "ci_low": "0.47", "ci_high": "0.80"}
    assert code(**row, p="one-sided <0.001") == []
    assert code(**row, p="two-sided 0.0001 (text)") == code(**row, p="0.0001", sides="two") != []
    assert code(**row, p="ns (Table 2)") == [("p_incompatible_with_ci", "error")]


def test_the_level_of_an_interval() -> None:
    # HR .70, se .15: p = .0174; the 90% interval is .547 to .896, the 99% .476 to 1.030.
    row = {"statistic": "HR", "estimate": "0.700", "p": "0.0174", "sides": "two"}
    assert code(**row, ci_low="0.547", ci_high="0.896", level="0.90") == []
    found = of_one(**row, ci_low="0.547", ci_high="0.896")
    assert [(f.code, f.severity) for f in found] == [("wrong_level", "error")]
    assert found[0].repairs[0].instead == "0.9"
    assert code(**row, ci_low="0.476", ci_high="1.030", level="95") == [("wrong_level", "error")]


def test_standard_errors() -> None:
    # ln(.939/.522)/3.92 = .1498
    row = {"statistic": "HR", "estimate": "0.700", "ci_low": "0.522", "ci_high": "0.939", "n": "400"}
    assert code(**row, se="0.150") == []
    for wrong, word in (("0.0225", "it is the variance"), ("3.00", "it is the standard deviation")):
        found = of_one(**row, se=wrong)
        assert [f.code for f in found] == ["se_not_from_ci"]
        assert word in found[0].message
    assert code(**row, sd="3.0") == []
    assert code(**row, sd="0.15") == [("se_not_from_ci", "error")]
    assert code(**row, variance="0.0224") == []
    assert code(**row, variance="0.150") == [("se_not_from_ci", "error")]
    # (.939 - .522)/3.92 = .106: the error of the ratio itself.
    assert code(**row, se="0.106") == [("natural_for_log_scale", "error")]


def test_intervals_of_a_proportion() -> None:
    # 9/133: Clopper-Pearson 3.14 to 12.46.
    row = {"label": "response", "events": "9", "n": "133", "percent": "6.8"}
    assert code(**row, ci_low="3.1", ci_high="12.5") == []
    assert code(**row, ci_low="3", ci_high="13") == [("double_rounding", "note")]
    assert code(**row, ci_low="3.6", ci_high="11.5")[0] == ("wrong_level", "error")
    assert code(**row, ci_low="5.0", ci_high="9.0") == [("ci_incompatible_with_counts", "warning")]
    assert code(label="x", events="9", n="133", ci_low="7.0", ci_high="13")[0][0] == "point_outside_ci"


def test_heterogeneity() -> None:
    # (17 - 9)/17 = 47.1%; P(chi2_9 > 17) = .0487.
    assert code(q="17", df="9", i2="47", p="0.05") == []
    assert code(q="17", df="9", i2="53") == [("i2_vs_q", "note")]
    assert code(q="17", df="9", p="0.2") == [("p_incompatible_with_q", "error")]
    assert code(q="17", df="8", n_studies="10") == [("k_mismatch", "error")]


def test_a_first_stage_that_was_overrun() -> None:
    row = {"label": "response", "events": "0", "n": "25", "stage1_n": "21", "stage1_needed": "2"}
    assert code(**row) == [("simon_overrun", "warning")]
    assert code(**{**row, "events": "2"}) == []
    assert code(**{**row, "n": "21"}) == []


def test_a_cell_that_cannot_be_read_is_named() -> None:
    found = of_one(label="response", events="about ten", n="20", percent="50")
    assert [(f.code, f.severity) for f in found] == [("unreadable_cell", "warning")]
    assert "about ten" in found[0].message
    assert code(label="x", events="", n="NR", percent="-", estimate="not reached") == []


def test_a_finding_as_a_document() -> None:
    document = of_one(label="response", n="19", percent="13.5")[0].to_dict()
    assert list(document) == ["code", "severity", "message", "rows", "computed", "repairs", "accepted"]
    assert document["rows"] == [{"row": "1", "label": "response"}]
    assert document["message"].startswith("no whole number of 19 gives 13.5% (2/19 = 10.53%, 3/19 = 15.79%)")


def test_an_answer_closes_its_code_only() -> None:
    answer = "percent_not_k_over_n: one patient untested"
    found = of_one(label="response", events="9", n="74", percent="13.0", accepted_because=answer)
    assert [(f.code, f.open) for f in found] == [("percent_not_k_over_n", False), ("n_conflict", True)]
    assert found[0].accepted == "one patient untested"
