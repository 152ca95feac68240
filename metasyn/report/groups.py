"""Groups of cohorts and the selection rule of an analysis, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metasyn.analysis.result import OutcomeResult
from metasyn.analysis.spec import Analysis, Apart
from metasyn.evidence.selection import Group
from metasyn.tables.words import column_word

__all__ = [
    "contrast_names",
    "contrast_words",
    "either",
    "favours_labels",
    "group_words",
    "outcome_label",
    "part_names",
    "rule_words",
]


# Columns whose values say what they are, and the longest column word that is taken for a gene.
_SELF_EXPLAINING = ("class", "regimen", "drug", "treatment", "arm", "intervention")
_GENE_NAME = 5


def outcome_label(part: OutcomeResult) -> str:
    """`Tuberculosis (risk ratio)`, with the time point where there is one."""
    words = [part.effects.measure.label]
    if part.outcome.timepoint:
        words.append(part.outcome.timepoint)
    label = part.definition.label
    return f"{label[:1].upper()}{label[1:]} ({', '.join(words)})"


def either(values: str | Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`.

    Examples
    --------
    >>> either(["a", "b", "c"])
    'a, b or c'
    """
    if isinstance(values, str):
        return values
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def rule_words(rule: Mapping[str, str | Sequence[str]]) -> str:
    """Columns and their allowed values: `design: randomised; year: 1998 or 1999`."""
    return "; ".join(f"{column_word(key)}: {either(values)}" for key, values in rule.items())


def group_words(group: Group) -> str:
    """A group as its rule, for the statement of what was eligible."""
    return group if isinstance(group, str) else rule_words(group)


def contrast_words(contrast: tuple[Group, Group]) -> tuple[str, str]:
    """What is compared, and what both sides have in common (empty if nothing is)."""
    first, second = contrast
    if isinstance(first, str) or isinstance(second, str):
        return f"{group_words(first)}, compared with {group_words(second)}", ""
    common = {key: value for key, value in first.items() if second.get(key) == value}
    sides = [
        rule_words({key: value for key, value in side.items() if key not in common} or side)
        for side in (first, second)
    ]
    return f"{sides[0]}, compared with {sides[1]}", rule_words(common)


def contrast_names(contrast: tuple[Group, Group]) -> tuple[str, str]:
    """Short names of the two sides: what they have in common is left out.

    Examples
    --------
    >>> contrast_names(({"drug": "A", "stage": "early"}, {"drug": "A", "stage": "late"}))
    ('stage early', 'stage late')
    >>> contrast_names(({"drug_class": "A", "her2_status": "positive"}, {"drug_class": "B"}))
    ('A, HER2 positive', 'B')
    >>> contrast_names(("BCG", "no vaccine"))
    ('BCG', 'no vaccine')
    """
    first, second = contrast
    return _name(first, second), _name(second, first)


def _name(group: Group, other: Group) -> str:
    if isinstance(group, str):
        return group
    shared = {} if isinstance(other, str) else other
    own = {key: value for key, value in group.items() if shared.get(key) != value} or dict(group)
    return ", ".join(_value_name(key, either(value)) for key, value in own.items())


def _value_name(column: str, value: str) -> str:
    """A value with as much of its column as it needs: `HER2 positive`, but `beta blocker`."""
    stem, _, last = column_word(column).rpartition(" ")
    if last in _SELF_EXPLAINING:
        return value
    if last == "status":
        return f"{stem.upper() if len(stem) <= _GENE_NAME else stem} {value}"
    return f"{column_word(column)} {value}"


def favours_labels(analysis: Analysis, part: OutcomeResult) -> tuple[str, str] | None:
    """Labels left and right of the line of no effect.

    The pair of an analysis says what it is called when the first group fares better, and when the
    other does. Which of them stands left follows from what is better for this outcome: left where
    lower is better, right where higher is. Without a pair the names of the groups serve.

    Parameters
    ----------
    analysis : Analysis
    part : OutcomeResult
        One outcome; its definition says which value is better.

    Returns
    -------
    tuple of str or None
        (left, right); None for proportions, and where neither a pair nor a better value is given.
    """
    better = part.definition.better
    if part.effects.measure.null is None:
        return None
    if analysis.favours is not None:
        first, second = analysis.favours
    elif analysis.contrast is not None and better in ("lower", "higher"):
        first, second = (f"Favours {name}" for name in contrast_names(analysis.contrast))
    else:
        return None
    return (second, first) if better == "higher" else (first, second)


def part_names(part: Analysis | Apart) -> tuple[str, str] | None:
    """Names of the two sides of a contrast; None for single cohorts."""
    return None if part.contrast is None else contrast_names(part.contrast)
