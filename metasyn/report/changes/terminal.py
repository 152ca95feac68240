"""A comparison as plain text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from metasyn.changes.model import (
    AnalysisChange,
    ClaimChange,
    EvidenceChange,
    OutcomeChange,
    Quantity,
)
from metasyn.evidence.table_changes import RowEdit
from metasyn.report.changes.further import groupings_tables, renamed_sentence
from metasyn.report.changes.numbers import (
    method_text,
    moved_weights,
    orders_sentence,
    shares_rule,
    still_sentence,
    weight_sentence,
)
from metasyn.report.changes.tables import results_table, shares_table
from metasyn.report.changes.words import (
    ARROW,
    cause_titles,
    claim_sentence,
    counts_of_rows,
    full_sentence,
    groups_sentence,
    idle_sentence,
    option_sentence,
    remarks_on,
    row_place,
    row_says,
    software_sentence,
    state_name,
)
from metasyn.report.phrases import capital
from metasyn.tables.model import ReportTable
from metasyn.wording import legible, whole

__all__ = ["change_plain"]

_NARROW: tuple[Quantity, ...] = ("estimate", "ci_low", "ci_high", "tau2", "I2")
_WIDE: tuple[Quantity, ...] = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "I2")
_WIDE_FROM = 100
_TITLE_LEAST = 26
_MOST_ROWS = 12


def change_plain(change: EvidenceChange, *, width: int = 80, every_row: bool = False) -> str:
    """A comparison to be read on a terminal.

    Parameters
    ----------
    change : EvidenceChange
    width : int
        Columns of the terminal; below 60 as for 60. From 100 on the shares of the prediction interval
        are shown, too.
    every_row : bool
        Whether all changed rows of a table are listed; else the first 12 and how many more.

    Returns
    -------
    str
        Without a line end at its end. One line where nothing changed.

    Examples
    --------
    >>> print(change_plain(EvidenceChange(old="HEAD", new="the working folder")))
    Nothing changed from HEAD to the working folder.
    """
    names = (state_name(change.old, change.old_version), state_name(change.new, change.new_version))
    told = [one for one in change.analyses if one.kind != "unchanged"]
    if not (told or change.rows):
        since = f"since {names[0]}" if names[0] == names[1] else f"from {names[0]} to {names[1]}"
        return "\n".join(map(legible, _nothing(change, since, max(width, 60))))
    width = max(width, 60)
    lines = [f"{names[0]} {ARROW} {names[1]}", ""]
    lines += _rows(change.rows, width, every_row)
    if change.software:
        lines += [*_wrapped(f"Software: {software_sentence(change.software)}.", width), ""]
    titles = cause_titles(change.analyses)
    for analysis in told:
        lines += _analysis(analysis, titles, width)
    lines += _explained(told, width)
    lines += _unchanged([one for one in change.analyses if one.kind == "unchanged"], width)
    return "\n".join(legible(line).rstrip() for line in lines).rstrip("\n")


def _nothing(change: EvidenceChange, since: str, width: int) -> Iterator[str]:
    """That nothing changed, in one line unless there is a remark on the comparison itself."""
    yield f"Nothing changed {since}."
    if change.software:
        versions = software_sentence(change.software)
        yield from _wrapped(f"Other versions of software give the same results: {versions}.", width)
    yield from _remarked(change.analyses, width)


def _explained(analyses: Sequence[AnalysisChange], width: int) -> Iterator[str]:
    """How the shares are to be read, each rule once."""
    shared = [one for analysis in analyses for one in analysis.outcomes if shares_table(one) is not None]
    exact = [one for one in shared if one.attribution != "sampled"]
    orders = [orders_sentence(one) for one in exact]
    if len(exact) < len(shared):
        orders = [f"Where nothing else is said, {text[:1].lower()}{text[1:]}" for text in orders if text]
    rules = dict.fromkeys(filter(None, (*map(shares_rule, shared), *orders)))
    if rules:
        yield from _wrapped(" ".join(rules), width, later="")
        yield ""


def _unchanged(analyses: Sequence[AnalysisChange], width: int) -> Iterator[str]:
    """Analyses without any change, and what there is to say of them nevertheless."""
    if not analyses:
        return
    noun = "analysis is" if len(analyses) == 1 else "analyses are"
    names = ", ".join(one.name for one in analyses)
    yield from _wrapped(f"{whole(len(analyses))} {noun} unchanged: {names}.", width)
    yield from _remarked(analyses, width)


def _remarked(analyses: Sequence[AnalysisChange], width: int) -> Iterator[str]:
    """How an analysis was compared, and changed rows that change nothing of it."""
    for one in analyses:
        told = " ".join(filter(None, (full_sentence(one.remark), idle_sentence(one))))
        if told:
            yield from _wrapped(f"{one.name}: {told}", width, first="  ", later="    ")


def _rows(rows: Sequence[RowEdit], width: int, every_row: bool) -> Iterator[str]:
    """The changed rows, table by table."""
    if not rows:
        return
    yield f"In the tables: {counts_of_rows(rows)}."
    for file, found in groupby(rows, key=lambda row: row_place(row)[0]):
        of_file = list(found)
        shown = of_file if every_row else of_file[:_MOST_ROWS]
        yield f"  {file}"
        for row in shown:
            says = row_says(row)
            line = row_place(row)[1] + (f": {says}" if says else "")
            yield from _wrapped(line, width, first=f"    {row.kind:<9}  ", later=" " * 17)
        if len(shown) < len(of_file):
            yield f"    and {whole(len(of_file) - len(shown))} more; --all lists them"
    if renamed := renamed_sentence(rows):
        yield from _wrapped(renamed, width, first="  ", later="    ")
    yield ""


def _analysis(analysis: AnalysisChange, titles: dict[str, str], width: int) -> Iterator[str]:
    """What is declared otherwise, the outcomes, the sentences."""
    yield from _wrapped(f"{analysis.name}: {analysis.title}", width)
    if analysis.kind in ("added", "removed"):
        verb = "is new" if analysis.kind == "added" else "is gone"
        yield f"  This analysis {verb}."
    if analysis.kind == "not comparable":
        yield from _wrapped(
            f"Cannot be compared: {analysis.remark.rstrip('.')}.", width, first="  ", later="    "
        )
    elif analysis.remark:
        yield from _wrapped(full_sentence(analysis.remark), width, first="  ", later="    ")
    for edit in analysis.options:
        yield from _wrapped(f"declared: {option_sentence(edit)}", width, first="  ", later="    ")
    if idle := idle_sentence(analysis):
        yield from _wrapped(idle, width, first="  ", later="    ")
    yield ""
    moved = [one for one in analysis.outcomes if one.changed]
    for outcome in moved:
        yield from _outcome(outcome, width)
    still = [still_sentence(one) for one in analysis.outcomes if one not in moved]
    if still:
        yield from _wrapped(f"Unchanged: {'; '.join(still)}.", width, first="  ", later="    ")
        grouped = [one for one in analysis.outcomes if one.groups and one not in moved]
        for one in grouped:
            told_of = f"{capital(one.label)}: {groups_sentence(one)}"
            yield from _wrapped(told_of, width, first="  ", later="    ")
            yield from _groups(one, width)
        yield ""
    yield from _claims(analysis.claims, titles, width)


def _outcome(outcome: OutcomeChange, width: int) -> Iterator[str]:
    """One outcome before and after, and what did it."""
    yield from _wrapped(f"{capital(outcome.label)}{_new_or_gone(outcome)}", width, first="  ", later="    ")
    yield from _drawn(results_table(outcome, method=False), "    ")
    yield from _method(outcome, width)
    yield from _shares(outcome, width)
    if outcome.attribution == "sampled":
        yield from _wrapped(orders_sentence(outcome), width, first="    ", later="      ")
    weights = [weight_sentence(one) for one in moved_weights(outcome)]
    if weights and outcome.before and outcome.after:
        yield from _wrapped(f"Weights: {'; '.join(weights)}.", width, first="    ", later="      ")
    if outcome.groups:
        yield from _wrapped(groups_sentence(outcome), width, first="    ", later="      ")
        yield from _groups(outcome, width)
    for remark in remarks_on(outcome):
        yield from _wrapped(remark, width, first="    ", later="      ")
    yield ""


def _groups(outcome: OutcomeChange, width: int) -> Iterator[str]:
    """The groups that differ, a line for each."""
    for table in groupings_tables(outcome):
        yield f"      {table.columns[0].header}"
        for name, before, after in table.rows:
            told = before if before == after else f"{before} {ARROW} {after}"
            yield from _wrapped(f"{name}: {told}", width, first=" " * 8, later=" " * 12)
        for note in table.notes:
            yield from _wrapped(note, width, first=" " * 8, later=" " * 12)


def _method(outcome: OutcomeChange, width: int) -> list[str]:
    """How the headline was computed; before and after where that differs."""
    if outcome.before is None or outcome.after is None:
        told = method_text(outcome.after or outcome.before)
        return _wrapped(f"Method: {told}.", width, first="    ", later="      ")
    old, new = method_text(outcome.before), method_text(outcome.after)
    told = f"{new}, as before" if old == new else f"{old} {ARROW} {new}"
    return _wrapped(f"Method: {told}.", width, first="    ", later="      ")


def _shares(outcome: OutcomeChange, width: int) -> Iterator[str]:
    """One cause in a sentence; several as a table, numbers first."""
    if len(outcome.causes) == 1:
        yield from _wrapped(f"Cause: {outcome.causes[0].title}.", width, first="    ", later="      ")
    table = shares_table(outcome, quantities=_WIDE if width >= _WIDE_FROM else _NARROW)
    if table is not None and len(outcome.causes) > 1:
        yield "    What did it:"
        yield from _numbers_first(table, width)
    elif len(outcome.causes) > 1:
        for cause in outcome.causes:
            yield from _wrapped(f"Cause: {cause.title}.", width, first="    ", later="      ")


def _new_or_gone(outcome: OutcomeChange) -> str:
    if outcome.before is None:
        return " (new)"
    return " (no longer asked for)" if outcome.after is None else ""


def _claims(claims: Sequence[ClaimChange], titles: dict[str, str], width: int) -> Iterator[str]:
    """Sentences whose truth differs, or that came or went."""
    if not claims:
        return
    yield "  Sentences"
    for claim in claims:
        yield from _wrapped(f"{claim_sentence(claim, titles)}.", width, first="    ", later="      ")
    yield ""


def _drawn(table: ReportTable, indent: str) -> Iterator[str]:
    """A table with its columns as wide as they need."""
    heads = [column.header for column in table.columns]
    widths = [max(map(len, cells)) for cells in zip(heads, *table.rows, strict=True)]
    for row in (heads, *table.rows):
        cells = (f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True))
        yield indent + "   ".join(cells).rstrip()


def _numbers_first(table: ReportTable, width: int) -> Iterator[str]:
    """Numbers in narrow columns, then the cause, wrapped below itself."""
    heads = [_short(column.header) for column in table.columns][1:]
    widths = [max(map(len, cells)) for cells in zip(heads, *(row[1:] for row in table.rows), strict=True)]
    start = 6 + sum(size + 2 for size in widths)
    beside = width - start >= _TITLE_LEAST
    yield "      " + "  ".join(f"{head:>{size}}" for head, size in zip(heads, widths, strict=True))
    for row in table.rows:
        numbers = "  ".join(f"{cell:>{size}}" for cell, size in zip(row[1:], widths, strict=True))
        if beside:
            yield from _wrapped(row[0], width, first=f"      {numbers}  ", later=" " * start)
        else:
            yield f"      {numbers}"
            yield from _wrapped(row[0], width, first=" " * 10, later=" " * 10)


def _short(head: str) -> str:
    """The head of a bound without its level, which stands in the table above."""
    return re.sub(r"^[\d.]+% (?=[CP]I )", "", head).replace("points", "pts")


def _wrapped(text: str, width: int, *, first: str = "", later: str = "  ") -> list[str]:
    words = " ".join(text.split())
    return textwrap.wrap(
        words, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
    ) or [first]
