"""What the charts share: names of studies, weights as areas, which points are named, and their words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.plots.chart import Point
from metasyn.plots.forest_rows import clean_text
from metasyn.synthesis.model import SynthesisResult
from metasyn.values import Interval, NotEstimable
from metasyn.wording import interval_text, level_text, natural_text, unit_sign

__all__ = [
    "areas",
    "effect_words",
    "largest_first",
    "listed",
    "name_of",
    "named_points",
    "require_studies",
    "study_labels",
    "studies",
]

# Up to so many points each is named; beyond, those that stand out.
_ALL_NAMED = 40
_NAMED_BEYOND = 12


def study_labels(effects: EffectSet) -> tuple[str, ...]:
    """Names of the studies as a figure shows them."""
    return tuple(clean_text(effect.label) for effect in effects.effects)


def named_points(scores: Sequence[float], *, least: float = 0.0) -> tuple[bool, ...]:
    """Which points get a name: all of a few, else those with the highest scores of `least` or more.

    Examples
    --------
    >>> sum(named_points([0.1] * 12)), sum(named_points([float(i) for i in range(300)]))
    (12, 12)
    """
    if len(scores) <= _ALL_NAMED:
        return (True,) * len(scores)
    ranked = sorted((i for i in range(len(scores)) if scores[i] >= least), key=lambda i: (-scores[i], i))
    chosen = set(ranked[:_NAMED_BEYOND])
    return tuple(i in chosen for i in range(len(scores)))


def areas(weights: Sequence[float]) -> tuple[float, ...]:
    """Weights as shares of the largest."""
    most = max(weights, default=0.0)
    return tuple(float(weight) / most if most > 0 else 1.0 for weight in weights)


def largest_first(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points in the order they are drawn, so that small marks lie on large ones."""
    return tuple(sorted(points, key=lambda point: (-point.area, point.index or 0)))


def studies(k: int) -> str:
    """A number of studies in words."""
    return "1 study" if k == 1 else f"{k} studies"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def name_of(kind: str, effects: EffectSet, title: str) -> str:
    """Accessible name of a figure."""
    outcome = clean_text(effects.outcome)
    return clean_text(title) or (f"{kind}: {outcome}" if outcome else kind)


def effect_words(value: float, ci: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """An estimate of the analysis scale with its interval: `0.49 (95% interval 0.34 to 0.70)`."""
    unit = unit_sign(measure)
    text = f"{natural_text(measure.to_natural(value), measure)}{unit}"
    if isinstance(ci, NotEstimable):
        return text
    ends = (measure.to_natural(ci.low), measure.to_natural(ci.high))
    natural = Interval(min(ends), max(ends), ci.level)
    return f"{text} ({level_text(ci.level)} interval {interval_text(natural, measure)}{unit})"


def require_studies(result: SynthesisResult, least: int, what: str) -> None:
    """Refuse a figure that makes no sense for so few studies."""
    if result.k < least:
        raise NotEstimableError(f"{what} needs at least {studies(least)}; there are {result.k}.")
    if not all(math.isfinite(y) and 0 < v < math.inf for y, v in zip(*_arrays(result), strict=True)):
        raise OptionError(f"{what} needs finite effects with finite variances above 0.")


def _arrays(result: SynthesisResult) -> tuple[list[float], list[float]]:
    return result.effects.yi.tolist(), result.effects.vi.tolist()
