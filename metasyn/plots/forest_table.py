"""What a forest plot shows, row by row, for a table beside it."""

from __future__ import annotations

from typing import Any

from metasyn.plots.model import Axis, ForestLayout, ForestRow
from metasyn.values import Interval
from metasyn.wording import data_number

__all__ = ["to_table"]


def to_table(layout: ForestLayout) -> tuple[dict[str, Any], ...]:
    """What is drawn, row by row, for a table beside the figure.

    Parameters
    ----------
    layout : ForestLayout

    Returns
    -------
    tuple of dict
        One per study and diamond: `kind`, `group`, `label`, `estimate`, `low`, `high` (natural scale,
        12 significant digits, None where undefined), `prediction_low`, `prediction_high`, `weight` (share,
        0 to 1), `clipped_low`, `clipped_high` (whether the drawn interval ends at the edge of the axis).

    Examples
    --------
    >>> from metasyn.plots.forest_layout import forest_layout
    >>> from metasyn.synthesis import pool
    >>> result = pool(yi=[0.0, 0.5], vi=[0.25, 0.25], labels=["Alpha", "Beta"], measure="OR")
    >>> [(row["label"], row["estimate"], row["weight"]) for row in to_table(forest_layout(result))][:2]
    [('Alpha', 1.0, 0.5), ('Beta', 1.6487212707, 0.5)]
    """
    return tuple(_table_row(row, layout.axis) for row in layout.rows if row.kind == "study" or row.is_summary)


def _table_row(row: ForestRow, axis: Axis) -> dict[str, Any]:
    low, high = _bounds(row.interval)
    prediction_low, prediction_high = _bounds(row.prediction)
    clipped = (False, False) if row.interval is None else axis.clips(row.interval)
    return {
        "kind": row.kind,
        "group": row.group,
        "label": row.label,
        "estimate": _number(row.estimate),
        "low": low,
        "high": high,
        "prediction_low": prediction_low,
        "prediction_high": prediction_high,
        "weight": _number(row.weight),
        "clipped_low": clipped[0],
        "clipped_high": clipped[1],
    }


def _bounds(interval: Interval | None) -> tuple[float | None, float | None]:
    if interval is None:
        return None, None
    return data_number(interval.low), data_number(interval.high)


def _number(value: float | None) -> float | None:
    return None if value is None else data_number(value)
