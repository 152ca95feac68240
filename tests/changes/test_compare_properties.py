"""Random pairs of states: the ends are what a run gives, and shares keep the axioms."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from editable_project import EditableProject
from hypothesis import given, settings
from hypothesis import strategies as st

from metasyn.analysis.run import evaluate_analysis
from metasyn.changes.causes import could_bear, option_causes
from metasyn.changes.compare import compare_states
from metasyn.changes.game import EvidenceGame
from metasyn.changes.hybrid import blend
from metasyn.changes.options import option_edits
from metasyn.changes.outcome_pairs import pair_outcomes
from metasyn.changes.row_causes import row_causes
from metasyn.changes.standing import Point, point_of
from metasyn.changes.state import EvidenceState
from metasyn.errors import EvidenceError
from metasyn.evidence.table_changes import row_edits

NAME = "tea_vs_water"
TEMPLATE = Path(__file__).parents[1] / "tiny_project"
PLACE = 'overlap="whole",'


def option(text: str) -> Callable[[EditableProject], None]:
    return lambda p: p.script(NAME, PLACE, f"{PLACE} {text},")


def lose_cyr(project: EditableProject) -> None:
    project.remove("results", "CY-SLEEP-1", "CY-SLEEP-2", "CY-WAKING-1")
    project.remove("cohorts", "CY.tea", "CY.water")
    project.remove("studies", "CY")


def stratum(project: EditableProject) -> None:
    project.add("cohorts", "BO.tea", cohort_id="BO.mint", label="mint tea", n="35", part_of="BO.tea")
    project.add(
        "results", "BO-SLEEP-1", result_id="BO-SLEEP-3", cohort_id="BO.mint", value="20", events="20", n="35"
    )


EDITS: dict[str, Callable[[EditableProject], None]] = {
    "figure": lambda p: p.set("results", "BO-WAKING-1", value="1.3", ci_low="0.93", ci_high="1.8172"),
    "count": lambda p: p.set("results", "AX-SLEEP-1", value="71", events="71"),
    "unusable": lambda p: p.set("results", "AX-SLEEP-2", status="unusable", status_reason="misprint"),
    "row gone": lambda p: p.remove("results", "AX-WAKING-1"),
    "size": lambda p: p.set("cohorts", "AX.tea", n="120"),
    "study": lambda p: p.set("studies", "BO", design="single-arm"),
    "group": lambda p: p.set("cohorts", "BO.water", drink="milk"),
    "kind": lambda p: p.set("outcomes", "sleep", better="lower"),
    "remark": lambda p: p.set("results", "BO-SLEEP-1", note="x"),
    "stratum": stratum,
    "order": lambda p: p.reverse("studies"),
    "lost study": lose_cyr,
    "estimator": option('synthesis=SynthesisSpec(tau2_method="DL")'),
    "left out": option('exclude={"BO": "late"}'),
    "parts": lambda p: p.script(NAME, PLACE, 'overlap="parts",'),
    "zero cells": lambda p: p.script(
        NAME, '"sleep", measure="RR"', '"sleep", measure="RR", zero_cells="all"'
    ),
}
# The causes that the edits are, where each is one.
CAUSES = {
    "figure": "row:BO-WAKING-1",
    "count": "row:AX-SLEEP-1",
    "unusable": "row:AX-SLEEP-2",
    "row gone": "row:AX-WAKING-1",
    "size": "row:cohort:AX.tea",
    "study": "row:study:BO",
    "group": "row:cohort:BO.water",
    "stratum": "cohort:BO.mint",
    "order": "order",
    "lost study": "study:CY",
    "estimator": "option:synthesis.tau2_method",
    "left out": "option:exclude[BO]",
    "parts": "option:overlap",
    "zero cells": "option:outcomes[sleep].zero_cells",
}
CHOICES = st.lists(st.sampled_from([*EDITS]), unique=True, max_size=6).map(lambda names: tuple(sorted(names)))


@pytest.fixture(scope="module")
def state_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], EvidenceState | None]:
    """The state of a project in whose files some of the edits were made; None if the tables refuse it."""
    folder = tmp_path_factory.mktemp("states")
    numbers = count()

    @cache
    def made(names: tuple[str, ...]) -> EvidenceState | None:
        target = folder / str(next(numbers))
        for part in ("data", "analyses"):
            shutil.copytree(TEMPLATE / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        project = EditableProject(target)
        project.script(NAME, "import Analysis, Outcome", "import Analysis, Outcome, SynthesisSpec")
        project.script(NAME, "studies=", f"{PLACE} studies=")
        try:
            for name in sorted(names, key=[*EDITS].index):
                EDITS[name](project)
            return project.state()
        except (EvidenceError, AssertionError):
            return None

    return made


def ran(state: EvidenceState, place: int) -> Point:
    """An outcome as a run gives it."""
    assert state.evidence is not None
    part = evaluate_analysis(state.analyses[NAME], state.evidence, NAME).outcomes[place]
    return point_of(part.effects, part.synthesis, level=0.95)


def game_of(before: EvidenceState, after: EvidenceState, place: int) -> EvidenceGame:
    """The game of one outcome."""
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
        ends=(ran(before, place), ran(after, place)),
        blend=blend(before.evidence, after.evidence, edits, pair.name),
        old=old,
        new=new,
        pair=pair,
    )


@pytest.mark.slow
@given(old=CHOICES, new=CHOICES)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
def test_ends_are_runs_and_shares_keep_the_axioms(
    old: tuple[str, ...],
    new: tuple[str, ...],
    state_with: Callable[[tuple[str, ...]], EvidenceState | None],
) -> None:
    before, after = state_with(old), state_with(new)
    if before is None or after is None:
        return
    change = next(a for a in compare_states(before, after).analyses if a.name == NAME)
    for place, outcome in enumerate(change.outcomes):
        ends = [ran(state, place) for state in (before, after)]
        assert (outcome.before, outcome.after) == tuple(end.standing for end in ends)
        bearing = {cause.id for cause in outcome.causes}
        for moved in outcome.moved:
            assert {share.cause for share in moved.shares} in (set(), bearing)
            if moved.shares:
                total = sum(share.shapley for share in moved.shares)
                assert total == pytest.approx(moved.change, abs=1e-10)
            else:
                assert moved.unshared
            if len(moved.shares) == 1:
                (share,) = moved.shares
                assert share.alone == share.last == pytest.approx(share.shapley, abs=1e-12)
    if not change.outcomes:  # what is not looked at is the same
        for place in (0, 1):
            assert ran(before, place).fingerprint() == ran(after, place).fingerprint()


@given(old=CHOICES, new=CHOICES)
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
def test_no_change_made_is_the_old_state_and_all_made_is_the_new_one_and_nothing_else_bears(
    old: tuple[str, ...],
    new: tuple[str, ...],
    state_with: Callable[[tuple[str, ...]], EvidenceState | None],
) -> None:
    before, after = state_with(old), state_with(new)
    if before is None or after is None:
        return
    for place in (0, 1):
        game = game_of(before, after, place)
        every = (1 << len(game.causes)) - 1
        assert game._computed(0).fingerprint() == game.ends[0].fingerprint()
        assert game._computed(every).fingerprint() == game.ends[1].fingerprint()


@pytest.mark.slow
@given(edits=st.lists(st.sampled_from([*CAUSES]), unique=True, min_size=1, max_size=4).map(tuple))
@settings(max_examples=10, deadline=None, derandomize=True, database=None)
def test_every_choice_of_causes_is_the_project_in_which_just_those_edits_were_made(
    edits: tuple[str, ...], state_with: Callable[[tuple[str, ...]], EvidenceState | None]
) -> None:
    before, after = state_with(()), state_with(tuple(sorted(edits)))
    assert before is not None
    assert after is not None
    for place in (0, 1):
        game = game_of(before, after, place)
        ids = [cause.id for cause in game.causes]
        assert {*ids} <= {CAUSES[name] for name in edits}
        for choice in range(1 << len(ids)):
            chosen = {ids[i] for i in range(len(ids)) if choice >> i & 1}
            names = tuple(sorted(name for name in edits if CAUSES[name] in chosen))
            state = state_with(names)
            assert state is not None
            assert game.at(choice).fingerprint() == ran(state, place).fingerprint()
