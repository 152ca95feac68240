"""The PDF is archivable and tagged, sets any text literally, and refuses what would be defective."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from metasyn.analysis.result import AnalysisResult
from metasyn.errors import ReportError
from metasyn.report.blocks import Paragraph, ReportDocument, Section, TableBlock
from metasyn.report.document import build_document
from metasyn.report.pdf import render_pdf
from metasyn.report.pdf_content import breakable
from metasyn.tables.model import ReportTable, columns

NASTY = '#let $x$ *a* _b_ @c <tag> \\ "q" `d` // /* ~ [e] {f} #(1+1) = g - h + i é ß'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="20pt"><path d="M0 0L40 20"/></svg>'


def simple(*blocks: object, title: str = "A title") -> ReportDocument:
    section = Section(anchor="a", heading="Heading", blocks=blocks)  # type: ignore[arg-type]
    return ReportDocument(name="name", title=title, question="Why?", sections=(section,))


def words_of(pdf: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    (folder / "x.pdf").write_bytes(pdf)
    made = subprocess.run(["pdftotext", "-raw", "x.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return re.sub(r"\s+", " ", made.stdout.decode().replace("\N{ZERO WIDTH SPACE}", ""))


def test_standards_and_no_clock(bcg_files: dict[str, bytes]) -> None:
    pdf = bcg_files["report.pdf"]
    assert pdf.startswith(b"%PDF-1.")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"2000-01-01T00:00:00" in pdf
    assert not re.search(rb"xmp:(?:Create|Modify)Date>20[1-9]", pdf)


def test_text_is_literal_and_searchable(tmp_path: Path) -> None:
    table = ReportTable(
        slug="t", caption=NASTY, columns=columns(("a", NASTY), ("b", "B")), rows=((NASTY, "x"),)
    )
    pdf = render_pdf(simple(Paragraph(NASTY, lead=NASTY), TableBlock(table, 1), title=NASTY), {})
    squeezed = words_of(pdf, tmp_path).replace(" ", "").replace("-\n", "")
    literal = NASTY.replace(" ", "")
    assert squeezed.count(literal) >= 4


def test_figures_keep_their_words(bcg_files: dict[str, bytes], tmp_path: Path) -> None:
    text = words_of(bcg_files["report.pdf"], tmp_path)
    assert "Coetzee & Berjak 1968" in text
    assert "Favours BCG" in text
    assert "RR 0.49" in text


def test_letters_that_no_font_has_do_not_stop_a_report() -> None:
    assert render_pdf(simple(Paragraph("研究 🙂 \N{ZERO WIDTH SPACE}")), {}).startswith(b"%PDF")


def test_scripts_that_stack_their_letters_do_not_stop_a_report(bcg: AnalysisResult) -> None:
    figure = build_document(bcg).figures()[0]
    words = "हिन्दी क्षत्रिय 👩\u200d⚕\ufe0f 1\u20e3"
    assert render_pdf(simple(Paragraph(words)), {}).startswith(b"%PDF")
    # No font shows a private letter in a way that an archive accepts: the picture becomes dots.
    label = f'<text x="1" y="12" font-family="DejaVu Sans" font-size="9">{words}\ue000</text></svg>'
    picture = SVG.decode().replace("</svg>", label).encode()
    made = render_pdf(simple(figure), {figure.stem: picture})
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made
    assert b"/Subtype/Image" in made
    assert b"/Subtype/Image" not in render_pdf(simple(figure), {figure.stem: SVG})


def test_a_long_figure_takes_pages(bcg: AnalysisResult, tmp_path: Path) -> None:
    figure = build_document(bcg).figures()[0]
    tall = SVG.decode().replace('width="40pt" height="20pt"', 'width="400pt" height="600pt"').encode()
    text = words_of(
        render_pdf(simple(figure, Paragraph("After it.")), {figure.stem: (tall, tall, tall)}), tmp_path
    )
    assert text.count(f"Figure {figure.number}. Continued.") == 2
    assert re.findall(r"(\d+) / (\d+)", text)[-1][1] in ("3", "4")
    assert text.index("After it.") > text.rindex("Continued.")


def test_a_large_figure_leaves_no_page_half_empty(bcg: AnalysisResult, tmp_path: Path) -> None:
    figure = build_document(bcg).figures()[0]
    tall = SVG.decode().replace('width="40pt" height="20pt"', 'width="400pt" height="500pt"').encode()
    before = [Paragraph("Words before the figure. " * 30) for _ in range(4)]
    after = [Paragraph(f"After {i}. " + "Words after the figure. " * 30) for i in range(3)]
    pdf = render_pdf(simple(*before, figure, *after), {figure.stem: tall})
    first = words_of(pdf, tmp_path).split("1 / 2")[0]
    assert "After 0." in first
    assert f"Figure {figure.number}." not in first


def test_a_picture_needs_words(bcg: AnalysisResult) -> None:
    figure = build_document(bcg).figures()[2]
    good = simple(figure)
    assert render_pdf(good, {figure.stem: SVG}).startswith(b"%PDF")
    with pytest.raises(ReportError, match="PDF cannot be set"):
        render_pdf(simple(replace(figure, alt="")), {figure.stem: b"no picture"})


def test_a_warning_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metasyn.report.pdf._FONTS", ("A font that nobody has",))
    with pytest.raises(ReportError, match=r"would be defective.*unknown font family"):
        render_pdf(simple(Paragraph("x")), {})


def test_long_tables_continue_with_their_header(tmp_path: Path) -> None:
    rows = tuple((f"row-{i}", "text") for i in range(150))
    table = ReportTable(
        slug="t", caption="Long", columns=columns(("a", "Header word"), ("b", "B")), rows=rows
    )
    text = words_of(render_pdf(simple(TableBlock(table, 1)), {}), tmp_path)
    assert all(f"row-{i} " in text for i in range(150))
    pages = int(re.findall(r"(\d+) / (\d+)", text)[-1][1])
    assert pages >= 3
    assert text.count("Header word") == pages


def test_long_words_get_break_opportunities() -> None:
    mark = "\N{ZERO WIDTH SPACE}"
    assert breakable("short words only", 20) == "short words only"
    assert breakable("x" * 45, 20).split(mark) == ["x" * 10] * 4 + ["x" * 5]
    for text in ("a_b/c " + "y" * 70 + "_z", "_" * 50, ""):
        assert breakable(text, 20).replace(mark, "") == text
