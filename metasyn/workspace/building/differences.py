"""How a report on the disk differs from the one that the data would give, file by file, in words."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["Difference", "folder_differences", "same_but_for_a_last_digit"]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
# Data files carry 12 significant digits, so that machines agree to the byte; a number within rounding
# error of a tie can still fall either way on another processor.
_LAST_DIGIT = 2e-11
# Without these two there is no report; other kinds may be left out, as files that are not committed.
_NEEDED = ("report.html", "results.json")
_NAMES = ("id", "label", "name", "result_id", "source_id", "outcome", "code", "key")
_SHOWN = 60
_OTHER_ORIGIN = "says the same, but was built from other rows or options"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One file that is not byte for byte what it would be.

    Attributes
    ----------
    file : str
        Path inside the report.
    words : str
        What differs first: `"syntheses[os-hr].estimate: 0.71 → 0.73"`.
    counts : bool
        False where only a last digit of 12 differs, which another processor can do.
    """

    file: str
    words: str
    counts: bool = True


def folder_differences(folder: Path, files: Mapping[str, bytes]) -> tuple[Difference, ...]:
    """Compare a report with the files it should consist of.

    Parameters
    ----------
    folder : Path
    files : mapping of str to bytes
        By path inside the folder. A kind of file (an ending) of which the folder holds none is not
        asked for, except `report.html` and `results.json`. Hidden files are not looked at.

    Returns
    -------
    tuple of Difference
        Numbers first (`results.json`, then tables), then the other files by name.
    """
    there = _visible(folder)
    kinds = {PurePosixPath(name).suffix for name in there}
    asked = {name for name in files if name in _NEEDED or PurePosixPath(name).suffix in kinds}
    found = []
    for name in sorted(asked | there, key=_telling):
        if name not in files:
            found.append(Difference(file=name, words="is not part of the report (any more)"))
        elif (before := _content(folder / name)) is None:
            found.append(Difference(file=name, words="is missing"))
        elif before != files[name]:
            found.append(_difference(name, before, files[name]))
    return tuple(found)


def same_but_for_a_last_digit(before: bytes, after: bytes) -> bool:
    """Whether two texts have the same words and line ends, and numbers equal to 11 digits.

    Parameters
    ----------
    before, after : bytes
        UTF-8; anything else is only the same as itself.

    Returns
    -------
    bool

    Examples
    --------
    >>> same_but_for_a_last_digit(b"tau2,0.123456789012", b"tau2,0.123456789013")
    True
    >>> same_but_for_a_last_digit(b"tau2,0.1234", b"tau2,0.1235")
    False
    """
    try:
        committed, built = before.decode(), after.decode()
    except UnicodeDecodeError:
        return before == after
    if _NUMBER.split(committed) != _NUMBER.split(built):
        return False
    pairs = zip(_NUMBER.findall(committed), _NUMBER.findall(built), strict=True)
    return all(_close(float(a), float(b)) for a, b in pairs)


def _close(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= _LAST_DIGIT * max(abs(a), abs(b))


def _content(path: Path) -> bytes | None:
    """A file; None if it is not there, or not any more."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _visible(folder: Path) -> set[str]:
    """The files of a folder, without hidden ones."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}


def _telling(name: str) -> tuple[int, str]:
    """Files that say most about a difference first."""
    order = {"results.json": 0, "report.html": 2}
    return order.get(name, 1 if name.startswith("tables/") else 3), name


def _difference(name: str, before: bytes, after: bytes) -> Difference:
    if same_but_for_a_last_digit(before, after):
        return Difference(file=name, words="equal but for the last of 12 digits", counts=False)
    finer = {".json": _json_words, ".csv": _cell_words}.get(PurePosixPath(name).suffix)
    words = finer(before, after) if finer is not None else ""
    return Difference(file=name, words=words or _line_words(before, after))


def _cell_words(before: bytes, after: bytes) -> str:
    """The first cell that differs; empty where rows or columns differ, or it is no table."""
    try:
        old, new = (list(csv.reader(io.StringIO(table.decode(), newline=""))) for table in (before, after))
    except (UnicodeDecodeError, csv.Error):
        return ""
    if not old or not new or old[0] != new[0]:
        return ""
    for row, (one, other) in enumerate(zip(old[1:], new[1:], strict=False), start=1):
        if len(one) != len(old[0]) or len(other) != len(old[0]):
            return ""
        for column, before_cell, after_cell in zip(old[0], one, other, strict=True):
            if before_cell != after_cell:
                shown = f"{_short(before_cell) or '(empty)'} → {_short(after_cell) or '(empty)'}"
                return f"row {row}, column {_short(column) or '(unnamed)'}: {shown}"
    if len(old) == len(new):
        return ""
    return f"{_counted(len(old) - 1, 'row', 'rows')} → {_counted(len(new) - 1, 'row', 'rows')}"


def _json_words(before: bytes, after: bytes) -> str:
    """The first value that differs, with the way to it; empty if there is none or it is no JSON."""
    try:
        found = next(_values("", json.loads(before), json.loads(after)), "")
    except (ValueError, RecursionError):
        return ""
    return _OTHER_ORIGIN if found.startswith('built_from: "') else found


def _values(path: str, before: Any, after: Any) -> Iterator[str]:
    """Every value that differs, in the order of the document."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**after, **before}:
            inner = f"{path}.{key}" if path else str(key)
            yield from _values(inner, before.get(key, _NONE), after.get(key, _NONE))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _values(f"{path}[{_item_name(old, new, place)}]", old, new)
    elif isinstance(before, list) and isinstance(after, list):
        lengths = [_counted(len(items), "entry", "entries") for items in (before, after)]
        yield f"{path}: {' → '.join(lengths)}"
    elif before != after and not _equal_numbers(before, after):
        yield f"{path}: {_value(before)} → {_value(after)}"


class _Missing:
    """Stands for a value that is not there, which null would not."""


_NONE = _Missing()


def _item_name(old: Any, new: Any, place: int) -> str:
    """What an item of a list calls itself, else its place from 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in _NAMES:
            if isinstance(old.get(key), str) and old.get(key) == new.get(key):
                return str(old[key])
    return str(place + 1)


def _equal_numbers(before: Any, after: Any) -> bool:
    numbers = isinstance(before, int | float) and isinstance(after, int | float)
    return numbers and _close(float(before), float(after))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _value(value: Any) -> str:
    if value is _NONE:
        return "(nothing)"
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _line_words(before: bytes, after: bytes) -> str:
    """The first line that differs, from where it does; only that it differs where it is no text."""
    try:
        old, new = before.decode().splitlines(), after.decode().splitlines()
    except UnicodeDecodeError:
        return "is not the same"
    pairs = enumerate(zip(old, new, strict=False), start=1)
    for line, (one, other) in pairs:
        if one != other:
            start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
            start = max(0, min(start, len(one), len(other)) - 20)
            return f"line {line}: {_short(one[start:])} → {_short(other[start:])}"
    if len(old) != len(new):
        return f"{_counted(len(old), 'line', 'lines')} → {_counted(len(new), 'line', 'lines')}"
    return "line ends"
