"""The sentences of two scripts, held against the results before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasyn.analysis.claims_check import claimed_outcome
from metasyn.analysis.spec import Analysis
from metasyn.changes.model import ClaimChange, Said
from metasyn.changes.standing import Point, groups_of
from metasyn.claims.check import Verdict, check_claim
from metasyn.claims.claim import Claim
from metasyn.errors import OptionError

__all__ = ["Judged", "claim_changes", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What a sentence of one outcome is held against.

    Attributes
    ----------
    where : str
        The outcome in words.
    before, after : Point or None
        None where the outcome is not asked for.
    reported : Point or None
        What was reported before, where that is not what is computed now.
    flipping : callable
        Ids of the causes that alone turn a claim over; None where they could not be tried.
    """

    where: str
    before: Point | None
    after: Point | None
    reported: Point | None
    flipping: Callable[[Claim], tuple[str, ...] | None]


def claim_changes(
    old: Analysis, new: Analysis, judged: Callable[[int, int], Judged | None]
) -> tuple[ClaimChange, ...]:
    """Every sentence that turned over, came or went.

    Parameters
    ----------
    old, new : Analysis
    judged : callable
        What the outcome at a place of the old script (0) or of the new one (1) is held against.

    Returns
    -------
    tuple of ClaimChange
        Those of the new script in its order, then those that only the old one holds.
    """
    before, after = _keyed(old.claims), _keyed(new.claims)
    changes = []
    for key in dict.fromkeys((*after, *before)):
        change = _change(before.get(key), after.get(key), old, new, judged)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def verdict(claim: Claim, point: Point | None) -> Verdict | None:
    """Whether a claim is true of a point; None where it cannot be held against it.

    Parameters
    ----------
    claim : Claim
    point : Point or None

    Returns
    -------
    Verdict or None
    """
    if point is None:
        return None
    try:
        if point.synthesis is None:
            reason = point.standing.estimate
            return None if isinstance(reason, float) else check_claim(claim, reason, None)
        return check_claim(claim, point.synthesis, groups_of(point, claim.by) if claim.by else None)
    except OptionError:
        return None


def _keyed(claims: Sequence[Claim]) -> dict[tuple[object, ...], Claim]:
    """Claims by what makes them the same sentence: its text, and what it is about."""
    return {(c.text, c.outcome, c.measure, c.timepoint, c.by, c.group): c for c in claims}


def _change(
    before: Claim | None,
    after: Claim | None,
    old: Analysis,
    new: Analysis,
    judged: Callable[[int, int], Judged | None],
) -> ClaimChange | None:
    """One sentence; None if it stands in both scripts and is as true as it was."""
    claim = after or before
    if claim is None:
        return None
    side, script = (1, new) if after is not None else (0, old)
    found = judged(side, claimed_outcome(claim, script.outcomes))
    said: Said = "now" if before is None else "before" if after is None else "both"
    if found is None:
        return ClaimChange(text=claim.text, where="", before=None, after=None, said=said)
    was, now = (verdict(one or claim, point) for one, point in ((before, found.before), (after, found.after)))
    truth_then = None if before is None else _truth(claim, was, found.reported)
    truth_now = None if now is None else now.true
    if truth_then is truth_now:
        if said == "both":
            return None
        truth_now = None
    return ClaimChange(
        text=claim.text,
        where=found.where,
        before=truth_then,
        after=truth_now,
        detail="; ".join(_shown(now)) if now is not None else "",
        causes=_causes(before, after, found) if None not in (truth_then, truth_now) else None,
        said=said,
    )


def _causes(before: Claim | None, after: Claim | None, found: Judged) -> tuple[str, ...] | None:
    """What alone turns the sentence over; `claim` where it is what the sentence states."""
    claim = before or after
    causes = None if claim is None else found.flipping(claim)
    if before is None or after is None or before == after:
        return causes
    at_first, at_last = (
        _truth(before, verdict(before, point), None) is not _truth(after, verdict(after, point), None)
        for point in (found.before, found.after)
    )
    return (*(causes or ()), "claim") if at_first or at_last else causes


def _truth(claim: Claim, computed: Verdict | None, reported: Point | None) -> bool | None:
    """Whether it was true: as reported, where that is not what is computed now."""
    if reported is not None and claim.text in reported.truths:
        return reported.truths[claim.text]
    return None if computed is None else computed.true


def _shown(found: Verdict) -> list[str]:
    """The numbers that decide, each once: of conditions that fail, else of all."""
    told = [check for check in found.checks if not check.holds] or list(found.checks)
    shown = list(dict.fromkeys(check.shows for check in told))
    return [one for one in shown if not any(other != one and other.startswith(one) for other in shown)]
