"""One row of a data folder: its figures stand in the text that it copies from the source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from metasyn.evidence.audit.entry import TIMES, Entry, finding
from metasyn.evidence.audit.finding import AuditFinding, Repair
from metasyn.evidence.audit.printed import short
from metasyn.evidence.audit.printed_signs_checks import LEVELS
from metasyn.evidence.audit.printed_text_derived import (
    is_nothing,
    is_share_of,
    is_time_of,
    percentages_of,
    with_decimals,
)
from metasyn.evidence.documents.normal import normalise
from metasyn.evidence.documents.numbers import PlainNumber, numbers_in
from metasyn.evidence.model import ReportedResult
from metasyn.values import Severity

__all__ = ["figures_stand_in_text"]

_OF = re.compile(
    r"(?<![\d.])(\d+) ?(?:(?:patients|participants|pts)? ?(?:(?:out )?of|among)(?: all)?(?: the)?|/) ?(\d+)"
    r"(?![\d.])"
)
_P = re.compile(r"\bp(?:-?values?)?(?: \([^)]*\))? ?(?:[=<>≤≥]|was|of)+ ?$")
_NOT_P = re.compile(r"\bp[^;,()]*$")
# What stands before a number that is none of the figures, and after one.
_PLACE = re.compile(
    r"\b(?:fig(?:ure)?s?|tables?|pages?|pp?|refs?|references?|appendix|supplement|n ?=)[. ]*s?$"
)
_TIME = re.compile(r"[- ]?(?:mos?|months?|wks?|weeks?|yrs?|years?|days?)\b")
_POWER = re.compile(r"[\u00d7x*]\s*10(?!\d)")
_SHARES = frozenset({"percent", "survival", "RD", "I2"})
_LOGARITHM = re.compile(r"\b(?:log|ln)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A figure that a row says is printed."""

    column: str
    value: float


def figures_stand_in_text(
    results: Iterable[ReportedResult], entries: Sequence[Entry]
) -> Iterator[AuditFinding]:
    """Figures of a row that its own `as_printed` contradicts: another number stands in their place.

    Derived rows are left out: their figures are printed nowhere. A figure that the text does not hold is
    only found where a number of the text is left over that no figure of the row explains.
    """
    by_row = {entry.row: entry for entry in entries}
    for result in results:
        if result.as_printed and not result.derived and not _POWER.search(result.as_printed):
            found = _misprints(result, by_row[result.result_id])
            if found is not None:
                yield found


def _misprints(result: ReportedResult, entry: Entry) -> AuditFinding | None:
    """All figures of a row that the text does not hold, as one finding."""
    text = normalise(with_decimals(result.as_printed)).text
    printed = numbers_in(text, words=True)
    claims = _claims(result)
    if not claims or all(_stands(claim.value, printed, share=_is_share(result)) for claim in claims):
        return _of_counts(result, entry, text)
    shares = _shares_told(result, entry, printed, text)
    levels = [float(level) for level in LEVELS.findall(text)]
    ours = [number for number in printed if number.value is not None and not number.in_words]
    missing = [claim for claim in claims if not _is_told(claim, result, printed, shares, text)]
    if not missing or not ours:
        return _of_counts(result, entry, text)
    left = [
        number
        for number in ours
        if not _is_explained(number, result, claims, levels) and not _is_aside(number, result, text)
    ]
    places = _places(missing, left, text, result)
    missing = [claim for claim in missing if claim.column != "p" or claim.column in places]
    if not missing or (not places and not any(claim.column == "value" for claim in missing)):
        return _of_counts(result, entry, text)
    if any(claim.column == "value" and _follows(claim.value, ours) for claim in missing):
        places = {}
    return _finding(entry, result, missing, places)


def _claims(result: ReportedResult) -> list[_Claim]:
    """Value, bounds and p value of a row, those that are numbers."""
    ci = result.ci or result.open_ci
    told = (
        ("value", result.value),
        ("ci_low", ci.low if ci is not None else None),
        ("ci_high", ci.high if ci is not None else None),
        ("p", result.p.value if result.p is not None else None),
    )
    return [
        _Claim(column=column, value=value)
        for column, value in told
        if value is not None and math.isfinite(value)
    ]


