"""A data folder as entries: one per reported figure, its digits as printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from metasyn.evidence.audit.entry import Entry
from metasyn.evidence.audit.printed import Printed, read_printed
from metasyn.evidence.model import PValue, ReportedResult
from metasyn.evidence.selection import Evidence

__all__ = ["evidence_entries", "randomised_entries", "study_words"]

_TOKEN = re.compile(r"\d*[.·]?\d+")
_ESTIMATES = frozenset({"HR", "OR", "RR", "RD", "median"})


def evidence_entries(evidence: Evidence, answers: Mapping[str, str]) -> list[Entry]:
    """Entries of all printed figures; derived ones restate others and are left out, except as counts.

    Parameters
    ----------
    evidence : Evidence
    answers : mapping of str to str
        What `accepted_because` says, by `result_id`. A row marked unusable answers for itself.

    Returns
    -------
    list of Entry
        In table order.
    """
    return [_entry(result, evidence, answers.get(result.result_id, "")) for result in evidence.results]


def _entry(result: ReportedResult, evidence: Evidence, answer: str) -> Entry:
    outcome, source = evidence.outcomes[result.outcome], evidence.sources[result.source_id]
    cohort, study = evidence.cohorts[result.cohort_id], evidence.studies[result.study_id]
    tokens = tuple(_TOKEN.findall(result.as_printed))
    value = _as_printed(result.value, tokens, result.decimals)
    low = high = None
    if result.ci is not None:
        low, high = _bounds(result.ci.low, result.ci.high, tokens)
    estimate = value if result.statistic in _ESTIMATES else None
    accepted = answer or (f"marked unusable: {result.status_reason}" if not result.usable else "")
    return Entry(
        row=result.result_id,
        label=f"{cohort.label}, {outcome.label}",
        study=result.study_id,
        source=result.source_id,
        year=source.year,
        outcome=result.outcome,
        kind=outcome.kind,
        better="lower" if outcome.kind == "time-to-event" and estimate is not None else outcome.better,
        definition=result.definition,
        timepoint=result.timepoint,
        cohort=result.cohort_id,
        comparator=result.comparator_id,
        part_of=cohort.part_of,
        statistic=result.statistic,
        unit=result.unit,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        level=result.ci.level if result.ci is not None else 0.95,
        percent=value if result.statistic == "percent" else None,
        p=_p(result.p, tokens),
        p_is_ns=result.p is not None and result.p.relation == "ns",
        sides=result.p.sided if result.p is not None else "not stated",
        events=result.events,
        n=result.n,
        numbers=_heterogeneity(result, value),
        attributes={"design": study.design, "locator": result.locator},
        derived=result.derived,
        accepted=accepted,
    )


def _heterogeneity(result: ReportedResult, value: Printed | None) -> Mapping[str, Printed]:
    """Q and I2 with the number of studies that the definition states."""
    if result.statistic not in ("Q", "I2") or value is None:
        return {}
    found = re.search(r"\bk = (\d+)", result.definition)
    k = read_printed(found[1]) if found is not None else None
    return {result.statistic.lower(): value, **({"k": k} if k is not None else {})}


def _as_printed(value: float | None, tokens: tuple[str, ...], decimals: int | None = None) -> Printed | None:
    """The number with its printed digits: as the table has them, else as the printed text shows them."""
    if value is None:
        return None
    if decimals is not None:
        return read_printed(f"{value:.{decimals}f}")
    shown = [token for token in tokens if _number(token) == abs(value)]
    text = max(shown, key=len) if shown else f"{value:.15g}"
    return read_printed(text if value >= 0 or not shown else f"-{text}")


def _bounds(low: float, high: float, tokens: tuple[str, ...]) -> tuple[Printed | None, Printed | None]:
    """Both bounds, to the decimals of the one that shows more: a table drops the zeros of 0.80."""
    bounds = (_as_printed(low, tokens), _as_printed(high, tokens))
    if any(bound is None for bound in bounds):
        return bounds
    decimals = max(bound.decimals for bound in bounds if bound is not None)
    return _as_printed(low, (), decimals), _as_printed(high, (), decimals)


@lru_cache(maxsize=1 << 14)
def _number(token: str) -> float:
    return float(token.replace("·", "."))


def _p(p: PValue | None, tokens: tuple[str, ...]) -> Printed | None:
    """A p value with its relation."""
    if p is None or p.value is None:
        return None
    printed = _as_printed(p.value, tokens)
    return read_printed(f"{p.relation}{printed}") if printed is not None else None


def randomised_entries(evidence: Evidence, entries: list[Entry]) -> list[Entry]:
    """Rows about groups of randomised studies whose denominator is not the size of the group."""
    found = []
    for entry in entries:
        size = evidence.cohorts[entry.cohort].n
        randomised = evidence.studies[entry.study].design == "randomised"
        if randomised and size and entry.n is not None and not entry.comparator and entry.events is not None:
            found.append(replace(entry, randomised=size))
    return found


def study_words(evidence: Evidence) -> Mapping[str, Mapping[str, str]]:
    """What identifies the participants of each study."""
    return {
        study.study_id: {
            **{name: text for name, text in study.attributes.items() if name in ("centre", "authors")},
            "registry_id": study.registry_id,
            "year": str(study.year or ""),
        }
        for study in evidence.studies.values()
    }
