"""A fingerprint for every row, so that a change that matters is seen and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

from metasyn.evidence.model import ReportedResult
from metasyn.evidence.selection import Evidence

__all__ = ["digests", "row_digest"]

# Where a row stands is not what it says.
_PLACE = frozenset({"line"})


def digests(evidence: Evidence) -> dict[str, str]:
    """SHA-256 of every row of the evidence, independent of the order and place of rows.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    dict of str to str
        Hex digests by key. A result's key is its id; `"study:<id>"`, `"cohort:<id>"`,
        `"source:<id>"`, `"outcome:<id>"` and `"ongoing:<registry_id>"` are the other rows. Each digest
        covers its own row only, so that the key that differs names the row that changed.
        `"curve:<id of its result>"` covers all points of a digitised curve.

    Notes
    -----
    What is covered is the record: every cell, remarks included, as it was understood. `0.60` and
    `0.6` differ as value (the printed decimals count), not as bound of an interval.
    """
    rows = {
        **{f"study:{key}": _canonical(study) for key, study in evidence.studies.items()},
        **{f"cohort:{key}": _canonical(cohort) for key, cohort in evidence.cohorts.items()},
        **{f"source:{key}": _canonical(source) for key, source in evidence.sources.items()},
        **{f"outcome:{key}": _canonical(outcome) for key, outcome in evidence.outcomes.items()},
        **{f"ongoing:{trial.registry_id}": _canonical(trial) for trial in evidence.ongoing},
        **{f"curve:{key}": _canonical(curve) for key, curve in evidence.curves.items()},
        **{result.result_id: _canonical(result) for result in evidence.results},
    }
    return {key: _hex(text) for key, text in rows.items()}


def row_digest(result: ReportedResult, evidence: Evidence) -> str:
    """One digest of a result together with the rows it refers to.

    Parameters
    ----------
    result : ReportedResult
    evidence : Evidence

    Returns
    -------
    str
        Hex digest of its own row, its study, cohort and comparator (with the larger cohorts they are
        part of), source and outcome, and the points of its curve.
    """
    records: dict[str, object] = {
        f"study:{result.study_id}": evidence.studies[result.study_id],
        f"source:{result.source_id}": evidence.sources[result.source_id],
        f"outcome:{result.outcome}": evidence.outcomes[result.outcome],
        **{f"cohort:{key}": evidence.cohorts[key] for key in _cohort_ids(result, evidence)},
    }
    return _hex(_with_rows(result, evidence, {key: _canonical(record) for key, record in records.items()}))


def _with_rows(result: ReportedResult, evidence: Evidence, rows: Mapping[str, str]) -> str:
    """The text of a result and of every row it refers to."""
    keys = [f"study:{result.study_id}", f"source:{result.source_id}", f"outcome:{result.outcome}"]
    keys.extend(f"cohort:{key}" for key in _cohort_ids(result, evidence))
    curve = evidence.curves.get(result.result_id)
    points = [] if curve is None else [_canonical(curve)]
    return "\n".join([_canonical(result), *(rows[key] for key in keys), *points])


def _cohort_ids(result: ReportedResult, evidence: Evidence) -> Iterator[str]:
    """The cohorts of a result, each followed by the larger cohorts that contain it."""
    for cohort in (result.cohort_id, result.comparator_id):
        while cohort:
            yield cohort
            cohort = evidence.cohorts[cohort].part_of


def _canonical(record: object) -> str:
    """One line of JSON that says what a record says (JSON escapes line breaks)."""
    return json.dumps(_plain(record), separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Records and mappings as lists, in an order that does not depend on the file."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return [[key, value[key]] for key in sorted(value)]
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        return [
            kind,
            *(_plain(getattr(value, field.name)) for field in fields(value) if field.name not in _PLACE),
        ]
    return [_plain(item) for item in value]


def _hex(text: str) -> str:
    return sha256(text.encode()).hexdigest()
