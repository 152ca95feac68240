"""Checks over several rows, each from arithmetic done by hand."""

from __future__ import annotations

import pytest

from metasyn.evidence.audit import audit_table

Row = dict[str, str]


def codes(*rows: Row) -> dict[str, str]:
    return {finding.code: finding.severity for finding in audit_table(rows)}


def arm(label: str, events: str, n: str, **cells: str) -> Row:
    return {"label": label, "events": events, "n": n, **cells}


@pytest.mark.parametrize("p", ["0.015", "0.0154", "0.016", "0.024", "<0.05", ".02"])
def test_a_p_value_of_some_common_test(p: str) -> None:
    # 41/269 v 9/133: chi-square .0154, Fisher .0158, with Yates's correction .0237.
    assert codes(arm("a", "41", "269", p=p), arm("b", "9", "133")) == {}


@pytest.mark.parametrize("p", ["0.15", "0.0015", ">0.05", "ns", "0.04"])
def test_a_p_value_of_no_test(p: str) -> None:
    found = codes(arm("a", "41", "269", p=p, sides="two"), arm("b", "9", "133"))
    assert found == {"p_incompatible_with_counts": "error"}


def test_percentages_stand_for_every_count_they_allow() -> None:
    # 42% of 162 is 68 only; 37% of 169 is 62 or 63: .38 with 63.
    rows = [
        {"label": "a", "n": "162", "percent": "42", "p": ".38"},
        {"label": "b", "n": "169", "percent": "37"},
    ]
    assert codes(*rows) == {}
    assert codes({**rows[0], "p": ".08"}, rows[1]) == {"p_incompatible_with_counts": "error"}


def test_a_p_value_of_another_contrast() -> None:
    groups = [arm("x", "30", "60"), arm("y", "16", "53"), arm("z", "34", "116", p="0.0044")]
    assert codes(*groups) == {"p_wrong_contrast": "warning"}
    assert codes(*groups[:2], {**groups[2], "p": "0.017"}) == {}


def test_a_p_value_in_the_rows_of_two_groups_is_theirs() -> None:
    two = [arm("a", "41", "269", p="0.015"), arm("b", "9", "133", p="0.015")]
    assert codes(arm("c", "30", "60", p=""), *two) == {}


def test_a_p_value_far_from_any_groups_is_not_compared() -> None:
    groups = [arm("a", "41", "269", outcome="x"), arm("b", "9", "133", outcome="x")]
    between, p = {"label": "age", "outcome": "y"}, {"label": "c", "outcome": "x", "p": "0.5"}
    assert codes(*groups, p) == {"p_incompatible_with_counts": "error"}
    assert codes(*groups, between, p) == {}


def test_a_ratio_and_its_counts() -> None:
    # OR = 41 * 124 / (228 * 9) = 2.478, se .3847: 1.166 to 5.266; RR = 2.252.
    rows = [arm("drug", "41", "269"), arm("placebo", "9", "133")]
    ratio = {
        "label": "drug v placebo",
        "statistic": "OR",
        "estimate": "2.48",
        "ci_low": "1.17",
        "ci_high": "5.27",
    }
    assert codes(*rows, ratio) == {}
    inverse = {**ratio, "estimate": "0.40", "ci_low": "0.19", "ci_high": "0.86"}
    assert codes(*rows, inverse) == {"direction_flip": "error"}
    other = {"label": "drug v placebo", "statistic": "OR", "estimate": "2.25"}
    assert codes(*rows, other) == {"estimate_incompatible_with_counts": "warning"}
    at_90 = {**ratio, "ci_low": "1.32", "ci_high": "4.66"}
    assert codes(*rows, at_90) == {"wrong_level": "error"}


def test_swapped_sizes_need_two_impossible_rows() -> None:
    # 41/133 and 9/269 give neither 15.2 nor 6.8.
    rows = [arm("a", "41", "133", percent="15.2"), arm("b", "9", "269", percent="6.8")]
    assert "swapped_group_sizes" in codes(*rows)
    assert "swapped_group_sizes" not in codes(rows[0], arm("b", "9", "133", percent="6.8"))


