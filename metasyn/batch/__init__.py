"""Very many syntheses at once, as arrays."""

from __future__ import annotations

from metasyn.batch.bootstrap import bootstrap
from metasyn.batch.bootstrap_many import bootstrap_many
from metasyn.batch.coverage import simulate_coverage
from metasyn.batch.leave_out import leave_out_many
from metasyn.batch.permutation_many import permute_many
from metasyn.batch.pool_many import pool_many
from metasyn.batch.predictions import predict_many
from metasyn.batch.results import ManyResults
from metasyn.batch.statuses import STATUS
from metasyn.batch.subsets import all_subsets, subset_parts

__all__ = [
    "STATUS",
    "ManyResults",
    "all_subsets",
    "bootstrap",
    "bootstrap_many",
    "leave_out_many",
    "permute_many",
    "pool_many",
    "predict_many",
    "simulate_coverage",
    "subset_parts",
]
