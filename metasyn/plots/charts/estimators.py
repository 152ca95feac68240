"""Estimators of the between-study variance side by side, and the pooled estimate under each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from metasyn.effects.measure import EffectMeasure
from metasyn.errors import NotEstimableError, OptionError
from metasyn.names import TAU2_NAMES, dashed
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Point, Series
from metasyn.plots.chart_axes import below_zero, category_axis, effect_axis, number_ticks, sqrt_ticks
from metasyn.plots.charts.common import effect_words, listed, name_of, require_studies, studies
from metasyn.plots.forest_rows import clean_text
from metasyn.plots.model import Tick
from metasyn.synthesis.model import SynthesisResult, Tau2Estimate
from metasyn.synthesis.pool import pool
from metasyn.synthesis.spec import SynthesisSpec
from metasyn.synthesis.tau2 import require_tau2_ci
from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import Tau2Method, require_option
from metasyn.wording import interval_text, level_text, natural_text, tau2_text, unit_sign

__all__ = ["estimators_layout"]

_DEFAULT: tuple[Tau2Method, ...] = ("REML", "ML", "DL", "PM", "HE", "HS", "SJ")
_NEED_WEIGHTS = ("GENQ", "GENQM")
_WORDS: dict[Tau2Method, str] = {
    method: "REML" if method == "REML" else dashed(name[:1].upper() + name[1:])
    for method, name in TAU2_NAMES.items()
    if method not in _NEED_WEIGHTS
}
# The axis of tau2 goes on beyond the largest estimate at most this many times.
_LONGEST = 12.0
_ROW, _WIDTH = 17.0, 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One estimator: its tau2, and the synthesis with it."""

    method: Tau2Method
    result: SynthesisResult
    tau2: Tau2Estimate


def estimators_layout(
    result: SynthesisResult, methods: Sequence[Tau2Method] | None = None, *, title: str = ""
) -> ChartLayout:
    """Lay out how tau2 and the pooled estimate depend on the estimator of tau2.

    Parameters
    ----------
    result : SynthesisResult
        Its effects are pooled with every estimator under the random-effects model, its other options
        unchanged.
    methods : sequence of str, optional
        Default REML, ML, DL, PM, HE, HS and SJ, and the estimator of the result.
    title : str

    Returns
    -------
    ChartLayout
        Left tau2 with its interval, right the pooled estimate with its interval; the estimator of
        the result is a filled diamond.

    Raises
    ------
    OptionError
        For unknown or repeated methods, and for GENQ and GENQM, which need weights.
    NotEstimableError
        For fewer than three studies.

    References
    ----------
    Veroniki AA et al. Methods to estimate the between-study variance and its uncertainty in
    meta-analysis. Res Synth Methods 2016;7:55-79. 10.1002/jrsm.1164

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[-0.9, -0.1, -0.5, -1.4], vi=[0.1, 0.05, 0.2, 0.1], measure="HR")
    >>> layout = estimators_layout(result, ["REML", "DL"])
    >>> [tick.label for tick in layout.rows[0][0].right]
    ['0.255 [0.023 to 4.214]', '0.300 [0.023 to 4.214]']
    """
    require_studies(result, 3, "the comparison of estimators")
    lines, failed = _lines(result, _methods(result, methods))
    names, codes = [_WORDS[line.method] for line in lines], [line.method for line in lines]
    wide = ChartLayout(
        kind="estimators",
        rows=((_left(result, lines, names), _right(result, lines, ())),),
        title=clean_text(title),
        name=name_of("Estimators of τ²", result.effects, title),
        description=_description(result, lines),
        footnotes=(*_footnotes(result, lines), *failed),
    )
    # Below each other both panels need the names, which leave room for an axis only as codes.
    narrow = ((_left(result, lines, codes),), (_right(result, lines, codes),))
    notes = (*_footnotes(result, lines, explained=True), *failed)
    return replace(wide, narrow=replace(wide, rows=narrow, footnotes=notes))


