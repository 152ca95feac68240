"""Influence of single studies: the synthesis without each of them."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec

__all__ = ["LeaveOneOut", "leave_one_out"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOut:
    """The synthesis without one effect."""

    omitted: str
    index: int
    result: SynthesisResult


def leave_one_out(effects: EffectSet, spec: SynthesisSpec | None = None) -> tuple[LeaveOneOut, ...]:
    """Pool again without each effect in turn.

    Model and interval are those that headline with all effects, so that a change shows the weight
    of the effect left out and not a change of method.

    Parameters
    ----------
    effects : EffectSet
        k >= 2.
    spec : SynthesisSpec, optional
        The request of the whole synthesis; default the stated policy.

    Returns
    -------
    tuple of LeaveOneOut
        In the order of the effects.

    Raises
    ------
    NotEstimableError
        If there are fewer than two effects.

    Examples
    --------
    >>> from metasyn.synthesis.arrays import effects_from_arrays
    >>> effects = effects_from_arrays(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], labels=["A", "B", "C"])
    >>> [(one.omitted, round(one.result.estimate, 3)) for one in leave_one_out(effects)]
    [('A', -0.18), ('B', -0.767), ('C', -0.469)]
    """
    if effects.k < 2:
        raise NotEstimableError(f"leaving one effect out needs at least two effects; there is {effects.k}.")
    spec = spec or SynthesisSpec()
    whole = synthesise(effects, spec)
    same = spec.update(model=whole.model, ci_method=whole.ci_method)
    return tuple(
        LeaveOneOut(
            omitted=effect.label,
            index=i,
            result=synthesise(effects.take([j for j in range(effects.k) if j != i]), same),
        )
        for i, effect in enumerate(effects.effects)
    )
