"""Columns of checked figures to effects: one formula for all rows, every unusable row an exclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metasyn.effects.estimates import missing_rows
from metasyn.effects.freeman_tukey import (
    DOUBLE_ARCSINE_WARNING,
    from_double_arcsine,
    from_freeman_tukey_rate,
    harmonic_mean,
)
from metasyn.effects.inputs import Columns
from metasyn.effects.measure import EffectMeasure
from metasyn.effects.model import Counts, Effect, EffectSet, Exclusion, PersonTime, Route
from metasyn.effects.reasons import empty_table, why_undefined
from metasyn.effects.recipes import RECIPES, Recipe
from metasyn.effects.zero_cells import default_addend, zero_cell_addend
from metasyn.errors import OptionError
from metasyn.vocabulary import ZeroCells, require_option

__all__ = ["Choices", "adjustments", "effects_from_figures"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How figures become effects; None is the default of the measure.

    Attributes
    ----------
    zero_cells : {'only0', 'all', 'if0all', 'none'}
    add : float or None
        What is added to cells.
    drop00 : bool or None
        Leave out tables in which nobody, or everybody, of both groups had the event.
    vtype : str, sequence of str, or None
        Formula for the sampling variances.
    correct : bool or None
        Whether the estimate is corrected for small-sample bias.
    """

    zero_cells: ZeroCells = "only0"
    add: float | None = None
    drop00: bool | None = None
    vtype: str | Sequence[str] | None = None
    correct: bool | None = None


def effects_from_figures(
    measure: EffectMeasure,
    columns: Columns,
    labels: Sequence[str],
    attributes: Sequence[Mapping[str, str]],
    choices: Choices,
) -> EffectSet:
    """Rows whose figures keep their rules, converted together.

    Parameters
    ----------
    measure : EffectMeasure
        One with a recipe.
    columns : mapping of str to ndarray of shape (k,)
        The columns of its recipe; NaN where missing.
    labels, attributes : sequence
        Of length k.
    choices : Choices

    Returns
    -------
    EffectSet
        Rows without a figure, without information, or without a positive variance are exclusions.

    Raises
    ------
    OptionError
        If a choice does not exist for this measure.
    """
    recipe = RECIPES[measure.code]
    columns = {name: columns[name] for name in recipe.columns}
    gone = missing_rows(columns, labels)
    rows = [i for i in range(len(labels)) if i not in gone]
    used = {name: values[rows] for name, values in columns.items()}
    yi, vi = recipe.compute(*used.values(), **_arguments(measure.code, recipe, choices, rows))
    added = adjustments(measure, used, choices)
    nothing = _nothing_added(choices)
    bad = np.flatnonzero(~(np.isfinite(yi) & np.isfinite(vi) & (vi > 0)))
    for j in bad:
        row = {name: float(values[j]) for name, values in used.items()}
        dropped = empty_table(measure, row) if _drops(recipe, choices) else ""
        reason = dropped or why_undefined(measure, row, added=added[j] or nothing)
        gone[rows[j]] = Exclusion(label=labels[rows[j]], code="no-information", reason=reason)
    route = Route(name=recipe.route, grade=1, formula=_formula(recipe, choices))
    kept = [(j, i) for j, i in enumerate(rows) if i not in gone]
    shown, notes = _shown(measure, {name: values[[j for j, _ in kept]] for name, values in used.items()})
    effects = tuple(
        Effect(
            label=labels[i],
            yi=float(yi[j]),
            vi=float(vi[j]),
            route=route,
            counts=_counts(recipe, used, j),
            person_time=_person_time(recipe, used, j),
            adjustment=added[j],
            notes=notes,
            attributes=attributes[i],
        )
        for j, i in kept
    )
    return EffectSet(measure=shown, effects=effects, exclusions=tuple(gone[i] for i in sorted(gone)))


def adjustments(measure: EffectMeasure, columns: Columns, choices: Choices) -> tuple[str, ...]:
    """What was added to each row and why, in words; empty where nothing was."""
    recipe = RECIPES[measure.code]
    policy = require_option("zero_cells", choices.zero_cells, ZeroCells)
    k = next(iter(columns.values())).size
    if recipe.layout == "other" or k == 0:
        return ("",) * k
    cells, where = _cells(recipe, columns)
    if _drops(recipe, choices):
        cells = np.where(_empty(recipe, columns), np.nan, cells)
    amount = default_addend(policy, choices.add, defined_at_zero=recipe.defined_at_zero)
    size = "1/2" if amount == 0.5 else f"{amount:g}"
    why = {
        "only0": "this row has a zero cell",
        "all": "every row is corrected",
        "if0all": "a row of this synthesis has a zero cell",
        "none": "",
    }[policy]
    addend = zero_cell_addend(cells, policy, amount)
    return tuple(f"{size} added to {where}: {why}" if added else "" for added in addend)


def _arguments(code: str, recipe: Recipe, choices: Choices, rows: Sequence[int]) -> dict[str, Any]:
    """Keywords of the formula, once it is known that they exist."""
    arguments: dict[str, Any] = {"vtype": _vtype(code, recipe, choices.vtype, rows)}
    if recipe.layout != "other":
        arguments |= {"zero_cells": choices.zero_cells, "add": choices.add}
    if recipe.layout in ("two groups", "two rates"):
        arguments["drop00"] = _drops(recipe, choices)
    elif choices.drop00 is not None:
        raise OptionError(f"drop00 is for counts of two groups; measure {code!r} has none, leave it out.")
    if recipe.corrects:
        arguments["correct"] = choices.correct is not False
    elif choices.correct is not None:
        raise OptionError(f"measure {code!r} has no bias correction to choose; leave correct out.")
    return arguments


