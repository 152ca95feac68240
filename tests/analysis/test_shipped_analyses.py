"""The shipped analyses on the shipped evidence: what enters, by which route, and what does not.

The expected figures are worked out here from the figures as printed, not copied from our output.
"""

from __future__ import annotations

import math

import pytest

from metasyn.analysis.result import OutcomeResult
from metasyn.analysis.run import selections
from metasyn.effects.display import natural_interval
from metasyn.effects.model import Effect
from metasyn.synthesis import SynthesisResult
from metasyn.tables.evidence import evidence_table
from metasyn.values import Interval
from metasyn.workspace.scripts import load_script
from tests.shipped_results import ROOT, evidence, result

Z = 1.959963984540054


def outcome(name: str, slug: str) -> OutcomeResult:
    return next(part for part in result(name).outcomes if part.slug == slug)


def effect(part: OutcomeResult, study: str) -> Effect:
    return next(e for e in part.effects.effects if e.study_id == study)


def test_every_script_is_shipped() -> None:
    assert {path.stem for path in (ROOT / "analyses").glob("*.py")} == {
        "chemotherapy_after_ici",
        "ici_nras_mutant_vs_wild_type",
        "mek_inhibitor_vs_chemotherapy",
        "response_rate_by_drug_class",
    }


def test_mek_pfs_is_two_trials_and_says_so() -> None:
    pfs = outcome("mek_inhibitor_vs_chemotherapy", "pfs-hr")
    nemo, pima = effect(pfs, "NEMO"), effect(pfs, "PIMA")
    assert (nemo.route.name, nemo.yi) == ("ratio and interval", pytest.approx(math.log(0.62)))
    assert nemo.sei == pytest.approx(math.log(0.80 / 0.47) / (2 * Z))
    assert pima.route.name == "medians and assumed events"
    assert pima.yi == pytest.approx(math.log(6.9 / 13.0))
    assert pima.vi == pytest.approx(1 / (0.75 * 130) + 1 / (0.75 * 64))
    assert isinstance(pfs.synthesis, SynthesisResult)
    assert (pfs.synthesis.k, pfs.synthesis.model) == (2, "bayesian")
    assert pfs.synthesis.policy.rule == "k-aware/2-prior"
    # A sum over a fine grid of ln tau in R (posterior() of verify.R), half-normal(0.5).
    assert pfs.synthesis.estimate == pytest.approx(-0.544006454, rel=1e-8)
    assert isinstance(pfs.synthesis.ci, Interval)
    assert (pfs.synthesis.ci.low, pfs.synthesis.ci.high) == pytest.approx(
        (-1.131764107, 0.02631059016), rel=1e-8
    )
    assert {a.ci_method for a in pfs.synthesis.alternatives if not a.headline} >= {"wald", "hartung-knapp"}


def test_mek_counts_and_the_subgroup_beside() -> None:
    name = "mek_inhibitor_vs_chemotherapy"
    counts = effect(outcome(name, "orr-rr"), "NEMO").counts
    assert counts is not None
    assert (counts.events_1, counts.n_1, counts.events_2, counts.n_2) == (41, 269, 9, 133)
    counts = effect(outcome(name, "serious-ae-rr"), "NEMO").counts
    assert counts is not None
    assert (counts.events_1, counts.n_1, counts.events_2, counts.n_2) == (91, 269, 25, 114)
    (prior,) = [part for part in outcome(name, "pfs-hr").apart if part.effects.k]
    assert prior.effects.effects[0].yi == pytest.approx(math.log(0.46))
    not_reported = [e.label for e in outcome(name, "orr-rr").effects.exclusions if e.code == "not-reported"]
    assert not_reported == ["Lebbé 2020"]


def test_ici_cohorts_each_enter_once() -> None:
    orr = outcome("ici_nras_mutant_vs_wild_type", "orr-rr")
    tables = [
        (e.counts.events_1, e.counts.n_1, e.counts.events_2, e.counts.n_2)
        for e in orr.effects.effects
        if e.counts
    ]
    assert tables == [(68, 162, 63, 169), (19, 60, 34, 169), (2, 21, 17, 71), (0, 12, 14, 102)]
    zero = orr.effects.effects[-1]
    assert "1/2" in zero.adjustment
    assert zero.yi == pytest.approx(math.log((0.5 / 13) / (14.5 / 103)))
    reasons = " ".join(e.reason for e in orr.effects.exclusions if e.label.startswith("Kirchberger"))
    assert "no printed number of participants" in reasons


def test_ici_survival_takes_the_best_route_of_each_report() -> None:
    os = outcome("ici_nras_mutant_vs_wild_type", "os-hr")
    routes = {e.study_id: (e.route.name, e.route.grade) for e in os.effects.effects}
    assert routes == {
        "ZHOU": ("ratio and p", 3),
        "KIRCH": ("medians and p", 8),
        "JOHN": ("medians and p", 8),
        "GUIDA": ("medians and their intervals", 10),
    }
    kirchberger = effect(os, "KIRCH")
    assert kirchberger.yi == pytest.approx(math.log(33 / 21))
    # Two-sided p = 0.034 is |z| = 2.1201 (tables of the normal distribution).
    assert kirchberger.sei == pytest.approx(math.log(33 / 21) / 2.1201, rel=1e-4)
    assert len(os.leave_one_out) == 4
    assert [r.value for r in result("ici_nras_mutant_vs_wild_type").external] == [1.28, 1.11]


