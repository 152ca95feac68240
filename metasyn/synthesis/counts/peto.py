"""Pooling counts by Peto's method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.synthesis.counts.assemble import assemble
from metasyn.synthesis.counts.model import CountSpec, CountSynthesis
from metasyn.synthesis.counts.tables import gather
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import require_level
from metasyn.vocabulary import ZeroCells, require_option

__all__ = ["peto"]


def peto(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    zero_cells: str = "none",
    add: float = 0.5,
    drop00: bool = False,
) -> CountSynthesis:
    """Common log odds ratio by Peto's one-step method.

    With the hypergeometric expectation E and variance V of the events O of group 1 of each study:
    `sum(O - E) / sum(V)`, variance `1 / sum(V)`, and Q is the sum of (O - E)² / V less
    (sum(O - E))² / sum(V), as in metafor's `rma.peto`. Nothing is added to zero cells for pooling; a study in
    which nobody or everybody had the event has V = 0 and is named in `silent`. Meant for rare events,
    groups of similar size and small effects; otherwise it is biased (Greenland & Salvan 1990,
    10.1002/sim.4780090307; Bradburn et al. 2007, 10.1002/sim.2528).

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Effects that rest on counts of two groups.
    events_1, n_1, events_2, n_2 : array_like of shape (k,), optional
        Events and participants of the two groups.
    labels : sequence of str, optional
        Default `"Study 1"`, ...
    level : float
        Of the interval, as a proportion.
    zero_cells, add, drop00
        What is done to the tables, for pooling and for the effects of the single studies alike: nothing,
        unless it is asked for.

    Returns
    -------
    CountSynthesis

    Raises
    ------
    OptionError
        If the counts or an option break their rules.
    NotEstimableError
        If no study has a variance.

    References
    ----------
    Yusuf S et al. Prog Cardiovasc Dis 1985;27:335-371. 10.1016/S0033-0620(85)80003-7.

    Examples
    --------
    >>> result = peto(events_1=[4, 6, 3], n_1=[123, 306, 231], events_2=[11, 29, 11], n_2=[139, 303, 220])
    >>> round(result.estimate, 4), round(result.se, 4)
    (-1.2373, 0.2566)
    """
    columns: dict[str, ArrayLike | None] = {
        "events_1": events_1,
        "n_1": n_1,
        "events_2": events_2,
        "n_2": n_2,
    }
    tables = gather(effects, columns, person_time=False, labels=labels)
    policy = cast("ZeroCells", require_option("zero_cells", zero_cells, ZeroCells))
    spec = CountSpec(
        method="Peto",
        measure="PETO",
        level=require_level(level),
        zero_cells=policy,
        add=add,
        drop00=drop00,
        pool_zero_cells=policy,
        pool_add=add,
        pool_drop00=drop00,
    )
    return assemble(tables, spec)
