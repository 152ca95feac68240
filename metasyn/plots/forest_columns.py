"""The columns of a forest plot: those of the preset that have something to say."""

from __future__ import annotations

from collections.abc import Iterable

from metasyn.effects.model import Effect
from metasyn.plots.forest_words import clean_text, line_facts, measure_facts
from metasyn.plots.model import Column
from metasyn.plots.theme import ColumnRule, Theme
from metasyn.synthesis.model import SynthesisResult

__all__ = ["forest_columns"]


def forest_columns(
    result: SynthesisResult, group_labels: tuple[str, str] | None, label_header: str, theme: Theme
) -> tuple[Column, ...]:
    """Columns in the order of the preset; counts only where some row has them.

    Parameters
    ----------
    result : SynthesisResult
    group_labels : tuple of two str or None
        Names of the compared groups.
    label_header : str
        Heading of the first column; that of the preset if empty.
    theme : Theme
    """
    sides = _sides(result.effects.effects)
    names = [clean_text(name) for name in group_labels or ("Group 1", "Group 2")]
    one, two = names if len(sides) == 2 or group_labels else ("", "")
    facts = {**line_facts(result), **measure_facts(result), "one": one, "two": two}
    label = Column(key="label", header=clean_text(label_header) or theme.label_header, align="left")
    shown = [rule for rule in theme.columns[1:] if _has_content(rule.key, sides, result)]
    return (label, *(_column(rule, facts) for rule in shown))


def _column(rule: ColumnRule, facts: dict[str, str]) -> Column:
    header, spanner = rule.header.format(**facts), rule.spanner.format(**facts)
    if not header:
        header, spanner = spanner, ""
    return Column(
        key=rule.key, header=header, align=rule.align, side=rule.side, spanner=spanner, drop=rule.drop
    )


def _has_content(key: str, sides: tuple[str, ...], result: SynthesisResult) -> bool:
    if key == "weight":
        return result.pooled
    name, _, side = key.partition("_")
    return side in sides if name in ("events", "n", "counts") else True


def _sides(effects: Iterable[Effect]) -> tuple[str, ...]:
    """Which groups have counts in any row."""
    known = [effect.counts for effect in effects if effect.counts is not None]
    if not known:
        return ()
    return ("1", "2") if any(counts.n_2 is not None for counts in known) else ("1",)
