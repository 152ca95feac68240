"""Double extraction: two people's tables, cell by cell, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from metasyn.errors import EvidenceError, OptionError
from metasyn.evidence.cells import ID, IDS, NUMBER, PVALUE, RESULT_ID, CellError, Number, PrintedP
from metasyn.evidence.columns import TABLES, Column
from metasyn.evidence.intake.pairs import pair_rows
from metasyn.evidence.intake.read import Intake
from metasyn.evidence.problems import did_you_mean
from metasyn.evidence.sheets import Row, Sheet
from metasyn.values import Finding, NotEstimable
from metasyn.vocabulary import RowMatch, require_option

__all__ = [
    "CategoryAgreement",
    "ColumnAgreement",
    "Disagreement",
    "DisagreementKind",
    "ExtractionComparison",
    "compare_extractions",
]

DisagreementKind = Literal["value", "digits", "spelling", "only first", "only second"]

# What an empty cell says, where the dictionary gives it a meaning.
_MEANT: Mapping[tuple[str, str], str] = MappingProxyType(
    {("results", "status"): "usable", ("results", "derived"): "no"}
)
_LOOKALIKES = str.maketrans("–—−’‘“”", "---''\"\"")
# With these, rows cannot be told apart or cells cannot be told; everything else can be compared.
_STOPPING = frozenset(
    {"malformed-csv", "not-utf-8", "nul-byte", "wrong-separator", "empty-file", "file-missing",
     "file-unreadable", "file-too-large", "too-many-cells", "too-few-cells", "duplicate-column",
     "unnamed-column", "merged-cells", "cell-outside-table", "workbook-too-large"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One cell, or one row that only one person has (then `column` is empty).

    Attributes
    ----------
    table, key, column : str
        Where; `key` is the id of the row, of the first person where ids differ.
    first, second : str
        What each wrote.
    kind : {'value', 'digits', 'spelling', 'only first', 'only second'}
        `digits`: the same number with other digits; `spelling`: the same but for case, spaces and marks.
    """

    table: str
    key: str
    column: str
    first: str
    second: str
    kind: DisagreementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAgreement:
    """Cohen's kappa of a column that holds words of a list.

    Attributes
    ----------
    kappa : float or NotEstimable
        `(po - pe) / (1 - pe)`; not estimable where both persons used one and the same word throughout.
    observed, expected : float
        Share of rows on which they agree (`po`), and that chance alone would give (`pe`).
    """

    kappa: float | NotEstimable
    observed: float
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnAgreement:
    """How far two persons agree on one column.

    Attributes
    ----------
    compared : int
        Rows that both have and in which at least one filled the cell.
    agreed : int
        Those with equal cells.
    category : CategoryAgreement or None
        For columns of words, over all rows that both have; an empty cell counts as a word.
    """

    table: str
    column: str
    compared: int
    agreed: int
    category: CategoryAgreement | None = None

    @property
    def share(self) -> float | NotEstimable:
        """Share of agreement, a proportion."""
        if not self.compared:
            return NotEstimable("neither person filled in this column")
        return self.agreed / self.compared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExtractionComparison:
    """Two extractions compared.

    Attributes
    ----------
    first, second : str
        Their names.
    match : {'id', 'figure'}
        How rows were matched.
    disagreements : tuple of Disagreement
        In the order of the tables, rows and columns of the first.
    columns : tuple of ColumnAgreement
    rows : mapping of str to tuple of int
        By table: rows of both, of the first only, of the second only.
    ignored : tuple of str
        Columns that were not compared.
    """

    first: str
    second: str
    match: RowMatch
    disagreements: tuple[Disagreement, ...]
    columns: tuple[ColumnAgreement, ...]
    rows: Mapping[str, tuple[int, int, int]]
    ignored: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.disagreements


def compare_extractions(
    first: Intake, second: Intake, *, match: RowMatch = "id", ignore: Sequence[str] = ()
) -> ExtractionComparison:
    """Compare two people's tables cell by cell.

    Parameters
    ----------
    first, second : Intake
        Two readings of the same documents. They may break rules of the evidence: what counts is what
        was written.
    match : {'id', 'figure'}
        Rows are the same if their ids are, or (for `results`) if they are about one figure: the same
        study, cohorts, outcome, time point, statistic and source. With `figure`, ids of results are not
        compared.
    ignore : sequence of str
        Columns left out of the comparison, in every table.

    Returns
    -------
    ExtractionComparison

    Raises
    ------
    OptionError
        If `match` is not known or `ignore` names a column that no table has.
    EvidenceError
        If the rows of a table cannot be told apart.

    References
    ----------
    Cohen J. A coefficient of agreement for nominal scales. Educational and Psychological Measurement
    1960;20:37-46. doi:10.1177/001316446002000104
    """
    require_option("match", match, RowMatch)
    _require_columns(ignore, first, second)
    left_out = frozenset(ignore)
    stopping = [*_stopping(first, left_out), *_stopping(second, left_out)]
    if stopping:
        raise EvidenceError(stopping)
    disagreements: list[Disagreement] = []
    columns: list[ColumnAgreement] = []
    counts: dict[str, tuple[int, int, int]] = {}
    for name, table in TABLES.items():
        if name not in first.tables and name not in second.tables:
            continue
        empty = Sheet(table=table, ids={})
        comparison = _TableComparison(
            first.sheets.get(name, empty), second.sheets.get(name, empty), match, left_out
        )
        disagreements.extend(comparison.disagreements())
        columns.extend(comparison.columns())
        counts[name] = comparison.counts()
    return ExtractionComparison(
        first=first.name,
        second=second.name,
        match=match,
        disagreements=tuple(disagreements),
        columns=tuple(columns),
        rows=MappingProxyType(counts),
        ignored=tuple(ignore),
    )


