"""What an analyst excluded and what the tables mark unusable, before any route is tried."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from metasyn.effects.identity import cohort_label, row_label
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Exclusion
from metasyn.errors import OptionError
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Selection, Target

__all__ = ["Screened", "at_its_time_point", "require_definitions", "screen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """Targets and usable rows that remain, and exclusions for the rest."""

    targets: tuple[Target, ...]
    rows: tuple[ReportedResult, ...]
    exclusions: tuple[Exclusion, ...]


def at_its_time_point(selection: Selection, measure: EffectMeasure) -> Selection:
    """The selection without figures at time points that it does not ask for, except for hazard ratios.

    A hazard ratio of the whole course can rest on survival at any time; a proportion cannot.
    """
    if measure.code == "HR":
        return selection
    kept = tuple(r for r in selection.results if r.timepoint == selection.timepoint)
    if len(kept) == len(selection.results):
        return selection
    about = {r.cohort_id for r in kept if not r.is_contrast}
    pairs = {frozenset((r.cohort_id, r.comparator_id)) for r in kept if r.is_contrast}
    targets = tuple(
        t
        for t in selection.targets
        if {t.cohort_id, t.comparator_id} - {""} <= about
        or frozenset((t.cohort_id, t.comparator_id)) in pairs
    )
    heard = {r.study_id for r in kept}
    lost = (t.study_id for t in selection.targets if t.study_id not in heard)
    return replace(
        selection,
        results=kept,
        targets=targets,
        unpaired=tuple(c for c in selection.unpaired if c in about),
        unreported=tuple(dict.fromkeys((*selection.unreported, *lost))),
    )


def screen(selection: Selection, exclude: Mapping[str, str]) -> Screened:
    """Apply the analyst's exclusions, then the marks in the tables.

    Parameters
    ----------
    selection : Selection
    exclude : mapping of str to str
        Ids of results, cohorts or studies, and the reason for each.

    Raises
    ------
    OptionError
        If an id occurs nowhere in the evidence, or a reason is missing.
    """
    _require_ids(selection, exclude)
    exclusions: list[Exclusion] = []
    targets = list(selection.targets)
    unpaired = list(selection.unpaired)
    for name, reason in exclude.items():
        gone = [t for t in targets if name in (t.study_id, t.cohort_id, t.comparator_id)]
        alone = [c for c in unpaired if name in (c, selection.evidence.cohorts[c].study_id)]
        if gone or alone:
            targets = [t for t in targets if t not in gone]
            unpaired = [c for c in unpaired if c not in alone]
            unpaired += _left_alone(selection, gone, targets, exclude)
            exclusions.append(_excluded_by_name(selection, name, reason))
    exclusions += [_nothing_to_compare_with(selection, cohort) for cohort in dict.fromkeys(unpaired)]
    exclusions += [_not_reported(selection, study) for study in selection.unreported if study not in exclude]
    rows = _bearing_on(selection.results, targets)
    for row in rows:
        if row.result_id in exclude:
            exclusions.append(_excluded_row(selection, row, "by-analyst", exclude[row.result_id]))
        elif not row.usable:
            reason = row.status_reason or "marked unusable in the table"
            exclusions.append(_excluded_row(selection, row, "unusable", reason))
    usable = tuple(r for r in rows if r.usable and r.result_id not in exclude)
    return Screened(targets=tuple(targets), rows=usable, exclusions=tuple(exclusions))


def require_definitions(selection: Selection, definitions: Sequence[str]) -> None:
    """Every preferred definition must occur with this outcome somewhere in the evidence.

    Raises
    ------
    OptionError
        If one does not; the known definitions are listed.
    """
    if isinstance(definitions, str):
        raise OptionError(f"definitions is a sequence of words; write [{definitions!r}].")
    outcome = selection.outcome.outcome
    known = dict.fromkeys(r.definition for r in selection.evidence.results if r.outcome == outcome)
    for definition in definitions:
        if definition and definition not in known:
            names = ", ".join(repr(word) for word in known if word) or "none"
            raise OptionError(
                f"definitions: {definition!r} does not occur with outcome {outcome!r}; known: {names}."
            )


def _require_ids(selection: Selection, exclude: Mapping[str, str]) -> None:
    evidence = selection.evidence
    known = {r.result_id for r in evidence.results} | set(evidence.cohorts) | set(evidence.studies)
    for name, reason in exclude.items():
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=3)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
            raise OptionError(f"exclude: {name!r} is not the id of a result, cohort or study{hint}")
        if not reason.strip():
            raise OptionError(f"exclude: {name!r} needs a reason.")


def _bearing_on(rows: Iterable[ReportedResult], targets: Sequence[Target]) -> tuple[ReportedResult, ...]:
    """Rows about a cohort of a target alone, or about the pair of a target."""
    single = {t.cohort_id for t in targets} | {t.comparator_id for t in targets}
    pairs = {frozenset((t.cohort_id, t.comparator_id)) for t in targets if t.comparator_id}
    return tuple(
        r
        for r in rows
        if (frozenset((r.cohort_id, r.comparator_id)) in pairs if r.is_contrast else r.cohort_id in single)
    )


def _excluded_by_name(selection: Selection, name: str, reason: str) -> Exclusion:
    """One exclusion for a study or cohort, with the figures that go with it."""
    evidence = selection.evidence
    label = evidence.studies[name].label if name in evidence.studies else cohort_label(selection, name)
    ids = (r.result_id for r in selection.results if name in (r.study_id, r.cohort_id, r.comparator_id))
    return Exclusion(label=label, code="by-analyst", reason=reason, result_ids=tuple(ids))


def _left_alone(
    selection: Selection, gone: Sequence[Target], remaining: Sequence[Target], exclude: Mapping[str, str]
) -> list[str]:
    """Reported cohorts that lost their last counterpart to an exclusion of the analyst."""
    still_in = {c for t in remaining for c in (t.cohort_id, t.comparator_id)}
    reported = {r.cohort_id for r in selection.results if not r.is_contrast}
    return [
        cohort
        for target in gone
        for cohort in (target.cohort_id, target.comparator_id)
        if cohort in reported - still_in and cohort not in exclude and target.study_id not in exclude
    ]


def _nothing_to_compare_with(selection: Selection, cohort: str) -> Exclusion:
    return Exclusion(
        label=cohort_label(selection, cohort),
        code="no-comparison",
        reason=f"{selection.outcome.outcome} is reported for this cohort, not for one to compare it with",
        result_ids=tuple(r.result_id for r in selection.results if r.cohort_id == cohort),
    )


def _not_reported(selection: Selection, study: str) -> Exclusion:
    return Exclusion(
        label=selection.evidence.studies[study].label,
        code="not-reported",
        reason=f"eligible, but no figure on {selection.outcome.outcome} is in the evidence",
    )


def _excluded_row(selection: Selection, row: ReportedResult, code: str, reason: str) -> Exclusion:
    return Exclusion(label=row_label(selection, row), code=code, reason=reason, result_ids=(row.result_id,))
