"""One outcome of an analysis before and after, with what moved it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metasyn.changes.attribute import Attributed, attribute, moved_only
from metasyn.changes.causes import could_bear, studies_of
from metasyn.changes.from_results import results_game
from metasyn.changes.game import EvidenceGame, Game
from metasyn.changes.grouped import grouping_changes
from metasyn.changes.hybrid import blend
from metasyn.changes.model import Cause, FigureChange, OutcomeChange
from metasyn.changes.outcome_pairs import OutcomePair
from metasyn.changes.renamed import older_names, under
from metasyn.changes.reported import software_edits, software_words
from metasyn.changes.sentences import Judged, verdict
from metasyn.changes.sides import Side
from metasyn.changes.standing import Point, group_numbers, weight_changes
from metasyn.changes.used import figure_changes
from metasyn.claims.claim import Claim
from metasyn.errors import OptionError
from metasyn.evidence.table_changes import RowEdit
from metasyn.values import NotEstimable

__all__ = ["Compared", "compare_outcome"]

_OTHER_SCALE = (
    "the effect measure changed from {} to {}: the numbers are on another scale and are not shared out"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """An outcome compared, and what its sentences are held against.

    Attributes
    ----------
    change : OutcomeChange
    judged : Judged
    """

    change: OutcomeChange
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Played:
    """A game with its shares; `game` is None where there was nothing to share out."""

    attributed: Attributed
    game: Game | None = None
    remark: str = ""
    reported: Point | None = None


def compare_outcome(
    pair: OutcomePair, old: Side, new: Side, causes: Sequence[Cause], edits: Sequence[RowEdit]
) -> Compared:
    """One outcome before and after.

    Parameters
    ----------
    pair : OutcomePair
    old, new : Side
    causes : sequence of Cause
        What changed of tables and script, where both sides have them.
    edits : sequence of RowEdit
        Every row that differs.

    Returns
    -------
    Compared

    Raises
    ------
    OptionError
        If a side cannot be computed.
    """
    before = old.point(pair.places[0]) if pair.old is not None else None
    after = new.point(pair.places[1]) if pair.new is not None else None
    if before is not None and after is not None and pair.same_scale:
        after = under(after, older_names(before, after))
    played = _played(pair, old, new, causes, edits)
    first = played.reported or before
    side, place = (new, pair.places[1]) if after is not None else (old, pair.places[0])
    groups = _regrouped(old, new, before, after)
    change = OutcomeChange(
        slug=side.slug(place),
        label=side.label(place),
        measure=side.outcomes[place].measure,
        before=None if first is None else first.standing,
        after=None if after is None else after.standing,
        moved=played.attributed.moved,
        weights=weight_changes(first, after) if first is not None and after is not None else (),
        causes=played.attributed.causes,
        attribution=played.attributed.attribution,
        orders=played.attributed.orders,
        remark=played.remark,
        groups=groups,
        group_causes=_group_causes(played.game, groups),
        groupings=grouping_changes(before, after, groups) if before and after else (),
        figures=_figures(pair, old, new, before, after),
        measure_before=pair.old.measure if pair.old and pair.new and not pair.same_scale else None,
    )
    judged = Judged(
        where=side.where(place),
        before=before,
        after=after,
        reported=played.reported,
        flipping=_flipping(played),
    )
    return Compared(change=change, judged=judged)


def _figures(
    pair: OutcomePair, old: Side, new: Side, before: Point | None, after: Point | None
) -> tuple[FigureChange, ...]:
    """Effects that rest on other figures of the same cohorts, where both tables are known."""
    if before is None or after is None or old.evidence is None or new.evidence is None:
        return ()
    known = [{row.result_id for row in side.evidence.results} for side in (old, new) if side.evidence]
    return figure_changes(before, after, (known[0], known[1])) if pair.same_scale else ()


def _regrouped(old: Side, new: Side, before: Point | None, after: Point | None) -> tuple[str, ...]:
    """Columns of both scripts by which the results of groups differ."""
    if before is None or after is None or old.analysis is None or new.analysis is None:
        return ()
    both = [column for column in new.analysis.subgroups if column in old.analysis.subgroups]
    return tuple(c for c in both if group_numbers(before, c) != group_numbers(after, c))


def _group_causes(game: Game | None, columns: Sequence[str]) -> tuple[Cause, ...]:
    """The causes that change the results of groups, made first or undone last."""
    if game is None or not columns:
        return ()
    full = (1 << len(game.causes)) - 1
    start, end = (_grouped(game.at(choice), columns) for choice in (0, full))
    return tuple(
        cause
        for i, cause in enumerate(game.causes)
        if _grouped(game.at(1 << i), columns) != start or _grouped(game.at(full ^ (1 << i)), columns) != end
    )


def _grouped(at: Point, columns: Sequence[str]) -> tuple[object, ...] | None:
    """The results of all groupings; None where the effects cannot be grouped."""
    try:
        return tuple(group_numbers(at, column) for column in columns)
    except OptionError:
        return None


def _played(
    pair: OutcomePair, old: Side, new: Side, causes: Sequence[Cause], edits: Sequence[RowEdit]
) -> _Played:
    """What moved, shared out where that can be done."""
    if pair.old is None or pair.new is None:
        return _Played(attributed=Attributed(moved=()))
    before, after = old.point(pair.places[0]), new.point(pair.places[1])
    if not pair.same_scale:
        reason = _OTHER_SCALE.format(pair.old.measure, pair.new.measure)
        return _Played(attributed=Attributed(moved=moved_only(before, after, reason)), remark=reason)
    names = older_names(before, after)
    after = under(after, names)
    if old.analysis is None or new.analysis is None or old.evidence is None or new.evidence is None:
        return _from_results(before, after, old, new)
    bearing = could_bear(causes, pair, old.evidence, new.evidence)
    game = EvidenceGame(
        causes=bearing,
        ends=(before, after),
        blend=blend(old.evidence, new.evidence, edits, pair.new.outcome),
        old=old.analysis,
        new=new.analysis,
        pair=pair,
        names=names,
    )
    studies = studies_of(bearing, old.evidence, new.evidence)
    reported = old.otherwise(pair.places[0])
    software = None if reported is None else _software_cause(old)
    return _Played(
        attributed=attribute(game, _related(studies), reported, software), game=game, reported=reported
    )


def _related(studies: Sequence[frozenset[str]]) -> Callable[[int, int], bool]:
    """Whether two causes share a study, or one of them is of no study in particular."""

    def related(i: int, j: int) -> bool:
        return not studies[i] or not studies[j] or bool(studies[i] & studies[j])

    return related


def _software_cause(side: Side) -> Cause:
    """That other software gives other numbers from the same tables and script."""
    edits = software_edits(dict((side.document or {}).get("versions") or {}))
    return Cause(id="software", kind="software", title=software_words(edits), options=edits)


def _from_results(before: Point, after: Point, old: Side, new: Side) -> _Played:
    """What moved between results of which one at least is known by its report only."""
    game = results_game(before, after, (old.request, new.request))
    if isinstance(game, NotEstimable):
        return _Played(
            attributed=Attributed(moved=moved_only(before, after, game.reason)), remark=game.reason
        )
    studies = [frozenset(about[:1]) if about else frozenset() for about in game.about]
    return _Played(attributed=attribute(game, _related(studies), None, None), game=game)


def _flipping(played: _Played) -> Callable[[Claim], tuple[str, ...] | None]:
    """Ids of the causes each of which alone turns a sentence over, made first or undone last."""

    def flipping(claim: Claim) -> tuple[str, ...] | None:
        game = played.game
        if game is None:
            return None
        # What moves groups against each other may move nothing of the whole.
        places = range(len(game.causes)) if claim.by else played.attributed.places
        full = (1 << len(game.causes)) - 1
        start, end = _true(claim, game.at(0)), _true(claim, game.ends[1])
        found = [] if _as_reported(claim, played) in (None, start) else ["software"]
        for place in places:
            made, undone = _true(claim, game.at(1 << place)), _true(claim, game.at(full ^ (1 << place)))
            if (None not in (made, start) and made is not start) or (
                None not in (undone, end) and undone is not end
            ):
                found.append(game.causes[place].id)
        return tuple(found)

    return flipping


def _as_reported(claim: Claim, played: _Played) -> bool | None:
    return None if played.reported is None else played.reported.truths.get(claim.text)


def _true(claim: Claim, at: Point) -> bool | None:
    found = verdict(claim, at)
    return None if found is None else found.true