def _methods(result: SynthesisResult, methods: Sequence[Tau2Method] | None) -> tuple[Tau2Method, ...]:
    """The estimators asked for, checked; by default the usual ones with that of the result."""
    own = result.request.tau2_method
    if methods is None:
        return _DEFAULT if own in _DEFAULT or own not in _WORDS else (own, *_DEFAULT)
    if isinstance(methods, str) or not methods or len(set(methods)) < len(methods):
        raise OptionError(f"methods must name estimators of tau2, each once; got {methods!r}.")
    for method in methods:
        require_option("methods", method, Tau2Method)
        if method not in _WORDS:
            raise OptionError(f"methods: {method!r} needs weights and cannot be compared with the others.")
    return tuple(methods)


def _lines(
    result: SynthesisResult, methods: Sequence[Tau2Method]
) -> tuple[tuple[_Line, ...], tuple[str, ...]]:
    """A synthesis for each estimator, and why one of them has none."""
    found, failed = [], []
    for method in methods:
        try:
            other = pool(result.effects, spec=_spec(result, method))
        except NotEstimableError as error:
            failed.append(f"{_WORDS[method]} is left out: {str(error).rstrip('.')}.")
            continue
        if not isinstance(other.heterogeneity, NotEstimable):
            found.append(_Line(method=method, result=other, tau2=other.heterogeneity.tau2))
    if not found:
        raise NotEstimableError(f"no estimator of tau2 has an answer: {' '.join(failed)}")
    return tuple(found), tuple(failed)


def _spec(result: SynthesisResult, method: Tau2Method) -> SynthesisSpec:
    """The request with another estimator: its rule for the interval of the mean applies anew.

    An interval of tau2 that does not go with the estimator becomes Q-profile.
    """
    request = result.request
    interval = request.tau2_ci_method
    try:
        require_tau2_ci(method, interval)
    except OptionError:
        interval = "q-profile"
    return request.update(
        model=request.model if result.model == "random-effects" else "random-effects",
        tau2=None,
        tau2_method=method,
        tau2_ci_method=interval,
    )


def _is_own(result: SynthesisResult, line: _Line) -> bool:
    """Whether the result itself rests on this estimator."""
    own = result.model == "random-effects" and result.request.tau2 is None
    return own and line.method == result.request.tau2_method


def _left(result: SynthesisResult, lines: Sequence[_Line], names: Sequence[str]) -> Panel:
    """tau2 with its intervals; a name for each row."""
    rows = [(line.tau2.value, line.tau2.ci) for line in lines]
    return Panel(
        key="tau2",
        x=_tau2_axis(rows),
        y=category_axis(names),
        paths=_intervals(rows),
        series=_points(result, lines, [value for value, _ in rows]),
        right=tuple(Tick(value=float(i), label=_tau2_words(line.tau2)) for i, line in enumerate(lines)),
        right_label=f"τ² [{level_text(result.request.level)} interval]",
        width=_WIDTH,
        height=_ROW * (len(lines) + 0.4),
        bare=("y",),
    )


def _right(result: SynthesisResult, lines: Sequence[_Line], names: Sequence[str]) -> Panel:
    """The pooled estimate with its intervals; no names where those stand beside."""
    measure = result.effects.measure
    rows = [(line.result.estimate, line.result.ci) for line in lines]
    ends = [end for _, ci in rows if isinstance(ci, Interval) for end in (ci.low, ci.high)]
    axis = effect_axis(measure, [*ends, *(value for value, _ in rows)], include_null=True)
    axis_y = replace(category_axis([""] * len(lines)), ticks=category_axis(names).ticks)
    null = measure.null
    paths = _intervals(rows)
    if null is not None and axis.contains(null):
        paths = (Path(name="null", points=((null, axis_y.low), (null, axis_y.high)), color="null"), *paths)
    return Panel(
        key="estimate",
        x=axis,
        y=axis_y,
        paths=paths,
        series=_points(result, lines, [value for value, _ in rows]),
        right=tuple(
            Tick(value=float(i), label=_estimate_words(value, ci, measure))
            for i, (value, ci) in enumerate(rows)
        ),
        right_label=f"{measure.short} [{level_text(result.request.level)} CI]",
        width=_WIDTH,
        height=_ROW * (len(lines) + 0.4),
        bare=("y",),
    )


_Row: TypeAlias = tuple[float, Interval | NotEstimable]


