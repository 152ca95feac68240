"""The figures of each source looked for in its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasyn.evidence.documents import FigureCheck, verify_source
from metasyn.evidence.model import ReportedResult, Source
from metasyn.evidence.selection import Evidence
from metasyn.workspace.extraction.documents import Library, read_documents

__all__ = ["SourceReport", "verify_documents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What became of one source.

    Attributes
    ----------
    source : Source
    name : str
        File of its document; empty if there is none.
    sha256 : str
        Of that file.
    problem : str
        Why it cannot be read.
    checks : tuple of FigureCheck
        One per printed figure; all `not checked` without a readable document.
    """

    source: Source
    name: str
    sha256: str
    problem: str
    checks: tuple[FigureCheck, ...]

    @property
    def same_hash(self) -> bool:
        """Whether the document is the one that is recorded."""
        return bool(self.sha256) and self.sha256 == self.source.sha256

    @property
    def changed(self) -> bool:
        """Whether another document is recorded."""
        return bool(self.sha256 and self.source.sha256) and not self.same_hash

    @property
    def recordable(self) -> bool:
        """Whether every figure was found, so that the hash may stand for a document that was checked."""
        fits = all(check.verdict in ("found", "found elsewhere") for check in self.checks)
        return bool(self.name and self.sha256) and not self.problem and fits


def verify_documents(
    evidence: Evidence, sources: Sequence[Source], library: Library
) -> Iterator[SourceReport]:
    """Look for the printed figures of sources in a folder of documents.

    Parameters
    ----------
    evidence : Evidence
    sources : sequence of Source
    library : Library

    Yields
    ------
    SourceReport
        One per source, in their order.
    """
    printed: dict[str, list[ReportedResult]] = {}
    for row in evidence.results:
        if not row.derived:
            printed.setdefault(row.source_id, []).append(row)
    for source, document in zip(sources, read_documents(sources, library), strict=True):
        if document.text is not None:
            checks = verify_source(evidence, source.source_id, document.text)
        else:
            reason = document.problem or "no document"
            checks = tuple(
                _not_checked(evidence, source.source_id, printed.get(source.source_id, []), reason)
            )
        yield SourceReport(
            source=source,
            name=document.name,
            sha256=document.sha256,
            problem=document.problem,
            checks=checks,
        )


def _not_checked(
    evidence: Evidence, source_id: str, printed: Sequence[ReportedResult], reason: str
) -> Iterator[FigureCheck]:
    """Every figure of a source whose document is not there, or cannot be read."""
    for row in printed:
        yield FigureCheck(
            row=row.result_id,
            source_id=source_id,
            locator=row.locator,
            as_printed=row.as_printed,
            verdict="not checked",
            reason=reason,
        )
    for trial in evidence.ongoing:
        if trial.source_id == source_id:
            yield FigureCheck(
                row=trial.registry_id,
                source_id=source_id,
                locator=trial.locator,
                as_printed=trial.registry_id,
                verdict="not checked",
                reason=reason,
            )
