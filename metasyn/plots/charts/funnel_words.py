"""A funnel plot in words: its description and its footnotes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.names import MODEL_NAMES
from metasyn.numerics.tails import normal_quantile
from metasyn.plots.charts.common import effect_words, studies
from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.small_study import RegressionTest, TrimFill
from metasyn.vocabulary import FunnelScale
from metasyn.wording import level_text, natural_text, p_text, short_number, unit_sign

__all__ = ["describe", "remarks"]


def describe(
    result: SynthesisResult,
    centre: float,
    words: str,
    y: FunnelScale,
    levels: Sequence[float],
    contours: bool,
    trim_fill: TrimFill | None,
    egger: RegressionTest | None,
) -> str:
    """The figure in words: what lies where, and how many."""
    measure, effects = result.effects.measure, result.effects
    yi, sei = effects.yi.tolist(), [math.sqrt(v) for v in effects.vi.tolist()]
    middle = f"{natural_text(measure.to_natural(centre), measure)}{unit_sign(measure)}"
    left = sum(effect < centre for effect in yi)
    sentences = [
        f"Funnel plot of the {measure.label} in {studies(result.k)} against the {_heights(sei, y)}.",
        f"The middle line is the pooled estimate ({words}), {middle}: {left} lie below it and "
        f"{sum(effect > centre for effect in yi)} above.",
    ]
    for level in levels:
        z = normal_quantile(1 - level)
        beyond = sum(abs(effect - centre) > z * se for effect, se in zip(yi, sei, strict=True))
        sentences.append(f"{beyond} of {result.k} lie outside the {level_text(level)} cone.")
    if contours:
        null = measure.null or 0.0
        z = normal_quantile(0.05)
        clear = sum(abs(effect - null) >= z * se for effect, se in zip(yi, sei, strict=True))
        sentences.append(f"{clear} of {result.k} differ from no effect with p < 0.05.")
    if trim_fill is not None:
        sentences.append(
            f"Trim and fill adds {studies(trim_fill.k0)} on the {trim_fill.side}; with them the estimate is "
            f"{effect_words(trim_fill.result.estimate, trim_fill.result.ci, measure)}."
        )
    if egger is not None:
        sentences.append(f"Egger's regression: {p_text(egger.pvalue)}.")
    return " ".join(sentences)


def _heights(sei: Sequence[float], y: FunnelScale) -> str:
    """What stands on the vertical axis, and its range."""
    what, values = "standard error", list(sei)
    if y == "precision":
        what, values = "precision (1 / standard error)", [1 / s for s in sei]
    return f"{what}, which ranges from {short_number(min(values))} to {short_number(max(values))}"


def remarks(trim_fill: TrimFill | None, egger: RegressionTest | None) -> tuple[str, ...]:
    """What the picture cannot say."""
    notes = []
    if trim_fill is not None:
        model = MODEL_NAMES[trim_fill.result.model]
        what = f"{studies(trim_fill.k0)} added on the {trim_fill.side}" if trim_fill.k0 else "no study added"
        notes.append(
            f"Trim and fill (estimator {trim_fill.estimator}, {model}): {what}. A sensitivity analysis, "
            "not a better estimate."
        )
    if egger is not None and egger.model != "multiplicative":
        notes.append(f"Egger's regression with weights {egger.weights}.")
    return tuple(notes)
