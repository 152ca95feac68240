"""Posterior of the mean and of the between-study standard deviation, from densities on grids."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.errors import OptionError
from metasyn.plots.chart import ChartAxis, ChartLayout, Panel, Path, Region
from metasyn.plots.chart_axes import effect_axis, number_axis
from metasyn.plots.charts.common import effect_words
from metasyn.plots.forest_rows import clean_text
from metasyn.values import Interval
from metasyn.wording import level_text, short_number

__all__ = ["Density", "posterior_layout"]

Array = NDArray[np.float64]

# What has less than this share of the highest density is not drawn.
_FAINT = 0.002


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Density:
    """A posterior distribution on a grid.

    Attributes
    ----------
    values : ndarray of shape (n,)
        Increasing; the mean on the analysis scale, the standard deviation in its units.
    density : ndarray of shape (n,)
        >= 0.
    centre : float
        Posterior median or mean.
    interval : Interval
        Credible interval.
    prior : ndarray of shape (n,) or None
        Density of the prior at the same values.
    """

    values: Array
    density: Array
    centre: float
    interval: Interval
    prior: Array | None = None

    def __post_init__(self) -> None:
        given = [self.values, self.density, *([] if self.prior is None else [self.prior])]
        shapes = {np.shape(array) for array in given}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1 or self.values.size < 2:
            raise OptionError(
                f"values, density and prior must have one shape (n,), n >= 2; got {sorted(shapes)}."
            )
        if not all(np.isfinite(array).all() for array in given) or (np.diff(self.values) <= 0).any():
            raise OptionError("values must be finite and increasing, densities finite.")
        if any((array < 0).any() for array in given[1:]) or not self.density.any():
            raise OptionError("densities must be 0 or more, and not 0 everywhere.")
        for array in given:
            array.flags.writeable = False


def posterior_layout(
    mu: Density,
    tau: Density,
    *,
    measure: str | EffectMeasure = "GEN",
    title: str = "",
    outcome: str = "",
) -> ChartLayout:
    """Lay out the posterior distributions of mean and between-study standard deviation.

    Parameters
    ----------
    mu : Density
        Of the mean, analysis scale.
    tau : Density
        Of the between-study standard deviation.
    measure : str or EffectMeasure
    title, outcome : str

    Returns
    -------
    ChartLayout
        Two panels; the credible interval is the darker part, a dashed line the prior.

    Raises
    ------
    OptionError
        If the standard deviation has values below 0.

    Examples
    --------
    >>> import numpy as np
    >>> from metasyn.values import Interval
    >>> x = np.linspace(-3, 3, 61)
    >>> mu = Density(values=x, density=np.exp(-x**2 / 2), centre=0.0, interval=Interval(-1.96, 1.96))
    >>> t = np.linspace(0, 3, 61)
    >>> tau = Density(values=t, density=np.exp(-t), centre=0.69, interval=Interval(0.0, 3.0))
    >>> [panel.key for panel in posterior_layout(mu, tau).panels()]
    ['mu', 'tau']
    """
    chosen = measure if isinstance(measure, EffectMeasure) else get_measure(measure)
    if tau.values[0] < 0:
        raise OptionError(
            f"a standard deviation cannot be below 0; the grid of tau begins at {tau.values[0]!r}."
        )
    shown = _shown(mu)
    axis = effect_axis(chosen, shown, include_null=True, air=0.02)
    panels = (
        _panel("mu", mu, axis, "Mean μ", null=chosen.null),
        _panel(
            "tau",
            tau,
            number_axis(_shown(tau), "Between-study standard deviation τ", from_zero=True),
            "Heterogeneity τ",
            null=None,
        ),
    )
    name = f"Posterior of μ and τ{': ' + clean_text(outcome) if outcome else ''}"
    level = level_text(tau.interval.level)
    return ChartLayout(
        kind="posterior",
        rows=(panels,),
        title=clean_text(title),
        name=clean_text(title) or name,
        description=(
            f"Posterior distributions. Mean {chosen.label}: {effect_words(mu.centre, mu.interval, chosen)}. "
            f"Between-study standard deviation τ: {short_number(tau.centre)} ({level} interval "
            f"{short_number(tau.interval.low)} to {short_number(tau.interval.high)})."
        ),
        stackable=True,
        footnotes=_footnotes(mu, tau),
    )


def _footnotes(mu: Density, tau: Density) -> tuple[str, ...]:
    hidden = [
        name for name, found in (("μ", mu), ("τ", tau)) if found.density[-1] > _FAINT * found.density.max()
    ]
    if not hidden:
        return ()
    return (f"The grid of {' and '.join(hidden)} ends before the density does.",)


def _shown(found: Density) -> list[float]:
    """Ends of what is drawn: where the density can be seen, and the interval as far as the grid goes."""
    seen = found.values[found.density >= _FAINT * found.density.max()]
    first, last = float(found.values[0]), float(found.values[-1])
    ends = (found.interval.low, found.interval.high, found.centre)
    return [float(seen[0]), float(seen[-1]), *(min(max(end, first), last) for end in ends)]


def _panel(key: str, found: Density, axis: ChartAxis, words: str, *, null: float | None) -> Panel:
    x, y = found.values.tolist(), found.density.tolist()
    top = 1.08 * max(y)
    curve = tuple(zip(x, y, strict=True))
    low, high = (min(max(end, x[0]), x[-1]) for end in (found.interval.low, found.interval.high))
    inside = [
        (low, _height(found, low)),
        *((a, b) for a, b in curve if low < a < high),
        (high, _height(found, high)),
    ]
    level = level_text(found.interval.level)
    paths = []
    if null is not None and axis.contains(null):
        paths.append(Path(name="null", points=((null, 0.0), (null, top)), color="null"))
    if found.prior is not None:
        prior = tuple(zip(x, found.prior.tolist(), strict=True))
        paths.append(Path(name="prior", points=prior, color="added", dashed=True, width=1.1, legend="Prior"))
    paths.append(Path(name="posterior", points=curve, color="study", width=1.5, legend="Posterior"))
    middle = ((found.centre, 0.0), (found.centre, _height(found, found.centre)))
    paths.append(Path(name="centre", points=middle, color="summary", width=1.4, legend="Posterior median"))
    return Panel(
        key=key,
        x=axis,
        y=ChartAxis(low=0.0, high=top, ticks=(), label="Density"),
        title=words,
        regions=(
            Region(name="whole", points=((x[0], 0.0), *curve, (x[-1], 0.0)), fill="band-1"),
            Region(name="interval", points=((low, 0.0), *inside, (high, 0.0)), fill="band-3",
                   legend=f"{level} credible interval"),
        ),
        paths=tuple(paths),
        width=220.0,
        height=160.0,
        bare=("y",),
    )  # fmt: skip


def _height(found: Density, value: float) -> float:
    if not math.isfinite(value):
        return 0.0
    return float(np.interp(value, found.values, found.density))
