"""A plain table of effects (for `metasyn pool FILE`) as a set of effects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from metasyn.effects.compute import column_sets
from metasyn.effects.computed import Choices, effects_from_figures
from metasyn.effects.estimates import (
    ESTIMATE_SETS,
    effects_from_estimates,
    estimate_breaches,
    estimate_figures,
)
from metasyn.effects.figures import beyond_participants
from metasyn.effects.inputs import breaches
from metasyn.effects.measure import MEASURES, EffectMeasure, get_measure
from metasyn.effects.model import EffectSet
from metasyn.effects.plain_cells import Cells
from metasyn.effects.recipes import RECIPES
from metasyn.errors import EvidenceError, OptionError
from metasyn.values import require_level
from metasyn.vocabulary import Measure, ZeroCells, require_option

__all__ = ["effects_from_table"]

# What the columns of a measure are called in a message.
_LAYOUT_WORDS = {
    "events": "proportion measure",
    "events_1": "two-group measure",
    "mean_1": "measure of two means",
    "mean": "measure of one mean",
    "r": "correlation measure",
}


def effects_from_table(
    columns: Mapping[str, Sequence[str]],
    *,
    measure: Measure,
    level: float,
    file: str,
    zero_cells: ZeroCells = "only0",
    first_line: int = 2,
) -> EffectSet:
    """A plain table of effects on the analysis scale.

    The sets of columns are those of `metasyn.effect_sizes`: `yi,vi` or `yi,sei` (analysis scale),
    `estimate,ci_low,ci_high` (natural scale: ratios, proportions 0 to 1), or the figures of the
    measure (`events,n` for PLO, `events_1,n_1,events_2,n_2` for RR, `mean_1,sd_1,n_1,...` for SMD).
    `label` names the rows; `ci_level` holds the level of the interval of each row where it is not
    `level`; every other column becomes an attribute.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Raw text cells by column name, all of length k.
    measure : str
        Effect measure.
    level : float
        Level of the intervals in `ci_low, ci_high`, as a proportion, where `ci_level` is not given.
    file : str
        Name of the file, for messages.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the cells of a table of counts.
    first_line : int
        Line of the file that holds the first row.

    Returns
    -------
    EffectSet
        In table order; rows without information are exclusions.

    Raises
    ------
    OptionError
        If there is no column set or more than one, or it does not fit the measure.
    EvidenceError
        If cells break their rules; all of them are listed.

    Examples
    --------
    >>> columns = {"label": ["Ax", "Bo"], "events": ["4", "0"], "n": ["30", "25"], "dose": ["high", "low"]}
    >>> effects = effects_from_table(columns, measure="PLO", level=0.95, file="arms.csv")
    >>> effects.yi.round(3).tolist(), effects.column("dose"), effects.effects[1].adjustment
    ([-1.872, -3.932], ('high', 'low'), '1/2 added to events and non-events: this row has a zero cell')
    """
    scale = get_measure(measure)
    require_level(level)
    require_option("zero_cells", zero_cells, ZeroCells)
    given = _column_set(columns, scale)
    cells = Cells(columns, file=file, first_line=first_line)
    labels = _labels(columns, cells)
    attributes = [_attributes(columns, given, i) for i in range(cells.k)]
    printed = given[0] == "estimate"
    names = (*given, "ci_level") if printed and "ci_level" in columns else given
    values = [[cells.number(i, name) for name in names] for i in range(cells.k)]
    arrays = {name: np.array([row[j] for row in values], dtype=float) for j, name in enumerate(names)}
    if printed:
        arrays = {"ci_level": np.full(cells.k, level), **arrays}
    computed = given not in ESTIMATE_SETS
    figures = RECIPES[scale.code].figures if computed else estimate_figures(given, scale)
    for i, name, rule in [
        *breaches(figures, arrays),
        *beyond_participants(arrays),
        *estimate_breaches(arrays),
    ]:
        cells.refuse(i, name, rule)
    if cells.findings:
        raise EvidenceError(cells.findings)
    if computed:
        return effects_from_figures(scale, arrays, labels, attributes, Choices(zero_cells=zero_cells))
    return effects_from_estimates(scale, arrays, labels, attributes)


def _column_set(columns: Mapping[str, Sequence[str]], measure: EffectMeasure) -> tuple[str, ...]:
    """The one accepted set of columns that is there."""
    accepted = column_sets(measure)
    complete = [names for names in accepted if all(name in columns for name in names)]
    if len(complete) == 1:
        return complete[0]
    listed = " | ".join(",".join(names) for names in accepted)
    if complete:
        both = " and ".join(",".join(names) for names in complete)
        raise OptionError(f"more than one set of columns: {both}; keep one (accepted: {listed}).")
    other = _other_measures(columns)
    if other:
        raise OptionError(f"{other}; the measure is {measure.code!r}.")
    found = ", ".join(columns) or "none"
    raise OptionError(f"no complete set of columns; needed is one of {listed}; found: {found}.")


def _other_measures(columns: Mapping[str, Sequence[str]]) -> str:
    """Which measures the columns of a table would do for, if any."""
    fitting: dict[tuple[str, ...], list[str]] = {}
    for code in MEASURES:
        if code in RECIPES and all(name in columns for name in RECIPES[code].columns):
            fitting.setdefault(RECIPES[code].columns, []).append(code)
    if not fitting:
        return ""
    names = max(fitting, key=len)
    words = _LAYOUT_WORDS.get(names[0], "measure of these columns")
    return f"columns {','.join(names)} need a {words} ({', '.join(fitting[names])})"


def _labels(columns: Mapping[str, Sequence[str]], cells: Cells) -> list[str]:
    """One label per row, no two equal."""
    given = [text.strip() for text in columns.get("label", [""] * cells.k)]
    counts = Counter(given)
    labels = []
    for i, label in enumerate(given):
        place = f"line {cells.line(i)}"
        unique = label and counts[label] == 1
        labels.append(label if unique else f"{label} ({place})" if label else place)
    return labels


def _attributes(columns: Mapping[str, Sequence[str]], given: Sequence[str], i: int) -> dict[str, str]:
    return {
        name: cells[i].strip() for name, cells in columns.items() if name not in (*given, "label", "ci_level")
    }