def _stands(value: float, printed: Iterable[PlainNumber], *, share: bool = False) -> bool:
    """Whether a number of the text is the value, as it stands or as a percentage."""
    return any(
        math.isclose(abs(value), scale * abs(number.value), rel_tol=1e-9, abs_tol=1e-12)
        for number in printed
        if number.value is not None
        for scale in ((1.0, 100.0, 0.01) if share or number.percent else (1.0,))
    )


def _is_share(result: ReportedResult) -> bool:
    return result.unit == "percent" or result.statistic in _SHARES


def _is_told(
    claim: _Claim,
    result: ReportedResult,
    printed: Sequence[PlainNumber],
    shares: Sequence[float],
    text: str,
) -> bool:
    """Whether the text says a figure in another way: as counts, in words, less precisely, as a logarithm."""
    if _stands(claim.value, printed, share=_is_share(result)) or any(
        _rounds(claim.value, number) for number in printed
    ):
        return True
    if any(number.value is None for number in printed):
        return True
    if is_nothing(claim.value, text) or (
        claim.column != "p" and is_time_of(claim.value, result.unit, text, printed)
    ):
        return True
    if claim.column in ("value", "ci_low", "ci_high") and result.unit != "percent":
        logs = _LOGARITHM.search(text) is not None and claim.value > 0
        if logs and any(
            abs(math.log(claim.value) - (n.value or 0)) < 0.51 * 10.0 ** -_decimals(n) for n in printed
        ):
            return True
    return claim.column == "value" and is_share_of(claim.value, shares)


def _shares_told(
    result: ReportedResult, entry: Entry, printed: Sequence[PlainNumber], text: str
) -> list[float]:
    """The percentages that the numbers of a text give, alone or with the size of the group."""
    sizes = {n for n in (result.n, entry.size) if n}
    shares = [100 * int(k) / int(n) for k, n in _OF.findall(text) if int(n) > 0]
    if _is_share(result):
        shares += percentages_of(printed, sizes)
    if result.events is not None and result.n:
        own = 100 * result.events / result.n
        less_precise = any(n.percent and _rounds_to(own, n) for n in printed)
        shares += [own] * (less_precise or _stands(result.events, printed))
    return shares


def _rounds_to(value: float, number: PlainNumber) -> bool:
    """Whether a number of the text is the value, rounded."""
    return number.value is not None and abs(value - number.value) <= 0.5 * 10.0 ** -_decimals(number) * (
        1 + 1e-9
    )


def _rounds(value: float, number: PlainNumber) -> bool:
    """Whether the value is a number of the text with fewer digits."""
    if number.value is None or number.in_words:
        return False
    for decimals in range(_decimals(number)):
        unit = 10.0**-decimals
        if abs(round(value / unit) - value / unit) < 1e-6 and value:
            return abs(abs(value) - abs(number.value)) <= 0.5 * unit * (1 + 1e-9)
    return False


def _decimals(number: PlainNumber) -> int:
    return len(number.digits.partition(".")[2])


def _is_explained(
    number: PlainNumber, result: ReportedResult, claims: Sequence[_Claim], levels: Sequence[float]
) -> bool:
    """Whether a number of the text is a figure of the row, a level, or part of what the row is about."""
    counts = [float(k) for k in (result.events, result.n) if k is not None]
    value = number.value or 0.0
    if (
        value in levels
        or any(_stands(claim.value, (number,), share=_is_share(result)) for claim in claims)
        or value in counts
    ):
        return True
    about = normalise(" ".join((result.timepoint, result.definition, result.locator))).text
    return any(other.value == number.value for other in numbers_in(about))


def _is_aside(number: PlainNumber, result: ReportedResult, text: str) -> bool:
    """Whether a number is that of a figure, table or page, or a time in a row of something else."""
    if _PLACE.search(text[: number.start]):
        return True
    return result.unit not in TIMES and _TIME.match(text, number.end) is not None


