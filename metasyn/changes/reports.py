"""What two reports declare and say otherwise, where a script is not there to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metasyn.changes.model import ClaimChange, OptionEdit
from metasyn.changes.options import outcome_edits, spec_edits
from metasyn.changes.outcome_pairs import pair_outcomes
from metasyn.changes.sides import Side
from metasyn.values import NotEstimable

__all__ = ["report_claims", "report_edits"]

_ELIGIBILITY = {
    "contrast": "groups compared",
    "cohorts": "cohorts",
    "studies": "eligible studies",
    "same": "columns that compared cohorts share",
    "subgroups": "groups by",
    "overlap": "of overlapping cohorts",
    "excluded_by_analyst": "left out",
}
_PATHS = {"cohorts": "contrast", "excluded_by_analyst": "exclude"}


def report_edits(before: Side, after: Side) -> tuple[OptionEdit, ...]:
    """What is declared otherwise, as far as reports tell.

    Parameters
    ----------
    before, after : Side

    Returns
    -------
    tuple of OptionEdit
        Title, question, outcomes and options of the synthesis; what is eligible only where both sides
        are reports.
    """
    edits: list[OptionEdit] = []
    for name in ("title", "question"):
        old, new = (_said(side, name) for side in (before, after))
        if old != new:
            edits.append(OptionEdit(where=name, words=name, old=old, new=new))
    if before.analysis is None and after.analysis is None:
        rules = [(side.document or {}).get("eligibility") or {} for side in (before, after)]
        edits += _eligibility(rules[0], rules[1])
    edits += outcome_edits(pair_outcomes(before.outcomes, after.outcomes), ("measure",))
    requests = before.request, after.request
    if not isinstance(requests[0], NotEstimable) and not isinstance(requests[1], NotEstimable):
        edits += spec_edits(requests[0], requests[1])
    return tuple(edits)


def report_claims(before: Side, after: Side) -> tuple[ClaimChange, ...]:
    """Sentences that only one of two reports or scripts holds, or whose truth they tell otherwise.

    Parameters
    ----------
    before, after : Side

    Returns
    -------
    tuple of ClaimChange
        Their causes are not known: a report holds sentences, not the conditions that they state.
    """
    old, new = (_sentences(side) for side in (before, after))
    changes = []
    for text in dict.fromkeys((*new, *old)):
        was, now = old.get(text), new.get(text)
        if was is None or now is None or was[0] is not now[0]:
            place = (now or was or (None, ""))[1]
            changes.append(
                ClaimChange(
                    text=text,
                    where=place,
                    before=was[0] if was else None,
                    after=now[0] if now else None,
                    said="now" if was is None else "before" if now is None else "both",
                )
            )
    return tuple(changes)


def _said(side: Side, name: str) -> str:
    if side.analysis is not None:
        return str(getattr(side.analysis, name))
    return str((side.document or {}).get(name) or "")


def _sentences(side: Side) -> dict[str, tuple[bool | None, str]]:
    """Truth and place of each sentence."""
    from metasyn.analysis.claims_check import claimed_outcome
    from metasyn.changes.sentences import verdict

    if side.analysis is None:
        claims = (side.document or {}).get("claims") or ()
        return {str(claim["text"]): (bool(claim["true"]), str(claim.get("where", ""))) for claim in claims}
    found: dict[str, tuple[bool | None, str]] = {}
    for claim in side.analysis.claims:
        place = claimed_outcome(claim, side.outcomes)
        held = verdict(claim, side.point(place))
        found[claim.text] = (None if held is None else held.true, side.where(place))
    return found


def _eligibility(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[OptionEdit]:
    return [
        OptionEdit(
            where=_PATHS.get(key, key), words=words, old=_plain(old.get(key)), new=_plain(new.get(key))
        )
        for key, words in _ELIGIBILITY.items()
        if old.get(key) != new.get(key)
    ]


def _plain(value: Any) -> str:
    """A declared rule in words."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return (
            str(value["text"])
            if "text" in value
            else "; ".join(f"{k} = {_plain(v)}" for k, v in value.items())
        )
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    return str(value)
