"""L'Abbé plot: the risk in one group against the risk in the other, study by study."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from metasyn.errors import OptionError
from metasyn.names import MODEL_NAMES
from metasyn.plots.axis import linear_ticks
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Scale, Series
from metasyn.plots.chart_axes import below_zero, sqrt_ticks
from metasyn.plots.charts.common import (
    areas,
    effect_words,
    largest_first,
    listed,
    name_of,
    named_points,
    studies,
    study_labels,
)
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.model import Tick
from metasyn.synthesis.model import SynthesisResult
from metasyn.wording import plain_number

__all__ = ["labbe_layout"]

_STEPS = 120
# Medians below this share of the highest risk are crowded.
_CROWDED = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class _Risks:
    """One study with counts in both groups."""

    index: int
    treated: float
    control: float


def _odds(risk: float, log_ratio: float) -> float:
    """The risk whose log odds are `log_ratio` above those of `risk`."""
    if risk in (0.0, 1.0):
        return risk
    return 1 / (1 + (1 - risk) / risk * math.exp(-log_ratio))


def _arcsine(risk: float, difference: float) -> float:
    return math.sin(math.asin(math.sqrt(risk)) + difference) ** 2


# The risk in group 1 that an effect makes of the risk in group 2.
_CURVES: dict[str, Callable[[float, float], float]] = {
    "RR": lambda risk, effect: risk * math.exp(effect),
    "OR": _odds,
    "PETO": _odds,
    "RD": lambda risk, effect: risk + effect,
    "AS": _arcsine,
}

# The risks in group 2 for which that of group 1 lies between 0 and 1; all where nothing is said.
_ENDS: dict[str, Callable[[float], tuple[float, float]]] = {
    "RR": lambda effect: (0.0, math.exp(min(-effect, 0.0))),
    "RD": lambda effect: (max(-effect, 0.0), min(1.0 - effect, 1.0)),
    "AS": lambda effect: (math.sin(max(-effect, 0.0)) ** 2, math.cos(max(effect, 0.0)) ** 2),
}


def labbe_layout(
    result: SynthesisResult, *, title: str = "", group_labels: tuple[str, str] | None = None
) -> ChartLayout:
    """Lay out a L'Abbé plot.

    Parameters
    ----------
    result : SynthesisResult
        Of risk ratios, odds ratios (Peto's too), risk differences or arcsine differences, with counts.
    title : str
    group_labels : tuple of two str, optional
        Names of the compared groups; group 1 is on the vertical axis.

    Returns
    -------
    ChartLayout
        Areas are proportional to the weights of the result. Studies without counts are named in a
        footnote.

    Raises
    ------
    OptionError
        For other measures, and if no study has counts of both groups.

    References
    ----------
    L'Abbé KA, Detsky AS, O'Rourke K. Meta-analysis in clinical research. Ann Intern Med
    1987;107:224-233. 10.7326/0003-4819-107-2-224

    Examples
    --------
    >>> from metasyn.effects.plain_table import effects_from_table
    >>> from metasyn.synthesis import pool
    >>> table = {"study": ["A", "B"], "events_1": ["4", "6"], "n_1": ["50", "60"],
    ...          "events_2": ["8", "9"], "n_2": ["50", "60"]}
    >>> result = pool(effects_from_table(table, measure="RR", level=0.95, file="f.csv"))
    >>> [(point.x, point.y) for point in labbe_layout(result).rows[0][0].series[0].points]
    [(0.15, 0.1), (0.16, 0.08)]
    """
    measure = result.effects.measure
    if measure.code not in _CURVES:
        raise OptionError(
            f"a L'Abbé plot shows risks of two groups: measures {', '.join(_CURVES)}; got {measure.code!r}."
        )
    names = study_labels(result.effects)
    risks = _risks(result)
    if not risks:
        raise OptionError("a L'Abbé plot needs events and participants of both groups; no study has them.")
    first, second = (clean_text(name) for name in group_labels or ("group 1", "group 2"))
    panel = _panel(result, risks, names, (first, second))
    shown = {risk.index for risk in risks}
    missing = [name for i, name in enumerate(names) if i not in shown]
    lower = sum(risk.treated < risk.control for risk in risks)
    return ChartLayout(
        kind="labbe",
        rows=((panel,),),
        title=clean_text(title),
        name=name_of("L'Abbé plot", result.effects, title),
        description=(
            f"L'Abbé plot of {studies(len(risks))}: risk with {first} against risk with {second}. "
            f"The risk is lower with {first} in {lower} of {len(risks)}. The pooled {measure.label} "
            f"({MODEL_NAMES[result.model]}) is {effect_words(result.estimate, result.ci, measure)}."
        ),
        footnotes=(
            "Areas are proportional to the weights.",
            *(["Square-root axes keep small risks apart."] if _scale(risks) == "sqrt" else []),
            *([f"Not shown, without counts of both groups: {listed(missing)}."] if missing else []),
        ),
    )


def _risks(result: SynthesisResult) -> tuple[_Risks, ...]:
    """Studies with counts of both groups."""
    found = []
    for i, effect in enumerate(result.effects.effects):
        counts = effect.counts
        if counts is None or counts.events_2 is None or not counts.n_2 or not counts.n_1:
            continue
        treated, control = counts.events_1 / counts.n_1, counts.events_2 / counts.n_2
        found.append(_Risks(index=i, treated=treated, control=control))
    return tuple(found)


def _panel(
    result: SynthesisResult, risks: tuple[_Risks, ...], names: tuple[str, ...], groups: tuple[str, str]
) -> Panel:
    """Both risks on equal axes, the line of equality and the curve of the pooled effect."""
    high = _upper(max(max(risk.treated, risk.control) for risk in risks))
    scale = _scale(risks)
    values = linear_ticks(0.0, high) if scale == "linear" else sqrt_ticks(high)
    ticks = tuple(Tick(value=value, label=plain_number(100 * value)) for value in values)
    low = -below_zero(high, scale)
    first, second = (f"Risk with {group}, %" for group in groups)
    points = _points(result, risks, names)
    top = min(high, 1.0)
    legend = f"Pooled {result.effects.measure.label}, {MODEL_NAMES[result.model]}"
    return Panel(
        key="labbe",
        x=ChartAxis(low=low, high=high, ticks=ticks, label=second, scale=scale),
        y=ChartAxis(low=low, high=high, ticks=ticks, label=first, scale=scale),
        paths=(
            Path(name="equality", points=((0.0, 0.0), (top, top)), color="null", legend="Equal risks"),
            Path(
                name="pooled",
                points=_curve(result, top),
                color="summary",
                width=1.2,
                dashed=True,
                legend=legend,
            ),
        ),
        series=(
            Series(
                name="study",
                points=largest_first(points),
                radius=11.0,
                opacity=0.55,
                legend="Study, area = weight",
            ),
        ),
        width=290.0,
        height=290.0,
    )


def _curve(result: SynthesisResult, top: float) -> tuple[tuple[float, float], ...]:
    """The pooled effect at every risk of group 2 up to `top` that it leaves a risk in group 1."""
    code, effect = result.effects.measure.code, result.estimate
    first, last = _ENDS[code](effect) if code in _ENDS else (0.0, 1.0)
    length = max(min(last, top) - first, 0.0)
    along = (first + length * (i / _STEPS) ** 2 for i in range(_STEPS + 1))
    # Only the last digit of an end can lie outside.
    return tuple((x, min(max(_CURVES[code](x, effect), 0.0), 1.0)) for x in along)


def _points(result: SynthesisResult, risks: tuple[_Risks, ...], names: tuple[str, ...]) -> tuple[Point, ...]:
    """A mark per study, its area the weight."""
    weights = result.weights.tolist()
    shares = areas([weights[risk.index] for risk in risks])
    named = named_points([abs(risk.treated - risk.control) for risk in risks])
    return tuple(
        Point(
            x=risk.control,
            y=risk.treated,
            label=names[risk.index],
            index=risk.index,
            area=share,
            labelled=name,
        )
        for risk, share, name in zip(risks, shares, named, strict=True)
    )


def _scale(risks: tuple[_Risks, ...]) -> Scale:
    """Square roots where most risks would be crowded at the low end."""
    every = sorted(value for risk in risks for value in (risk.treated, risk.control))
    return "sqrt" if every[len(every) // 2] < _CROWDED * every[-1] else "linear"


def _upper(risk: float) -> float:
    """End of both axes: a little beyond the highest risk, at most 100%."""
    return min(max(1.1 * risk, 0.01), 1.0) if risk < 0.95 else 1.03
