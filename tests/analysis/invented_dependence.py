"""Invented evidence in which rows depend on each other in every way that the tables can tell."""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.analysis import Analysis, Outcome
from metasyn.evidence.model import Cohort, OutcomeDefinition, ReportedResult, Source, Study
from metasyn.evidence.selection import Evidence
from metasyn.synthesis import SynthesisSpec

# study, cohort, part of, responders, participants: the ten rows of dependent_rows.R, in its order.
TEN = (
    ("oak", "all", "", 12, 60),
    ("oak", "treated before", "all", 9, 24),
    ("elm", "first arm", "", 16, 40),
    ("elm", "second arm", "", 32, 50),
    ("fir", "all", "", 5, 35),
    ("yew", "all", "", 9, 38),
    ("ash", "all", "", 6, 33),
    ("bay", "all", "", 15, 41),
    ("box", "all", "", 25, 47),
    ("fig", "all", "", 8, 52),
)
# A whole and all its parts.
WITH_ALL_PARTS = (
    ("oak", "all", "", 12, 60),
    ("oak", "young", "all", 5, 25),
    ("oak", "old", "all", 7, 35),
    *TEN[2:],
)
REGISTERED = {"fir": "NCT00000042", "yew": "nct00000042; other-7"}
RESPONSE = Analysis(
    title="Response",
    question="What share of patients respond?",
    cohorts={"stage": "late"},
    outcomes=(Outcome("response", "PLO"),),
    synthesis=SynthesisSpec(model="random-effects"),
)


def invented(
    rows: Sequence[tuple[str, str, str, int, int]] = TEN, registered: dict[str, str] | None = None
) -> Evidence:
    """Tables of these rows."""
    known = REGISTERED if registered is None else registered
    names = list(dict.fromkeys(row[0] for row in rows))
    return Evidence(
        sources={"s": Source(source_id="s", kind="article", citation="Invented A. A list. 2020")},
        studies={
            name: Study(
                study_id=name,
                label=f"{name.capitalize()} 2020",
                design="cohort",
                registry_id=known.get(name, ""),
                year=2020,
            )
            for name in names
        },
        cohorts={
            f"{study}.{label}": Cohort(
                cohort_id=f"{study}.{label}",
                study_id=study,
                label=label,
                n=n,
                part_of=f"{study}.{whole}" if whole else "",
                attributes={"stage": "late"},
            )
            for study, label, whole, _, n in rows
        },
        outcomes={
            "response": OutcomeDefinition(
                outcome="response", label="response", kind="proportion", better="higher"
            )
        },
        results=tuple(
            ReportedResult(
                result_id=f"r{number}",
                study_id=study,
                cohort_id=f"{study}.{label}",
                outcome="response",
                statistic="events",
                value=x,
                events=x,
                n=n,
                source_id="s",
                locator="Table 1",
                as_printed=f"{x}/{n}",
            )
            for number, (study, label, _, x, n) in enumerate(rows, start=1)
        ),
    )
