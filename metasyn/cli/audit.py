"""What `metasyn check` looks at and finds: broken rules, and figures that cannot all be true."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metasyn.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from metasyn.evidence.audit import AuditFinding
    from metasyn.evidence.excel import Book
    from metasyn.evidence.intake import Intake
    from metasyn.evidence.selection import Evidence
    from metasyn.values import Finding

__all__ = ["Checked", "Shown", "checked_evidence", "checked_file", "checked_folder", "told"]


# Rules about one figure of one row that the audit checks too, and what it calls what they find.
_SAME = {
    "interval-excludes-estimate": ("point_outside_ci", "natural_for_log_scale"),
    "interval-reversed": ("point_outside_ci",),
    "events-exceed-n": ("events_v_patients",),
    "percent-outside-0-100, column value": ("percent_not_k_over_n",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a person asked to see: notes, answered findings, or all of it as JSON."""

    notes: bool = False
    answered: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """Everything found in one place.

    Attributes
    ----------
    place : str
        The file or folder, as it was named.
    found : tuple of AuditFinding
    broken : tuple of Finding
        Rules that are broken.
    contents : str
        How much was looked at; empty for a plain table.
    where : mapping of str to str
        Where the row of an id stands.
    call_by_place : bool
        Whether a person knows a row by its place and not by its id.
    remarks : tuple of Finding
        About how a file was read.
    """

    place: str
    found: tuple[AuditFinding, ...] = ()
    broken: tuple[Finding, ...] = ()
    contents: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    call_by_place: bool = False
    remarks: tuple[Finding, ...] = ()

    @property
    def twins(self) -> Mapping[int, AuditFinding]:
        """What the audit says about a broken rule, by the place of the rule in `broken`."""
        ids = {place: row for row, place in self.where.items()}
        told = {(found.code, found.rows): found for found in self.found}
        pairs: dict[int, AuditFinding] = {}
        for place, one in enumerate(self.broken):
            at, _, column = one.where.partition(", column ")
            codes = _SAME.get(one.code) or _SAME.get(f"{one.code}, column {column}", ())
            same = [told[key] for code in codes if (key := (code, (ids.get(at, ""),))) in told]
            if same:
                pairs[place] = same[0]
        return pairs

    @property
    def found_alone(self) -> tuple[AuditFinding, ...]:
        """What the audit finds that no broken rule says."""
        twins = {id(found) for found in self.twins.values()}
        return tuple(found for found in self.found if id(found) not in twins)

    @property
    def code(self) -> ExitCode:
        """The exit code: broken rules are bad input, an open error is a failed check."""
        if self.broken:
            return ExitCode.BAD_INPUT
        wrong = any(one.open and one.severity == "error" for one in self.found)
        return ExitCode.STALE_OR_FAILED_CHECK if wrong else ExitCode.OK


def checked_evidence(evidence: Evidence, place: str) -> Checked:
    """Tables that keep every rule."""
    from metasyn.evidence.audit import audit_evidence

    return Checked(
        place=place,
        found=audit_evidence(evidence),
        contents=_contents(evidence),
        where={row.result_id: f"results.csv line {row.line}" for row in evidence.results},
    )


def checked_folder(folder: Path, place: str, broken: Sequence[Finding]) -> Checked:
    """Tables of a folder that break rules; the audit looks at what can be read of them."""
    from metasyn.evidence.intake import read_intake

    intake = read_intake(folder) if folder.is_dir() else None
    return _despite_problems(intake, place, broken)


def checked_file(path: Path) -> Checked:
    """A plain table, or a workbook of plain or of evidence tables."""
    from metasyn.evidence.audit.table_file import (
        BOOK_ENDINGS,
        plain_tables_of,
        read_book_file,
        read_plain_tables,
    )

    if path.suffix.lower() not in BOOK_ENDINGS:
        return _plain(str(path), read_plain_tables(path))
    book = read_book_file(path)
    return _evidence_book(path) if _holds_evidence(book) else _plain(str(path), plain_tables_of(book))


