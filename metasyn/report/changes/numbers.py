"""A comparison of two states in numbers as a clinician reads them: before, after, changes and shares."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.changes.model import Moved, OutcomeChange, Quantity, Standing, WeightChange
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.effects.transforms import exp, expit, identity
from metasyn.names import CI_NAMES, MODEL_NAMES
from metasyn.values import Interval, NotEstimable
from metasyn.wording import (
    change_text,
    interval_text,
    level_text,
    natural_text,
    p_text,
    percent_text,
    tau2_text,
    unit_sign,
    whole,
)

__all__ = [
    "NOTHING",
    "bounds_text",
    "change_cell",
    "estimate_name",
    "estimate_text",
    "interval_kind",
    "measure_before",
    "method_text",
    "moved_weights",
    "orders_sentence",
    "plain_cells",
    "quantity_name",
    "shares_are",
    "shares_rule",
    "shown_change",
    "still_sentence",
    "weight_sentence",
]

NOTHING = "\N{EN DASH}"
_ARROW = "\N{RIGHTWARDS ARROW}"
_MULTIPLIED: tuple[Quantity, ...] = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
# Below this a change is rounding error of the computation, not of a number that anybody reads.
_NOISE = 1e-12
_LEAST_SHIFT = 0.01


def method_text(standing: Standing | None) -> str:
    """Model, estimator and interval that headline a synthesis.

    Parameters
    ----------
    standing : Standing or None

    Returns
    -------
    str
        `"random effects (REML), Hartung-Knapp interval"`; of one study that it is not pooled.
    """
    if standing is None:
        return NOTHING
    if standing.k < 2:
        return "one study, not pooled" if standing.k else "nothing to pool"
    model = MODEL_NAMES.get(standing.model, standing.model)  # type: ignore[call-overload]
    estimator = f" ({standing.tau2_method})" if standing.tau2_method and "random" in standing.model else ""
    interval = CI_NAMES.get(standing.ci_method, standing.ci_method)  # type: ignore[call-overload]
    return f"{model}{estimator}, {interval} interval"


def measure_before(outcome: OutcomeChange) -> EffectMeasure:
    """The measure of the older result: that of the outcome, unless it was another one.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    EffectMeasure
    """
    return get_measure(outcome.measure_before or outcome.measure)


def estimate_name(measure: EffectMeasure) -> str:
    """What the estimate is called in a table.

    Examples
    --------
    >>> estimate_name(get_measure("HR")), estimate_name(get_measure("PLO"))
    ('HR', 'proportion')
    """
    return measure.label if measure.family == "proportion" else measure.heading


def interval_kind(standings: Sequence[Standing]) -> str:
    """What the intervals of the mean are: CI, CrI where they are credible ones, else only an interval.

    Examples
    --------
    >>> interval_kind([])
    'interval'
    """
    kinds = {"CrI" if one.ci_method == "credible" else "CI" for one in standings}
    return kinds.pop() if len(kinds) == 1 else "interval"


def quantity_name(quantity: Quantity, measure: EffectMeasure, level: float) -> str:
    """What a quantity is called over a column of shares.

    Examples
    --------
    >>> [quantity_name(name, get_measure("HR"), 0.95) for name in ("estimate", "pi_low", "I2")]
    ['HR', '95% PI low', 'I², points']
    """
    bounds = {"ci_low": "CI low", "ci_high": "CI high", "pi_low": "PI low", "pi_high": "PI high"}
    if quantity in bounds:
        return f"{level_text(level)} {bounds[quantity]}"
    estimate = "odds" if measure.to_natural is expit else estimate_name(measure)
    plain = {"estimate": estimate, "tau2": "τ²", "I2": "I², points", "k": "estimates"}
    return plain[quantity]


def estimate_text(standing: Standing | None, measure: EffectMeasure) -> str:
    """The pooled estimate on the natural scale.

    Parameters
    ----------
    standing : Standing or None
    measure : EffectMeasure

    Returns
    -------
    str
        With its unit; a dash where there is no synthesis.
    """
    if standing is None:
        return NOTHING
    if isinstance(standing.estimate, NotEstimable):
        return "not estimable"
    return natural_text(measure.to_natural(standing.estimate), measure) + unit_sign(measure)


def bounds_text(interval: Interval | NotEstimable, measure: EffectMeasure) -> str:
    """An interval on the natural scale.

    Examples
    --------
    >>> import math
    >>> bounds_text(Interval(math.log(0.47), math.log(0.8), 0.95), get_measure("HR"))
    '0.47 to 0.80'
    """
    if isinstance(interval, NotEstimable):
        return "not estimable"
    ends = Interval(measure.to_natural(interval.low), measure.to_natural(interval.high), interval.level)
    return interval_text(ends, measure) + unit_sign(measure)


def shown_change(quantity: Quantity, change: float, measure: EffectMeasure) -> str:
    """A change or a share: a factor where the natural scale multiplies, else a difference with its sign.

    Parameters
    ----------
    quantity : str
    change : float
        On the analysis scale.
    measure : EffectMeasure

    Returns
    -------
    str
        Odds multiply where proportions are analysed as logits. I2 and raw proportions change by
        percentage points.

    Examples
    --------
    >>> import math
    >>> shown_change("estimate", math.log(1.1), get_measure("HR"))
    '×1.10'
    >>> shown_change("I2", -0.04, get_measure("HR")), shown_change("tau2", 0.0, get_measure("HR"))
    ('−4', '–')
    """
    if abs(change) < _NOISE:
        return NOTHING
    if quantity in _MULTIPLIED:
        if not math.isfinite(change):
            return change_text(change)
        if measure.to_natural in (exp, expit):
            return change_text(change, log=True)
        return change_text(100 * change if _in_points(measure) else change)
    return change_text(100 * change if quantity == "I2" else change)


def change_cell(moved: Moved | None, measure: EffectMeasure) -> str:
    """The whole change of a quantity.

    Parameters
    ----------
    moved : Moved or None
    measure : EffectMeasure

    Returns
    -------
    str
        As `shown_change` writes it, with a word where it is not in the unit of the value itself; empty
        where the quantity did not change or one side is not known.
    """
    if moved is None or moved.change is None:
        return ""
    text = shown_change(moved.quantity, moved.change, measure)
    if text == NOTHING:
        return text
    if moved.quantity == "I2" or (moved.quantity != "tau2" and _in_points(measure)):
        return f"{text} point{'' if text[1:] == '1' else 's'}"
    return f"odds {text}" if moved.quantity == "estimate" and measure.to_natural is expit else text


def shares_are(measure: EffectMeasure) -> str:
    """How the shares of a change are to be read.

    Examples
    --------
    >>> shares_are(get_measure("HR"))
    'Changes of the hazard ratio are factors: ×1.10 is 10% higher. The factors multiply to the whole change.'
    """
    if measure.to_natural is exp:
        what, sums = f"Changes of the {measure.label} are factors: ×1.10 is 10% higher.", "factors multiply"
    elif measure.to_natural is expit:
        what = f"Changes of the {measure.label} are factors of its odds: ×1.10 is odds 10% higher."
        sums = "factors multiply"
    elif _in_points(measure):
        what, sums = f"Changes of the {measure.label} are in percentage points.", "points add up"
    elif measure.to_natural is identity:
        what, sums = f"Changes of the {measure.label} are differences.", "differences add up"
    else:
        what = f"Changes of the {measure.label} are differences on the scale of analysis ({measure.scale})."
        sums = "differences add up"
    return f"{what} The {sums} to the whole change."


def shares_rule(outcome: OutcomeChange) -> str:
    """How the shares of an outcome are to be read; empty where no share of estimate or bound is shown.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    str
    """
    shown = any(moved.quantity in _MULTIPLIED and moved.shares for moved in outcome.moved)
    return shares_are(get_measure(outcome.measure)) if shown and len(outcome.causes) > 1 else ""


def _in_points(measure: EffectMeasure) -> bool:
    return measure.family == "proportion" and measure.to_natural is identity


def orders_sentence(outcome: OutcomeChange) -> str:
    """How the shares were computed.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    str
        One sentence; empty where there are no shares or only one cause.
    """
    if outcome.attribution == "none" or len(outcome.causes) < 2:
        return ""
    sampled = outcome.attribution == "sampled"
    over = f"{whole(outcome.orders)} of the orders" if sampled else "all orders"
    first = any(cause.kind == "software" for cause in outcome.causes)
    told = f"Each share is the average over {over} in which these changes could have been made"
    told = f"{told}, after the change of software." if first else f"{told}."
    return f"{told} {_sampling_sentence(outcome)}" if sampled else told


def _sampling_sentence(outcome: OutcomeChange) -> str:
    """How far shares over a sample of the orders may be off."""
    shares = next((moved.shares for moved in outcome.moved if moved.quantity == "estimate"), ())
    largest = max((share.sampling_error for share in shares), default=0.0)
    told = "The sum of these shares is exact; each alone has sampling error"
    if largest < _NOISE:
        return f"{told}."
    measure = get_measure(outcome.measure)
    name = quantity_name("estimate", measure, 0.95)
    shown = shown_change("estimate", largest, measure).removeprefix("+")
    unit = " points" if _in_points(measure) else ""
    return f"{told} (standard error of a share of the {name} at most {shown}{unit})."


def moved_weights(outcome: OutcomeChange, most: int = 5) -> tuple[WeightChange, ...]:
    """The effects whose share of the pooled estimate moved most, the largest move first.

    Parameters
    ----------
    outcome : OutcomeChange
    most : int
        How many at most.

    Returns
    -------
    tuple of WeightChange
        Those that came or went, or moved by at least one percentage point.
    """
    moved = [one for one in outcome.weights if _shift(one) >= _LEAST_SHIFT or None in (one.before, one.after)]
    moved.sort(key=lambda one: (-_shift(one), one.label))
    return tuple(moved[:most])


def still_sentence(outcome: OutcomeChange) -> str:
    """An outcome that did not change, in short.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    str
        Its name and its estimate on the natural scale.
    """
    measure = get_measure(outcome.measure)
    return f"{outcome.label} ({measure.label} {estimate_text(outcome.after, measure)})"


def _shift(one: WeightChange) -> float:
    return abs((one.after or 0.0) - (one.before or 0.0))


def _percent(weight: float | None) -> str:
    return NOTHING if weight is None else percent_text(weight, 0)


def weight_sentence(one: WeightChange) -> str:
    """The weight of one effect before and after.

    Examples
    --------
    >>> weight_sentence(WeightChange(label="Smith 2017", before=0.221, after=0.18))
    'Smith 2017 22% → 18%'
    """
    if one.before is None:
        return f"{one.label} (new) {_percent(one.after)}"
    if one.after is None:
        return f"{one.label} {_percent(one.before)} {_ARROW} gone"
    return f"{one.label} {_percent(one.before)} {_ARROW} {_percent(one.after)}"


def plain_cells(standing: Standing | None) -> tuple[str, str, str]:
    """The p value without its name, tau2 and I2 of a synthesis.

    Parameters
    ----------
    standing : Standing or None

    Returns
    -------
    tuple of str
        Dashes where they are not there.
    """
    if standing is None:
        return NOTHING, NOTHING, NOTHING
    p, tau2, I2 = standing.pvalue, standing.tau2, standing.I2
    return (
        NOTHING if isinstance(p, NotEstimable) else p_text(p, equals="").removeprefix("p").strip(),
        NOTHING if isinstance(tau2, NotEstimable) else tau2_text(tau2),
        NOTHING if isinstance(I2, NotEstimable) else percent_text(I2, 0),
    )
