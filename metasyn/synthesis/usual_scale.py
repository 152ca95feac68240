"""On which scales the usual prior of tau makes sense."""

from __future__ import annotations

from metasyn.effects.measure import EffectMeasure

__all__ = ["DEFAULT_SCALE", "USUAL_PRIOR", "has_usual_scale"]

DEFAULT_SCALE = 0.5
USUAL_PRIOR = f"half-normal({DEFAULT_SCALE:g})"
# Measures, besides ratios, on whose analysis scale 0.5 is a sensible scale of tau.
_LIKE_RATIOS = ("PLO", "PLN", "IRLN", "SMD", "SMDH", "SMD1", "SMD1H")


def has_usual_scale(measure: EffectMeasure) -> bool:
    """Whether half-normal(0.5) is a usual prior of tau: log ratios, logits, standardised differences.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> has_usual_scale(get_measure("HR")), has_usual_scale(get_measure("MD"))
    (True, False)
    """
    return measure.family in ("ratio", "time") or measure.code in _LIKE_RATIOS
