"""Pooled results before and after a change: two diamonds for every outcome, the older one pale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import OptionError
from metasyn.names import interval_name
from metasyn.plots.axis import choose_axis
from metasyn.plots.fit import fit_width
from metasyn.plots.forest_pooled import UNDEFINED, row_words
from metasyn.plots.forest_words import clean_text, to_natural
from metasyn.plots.model import Axis, Column, ForestLayout, ForestRow, RowKind
from metasyn.plots.presets import theme_of
from metasyn.plots.theme import Theme
from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import FigureWidth, ForestPreset
from metasyn.wording import level_text, percent_text, unit_sign

__all__ = ["BeforeAfter", "Reading", "change_forest", "change_layout"]

_NOT_THERE = "not there"
_FAMILY_WORDS = {"ratio": "Ratio", "correlation": "Correlation", "proportion": "Proportion, %"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A pooled result at one time.

    Attributes
    ----------
    k : int
    estimate : float or NotEstimable
        Analysis scale.
    ci, pi : Interval or NotEstimable
        Analysis scale.
    I2 : float or NotEstimable
        A proportion.
    interval : str
        What `ci` is: `"CI"`, or `"CrI"` where it is a credible interval.
    """

    k: int
    estimate: float | NotEstimable
    ci: Interval | NotEstimable
    pi: Interval | NotEstimable
    I2: float | NotEstimable
    interval: str = "CI"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfter:
    """One outcome at two times; None where it was or is not asked for."""

    label: str
    measure: EffectMeasure
    level: float
    before: Reading | None
    after: Reading | None


