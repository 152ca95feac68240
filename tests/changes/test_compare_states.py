"""Two states compared: every share against projects in which only some of the edits were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from editable_project import EditableProject

from metasyn.analysis.run import evaluate_analysis
from metasyn.changes.compare import compare_states
from metasyn.changes.game import point
from metasyn.changes.model import AnalysisChange, EvidenceChange, Moved, OutcomeChange
from metasyn.changes.row_causes import _WORDS_ONLY
from metasyn.changes.standing import QUANTITIES, Point, point_of, quantities
from metasyn.changes.version import version_step
from metasyn.values import NotEstimable

NAME = "tea_vs_water"
TITLE = 'question="Among people who sleep badly, does tea compared with water change sleep?",'
CLAIM = (
    'claims=[Claim("Tea delays waking.", outcome="waking", interval="below"), '
    'Claim("It is not known whether people sleep through.", outcome="sleep", interval="includes")],'
)
Edit = Callable[[EditableProject], None]


@pytest.fixture
def before(tiny_project: Path) -> EditableProject:
    """The tea studies with one counted twice, a slip of the pen, and two sentences."""
    project = EditableProject(tiny_project)
    project.add("studies", "AX", study_id="AX2", label="Axelsson 2019 again")
    for arm in ("tea", "water"):
        project.add("cohorts", f"AX.{arm}", cohort_id=f"AX2.{arm}", study_id="AX2", n="90")
    project.add(
        "results", "AX-WAKING-1", result_id="AX2-WAKING-1", study_id="AX2", cohort_id="AX2.tea",
        comparator_id="AX2.water",
    )  # fmt: skip
    project.set("results", "BO-WAKING-1", value="0.59", ci_low="0.42", ci_high="0.83")
    project.add("studies", "AX", study_id="EVE", label="Eve 2023", year="2023")
    for arm in ("tea", "water"):
        project.add("cohorts", f"AX.{arm}", cohort_id=f"EVE.{arm}", study_id="EVE", n="70")
    project.script(NAME, "import Analysis, Outcome", "import Analysis, Claim, Outcome, SynthesisSpec")
    project.script(NAME, TITLE, TITLE + CLAIM)
    return project


def new_row(project: EditableProject) -> None:
    project.add(
        "results", "AX-WAKING-1", result_id="EVE-WAKING-1", study_id="EVE", cohort_id="EVE.tea",
        comparator_id="EVE.water", value="1.4", ci_low="0.9", ci_high="2.1778", as_printed="1.4",
    )  # fmt: skip


def typo(project: EditableProject) -> None:
    project.set("results", "BO-WAKING-1", value="0.95", ci_low="0.68", ci_high="1.33")


def duplicate(project: EditableProject) -> None:
    project.remove("results", "AX2-WAKING-1")
    project.remove("cohorts", "AX2.tea", "AX2.water")
    project.remove("studies", "AX2")


def method(project: EditableProject) -> None:
    project.script(NAME, TITLE, TITLE + 'synthesis=SynthesisSpec(tau2_method="PM"),')


STORY: dict[str, Edit] = {
    "study:AX2": duplicate,
    "row:BO-WAKING-1": typo,
    "row:EVE-WAKING-1": new_row,
    "option:synthesis.tau2_method": method,
}


def edited(project: EditableProject, name: str, *edits: Edit) -> EditableProject:
    after = project.copy(name)
    for edit in edits:
        edit(after)
    return after


def computed(project: EditableProject, place: int = 1) -> Point:
    """An outcome of the project as a run of its analysis gives it."""
    state = project.state()
    assert state.evidence is not None
    analysis = state.analyses[NAME]
    part = evaluate_analysis(analysis, state.evidence, NAME).outcomes[place]
    return point_of(part.effects, part.synthesis, level=analysis.synthesis.level)


def compared(old: EditableProject, new: EditableProject) -> AnalysisChange:
    change = compare_states(old.state("old"), new.state("new"))
    return next(one for one in change.analyses if one.name == NAME)


def waking(change: AnalysisChange) -> OutcomeChange:
    return next(one for one in change.outcomes if one.slug == "waking-hr")


def shares(moved: Moved) -> dict[str, float]:
    return {share.cause: share.shapley for share in moved.shares}


@pytest.fixture
def story(before: EditableProject) -> AnalysisChange:
    return compared(before, edited(before, "after", *STORY.values()))


def test_every_share_is_the_average_over_all_orders_of_making_the_edits_in_the_files(
    before: EditableProject, story: AnalysisChange
) -> None:
    values: dict[frozenset[str], dict[str, float | NotEstimable]] = {}
    for mask in range(16):
        chosen = [cause for i, cause in enumerate(STORY) if mask >> i & 1]
        project = edited(before, f"choice {mask}", *(STORY[cause] for cause in chosen))
        values[frozenset(chosen)] = dict(quantities(computed(project).standing))
    orders = list(permutations(STORY))
    found = waking(story)
    assert {moved.quantity for moved in found.moved} == set(QUANTITIES) - {"k"}  # one study came, one went
    for moved in found.moved:
        expected = dict.fromkeys(STORY, 0.0)
        for order in orders:
            for i, cause in enumerate(order):
                gained = [values[frozenset(order[:stop])][moved.quantity] for stop in (i, i + 1)]
                assert isinstance(gained[0], float)
                assert isinstance(gained[1], float)
                expected[cause] += (gained[1] - gained[0]) / len(orders)
        assert shares(moved) == pytest.approx(expected, abs=1e-12)
        for share in moved.shares:
            alone, without = frozenset((share.cause,)), frozenset(STORY) - {share.cause}
            start, end = values[frozenset()][moved.quantity], values[frozenset(STORY)][moved.quantity]
            assert share.alone == pytest.approx(values[alone][moved.quantity] - start, abs=1e-12)  # type: ignore[operator]
            assert share.last == pytest.approx(end - values[without][moved.quantity], abs=1e-12)  # type: ignore[operator]


def test_the_shares_sum_to_the_whole_change(story: AnalysisChange) -> None:
    found = waking(story)
    assert found.attribution == "exact"
    for moved in found.moved:
        assert sum(shares(moved).values()) == pytest.approx(moved.change, abs=1e-10)
        assert all(share.shapley for share in moved.shares)


def test_each_cause_is_named_in_words(story: AnalysisChange) -> None:
    assert {cause.id: (cause.kind, cause.title) for cause in waking(story).causes} == {
        "study:AX2": ("removed", "study AX2 removed with its result"),
        "row:BO-WAKING-1": (
            "corrected",
            "results.csv row BO-WAKING-1: value 0.59 → 0.95; ci_low 0.42 → 0.68; ci_high 0.83 → 1.33",
        ),
        "row:EVE-WAKING-1": ("added", "results.csv row EVE-WAKING-1 added (1.4)"),
        "option:synthesis.tau2_method": (
            "method",
            "estimator of the between-study variance: restricted maximum likelihood → Paule-Mandel",
        ),
    }


def test_the_sentence_that_flips_is_named_with_what_alone_flips_it(story: AnalysisChange) -> None:
    (claim,) = story.claims
    assert (claim.text, claim.before, claim.after, claim.flipped) == ("Tea delays waking.", True, False, True)
    assert claim.where == "time to waking (hazard ratio)"
    assert claim.detail.startswith("HR = 0.8")
    assert "row:EVE-WAKING-1" in claim.causes
    assert "option:synthesis.tau2_method" not in claim.causes


def test_only_what_bears_on_an_outcome_is_its_cause(story: AnalysisChange, before: EditableProject) -> None:
    assert [cause.id for cause in story.outcomes[0].causes] == ["option:synthesis.tau2_method"]
    sleep = compared(before, edited(before, "corrected", typo)).outcomes[0]
    assert sleep.before == sleep.after == computed(before, 0).standing
    assert (sleep.causes, sleep.moved, sleep.changed) == ((), (), False)


def test_before_and_after_are_what_a_run_gives_to_the_last_bit(
    before: EditableProject, story: AnalysisChange
) -> None:
    found = waking(story)
    assert found.before == computed(before).standing
    assert found.after == computed(EditableProject(before.folder.parent / "after")).standing


def test_identical_states_differ_in_nothing(before: EditableProject) -> None:
    change = compare_states(before.state("old"), before.copy("same").state("new"))
    assert change.rows == ()
    assert [(one.kind, one.outcomes, one.claims) for one in change.analyses] == [("unchanged", (), ())] * 2


def test_the_last_and_the_first_change_of_a_single_one_are_the_whole(before: EditableProject) -> None:
    for cause, edit in STORY.items():
        found = waking(compared(before, edited(before, f"only {cause}".replace(":", " "), edit)))
        for moved in found.moved:
            (share,) = moved.shares
            assert share.cause == cause
            assert share.alone == share.last == pytest.approx(share.shapley) == pytest.approx(moved.change)


def test_undoing_everything_is_the_same_with_the_signs_turned(
    before: EditableProject, story: AnalysisChange
) -> None:
    after = EditableProject(before.folder.parent / "after")
    back = waking(compared(after, before))
    assert len(back.moved) == len(waking(story).moved) == 7
    for there, again in zip(waking(story).moved, back.moved, strict=True):
        turned = {cause: -share for cause, share in shares(again).items()}
        assert shares(there) == pytest.approx(turned, abs=1e-12)


def test_remarks_are_rows_but_no_causes(before: EditableProject) -> None:
    after = before.copy("after")
    after.set("results", "*", note="read again", locator="page 7")
    change = compared(before, after)
    assert len(change.rows) == 10
    assert change.kind == "unchanged"
    assert all(outcome.causes == () for outcome in change.outcomes)


def test_no_number_depends_on_the_columns_that_hold_only_remarks(before: EditableProject) -> None:
    state = before.state()
    assert state.evidence is not None
    words = dict.fromkeys(_WORDS_ONLY, "x")
    spoilt = replace(state.evidence, results=tuple(replace(row, **words) for row in state.evidence.results))
    for place, outcome in enumerate(state.analyses[NAME].outcomes):
        found = point(state.analyses[NAME], outcome, spoilt)
        assert found.fingerprint() == computed(before, place).fingerprint()


def test_a_row_of_an_unused_outcome_reaches_no_analysis(before: EditableProject) -> None:
    change = compare_states(
        before.state(), edited(before, "after", lambda p: p.set("results", "DEE-MOOD-1", value="41")).state()
    )
    assert [row.key for row in change.rows] == ["DEE-MOOD-1"]
    assert [(one.kind, one.rows) for one in change.analyses] == [("unchanged", ())] * 2


def test_rows_of_a_new_study_are_one_cause(before: EditableProject) -> None:
    after = before.copy("after")
    new_row(after)
    for arm in ("tea", "water"):
        after.add(
            "results", f"AX-SLEEP-{1 if arm == 'tea' else 2}", result_id=f"EVE-SLEEP-{arm}", study_id="EVE",
            cohort_id=f"EVE.{arm}", value="30", events="30", n="70",
        )  # fmt: skip
    before.remove("cohorts", "EVE.tea", "EVE.water")
    before.remove("studies", "EVE")
    change = compared(before, after)
    for outcome in change.outcomes:
        assert [(c.id, c.title) for c in outcome.causes] == [
            ("study:EVE", "study EVE added with its 3 results")
        ]
        assert outcome.moved[-1].quantity == "k"
        assert outcome.moved[-1].change == 1


def test_a_renamed_cohort_is_one_cause_and_moves_nothing(before: EditableProject) -> None:
    after = before.copy("after")
    after.set("cohorts", "BO.tea", cohort_id="BO.herbal")
    after.set("results", "BO-SLEEP-1", cohort_id="BO.herbal")
    after.set("results", "BO-WAKING-1", cohort_id="BO.herbal")
    change = compared(before, after)
    assert len(change.rows) == 4
    assert all(len(outcome.causes) <= 1 and outcome.moved == () for outcome in change.outcomes)


def test_a_row_in_the_place_of_another_is_one_cause(before: EditableProject) -> None:
    after = before.copy("after")
    after.add("results", "CY-WAKING-1", result_id="CY-WAKING-2", ci_high="1.03")
    after.remove("results", "CY-WAKING-1")
    (cause,) = waking(compared(before, after)).causes
    assert (cause.id, cause.kind) == ("row:CY-WAKING-2", "corrected")
    assert cause.title == "results.csv row CY-WAKING-1 replaced by CY-WAKING-2: ci_high 1.01 → 1.03"


def test_another_order_of_rows_alone_moves_nothing(before: EditableProject) -> None:
    change = compared(before, edited(before, "after", lambda p: p.reverse("studies")))
    assert change.kind == "unchanged"
    assert change.rows == ()
    assert all(outcome.moved == () and outcome.causes == () for outcome in change.outcomes)


def test_another_order_of_rows_is_a_cause_where_it_decides(before: EditableProject) -> None:
    before.add(
        "results", "AX-WAKING-1", result_id="AX-WAKING-2", value="0.80", ci_low="0.60", ci_high="1.0667"
    )
    after = edited(before, "after", lambda p: p.reverse("results"))
    found = waking(compared(before, after))
    assert [cause.id for cause in found.causes] == ["order"]
    assert found.after == computed(after).standing
    assert shares(found.moved[0])["order"] == pytest.approx(found.moved[0].change)


def test_what_cannot_be_shared_out_says_why(before: EditableProject) -> None:
    only_one = 'exclude={"BO": "for the test", "CY": "for the test", "AX2": "for the test"},'
    before.script(NAME, TITLE, TITLE + only_one)
    after = before.copy("after")
    new_row(after)
    after.remove("results", "AX-WAKING-1")
    found = waking(compared(before, after))
    assert found.before is not None
    assert found.after is not None
    assert (found.before.k, found.after.k) == (1, 1)
    estimate = found.moved[0]
    assert estimate.shares == ()
    assert estimate.unshared == (
        "with only this changed (results.csv row AX-WAKING-1 removed (0.72 (0.55-0.94))): "
        "there are no effects to pool"
    )
    assert found.attribution == "exact"


def test_options_that_only_hold_together_are_one_cause(before: EditableProject) -> None:
    new_row(before)
    after = before.copy("after")
    both = 'tau2_method="ML", tau2_ci_method="profile-likelihood"'
    after.script(NAME, TITLE, TITLE + f"synthesis=SynthesisSpec({both}),")
    before.script(NAME, TITLE, TITLE + 'synthesis=SynthesisSpec(tau2_method="PM"),')
    (cause,) = waking(compared(before, after)).causes
    assert cause.id == "option:synthesis"
    assert len(cause.options) == 2


def test_a_changed_measure_is_shown_without_shares(before: EditableProject) -> None:
    after = before.copy("after")
    after.script(NAME, 'Outcome("sleep", measure="RR")', 'Outcome("sleep", measure="OR")')
    change = compared(before, after)
    sleep = change.outcomes[0]
    assert change.method_changed
    assert (sleep.measure, sleep.attribution) == ("OR", "none")
    assert sleep.before == computed(before, 0).standing
    assert sleep.after == computed(after, 0).standing
    assert all(moved.shares == () and "another scale" in moved.unshared for moved in sleep.moved)
    assert "from RR to OR" in sleep.remark


def test_a_new_outcome_and_a_lost_one_have_one_side(before: EditableProject) -> None:
    after = before.copy("after")
    after.script(NAME, ', Outcome("waking", measure="HR")', "")
    after.script(NAME, 'Claim("Tea delays waking.", outcome="waking", interval="below"), ', "")
    change = compared(before, after)
    assert change.question_changed
    assert [o.slug for o in change.outcomes] == ["sleep-rr", "waking-hr"]
    assert waking(change).after is None
    assert waking(change).before == computed(before).standing
    assert [(c.text, c.before, c.after) for c in change.claims] == [("Tea delays waking.", True, None)]
    back = compared(after, before)
    assert waking(back).before is None
    assert waking(back).changed
    assert [(c.before, c.after) for c in back.claims] == [(None, True)]


def test_analyses_that_come_and_go(before: EditableProject) -> None:
    after = before.copy("after")
    (after.folder / "analyses" / "sleep_with_tea.py").unlink()
    change = compare_states(before.state(), after.state())
    gone = change.analyses[0]
    assert (gone.name, gone.kind, len(gone.outcomes)) == ("sleep_with_tea", "removed", 1)
    assert gone.outcomes[0].after is None
    assert gone.outcomes[0].before is not None
    come = compare_states(after.state(), before.state()).analyses[0]
    assert (come.kind, come.outcomes[0].before) == ("added", None)


def test_only_the_named_analyses_are_compared(before: EditableProject) -> None:
    change = compare_states(before.state(), edited(before, "after", typo).state(), names=(NAME,))
    assert [one.name for one in change.analyses] == [NAME]


def test_a_script_that_no_longer_fits_its_tables_is_not_comparable(before: EditableProject) -> None:
    after = before.copy("after")
    after.script(NAME, '{"drink": "water"}', '{"drink": "cocoa"}')
    change = compared(before, after)
    assert change.kind == "not comparable"
    assert "cocoa" in change.remark


def test_an_unreadable_script_without_report_is_not_comparable(before: EditableProject) -> None:
    state = before.state("HEAD")
    old = before.state("HEAD", analyses={}, unreadable={NAME: "line 3: no such option."})
    change = next(one for one in compare_states(old, state).analyses if one.name == NAME)
    assert change.kind == "not comparable"
    assert change.remark == "its script in HEAD cannot be loaded (line 3: no such option)"


def test_more_than_ten_causes_are_shared_over_a_sample_of_orders(
    before: EditableProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = before.copy("after")
    for edit in STORY.values():
        edit(after)
    after.set("results", "AX-WAKING-1", ci_high="0.96")
    after.set("results", "CY-WAKING-1", ci_high="1.03")
    exact = waking(compared(before, after))
    monkeypatch.setattr("metasyn.changes.attribute._MOST_EXACT", 4)
    sampled = waking(compared(before, after))
    assert (exact.attribution, sampled.attribution, sampled.orders) == ("exact", "sampled", 64)
    for one, other in zip(exact.moved, sampled.moved, strict=True):
        assert sum(shares(other).values()) == pytest.approx(one.change, abs=1e-10)
        largest = max(map(abs, shares(one).values()))
        assert shares(other) == pytest.approx(shares(one), abs=0.05 * largest)


def test_titles_and_notes_are_edits_but_no_causes(before: EditableProject) -> None:
    after = before.copy("after")
    after.script(NAME, "Tea compared with water for sleep", "Tea or water")
    after.script(NAME, TITLE, TITLE + 'notes=["A remark."],')
    change = compared(before, after)
    assert [(edit.where, edit.new) for edit in change.options] == [
        ("title", "Tea or water"),
        ("notes", "A remark."),
    ]
    assert change.kind == "changed"
    assert not change.question_changed
    assert not change.method_changed
    assert all(outcome.causes == () for outcome in change.outcomes)


def test_the_analyst_leaving_a_study_out_is_a_cause(before: EditableProject) -> None:
    after = before.copy("after")
    after.script(NAME, TITLE, TITLE + 'exclude={"CY": "not randomised after all"},')
    change = compared(before, after)
    assert change.question_changed
    (cause,) = waking(change).causes
    assert (cause.id, cause.title) == ("option:exclude[CY]", "CY left out: not randomised after all")


def test_a_study_that_becomes_eligible_enters_by_its_own_row(before: EditableProject) -> None:
    before.set("studies", "CY", design="single-arm")
    after = edited(before, "after", lambda p: p.set("studies", "CY", design="randomised"))
    change = compared(before, after)
    assert [row.key for row in change.rows] == ["study:CY"]
    (cause,) = waking(change).causes
    assert cause.title == "studies.csv row CY: design single-arm → randomised"


def test_comparing_does_not_depend_on_what_was_compared_before(before: EditableProject) -> None:
    after = edited(before, "after", *STORY.values())

    def told(change: EvidenceChange) -> list[object]:
        return [(o.moved, o.weights, o.causes) for a in change.analyses for o in a.outcomes]

    first, second = (compare_states(before.state(), after.state()) for _ in range(2))
    assert told(first) == told(second)


def test_what_is_shown_apart_is_compared_too(before: EditableProject) -> None:
    before.script(NAME, "Claim, Outcome", "Apart, Claim, Outcome")
    before.script(
        NAME,
        TITLE,
        TITLE + 'apart=[Apart(title="Eve", reason="late", cohorts=None, studies={"study_id": "EVE"}, '
        'contrast=({"drink": "tea"}, {"drink": "water"}))],',
    )
    new_row(before)
    before.script(NAME, TITLE, TITLE + 'exclude={"CY": "for the test"},')
    after = edited(before, "after", lambda p: p.set("results", "EVE-WAKING-1", ci_high="2.2"))
    main, apart = [one for one in compared(before, after).outcomes if one.changed]
    assert (main.slug, apart.slug) == ("waking-hr", "waking-hr-apart-1")
    assert apart.label == "time to waking (apart: Eve)"
    assert apart.before is not None
    assert apart.before.k == 1
    assert [cause.id for cause in apart.causes] == ["row:EVE-WAKING-1"]


def test_groups_that_differ_are_named_though_the_whole_is_as_it_was(before: EditableProject) -> None:
    after = edited(before, "after", lambda p: p.set("cohorts", "AX.tea", setting="ward"))
    change = compare_states(before.state(), after.state())
    alone, contrast = change.analyses
    assert [(o.moved, o.changed, o.groups) for o in alone.outcomes] == [((), False, ("setting",))]
    assert alone.kind == "changed"
    assert contrast.kind == "unchanged"
    assert version_step(change).reason == "sleep_with_tea: other results of the groups by setting"


def test_a_sentence_about_groups_flips_by_the_row_that_turns_their_order(before: EditableProject) -> None:
    text = 'subgroups=["setting"],'
    claim = 'claims=[Claim("At home it is higher.", by="setting", compare=("home", "higher than", "ward"))],'
    before.script("sleep_with_tea", "import Analysis", "import Claim, Analysis")
    before.script("sleep_with_tea", text, text + claim)
    after = edited(
        before,
        "after",
        lambda p: p.set("results", "AX-SLEEP-1", value="40", events="40"),
        lambda p: p.set("results", "BO-SLEEP-1", value="32", events="32"),
    )
    (claimed,) = compare_states(before.state(), after.state()).analyses[0].claims
    assert (claimed.before, claimed.after, claimed.causes) == (True, False, ("row:AX-SLEEP-1",))
    assert claimed.detail.startswith("home: 49.9%")


def test_a_name_that_neither_state_has_is_told(before: EditableProject) -> None:
    change = compare_states(before.state(), before.state(), names=("nobody",))
    assert [(one.name, one.kind, one.remark) for one in change.analyses] == [
        ("nobody", "not comparable", "neither state has it")
    ]
