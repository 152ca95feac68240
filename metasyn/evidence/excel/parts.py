"""The parts of a workbook around its sheets: which sheets there are, shared texts, number formats."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from metasyn.evidence.excel.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_SHEETS, refusal
from metasyn.evidence.excel.package import Package
from metasyn.evidence.excel.xml import Attributes, walk

__all__ = [
    "Outline",
    "SheetEntry",
    "TextCollector",
    "part_place",
    "read_formats",
    "read_outline",
    "read_texts",
]

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# Number formats that have a number instead of a code (ECMA-376, 18.8.30), where they are not General.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetEntry:
    """A sheet as the workbook lists it; `part` is empty for what is not a sheet of cells."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What the workbook part says: its sheets, its texts, its styles, its calendar."""

    sheets: tuple[SheetEntry, ...]
    texts: str
    styles: str
    dates_from_1904: bool


def part_place(package: Package, part: str) -> str:
    """A part in words, for messages."""
    return f"{package.where}, part {part}"


def read_outline(package: Package) -> Outline:
    """The sheets of a workbook in their order, and where its other parts are.

    Raises
    ------
    EvidenceError
        If the package is not a workbook or is damaged.
    """
    tops = [target for kind, target in _relations(package, "").values() if kind == "officeDocument"]
    if len(tops) != 1 or tops[0] not in package.entries:
        raise refusal(package.where, "not-xlsx", "the file is not an Excel workbook (.xlsx)")
    top = tops[0]
    relations = _relations(package, top)
    listed: list[Attributes] = []
    calendar: list[bool] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            listed.append(attributes)
        elif name == "workbookPr":
            calendar.append(attributes.get("date1904", "0") in ("1", "true"))

    walk(package.read(top), part_place(package, top), package.budget, start=start)
    if len(listed) > MAX_SHEETS:
        raise refusal(package.where, "workbook-too-large", f"more than {MAX_SHEETS} sheets: it is not read")
    others = dict(relations.values())
    return Outline(
        sheets=tuple(_sheet(package, attributes, relations) for attributes in listed),
        texts=others.get("sharedStrings", ""),
        styles=others.get("styles", ""),
        dates_from_1904=any(calendar),
    )


def _sheet(package: Package, attributes: Attributes, relations: Mapping[str, tuple[str, str]]) -> SheetEntry:
    """One `<sheet>`; charts and dialogues have no cells."""
    key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
    kind, part = relations.get(key, ("", ""))
    name = attributes.get("name", "")
    if kind == "worksheet" and part not in package.entries:
        raise refusal(package.where, "workbook-damaged", f"sheet {name!r} is not in the file: it is damaged")
    hidden = attributes.get("state", "visible") != "visible"
    return SheetEntry(name=name, part=part if kind == "worksheet" else "", hidden=hidden)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Kind and target of every relation of a part that stays inside the file, by id."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    if place not in package.entries:
        return {}
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name != "Relationship" or attributes.get("TargetMode", "Internal") != "Internal":
            return
        target = attributes.get("Target", "")
        joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        inner = posixpath.normpath(joined)
        if inner.startswith(".."):
            message = f"a relation leads out of the workbook, to {target!r}: it is refused"
            raise refusal(package.where, "workbook-path", message)
        found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], inner)

    walk(package.read(place), part_place(package, place), package.budget, start=start)
    return found


class TextCollector:
    """Collects the `<t>` pieces of one rich text, without the reading aids of East Asian scripts."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._pieces: list[str] = []
        self._length = 0
        self._aside = 0
        self._open = False

    def start(self, name: str) -> None:
        """An element begins."""
        self._aside += name == "rPh"
        self._open = name == "t" and not self._aside

    def end(self, name: str) -> None:
        """An element ends."""
        self._aside -= name == "rPh"
        self._open = False

    def text(self, piece: str) -> None:
        """Text; kept inside `<t>` only."""
        if self._open:
            self._length += len(piece)
            if self._length > 8 * MAX_CELL_TEXT:
                raise refusal(self._where, "workbook-too-large", "a cell holds more text than Excel allows")
            self._pieces.append(piece)

    def take(self) -> str:
        """The whole text so far; the collector is empty afterwards."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        if "_x" in text:
            text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        return text.replace("\r\n", "\n").replace("\r", "\n")


def read_texts(package: Package, part: str) -> list[str]:
    """The texts that cells share, in their order; none if the workbook has no such part."""
    if part not in package.entries:
        return []
    place = part_place(package, part)
    collector = TextCollector(place)
    texts: list[str] = []

    def end(name: str) -> None:
        collector.end(name)
        if name == "si":
            if len(texts) >= MAX_CELLS:
                raise refusal(place, "workbook-too-large", f"more than {MAX_CELLS:,} texts")
            texts.append(collector.take())

    walk(
        package.read(part),
        place,
        package.budget,
        start=lambda name, _: collector.start(name),
        end=end,
        text=collector.text,
    )
    return texts


def read_formats(package: Package, part: str) -> list[str]:
    """The number format of every cell style, in their order."""
    if part not in package.entries:
        return []
    codes = dict(_BUILT_IN)
    formats: list[str] = []
    inside: list[bool] = [False]

    def start(name: str, attributes: Attributes) -> None:
        if name == "cellXfs":
            inside[0] = True
        elif name == "numFmt":
            codes[_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "General")
        elif name == "xf" and inside[0]:
            formats.append(codes.get(_number(attributes.get("numFmtId", "0")), "General"))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside[0] = False

    walk(package.read(part), part_place(package, part), package.budget, start=start, end=end)
    return formats


def _number(text: str) -> int:
    """A small whole number; -1 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1
