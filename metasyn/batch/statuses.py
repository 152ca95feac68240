"""What became of a set of effects: words, and codes of arrays."""

from __future__ import annotations

__all__ = ["CODE", "STATUS"]

STATUS = (
    "ok",
    "one effect",
    "no effect",
    "estimate not finite",
    "variance not above zero",
    "not converged",
    "beyond double precision",
)
"""Words of the column `status`, by code; the last where `pool` refuses the sizes of the effects."""
CODE = {word: code for code, word in enumerate(STATUS)}
"""The code of each word."""
