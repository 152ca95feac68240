"""What a locator means in a document: `para 4`, `Table 1, row 2`, `text, Methods`, `page 3`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from metasyn.evidence.documents.document import DocumentText
from metasyn.evidence.documents.layout import Line, Span, ends_sentence
from metasyn.evidence.documents.normal import normalise

__all__ = ["Region", "locate"]

_PARAGRAPHS = re.compile(r"para(?:graph)?s?\.? *(?P<numbers>\d+(?:(?: *[,-] *| and )\d+)*)")
_PAGES = re.compile(r"p(?:age|p?\.)s? *(?P<numbers>\d+(?:(?: *[,-] *| and )\d+)*)")
_PART = re.compile(r"(?P<kind>table|figure|fig)\.? *(?P<number>s?\d+)")
_GENERIC = re.compile(r"(?:(?:full |body )?text|section|para|paragraph|results? section|row .*|col.*)")
_WHOLE_ABSTRACT = 6000
_HEADING_WORDS, _HEADING_LETTERS = 10, 80
_MOST_HEADINGS, _MOST_LINES = 20, 2000
_USUAL = (
    "abstract", "background", "introduction", "objective", "objectives", "purpose", "aim", "aims", "design",
    "setting", "patients", "patients and methods", "materials and methods", "methods", "results", "findings",
    "interpretation", "discussion", "conclusion", "conclusions", "references", "acknowledgements",
    "acknowledgments", "funding", "disclosures",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the text that a locator names; `beside` is what lies next to it, itself included."""

    span: Span
    beside: Span


def locate(document: DocumentText, locator: str) -> tuple[Region, ...]:
    """The stretches of a document that a locator names.

    Parameters
    ----------
    document : DocumentText
    locator : str
        Alternatives separated by semicolons: `para 2`, `paras 3, 6`, `Table 2`, `Figure 1`, `page 4`,
        `abstract`, the beginning of a heading (`Methods`, `text, Side effects`, `2.2.4`).

    Returns
    -------
    tuple of Region
        Empty if nothing of it was understood, or the document has no such place.

    Examples
    --------
    >>> from metasyn.evidence.documents.document import document_text
    >>> text = "Methods\\nWe asked 100 people.\\n\\nResults\\nOf these, 62 slept."
    >>> one = document_text([text], paged=False)
    >>> [one.text[r.span.start : r.span.end] for r in locate(one, "Results")]
    ['Results\\nOf these, 62 slept.']
    >>> locate(one, "Table 7")
    ()
    """
    return tuple(region for part in locator.split(";") for region in _alternative(document, part.strip()))


def _alternative(document: DocumentText, part: str) -> tuple[Region, ...]:
    plain = normalise(part).text.strip()
    if match := _PARAGRAPHS.fullmatch(plain):
        return _numbered(document.paragraphs, match["numbers"])
    if match := _PAGES.fullmatch(plain):
        return _numbered(document.pages, match["numbers"])
    if match := _PART.match(plain):
        kind = "table" if match["kind"] == "table" else "figure"
        return tuple(map(_with_margin, document.parts.get((kind, match["number"].upper()), ())))
    pieces = [piece.strip() for piece in plain.split(",")]
    names = [re.sub(r" (?:section|para|paragraph)$", "", piece) for piece in pieces]
    for name in reversed(names):
        if name and not _GENERIC.fullmatch(name) and (spans := _section(document, name)):
            return tuple(map(_with_margin, spans))
    return _abstract(document) if names[0].startswith("abstract") else ()


def _numbered(spans: tuple[Span, ...], text: str) -> tuple[Region, ...]:
    """Paragraphs or pages by their numbers; those next to them lie beside."""
    found = []
    for number in sorted(_numbers(text)):
        if 1 <= number <= len(spans):
            around = spans[max(number - 2, 0) : number + 1]
            found.append(Region(spans[number - 1], Span(around[0].start, around[-1].end)))
    return tuple(found)


def _numbers(text: str) -> set[int]:
    """`3, 6-8` as numbers."""
    found: set[int] = set()
    for piece in re.split(r",|and", text):
        first, _, last = piece.partition("-")
        found |= set(range(int(first), min(int(last or first), int(first) + 50) + 1))
    return found


