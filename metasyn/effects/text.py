"""A set of effects as readable text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.effects.model import Effect, EffectSet

__all__ = ["effect_set_to_text"]

_MOST_ROWS = 40


def effect_set_to_text(effects: EffectSet) -> str:
    """One line per effect on the analysis scale, and what was left out."""
    return "\n".join(_lines(effects))


def _rounding(effect: Effect) -> str:
    """What the rounding of the printed figures leaves of the standard error."""
    if effect.rounding is None:
        return ""
    low, high = (f"{end:.3g}" for end in (effect.rounding.sei.low, effect.rounding.sei.high))
    return "" if low == high else f"  sei {low} to {high} by rounding"


def _lines(effects: EffectSet) -> Iterator[str]:
    measure = effects.measure
    subject = f"{effects.outcome}: " if effects.outcome else ""
    noun = "effect" if effects.k == 1 else "effects"
    yield f"{subject}{measure.label} ({measure.code}), {effects.k} {noun} on the scale {measure.scale!r}"
    shown = [effects.effects[i] for i in range(min(effects.k, _MOST_ROWS))]
    width = max((len(effect.label) for effect in shown), default=0)
    for effect in shown:
        added = f"  [{effect.adjustment}]" if effect.adjustment else ""
        yield f"  {effect.label:<{width}}  yi {effect.yi:.6g}  vi {effect.vi:.6g}{_rounding(effect)}{added}"
    if effects.k > _MOST_ROWS:
        yield f"  ... and {effects.k - _MOST_ROWS} more"
    for exclusion in effects.exclusions:
        yield f"left out: {exclusion.label}: {exclusion.reason}"
