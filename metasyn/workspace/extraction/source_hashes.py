"""Writing the hashes of documents into `sources.csv`; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from metasyn.errors import WorkspaceError
from metasyn.report.atomic import replace_file

__all__ = ["record_hashes", "with_hashes"]

_COLUMN, _BEFORE, _KEY = "sha256", "note", "source_id"


def record_hashes(path: Path, hashes: Mapping[str, str]) -> bool:
    """Write hashes into `sources.csv`, in one step.

    Parameters
    ----------
    path : Path
        The table.
    hashes : mapping of str to str
        Source id -> SHA-256.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    WorkspaceError
        If the table was changed meanwhile and lacks a source.
    ReportError
        If it cannot be written; it is then as before.
    """
    before = path.read_bytes()
    after = with_hashes(before.decode(), hashes).encode()
    if after == before:
        return False
    replace_file(path, after)
    return True


def with_hashes(text: str, hashes: Mapping[str, str]) -> str:
    """The table with the hashes of some sources, all else as it was, byte for byte.

    Parameters
    ----------
    text : str
        The table; where it has no column `sha256` it gets one before `note`, or at its end.
    hashes : mapping of str to str
        Source id -> SHA-256.

    Returns
    -------
    str

    Examples
    --------
    >>> with_hashes('source_id,note\\r\\na,"x, y"\\r\\nb,\\r\\n', {"b": "00ff"})
    'source_id,sha256,note\\r\\na,,"x, y"\\r\\nb,00ff,\\r\\n'
    """
    records = list(_records(text))
    header = [_cell(text, span) for span in records[0]] if records else []
    if _KEY not in header:
        raise WorkspaceError(f"sources.csv has no column {_KEY}.")
    key = header.index(_KEY)
    rows = [record for record in records[1:] if len(record) > key]
    broken = {_cell(text, row[key]).strip() for row in rows if len(row) != len(header)}
    known = {_cell(text, row[key]).strip() for row in rows} - broken
    if missing := sorted(set(hashes) - known):
        raise WorkspaceError(f"sources.csv has no row {missing[0]} with a cell for each of its columns.")
    edits: list[tuple[int, int, str]] = []
    for number, record in enumerate(records):
        name = _cell(text, record[key]).strip() if len(record) > key else ""
        edits += _edit(record, header, None if number == 0 else hashes.get(name), first=number == 0)
    return _edited(text, edits)


def _edit(
    record: Sequence[tuple[int, int]], header: Sequence[str], value: str | None, *, first: bool
) -> Iterator[tuple[int, int, str]]:
    """What to do in one row: nothing, a new cell, or another content of its cell."""
    if len(record) != len(header):  # an empty line
        return
    if _COLUMN in header:
        if value is not None:
            yield *record[header.index(_COLUMN)], value
    elif _BEFORE in header:
        start = record[header.index(_BEFORE)][0]
        yield start, start, (_COLUMN if first else value or "") + ","
    else:
        end = record[-1][1]
        yield end, end, "," + (_COLUMN if first else value or "")


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in edits:
        pieces += (text[at:start], new)
        at = end
    return "".join([*pieces, text[at:]])


def _records(text: str) -> Iterator[list[tuple[int, int]]]:
    """The rows of a CSV text as the places of their cells, quotes included."""
    record: list[tuple[int, int]] = []
    start = at = int(text.startswith("\ufeff"))
    quoted = False
    while at < len(text):
        character = text[at]
        if quoted:
            # Two quotes stand for one; a single one ends the cell.
            if character == '"':
                quoted = text.startswith('""', at)
                at += quoted
        elif character == '"' and at == start:
            quoted = True
        elif character in ",\r\n":
            record.append((start, at))
            if character != ",":
                yield record
                record = []
                at += text.startswith("\r\n", at)
            start = at + 1
        at += 1
    if record or start < len(text):
        yield [*record, (start, len(text))]


def _cell(text: str, span: tuple[int, int]) -> str:
    """The content of a cell."""
    raw = text[slice(*span)]
    return raw[1:-1].replace('""', '"') if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw
