"""The rows of a part of the evidence, with all they refer to, read as a whole evidence is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from metasyn.evidence.columns import TABLES
from metasyn.evidence.records import build_evidence
from metasyn.evidence.rules import check
from metasyn.evidence.selection import Evidence
from metasyn.evidence.sheets import parse_sheet
from metasyn.evidence.table_lines import Record, TableLines, Tables, ids_in

__all__ = ["Needed", "evidence_of_part", "witnesses"]

_MOST_ROWS = 4000


@dataclass(slots=True, kw_only=True)
class Needed:
    """Values that must occur in a part because analyses name them.

    Attributes
    ----------
    cohort_words, study_words : set of str
        Values of any column of the cohorts, of the studies.
    timepoints : set of (str, str)
        Outcome and time point.
    """

    cohort_words: set[str] = field(default_factory=set)
    study_words: set[str] = field(default_factory=set)
    timepoints: set[tuple[str, str]] = field(default_factory=set)


def witnesses(tables: Tables, studies: Collection[str], needed: Needed) -> dict[str, set[str]]:
    """Ids of rows of other studies in which the needed values occur, by kind."""
    cohorts = set(_first_with(tables["cohorts"], needed.cohort_words, "cohort_id", studies))
    known = set(_first_with(tables["studies"], needed.study_words, "study_id", studies))
    lines = tables["results"]
    # A table of results has a row, whatever changed elsewhere.
    results = {lines.cell(lines.first(), "result_id")}
    for outcome, timepoint in sorted(needed.timepoints):
        for _, row in lines.each("timepoint", {timepoint}):
            if lines.cell(row, "outcome") == outcome and lines.cell(row, "study_id") not in studies:
                results.add(lines.cell(row, "result_id"))
                break
    return {"cohort": cohorts, "study": known, "result": results}


def _first_with(
    lines: TableLines, words: Collection[str], key: str, without: Collection[str]
) -> Iterator[str]:
    """The id of the first row of other studies with a word in a column, for every word and column."""
    met: set[tuple[str, str]] = set()
    for row in lines.all().values() if words else ():
        if lines.cell(row, "study_id") in without:
            continue
        for pair in zip(lines.header, row, strict=True):
            if pair[1] in words and pair not in met:
                met.add(pair)
                yield lines.cell(row, key)


def evidence_of_part(
    tables: Tables, studies: Collection[str], ids: Mapping[str, set[str]], further: Mapping[str, set[str]]
) -> Evidence | None:
    """The part of one version of the tables.

    Parameters
    ----------
    tables : Tables
    studies : collection of str
        Of which all rows are taken.
    ids : mapping of str to set of str
        Changed rows by kind; what refers to one of them is taken, too.
    further : mapping of str to set of str
        Ids of other results, cohorts and studies to be taken.

    Returns
    -------
    Evidence or None
        None where a rule is broken, or the part is too large to be of use.
    """
    rows = _rows(tables, studies, ids, further)
    if len(rows["results"]) > _MOST_ROWS:
        return None
    sheets = {
        name: parse_sheet(tables[name].text(found[place] for place in sorted(found)), TABLES[name])
        for name, found in rows.items()
        if TABLES[name].file in tables.content
    }
    broken = any(sheet.problems for sheet in sheets.values()) or any(check(sheets).values())
    return None if broken else build_evidence(sheets)


def _rows(
    tables: Tables, studies: Collection[str], ids: Mapping[str, set[str]], further: Mapping[str, set[str]]
) -> dict[str, dict[int, Record]]:
    """Rows of the part by table, each with all it refers to, and what refers to one that is gone."""
    results = _results(tables, studies, ids, ids["result"] | ids["curve"] | further["result"])
    named = {
        name: tables.column("results", results.values(), name)
        for name in ("study_id", "cohort_id", "comparator_id", "source_id", "result_id")
    }
    groups = ids["cohort"] | further["cohort"] | named["cohort_id"] | named["comparator_id"]
    cohorts = _cohorts(tables, studies, ids["cohort"], groups)
    all_studies = {*studies, *ids["study"], *further["study"], *named["study_id"]}
    all_studies |= tables.column("cohorts", cohorts.values(), "study_id")
    ongoing = tables["ongoing"].all()
    sources = named["source_id"] | ids["source"] | tables.column("ongoing", ongoing.values(), "source_id")
    points = named["result_id"] | ids["curve"]
    return {
        "sources": tables["sources"].find("source_id", sources),
        "studies": tables["studies"].find("study_id", all_studies),
        "cohorts": cohorts,
        "outcomes": tables["outcomes"].all(),
        "results": results,
        "ongoing": ongoing,
        "curves": tables["curves"].find("result_id", points),
        "at_risk": tables["at_risk"].find("result_id", points),
    }


def _results(
    tables: Tables, studies: Collection[str], ids: Mapping[str, set[str]], wanted: set[str]
) -> dict[int, Record]:
    """Result rows of the studies and others, with all they are derived from."""
    lines = tables["results"]
    found = {**lines.find("study_id", studies), **lines.naming("derived_from", ids["result"])}
    for column in ("cohort_id", "comparator_id"):
        found |= lines.find(column, ids["cohort"])
    while wanted:
        found |= lines.find("result_id", wanted)
        known = tables.column("results", found.values(), "result_id") | wanted
        cells = tables.column("results", found.values(), "derived_from")
        wanted = {name for cell in cells for name in ids_in(cell)} - known
    return found


def _cohorts(
    tables: Tables, studies: Collection[str], changed: Collection[str], wanted: set[str]
) -> dict[int, Record]:
    """Cohorts of the studies and others, with all that contain them."""
    lines = tables["cohorts"]
    found = {**lines.find("study_id", studies), **lines.find("part_of", changed)}
    while wanted:
        found |= lines.find("cohort_id", wanted)
        known = tables.column("cohorts", found.values(), "cohort_id") | wanted
        wanted = tables.column("cohorts", found.values(), "part_of") - known
    return found
