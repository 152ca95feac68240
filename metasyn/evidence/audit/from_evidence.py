"""A data folder as entries: one per reported figure, its digits as printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from metasyn.evidence.audit.entry import Entry
from metasyn.evidence.audit.printed import Printed, read_printed
from metasyn.evidence.model import Cohort, PValue, ReportedResult, Study
from metasyn.evidence.selection import Evidence

__all__ = ["evidence_entries", "randomised_entries", "study_words"]

_TOKEN = re.compile(r"\d*[.·]?\d+")
_ESTIMATES = frozenset({"HR", "OR", "RR", "RD", "median"})
_TESTS = {"z": "z", "chi-square": "chi2", "O-E": "o_e", "V": "v", "at risk": "at_risk"}
PARTITION = "partition"
"""Column of `cohorts.csv`: `yes` where the cohorts that are part of another are together all of it."""


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
    entries = [_entry(result, evidence, answers.get(result.result_id, "")) for result in evidence.results]
    return _with_i2(entries)


def _with_i2(entries: list[Entry]) -> list[Entry]:
    """Q with the I2 that stands beside it."""
    beside = {
        (e.source, e.cohort, e.outcome, e.definition): e.numbers["i2"] for e in entries if "i2" in e.numbers
    }
    return [
        replace(e, numbers={**e.numbers, "i2": i2})
        if "q" in e.numbers and (i2 := beside.get((e.source, e.cohort, e.outcome, e.definition)))
        else e
        for e in entries
    ]


def _entry(result: ReportedResult, evidence: Evidence, answer: str) -> Entry:
    outcome, source = evidence.outcomes[result.outcome], evidence.sources[result.source_id]
    cohort, study = evidence.cohorts[result.cohort_id], evidence.studies[result.study_id]
    tokens = tuple(_TOKEN.findall(result.as_printed))
    value = _as_printed(result.value, tokens, result.decimals)
    low = high = None
    if result.ci is not None:
        low, high = _bounds(result.ci.low, result.ci.high, tokens, result.ci_decimals or 0)
    estimate = value if result.statistic in _ESTIMATES else None
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
        group=cohort.label,
        compared=evidence.cohorts[result.comparator_id].label if result.comparator_id else "",
        size=cohort.n,
        part_of=cohort.part_of,
        statistic=result.statistic,
        unit=result.unit,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        level=result.ci.level if result.ci is not None else 0.95,
        percent=value if result.statistic in ("percent", "survival") else None,
        p=_p(result.p, tokens, result.p_decimals),
        p_is_ns=result.p is not None and result.p.relation == "ns",
        sides=result.p.sided if result.p is not None else "not stated",
        test=result.test.casefold(),
        ci_method=result.ci_method,
        events=result.events,
        n=result.n,
        total=_whole(cohort, evidence),
        randomised=cohort.n if "stage1_n" in study.attributes else None,
        numbers={**_heterogeneity(result, value), **_numbers(result, value), **_stages(study)},
        attributes=_attributes(study, cohort, result),
        derived=result.derived,
        accepted=answer,
        unusable="" if result.usable else result.status_reason or "no reason given",
    )


def _heterogeneity(result: ReportedResult, value: Printed | None) -> Mapping[str, Printed]:
    """Q and I2 with the number of studies that the definition states."""
    if result.statistic not in ("Q", "I2") or value is None:
        return {}
    found = re.search(r"\bk = (\d+)", result.definition)
    k = read_printed(found[1]) if found is not None else None
    return {result.statistic.lower(): value, **({"k": k} if k is not None else {})}


def _numbers(result: ReportedResult, value: Printed | None) -> Mapping[str, Printed]:
    """A printed standard error, and test statistics with their degrees of freedom."""
    found = {}
    if result.se is not None and (se := read_printed(f"{result.se:.15g}")) is not None:
        found["se"] = se
    if value is not None and result.statistic in _TESTS:
        found[_TESTS[result.statistic]] = value
    return found


def _stages(study: Study) -> Mapping[str, Printed]:
    """The first stage of a two-stage trial, where `studies.csv` has columns for it."""
    read = {name: read_printed(study.attributes.get(name, "")) for name in ("stage1_n", "stage1_needed")}
    return {name: number for name, number in read.items() if number is not None}


def _whole(cohort: Cohort, evidence: Evidence) -> int | None:
    """Participants of the cohort that this one and its sisters make up, where the table says so."""
    if cohort.attributes.get(PARTITION) != "yes":
        return None
    whole = evidence.cohorts.get(cohort.part_of)
    return whole.n if whole is not None else None


def _attributes(study: Study, cohort: Cohort, result: ReportedResult) -> Mapping[str, str]:
    """What a row says about its study and its place."""
    told = {
        "design": study.design,
        "locator": result.locator,
        "phase": study.attributes.get("phase", ""),
        "citation": study.attributes.get("reference", ""),
        PARTITION: cohort.attributes.get(PARTITION, ""),
    }
    return {name: text for name, text in told.items() if text}


def _as_printed(value: float | None, tokens: tuple[str, ...], decimals: int | None = None) -> Printed | None:
    """The number with its printed digits: as the table has them, else as the printed text shows them."""
    if value is None:
        return None
    if decimals is not None:
        return read_printed(f"{value:.{decimals}f}")
    shown = [token for token in tokens if _number(token) == abs(value)]
    text = max(shown, key=len) if shown else f"{value:.15g}"
    return read_printed(text if value >= 0 or not shown else f"-{text}")


def _bounds(
    low: float, high: float, tokens: tuple[str, ...], decimals: int
) -> tuple[Printed | None, Printed | None]:
    """Both bounds, to the decimals of the one that shows more: a table may drop the zeros of 0.80."""
    bounds = (_as_printed(low, tokens), _as_printed(high, tokens))
    if any(bound is None for bound in bounds):
        return bounds
    decimals = max(decimals, *(bound.decimals for bound in bounds if bound is not None))
    return _as_printed(low, (), decimals), _as_printed(high, (), decimals)


@lru_cache(maxsize=1 << 14)
def _number(token: str) -> float:
    return float(token.replace("·", "."))


def _p(p: PValue | None, tokens: tuple[str, ...], decimals: int | None) -> Printed | None:
    """A p value with its relation."""
    if p is None or p.value is None:
        return None
    printed = _as_printed(p.value, tokens, decimals)
    return read_printed(f"{p.relation}{printed}") if printed is not None else None


def randomised_entries(evidence: Evidence, entries: list[Entry]) -> list[Entry]:
    """Rows about groups of randomised studies whose denominator is not the size of the group."""
    found = []
    for entry in entries:
        size = evidence.cohorts[entry.cohort].n
        randomised = evidence.studies[entry.study].design == "randomised"
        share = entry.percent is not None and not entry.actuarial
        counted = entry.events is not None or entry.statistic == "n" or share
        if randomised and size and entry.n is not None and not entry.comparator and counted:
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
