"""The shipped analyses and what a browser test knows of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metasyn.analysis.result import AnalysisResult, OutcomeResult
from metasyn.synthesis.model import SynthesisResult

NAMES = (
    "chemotherapy_after_ici",
    "ici_nras_mutant_vs_wild_type",
    "mek_inhibitor_vs_chemotherapy",
    "response_rate_by_drug_class",
)


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """A report on disk and the result behind it."""

    name: str
    path: Path
    result: AnalysisResult

    @property
    def url(self) -> str:
        return self.path.as_uri()

    def pooled(self) -> list[tuple[OutcomeResult, SynthesisResult]]:
        found = []
        for part in self.result.outcomes:
            if isinstance(part.synthesis, SynthesisResult) and part.synthesis.pooled:
                found.append((part, part.synthesis))
        return found
