"""Tables of the Word report: Word's own, with a head that is repeated on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metasyn.report.blocks import Definitions, KeyResult
from metasyn.report.column_widths import column_shares, is_long, needed_ems
from metasyn.report.docx_styles import WASH
from metasyn.report.docx_xml import cited, el, inner_link, paragraph, runs
from metasyn.tables.model import ReportTable

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

__all__ = ["data_table", "definition_table", "key_result_table", "needs_lying_page"]

# Tables of more columns are set smaller.
_FEW_COLUMNS = 4
_SIZE, _SMALL_SIZE = 8.5, 7.5
_TWIPS = 20
_ALIGN = {"left": "", "right": "right", "center": "center"}
_KEY_SHARES = (0.27, 0.25, 0.48)
_TERM_SHARE = 0.24


def data_table(table: ReportTable, width: int, sources: Sequence[str]) -> Element:
    """A table of a report.

    Parameters
    ----------
    table : ReportTable
    width : int
        Of the page between its margins, in twentieths of a point.
    sources : sequence of str
        Bookmarks of the numbered sources, for the column that refers to them.

    Returns
    -------
    w:tbl
    """
    style = "TableText" if len(table.columns) <= _FEW_COLUMNS else "TableTextSmall"
    ems = _ems(table, width)
    shares = column_shares(table, ems)
    together = not is_long(table, shares, ems)
    widths = _widths(shares, width)
    heads = [[paragraph(style, runs(c.header), align=_ALIGN[c.align], follow=True)] for c in table.columns]
    rows = [_row(heads, widths, head=True)]
    for number, cells in enumerate(table.rows):
        bold, follow = number in table.emphasis, together and number + 1 < len(table.rows)
        contents = []
        for column, cell in zip(table.columns, cells, strict=True):
            text = cited(cell, sources if column.key == "source" else (), bold=bold)
            contents.append([paragraph(style, text, align=_ALIGN[column.align], follow=follow)])
        rows.append(_row(contents, widths))
    return _table("EvidenceTable", widths, rows, title=table.caption)


def needs_lying_page(table: ReportTable, width: int) -> bool:
    """Whether an upright page is so narrow that words of the table would be broken."""
    return needed_ems(table) > _ems(table, width)


def key_result_table(results: Sequence[KeyResult], width: int, bookmarks: dict[str, str]) -> Element:
    """The headlines of all outcomes: outcome, number, words."""
    widths = _widths(_KEY_SHARES, width)
    names = ("Outcome", "Result", "In words")
    rows = [_row([[paragraph("TableText", runs(name))] for name in names], widths, head=True)]
    for one in results:
        label = runs(one.label, bold=True, style="Hyperlink" if one.anchor in bookmarks else "")
        linked = [inner_link(bookmarks[one.anchor], label)] if one.anchor in bookmarks else label
        outcome = [paragraph("TableText", linked), paragraph("KeyDetail", runs(one.basis))]
        figure = [paragraph("KeyFigure", runs(one.figure))]
        figure += [paragraph("TableText", runs(one.interval))] if one.interval else []
        words = [paragraph("TableText", runs(one.sentence))]
        rows.append(_row([outcome, figure, words], widths, fill=WASH))
    return _table("EvidenceTable", widths, rows, title="Results at a glance")


def definition_table(block: Definitions, width: int) -> Element:
    """Terms and what is said about them, without lines."""
    widths = _widths((_TERM_SHARE, 1 - _TERM_SHARE), width)
    rows = [
        _row([[paragraph("TableText", runs(term, bold=True))], [paragraph("TableText", runs(text))]], widths)
        for term, text in block.items
    ]
    return _table("TableNormal", widths, rows, title="Terms", margins=True)


def _ems(table: ReportTable, width: int) -> float:
    size = _SIZE if len(table.columns) <= _FEW_COLUMNS else _SMALL_SIZE
    return width / _TWIPS / size


def _widths(shares: Sequence[float], width: int) -> list[int]:
    return [round(share * width) for share in shares]


def _table(
    style: str, widths: Sequence[int], rows: Sequence[Element], *, title: str, margins: bool = False
) -> Element:
    sides = {"top": 40, "left": 0, "bottom": 40, "right": 120}
    properties = el(
        "tblPr",
        el("tblStyle", val=style),
        el("tblW", w=sum(widths), type="dxa"),
        el("tblLayout", type="fixed"),
        el("tblCellMar", *(el(side, w=size, type="dxa") for side, size in sides.items()))
        if margins
        else None,
        el("tblLook", val="0020", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1),
        el("tblCaption", val=title),
    )
    grid = el("tblGrid", *(el("gridCol", w=width) for width in widths))
    return el("tbl", properties, grid, *rows)


def _row(
    contents: Sequence[Sequence[Element]], widths: Sequence[int], *, head: bool = False, fill: str = ""
) -> Element:
    properties = el("trPr", el("cantSplit"), el("tblHeader") if head else None)
    cells = []
    for content, width in zip(contents, widths, strict=True):
        shade = el("shd", val="clear", color="auto", fill=fill) if fill else None
        cells.append(el("tc", el("tcPr", el("tcW", w=width, type="dxa"), shade), *content))
    return el("tr", properties, *cells)
