"""From which rows and which declaration a report was built: one digest, in its `results.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from metasyn.errors import MetasynError
from metasyn.workspace.staleness.hashing import hash_bytes

if TYPE_CHECKING:
    from metasyn.analysis.spec import Analysis
    from metasyn.evidence.selection import Evidence

__all__ = ["built_from", "built_otherwise"]


def built_from(options: Mapping[str, str], rows: Mapping[str, str]) -> str:
    """One digest of what a report is built from, the software apart.

    Parameters
    ----------
    options : mapping of str to str
        What its script declares, as `declared_options` gives it.
    rows : mapping of str to str
        Key of every row that it reaches -> digest, as `evidence.digest.digests` gives it.

    Returns
    -------
    str
        SHA-256 in hexadecimal. The order of options and of rows does not count, nor does a remark in the
        script.

    Examples
    --------
    >>> one = built_from({"title": "T"}, {"R1": "a", "R2": "b"})
    >>> one == built_from({"title": "T"}, {"R2": "b", "R1": "a"}), one == built_from({"title": "T"}, {})
    (True, False)
    """
    return hash_bytes(json.dumps([sorted(options.items()), sorted(rows.items())]).encode())


def built_otherwise(
    document: Mapping[str, object], analysis: Analysis, evidence: Evidence, digests: Mapping[str, str]
) -> str:
    """Why a report does not stand for tables and a script; empty if it was built from exactly these.

    Parameters
    ----------
    document : mapping
        Its `results.json`.
    analysis : Analysis
    evidence : Evidence
    digests : mapping of str to str
        Of every row of the evidence.

    Returns
    -------
    str
        In words that continue "reports/NAME/results.json".
    """
    from metasyn.analysis.declared import declared_options
    from metasyn.workspace.staleness.reach import reached_rows

    stated = document.get("built_from")
    if not stated:
        return "does not say which rows it was built from"
    try:
        rows = {key: digests[key] for key in reached_rows(analysis, evidence)}
    except MetasynError:
        rows = {}  # what cannot be computed from these tables was not built from them
    same = bool(rows) and stated == built_from(declared_options(analysis), rows)
    return "" if same else "was built from other rows or another script"
