"""Tables of many rows without a study column are still checked outcome by outcome."""

from __future__ import annotations

from metasyn.evidence.audit import audit_table


def sums(outcomes: int) -> list[dict[str, str]]:
    """Per outcome two parts and a whole that is not their sum."""
    rows = []
    for number in range(outcomes):
        name = f"outcome {number}"
        rows += [
            {"outcome": name, "label": "women", "events": "10", "n": "40"},
            {"outcome": name, "label": "men", "events": "12", "n": "50"},
            {"outcome": name, "label": "all", "events": "27", "n": "90"},
        ]
    return rows


def test_more_rows_do_not_silence_the_checks_of_an_outcome() -> None:
    for outcomes in (60, 70):
        errors = [finding for finding in audit_table(sums(outcomes)) if finding.severity == "error"]
        assert [finding.code for finding in errors] == ["subgroups_do_not_sum"] * outcomes