def change_layout(
    pairs: Sequence[BeforeAfter],
    *,
    title: str = "",
    words: tuple[str, str] = ("before", "after"),
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out every outcome with its older and its newer result, one below the other.

    Parameters
    ----------
    pairs : sequence of BeforeAfter
        From top to bottom.
    title : str
        Printed above the figure.
    words : tuple of two str
        What the two times are called.
    preset : {'metasyn', 'jama', 'bmj', 'lancet', 'revman-2025'}
        Whose look the figure has.
    width : {'free', 'one-column', 'two-column', 'a4'} or float
        As for `forest_layout`.

    Returns
    -------
    ForestLayout
        Per outcome a heading and two rows; the older result is an `alternative`, the newer an `overall`
        diamond. A result of one study is a square. Where measures differ, headings name theirs.

    Raises
    ------
    OptionError
        If there is no outcome, or the measures or levels do not fit on one axis.

    Examples
    --------
    >>> from metasyn.effects import get_measure
    >>> none = NotEstimable("not asked")
    >>> old = Reading(k=4, estimate=-0.48, ci=Interval(-0.74, -0.22, 0.95), pi=none, I2=0.0)
    >>> new = Reading(k=5, estimate=-0.31, ci=Interval(-0.58, -0.04, 0.95), pi=none, I2=0.4)
    >>> pair = BeforeAfter(
    ...     label="Survival", measure=get_measure("HR"), level=0.95, before=old, after=new
    ... )
    >>> [(row.label, row.cells.get("estimate")) for row in change_layout([pair]).rows]
    [('Survival', None), ('before', '0.62'), ('after', '0.73')]
    """
    _require_one_axis(pairs)
    theme = theme_of(preset)
    first = pairs[0]
    codes = list(dict.fromkeys(pair.measure.code for pair in pairs))
    if len(codes) > 1 and first.measure.family != "proportion":
        pairs = [replace(pair, label=f"{pair.label} ({pair.measure.heading})") for pair in pairs]
    rows = tuple(row for pair in pairs for row in _rows(pair, words, theme))
    short = first.measure.heading if len(codes) == 1 else _FAMILY_WORDS.get(first.measure.family, "Effect")
    name = clean_text(title) or f"Forest plot of {words[0]} and {words[1]}"
    layout = ForestLayout(
        rows=rows,
        columns=_columns(rows, short, first.level, theme, _interval_kind(pairs)),
        axis=_axis(rows, first.measure, _axis_label(first.measure, short, len(codes))),
        title=clean_text(title),
        name=name,
        description=_description(pairs, rows),
        theme=theme,
        pi_style=theme.marks.pi_style,
    )
    return fit_width(layout, width)


def change_forest(
    named: Sequence[tuple[str, SynthesisResult | None, SynthesisResult | None]],
    *,
    title: str = "",
    words: tuple[str, str] = ("before", "after"),
    preset: ForestPreset = "metasyn",
    width: FigureWidth | float = "free",
) -> ForestLayout:
    """Lay out syntheses before and after a change of the data or the method.

    Parameters
    ----------
    named : sequence of (str, SynthesisResult or None, SynthesisResult or None)
        What an outcome is called, its result before and its result after; None where there was or is none.
    title, words, preset, width
        As for `change_layout`.

    Returns
    -------
    ForestLayout

    Raises
    ------
    OptionError
        If there is no outcome, an outcome has neither result, or they do not fit on one axis.

    Examples
    --------
    >>> import metasyn
    >>> old = metasyn.pool(yi=[-0.5, -0.3, -0.6], vi=[0.02, 0.03, 0.05], measure="HR")
    >>> new = metasyn.pool(yi=[-0.5, -0.3, -0.6, 0.1], vi=[0.02, 0.03, 0.05, 0.03], measure="HR")
    >>> [row.cells.get("k") for row in change_forest([("Survival", old, new)]).rows]
    [None, '3', '4']
    """
    return change_layout(
        [_pair(label, before, after) for label, before, after in named],
        title=title,
        words=words,
        preset=preset,
        width=width,
    )


def _pair(label: str, before: SynthesisResult | None, after: SynthesisResult | None) -> BeforeAfter:
    known = after or before
    if known is None:
        raise OptionError(f"{label!r} has no result, neither before nor after.")
    measure, level = known.effects.measure, known.request.level
    return BeforeAfter(
        label=label, measure=measure, level=level, before=_reading(before), after=_reading(after)
    )


def _reading(result: SynthesisResult | None) -> Reading | None:
    if result is None:
        return None
    found = result.heterogeneity
    I2 = found.I2 if isinstance(found, Heterogeneity) else found
    kind = interval_name(result.ci_method)
    return Reading(k=result.k, estimate=result.estimate, ci=result.ci, pi=result.pi, I2=I2, interval=kind)


def _require_one_axis(pairs: Sequence[BeforeAfter]) -> None:
    """Something to show, of one family, one null value and one level."""
    if not pairs:
        raise OptionError("a forest plot of a change needs at least one outcome; got none.")
    kinds = {(pair.measure.family, pair.measure.null, pair.measure.unit, pair.level) for pair in pairs}
    if len(kinds) > 1:
        given = ", ".join(f"{pair.label!r} is {pair.measure.code}" for pair in pairs)
        raise OptionError(f"outcomes on one axis must be measured alike and have one level; {given}.")


def _rows(pair: BeforeAfter, words: tuple[str, str], theme: Theme) -> Iterator[ForestRow]:
    """A heading, then what there was and what there is."""
    label = clean_text(pair.label)
    yield ForestRow(kind="group", label=label, group=label)
    yield _row(words[0], pair.before, "alternative", pair, theme)
    yield _row(words[1], pair.after, "overall", pair, theme)


def _row(word: str, reading: Reading | None, kind: RowKind, pair: BeforeAfter, theme: Theme) -> ForestRow:
    label, group = clean_text(word), clean_text(pair.label)
    if reading is None:
        gone = MappingProxyType({"estimate": _NOT_THERE})
        return ForestRow(kind=kind, label=label, group=group, cells=gone)
    if isinstance(reading.estimate, NotEstimable) or not math.isfinite(reading.estimate):
        cells = MappingProxyType({"k": theme.numbers.count(reading.k), "estimate": UNDEFINED})
        return ForestRow(kind=kind, label=label, group=group, cells=cells)
    measure, numbers = pair.measure, theme.numbers
    interval, prediction = to_natural(reading.ci, measure), to_natural(reading.pi, measure)
    value = measure.to_natural(reading.estimate)
    texts = {
        "k": numbers.count(reading.k),
        "estimate": numbers.value(value, measure),
        "ci": UNDEFINED if interval is None else numbers.bracketed(interval, measure),
        "pi": "" if prediction is None else numbers.bracketed(prediction, measure),
        "I2": "" if isinstance(reading.I2, NotEstimable) else numbers.number(percent_text(reading.I2, 0)),
    }
    return ForestRow(
        kind="study" if reading.k == 1 else kind,
        label=label,
        group=group,
        cells=MappingProxyType(texts),
        estimate=value,
        interval=interval,
        prediction=prediction,
        weight=1.0,
    )


def _interval_kind(pairs: Sequence[BeforeAfter]) -> str:
    """Confidence or credible interval; only an interval where both occur."""
    kinds = {one.interval for pair in pairs for one in (pair.before, pair.after) if one is not None}
    return kinds.pop() if len(kinds) == 1 else "interval"


def _columns(
    rows: Sequence[ForestRow], short: str, level: float, theme: Theme, kind: str
) -> tuple[Column, ...]:
    """What a preset shows of an estimate; prediction and I2 where there are some."""
    opening, closing = theme.numbers.brackets
    facts = {"measure": short, "level": level_text(level), "one": "", "two": "", "ci": kind}
    shown = [rule for rule in theme.columns if rule.key in ("estimate", "ci")]
    further = (
        Column(key="pi", header=f"{opening}{level_text(level)} PI{closing}", side="right", drop=2),
        Column(key="I2", header="I²", side="right", drop=1),
    )
    return (
        Column(key="label", header="Outcome", align="left"),
        Column(key="k", header="Estimates", drop=3),
        *(Column(key=rule.key, header=rule.header.format(**facts), side=rule.side) for rule in shown),
        *(column for column in further if any(row.cells.get(column.key) for row in rows)),
    )


def _axis(rows: Sequence[ForestRow], measure: EffectMeasure, label: str) -> Axis:
    """Every estimate and every diamond is visible; prediction intervals as far as there is room."""
    drawn = [row for row in rows if row.estimate is not None]
    core = [row.estimate for row in drawn if row.estimate is not None]
    core += [bound for row in drawn if row.interval for bound in (row.interval.low, row.interval.high)]
    intervals = [found for row in drawn for found in (row.interval, row.prediction) if found is not None]
    return choose_axis(measure, core=core, intervals=intervals, label=label)


def _axis_label(measure: EffectMeasure, short: str, n_measures: int) -> str:
    """The measure in full where there is one, with its scale."""
    full = measure.label[:1].upper() + measure.label[1:] + (f", {measure.unit}" if measure.unit else "")
    words = full if n_measures == 1 and measure.family != "proportion" else short
    if measure.family == "proportion":
        words = _FAMILY_WORDS["proportion"]
    return f"{words} (log scale)" if measure.log_axis else words


def _description(pairs: Sequence[BeforeAfter], rows: Sequence[ForestRow]) -> str:
    """All of it as sentences, for readers who do not see the figure."""
    of_row = iter(rows)
    told = []
    for pair in pairs:
        next(of_row)
        unit = unit_sign(pair.measure)
        both = " ".join(_words(next(of_row), one, pair.level, unit) for one in (pair.before, pair.after))
        told.append(f"{clean_text(pair.label)}. {both}")
    return " ".join(told)


def _words(row: ForestRow, reading: Reading | None, level: float, unit: str) -> str:
    if reading is None:
        return f"{row.label}: {_NOT_THERE}."
    text = row_words(row, level, unit)
    return text if reading.interval == "CI" else text.replace("confidence interval", "credible interval")
