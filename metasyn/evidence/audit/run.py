"""Every check over every row and group of rows, in an order that does not depend on anything but the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from metasyn.evidence.audit.across_checks import (
    numbers_of_studies_add_up,
    studies_add_up_to_total,
    units_are_one_across,
)
from metasyn.evidence.audit.answers import answered
from metasyn.evidence.audit.category_checks import categories_nest, halves_add_up, series_add_up
from metasyn.evidence.audit.comparison_checks import p_fits_counts
from metasyn.evidence.audit.comparisons import comparisons, questions
from metasyn.evidence.audit.dependence_checks import groups_share_participants
from metasyn.evidence.audit.direction_checks import medians_follow_hazards, outcomes_point_one_way
from metasyn.evidence.audit.entry import Entry
from metasyn.evidence.audit.finding import AuditFinding
from metasyn.evidence.audit.from_evidence import evidence_entries, randomised_entries, study_words
from metasyn.evidence.audit.interval_checks import (
    error_fits_interval,
    estimate_is_central,
    estimate_is_inside,
)
from metasyn.evidence.audit.interval_method_checks import interval_fits_counts, methods_agree, methods_of
from metasyn.evidence.audit.p_checks import heterogeneity_fits, p_fits_interval
from metasyn.evidence.audit.percent_checks import (
    events_fit,
    percent_fits,
    size_fits,
    stage_was_respected,
)
from metasyn.evidence.audit.printed_signs_checks import signs_stand_in_text
from metasyn.evidence.audit.printed_text_checks import figures_stand_in_text
from metasyn.evidence.audit.ratio_checks import ratio_fits_counts
from metasyn.evidence.audit.size_checks import sizes_agree, sizes_are_in_place, split_exists
from metasyn.evidence.audit.source_checks import (
    arms_keep_their_order,
    attributes_agree,
    sources_agree,
    units_are_one,
)
from metasyn.evidence.audit.statistic_checks import p_fits_error, p_fits_statistic, ratio_fits_logrank
from metasyn.evidence.audit.study_checks import cohorts_overlap, exclusions_are_even, profiles_of
from metasyn.evidence.audit.sum_checks import parts_add_up
from metasyn.evidence.audit.survival_checks import (
    curves_follow_hazards,
    shares_follow_hazards,
    shares_never_rise,
    shares_reach_at_risk,
)
from metasyn.evidence.audit.table import table_entries
from metasyn.evidence.audit.total_checks import episodes_are_told, group_holds, totals_fit_groups
from metasyn.evidence.collector import collector_paused
from metasyn.evidence.selection import Evidence

__all__ = ["audit_evidence", "audit_table"]

RowCheck = Callable[[Entry], Iterator[AuditFinding]]
GroupCheck = Callable[[Sequence[Entry]], Iterator[AuditFinding]]

_ROW_CHECKS: tuple[RowCheck, ...] = (
    events_fit,
    size_fits,
    group_holds,
    episodes_are_told,
    percent_fits,
    estimate_is_inside,
    estimate_is_central,
    error_fits_interval,
    heterogeneity_fits,
    p_fits_statistic,
    p_fits_error,
    stage_was_respected,
)
_QUESTION_CHECKS: tuple[GroupCheck, ...] = (
    parts_add_up,
    arms_keep_their_order,
    medians_follow_hazards,
    exclusions_are_even,
    ratio_fits_logrank,
    shares_reach_at_risk,
    totals_fit_groups,
)
_STUDY_CHECKS: tuple[GroupCheck, ...] = (
    sizes_are_in_place,
    sizes_agree,
    split_exists,
    sources_agree,
    attributes_agree,
    units_are_one,
    categories_nest,
    halves_add_up,
    series_add_up,
    numbers_of_studies_add_up,
    outcomes_point_one_way,
    shares_follow_hazards,
    shares_never_rise,
)
_ORDER = {"error": 0, "warning": 1, "note": 2}
# Rows that nothing groups are compared among themselves only in a table that a person wrote.
_MOST_UNGROUPED = 200
# Nobody reads more; looking for slips of the pen takes longer than all checks.
_MOST_SOUGHT = 500


def audit_evidence(evidence: Evidence, answers: Mapping[str, str] | None = None) -> tuple[AuditFinding, ...]:
    """Contradictions within and between the figures of a data folder.

    Every figure stands for the values it may have been rounded from, halves up or to the even digit;
    what is found is true of all of them. Nothing is repaired.

    Parameters
    ----------
    evidence : Evidence
        As read from a data folder.
    answers : mapping of str to str, optional
        By `result_id` what is answered to findings, `code: reason`, several separated by `|`; default
        what the column `accepted_because` says. A row marked unusable answers every finding about it
        that has no answer of its own with its reason.

    Returns
    -------
    tuple of AuditFinding
        Errors first, then warnings, then notes; within these in table order. An answer to which there
        is no finding is itself one, `stale_answer`.
    """
    if answers is None:
        answers = {row.result_id: row.accepted_because for row in evidence.results if row.accepted_because}
    entries = evidence_entries(evidence, answers)
    groups = randomised_entries(evidence, entries)
    findings = [*_checked(entries), *cohorts_overlap(profiles_of(entries, study_words(evidence)))]
    findings.extend(groups_share_participants(evidence, entries))
    findings.extend(curves_follow_hazards(entries, evidence.curves))
    findings.extend(figures_stand_in_text(evidence.results, entries))
    findings.extend(signs_stand_in_text(evidence.results, entries))
    lost: dict[tuple[str, str], AuditFinding] = {}
    for (study, _, _), rows in questions(groups).items():
        for found in exclusions_are_even(rows):
            lost.setdefault((study, found.message), found)
    return _answered([*findings, *lost.values()], entries)


def audit_table(rows: Iterable[Mapping[str, Any]]) -> tuple[AuditFinding, ...]:
    """Contradictions within and between the rows of one plain table.

    Parameters
    ----------
    rows : iterable of mapping of str to object
        Columns such as `label`, `events`, `n`, `percent`, `estimate`, `ci_low`, `ci_high`, `level`, `p`,
        `sides`, `total`, where present; also `study`, `source`, `outcome`, `cohort`, `comparator`,
        `part_of`, `unit`, `randomised`, `registry_id`, `centre`, `authors`, `year`, `phase` and others.
        Text keeps the digits as printed. `total` is the number of participants of all rows that share it.

    Returns
    -------
    tuple of AuditFinding
        Errors first, then warnings, then notes; rows are numbered from 1.

    Examples
    --------
    >>> from metasyn.evidence.audit import audit_table
    >>> found = audit_table([{"label": "response", "percent": "13.5", "n": "19"}])
    >>> print(found[0].code, found[0].severity)
    percent_not_k_over_n error
    >>> audit_table([{"label": "response", "percent": "52.6", "n": "19"}])
    ()
    """
    with collector_paused():
        entries, problems = table_entries(rows)
        findings = [*problems, *_checked(entries)]
        if any(entry.attributes for entry in entries):
            findings.extend(cohorts_overlap(profiles_of(entries)))
        return _answered(findings, entries)


def _checked(entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """All checks."""
    explained: set[str] = set()
    studies: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        studies[entry.study].append(entry)
    for (study, _, _), rows in questions(entries).items():
        yield from _question(rows, explained, grouped=bool(study) or len(rows) <= _MOST_UNGROUPED)
    methods = []
    for entry in entries:
        yield from _row(entry, explained)
        found = methods_of(entry)
        if found is not None:
            methods.append((entry, found))
            yield from interval_fits_counts(entry, found)
    few = len(methods) <= _MOST_UNGROUPED
    yield from methods_agree([pair for pair in methods if pair[0].source or pair[0].study or few])
    for study, rows in studies.items():
        if len(rows) > 1 and (study or len(rows) <= _MOST_UNGROUPED):
            for check in _STUDY_CHECKS:
                yield from check(rows)
    yield from studies_add_up_to_total(entries)
    yield from units_are_one_across(entries)


def _question(rows: Sequence[Entry], explained: set[str], *, grouped: bool) -> Iterator[AuditFinding]:
    """Checks of rows about one question."""
    if len(rows) < 2:
        yield from ratio_fits_logrank(rows) if rows[0].numbers else ()
        return
    for comparison in comparisons(rows):
        yield from p_fits_counts(comparison, explained)
        yield from ratio_fits_counts(comparison)
    if grouped:
        for check in _QUESTION_CHECKS:
            yield from check(rows)


def _row(entry: Entry, explained: set[str]) -> Iterator[AuditFinding]:
    """Checks of one row."""
    for check in _ROW_CHECKS:
        yield from check(entry)
    if (entry.p is not None or entry.p_is_ns) and entry.row not in explained:
        yield from p_fits_interval(entry)


def _answered(findings: Iterable[AuditFinding], entries: Sequence[Entry]) -> tuple[AuditFinding, ...]:
    """With the answers of the data, most serious first."""
    place = {entry.row: number for number, entry in reversed(list(enumerate(entries)))}
    listed = list(answered(findings, entries))
    listed.sort(key=lambda f: (_ORDER[f.severity], tuple(place.get(row, 0) for row in f.rows), f.code))
    return tuple(f.sought() if number < _MOST_SOUGHT else f for number, f in enumerate(listed))
