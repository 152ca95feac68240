"""An explanation as an indented tree of lines that fit a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from metasyn.analysis.explain.figures import NOT_PRINTED
from metasyn.analysis.explain.model import Explanation, Sum, WorkedTable
from metasyn.wording import legible

__all__ = ["explanation_text"]

_STEP = "  "
_LEAST = 30


def explanation_text(explanation: Explanation, *, width: int = 80) -> str:
    """The whole tree, wrapped.

    Parameters
    ----------
    explanation : Explanation
    width : int
        Columns of the terminal.
    """
    return "\n".join(_lines(explanation, "", max(width, 40)))


def _lines(one: Explanation, indent: str, width: int) -> Iterator[str]:
    """One node and what is below it."""
    yield from _wrapped(_head(one), indent, width)
    inner = indent + _STEP
    for term, text in one.facts:
        if text:
            yield from _wrapped(f"{term}: {legible(text)}", inner, width)
    if one.table is not None:
        yield from _table(one.table, inner, width)
    for line in one.sums:
        yield from _sum(line, inner, width)
    for part in one.parts:
        if part.kind == "effect":
            yield ""
        yield from _lines(part, inner, width)


def _head(one: Explanation) -> str:
    """The first line of a node."""
    title, text = legible(one.title), legible(one.shown)
    if one.kind == "figure":
        return f"{one.key}: {_quoted(text)}" + (f" ({title})" if title else "")
    if one.kind == "finding":
        return f"audit {one.key} ({title}): {text}"
    return f"{title}: {text}" if text else title


def _quoted(text: str) -> str:
    return text if text == NOT_PRINTED else f"“{text}”"


def _sum(line: Sum, indent: str, width: int) -> Iterator[str]:
    """A line of arithmetic; where it is too long it breaks before its equal signs."""
    line = replace(line, remark=legible(line.remark))
    whole, bare = str(line), str(replace(line, remark=""))
    if len(indent) + len(whole) <= width:
        yield indent + whole
        return
    hang = indent + " " * (len(line.name) + 1)
    if len(indent) + len(bare) <= width:
        yield indent + bare
        yield from _wrapped(f"({line.remark})", hang, width)
        return
    pieces = [f"{line.name} = {line.symbols}"]
    pieces += [f"= {text}" for text in (line.numbers, line.text) if text != line.symbols]
    if line.numbers == line.text:
        pieces = pieces[:-1]
    yield from _wrapped(pieces[0], indent, width)
    for piece in pieces[1:]:
        yield from _wrapped(piece, hang, width)
    if line.remark:
        yield from _wrapped(f"({line.remark})", hang, width)


def _table(table: WorkedTable, indent: str, width: int) -> Iterator[str]:
    """Columns of numbers behind the names of the studies, which wrap."""
    cells, totals, head = table.texts, table.total_texts, table.columns[1:]
    columns = list(zip(head, *cells, totals, strict=True))
    widths = [max(map(len, column)) for column in columns]
    room = max(12, width - len(indent) - sum(widths) - 2 * len(widths))
    longest = max([len("sum"), len(table.columns[0]), *(len(legible(label)) for label, _ in table.rows)])
    first = min(longest, room)
    rows = [
        (table.columns[0], head),
        *((legible(label), row) for (label, _), row in zip(table.rows, cells, strict=True)),
    ]
    for label, row in [*rows, ("sum", totals)]:
        numbers = "  ".join(cell.rjust(size) for cell, size in zip(row, widths, strict=True))
        names = textwrap.wrap(label, first) or [""]
        yield f"{indent}{names[0]:<{first}}  {numbers}".rstrip()
        yield from (f"{indent}{_STEP}{more}" for more in names[1:])


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    """Lines of a text; those after the first stand further in."""
    room = max(width, len(indent) + _LEAST)
    return textwrap.wrap(
        text,
        room,
        initial_indent=indent,
        subsequent_indent=indent + _STEP * 2,
        break_on_hyphens=False,
        break_long_words=False,
    ) or [indent.rstrip()]
