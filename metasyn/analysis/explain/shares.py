"""Formulas of a printed share of one group: what it is worth in participants, then its effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from metasyn.analysis.explain.arithmetic import rounded
from metasyn.analysis.explain.inputs import Inputs
from metasyn.effects.survival.effective_n import effective_n
from metasyn.evidence.model import ReportedResult
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ProportionInterval

__all__ = ["SPREAD_OF_SHARE", "Lines", "share_attempts"]

Lines = tuple[tuple[str, str], ...]

SPREAD_OF_SHARE: Mapping[str, str] = MappingProxyType(
    {
        "plain": "(U{0} − L{0})/(2 × z{0})",
        "log": "S{0} × (ln U{0} − ln L{0})/(2 × z{0})",
        "log-log": "S{0} × |ln S{0}| × ln(ln L{0}/ln U{0})/(2 × z{0})",
        "logit": "S{0} × (1 − S{0}) × (ln(U{0}/(1 − U{0})) − ln(L{0}/(1 − L{0})))/(2 × z{0})",
    }
)
"""Standard error of a share from its interval, by the scale on which that was made."""

_EFFECTS: Mapping[str, Lines] = MappingProxyType(
    {
        "PLO": (("y", "ln(P1/(1 − P1))"), ("se", "√(1/(N1 × P1 × (1 − P1)))")),
        "PLN": (("y", "ln P1"), ("se", "√((1 − P1)/(N1 × P1))")),
        "PAS": (("y", "asin(√P1)"), ("se", "1/(2 × √N1)")),
        "PR": (("y", "P1"), ("se", "√(P1 × (1 − P1)/N1)")),
    }
)
_WORTH = ("N1", "S1 × (1 − S1)/se1²")
_SIZES: Mapping[str, tuple[Lines, ...]] = MappingProxyType(
    {
        "interval": tuple((("se1", one.format(1)), _WORTH) for one in SPREAD_OF_SHARE.values()),
        "standard error": ((("N1", "S1 × (1 − S1)/s1²"),),),
        "numbers at risk": ((("N1", "r1/S1"),),),
        "n": ((("N1", "n1"),),),
    }
)
# Of these intervals the number is found by iteration, not by a formula.
_ITERATED: tuple[ProportionInterval, ...] = ("clopper-pearson", "wilson")


def share_attempts(
    route: str, measure: str, known: Sequence[Inputs], rows: Sequence[ReportedResult]
) -> Iterator[tuple[Lines, Inputs]]:
    """Formulas of `proportion and ...` and `1-S and ...` with the figures they may have been computed from.

    Parameters
    ----------
    route : str
        Name of the route; of any other nothing is given.
    measure : str
        Code of the measure.
    known : sequence of mapping
        Figures by symbol; `S1` is the printed share.
    rows : sequence of ReportedResult
        The rows it rests on.
    """
    kind, _, by = route.partition(" and ")
    if kind not in ("1-S", "proportion") or by not in _SIZES or measure not in _EFFECTS:
        return
    event_free = kind == "1-S"
    share: Lines = (("P1", "1 − S1"),) if event_free else ()
    effect = _EFFECTS[measure]
    for figures in known:
        if "S1" not in figures:
            continue
        given: Inputs = figures if event_free else {**figures, "P1": replace(figures["S1"], symbol="P1")}
        for size in _SIZES[by]:
            lines = (*size, *share, *effect)
            yield (lines if event_free else _of_share(lines)), given
        for worth in _iterated(rows) if by == "interval" else ():
            yield (*share, *effect), {**given, "N1": rounded("N1", worth)}


def _of_share(lines: Lines) -> Lines:
    """The same of a share with the event, which is `P1`."""
    return tuple((name, text.replace("S1", "P1")) for name, text in lines)


def _iterated(rows: Sequence[ReportedResult]) -> Iterator[float]:
    """Participants for whom an exact or a score interval is as wide as the printed one."""
    for row in rows:
        if row.value is None or row.ci is None or row.is_contrast:
            continue
        interval = Interval(row.ci.low / 100, row.ci.high / 100, row.ci.level)
        for method in _ITERATED:
            found = effective_n(row.value / 100, interval, method=method)
            if not isinstance(found, NotEstimable):
                yield found
