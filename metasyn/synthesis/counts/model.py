"""What pooling of counts asks for and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from metasyn.values import Interval, NotEstimable
from metasyn.vocabulary import ZeroCells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChiSquaredTest", "CountSpec", "CountSynthesis", "CountTables", "SilentRow"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountTables:
    """Counts of k studies with two groups, read-only.

    Attributes
    ----------
    events_1, size_1, events_2, size_2 : ndarray of shape (k,)
        Events and participants of the two groups; person-time in the place of participants where
        `person_time` is True.
    labels : tuple of str
    """

    events_1: _Array
    size_1: _Array
    events_2: _Array
    size_2: _Array
    labels: tuple[str, ...]
    person_time: bool = False

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.labels)

    @property
    def columns(self) -> tuple[_Array, _Array, _Array, _Array]:
        """The four columns, in the order the formulas take them."""
        return self.events_1, self.size_1, self.events_2, self.size_2


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSpec:
    """How counts are to be pooled.

    Attributes
    ----------
    method : {'Mantel-Haenszel', 'Peto'}
    measure : str
        `"OR"`, `"RR"`, `"RD"`, `"IRR"`, `"IRD"`, or `"PETO"`.
    level : float
        Of the interval, as a proportion.
    correct : bool
        Whether the test of association has the continuity correction.
    zero_cells, add, drop00
        What is done to the tables for the effects of the single studies, on which Q rests.
    pool_zero_cells, pool_add, pool_drop00
        What is done to them before they are pooled; nothing is the rule.
    """

    method: Literal["Mantel-Haenszel", "Peto"]
    measure: str
    level: float = 0.95
    correct: bool = True
    zero_cells: ZeroCells = "only0"
    add: float = 0.5
    drop00: bool = True
    pool_zero_cells: ZeroCells = "none"
    pool_add: float = 0.5
    pool_drop00: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquaredTest:
    """A chi-square statistic, its degrees of freedom and its p value."""

    statistic: float
    df: int
    pvalue: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRow:
    """A study that does not move the pooled estimate, and why."""

    row: int
    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountSynthesis:
    """A common effect pooled from counts, complete with its request and its data.

    Attributes
    ----------
    spec, tables
        The request and the counts it was computed from.
    k : int
        Studies given; `k_informative` of them move the estimate, the others are in `silent`.
    estimate, se : float
        On the analysis scale (log for ratios).
    ci : Interval
        Wald interval on the analysis scale.
    statistic, pvalue : float
        z and its two-sided p value against no effect.
    weights : ndarray of shape (k,)
        Share of each study in the denominator of the pooled estimate, summing to 1; 0 for silent studies.
    yi, vi : ndarray of shape (k_effects,)
        Effects of the single studies and their sampling **variances**, where they are defined.
    rows : ndarray of shape (k_effects,)
        Which studies those are, from 0.
    heterogeneity : ChiSquaredTest or NotEstimable
        Cochran's Q of `yi` about `estimate`, with k_effects - 1 degrees of freedom.
    I2, H2 : float or NotEstimable
        max(0, (Q - df) / Q) as a **proportion**, and Q / df.
    association : ChiSquaredTest or NotEstimable
        Cochran-Mantel-Haenszel test (OR), Mantel-Haenszel test of rates (IRR).
    cochran : ChiSquaredTest or NotEstimable
        Cochran's form of it, with n in the place of n - 1 (OR).
    breslow_day, tarone : ChiSquaredTest or NotEstimable
        Tests of homogeneity of the odds ratio, the second with Tarone's correction (OR).
    """

    spec: CountSpec
    tables: CountTables
    k: int
    estimate: float
    se: float
    ci: Interval
    statistic: float
    pvalue: float
    weights: _Array
    yi: _Array
    vi: _Array
    rows: NDArray[np.intp]
    heterogeneity: ChiSquaredTest | NotEstimable
    I2: float | NotEstimable
    H2: float | NotEstimable
    association: ChiSquaredTest | NotEstimable
    cochran: ChiSquaredTest | NotEstimable
    breslow_day: ChiSquaredTest | NotEstimable
    tarone: ChiSquaredTest | NotEstimable
    silent: tuple[SilentRow, ...] = ()

    @property
    def k_informative(self) -> int:
        """Studies that move the estimate."""
        return self.k - len(self.silent)

    @property
    def k_effects(self) -> int:
        """Studies with an effect of their own, on which Q rests."""
        return int(self.rows.size)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an undefined quantity is `{"not_estimable": reason}`."""
        tests = ("heterogeneity", "I2", "H2", "association", "cochran", "breslow_day", "tarone")
        return {
            "method": self.spec.method,
            "measure": self.spec.measure,
            "k": self.k,
            "k_informative": self.k_informative,
            "k_effects": self.k_effects,
            "estimate": self.estimate,
            "se": self.se,
            "ci": [self.ci.low, self.ci.high],
            "level": self.ci.level,
            "statistic": self.statistic,
            "pvalue": self.pvalue,
            **{name: _plain(getattr(self, name)) for name in tests},
            "silent": [{"label": row.label, "reason": row.reason} for row in self.silent],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per study: counts, weight, and effect and variance where they are defined."""
        import pandas as pd

        t = self.tables
        size = "time" if t.person_time else "n"
        frame = pd.DataFrame(
            {
                "label": list(t.labels),
                "events_1": t.events_1,
                f"{size}_1": t.size_1,
                "events_2": t.events_2,
                f"{size}_2": t.size_2,
                "weight": self.weights,
            }
        )
        frame["yi"] = pd.Series(self.yi, index=self.rows)
        frame["vi"] = pd.Series(self.vi, index=self.rows)
        return frame

    def __str__(self) -> str:
        from metasyn.synthesis.counts.text import count_synthesis_to_text

        return count_synthesis_to_text(self)


def _plain(value: ChiSquaredTest | NotEstimable | float) -> Any:
    """A result as plain data."""
    if isinstance(value, NotEstimable):
        return {"not_estimable": value.reason}
    if isinstance(value, ChiSquaredTest):
        return {"statistic": value.statistic, "df": value.df, "pvalue": value.pvalue}
    return value