def _with_margin(span: Span, margin: int = 200) -> Region:
    return Region(span, Span(max(span.start - margin, 0), span.end + margin))


def _abstract(document: DocumentText) -> tuple[Region, ...]:
    """A short document is its abstract."""
    end = len(document.text)
    return (Region(Span(0, end), Span(0, end)),) if end <= _WHOLE_ABSTRACT else ()


def _section(document: DocumentText, name: str) -> tuple[Span, ...]:
    """From each heading that begins with `name` to the next heading, without the tables between."""
    lines = document.lines
    ranks = {
        i: _rank(line, name)
        for i, line in enumerate(lines)
        if _heads(line, name) and (_is_label(line, name) or _may_be_heading(lines, i))
    }
    found: list[Span] = []
    best = max(ranks.values(), default=0)
    for i in [i for i, rank in ranks.items() if rank == best][:_MOST_HEADINGS]:
        last = lines[min(i + _MOST_LINES, len(lines) - 1)].end
        end = next((other.start for other in _headings_after(document, i)), last)
        found += _without_parts(document, Span(lines[i].start, end))
    return tuple(found)


def _rank(line: Line, name: str) -> int:
    """How much a line that may be a heading looks like this one: the name itself, large words, neither."""
    if _is_label(line, name) or normalise(line.text).text.strip() == name:
        return 2
    return int(_large(line.text))


def _large(text: str) -> bool:
    """Whether the longer words begin with capitals."""
    words = [word for word in text.split() if word[0].isalpha() and len(word) > 3]
    return bool(words) and sum(word[0].isupper() for word in words) >= 0.7 * len(words)


def _without_parts(document: DocumentText, span: Span) -> list[Span]:
    """A stretch without the tables and figures set into it."""
    pieces, start = [], span.start
    for part in sorted(part for parts in document.parts.values() for part in parts):
        if start <= part.start and part.end <= span.end:
            pieces.append(Span(start, part.start))
            start = part.end
    return [piece for piece in (*pieces, Span(start, span.end)) if piece.end > piece.start]


def _heads(line: Line, name: str) -> bool:
    """Whether a line begins with a name as a word."""
    if not line.text or line.text[0].casefold() != name[0]:
        return False
    text = normalise(line.text[: len(name) + _HEADING_LETTERS]).text
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _is_label(line: Line, name: str) -> bool:
    """`Results: Of 100 people ...`."""
    text = normalise(line.text[: len(name) + 20]).text
    return text.startswith((f"{name}:", f"{name} :"))


def _may_be_heading(lines: tuple[Line, ...], i: int) -> bool:
    """A short line that begins large, ends no sentence, and follows the end of one, a heading or nothing."""
    text = lines[i].text
    if not 0 < len(text) <= _HEADING_LETTERS or len(text.split()) > _HEADING_WORDS or ends_sentence(text):
        return False
    if text[0].islower() or text[0] in "(-•–":
        return False
    before = next((line.text for line in reversed(lines[max(i - 4, 0) : i]) if line.text), "")
    return (
        not before or ends_sentence(before) or (len(before.split()) <= 8 and not before.endswith(("-", ",")))
    )


def _headings_after(document: DocumentText, i: int) -> Iterable[Line]:
    """Lines behind line `i` that look like the next heading; tables have none."""
    lines = document.lines
    inside = [span for spans in document.parts.values() for span in spans]
    for j in range(i + 1, min(i + _MOST_LINES, len(lines))):
        line = lines[j]
        if line.text and not any(span.start <= line.start < span.end for span in inside):
            usual = [name for name in _USUAL if _heads(line, name)]
            labelled = any(_is_label(line, name) for name in usual)
            if labelled or (_may_be_heading(lines, j) and (usual or _stands_out(lines, i, j))):
                yield line


def _stands_out(lines: tuple[Line, ...], i: int, j: int) -> bool:
    """Words that begin large, without figures, after a sentence and before a line that begins large."""
    before = next((line for line in reversed(lines[max(j - 4, i) : j]) if line.text), lines[i])
    after = next((line.text for line in lines[j + 1 : j + 5] if line.text), "")
    return (
        _large(lines[j].text)
        and not re.search(r"[=%:]|\d\.\d", lines[j].text)
        and before is not lines[i]
        and ends_sentence(before.text)
        and after[:1].isupper()
    )
