"""What an explanation is: a tree of numbers, each with its arithmetic and what it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metasyn.vocabulary import ExplanationKind
from metasyn.wording import worked_number

__all__ = ["SCHEMA", "Explanation", "Sum", "Term", "WorkedTable"]

SCHEMA = "metasyn-explanation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A number that is put into a formula.

    Attributes
    ----------
    symbol : str
        As the formula has it.
    value : float
        Unrounded.
    text : str
        As it is shown in its place.
    printed : bool
        True for a figure, count or constant that is exact as shown; False for one that is rounded.
    """

    symbol: str
    value: float
    text: str
    printed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One line of arithmetic: `name = symbols = numbers = text`.

    Attributes
    ----------
    name : str
        Symbol of the result.
    symbols, numbers : str
        The formula, and the same with the numbers put in.
    value : float
        What it gives, unrounded.
    text : str
        The same with five significant digits.
    terms : tuple of Term
        The numbers that are put in.
    remark : str
        What the line stands for.
    """

    name: str
    symbols: str
    numbers: str
    value: float
    text: str
    terms: tuple[Term, ...] = ()
    remark: str = ""

    def __str__(self) -> str:
        middle = "" if self.numbers in (self.symbols, self.text) else f" = {self.numbers}"
        return f"{self.name} = {self.symbols}{middle} = {self.text}" + (
            f"  ({self.remark})" if self.remark else ""
        )

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "name": self.name,
            "symbols": self.symbols,
            "numbers": self.numbers,
            "value": self.value,
            "text": self.text,
            "terms": {term.symbol: term.value for term in self.terms},
            "remark": self.remark,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedTable:
    """What a sum over the studies runs over.

    Attributes
    ----------
    columns : tuple of str
        The first names the studies; the others are symbols.
    rows : tuple of (label, values)
        Values unrounded, in the order of the columns.
    totals : tuple of float or None
        Sum of each column; None where it is not needed.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    totals: tuple[float | None, ...]

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The values of every row as they are shown."""
        return tuple(tuple(worked_number(value) for value in values) for _, values in self.rows)

    @property
    def total_texts(self) -> tuple[str, ...]:
        """The sums as they are shown; empty where there is none."""
        return tuple("" if value is None else worked_number(value) for value in self.totals)

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        rows = [{"label": label, "values": list(values)} for label, values in self.rows]
        return {"columns": list(self.columns), "rows": rows, "totals": list(self.totals)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A number, how it came about, and what it came from.

    Attributes
    ----------
    kind : {'result', 'effect', 'figure', 'finding', 'use'}
    title : str
        What it is about, in words.
    shown : str
        The number as a report shows it, or the figure as its source prints it.
    key : str
        Name by which `explain` finds it; of a figure its `result_id`.
    number : float or None
        Unrounded, natural scale.
    facts : tuple of (str, str)
        Terms and what is said of them.
    table : WorkedTable or None
        What its sums run over.
    sums : tuple of Sum
        The arithmetic, in order; a later line may use the name of an earlier one.
    parts : tuple of Explanation
        What it came from.
    """

    kind: ExplanationKind
    title: str
    shown: str = ""
    key: str = ""
    number: float | None = None
    facts: tuple[tuple[str, str], ...] = ()
    table: WorkedTable | None = None
    sums: tuple[Sum, ...] = ()
    parts: tuple[Explanation, ...] = ()

    def __str__(self) -> str:
        from metasyn.analysis.explain.text import explanation_text

        return explanation_text(self)

    def walk(self) -> tuple[Explanation, ...]:
        """This and everything it came from, in order."""
        return (self, *(one for part in self.parts for one in part.walk()))

    def to_dict(self) -> dict[str, Any]:
        """The tree of `metasyn-explanation/1`, numbers unrounded."""
        return {
            "kind": self.kind,
            "title": self.title,
            "shown": self.shown,
            "key": self.key,
            "number": self.number,
            "facts": [{"term": term, "text": text} for term, text in self.facts],
            "table": None if self.table is None else self.table.to_dict(),
            "sums": [one.to_dict() for one in self.sums],
            "parts": [part.to_dict() for part in self.parts],
        }
