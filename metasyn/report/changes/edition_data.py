"""The key `edition` of `results.json`: the version of the evidence, and what moved since the one before."""

from __future__ import annotations

from typing import Any

from metasyn.report.changes.edition import Edition
from metasyn.report.changes.plain_data import analysis_entry, row_entry

__all__ = ["edition_entry"]


def edition_entry(edition: Edition) -> dict[str, Any]:
    """An edition as plain data.

    Parameters
    ----------
    edition : Edition

    Returns
    -------
    dict
        Described in `docs/result-schema.md`; `changes` as one of the `analyses` of `metasyn diff --json`,
        its rows with their cells.
    """
    changes = edition.changes
    return {
        "version": edition.version,
        "date": edition.date,
        "trigger": edition.trigger,
        "released": edition.released,
        "previous": edition.previous or None,
        "living": dict(edition.living),
        "remark": edition.remark,
        "changes": None
        if changes is None
        else {**analysis_entry(changes), "rows": [row_entry(edit) for edit in changes.rows]},
    }
