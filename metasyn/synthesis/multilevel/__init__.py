"""Multilevel and multivariate random-effects models of effects that depend on each other."""

from metasyn.synthesis.multilevel.model import (
    Level,
    MultilevelResult,
    MultilevelSpec,
    OutcomeCorrelation,
    OutcomeVariation,
    Search,
    VarianceComponent,
)
from metasyn.synthesis.multilevel.pool import pool_multilevel
from metasyn.synthesis.multilevel.random_effects import RandomEffect, random_effects

__all__ = [
    "Level",
    "MultilevelResult",
    "MultilevelSpec",
    "OutcomeCorrelation",
    "OutcomeVariation",
    "RandomEffect",
    "Search",
    "VarianceComponent",
    "pool_multilevel",
    "random_effects",
]
