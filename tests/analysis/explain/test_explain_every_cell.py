"""Every number in the tables of the shipped reports is found as it is printed there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest

from metasyn.analysis.explain import explainable
from metasyn.analysis.explain.find import find_numbers
from metasyn.analysis.result import AnalysisResult
from metasyn.errors import OptionError
from metasyn.report.document import build_document
from metasyn.synthesis.model import SynthesisResult
from metasyn.tables.model import to_csv
from metasyn.wording import percent_text

REPORTS = (
    "chemotherapy_after_ici",
    "ici_nras_mutant_vs_wild_type",
    "mek_inhibitor_vs_chemotherapy",
    "response_rate_by_drug_class",
)
# By the end of a table's name: the columns with numbers of the result.
CELLS = {
    r"absolute": ("relative", "without", "with", "difference"),
    r"alternatives": ("estimate", "p"),
    r"heterogeneity": ("quantity", "value", "interval"),
    r"evidence": ("effect", "events"),
    r"leave-one-out": ("estimate", "prediction_interval", "tau2", "I2"),
    r"sensitivity": ("estimate", "tau2"),
    r"by-[a-z-]+": ("estimate", "tau2", "I2"),
    r"apart-\d+": ("effect", "events"),
    r"posterior": ("estimate", "below", "tau", "new"),
    r"dependence": ("estimate", "p", "prediction_interval", "df"),
    r"correlations": ("estimate", "df", "tau2", "omega2"),
}
OF_ALL = ("estimate", "p", "prediction_interval", "tau2", "I2")
NONE = ("", "–", "not estimable")


def cells(result: AnalysisResult) -> Iterator[tuple[str, str, str]]:
    """Table, slug of the outcome, and text of every cell with numbers of the result."""
    labels = {part.definition.label: part.slug for part in result.outcomes}
    for table in build_document(result).tables():
        rows = list(csv.DictReader(io.StringIO(to_csv(table))))
        if table.slug == "results":
            slugs = [
                next(s for label, s in labels.items() if label in row["outcome"].lower()) for row in rows
            ]
            yield from (
                ("results", slug, row[name]) for slug, row in zip(slugs, rows, strict=True) for name in OF_ALL
            )
            continue
        for part in result.outcomes:
            kind = table.slug.removeprefix(f"{part.slug}-")
            names = next((names for end, names in CELLS.items() if re.fullmatch(end, kind)), ())
            if kind != table.slug:
                yield from (
                    (table.slug, part.slug, text)
                    for row in rows
                    for name in names
                    for text in _numbers(row.get(name, ""), name)
                )


def _numbers(cell: str, name: str) -> list[str]:
    """The numbers of a cell; of a quantity those in brackets behind Q."""
    if name == "quantity":
        return re.findall(r"p [=<] [\d.]+", cell) if cell.startswith(("Q", "LR")) else []
    return [cell]


@pytest.mark.parametrize("name", REPORTS)
def test_every_cell_is_found(shipped: dict[str, AnalysisResult], name: str) -> None:
    result = shipped[name]
    known = {part.slug: explainable(result, outcome=part.slug) for part in result.outcomes}
    missing, seen = [], 0
    for table, slug, text in cells(result):
        if text in NONE:
            continue
        seen += 1
        try:
            find_numbers(known[slug], text)
        except OptionError:
            missing.append((table, text))
    assert missing == []
    assert seen > 40


def test_a_number_that_is_not_there_is_not_found(shipped: dict[str, AnalysisResult]) -> None:
    for text in ("0.591 (0.47 to 0.72)", "0.59 (0.47 to 0.73)", "p = 0.0777"):
        with pytest.raises(OptionError):
            find_numbers(explainable(shipped[REPORTS[2]], outcome="pfs-hr"), text)


def test_every_weight_is_found(shipped: dict[str, AnalysisResult]) -> None:
    for name in REPORTS:
        for part in shipped[name].outcomes:
            found = part.synthesis
            if not isinstance(found, SynthesisResult) or not found.pooled:
                continue
            known = explainable(shipped[name], outcome=part.slug)
            for effect, weight in zip(found.effects.effects, found.weights, strict=True):
                meant = find_numbers(known, percent_text(float(weight)))
                assert effect.label in {one.name for one in meant}
