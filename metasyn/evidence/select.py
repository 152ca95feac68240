"""What one synthesis is about: cohorts or contrasts that match, and the figures that bear on them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence

from metasyn.errors import OptionError
from metasyn.evidence.model import Cohort, OutcomeDefinition, ReportedResult, Study
from metasyn.evidence.selection import Evidence, Group, Selection, Target

__all__ = ["select"]

_Values = str | Sequence[str]

_TIMED = ("survival", "at risk", "percent")


def select(
    evidence: Evidence,
    *,
    outcome: str,
    contrast: tuple[Group, Group] | None,
    cohorts: Group | None,
    studies: Mapping[str, _Values],
    same: Sequence[str],
    timepoint: str,
) -> Selection:
    """Targets of one synthesis and every reported result that bears on them.

    See `Evidence.select` for the parameters. A contrast is every ordered pair of cohorts of one
    study that matches the two groups, agrees on the columns of `same` and has a figure on the
    outcome about the pair, or about each of the two. A single cohort needs a figure about it
    alone. What matches but has nothing to be compared with, or no figure at all, is kept by name.

    Raises
    ------
    OptionError
        If an outcome, column, value or time point does not occur, or a word is ambiguous.
    """
    definition = _outcome(evidence, outcome)
    rows = _rows(evidence, outcome, timepoint)
    wanted = _wanted_studies(evidence, studies)
    for column in same:
        _require_column(evidence, column, "same")
    if contrast is not None and cohorts is None:
        first = _group(evidence, contrast[0], "contrast[0]")
        second = _group(evidence, contrast[1], "contrast[1]")
        pairs = _pairs(evidence, wanted, first, second, same)
        targets = _contrasts(pairs, rows)
        matching = tuple(c.cohort_id for study in wanted for c in _members(evidence, study, first | second))
        about = {t.cohort_id for t in targets} | {t.comparator_id for t in targets}
        unpaired = tuple(c for c in matching if c not in about and c in _reported(rows))
    elif cohorts is not None and contrast is None:
        members = _group(evidence, cohorts, "cohorts")
        pairs = tuple(
            Target(study_id=study, cohort_id=cohort.cohort_id)
            for study in wanted
            for cohort in _members(evidence, study, members)
        )
        targets = tuple(t for t in pairs if t.cohort_id in _reported(rows))
        unpaired = ()
    else:
        raise OptionError("select takes either contrast= or cohorts=, exactly one of them.")
    about = {*unpaired, *(t.cohort_id for t in targets), *(t.comparator_id for t in targets)} - {""}
    heard = {evidence.cohorts[cohort].study_id for cohort in about}
    return Selection(
        evidence=evidence,
        outcome=definition,
        targets=targets,
        results=tuple(r for r in rows if r.cohort_id in about or r.comparator_id in about),
        timepoint=timepoint,
        unpaired=unpaired,
        unreported=tuple(dict.fromkeys(t.study_id for t in pairs if t.study_id not in heard)),
    )


def _outcome(evidence: Evidence, outcome: str) -> OutcomeDefinition:
    if outcome not in evidence.outcomes:
        raise OptionError(f"outcome={outcome!r} is not an outcome{_near(outcome, evidence.outcomes)}")
    return evidence.outcomes[outcome]


def _rows(evidence: Evidence, outcome: str, timepoint: str) -> tuple[ReportedResult, ...]:
    """Rows of the outcome at the time point; without one also survival at any, for hazard ratios."""
    of_outcome = [r for r in evidence.results if r.outcome == outcome]
    kind = evidence.outcomes[outcome].kind
    known = dict.fromkeys(r.timepoint for r in of_outcome if r.timepoint)
    if timepoint and timepoint not in known:
        raise OptionError(
            f"timepoint={timepoint!r} does not occur for outcome {outcome!r}; known: {_listed(known)}."
        )
    return tuple(r for r in of_outcome if r.timepoint == timepoint or (not timepoint and _is_timed(r, kind)))


def _is_timed(row: ReportedResult, kind: str) -> bool:
    """Whether a figure at a time point bears on the whole course: survival of one group then."""
    return kind == "time-to-event" and not row.is_contrast and row.statistic in _TIMED


def _pairs(
    evidence: Evidence,
    studies: Sequence[str],
    first: frozenset[str],
    second: frozenset[str],
    same: Sequence[str],
) -> tuple[Target, ...]:
    """Every ordered pair of cohorts that matches, whether or not anything is reported for it."""
    return tuple(
        Target(study_id=study, cohort_id=a.cohort_id, comparator_id=b.cohort_id)
        for study in studies
        for a in _members(evidence, study, first)
        for b in _members(evidence, study, second)
        if a is not b and all(_value(a, column) == _value(b, column) for column in same)
    )


def _contrasts(pairs: Sequence[Target], rows: Sequence[ReportedResult]) -> tuple[Target, ...]:
    """The pairs with a figure about the pair, or about each of the two."""
    reported = _reported(rows)
    stated = {frozenset((r.cohort_id, r.comparator_id)) for r in rows if r.is_contrast}
    return tuple(
        pair
        for pair in pairs
        if {pair.cohort_id, pair.comparator_id} <= reported
        or frozenset((pair.cohort_id, pair.comparator_id)) in stated
    )


def _reported(rows: Sequence[ReportedResult]) -> frozenset[str]:
    """Cohorts with a figure of their own."""
    return frozenset(r.cohort_id for r in rows if not r.is_contrast)


def _members(evidence: Evidence, study: str, members: frozenset[str]) -> list[Cohort]:
    return [c for c in evidence.cohorts.values() if c.study_id == study and c.cohort_id in members]


def _group(evidence: Evidence, group: Group, name: str) -> frozenset[str]:
    """Ids of the cohorts of a group."""
    wanted = {_column_of(evidence, group, name): group} if isinstance(group, str) else group
    if not wanted:
        raise OptionError(f"{name} is empty: name at least one column of the cohorts and its value.")
    members = set(evidence.cohorts)
    for column, values in wanted.items():
        _require_column(evidence, column, name)
        known = {_value(c, column) for c in evidence.cohorts.values()}
        allowed = _allowed(name, column, values, known)
        members &= {c.cohort_id for c in evidence.cohorts.values() if _value(c, column) in allowed}
    return frozenset(members)


def _column_of(evidence: Evidence, word: str, name: str) -> str:
    """The one cohort column in which a word occurs."""
    columns = _cohort_columns(evidence)
    found = [
        column
        for column in columns
        if word and any(_value(c, column) == word for c in evidence.cohorts.values())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise OptionError(
            f"{name}={word!r} is ambiguous, it occurs in the columns {', '.join(found)} of the cohorts; "
            f"write {{{found[-1]!r}: {word!r}}}, or another of them."
        )
    known = dict.fromkeys(_value(c, column) for column in columns for c in evidence.cohorts.values())
    raise OptionError(f"{name}={word!r} does not occur in any column of the cohorts{_near(word, known)}")


def _wanted_studies(evidence: Evidence, studies: Mapping[str, _Values]) -> tuple[str, ...]:
    """Ids of the studies that match, in table order."""
    wanted = tuple(evidence.studies)
    for column, values in studies.items():
        readers = _study_columns(evidence)
        if column not in readers:
            raise OptionError(f"studies: {column!r} is not a column of the studies{_near(column, readers)}")
        read = readers[column]
        known = {read(study) for study in evidence.studies.values()}
        allowed = _allowed("studies", column, values, known)
        wanted = tuple(study for study in wanted if read(evidence.studies[study]) in allowed)
    return wanted


def _study_columns(evidence: Evidence) -> dict[str, Callable[[Study], str]]:
    """How each study column is read as text."""
    readers: dict[str, Callable[[Study], str]] = {
        "study_id": lambda study: study.study_id,
        "label": lambda study: study.label,
        "design": lambda study: study.design,
        "registry_id": lambda study: study.registry_id,
        "doi": lambda study: study.doi,
        "year": lambda study: "" if study.year is None else str(study.year),
    }
    for column in dict.fromkeys(key for study in evidence.studies.values() for key in study.attributes):
        readers.setdefault(column, lambda study, column=column: study.attributes.get(column, ""))  # type: ignore[misc]
    return readers


def _allowed(name: str, column: str, values: _Values, known: Iterable[str]) -> frozenset[str]:
    """The values asked for, each of which must occur."""
    asked = [values] if isinstance(values, str | int) else list(values)
    wanted = frozenset(str(value) for value in asked)
    known = sorted(set(known))
    for value in sorted(wanted):
        if value not in known:
            raise OptionError(f"{name}: {column}={value!r} does not occur{_near(value, known)}")
    return wanted


def _cohort_columns(evidence: Evidence) -> tuple[str, ...]:
    """Columns by which cohorts can be named."""
    further = dict.fromkeys(key for cohort in evidence.cohorts.values() for key in cohort.attributes)
    return ("cohort_id", "label", *further)


def _require_column(evidence: Evidence, column: str, name: str) -> None:
    columns = (*_cohort_columns(evidence), "study_id", "part_of")
    if column not in columns:
        raise OptionError(f"{name}: {column!r} is not a column of the cohorts{_near(column, columns)}")


def _value(cohort: Cohort, column: str) -> str:
    own = {
        "cohort_id": cohort.cohort_id,
        "study_id": cohort.study_id,
        "label": cohort.label,
        "part_of": cohort.part_of,
    }
    return own[column] if column in own else cohort.attributes.get(column, "")


def _near(word: str, known: Iterable[str]) -> str:
    """The end of a message: near matches, else the choices."""
    words = [w for w in dict.fromkeys(known) if w]
    lowered = {w.lower(): w for w in reversed(words)}
    close = difflib.get_close_matches(word.lower(), lowered, n=5, cutoff=0.6)
    close += [w for w in lowered if word and word.lower() in w and w not in close]
    if close:
        return "; did you mean " + " or ".join(repr(lowered[w]) for w in close[:5]) + "?"
    return f"; known: {_listed(words)}." if words else "."


def _listed(words: Iterable[str], most: int = 30) -> str:
    names = [repr(w) for w in words]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "none") + more
