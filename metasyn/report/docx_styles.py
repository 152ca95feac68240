"""The styles of the Word report: Word's own names, so that a co-author can restyle it as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metasyn.report.docx_xml import el

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

__all__ = ["ACCENT", "BULLETS", "HAIR", "NUMBERS", "WASH", "numbering", "style_sheet"]

# Arial is on every machine with Word; LibreOffice has a font of the same widths for it.
_FONT = "Arial"
_INK, _SOFT, ACCENT, WASH, HAIR = "1B2126", "55606A", "1F4E79", "F3F6F9", "DDE2E6"
_CAUTION, _CAUTION_WASH = "8A4B08", "FDF5E8"
_TWIPS = 20
# Numbers of the two kinds of lists.
BULLETS, NUMBERS = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A paragraph style; lengths in points. `own` are styles that Word does not know by that name."""

    name: str
    base: str = "Normal"
    size: float = 0
    color: str = ""
    bold: bool = False
    before: float = 0
    after: float = 0
    indent: float = 0
    hanging: float = 0
    follow: bool = False
    level: int = -1
    line: tuple[str, str] | None = None
    list_number: int = 0
    own: bool = False


_LOOKS = (
    _Look(name="Title", size=20, bold=True, after=10, follow=True),
    _Look(name="heading 1", size=15, bold=True, before=20, after=6, follow=True, level=0),
    _Look(name="heading 2", size=12, bold=True, before=14, after=4, follow=True, level=1),
    _Look(name="heading 3", size=10.5, bold=True, before=12, after=3, follow=True, level=2),
    _Look(name="heading 4", size=10, bold=True, before=10, after=3, follow=True, level=3),
    _Look(name="caption", size=9, before=10, after=4),
    _Look(name="List Bullet", after=3, indent=16, hanging=12, list_number=BULLETS),
    _Look(name="List Number", size=9, after=3, indent=22, hanging=22, list_number=NUMBERS),
    _Look(name="header", size=8, color=_SOFT),
    _Look(name="footer", size=8, color=_SOFT),
    _Look(name="toc 1", after=2),
    _Look(name="TOC Heading", bold=True, before=4, after=3, follow=True),
    _Look(name="Kicker", size=8.5, color=_SOFT, after=2, follow=True, own=True),
    _Look(name="Reference", size=9, after=4, indent=12, hanging=12, own=True),
    _Look(name="Note", before=6, after=8, indent=10, line=(ACCENT, WASH), own=True),
    _Look(name="Caution", before=6, after=8, indent=10, line=(_CAUTION, _CAUTION_WASH), own=True),
    _Look(name="Picture", before=8, follow=True, own=True),
    _Look(name="Table Text", size=8.5, own=True),
    _Look(name="Table Text Small", base="TableText", size=7.5, own=True),
    _Look(name="Table Note", size=8, color=_SOFT, before=2, after=2, own=True),
    _Look(name="Key Figure", base="TableText", size=14, bold=True, own=True),
    _Look(name="Key Detail", base="TableText", size=8, color=_SOFT, before=2, own=True),
)


def style_sheet() -> list[Element]:
    """The children of `word/styles.xml`: defaults, then every style."""
    normal = el(
        "style",
        el("name", val="Normal"),
        el("qFormat"),
        el("pPr", el("spacing", after=6 * _TWIPS, line=268, lineRule="auto")),
        type="paragraph",
        default=1,
        styleId="Normal",
    )
    return [_defaults(), normal, *map(_paragraph_style, _LOOKS), *_letter_styles(), *_table_styles()]


def style_id(name: str) -> str:
    """Word's id of a style: its name in one word.

    Examples
    --------
    >>> style_id("heading 1"), style_id("toc 1"), style_id("Table Text")
    ('Heading1', 'TOC1', 'TableText')
    """
    words = ("TOC" if word == "toc" else word[0].upper() + word[1:] for word in name.split())
    return "".join(words)


def _defaults() -> Element:
    """One font and one language for everything that has none of its own."""
    letters = el(
        "rPr",
        el("rFonts", ascii=_FONT, hAnsi=_FONT, cs=_FONT, eastAsiaTheme="minorEastAsia"),
        el("color", val=_INK),
        el("sz", val=20),
        el("szCs", val=20),
        el("lang", val="en-GB", eastAsia="zh-CN", bidi="ar-SA"),
    )
    return el("docDefaults", el("rPrDefault", letters), el("pPrDefault"))


