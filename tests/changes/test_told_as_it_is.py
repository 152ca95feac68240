"""New sentences are no flips, renamed rows no news, groups are shown, figures used instead are named."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from editable_project import EditableProject

from metasyn.analysis.run import evaluate_analysis
from metasyn.changes.attribute import _averaged
from metasyn.changes.compare import compare_states
from metasyn.changes.model import AnalysisChange, Cause, EvidenceChange, OutcomeChange
from metasyn.changes.renamed import older_names, renamed_rows
from metasyn.changes.standing import Point, Row, nothing
from metasyn.changes.version import version_step
from metasyn.cli.change_gate import judged, parse_gate
from metasyn.evidence.table_changes import CellEdit, RowEdit
from metasyn.numerics.shapley import sampled_orders, shapley_values
from metasyn.report.changes.further import groupings_tables, renamed_sentence
from metasyn.report.changes.note import change_note, study_sentences
from metasyn.report.changes.plain_data import change_json
from metasyn.report.changes.tables import evidence_flow
from metasyn.report.changes.terminal import change_plain
from metasyn.values import NotEstimable

NAME, SINGLE = "tea_vs_water", "sleep_with_tea"
OUTCOMES = 'outcomes=[Outcome("sleep", measure="RR"), Outcome("waking", measure="HR")],'
EARLY = 'Claim("Waking is earlier.", outcome="waking", direction="above")'
LATE = 'Claim("Waking is later.", outcome="waking", direction="below")'
Edit = Callable[[EditableProject], None]


@pytest.fixture
def project(tiny_project: Path) -> EditableProject:
    """The tea studies; the script about both drinks can state sentences."""
    project = EditableProject(tiny_project)
    project.script(NAME, "import Analysis", "import Claim, Analysis")
    return project


def compared(project: EditableProject, *edits: Edit) -> EvidenceChange:
    after = project.copy("after")
    for edit in edits:
        edit(after)
    return compare_states(project.state("old"), after.state("new"))


def of(change: EvidenceChange, name: str) -> AnalysisChange:
    return next(one for one in change.analyses if one.name == name)


def outcome(change: EvidenceChange, name: str, slug: str) -> OutcomeChange:
    return next(one for one in of(change, name).outcomes if one.slug.startswith(slug))


def of_json(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["analyses"] if one["name"] == name)


def joined(text: str) -> str:
    return " ".join(text.split())


def opposite(project: EditableProject) -> None:
    """The hazard ratio on the other side of 1."""
    cells = {"value": "2.2", "ci_low": "1.1", "ci_high": "4.4", "as_printed": "2.2 (1.1-4.4)"}
    project.set("results", "AX-WAKING-1", **cells)
    project.set("results", "BO-WAKING-1", **cells)


# Sentences


def test_a_new_sentence_that_the_old_results_deny_is_no_flip(project: EditableProject) -> None:
    change = compared(project, opposite, lambda p: p.script(NAME, OUTCOMES, f"{OUTCOMES} claims=[{EARLY}],"))
    (claim,) = of(change, NAME).claims
    assert (claim.said, claim.before, claim.after, claim.flipped, claim.causes) == (
        "now", None, True, False, None,
    )  # fmt: skip
    assert "is a new sentence and is true" in joined(change_plain(change))
    entry = of_json(json.loads(change_json(change)), NAME)
    assert (entry["claims"][0]["before"], entry["claims"][0]["said"]) == (None, "now")
    assert "false is now true" not in version_step(change).reason


def test_a_reworded_sentence_is_a_new_one_and_one_no_longer_said(project: EditableProject) -> None:
    project.script(NAME, OUTCOMES, f"{OUTCOMES} claims=[{LATE}],")
    change = compared(project, opposite, lambda p: p.script(NAME, LATE, EARLY))
    come, gone = of(change, NAME).claims
    assert (come.said, come.before, come.flipped) == ("now", None, False)
    assert (gone.said, gone.before, gone.after, gone.flipped) == ("before", True, False, True)
    told = joined(change_plain(change))
    assert "was true and is no longer said (it would now be false)" in told
    assert "“Waking is later.” (time to waking, hazard ratio) was" in told
    assert "((" not in told
    assert "))" not in told


# Other ids


def rename_cohort(project: EditableProject) -> None:
    project.set("cohorts", "BO.tea", cohort_id="BO.herbal")
    for row in ("BO-SLEEP-1", "BO-WAKING-1"):
        project.set("results", row, cohort_id="BO.herbal")


def rename_study(project: EditableProject) -> None:
    for table in ("cohorts", "results"):
        _, rows = project._rows(table)
        key = {"cohorts": "cohort_id", "results": "result_id"}[table]
        for row in rows:
            if row["study_id"] == "BO":
                project.set(table, row[key], study_id="BOH")
    project.set("studies", "BO", study_id="BOH")


def rename_row(project: EditableProject) -> None:
    project.set("results", "BO-WAKING-1", result_id="BO-WAKING-HR")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (rename_cohort, "cohorts.csv BO.tea → BO.herbal"),
        (rename_study, "studies.csv BO → BOH"),
        (rename_row, "results.csv BO-WAKING-1 → BO-WAKING-HR"),
    ],
)
def test_another_id_moves_nothing_and_is_told_as_renamed(
    project: EditableProject, edit: Edit, words: str
) -> None:
    change = compared(project, edit)
    for one in (o for analysis in change.analyses for o in analysis.outcomes):
        assert not one.changed
        assert (one.causes, one.groups, one.figures) == ((), (), ())
        assert all(weight.before == weight.after is not None for weight in one.weights)
    assert version_step(change).step == "patch"
    for told in (change_plain(change), change_note(change)):
        assert f"Renamed, the same in all else: {words}." in joined(told).replace("\\", "")
        assert "(new)" not in told
        assert "gone" not in told
        assert "No pooled result" not in told
    assert len(json.loads(change_json(change))["renamed"]) == 1
    assert study_sentences(change.rows) == ("No study and no reported figure changed.",)


def test_the_flow_of_studies_does_not_count_renamed_ones(project: EditableProject) -> None:
    after = project.copy("after")
    rename_study(after)
    rename_row(after)
    after.remove("results", "CY-WAKING-1")
    table = evidence_flow(project.state(), after.state())
    assert table is not None
    assert [(cells[0], *cells[2:4]) for cells in table.rows] == [
        ("studies", "0", "0"), ("cohorts", "0", "0"), ("documents", "0", "0"), ("reported figures", "0", "1"),
    ]  # fmt: skip


def test_a_renamed_cohort_is_no_cause_of_what_another_row_moved(project: EditableProject) -> None:
    change = compared(
        project, rename_cohort, lambda p: p.set("results", "CY-WAKING-1", value="0.70", ci_low="0.48")
    )
    found = outcome(change, NAME, "waking")
    assert [cause.id for cause in found.causes] == ["row:CY-WAKING-1"]
    assert None not in [value for weight in found.weights for value in (weight.before, weight.after)]


def test_another_number_under_another_id_is_another_result(project: EditableProject) -> None:
    change = compared(
        project, rename_cohort, lambda p: p.set("results", "BO-WAKING-1", value="0.70", ci_low="0.48")
    )
    found = outcome(change, NAME, "waking")
    assert found.changed
    assert {weight.after is None for weight in found.weights} == {True, False}
    assert version_step(change).step == "minor"


def point(*rows: tuple[tuple[str, ...], str, float]) -> Point:
    made = (Row(identity=i, label=label, yi=yi, vi=0.1, weight=0.5) for i, label, yi in rows)
    return Point(standing=nothing(NotEstimable("x"), 0.0, 0.95), rows=tuple(made), measure="HR")


def test_the_same_number_of_another_study_is_no_other_name() -> None:
    old = point((("A", "A.1", ""), "A 2019", 0.3), (("B", "B.1", ""), "B 2020", 0.5))
    other = point((("C", "C.1", ""), "C 2021", 0.3), (("B", "B.1", ""), "B 2020", 0.5))
    assert older_names(old, other) == {}
    same = point((("A", "A.2", ""), "A 2019, arm 2", 0.3), (("B", "B.1", ""), "B 2020", 0.5))
    assert older_names(old, same) == {("A", "A.2", ""): ("A", "A.1", "")}


def row(key: str, kind: str, **cells: str) -> RowEdit:
    sides = ({"old": "", "new": v} if kind == "added" else {"old": v, "new": ""} for v in cells.values())
    return RowEdit(
        key=key,
        kind=kind,  # type: ignore[arg-type]
        cells=tuple(CellEdit(column=c, **side) for c, side in zip(cells, sides, strict=True)),
    )


def test_rows_that_name_renamed_rows_are_renamed_themselves() -> None:
    rows = [
        row("study:S", "removed", study_id="S", label="S 2020"),
        row("study:T", "added", study_id="T", label="S 2020"),
        row("cohort:S.1", "removed", cohort_id="S.1", study_id="S", n="30"),
        row("cohort:T.1", "added", cohort_id="T.1", study_id="T", n="30"),
        row("R1", "removed", result_id="R1", cohort_id="S.1", value="3"),
        row("R2", "added", result_id="R2", cohort_id="T.1", value="3"),
        row("R3", "added", result_id="R3", cohort_id="T.1", value="4"),
    ]
    assert renamed_rows(rows) == (("study", "S", "T"), ("cohort", "S.1", "T.1"), ("", "R1", "R2"))
    assert "studies.csv S → T; cohorts.csv S.1 → T.1; results.csv R1 → R2." in renamed_sentence(rows)
    assert renamed_rows([row("R1", "removed", result_id="R1", value="3"), rows[-1]]) == ()


# Groups


def test_groups_are_shown_before_and_after_as_reports_compute_them(project: EditableProject) -> None:
    after = project.copy("after")
    after.set("cohorts", "AX.tea", setting="ward")
    change = compare_states(project.state("old"), after.state("new"))
    (found,) = of(change, SINGLE).outcomes
    assert not found.changed
    (grouping,) = found.groupings
    for state, side in ((project.state(), "before"), (after.state(), "after")):
        assert state.evidence is not None
        ran = evaluate_analysis(state.analyses[SINGLE], state.evidence, SINGLE)
        (groups,) = ran.outcomes[0].subgroups
        now = {one.name: getattr(one, side) for one in grouping.groups}
        for name, result in zip(groups.names, groups.results, strict=True):
            assert (now[name].k, now[name].estimate, now[name].ci) == (result.k, result.estimate, result.ci)
        assert getattr(grouping, f"pvalue_{side}") == groups.pvalue
    (table,) = groupings_tables(found)
    assert len(table.rows) > 1
    assert table.rows[-1][0] == "p between groups"
    for told in (change_plain(change), change_note(change)):
        assert "p between groups" in told
    entry = json.loads(change_json(change))
    written = of_json(entry, SINGLE)["outcomes"][0]["groupings"][0]
    assert written["pvalue_after"] == grouping.pvalue_after
    assert {one["group"] for one in written["groups"]} == {one.name for one in grouping.groups}


def test_groups_computed_anew_are_said_to_be(project: EditableProject) -> None:
    change = compared(project, lambda p: p.set("cohorts", "AX.tea", setting="ward"))
    (found,) = of(change, SINGLE).outcomes
    assert groupings_tables(found)[0].notes == ()
    software = Cause(id="software", kind="software", title="metasyn 0.1 → 0.2")
    (table,) = groupings_tables(replace(found, causes=(software,)))
    assert table.notes == ("Groups of both states as this version of metasyn computes them.",)


# Other figures


def test_a_figure_used_instead_of_another_is_named(project: EditableProject) -> None:
    def add(p: EditableProject) -> None:
        p.add("results", "BO-WAKING-1", result_id="BO-WAKING-0", value="0.70", ci_low="0.50", ci_high="0.98")
        head, rows = p._rows("results")
        p._write("results", head, [rows[-1], *rows[:-1]])

    change = compared(project, add)
    found = outcome(change, NAME, "waking")
    assert found.before is not None
    assert found.after is not None
    assert found.before.k == found.after.k
    assert [(one.before, one.after) for one in found.figures] == [(("BO-WAKING-1",), ("BO-WAKING-0",))]
    said = "now rests on results.csv row BO-WAKING-0, no longer on BO-WAKING-1."
    assert said in joined(change_plain(change))
    assert said in joined(change_note(change))


# The gate


def test_the_gate_says_what_does_not_apply_only_where_a_result_moved(project: EditableProject) -> None:
    gate = parse_gate("significance")
    still = compared(project, lambda p: p.set("cohorts", "AX.tea", setting="ward"))
    assert [one.changed for one in of(still, SINGLE).outcomes] == [False]
    assert judged(still, gate)[1] == ()
    project.set("results", "AX-SLEEP-1", value="20", events="20")
    (remark,) = judged(compared_again(project), gate)[1]
    assert "significance does not apply; a proportion has no value of no effect" in remark


def compared_again(project: EditableProject) -> EvidenceChange:
    after = project.copy("again")
    after.set("results", "AX-SLEEP-1", value="25", events="25")
    return compare_states(project.state("old"), after.state("new"), names=(SINGLE,))


def test_without_a_p_value_the_gate_goes_by_the_interval(project: EditableProject) -> None:
    change = compared(project, opposite)
    one = outcome(change, NAME, "waking")
    assert one.before is not None
    assert one.after is not None
    none = NotEstimable("there is no test")
    wide = replace(one.after.ci, low=-1.0, high=1.0)  # type: ignore[type-var]
    narrow = replace(one.after.ci, low=-1.0, high=-0.5)  # type: ignore[type-var]
    made = replace(
        one,
        before=replace(one.before, pvalue=none, ci=narrow),
        after=replace(one.after, pvalue=none, ci=wide),
    )
    one_change = replace(change, analyses=(replace(of(change, NAME), outcomes=(made,)),))
    (line,) = judged(one_change, parse_gate("significance"))[0]
    assert "no longer has an interval that excludes no effect" in line
    assert "p None" not in line
    assert "p –" not in line


# Sampling


def test_the_standard_error_of_sampled_shares_is_that_of_pairs_of_orders() -> None:
    n = 4
    chance = np.random.default_rng(3)
    value = dict(enumerate(chance.normal(size=1 << n).tolist()))
    everything = [pair for one in permutations(range(n)) for pair in (one, one[::-1])]
    per_pair = np.array([_added([one, one[::-1]], value.__getitem__) for one in permutations(range(n))])
    shares, errors = _averaged(everything, value.__getitem__)
    assert shares == pytest.approx(shapley_values(list(value.values())))
    assert errors == pytest.approx(per_pair.std(axis=0, ddof=1) / math.sqrt(len(per_pair)))
    # Samples of 16 pairs miss the exact shares by about what they say.
    exact = shapley_values(list(value.values()))
    misses = []
    for seed in range(200):
        drawn, error = _averaged(sampled_orders(n, pairs=16, seed=seed), value.__getitem__)
        misses.append((drawn - exact) / error)
    assert float(np.std(misses)) == pytest.approx(1.0, abs=0.2)


def _added(orders: Sequence[tuple[int, ...]], value: Callable[[int], float]) -> list[float]:
    """What each player adds, averaged, added up step by step."""
    total = [0.0] * len(orders[0])
    for order in orders:
        for place, player in enumerate(order):
            before = sum(1 << one for one in order[:place])
            total[player] += (value(before | 1 << player) - value(before)) / len(orders)
    return total


def test_a_sampled_outcome_says_so_itself(project: EditableProject, monkeypatch: pytest.MonkeyPatch) -> None:
    def edits(p: EditableProject) -> None:
        p.set("results", "AX-WAKING-1", value="0.50", ci_low="0.25", ci_high="1.00")
        p.set("results", "BO-WAKING-1", value="0.60", ci_low="0.43", ci_high="0.84")
        p.set("results", "CY-WAKING-1", value="0.70", ci_low="0.48", ci_high="1.02")

    assert all(
        share.sampling_error == 0
        for moved in outcome(compared(project, edits), NAME, "waking").moved
        for share in moved.shares
    )
    monkeypatch.setattr("metasyn.changes.attribute._MOST_EXACT", 2)
    after = project.copy("sampled")
    edits(after)
    change = compare_states(project.state("old"), after.state("new"))
    assert any(s.sampling_error > 0 for m in outcome(change, NAME, "waking").moved for s in m.shares)
    text = joined(change_plain(change))
    waking = text.partition("Time to waking before")[2].partition("Unchanged:")[0]
    assert "64 of the orders" in waking
    assert "each alone has sampling error (standard error of a share of the HR at most ×1.0" in waking


# Rules of reading


def test_factors_are_explained_only_where_one_is_shown(project: EditableProject) -> None:
    change = compared(
        project,
        lambda p: p.set("results", "AX-WAKING-1", value="0.50", ci_low="0.25", ci_high="1.00"),
        lambda p: p.set("results", "BO-WAKING-1", value="0.60", ci_low="0.43", ci_high="0.84"),
    )
    assert "are factors" in change_plain(change)
    one = outcome(change, NAME, "waking")
    unshared = tuple(replace(m, shares=(), unshared="not known") for m in one.moved)
    bare = replace(change, analyses=(replace(of(change, NAME), outcomes=(replace(one, moved=unshared),)),))
    assert "are factors" not in change_plain(bare)
    assert "average over" not in change_plain(bare)


# Two studies: a Bayesian result without a p value


def test_each_change_alone_to_a_bayesian_result_is_what_its_state_computes(project: EditableProject) -> None:
    project.script(NAME, OUTCOMES[:9], f'exclude={{"CY": "for the test"}}, {OUTCOMES[:9]}')
    edits: dict[str, Edit] = {
        "row:AX-SLEEP-1": lambda p: p.set("results", "AX-SLEEP-1", value="20", events="20"),
        "row:BO-SLEEP-1": lambda p: p.set("results", "BO-SLEEP-1", value="34", events="34"),
    }
    after = project.copy("after")
    for edit in edits.values():
        edit(after)
    found = outcome(compare_states(project.state("old"), after.state("new")), NAME, "sleep")
    assert found.before is not None
    assert (found.before.k, found.before.model) == (2, "bayesian")
    alone = {share.cause: share.alone for share in found.moved[0].shares}
    for name, edit in edits.items():
        only = project.copy(f"only-{name[4:6]}")
        edit(only)
        state = only.state()
        assert state.evidence is not None
        ran = evaluate_analysis(state.analyses[NAME], state.evidence, NAME)
        synthesis = next(one.synthesis for one in ran.outcomes if one.outcome.outcome == "sleep")
        assert not isinstance(synthesis, NotEstimable)
        assert alone[name] == pytest.approx(synthesis.estimate - found.before.estimate, abs=1e-10)
    told = joined(change_plain(compare_states(project.state("old"), after.state("new"))))
    assert "credible interval" in told
    assert "p None" not in told