def test_a_split_that_no_sizes_allow() -> None:
    # With n1 + n2 = 10 only 1/2, 1/4 and the like are possible: never 33% and 33% in 1 decimal of 10.
    rows = [
        {"label": "a", "percent": "37.7", "total": "194"},
        {"label": "b", "percent": "26.6", "total": "194"},
    ]
    assert codes(*rows) == {}
    small = [
        {"label": "a", "percent": "37.7", "total": "12"},
        {"label": "b", "percent": "26.6", "total": "12"},
    ]
    assert codes(*small) == {"percent_not_k_over_n": "error"}


def test_parts_and_wholes() -> None:
    parts = [arm("one", "10", "50"), arm("two", "20", "50")]
    together = {"subgroup_and_total": "note"}
    assert codes(*parts, arm("total", "30", "100")) == together
    assert codes(*parts, arm("total", "31", "100")) == {"subgroups_do_not_sum": "error", **together}
    assert codes(*parts, arm("total", "30", "98")) == {"subgroups_do_not_sum": "error"}
    assert codes(*parts, arm("total", "30", "102")) == {"subgroups_do_not_sum": "warning"}
    told = [{"label": x, "n": n, "total": "100"} for x, n in (("one", "60"), ("two", "45"))]
    assert codes(*told)["subgroups_do_not_sum"] == "error"


def test_separate_studies_are_no_parts() -> None:
    assert codes(arm("Oak 2010", "10", "50"), arm("Elm 2012", "20", "50"), arm("Ash 2015", "31", "100")) == {}


def test_a_remainder_at_its_extreme() -> None:
    # 68 - 16 - 49 = 3 events for 3 patients, at a rate of .42: .42^3 = .07.
    rows = [arm("one", "16", "45"), arm("two", "49", "114"), {"label": "three", "n": "3"}]
    assert codes(*rows, arm("total", "68", "162")) == {"part_total_boundary": "warning"}
    assert codes(*rows, arm("total", "67", "162")) == {}
    assert codes(*rows, arm("total", "69", "162")) == {"subgroups_do_not_sum": "error"}


def test_response_categories() -> None:
    def group(**events: str) -> list[Row]:
        return [arm("all", k, "40", cohort="all", outcome=name) for name, k in events.items()]

    assert codes(*group(CR="2", PR="8", ORR="10", SD="12", DCR="22", PD="18")) == {}
    assert codes(*group(CR="2", PR="8", ORR="11")) == {"subgroups_do_not_sum": "error"}
    assert codes(*group(ORR="12", DCR="10"))["nested_outcomes"] == "error"
    assert codes(*group(ORR="16", DCR="16")) == {"duplicate_value": "note"}
    assert codes(*group(PR="20", SD="12", PD="10")) == {"subgroups_do_not_sum": "error"}


def test_two_halves() -> None:
    # 1367/3161 = 43.2%, so 56.8% are men.
    women = arm("women", "1367", "3161")
    assert codes(women, {"label": "men", "percent": "57"}) == {}
    assert codes(women, {"label": "men", "percent": "54"}) == {"count_mismatch": "warning"}


def test_sources_that_disagree() -> None:
    one = {"study": "Oak", "source": "paper", "label": "response", "percent": "15"}
    assert codes(one, {**one, "source": "abstract", "percent": "15.2"}) == {}
    assert codes(one, {**one, "source": "abstract", "percent": "16.2"}) == {
        "cross_source_conflict": "warning"
    }
    stated = (
        {**one, "definition": "confirmed"},
        {**one, "source": "abstract", "percent": "20", "definition": "any"},
    )
    assert codes(*stated) == {"cross_source_conflict": "note"}
    size = {"study": "Oak", "source": "paper", "label": "all", "n": "100"}
    assert codes(size, {**size, "source": "abstract", "n": "101"}) == {"n_conflict": "warning"}