def _holds_evidence(book: Book) -> bool:
    """Whether at least two sheets are called like evidence tables."""
    from metasyn.evidence.columns import TABLES

    names = {name for table in TABLES.values() for name in (table.name, Path(table.file).stem)}
    return sum(sheet.name.strip().lower() in names for sheet in book.sheets) >= 2


def _evidence_book(path: Path) -> Checked:
    """A workbook as `metasyn template` writes it."""
    from metasyn.evidence.intake import check_intake, read_intake
    from metasyn.evidence.records import build_evidence

    intake = read_intake(path)
    findings = check_intake(intake)
    broken = [one for one in findings if one.severity == "error"]
    remarks = tuple(one for one in findings if one.severity != "error")
    if broken:
        return replace(_despite_problems(intake, str(path), broken), remarks=remarks)
    done = checked_evidence(build_evidence(intake.sheets), str(path))
    return replace(done, where=_rows_of(intake), remarks=remarks)


def _despite_problems(intake: Intake | None, place: str, broken: Sequence[Finding]) -> Checked:
    """Broken rules, and what the audit finds in the rows that can be read."""
    from metasyn.evidence.audit import audit_evidence
    from metasyn.evidence.readable import readable_evidence
    from metasyn.evidence.rules import check

    nothing = Checked(place=place, broken=tuple(broken))
    if intake is None or not {"sources", "studies", "cohorts", "outcomes", "results"} <= set(intake.sheets):
        return nothing
    evidence = readable_evidence(intake.sheets, check(intake.sheets))
    where = _rows_of(intake)
    if evidence is None:
        return replace(nothing, where=where)
    # An answer may be to a finding about rows that are left out here.
    found = tuple(one for one in audit_evidence(evidence) if one.code != "stale_answer")
    rows = len(intake.sheets["results"].rows)
    contents = f"{len(evidence.results):,} of {rows:,} results could be audited"
    return replace(nothing, found=found, contents=contents, where=where)


def _rows_of(intake: Intake) -> dict[str, str]:
    """Where the row of every result stands."""
    from metasyn.evidence.problems import Problem

    placed = intake.tables["results"]
    return {
        name: placed.place.finding(Problem(code="", message="", line=row.line)).where
        for name, row in placed.sheet.ids.items()
    }


def _plain(place: str, tables: Sequence[Any]) -> Checked:
    """Every plain table of a file on its own; rows are called by their place."""
    from metasyn.errors import EvidenceError
    from metasyn.evidence.audit import audit_table
    from metasyn.evidence.audit.table_file import knows_a_column
    from metasyn.values import Finding

    found: list[AuditFinding] = []
    where: dict[str, str] = {}
    for number, table in enumerate(tables):
        if table.rows and not knows_a_column({name for row in table.rows for name in row}):
            message = "no column is one that the audit knows, such as n, events, percent, estimate, ci_low, p"
            raise EvidenceError([Finding(code="no-known-column", message=message, where=table.where)])
        prefix = f"{number + 1}." if len(tables) > 1 else ""
        where |= {f"{prefix}{row}": at for row, at in enumerate(table.places, start=1)}
        found.extend(_numbered(one, prefix) for one in audit_table(table.rows))
    rank = {"error": 0, "warning": 1, "note": 2}
    remarks = tuple(one for table in tables for one in table.remarks)
    found.sort(key=lambda one: rank[one.severity])
    return Checked(place=place, found=tuple(found), where=where, call_by_place=True, remarks=remarks)


def _numbered(found: AuditFinding, prefix: str) -> AuditFinding:
    """The finding of one sheet of several: `2.7` is row 7 of the second."""
    return replace(
        found,
        rows=tuple(prefix + row for row in found.rows),
        repairs=tuple(replace(repair, row=prefix + repair.row) for repair in found.repairs),
    )


