"""What a multiverse leaves out: rules by name, or values of a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from metasyn.batch.multiverse.left_out import NOTHING, LeftOut, StudySubsets, study_names
from metasyn.effects.model import EffectSet
from metasyn.errors import OptionError
from metasyn.vocabulary import ExclusionRule, require_option

__all__ = ["Exclude", "Exclusions", "exclusions"]

Exclude = ExclusionRule | Mapping[str, str | Sequence[str]]

# Leaving one of two studies out is no sensitivity analysis of a synthesis.
_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """Ways of leaving something out: those listed, nothing first, and all subsets of studies or None."""

    listed: tuple[LeftOut, ...]
    subsets: StudySubsets | None = None


def exclusions(rules: Sequence[Exclude] | None, sets: Sequence[EffectSet]) -> Exclusions:
    """The exclusions that some rules stand for.

    Parameters
    ----------
    rules : sequence of str or mapping, or None
        See `multiverse`; None for the default.
    sets : sequence of EffectSet
        All ways of standardising: what only one of them holds can be left out as well.

    Returns
    -------
    Exclusions

    Raises
    ------
    OptionError
        For no rule, an unknown one, a column or value that does not occur.
    """
    studies = study_names(sets)
    found: list[LeftOut] = [NOTHING]
    subsets = None
    for rule in _asked(rules, len(studies)):
        if isinstance(rule, Mapping):
            found += _by_column(rule, sets)
            continue
        require_option("exclude", rule, ExclusionRule)
        if rule == "all subsets":
            keys, names = tuple(studies), tuple(studies.values())
            subsets = StudySubsets(studies=keys, names=names) if len(keys) > 1 else None
        else:
            found += _by_rule(rule, studies, sets[0])
    # Studies alone and in pairs are subsets as well.
    listed = [one for one in found if not (subsets and one.studies)]
    return Exclusions(listed=tuple(dict.fromkeys(listed)), subsets=subsets)


def _asked(rules: Sequence[Exclude] | None, n_studies: int) -> Sequence[Exclude]:
    """The rules that are asked for, else the usual ones."""
    if rules is None:
        return ("each study", "weaker routes") if n_studies >= _FEWEST else ("weaker routes",)
    if isinstance(rules, str | Mapping):
        raise OptionError(f"exclude takes a list of rules, e.g. [{rules!r}]; got {rules!r}.")
    if not rules:
        raise OptionError("exclude: a multiverse needs at least one option of every choice; got none.")
    return rules


def _by_rule(rule: str, studies: Mapping[str, str], main: EffectSet) -> list[LeftOut]:
    """Studies one by one or in pairs, or the weaker routes of the main analysis step by step."""
    if rule == "weaker routes":
        return _weaker_routes(main)
    size = {"nothing": 0, "each study": 1, "each pair of studies": 2}[rule]
    if not 0 < size < len(studies):
        return []
    return [
        LeftOut(studies=keys, names=tuple(studies[key] for key in keys))
        for keys in combinations(studies, size)
    ]


def _weaker_routes(main: EffectSet) -> list[LeftOut]:
    """Without the weakest grade of route, then without the next as well, and so on."""
    grades = sorted({effect.route.grade for effect in main.effects})
    return [LeftOut(worst_grade=worst).of(main) for worst in reversed(grades[:-1])]


def _by_column(rule: Mapping[str, Any], sets: Sequence[EffectSet]) -> list[LeftOut]:
    """The effects with some values of a column, one exclusion per column."""
    found = []
    for column, given in rule.items():
        values = (given,) if isinstance(given, str) else tuple(map(str, given))
        known = sorted({value for effects in sets for value in _column(effects, column)})
        missing = [value for value in values if value not in known]
        if missing or not values:
            raise OptionError(
                f"exclude: {column!r} has the values {', '.join(map(repr, known))}; "
                f"got {', '.join(map(repr, missing)) or 'none'}."
            )
        found.append(LeftOut(column=column, values=values))
    return found


def _column(effects: EffectSet, name: str) -> tuple[str, ...]:
    """A column that every effect has."""
    missing = [one.label for one in effects.effects if name not in one.attributes]
    if missing:
        known = sorted({key for one in effects.effects for key in one.attributes})
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise OptionError(
            f"exclude: {name!r} is not a column of {missing[0]!r}{more}; known columns: "
            f"{', '.join(known) or 'none'}."
        )
    return effects.column(name)
