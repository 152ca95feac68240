"""Cumulative synthesis: the effects enter one after the other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from metasyn.effects.model import EffectSet
from metasyn.errors import NotEstimableError, OptionError
from metasyn.shown import Shown
from metasyn.synthesis.arrays import effects_or_arrays
from metasyn.synthesis.core import synthesise
from metasyn.synthesis.model import SynthesisResult, SynthesisSpec
from metasyn.synthesis.sensitivity.source import same_methods
from metasyn.synthesis.sensitivity.tables import PooledTable, pooled_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cumulative", "CumulativeStep", "cumulative"]

Key = float | str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeStep:
    """The synthesis once one more effect has entered.

    Attributes
    ----------
    added : str
        The effect that entered.
    index : int
        Its place among the effects as given.
    key : float, str or None
        What it was sorted by; None in the given order.
    result : SynthesisResult
    """

    added: str
    index: int
    key: Key | None
    result: SynthesisResult

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import cumulative_step_to_text

        return cumulative_step_to_text(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cumulative(Shown):
    """All steps, in the order in which the effects entered.

    Attributes
    ----------
    order : str
        `"given"`, `"precision"`, the name of the column, or `"as specified"` for a sequence.
    descending : bool
    steps : tuple of CumulativeStep
        Length k; the last is the whole synthesis.
    """

    order: str
    descending: bool
    steps: tuple[CumulativeStep, ...]

    def table(self) -> PooledTable:
        """The main figures of every step."""
        return pooled_table("added", ((step.added, step.result) for step in self.steps))

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per step."""
        return self.table().to_frame()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        keys = [step.key for step in self.steps]
        return {"order": self.order, "descending": self.descending, "keys": keys, **self.table().to_dict()}

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import cumulative_to_text

        return cumulative_to_text(self)


def cumulative(
    effects: EffectSet | SynthesisResult | None = None,
    /,
    *,
    order: str | Sequence[float] | Sequence[str] = "given",
    descending: bool = False,
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    sei: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    spec: SynthesisSpec | None = None,
) -> Cumulative:
    """Pool the first effect, the first two, and so on.

    Model and interval of every step are those that headline with all effects. Effects with the same
    key enter in the order in which they are given. Repeated looks inflate the error rate of the
    tests: the p values are not those of a sequential analysis.

    Parameters
    ----------
    effects : EffectSet or SynthesisResult, optional
        Or give arrays.
    order : {'given', 'precision'}, name of a column, or sequence of length k
        As given; the most precise effect first; by a column of the effects (as numbers if all its
        values are numbers, else as text); or by one number or text per effect.
    descending : bool
        The other way round: the last, the least precise, the largest key first.
    yi : array_like of shape (k,), optional
        Estimates on the **analysis** scale.
    vi, sei : array_like of shape (k,), optional
        Sampling **variances**, or standard errors.
    labels : sequence of str, optional
    measure : str
    spec : SynthesisSpec, optional
        The request of the whole synthesis; default the stated policy.

    Returns
    -------
    Cumulative

    Raises
    ------
    OptionError
        If the order is not known, has not one key per effect, or a key is missing.
    NotEstimableError
        If there is no effect.

    References
    ----------
    Lau J, Antman EM, Jimenez-Silva J, et al. Cumulative meta-analysis of therapeutic trials for
    myocardial infarction. N Engl J Med 1992;327:248-254. 10.1056/NEJM199207233270406

    Examples
    --------
    >>> found = cumulative(yi=[-0.9, -0.1, -0.5], vi=[0.1, 0.05, 0.2], order=[2004, 1999, 2011])
    >>> [(step.added, step.key, round(step.result.estimate, 3)) for step in found.steps]
    [('Study 2', 1999.0, -0.1), ('Study 1', 2004.0, -0.469), ('Study 3', 2011.0, -0.459)]
    """
    if isinstance(effects, SynthesisResult) and spec is None:
        spec = effects.request
    effects = effects_or_arrays(effects, yi=yi, vi=vi, sei=sei, labels=labels, measure=measure)
    if effects.k == 0:
        raise NotEstimableError("there are no effects to pool.")
    name, keys = _keys(effects, order)
    whole = synthesise(effects, spec or SynthesisSpec())
    same = same_methods(whole)
    places = list(range(effects.k))
    if keys is None:
        places = places[::-1] if descending else places
    else:
        places.sort(key=lambda i: keys[i], reverse=descending)
    names = effects.labels
    steps = []
    for n, i in enumerate(places, start=1):
        entered = places[:n]
        if n == effects.k and entered == list(range(n)):
            result = whole
        else:
            result = synthesise(effects.take(entered), same.taking(entered))
        steps.append(
            CumulativeStep(added=names[i], index=i, key=None if keys is None else keys[i], result=result)
        )
    return Cumulative(order=name, descending=descending, steps=tuple(steps))


def _keys(effects: EffectSet, order: object) -> tuple[str, list[Any] | None]:
    """Name of the order and the sort key of each effect."""
    if isinstance(order, str):
        if order == "given":
            return order, None
        if order == "precision":
            return order, effects.vi.tolist()
        return order, _comparable(effects, f"order={order!r}", _column(effects, order))
    if isinstance(order, bytes) or not isinstance(order, Iterable):
        raise OptionError(
            "order must be 'given', 'precision', the name of a column or one key per effect; "
            f"got {type(order).__name__}."
        )
    values = order.tolist() if isinstance(order, np.ndarray) else list(order)
    if len(values) != effects.k:
        raise OptionError(f"order must have one key per effect; got {len(values)} for {effects.k} effects.")
    return "as specified", _comparable(effects, "order", values)


def _column(effects: EffectSet, name: str) -> list[Any]:
    try:
        return list(effects.column(name))
    except OptionError as error:
        message = str(error).replace("by=", "order=")
        raise OptionError(f"{message} Or 'given', 'precision'.") from None


def _comparable(effects: EffectSet, what: str, values: list[Any]) -> list[Any]:
    """All keys as numbers, or all as text."""
    names = effects.labels
    missing = [names[i] for i, value in enumerate(values) if value is None or str(value).strip() == ""]
    if missing:
        raise OptionError(f"{what} has no value for {', '.join(map(repr, missing))}.")
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        return [str(value) for value in values]
    for label, number in zip(names, numbers, strict=True):
        if math.isnan(number):
            raise OptionError(f"{what} is not a number for {label!r}.")
    return numbers
