"""Two states of the evidence compared: what changed, and what each change did to the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from metasyn.changes.apart import apart_sides
from metasyn.changes.causes import option_causes
from metasyn.changes.model import (
    AnalysisChange,
    Cause,
    ClaimChange,
    EvidenceChange,
    OptionEdit,
    OutcomeChange,
)
from metasyn.changes.options import asks_otherwise, option_edits, works_otherwise
from metasyn.changes.outcome_pairs import pair_outcomes
from metasyn.changes.outcomes import Compared, compare_outcome
from metasyn.changes.reached import reached_edits
from metasyn.changes.reported import software_edits
from metasyn.changes.reports import report_claims, report_edits
from metasyn.changes.row_causes import row_causes
from metasyn.changes.sentences import Judged, claim_changes
from metasyn.changes.sides import Side, side_of
from metasyn.changes.state import EvidenceState
from metasyn.errors import MetasynError
from metasyn.evidence.table_changes import RowEdit, row_edits
from metasyn.values import NotEstimable

__all__ = ["compare_states"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """What changed in the tables: every row, and the causes among them."""

    edits: tuple[RowEdit, ...]
    causes: tuple[Cause, ...]


def compare_states(old: EvidenceState, new: EvidenceState, *, names: Sequence[str] = ()) -> EvidenceChange:
    """What changed between two states of the evidence, and what each change did to the results.

    Every changed row, and every changed option that numbers depend on, is a cause that can be undone on
    its own. Where both sides have tables and script, each outcome is computed with every choice of its
    causes (above ten: along a sample of orders), and a cause's share of what moved is what it adds on
    average over all orders in which the changes could have been made (Shapley value). Where the old
    results were reported by other software that gave other numbers, this is the first step.

    Parameters
    ----------
    old, new : EvidenceState
    names : sequence of str, optional
        The analyses to compare; by default all of both states.

    Returns
    -------
    EvidenceChange
        Shares are on the scale of the analysis (log for ratios) and sum to the whole change.

    References
    ----------
    Shapley LS. In: Contributions to the Theory of Games II, 1953:307-318. 10.1515/9781400881970-018

    Examples
    --------
    >>> compare_states(EvidenceState(label="HEAD"), EvidenceState(label="now")).analyses
    ()
    """
    edits = row_edits(old.tables, new.tables) if old.tables and new.tables else ()
    causes: tuple[Cause, ...] = ()
    if old.evidence is not None and new.evidence is not None and old.tables != new.tables:
        causes = row_causes(edits, old.evidence, new.evidence)
    known = {**old.analyses, **old.unreadable, **old.results, **new.analyses, **new.unreadable, **new.results}
    wanted = sorted(set(names) or known)
    rows = _Rows(edits=edits, causes=causes)
    return EvidenceChange(
        old=old.label,
        new=new.label,
        old_version=old.version,
        new_version=new.version,
        rows=edits,
        analyses=tuple(_analysis(name, old, new, rows) for name in wanted),
        software=_software(old, new, wanted),
    )


def _analysis(name: str, old: EvidenceState, new: EvidenceState, rows: _Rows) -> AnalysisChange:
    """One analysis before and after; what keeps it from being compared is said."""
    before, after = side_of(old, name), side_of(new, name)
    for side in (before, after):
        if isinstance(side, NotEstimable):
            other = after if side is before else before
            title = other.title if isinstance(other, Side) else name
            return AnalysisChange(name=name, title=title, kind="not comparable", remark=side.reason)
    try:
        if isinstance(before, Side) and isinstance(after, Side):
            return _both(name, before, after, rows)
        side = after if isinstance(after, Side) else before
        return _one(name, side, rows, new=side is after) if isinstance(side, Side) else _never(name)
    except MetasynError as error:
        title = after.title if isinstance(after, Side) else name
        return AnalysisChange(name=name, title=title, kind="not comparable", remark=str(error))


def _never(name: str) -> AnalysisChange:
    """A name that neither state knows."""
    return AnalysisChange(name=name, title=name, kind="not comparable", remark="neither state has it")


def _one(name: str, side: Side, rows: _Rows, *, new: bool) -> AnalysisChange:
    """An analysis that one state has."""
    pairs = pair_outcomes((), side.outcomes) if new else pair_outcomes(side.outcomes, ())
    compared = [compare_outcome(pair, side, side, (), ()) for pair in pairs]
    reached: tuple[RowEdit, ...] = ()
    if side.analysis is not None and side.evidence is not None:
        reached = reached_edits(rows.edits, [(side.analysis, side.evidence)])
    return AnalysisChange(
        name=name,
        title=side.title,
        kind="added" if new else "removed",
        rows=reached,
        outcomes=tuple(one.change for one in compared),
        remark=side.remark,
    )


def _both(name: str, before: Side, after: Side, rows: _Rows) -> AnalysisChange:
    """An analysis that both states have."""
    remark = "; ".join(dict.fromkeys(filter(None, (before.remark, after.remark))))
    if before.analysis is None or after.analysis is None:
        compared = _compared(before, after, (), rows.edits)
        return _changed(name, before, after, report_edits(before, after), compared, (), remark)
    sides = [(side.analysis, side.evidence) for side in (before, after)]
    told = reached_edits(rows.edits, [(a, e) for a, e in sides if a is not None and e is not None])
    options = option_edits(before.analysis, after.analysis)
    if not (told or options or before.document or any(not cause.rows for cause in rows.causes)):
        return AnalysisChange(name=name, title=after.title, kind="unchanged", remark=remark)
    causes = (*rows.causes, *option_causes(options, before.analysis, after.analysis))
    compared = _compared(before, after, causes, rows.edits)
    found = _changed(name, before, after, options, compared, _apart(before, after, rows), remark)
    return replace(found, rows=told)


def _compared(
    before: Side, after: Side, causes: Sequence[Cause], edits: Sequence[RowEdit]
) -> tuple[Compared, ...]:
    """Every outcome of either side."""
    pairs = pair_outcomes(before.outcomes, after.outcomes)
    return tuple(compare_outcome(pair, before, after, causes, edits) for pair in pairs)


def _apart(before: Side, after: Side, rows: _Rows) -> Iterator[OutcomeChange]:
    """Outcomes of what is shown apart, as far as their numbers differ."""
    for number, (title, old, new) in enumerate(apart_sides(before, after), start=1):
        if old.analysis is None or new.analysis is None:
            continue
        options = option_edits(old.analysis, new.analysis)
        causes = (*rows.causes, *option_causes(options, old.analysis, new.analysis))
        for one in _compared(old, new, causes, rows.edits):
            change = one.change
            if change.moved or any(weight.before != weight.after for weight in change.weights):
                yield replace(
                    change, slug=f"{change.slug}-apart-{number}", label=f"{change.label} (apart: {title})"
                )


def _changed(
    name: str,
    before: Side,
    after: Side,
    options: tuple[OptionEdit, ...],
    compared: Sequence[Compared],
    apart: Iterable[OutcomeChange],
    remark: str,
) -> AnalysisChange:
    """The outcomes and sentences of an analysis that both states have."""
    outcomes = (*(one.change for one in compared), *apart)
    claims = _claims(before, after, compared)
    changed = bool(options or claims or any(outcome.changed or outcome.groups for outcome in outcomes))
    by_software = any(
        cause.kind == "software" for outcome in outcomes if outcome.changed for cause in outcome.causes
    )
    return AnalysisChange(
        name=name,
        title=after.title,
        kind="changed" if changed else "unchanged",
        options=options,
        outcomes=outcomes,
        claims=claims,
        question_changed=any(asks_otherwise(edit) for edit in options),
        method_changed=by_software or any(works_otherwise(edit) for edit in options),
        remark=remark,
    )


def _claims(before: Side, after: Side, compared: Sequence[Compared]) -> tuple[ClaimChange, ...]:
    """Sentences that turned over, came or went."""
    if before.analysis is None or after.analysis is None:
        return report_claims(before, after)
    pairs = pair_outcomes(before.outcomes, after.outcomes)

    def judged(side: int, place: int) -> Judged | None:
        found = (one.judged for pair, one in zip(pairs, compared, strict=True) if pair.places[side] == place)
        return next(found, None)

    return claim_changes(before.analysis, after.analysis, judged)


def _software(old: EvidenceState, new: EvidenceState, names: Sequence[str]) -> tuple[OptionEdit, ...]:
    """Software that the old results were reported with and that runs now, where it differs."""
    before, after = (
        [dict(state.results[name].get("versions") or {}) for name in sorted(names) if name in state.results]
        for state in (old, new)
    )
    if not before:
        return ()
    return software_edits(_versions(before), _versions(after) if after and new.evidence is None else None)


def _versions(found: Sequence[dict[str, str]]) -> dict[str, str]:
    """Versions that reports name; where they differ, all of them."""
    names = dict.fromkeys(name for versions in found for name in versions)
    return {name: ", ".join(sorted({str(v[name]) for v in found if name in v})) for name in names}
