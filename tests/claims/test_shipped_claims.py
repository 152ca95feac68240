"""What the shipped scripts claim and assume, held against the figures as their sources print them."""

from __future__ import annotations

import pytest

from metasyn.analysis.claims_check import check_analysis_claims
from tests.shipped_results import ROOT, evidence, result, script

NAMES = sorted(path.stem for path in (ROOT / "analyses").glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_script_claims_something_and_it_is_true(name: str) -> None:
    verdicts = check_analysis_claims(result(name))
    assert verdicts
    assert [str(verdict) for verdict in verdicts if not verdict.true] == []


@pytest.mark.parametrize(
    ("name", "outcome", "rows"),
    [
        ("mek_inhibitor_vs_chemotherapy", "ORR", ["NEMO-ORR-EV-2"]),
        ("mek_inhibitor_vs_chemotherapy", "DCR", ["NEMO-DCR-EV-1", "PIMA-DCR-EV-2"]),
        ("mek_inhibitor_vs_chemotherapy", "serious AE", ["NEMO-SERIOUS-AE-PCT-2"]),
        ("ici_nras_mutant_vs_wild_type", "ORR", ["GUIDA-ORR-EV-2", "JOHN-ORR-EV-6"]),
    ],
)
def test_baseline_risks_are_the_printed_ones(name: str, outcome: str, rows: list[str]) -> None:
    printed = {row.result_id: row for row in evidence().results}
    (declared,) = (one for one in script(name).outcomes if one.outcome == outcome)
    assert [risk.risk for risk in declared.baselines] == [
        printed[row].events / printed[row].n for row in rows
    ]  # type: ignore[operator]
    for risk, row in zip(declared.baselines, rows, strict=True):
        assert f"{printed[row].events} of {printed[row].n}" in risk.source


@pytest.mark.parametrize(("outcome", "row"), [("PFS", "NEMO-PFS-MED-4"), ("OS", "NEMO-OS-MED-2")])
def test_half_are_without_the_event_at_the_printed_median(outcome: str, row: str) -> None:
    printed = {one.result_id: one for one in evidence().results}[row]
    declared = script("mek_inhibitor_vs_chemotherapy").outcomes
    (risk,) = next(one for one in declared if one.outcome == outcome).baselines
    assert (risk.risk, risk.of, risk.by) == (0.5, "event-free", f"{printed.value:g} {printed.unit}")
