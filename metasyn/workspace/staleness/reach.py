"""Which rows of the evidence one analysis rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis
    from metasyn.evidence.audit import AuditFinding
    from metasyn.evidence.model import ReportedResult
    from metasyn.evidence.selection import Evidence

__all__ = ["reached_rows", "row_in_words"]

_FILES = {
    "study": "studies.csv",
    "cohort": "cohorts.csv",
    "source": "sources.csv",
    "outcome": "outcomes.csv",
    "ongoing": "ongoing_trials.csv",
    "curve": "curves.csv or at_risk.csv",
}

# Findings that `evidence.audit.across_checks` makes of all rows of a folder.
_OF_ALL = frozenset({"time_unit_mix", "n_mismatch"})


def reached_rows(analysis: Analysis, evidence: Evidence, *, part: bool = False) -> tuple[str, ...]:
    """Every row that the report of an analysis may show or compute with.

    Parameters
    ----------
    analysis : Analysis
    evidence : Evidence
    part : bool
        Whether this is only a part of the evidence, of which what the audit finds by looking at all of
        it at once says nothing.

    Returns
    -------
    tuple of str
        Keys as in `evidence.digest.digests`, each once, in the order in which the analysis meets
        them: a result by its id, other rows as `study:`, `cohort:`, `source:`, `outcome:`, `curve:`
        and `ongoing:` with their id.

    Raises
    ------
    OptionError
        If the analysis names something that does not occur in the evidence.
    """
    from metasyn.analysis.evidence_audit import findings_about
    from metasyn.analysis.run import ongoing_trials, selections

    by_id = {result.result_id: result for result in evidence.results}
    keys: dict[str, None] = {}
    chosen = selections(analysis, evidence)
    for selection in chosen:
        keys[f"outcome:{selection.outcome.outcome}"] = None
        for target in selection.targets:
            keys[f"study:{target.study_id}"] = None
            keys.update(_cohorts((target.cohort_id, target.comparator_id), evidence))
        for study_id in selection.unreported:
            keys[f"study:{study_id}"] = None
            keys.update(
                _cohorts((c for c, o in evidence.cohorts.items() if o.study_id == study_id), evidence)
            )
        keys.update(_results(selection.results, evidence, by_id))
    external = (by_id[result_id] for result_id in analysis.external if result_id in by_id)
    keys.update(_results(external, evidence, by_id))
    audited = findings_about(evidence, chosen, analysis.external)
    if part:
        audited = tuple(one for one in audited if not _looks_at_all(one, by_id))
    keys.update(_results((by_id[row] for one in audited for row in one.rows), evidence, by_id))
    for trial in ongoing_trials(analysis, evidence):
        keys[f"ongoing:{trial.registry_id}"] = None
        if trial.source_id:
            keys[f"source:{trial.source_id}"] = None
    return tuple(keys)


def _looks_at_all(found: AuditFinding, by_id: dict[str, ReportedResult]) -> bool:
    """Whether a finding is one that only all studies together show."""
    return found.code in _OF_ALL and len({by_id[row].study_id for row in found.rows}) > 1


def row_in_words(key: str) -> str:
    """A row key as a person finds it in the tables.

    Examples
    --------
    >>> row_in_words("study:BCG01"), row_in_words("R017")
    ('studies.csv row BCG01', 'results.csv row R017')
    """
    kind, _, name = key.partition(":")
    if kind == "curve" and name:
        return f"{_FILES[kind]} curve {name}"
    return f"{_FILES[kind]} row {name}" if name and kind in _FILES else f"results.csv row {key}"


def _results(
    results: Iterable[ReportedResult], evidence: Evidence, by_id: dict[str, ReportedResult]
) -> dict[str, None]:
    """Result rows with study, cohorts, outcome, source and curve of each, and what each is derived from."""
    keys: dict[str, None] = {}
    waiting = list(results)[::-1]
    while waiting:
        result = waiting.pop()
        if result.result_id in keys:
            continue
        keys[result.result_id] = None
        keys[f"study:{result.study_id}"] = None
        keys.update(_cohorts((result.cohort_id, result.comparator_id), evidence))
        keys[f"outcome:{result.outcome}"] = None
        keys[f"source:{result.source_id}"] = None
        if result.result_id in evidence.curves:
            keys[f"curve:{result.result_id}"] = None
        waiting.extend(by_id[other] for other in result.derived_from if other in by_id)
    return keys


def _cohorts(cohort_ids: Iterable[str], evidence: Evidence) -> dict[str, None]:
    """Cohorts and every larger cohort that contains them."""
    return {f"cohort:{found}": None for cohort_id in cohort_ids for found in _lineage(cohort_id, evidence)}


def _lineage(cohort_id: str, evidence: Evidence) -> Iterator[str]:
    seen: set[str] = set()
    while cohort_id in evidence.cohorts and cohort_id not in seen:
        seen.add(cohort_id)
        yield cohort_id
        cohort_id = evidence.cohorts[cohort_id].part_of
