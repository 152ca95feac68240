"""Workbooks written letter by letter, so that a test can have any cell and any damage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

Parts = dict[str, str]


def text(value: str, style: int = 0) -> str:
    """Body of a cell that holds text."""
    return f' t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(value)}</t></is>'


def number(value: str, style: int = 0) -> str:
    """Body of a cell that holds a number."""
    return f' s="{style}"><v>{value}</v>'


def letters(column: int) -> str:
    return chr(64 + column) if column <= 26 else chr(64 + (column - 1) // 26) + chr(65 + (column - 1) % 26)


def sheet_xml(rows: Sequence[Sequence[str]], after: str = "", before: str = "") -> str:
    """A sheet; each cell is plain text, a body that begins with a space, or empty."""
    lines = []
    for line, cells in enumerate(rows, start=1):
        inner = "".join(
            f'<c r="{letters(column)}{line}"{cell if cell.startswith(" ") else text(cell)}</c>'
            for column, cell in enumerate(cells, start=1)
            if cell
        )
        lines.append(f'<row r="{line}">{inner}</row>')
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(lines)}</sheetData>{after}</worksheet>'


def styles_xml(formats: Sequence[str]) -> str:
    codes = "".join(
        f'<numFmt numFmtId="{200 + i}" formatCode={quoteattr(c)}/>' for i, c in enumerate(formats)
    )
    cells = "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(formats)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{cells}</cellXfs></styleSheet>'
    )


def parts_of(
    sheets: Mapping[str, str], formats: Sequence[str] = (), shared: str = "", properties: str = ""
) -> Parts:
    """The parts of a workbook; style 0 is General, style i the i-th of `formats`."""
    listed, related = [], []
    parts: Parts = {}
    for i, (name, xml) in enumerate(sheets.items(), start=1):
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>')
        related.append(
            f'<Relationship Id="rId{i}" Type="{LINKS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        )
        parts[f"xl/worksheets/sheet{i}.xml"] = xml
    related.append(f'<Relationship Id="s" Type="{LINKS}/styles" Target="styles.xml"/>')
    related.append(f'<Relationship Id="t" Type="{LINKS}/sharedStrings" Target="/xl/sharedStrings.xml"/>')
    parts["xl/styles.xml"] = styles_xml(formats)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{properties}'
        f"<sheets>{''.join(listed)}</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}">{"".join(related)}</Relationships>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    return parts


def packed(parts: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, compression)
    return out.getvalue()
