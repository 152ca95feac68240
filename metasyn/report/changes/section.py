"""What a report says of the version of its evidence, and of what changed since the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metasyn.changes.model import AnalysisChange, OutcomeChange, Standing
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.report.blocks import (
    Block,
    Bullets,
    Definitions,
    FigureBlock,
    Note,
    Paragraph,
    Section,
    TableBlock,
)
from metasyn.report.changes.edition import FIRST_TRIGGER, Edition, edition_title
from metasyn.report.changes.further import column_words, groupings_tables, renamed_sentence
from metasyn.report.changes.numbers import (
    bounds_text,
    estimate_text,
    measure_before,
    moved_weights,
    orders_sentence,
    shares_rule,
    weight_sentence,
)
from metasyn.report.changes.tables import results_table, rows_table, shares_table
from metasyn.report.changes.words import (
    ARROW,
    cause_titles,
    claim_sentence,
    counts_of_rows,
    groups_sentence,
    idle_sentence,
    option_sentence,
    remarks_on,
)
from metasyn.report.phrases import capital, sentence
from metasyn.tables.model import ReportTable
from metasyn.values import NotEstimable
from metasyn.wording import whole

__all__ = ["changes_section", "edition_note"]

_ANCHOR = "changes"
_LIVING = "How this evidence is kept up to date"
_MOST_ROWS, _MOST_TOLD = 40, 3


def edition_note(edition: Edition) -> Note:
    """The version of the evidence in the opening of a report, with the way to what changed.

    Parameters
    ----------
    edition : Edition

    Returns
    -------
    Note
    """
    heading = _heading(edition) if edition.previous else ""
    return Note(
        " ".join(_opening(edition)),
        heading=edition_title(version=edition.version, date=edition.date, released=edition.released),
        see=heading,
        anchor=_ANCHOR if heading else "",
    )


def _opening(edition: Edition) -> Iterator[str]:
    """What led to the version, and what it does to the results of this report."""
    if not edition.released:
        yield f"{_edited(edition)} after that version."
    elif edition.trigger == FIRST_TRIGGER:
        yield "This is the first version."
    else:
        yield f"What led to it: {sentence(edition.trigger)}"
    if edition.remark:
        yield _not_shown(edition)
    elif edition.changes is not None:
        yield _in_short(edition.changes, edition.previous)


def _edited(edition: Edition) -> str:
    """What happened after the last version."""
    change = edition.changes
    if change is not None and change.kind != "added" and not (change.rows or change.options):
        return "Another version of metasyn gave other results from the same data"
    return "The data or the script of this report were edited"


def _not_shown(edition: Edition) -> str:
    return f"What changed since version {edition.previous} cannot be shown: {edition.remark.rstrip('.')}."


def _in_short(change: AnalysisChange, previous: str) -> str:
    """The results that moved, in one sentence."""
    if change.kind == "added":
        return f"This report was not part of version {previous}."
    moved = [one for one in change.outcomes if one.changed]
    if change.kind == "not comparable":
        return f"Its results cannot be compared with those of version {previous}."
    columns = dict.fromkeys(column for one in change.outcomes for column in one.groups)
    if not moved and columns:
        groups = f"those of the groups by {' and by '.join(map(column_words, columns))} are not"
        return f"The pooled results are as they were in version {previous}, {groups}."
    if not moved:
        return f"No result of this report has changed since version {previous}."
    alike = [one for one in moved if _reads_alike(one)]
    told = [_one_in_short(one) for one in moved if one not in alike]
    if len(told) > _MOST_TOLD:
        told = [*told[:_MOST_TOLD], f"{whole(len(told) - _MOST_TOLD)} more"]
    if alike:
        names = ", ".join(one.label for one in alike)
        told.append(f"as before but for intervals, heterogeneity or weights: {names}")
    return f"Since version {previous}: {'; '.join(told)}."


def _reads_alike(one: OutcomeChange) -> bool:
    """Whether the estimate, as it is printed, is the same."""
    if one.before is None or one.after is None or one.another_scale:
        return False
    measure = get_measure(one.measure)
    return estimate_text(one.before, measure) == estimate_text(one.after, measure)


def _one_in_short(one: OutcomeChange) -> str:
    """The estimate of an outcome with its interval, before and after."""
    if one.before is None or one.after is None:
        return f"{one.label} is {'new' if one.before is None else 'no longer asked for'}"
    measure, before = get_measure(one.measure), measure_before(one)
    old, new = _with_interval(one.before, before), _with_interval(one.after, measure)
    named = f"{measure.heading} " if one.another_scale else ""
    first = "" if before.family == "proportion" and not one.another_scale else f"{before.heading} "
    return f"{one.label}, {first}{old} {ARROW} {named}{new}"


def _with_interval(standing: Standing, measure: EffectMeasure) -> str:
    estimate = estimate_text(standing, measure)
    if isinstance(standing.estimate, NotEstimable) or isinstance(standing.ci, NotEstimable):
        return estimate
    return f"{estimate} ({bounds_text(standing.ci, measure)})"


def changes_section(edition: Edition | None) -> Section | None:
    """What changed since the version before, and how the evidence is kept up to date.

    Parameters
    ----------
    edition : Edition or None

    Returns
    -------
    Section or None
        None where the evidence has no version, or the first one and nothing is said of how it is kept. The
        items are those of PRISMA-LSR (Akl 2024, 10.1136/bmj-2024-079183): version and the one before, what
        led to it, changes of question, methods and results, and the living mode.
    """
    if edition is None:
        return None
    kept = (Definitions(edition.living),) if edition.living else ()
    if not edition.previous:
        return Section(anchor=_ANCHOR, heading=_LIVING, blocks=kept) if kept else None
    inner = (Section(anchor="living", heading=_LIVING, blocks=kept),) if kept else ()
    outcomes = () if edition.changes is None else tuple(_outcomes(edition.changes, edition))
    return Section(
        anchor=_ANCHOR,
        heading=_heading(edition),
        blocks=tuple(_blocks(edition)),
        sections=(*outcomes, *inner),
    )


def _heading(edition: Edition) -> str:
    return f"What changed since version {edition.previous}"


def _blocks(edition: Edition) -> Iterator[Block]:
    """Version and trigger, then rows, question and methods, sentences, and the results as a figure."""
    yield Paragraph(_preface(edition))
    change = edition.changes
    if change is None:
        yield Note(_not_shown(edition), tone="caution")
        return
    if change.remark:
        yield Note(capital(sentence(change.remark)), tone="caution")
    if change.kind == "added":
        yield Paragraph(f"This report was not part of version {edition.previous}: everything in it is new.")
        return
    yield from _data(change)
    yield from _methods(change)
    if change.claims:
        titles = cause_titles([change])
        yield Paragraph("", lead="Conclusions of the analyst that are not as before.")
        yield Bullets(tuple(f"{claim_sentence(claim, titles)}." for claim in change.claims))
    yield from _figures(change, edition)
    yield from _same(change, edition)


def _preface(edition: Edition) -> str:
    if not edition.released:
        last = f"The last version of the evidence is {edition.version}, {edition.date}."
        return f"{last} {_edited(edition)} since; what follows is not part of a version yet."
    title = edition_title(version=edition.version, date=edition.date, released=True)
    return f"{title}; the version before was {edition.previous}. What led to it: {sentence(edition.trigger)}"


def _data(change: AnalysisChange) -> Iterator[Block]:
    """The rows that this analysis uses."""
    if not change.rows:
        yield Paragraph("No row of the evidence tables that this report uses has changed.", lead="Data.")
        return
    text = f"Of the evidence tables that this report uses: {counts_of_rows(change.rows)}."
    yield Paragraph(text, lead="Data.")
    yield TableBlock(_cut(rows_table(change.rows)))
    if renamed := renamed_sentence(change.rows):
        yield Paragraph(renamed)
    if idle := idle_sentence(change):
        yield Paragraph(idle)


def _cut(table: ReportTable) -> ReportTable:
    """A table as long as a page can bear."""
    more = len(table.rows) - _MOST_ROWS
    if more <= 0:
        return table
    note = f"{whole(more)} more rows changed; results.json lists them all."
    return replace(table, rows=table.rows[:_MOST_ROWS], notes=(*table.notes, note))


def _methods(change: AnalysisChange) -> Iterator[Block]:
    declared = [edit for edit in change.options if not edit.where.startswith("claims")]
    if declared:
        yield Paragraph("The script of the analysis declares otherwise:", lead="Question and methods.")
        yield Bullets(tuple(sentence(option_sentence(edit)) for edit in declared))
    elif not (change.question_changed or change.method_changed):
        yield Paragraph("As before.", lead="Question and methods.")


def _figures(change: AnalysisChange, edition: Edition) -> Iterator[Block]:
    """The results before and after."""
    from metasyn.report.changes.forest import change_forests, why_not_drawn

    words = _words(edition)
    left_out = [(one.label, why_not_drawn(one)) for one in change.outcomes if one.changed]
    told = "; ".join(f"{label} ({why})" for label, why in left_out if why)
    missing = f" Not drawn: {told}." if told else ""
    for number, layout in enumerate(change_forests([change], words=words), start=1):
        yield FigureBlock(
            layout=layout,
            stem="what-changed" if number == 1 else f"what-changed-{number}",
            caption=f"Pooled results that changed: {words[0]} and {words[1]}.{missing}",
            alt=layout.description,
        )


def _groups(one: OutcomeChange, edition: Edition) -> Iterator[Block]:
    """The groups that differ, before and after."""
    for table in groupings_tables(one, words=_words(edition)):
        yield TableBlock(_captioned(table))


def _same(change: AnalysisChange, edition: Edition) -> Iterator[Block]:
    same = [one.label for one in change.outcomes if not one.changed]
    if same and len(same) < len(change.outcomes):
        yield Paragraph(sentence(", ".join(same)), lead="Results that are as before.")
    elif same:
        yield Paragraph("Every pooled result is as before.", lead="Results.")
    for one in change.outcomes:
        if one.groups and not one.changed:
            yield Paragraph(groups_sentence(one), lead=f"{capital(one.label)}.")
            yield from _groups(one, edition)


def _words(edition: Edition) -> tuple[str, str]:
    return f"version {edition.previous}", f"version {edition.version}" if edition.released else "now"


def _outcomes(change: AnalysisChange, edition: Edition) -> Iterator[Section]:
    """Every outcome whose numbers moved."""
    if change.kind == "added":
        return
    for one in change.outcomes:
        if one.changed:
            yield Section(
                anchor=f"changes-{one.slug}",
                heading=f"{capital(one.label)} ({get_measure(one.measure).label})",
                blocks=tuple(_outcome(one, edition)),
            )


def _outcome(one: OutcomeChange, edition: Edition) -> Iterator[Block]:
    """Its numbers before and after, what did it, and the weights that moved."""
    yield TableBlock(_captioned(results_table(one, words=_words(edition))))
    shares = shares_table(one)
    if one.causes and (shares is None or len(one.causes) == 1):
        titles = "; ".join(cause.title for cause in one.causes)
        yield Paragraph(f"{titles}.", lead="Cause:" if len(one.causes) == 1 else "Causes:")
    elif shares is not None:
        notes = (*shares.notes, shares_rule(one), orders_sentence(one))
        yield TableBlock(_captioned(replace(shares, notes=tuple(filter(None, notes)))))
    weights = moved_weights(one)
    if weights and one.before is not None and one.after is not None:
        text = "; ".join(weight_sentence(weight) for weight in weights)
        yield Paragraph(sentence(text), lead="Weights that moved most.")
    if one.groups:
        yield Paragraph(groups_sentence(one))
        yield from _groups(one, edition)
    for remark in remarks_on(one):
        yield Paragraph(remark)


def _captioned(table: ReportTable) -> ReportTable:
    return replace(table, caption=capital(table.caption))
