"""Finding the number that is meant: by its name, by a study, or as it stands in a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from metasyn.analysis.explain.dependent import dependent_numbers
from metasyn.analysis.explain.effects import Setting
from metasyn.analysis.explain.figures import Archive, Remark
from metasyn.analysis.explain.further import between_number, further_numbers
from metasyn.analysis.explain.near import is_figure, nothing_found
from metasyn.analysis.explain.priors import bayes_number, prior_numbers
from metasyn.analysis.explain.results import (
    Number,
    effect_numbers,
    result_numbers,
    shown_beside,
    single_number,
)
from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.errors import OptionError
from metasyn.synthesis import pool
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.words import CI_SHORT, MODEL_WORDS
from metasyn.values import NotEstimable
from metasyn.wording import MINUS, p_text

__all__ = ["apart_name", "find_numbers", "stands_in", "numbers_of", "outcome_named", "remarks_of"]

_MOST_REPAIRS = 3
_UNIT = re.compile(r"(?<=\d) (?:days|weeks|months|years)\b")
_LEVEL = re.compile(r"\b\d\d(?:\.\d+)?% cr?i,?\s*")


def numbers_of(result: AnalysisResult | SynthesisResult) -> tuple[Number, ...]:
    """Everything of a result that can be explained, in the order of a report."""
    if isinstance(result, SynthesisResult):
        setting = Setting(archive=Archive(None), level=result.request.level)
        own = (*result_numbers(result, setting), *effect_numbers(result.effects, result, setting))
        return own if result.subgroups is None else (*own, *_subgroups(result, setting))
    archive = Archive(result.evidence, result.sources, remarks_of(result))
    return tuple(number for part in result.outcomes for number in _of_outcome(part, result, archive))


def remarks_of(result: AnalysisResult) -> tuple[Remark, ...]:
    """What the audit found about the rows of an analysis."""
    return tuple(
        Remark(
            code=one.finding.code,
            severity=one.finding.severity,
            message=one.finding.message,
            rows=one.rows,
            answer=one.answer,
            repairs=tuple(dict.fromkeys(map(str, one.repairs)))[:_MOST_REPAIRS],
        )
        for one in result.audit
    )


def _of_outcome(part: OutcomeResult, whole: AnalysisResult, archive: Archive) -> Iterator[Number]:
    """The numbers of one outcome: headline, studies, then what was varied."""
    level = whole.analysis.synthesis.level
    setting = Setting(archive=archive, level=level, event_fraction=part.outcome.event_fraction)
    if isinstance(part.synthesis, SynthesisResult):
        yield from result_numbers(part.synthesis, setting, place=part.slug, about=part.definition.label)
    yield from effect_numbers(part.effects, part.synthesis, setting, place=part.slug)
    main = shown_beside(part.synthesis) if isinstance(part.synthesis, SynthesisResult) else ()
    for name, result in _variants(part):
        one = single_number(result, setting, place=part.slug, name=name)
        # What all variants share is a number of the main result.
        yield replace(one, others=tuple(text for text in one.others if text not in main))
    yield from further_numbers(part, place=part.slug)
    if isinstance(part.synthesis, SynthesisResult):
        yield from _models(part.synthesis, setting, part.slug)
        yield from prior_numbers(part.synthesis, setting, place=part.slug)
    yield from dependent_numbers(part.dependence, setting, place=part.slug)
    seen = set(part.effects.labels)
    for other in part.apart:
        for number in effect_numbers(other.effects, other.synthesis, setting, place=part.slug):
            yield replace(number, name=apart_name(number.name, other.apart.title, seen))
        for number in dependent_numbers(other.dependence, setting, place=part.slug):
            yield replace(number, name=f"apart, {other.apart.title}: {number.name}", others=())


def apart_name(label: str, title: str, main: AbstractSet[str]) -> str:
    """What an effect that is shown apart is called; some have the label of one in the synthesis."""
    return f"apart, {title}: {label}" if label in main else label


def _variants(part: OutcomeResult) -> Iterator[tuple[str, SynthesisResult]]:
    """Results that answer the question another way, by name."""
    for groups in part.subgroups:
        for name, result in zip(groups.names, groups.results, strict=True):
            yield f"{groups.by}: {name}", result
    for run in part.leave_one_out:
        yield f"without {run.omitted}", run.result
    for variant in part.sensitivity:
        if isinstance(variant.result, SynthesisResult):
            yield f"{variant.group}: {variant.label}", variant.result
    for other in part.apart:
        if isinstance(other.synthesis, SynthesisResult):
            yield f"apart: {other.apart.title}", other.synthesis


def _subgroups(result: SynthesisResult, setting: Setting) -> Iterator[Number]:
    groups = result.subgroups
    for name, one in zip(groups.names, groups.results, strict=True) if groups is not None else ():
        yield single_number(one, setting, place="", name=f"{groups.by if groups else ''}: {name}")
    if groups is not None and not isinstance(groups.Q_between, NotEstimable):
        yield between_number(groups, place="")


def _models(result: SynthesisResult, setting: Setting, place: str) -> Iterator[Number]:
    """The other models and intervals, pooled again when they are asked for."""
    from metasyn.tables.cells import estimate_with_unit

    priors = dict(result.beside.bayes)
    for one in result.alternatives:
        if not one.headline:
            name = f"model: {MODEL_WORDS[one.model]}, {one.prior or CI_SHORT[one.ci_method]}"
            text = estimate_with_unit(one, result.effects.measure)
            if one.prior:
                yield bayes_number(result, priors[one.prior], setting, place, name, text)
                continue
            spec = result.request.update(model=one.model, ci_method=one.ci_method)

            def build(spec: object = spec, name: str = name) -> object:
                again = pool(result.effects, spec=spec)  # type: ignore[arg-type]
                return single_number(again, setting, place=place, name=name).build()

            p = () if isinstance(one.pvalue, NotEstimable) else (p_text(one.pvalue),)
            yield Number(place=place, name=name, shown=text, build=build, others=p)  # type: ignore[arg-type]


def outcome_named(result: AnalysisResult, given: str) -> OutcomeResult:
    """The outcome meant by its id, label or slug.

    Raises
    ------
    OptionError
        If there is none, or several; those that exist are listed.
    """
    wanted = given.casefold()
    found = [
        part
        for part in result.outcomes
        if wanted in (part.slug, part.outcome.outcome.casefold(), part.definition.label.casefold())
    ]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(part.slug for part in (found or result.outcomes))
    problem = "is more than one outcome" if found else "is not an outcome"
    raise OptionError(f"{given!r} {problem} of {result.name}; say one of: {listed}.")


def find_numbers(numbers: Sequence[Number], what: str) -> tuple[Number, ...]:
    """The numbers that are meant.

    Parameters
    ----------
    numbers : sequence of Number
    what : str
        A name (`estimate`, `tau2`, ...), a study or variant or the beginning of it, an id of the tables
        that an effect rests on, or a number as it stands in a report.

    Returns
    -------
    tuple of Number
        More than one where it can be read in several ways.

    Raises
    ------
    OptionError
        If there is none; near names are offered.
    """
    wanted = what.strip().casefold()
    rules: tuple[Callable[[Number], bool], ...] = (
        lambda one: wanted in (one.name.casefold(), *(text.casefold() for text in one.others)),
        lambda one: one.name.casefold().startswith(wanted),
        lambda one: wanted in (text.casefold() for text in one.ids),
        lambda one: wanted in one.name.casefold() and not is_figure(wanted),
        lambda one: any(stands_in(wanted, text) for text in (one.shown, *one.others)),
    )
    for rule in rules if wanted else ():
        found = tuple(one for one in numbers if rule(one))
        if found:
            return found
    raise OptionError(nothing_found(what, numbers))


def stands_in(wanted: str, text: str) -> bool:
    """Whether a number or a phrase stands in a text, not as part of a longer number."""
    plain, sought = (_plain(one) for one in (text, wanted))
    if not _UNIT.search(sought):
        plain = _UNIT.sub("", plain)
    return bool(re.search(rf"(?<![\d.]){re.escape(sought)}(?!\.?\d)", plain)) if sought else False


def _plain(text: str) -> str:
    """Without what is printed in one place and not in another: `%`, `=`, the level of an interval."""
    bare = _LEVEL.sub("", text.casefold().replace(MINUS, "-"))
    return re.sub(r"\s*=\s*|\s+", " ", bare.replace("%", "")).strip()
