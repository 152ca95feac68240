"""Made-up trials as evidence, any number of them, for documents of every size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from metasyn.analysis import Analysis, Outcome
from metasyn.analysis.result import AnalysisResult
from metasyn.analysis.run import run_analysis
from metasyn.evidence.model import Cohort, OutcomeDefinition, ReportedResult, Source, Study
from metasyn.evidence.selection import Evidence
from metasyn.values import Interval

# Printed hazard ratios with their intervals.
PRINTED = (
    *((0.72, 0.55, 0.94), (0.95, 0.68, 1.33), (0.61, 0.37, 1.01), (0.88, 0.76, 1.02)),
    *((0.92, 0.45, 1.88), (0.79, 0.63, 0.99), (0.39, 0.17, 0.90), (0.83, 0.58, 1.19)),
    *((0.52, 0.30, 0.90), (0.91, 0.80, 1.04), (0.33, 0.12, 0.91), (0.70, 0.49, 1.00)),
)


def trials(k: int, *, years: bool = True, extra: Sequence[ReportedResult] = ()) -> Evidence:
    """The first k trials, of drug against placebo; trial i appeared in 2000 + 3i modulo 11."""
    names = [f"t{i:02d}" for i in range(1, k + 1)]
    cohorts = [
        Cohort(cohort_id=f"{name}.{arm}", study_id=name, label=arm, n=100, attributes={"arm": arm})
        for name in names
        for arm in ("drug", "placebo")
    ]
    return Evidence(
        sources={
            name: Source(source_id=name, kind="article", citation=f"{name.upper()} AB. Trial. 2001.")
            for name in ("review", *names)
        },
        studies={
            name: Study(
                study_id=name,
                label=f"Trial {i}",
                design="randomised",
                year=2000 + 3 * i % 11 if years else None,
            )
            for i, name in enumerate(names, start=1)
        },
        cohorts={cohort.cohort_id: cohort for cohort in cohorts},
        outcomes={
            "death": OutcomeDefinition(
                outcome="death",
                label="death",
                kind="time-to-event",
                better="lower",
                description="time to death",
            )
        },
        results=(*(printed(name, *PRINTED[i]) for i, name in enumerate(names)), *extra),
    )


def printed(
    study: str, value: float, low: float, high: float, *, row: str = "HR", source: str = "", **more: object
) -> ReportedResult:
    """A hazard ratio of drug against placebo as a source prints it."""
    given = {
        "result_id": f"{study}-{row}",
        "study_id": study,
        "cohort_id": f"{study}.drug",
        "comparator_id": f"{study}.placebo",
        "outcome": "death",
        "statistic": "HR",
        "value": value,
        "ci": Interval(low, high),
        "decimals": 2,
        "source_id": source or study,
        "locator": "Table 2",
        "as_printed": f"{value:.2f} ({low:.2f} to {high:.2f})",
    }
    return ReportedResult(**{**given, **more})  # type: ignore[arg-type]


DECLARED = Analysis(
    title="Drug against placebo",
    question="Does the drug prolong life?",
    contrast=({"arm": "drug"}, {"arm": "placebo"}),
    outcomes=[Outcome("death", measure="HR")],
)


@cache
def made_up(k: int) -> AnalysisResult:
    """The analysis of the first k trials."""
    return run_analysis(DECLARED, trials(k), f"made_up_{k}")


def log_effects(k: int) -> tuple[list[float], list[float]]:
    """Log hazard ratios and standard errors by hand, from the printed figures."""
    z = 1.959963984540054
    yi = [math.log(value) for value, _, _ in PRINTED[:k]]
    return yi, [(math.log(high) - math.log(low)) / (2 * z) for _, low, high in PRINTED[:k]]
