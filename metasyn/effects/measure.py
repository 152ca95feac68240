"""The one registry of effect measures: scale, null value, transforms, labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from metasyn.vocabulary import Measure, require_option

__all__ = ["MEASURES", "EffectMeasure", "get_measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectMeasure:
    """What a study-level effect is, on which scale it is analysed and how it is shown.

    Attributes
    ----------
    code : str
        R's code (`"HR"`, `"PLO"`, ...).
    scale : str
        Name of the analysis scale.
    null : float or None
        Value of no effect on the analysis scale; None where there is none (proportions).
    family : {'ratio', 'difference', 'proportion', 'generic'}
    to_analysis, to_natural : callable
        Natural scale -> analysis scale and back, one float at a time.
    n_groups : int
        2 for contrasts, 1 for single cohorts, 0 where it is not known.
    """

    code: Measure
    label: str
    short: str
    scale: str
    null: float | None
    family: Literal["ratio", "difference", "proportion", "generic"]
    to_analysis: Callable[[float], float]
    to_natural: Callable[[float], float]
    n_groups: int


def _identity(value: float) -> float:
    return value


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _exp(value: float) -> float:
    return math.exp(value) if value < 709 else math.inf


def _logit(value: float) -> float:
    if value <= 0:
        return -math.inf
    return math.inf if value >= 1 else math.log(value) - math.log1p(-value)


def _expit(value: float) -> float:
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1 + odds)


def _arcsine(value: float) -> float:
    return math.asin(math.sqrt(min(max(value, 0.0), 1.0)))


def _sine_squared(value: float) -> float:
    # Outside [0, pi/2] the transform is no longer monotone: the proportion is at its bound.
    return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2


def _ratio(code: Measure, label: str) -> EffectMeasure:
    return EffectMeasure(
        code=code,
        label=label,
        short=code,
        scale=f"log {label}",
        null=0.0,
        family="ratio",
        to_analysis=_log,
        to_natural=_exp,
        n_groups=2,
    )


def _proportion(
    code: Measure, scale: str, forward: Callable[[float], float], back: Callable[[float], float]
) -> EffectMeasure:
    return EffectMeasure(
        code=code,
        label="proportion",
        short="%",
        scale=scale,
        null=None,
        family="proportion",
        to_analysis=forward,
        to_natural=back,
        n_groups=1,
    )


MEASURES: Mapping[Measure, EffectMeasure] = MappingProxyType(
    {
        "HR": _ratio("HR", "hazard ratio"),
        "OR": _ratio("OR", "odds ratio"),
        "RR": _ratio("RR", "risk ratio"),
        "RD": EffectMeasure(
            code="RD",
            label="risk difference",
            short="RD",
            scale="risk difference",
            null=0.0,
            family="difference",
            to_analysis=_identity,
            to_natural=_identity,
            n_groups=2,
        ),
        "PLO": _proportion("PLO", "logit", _logit, _expit),
        "PAS": _proportion("PAS", "arcsine square root", _arcsine, _sine_squared),
        "PR": _proportion("PR", "raw proportion", _identity, _identity),
        "GEN": EffectMeasure(
            code="GEN",
            label="effect",
            short="Effect",
            scale="as given",
            null=0.0,
            family="generic",
            to_analysis=_identity,
            to_natural=_identity,
            n_groups=0,
        ),
    }
)


def get_measure(code: str) -> EffectMeasure:
    """The measure with this code.

    Raises
    ------
    OptionError
        If there is none; the allowed codes are listed.

    Examples
    --------
    >>> get_measure("HR").to_natural(0.0)
    1.0
    """
    return MEASURES[require_option("measure", code, Measure)]  # type: ignore[index]
