"""Mixed models of counts: binomial and Poisson with normal random effects, beta-binomial, Firth."""

from metasyn.synthesis.glmm.groups import GlmmGroups, pool_glmm_groups
from metasyn.synthesis.glmm.model import (
    Convergence,
    GlmmData,
    GlmmResult,
    GlmmSpec,
    OnNaturalScale,
    Quadrature,
)
from metasyn.synthesis.glmm.pool import pool_glmm

__all__ = [
    "Convergence",
    "GlmmData",
    "GlmmGroups",
    "GlmmResult",
    "GlmmSpec",
    "OnNaturalScale",
    "Quadrature",
    "pool_glmm",
    "pool_glmm_groups",
]
