"""A data folder about one comparison, women against men of the data set `lung` of R's package survival.

Figures by R 4.2.2, survival 3.4 (`survdiff`, `coxph`, `survfit`): Loprinzi 1994,
10.1200/JCO.1994.12.3.601. Printed here as a paper would print them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from metasyn.evidence import COLUMNS, Evidence, read_evidence

N = (90, 138)
O = (53, 112)  # noqa: E741 - the name of this quantity
E = (73.4182609704, 91.5817390296)
V = 40.3714339796
CHI_SQUARE = 10.3267419549
COX = (-0.531023537620, 0.167178583231)
STEP = 25
AT_RISK = (
    (90, 82, 66, 43, 26, 21, 11, 8, 2, 1, 0),
    (138, 114, 78, 49, 31, 20, 13, 8, 6, 2, 2),
)
CURVES = (
    "0.989 0.989 0.956 0.922 0.899 0.877 0.842 0.795 0.758 0.719 0.705 0.674 0.643 0.577 0.509 0.509 "
    "0.509 0.431 0.411 0.411 0.368 0.343 0.343 0.343 0.343 0.312 0.281 0.250 0.218 0.125 0.083 0.083 "
    "0.083 0.083 0.083 0.083 0.083 0.083 0.083 0.083",
    "0.949 0.928 0.870 0.826 0.790 0.739 0.681 0.607 0.552 0.519 0.494 0.441 0.394 0.374 0.326 0.298 "
    "0.298 0.267 0.234 0.223 0.201 0.190 0.156 0.145 0.123 0.112 0.100 0.089 0.078 0.078 0.078 0.067 "
    "0.054 0.054 0.054 0.036 0.036 0.036 0.036 0.036",
)

WOMEN, MEN, BOTH, TURNED = "lung.w", "lung.m", "lung.w|lung.m", "lung.m|lung.w"

RATIO = (BOTH, "HR", {"value": "0.588"})
INTERVAL = (BOTH, "HR", {"value": "0.588", "ci_low": "0.424", "ci_high": "0.816", "ci_level": "0.95"})
P = (BOTH, "p", {"p": "0.0013", "p_sided": "two", "test": "log-rank", "fewer_events_in": "cohort"})
CHI = (BOTH, "chi-square", {"value": "10.33", "test": "log-rank", "fewer_events_in": "cohort"})
VARIANCE = (BOTH, "V", {"value": "40.37"})
DIFFERENCE = (BOTH, "O-E", {"value": "-20.42"})
EVENTS = (
    (WOMEN, "events", {"value": "53", "events": "53", "n": "90", "unit": "patients"}),
    (MEN, "events", {"value": "112", "events": "112", "n": "138", "unit": "patients"}),
)
TOTAL = (BOTH, "events", {"value": "165", "events": "165", "n": "228", "unit": "patients"})
EXPECTED = ((WOMEN, "E", {"value": "73.4"}), (MEN, "E", {"value": "91.6"}))
MEDIANS = (
    (
        WOMEN,
        "median",
        {"value": "426", "ci_low": "345", "ci_high": "524", "ci_level": "0.95", "unit": "days"},
    ),
    (MEN, "median", {"value": "270", "ci_low": "210", "ci_high": "306", "ci_level": "0.95", "unit": "days"}),
)
SURVIVAL = (
    (
        WOMEN,
        "survival",
        {"value": "52.6", "ci_low": "40.4", "ci_high": "63.5", "ci_level": "0.95", "unit": "percent"},
    ),
    (
        MEN,
        "survival",
        {"value": "33.6", "ci_low": "25.3", "ci_high": "42.1", "ci_level": "0.95", "unit": "percent"},
    ),
)
STANDARD_ERRORS = (
    (WOMEN, "survival", {"value": "52.6", "se": "5.97", "unit": "percent"}),
    (MEN, "survival", {"value": "33.6", "se": "4.34", "unit": "percent"}),
)
RISK = ((WOMEN, "at risk", {"value": "30"}), (MEN, "at risk", {"value": "35"}))
CURVE = ((WOMEN, "curve", {"unit": "days"}), (MEN, "curve", {"unit": "days"}))

Figure = tuple[str, str, dict[str, str]]


def at_a_year(*figures: Figure) -> tuple[Figure, ...]:
    """The same figures at a time point."""
    return tuple(
        (about, statistic, {**cells, "timepoint": "365 days"}) for about, statistic, cells in figures
    )


def lung(folder: Path, figures: Iterable[Figure], *, curves: bool = False, numbers: bool = True) -> Evidence:
    """The evidence of these figures, written as tables and read back; rows are r1, r2, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, list[dict[str, str]]] = {
        "sources": [{"source_id": "paper", "kind": "article", "citation": "Loprinzi 1994"}],
        "studies": [{"study_id": "lung", "label": "Lung", "design": "cohort"}],
        "cohorts": [
            {"cohort_id": WOMEN, "study_id": "lung", "label": "women", "n": "90", "sex": "w"},
            {"cohort_id": MEN, "study_id": "lung", "label": "men", "n": "138", "sex": "m"},
        ],
        "outcomes": [{"outcome": "OS", "label": "survival", "kind": "time-to-event", "better": "lower"}],
        "results": [_row(i, *figure) for i, figure in enumerate(figures, start=1)],
    }
    if curves:
        owners = [row["result_id"] for row in tables["results"] if row["statistic"] == "curve"]
        tables["curves"] = [
            {"result_id": owner, "time": str(STEP * i), "survival": share}
            for owner, shares in zip(owners, CURVES, strict=True)
            for i, share in enumerate(shares.split(), start=1)
        ]
        tables["at_risk"] = [
            {"result_id": owner, "time": str(100 * i), "at_risk": str(n)}
            for owner, at_risk in zip(owners, AT_RISK, strict=True)
            for i, n in enumerate(at_risk)
            if numbers
        ]
    for name, rows in tables.items():
        names = dict.fromkeys([*(c.name for c in COLUMNS[name]), *(key for row in rows for key in row)])
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(names), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return read_evidence(folder)


def _row(number: int, about: str, statistic: str, cells: dict[str, str]) -> dict[str, str]:
    cohort, _, comparator = about.partition("|")
    return {
        "result_id": f"r{number}",
        "study_id": "lung",
        "cohort_id": cohort,
        "comparator_id": comparator,
        "outcome": "OS",
        "statistic": statistic,
        "source_id": "paper",
        "locator": "Table 2",
        "as_printed": f"{statistic} {cells.get('value', '')}",
        **cells,
    }
