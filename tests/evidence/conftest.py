"""A small data folder about made-up blood-pressure trials, and ways to spoil it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from metasyn.evidence import TABLES

Rows = list[dict[str, str]]

_SOURCES = [
    {"source_id": "alder-report", "kind": "document", "citation": "Alder Group 2015", "year": "2015"},
    {
        "source_id": "birch-abstract",
        "kind": "abstract",
        "citation": "Birch Group 2018",
        "doi": "10.1000/birch",
    },
]
_STUDIES = [
    {"study_id": "ALDER", "label": "Alder 2015", "design": "randomised", "year": "2015", "country": "Norway"},
    {"study_id": "BIRCH", "label": "Birch 2018", "design": "single-arm", "phase": "2", "country": "Chile"},
]
_COHORTS = [
    {"cohort_id": "ALDER.all", "study_id": "ALDER", "label": "both arms", "n": "400"},
    {
        "cohort_id": "ALDER.active",
        "study_id": "ALDER",
        "label": "diuretic",
        "n": "200",
        "part_of": "ALDER.all",
        "drug": "diuretic",
    },
    {
        "cohort_id": "ALDER.placebo",
        "study_id": "ALDER",
        "label": "placebo",
        "n": "200",
        "part_of": "ALDER.all",
        "drug": "placebo",
    },
    {"cohort_id": "BIRCH.all", "study_id": "BIRCH", "label": "all", "n": "17", "drug": "diuretic"},
]
_OUTCOMES = [
    {"outcome": "stroke", "label": "time to stroke", "kind": "time-to-event", "better": "lower"},
    {"outcome": "controlled", "label": "pressure controlled", "kind": "binary", "better": "higher"},
    {"outcome": "sample size", "label": "sample size", "kind": "descriptive"},
    {"outcome": "prior drugs", "label": "prior drugs", "kind": "descriptive"},
]


def _result(result_id: str, cohort: str, outcome: str, statistic: str, **cells: str) -> dict[str, str]:
    """A row of results.csv whose study and source follow from its cohort."""
    study = cohort.partition(".")[0]
    return {
        "result_id": result_id,
        "study_id": study,
        "cohort_id": cohort,
        "outcome": outcome,
        "statistic": statistic,
        "source_id": "alder-report" if study == "ALDER" else "birch-abstract",
        "locator": "Table 2",
        "as_printed": "as in the paper",
        "derived": "no",
        "status": "usable",
        **cells,
    }


def _interval(value: str, low: str, high: str) -> dict[str, str]:
    return {"value": value, "ci_low": low, "ci_high": high, "ci_level": "0.95"}


_RESULTS = [
    _result(
        "HR1",
        "ALDER.active",
        "stroke",
        "HR",
        comparator_id="ALDER.placebo",
        p="<0.001",
        p_sided="one",
        **_interval("0.62", "0.47", "0.80"),
    ),
    _result("MED1", "ALDER.active", "stroke", "median", unit="months", **_interval("11.0", "8.9", "NE")),
    _result("PCT1", "BIRCH.all", "controlled", "percent", value="47.1", events="8", n="17", unit="percent"),
    _result("EV1", "BIRCH.all", "controlled", "events", value="8", events="8", n="17", unit="patients"),
    _result("N1", "ALDER.all", "sample size", "n", value="400", n="400", unit="patients"),
    _result("P1", "ALDER.active", "controlled", "p", comparator_id="ALDER.placebo", p="0.034", p_sided="two"),
    _result(
        "RR1",
        "ALDER.active",
        "controlled",
        "RR",
        comparator_id="ALDER.placebo",
        status="unusable",
        status_reason="the estimate lies outside its interval",
        **_interval("0.3", "0.5", "0.7"),
    ),
    _result(
        "EV2",
        "ALDER.active",
        "controlled",
        "events",
        value="94",
        events="94",
        n="200",
        as_printed="",
        derived="yes",
        derivation="47% of 200",
        derived_from="N1;PCT2",
    ),
    _result("PCT2", "ALDER.active", "controlled", "percent", value="47", n="200", unit="percent"),
    _result("RNG1", "ALDER.all", "stroke", "range", unit="months"),
    _result("MED2", "BIRCH.all", "prior drugs", "median", value="2", unit="treatment lines"),
]
_ONGOING = [
    {
        "registry_id": "NCT00000001",
        "title": "Cedar",
        "n": "90",
        "source_id": "alder-report",
        "locator": "Table 4",
    }
]


_CURVE = _result("KM1", "ALDER.active", "stroke", "curve", n="200", events="41", unit="months")
_CURVES = [
    {"result_id": "KM1", "time": time, "survival": survival}
    for time, survival in (("1.5", "0.96"), ("6", "0.91"), ("6", "0.885"), ("12", "0.80"))
]
_AT_RISK = [
    {"result_id": "KM1", "time": time, "at_risk": n}
    for time, n in (("0", "200"), ("6", "180"), ("12", "121"))
]


class EvidenceFolder:
    """Rows of the valid tables, to be changed and written as `data/*.csv`."""

    def __init__(self, parent: Path) -> None:
        self.path = parent / "data"
        self.path.mkdir()
        self.tables: dict[str, Rows] = {
            name: [dict(row) for row in rows]
            for name, rows in {
                "sources": _SOURCES,
                "studies": _STUDIES,
                "cohorts": _COHORTS,
                "outcomes": _OUTCOMES,
                "results": _RESULTS,
                "ongoing": _ONGOING,
            }.items()
        }

    def with_curves(self) -> EvidenceFolder:
        """The same with a digitised curve: a row of results, its points and numbers at risk."""
        self.tables["results"].append(dict(_CURVE))
        self.tables["curves"] = [dict(row) for row in _CURVES]
        self.tables["at_risk"] = [dict(row) for row in _AT_RISK]
        return self

    def row(self, table: str, name: str) -> dict[str, str]:
        """The row with this id."""
        return next(row for row in self.tables[table] if row[TABLES[table].key] == name)

    def edit(self, table: str, name: str, cells: Mapping[str, str]) -> None:
        """Change cells of one row."""
        self.row(table, name).update(cells)

    def line(self, table: str, name: str) -> int:
        """Line of a row, while no cell holds a line break."""
        return 2 + self.tables[table].index(self.row(table, name))

    def columns(self, table: str) -> list[str]:
        """The dictionary's columns, then further ones."""
        further = (key for row in self.tables[table] for key in row)
        return list(dict.fromkeys([*(column.name for column in TABLES[table].columns), *further]))

    def text(self, table: str) -> str:
        """The table as CSV."""
        stream = io.StringIO()
        writer = csv.DictWriter(stream, self.columns(table), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.tables[table])
        return stream.getvalue()

    def file(self, table: str) -> Path:
        """Where a table is written."""
        return self.path / TABLES[table].file

    def write(self) -> Path:
        """Write every table; returns the folder."""
        for table in self.tables:
            self.file(table).write_text(self.text(table), encoding="utf-8", newline="")
        return self.path


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    """Valid tables, not written yet."""
    return EvidenceFolder(tmp_path)


@pytest.fixture
def new_folder(tmp_path: Path) -> Callable[[], EvidenceFolder]:
    """Makes as many folders of valid tables as are wanted."""
    count = iter(range(10_000))

    def make() -> EvidenceFolder:
        parent = tmp_path / str(next(count))
        parent.mkdir()
        return EvidenceFolder(parent)

    return make
