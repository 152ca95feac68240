"""The acceptance cases as data folders: the rows of a plain table as a person would enter them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from metasyn.evidence import TABLES

__all__ = ["write_folder"]

Row = Mapping[str, str]
Rows = list[dict[str, str]]

# Where a label without a group names the outcome, not the group.
OUTCOME = re.compile(
    r"^(?:ORR|DCR|PR|SD|PD|rash|G3\+|male|female|treated|dose-limiting|grade|PFS|12-month|HR|risk ratio|brisk"
    r"|heterogeneity|stable)"
)
TIMED = re.compile(r"\b(?:PFS|OS|HR|duration)\b")
RATIOS = ("HR", "OR", "RR")


def slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "x"


class _Folder:
    """Tables under construction."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, dict[str, str]]] = {name: {} for name in TABLES}
        self.results: Rows = []

    def put(self, table: str, key: str, **cells: str) -> str:
        known = self.tables[table].setdefault(key, {})
        known.update({name: text for name, text in cells.items() if text})
        return key

    def add(self, row: Row, *, whole_of: Mapping[str, str]) -> None:
        study = self._study(row)
        cohort = self._cohort(row, study, row["cohort"] or _group(row), whole_of)
        outcome = row["outcome"] or (row["label"] if not _group(row) or row["cohort"] else "") or "response"
        kind = "time-to-event" if TIMED.search(outcome) else "binary"
        better = "higher" if re.match(r"(?:ORR|DCR|response|disease control)", outcome) else ""
        self.put("outcomes", slug(outcome), outcome=slug(outcome), label=outcome, kind=kind, better=better)
        name = row["source"] or "report"
        source = self.put("sources", slug(name), source_id=slug(name))
        self.put("sources", source, kind="document", citation=row["source"] or "a report", year=row["year"])
        common = {
            "study_id": study,
            "cohort_id": cohort,
            "outcome": slug(outcome),
            "definition": row["definition"],
            "source_id": source,
            "locator": row["locator"] or "text",
            "as_printed": "as printed",
            "derived": "no",
            "status": "usable",
        }
        for cells in _figures(row):
            if cells["statistic"] in (*RATIOS, "p"):
                other = self._cohort(row, study, row["comparator"] or "others", whole_of)
                cells = {**cells, "comparator_id": other}
            self.results.append({"result_id": f"R{len(self.results) + 1}", **common, **cells})

    def _study(self, row: Row) -> str:
        label = row["study"] or "Study"
        pooled = "Jaeger" in row["citation"] or row["unit"] == "studies" or row["q"]
        design = "meta-analysis" if pooled else "cohort"
        study = self.put(
            "studies", slug(label), study_id=slug(label), label=label, registry_id=row["registry_id"]
        )
        known = self.tables["studies"][study]
        randomised = row["randomised"] and not row["stage1_n"]
        known.setdefault("design", "randomised" if randomised else design)
        if design == "meta-analysis":
            known["design"] = design
        for column, told in (("phase", row["phase"]), ("reference", row["citation"])):
            if told.strip() and told not in known.get(column, ""):
                known[column] = "; ".join(filter(None, (known.get(column, ""), told)))
        self.put("studies", study, centre=row["centre"], year=row["year"])
        self.put("studies", study, stage1_n=row["stage1_n"], stage1_needed=row["stage1_needed"])
        return study

    def _cohort(self, row: Row, study: str, name: str, whole_of: Mapping[str, str]) -> str:
        cohort = f"{study}.{slug(name or 'all')}"
        self.put("cohorts", cohort, cohort_id=cohort, study_id=study, label=name or "all")
        whole = row["part_of"] or whole_of.get(row["total"], "")
        if whole and name == (row["cohort"] or _group(row)):
            parent = f"{study}.{slug(whole)}"
            size = row["total"] if not row["part_of"] else ""
            self.put("cohorts", parent, cohort_id=parent, study_id=study, label=whole, n=size)
            self.put(
                "cohorts", cohort, part_of=parent, partition="" if row["statistic"] == "median" else "yes"
            )
        else:
            self.put("cohorts", cohort, n=row["randomised"] or row["total"])
        return cohort

    def write(self, path: Path) -> Path:
        path.mkdir()
        for name, rows in self.tables.items():
            listed = self.results if name == "results" else list(rows.values())
            if not listed and name not in ("sources", "studies", "cohorts", "outcomes", "results"):
                continue
            further = [key for row in listed for key in row]
            columns = list(dict.fromkeys([*(c.name for c in TABLES[name].columns), *further]))
            with (path / TABLES[name].file).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(listed)
        return path


def _group(row: Row) -> str:
    """The label, where it names a group."""
    return "" if row["cohort"] or OUTCOME.match(row["label"]) else row["label"]


def _figures(row: Row) -> Rows:
    """The rows of results.csv for one row of a plain table."""
    p = {"p": row["p"], "p_sided": "not stated"} if row["p"] else {}
    if row["q"]:
        q = {"statistic": "Q", "value": row["q"], "definition": f"k = {int(row['df']) + 1}", **p}
        i2 = {"statistic": "I2", "value": row["i2"], "definition": q["definition"]}
        return [q, i2] if row["i2"] else [q]
    interval = {name: row[name] for name in ("ci_low", "ci_high")} if row["ci_low"] else {}
    interval |= {"ci_level": "0.95"} if interval else {}
    found: Rows = []
    statistic = row["statistic"] or {"HR": "HR", "risk ratio": "RR"}.get(row["label"], "")
    if row["estimate"] and row["unit"] != "percent":
        cells = {"statistic": statistic, "value": row["estimate"], **interval, "unit": row["unit"]}
        figures = [float(row[name] or 0) for name in ("ci_low", "estimate", "ci_high")]
        if interval and figures != sorted(figures):
            cells |= {"status": "unusable", "status_reason": "outside its interval"}
        return [{**cells, **p}]
    if row["percent"] or row["unit"] == "percent":
        cells = {"statistic": "percent", "value": row["percent"] or row["estimate"], "unit": "percent"}
        cells |= {"events": row["events"], "n": row["n"], **interval}
        cells["timepoint"] = "12 months" if row["label"].startswith("12-month") else ""
        found.append(cells)
    elif row["events"]:
        counts = {"value": row["events"], "events": row["events"], "n": row["n"]}
        found.append({"statistic": "events", **counts, "unit": row["unit"] or "patients", **interval})
    elif row["n"] or not p:
        n = row["n"] or "1"
        found.append({"statistic": "n", "value": n, "n": n, "unit": row["unit"] or "patients"})
    if p:
        found.append({"statistic": "p", **p})
    return found


def write_folder(rows: Sequence[Row], path: Path) -> Path:
    """Write the rows of one case as `sources.csv`, `studies.csv`, ..., and return the folder."""
    folder = _Folder()
    rows = _one_p(rows)
    totals = [row["total"] for row in rows if row["total"]]
    shared = {total: f"all {total}" for total in totals if totals.count(total) > 1}
    for row in rows:
        folder.add(row, whole_of=shared)
    return folder.write(path)


def _one_p(rows: Sequence[Row]) -> Sequence[Row]:
    """A p value that three groups share, as that of the first against the second."""
    if len(rows) < 3 or not rows[0]["p"] or any(row["p"] != rows[0]["p"] for row in rows):
        return rows
    first = {**rows[0], "comparator": rows[1]["label"]}
    return [first, *({**row, "p": ""} for row in rows[1:])]
