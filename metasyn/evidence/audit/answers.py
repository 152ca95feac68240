"""Answers to findings that stand in the data: `code: reason`, several separated by `|`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from metasyn.evidence.audit.entry import Entry, finding
from metasyn.evidence.audit.finding import CODES, AuditFinding
from metasyn.evidence.problems import did_you_mean, shown

__all__ = ["MARKED", "Answer", "answer_to", "answered", "read_answers"]

MARKED = "marked unusable"
"""How the reason of a row that is marked unusable begins where it answers a finding."""

_ANSWER = re.compile(r"\s*(?P<code>[A-Za-z0-9_-]+)\s*:\s*(?P<reason>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as written; `problem` says what is wrong with its form, and is empty if nothing is."""

    code: str
    reason: str
    problem: str = ""


def read_answers(text: str) -> tuple[Answer, ...]:
    """The answers in a cell of `accepted_because`.

    Parameters
    ----------
    text : str
        `code: reason`, several separated by `|`.

    Returns
    -------
    tuple of Answer
        With what is wrong where a code is unknown or a reason is missing.

    Examples
    --------
    >>> [answer.reason for answer in read_answers("n_conflict: 61 evaluable | wrong_level: misprint")]
    ['61 evaluable', 'misprint']
    >>> read_answers("n_conflit: 61 evaluable")[0].problem
    "'n_conflit' is not a code of the audit. Did you mean 'n_conflict'?"
    """
    return tuple(_answer(part) for part in text.split("|")) if text.strip() else ()


def _answer(part: str) -> Answer:
    match = _ANSWER.fullmatch(part)
    code, reason = (match["code"], match["reason"].strip()) if match is not None else ("", part.strip())
    if not code:
        problem = f"{shown(part)}: an answer is written 'code: reason', several separated by '|'"
    elif code not in CODES:
        problem = f"{shown(code)} is not a code of the audit.{did_you_mean(code, CODES)}"
    elif not reason:
        problem = f"{shown(code)} is answered without a reason"
    else:
        problem = ""
    return Answer(code=code, reason=reason, problem=problem)


def answer_to(code: str, text: str) -> str:
    """The reason given for accepting findings of a code, empty if there is none.

    Examples
    --------
    >>> answer_to("n_conflict", "percent_not_k_over_n: one untested | n_conflict: 61 evaluable")
    '61 evaluable'
    """
    for answer in read_answers(text):
        if answer.code == code and not answer.problem:
            return answer.reason
    return ""


def answered(findings: Iterable[AuditFinding], entries: Sequence[Entry]) -> Iterator[AuditFinding]:
    """Findings with what the data answer, and a finding for every answer that answers nothing.

    Parameters
    ----------
    findings : iterable of AuditFinding
    entries : sequence of Entry
        `accepted` holds the answers of a row, `unusable` the reason of one that is set aside.

    Yields
    ------
    AuditFinding
    """
    texts = {entry.row: entry.accepted for entry in entries if entry.accepted}
    unusable = {entry.row: entry.unusable for entry in entries if entry.unusable}
    met: set[tuple[str, str]] = set()
    for found in findings:
        met.update((row, found.code) for row in found.rows)
        yield _with_answer(found, texts, unusable)
    seen: set[str] = set()
    for entry in entries:
        if entry.accepted and entry.row not in seen:
            seen.add(entry.row)
            yield from _stale(entry, met)


def _with_answer(found: AuditFinding, texts: Mapping[str, str], unusable: Mapping[str, str]) -> AuditFinding:
    """A finding with the first answer that one of its rows gives to its code."""
    for row in found.rows:
        reason = answer_to(found.code, texts.get(row, ""))
        if reason:
            return replace(found, accepted=reason)
    marked = next((unusable[row] for row in found.rows if row in unusable), "")
    return replace(found, accepted=f"{MARKED}: {marked}") if marked else found


def _stale(entry: Entry, met: set[tuple[str, str]]) -> Iterator[AuditFinding]:
    """Answers of a row that cannot be read, or to which there is no finding."""
    for answer in read_answers(entry.accepted):
        problem = answer.problem
        if not problem and (entry.row, answer.code) not in met:
            problem = f"answers {answer.code}, of which there is no finding here: remove it"
        if problem:
            yield finding("stale_answer", "warning", f"accepted_because: {problem}", (entry,))
