"""Test statistics, standard errors, log-rank totals, rows of several studies; arithmetic by hand."""

from __future__ import annotations

import pytest
from scipy.optimize import brentq
from scipy.stats import binom

from metasyn.evidence.audit import audit_table
from metasyn.evidence.audit.counts import denominators, is_percent_of
from metasyn.evidence.audit.headings import read_headings
from metasyn.evidence.audit.printed import read_printed
from metasyn.evidence.audit.proportion_intervals import proportion_intervals


def code(**cells: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in audit_table([cells])]


def test_p_values_of_test_statistics() -> None:
    # P(|Z| > 1.96) = .0500, P(chi2_1 > 3.84) = .0500, P(chi2_2 > 5.99) = .0500.
    for cells in ({"z": "1.96"}, {"z": "-1.96"}, {"chi2": "3.84"}, {"chi2": "5.99", "df": "2"}):
        assert code(label="x", p="0.05", **cells) == []
        assert code(label="x", p="0.5", **cells) == [("p_incompatible_with_statistic", "error")]
    assert code(label="x", z="1.96", p="0.025", sides="one") == []


def test_p_values_of_an_estimate_over_its_error() -> None:
    # ln(.62)/.136 = -3.51: p = .0004; 1.2/.5 = 2.4: p = .016.
    assert code(label="x", HR="0.62", se="0.136", p="<0.001") == []
    assert code(label="x", HR="0.62", se="0.136", p="0.3") == [("p_incompatible_with_ci", "error")]
    assert code(label="x", MD="1.2", se="0.5", p="0.016") == []
    assert code(label="x", MD="1.2", se="0.5", p="0.4") == [("p_incompatible_with_ci", "error")]


def test_hazard_ratios_and_log_rank_totals() -> None:
    # exp(-12 / 25) = .619, the other way round 1.616.
    row = {"label": "x", "O-E": "-12.0", "V": "25.0"}
    assert code(**row, HR="0.62") == code(**row, HR="0.66") == []
    assert code(**row, HR="1.62") == [("direction_flip", "error")]
    assert code(**row, HR="0.92") == [("estimate_incompatible_with_counts", "warning")]


def test_a_test_that_is_named_leaves_no_room() -> None:
    # ln(.700)/.15 = -2.378: p = .0174; the log-rank test may give .015, the Wald test may not.
    row = {"label": "x", "HR": "0.700", "ci_low": "0.522", "ci_high": "0.939", "sides": "two"}
    assert code(**row, p="0.016") == code(**row, p="0.016", test="log-rank") == []
    assert code(**row, p="0.016", test="Cox") == [("p_incompatible_with_ci", "warning")]
    assert code(**row, p="0.009", test="Cox") == [("p_incompatible_with_ci", "error")]


def test_a_coarse_interval_does_not_tell_its_level() -> None:
    # OR 34*216/(314*58) = .4032, se .2334: 95% .255 to .637, 99% .221 to .736; an exact one may be .2 to .7.
    rows = [
        {"label": "a", "events": "34", "n": "348"},
        {"label": "b", "events": "58", "n": "274"},
        {"label": "a v b", "statistic": "OR", "estimate": "0.4", "ci_low": "0.2", "ci_high": "0.7"},
    ]
    assert audit_table(rows) == ()
    fine = {**rows[2], "estimate": "0.403", "ci_low": "0.221", "ci_high": "0.736"}
    assert [f.code for f in audit_table([*rows[:2], fine])] == ["wrong_level"]


@pytest.mark.parametrize(("k", "n"), [(1, 2), (5, 17), (16, 17), (20, 60), (1999, 3000)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_mid_p_interval_by_its_definition(k: int, n: int, level: float) -> None:
    def above(p: float) -> float:
        return float(binom.sf(k, n, p) + 0.5 * binom.pmf(k, n, p))

    tail = (1 - level) / 2
    expected = [
        brentq(lambda p, wanted=wanted: above(p) - wanted, 1e-12, 1 - 1e-12, xtol=1e-14)
        for wanted in (tail, 1 - tail)
    ]
    assert proportion_intervals(k, n, level)["mid-p"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("percent", "k", "n"), [("13.0", 9, 74), ("7", 3, 40), ("0.5", 1, 190), ("100", 5, 6)]
)
def test_denominators_are_all_that_fit(percent: str, k: int, n: int) -> None:
    printed = read_printed(percent)
    assert printed is not None
    reach = max(5, n // 4)
    every = [m for m in range(max(k, n - reach), n + reach + 1) if m != n and is_percent_of(printed, k, m)]
    found = list(denominators(printed, n, k))
    assert sorted(found) == every
    assert [abs(m - n) for m in found] == sorted(abs(m - n) for m in found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("No. of responders", "events"),
        ("n/N (%)", "percent"),
        ("HR (90% CI)", "estimate"),
        ("95% CI lower", "ci_low"),
        ("hr_upper", "ci_high"),
        ("P for interaction", "p"),
        ("% of patients", "percent"),
        ("n control", "n_2"),
        ("treatment_events", "events"),
        ("median PFS (months)", "estimate"),
    ],
)
def test_headings(name: str, expected: str) -> None:
    assert read_headings([name])[name].name == expected


def test_a_heading_nobody_knows_is_kept_as_it_is() -> None:
    heading = read_headings(["Colour of the eyes"])["Colour of the eyes"]
    assert not heading.known
    assert heading.name == "Colour of the eyes"


def test_further_columns_are_rows_of_their_own() -> None:
    # 35.8% of 100 is no whole number; 36% is.
    assert [f.code for f in audit_table([{"arm": "A", "n": "100", "ORR": "35.8%", "DCR": "71%"}])] == [
        "percent_not_k_over_n"
    ]
    assert audit_table([{"arm": "A", "n": "100", "ORR": "36%", "DCR": "71%"}]) == ()


def test_only_the_most_serious_findings_are_searched_for_slips() -> None:
    rows = [
        {"study": f"s{i}", "label": "x", "events": "12", "n": "45", "percent": "28.7"} for i in range(600)
    ]
    found = [f for f in audit_table(rows) if f.code == "percent_not_k_over_n"]
    assert len(found) == 600
    assert found[0].repairs
    assert not found[-1].repairs
    assert found[-1].sought().repairs[0].instead == found[0].repairs[0].instead


def test_repairs_are_ranked_by_how_little_they_change() -> None:
    found = audit_table([{"HR": "0.62", "ci_low": "0.47", "ci_high": "0.80", "p": "0.04", "sides": "two"}])
    changes = [repair.changes for repair in found[0].repairs]
    assert changes == sorted(changes)
    assert all(repair.column in ("ci_low", "estimate", "ci_high", "p") for repair in found[0].repairs)
    # ln(.62)/(ln(.80/.47)/3.92) = -3.52: p = .00043.
    assert ("p", "0.00043") in {(repair.column, repair.instead) for repair in found[0].repairs}
