"""Which studies a few changed rows can have to do with: their own, and those the audit holds against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from metasyn.evidence.table_lines import Record, TableLines, Tables, ids_in

__all__ = ["studies_of_part"]

_TIMES = frozenset({"days", "weeks", "months", "years"})
_ESTIMATES = frozenset({"HR", "OR", "RR", "RD", "median"})
# What so many studies share, the audit does not compare pair by pair.
_MOST_SHARING = 30

_Word = tuple[str, str]


def studies_of_part(before: Tables, after: Tables, ids: Mapping[str, set[str]]) -> set[str] | None:
    """The studies of a part; None where they would not be all that matters.

    Parameters
    ----------
    before, after : Tables
    ids : mapping of str to set of str
        Changed rows by kind: result, study, cohort, source, curve.

    Returns
    -------
    set of str or None
    """
    studies, sources, mixed = set(ids["study"]), set(), False
    for tables in (before, after):
        results, cohorts = tables["results"], tables["cohorts"]
        of_groups = set(ids["study"])
        groups = {**cohorts.find("cohort_id", ids["cohort"]), **cohorts.find("part_of", ids["cohort"])}
        of_groups |= tables.column("cohorts", groups.values(), "study_id")
        own = results.find("result_id", ids["result"] | ids["curve"])
        rows = {**own, **results.find("study_id", of_groups)}
        cited = results.find("source_id", ids["source"])
        studies |= of_groups | tables.column("results", (*own.values(), *cited.values()), "study_id")
        sources |= {
            results.cell(row, "source_id") for row in rows.values() if _has_share_interval(results, row)
        }
        mixed = mixed or _times_in_two_units(results, rows.values())
    if mixed and _units_across(before["results"]) != _units_across(after["results"]):
        return None
    for tables in (before, after):
        beside = tables["results"].find("source_id", sources).values()
        studies |= tables.column("results", beside, "study_id")
    for tables in (before, after):
        studies |= _deriving(tables, studies)
        alike = _overlapping(tables, studies)
        if alike is None:
            return None
        studies |= alike
    return studies


def _deriving(tables: Tables, studies: Collection[str]) -> set[str]:
    """Studies with figures derived from those of some, directly or through others."""
    results, found = tables["results"], set(studies)
    derived = list(results.find("derived", {"yes"}).values())
    named = (
        tables.column("results", results.find("study_id", studies).values(), "result_id")
        if derived
        else set()
    )
    size = -1
    while len(named) > size:
        size = len(named)
        further = [row for row in derived if named.intersection(ids_in(results.cell(row, "derived_from")))]
        found |= tables.column("results", further, "study_id")
        named |= tables.column("results", further, "result_id")
    return found


def _has_share_interval(results: TableLines, row: Record) -> bool:
    """Whether a row may have an interval of a proportion, which is compared with others of its source."""
    low, high, comparator, statistic = (
        results.cell(row, name) for name in ("ci_low", "ci_high", "comparator_id", "statistic")
    )
    return bool(low and high and not comparator and statistic not in _ESTIMATES)


def _times_in_two_units(results: TableLines, rows: Iterable[Record]) -> bool:
    """Whether a time among some rows has another unit than a time of the same outcome anywhere."""

    def time(row: Record) -> tuple[str, str] | None:
        unit, statistic, outcome = (results.cell(row, name) for name in ("unit", "statistic", "outcome"))
        return (outcome, unit) if unit in _TIMES and statistic in _ESTIMATES else None

    mine = {found for row in rows if (found := time(row)) is not None}
    others = {unit for _, unit in mine} and _TIMES
    told = {found for _, row in (results.each("unit", others) if mine else ()) if (found := time(row))}
    units = [outcome for outcome, _ in told | mine]
    return any(units.count(outcome) > 1 for outcome, _ in mine)


def _units_across(results: TableLines) -> set[tuple[str, ...]]:
    """Rows of what the audit finds about the units of times of several studies."""
    from metasyn.evidence.audit import read_printed
    from metasyn.evidence.audit.across_checks import units_are_one_across
    from metasyn.evidence.audit.entry import Entry

    told = []
    for _, row in sorted(results.each("unit", _TIMES)):
        figure = read_printed(results.cell(row, "value"))
        if figure is not None and results.cell(row, "statistic") in _ESTIMATES:
            told.append(
                Entry(
                    row=results.cell(row, "result_id"),
                    study=results.cell(row, "study_id"),
                    outcome=results.cell(row, "outcome"),
                    unit=results.cell(row, "unit"),
                    estimate=figure,
                    derived=results.cell(row, "derived") == "yes",
                )
            )
    return {found.rows for found in units_are_one_across(told)}


def _overlapping(tables: Tables, studies: Collection[str]) -> set[str] | None:
    """Studies that share a word of identity with some; None where a word is that of very many."""
    lines = tables["studies"]
    columns = [name for name in ("registry_id", "centre", "authors") if name in lines.header]
    own = lines.find("study_id", studies).values()
    if not any(lines.cell(row, name) for row in own for name in columns):
        return set()
    told: dict[str, dict[str, str]] = {
        lines.cell(row, "study_id"): {name: lines.cell(row, name) for name in columns}
        for row in lines.all().values()
    }
    mine = {word for words in _words(told, {}, studies).values() for word in words}
    found = {study for study, words in _words(told, mine).items() if words & mine}
    theirs = {word for words in _words(told, {}, found).values() for word in words}
    counts = Counter(word for words in _words(told, theirs).values() for word in words & theirs)
    return None if any(count > _MOST_SHARING for count in counts.values()) else found


def _words(
    told: Mapping[str, Mapping[str, str]],
    alike: Collection[_Word],
    studies: Collection[str] | None = None,
) -> dict[str, set[_Word]]:
    """Words of identity as the audit takes them, of some studies, or of those that may have such as these."""
    from metasyn.evidence.audit.entry import Entry
    from metasyn.evidence.audit.study_checks import profiles_of

    if studies is None:
        needles = {max(word.split(), key=len, default="") for _, word in alike}
        texts = {study: " ".join(cells.values()).casefold() for study, cells in told.items()}
        studies = [study for study, text in texts.items() if any(needle in text for needle in needles)]
    profiles = profiles_of([Entry(row=study, study=study) for study in studies if study in told], told)
    return {
        one.name: {
            (kind, word)
            for kind, words in (("r", one.registry), ("c", one.centres), ("a", one.authors))
            for word in words
        }
        for one in profiles
    }
