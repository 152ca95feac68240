"""Walking through XML: no document type, no entities, a bounded number of elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn
from xml.parsers import expat

from metasyn.evidence.excel.limits import MAX_ELEMENTS, refusal

__all__ = ["Attributes", "ElementBudget", "walk"]

Attributes = Mapping[str, str]
_DEEPEST = 100


class ElementBudget:
    """How many elements may still be read from all parts of one file."""

    def __init__(self, left: int) -> None:
        self.left = left


def walk(
    data: bytes,
    where: str,
    budget: ElementBudget,
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for every element and text of a document, in its order.

    Parameters
    ----------
    data : bytes
    where : str
        Place for messages: file and part.
    budget : ElementBudget
        Is drawn on.
    start, end : callable
        Get the name of an element without its prefix; `start` also its attributes as they are written.
    text : callable, optional
        Gets text in pieces.

    Raises
    ------
    EvidenceError
        If the XML is malformed, has a document type (the door for entities), is nested more than 100
        deep or has too many elements. Whatever a callback raises passes through.
    """
    depth = 0

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        budget.left -= 1
        depth += 1
        if budget.left < 0:
            raise refusal(where, "workbook-too-large", f"more than {MAX_ELEMENTS:,} elements")
        if depth > _DEEPEST:
            raise refusal(where, "workbook-damaged", f"elements are nested more than {_DEEPEST} deep")
        start(name.rpartition(":")[2], attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name.rpartition(":")[2])

    def refuse_type(*_: object) -> NoReturn:
        raise refusal(
            where, "workbook-entities", "it declares a document type, which no workbook has: it is refused"
        )

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_type
    parser.EntityDeclHandler = refuse_type
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = f"malformed XML ({error}): the file is damaged"
        raise refusal(where, "workbook-damaged", message) from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not have
        message = f"XML that cannot be decoded ({error}): the file is damaged"
        raise refusal(where, "workbook-damaged", message) from error
