"""Every route with its numbers put in: from printed figures to the estimate and its standard error."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product
from types import MappingProxyType

from metasyn.analysis.explain.arithmetic import rounded, worked
from metasyn.analysis.explain.inputs import Inputs, count_inputs, inputs_of
from metasyn.analysis.explain.model import Sum, Term
from metasyn.analysis.explain.shares import SPREAD_OF_SHARE, Lines, share_attempts
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect
from metasyn.errors import OptionError
from metasyn.evidence.model import Cohort, ReportedResult
from metasyn.wording import MINUS

__all__ = ["effect_sums"]

_TWO_SIDED, _ONE_SIDED = ("z", "Φ⁻¹(1 − p/2)"), ("z", "Φ⁻¹(1 − p)")
_V_EVENTS, _V_SHARES = ("V", "O1 × O2/(O1 + O2)"), ("V", "O × n1 × n2/(n1 + n2)²")
_LN_R, _FROM_V = ("y", "ln R"), ("se", "1/√V")
_WIDTH, _P = ("se", "(ln U − ln L)/(2 × z)"), ("se", "|y|/z")
_MEDIANS, _SIGNED_Z, _SIGNED_X = ("y", "ln(m2/m1)"), ("y", "z/√V"), ("y", "√(X/V)")
# A printed z counts without its sign: which way it points is stated by its row.
_OF_Z = ("y", "|z|/√V")
_LN_M = ("y", "ln m1")
_CURVES = ("y", "ln(ln S1/ln S2)")
_AT_N = ("se", "√((1 − S1)/(n1 × S1 × (ln S1)²) + (1 − S2)/(n2 × S2 × (ln S2)²))")

_BOTH = ("se", "√((se1/(S1 × ln S1))² + (se2/(S2 × ln S2))²)")
_PRINTED_BOTH = ("se", "√((s1/(S1 × ln S1))² + (s2/(S2 × ln S2))²)")

_ROUTES: Mapping[str, tuple[Lines, ...]] = MappingProxyType(
    {
        "ratio and interval": ((_LN_R, _WIDTH),),
        "ratio and standard error": ((_LN_R, ("se", "s")),),
        "ratio and p": ((_TWO_SIDED, _LN_R, _P), (_ONE_SIDED, _LN_R, _P)),
        "O-E and V": ((("y", "D/V"), _FROM_V),),
        "O and E": ((("y", "ln((O1/E1)/(O2/E2))"), ("se", "√(1/E1 + 1/E2)")),),
        "chi-square and V": ((_SIGNED_X, _FROM_V), (_OF_Z, _FROM_V)),
        "p and V": ((_TWO_SIDED, _SIGNED_Z, _FROM_V), (_ONE_SIDED, _SIGNED_Z, _FROM_V)),
        "O-E and p": tuple(
            (z, ("V", "(D/z)²"), ("y", "D/V"), _FROM_V) for z in (_TWO_SIDED, _ONE_SIDED)
        ),
        "O-E and chi-square": tuple((v, ("y", "D/V"), _FROM_V) for v in (("V", "D²/X"), ("V", "(D/z)²"))),
        "ratio and V": ((_LN_R, _FROM_V),),
        "ratio and events": ((_V_EVENTS, _LN_R, _FROM_V),),
        "ratio, all events and allocation": ((_V_SHARES, _LN_R, _FROM_V),),
        "chi-square and events": tuple((_V_EVENTS, y, _FROM_V) for y in (_SIGNED_X, _OF_Z)),
        "chi-square, all events and allocation": tuple((_V_SHARES, y, _FROM_V) for y in (_SIGNED_X, _OF_Z)),
        "p and events": tuple((z, _V_EVENTS, _SIGNED_Z, _FROM_V) for z in (_TWO_SIDED, _ONE_SIDED)),
        "p, all events and allocation": tuple(
            (z, _V_SHARES, _SIGNED_Z, _FROM_V) for z in (_TWO_SIDED, _ONE_SIDED)
        ),
        "medians and p": ((_TWO_SIDED, _MEDIANS, _P), (_ONE_SIDED, _MEDIANS, _P)),
        "medians and events": ((_MEDIANS, ("se", "√(1/O1 + 1/O2)")),),
        "medians and their intervals": (
            (
                ("se1", "(ln U1 − ln L1)/(2 × z1)"),
                ("se2", "(ln U2 − ln L2)/(2 × z2)"),
                _MEDIANS,
                ("se", "√(se1² + se2²)"),
            ),
        ),
        "medians and assumed events": (
            (("e1", "f × n1"), ("e2", "f × n2"), _MEDIANS, ("se", "√(1/e1 + 1/e2)")),
        ),
        "survival and interval": (
            (
                ("se1", "ln(ln L1/ln U1)/(2 × z1)"),
                ("se2", "ln(ln L2/ln U2)/(2 × z2)"),
                _CURVES,
                ("se", "√(se1² + se2²)"),
            ),
            *(
                (("se1", first.format(1)), ("se2", second.format(2)), _CURVES, _BOTH)
                for first, second in product(SPREAD_OF_SHARE.values(), repeat=2)
            ),
        ),
        "survival and standard error": ((_CURVES, _PRINTED_BOTH),),
        "survival and numbers at risk": ((("n1", "r1/S1"), ("n2", "r2/S2"), _CURVES, _AT_N),),
        "survival and n": ((_CURVES, _AT_N),),
        "median and interval": ((_LN_M, ("se", "(ln U1 − ln L1)/(2 × z1)")),),
        "median and one bound": (
            (_LN_M, ("se", "(ln m1 − ln L1)/z1")),
            (_LN_M, ("se", "(ln U1 − ln m1)/z1")),
        ),
        "median and events": ((_LN_M, ("se", "1/√O1")),),
        "given": (
            (("y", "D"), ("se", "(U − L)/(2 × z)")),
            (("y", "D/100"), ("se", "(U − L)/(2 × z)/100")),
        ),
    }
)  # fmt: skip

_RISKS = ("√(e1/n1 × (1 − e1/n1)/n1 + e2/n2 × (1 − e2/n2)/n2)",)
_WOOLF = "√(1/e1 + 1/(n1 − e1) + 1/e2 + 1/(n2 − e2))"
_LN_OR = "ln(e1/(n1 − e1)) − ln(e2/(n2 − e2))"
_ODDS = ("OR", "e1 × (n2 − e2)/((n1 − e1) × e2)")
_PHI = (
    "√(e1 × ((n2 − e2)/√(n1 × n2 × c × d) − y/2 × (1/n1 + 1/c))² + "
    "(n1 − e1) × (e2/√(n1 × n2 × c × d) + y/2 × (1/n1 + 1/d))² + "
    "e2 × ((n1 − e1)/√(n1 × n2 × c × d) + y/2 × (1/n2 + 1/c))² + "
    "(n2 − e2) × (e1/√(n1 × n2 × c × d) − y/2 × (1/n2 + 1/d))²)"
)
_COUNTS: Mapping[str, Lines] = MappingProxyType(
    {
        "RR": (("y", "ln(e1/n1) − ln(e2/n2)"), ("se", "√(1/e1 − 1/n1 + 1/e2 − 1/n2)")),
        "OR": (("y", _LN_OR), ("se", _WOOLF)),
        "RD": (("y", "e1/n1 − e2/n2"), ("se", _RISKS[0])),
        "AS": (("y", "asin(√(e1/n1)) − asin(√(e2/n2))"), ("se", "√(1/(4 × n1) + 1/(4 × n2))")),
        "PETO": (
            ("E", "n1 × (e1 + e2)/(n1 + n2)"),
            ("V", "E × n2 × (n1 + n2 − e1 − e2)/((n1 + n2) × (n1 + n2 − 1))"),
            ("y", "(e1 − E)/V"),
            _FROM_V,
        ),
        "OR2DL": (("b", "√3/3.141592653589793"), ("y", f"b × ({_LN_OR})"), ("se", f"b × {_WOOLF}")),
        "OR2DN": (("y", f"({_LN_OR})/1.65"), ("se", f"{_WOOLF}/1.65")),
        "PHI": (
            ("c", "e1 + e2"),
            ("d", "n1 + n2 − c"),
            ("y", "(e1 × (n2 − e2) − e2 × (n1 − e1))/√(n1 × n2 × c × d)"),
            ("se", _PHI),
        ),
        "YUQ": (_ODDS, ("y", "(OR − 1)/(OR + 1)"), ("se", f"(1 − y²)/2 × {_WOOLF}")),
        "YUY": (_ODDS, ("y", "(√OR − 1)/(√OR + 1)"), ("se", f"(1 − y²)/4 × {_WOOLF}")),
        "PLO": (("y", "ln(e1/(n1 − e1))"), ("se", "√(1/e1 + 1/(n1 − e1))")),
        "PLN": (("y", "ln(e1/n1)"), ("se", "√(1/e1 − 1/n1)")),
        "PAS": (("y", "asin(√(e1/n1))"), ("se", "1/(2 × √n1)")),
        "PR": (("y", "e1/n1"), ("se", "√(e1/n1 × (1 − e1/n1)/n1)")),
        "PFT": (
            ("y", "(asin(√(e1/(n1 + 1))) + asin(√((e1 + 1)/(n1 + 1))))/2"),
            ("se", "1/√(4 × n1 + 2)"),
        ),
    }
)
_CLOSE = 1e-9


def effect_sums(
    effect: Effect,
    measure: EffectMeasure,
    rows: Sequence[ReportedResult],
    *,
    cohorts: Mapping[str, Cohort] | None = None,
    event_fraction: float | None = None,
) -> tuple[Sum, ...]:
    """The arithmetic from the figures of one effect to `yi` and its standard error.

    Parameters
    ----------
    effect : Effect
    measure : EffectMeasure
    rows : sequence of ReportedResult
        The figures it rests on; empty where the tables are not at hand.
    cohorts : mapping, optional
        For numbers of participants that no row holds.
    event_fraction : float, optional
        The assumed share with the event.

    Returns
    -------
    tuple of Sum
        Empty where no formula, computed from these figures as it is written, gives both numbers of the
        effect: then only its formula can be shown, never arithmetic that is not the one that was done.
    """
    for lines, known in _attempts(effect, measure, rows, cohorts or {}, event_fraction):
        # Counts stand in the direction of the effect, whatever the direction of the printed figure.
        turned = effect.inverted and "e1" not in known
        for signed in _directions(lines, turned):
            found = _work(signed, known, turned)
            if found and _same(found, effect):
                return found
    return ()


def _attempts(
    effect: Effect,
    measure: EffectMeasure,
    rows: Sequence[ReportedResult],
    cohorts: Mapping[str, Cohort],
    event_fraction: float | None,
) -> Iterator[tuple[Lines, Inputs]]:
    """Formulas of the route with figures they may have been computed from."""
    if effect.counts is not None and measure.code in _COUNTS:
        yield from ((_COUNTS[measure.code], known) for known in count_inputs(effect.counts))
    lines = _ROUTES.get(effect.route.name, ())
    every = inputs_of(effect, measure, rows, cohorts, event_fraction)
    yield from chain.from_iterable(((one, known) for known in every) for one in lines)
    yield from share_attempts(effect.route.name, measure.code, every, rows)


def _directions(lines: Lines, inverted: bool) -> Iterator[Lines]:
    """The formula as it is, and with the other sign: first the one that the source's direction asks for."""
    other = tuple((name, _negative(text)) if name == "y" else (name, text) for name, text in lines)
    yield from (other, lines) if inverted else (lines, other)


def _negative(formula: str) -> str:
    """The formula with the other sign."""
    return f"{MINUS}({formula})" if f" {MINUS} " in formula or " + " in formula else MINUS + formula


def _work(lines: Lines, known: Inputs, inverted: bool) -> tuple[Sum, ...]:
    """The lines computed one after the other; empty where a figure is missing or a line undefined."""
    terms: dict[str, Term] = dict(known)
    found: list[Sum] = []
    for name, symbols in lines:
        remark = "the source states it the other way round" if inverted and name == "y" else ""
        try:
            one = worked(name, symbols, tuple(terms.values()), remark=remark)
        except (OptionError, ValueError):
            return ()
        found.append(one)
        terms[name] = rounded(name, one.value)
    return tuple(found)


def _same(found: Sequence[Sum], effect: Effect) -> bool:
    """Whether the last two lines are the numbers of the effect."""
    estimate, spread = found[-2].value, found[-1].value
    return math.isclose(estimate, effect.yi, rel_tol=_CLOSE, abs_tol=_CLOSE) and math.isclose(
        spread, effect.sei, rel_tol=_CLOSE, abs_tol=_CLOSE
    )
