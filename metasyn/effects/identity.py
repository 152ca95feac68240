"""How effects, targets and figures are called, and what an effect knows about its cohorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from metasyn.effects.model import RowRef
from metasyn.effects.routes.candidates import figure
from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Selection, Target

__all__ = [
    "cohort_label",
    "effect_attributes",
    "effect_labels",
    "row_label",
    "row_references",
    "target_label",
]


def target_label(selection: Selection, target: Target) -> str:
    """Study, cohort and comparator in words."""
    return _names(selection, target)[2]


def cohort_label(selection: Selection, cohort_id: str) -> str:
    """Study and cohort in words."""
    cohort = selection.evidence.cohorts[cohort_id]
    return f"{selection.evidence.studies[cohort.study_id].label}: {cohort.label}"


def row_label(selection: Selection, row: ReportedResult) -> str:
    """Study, cohort(s) and figure in words."""
    target = Target(study_id=row.study_id, cohort_id=row.cohort_id, comparator_id=row.comparator_id)
    return f"{target_label(selection, target)}, {figure(row)}"


def row_references(selection: Selection, result_ids: Iterable[str]) -> tuple[RowRef, ...]:
    """The way back to printed figures; of a derived one, also to those it was derived from."""
    wanted = list(result_ids)
    rows = {r.result_id: r for r in selection.evidence.results if r.result_id in wanted}
    return tuple(_reference(selection, rows[i]) for i in wanted if i in rows)


def _reference(selection: Selection, row: ReportedResult) -> RowRef:
    source = selection.evidence.sources.get(row.source_id)
    return RowRef(
        result_id=row.result_id,
        source_id=row.source_id,
        citation=source.citation if source else "",
        locator=row.locator,
        as_printed=row.as_printed,
        derivation=row.derivation,
    )


def effect_labels(selection: Selection, targets: Sequence[Target]) -> tuple[str, ...]:
    """Unique labels: the study, with cohort, comparator and ids only as far as needed.

    Parameters
    ----------
    selection : Selection
    targets : sequence of Target
        Length k.

    Returns
    -------
    tuple of str
        Length k, no two equal.
    """
    names = [_names(selection, target) for target in targets]
    level = [0] * len(targets)
    labels = [name[0] for name in names]
    for step in range(1, len(names[0]) if names else 0):
        counts = Counter(labels)
        level = [step if counts[label] > 1 else at for label, at in zip(labels, level, strict=True)]
        labels = [name[at] for name, at in zip(names, level, strict=True)]
    return tuple(labels)


def effect_attributes(selection: Selection, target: Target) -> Mapping[str, str]:
    """Columns of study, cohort and comparator (`comparator_...`) by which effects can be grouped."""
    evidence = selection.evidence
    study, cohort = evidence.studies[target.study_id], evidence.cohorts[target.cohort_id]
    attributes = {**study.attributes, **cohort.attributes}
    if target.comparator_id:
        comparator = evidence.cohorts[target.comparator_id]
        attributes |= {f"comparator_{name}": value for name, value in comparator.attributes.items()}
        attributes["comparator"] = comparator.label
    return attributes | {
        "study": study.label,
        "study_id": study.study_id,
        "design": study.design,
        "year": "" if study.year is None else str(study.year),
        "cohort": cohort.label,
    }


def _names(selection: Selection, target: Target) -> tuple[str, str, str, str]:
    """Names of a target, each longer than the one before; the last is unique."""
    evidence = selection.evidence
    study = evidence.studies[target.study_id].label
    cohort = f"{study}: {evidence.cohorts[target.cohort_id].label}"
    if not target.comparator_id:
        return study, cohort, cohort, f"{cohort} [{target.cohort_id}]"
    contrast = f"{cohort} vs {evidence.cohorts[target.comparator_id].label}"
    return study, cohort, contrast, f"{contrast} [{target.cohort_id} vs {target.comparator_id}]"
