"""Lines of text from which `print(result)` is made, the same for every room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metasyn.effects.measure import get_measure
from metasyn.values import Finding, Interval, NotEstimable
from metasyn.vocabulary import Measure

__all__ = [
    "MOST_ROWS",
    "columns",
    "natural",
    "notes",
    "number",
    "percent",
    "reference",
    "spread",
    "study_table",
    "within",
]

MOST_ROWS = 40


def number(value: float | NotEstimable, *, digits: int = 6, short: bool = False) -> str:
    """A number, or why there is none."""
    if isinstance(value, NotEstimable):
        return "not estimable" if short else f"not estimable ({value.reason})"
    return f"{value:.{digits}g}"


def spread(interval: Interval | NotEstimable, *, digits: int = 6) -> str:
    """Both bounds, or why there are none."""
    if isinstance(interval, NotEstimable):
        return f"not estimable ({interval.reason})"
    return within(interval.low, interval.high, digits=digits)


def within(low: float, high: float, *, digits: int = 6) -> str:
    """Two bounds."""
    return f"{low:.{digits}g} to {high:.{digits}g}"


def percent(level: float) -> str:
    """A level as a reader says it.

    Examples
    --------
    >>> percent(0.95)
    '95%'
    """
    return f"{100 * level:g}%"


def reference(statistic: float, df: float, pvalue: float) -> str:
    """A test with its t distribution, or the normal one where `df` is infinite.

    Examples
    --------
    >>> import math
    >>> reference(-1.96, math.inf, 0.05), reference(-2.2281, 10.0, 0.05)
    ('z = -1.96, p = 0.05', 't = -2.2281, df = 10, p = 0.05')
    """
    name = "z" if df == float("inf") else "t"
    freedom = "" if name == "z" else f", df = {df:g}"
    return f"{name} = {statistic:.6g}{freedom}, p = {pvalue:.4g}"


def natural(code: Measure, estimate: float, ci: Interval | NotEstimable, *, unit: str = "") -> str:
    """Estimate and interval on the natural scale; nothing where that is the analysis scale.

    The unit, that of a time, stands behind the last number.

    Examples
    --------
    >>> natural("HR", -0.5, Interval(-1.0, 0.0))
    'hazard ratio 0.6065, 95% CI 0.3679 to 1'
    >>> natural("MEDLN", 0.0, Interval(0.0, 0.0), unit="months")
    'median time 1, 95% CI 1 to 1 months'
    """
    measure = get_measure(code)
    back = measure.to_natural
    if back(estimate) == estimate:
        return ""
    bounds = "" if isinstance(ci, NotEstimable) else within(*sorted((back(ci.low), back(ci.high))), digits=4)
    interval = f", {percent(ci.level)} CI {bounds}" if isinstance(ci, Interval) else ""
    return f"{measure.label} {back(estimate):.4g}{interval}{f' {unit}' if unit else ''}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Aligned: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def study_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per study, the first forty of them; the head has no name for the labels."""
    lines = columns([["", *head], *rows[:MOST_ROWS]])
    if len(rows) > MOST_ROWS:
        lines.append(f"... and {len(rows) - MOST_ROWS} more (to_frame() has all)")
    return lines


def notes(findings: Iterable[Finding]) -> list[str]:
    """What a reader must know, one line each."""
    return [f"{finding.severity}: {finding}" for finding in findings]
