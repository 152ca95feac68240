"""What a report is made of: sections of blocks, as plain data without any markup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from metasyn.tables.model import ReportTable

if TYPE_CHECKING:
    from metasyn.plots.draw import Layout
    from metasyn.report.explained import Fold

__all__ = [
    "Block",
    "Bullets",
    "Definitions",
    "FigureBlock",
    "KeyResult",
    "Note",
    "Paragraph",
    "Reference",
    "References",
    "ReportDocument",
    "Section",
    "TableBlock",
]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `lead` is set in bold before it."""

    kind: ClassVar[str] = "paragraph"
    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms and what is said about them."""

    kind: ClassVar[str] = "definitions"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something set apart from the running text; `see` is the heading of the section `anchor`, to read on."""

    kind: ClassVar[str] = "note"
    text: str
    heading: str = ""
    tone: Literal["note", "caution"] = "note"
    see: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResult:
    """The headline of one outcome.

    Attributes
    ----------
    anchor : str
        Of the section that gives the details.
    label : str
        The outcome.
    figure, interval : str
        `"RR 0.49"`, `"95% CI 0.34 to 0.70"`; a word where nothing can be estimated.
    basis : str
        Amount of evidence and model.
    sentence : str
        The headline in words.
    """

    kind: ClassVar[str] = "key-result"
    anchor: str
    label: str
    figure: str
    interval: str
    basis: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A numbered table."""

    kind: ClassVar[str] = "table"
    table: ReportTable
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FigureBlock:
    """A numbered figure; `alt` says in words what it shows, `stem` names its files."""

    kind: ClassVar[str] = "figure"
    layout: Layout
    stem: str
    caption: str
    alt: str
    number: int = 0

    @property
    def is_chart(self) -> bool:
        """Whether it is drawn at its own size: forest plots take the width of the page."""
        from metasyn.plots.chart import ChartLayout

        return isinstance(self.layout, ChartLayout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of a list of documents."""

    text: str
    link: str = ""
    anchor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class References:
    """A list of documents, numbered where the text refers to numbers."""

    kind: ClassVar[str] = "references"
    items: tuple[Reference, ...]
    numbered: bool = False


Block = Paragraph | Bullets | Definitions | Note | KeyResult | TableBlock | FigureBlock | References


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Section:
    """A heading, its blocks, and smaller sections after them."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()

    def all_blocks(self) -> tuple[Block, ...]:
        """The blocks of this section and of those inside it, in order."""
        inner = tuple(block for section in self.sections for block in section.all_blocks())
        return (*self.blocks, *inner)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportDocument:
    """A report before it becomes HTML or PDF.

    Attributes
    ----------
    name : str
        Name of the analysis, stem of its script.
    title, question : str
    sections : tuple of Section
    extra_tables : tuple of ReportTable
        Written as CSV, not printed: the rows with full numbers.
    versions : tuple of (str, str)
        Software and version.
    folds : tuple of Fold
        How its numbers were obtained, for a page that can unfold them.
    """

    name: str
    title: str
    question: str
    sections: tuple[Section, ...]
    extra_tables: tuple[ReportTable, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    folds: tuple[Fold, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """All blocks in reading order."""
        return tuple(block for section in self.sections for block in section.all_blocks())

    def tables(self) -> tuple[ReportTable, ...]:
        """Every table, printed or not."""
        printed = tuple(block.table for block in self.blocks() if isinstance(block, TableBlock))
        return (*printed, *self.extra_tables)

    def figures(self) -> tuple[FigureBlock, ...]:
        """Every figure in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, FigureBlock))

    def key_results(self) -> tuple[KeyResult, ...]:
        """The headline of every outcome."""
        return tuple(block for block in self.blocks() if isinstance(block, KeyResult))


def numbered(document: ReportDocument) -> ReportDocument:
    """The document with its tables and figures numbered in reading order."""
    counters = {"table": 0, "figure": 0}

    def number(block: Block) -> Block:
        if isinstance(block, TableBlock | FigureBlock):
            counters[block.kind] += 1
            return replace(block, number=counters[block.kind])
        return block

    def walk(section: Section) -> Section:
        blocks = tuple(number(block) for block in section.blocks)
        return replace(section, blocks=blocks, sections=tuple(walk(inner) for inner in section.sections))

    return replace(document, sections=tuple(walk(section) for section in document.sections))
