"""What two scripts declare otherwise, field by field, in the words of a reader."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from metasyn.analysis.spec import Analysis, Apart, Outcome
from metasyn.changes.model import OptionEdit
from metasyn.changes.outcome_pairs import OutcomePair, pair_outcomes
from metasyn.claims.claim import Claim
from metasyn.evidence.selection import Group
from metasyn.names import CI_NAMES, MODEL_NAMES, TAU2_NAMES
from metasyn.synthesis.baseline_risk import BaselineRisk
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.wording import level_text, percent_text, plain_number

__all__ = [
    "asks_otherwise",
    "moves_numbers",
    "option_edits",
    "outcome_edits",
    "spec_edits",
    "works_otherwise",
]

_WORDS = {
    "title": "title",
    "question": "question",
    "studies": "eligible studies",
    "same": "columns that compared cohorts share",
    "overlap": "of overlapping cohorts",
    "subgroups": "groups by",
    "apart": "shown apart",
    "external": "published results shown beside it",
    "favours": "labels of the two sides",
    "notes": "remarks",
    "claims": "sentences",
    "ongoing": "ongoing trials shown",
}
_SYNTHESIS_WORDS = {
    "model": "model",
    "tau2_method": "estimator of the between-study variance",
    "tau2": "fixed between-study variance",
    "weights": "weights of the analyst",
    "ci_method": "interval of the mean",
    "pi_method": "prediction interval",
    "tau2_ci_method": "interval of the between-study variance",
    "i2_method": "I² and H² from",
    "level": "level of the intervals",
    "seed": "seed of the random numbers",
    "profile": "profile",
    "outcome_type": "kind of outcome, for the empirical prior",
    "comparison_type": "kind of comparison, for the empirical prior",
}
_OUTCOME_WORDS = {
    "measure": "effect measure",
    "definitions": "preferred definitions",
    "event_fraction": "assumed share with the event",
    "zero_cells": "zero cells corrected",
    "prefer": "preferred routes",
    "baseline_risk": "baseline risk",
    "outcome_type": _SYNTHESIS_WORDS["outcome_type"],
    "comparison_type": _SYNTHESIS_WORDS["comparison_type"],
}
_BY_POLICY = "by the number of studies"
_NAMES: Mapping[str, Mapping[Any, str]] = {
    "model": MODEL_NAMES,
    "tau2_method": TAU2_NAMES,
    "ci_method": CI_NAMES,
    "overlap": {"whole": "the whole is kept", "parts": "the parts are kept"},
}
# What a number may depend on, beyond `synthesis.` and `exclude[`.
_MOVING = ("contrast", "studies", "same", "overlap")
_MOVING_OF_OUTCOME = (".definitions", ".event_fraction", ".zero_cells", ".prefer")
_ASKING = ("question", "contrast", "studies", "same", "apart")
_WORKING = ("overlap", "subgroups")


def option_edits(old: Analysis, new: Analysis) -> tuple[OptionEdit, ...]:
    """Everything that two scripts declare otherwise.

    Parameters
    ----------
    old, new : Analysis

    Returns
    -------
    tuple of OptionEdit
        In the order of the fields of an analysis, the outcomes before the synthesis.

    Examples
    --------
    >>> before = Analysis(title="Tea", question="Does it help?", outcomes=[Outcome("sleep", "RR")],
    ...                   contrast=("tea", "water"))
    >>> after = Analysis(title="Tea", question="Does it help?", outcomes=[Outcome("sleep", "RR")],
    ...                  contrast=("tea", "water"), synthesis=SynthesisSpec(tau2_method="PM"))
    >>> [(edit.where, edit.old, edit.new) for edit in option_edits(before, after)]
    [('synthesis.tau2_method', 'restricted maximum likelihood', 'Paule-Mandel')]
    """
    return (
        *_plain_fields(old, new, ("title", "question")),
        *_groups(old, new),
        *_plain_fields(old, new, ("studies", "same", "overlap", "subgroups")),
        *_exclusions(old, new),
        *outcome_edits(pair_outcomes(old.outcomes, new.outcomes)),
        *spec_edits(old.synthesis, new.synthesis),
        *_plain_fields(old, new, ("apart", "external", "favours", "notes", "claims", "ongoing")),
    )


def spec_edits(old: SynthesisSpec, new: SynthesisSpec) -> tuple[OptionEdit, ...]:
    """The options of the synthesis that differ.

    Parameters
    ----------
    old, new : SynthesisSpec

    Returns
    -------
    tuple of OptionEdit
    """
    return tuple(
        OptionEdit(
            where=f"synthesis.{field.name}",
            words=_SYNTHESIS_WORDS.get(field.name, field.name),
            old=_text(field.name, getattr(old, field.name)),
            new=_text(field.name, getattr(new, field.name)),
        )
        for field in fields(SynthesisSpec)
        if getattr(old, field.name) != getattr(new, field.name)
    )


def moves_numbers(edit: OptionEdit) -> bool:
    """Whether a declared option enters the numbers of a synthesis.

    A measure does too, but on another scale there is nothing to compare.
    """
    where = edit.where
    return (
        where in _MOVING
        or where.startswith("synthesis.")
        or (where.startswith("exclude[") and "" in (edit.old, edit.new))
        or where.endswith(_MOVING_OF_OUTCOME)
    )


def asks_otherwise(edit: OptionEdit) -> bool:
    """Whether the question, what is eligible, or what is looked at as an outcome differs."""
    where = edit.where
    added_or_gone = where.startswith("outcomes[") and where.endswith("]")
    return where in _ASKING or added_or_gone or (where.startswith("exclude[") and moves_numbers(edit))


def works_otherwise(edit: OptionEdit) -> bool:
    """Whether the same question is answered by another method."""
    where = edit.where
    of_outcome = (".measure", *_MOVING_OF_OUTCOME)
    return where in _WORKING or where.startswith("synthesis.") or where.endswith(of_outcome)


def _plain_fields(old: Analysis, new: Analysis, names: Sequence[str]) -> Iterator[OptionEdit]:
    """Fields of the analysis that are compared as they are; of lists only what differs is told."""
    for name in names:
        before, after = _comparable(getattr(old, name)), _comparable(getattr(new, name))
        if before == after:
            continue
        if name == "ongoing":
            before, after = (("none",) if one == () else one for one in (before, after))
        if isinstance(before, tuple) and isinstance(after, tuple) and name in ("notes", "claims", "apart"):
            both = [one for one in before if one in after]
            before = tuple(one for one in before if one not in both)
            after = tuple(one for one in after if one not in both)
            if name == "apart" and [_apart_rule(p) for p in old.apart] == [_apart_rule(p) for p in new.apart]:
                yield OptionEdit(
                    where="apart.reason",
                    words="why it is shown apart",
                    old=_reasons(before),
                    new=_reasons(after),
                )
                continue
            if name == "claims" and {c.text for c in before} & {c.text for c in after}:
                before, after = (tuple(_conditions(one) for one in side) for side in (before, after))
        yield OptionEdit(
            where=name, words=_WORDS[name], old=_text(name, before) or "", new=_text(name, after) or ""
        )


def _groups(old: Analysis, new: Analysis) -> Iterator[OptionEdit]:
    """The groups compared, or the single cohorts; one thing, since exactly one of them is declared."""
    before, after = _group_words(old), _group_words(new)
    if (_comparable(old.contrast), _comparable(old.cohorts)) != (
        _comparable(new.contrast),
        _comparable(new.cohorts),
    ):
        words = "cohorts" if old.contrast is None and new.contrast is None else "groups compared"
        yield OptionEdit(where="contrast", words=words, old=before, new=after)


def _exclusions(old: Analysis, new: Analysis) -> Iterator[OptionEdit]:
    """Each id that the analyst leaves out, or left out; its words are the reason."""
    for name in dict.fromkeys((*old.exclude, *new.exclude)):
        before, after = old.exclude.get(name, ""), new.exclude.get(name, "")
        if before != after:
            yield OptionEdit(where=f"exclude[{name}]", words=f"{name} left out", old=before, new=after)


def outcome_edits(
    pairs: Sequence[OutcomePair], names: Collection[str] = tuple(_OUTCOME_WORDS)
) -> Iterator[OptionEdit]:
    """Outcomes that came or went, and the named fields of those that stayed."""
    for pair in pairs:
        if pair.old is None or pair.new is None:
            before, after = (_outcome_words(one) for one in (pair.old, pair.new))
            yield OptionEdit(where=pair.path, words="outcome", old=before, new=after)
            continue
        for name, words in ((name, _OUTCOME_WORDS[name]) for name in names):
            before, after = (_comparable(getattr(one, name)) for one in (pair.old, pair.new))
            if before != after:
                yield OptionEdit(
                    where=f"{pair.path}.{name}",
                    words=f"{words} ({pair.name})",
                    old=_text(name, before),
                    new=_text(name, after),
                )


def _outcome_words(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    return " ".join(filter(None, (outcome.outcome, outcome.timepoint, f"({outcome.measure})")))


def _group_words(analysis: Analysis) -> str:
    if analysis.contrast is None:
        return _group(analysis.cohorts or "")
    return f"{_group(analysis.contrast[0])} compared with {_group(analysis.contrast[1])}"


def _group(group: Group) -> str:
    return group if isinstance(group, str) else _text("", group)


def _comparable(value: Any) -> Any:
    """The same value for what means the same: lists as tuples, mappings in the order of their keys."""
    if isinstance(value, Mapping):
        return {key: _comparable(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return tuple(_comparable(one) for one in value)
    return value


def _text(name: str, value: Any) -> str:
    """A value in words; nothing for nothing."""
    if value is None:
        return _BY_POLICY if name in ("model", "ci_method") else "all" if name == "ongoing" else "none"
    if name in _NAMES:
        return _NAMES[name].get(value, str(value))
    if name == "level":
        return level_text(value)
    if isinstance(value, Claim):
        return value.text
    if isinstance(value, BaselineRisk):
        return _baseline(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key} = {_text('', one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return (
            "; " if name in ("apart", "baseline_risk") else " " if name in ("notes", "claims") else ", "
        ).join(_text("", one) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain_number(value)
    return str(getattr(value, "title", value)) if not isinstance(value, str) else value


def _baseline(risk: BaselineRisk) -> str:
    """A baseline risk: how large, of what, by when, whose and where from."""
    what = percent_text(risk.risk) + (" event-free" if risk.of == "event-free" else "")
    by = f" at {risk.by}" if risk.by else ""
    told = ", ".join(filter(None, (risk.label, risk.source)))
    return what + by + (f" ({told})" if told else "")


def _conditions(claim: Claim) -> str:
    """A sentence with what must be true for it to stand, where the text alone does not tell two apart."""
    named = {field.name: getattr(claim, field.name) for field in fields(Claim) if field.name != "text"}
    return f"{claim.text} ({', '.join(f'{name} {value}' for name, value in named.items() if value)})"


def _apart_rule(part: Apart) -> tuple[object, ...]:
    """What is shown apart, without the reason."""
    return (part.title, *map(_comparable, (part.contrast, part.cohorts, part.studies)))


def _reasons(parts: Sequence[Apart]) -> str:
    return " ".join(part.reason for part in parts)
