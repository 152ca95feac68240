"""Reported figures of a selection as effects on one scale, with everything that was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metasyn.effects.counts import counts_to_effects, no_information
from metasyn.effects.identity import (
    effect_attributes,
    effect_labels,
    row_label,
    row_references,
    target_label,
)
from metasyn.effects.measure import FROM_REPORTS, EffectMeasure, get_measure
from metasyn.effects.measure_names import with_the_event
from metasyn.effects.model import Effect, EffectSet, Exclusion
from metasyn.effects.routes.arm_counts import count_candidates
from metasyn.effects.routes.candidates import Attempts, Candidate, TargetRows
from metasyn.effects.routes.choice import Ranking, why_not_preferred
from metasyn.effects.routes.count_rounding import effect_rounding
from metasyn.effects.routes.curve_candidates import curve_candidates
from metasyn.effects.routes.event_free import TIME_TO_EVENT, outcome_words
from metasyn.effects.routes.log_rank_candidates import log_rank_candidates
from metasyn.effects.routes.measure_routes import require_routes
from metasyn.effects.routes.median_figures import in_its_unit, log_median_candidates
from metasyn.effects.routes.medians import median_candidates
from metasyn.effects.routes.overlap import overlapping, resolve_overlap
from metasyn.effects.routes.reported_ratios import difference_candidates, ratio_candidates
from metasyn.effects.routes.screening import Screened, at_its_time_point, require_definitions, screen
from metasyn.effects.routes.time_point_candidates import time_point_candidates
from metasyn.errors import OptionError
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Selection, Target
from metasyn.vocabulary import Measure, Overlap, RouteName, ZeroCells, require_option

__all__ = ["standardise"]


# More targets of one study without a route than this are put in one line.
_MOST_LISTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """The way taken for one target, before the zero-cell policy of the whole set."""

    target: Target
    chosen: Candidate
    row_ids: tuple[str, ...]
    other_routes: tuple[RouteName, ...]


def standardise(
    selection: Selection,
    *,
    measure: Measure,
    definitions: Sequence[str] = (),
    event_fraction: float | None = None,
    zero_cells: ZeroCells = "only0",
    overlap: Overlap = "whole",
    exclude: Mapping[str, str] | None = None,
    prefer: Sequence[RouteName] = (),
) -> EffectSet:
    """Reported figures as estimates and variances on one analysis scale.

    For each target every route is tried on its usable figures; the rule of `effects.routes.choice` takes
    one. What is left out is listed: unusable figures, figures that were not preferred, targets
    without a route, tables without information, overlapping cohorts, and what the analyst
    excluded.

    Parameters
    ----------
    selection : Selection
        From `Evidence.select`.
    measure : str
        HR, RR, OR, RD for contrasts; PLO, PAS, PR and MEDLN (log median time) for single cohorts.
    definitions : sequence of str
        Preferred definitions of the outcome, best first.
    event_fraction : float, optional
        Share of participants assumed to have had the event, for medians without p value, events
        or intervals. Without it such a contrast is excluded.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the cells of a table.
    overlap : {'whole', 'parts', 'all'}
        One row per cohort: keep the whole, or its parts. `all` keeps every row, also of the same
        participants: a set for `pool_che`, never for `pool`.
    exclude : mapping of str to str, optional
        Ids of results, cohorts or studies left out by the analyst, with the reason.
    prefer : sequence of str
        Routes that come before the grade where a target offers several, in this order.

    Returns
    -------
    EffectSet
        Effects in table order of studies and cohorts.

    Raises
    ------
    OptionError
        If an option is outside its range, an id or a definition does not occur, the measure does
        not fit the selection, or a preferred route is none of the measure.

    Examples
    --------
    >>> from metasyn.evidence.model import Cohort, OutcomeDefinition, ReportedResult, Source, Study
    >>> from metasyn.evidence.selection import Evidence
    >>> from metasyn.values import Interval
    >>> evidence = Evidence(
    ...     sources={"s": Source(source_id="s", kind="article", citation="Ax 2020")},
    ...     studies={"ax": Study(study_id="ax", label="Ax 2020", design="randomised")},
    ...     cohorts={
    ...         "ax.d": Cohort(cohort_id="ax.d", study_id="ax", label="drug", attributes={"arm": "drug"}),
    ...         "ax.p": Cohort(cohort_id="ax.p", study_id="ax", label="pill", attributes={"arm": "placebo"}),
    ...     },
    ...     outcomes={"death": OutcomeDefinition(outcome="death", label="death", kind="time-to-event")},
    ...     results=(
    ...         ReportedResult(
    ...             result_id="r1", study_id="ax", cohort_id="ax.p", comparator_id="ax.d", outcome="death",
    ...             statistic="HR", value=1.25, ci=Interval(1.0, 1.5625), source_id="s", locator="p. 3",
    ...             as_printed="1.25 (1.00-1.56)",
    ...         ),
    ...     ),
    ... )
    >>> selection = evidence.select(outcome="death", contrast=({"arm": "drug"}, {"arm": "placebo"}))
    >>> effect = standardise(selection, measure="HR").effects[0]
    >>> round(effect.yi, 4), round(effect.sei, 4), effect.inverted
    (-0.2231, 0.1139, True)
    """
    scale = _fitting_measure(selection, measure)
    require_option("zero_cells", zero_cells, ZeroCells)
    require_option("overlap", overlap, Overlap)
    if event_fraction is not None and not 0 < event_fraction <= 1:
        raise OptionError(f"event_fraction must be in (0, 1]; got {event_fraction!r}.")
    require_definitions(selection, definitions)
    require_routes(prefer, measure)
    selection = at_its_time_point(selection, scale)
    screened = screen(selection, exclude or {})
    ranking = Ranking(selection.results, definitions, prefer)

    drafts, no_route, unused = _drafted(selection, scale, screened, ranking, event_fraction)
    drafts, empty = _without_information(selection, scale, drafts, zero_cells)
    drafts, overlapping = _one_row_per_cohort(selection, drafts, overlap)
    used = {i for draft in drafts for i in _used_ids(draft)}
    spoken_for = used | {i for exclusion in (*empty, *overlapping) for i in exclusion.result_ids}
    return EffectSet(
        measure=scale,
        effects=_effects(selection, scale, drafts, zero_cells),
        exclusions=(
            *screened.exclusions,
            *_folded(selection, no_route, [draft.target for draft in drafts]),
            *(exclusion for i, exclusion in unused.items() if i not in spoken_for),
            *empty,
            *overlapping,
        ),
        outcome=outcome_words(selection.outcome, selection.timepoint, scale),
    )


def _fitting_measure(selection: Selection, code: str) -> EffectMeasure:
    """The measure, if it is one of as many groups as the selection has."""
    measure = get_measure(code)
    if measure.code not in FROM_REPORTS:
        raise OptionError(
            f"measure {code!r} is for effects that are given or computed with metasyn.effect_sizes; "
            f"the evidence tables give {', '.join(FROM_REPORTS)}."
        )
    for target in selection.targets:
        if measure.n_groups == 2 and not target.comparator_id:
            raise OptionError(
                f"measure {code!r} compares two groups, but single cohorts are selected: "
                "select with contrast=(group, compared with), or use PLO, PAS, PR or MEDLN."
            )
        if measure.n_groups == 1 and target.comparator_id:
            raise OptionError(
                f"measure {code!r} is for single cohorts, but a contrast is selected: "
                "select with cohorts=, or use HR, RR, OR or RD."
            )
    if selection.outcome.kind == TIME_TO_EVENT:
        measure = with_the_event(measure)
    return in_its_unit(measure, selection.results)


def _attempt(rows: TargetRows, event_fraction: float | None) -> Attempts:
    """Every route of the measure on the figures of one target."""
    attempts = Attempts()
    if rows.measure.code == "HR":
        ratio_candidates(rows, attempts)
        log_rank_candidates(rows, attempts)
        curve_candidates(rows, attempts)
        median_candidates(rows, attempts, event_fraction=event_fraction)
        time_point_candidates(rows, attempts)
        return attempts
    if rows.measure.family == "time":
        log_median_candidates(rows, attempts)
        return attempts
    count_candidates(rows, attempts)
    if rows.measure.family == "ratio":
        ratio_candidates(rows, attempts)
    elif rows.measure.code == "RD":
        difference_candidates(rows, attempts, grade=3)
    return attempts


_Drafted = tuple[list[_Draft], list[tuple[Target, Exclusion]], dict[str, Exclusion]]


def _drafted(
    selection: Selection,
    measure: EffectMeasure,
    screened: Screened,
    ranking: Ranking,
    event_fraction: float | None,
) -> _Drafted:
    """The way taken for each target, targets without one, and figures that are not used, by their id."""
    drafts: list[_Draft] = []
    no_route: list[tuple[Target, Exclusion]] = []
    unused: dict[str, Exclusion] = {}
    of_study: dict[str, list[ReportedResult]] = {}
    for row in screened.rows:
        of_study.setdefault(row.study_id, []).append(row)
    for target in screened.targets:
        rows = TargetRows.gather(selection, target, measure, of_study.get(target.study_id, ()))
        attempts = _attempt(rows, event_fraction)
        if not attempts.candidates:
            no_route.append((target, _no_route(selection, rows, attempts)))
            continue
        chosen = ranking.best_as_noted(attempts.candidates)
        row_ids = tuple(row.result_id for row in rows.all)
        others = ranking.other_routes(chosen, attempts.candidates)
        drafts.append(_Draft(target=target, chosen=chosen, row_ids=row_ids, other_routes=others))
        _note_unused(unused, selection, rows, chosen, attempts, ranking)
    return drafts, no_route, unused


def _note_unused(
    unused: dict[str, Exclusion],
    selection: Selection,
    rows: TargetRows,
    chosen: Candidate,
    attempts: Attempts,
    ranking: Ranking,
) -> None:
    """Exclusions of the figures of a target that its effect does not rest on."""
    for row in rows.all:
        if row not in chosen.rows and row.result_id not in unused:
            unused[row.result_id] = Exclusion(
                label=row_label(selection, row),
                code="not-preferred",
                reason=why_not_preferred(row, rows, chosen, attempts.candidates, ranking),
                result_ids=(row.result_id,),
            )


def _no_route(selection: Selection, rows: TargetRows, attempts: Attempts) -> Exclusion:
    none = f"no {rows.measure.label} can be obtained: "
    why, near = attempts.why_not(), attempts.nearest()
    if rows.comparator is None:
        near = near.removeprefix(f"the cohort ({rows.cohort.label}): ")
    if not rows.all:
        why = near = "no usable figure is left"
    return Exclusion(
        label=target_label(selection, rows.target),
        code="no-route",
        reason=none + why,
        short=none + near,
        result_ids=tuple(row.result_id for row in rows.all),
    )


def _folded(
    selection: Selection, no_route: Sequence[tuple[Target, Exclusion]], kept: Sequence[Target]
) -> tuple[Exclusion, ...]:
    """Exclusions for want of a route, in one line per effect where its participants are in anyway."""
    cohorts = selection.evidence.cohorts
    groups: dict[int, list[Exclusion]] = {}
    apart: list[Exclusion] = []
    for target, exclusion in no_route:
        near = next((j for j, other in enumerate(kept) if overlapping(target, other, cohorts)), None)
        (apart if near is None else groups.setdefault(near, [])).append(exclusion)
    for near, members in groups.items():
        apart += members if len(members) <= _MOST_LISTED else [_summary(selection, kept[near], members)]
    return tuple(apart)


def _summary(selection: Selection, kept: Target, members: Sequence[Exclusion]) -> Exclusion:
    """Many targets without a route whose participants are in the synthesis, as one line."""
    names = "; ".join(member.label for member in members)
    what = "comparisons" if kept.comparator_id else "cohorts"
    return Exclusion(
        label=f"{selection.evidence.studies[kept.study_id].label}: {len(members)} further {what}",
        code="no-route",
        reason=f"they share participants with {target_label(selection, kept)}, which is in, "
        f"and no effect can be obtained for them: {names}",
        result_ids=tuple(dict.fromkeys(i for member in members for i in member.result_ids)),
    )


def _without_information(
    selection: Selection, measure: EffectMeasure, drafts: list[_Draft], zero_cells: str
) -> tuple[list[_Draft], list[Exclusion]]:
    """Drafts whose counts say something, and exclusions of the others."""
    kept, exclusions = [], []
    for draft in drafts:
        counts = draft.chosen.counts
        reason = no_information(measure, counts, zero_cells) if counts else ""
        if reason:
            exclusions.append(
                Exclusion(
                    label=target_label(selection, draft.target),
                    code="no-information",
                    reason=reason,
                    result_ids=draft.row_ids,
                )
            )
        else:
            kept.append(draft)
    return kept, exclusions


def _one_row_per_cohort(
    selection: Selection, drafts: list[_Draft], overlap: Overlap
) -> tuple[list[_Draft], list[Exclusion]]:
    """Drafts that share no participants, and exclusions of the others."""
    cohorts = selection.evidence.cohorts
    targets = [draft.target for draft in drafts]
    sizes = [_size(selection, draft) for draft in drafts]
    dropped = resolve_overlap(targets, sizes, cohorts, overlap)
    exclusions = [
        Exclusion(
            label=target_label(selection, targets[drop.index]),
            code="overlap",
            reason=f"overlaps with {target_label(selection, targets[drop.kept])}: {drop.reason}",
            result_ids=drafts[drop.index].row_ids,
        )
        for drop in dropped
    ]
    gone = {drop.index for drop in dropped}
    return [draft for i, draft in enumerate(drafts) if i not in gone], exclusions


def _size(selection: Selection, draft: _Draft) -> tuple[int, int]:
    """Participants of the two groups; 0 where unknown."""
    counts, cohorts = draft.chosen.counts, selection.evidence.cohorts
    if counts is not None:
        return counts.n_1, counts.n_2 or 0
    first = cohorts[draft.target.cohort_id].n or 0
    second = (cohorts[draft.target.comparator_id].n or 0) if draft.target.comparator_id else 0
    return first, second


def _used_ids(draft: _Draft) -> tuple[str, ...]:
    """Ids of the figures an effect rests on, those behind derived figures included."""
    rows = draft.chosen.rows
    return tuple(dict.fromkeys(i for row in rows for i in (row.result_id, *row.derived_from)))


def _effects(
    selection: Selection, measure: EffectMeasure, drafts: list[_Draft], zero_cells: str
) -> tuple[Effect, ...]:
    """Drafts as effects; counts are converted together, as the zero-cell policy needs."""
    counts = [draft.chosen.counts for draft in drafts if draft.chosen.counts is not None]
    from_counts = iter(zip(*counts_to_effects(measure, counts, zero_cells), strict=True) if counts else ())
    labels = effect_labels(selection, [draft.target for draft in drafts])
    effects = []
    for draft, label in zip(drafts, labels, strict=True):
        chosen, target = draft.chosen, draft.target
        yi, vi, adjustment = next(from_counts) if chosen.counts is not None else (chosen.yi, chosen.vi, "")
        effects.append(
            Effect(
                label=label,
                yi=float(yi),
                vi=float(vi),
                route=chosen.route,
                study_id=target.study_id,
                cohort_id=target.cohort_id,
                comparator_id=target.comparator_id,
                rows=row_references(selection, _used_ids(draft)),
                counts=chosen.counts,
                reported_ci=chosen.reported_ci,
                adjustment=adjustment,
                inverted=chosen.inverted,
                notes=chosen.notes,
                rounding=effect_rounding(measure, chosen, zero_cells, added=bool(adjustment)),
                other_routes=draft.other_routes,
                attributes=effect_attributes(selection, target),
            )
        )
    return tuple(effects)
