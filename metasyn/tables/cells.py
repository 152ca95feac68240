"""Finished cells shared by several tables and by the sentences of a report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect, RowRef
from metasyn.evidence.model import Source
from metasyn.synthesis.model import Alternative, Heterogeneity, SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.wording import (
    data_number,
    decimal,
    interval_text,
    natural_text,
    p_text,
    percent_text,
    tau2_text,
    unit_sign,
    whole,
)

__all__ = [
    "H2_text",
    "I2_cell",
    "cohorts_cell",
    "counts_cell",
    "effect_cell",
    "estimate_cell",
    "estimate_with_unit",
    "full_number",
    "interval_cell",
    "interval_with_unit",
    "on_natural",
    "p_cell",
    "prediction_shown",
    "printed_cell",
    "short_citation",
    "source_cell",
    "source_labels",
    "tau2_cell",
    "tau2_interval_text",
    "shown",
    "unit_sign",
]

_INITIALS = re.compile(r"^([^.,;]+?),? (?:[A-Z]{1,3}|(?:[A-Z]\.[ -]?){1,3})(?:[,.;]| et al| and |$)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def on_natural(interval: Interval | NotEstimable, measure: EffectMeasure) -> Interval | NotEstimable:
    """An interval of the analysis scale on the natural scale."""
    if isinstance(interval, NotEstimable):
        return interval
    return Interval(measure.to_natural(interval.low), measure.to_natural(interval.high), interval.level)


def interval_cell(interval: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """An interval of the analysis scale as natural-scale text."""
    return interval_text(on_natural(interval, measure), measure)


def shown(
    result: SynthesisResult | Alternative, measure: EffectMeasure
) -> tuple[float, Interval | NotEstimable]:
    """The estimate and its interval on the natural scale, as a reader is shown them.

    A single study is shown as its row shows it: the interval as printed, or the exact one of a
    proportion; nothing was pooled that could have another.

    Examples
    --------
    Of 7 people none: an interval from 0 to 1 - 0.025^(1/7).

    >>> from metasyn.effects.plain_table import effects_from_table
    >>> from metasyn.synthesis import pool
    >>> effects = effects_from_table({"events": ["0"], "n": ["7"]}, measure="PLO", level=0.95, file="f.csv")
    >>> value, interval = shown(pool(effects), effects.measure)
    >>> value, interval.low, round(interval.high, 4), round(1 - 0.025 ** (1 / 7), 4)
    (0.0, 0.0, 0.4096, 0.4096)
    """
    from metasyn.effects.display import natural_estimate, natural_interval
    from metasyn.synthesis.model import SynthesisResult

    if isinstance(result, SynthesisResult) and not result.pooled:
        alone = result.effects.effects[0]
        interval = natural_interval(alone, measure, result.request.level)
        return natural_estimate(alone, measure), interval
    return measure.to_natural(result.estimate), on_natural(result.ci, measure)


def estimate_cell(result: SynthesisResult | Alternative, measure: EffectMeasure) -> str:
    """`0.49 (0.34 to 0.70)` on the natural scale; the bare estimate where there is no interval."""
    value, interval = shown(result, measure)
    estimate = natural_text(value, measure)
    if isinstance(interval, NotEstimable):
        return f"{estimate} (interval not estimable)"
    return f"{estimate} ({interval_text(interval, measure)})"


def interval_with_unit(interval: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """An interval of the analysis scale with the unit on both bounds."""
    return _with_unit(on_natural(interval, measure), measure)


def _with_unit(natural: Interval | NotEstimable, measure: EffectMeasure) -> str:
    sign = unit_sign(measure)
    if isinstance(natural, NotEstimable):
        return interval_text(natural, measure)
    between = "" if measure.unit else sign
    return interval_text(natural, measure, to=f"{between} to ") + sign


def estimate_with_unit(result: SynthesisResult | Alternative, measure: EffectMeasure) -> str:
    """`RR 0.49 (0.34 to 0.70)`, `20.6% (15.1% to 27.4%)`: for columns that mix measures."""
    value, interval = shown(result, measure)
    estimate = natural_text(value, measure) + unit_sign(measure)
    if measure.family != "proportion":
        estimate = f"{measure.short} {estimate}"
    if isinstance(interval, NotEstimable):
        return f"{estimate} (interval not estimable)"
    return f"{estimate} ({_with_unit(interval, measure)})"


def prediction_shown(result: SynthesisResult) -> Interval | NotEstimable:
    """The interval of the true effect in a new study, analysis scale; of a Bayesian headline its own."""
    if result.pooled and result.model == "bayesian" and result.beside.bayes:
        return result.beside.bayes[0][1].pi
    return result.pi


def effect_cell(effect: Effect, measure: EffectMeasure, level: float) -> str:
    """One study's effect with its interval on the natural scale."""
    from metasyn.effects.display import natural_estimate, natural_interval

    estimate = natural_text(natural_estimate(effect, measure), measure)
    return f"{estimate} ({interval_text(natural_interval(effect, measure, level), measure)})"


