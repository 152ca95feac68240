"""A report as the files of its folder, in memory: writing them is the business of `atomic`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from metasyn.analysis.result import AnalysisResult
from metasyn.errors import ReportError
from metasyn.report.blocks import FigureBlock, ReportDocument
from metasyn.report.document import build_document
from metasyn.report.html import render_html
from metasyn.report.pdf import render_pdf
from metasyn.report.results_json import dumps, results_document
from metasyn.tables.model import to_csv

__all__ = ["render_report"]


def render_report(result: AnalysisResult) -> dict[str, bytes]:
    """Every file of a report.

    Parameters
    ----------
    result : AnalysisResult

    Returns
    -------
    dict of str to bytes
        Relative POSIX path -> content: `report.html`, `report.pdf`, `results.json`,
        `tables/*.csv`, `figures/*.svg`, `.pdf`, `.png` and `.csv`. The same for the same input.

    Raises
    ------
    ReportError
        If a part cannot be rendered, or two parts would have the same name.
    """
    document = build_document(result)
    _require_unique_names(document)
    figures = {figure.stem: _figure_files(figure) for figure in document.figures()}
    files = {
        "report.html": _html(document).encode(),
        "report.pdf": render_pdf(document, {stem: made["svg"] for stem, made in figures.items()}),
        "results.json": dumps(results_document(result)).encode(),
    }
    for table in document.tables():
        files[f"tables/{table.slug}.csv"] = to_csv(table).encode()
    for stem, made in figures.items():
        files.update({f"figures/{stem}.{extension}": content for extension, content in made.items()})
    return files


def _html(document: ReportDocument) -> str:
    from metasyn.plots import svg_text

    figures = document.figures()
    svg = {figure.stem: svg_text(figure.layout, f"figure{figure.number}") for figure in figures}
    return render_html(document, svg)


def _figure_files(figure: FigureBlock) -> dict[str, bytes]:
    from metasyn.plots import figure_bytes, to_table

    return {
        "svg": figure_bytes(figure.layout, "svg"),
        "pdf": figure_bytes(figure.layout, "pdf"),
        "png": figure_bytes(figure.layout, "png"),
        "csv": _records_csv(to_table(figure.layout)).encode(),
    }


def _records_csv(records: Iterable[Mapping[str, object]]) -> str:
    """Plain records as CSV; None is an empty cell, a truth value a word."""
    rows = list(records)
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(row[key]) for key in rows[0]] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return repr(value) if isinstance(value, float) else str(value)


def _require_unique_names(document: ReportDocument) -> None:
    names = [table.slug for table in document.tables()]
    names_of_figures = [figure.stem for figure in document.figures()]
    for kind, given in (("table", names), ("figure", names_of_figures)):
        twice = sorted({name for name in given if given.count(name) > 1})
        if twice:
            raise ReportError(f"{document.name}: the {kind} name {twice[0]!r} occurs twice.")
