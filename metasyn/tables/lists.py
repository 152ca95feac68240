"""Lists beside the synthesis: cohorts apart, results of others, ongoing trials, sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from metasyn.effects.model import EffectSet
from metasyn.evidence.model import OngoingTrial, ReportedResult, Source
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.cells import counts_cell, effect_cell, estimate_cell, source_cell, source_labels
from metasyn.tables.evidence import effect_notes
from metasyn.tables.model import Column, ReportTable, columns
from metasyn.tables.words import MODEL_WORDS, estimate_header, subject
from metasyn.values import NotEstimable
from metasyn.vocabulary import Model
from metasyn.wording import level_text, whole

__all__ = ["apart_table", "external_table", "ongoing_table", "source_note", "sources_table"]

_DASH = "\N{EN DASH}"
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


def apart_table(
    title: str,
    effects: EffectSet,
    synthesis: SynthesisResult | NotEstimable,
    sources: Sequence[Source],
    *,
    slug: str,
    level: float = 0.95,
) -> ReportTable:
    """Cohorts that stand beside the synthesis, and their own pooled result in the last row.

    Parameters
    ----------
    title : str
    effects : EffectSet
    synthesis : SynthesisResult or NotEstimable
        Of these cohorts alone.
    sources : sequence of Source
        The numbered list of sources of the report.
    slug : str
    level : float

    Returns
    -------
    ReportTable
    """
    labels = source_labels(sources)
    measure = effects.measure
    rows = [
        (
            effect.label,
            counts_cell(effect) or _DASH,
            effect_cell(effect, measure, level),
            source_cell(effect.rows, labels) or _DASH,
        )
        for effect in effects.effects
    ]
    emphasis: tuple[int, ...] = ()
    if isinstance(synthesis, SynthesisResult) and synthesis.pooled:
        emphasis = (len(rows),)
        model = MODEL_WORDS[synthesis.model]
        rows.append((f"Together ({model}, k = {synthesis.k})", "", estimate_cell(synthesis, measure), ""))
    return ReportTable(
        slug=slug,
        caption=f"{subject(effects.outcome)}: {title} (shown apart, not pooled with the others)",
        columns=columns(
            ("study", "Study", "left", 2.2),
            ("events", "Events/n", "right", 1.2),
            ("effect", estimate_header(measure, level_text(level)), "right", 1.6),
            ("source", "Source", "left", 2.0),
        ),
        rows=tuple(rows),
        notes=effect_notes(effects.effects, _model_of(synthesis)),
        emphasis=emphasis,
    )


def _model_of(synthesis: SynthesisResult | NotEstimable) -> Model | None:
    """The model of a result; None where nothing is pooled."""
    return synthesis.model if isinstance(synthesis, SynthesisResult) and synthesis.pooled else None


def external_table(
    results: Sequence[ReportedResult],
    sources: Sequence[Source],
    *,
    slug: str,
    outcome_labels: Mapping[str, str] = _NO_LABELS,
) -> ReportTable:
    """Results that others pooled: shown as reference, never pooled here.

    Parameters
    ----------
    results : sequence of ReportedResult
    sources : sequence of Source
        The numbered list of sources of the report.
    slug : str
    outcome_labels : mapping of str to str
        Outcome id -> words; an id without words stands for itself.

    Returns
    -------
    ReportTable
    """
    labels = source_labels(sources)
    rows = [
        (
            outcome_labels.get(result.outcome, result.outcome)
            + (f" ({result.definition})" if result.definition else ""),
            result.statistic,
            result.as_printed,
            ", ".join(
                part for part in (labels.get(result.source_id, result.source_id), result.locator) if part
            ),
            result.note,
        )
        for result in results
    ]
    made = columns(
        ("outcome", "Outcome", "left", 1.0),
        ("statistic", "Statistic", "left", 0.8),
        ("as_printed", "Figure as printed", "left", 1.8),
        ("source", "Source", "left", 1.8),
        ("note", "Remark", "left", 2.2),
    )
    return _without_empty(
        ReportTable(
            slug=slug, caption="Published results of others (not pooled)", columns=made, rows=tuple(rows)
        )
    )


def ongoing_table(trials: Sequence[OngoingTrial], sources: Sequence[Source], *, slug: str) -> ReportTable:
    """Registered trials without results yet.

    Parameters
    ----------
    trials : sequence of OngoingTrial
    sources : sequence of Source
    slug : str

    Returns
    -------
    ReportTable
        Columns that are empty throughout are left out.
    """
    labels = source_labels(sources)

    def place(trial: OngoingTrial) -> str:
        label = labels.get(trial.source_id, trial.source_id)
        return ", ".join(part for part in (label, trial.locator) if part)

    cells: tuple[Callable[[OngoingTrial], str], ...] = (
        lambda trial: trial.registry_id,
        lambda trial: trial.title,
        lambda trial: trial.phase,
        lambda trial: "" if trial.n is None else whole(trial.n),
        lambda trial: trial.population,
        lambda trial: trial.arms,
        lambda trial: trial.primary_endpoint,
        place,
    )
    made = columns(
        ("registry_id", "Registry", "left", 1.3),
        ("title", "Title", "left", 2.6),
        ("phase", "Phase", "left", 0.7),
        ("n", "n", "right", 0.6),
        ("population", "Population", "left", 1.8),
        ("arms", "Arms", "left", 1.9),
        ("primary_endpoint", "Primary endpoint", "left", 1.2),
        ("source", "Source", "left", 1.3),
    )
    rows = tuple(tuple(cell(trial) for cell in cells) for trial in trials)
    return _without_empty(
        ReportTable(slug=slug, caption="Ongoing trials without results", columns=made, rows=rows)
    )


def source_note(source: Source) -> str:
    """The remark on a source, and whether its figures were checked against the document."""
    checked = f"figures checked against the document (sha256 {source.sha256[:12]}…)" if source.sha256 else ""
    return "; ".join(filter(None, (source.note, checked)))


def sources_table(sources: Sequence[Source], *, slug: str) -> ReportTable:
    """The numbered list of sources.

    Parameters
    ----------
    sources : sequence of Source
    slug : str

    Returns
    -------
    ReportTable
    """
    rows = tuple(
        (
            *(str(number), source.source_id, source.kind, source.citation, source.doi, source.address),
            source_note(source),
        )
        for number, source in enumerate(sources, start=1)
    )
    made = columns(
        ("number", "No.", "right", 0.4),
        ("source_id", "Id", "left", 1.0),
        ("kind", "Kind", "left", 0.8),
        ("citation", "Citation", "left", 4.0),
        ("doi", "DOI", "left", 1.5),
        ("address", "Address", "left", 1.5),
        ("note", "Remark", "left", 1.5),
    )
    return ReportTable(slug=slug, caption="Sources", columns=made, rows=rows)


def _without_empty(table: ReportTable) -> ReportTable:
    """The table without columns that are empty in every row."""
    kept = [i for i in range(len(table.columns)) if any(row[i] for row in table.rows)]
    made: tuple[Column, ...] = tuple(table.columns[i] for i in kept)
    return ReportTable(
        slug=table.slug,
        caption=table.caption,
        columns=made,
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
        notes=table.notes,
        emphasis=table.emphasis,
    )
