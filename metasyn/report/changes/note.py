"""The release note of a version in Markdown, with what PRISMA-LSR asks of a living review.

The items are those of Akl EA, Khabsa J, Iannizzi C, et al. Extension of the PRISMA 2020 statement for living
systematic reviews (PRISMA-LSR). BMJ 2024;387:e079183. https://doi.org/10.1136/bmj-2024-079183
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from metasyn.changes.model import AnalysisChange, EvidenceChange, OptionEdit, OutcomeChange
from metasyn.changes.options import asks_otherwise, works_otherwise
from metasyn.changes.renamed import only_renamed
from metasyn.evidence.table_changes import RowEdit
from metasyn.report.changes.further import groupings_tables, renamed_sentence
from metasyn.report.changes.numbers import (
    moved_weights,
    orders_sentence,
    shares_rule,
    still_sentence,
    weight_sentence,
)
from metasyn.report.changes.tables import flow_table, results_table, rows_table, shares_table
from metasyn.report.changes.words import (
    cause_titles,
    claim_sentence,
    full_sentence,
    groups_sentence,
    idle_sentence,
    option_sentence,
    remarks_on,
    software_sentence,
    state_name,
    trigger_words,
)
from metasyn.report.phrases import capital
from metasyn.tables.model import ReportTable
from metasyn.tables.words import counted
from metasyn.wording import legible

__all__ = ["LIVING_ITEMS", "change_note", "living_lines", "markdown_text", "study_sentences"]

LIVING_ITEMS: Mapping[str, str] = {
    "status": "Status of the review",
    "search_schedule": "Schedule of the search",
    "other_schedules": "Schedules of the other steps",
    "update_rule": "When a new version is made",
    "retirement": "Retirement from the living mode",
}
"""What is told about the living mode: key of `data/living.toml` -> name of the item."""

_UNSAID = "not stated"
_NO_RETIREMENT = "no plan is stated"
_ASKED = ("search_schedule", "other_schedules", "retirement")
# What Markdown would read as a mark; an underscore inside a word is none.
_MARKS = re.compile(r"[\\`*\[\]|~]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_AT_START = re.compile(r"^(?:(?=[#>+=-])|(\d+)(?=[.)]\s))")


def change_note(
    change: EvidenceChange,
    *,
    date: str = "",
    trigger: str = "",
    living: Mapping[str, str] | None = None,
    flow: ReportTable | None = None,
    level: int = 1,
) -> str:
    """The release note of the newer state.

    Parameters
    ----------
    change : EvidenceChange
    date : str
        Of the release, as it is to be printed.
    trigger : str
        What led to the version; by default formed from the changes.
    living : mapping of str to str, optional
        Key of `LIVING_ITEMS` -> text.
    flow : ReportTable, optional
        What `evidence_flow` gives for the two states.
    level : int
        Of the first heading; 2 for an entry of a changelog.

    Returns
    -------
    str
        Markdown with tables as GitHub reads them, and a final newline. The first line is the heading:
        the version, or the name of the newer state, and the date.

    Examples
    --------
    >>> empty = EvidenceChange(old="1.0.0", new="now", old_version="1.0.0", new_version="1.0.1")
    >>> print(change_note(empty, date="2026-11-21", level=2).splitlines()[0])
    ## 1.0.1 (2026-11-21)
    """
    told = [one for one in change.analyses if one.kind != "unchanged"]
    head = "#" * level
    sections = (
        ("Objectives and eligibility", _declared(told, asks_otherwise, _new_and_gone(told))),
        ("Methods", _declared(told, works_otherwise, _software(change))),
        ("Results", _results(change, told, f"{head}##")),
        ("Flow of studies", _flow(change, flow)),
        ("Living mode", living_lines(living or {})),
    )
    lines = [f"{head} {_heading(change, date)}", "", *_opening(change, trigger, living or {})]
    for title, content in sections:
        lines += ["", f"{head}# {title}", "", *content]
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def study_sentences(rows: Sequence[RowEdit]) -> tuple[str, ...]:
    """Which studies are new or gone, and which have new data: the changes of results that PRISMA-LSR names.

    Parameters
    ----------
    rows : sequence of RowEdit
        All changed rows.

    Returns
    -------
    tuple of str
        Sentences; one that says so where nothing of it happened. What was only renamed is no news.

    Examples
    --------
    >>> study_sentences([RowEdit(key="study:AX", kind="removed")])
    ('Studies no longer included: AX.',)
    """
    renamed = only_renamed(rows)
    rows = [row for row in rows if row.key not in renamed]
    studies = {kind: _ids(rows, "study:", kind) for kind in ("added", "removed")}
    figures = [row for row in rows if ":" not in row.key]
    of_new = [row for row in figures if row.kind == "added" and _study(row) in studies["added"]]
    of_gone = [row for row in figures if row.kind == "removed" and _study(row) in studies["removed"]]
    later = {
        "added": len([row for row in figures if row.kind == "added" and row not in of_new]),
        "corrected": len([row for row in figures if row.kind == "corrected"]),
        "removed": len([row for row in figures if row.kind == "removed" and row not in of_gone]),
    }
    found = [f"{counted(number, 'figure')} {what}" for what, number in later.items() if number]
    sentences = (
        f"Studies newly included: {', '.join(studies['added'])}." if studies["added"] else "",
        f"Studies no longer included: {', '.join(studies['removed'])}." if studies["removed"] else "",
        f"Of studies already included: {', '.join(found)}." if found else "",
    )
    return tuple(filter(None, sentences)) or ("No study and no reported figure changed.",)


def _ids(rows: Sequence[RowEdit], prefix: str, kind: str) -> list[str]:
    return [row.key.removeprefix(prefix) for row in rows if row.key.startswith(prefix) and row.kind == kind]


def _study(row: RowEdit) -> str:
    return next((cell.new or cell.old for cell in row.cells if cell.column == "study_id"), "")


def _heading(change: EvidenceChange, date: str) -> str:
    old, new = (
        state_name(change.old, change.old_version),
        state_name(change.new, change.new_version),
    )
    name = change.new_version or f"Changes from {markdown_text(old)} to {markdown_text(new)}"
    return f"{name} ({date})" if date else name


def _opening(change: EvidenceChange, trigger: str, living: Mapping[str, str]) -> Iterator[str]:
    """Version, preceding version, trigger, status."""
    yield f"- Version of the evidence: {markdown_text(change.new_version or change.new)}"
    yield f"- Preceding version: {markdown_text(change.old_version or change.old)}"
    yield f"- What triggered this version: {markdown_text(trigger or trigger_words(change))}"
    if living.get("status"):
        yield f"- {LIVING_ITEMS['status']}: {markdown_text(living['status'])}"


def _new_and_gone(analyses: Sequence[AnalysisChange]) -> list[str]:
    """Analyses that came or went: questions that are new or no longer asked."""
    words = {"added": "new question", "removed": "no longer asked"}
    return [f"- {_named(one)}: {words[one.kind]}" for one in analyses if one.kind in words]


def _software(change: EvidenceChange) -> list[str]:
    return [f"- Software: {markdown_text(software_sentence(change.software))}"] if change.software else []


def _declared(
    analyses: Sequence[AnalysisChange], belongs: Callable[[OptionEdit], bool], further: Sequence[str]
) -> list[str]:
    """What scripts declare otherwise, of one kind; that nothing changed where nothing did."""
    lines = list(further)
    for analysis in analyses:
        edits = [edit for edit in analysis.options if belongs(edit)]
        lines += [f"- {_named(analysis)}: {markdown_text(option_sentence(edit))}" for edit in edits]
    return lines or ["No changes."]


def _named(analysis: AnalysisChange) -> str:
    return markdown_text(analysis.title or analysis.name)


def _results(change: EvidenceChange, told: Sequence[AnalysisChange], head: str) -> Iterator[str]:
    """Studies, rows, then each analysis."""
    for sentence in study_sentences(change.rows):
        yield f"- {markdown_text(sentence)}"
    if change.rows:
        yield ""
        yield from _table(rows_table(change.rows))
    if renamed := renamed_sentence(change.rows):
        yield ""
        yield markdown_text(renamed)
    titles = cause_titles(change.analyses)
    for analysis in told:
        yield ""
        yield f"{head} {_named(analysis)}"
        yield ""
        yield from _analysis(analysis, titles)
    same = [one for one in change.analyses if one.kind == "unchanged"]
    if same:
        yield ""
        yield f"Unchanged: {'; '.join(map(_named, same))}."
    for one in same:
        if told_of := " ".join(filter(None, (full_sentence(one.remark), idle_sentence(one)))):
            yield ""
            yield f"{_named(one)}: {markdown_text(told_of)}"


def _analysis(analysis: AnalysisChange, titles: Mapping[str, str]) -> Iterator[str]:
    if analysis.remark:
        lead = "cannot be compared: " if analysis.kind == "not comparable" else ""
        yield markdown_text(full_sentence(f"{lead}{analysis.remark}"))
        yield ""
    moved = [one for one in analysis.outcomes if one.changed]
    for outcome in moved:
        yield from _outcome(outcome)
    still = [still_sentence(one) for one in analysis.outcomes if one not in moved]
    if still:
        yield f"Unchanged: {markdown_text('; '.join(still))}."
        yield ""
    for one in (one for one in analysis.outcomes if one.groups and one not in moved):
        yield markdown_text(f"{capital(one.label)}: {groups_sentence(one)}")
        yield ""
        yield from _groups(one)
    if idle := idle_sentence(analysis):
        yield markdown_text(idle)
        yield ""
    if analysis.claims:
        yield "Sentences whose truth differs:" if any(c.flipped for c in analysis.claims) else "Sentences:"
        yield ""
        yield from (f"- {markdown_text(claim_sentence(claim, titles))}." for claim in analysis.claims)


def _outcome(outcome: OutcomeChange) -> Iterator[str]:
    gone = " (new)" if outcome.before is None else " (no longer asked for)" if outcome.after is None else ""
    yield f"**{markdown_text(capital(outcome.label))}**{gone}"
    yield ""
    yield from _table(results_table(outcome))
    yield ""
    shares = shares_table(outcome)
    if shares is not None and len(outcome.causes) > 1:
        yield from _table(shares)
        yield ""
        yield markdown_text(f"{shares_rule(outcome)} {orders_sentence(outcome)}".strip())
        yield ""
    elif outcome.causes:
        yield f"Cause: {markdown_text('; '.join(cause.title for cause in outcome.causes))}."
        yield ""
    weights = [weight_sentence(one) for one in moved_weights(outcome)]
    if weights and outcome.before and outcome.after:
        yield f"Weights that moved most: {markdown_text('; '.join(weights))}."
        yield ""
    if outcome.groups:
        yield markdown_text(groups_sentence(outcome))
        yield ""
        yield from _groups(outcome)
    for remark in remarks_on(outcome):
        yield markdown_text(remark)
        yield ""


def _groups(outcome: OutcomeChange) -> Iterator[str]:
    """The groups that differ, before and after."""
    for table in groupings_tables(outcome):
        yield from _table(table)
        yield ""
        for note in table.notes:
            yield markdown_text(note)
            yield ""


def _flow(change: EvidenceChange, evidence: ReportTable | None) -> Iterator[str]:
    """How many studies and figures, then estimates, there were, came, went and are there."""
    if evidence is not None:
        yield from _table(evidence)
        yield ""
    table = flow_table(change.analyses)
    if not len(table):
        yield "No synthesis was compared."
        return
    yield from _table(table)
    yield ""
    yield from table.notes


def living_lines(living: Mapping[str, str]) -> Iterator[str]:
    """The items of the living mode as a list; those that are asked for also where nothing is stated."""
    for key, name in LIVING_ITEMS.items():
        text = living.get(key, "")
        if key == "status" or not (text or key in _ASKED):
            continue
        unsaid = _NO_RETIREMENT if key == "retirement" else _UNSAID
        yield f"- {name}: {markdown_text(text) if text else unsaid}"


def _table(table: ReportTable) -> Iterator[str]:
    """A table as GitHub reads it."""
    sides = {"left": ":--", "right": "--:", "center": ":-:"}
    yield _cells([column.header for column in table.columns])
    yield f"| {' | '.join(sides[column.align] for column in table.columns)} |"
    yield from (_cells(row) for row in table.rows)


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_unmarked(cell) for cell in cells)} |"


def markdown_text(text: str) -> str:
    """Foreign text on one line, none of it read as a mark.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> print(markdown_text("# A_B *and* <b> ci_low 0.5"))
    \\# A_B \\*and\\* \\<b> ci_low 0.5
    """
    return _AT_START.sub(r"\1\\", _unmarked(text))


def _unmarked(text: str) -> str:
    """The same where no mark of the beginning of a line can be meant."""
    return _MARKS.sub(r"\\\g<0>", legible(" ".join(text.split())))
