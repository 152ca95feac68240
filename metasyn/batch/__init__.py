"""Very many syntheses at once, as arrays."""

from __future__ import annotations

from metasyn.batch.pool_many import pool_many
from metasyn.batch.results import ManyResults

__all__ = ["ManyResults", "pool_many"]
