"""What a specification curve says in words: names of choices, its description and footnotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from metasyn.batch.multiverse import Flip, LeftOut, Multiverse, Scale, choice_rows, flips, summary
from metasyn.batch.multiverse.left_out import apart
from metasyn.batch.multiverse.methods import method_of
from metasyn.effects.measure import MEASURES, EffectMeasure
from metasyn.names import CI_NAMES, MODEL_NAMES, TAU2_NAMES, dashed
from metasyn.plots.charts.common import effect_words, listed
from metasyn.plots.charts.specification_reasons import reasons
from metasyn.plots.forest_rows import clean_text
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.wording import natural_text, percent_text, plain_number, unit_sign, whole

__all__ = [
    "CHOICE_NAMES",
    "choice_name",
    "conclusion_words",
    "default_title",
    "describe",
    "flip_words",
    "footnotes",
    "main_outside",
    "null_words",
    "option_name",
    "option_names",
    "without_result",
]

CHOICE_NAMES: dict[str, str] = {
    "measure": "Effect measure",
    "route": "Route from figures to effects",
    "event_fraction": "Assumed share with the event",
    "zero_cells": "Rows with 0.5 added for zero cells",
    "overlap": "Of overlapping cohorts",
    "left out": "Left out",
    "model": "Model",
    "tau2_method": "Estimator of τ²",
    "ci_method": "Interval, random effects",
}
# Options of one choice that are named; up to `_FEW` studies left out are few, up to `_SPELT` are named.
_NAMED, _FEW, _SPELT = 4, 3, 8
# Reasons that are said in full.
_REASONS = 2
# Of several measures with one label the scale tells which.
_LABELS = Counter(measure.label for measure in MEASURES.values())
_WORDS: dict[str, dict[str, str]] = {
    "measure": {
        str(code): one.label if _LABELS[one.label] == 1 else f"{one.label} ({one.scale})"
        for code, one in MEASURES.items()
    },
    "ci_method": {str(code): name for code, name in CI_NAMES.items()},
    "model": {str(code): name for code, name in MODEL_NAMES.items()},
    "zero_cells": {
        "only0": "those with a zero", "all": "all", "if0all": "all, if one has a zero", "none": "none"
    },
}  # fmt: skip


def choice_name(choice: str) -> str:
    """What a choice is called."""
    return CHOICE_NAMES[choice]


def option_name(choice: str, option: str) -> str:
    """What an option is called, short enough for a row.

    Examples
    --------
    >>> option_name("ci_method", "hartung-knapp-adhoc"), option_name("model", "glmm")
    ('ad hoc Hartung–Knapp', 'mixed model of counts')
    >>> option_name("measure", "PAS"), option_name("measure", "RR")
    ('proportion (arcsine square root)', 'risk ratio')
    """
    return dashed(clean_text(_WORDS.get(choice, {}).get(option, option)))


def option_names(choice: str, options: Sequence[str]) -> list[str]:
    """What several options are called; those that would read the same are numbered.

    Examples
    --------
    >>> option_names("left out", ["nothing", "Oak 2001", "Oak\\n2001"])
    ['nothing', 'Oak 2001', 'Oak 2001 (2)']
    """
    return apart([option_name(choice, option) for option in options])


def default_title(many: Multiverse, shown: Sequence[Scale]) -> str:
    """The outcome and the measures: `Overall survival: hazard ratio`."""
    measures = listed(list(dict.fromkeys(scale.measure.label for scale in shown)))
    title = f"{many.outcome}: {measures}" if many.outcome else measures
    return title[:1].upper() + title[1:]


def null_words(scale: Scale) -> str:
    """The value that conclusions are about, as a reader sees it: `1`, `0`, `20%`."""
    if scale.null is None:
        return ""
    value = scale.measure.to_natural(scale.null)
    percent = scale.measure.family == "proportion"
    return plain_number(100 * value) + "%" if percent else plain_number(value) + unit_sign(scale.measure)


def conclusion_words(place: int, scale: Scale, *, plain: bool) -> str:
    """Where intervals lie, for a legend; `plain` where scales with other values share it."""
    if place < 0:
        return ""
    null = "no effect" if plain and scale.null == scale.measure.null else null_words(scale)
    return f"Interval {('below', 'includes', 'above')[place]} {null}"


def describe(many: Multiverse, shown: Sequence[Scale]) -> tuple[str, ...]:
    """The curve in words and numbers, sentence by sentence, for readers who do not see it."""
    return (_size(many), *(_scale(many, scale) for scale in shown), *main_outside(many), *_flips(many))


def _size(many: Multiverse) -> str:
    """How many specifications there are, and how many results."""
    of = f", a random sample of {whole(many.n_possible)}" if many.sampled else ""
    return f"{_counted(len(many), 'specification')}{of}, with {_counted(many.n_results, 'different result')}."


def _counted(n: int, what: str) -> str:
    return f"{whole(n)} {what}{'' if n == 1 else 's'}"


def _scale(many: Multiverse, scale: Scale) -> str:
    """One scale: range, median, shares of conclusions, the main result."""
    found = summary(many, scale)
    if found.median is None or found.lowest is None or found.highest is None:
        return f"{_label(scale.measure)}: no result."
    measure, unit = scale.measure, unit_sign(scale.measure)
    low, mid, high = (
        natural_text(measure.to_natural(x), measure) for x in (found.lowest, found.median, found.highest)
    )
    estimates = f"estimates from {low}{unit} to {high}{unit}, median {mid}{unit}"
    if found.n_results == 1:
        estimates = f"estimate {mid}{unit}"
    parts = [f"{_label(measure)}: {_counted(found.n_results, 'result')}, {estimates}"]
    if found.below is not None and found.includes is not None and found.above is not None:
        null = null_words(scale)
        parts.append(
            f"of their intervals {percent_text(found.below, 0)} lie below {null}, "
            f"{percent_text(found.includes, 0)} include it, {percent_text(found.above, 0)} lie above"
        )
    if scale.headline is not None:
        estimate, ends = scale.headline[0], scale.headline[1:]
        words = effect_words(estimate, Interval(*ends, many.level), measure)
        parts.append(f"the main analysis has {words}")
    return "; ".join(parts) + "."


def main_outside(many: Multiverse) -> Iterator[str]:
    """That the main analysis is none of the specifications, and what it is."""
    found = many.headline.result
    if many.headline.row is not None:
        return
    if isinstance(found, NotEstimable):
        yield f"The main analysis has no result: {found.reason.rstrip('.')}."
        return
    yield f"The main analysis is not among these specifications: {_way(found)}."


def _way(found: SynthesisResult) -> str:
    """How a result was pooled: `random effects (REML, Wald)`."""
    own = method_of(found)
    if found.k == 1:
        return "one effect alone"
    model = option_name("model", own.model)
    if own.tau2_method is None:
        return model
    fixed = found.request.tau2
    tau2 = own.tau2_method if fixed is None else f"τ² set to {plain_number(fixed)}"
    return f"{model} ({tau2}, {option_name('ci_method', own.ci_method)})"


def _label(measure: EffectMeasure) -> str:
    return measure.label[:1].upper() + measure.label[1:]


def _flips(many: Multiverse) -> Iterator[str]:
    """Which single change changes the conclusion."""
    if many.headline.row is None or many.null(many.headline.measure) is None:
        return
    by_choice: dict[str, list[Flip]] = {}
    for one in flips(many):
        by_choice.setdefault(one.choice, []).append(one)
    if not by_choice:
        yield "No single other choice changes the conclusion of the main analysis."
        return
    yield "A single other choice changes the conclusion of the main analysis."
    for name, found in by_choice.items():
        yield f"{CHOICE_NAMES[name]}: {_options(many, found)}."


def _options(many: Multiverse, found: Sequence[Flip]) -> str:
    """A few options by name, those that leave fewest studies out first; the rest as a number."""
    found = sorted(found, key=lambda one: _n_left_out(many, one))
    words = [flip_words(many, one) for one in found[:_NAMED]]
    if len(found) <= _NAMED:
        return "; ".join(f"{word} ({n} ways)" if n > 1 else word for word, n in Counter(words).items())
    least = _n_left_out(many, found[0])
    if least > _FEW:
        return f"{whole(len(found))} options, all without {least} studies or more, such as {words[0]}"
    return f"{whole(len(found))} options, among them {'; '.join(words)}"


def _left_out(many: Multiverse, flip: Flip) -> LeftOut:
    return many.exclusions[int(many.chosen[flip.row, many.place("left out")])]


def _n_left_out(many: Multiverse, flip: Flip) -> int:
    return len(_left_out(many, flip).studies)


def flip_words(many: Multiverse, flip: Flip) -> str:
    """The other option in words; a random-effects model with its estimator and interval."""
    if flip.choice == "left out":
        gone = _left_out(many, flip)
        label = option_name(flip.choice, gone.words if len(gone.studies) <= _SPELT else gone.label)
        return f"{label} (one effect remains)" if many.k[flip.row] == 1 else label
    if flip.choice == "model" and flip.option == "random-effects":
        chosen = many.options(flip.row)
        tau2, ci = (option_name(name, chosen[name]) for name in ("tau2_method", "ci_method"))
        return f"{option_name('model', flip.option)} ({tau2}, {ci})"
    return option_name(flip.choice, flip.option)


def footnotes(
    many: Multiverse, shown: Sequence[Scale], *, cut: int, together: bool, unnamed: bool
) -> tuple[str, ...]:
    """How the figure is to be read, and what it cannot show.

    Parameters
    ----------
    many : Multiverse
    shown : sequence of Scale
    cut : int
        Intervals that reach beyond the axis.
    together : bool
        Whether areas stand for neighbouring results.
    unnamed : bool
        Whether the percentages have no heading.
    """
    notes = [_read(many)]
    if together:
        notes.append("Heights: the share of neighbouring results with the option, as part of the largest.")
    nulls = dict.fromkeys(null_words(scale) for scale in shown if scale.null is not None)
    if unnamed and nulls:
        what = " or ".join(nulls)
        if len(nulls) > 1:
            what = f"{'the value of no difference' if many.threshold is None else 'the threshold'} ({what})"
        notes.append(f"Percentages: results whose interval excludes {what}.")
    notes += main_outside(many)
    notes += _estimators(many, shown)
    notes += without_result(many)
    if cut:
        notes.append(f"{_counted(cut, 'interval')} {'reaches' if cut == 1 else 'reach'} beyond the axis.")
    if len(shown) > 1:
        notes.append("Measures on different scales stand apart: their estimates are not comparable.")
    return tuple(clean_text(note) for note in notes)


def without_result(many: Multiverse) -> Iterator[str]:
    """How many specifications have no result, and why."""
    if many.n_without:
        why = reasons(many)
        rest = f"; and {len(why) - _REASONS} more" if len(why) > _REASONS else ""
        yield (
            f"Without a result: {_counted(many.n_without, 'specification')} "
            f"({'; '.join(why[:_REASONS])}{rest})."
        )


def _estimators(many: Multiverse, shown: Sequence[Scale]) -> Iterator[str]:
    """What the codes of estimators stand for, where their rows are shown."""
    codes = {row.option for scale in shown for row in choice_rows(many, scale) if row.choice == "tau2_method"}
    if codes:
        yield f"{'; '.join(f'{code}: {dashed(name)}' for code, name in TAU2_NAMES.items() if code in codes)}."


def _read(many: Multiverse) -> str:
    """What one column is."""
    sample = f", a random sample of {whole(many.n_possible)}" if many.sampled else ""
    return (
        f"{_counted(len(many), 'specification')}{sample}; those with the same result stand in one column, "
        "marked at every choice that leads there."
    )