class _TableComparison:
    """One table of both."""

    def __init__(self, first: Sheet, second: Sheet, match: RowMatch, left_out: frozenset[str]) -> None:
        self._table = first.table
        by_figure = match == "figure" and self._table.name == "results"
        skipped = left_out | ({self._table.key, "derived_from"} if by_figure else {*self._table.identity})
        known = {column.name: column for column in self._table.columns}
        names = dict.fromkeys([*(first.header or known), *second.header])
        self._columns = {name: known.get(name) for name in names if name not in skipped}
        self._pairs = pair_rows(first, second, match)
        self._both = [(our, their) for our, their in self._pairs if our is not None and their is not None]

    def counts(self) -> tuple[int, int, int]:
        """Rows of both, of the first only, of the second only."""
        only = sum(their is None for _, their in self._pairs)
        return len(self._both), only, len(self._pairs) - len(self._both) - only

    def disagreements(self) -> Iterator[Disagreement]:
        """Rows of one person only, and cells that differ."""
        key = self._table.key
        for our, their in self._pairs:
            if our is None or their is None:
                name = (our or their or Row(line=0, cells={}, values={})).text(key)
                kind: DisagreementKind = "only second" if our is None else "only first"
                yield Disagreement(
                    table=self._table.name,
                    key=name,
                    column="",
                    first=name if our is not None else "",
                    second=name if their is not None else "",
                    kind=kind,
                )
                continue
            for name, column in self._columns.items():
                one, two = self._cells(our, their, name)
                if one != two:
                    yield Disagreement(
                        table=self._table.name,
                        key=our.text(key),
                        column=name,
                        first=our.text(name),
                        second=their.text(name),
                        kind=_kind(one, two, column),
                    )

    def columns(self) -> Iterator[ColumnAgreement]:
        """Agreement by column."""
        for name, column in self._columns.items():
            cells = [self._cells(our, their, name) for our, their in self._both]
            filled = [pair for pair in cells if any(pair)]
            words = column is not None and column.kind.content.startswith("one of: ")
            yield ColumnAgreement(
                table=self._table.name,
                column=name,
                compared=len(filled),
                agreed=sum(one == two for one, two in filled),
                category=_category(cells) if words and cells else None,
            )

    def _cells(self, our: Row, their: Row, name: str) -> tuple[str, str]:
        meant = _MEANT.get((self._table.name, name), "")
        return our.text(name) or meant, their.text(name) or meant


def _category(cells: Sequence[tuple[str, str]]) -> CategoryAgreement:
    """Cohen's kappa of paired words."""
    n = len(cells)
    observed = sum(one == two for one, two in cells) / n
    ours, theirs = Counter(one for one, _ in cells), Counter(two for _, two in cells)
    expected = sum(ours[word] * theirs[word] for word in ours) / n**2
    if len(ours) == 1 and ours.keys() == theirs.keys():
        word = next(iter(ours)) or "(empty)"
        kappa: float | NotEstimable = NotEstimable(f"both wrote {word} in every row")
    else:
        kappa = (observed - expected) / (1 - expected)
    return CategoryAgreement(kappa=kappa, observed=observed, expected=expected)


def _kind(one: str, two: str, column: Column | None) -> DisagreementKind:
    """What kind of difference there is between two cells."""
    if not two:
        return "only first"
    if not one:
        return "only second"
    if column is not None and column.kind in (NUMBER, PVALUE):
        return "digits" if _same_number(one, two, column) else "value"
    exact = column is not None and column.kind in (ID, IDS, RESULT_ID)
    return "spelling" if not exact and _bare(one) == _bare(two) else "value"


def _same_number(one: str, two: str, column: Column) -> bool:
    """Whether two cells hold the same number, whatever its digits."""
    try:
        ours, theirs = column.kind.parse(one), column.kind.parse(two)
    except CellError:
        return False
    if isinstance(ours, Number) and isinstance(theirs, Number):
        return ours.value == theirs.value
    if isinstance(ours, PrintedP) and isinstance(theirs, PrintedP):
        return (ours.value, ours.relation) == (theirs.value, theirs.relation)
    return ours == theirs


def _bare(text: str) -> str:
    """Without case, with one kind of space, dash and quotation mark."""
    return " ".join(text.casefold().translate(_LOOKALIKES).split())


def _require_columns(ignore: Collection[str], first: Intake, second: Intake) -> None:
    known = [column.name for table in TABLES.values() for column in table.columns]
    known += [name for intake in (first, second) for sheet in intake.sheets.values() for name in sheet.header]
    for name in ignore:
        if name not in known:
            raise OptionError(f"ignore names {name!r}, which no table has.{did_you_mean(name, known)}")


def _stopping(intake: Intake, left_out: frozenset[str]) -> Iterator[Finding]:
    """What makes a comparison impossible."""
    yield from (finding for finding in intake.findings if finding.severity == "error")
    if not intake.tables:
        message = "holds none of the tables of the evidence"
        yield Finding(code="table-missing", message=message, where=intake.name)
    for placed in intake.tables.values():
        sheet, key = placed.sheet, placed.sheet.table.key
        for problem in sheet.problems:
            lost_key = problem.code == "missing-column" and problem.column == key
            unread = (problem.line, problem.column) in placed.unread and problem.column not in left_out
            if problem.code in _STOPPING or lost_key or unread:
                yield placed.place.finding(problem)
        seen: set[str] = set()
        for row in sheet.rows:
            name = row.text(key)
            if not name or (name in seen and sheet.table.own_ids):
                what = f"{name!r} is the id of several rows" if name else f"empty: {key} is required"
                yield Finding(
                    code="duplicate-id", message=what, where=f"{intake.name}, table {sheet.table.name}"
                )
            seen.add(name)
