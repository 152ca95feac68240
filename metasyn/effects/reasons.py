"""Why figures say nothing on a measure, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.recipes import RECIPES, Layout

__all__ = ["empty_table", "why_undefined"]

_Row = Mapping[str, float]

_LEAST = {"UCOR": 5, "ZCOR": 4, "ARAW": 3, "SMCC": 3, "SMCR": 3, "SMCRH": 3, "SMD1": 3, "SMD1H": 3}
_LOG_OF_MEAN = ("MNLN", "CVLN", "CVR", "CVRC")
_RATIO_OF_MEANS = ("ROM", "ROMC")


def empty_table(measure: EffectMeasure, row: _Row) -> str:
    """Why a table in which nobody, or everybody, had the event says nothing; empty if it is another.

    Examples
    --------
    >>> from metasyn.effects.measure import get_measure
    >>> empty_table(get_measure("RR"), {"events_1": 0, "n_1": 9, "events_2": 0, "n_2": 8})
    'no events in either group (0/9 and 0/8), hence no risk ratio (Cochrane Handbook, 10.4.4)'
    """
    layout = RECIPES[measure.code].layout
    if layout not in ("two groups", "two rates"):
        return ""
    nobody = row["events_1"] == 0 and row["events_2"] == 0
    everybody = layout == "two groups" and row["events_1"] == row["n_1"] and row["events_2"] == row["n_2"]
    if not nobody and not everybody:
        return ""
    what = "no events in either group" if nobody else "everyone in both groups had the event"
    return f"{what} ({_shown(layout, row)}), hence no {measure.label} (Cochrane Handbook, 10.4.4)"


def why_undefined(measure: EffectMeasure, row: _Row, *, added: str) -> str:
    """Why estimate or variance of a row is undefined, or its variance not positive.

    Parameters
    ----------
    measure : EffectMeasure
    row : mapping of str to float
        The figures of the row by column.
    added : str
        What the zero-cell policy did to the row, in words.

    Returns
    -------
    str
    """
    layout = RECIPES[measure.code].layout
    if layout != "other":
        return f"a zero cell ({_shown(layout, row)}) leaves estimate or variance undefined, and {added}"
    return (
        _sign(measure, row)
        or _spread(row)
        or _too_few(measure, row)
        or "these figures give no estimate with a positive sampling variance"
    )


def _shown(layout: Layout, row: _Row) -> str:
    """The counts of a row."""
    if layout == "two groups":
        return f"{row['events_1']:g}/{row['n_1']:g} and {row['events_2']:g}/{row['n_2']:g}"
    if layout == "group":
        return f"{row['events']:g}/{row['n']:g}"
    if layout == "rate":
        return f"{row['events']:g} in {row['time']:g} of person-time"
    first, second = (f"{row[f'events_{i}']:g} in {row[f'time_{i}']:g}" for i in (1, 2))
    return f"{first} and {second} of person-time"


def _sign(measure: EffectMeasure, row: _Row) -> str:
    """Means that have no logarithm, or no ratio that has one."""
    means = {name: value for name, value in row.items() if name.startswith("mean")}
    shown = " and ".join(f"{value:g}" for value in means.values())
    if measure.code in _RATIO_OF_MEANS and row["mean_1"] * row["mean_2"] <= 0:
        return f"the log of a ratio needs two means of the same sign, not {shown}"
    if measure.code in _LOG_OF_MEAN and min(means.values()) <= 0:
        return f"the {measure.scale} needs positive means, not {shown}"
    return ""


def _spread(row: _Row) -> str:
    """Standard deviations of 0."""
    names = [name for name, value in row.items() if name.startswith("sd") and value == 0]
    if not names:
        return ""
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} 0, which gives no sampling variance"


def _too_few(measure: EffectMeasure, row: _Row) -> str:
    """Fewer participants than the measure needs."""
    if "n_predictors" in row:
        least, of = int(row["n_predictors"]) + 2, f" with {row['n_predictors']:g} predictors"
    else:
        least, of = _LEAST.get(measure.code, 0), ""
    column = "n_2" if "n_2" in row else "n"
    if row[column] >= least:
        return ""
    return f"{measure.label} needs at least {least} participants{of}, not {row[column]:g}"
