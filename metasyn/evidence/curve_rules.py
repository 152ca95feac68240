"""The rules that the points of a digitised curve must keep: `curves.csv` and `at_risk.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metasyn.evidence.problems import Problem, shown
from metasyn.evidence.sheets import Row, Sheet

__all__ = ["points_make_a_curve"]

_READ_TOO_HIGH = 1.5


def points_make_a_curve(sheet: Sheet, sheets: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Points belong to a row about a curve, follow each other in time, and are shares or numbers at risk."""
    if sheet.table.own_ids:
        return
    last: dict[str, Row] = {}
    for row in sheet.rows:
        name = row.text("result_id")
        for problem in (
            *_owner(row, sheets["results"].ids.get(name)),
            *_time(row),
            *_share(row),
            *_order(row, last.get(name), sheet.table.name == "at_risk"),
        ):
            if problem.column in sheet.header:
                yield problem
        if name and row.number("time") is not None:
            last[name] = row


def _owner(row: Row, owner: Row | None) -> Iterator[Problem]:
    """The row that a point belongs to is about a curve."""
    statistic = owner.text("statistic") if owner is not None else "curve"
    if statistic != "curve":
        message = (
            f"{shown(row.text('result_id'))} is a row about {statistic}: points belong to a row about curve"
        )
        yield Problem(code="not-a-curve", line=row.line, column="result_id", message=message)


def _time(row: Row) -> Iterator[Problem]:
    """A point has a time that is a number, not negative."""
    time = row.number("time")
    if "time" in row.values and (time is None or time < 0):
        message = f"{row.text('time')}: a time must be a number from 0 on"
        yield Problem(code="time-not-positive", line=row.line, column="time", message=message)


def _share(row: Row) -> Iterator[Problem]:
    """Survival lies between 0 and 1."""
    share = row.number("survival")
    if "survival" in row.values and (share is None or not 0 <= share <= 1):
        hint = "" if share is None else _share_hint(share)
        message = f"{row.text('survival')}: survival must be a proportion between 0 and 1{hint}"
        yield Problem(code="survival-outside-0-1", line=row.line, column="survival", message=message)


def _share_hint(share: float) -> str:
    """What may have been meant by a share above 1: a percentage, or a point read off a little too high."""
    if 1 < share <= _READ_TOO_HIGH:
        return "; a point read off a little too high is written 1"
    if 1 < share <= 100:
        return f"; write {share / 100:g} for {share:g}% (percent is for results.csv)"
    return ""


def _order(row: Row, before: Row | None, numbers: bool) -> Iterator[Problem]:
    """Times of one curve increase (a step has two points at one time), numbers at risk do not rise."""
    time, earlier = row.number("time"), before.number("time") if before is not None else None
    if before is None or time is None or earlier is None:
        return
    if time < earlier or (numbers and time == earlier):
        message = (
            f"{row.text('time')} comes after {before.text('time')} of line {before.line}: "
            "times of one curve must increase"
        )
        yield Problem(code="time-not-increasing", line=row.line, column="time", message=message)
    n, most = row.whole("at_risk"), before.whole("at_risk")
    if n is not None and most is not None and n > most:
        message = f"{n} are at risk after {most}: the number at risk cannot rise"
        yield Problem(code="at-risk-rises", line=row.line, column="at_risk", message=message)
