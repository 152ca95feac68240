"""A report as the files of its folder, in memory: writing them is the business of `atomic`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from metasyn.analysis.result import AnalysisResult
from metasyn.errors import ReportError
from metasyn.report.blocks import FigureBlock, ReportDocument
from metasyn.report.changes.edition import Edition
from metasyn.report.document import build_document
from metasyn.report.docx import render_docx
from metasyn.report.html import render_html
from metasyn.report.live import PAGE_LIMIT, live_text
from metasyn.report.pdf import render_pdf
from metasyn.report.results_json import dumps, results_document
from metasyn.report.verify_r import verify_script
from metasyn.tables.model import csv_text, to_csv

if TYPE_CHECKING:
    from metasyn.plots.draw import Layout

__all__ = ["render_report"]

# Stands where the data of the page go, which depend on how long the page is without them; no text of a
# report can look like it, because its brackets would be escaped.
_LIVE_DATA = "<live data>"


def render_report(
    result: AnalysisResult, edition: Edition | None = None, *, built_from: str = ""
) -> dict[str, bytes]:
    """Every file of a report.

    Parameters
    ----------
    result : AnalysisResult
    edition : Edition, optional
        Which version of the evidence it is of; without one, no version is mentioned.
    built_from : str
        Digest of the rows and options it rests on, for `results.json`.

    Returns
    -------
    dict of str to bytes
        Relative POSIX path -> content: `report.html`, `report.pdf`, `report.docx`, `results.json`,
        `verify.R`, `tables/*.csv`, `figures/*.svg`, `.pdf`, `.png` and `.csv`. The same for the same input.

    Raises
    ------
    ReportError
        If a part cannot be rendered, or two parts would have the same name.
    """
    document = build_document(result, edition)
    _require_unique_names(document)
    figures = {figure.stem: _figure_files(figure) for figure in document.figures()}
    files = {
        "report.html": _html(result, document).encode(),
        "report.pdf": render_pdf(document, _pages(document.figures(), figures, "svg")),
        "report.docx": render_docx(document, _pages(document.figures(), figures, "png")),
        "results.json": dumps(results_document(result, edition, built_from=built_from)).encode(),
        "verify.R": verify_script(result).encode(),
    }
    for table in document.tables():
        files[f"tables/{table.slug}.csv"] = to_csv(table).encode()
    for stem, made in figures.items():
        files.update({f"figures/{stem}.{extension}": content for extension, content in made.items()})
    return files


def _html(result: AnalysisResult, document: ReportDocument) -> str:
    """The page with the data that make it live, as far as the page stays small."""
    from metasyn.plots import svg_text

    figures = document.figures()
    svg = {figure.stem: svg_text(figure.layout, f"figure{figure.number}") for figure in figures}
    page = render_html(document, svg, live=_LIVE_DATA)
    facts = len(live_text(result, document, page=PAGE_LIMIT))
    if len(page.encode()) + facts > PAGE_LIMIT:
        svg |= _beside(result, svg, len(page.encode()) + facts - PAGE_LIMIT)
        page = render_html(document, svg, live=_LIVE_DATA)
    return page.replace(_LIVE_DATA, live_text(result, document, page=len(page.encode())), 1)


def _beside(result: AnalysisResult, svg: Mapping[str, str], excess: int) -> dict[str, str]:
    """What stands on the page for its largest figures, until `excess` bytes are saved.

    The forest plots of the outcomes stay.
    """
    slugs = {part.slug for part in result.outcomes}
    largest = sorted((stem for stem in svg if stem not in slugs), key=lambda stem: (-len(svg[stem]), stem))
    instead: dict[str, str] = {}
    for stem in largest:
        if excess <= 0:
            break
        excess -= len(svg[stem])
        instead[stem] = (
            "<p>This figure would make the page larger than two megabytes. It is a file beside it: "
            f'<a href="figures/{stem}.svg">figures/{stem}.svg</a>.</p>'
        )
    return instead


def _figure_files(figure: FigureBlock) -> dict[str, bytes]:
    from metasyn.plots import figure_bytes

    return {
        "svg": figure_bytes(figure.layout, "svg"),
        "pdf": figure_bytes(figure.layout, "pdf"),
        "png": figure_bytes(figure.layout, "png"),
        "csv": _records_csv(_records(figure.layout)).encode(),
    }


def _pages(
    figures: Iterable[FigureBlock], made: Mapping[str, Mapping[str, bytes]], fmt: Literal["svg", "png"]
) -> dict[str, tuple[bytes, ...]]:
    """Every figure as pictures that each fit on a page; most are one, which is drawn already."""
    from metasyn.plots import ForestLayout, figure_pages
    from metasyn.plots.pages import ROWS_PER_PAGE

    return {
        figure.stem: figure_pages(figure.layout, fmt)
        if isinstance(figure.layout, ForestLayout) and len(figure.layout.rows) > ROWS_PER_PAGE
        else (made[figure.stem][fmt],)
        for figure in figures
    }


def _records(layout: Layout) -> tuple[dict[str, object], ...]:
    """What a figure shows, row by row."""
    from metasyn.plots import ForestLayout, to_table
    from metasyn.plots.chart_table import chart_table

    return to_table(layout) if isinstance(layout, ForestLayout) else chart_table(layout)


def _records_csv(records: Iterable[Mapping[str, object]]) -> str:
    """Plain records as CSV; None is an empty cell, a truth value a word."""
    rows = list(records)
    return csv_text(rows[0], ([_cell(row[key]) for key in rows[0]] for row in rows)) if rows else ""


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