def _paragraph_style(look: _Look) -> Element:
    own = {"customStyle": 1} if look.own else {}
    return el(
        "style",
        el("name", val=look.name),
        el("basedOn", val=look.base),
        el("next", val="Normal") if look.level >= 0 else None,
        el("qFormat"),
        _paragraph_properties(look),
        _letter_properties(look),
        type="paragraph",
        styleId=style_id(look.name),
        **own,
    )


def _paragraph_properties(look: _Look) -> Element:
    follow = [el("keepNext"), el("keepLines")] if look.follow else []
    numbered = el("numPr", el("numId", val=look.list_number)) if look.list_number else None
    border = shade = None
    if look.line is not None:
        border = el("pBdr", el("left", val="single", sz=18, space=8, color=look.line[0]))
        shade = el("shd", val="clear", color="auto", fill=look.line[1])
    indent = {"left": round(look.indent * _TWIPS), "hanging": round(look.hanging * _TWIPS)}
    return el(
        "pPr",
        *follow,
        numbered,
        border,
        shade,
        el("spacing", before=round(look.before * _TWIPS), after=round(look.after * _TWIPS)),
        el("ind", **indent) if look.indent else None,
        el("outlineLvl", val=look.level) if look.level >= 0 else None,
    )


def _letter_properties(look: _Look) -> Element:
    size = round(2 * look.size)
    return el(
        "rPr",
        el("b") if look.bold else None,
        el("bCs") if look.bold else None,
        el("color", val=look.color) if look.color else None,
        el("sz", val=size) if size else None,
        el("szCs", val=size) if size else None,
    )


def _letter_styles() -> list[Element]:
    plain = el(
        "style",
        el("name", val="Default Paragraph Font"),
        el("uiPriority", val=1),
        type="character",
        default=1,
        styleId="DefaultParagraphFont",
    )
    link = el(
        "style",
        el("name", val="Hyperlink"),
        el("basedOn", val="DefaultParagraphFont"),
        el("rPr", el("color", val=ACCENT)),
        type="character",
        styleId="Hyperlink",
    )
    return [plain, link]


def _table_styles() -> list[Element]:
    """Word's plain table; and lines above and below, a thin one under the head and between rows."""
    none = dict.fromkeys(("top", "left", "bottom", "right"), 0)
    sides = {"top": 45, "left": 60, "bottom": 45, "right": 60}
    plain = el(
        "style",
        el("name", val="Normal Table"),
        el("tblPr", el("tblInd", w=0, type="dxa"), _margins(none)),
        type="table",
        default=1,
        styleId="TableNormal",
    )
    firm: dict[str, str | int] = {"val": "single", "sz": 8, "space": 0, "color": _INK}
    borders = el(
        "tblBorders",
        el("top", **firm),
        el("bottom", **firm),
        el("insideH", val="single", sz=2, space=0, color=HAIR),
    )
    under = el("tcBorders", el("bottom", val="single", sz=4, space=0, color=_INK))
    head = el(
        "tblStylePr",
        el("rPr", el("b"), el("bCs")),
        el("tcPr", under, el("vAlign", val="bottom")),
        type="firstRow",
    )
    evidence = el(
        "style",
        el("name", val="Evidence Table"),
        el("basedOn", val="TableNormal"),
        el("qFormat"),
        el("tblPr", borders, _margins(sides)),
        head,
        type="table",
        customStyle=1,
        styleId="EvidenceTable",
    )
    return [plain, evidence]


def _margins(sides: dict[str, int]) -> Element:
    return el("tblCellMar", *(el(side, w=width, type="dxa") for side, width in sides.items()))


def numbering() -> list[Element]:
    """The children of `word/numbering.xml`: dots, and numbers that start at 1."""
    kinds = ((BULLETS, "bullet", "\N{BULLET}", "ListBullet"), (NUMBERS, "decimal", "%1.", "ListNumber"))
    abstract = [
        el(
            "abstractNum",
            el("multiLevelType", val="singleLevel"),
            el(
                "lvl",
                el("start", val=1),
                el("numFmt", val=kind),
                el("pStyle", val=style),
                el("lvlText", val=text),
                el("lvlJc", val="left"),
                ilvl=0,
            ),
            abstractNumId=number,
        )
        for number, kind, text, style in kinds
    ]
    used = [el("num", el("abstractNumId", val=number), numId=number) for number, *_ in kinds]
    return [*abstract, *used]
