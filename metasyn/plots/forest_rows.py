"""From studies, groups and pooled results to the rows of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from metasyn.effects.display import natural_estimate, natural_interval
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts, Effect
from metasyn.plots.model import ForestRow
from metasyn.synthesis.heterogeneity import COMMON_EFFECT
from metasyn.synthesis.model import Heterogeneity, SubgroupAnalysis, SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import CiMethod
from metasyn.wording import (
    decimal,
    heterogeneity_line,
    interval_text,
    level_text,
    natural_text,
    p_text,
    percent_text,
    tau2_text,
    whole,
)

__all__ = [
    "between_rows",
    "clean_text",
    "group_rows",
    "heterogeneity_rows",
    "model_words",
    "study_row",
    "summary_row",
]

EMPTY_CELL = "\N{EN DASH}"

_MODEL_WORDS = {"random-effects": "Random effects", "common-effect": "Common effect"}
_HK = "Hartung\N{EN DASH}Knapp"
_CI_WORDS: dict[CiMethod, str] = {
    "hartung-knapp": _HK,
    "hartung-knapp-adhoc": f"ad hoc {_HK}",
    "hartung-knapp-hybrid": f"hybrid {_HK}",
    "hartung-knapp-iqwig": f"{_HK} (IQWiG)",
    "wald": "Wald interval",
    "t": "t interval",
    "kenward-roger": "Kenward\N{EN DASH}Roger",
    "profile-likelihood": "profile likelihood",
    "henmi-copas": "Henmi\N{EN DASH}Copas",
    "sidik-jonkman": "Sidik\N{EN DASH}Jonkman",
    "permutation": "permutation interval",
}


def clean_text(text: str) -> str:
    """One line of text that any file format can carry."""
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if 0xD800 <= ord(c) < 0xE000 or ord(c) in (0xFFFE, 0xFFFF) else c
        for c in text
    )
    return " ".join("".join(c if c >= " " and not "\x7f" <= c < "\xa0" else " " for c in shown).split())


def model_words(result: SynthesisResult, *, with_interval: bool = True) -> str:
    """What a diamond is, in words: model, interval and number of studies."""
    words = _MODEL_WORDS[result.model]
    if with_interval and not (result.model == "common-effect" and result.ci_method == "wald"):
        words += f", {_CI_WORDS[result.ci_method]}"
    return f"{words} (k = {result.k})"


def study_row(
    effect: Effect, index: int, result: SynthesisResult, *, mark: str = "", group: str = ""
) -> ForestRow:
    """The row of one study; `mark` is the sign of its footnote."""
    measure = result.effects.measure
    estimate = math.nan if math.isnan(effect.yi) else natural_estimate(effect, measure)
    interval = _interval(effect, result)
    weight = float(result.weights[index])
    cells = {
        "estimate": natural_text(estimate, measure),
        "ci": _bracketed(interval, measure),
        "weight": percent_text(weight),
        **_count_cells(effect.counts, blank=EMPTY_CELL),
    }
    return ForestRow(
        kind="study",
        label=clean_text(effect.label),
        mark=mark,
        cells=MappingProxyType(cells),
        estimate=estimate if math.isfinite(estimate) else None,
        interval=interval,
        weight=weight if math.isfinite(weight) else None,
        group=group,
        index=index,
    )


def _interval(effect: Effect, result: SynthesisResult) -> Interval | None:
    """The interval of one study; None where its figures are not numbers."""
    if math.isnan(effect.yi) or math.isnan(effect.vi):
        return None
    return natural_interval(effect, result.effects.measure, result.request.level)


def _bracketed(interval: Interval | None, measure: EffectMeasure) -> str:
    return "" if interval is None else f"[{interval_text(interval, measure)}]"


def _count_cells(counts: Counts | None, *, blank: str) -> Mapping[str, str]:
    """Events and participants of both groups, `blank` where there are none."""
    keys = ("events_1", "n_1", "events_2", "n_2")
    values = [getattr(counts, key) if counts is not None else None for key in keys]
    return {key: blank if value is None else whole(value) for key, value in zip(keys, values, strict=True)}


def summary_row(
    result: SynthesisResult,
    *,
    members: Sequence[Effect],
    weight: float,
    group: str | None = None,
    with_interval: bool = True,
) -> ForestRow:
    """The diamond row of a pooled result; `group` is None for all studies together."""
    measure = result.effects.measure
    estimate = result.natural(result.estimate)
    interval = _natural(result.ci, measure)
    cells = {
        "estimate": natural_text(estimate, measure),
        "ci": _bracketed(interval, measure),
        "weight": percent_text(weight),
        **_totals(members),
    }
    return ForestRow(
        kind="overall" if group is None else "summary",
        label=model_words(result, with_interval=with_interval),
        cells=MappingProxyType(cells),
        estimate=estimate if math.isfinite(estimate) else None,
        interval=interval,
        prediction=_natural(result.pi, measure),
        weight=weight,
        group=group or "",
    )


def _natural(interval: Interval | NotEstimable, measure: EffectMeasure) -> Interval | None:
    """An interval of the analysis scale on the natural scale."""
    if isinstance(interval, NotEstimable):
        return None
    return Interval(measure.to_natural(interval.low), measure.to_natural(interval.high), interval.level)


def _totals(members: Sequence[Effect]) -> Mapping[str, str]:
    """Sums of events and participants, only where every row has counts and no cohort occurs twice."""
    cells = {}
    for side, ids in (
        ("1", [effect.cohort_id for effect in members]),
        ("2", [effect.comparator_id for effect in members]),
    ):
        named = [name for name in ids if name]
        for key in (f"events_{side}", f"n_{side}"):
            values = [None if effect.counts is None else getattr(effect.counts, key) for effect in members]
            known = [value for value in values if value is not None]
            whole_sum = len(known) == len(values) and len(set(named)) == len(named)
            cells[key] = whole(sum(known)) if whole_sum else ""
    return cells


def heterogeneity_rows(
    result: SynthesisResult, *, group: str = "", with_tau2: bool = True
) -> tuple[ForestRow, ...]:
    """The lines of text under a diamond: heterogeneity and prediction interval."""
    lines = []
    het = result.heterogeneity
    if with_tau2 and not isinstance(het, NotEstimable):
        lines.append(_heterogeneity_words(het))
    prediction = _natural(result.pi, result.effects.measure)
    if prediction is not None:
        unit = "%" if result.effects.measure.family == "proportion" else ""
        text = interval_text(prediction, result.effects.measure)
        lines.append(f"{level_text(prediction.level)} prediction interval {text}{unit}")
    return tuple(ForestRow(kind="note", label=line, group=group) for line in lines)


def _heterogeneity_words(het: Heterogeneity) -> str:
    """The common-effect model has no between-study variance: its tau2 is not stated."""
    if het.tau2.method == COMMON_EFFECT:
        return f"I² = {percent_text(het.I2, 0)}; {_chi_square_words(het.Q, het.df, het.pvalue)}"
    return heterogeneity_line(tau2=het.tau2.value, I2=het.I2, Q=het.Q, df=het.df, pvalue=het.pvalue)


def _chi_square_words(Q: float, df: int, pvalue: float | NotEstimable) -> str:
    return f"Q = {decimal(Q)}, df = {df}, {p_text(pvalue)}"


def group_rows(
    result: SynthesisResult, subgroups: SubgroupAnalysis, marks: Sequence[str]
) -> tuple[ForestRow, ...]:
    """Every group with its heading, studies, diamond (from two studies on) and lines of text."""
    rows: list[ForestRow] = []
    alike = _shared_interval(subgroups) is not None
    for name, indices, pooled in zip(subgroups.names, subgroups.indices, subgroups.results, strict=True):
        members = [result.effects.effects[i] for i in indices]
        rows.append(ForestRow(kind="group", label=clean_text(name) or "not stated", group=name))
        rows += [
            study_row(effect, i, result, mark=marks[i], group=name)
            for i, effect in zip(indices, members, strict=True)
        ]
        if pooled.pooled:
            weight = float(sum(result.weights[i] for i in indices))
            rows.append(
                summary_row(pooled, members=members, weight=weight, group=name, with_interval=not alike)
            )
            rows += heterogeneity_rows(pooled, group=name, with_tau2=subgroups.tau2_mode == "separate")
    return tuple(rows)


def _shared_interval(subgroups: SubgroupAnalysis) -> CiMethod | None:
    """The interval of the groups where it is the same for all: then it is stated once, below."""
    methods = {(pooled.model, pooled.ci_method) for pooled in subgroups.results if pooled.pooled}
    if len(methods) != 1:
        return None
    model, ci_method = methods.pop()
    return ci_method if model == "random-effects" else None


def between_rows(subgroups: SubgroupAnalysis) -> tuple[ForestRow, ...]:
    """Lines on the groups together: what they share, and the test between them."""
    lines = []
    if subgroups.tau2_mode == "common" and subgroups.tau2 is not None:
        lines.append(f"Within groups: common τ² = {tau2_text(subgroups.tau2.value)}")
    shared = _shared_interval(subgroups)
    if shared is not None:
        lines.append(f"Intervals of groups: {_CI_WORDS[shared]}")
    if isinstance(subgroups.Q_between, NotEstimable):
        lines.append(f"Test between groups: not estimable ({subgroups.Q_between.reason})")
    else:
        words = _chi_square_words(subgroups.Q_between, subgroups.df, subgroups.pvalue)
        lines.append(f"Test between groups: {words}")
    return tuple(ForestRow(kind="note", label=line) for line in lines)
