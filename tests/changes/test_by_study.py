"""Effects put together study by study are those of the whole evidence, also where studies are tied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from editable_project import EditableProject

from metasyn.analysis.run import pool_outcome
from metasyn.changes.by_study import studies_stand_alone
from metasyn.changes.causes import could_bear, option_causes
from metasyn.changes.game import EvidenceGame, point
from metasyn.changes.hybrid import blend
from metasyn.changes.options import option_edits
from metasyn.changes.outcome_pairs import pair_outcomes
from metasyn.changes.row_causes import row_causes
from metasyn.changes.state import EvidenceState
from metasyn.evidence.table_changes import row_edits

NAME = "tea_vs_water"


def game_of(before: EvidenceState, after: EvidenceState, place: int) -> EvidenceGame:
    assert before.evidence is not None
    assert after.evidence is not None
    old, new = before.analyses[NAME], after.analyses[NAME]
    edits = row_edits(before.tables, after.tables)
    causes = (
        *row_causes(edits, before.evidence, after.evidence),
        *option_causes(option_edits(old, new), old, new),
    )
    pair = pair_outcomes(old.outcomes, new.outcomes)[place]
    return EvidenceGame(
        causes=could_bear(causes, pair, before.evidence, after.evidence),
        ends=(
            point(old, old.outcomes[place], before.evidence),
            point(new, new.outcomes[place], after.evidence),
        ),
        blend=blend(before.evidence, after.evidence, edits, pair.name),
        old=old,
        new=new,
        pair=pair,
    )


def prints(game: EvidenceGame, *, whole: bool, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every choice: with the studies put together, or each time from the whole evidence."""
    if whole:
        monkeypatch.setattr("metasyn.changes.game.studies_stand_alone", lambda *_: False)
    fresh = EvidenceGame(
        causes=game.causes, ends=game.ends, blend=game.blend, old=game.old, new=game.new, pair=game.pair
    )
    return [fresh.at(choice).fingerprint() for choice in range(1 << len(game.causes))]


@pytest.fixture
def project(tiny_project: Path) -> EditableProject:
    """Waking by two definitions in one study, which of them is taken being up to the others."""
    project = EditableProject(tiny_project)
    project.set("results", "AX-WAKING-1", definition="diary")
    project.set("results", "BO-WAKING-1", definition="sensor")
    project.add("results", "BO-WAKING-1", result_id="BO-WAKING-2", definition="diary", value="1.2",
                ci_low="0.86", ci_high="1.6744", as_printed="1.2")  # fmt: skip
    return project


def test_the_order_of_definitions_is_that_of_all_studies(
    project: EditableProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = project.copy("after")
    after.set("results", "AX-WAKING-1", definition="sensor")
    after.set("results", "CY-WAKING-1", ci_high="1.03")
    after.set("results", "BO-WAKING-2", ci_high="1.7")
    game = game_of(project.state(), after.state(), 1)
    assert [cause.id for cause in game.causes] == ["row:AX-WAKING-1", "row:CY-WAKING-1", "row:BO-WAKING-2"]
    together = prints(game, whole=False, monkeypatch=monkeypatch)
    assert together == prints(game, whole=True, monkeypatch=monkeypatch)
    taken = [
        next(row.yi for row in game.at(choice).rows if row.identity[0] == "BO") for choice in (0b001, 0b010)
    ]
    assert taken[0] < 0 < taken[1]  # 0.95 by sensor where Axelsson's is by sensor too, else 1.2 by diary


def test_many_choices_are_computed_by_few_passes(
    project: EditableProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = project.copy("after")
    for study, bound in (("AX", "0.96"), ("BO", "1.35"), ("CY", "1.03")):
        after.set("results", f"{study}-WAKING-1", ci_high=bound)
    game = game_of(project.state(), after.state(), 1)
    passes = []

    def counted(*given: Any) -> Any:
        passes.append(given)
        return pool_outcome(*given)

    monkeypatch.setattr("metasyn.changes.by_study.pool_outcome", counted)
    prints(game, whole=False, monkeypatch=monkeypatch)
    assert 1 <= len(passes) <= 3  # of six choices between the two ends


def test_a_correction_for_zero_cells_of_all_studies_looks_at_all(
    project: EditableProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.script(NAME, '"sleep", measure="RR"', '"sleep", measure="RR", zero_cells="if0all"')
    after = project.copy("after")
    after.set("results", "AX-SLEEP-2", value="0", events="0")
    after.set("results", "CY-SLEEP-1", value="29", events="29")
    after.set("results", "BO-SLEEP-2", value="34", events="34")
    game = game_of(project.state(), after.state(), 0)
    assert len(game.causes) == 3
    together = prints(game, whole=False, monkeypatch=monkeypatch)
    assert together == prints(game, whole=True, monkeypatch=monkeypatch)
    moved = [[row.yi for row in game.at(choice).rows if row.identity[0] == "BO"] for choice in (0b00, 0b01)]
    assert moved[0] != moved[1]


def test_a_cohort_inside_one_of_another_study_ties_the_two(project: EditableProject) -> None:
    plain = project.state()
    assert plain.evidence is not None
    outcome = plain.analyses[NAME].outcomes[0]
    assert studies_stand_alone(outcome, [plain.evidence])
    cohorts = dict(plain.evidence.cohorts)
    cohorts["BO.tea"] = replace(cohorts["BO.tea"], part_of="AX.tea")
    tied = replace(plain.evidence, cohorts=cohorts)
    assert not studies_stand_alone(outcome, [plain.evidence, tied])


def test_the_order_of_rows_is_part_of_what_a_study_depends_on(
    project: EditableProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add(
        "results", "CY-WAKING-1", result_id="CY-WAKING-2", value="0.80", ci_low="0.60", ci_high="1.0667"
    )
    after = project.copy("after")
    after.reverse("results")
    after.set("results", "AX-WAKING-1", ci_high="0.96")
    after.set("results", "BO-WAKING-2", ci_high="1.7")
    game = game_of(project.state(), after.state(), 1)
    assert sorted(cause.id for cause in game.causes) == ["order", "row:AX-WAKING-1", "row:BO-WAKING-2"]
    together = prints(game, whole=False, monkeypatch=monkeypatch)
    assert together == prints(game, whole=True, monkeypatch=monkeypatch)
    assert len(set(together)) > 4
