"""From a row of the tables to the figure as printed: source, place, document, derivation, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metasyn.analysis.explain.model import Explanation
from metasyn.effects.model import Effect, RowRef
from metasyn.evidence.model import ReportedResult, Source
from metasyn.evidence.selection import Evidence

__all__ = ["NOT_PRINTED", "Archive", "Remark", "effect_figures", "figure_of_row"]

Fact = tuple[str, str]

NOT_PRINTED = "not printed as such"
# Findings that an effect states itself: its assumptions, its notes, its direction, its derivations.
_SAID_ELSEWHERE = frozenset(
    {
        *("assumption", "reading", "taken-from-elsewhere", "converted"),
        *("other-direction", "recovered-figure"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A finding about rows: what was found, the answer (empty while there is none), what would repair it."""

    code: str
    severity: str
    message: str
    rows: tuple[str, ...]
    answer: str = ""
    repairs: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Severity and whether it waits for an answer; a note does not."""
        if self.answer:
            return f"{self.severity}, answered"
        return self.severity if self.severity == "note" else f"{self.severity}, open"


class Archive:
    """Rows, sources and findings by id: what a figure is looked up in.

    Parameters
    ----------
    evidence : Evidence or None
        Without it only what an effect itself carries is known.
    sources : sequence of Source
    remarks : sequence of Remark
    """

    def __init__(
        self, evidence: Evidence | None, sources: Sequence[Source] = (), remarks: Sequence[Remark] = ()
    ) -> None:
        self.evidence = evidence
        results = evidence.results if evidence is not None else ()
        self.rows = {row.result_id: row for row in results}
        self.sources = {one.source_id: one for one in sources}
        if evidence is not None:
            self.sources |= evidence.sources
        self.remarks: dict[str, list[Remark]] = {}
        for remark in remarks:
            for row in remark.rows:
                self.remarks.setdefault(row, []).append(remark)

    def of(self, effect: Effect) -> tuple[ReportedResult, ...]:
        """The reported figures an effect rests on."""
        return tuple(self.rows[one.result_id] for one in effect.rows if one.result_id in self.rows)

    def about(self, result_id: str) -> str:
        """What a figure is, in words: statistic, group or contrast, outcome."""
        row, evidence = self.rows.get(result_id), self.evidence
        if row is None or evidence is None:
            return ""
        names = [evidence.cohorts[i].label for i in (row.cohort_id, row.comparator_id) if i]
        outcome = evidence.outcomes[row.outcome].label
        study = evidence.studies[row.study_id].label
        more = [text for text in (row.definition, row.timepoint) if text]
        return ", ".join([f"{row.statistic}, {outcome}", study, " vs ".join(names), *more])


def effect_figures(effect: Effect, archive: Archive) -> tuple[Explanation, ...]:
    """The figures behind an effect, each with those it was derived from, then what the audit says of them.

    A figure that only serves to recover another stands below that one; one that was shown is not shown
    again in full.
    """
    behind = {i for row in archive.of(effect) for i in row.derived_from}
    top = [one for one in effect.rows if one.result_id not in behind] or list(effect.rows)
    seen: set[str] = set()
    return (
        *(_reference(one, archive, seen) for one in top),
        *_findings([one.result_id for one in effect.rows], archive, skipped=_SAID_ELSEWHERE),
    )


def figure_of_row(result_id: str, archive: Archive) -> Explanation:
    """One row: as printed, where, what it was derived from down to what is printed, and its findings."""
    made = _figure(result_id, archive, set(), ())
    return replace(made, parts=(*made.parts, *_findings([result_id], archive)))


def _figure(result_id: str, archive: Archive, seen: set[str], above: tuple[Fact, ...]) -> Explanation:
    """A figure and those behind it; facts that it shares with the one above are not repeated."""
    row = archive.rows[result_id]
    made = Explanation(
        kind="figure",
        title=archive.about(result_id),
        shown=row.as_printed or NOT_PRINTED,
        key=result_id,
        number=row.value,
    )
    if result_id in seen:
        return replace(made, title="as above")
    seen.add(result_id)
    facts = tuple((term, text) for term, text in _facts(row, archive) if text)
    behind = (i for i in row.derived_from if i in archive.rows)
    return replace(
        made,
        facts=tuple(fact for fact in facts if fact not in above),
        parts=tuple(_figure(i, archive, seen, facts) for i in behind),
    )


def _reference(reference: RowRef, archive: Archive, seen: set[str]) -> Explanation:
    """A figure from the tables, or from what the effect carries where the tables are not at hand."""
    if reference.result_id in archive.rows:
        return _figure(reference.result_id, archive, seen, ())
    facts = [("Recovered by", reference.derivation), ("Source", reference.citation)]
    facts += [("Place", reference.locator), *_document(archive.sources.get(reference.source_id))]
    return Explanation(
        kind="figure",
        title="",
        shown=reference.as_printed or NOT_PRINTED,
        key=reference.result_id,
        facts=tuple((term, text) for term, text in facts if text),
    )


def _facts(row: ReportedResult, archive: Archive) -> list[tuple[str, str]]:
    """What the tables say of one figure."""
    source = archive.sources.get(row.source_id)
    return [
        ("Recovered by", row.derivation if row.derived else ""),
        ("Source", source.citation if source else row.source_id),
        ("Place", row.locator),
        *_document(source),
        ("Not used", "" if row.usable else row.status_reason or "marked unusable"),
        ("Note", row.note),
    ]


def _document(source: Source | None) -> list[tuple[str, str]]:
    """Where the document is, and the hash of the copy that was read."""
    if source is None:
        return []
    doi = "" if not source.doi or source.doi in source.address else source.doi
    return [("DOI", doi), ("Document", source.address), ("SHA-256", source.sha256)]


def _findings(
    result_ids: Sequence[str], archive: Archive, *, skipped: frozenset[str] = frozenset()
) -> tuple[Explanation, ...]:
    """What the audit says of some rows, each finding once."""
    found = dict.fromkeys(remark for i in result_ids for remark in archive.remarks.get(i, ()))
    return tuple(
        Explanation(
            kind="finding",
            title=remark.state,
            shown=remark.message,
            key=remark.code,
            facts=tuple(
                (term, text)
                for term, text in (
                    ("Would repair it", "; ".join(remark.repairs)),
                    ("Answer", remark.answer),
                )
                if text
            ),
        )
        for remark in found
        if remark.code not in skipped
    )
