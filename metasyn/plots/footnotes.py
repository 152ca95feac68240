"""Which rows need a remark, and the remark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Effect
from metasyn.names import added_words
from metasyn.vocabulary import Model

__all__ = ["footnotes"]

_SIGNS = "†‡§¶"

# From this grade on a log hazard ratio rests on an assumption and not only on printed figures.
_ASSUMPTION_GRADE = 4

_ROUTE_WORDS = {
    "given": "estimate and variance as given",
    "ratio and interval": "from the ratio and its confidence interval",
    "ratio and p": "standard error from the p value",
    "O-E and V": "from observed minus expected events and their variance",
    "ratio and events": "standard error from the events of both groups",
    "ratio, all events and allocation": "standard error from all events and group sizes",
    "chi-square and events": "from the log-rank statistic and the events of both groups",
    "chi-square, all events and allocation": "from the log-rank statistic, all events and group sizes",
    "p and events": "from the p value and the events of both groups",
    "p, all events and allocation": "from the p value, all events and group sizes",
    "curves and numbers at risk": "from times reconstructed from survival curves",
    "curves and events": "from times reconstructed from survival curves",
    "curves and n": "from times reconstructed from survival curves, assuming no early censoring",
    "survival and interval": "from survival at one time point",
    "survival and standard error": "from survival at one time point",
    "survival and numbers at risk": "from survival at one time point",
    "survival and n": "from survival at one time point, assuming no early censoring",
    "medians and p": "from medians and p value, assuming exponential survival",
    "medians and events": "from medians and numbers of events, assuming exponential survival",
    "medians and their intervals": "from medians and their intervals, assuming exponential survival",
    "medians and assumed events": (
        "from medians and an assumed share of events, assuming exponential survival"
    ),
    "events": "from events and participants",
    "percent": "from percentages and participants",
}


def footnotes(
    effects: Sequence[Effect], measure: EffectMeasure, model: Model | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Signs per effect and the notes they refer to.

    Parameters
    ----------
    effects : sequence of Effect
    measure : EffectMeasure
    model : str, optional
        Of the result below them: a mixed model of counts adds nothing to zero cells.

    Returns
    -------
    marks : tuple of str
        One per effect, empty where nothing has to be said.
    notes : tuple of str
        In order of first use, each beginning with its sign.
    """
    remarks = [_remark(effect, measure, model) for effect in effects]
    signs = _signs()
    sign_of = {remark: next(signs) for remark in dict.fromkeys(remarks) if remark}
    marks = tuple(sign_of[remark] if remark else "" for remark in remarks)
    return marks, tuple(f"{sign} {remark}" for remark, sign in sign_of.items())


def _signs() -> Iterator[str]:
    """The usual order of signs, doubled when used up."""
    for times in count(1):
        for sign in _SIGNS:
            yield sign * times


def _remark(effect: Effect, measure: EffectMeasure, model: Model | None) -> str:
    """Route and adjustment of one effect in words; empty if it needs no remark."""
    parts = []
    if measure.code == "HR" and effect.route.grade >= _ASSUMPTION_GRADE:
        parts.append(f"{measure.label} {_ROUTE_WORDS[effect.route.name]}")
    if effect.adjustment:
        parts.append(added_words(effect.adjustment, model))
    return "; ".join(parts)
