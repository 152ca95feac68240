"""Which changed rows an analysis looks at, in either state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metasyn.analysis.run import ongoing_trials, selections
from metasyn.analysis.spec import Analysis
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Evidence
from metasyn.evidence.table_changes import RowEdit

__all__ = ["reached_edits"]


def reached_edits(
    edits: Sequence[RowEdit], sides: Sequence[tuple[Analysis, Evidence]]
) -> tuple[RowEdit, ...]:
    """The changed rows that an analysis computes with or shows, before or after.

    Parameters
    ----------
    edits : sequence of RowEdit
    sides : sequence of (Analysis, Evidence)
        The analysis in the old state and in the new one, or in one of them.

    Returns
    -------
    tuple of RowEdit
        In the given order.

    Raises
    ------
    OptionError
        If an analysis names something that does not occur in its evidence.
    """
    if not edits:
        return ()
    keys = {key for analysis, evidence in sides for key in _looked_at(analysis, evidence)}
    return tuple(edit for edit in edits if edit.key in keys)


def _looked_at(analysis: Analysis, evidence: Evidence) -> set[str]:
    """Keys of everything one analysis rests on."""
    by_id = {row.result_id: row for row in evidence.results}
    keys: set[str] = set()
    wanted = {name for name in analysis.external if name in by_id}
    cohorts: set[str] = set()
    studies: set[str] = set()
    unreported: set[str] = set()
    for selection in selections(analysis, evidence):
        wanted |= {row.result_id for row in selection.results}
        studies |= {target.study_id for target in selection.targets}
        unreported |= set(selection.unreported)
        cohorts |= {name for t in selection.targets for name in (t.cohort_id, t.comparator_id)}
        keys.add(f"outcome:{selection.outcome.outcome}")
    rows = _with_sources_of_derived([by_id[name] for name in wanted], by_id)
    cohorts |= {name for row in rows for name in (row.cohort_id, row.comparator_id)}
    cohorts |= {name for name, cohort in evidence.cohorts.items() if cohort.study_id in unreported}
    keys |= {key for row in rows for key in _names(row)}
    keys |= {f"study:{name}" for name in studies | unreported}
    keys |= {f"cohort:{name}" for name in _with_wholes(cohorts, evidence)}
    for trial in ongoing_trials(analysis, evidence):
        keys |= {f"ongoing:{trial.registry_id}", f"source:{trial.source_id}"}
    return keys


def _names(row: ReportedResult) -> tuple[str, ...]:
    """A result with its curve and what it refers to."""
    return (
        row.result_id,
        f"curve:{row.result_id}",
        f"study:{row.study_id}",
        f"source:{row.source_id}",
        f"outcome:{row.outcome}",
    )


def _with_sources_of_derived(
    rows: Iterable[ReportedResult], by_id: dict[str, ReportedResult]
) -> tuple[ReportedResult, ...]:
    """Results and those they were derived from."""
    found = {row.result_id: row for row in rows}
    layer = list(found.values())
    while layer:
        named = {name for row in layer for name in row.derived_from if name in by_id and name not in found}
        layer = [by_id[name] for name in sorted(named)]
        found.update((row.result_id, row) for row in layer)
    return tuple(found.values())


def _with_wholes(cohorts: Iterable[str], evidence: Evidence) -> set[str]:
    """Cohorts and the larger ones they are part of."""
    found: set[str] = set()
    layer = {name for name in cohorts if name in evidence.cohorts}
    while layer:
        found |= layer
        layer = {evidence.cohorts[name].part_of for name in layer if evidence.cohorts[name].part_of} - found
        layer &= set(evidence.cohorts)
    return found
