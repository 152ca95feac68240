"""The table that the forestplot package wants: one row per study and diamond, every row told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from metasyn.plots.forest_layout import forest_layout
from metasyn.plots.forest_words import clean_text
from metasyn.plots.model import ForestRow
from metasyn.synthesis.model import SubgroupAnalysis, SynthesisResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["to_forestplot_frame", "unlike"]

_COUNTS = ("events_1", "n_1", "events_2", "n_2")
_NO_GROUP = "not stated"


def to_forestplot_frame(
    result: SynthesisResult, *, subgroups: SubgroupAnalysis | None = None
) -> pd.DataFrame:
    """A pandas table to give to `forestplot.forestplot`.

    forestplot puts rows with equal text on one line, takes a study named like a group for a heading and
    fails on a group without a name; here every `label` is unique, unlike every group, and every group
    has a name.

    Parameters
    ----------
    result : SynthesisResult
    subgroups : SubgroupAnalysis, optional
        Groups of the same effects; `result.subgroups` if not given.

    Returns
    -------
    pandas.DataFrame
        In the order of the forest plot, index 0 to n - 1:

        - `label`: text of the row; where two would be equal, the second has "(2)", and so on.
        - `study`: the name as it is; empty for pooled results.
        - `kind`: `"study"`, `"summary"` (a group pooled) or `"overall"`.
        - `group`: group of the row, "not stated" where it has no name; only with groups. The rows of
          the whole have `"All studies"`.
        - `estimate`, `ll`, `hl`: natural scale (a hazard ratio, a proportion 0 to 1), NaN where undefined.
        - `pi_low`, `pi_high`: prediction interval, pooled rows only.
        - `weight`: share of the headline model, 0 to 1.
        - `events_1`, `n_1`, `events_2`, `n_2`: counts as text, where some study has them.
        - `estimate_text`, `ci_text`, `weight_text`: the figures as metasyn prints them.

    Examples
    --------
    >>> from metasyn.synthesis import pool
    >>> data = {"yi": [0.0, 0.5], "vi": [0.25, 0.25], "labels": ["A", "A"], "measure": "OR"}
    >>> frame = to_forestplot_frame(pool(**data, model="common-effect"))
    >>> frame["label"].tolist(), frame["estimate"].round(3).tolist()
    (['A', 'A (2)', 'Common effect (k = 2)'], [1.0, 1.649, 1.284])
    """
    import pandas as pd

    layout = forest_layout(result, subgroups=subgroups)
    rows = [row for row in layout.rows if row.kind == "study" or row.is_summary]
    groups = [clean_text(row.group) or _NO_GROUP for row in rows]
    grouped = any(row.kind == "group" for row in layout.rows)
    whole = unlike([*dict.fromkeys(groups), "All studies"])[-1] if grouped else ""
    groups = [whole if row.kind == "overall" else group for row, group in zip(rows, groups, strict=True)]
    taken = list(dict.fromkeys(groups)) if grouped else []
    columns: dict[str, Sequence[object]] = {
        "label": unlike([*taken, *(row.label for row in rows)])[len(taken) :],
        "study": [row.label if row.kind == "study" else "" for row in rows],
        "kind": [row.kind for row in rows],
    }
    if grouped:
        columns["group"] = groups
    columns.update(_numbers(rows))
    shown = {column.key for column in layout.columns}
    for key in (*(key for key in _COUNTS if key in shown), "estimate", "ci", "weight"):
        name = key if key in _COUNTS else f"{key}_text"
        columns[name] = [row.cells.get(key, "") for row in rows]
    return pd.DataFrame(columns)


def unlike(labels: Iterable[str]) -> list[str]:
    """Each label told apart from all before it, whatever its capitals: the second "A" is "A (2)".

    Examples
    --------
    >>> unlike(["A", "a", "A (2)", "B"])
    ['A', 'a (2)', 'A (2) (2)', 'B']
    """
    seen: set[str] = set()
    found = []
    for label in labels:
        text, number = label, 1
        while text.strip().lower() in seen:
            number += 1
            text = f"{label} ({number})"
        seen.add(text.strip().lower())
        found.append(text)
    return found


def _numbers(rows: Sequence[ForestRow]) -> dict[str, Sequence[object]]:
    """The figures of the rows as floats."""
    nan = float("nan")
    return {
        "estimate": [nan if row.estimate is None else row.estimate for row in rows],
        "ll": [nan if row.interval is None else row.interval.low for row in rows],
        "hl": [nan if row.interval is None else row.interval.high for row in rows],
        "pi_low": [nan if row.prediction is None else row.prediction.low for row in rows],
        "pi_high": [nan if row.prediction is None else row.prediction.high for row in rows],
        "weight": [nan if row.weight is None else row.weight for row in rows],
    }