def _follows(value: float, numbers: Sequence[PlainNumber]) -> bool:
    """Whether a value is the rest, the sum or the difference of what is printed: arithmetic, not a slip."""
    values = [number.value or 0.0 for number in numbers]
    rests = [whole - x for x in values for whole in (1.0, 100.0)]
    rests += [1 - x / 100 for x in values] + [1 + x / 100 for x in values]
    pairs = [f(a, b) for a, b in combinations(values[:8], 2) for f in (float.__add__, float.__sub__)]
    return any(math.isclose(abs(value), abs(x), rel_tol=1e-6) for x in (*rests, *pairs, sum(values)))


def _places(
    missing: Sequence[_Claim], left: Sequence[PlainNumber], text: str, result: ReportedResult
) -> Mapping[str, PlainNumber]:
    """Which number that is left over stands where a missing figure should."""
    of_p = [number for number in left if _P.search(text[: number.start])]
    others = [number for number in left if number not in of_p and not _NOT_P.search(text[: number.start])]
    found: dict[str, PlainNumber] = {}
    if of_p and any(claim.column == "p" for claim in missing):
        found["p"] = of_p[0]
    wanted = [claim for claim in missing if claim.column != "p"]
    percentages = [number for number in others if number.percent]
    if result.unit == "percent" and len(percentages) >= len(wanted):
        others = percentages
    if len(wanted) == len(others) or (wanted and wanted[0].column == "value"):
        found |= {claim.column: number for claim, number in zip(wanted, others, strict=False)}
    return found


def _finding(
    entry: Entry, result: ReportedResult, missing: Sequence[_Claim], places: Mapping[str, PlainNumber]
) -> AuditFinding:
    """What the row says and what the text says, with the printed number as the repair."""
    said = ", ".join(f"{claim.column} {short(claim.value)}" for claim in missing)
    value = any(claim.column == "value" for claim in missing)
    severity: Severity = "error" if value and "value" in places else "warning"
    if any(claim.column in ("ci_low", "ci_high") and claim.column in places for claim in missing):
        severity = "error"
    repairs = tuple(
        Repair(
            row=entry.row,
            column=claim.column,
            printed=short(claim.value),
            instead=places[claim.column].digits,
            changes=1,
        )
        for claim in missing
        if claim.column in places
    )
    message = f"{said}: not in what is printed, '{result.as_printed}'"
    return finding("not_as_printed", severity, message, (entry,), repairs=repairs)


def _of_counts(result: ReportedResult, entry: Entry, text: str) -> AuditFinding | None:
    """Counts of a row against the only `a of b` or `a/b` of its text."""
    pairs = {(int(k), int(n)) for k, n in _OF.findall(text)}
    numbers = numbers_in(text, words=True)
    if result.events is not None and not pairs:
        return _beside_percentage(result, entry, numbers, text)
    if result.events is None or len(pairs) != 1:
        return None
    k, n = pairs.pop()
    wrong = [
        (column, told, printed)
        for column, told, printed in (("events", result.events, k), ("n", result.n, n))
        if told is not None and told != printed and not _stands(float(told), numbers)
    ]
    if not wrong or k > n:
        return None
    said = ", ".join(f"{column} {told}" for column, told, _ in wrong)
    severity: Severity = "error" if wrong[0][0] == "events" else "warning"
    repairs = tuple(
        Repair(row=entry.row, column=column, printed=str(told), instead=str(printed), changes=1)
        for column, told, printed in wrong
    )
    message = f"{said}: not in what is printed, '{result.as_printed}'"
    return finding("not_as_printed", severity, message, (entry,), repairs=repairs)


def _beside_percentage(
    result: ReportedResult, entry: Entry, numbers: Sequence[PlainNumber], text: str
) -> AuditFinding | None:
    """Counts of a row without a value against the only percentage that its text has in their place."""
    levels = [float(level) for level in LEVELS.findall(text)]
    told = [number for number in numbers if number.percent and number.value not in levels]
    k, n = result.events, result.n
    if result.value is not None or len(told) != 1 or k is None or not n or k > n or _stands(k, numbers):
        return None
    share = 100 * k / n
    if _rounds_to(share, told[0]) or _rounds_to(100 - share, told[0]):
        return None
    message = f"events {k} of {n} are {short(share)}%: not what is printed, '{result.as_printed}'"
    return finding("not_as_printed", "warning", message, (entry,))
