"""From a figure as printed forward: in which analyses it is used, and why not in others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metasyn.analysis.explain.effects import effect_shown
from metasyn.analysis.explain.figures import NOT_PRINTED, Archive, figure_of_row
from metasyn.analysis.explain.find import remarks_of
from metasyn.analysis.explain.model import Explanation
from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.effects.model import Effect, EffectSet
from metasyn.errors import OptionError
from metasyn.evidence.selection import Evidence
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import NotEstimable
from metasyn.wording import percent_text

__all__ = ["known_ids", "trace"]

_Use = tuple[str, str]


def trace(evidence: Evidence, results: Sequence[AnalysisResult], result_id: str) -> Explanation:
    """Where a reported figure, or every figure of a study, a group or a source, is used, or why not.

    Parameters
    ----------
    evidence : Evidence
    results : sequence of AnalysisResult
        The analyses to look through.
    result_id : str
        A row of `results.csv`; or a study, a group or a source.

    Returns
    -------
    Explanation
        The figure with its source, then one part per place where it is used or was left out; of anything
        else, one part per figure.

    Raises
    ------
    OptionError
        If there is nothing of that id.
    """
    remarks = {(one.code, one.message): one for result in results for one in remarks_of(result)}
    archive = Archive(evidence, remarks=tuple(remarks.values()))
    if result_id not in archive.rows:
        return _all_of(result_id, evidence, results, archive)
    uses = [
        _use(result, place, text) for result in results for place, text in _uses(result, result_id, archive)
    ]
    figure = figure_of_row(result_id, archive)
    return Explanation(
        kind="use",
        title=f"Where {result_id} is used",
        shown="" if uses else _nowhere(archive, result_id, results),
        key=result_id,
        parts=(figure, *uses),
    )


def known_ids(evidence: Evidence) -> tuple[str, ...]:
    """Every id that `trace` takes: figures, studies, groups, sources.

    Parameters
    ----------
    evidence : Evidence
    """
    rows = (row.result_id for row in evidence.results)
    return tuple(dict.fromkeys((*rows, *evidence.studies, *evidence.cohorts, *evidence.sources)))


def _all_of(
    name: str, evidence: Evidence, results: Sequence[AnalysisResult], archive: Archive
) -> Explanation:
    """The figures of a study, a group or a source, each with its uses in one line."""
    title = _title(name, evidence)
    if not title:
        raise OptionError(f"{name!r} is not the id of a reported result, a study, a cohort or a source.")
    rows = [
        row
        for row in evidence.results
        if name in (row.study_id, row.cohort_id, row.comparator_id, row.source_id)
    ]
    return Explanation(
        kind="use",
        title=title,
        shown=f"{len(rows)} reported figure{'' if len(rows) == 1 else 's'}",
        key=name,
        parts=tuple(
            Explanation(
                kind="figure",
                title=archive.about(row.result_id),
                shown=row.as_printed or NOT_PRINTED,
                key=row.result_id,
                number=row.value,
                facts=tuple(_uses_in_short(row.result_id, results, archive)),
            )
            for row in rows
        ),
    )


def _title(name: str, evidence: Evidence) -> str:
    """What an id stands for; empty where it stands for nothing."""
    if name in evidence.studies:
        return f"Study {name}, {evidence.studies[name].label}"
    if name in evidence.cohorts:
        group = evidence.cohorts[name]
        return f"Cohort {name}, {group.label} ({evidence.studies[group.study_id].label})"
    return f"Source {name}, {evidence.sources[name].citation}" if name in evidence.sources else ""


def _uses_in_short(
    result_id: str, results: Sequence[AnalysisResult], archive: Archive
) -> Iterator[tuple[str, str]]:
    """Every use of a figure, or that there is none."""
    found = [
        (f"{result.name}, {place}" if place else result.name, text)
        for result in results
        for place, text in _uses(result, result_id, archive)
    ]
    yield from found or [("Used", _nowhere(archive, result_id, results))]


def _use(result: AnalysisResult, place: str, text: str) -> Explanation:
    return Explanation(kind="use", title=f"{result.name}, {place}" if place else result.name, shown=text)


def _uses(result: AnalysisResult, result_id: str, archive: Archive) -> Iterator[_Use]:
    """Every place of one analysis that has to do with the figure."""
    for part in result.outcomes:
        yield from _in_set(part.slug, part.effects, part.synthesis, result_id, archive, result)
        for other in part.apart:
            place = f"{part.slug}, apart ({other.apart.title})"
            yield from _in_set(place, other.effects, other.synthesis, result_id, archive, result)
        yield from _in_variants(part, result_id)
    if any(one.result_id == result_id for one in result.external):
        yield "", "shown beside the result as a published reference, never pooled"


def _in_set(
    place: str,
    effects: EffectSet,
    synthesis: SynthesisResult | NotEstimable,
    result_id: str,
    archive: Archive,
    whole: AnalysisResult,
) -> Iterator[_Use]:
    """Effects that rest on the figure, and reasons why it was left out."""
    for i, effect in enumerate(effects.effects):
        if any(row.result_id == result_id for row in effect.rows):
            pooled = isinstance(synthesis, SynthesisResult) and synthesis.pooled
            weight = f", weight {percent_text(float(synthesis.weights[i]))}" if pooled else ""  # type: ignore[union-attr]
            cell = effect_shown(effect, effects.measure, whole.analysis.synthesis.level)
            yield place, f"{_role(effect, result_id, archive)} of {effect.label}: {cell}{weight}"
    for exclusion in effects.exclusions:
        if result_id in exclusion.result_ids:
            yield place, f"left out ({exclusion.code}): {exclusion.label}: {exclusion.reason}"


def _role(effect: Effect, result_id: str, archive: Archive) -> str:
    """Whether a figure is used itself, or only serves to recover another."""
    behind = [row.result_id for row in archive.of(effect) if result_id in row.derived_from]
    return f"serves to recover {', '.join(behind)}, used in the effect" if behind else "used in the effect"


def _in_variants(part: OutcomeResult, result_id: str) -> Iterator[_Use]:
    """Sensitivity analyses that use the figure although the main one does not."""
    if any(row.result_id == result_id for effect in part.effects.effects for row in effect.rows):
        return
    for variant in part.sensitivity:
        found = variant.result
        if isinstance(found, SynthesisResult) and any(
            row.result_id == result_id for effect in found.effects.effects for row in effect.rows
        ):
            yield part.slug, f"used in the sensitivity analysis {variant.group}: {variant.label}"


def _nowhere(archive: Archive, result_id: str, results: Sequence[AnalysisResult]) -> str:
    """Why no analysis uses the figure."""
    row = archive.rows[result_id]
    if not row.usable:
        return f"nowhere: it is marked unusable ({row.status_reason})"
    asked = [
        result.name
        for result in results
        if any(part.outcome.outcome == row.outcome for part in result.outcomes)
    ]
    if not asked:
        return f"nowhere: no analysis asks about the outcome {row.outcome}"
    return (
        f"nowhere: {', '.join(asked)} ask about the outcome {row.outcome}, but select other groups, "
        "studies or time points"
    )