def told(checked: Checked, shown: Shown) -> ExitCode:
    """Print what was found.

    Parameters
    ----------
    checked : Checked
    shown : Shown
        As JSON a list of all findings, broken rules first; else errors and warnings in full, and how many
        notes and answered findings there are.

    Returns
    -------
    ExitCode
    """
    from metasyn.cli.console import complain, say, say_json

    for remark in checked.remarks:
        complain(f"{remark.severity}: {remark}")
    if shown.as_json:
        say_json(json.dumps(list(_documents(checked)), ensure_ascii=False, indent=1))
        return checked.code
    say(_text(checked, shown))
    return checked.code


def _text(checked: Checked, shown: Shown) -> str:
    """Paragraphs for a person: what was looked at, what was found, how much."""
    from metasyn.cli.findings import broken_rules, counted_findings, listed_findings, terminal_width

    width = terminal_width()
    heads = [broken_rules(checked.broken, width=width)] if checked.broken else []
    if checked.contents:
        heads.append(f"{checked.place}: {checked.contents}")
    if checked.broken and not checked.contents:
        return "\n".join(heads)
    places = checked.where if checked.call_by_place else {}
    groups = [
        [one for one in checked.found_alone if one.open and one.severity == severity]
        for severity in ("error", "warning", *(["note"] if shown.notes else []))
    ]
    lists = [listed_findings(group, places, width=width) for group in groups if group]
    done = [one for one in checked.found if not one.open] if shown.answered else []
    if done:
        lists.append(listed_findings(done, places, width=width, answered=True))
    last = f"{checked.place}: {counted_findings(checked.found_alone)}{_more(checked, shown)}"
    return "\n\n".join(["\n".join(heads), *lists, last]).lstrip("\n") if lists else "\n".join([*heads, last])


def _more(checked: Checked, shown: Shown) -> str:
    """Which options list what was only counted."""
    notes = any(one.open and one.severity == "note" for one in checked.found) and not shown.notes
    answered = any(not one.open for one in checked.found) and not shown.answered
    options = [name for name, hidden in (("--notes", notes), ("--answered", answered)) if hidden]
    return f" ({' and '.join(options)} list{'s' * (len(options) == 1)} them)" if options else ""


def _documents(checked: Checked) -> Iterator[dict[str, Any]]:
    """Every finding as a document, broken rules first."""
    ids = {place: row for row, place in checked.where.items()}
    twins = checked.twins
    listed: set[int] = set()
    for place, one in enumerate(checked.broken):
        found = twins.get(place)
        if found is not None and id(found) not in listed:
            listed.add(id(found))
            told = _document(found, checked.where)
            yield {**told, "severity": "error", "where": one.where, "rule": one.code}
        if found is not None:
            continue
        row = ids.get(one.where.partition(", column ")[0], "")
        yield {
            "code": one.code,
            "severity": "error",
            "message": one.message,
            "rows": [{"row": row, "label": "", "where": checked.where[row]}] if row else [],
            "computed": {},
            "repairs": [],
            "accepted": "",
            "where": one.where,
            "rule": one.code,
        }
    for found in checked.found_alone:
        yield _document(found, checked.where)


def _document(found: AuditFinding, where: Mapping[str, str]) -> dict[str, Any]:
    """One finding of the audit, with where its rows stand."""
    document = found.to_dict()
    document["rows"] = [{**row, "where": where.get(row["row"], "")} for row in document["rows"]]
    return document


def _contents(evidence: Evidence) -> str:
    counts = (
        (len(evidence.results), "results"),
        (len(evidence.studies), "studies"),
        (len(evidence.cohorts), "cohorts"),
        (len(evidence.sources), "sources"),
        (len(evidence.ongoing), "ongoing trials"),
    )
    return f"no rule is broken in {', '.join(f'{n} {what}' for n, what in counts)}"