def test_response_rates_by_class_leave_nothing_unsaid() -> None:
    orr = outcome("response_rate_by_drug_class", "orr-plo")
    counts = {e.cohort_id: (e.counts.events_1, e.counts.n_1) for e in orr.effects.effects if e.counts}
    assert counts["NEMO.binimetinib"] == (41, 269)
    assert counts["TRAM_P1.nras"] == (0, 7)
    assert counts["TRAM_AKT.nras"] == (0, 10)
    assert counts["ZHOU.noncut.mut"] == (0, 12)
    assert "BINI_P2.nras" not in counts
    assert "IMATINIB.all" not in counts
    apart = {e.cohort_id for part in orr.apart for e in part.effects.effects}
    assert {"IMATINIB.all", "GOLD.all"} <= apart
    impossible = [e for e in orr.effects.exclusions if e.label.startswith("Ulixertinib")]
    assert any("no whole number of 19" in e.reason for e in impossible)
    (classes,) = orr.subgroups
    assert sum(len(i) for i in classes.indices) == orr.effects.k


def test_regimens_are_one_cohort_in_six_parts() -> None:
    orr = outcome("chemotherapy_after_ici", "orr-plo")
    counts = [(e.counts.events_1, e.counts.n_1) for e in orr.effects.effects if e.counts]
    assert counts == [(21, 147), (12, 118), (2, 71), (10, 40), (3, 29), (10, 58)]
    assert (sum(x for x, _ in counts), sum(n for _, n in counts)) == (58, 463)
    assert [e.result_ids for e in orr.effects.exclusions if e.code == "overlap"]


def test_no_participant_counts_twice() -> None:
    """In no pool is a cohort, or a part of it, there twice."""
    cohorts = evidence().cohorts

    def lineage(cohort_id: str) -> set[str]:
        found = set()
        while cohort_id:
            found.add(cohort_id)
            cohort_id = cohorts[cohort_id].part_of
        return found

    for path in (ROOT / "analyses").glob("*.py"):
        for part in result(path.stem).outcomes:
            members = [c for e in part.effects.effects for c in (e.cohort_id, e.comparator_id) if c]
            assert len(members) == len(set(members))
            for a in members:
                assert not (lineage(a) - {a}) & set(members), (path.stem, part.slug, a)


def test_every_effect_leads_back_to_a_printed_figure() -> None:
    for path in (ROOT / "analyses").glob("*.py"):
        for part in result(path.stem).outcomes:
            for e in part.effects.effects:
                assert any(row.as_printed and row.locator and row.citation for row in e.rows), e.label


def test_no_figure_of_an_eligible_cohort_vanishes() -> None:
    """Every figure about a selected cohort or contrast is used, or excluded by name."""
    for path in (ROOT / "analyses").glob("*.py"):
        analysis = load_script(path)
        mine = selections(analysis, evidence())[:: 1 + len(analysis.apart)]
        for part, whole in zip(result(path.stem).outcomes, mine, strict=True):
            named = {i for e in part.effects.exclusions for i in e.result_ids}
            used = {row.result_id for e in part.effects.effects for row in e.rows}
            pairs = {frozenset((t.cohort_id, t.comparator_id)) for t in whole.targets}
            alone = {c for t in whole.targets for c in (t.cohort_id, t.comparator_id)} | {*whole.unpaired}
            for row in whole.results:
                pair = frozenset((row.cohort_id, row.comparator_id))
                if pair in pairs if row.is_contrast else row.cohort_id in alone:
                    assert row.result_id in named | used, (path.stem, part.slug, row.result_id)


def test_a_small_subgroup_does_not_stand_in_for_its_trial() -> None:
    """57 of 269 patients of NEMO had immunotherapy before: no variant of the whole trial."""
    groups = {v.group for v in outcome("mek_inhibitor_vs_chemotherapy", "pfs-hr").sensitivity}
    assert "one row per cohort" not in groups
    # The six regimens of Goldinger 2022 are the whole cohort: 463 of 463.
    groups = {v.group for v in outcome("chemotherapy_after_ici", "orr-plo").sensitivity}
    assert "one row per cohort" in groups


def test_printed_intervals_are_shown_as_printed() -> None:
    pfs = outcome("mek_inhibitor_vs_chemotherapy", "pfs-hr")
    shown = natural_interval(effect(pfs, "NEMO"), pfs.effects.measure, 0.95)
    assert (shown.low, shown.high) == (0.47, 0.80)


def test_counts_that_no_source_prints_are_said_to_be_recovered() -> None:
    orr = outcome("mek_inhibitor_vs_chemotherapy", "orr-rr")
    table = evidence_table(orr.effects, result("mek_inhibitor_vs_chemotherapy").sources, slug="x", level=0.95)
    (row,) = table.rows
    assert "recovered by arithmetic" in row[3]
    events = outcome("mek_inhibitor_vs_chemotherapy", "serious-ae-rr")
    table = evidence_table(
        events.effects, result("mek_inhibitor_vs_chemotherapy").sources, slug="x", level=0.95
    )
    assert "recovered" not in table.rows[0][3]


def test_cohorts_without_any_counterpart_are_listed() -> None:
    listed = {
        row
        for slug in ("orr-rr", "os-hr", "pfs-hr")
        for e in outcome("ici_nras_mutant_vs_wild_type", slug).effects.exclusions
        if e.code == "no-comparison"
        for row in e.result_ids
    }
    of_interest = {"SYSUCC.pd1-combo", "ROSE.nras.combo", "GUIDA.mut.ipi", "GUIDA.mut.pd1"}
    assert of_interest == {r.cohort_id for r in evidence().results if r.result_id in listed} & of_interest
