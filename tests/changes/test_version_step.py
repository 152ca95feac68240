"""The step of the version, case by case."""

from __future__ import annotations

import pytest

from metasyn.changes.model import (
    AnalysisChange,
    ClaimChange,
    EvidenceChange,
    Moved,
    OptionEdit,
    OutcomeChange,
    Standing,
    WeightChange,
)
from metasyn.changes.version import version_step
from metasyn.evidence.table_changes import RowEdit
from metasyn.values import NotEstimable

_NONE = NotEstimable("not computed")
STANDING = Standing(
    k=2, n_studies=2, estimate=0.1, se=0.1, ci=_NONE, pi=_NONE, tau2=0.0, I2=0.0, pvalue=_NONE,
    null_value=0.0, level=0.95, model="common-effect", ci_method="wald", tau2_method="", weights={},
)  # fmt: skip
ROW = RowEdit(key="R1", kind="corrected")
OPTION = OptionEdit(where="notes", words="remarks", old="", new="x")


def outcome(moved: tuple[Moved, ...] = (), weights: tuple[WeightChange, ...] = ()) -> OutcomeChange:
    return OutcomeChange(
        slug="a", label="pain", measure="RR", before=STANDING, after=STANDING, moved=moved, weights=weights
    )


def analysis(**fields: object) -> AnalysisChange:
    return AnalysisChange(**{"name": "one", "title": "One", "kind": "changed", **fields})  # type: ignore[arg-type]


MOVED = outcome((Moved(quantity="estimate", before=0.1, after=0.2),))
CASES = {
    "nothing": (EvidenceChange(old="a", new="b"), "none", "nothing changed"),
    "a row alone": (
        EvidenceChange(old="a", new="b", rows=(ROW,)),
        "patch",
        "1 row changed and no result did",
    ),
    "rows and a remark": (
        EvidenceChange(old="a", new="b", rows=(ROW, ROW), analyses=(analysis(options=(OPTION,)),)),
        "patch",
        "2 rows and 1 declared option changed and no result did",
    ),
    "a number": (
        EvidenceChange(old="a", new="b", rows=(ROW,), analyses=(analysis(outcomes=(outcome(), MOVED)),)),
        "minor",
        "one: other results for pain",
    ),
    "a weight": (
        EvidenceChange(
            old="a",
            new="b",
            analyses=(analysis(outcomes=(outcome((), (WeightChange(label="A", before=0.1, after=0.2),)),)),),
        ),
        "minor",
        "one: other results for pain",
    ),
    "a sentence": (
        EvidenceChange(
            old="a",
            new="b",
            analyses=(analysis(claims=(ClaimChange(text="x", where="", before=True, after=False),)),),
        ),
        "minor",
        "one: 1 sentence that was true is now false",
    ),
    "another method": (
        EvidenceChange(
            old="a", new="b", rows=(ROW,), analyses=(analysis(method_changed=True, outcomes=(MOVED,)),)
        ),
        "major",
        "one: another method",
    ),
    "another question": (
        EvidenceChange(old="a", new="b", analyses=(analysis(question_changed=True),)),
        "major",
        "one: another question",
    ),
    "a new analysis": (
        EvidenceChange(
            old="a", new="b", analyses=(analysis(kind="added"), analysis(name="two", kind="removed"))
        ),
        "major",
        "one: a new analysis; two: no longer there",
    ),
    "not comparable": (
        EvidenceChange(old="a", new="b", analyses=(analysis(kind="not comparable", remark="no script."),)),
        "major",
        "one: cannot be compared with what it was (no script)",
    ),
    "software": (
        EvidenceChange(old="a", new="b", software=(OPTION,)),
        "none",
        "only versions of software changed, and they give the same results",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_step_and_its_reason(case: str) -> None:
    change, step, reason = CASES[case]
    found = version_step(change)
    assert (found.step, found.reason) == (step, reason)
