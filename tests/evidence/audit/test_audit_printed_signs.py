"""Levels of intervals and signs before p values against the text that the row copies."""

from __future__ import annotations

import pytest

from metasyn.evidence.audit import AuditFinding
from metasyn.evidence.audit.entry import Entry
from metasyn.evidence.audit.printed_signs_checks import signs_stand_in_text
from metasyn.evidence.model import PValue, ReportedResult
from metasyn.values import Interval


def found(
    text: str, level: float = 0.95, p: PValue | None = None, derived: bool = False
) -> list[AuditFinding]:
    row = ReportedResult(
        result_id="r",
        study_id="s",
        cohort_id="c",
        outcome="o",
        statistic="HR",
        source_id="x",
        locator="p. 3",
        as_printed=text,
        value=0.7,
        ci=Interval(0.5, 0.98, level),
        p=p,
        derived=derived,
    )
    return list(signs_stand_in_text([row], [Entry(row="r")]))


@pytest.mark.parametrize(
    ("text", "level", "p", "repair"),
    [
        ("0.70 (90% CI 0.50-0.98)", 0.95, None, "ci_level 0.95 -> 0.9"),
        ("0.70 (95% CI, 0.50-0.98)", 0.9, None, "ci_level 0.9 -> 0.95"),
        ("0.70; 99% confidence interval 0.50 to 0.98", 0.95, None, "ci_level 0.95 -> 0.99"),
        ("0.70 (0.50-0.98), P <.0001", 0.95, PValue(value=0.0001), "p 0.0001 -> <0.0001"),
        ("0.70 (0.50-0.98), p≤0.01", 0.95, PValue(value=0.01), "p 0.01 -> <0.01"),
        ("0.70 (0.50-0.98), p > 0.05", 0.95, PValue(value=0.05), "p 0.05 -> >0.05"),
    ],
)
def test_another_level_or_a_bound_is_an_error(text: str, level: float, p: PValue | None, repair: str) -> None:
    (one,) = found(text, level, p)
    assert one.severity == "error"
    assert [str(r) for r in one.repairs] == [repair]
    assert one.code == ("not_as_printed" if p else "wrong_level")


@pytest.mark.parametrize(
    ("text", "p"),
    [
        ("0.70 (95% CI 0.50-0.98)", None),
        ("0.70 (0.50-0.98)", None),
        ("0.70 (90% CI 0.53-0.92; 95% CI 0.50-0.98)", None),
        ("0.70 (95% CI 0.50-0.98), p < 0.01", PValue(value=0.01, relation="<")),
        ("0.70 (95% CI 0.50-0.98), p = 0.01", PValue(value=0.01)),
        ("0.70 (95% CI 0.50-0.98), p=0.01 (significant at <0.01)", PValue(value=0.01)),
    ],
)
def test_what_is_printed_is_silent(text: str, p: PValue | None) -> None:
    assert found(text, p=p) == []


def test_derived_rows_are_printed_nowhere() -> None:
    assert found("0.70 (90% CI 0.50-0.98)", derived=True) == []
