"""Everything a script declares, flat: path of an option -> its value in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import fields, is_dataclass

from metasyn.analysis.spec import Analysis

__all__ = ["declared_options"]

# Named by a field of theirs, not by their place: one more in front changes nothing about the others.
_NAMED_BY = {"outcomes": "outcome", "apart": "title"}


def declared_options(analysis: Analysis) -> dict[str, str]:
    """Every option of an analysis with its value in words.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    dict of str to str
        By path, in the order of the fields: `"synthesis.tau2_method"`, `"outcomes[PFS].measure"`,
        `"contrast[1]"`, `"studies[design]"`, `"exclude[R17]"`, `"claims[1].text"`. An outcome and a part
        that stands apart go by their name, one that occurs again as `"outcomes[PFS #2]"`; what has no name
        is numbered from 1. What is not given (None, an empty text or list) is left out. Equal
        analyses give equal options, in every process.

    Examples
    --------
    >>> from metasyn import Analysis, Outcome
    >>> asked = Analysis(
    ...     title="T", question="Q", outcomes=[Outcome("PFS", "HR")], contrast=("drug", {"arm": ["a", "b"]})
    ... )
    >>> options = declared_options(asked)
    >>> options["outcomes[PFS].measure"], options["contrast[2]"], options["synthesis.tau2_method"]
    ('HR', 'arm = a or b', 'REML')
    """
    return dict(_flat("", analysis))


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Paths and words of a value and of all inside it."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            name = f"{path}.{field.name}" if path else field.name
            yield from _flat(name, getattr(value, field.name))
    elif path.startswith("contrast[") or path.endswith("cohorts") or ".contrast[" in path:
        yield from _told(path, _group(value))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{path}[{key}]", inner)
    elif isinstance(value, Set):
        yield from _flat(path, sorted(map(str, value)))
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        yield from _listed(path, list(value))
    else:
        yield from _told(path, _word(value))


def _listed(path: str, values: list[object]) -> Iterator[tuple[str, str]]:
    """Items one by one; several plain words as one text."""
    field = path.rpartition(".")[2]
    if field in ("same", "subgroups", "definitions", "prefer", "external", "ongoing", "weights"):
        # `ongoing=[]` shows none, without `ongoing` all are shown.
        none = "none" if field == "ongoing" else ""
        yield from _told(path, "; ".join(_word(item) or "(not stated)" for item in values) or none)
        return
    if path.partition("[")[0] == "studies" or path.endswith("]"):
        yield from _told(path, " or ".join(map(_word, values)))
        return
    counts: Counter[str] = Counter()
    for number, item in enumerate(values, start=1):
        name = str(getattr(item, _NAMED_BY.get(field, ""), "")) or str(number)
        counts[name] += 1
        yield from _flat(f"{path}[{name if counts[name] == 1 else f'{name} #{counts[name]}'}]", item)


def _group(value: object) -> str:
    """A group of cohorts: a word, or columns with their allowed values."""
    if not isinstance(value, Mapping):
        return _word(value)
    return "; ".join(f"{column} = {_any(allowed)}" for column, allowed in value.items())


def _any(allowed: object) -> str:
    if isinstance(allowed, Iterable) and not isinstance(allowed, str):
        return " or ".join(map(_word, allowed))
    return _word(allowed)


def _word(value: object) -> str:
    """One plain value; an object of another kind by the name of its kind."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return f"{value!r}" if isinstance(value, int | float) else type(value).__name__


def _told(path: str, words: str) -> Iterator[tuple[str, str]]:
    if words:
        yield path, words