def test_times_in_another_unit_can_agree() -> None:
    one = {"study": "Oak", "source": "paper", "outcome": "PFS", "cohort": "all", "statistic": "median"}
    rows = (
        {**one, "estimate": "13.0", "unit": "weeks"},
        {**one, "source": "page", "estimate": "3.0", "unit": "months"},
    )
    assert codes(*rows) == {"time_unit_mix": "warning"}
    assert "cross_source_conflict" in codes(rows[0], {**rows[1], "estimate": "13.0"})


def test_groups_that_change_places() -> None:
    def places(*percents: str) -> list[Row]:
        where = [("text", "a"), ("text", "b"), ("Table 1", "a"), ("Table 1", "b")]
        return [
            {"study": "Oak", "source": "paper", "locator": w, "cohort": c, "outcome": "ORR", "percent": p}
            for (w, c), p in zip(where, percents, strict=True)
        ]

    assert codes(*places("7", "15", "15", "7")) == {"arm_order": "warning"}
    assert codes(*places("7", "15", "7", "15.2")) == {}


def test_medians_and_hazard_ratio() -> None:
    def trial(hr: str, low: str, high: str) -> list[Row]:
        times = [
            {"label": a, "statistic": "median", "estimate": t, "unit": "months"}
            for a, t in (("A", "3.1"), ("B", "5.2"))
        ]
        return [*times, {"label": "A v B", "statistic": "HR", "estimate": hr, "ci_low": low, "ci_high": high}]

    assert codes(*trial("1.60", "1.23", "2.08")) == {}
    assert codes(*trial("0.62", "0.48", "0.80")) == {"direction_flip": "warning"}
    assert codes(*trial("0.92", "0.70", "1.21")) == {"direction_flip": "note"}


def test_medians_and_hazard_ratio_without_names() -> None:
    times = [
        {"label": f"median PFS, {a}", "estimate": t, "unit": "months"}
        for a, t in (("new", "3.1"), ("old", "5.2"))
    ]
    ratio = {"label": "PFS HR", "ci_low": "0.48", "ci_high": "0.80", "estimate": "0.62"}
    assert codes(*times, ratio) == {"direction_flip": "warning"}
    assert codes(*reversed(times), ratio) == {}


def test_reports_that_share_participants() -> None:
    def report(name: str, **cells: str) -> Row:
        return {"study": name, "label": name, "n": "59", **cells}

    same = "NCT01320085"
    assert codes(report("Oak", registry_id=same), report("Elm", registry_id=f"{same}; other")) == {
        "overlapping_cohorts": "warning"
    }
    three = "Oslo; Bergen; Lund"
    assert "overlapping_cohorts" in codes(report("Oak", centre=three), report("Elm", centre=three))
    assert codes(report("Oak", centre="Oslo"), report("Elm", centre="Lund")) == {}


def test_uneven_exclusions() -> None:
    def arms(*n: str) -> list[Row]:
        return [
            {"study": "Oak", "outcome": "harm", "cohort": c, "n": k, "randomised": m}
            for c, k, m in zip("ab", n, ("269", "133"), strict=True)
        ]

    assert codes(*arms("269", "114")) == {"differential_exclusion": "warning"}
    assert codes(*arms("262", "130")) == {}


def test_one_study_one_phase() -> None:
    rows = [{"study": "Oak", "label": x, "phase": p} for x, p in (("text", "Phase I"), ("table", "2"))]
    assert codes(*rows) == {"phase_conflict": "warning"}
    assert codes(rows[0], {**rows[1], "phase": "1"}) == {}


def test_the_order_of_findings_is_that_of_their_weight() -> None:
    rows = [{"label": "x", "q": "17", "df": "9", "i2": "53"}, {"label": "y", "n": "19", "percent": "13.5"}]
    found = audit_table(rows)
    assert [finding.severity for finding in found] == ["error", "note"]
    assert audit_table(rows) == found
