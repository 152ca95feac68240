"""The evidence: what each source prints and where, and what was found when it was looked at."""

from __future__ import annotations

from collections import Counter

from metasyn.analysis.result import AnalysisResult, FigureFinding, OutcomeResult
from metasyn.report.blocks import Block, Paragraph, Section, TableBlock
from metasyn.report.opening import outcome_label
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.audit import audit_table, audit_words, recovered_table
from metasyn.tables.evidence import evidence_table
from metasyn.tables.words import counted

__all__ = ["audit_section", "evidence_section", "recovered_section"]

_RECOVERED = "recovered-figure"
_HEADING = "Recovered figures"
_CHECKED = (
    "When the tables were read, every row was held to their rules: ids that exist, events that fit in their "
    "participants, estimates inside their intervals, percentages and p values within their range, a reason "
    "for every figure that is set aside and the arithmetic of every figure that is not printed. The audit "
    "then asked whether the figures can all be true, whatever the rounding: whether percentages come from "
    "whole numbers of participants, parts add up, intervals and p values follow from what stands beside "
    "them, sources agree and no participant is counted twice. Listed is what bears on this analysis, and "
    "what had to be assumed."
)


def evidence_section(result: AnalysisResult) -> Section | None:
    """The reported figures of every outcome with source and locator; None where there is none."""
    inner = tuple(_evidence(part, result) for part in result.outcomes if part.effects.k)
    if not inner:
        return None
    text = (
        "Every figure as its source prints it, where it is printed, and the way it took to the effect that "
        "was analysed. Numbers in brackets refer to the list of sources."
    )
    return Section(anchor="evidence", heading="Evidence", blocks=(Paragraph(text),), sections=inner)


def _evidence(part: OutcomeResult, result: AnalysisResult) -> Section:
    found = part.synthesis
    model = found.model if isinstance(found, SynthesisResult) and found.pooled else None
    table = evidence_table(
        part.effects,
        result.sources,
        slug=f"{part.slug}-evidence",
        level=result.analysis.synthesis.level,
        model=model,
    )
    return Section(anchor=f"evidence-{part.slug}", heading=outcome_label(part), blocks=(TableBlock(table),))


def audit_section(result: AnalysisResult) -> Section:
    """What was checked, what was found and what was done about it.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    Section
        What was recovered by arithmetic is counted here and listed in `recovered_section`.
    """
    blocks: list[Block] = [Paragraph(_CHECKED, lead="What was checked."), Paragraph(_summary(result.audit))]
    listed = [one for one in result.audit if one.finding.code != _RECOVERED]
    if listed:
        caption = "What was found in the reported figures, and what was done"
        blocks.append(TableBlock(audit_table(listed, slug="audit", caption=caption)))
    return Section(anchor="audit", heading="Audit findings", blocks=tuple(blocks))


def recovered_section(result: AnalysisResult) -> Section | None:
    """Figures that no source prints, with their arithmetic; None if there are none."""
    recovered = [one for one in result.audit if one.finding.code == _RECOVERED]
    if not recovered:
        return None
    text = f"{counted(len(recovered), 'figure')} that no source prints as such, with what they follow from."
    caption = "Figures that were recovered by arithmetic"
    table = recovered_table(recovered, slug="recovered", caption=caption)
    return Section(anchor="recovered", heading=_HEADING, blocks=(Paragraph(text), TableBlock(table)))


def _summary(found: tuple[FigureFinding, ...]) -> str:
    """How much was found, by kind, and how much of it is open."""
    if not found:
        return "Nothing was found that a reader has to know."
    kinds = Counter(one.finding.code for one in found)
    listed = "; ".join(f"{audit_words(code)}: {number}" for code, number in kinds.items())
    waiting = sum(one.is_open for one in found)
    open_ = "one is" if waiting == 1 else f"{waiting} are"
    state = f"Of these, {open_} open: still to be decided." if waiting else "None of these is open."
    where = f" What was recovered is listed under {_HEADING}." if _RECOVERED in kinds else ""
    return f"{counted(len(found), 'finding')} ({listed}). {state}{where}"
