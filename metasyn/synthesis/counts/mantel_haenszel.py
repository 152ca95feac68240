"""Pooling counts by the method of Mantel and Haenszel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.effects.zero_cells import checked_addend
from metasyn.errors import OptionError
from metasyn.synthesis.counts.assemble import PERSON_TIME, assemble
from metasyn.synthesis.counts.model import CountSpec, CountSynthesis
from metasyn.synthesis.counts.tables import gather
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import require_level
from metasyn.vocabulary import CountMeasure, ZeroCells, require_option

__all__ = ["mantel_haenszel"]


def mantel_haenszel(
    effects: EffectSet | SynthesisResult | None = None,
    *,
    events_1: ArrayLike | None = None,
    n_1: ArrayLike | None = None,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    time_1: ArrayLike | None = None,
    time_2: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str | None = None,
    level: float = 0.95,
    correct: bool = True,
    zero_cells: str = "only0",
    add: float = 0.5,
    drop00: bool = True,
    pool_zero_cells: str = "none",
    pool_add: float = 0.5,
    pool_drop00: bool = False,
) -> CountSynthesis:
    r"""Common effect of counts by the method of Mantel and Haenszel.

    With events a, c and non-events b, d of n1, n2 participants (n = n1 + n2), or events x over
    person-time t:

    ======= ================================================ ==============================
    measure estimate                                         variance
    ======= ================================================ ==============================
    OR      ln( sum(a d / n) / sum(b c / n) )                Robins, Breslow & Greenland 1986
    RR      ln( sum(a n2 / n) / sum(c n1 / n) )              Greenland & Robins 1985
    RD      sum((a n2 - c n1) / n) / sum(n1 n2 / n)          Sato, Greenland & Robins 1989
    IRR     ln( sum(x1 t2 / t) / sum(x2 t1 / t) )            Greenland & Robins 1985
    IRD     sum((x1 t2 - x2 t1) / t) / sum(t1 t2 / t)        Greenland & Robins 1985
    ======= ================================================ ==============================

    Nothing is added to zero cells for pooling, which is the point of the method: a study without
    events in both groups simply does not move a ratio, and is named in `silent`. Q, I2 and H2 compare the
    effects of the single studies with the pooled one, and for those 1/2 is added to tables with a zero cell
    and double-zero tables are left out, as in metafor's `rma.mh`.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Effects that rest on counts of two groups.
    events_1, n_1, events_2, n_2 : array_like of shape (k,), optional
        Events and participants of the two groups (OR, RR, RD).
    time_1, time_2 : array_like of shape (k,), optional
        Person-time at risk, in the place of participants (IRR, IRD).
    labels : sequence of str, optional
        Default `"Study 1"`, ...
    measure : {'OR', 'RR', 'RD', 'IRR', 'IRD'}, optional
        Default: that of `effects`, else `"OR"`.
    level : float
        Of the interval, as a proportion.
    correct : bool
        Continuity correction of the test of association: 1/2 is taken from |sum(O - E)|, and never more
        than there is (metafor squares what is left even where that is below zero).
    zero_cells, add, drop00
        Policy, amount, and whether double-zero tables are left out, for the effects of the single studies.
    pool_zero_cells, pool_add, pool_drop00
        The same for pooling.

    Returns
    -------
    CountSynthesis

    Raises
    ------
    OptionError
        If the counts or an option break their rules.
    NotEstimableError
        If the estimate or its variance is not defined, as when no study has events in one of the groups.

    References
    ----------
    Mantel N, Haenszel W. JNCI 1959;22:719-748. 10.1093/jnci/22.4.719.
    Robins J, Breslow N, Greenland S. Biometrics 1986;42:311-323. 10.2307/2531052.
    Greenland S, Robins JM. Biometrics 1985;41:55-68. 10.2307/2530643.
    Sato T, Greenland S, Robins JM. Biometrics 1989;45:1323-1324.
    Tarone RE. Biometrika 1985;72:91-95. 10.1093/biomet/72.1.91.

    Examples
    --------
    Three of the BCG trials (Colditz 1994), tuberculosis among vaccinated and not:

    >>> result = mantel_haenszel(
    ...     events_1=[4, 6, 3], n_1=[123, 306, 231], events_2=[11, 29, 11], n_2=[139, 303, 220]
    ... )
    >>> round(result.estimate, 4), round(result.se, 4), result.k_informative
    (-1.4135, 0.3155, 3)
    """
    word = measure if measure is not None else _measure_of(effects)
    asked = require_option("measure", word, CountMeasure)
    columns = {
        "events_1": events_1,
        "n_1": n_1,
        "events_2": events_2,
        "n_2": n_2,
        "time_1": time_1,
        "time_2": time_2,
    }
    tables = gather(effects, columns, person_time=asked in PERSON_TIME, labels=labels)
    spec = CountSpec(
        method="Mantel-Haenszel",
        measure=asked,
        level=require_level(level),
        correct=_switch("correct", correct),
        zero_cells=_policy("zero_cells", zero_cells),
        add=checked_addend(add),
        drop00=_switch("drop00", drop00),
        pool_zero_cells=_policy("pool_zero_cells", pool_zero_cells),
        pool_add=checked_addend(pool_add, "pool_add"),
        pool_drop00=_switch("pool_drop00", pool_drop00),
    )
    return assemble(tables, spec)


def _measure_of(effects: object) -> str:
    """The measure of the effects where it can be pooled this way, else the odds ratio."""
    if isinstance(effects, SynthesisResult):
        effects = effects.effects
    if isinstance(effects, EffectSet):
        return effects.measure.code
    return "OR"


def _policy(name: str, value: str) -> ZeroCells:
    """A zero-cell policy, checked under the name it was given by."""
    return cast("ZeroCells", require_option(name, value, ZeroCells))


def _switch(name: str, value: bool) -> bool:
    """True or False, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise OptionError(f"{name} must be True or False; got {value!r}.")
    return value
