"""What a pooled value says of cells without events, or with nothing but events."""

from __future__ import annotations

from metasyn.effects.given import GivenEffects
from metasyn.effects.model import EffectSet
from metasyn.effects.proportions import clopper_pearson
from metasyn.synthesis.lines import percent
from metasyn.values import Finding

__all__ = ["all_zero_note", "nobody_or_everybody", "zero_cell_note"]

_PETO = "measure='PETO' with zero_cells='none' and model='common-effect' (Peto's method)"
_FIRTH = "pool_glmm() in Python, by Firth's penalised likelihood"
# Where the counts let every one of them have an estimate.
_INSTEAD = {
    "OR": f"model='glmm' takes the counts as they are, {_PETO} needs no such addition",
    "RR": "measure='OR' with model='glmm' needs no such addition, nor does mantel_haenszel() in Python",
    "IRR": "model='glmm' takes the counts as they are, mantel_haenszel() in Python needs no such addition",
}
# Where all events lie on one side: neither the mixed model nor Mantel and Haenszel have an estimate.
_ONE_SIDED = {
    "OR": f"all events lie on one side, so that model='glmm' has no estimate; {_PETO} has one, and so has "
    f"{_FIRTH}",
    "RR": "all events lie on one side, so that no risk ratio can be pooled without it; for the odds ratio "
    f"{_PETO} has an estimate, and so has {_FIRTH}",
    "IRR": f"all events lie on one side, so that model='glmm' has no estimate; {_FIRTH}, has one",
}
_HAENSZEL = "mantel_haenszel() in Python needs no such addition"
_TOO_FEW = "fewer than two studies have counts that compare the groups, so that no model of them can pool"
_NO_COUNTS = "a model of the counts needs those of every study"


def zero_cell_note(effects: EffectSet) -> tuple[Finding, ...]:
    """That 1/2 was added to empty cells, for how many studies, and what does without it.

    The addition pulls every such study towards no difference with a variance that hardly depends on the
    truth: with many of them the pooled ratio is biased and its interval too narrow (docs/coverage.md).
    What is named instead has an estimate for these counts.

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
        f"where such studies are many: {_instead(effects)}."
    )
    return (Finding(code="zero-cells", message=message, severity="note"),)


def _instead(effects: EffectSet) -> str:
    """What does without the addition and has an estimate for these counts."""
    import numpy as np

    from metasyn.synthesis.glmm.data import silent_rows
    from metasyn.synthesis.glmm.model import GlmmData
    from metasyn.synthesis.glmm.separation import separated

    rates = effects.measure.code == "IRR"
    behind = [effect.person_time if rates else effect.counts for effect in effects.effects]
    if any(one is None for one in behind):
        return _NO_COUNTS
    sizes = ("time_1", "time_2") if rates else ("n_1", "n_2")
    x_1, x_2, s_1, s_2 = (
        np.array([getattr(one, name) for one in behind], dtype=float)
        for name in ("events_1", "events_2", *sizes)
    )
    data = GlmmData(
        events_1=x_1,
        size_1=s_1,
        events_2=x_2,
        size_2=s_2,
        labels=tuple(one.label for one in effects.effects),
        person_time=rates,
    )
    used = data.take(silent_rows(data, drop00=True)[0])
    if used.k < 2:
        return _TOO_FEW
    if effects.measure.code == "RR" and x_1.sum() and x_2.sum():
        return _HAENSZEL if separated(used) else _INSTEAD["RR"]
    return (_ONE_SIDED if separated(used) else _INSTEAD)[effects.measure.code]


def nobody_or_everybody(effects: EffectSet) -> tuple[int, int] | None:
    """Events and participants together, where no participant of any cohort, or every one, had the event.

    None where some had it and others not, and where not every effect is a proportion from counts.
    """
    if effects.measure.family != "proportion" or isinstance(effects.effects, GivenEffects):
        return None
    counts = [effect.counts for effect in effects.effects]
    known = [one for one in counts if one is not None]
    if not known or len(known) < len(counts):
        return None
    x, n = sum(one.events_1 for one in known), sum(one.n_1 for one in known)
    return (x, n) if x in (0, n) else None


def all_zero_note(effects: EffectSet, level: float) -> tuple[Finding, ...]:
    """That nobody, or everybody, had the event: the pooled value rests on 1/2 added, and what the data say.

    The exact (Clopper-Pearson) interval of one proportion common to all cohorts is stated beside it: its
    one informative bound is 1 - (alpha/2)^(1/n) for no event among n participants.

    Parameters
    ----------
    effects : EffectSet
    level : float
        Of the exact interval.

    Returns
    -------
    tuple of Finding
        One or none; none too for a measure to which nothing was added, and for a single cohort.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. 10.1093/biomet/26.4.404

    Examples
    --------
    >>> from metasyn import effect_sizes
    >>> (found,) = all_zero_note(effect_sizes("PLO", events=[0, 0], n=[14, 25]), 0.95)
    >>> found.message.split(": ")[-1]
    'at most 9.0% (exact 95% interval of 0/39).'
    """
    together = nobody_or_everybody(effects)
    if together is None or effects.k < 2 or not any(effect.adjustment for effect in effects.effects):
        return ()
    events, n = together
    exact = clopper_pearson(events, n, level)
    who, bound, limit = (
        ("everybody had the event in each", "least", exact.low)
        if events
        else ("nobody had the event in any", "most", exact.high)
    )
    digits = 1
    while round(100 * limit, digits) in (0, 100):
        digits += 1
    message = (
        f"{who} of the {effects.k} cohorts "
        f"({events}/{n}): the pooled value and its interval rest on the 1/2 added to each of them. What the "
        f"counts themselves say, if one proportion holds in all: at {bound} {100 * limit:.{digits}f}% (exact "
        f"{percent(level)} interval of {events}/{n})."
    )
    return (Finding(code="all-zero", message=message, severity="warning"),)
