"""Tables of sensitivity analyses: named columns, one row per study or per step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metasyn.synthesis.model import Heterogeneity, SynthesisResult
from metasyn.values import NotEstimable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PooledRow", "PooledTable", "frame", "pooled_table", "read_only"]


def read_only(record: object) -> None:
    """Make every array of a record read-only."""
    for one in fields(record):  # type: ignore[arg-type]
        value = getattr(record, one.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False


def frame(
    labels: Sequence[str], columns: Mapping[str, NDArray[Any] | Sequence[Any] | NotEstimable], *, index: str
) -> pd.DataFrame:
    """A pandas table with the labels as index; columns that cannot be estimated are left out."""
    import pandas as pd

    known = {name: values for name, values in columns.items() if not isinstance(values, NotEstimable)}
    return pd.DataFrame(known, index=pd.Index(labels, name=index))


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRow:
    """The main figures of one synthesis, analysis scale.

    Attributes
    ----------
    label : str
        The effect that was left out or added.
    k : int
    estimate, se : float
    ci_low, ci_high, statistic, pvalue : float or NotEstimable
    Q, Q_pvalue, tau2, I2, H2 : float or NotEstimable
        I2 is a proportion; none of these for one effect.
    """

    label: str
    k: int
    estimate: float
    se: float
    ci_low: float | NotEstimable
    ci_high: float | NotEstimable
    statistic: float | NotEstimable
    pvalue: float | NotEstimable
    Q: float | NotEstimable
    Q_pvalue: float | NotEstimable
    tau2: float | NotEstimable
    I2: float | NotEstimable
    H2: float | NotEstimable

    def to_dict(self) -> dict[str, Any]:
        """Plain data; None where a quantity cannot be estimated."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: None if isinstance(v, NotEstimable) else v for name, v in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTable:
    """Syntheses side by side, all by the same methods.

    Attributes
    ----------
    heading : str
        What the labels name: `"omitted"` or `"added"`.
    rows : tuple of PooledRow
    """

    heading: str
    rows: tuple[PooledRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"heading": self.heading, "rows": [row.to_dict() for row in self.rows]}

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row per synthesis; NaN where a quantity cannot be estimated."""
        import pandas as pd

        rows = [row.to_dict() for row in self.rows]
        names = [one.name for one in fields(PooledRow) if one.name not in ("label", "k")]
        table = pd.DataFrame({"k": [row["k"] for row in rows]})
        for name in names:
            table[name] = pd.Series([row[name] for row in rows], dtype=float)
        return table.set_index(pd.Index([row["label"] for row in rows], name=self.heading))

    def __str__(self) -> str:
        from metasyn.synthesis.sensitivity.text import pooled_table_to_text

        return pooled_table_to_text(self)


def pooled_table(heading: str, named: Iterable[tuple[str, SynthesisResult]]) -> PooledTable:
    """The main figures of several syntheses."""
    return PooledTable(heading=heading, rows=tuple(_row(label, result) for label, result in named))


def _row(label: str, result: SynthesisResult) -> PooledRow:
    found, ci = result.heterogeneity, result.ci
    return PooledRow(
        label=label,
        k=result.k,
        estimate=result.estimate,
        se=result.se,
        ci_low=ci if isinstance(ci, NotEstimable) else ci.low,
        ci_high=ci if isinstance(ci, NotEstimable) else ci.high,
        statistic=result.statistic,
        pvalue=result.pvalue,
        Q=found.Q if isinstance(found, Heterogeneity) else found,
        Q_pvalue=found.pvalue if isinstance(found, Heterogeneity) else found,
        tau2=found.tau2.value if isinstance(found, Heterogeneity) else found,
        I2=found.I2 if isinstance(found, Heterogeneity) else found,
        H2=found.H2 if isinstance(found, Heterogeneity) else found,
    )
