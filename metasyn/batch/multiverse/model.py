"""A finished multiverse: one row per specification, and which of them are the same result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.multiverse.left_out import LeftOut
from metasyn.effects.measure import EffectMeasure
from metasyn.shown import Shown
from metasyn.values import Interval, NotEstimable

if TYPE_CHECKING:
    import pandas as pd

    from metasyn.synthesis.model import SynthesisResult

__all__ = ["CONCLUSIONS", "Choice", "Headline", "Multiverse"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

CONCLUSIONS = ("below", "includes", "above")
"""Where an interval lies with respect to no effect, or to the threshold; -1 stands for not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that can be chosen.

    Attributes
    ----------
    name : str
        `"measure"`, `"route"`, `"event_fraction"`, `"zero_cells"`, `"overlap"`, `"left out"`, `"model"`,
        `"tau2_method"`, `"ci_method"`.
    options : tuple of str
    """

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Headline:
    """The main result, as it is without any multiverse.

    Attributes
    ----------
    measure : EffectMeasure
    result : SynthesisResult or NotEstimable
    row : int or None
        The specification that is the main analysis; None where none is, as under a fixed tau2.
    """

    measure: EffectMeasure
    result: SynthesisResult | NotEstimable
    row: int | None

    @property
    def estimate(self) -> float | NotEstimable:
        """On the analysis scale."""
        return self.result if isinstance(self.result, NotEstimable) else self.result.estimate

    @property
    def ci(self) -> Interval | NotEstimable:
        """On the analysis scale."""
        return self.result if isinstance(self.result, NotEstimable) else self.result.ci


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Multiverse(Shown):
    """Every specification of one question with its result; arrays of shape (n,), read-only.

    In these arrays nan stands for what `pool` calls not estimable; `why` says the reason.

    Attributes
    ----------
    outcome : str
        What is asked about.
    choices : tuple of Choice
        In the order: how figures became effects, what is left out, how it is pooled.
    chosen : ndarray of int, shape (n, n_choices)
        Place in the options of each choice; -1 where the choice does not arise, as an estimator of tau2
        under the common-effect model.
    exclusions : tuple of LeftOut
        What the options of the choice `"left out"` stand for.
    measures : tuple of EffectMeasure
        Of the options of the choice `"measure"`.
    k : ndarray of int
        Effects pooled.
    estimate, ci_low, ci_high : ndarray
        On the analysis scale of the measure of the row.
    pvalue, tau2, I2 : ndarray
        I2 is a proportion. Nan for a single effect, the p value also for measures without a value of no
        effect and for Bayesian results.
    reasons : tuple of str
        `reason` is the place of the row's own; -1 where nothing is missing.
    result : ndarray of int
        Number of the result, from 0 on, in the order of the rows: rows of one measure with the same number
        of effects, estimate and interval (to ten digits) are the same result. -1 where there is no interval.
    headline : Headline
    threshold : float or None
        On the natural scale, in the place of no effect.
    level : float
    n_possible : int
        Specifications of the whole product, of which these are all or a random sample.
    seed : int
        Of the sample.
    """

    outcome: str
    choices: tuple[Choice, ...]
    chosen: Integers
    exclusions: tuple[LeftOut, ...]
    measures: tuple[EffectMeasure, ...]
    k: Integers
    estimate: Array
    ci_low: Array
    ci_high: Array
    pvalue: Array
    tau2: Array
    I2: Array
    reasons: tuple[str, ...]
    reason: Integers
    result: Integers
    headline: Headline
    threshold: float | None
    level: float
    n_possible: int
    seed: int

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __len__(self) -> int:
        return self.k.size

    @property
    def n_results(self) -> int:
        """Number of different results."""
        return int(self.result.max(initial=-1)) + 1

    @property
    def n_without(self) -> int:
        """Number of specifications without an estimate or without an interval."""
        return int((self.result < 0).sum())

    @property
    def sampled(self) -> bool:
        """Whether these are a random sample."""
        return len(self) < self.n_possible

    def place(self, name: str) -> int:
        """Column of `chosen` that holds a choice."""
        return [choice.name for choice in self.choices].index(name)

    def options(self, row: int) -> dict[str, str]:
        """What one specification chooses, by name; choices that do not arise are left out."""
        picked = self.chosen[row].tolist()
        return {
            choice.name: choice.options[i] for choice, i in zip(self.choices, picked, strict=True) if i >= 0
        }

    def why(self, row: int) -> str:
        """Why a figure of a row is missing; empty where it has an estimate and an interval."""
        number = int(self.reason[row])
        return self.reasons[number] if number >= 0 else ""

    def null(self, measure: EffectMeasure) -> float | None:
        """The value that conclusions are about, on the analysis scale: no effect, or the threshold."""
        return measure.null if self.threshold is None else measure.to_analysis(self.threshold)

    def conclusions(self) -> Integers:
        """Place in `CONCLUSIONS` of every row, -1 where there is no interval or no value to compare with.

        As `metasyn.synthesis.null_side.side` has it: an interval that ends at the value includes it.
        """
        column = self.chosen[:, self.place("measure")]
        nulls = [self.null(measure) for measure in self.measures]
        null = np.array([np.nan if one is None else one for one in nulls])[column]
        found = np.full(len(self), -1, dtype=np.int64)
        known = np.isfinite(null) & (self.result >= 0)
        found[known] = 1
        found[known & (self.ci_high < null)] = 0
        found[known & (self.ci_low > null)] = 2
        return found

    def first_rows(self) -> Integers:
        """The first row of every different result, by its number."""
        rows = np.flatnonzero(self.result >= 0)
        _, first = np.unique(self.result[rows], return_index=True)
        return rows[first].astype(np.int64)

    def to_frame(self) -> pd.DataFrame:
        """A data frame with a row per specification, in words.

        Returns
        -------
        pandas.DataFrame
            A column per choice (empty where it does not arise), `k`, `estimate`, `ci_low`, `ci_high` on
            the natural scale, `pvalue`, `tau2`, `I2`, `interval` (below, includes, above), `result`
            (number of the different result, from 1; 0 for none), `headline`, `why`.
        """
        import pandas as pd

        return pd.DataFrame(self.records(), columns=list(self._names()))

    def records(self) -> list[dict[str, Any]]:
        """The same as plain rows, None where a figure is missing."""
        conclusion = self.conclusions().tolist()
        column = self.place("measure")
        return [
            {
                **dict.fromkeys((choice.name for choice in self.choices), ""),
                **self.options(row),
                "k": int(self.k[row]),
                **self._natural(row, self.measures[int(self.chosen[row, column])]),
                "pvalue": _plain(self.pvalue[row]),
                "tau2": _plain(self.tau2[row]),
                "I2": _plain(self.I2[row]),
                "interval": CONCLUSIONS[conclusion[row]] if conclusion[row] >= 0 else "",
                "result": int(self.result[row]) + 1,
                "headline": row == self.headline.row,
                "why": self.why(row),
            }
            for row in range(len(self))
        ]

    def _names(self) -> Sequence[str]:
        """Headings of the rows."""
        figures = ("k", "estimate", "ci_low", "ci_high", "pvalue", "tau2", "I2")
        return (*(c.name for c in self.choices), *figures, "interval", "result", "headline", "why")

    def _natural(self, row: int, measure: EffectMeasure) -> dict[str, float | None]:
        """Estimate and interval as they are read; ends change places where the scale turns round."""
        estimate = _plain(self.estimate[row])
        ends = [_plain(self.ci_low[row]), _plain(self.ci_high[row])]
        shown = sorted(measure.to_natural(end) for end in ends if end is not None)
        low, high = shown if len(shown) == 2 else (None, None)
        return {
            "estimate": None if estimate is None else measure.to_natural(estimate),
            "ci_low": low,
            "ci_high": high,
        }

    def __str__(self) -> str:
        of = f" of {self.n_possible}" if self.sampled else ""
        return (
            f"Multiverse of {self.outcome or 'the synthesis'}: {len(self)}{of} specifications, "
            f"{self.n_results} different results, {self.n_without} without a result"
            f"{'' if self.headline.row is not None else '; the main analysis is not among them'}"
        )

    __repr__ = __str__


def _plain(value: Any) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None
