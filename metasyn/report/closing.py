"""The end of a report: results of others, exclusions, ongoing trials, sources, versions."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

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
from metasyn.report.opening import outcome_label
from metasyn.tables.evidence import exclusions_table
from metasyn.tables.lists import external_table, ongoing_table
from metasyn.tables.words import counted

__all__ = [
    "exclusions_section",
    "external_section",
    "ongoing_section",
    "software_versions",
    "sources_section",
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
        for title, slug, exclusions in _exclusion_lists(part):
            caption = f"{title}: not in the synthesis, and why"
            blocks.append(TableBlock(exclusions_table(exclusions, slug=slug, caption=caption)))
    text = (
        "Nothing is left out silently. Each table names what the rule selected but the synthesis does not "
        "contain."
        if blocks
        else "Everything that the rule selected is in the syntheses."
    )
    return Section(anchor="excluded", heading="What was left out", blocks=(Paragraph(text), *blocks))


def _exclusion_lists(part: OutcomeResult) -> list[tuple[str, str, tuple[Exclusion, ...]]]:
    label = outcome_label(part)
    lists = [(label, f"{part.slug}-excluded", part.effects.exclusions)]
    for number, other in enumerate(part.apart, start=1):
        title = f"{label}, {other.apart.title}"
        lists.append((title, f"{part.slug}-apart-{number}-excluded", other.effects.exclusions))
    return [entry for entry in lists if entry[2]]


def ongoing_section(result: AnalysisResult) -> Section | None:
    """Registered trials without results; None if there are none."""
    if not result.ongoing:
        return None
    text = (
        f"{counted(len(result.ongoing), 'registered trial')} from the table of ongoing trials; some may "
        "have reported since that table was made, and not all bear on this question."
    )
    return Section(
        anchor="ongoing",
        heading="Ongoing trials",
        blocks=(Paragraph(text), TableBlock(ongoing_table(result.ongoing, result.sources, slug="ongoing"))),
    )


def sources_section(result: AnalysisResult) -> Section:
    """The numbered list that the brackets refer to."""
    items = tuple(source_reference(source) for source in result.sources)
    return Section(anchor="sources", heading="Sources", blocks=(References(items, numbered=True),))


def source_reference(source: Source) -> Reference:
    """A source as an entry of the list."""
    link = f"https://doi.org/{source.doi}" if source.doi else source.address
    return Reference(
        text=source.citation,
        link=link if link.startswith(("https://", "http://")) else "",
        anchor=f"source-{source.source_id}",
        note=source.note,
    )


def software_versions() -> tuple[tuple[str, str], ...]:
    """The software that computed and drew the report.

    Returns
    -------
    tuple of (name, version)
        Without the version of Python and without a date: they change nothing that is printed.
    """
    from metasyn import __version__

    return (
        ("metasyn", __version__),
        *((name, _version(name)) for name in ("numpy", "scipy", "matplotlib")),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def versions_section(versions: tuple[tuple[str, str], ...]) -> Section:
    """Software and its versions."""
    return Section(
        anchor="versions",
        heading="Software",
        blocks=(
            Paragraph(
                "Computed from the evidence tables by the versions below. The same tables, script and "
                "versions give the same report, byte for byte."
            ),
            Definitions(versions),
        ),
    )
