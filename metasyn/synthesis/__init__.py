"""Pooling study-level effects."""

from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.pool import pool
from metasyn.synthesis.sensitivity import LeaveOneOut, leave_one_out

__all__ = ["LeaveOneOut", "SynthesisResult", "SynthesisSpec", "leave_one_out", "pool"]
