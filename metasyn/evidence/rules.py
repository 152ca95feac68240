"""The rules that a row, or a table, must keep. A new rule is a function and a place in a tuple below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from metasyn.evidence.curve_rules import points_make_a_curve
from metasyn.evidence.problems import NearIds, Problem, shown
from metasyn.evidence.sheets import Row, Sheet

__all__ = ["ROW_RULES", "TABLE_RULES", "VALUE_RULES", "check"]

Sheets = Mapping[str, Sheet]

_RATIOS = ("HR", "OR", "RR")
_TIMES = ("days", "weeks", "months", "years")
_COUNTED = ("events", "n")
_FIGURES = ("value", "ci_low", "ci_high")


class Complaint(NamedTuple):
    """A broken rule of one row. A missing thing is complained of at the empty cell."""

    column: str
    code: str
    message: str


RowRule = Callable[[Row, Sheets], Iterator[Complaint]]
TableRule = Callable[[Sheet, Sheets], Iterator[Problem]]


def check(sheets: Sheets) -> Mapping[str, list[Problem]]:
    """Every broken rule of every table."""
    found: dict[str, list[Problem]] = {}
    for name, sheet in sheets.items():
        problems = found[name] = []
        for table_rule in TABLE_RULES:
            problems.extend(table_rule(sheet, sheets))
        for row in sheet.rows:
            for rule in _rules_for(name, row):
                for column, code, message in rule(row, sheets):
                    # A column that is missing altogether has been reported once.
                    if column in sheet.header:
                        problems.append(Problem(code=code, message=message, line=row.line, column=column))
    return found


def _rules_for(table: str, row: Row) -> tuple[RowRule, ...]:
    """The rules of the table; those on figures only where a result is to be used."""
    rules = ROW_RULES.get(table, ())
    if table == "results" and row.cells.get("status") in ("usable", ""):
        rules += VALUE_RULES
    return rules


# Rules on whole tables.


def ids_are_unique(sheet: Sheet, sheets: Sheets) -> Iterator[Problem]:
    """Every id stands in one row."""
    if not sheet.table.own_ids:
        return
    key = sheet.table.key
    for row in sheet.rows:
        name = row.text(key)
        first = sheet.ids[name].line
        if name and first != row.line:
            message = f"{shown(name)} is already the id of line {first}: ids must be unique"
            yield Problem(code="duplicate-id", line=row.line, column=key, message=message)


def ids_are_known(sheet: Sheet, sheets: Sheets) -> Iterator[Problem]:
    """Every id that a cell names stands in the table it refers to."""
    for column in sheet.table.columns:
        target = sheets.get(column.refers)
        if target is None or not target.complete or column.name not in sheet.header:
            continue
        code = "unknown-" + column.name.removesuffix("_id").replace("_", "-")
        near = NearIds(target.known)
        for row in sheet.rows:
            for name in row.names(column.name):
                if name not in target.known:
                    message = f"{shown(name)} is not an id of {target.table.file}.{near.to(name)}"
                    yield Problem(code=code, line=row.line, column=column.name, message=message)


def nothing_contains_itself(sheet: Sheet, sheets: Sheets) -> Iterator[Problem]:
    """No cohort is part of itself and no figure derived from itself, directly or through others."""
    for column in ("part_of", "derived_from"):
        if column not in sheet.header:
            continue
        parents = {name: row.names(column) for name, row in sheet.ids.items() if name}
        for path in _cycles(parents):
            row = sheet.ids[path[0]]
            message = f"{' → '.join((*path, path[0]))}: {column} must not lead back to its own row"
            yield Problem(
                code=f"{column.replace('_', '-')}-cycle", line=row.line, column=column, message=message
            )


def _cycles(parents: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """One closed path for every group of names that lead back to themselves."""
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        on_path: set[str] = set()
        branches = [iter((start,))]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                if path:
                    left = path.pop()
                    on_path.discard(left)
                    done.add(left)
            elif name in on_path:
                yield tuple(path[path.index(name) :])
            elif name not in done and name in parents:
                path.append(name)
                on_path.add(name)
                branches.append(iter(parents[name]))


# Rules on every row, usable or not: identity, provenance, and what belongs together.


def cohorts_belong_to_study(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """The cohort and its comparator are cohorts of the study of the row."""
    study, studies = row.text("study_id"), sheets["studies"]
    if not study or (studies.complete and study not in studies.known):
        return
    for column, who in (("cohort_id", "cohort"), ("comparator_id", "comparator")):
        cohort = sheets["cohorts"].ids.get(row.text(column)) if row.text(column) else None
        owner = cohort.text("study_id") if cohort else ""
        if owner and owner != study:
            message = f"{shown(row.text(column))} belongs to study {owner!r}, not to {study!r}"
            yield Complaint(column, f"{who}-of-another-study", f"{message}: a row is about one study")


def comparator_is_another_cohort(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A contrast compares two cohorts."""
    comparator = row.text("comparator_id")
    if comparator and comparator == row.text("cohort_id"):
        message = f"{shown(comparator)} is the cohort itself: a contrast compares two cohorts"
        yield Complaint("comparator_id", "comparator-is-cohort", message)


