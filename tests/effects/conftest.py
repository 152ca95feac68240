"""Evidence built by hand: made-up trials of a blood-pressure drug."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from metasyn.evidence.model import Cohort, OutcomeDefinition, PValue, ReportedResult, Source, Study
from metasyn.evidence.selection import Evidence
from metasyn.values import Interval

OUTCOMES = {
    "stroke": OutcomeDefinition(outcome="stroke", label="time to stroke", kind="time-to-event"),
    "cough": OutcomeDefinition(outcome="cough", label="cough", kind="binary"),
}
SOURCES = {
    "paper": Source(source_id="paper", kind="article", citation="Oak 2001, Journal of Pressure"),
    "abstract": Source(source_id="abstract", kind="abstract", citation="Oak 2000, Congress"),
}


class Builder:
    """Collects cohorts and rows; rows get ids r1, r2, ... in the order they are added."""

    def __init__(self) -> None:
        self.studies: dict[str, Study] = {}
        self.cohorts: dict[str, Cohort] = {}
        self.rows: list[ReportedResult] = []

    def trial(self, study_id: str = "oak", *, n: tuple[int | None, int | None] = (100, 100)) -> Builder:
        """A study with the cohorts `<id>.drug` and `<id>.placebo`."""
        label = f"{study_id.capitalize()} 2001"
        self.studies[study_id] = Study(
            study_id=study_id, label=label, design="randomised", registry_id=f"REG-{study_id}", year=2001
        )
        for arm, size in zip(("drug", "placebo"), n, strict=True):
            self.cohort(f"{study_id}.{arm}", arm=arm, n=size)
        return self

    def cohort(
        self, cohort_id: str, *, arm: str, n: int | None = None, part_of: str = "", **columns: str
    ) -> Builder:
        """A further cohort of a study."""
        study_id, _, label = cohort_id.partition(".")
        self.cohorts[cohort_id] = Cohort(
            cohort_id=cohort_id,
            study_id=study_id,
            label=label,
            n=n,
            part_of=part_of,
            attributes={"arm": arm, "age": "all", **columns},
        )
        return self

    def row(
        self,
        about: str,
        statistic: Any,
        value: float | None = None,
        ci: tuple[float, float] | tuple[float, float, float] | None = None,
        *,
        p: float | str | None = None,
        sided: Any = "two",
        outcome: str = "stroke",
        source: str = "paper",
        printed: str | None = None,
        **fields: Any,
    ) -> Builder:
        """A figure about `cohort` or `cohort|comparator`."""
        cohort_id, _, comparator_id = about.partition("|")
        self.rows.append(
            ReportedResult(
                result_id=f"r{len(self.rows) + 1}",
                study_id=cohort_id.partition(".")[0],
                cohort_id=cohort_id,
                comparator_id=comparator_id,
                outcome=outcome,
                statistic=statistic,
                value=value,
                ci=None if ci is None else Interval(*ci),
                p=_pvalue(p, sided),
                source_id=source,
                locator="Table 2",
                as_printed=printed if printed is not None else ("" if value is None else f"{value}"),
                **fields,
            )
        )
        return self

    def build(self) -> Evidence:
        """The evidence."""
        return Evidence(
            sources=SOURCES,
            studies=self.studies,
            cohorts=self.cohorts,
            outcomes=OUTCOMES,
            results=tuple(self.rows),
        )

    def contrast(self, outcome: str = "stroke", **options: Any) -> Any:
        """Drug against placebo."""
        return self.build().select(outcome=outcome, contrast=({"arm": "drug"}, {"arm": "placebo"}), **options)

    def single(self, outcome: str = "cough", **options: Any) -> Any:
        """The groups on the drug."""
        return self.build().select(outcome=outcome, cohorts={"arm": "drug"}, **options)


def _pvalue(p: float | str | None, sided: Any) -> PValue | None:
    if p is None:
        return None
    if isinstance(p, float):
        return PValue(value=p, sided=sided)
    if p == "ns":
        return PValue(value=None, relation="ns", sided=sided)
    return PValue(value=float(p[1:]), relation=p[0], sided=sided)


@pytest.fixture
def trials() -> Callable[[], Builder]:
    """A fresh builder at every call."""
    return Builder


@pytest.fixture
def oak() -> Builder:
    """One trial, 100 participants a group, no rows yet."""
    return Builder().trial()
