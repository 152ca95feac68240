"""Reported figures as estimates and variances on one analysis scale."""

from __future__ import annotations

from metasyn.effects.compute import effect_sizes
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.effects.model import Effect, EffectSet
from metasyn.effects.standardise import standardise

__all__ = ["Effect", "EffectMeasure", "EffectSet", "effect_sizes", "get_measure", "standardise"]
