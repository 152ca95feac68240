"""Whether the figures of the tables stand in their source document, where their rows say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from metasyn.evidence.documents.document import DocumentText
from metasyn.evidence.documents.find import Figure, Occurrence, occurrences, read_figure
from metasyn.evidence.documents.layout import Span
from metasyn.evidence.documents.locators import Region, locate
from metasyn.evidence.documents.normal import normalise
from metasyn.evidence.model import OngoingTrial, ReportedResult
from metasyn.evidence.selection import Evidence

__all__ = [
    "FigureCheck",
    "Place",
    "Verdict",
    "check_trial",
    "check_result",
    "printed_results",
    "verify_source",
]

Verdict = Literal["found", "found elsewhere", "ambiguous", "not found", "not checked"]
Place = Literal["at the locator", "beside the locator", "elsewhere", "locator not understood", ""]

# A word of the row is near a figure within so many characters of plain text; its unit closer.
_NEAR, _UNIT_NEAR, _ROW_NEAR = 120, 15, 200
# In a longer stretch a short figure must have a word of its row nearby.
_SHORT_REGION = 1200
_WORDS_ELSEWHERE = 2
_TRIAL_NEAR = 800
_MANY = 1000
_STOP = frozenset(
    ("and", "the", "for", "with", "from", "than", "that", "all", "any", "not", "per", "line", "group", "arm",
     "study", "trial", "patients", "rate")
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCheck:
    """What became of looking for one figure.

    Attributes
    ----------
    row : str
        Id of its row: `result_id`, or the registry id of an ongoing trial.
    source_id, locator, as_printed : str
        As in the row.
    verdict : {'found', 'found elsewhere', 'ambiguous', 'not found', 'not checked'}
    manner : str
        `whole`, or `in parts` if only its numbers stand there in their order; empty if it was not found.
    place : str
        How the place agrees with the locator.
    where : str
        The place in words.
    offset : int or None
        The place in the text as it was read; the first character is 0.
    reason : str
        What is to be said beyond that.
    """

    row: str
    source_id: str
    locator: str
    as_printed: str
    verdict: Verdict
    manner: str = ""
    place: Place = ""
    where: str = ""
    offset: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Sight:
    """An occurrence, how it lies to the locator, and how many words of the row are near."""

    found: Occurrence
    at: bool
    beside: bool
    long: bool
    words: int

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        return (self.at, self.beside, self.found.manner == "whole", self.words)


def verify_source(evidence: Evidence, source_id: str, document: DocumentText) -> tuple[FigureCheck, ...]:
    """Look for every printed figure of a source in its document.

    Parameters
    ----------
    evidence : Evidence
    source_id : str
    document : DocumentText

    Returns
    -------
    tuple of FigureCheck
        One per row that is marked as printed, in table order, then one per ongoing trial.
    """
    rows = printed_results(evidence, source_id)
    trials = [trial for trial in evidence.ongoing if trial.source_id == source_id]
    regions = {
        locator: locate(document, locator)
        for locator in {*(row.locator for row in rows), *(trial.locator for trial in trials)}
    }
    return (
        *(check_result(evidence, row, document, regions=regions[row.locator]) for row in rows),
        *(check_trial(trial, document, regions=regions[trial.locator]) for trial in trials),
    )


def printed_results(evidence: Evidence, source_id: str) -> tuple[ReportedResult, ...]:
    """The figures of a source that are marked as printed: all that are not derived."""
    return tuple(row for row in evidence.results if row.source_id == source_id and not row.derived)


def check_result(
    evidence: Evidence,
    row: ReportedResult,
    document: DocumentText,
    *,
    regions: tuple[Region, ...] | None = None,
) -> FigureCheck:
    """Look for the figure of one row.

    Parameters
    ----------
    evidence : Evidence
        For the words of the row: labels of its outcome, study and cohorts.
    row : ReportedResult
    document : DocumentText
    regions : tuple of Region, optional
        What its locator names, if that is known already.

    Returns
    -------
    FigureCheck
        A short figure counts as found only at its locator, or where words of its row stand nearby. A
        figure whose row holds a number (value, limits, p) that neither it nor its surroundings show is
        not found.
    """
    figure = read_figure(row.as_printed, percent=row.unit == "percent")
    head = (row.result_id, row.source_id, row.locator, row.as_printed)
    if not figure.text:
        return _checked(head, "not checked", reason="the row has no figure as printed")
    if regions is None:
        regions = locate(document, row.locator)
    words = tuple(row_words(evidence, row))
    sights = _sights(document, figure, regions, words, row.unit)
    check = _judged(head, document, figure, sights, understood=bool(regions))
    if check.offset is None:
        return check
    missing = _missing(row, figure, document, check.offset)
    if missing:
        return _checked(
            head, "not found", reason=f"the row holds {missing}, which the document does not show there"
        )
    return check


def check_trial(
    trial: OngoingTrial, document: DocumentText, *, regions: tuple[Region, ...] | None = None
) -> FigureCheck:
    """Look for the registry id of an ongoing trial, and its number of participants behind it."""
    head = (trial.registry_id, trial.source_id, trial.locator, trial.registry_id)
    figure = read_figure(trial.registry_id)
    if regions is None:
        regions = locate(document, trial.locator)
    sights = _sights(document, figure, regions)
    check = _judged(head, document, figure, sights, understood=bool(regions))
    if trial.n is None or check.offset is None:
        return check
    start = document.plain.place(check.offset)
    known = {number.value for number in document.numbers if start <= number.start < start + _TRIAL_NEAR}
    if trial.n in known:
        return check
    return _checked(
        head, "not found", reason=f"the row holds n {trial.n}, which does not stand behind the id"
    )


def row_words(evidence: Evidence, row: ReportedResult) -> Iterator[str]:
    """Words that tell what a row is about, in plain form: its outcome, definition, cohorts and study."""
    labels = [row.outcome, row.definition]
    if row.outcome in evidence.outcomes:
        labels.append(evidence.outcomes[row.outcome].label)
    labels += [evidence.cohorts[c].label for c in (row.cohort_id, row.comparator_id) if c in evidence.cohorts]
    if row.study_id in evidence.studies:
        labels.append(evidence.studies[row.study_id].label)
    words = (word for label in labels for word in re.findall(r"[^\W_]+", normalise(label).text))
    for word in dict.fromkeys(words):
        if len(word) >= 2 and not word.isdigit() and word not in _STOP:
            yield word


def _sights(
    document: DocumentText,
    figure: Figure,
    regions: Iterable[Region],
    words: tuple[str, ...] = (),
    unit: str = "",
) -> list[_Sight]:
    """Every occurrence of a figure with what speaks for it; of very many, the first and those nearby."""
    plain = [(document.plain_span(region.span), document.plain_span(region.beside)) for region in regions]
    found = occurrences(document, figure)
    if len(found) > _MANY:
        near = [one for one in found if any(outer.touches(one.start, one.end) for _, outer in plain)]
        found = (*near[:_MANY], *found[:_MANY])
    return [_sight(document, one, plain, words, unit) for one in found]


def _sight(
    document: DocumentText,
    found: Occurrence,
    regions: Iterable[tuple[Span, Span]],
    words: tuple[str, ...],
    unit: str,
) -> _Sight:
    at = beside = False
    longest = 0
    for inner, outer in regions:
        if outer.touches(found.start, found.end):
            beside = True
            at = at or inner.touches(found.start, found.end)
            longest = max(longest, inner.end - inner.start)
    around = document.plain.text[max(found.start - _NEAR, 0) : found.end + _NEAR]
    near = sum(re.search(rf"\b{re.escape(word)}", around) is not None for word in words)
    behind = document.plain.text[found.start : found.end + _UNIT_NEAR]
    near += bool(unit and unit != "percent" and unit[:2] in behind)
    return _Sight(found, at, beside, longest > _SHORT_REGION, near)


def _judged(
    head: tuple[str, str, str, str],
    document: DocumentText,
    figure: Figure,
    sights: list[_Sight],
    *,
    understood: bool,
) -> FigureCheck:
    """The verdict on a figure from all its places."""
    if not sights:
        return _checked(head, "not found", reason="it stands nowhere in the document")
    telling = [sight for sight in sights if not figure.short or _tells(sight, understood)]
    if not telling:
        places = "1 place" if len(sights) == 1 else f"{len(sights)} places"
        if understood and not any(s.at or s.beside for s in sights):
            reason = f"not at its locator; as a bare figure it stands in {places} elsewhere"
            return _checked(head, "not found", reason=reason)
        reason = f"as a bare figure it stands in {places}, with no word of its row nearby"
        return _checked(head, "ambiguous", reason=reason)
    best = max(telling, key=lambda sight: sight.rank)
    offset = document.plain.origin[best.found.start]
    place: Place = (
        "at the locator" if best.at else "beside the locator" if best.beside
        else "elsewhere" if understood else "locator not understood"
    )  # fmt: skip
    return _checked(
        head,
        "found elsewhere" if place == "elsewhere" else "found",
        manner=best.found.manner,
        place=place,
        where=document.where(offset),
        offset=offset,
    )


def _tells(sight: _Sight, understood: bool) -> bool:
    """Whether the locator or the words around it speak for a figure that can stand anywhere by accident."""
    whole = sight.found.manner == "whole"
    if sight.at or sight.beside:
        return (sight.words >= 1 or not sight.long) if whole else sight.words >= _WORDS_ELSEWHERE
    return whole and sight.words >= (_WORDS_ELSEWHERE if understood else 1)


def _missing(row: ReportedResult, figure: Figure, document: DocumentText, offset: int) -> str:
    """Numbers of the row that neither the figure nor its surroundings show, in words; empty if none."""
    start = document.plain.place(offset)
    span = Span(start - _ROW_NEAR, start + len(figure.text) + _ROW_NEAR)
    known = {number.value for number in figure.numbers}
    known |= {number.value for number in document.worded if span.touches(number.start, number.end)}
    # A dash before a number may be a sign or not; only a negative number needs its own.
    known |= {abs(value) for value in known if value is not None}
    if re.search(r"\b(?:no|none|nobody)\b", figure.text):
        known.add(0.0)
    wanted = [("value", row.value)]
    if row.ci is not None:
        wanted += [("ci_low", row.ci.low), ("ci_high", row.ci.high)]
    if row.p is not None:
        wanted.append(("p", row.p.value))
    return ", ".join(
        f"{name} {number:g}" for name, number in wanted if number is not None and number not in known
    )


def _checked(
    head: tuple[str, str, str, str],
    verdict: Verdict,
    *,
    manner: str = "",
    place: Place = "",
    where: str = "",
    offset: int | None = None,
    reason: str = "",
) -> FigureCheck:
    row, source_id, locator, as_printed = head
    return FigureCheck(
        row=row,
        source_id=source_id,
        locator=locator,
        as_printed=as_printed,
        verdict=verdict,
        manner=manner,
        place=place,
        where=where,
        offset=offset,
        reason=reason,
    )
