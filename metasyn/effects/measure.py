"""The one registry of effect measures: scale, null value, transforms, labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from metasyn.effects.transforms import (
    arcsine,
    arctanh,
    exp,
    expit,
    identity,
    log,
    logit,
    sine_squared,
    square,
    square_root,
    tanh,
)
from metasyn.vocabulary import Measure, require_option

__all__ = [
    "FROM_REPORTS",
    "MEASURES",
    "EffectMeasure",
    "Family",
    "get_measure",
]

Family = Literal["ratio", "difference", "correlation", "proportion", "rate", "mean", "time", "generic"]

# Measures that `standardise` can obtain from the evidence tables.
FROM_REPORTS: tuple[Measure, ...] = (
    "HR", "OR", "RR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "OR2DL", "OR2DN",
    "PLO", "PAS", "PR", "PLN",
    "MEDLN",
)  # fmt: skip

_EVERYTHING = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectMeasure:
    """What a study-level effect is, on which scale it is analysed and how it is shown.

    Attributes
    ----------
    code : str
        R's code (`"HR"`, `"PLO"`, ...).
    label, short : str
        In a sentence and over a column.
    scale : str
        Name of the analysis scale.
    null : float or None
        Value of no effect on the analysis scale; None where there is none (proportions, rates, means).
    family : {'ratio', 'difference', 'correlation', 'proportion', 'rate', 'mean', 'time', 'generic'}
        `ratio` and `time` are shown on a logarithmic axis, `proportion` as percent; `mean` is any other
        level of one group (mean, spread, reliability).
    to_analysis, to_natural : callable
        Natural scale -> analysis scale and back, one float at a time.
    natural_range : (float, float)
        What can occur on the natural scale.
    n_groups : int
        2 for contrasts, 1 for single cohorts, 0 where it is not known.
    unit : str
        Unit of a time; empty where there is none or it is not known.
    """

    code: Measure
    label: str
    short: str
    scale: str
    null: float | None
    family: Family
    to_analysis: Callable[[float], float]
    to_natural: Callable[[float], float]
    natural_range: tuple[float, float] = _EVERYTHING
    n_groups: int
    unit: str = ""

    @property
    def heading(self) -> str:
        """Over a column of values: the short name, with the unit of a time."""
        return f"{self.short}, {self.unit}" if self.unit else self.short

    @property
    def log_axis(self) -> bool:
        """Whether natural values are shown on a logarithmic axis."""
        return self.family in ("ratio", "time")


def _ratio(
    code: Measure, label: str, *, short: str = "", scale: str = "", n_groups: int = 2
) -> EffectMeasure:
    return EffectMeasure(
        code=code,
        label=label,
        short=short or code,
        scale=scale or f"log {label}",
        null=0.0,
        family="ratio",
        to_analysis=log,
        to_natural=exp,
        natural_range=(0.0, math.inf),
        n_groups=n_groups,
    )


def _difference(
    code: Measure, label: str, *, short: str = "", scale: str = "", n_groups: int = 2
) -> EffectMeasure:
    return EffectMeasure(
        code=code,
        label=label,
        short=short or code,
        scale=scale or label,
        null=0.0,
        family="difference",
        to_analysis=identity,
        to_natural=identity,
        natural_range=(-1.0, 1.0) if code == "RD" else _EVERYTHING,
        n_groups=n_groups,
    )


def _correlation(
    code: Measure, label: str, *, short: str = "r", scale: str = "", n_groups: int = 1
) -> EffectMeasure:
    fisher = code == "ZCOR"
    return EffectMeasure(
        code=code,
        label=label,
        short=short,
        scale=scale or label,
        null=0.0,
        family="correlation",
        to_analysis=arctanh if fisher else identity,
        to_natural=tanh if fisher else identity,
        natural_range=(-1.0, 1.0),
        n_groups=n_groups,
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
        natural_range=(0.0, 1.0),
        n_groups=1,
    )


def _rate(
    code: Measure, scale: str, forward: Callable[[float], float], back: Callable[[float], float]
) -> EffectMeasure:
    return EffectMeasure(
        code=code,
        label="incidence rate",
        short="Rate",
        scale=scale,
        null=None,
        family="rate",
        to_analysis=forward,
        to_natural=back,
        natural_range=(0.0, math.inf),
        n_groups=1,
    )


def _level(
    code: Measure,
    label: str,
    *,
    short: str,
    logarithmic: bool = False,
    natural_range: tuple[float, float] = _EVERYTHING,
) -> EffectMeasure:
    return EffectMeasure(
        code=code,
        label=label,
        short=short,
        scale=f"log {label}" if logarithmic else f"raw {label}",
        null=None,
        family="mean",
        to_analysis=log if logarithmic else identity,
        to_natural=exp if logarithmic else identity,
        natural_range=(0.0, math.inf) if logarithmic else natural_range,
        n_groups=1,
    )


_ALL: tuple[EffectMeasure, ...] = (
    # two groups: times to event, counts
    _ratio("HR", "hazard ratio"),
    _ratio("OR", "odds ratio"),
    _ratio("RR", "risk ratio"),
    _difference("RD", "risk difference"),
    _difference("AS", "arcsine risk difference", scale="difference of arcsine square roots"),
    _ratio("PETO", "Peto odds ratio", short="OR", scale="log odds ratio by Peto's method"),
    _correlation("PHI", "phi coefficient", short="\N{GREEK SMALL LETTER PHI}", n_groups=2),
    _correlation("YUQ", "Yule's Q", short="Q", n_groups=2),
    _correlation("YUY", "Yule's Y", short="Y", n_groups=2),
    _difference(
        "OR2DL",
        "standardised mean difference",
        short="SMD",
        scale="log odds ratio \N{MULTIPLICATION SIGN} √3/π",
    ),
    _difference("OR2DN", "standardised mean difference", short="SMD", scale="log odds ratio / 1.65"),
    # two groups: person-time
    _ratio("IRR", "incidence rate ratio"),
    _difference("IRD", "incidence rate difference"),
    _difference("IRSD", "square-root rate difference", scale="difference of square roots of rates"),
    # two groups: means and spread
    _difference("MD", "mean difference"),
    _difference("SMD", "standardised mean difference"),
    _difference(
        "SMDH",
        "standardised mean difference",
        short="SMD",
        scale="standardised mean difference, unequal variances",
    ),
    _difference(
        "SMD1",
        "standardised mean difference",
        short="SMD",
        scale="mean difference in standard deviations of group 2",
    ),
    _difference(
        "SMD1H",
        "standardised mean difference",
        short="SMD",
        scale="mean difference in standard deviations of group 2, unequal variances",
    ),
    _ratio("ROM", "ratio of means"),
    _ratio("CVR", "coefficient of variation ratio"),
    _ratio("VR", "variability ratio"),
    # association in one group
    _correlation("COR", "correlation"),
    _correlation("UCOR", "correlation", scale="bias-corrected correlation"),
    _correlation("ZCOR", "correlation", scale="Fisher's z"),
    _correlation("PCOR", "partial correlation"),
    _correlation("SPCOR", "semi-partial correlation"),
    # one group
    _proportion("PLO", "logit", logit, expit),
    _proportion("PAS", "arcsine square root", arcsine, sine_squared),
    _proportion("PR", "raw proportion", identity, identity),
    _proportion("PLN", "log proportion", log, exp),
    # Without a sample size the double arcsine can only be read as the single one.
    _proportion("PFT", "Freeman-Tukey double arcsine", arcsine, sine_squared),
    _rate("IR", "raw rate", identity, identity),
    _rate("IRLN", "log rate", log, exp),
    _rate("IRS", "square root", square_root, square),
    _rate("IRFT", "Freeman-Tukey square root", square_root, square),
    _level("MN", "mean", short="Mean"),
    _level("MNLN", "mean", short="Mean", logarithmic=True),
    _level("SDLN", "standard deviation", short="SD", logarithmic=True),
    _level("CVLN", "coefficient of variation", short="CV", logarithmic=True),
    _level("ARAW", "coefficient alpha", short="Alpha", natural_range=(-math.inf, 1.0)),
    EffectMeasure(
        code="MEDLN",
        label="median time",
        short="Median",
        scale="log median time",
        null=None,
        family="time",
        to_analysis=log,
        to_natural=exp,
        natural_range=(0.0, math.inf),
        n_groups=1,
    ),
    # one group measured twice
    _difference("MC", "mean change", n_groups=1),
    _difference(
        "SMCC",
        "standardised mean change",
        short="SMC",
        scale="mean change in standard deviations of the change",
        n_groups=1,
    ),
    _difference(
        "SMCR",
        "standardised mean change",
        short="SMC",
        scale="mean change in standard deviations of the first occasion",
        n_groups=1,
    ),
    _difference(
        "SMCRH",
        "standardised mean change",
        short="SMC",
        scale="mean change in standard deviations of the first occasion, unequal variances",
        n_groups=1,
    ),
    _ratio("ROMC", "ratio of means", short="ROM", n_groups=1),
    _ratio("CVRC", "coefficient of variation ratio", short="CVR", n_groups=1),
    _ratio("VRC", "variability ratio", short="VR", n_groups=1),
    EffectMeasure(
        code="GEN",
        label="effect",
        short="Effect",
        scale="as given",
        null=0.0,
        family="generic",
        to_analysis=identity,
        to_natural=identity,
        n_groups=0,
    ),
)

MEASURES: Mapping[Measure, EffectMeasure] = MappingProxyType({measure.code: measure for measure in _ALL})


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
    >>> round(get_measure("ZCOR").to_natural(0.5493061443340549), 4)
    0.5
    """
    return MEASURES[require_option("measure", code, Measure)]  # type: ignore[index]