def _vtype(code: str, recipe: Recipe, vtype: object, rows: Sequence[int]) -> str | list[str]:
    """The formula for the variances: a word, or for phi one word per row."""
    allowed = recipe.vtypes
    if vtype is None:
        return allowed[0]
    if isinstance(vtype, str) and vtype in allowed:
        return vtype
    if code == "PHI" and isinstance(vtype, list | tuple | np.ndarray) and len(vtype) > max(rows, default=-1):
        words = [str(word) for word in vtype]
        if all(word in allowed for word in words):
            return [words[i] for i in rows]
    each = ", or one of them per row" if code == "PHI" else ""
    raise OptionError(
        f"vtype must be one of {', '.join(map(repr, allowed))}{each} for measure {code!r}; got {vtype!r}."
    )


def _formula(recipe: Recipe, choices: Choices) -> str:
    """The formula with the choices that differ from the default."""
    parts = [recipe.formula]
    if choices.vtype is not None and choices.vtype != recipe.vtypes[0]:
        words = choices.vtype if isinstance(choices.vtype, str) else "/".join(dict.fromkeys(choices.vtype))
        parts.append(f"variance by vtype {words} instead")
    if recipe.corrects and choices.correct is False:
        parts.append("without the bias correction")
    return "; ".join(parts)


def _drops(recipe: Recipe, choices: Choices) -> bool:
    """Whether tables without information are left out: by default where they say nothing at all."""
    return recipe.relative if choices.drop00 is None else choices.drop00


def _nothing_added(choices: Choices) -> str:
    if choices.zero_cells == "none":
        return "zero_cells='none' adds nothing"
    return f"add={choices.add:g} adds nothing" if choices.add is not None else "nothing is added"


def _cells(recipe: Recipe, columns: Columns) -> tuple[_Array, str]:
    """The cells that the zero-cell policy looks at and adds to, and their name."""
    values = list(columns.values())
    if recipe.layout == "two groups":
        return np.stack([values[0], values[1] - values[0], values[2], values[3] - values[2]]), "each cell"
    if recipe.layout == "group":
        return np.stack([values[0], values[1] - values[0]]), "events and non-events"
    if recipe.layout == "two rates":
        return np.stack([values[0], values[2]]), "the events of both groups"
    return np.stack([values[0]]), "the events"


def _empty(recipe: Recipe, columns: Columns) -> NDArray[np.bool_]:
    """Tables in which nobody, or everybody, of both groups had the event."""
    if recipe.layout not in ("two groups", "two rates"):
        return np.zeros(next(iter(columns.values())).size, dtype=bool)
    nobody = (columns["events_1"] == 0) & (columns["events_2"] == 0)
    if recipe.layout == "two rates":
        return np.asarray(nobody)
    everybody = (columns["events_1"] == columns["n_1"]) & (columns["events_2"] == columns["n_2"])
    return np.asarray(nobody | everybody)


def _counts(recipe: Recipe, columns: Columns, j: int) -> Counts | None:
    """Events and participants of one row, if it has both."""
    if recipe.layout == "two groups":
        names = ("events_1", "n_1", "events_2", "n_2")
        return Counts(**{name: int(columns[name][j]) for name in names})
    if recipe.layout == "group":
        return Counts(events_1=int(columns["events"][j]), n_1=int(columns["n"][j]))
    return None


def _person_time(recipe: Recipe, columns: Columns, j: int) -> PersonTime | None:
    """Events and person-time of one row, if it has both."""
    row = {name: values[j] for name, values in columns.items()}
    if recipe.layout == "two rates":
        return PersonTime(
            events_1=int(row["events_1"]),
            time_1=float(row["time_1"]),
            events_2=int(row["events_2"]),
            time_2=float(row["time_2"]),
        )
    if recipe.layout == "rate":
        return PersonTime(events_1=int(row["events"]), time_1=float(row["time"]))
    return None


def _shown(measure: EffectMeasure, columns: Columns) -> tuple[EffectMeasure, tuple[str, ...]]:
    """The measure with its way back to the natural scale, where that depends on the sizes of the set."""
    back = {"PFT": ("n", from_double_arcsine), "IRFT": ("time", from_freeman_tukey_rate)}.get(measure.code)
    if back is None or columns[back[0]].size == 0:
        return measure, ()
    size = harmonic_mean(columns[back[0]])
    what = "the harmonic mean of the sizes" if back[0] == "n" else "the harmonic mean of the person-times"
    notes = [f"pooled values are transformed back at {what}, {size:.6g}"]
    if measure.code == "PFT":
        notes.insert(0, DOUBLE_ARCSINE_WARNING.message)
    return replace(measure, to_natural=partial(_back, back[1], size)), tuple(notes)


def _back(function: Any, size: float, value: float) -> float:
    """One value of the analysis scale on the natural scale, at one size."""
    return float(np.ravel(function(value, size))[0])
