"""What the audit of the evidence says about the rows that one analysis reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from metasyn.analysis.result import FigureFinding
from metasyn.evidence.audit import AuditFinding, audit_evidence
from metasyn.evidence.audit.answers import MARKED
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Evidence, Selection
from metasyn.values import Finding

__all__ = ["findings_about", "told_once"]

# Findings about who the participants of a group are, whatever the figure in which it shows.
_ABOUT_GROUPS = frozenset(
    {"n_conflict", "swapped_group_sizes", "phase_conflict", "design_conflict", "citation_conflict"}
)
# What is found twice: here, and by `analysis.audit`, which knows what became of it.
_SAME = {
    "cross_source_conflict": "sources-disagree",
    "version_conflict": "sources-disagree",
    "asymmetric_ci": "off-centre",
}
_UNUSABLE = "unusable-figure"
_MOST_NAMED = 4
_LONGEST_CITATION = 60
_ID = re.compile(r"[\w.-]*[A-Za-z][\w.-]*")


@lru_cache(maxsize=2)
def _audited(evidence: Evidence) -> tuple[AuditFinding, ...]:
    """The audit of the whole evidence, once for all analyses of a project."""
    return audit_evidence(evidence)


def findings_about(
    evidence: Evidence, selections: Sequence[Selection], further: Iterable[str] = ()
) -> tuple[AuditFinding, ...]:
    """Findings of the audit that bear on what an analysis looks at.

    Parameters
    ----------
    evidence : Evidence
    selections : sequence of Selection
        What the analysis looks at.
    further : iterable of str
        Ids of further results that it shows.

    Returns
    -------
    tuple of AuditFinding
        Those that name one of its figures, or one that such a figure is derived from; those about the
        size and identity of its groups; overlaps of two of its studies. In the order of the audit.
    """
    by_id = {row.result_id: row for row in evidence.results}
    rows = {row.result_id for row in _derived((r for s in selections for r in s.results), by_id)}
    rows.update(further)
    targets = [target for selection in selections for target in selection.targets]
    cohorts = {name for target in targets for name in (target.cohort_id, target.comparator_id) if name}
    studies = {target.study_id for target in targets}

    def bears(found: AuditFinding) -> bool:
        if found.code == "dependence_group":
            return False  # Told in the section on dependent rows, where it bears on a result.
        named = [by_id[row] for row in found.rows if row in by_id]
        if found.code == "overlapping_cohorts":
            return len({row.study_id for row in named} & studies) > 1
        if found.code in _ABOUT_GROUPS and any(row.cohort_id in cohorts for row in named):
            return True
        return not rows.isdisjoint(found.rows)

    return tuple(found for found in _audited(evidence) if bears(found))


def _derived(results: Iterable[ReportedResult], by_id: dict[str, ReportedResult]) -> Iterator[ReportedResult]:
    """Results and all they are derived from, each once."""
    seen: set[str] = set()
    waiting = list(results)
    while waiting:
        result = waiting.pop()
        if result.result_id not in seen:
            seen.add(result.result_id)
            yield result
            waiting.extend(by_id[name] for name in result.derived_from if name in by_id)


def told_once(
    own: Sequence[FigureFinding], found: Sequence[AuditFinding], evidence: Evidence
) -> list[FigureFinding]:
    """Remarks of the analysis and findings of the audit, nothing twice.

    Parameters
    ----------
    own : sequence of FigureFinding
        What `analysis.audit` says of the effects.
    found : sequence of AuditFinding
    evidence : Evidence

    Returns
    -------
    list of FigureFinding
        A remark that says the same as a finding stays, with the code of the finding, so that an answer in
        the data can name it, with what would repair it, and with the answer of the data if it was open.
    """
    told = list(own)
    for one in found:
        twin = next((place for place, remark in enumerate(own) if _says(remark, one)), None)
        if twin is None:
            told.append(_of_audit(one, evidence))
        else:
            told[twin] = _joined(told[twin], one)
    return told


def _joined(remark: FigureFinding, found: AuditFinding) -> FigureFinding:
    """A remark of the analysis as the finding of the audit that it is."""
    if remark.finding.code == _UNUSABLE:
        return remark
    answered = remark.is_open and not found.open
    return replace(
        remark,
        finding=replace(remark.finding, code=found.code),
        answer=found.accepted if answered else remark.answer,
        repairs=remark.repairs or found.repairs,
        by_analysis=bool(remark.answer),
    )


def _says(remark: FigureFinding, found: AuditFinding) -> bool:
    """Whether a remark says what the audit found."""
    code = remark.finding.code
    if code == _UNUSABLE:
        return found.accepted.startswith(MARKED) and not set(found.rows).isdisjoint(remark.rows)
    return code == _SAME.get(found.code) and set(remark.rows) <= set(found.rows)


def _of_audit(found: AuditFinding, evidence: Evidence) -> FigureFinding:
    """A finding of the audit as a report tells it."""
    return FigureFinding(
        finding=Finding(
            code=found.code,
            severity=found.severity,
            where=_where(found, evidence),
            message=_in_words(found.message, evidence),
        ),
        rows=found.rows,
        answer=found.accepted,
        repairs=found.repairs,
        computed=found.computed,
    )


def _where(found: AuditFinding, evidence: Evidence) -> str:
    """What a finding is about: `Ash 2010: drug, death; placebo, death`, the first few of many."""
    studies = {row.result_id: evidence.studies[row.study_id].label for row in evidence.results}
    about: dict[str, dict[str, None]] = {}
    for row, label in zip(found.rows, found.labels, strict=True):
        about.setdefault(studies.get(row, ""), {})[label] = None
    parts = []
    for study, labels in list(about.items())[:_MOST_NAMED]:
        more = f"; and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
        words = "; ".join(list(labels)[:_MOST_NAMED]) + more
        parts.append(f"{study}: {words}" if study else words)
    further = f". And {len(about) - _MOST_NAMED} more studies" if len(about) > _MOST_NAMED else ""
    return ". ".join(parts) + further


def _in_words(message: str, evidence: Evidence) -> str:
    """A message with names where it has ids of groups and sources."""

    def name(match: re.Match[str]) -> str:
        word = match[0].rstrip(".")
        rest = match[0][len(word) :]
        if word in evidence.cohorts:
            return evidence.cohorts[word].label + rest
        source = evidence.sources.get(word)
        return (source.citation[:_LONGEST_CITATION] if source is not None else word) + rest

    return _ID.sub(name, message)
