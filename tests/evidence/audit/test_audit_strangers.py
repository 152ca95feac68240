"""Tables as strangers hand them in: further columns, huge numbers, names used twice, repairs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError
from metasyn.evidence.audit import AuditFinding, Repair, audit_table, read_plain_table
from metasyn.evidence.audit.counts import denominators, sizes_for
from metasyn.evidence.audit.printed import Printed, read_printed
from metasyn.evidence.audit.table import table_entries
from metasyn.evidence.excel.number_format import read_format
from metasyn.values import Finding

Row = dict[str, str]


def only(rows: list[Row], code: str) -> AuditFinding:
    """The one finding of a code."""
    found = [finding for finding in audit_table(rows) if finding.code == code]
    assert len(found) == 1
    return found[0]


def printed(text: str) -> Printed:
    """A figure as printed."""
    found = read_printed(text)
    assert found is not None
    return found


def instead(finding: AuditFinding) -> list[tuple[str, str]]:
    return [(repair.column, repair.instead) for repair in finding.repairs]


def test_bounds_belong_to_the_estimate_before_them() -> None:
    row = {"label": "drug", "median OS (months)": "9.1", "HR": "0.71", "lower": "0.55", "upper": "0.92"}
    first, second = table_entries([row])[0]
    assert (first.statistic, str(first.estimate), str(first.ci_low), first.outcome) == (
        "HR",
        "0.71",
        "0.55",
        "OS",
    )
    assert (second.statistic, str(second.estimate), second.unit) == ("median", "9.1", "months")
    assert second.ci_low is None


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("label,n,n\nresponse,20,30\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="2 columns are called 'n'"):
        read_plain_table(path)


def test_two_columns_of_one_meaning_are_told() -> None:
    found = audit_table([{"label": "x", "n": "20", "sample size": "30", "events": "5"}])
    assert [(f.severity, f.message) for f in found] == [
        ("note", "more than one column holds n; the first is read, left out: 30")
    ]


def test_sizes_that_a_count_and_its_percentage_allow() -> None:
    assert sizes_for(printed("20"), 12) == range(59, 62)
    assert [m for m in range(1, 200) if 19.5 <= 1200 / m <= 20.5] == [59, 60, 61]
    finding = only(
        [{"label": "all", "n": "100"}, {"label": "CR", "events": "12", "percent": "20"}], "n_conflict"
    )
    assert finding.severity == "warning"
    assert "59 or 60 or 61" in finding.message


def test_a_range_of_sizes_is_shown_as_one() -> None:
    allowed = [m for m in range(1, 1000) if 38.5 <= 100 * 213 / m <= 39.5]
    rows = [{"label": "all", "n": "500"}, {"label": "x", "events": "213", "percent": "39"}]
    assert f"{allowed[0]} to {allowed[-1]} participants" in only(rows, "n_conflict").message


def test_denominators_are_nearest_first() -> None:
    found = list(denominators(printed("30.0"), 20, k=6, within=0.5))
    assert found == []
    assert list(denominators(printed("20"), 64, k=12)) == [61, 60, 59]
    assert list(denominators(printed("20"), 60, k=12)) == [59, 61]


def calls(work: Callable[[], object]) -> int:
    """How many functions are called for some work: the same on every machine."""
    count = 0

    def counting(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_huge_numbers_take_no_more_work_than_small_ones() -> None:
    found: list[int] = []
    huge = calls(lambda: found.extend(islice(denominators(printed("30.0"), 1_600_000_000, 500_000_000), 2)))
    assert found == [1_663_893_511, 1_663_893_512]
    assert huge < 100


def test_the_work_grows_with_the_groups_and_hardly_faster() -> None:
    group = {"study": "a", "events": "500000000", "n": "1000000000", "percent": "30.0", "p": "0.03"}
    assert len(audit_table([{**group, "arm": str(place)} for place in range(30)])) > 30
    small = {"study": "a", "events": "5", "n": "10", "percent": "30.0", "p": "0.03"}

    def work(groups: int) -> int:
        table = [{**small, "arm": str(place)} for place in range(groups)]
        return calls(lambda: audit_table(table))

    work(100)
    assert work(800) < 12 * work(100)


def test_a_number_format_of_open_brackets_takes_no_time() -> None:
    few, many = ("[" * length for length in (500, 50_000))
    assert calls(lambda: read_format(many)) < 200 * calls(lambda: read_format(few))


def test_repairs_name_the_slip() -> None:
    bound = {"label": "x", "events": "35", "n": "100", "ci_low": "35.7", "ci_high": "45.2"}
    assert ("ci_low", "25.7") in instead(only([{**bound, "percent": "35.0"}], "ci_incompatible_with_counts"))
    parts = [{"label": x, "n": "44", "part_of": "total"} for x in ("drug", "placebo")]
    assert ("n", "88") in instead(only([*parts, {"label": "total", "n": "98"}], "subgroups_do_not_sum"))
    ratio = {"label": "x", "a": "20", "b": "80", "c": "35", "d": "65", "OR": "0.64"}
    assert instead(only([ratio], "estimate_incompatible_with_counts")) == [("estimate", "0.46")]
    level = {"label": "x", "OR": "0.46", "ci_low": "0.29", "ci_high": "0.75", "p": "0.009"}
    assert ("level", "0.9") in instead(only([level], "p_incompatible_with_ci"))


def test_a_repair_is_told_once() -> None:
    repairs = [Repair(row=row, column="p", printed="0.015", instead="0.15", changes=1) for row in ("1", "2")]
    made = AuditFinding(
        code="p_incompatible_with_ci",
        severity="error",
        message="m",
        rows=("1", "2"),
        labels=("a", "b"),
        repairs=(repairs[0],),
        search=lambda: (replace(repairs[0], changes=2), repairs[1]),
    ).sought()
    assert set(made.repairs) == set(repairs)
    assert len(made.repairs) == 2
    assert str(made).count("p 0.015 -> 0.15") == 1


def test_columns_that_nobody_reads_are_named() -> None:
    row = {"label": "x", "n": "20", "events": "5", "Age": "61", "remark": "none", "Height": "170"}
    assert only([row], "column_not_used").computed == {"columns": ["Age", "Height"]}
    assert table_entries([{**row, "Age": "", "Height": "tall"}])[1] == []


def test_an_error_with_many_findings_lists_the_first() -> None:
    findings = [Finding(code="c", message=f"problem {place}", where="t") for place in range(1000)]
    error = EvidenceError(findings)
    assert len(error.findings) == 1000
    lines = str(error).splitlines()
    assert (len(lines), lines[-1]) == (202, "  and 800 more")
    assert str(EvidenceError(findings[:200])).splitlines()[-1].endswith("problem 199")
