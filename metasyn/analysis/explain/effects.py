"""One effect explained: route, arithmetic, assumptions, range, and the figures it rests on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from metasyn.analysis.explain.arithmetic import exact, worked
from metasyn.analysis.explain.figures import Archive, effect_figures
from metasyn.analysis.explain.model import Explanation, Sum
from metasyn.analysis.explain.routes import effect_sums
from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect
from metasyn.evidence.model import ReportedResult
from metasyn.names import added_words
from metasyn.tables.cells import counts_cell
from metasyn.tables.words import ROUTE_WORDS
from metasyn.vocabulary import Model
from metasyn.wording import interval_text, natural_text, percent_text, unit_sign, worked_number

__all__ = ["Setting", "effect_explanation", "effect_shown"]

_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "R": "ratio as printed",
        "L": "lower bound as printed",
        "U": "upper bound as printed",
        "s": "standard error as printed",
        "D": "difference, or O − E, as printed",
        "V": "variance of O − E",
        "X": "chi-square as printed",
        "p": "p value as printed",
        "z": "normal quantile",
        "m": "median",
        "S": "survival",
        "P": "share with the event",
        "N": "participants that it is worth",
        "E": "expected events",
        "O": "events",
        "e": "events",
        "n": "participants",
        "r": "at risk",
        "f": "assumed share with the event",
    }
)

# Symbols that are explained although they are no printed figures.
_COMPUTED = frozenset({"z", "z1", "z2", "P1", "N1", "m1", "m2", "L1", "L2", "U1", "U2"})

_CROSSED = "e1 × (n2 − e2) − e2 × (n1 − e1)"
_SIZE = "(n1 × n2 × (e1 + e2) × (n1 + n2 − e1 − e2))"
# What a table of two groups gives for a figure that is printed instead of it.
_OF_TABLE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "OR": ("OR", "e1 × (n2 − e2)/((n1 − e1) × e2)"),
        "RR": ("RR", "(e1/n1)/(e2/n2)"),
        "RD": ("RD", "e1/n1 − e2/n2"),
        "phi": ("phi", f"({_CROSSED})/√{_SIZE}"),
        "chi-square": ("chi-square", f"(n1 + n2) × ({_CROSSED})²/{_SIZE}"),
        "z": ("z", f"({_CROSSED}) × √((n1 + n2)/{_SIZE})"),
    }
)
_RECOVERED = frozenset({"margins and ratio", "margins and phi", "margins and test", "risk and ratio"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """What an effect is explained with.

    Attributes
    ----------
    archive : Archive
    level : float
        Of the intervals shown.
    event_fraction : float or None
        The assumed share with the event.
    """

    archive: Archive
    level: float
    event_fraction: float | None = None


def effect_explanation(
    effect: Effect,
    measure: EffectMeasure,
    setting: Setting,
    *,
    weight: float | None = None,
    model: Model | None = None,
) -> Explanation:
    """From the effect of one study to the figures as printed.

    Parameters
    ----------
    effect : Effect
    measure : EffectMeasure
    setting : Setting
    weight : float, optional
        Its share in the pooled result.
    model : str, optional
        Of the pooled result: a mixed model takes the counts themselves.
    """
    archive = setting.archive
    rows = archive.of(effect)
    cohorts = archive.evidence.cohorts if archive.evidence is not None else {}
    sums = effect_sums(effect, measure, rows, cohorts=cohorts, event_fraction=setting.event_fraction)
    return Explanation(
        kind="effect",
        title=effect.label,
        shown=effect_shown(effect, measure, setting.level),
        key=effect.label,
        number=natural_estimate(effect, measure),
        facts=tuple((term, text) for term, text in _facts(effect, measure, sums, weight, model) if text),
        sums=(*_percent_sums(effect, archive), *_margin_sums(effect, rows), *sums),
        parts=effect_figures(effect, archive),
    )


def effect_shown(effect: Effect, measure: EffectMeasure, level: float) -> str:
    """`HR 0.62 (0.47 to 0.80)`, `14.3% (9.1% to 21.0%)`."""
    sign = unit_sign(measure)
    estimate = natural_text(natural_estimate(effect, measure), measure) + sign
    to = f"{sign} to " if sign == "%" else " to "
    interval = interval_text(natural_interval(effect, measure, level), measure, to=to)
    named = "" if measure.family == "proportion" else f"{measure.short} "
    return f"{named}{estimate} ({interval}{sign})"


def _facts(
    effect: Effect, measure: EffectMeasure, sums: Sequence[Sum], weight: float | None, model: Model | None
) -> Iterator[tuple[str, str]]:
    """What is said of one effect, in the order a reader asks."""
    yield "Route", f"{_route_words(effect, sums)} (grade {effect.route.grade})"
    if not sums or effect.route.name in _RECOVERED:
        yield "Formula", effect.route.formula
    if not sums:
        yield "y, se", f"{worked_number(effect.yi)}, {worked_number(effect.sei)}"
    yield "Symbols", _legend(sums, measure)
    yield "Assumes", "; ".join(effect.route.assumptions)
    yield "Pooled", _pooled_as(effect, model)
    yield "Adjusted", added_words(effect.adjustment, model)
    yield "Direction", "the source states it the other way round; it was inverted" if effect.inverted else ""
    sums_of_rows = [row.derivation for row in effect.rows if row.derivation]
    notes = (note for note in effect.notes if not any(text in note for text in sums_of_rows))
    yield "Notes", "; ".join(notes)
    yield "Rounding", _rounding(effect)
    yield "Weight", "" if weight is None else f"{percent_text(weight)} of the pooled result"


def _pooled_as(effect: Effect, model: Model | None) -> str:
    """As what a row enters a mixed model of counts, which has no use for its effect and standard error."""
    if model != "glmm":
        return ""
    counts = counts_cell(effect)
    given = f"the counts {counts} themselves" if counts else "the counts themselves"
    return f"{given} (mixed model); y and se are for other models, and for groups that these pool"


def _prints_z(sums: Sequence[Sum]) -> bool:
    """Whether the formula takes a z statistic that the source prints."""
    return any(term.symbol == "z" and term.printed for one in sums for term in one.terms)


def _route_words(effect: Effect, sums: Sequence[Sum]) -> str:
    """The route in words; of a printed z, which is the root of a chi-square, by the name it has there."""
    words = ROUTE_WORDS.get(effect.route.name, effect.route.name)
    return words.replace("chi-square", "z") if _prints_z(sums) else words


def _legend(sums: Sequence[Sum], measure: EffectMeasure) -> str:
    """What the symbols stand for; of those with a number 1 is the group, 2 its comparator."""
    used = dict.fromkeys(
        term.symbol for one in sums for term in one.terms if term.printed or term.symbol in _COMPUTED
    )
    changed = {term.symbol for one in sums for term in one.terms if not term.printed}
    scale = "estimate as given" if measure.scale == "as given" else measure.scale
    stems: dict[str, list[str]] = {scale: ["y"], "its standard error": ["se"]}
    for symbol in used:
        stem = symbol.rstrip("12")
        if symbol == "z" and _prints_z(sums):
            stems.setdefault("z statistic as printed", []).append(symbol)
        elif stem in _SYMBOLS:
            words = _SYMBOLS[stem].replace("as printed", "converted") if symbol in changed else _SYMBOLS[stem]
            stems.setdefault(words, []).append(symbol)
    listed = "; ".join(f"{', '.join(sorted(symbols))}: {words}" for words, symbols in stems.items())
    numbered = any(symbol.endswith("2") for symbol in used)
    return f"{listed}; 1 is the group, 2 its comparator" if numbered and listed else listed


def _rounding(effect: Effect) -> str:
    """What the rounding of the printed figures allows."""
    found = effect.rounding
    if found is None:
        return ""
    ranges = [
        f"{name} from {worked_number(one.low)} to {worked_number(one.high)}"
        for name, one in (("y", found.yi), ("se", found.sei))
        if one.low < one.high and math.isfinite(one.low) and math.isfinite(one.high)
    ]
    return f"the printed digits allow {' and '.join(ranges)}" if ranges else ""


def _percent_sums(effect: Effect, archive: Archive) -> tuple[Sum, ...]:
    """The percentages that the recovered counts give, beside those that are printed."""
    counts = effect.counts
    if counts is None or effect.route.name != "percent":
        return ()
    found = []
    sides = (
        ("1", effect.cohort_id, counts.events_1, counts.n_1),
        ("2", effect.comparator_id, counts.events_2, counts.n_2),
    )
    for side, cohort, events, n in sides:
        row = next(
            (r for r in archive.of(effect) if r.cohort_id == cohort and r.statistic == "percent"), None
        )
        if row is not None and events is not None and n is not None and row.events is None:
            terms = [exact(f"e{side}", events), exact(f"n{side}", n)]
            formula = f"100 × e{side}/n{side}"
            found.append(worked(f"percent{side}", formula, terms, remark=f"printed: {row.as_printed}"))
    return tuple(found)


def _margin_sums(effect: Effect, rows: Sequence[ReportedResult]) -> tuple[Sum, ...]:
    """What the table that was recovered gives, beside the figure of both groups that is printed."""
    counts = effect.counts
    if counts is None or counts.events_2 is None or counts.n_2 is None or effect.route.name not in _RECOVERED:
        return ()
    table = {"e1": counts.events_1, "n1": counts.n_1, "e2": counts.events_2, "n2": counts.n_2}
    terms = [exact(symbol, value) for symbol, value in table.items()]
    found = []
    for row in rows:
        if row.value is None or row.statistic not in _OF_TABLE:
            continue
        name, formula = _OF_TABLE[row.statistic]
        if row.cohort_id != effect.cohort_id:
            formula = re.sub(r"(?<=[en])[12]", lambda digit: "2" if digit[0] == "1" else "1", formula)
        try:
            line = worked(name, formula, terms, remark=f"printed: {row.as_printed}")
        except ValueError:
            continue
        scale = 100.0 if row.unit == "percent" else 1.0
        # A z is printed with the sign of its direction; a test with correction is another one.
        if abs(abs(scale * line.value) - abs(row.value)) <= 0.51 * 10.0 ** -(row.decimals or 0):
            found.append(line)
    return tuple(found)
