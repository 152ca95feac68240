"""Every figure of this project that is marked as printed stands in its document, where the documents are."""

from __future__ import annotations

from pathlib import Path

import pytest

from metasyn.evidence import read_evidence
from metasyn.workspace.extraction.documents import collect
from metasyn.workspace.extraction.verify_documents import verify_documents

PROJECT = Path(__file__).resolve().parents[3]
DOCUMENTS = PROJECT.parent / "shared" / "sources"


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the source documents are not here")
def test_every_printed_figure_stands_in_its_document() -> None:
    evidence = read_evidence(PROJECT / "data")
    sources = [source for source in evidence.sources.values() if source.kind == "document"]
    reports = list(verify_documents(evidence, sources, collect(DOCUMENTS)))
    wrong = [
        f"{check.row}: {check.verdict} {check.where} {check.reason}"
        for report in reports
        for check in report.checks
        if (check.verdict, check.place) != ("found", "at the locator")
    ]
    assert wrong == []
    assert {report.source.source_id: report.same_hash for report in reports} == {
        source.source_id: True for source in sources
    }
    assert sum(len(report.checks) for report in reports) > 250
