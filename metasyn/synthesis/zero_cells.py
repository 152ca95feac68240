"""What a pooled log ratio says of studies in which a group had no event, or nothing but events."""

from __future__ import annotations

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.values import Finding

__all__ = ["zero_cell_note"]

_INSTEAD = {
    "OR": "model='glmm' takes the counts as they are, mantel_haenszel() and peto() need no such addition",
    "RR": "mantel_haenszel() needs no such addition, nor does measure='OR' with model='glmm'",
    "IRR": "model='glmm' takes the counts as they are, mantel_haenszel() needs no such addition",
}


def zero_cell_note(effects: EffectSet) -> tuple[Finding, ...]:
    """That 1/2 was added to empty cells, for how many studies, and what does without it.

    The addition pulls every such study towards no difference with a variance that hardly depends on the
    truth: with many of them the pooled ratio is biased and its interval too narrow (docs/coverage.md).

    Parameters
    ----------
    effects : EffectSet

    Returns
    -------
    tuple of Finding
        One or none.

    References
    ----------
    Sweeting MJ, Sutton AJ, Lambert PC. Stat Med 2004;23:1351-1375. 10.1002/sim.1761

    Examples
    --------
    >>> from metasyn import effect_sizes
    >>> effects = effect_sizes("OR", events_1=[0, 4], n_1=[40, 50], events_2=[2, 9], n_2=[40, 50])
    >>> [finding.message.split(",")[0] for finding in zero_cell_note(effects)]
    ['1/2 was added to the empty cells of 1 of 2 studies']
    """
    measure = effects.measure.code
    if measure not in _INSTEAD or isinstance(effects.effects, GivenEffects):
        return ()
    changed = sum(bool(effect.adjustment) for effect in effects.effects)
    if not changed:
        return ()
    message = (
        f"1/2 was added to the empty cells of {changed} of {effects.k} studies, which moves the pooled value "
        f"where such studies are many: {_INSTEAD[measure]}."
    )
    return (Finding(code="zero-cells", message=message, severity="note"),)
