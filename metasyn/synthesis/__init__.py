"""Pooling study-level effects."""

from metasyn.synthesis.influence import LeaveOneOut, leave_one_out
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.pool import pool

__all__ = ["LeaveOneOut", "SynthesisResult", "SynthesisSpec", "leave_one_out", "pool"]
