"""The effect in numbers of people: one row per baseline risk."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.names import interval_heading
from metasyn.synthesis.absolute import AbsoluteEffect
from metasyn.synthesis.baseline_risk import BaselineRisk
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.cells import estimate_with_unit
from metasyn.tables.model import ReportTable, columns
from metasyn.values import Interval, NotEstimable
from metasyn.wording import level_text, per_thousand, percent_text

__all__ = ["absolute_table", "difference_words", "people"]


def absolute_table(
    rows: Sequence[tuple[BaselineRisk, AbsoluteEffect | NotEstimable]],
    result: SynthesisResult,
    *,
    names: tuple[str, str],
    caption: str,
    slug: str,
) -> ReportTable:
    """How many in 1,000 people, without and with the intervention, at each baseline risk.

    Parameters
    ----------
    rows : sequence of (BaselineRisk, AbsoluteEffect or NotEstimable)
    result : SynthesisResult
        What the effects were computed from.
    names : (str, str)
        The intervention, and what it is compared with: the baseline risk is that of the second.
    caption, slug : str

    Returns
    -------
    ReportTable
        People in 1,000, with intervals; formula, sources and remarks are in the notes.
    """
    level = interval_heading([result.ci_method], level_text(result.request.level))
    first, second = names
    return ReportTable(
        slug=slug,
        caption=caption,
        columns=columns(
            ("baseline", "Baseline risk", "left", 2.0),
            ("relative", f"Relative effect ({level})", "right", 1.8),
            ("without", f"With {second}", "right", 1.2),
            ("with", f"With {first} ({level})", "right", 1.6),
            ("difference", f"Difference ({level})", "right", 2.2),
        ),
        rows=tuple(_row(baseline, effect, result) for baseline, effect in rows),
        notes=_notes(rows, first),
    )


def _row(
    baseline: BaselineRisk, effect: AbsoluteEffect | NotEstimable, result: SynthesisResult
) -> tuple[str, ...]:
    what = ", ".join(filter(None, (baseline.label, percent_text(baseline.risk), _when(baseline))))
    what = what[:1].upper() + what[1:]
    relative = estimate_with_unit(result, result.effects.measure)
    without = people(baseline.risk, baseline.interval)
    if isinstance(effect, NotEstimable):
        return (what, relative, without, "\N{EN DASH}", "\N{EN DASH}")
    with_it = people(effect.risk_with, _pair(effect.risk_with_ci))
    return (what, relative, without, with_it, difference_words(effect))


def people(risk: float, interval: tuple[float, float] | None) -> str:
    """People in 1,000: `153 (77 to 305)`."""
    bounds = "" if interval is None else f" ({per_thousand(interval[0])} to {per_thousand(interval[1])})"
    return per_thousand(risk) + bounds


def difference_words(effect: AbsoluteEffect) -> str:
    """The difference in people: `85 more (9 more to 237 more)`, `62 fewer (95 fewer to 30 fewer)`."""
    text = _more(effect.difference)
    interval = effect.difference_ci
    if isinstance(interval, NotEstimable):
        return f"{text} (interval not estimable)"
    return f"{text} ({_more(interval.low)} to {_more(interval.high)})"


def _more(difference: float) -> str:
    count = per_thousand(difference)
    if float(count) == 0:
        return "no difference"
    return f"{count} {'more' if difference > 0 else 'fewer'}"


def _pair(interval: Interval | NotEstimable) -> tuple[float, float] | None:
    return None if isinstance(interval, NotEstimable) else (interval.low, interval.high)


def _when(baseline: BaselineRisk) -> str:
    event_free = baseline.of == "event-free"
    if baseline.by:
        return f"without the event at {baseline.by}" if event_free else f"by {baseline.by}"
    return ""


def _notes(rows: Sequence[tuple[BaselineRisk, AbsoluteEffect | NotEstimable]], first: str) -> tuple[str, ...]:
    notes: dict[str, None] = {}
    for baseline, _ in rows:
        if baseline.source:
            name = f" ({baseline.label})" if baseline.label else ""
            notes[f"Baseline risk {percent_text(baseline.risk)}{name}: {baseline.source.rstrip('.')}."] = None
    made = [effect for _, effect in rows if isinstance(effect, AbsoluteEffect)]
    for effect in made:
        notes[f"With {first}: {effect.formula}."] = None
        notes.update(dict.fromkeys(effect.notes))
    if any(_rounded_apart(effect) for effect in made):
        notes["Differences are computed before rounding."] = None
    return tuple(notes)


def _rounded_apart(effect: AbsoluteEffect) -> bool:
    """Whether the printed numbers do not subtract to the printed difference."""
    shown = [float(per_thousand(risk)) for risk in (effect.risk_with, effect.risk_without)]
    return abs(abs(shown[0] - shown[1]) - float(per_thousand(effect.difference))) > 1e-9
