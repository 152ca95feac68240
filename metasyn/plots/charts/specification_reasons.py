"""Why specifications have no result, in words for a reader: no option by its code, no reason twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from metasyn.batch.multiverse import Multiverse
from metasyn.effects.measure import MEASURES
from metasyn.names import CI_NAMES, MODEL_NAMES, TAU2_NAMES, dashed

__all__ = ["reasons"]

_OPTION = re.compile(r"\b(model|measure|tau2_method|ci_method)='([^']+)'")
_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "model": {str(code): name for code, name in MODEL_NAMES.items()},
        "measure": {str(code): one.label for code, one in MEASURES.items()},
        "tau2_method": {str(code): name for code, name in TAU2_NAMES.items()},
        "ci_method": {str(code): f"{name} interval" for code, name in CI_NAMES.items()},
    }
)
# What parts a rule from the studies that break it.
_STUDIES = "; without them: "


def reasons(many: Multiverse) -> tuple[str, ...]:
    """The first sentence of every reason, sorted.

    Reasons that differ in the studies alone are one: the exclusions name some of the same studies each.

    Parameters
    ----------
    many : Multiverse

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from metasyn.analysis.multiverse import multiverse
    >>> from metasyn.synthesis import pool
    >>> main = pool(yi=[0.1, 0.4, 0.2], vi=[0.1, 0.1, 0.2], measure="PLO")
    >>> reasons(multiverse(main, exclude=["nothing"], model=["glmm"]))
    ('mixed model of counts: the estimates are given without events and participants: give the counts',)
    """
    rules: dict[str, list[str]] = {}
    for number in sorted({i for i in many.reason[many.result < 0].tolist() if i >= 0}):
        rule, _, studies = many.reasons[number].split(". ")[0].partition(_STUDIES)
        rules.setdefault(_plain(rule), []).append(studies)
    return tuple(f"{rule}{_together(studies)}" for rule, studies in sorted(rules.items()))


def _plain(text: str) -> str:
    """Options as they are called, codes that have no name as they stand."""
    return dashed(_OPTION.sub(lambda found: _NAMES[found[1]].get(found[2], found[0]), text))


def _together(lists: Sequence[str]) -> str:
    """The longest list of studies, and whether others name further ones."""
    longest = max(lists, key=lambda one: one.count(", "))
    if not longest:
        return ""
    more = "" if all(_within(one, longest) for one in lists) else " and others"
    return f"{_STUDIES}{longest}{more}"


def _within(one: str, other: str) -> bool:
    """Whether all names of a list stand in another, in its order."""
    left = iter(other.split(", "))
    return all(name in left for name in one.split(", ")) if one else True
