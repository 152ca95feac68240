"""A mapping file (TOML): what another table calls its columns and words, and what they are called here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metasyn.errors import EvidenceError
from metasyn.evidence.columns import TABLES, Table
from metasyn.evidence.excel.limits import refusal
from metasyn.evidence.problems import did_you_mean
from metasyn.values import Finding

__all__ = ["ColumnMap", "TableMap", "read_mapping"]

_SEPARATORS = (",", ";", "\t", "|")
_MAX_BYTES = 200_000
# A key of n parts takes the TOML reader n² of time and memory.
_MAX_DOTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How one table of ours is made from a table of theirs.

    Attributes
    ----------
    table : str
        Name of our table.
    sheet : str
        Name of their sheet; empty for the only one.
    columns : mapping of str to tuple of str
        Their column name to ours, several where one column fills several of ours.
    fixed : mapping of str to str
        Cells that are the same in every row, by our column name.
    words : mapping of str to mapping of str to str
        By our column name: their word to ours.
    ignore : frozenset of str
        Their columns that are left out.
    """

    table: str
    sheet: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """A mapping file.

    Attributes
    ----------
    where : str
        Its name in messages.
    tables : tuple of ColumnMap
    separator : str
        Between the cells of a CSV file.
    decimal : str
        `"."` or `","` in numbers.
    """

    where: str
    tables: tuple[ColumnMap, ...]
    separator: str = ","
    decimal: str = "."


def read_mapping(path: str | Path) -> TableMap:
    """Read a mapping file.

    Parameters
    ----------
    path : str or Path
        TOML, with one table for each of our tables that is to be filled::

            separator = ";"            # of the CSV file; "," if not named
            decimal = ","              # "." if not named

            [results]
            sheet = "Tabelle1"         # of a workbook with several
            ignore = ["Reviewer"]      # columns to leave out

            [results.columns]
            "Hazard ratio" = "value"
            "Trial" = ["study_id", "cohort_id"]

            [results.fixed]
            statistic = "HR"

            [results.words.status]
            "excluded" = "unusable"

    Returns
    -------
    TableMap

    Raises
    ------
    EvidenceError
        If it cannot be read or names what does not exist; every problem is listed.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise refusal(path.name, "mapping-unreadable", "is too large for a mapping file")
        text = path.read_bytes().decode("utf-8-sig")
        if any(line.count(".") > _MAX_DOTS for line in text.split("\n")):
            raise refusal(
                path.name, "mapping-unreadable", f"has a line with more than {_MAX_DOTS} dots: it is not read"
            )
        content = tomllib.loads(text)
    except OSError as error:
        raise refusal(
            str(path), "mapping-unreadable", f"cannot be read: {error.strerror or error}"
        ) from error
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, a number of too many digits
        raise refusal(path.name, "mapping-unreadable", f"is not TOML: {error}") from error
    problems = list(_problems(content))
    if problems:
        raise EvidenceError(
            [Finding(code="mapping", message=text, where=f"{path.name} {key}") for key, text in problems]
        )
    return TableMap(
        where=path.name,
        tables=tuple(_column_map(name, content[name]) for name in TABLES if name in content),
        separator=content.get("separator", ","),
        decimal=content.get("decimal", "."),
    )


def _column_map(name: str, content: Mapping[str, Any]) -> ColumnMap:
    """One table of a mapping that has no problems."""
    columns = content.get("columns", {})
    return ColumnMap(
        table=name,
        sheet=content.get("sheet", ""),
        columns={their: (our,) if isinstance(our, str) else tuple(our) for their, our in columns.items()},
        fixed=content.get("fixed", {}),
        words=content.get("words", {}),
        ignore=frozenset(content.get("ignore", ())),
    )


def _problems(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Key and message of everything that is wrong."""
    if not any(name in content for name in TABLES):
        yield "", f"names no table; write [results] or another of {', '.join(TABLES)}"
    for key, allowed in (("separator", _SEPARATORS), ("decimal", (".", ","))):
        if content.get(key, allowed[0]) not in allowed:
            yield key, f"must be one of {', '.join(map(repr, allowed))}; got {content[key]!r}"
    if content.get("decimal") == content.get("separator", ","):
        yield "decimal", "is also the separator: name another separator"
    for key, inner in content.items():
        if key in TABLES:
            yield from _table_problems(TABLES[key], inner)
        elif key not in ("separator", "decimal"):
            yield key, f"is not a table.{did_you_mean(key, TABLES)}"


def _table_problems(table: Table, content: object) -> Iterator[tuple[str, str]]:
    """The part about one table."""
    if not isinstance(content, dict):
        yield table.name, f"must be a table: write [{table.name}.columns]"
        return
    shapes = {"sheet": str, "ignore": list, "columns": dict, "fixed": dict, "words": dict}
    wrong = False
    for key, inner in content.items():
        if not isinstance(inner, shapes.get(key, object)):
            wrong = True
            yield f"{table.name}.{key}", f"must be a {_SHAPE_WORDS[shapes[key]]}"
        if key not in shapes:
            yield f"{table.name}.{key}", f"is not known here.{did_you_mean(key, shapes)}"
    if wrong:
        return
    yield from _leaf_problems(table.name, content)
    yield from _target_problems(table, content)


_SHAPE_WORDS = {str: "text", list: "list of column names", dict: "table of names in quotes"}


def _leaf_problems(name: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Whatever should be text and is not."""
    for their, our in content.get("columns", {}).items():
        if not (isinstance(our, str) or (isinstance(our, list) and all(isinstance(o, str) for o in our))):
            yield f"{name}.columns {their!r}", "must name a column, or a list of columns"
    if not all(isinstance(their, str) for their in content.get("ignore", ())):
        yield f"{name}.ignore", "must be a list of column names"
    for our, text in content.get("fixed", {}).items():
        if not isinstance(text, str):
            yield f"{name}.fixed.{our}", f'must be text in quotes, as in {our} = "{text}"'
    for our, words in content.get("words", {}).items():
        if not (isinstance(words, dict) and all(isinstance(word, str) for word in words.values())):
            yield f"{name}.words.{our}", "must be a table of their words and ours, both in quotes"


def _target_problems(table: Table, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Columns of ours that do not exist, or that are filled twice."""
    known = [column.name for column in table.columns]
    targets: dict[str, str] = {}
    for their, our in content.get("columns", {}).items():
        for name in [our] if isinstance(our, str) else our if isinstance(our, list) else []:
            if isinstance(name, str) and name in targets:
                yield f"{table.name}.columns {their!r}", f"{name} is filled from {targets[name]!r} already"
            targets.setdefault(str(name), their)
    for our in content.get("fixed", {}):
        if our in targets:
            yield f"{table.name}.fixed.{our}", f"is filled from {targets[our]!r} already"
        targets.setdefault(our, f"fixed.{our}")
    if table.further_columns:
        return
    for our in dict.fromkeys([*targets, *content.get("words", {})]):
        if our not in known:
            yield f"{table.name} {our!r}", f"is not a column of {table.file}.{did_you_mean(our, known)}"
