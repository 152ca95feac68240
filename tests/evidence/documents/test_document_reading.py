"""Bytes of documents, good and bad, to text."""

from __future__ import annotations

import io

import pytest

from metasyn.evidence.documents.decode import DocumentProblem, decode_html, decode_text, pdf_pages

PAGES = """#set page(width: 9cm, height: 7cm)
#set text(size: 8pt, lang: "en", hyphenate: true)
#set par(justify: true)
#set document(date: none)
Of 100 people 62 slept well after tea, against 49 of 98 after water; the hazard ratio for waking was 0·72
(95% CI 0·55–0·94), a statistically significant difference between the randomised groups of participants.
#pagebreak()
The office was finally quiet for twenty-six minutes.
"""


@pytest.fixture(scope="session")
def paper() -> bytes:
    """A PDF of two pages with ligatures and broken words."""
    import typst

    made = typst.compile(PAGES.encode())
    assert isinstance(made, bytes)
    return made


def locked(content: bytes, password: str) -> bytes:
    from pypdf import PdfWriter

    writer, made = PdfWriter(clone_from=io.BytesIO(content)), io.BytesIO()
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def test_a_pdf_is_read_page_by_page(paper: bytes) -> None:
    first, second = pdf_pages(paper)
    assert "62 slept well" in first
    assert "quiet for twenty" in second


def test_a_pdf_without_password_for_reading_is_read(paper: bytes) -> None:
    assert pdf_pages(locked(paper, "")) == pdf_pages(paper)


def test_a_pdf_behind_a_password_says_so(paper: bytes) -> None:
    with pytest.raises(DocumentProblem, match="encrypted"):
        pdf_pages(locked(paper, "secret"))


def test_a_scan_says_so() -> None:
    from pypdf import PdfWriter

    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(made)
    with pytest.raises(DocumentProblem, match="no text"):
        pdf_pages(made.getvalue())


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 2000, "%PDF-1.7\n".encode("utf-16")])
def test_what_is_no_pdf_says_so(content: bytes) -> None:
    with pytest.raises(DocumentProblem, match="not a PDF"):
        pdf_pages(content)


@pytest.mark.parametrize("kept", [20, 500, 0.5, 0.9])
def test_a_pdf_that_breaks_off_is_a_problem_in_one_line(paper: bytes, kept: float) -> None:
    with pytest.raises(DocumentProblem) as caught:
        pdf_pages(paper[: int(kept if kept > 1 else kept * len(paper))])
    assert "\n" not in str(caught.value)


def test_damaged_bytes_are_read_or_refused_never_a_crash(paper: bytes) -> None:
    import random

    draw = random.Random(5)
    for _ in range(40):
        broken = bytearray(paper)
        for _ in range(draw.randint(1, 60)):
            broken[draw.randrange(8, len(broken))] = draw.randrange(256)
        assert "\n" not in outcome(bytes(broken))


def outcome(content: bytes) -> str:
    """What is said about a PDF; empty if it was read."""
    try:
        pdf_pages(content)
    except DocumentProblem as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_in_usual_encodings(encoding: str) -> None:
    assert decode_text("HR 0·62 (0·47–0·80)".encode(encoding)) == "HR 0·62 (0·47–0·80)"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b" \n\n", "empty"), (b"\x89PNG\r\n\0\0", "not text"), (b"\x01\x02" * 40, "not text")],
)
def test_what_is_no_text_says_so(content: bytes, said: str) -> None:
    with pytest.raises(DocumentProblem, match=said):
        decode_text(content)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(DocumentProblem, match="2,000,000"):
        decode_text(b"tea " * 600_000)


def test_a_page_is_its_visible_text() -> None:
    page = (
        b"<html><head><title>no</title></head><body><script>var x = '0.99'</script>\n<h1>Tea</h1>"
        b"<p>The hazard&nbsp;ratio\nwas 0&middot;72<sup>1</sup></p>"
        b"<table><tr><td>62</td><td>100</td></tr></table><p>unclosed <b>text"
    )
    text = decode_html(page)
    assert "0.99" not in text
    assert "no" not in text.split()
    assert "ratio was 0·72 1" in text.replace("\xa0", " ")
    assert "62 100" in " ".join(text.split())
    assert text.index("Tea") < text.index("\n\n", text.index("Tea")) < text.index("The hazard")


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), RuntimeError("a\nb"), Exception()])
def test_whatever_pypdf_raises_is_told_in_one_line(
    paper: bytes, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pypdf

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pypdf.PageObject, "extract_text", fail)
    with pytest.raises(DocumentProblem, match=r"^the PDF is damaged: \w+(: .+)?$"):
        pdf_pages(paper)
