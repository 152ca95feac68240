"""The Word report is built from Word's own parts, holds every text, and is the same bytes every time."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from metasyn.analysis.result import AnalysisResult
from metasyn.report.blocks import (
    Bullets,
    Definitions,
    FigureBlock,
    KeyResult,
    Note,
    Paragraph,
    Reference,
    References,
    ReportDocument,
    Section,
    TableBlock,
)
from metasyn.report.document import build_document
from metasyn.report.docx import render_docx
from metasyn.tables.model import ReportTable, columns

CHILD = """
import hashlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("sample", sys.argv[1])
sample = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sample)
from metasyn.report.document import build_document
from metasyn.report.docx import render_docx
document = build_document(sample.bcg_result())
png = {figure.stem: open(sys.argv[2], "rb").read() for figure in document.figures()}
print(hashlib.sha256(render_docx(document, png)).hexdigest())
"""


def png(width: int, height: int) -> bytes:
    """A grey picture, made here."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x99" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def opened(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def words(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t"))).replace("\u200e", "")


def style_of(paragraph: Any) -> str:
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if found is None else found.get(qn("w:val"))


def simple(*blocks: object, title: str = "A title") -> ReportDocument:
    section = Section(anchor="a", heading="Heading", blocks=blocks)  # type: ignore[arg-type]
    return ReportDocument(name="name", title=title, question="Why?", sections=(section,))


def sections_of(sections: tuple[Section, ...], level: int = 1) -> Iterator[tuple[int, str]]:
    for section in sections:
        yield level, section.heading
        yield from sections_of(section.sections, level + 1)


@pytest.fixture(scope="module")
def document(bcg: AnalysisResult) -> ReportDocument:
    return build_document(bcg)


@pytest.fixture(scope="module")
def data(document: ReportDocument) -> bytes:
    return render_docx(document, {figure.stem: png(1350, 600) for figure in document.figures()})


@pytest.fixture(scope="module")
def body(data: bytes) -> Any:
    return opened(data).element.body


def test_headings_are_word_headings_in_order(body: Any, document: ReportDocument) -> None:
    found = [
        (int(style_of(p)[-1]), words(p)) for p in body.findall(qn("w:p")) if style_of(p).startswith("Heading")
    ]
    assert found == list(sections_of(document.sections))


def test_every_style_that_is_used_exists(data: bytes, body: Any) -> None:
    known = {style.get(qn("w:styleId")) for style in opened(data).styles.element.iter(qn("w:style"))}
    for kind in ("w:pStyle", "w:rStyle", "w:tblStyle"):
        assert {used.get(qn("w:val")) for used in body.iter(qn(kind))} <= known
    based = {base.get(qn("w:val")) for base in opened(data).styles.element.iter(qn("w:basedOn"))}
    assert based <= known


def test_tables_are_word_tables_with_every_cell(body: Any, document: ReportDocument) -> None:
    made = [t for t in body.findall(qn("w:tbl")) if "Table" in words(t.getprevious())[:6]]
    tables = [block.table for block in document.blocks() if isinstance(block, TableBlock)]
    assert len(made) == len(tables) > 5
    for element, table in zip(made, tables, strict=True):
        rows = [[words(cell) for cell in row.iter(qn("w:tc"))] for row in element.iter(qn("w:tr"))]
        assert rows == [[column.header for column in table.columns], *(list(row) for row in table.rows)]
        heads = [
            row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in element.iter(qn("w:tr"))
        ]
        assert heads == [True, *[False] * len(table.rows)]
        widths = [int(column.get(qn("w:w"))) for column in element.iter(qn("w:gridCol"))]
        assert abs(sum(widths) - 9752) <= len(widths)
        assert min(widths) > 300


def test_captions_count_by_themselves(body: Any, document: ReportDocument) -> None:
    captions = [p for p in body.findall(qn("w:p")) if style_of(p) == "Caption"]
    for word, kind in (("Table", TableBlock), ("Figure", FigureBlock)):
        mine = [p for p in captions if words(p).startswith(word)]
        assert [words(p).split(".")[0] for p in mine] == [
            f"{word} {block.number}" for block in document.blocks() if isinstance(block, kind)
        ]
        codes = ["".join(code.text for code in p.iter(qn("w:instrText"))).split()[:2] for p in mine]
        assert codes == [["SEQ", word]] * len(mine)
    for p in body.iter(qn("w:p")):
        depth = [mark.get(qn("w:fldCharType")) for mark in p.iter(qn("w:fldChar"))]
        if style_of(p) != "TOC1":
            assert depth.count("begin") == depth.count("separate") == depth.count("end")


def test_contents_and_links_lead_somewhere(body: Any, document: ReportDocument) -> None:
    names = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(names) == len(set(names))
    ids = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert sorted(ids) == sorted(mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkEnd")))
    assert len(ids) == len(set(ids))
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))} - {None}
    assert anchors <= set(names)
    contents = [words(p) for p in body.findall(qn("w:p")) if style_of(p) == "TOC1"]
    assert contents == [section.heading for section in document.sections]
    cited = [link for link in body.iter(qn("w:hyperlink")) if words(link) == "[1]"]
    target = cited[0].get(qn("w:anchor"))
    entry = next(mark for mark in body.iter(qn("w:bookmarkStart")) if mark.get(qn("w:name")) == target)
    numbered = [b for b in document.blocks() if isinstance(b, References) and b.numbered]
    assert words(entry.getparent()).startswith(numbered[0].items[0].text)
    assert style_of(entry.getparent()) == "ListNumber"