def _tau2_axis(rows: Sequence[_Row]) -> ChartAxis:
    """From 0, on a square-root scale; long intervals are cut where the estimates would be squeezed."""
    estimates = [value for value, _ in rows]
    bounds = [ci.high for _, ci in rows if isinstance(ci, Interval)]
    largest = max(estimates)
    wanted = max([largest, *(bound for bound in bounds if math.isfinite(bound))])
    high = 1.03 * (min(wanted, _LONGEST * largest) if largest > 0 else wanted or 1.0)
    low = -below_zero(high, "sqrt")
    ticks = number_ticks(sqrt_ticks(high))
    return ChartAxis(low=low, high=high, ticks=ticks, label="Between-study variance τ²", scale="sqrt")


def _intervals(rows: Sequence[_Row]) -> tuple[Path, ...]:
    """A line per interval, with an arrow where it goes on."""
    return tuple(
        Path(
            name="interval",
            points=((ci.low, float(i)), (ci.high, float(i))),
            color="interval",
            width=1.1,
            arrows=True,
        )
        for i, (_, ci) in enumerate(rows)
        if isinstance(ci, Interval)
    )


def _points(result: SynthesisResult, lines: Sequence[_Line], values: Sequence[float]) -> tuple[Series, ...]:
    """Squares, and a diamond for the estimator of the result."""
    points = [Point(x=x, y=float(i), label=_WORDS[lines[i].method]) for i, x in enumerate(values)]
    own = tuple(point for point, line in zip(points, lines, strict=True) if _is_own(result, line))
    others = tuple(point for point, line in zip(points, lines, strict=True) if not _is_own(result, line))
    found = [
        Series(name="estimator", points=others, marker="square", legend="Estimator of τ²" if own else "")
    ]
    if own:
        found.append(
            Series(
                name="own",
                points=own,
                marker="diamond",
                fill="summary-fill",
                edge="summary",
                radius=4.2,
                legend="The one the result uses",
            )
        )
    return tuple(found)


def _tau2_words(tau2: Tau2Estimate) -> str:
    if isinstance(tau2.ci, NotEstimable):
        return tau2_text(tau2.value)
    return f"{tau2_text(tau2.value)} [{tau2_text(tau2.ci.low)} to {tau2_text(tau2.ci.high)}]"


def _estimate_words(value: float, ci: Interval | NotEstimable, measure: EffectMeasure) -> str:
    text = natural_text(measure.to_natural(value), measure)
    if isinstance(ci, NotEstimable):
        return text
    ends = sorted((measure.to_natural(ci.low), measure.to_natural(ci.high)))
    return f"{text} [{interval_text(Interval(ends[0], ends[1], ci.level), measure)}]"


def _description(result: SynthesisResult, lines: Sequence[_Line]) -> str:
    """Ranges over the estimators, and each of them."""
    measure = result.effects.measure
    values = [line.tau2.value for line in lines]
    estimates = sorted(measure.to_natural(line.result.estimate) for line in lines)
    unit = unit_sign(measure)
    each = "; ".join(
        f"{line.method}: τ² {tau2_text(line.tau2.value)}, "
        f"{effect_words(line.result.estimate, line.result.ci, measure)}"
        for line in lines
    )
    return (
        f"{len(lines)} estimators of the between-study variance in {studies(result.k)}: τ² from "
        f"{tau2_text(min(values))} to {tau2_text(max(values))}, pooled {measure.label} from "
        f"{natural_text(estimates[0], measure)}{unit} to {natural_text(estimates[-1], measure)}{unit}. "
        f"{each}."
    )


def _footnotes(
    result: SynthesisResult, lines: Sequence[_Line], *, explained: bool = False
) -> tuple[str, ...]:
    """What a reader could take wrongly; what every code stands for, or only REML."""
    codes = [line.method for line in lines if explained or line.method == "REML"]
    notes = [f"{'; '.join(f'{code}: {dashed(TAU2_NAMES[code])}' for code in codes)}."] if codes else []
    if result.model != "random-effects":
        notes.append("The result itself is of the common-effect model, which has no τ².")
    if result.request.tau2 is not None:
        notes.append("In the result itself τ² was fixed, not estimated.")
    kinds = {line.tau2.ci_method for line in lines}
    if kinds == {"q-profile"}:
        notes.append("Q-profile intervals of τ² do not depend on the estimator.")
    elif len(kinds) > 1:
        others = [line.method for line in lines if line.tau2.ci_method == "q-profile"]
        notes.append(f"Q-profile interval of τ² for {listed(others)}.")
    return tuple(notes)
