"""Influence of single studies: the synthesis without each of them."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.synthesis.model import SynthesisResult

__all__ = ["LeaveOneOut"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOut:
    """The synthesis without one effect."""

    omitted: str
    index: int
    result: SynthesisResult
