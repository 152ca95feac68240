"""Which step the version of the evidence takes, by what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metasyn.changes.model import AnalysisChange, EvidenceChange

__all__ = ["Step", "VersionStep", "version_step"]

Step = Literal["major", "minor", "patch", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionStep:
    """A step of the version and what calls for it.

    Attributes
    ----------
    step : {'major', 'minor', 'patch', 'none'}
    reason : str
        In words, without a full stop.
    """

    step: Step
    reason: str


def version_step(change: EvidenceChange) -> VersionStep:
    """The step that the changes call for.

    Major for a new or removed analysis, another question or another method, a version of metasyn that
    gives other results among them; minor where data change a number of a result or the truth of a
    sentence; patch for changes that do neither.

    Parameters
    ----------
    change : EvidenceChange

    Returns
    -------
    VersionStep
        With the reasons of the largest step, analysis by analysis.

    Examples
    --------
    >>> version_step(EvidenceChange(old="1.0.0", new="now"))
    VersionStep(step='none', reason='nothing changed')
    """
    for step, reasons in (("major", _major), ("minor", _minor)):
        told = {one.name: ", ".join(reasons(one)) for one in change.analyses}
        if any(told.values()):
            reason = "; ".join(f"{name}: {words}" for name, words in told.items() if words)
            return VersionStep(step="major" if step == "major" else "minor", reason=reason)
    n_options = sum(len(one.options) for one in change.analyses)
    if change.rows or n_options:
        return VersionStep(step="patch", reason=_without_effect(len(change.rows), n_options))
    return VersionStep(
        step="none",
        reason="only versions of software changed, and they give the same results"
        if change.software
        else "nothing changed",
    )


def _major(change: AnalysisChange) -> Iterator[str]:
    """Reasons for a major version in one analysis."""
    if change.kind == "added":
        yield "a new analysis"
    elif change.kind == "removed":
        yield "no longer there"
    elif change.kind == "not comparable":
        yield f"cannot be compared with what it was ({change.remark.rstrip('.')})"
    else:
        if change.question_changed:
            yield "another question"
        if change.method_changed:
            yield "another method"


def _minor(change: AnalysisChange) -> Iterator[str]:
    """Reasons for a minor version in one analysis."""
    moved = [outcome.label for outcome in change.outcomes if outcome.changed]
    if moved:
        yield f"other results for {', '.join(moved)}"
    columns = dict.fromkeys(c for outcome in change.outcomes if not outcome.changed for c in outcome.groups)
    if columns:
        yield f"other results of the groups by {', '.join(columns)}"
    for now, words in ((False, "true is now false"), (True, "false is now true")):
        n = sum(claim.flipped and claim.after is now for claim in change.claims)
        if n:
            yield f"{n} sentence{'s' if n > 1 else ''} that {'were' if n > 1 else 'was'} {words}"
    if not all(claim.flipped for claim in change.claims):
        yield "sentences were added or taken out"
    if any(edit.where.endswith(".baseline_risk") for edit in change.options):
        yield "another baseline risk"


def _without_effect(n_rows: int, n_options: int) -> str:
    """Changes that move no result, counted."""
    parts = [
        f"{n} {what}{'s' if n != 1 else ''}"
        for n, what in ((n_rows, "row"), (n_options, "declared option"))
        if n
    ]
    return f"{' and '.join(parts)} changed and no result did"