def test_pictures_have_words_and_fit(body: Any, document: ReportDocument) -> None:
    pictures = list(body.iter(qn("wp:docPr")))
    assert [picture.get("descr") for picture in pictures] == [figure.alt for figure in document.figures()]
    assert len({picture.get("id") for picture in pictures}) == len(pictures) > 2
    for extent in body.iter(qn("wp:extent")):
        width, height = int(extent.get("cx")), int(extent.get("cy"))
        assert width <= 9752 * 635
        assert width / height == pytest.approx(1350 / 600, rel=1e-3)


def test_a_long_figure_is_several_pictures() -> None:
    figure = FigureBlock(layout=None, stem="f", caption="Many.", alt="Many studies.", number=1)  # type: ignore[arg-type]
    made = opened(render_docx(simple(figure), {"f": (png(1000, 3000), png(1000, 900))})).element.body
    descriptions = [picture.get("descr") for picture in made.iter(qn("wp:docPr"))]
    assert descriptions == ["Many studies. Part 1 of 2.", "Many studies. Part 2 of 2."]
    heights = [int(extent.get("cy")) for extent in made.iter(qn("wp:extent"))]
    assert heights[0] < (16838 - 2 * 1247) * 635
    assert [words(p) for p in made.findall(qn("w:p")) if style_of(p) == "Caption"] == [
        "Figure 1. Many.",
        "Figure 1, continued.",
    ]


def test_a_table_too_wide_for_an_upright_page_lies() -> None:
    keys = [(f"k{i}", f"Characteristic{i}") for i in range(14)]
    wide = ReportTable(
        slug="w", caption="Wide", columns=columns(*keys), rows=(tuple("incomparable" for _ in keys),)
    )
    narrow = ReportTable(slug="n", caption="Narrow", columns=columns(("a", "A")), rows=(("x",),))
    made = opened(render_docx(simple(TableBlock(narrow, 1), TableBlock(wide, 2), TableBlock(narrow, 3)), {}))
    orientations = [section.orientation for section in made.sections]
    assert [int(orientation) for orientation in orientations] == [0, 1, 0]
    width = made.sections[1].page_width - made.sections[1].left_margin - made.sections[1].right_margin
    grid = made.element.body.findall(qn("w:tbl"))[1].find(qn("w:tblGrid"))
    assert sum(int(column.get(qn("w:w"))) for column in grid) * 635 == pytest.approx(width, abs=14 * 635)
    assert all(section.header.paragraphs[0].text == "A title" for section in made.sections)


def test_every_kind_of_block_is_written() -> None:
    key = KeyResult(
        anchor="a", label="Pain", figure="RR 0.5", interval="95% CI 0.4 to 0.6", basis="3 studies",
        sentence="It is lower.",
    )  # fmt: skip
    made = opened(
        render_docx(
            simple(
                Paragraph("text", lead="Lead."),
                Bullets(("one", "two")),
                Definitions((("term", "meaning"),)),
                Note("remark", heading="Mind", tone="caution"),
                key,
                References((Reference(text="Entry", link="https://doi.org/10.1/x<y>", note="a note"),)),
            ),
            {},
        )
    )
    text = words(made.element.body)
    for expected in ("Lead. text", "one", "two", "term", "meaning", "Mind. remark", "Entry", "a note"):
        assert expected in text
    for expected in ("Pain", "RR 0.5", "95% CI 0.4 to 0.6", "3 studies", "It is lower."):
        assert expected in text
    styles = [style_of(p) for p in made.element.body.iter(qn("w:p"))]
    assert styles.count("ListBullet") == 2
    assert "Caution" in styles
    targets = [r.target_ref for r in made.part.rels.values() if r.is_external]
    assert targets == ["https://doi.org/10.1/x%3Cy%3E"]


def test_properties_say_what_it_is_and_not_when(data: bytes, document: ReportDocument) -> None:
    properties = opened(data).core_properties
    assert properties.title == document.title
    assert properties.subject == document.question
    assert properties.language == "en-GB"
    assert properties.created.year == properties.modified.year == 2000
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.namelist()[0] == "[Content_Types].xml"
        assert not [name for name in packed.namelist() if "thumbnail" in name or "customXml" in name]
        assert b'w:lang w:val="en-GB"' in packed.read("word/styles.xml")
    long = opened(render_docx(simple(title="T" * 400), {})).core_properties.title
    assert len(long) == 255
    assert long.startswith("TTT")


def test_two_processes_give_the_same_bytes(document: ReportDocument, tmp_path: Path) -> None:
    import hashlib

    picture = tmp_path / "picture.png"
    picture.write_bytes(png(200, 100))
    here = render_docx(document, {figure.stem: png(200, 100) for figure in document.figures()})
    sample = Path(__file__).with_name("conftest.py")
    made = subprocess.run(
        [sys.executable, "-c", CHILD, str(sample), str(picture)],
        cwd=tmp_path,
        env={"PYTHONHASHSEED": "4711", "PATH": "", "LANG": "C", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert made.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_libreoffice_opens_it_with_every_word(data: bytes, document: ReportDocument, tmp_path: Path) -> None:
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("LibreOffice or pdftotext is not installed")
    (tmp_path / "report.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "report.docx"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    made = subprocess.run([reader, "-raw", "report.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    text = re.sub(r"\s", "", made.stdout.decode())
    assert "Error!" not in text
    for level, heading in sections_of(document.sections):
        assert re.sub(r"\s", "", heading) in text, (level, heading)
    for table in (block.table for block in document.blocks() if isinstance(block, TableBlock)):
        for cell in (cell for row in table.rows for cell in row):
            assert all(word in text for word in cell.split()), cell
    for paragraph in (block for block in document.blocks() if isinstance(block, Paragraph)):
        assert all(word in text for word in paragraph.text.split()), paragraph
