"""Pooling counts of two groups directly, without an effect for each study: Mantel-Haenszel and Peto."""

from metasyn.synthesis.counts.mantel_haenszel import mantel_haenszel
from metasyn.synthesis.counts.model import (
    ChiSquaredTest,
    CountSpec,
    CountSynthesis,
    CountTables,
    SilentRow,
)
from metasyn.synthesis.counts.peto import peto
from metasyn.synthesis.counts.without_each import without_each

__all__ = [
    "ChiSquaredTest",
    "CountSpec",
    "CountSynthesis",
    "CountTables",
    "SilentRow",
    "mantel_haenszel",
    "peto",
    "without_each",
]
