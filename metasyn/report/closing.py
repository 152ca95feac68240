"""The end of a report: ongoing trials, results of others, exclusions, references, how to check it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.effects.model import Exclusion
from metasyn.evidence.model import Source
from metasyn.report.blocks import (
    Block,
    Definitions,
    Note,
    Paragraph,
    Reference,
    References,
    Section,
    TableBlock,
)
from metasyn.report.groups import outcome_label
from metasyn.report.references import reference_list
from metasyn.report.software import LIBRARIES, library_version
from metasyn.tables.evidence import exclusions_table
from metasyn.tables.lists import external_table, ongoing_table, source_note
from metasyn.tables.words import counted

__all__ = [
    "exclusion_lists",
    "exclusions_section",
    "external_section",
    "ongoing_section",
    "references_section",
    "software_versions",
    "versions_section",
]


def external_section(result: AnalysisResult) -> Section | None:
    """Published results of others; None if there are none."""
    if not result.external:
        return None
    return Section(
        anchor="external",
        heading="Published results of others",
        blocks=(
            Note(
                "These figures are printed for comparison. They do not enter any synthesis of this report: "
                "they may rest on the same cohorts.",
                heading="Not pooled",
            ),
            TableBlock(
                external_table(
                    result.external,
                    result.sources,
                    slug="external",
                    outcome_labels={part.outcome.outcome: part.definition.label for part in result.outcomes},
                )
            ),
        ),
    )


def exclusions_section(result: AnalysisResult) -> Section:
    """Everything that was left out, with the reason, outcome by outcome."""
    blocks: list[Block] = []
    for part in result.outcomes:
        for title, slug, exclusions in exclusion_lists(part):
            caption = f"{title}: not in the synthesis, and why"
            shown = _without_ids(exclusions, part)
            blocks.append(TableBlock(exclusions_table(shown, slug=slug, caption=caption)))
    text = (
        "Nothing is left out silently. Each table names what the rule selected but the synthesis does not "
        "contain."
        if blocks
        else "Everything that the rule selected is in the syntheses."
    )
    return Section(anchor="excluded", heading="What was left out", blocks=(Paragraph(text), *blocks))


def _without_ids(exclusions: Sequence[Exclusion], part: OutcomeResult) -> tuple[Exclusion, ...]:
    """Reasons without the ids of the rows that are used; the CSV of all exclusions keeps them."""
    sets = (part.effects, *(other.effects for other in part.apart))
    ids = {row.result_id for effects in sets for effect in effects.effects for row in effect.rows}
    marks = re.compile("|".join(rf" \[{re.escape(name)}\]" for name in sorted(ids)) or "(?!)")
    return tuple(replace(one, short=marks.sub("", one.told)) for one in exclusions)


def exclusion_lists(part: OutcomeResult) -> list[tuple[str, str, tuple[Exclusion, ...]]]:
    """What was left out of each synthesis of an outcome: its title, the stem of the table, the exclusions."""
    label = outcome_label(part)
    lists = [(label, f"{part.slug}-excluded", part.effects.exclusions)]
    for number, other in enumerate(part.apart, start=1):
        title = f"{label}, {other.apart.title}"
        lists.append((title, f"{part.slug}-apart-{number}-excluded", other.effects.exclusions))
    return [entry for entry in lists if entry[2]]


def ongoing_section(result: AnalysisResult) -> Section | None:
    """Registered trials that the tables list as ongoing; None if there are none."""
    if not result.ongoing:
        return None
    text = (
        f"{counted(len(result.ongoing), 'registered trial')} that the table of ongoing trials lists. Whether "
        "they have reported since it was made, here or under another name, was not looked up."
    )
    return Section(
        anchor="ongoing",
        heading="Ongoing trials",
        blocks=(Paragraph(text), TableBlock(ongoing_table(result.ongoing, result.sources, slug="ongoing"))),
    )


def references_section(result: AnalysisResult, cited: Collection[str]) -> Section:
    """The documents that print the figures, numbered as in the text, and the literature of the methods.

    Parameters
    ----------
    result : AnalysisResult
    cited : collection of str
        Keys of the literature that the methods cite.

    Returns
    -------
    Section
    """
    sources = References(tuple(source_reference(source) for source in result.sources), numbered=True)
    inner = [Section(anchor="sources", heading="Sources of the figures", blocks=(sources,))]
    if cited:
        literature = References(reference_list(cited))
        inner.append(Section(anchor="literature", heading="Methods literature", blocks=(literature,)))
    return Section(
        anchor="references",
        heading="References",
        sections=tuple(section for section in inner if section.blocks[0] != References(())),
    )


def source_reference(source: Source) -> Reference:
    """A source as an entry of the list."""
    link = f"https://doi.org/{source.doi}" if source.doi else source.address
    return Reference(
        text=source.citation,
        link=link if link.startswith(("https://", "http://")) else "",
        anchor=f"source-{source.source_id}",
        note=source_note(source),
    )


def software_versions() -> tuple[tuple[str, str], ...]:
    """The software that computed, drew and set the report.

    Returns
    -------
    tuple of (name, version)
        Without the version of Python and without a date: they change nothing that is printed.
    """
    from metasyn import __version__

    return (
        ("metasyn", __version__),
        *((name, library_version(name)) for name in LIBRARIES),
    )


def versions_section(versions: tuple[tuple[str, str], ...]) -> Section:
    """How to check the report, and the software that made it."""
    return Section(
        anchor="versions",
        heading="Software, and how to check this report",
        blocks=(
            Paragraph(
                "Computed from the evidence tables and set by the versions below. The same tables, script "
                "and versions give the same report, byte for byte; the Word file, which Python packs, if its "
                "zlib is the same too."
            ),
            Definitions(versions),
            Paragraph(
                "The script verify.R beside this report contains the effects as numbers and computes the "
                "results again with the R package metafor; it ends with an error that names every number "
                "that differs. Every table is also a CSV file in the folder tables, every figure with its "
                "numbers in the folder figures, and all results at full precision are in results.json.",
                lead="How to check.",
            ),
        ),
    )