def p_cell(p: float | NotEstimable) -> str:
    """A p value for a column that is headed p: `0.034`, `< 0.001`."""
    return p_text(p).removeprefix("p").removeprefix(" =").strip()


def tau2_cell(heterogeneity: Heterogeneity | NotEstimable) -> str:
    """`0.313 (0.120 to 1.115)`."""
    if isinstance(heterogeneity, NotEstimable):
        return "not estimable"
    tau2 = heterogeneity.tau2
    return f"{tau2_text(tau2.value)}{_bracketed(tau2_interval_text(tau2.ci))}"


def tau2_interval_text(interval: Interval | NotEstimable) -> str:
    """The interval of a between-study variance; empty where there is none."""
    if isinstance(interval, NotEstimable):
        return ""
    return f"{tau2_text(interval.low)} to {tau2_text(interval.high)}"


def I2_cell(heterogeneity: Heterogeneity | NotEstimable) -> str:
    """`92% (82% to 98%)`."""
    if isinstance(heterogeneity, NotEstimable):
        return "not estimable"
    ci = heterogeneity.I2_ci
    text = "" if isinstance(ci, NotEstimable) else f"{percent_text(ci.low, 0)} to {percent_text(ci.high, 0)}"
    return f"{percent_text(heterogeneity.I2, 0)}{_bracketed(text)}"


def H2_text(value: float) -> str:
    """H2 with two decimals; from 100 on, where its digits say nothing, as a whole number."""
    return decimal(value, 0 if value >= 100 else 2)


def _bracketed(text: str) -> str:
    return f" ({text})" if text else ""


def counts_cell(effect: Effect) -> str:
    """`4/123 vs 11/139`, or `3/40`; empty where the effect does not rest on counts."""
    counts = effect.counts
    if counts is None:
        return ""
    first = _of(counts.events_1, counts.n_1)
    if counts.events_2 is None or counts.n_2 is None:
        return first
    return f"{first} vs {_of(counts.events_2, counts.n_2)}"


def _of(events: int, n: int) -> str:
    """Events out of participants; a line never breaks inside a number."""
    return f"{whole(events)}/{whole(n)}".replace("\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}")


def cohorts_cell(effect: Effect) -> str:
    """Ids of the cohort and of what it is compared with."""
    if not effect.comparator_id:
        return effect.cohort_id
    return f"{effect.cohort_id} vs {effect.comparator_id}"


def printed_cell(rows: Sequence[RowRef]) -> str:
    """The figures as their sources print them."""
    return "; ".join(dict.fromkeys(row.as_printed for row in rows if row.as_printed))


def short_citation(citation: str, year: int | None = None) -> str:
    """First author and year.

    Examples
    --------
    >>> short_citation("van der Berg AB, Smith C. A trial. J Trials 2004;3:1-9.")
    'van der Berg 2004'
    >>> short_citation("World Health Organization. Global report.", 2020)
    'World Health Organization 2020'
    >>> short_citation("wiki.example.org on a trial, key facts")
    'wiki.example.org on a trial'
    >>> short_citation("Chemotherapy following PD-1 inhibitor blockade, one centre")
    'Chemotherapy following PD-1 inhibitor'
    """
    match = _INITIALS.match(citation)
    name = match.group(1) if match else _opening_words(citation)
    found = _YEAR.search(citation)
    when = str(year) if year is not None else (found.group() if found else "")
    return name if when in name else f"{name} {when}".strip()


def _opening_words(citation: str, longest: int = 40) -> str:
    """What a document without authors is called: its first words, whole ones."""
    opening = re.split(r"[.](?=\s)|[,;(]", citation, maxsplit=1)[0].strip()
    return (
        opening if len(opening) <= longest else opening[: longest + 1].rpartition(" ")[0] or opening[:longest]
    )


def source_labels(sources: Sequence[Source]) -> dict[str, str]:
    """Source id -> `Smith 2017 [1]`; the number is the place in the list of sources."""
    return {
        source.source_id: f"{short_citation(source.citation, source.year)} [{number}]"
        for number, source in enumerate(sources, start=1)
    }


def source_cell(rows: Sequence[RowRef], labels: Mapping[str, str]) -> str:
    """Where the figures are printed, each source once: `Smith 2017 [1], Table 2; Figure 3`."""
    places: dict[str, list[str]] = {}
    for row in rows:
        label = labels.get(row.source_id) or short_citation(row.citation) or row.source_id
        known = places.setdefault(label, [])
        if row.locator and row.locator not in known:
            known.append(row.locator)
    return "; ".join(
        ", ".join([label, "; ".join(found)]) if found else label for label, found in places.items()
    )


def full_number(value: float | None) -> str:
    """A number for machines, 12 significant digits; empty where there is none."""
    number = None if value is None else data_number(value)
    return "" if number is None else repr(number)
