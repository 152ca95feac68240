"""How the result of one outcome moves: leaving out one at a time, sensitivity to choices."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.analysis.result import OutcomeResult, Sensitivity
from metasyn.report.blocks import Paragraph, Section, TableBlock
from metasyn.report.phrases import estimate_text, null_text, side, spread
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.sensitivity import LeaveOneOut
from metasyn.tables.variation import leave_one_out_table, sensitivity_table
from metasyn.tables.words import counted

__all__ = ["leave_one_out_section", "sensitivity_section"]


def leave_one_out_section(part: OutcomeResult, result: SynthesisResult) -> Section:
    """How far the estimate moves when one effect is left out, and whether its interval changes sides.

    Parameters
    ----------
    part : OutcomeResult
        With `leave_one_out`.
    result : SynthesisResult
        Its main synthesis.

    Returns
    -------
    Section
    """
    runs = [(run.omitted, run.result) for run in part.leave_one_out]
    text = f"Leaving out one at a time, the estimate ranges from {spread(runs, 'without ')}."
    changed = _changes(result, part.leave_one_out)
    return Section(
        anchor=f"leave-one-out-{part.slug}",
        heading="Leaving out one at a time",
        blocks=(
            Paragraph(" ".join(part for part in (text, changed) if part)),
            TableBlock(leave_one_out_table(part.leave_one_out, result, slug=f"{part.slug}-leave-one-out")),
        ),
    )


def _changes(result: SynthesisResult, runs: Sequence[LeaveOneOut]) -> str:
    """For which omissions the interval changes its place with respect to no effect."""
    measure = result.effects.measure
    main = side(result.ci, measure)
    if not main:
        return ""
    other = [run.omitted for run in runs if side(run.result.ci, measure) not in (main, "")]
    null = null_text(measure)
    if not other:
        stays = f"includes {null}" if main == "both" else f"stays {main} {null}"
        return f"The interval {stays} whichever is left out."
    turns = f"no longer includes {null}" if main == "both" else f"no longer lies entirely {main} {null}"
    return f"The interval {turns} without {' or without '.join(other)}."


def sensitivity_section(part: OutcomeResult, result: SynthesisResult) -> Section:
    """The same question answered in other ways.

    Parameters
    ----------
    part : OutcomeResult
        With `sensitivity`.
    result : SynthesisResult
        Its main synthesis.

    Returns
    -------
    Section
    """
    variants = [(variant.group, variant.label, variant.result) for variant in part.sensitivity]
    return Section(
        anchor=f"sensitivity-{part.slug}",
        heading="Sensitivity to choices",
        blocks=(
            Paragraph(_sensitivity_text(part.sensitivity, result)),
            TableBlock(sensitivity_table(variants, result, slug=f"{part.slug}-sensitivity")),
        ),
    )


def _sensitivity_text(variants: Sequence[Sensitivity], result: SynthesisResult) -> str:
    measure = result.effects.measure
    alike = [
        variant.result
        for variant in variants
        if isinstance(variant.result, SynthesisResult)
        and variant.result.effects.measure.short == measure.short
    ]
    text = f"The same question answered in {counted(len(variants), 'other way')}."
    if not alike:
        return text
    naturals = [(one.natural(one.estimate), one) for one in alike]
    low, high = (pick(naturals, key=lambda pair: pair[0])[1] for pick in (min, max))
    first, last = (estimate_text(one.estimate, one.effects.measure) for one in (low, high))
    others = f"the estimates lie between {first} and {last}" if len(alike) > 1 else f"the estimate is {first}"
    main = estimate_text(result.estimate, measure)
    between = f" On the same measure {others}; the main analysis gives {main}."
    return text + between + _sides_text(alike, result)


def _sides_text(alike: Sequence[SynthesisResult], result: SynthesisResult) -> str:
    measure = result.effects.measure
    main = side(result.ci, measure)
    if not main:
        return ""
    agreeing = sum(side(one.ci, measure) == main for one in alike)
    null = null_text(measure)
    claim = f"includes {null}" if main == "both" else f"lies entirely {main} {null}"
    if agreeing in (0, len(alike)):
        where = "but in none of these" if agreeing == 0 else "and in all of these"
    else:
        where = f"and in {agreeing} of these {len(alike)}"
    return f" The interval {claim} in the main analysis {where}."