def p_has_its_side(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A p value and its sidedness come together; a row about a p value has one."""
    p, sided = row.text("p"), row.text("p_sided")
    if p and not sided:
        yield Complaint("p_sided", "p-without-side", f"empty while p is {p}: write one, two or not stated")
    if sided and not p:
        yield Complaint(
            "p", "side-without-p", f"empty while p_sided is {shown(sided)}: a side needs a p value"
        )
    elif row.text("statistic") == "p" and not p:
        yield Complaint("p", "p-missing", "empty while the statistic is p: the p value belongs here")


def counts_agree(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """The value of a row about events or n is the number in that column."""
    statistic = row.text("statistic")
    value = row.number("value")
    if statistic not in _COUNTED or value is None:
        return
    count = row.whole(statistic)
    if value < 0:
        message = f"{row.text('value')}: a count cannot be negative"
        yield Complaint("value", "negative-count", message)
    elif value != int(value):
        message = f"{row.text('value')}: the value of a row about {statistic} must be a whole number"
        yield Complaint("value", "count-not-whole", message)
    elif count is not None and count != value:
        message = (
            f"{row.text('value')} is not the {count} in column {statistic}: both must be the same number"
        )
        yield Complaint("value", "value-count-disagree", message)


def range_stands_as_printed(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A range is not a confidence interval: it stands in as_printed only."""
    if row.text("statistic") == "range":
        for column in ("ci_low", "ci_high"):
            if row.text(column):
                message = (
                    f"{shown(row.text(column))}: a range is not an interval; it stands in as_printed only"
                )
                yield Complaint(column, "range-as-interval", message)


def derivation_is_told(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A derived figure says how; any other is printed somewhere."""
    derived = row.text("derived") == "yes"
    told = row.text("derivation")
    if derived and not told:
        yield Complaint(
            "derivation", "derivation-missing", "empty while derived is yes: say how it was derived"
        )
    if derived or "derived" not in row.cells or row.text("derived") not in ("no", ""):
        return
    if not row.text("as_printed"):
        message = "empty: the figure exactly as printed is required, unless derived is yes"
        yield Complaint("as_printed", "required-cell-empty", message)
    for column in ("derivation", "derived_from"):
        if row.text(column):
            message = f"{shown(row.text(column))} while derived is not yes: a printed figure is not derived"
            yield Complaint(column, "derivation-of-printed", message)


def status_has_its_reason(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """An unusable row says why; a usable row has no such reason."""
    status, reason = row.text("status"), row.text("status_reason")
    if status == "unusable" and not reason:
        yield Complaint("status_reason", "reason-missing", "empty while status is unusable: say why")
    if status in ("usable", "") and reason and "status" in row.cells:
        message = f"{shown(reason)} on a usable row: mark it unusable, or move this to note"
        yield Complaint("status_reason", "reason-on-usable", message)


def answers_name_their_finding(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """An answer to a finding of the audit names its code and gives a reason."""
    text = row.text("accepted_because")
    if not text:
        return
    # Only here: nothing else of the rules needs the audit.
    from metasyn.evidence.audit.answers import read_answers

    for answer in read_answers(text):
        if answer.problem:
            code = "unknown-finding" if answer.code and answer.reason else "answer-unreadable"
            yield Complaint("accepted_because", code, answer.problem)


# Rules on figures, for usable rows: a source may print anything, an analysis may not use it.


def figure_is_there(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A row holds the figure it is about."""
    statistic = row.text("statistic")
    if row.text("value") or statistic in ("", "p", "range", "curve"):
        return
    if statistic in _COUNTED and row.text(statistic):
        return
    if statistic == "percent" and row.text("events") and row.text("n"):
        return
    message = f"empty while the statistic is {statistic}: write the figure, or NE where none is printed"
    yield Complaint("value", "value-missing", message)


def interval_is_whole(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """An interval has two bounds in order, and a level."""
    low, high = row.text("ci_low"), row.text("ci_high")
    for empty, column, given in ((not low and high, "ci_low", high), (not high and low, "ci_high", low)):
        if empty:
            message = f"empty while the other bound is {given}: an interval needs both (NE if not reached)"
            yield Complaint(column, "interval-one-bound", message)
    lower, upper = row.number("ci_low"), row.number("ci_high")
    if lower is not None and upper is not None and lower > upper:
        message = f"{low} is above ci_high {high}: the lower bound must not exceed the upper"
        yield Complaint("ci_low", "interval-reversed", message)
    level = row.text("ci_level")
    if not level and (lower is not None or upper is not None) and row.text("statistic") != "range":
        message = "empty while there is an interval: write its level as a proportion, such as 0.95"
        yield Complaint("ci_level", "level-missing", message)
    if level and not low and not high:
        message = f"empty while ci_level is {level}: a level needs its interval"
        yield Complaint("ci_low", "level-without-interval", message)


def interval_contains_estimate(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """The estimate lies within its interval."""
    value, low, high = (row.number(column) for column in _FIGURES)
    if value is None or (low is not None and high is not None and low > high):
        return
    for column, outside, word in (
        ("ci_low", low is not None and low > value, "above"),
        ("ci_high", high is not None and high < value, "below"),
    ):
        if outside:
            message = f"{row.text(column)} is {word} the estimate {row.text('value')}"
            yield Complaint(
                column, "interval-excludes-estimate", f"{message}: an interval must contain its estimate"
            )


def ratios_are_positive(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A ratio and its bounds are above 0."""
    statistic = row.text("statistic")
    if statistic in _RATIOS:
        for column in _FIGURES:
            number = row.number(column)
            if number is not None and number <= 0:
                hint = "; a logarithm? write the ratio itself" if number < 0 else ""
                message = f"{row.text(column)}: a ratio ({statistic}) must be above 0{hint}"
                yield Complaint(column, "ratio-not-positive", message)


def percents_are_percents(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A percentage, a share without the event, and their bounds lie between 0 and 100; I2 likewise."""
    if row.text("statistic") in ("percent", "survival", "I2"):
        for column in _FIGURES:
            number = row.number(column)
            if number is not None and not 0 <= number <= 100:
                message = f"{row.text(column)}: a percentage must lie between 0 and 100"
                yield Complaint(column, "percent-outside-0-100", message)


def events_fit_in_n(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """Events are participants with the event, so there are not more than participants."""
    events, n = row.whole("events"), row.whole("n")
    if events is not None and n is not None and events > n and row.text("unit") != "episodes":
        message = f"{events} is above n = {n}: participants with the event cannot outnumber participants"
        yield Complaint("events", "events-exceed-n", message)
    if n == 0 and row.text("statistic") != "n":
        yield Complaint("n", "n-is-zero", "0: a figure must be about at least one participant")


def p_is_a_probability(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A p value lies between 0 and 1."""
    printed = row.values.get("p")
    value = printed[0] if isinstance(printed, tuple) else None
    if isinstance(value, float) and not 0 <= value <= 1:
        yield Complaint("p", "p-outside-0-1", f"{row.text('p')}: a p value must lie between 0 and 1")


def units_fit(row: Row, sheets: Sheets) -> Iterator[Complaint]:
    """A percentage is in percent; a median time is in a unit of time, another median in some unit."""
    statistic, unit = row.text("statistic"), row.text("unit")
    if unit and "unit" not in row.values:
        return
    if statistic in ("percent", "survival") and unit != "percent":
        yield Complaint("unit", "percent-unit", f"{shown(unit)}: the unit of a percentage must be percent")
    if statistic == "curve" and unit not in _TIMES:
        message = f"{shown(unit)}: the unit of the times of a curve must be one of {', '.join(_TIMES)}"
        yield Complaint("unit", "curve-unit", message)
    if statistic == "median" and unit not in _TIMES:
        outcome = sheets["outcomes"].ids.get(row.text("outcome"))
        kind = outcome.text("kind") if outcome else ""
        if not unit or kind == "time-to-event":
            message = f"{shown(unit)}: the unit of a median time must be one of {', '.join(_TIMES)}"
            yield Complaint("unit", "median-unit", message)


TABLE_RULES: tuple[TableRule, ...] = (
    ids_are_unique,
    ids_are_known,
    nothing_contains_itself,
    points_make_a_curve,
)

ROW_RULES: Mapping[str, tuple[RowRule, ...]] = MappingProxyType(
    {
        "results": (
            cohorts_belong_to_study,
            comparator_is_another_cohort,
            p_has_its_side,
            counts_agree,
            range_stands_as_printed,
            derivation_is_told,
            status_has_its_reason,
            answers_name_their_finding,
        )
    }
)

VALUE_RULES: tuple[RowRule, ...] = (
    figure_is_there,
    interval_is_whole,
    interval_contains_estimate,
    ratios_are_positive,
    percents_are_percents,
    events_fit_in_n,
    p_is_a_probability,
    units_fit,
)
