"""`metasyn compare-extractions`: two people's tables, cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.vocabulary import RowMatch

if TYPE_CHECKING:
    from metasyn.evidence.intake import ColumnAgreement, Disagreement, ExtractionComparison

__all__ = ["COMPARE_EXTRACTIONS_EXAMPLES", "compare_extractions_command"]

COMPARE_EXTRACTIONS_EXAMPLES = """\
Examples:
  metasyn compare-extractions ana.xlsx ben.xlsx
  metasyn compare-extractions ana.xlsx ben.xlsx --match figure
  metasyn compare-extractions data data2 --ignore note,locator --csv to_settle.csv

Each is a workbook or a folder of evidence tables. Rows are matched by their ids,
or with --match figure by what they are about: study, cohorts, outcome, time
point, statistic and source. Exit code 1 if anything differs.
"""

_HEADER = ("table", "row", "column", "first", "second", "difference")


def compare_extractions_command(
    first: Annotated[Path, Parameter(help="One person's workbook or data folder.")],
    second: Annotated[Path, Parameter(help="The other's.")],
    /,
    *,
    match: Annotated[RowMatch, Parameter(help="How rows are matched.")] = "id",
    ignore: Annotated[str, Parameter(help="Columns left out, separated by commas.", show_default=False)] = "",
    csv: Annotated[
        Path | None, Parameter(help="Also write the disagreements to this file.", show_default=False)
    ] = None,
    json: Annotated[
        bool, Parameter(help="Print one metasyn-extractions/1 document.", show_default=False)
    ] = False,
) -> ExitCode:
    """List where two extractions differ, and how far they agree."""
    from metasyn.cli.console import say, say_json
    from metasyn.evidence.intake import compare_extractions, read_intake

    left_out = tuple(name.strip() for name in ignore.split(",") if name.strip())
    comparison = compare_extractions(read_intake(first), read_intake(second), match=match, ignore=left_out)
    if csv is not None:
        from metasyn.report.atomic import replace_file
        from metasyn.tables.model import csv_text

        rows = [(d.table, d.key, d.column, d.first, d.second, d.kind) for d in comparison.disagreements]
        replace_file(csv, csv_text(_HEADER, rows).encode())
    if json:
        from json import dumps

        say_json(dumps(_document(comparison), ensure_ascii=False, indent=1))
    else:
        say("\n".join([*_agreement(comparison), "", *_listed(comparison)]))
        if csv is not None:
            say(f"wrote {csv}")
    return ExitCode.OK if comparison.agrees else ExitCode.STALE_OR_FAILED_CHECK


def _agreement(comparison: ExtractionComparison) -> list[str]:
    """Rows of each table and agreement of each column."""
    from metasyn.wording import percent_text

    lines = [f"first: {comparison.first}", f"second: {comparison.second}"]
    for table, (both, first, second) in comparison.rows.items():
        lines += ["", f"{table}: {both} rows in both, {first} only in the first, {second} only in the second"]
        for column in comparison.columns:
            if column.table == table and column.compared:
                share = percent_text(column.agreed / column.compared)
                counted = f"{column.agreed} of {column.compared}"
                lines.append(f"  {column.column:<17}{share:>7}  {counted:<14}{_kappa(column)}".rstrip())
    if comparison.ignored:
        lines += ["", f"not compared: {', '.join(comparison.ignored)}"]
    return lines


def _kappa(column: ColumnAgreement) -> str:
    from metasyn.values import NotEstimable
    from metasyn.wording import decimal

    if column.category is None:
        return ""
    kappa = column.category.kappa
    return f"no kappa: {kappa.reason}" if isinstance(kappa, NotEstimable) else f"kappa {decimal(kappa, 2)}"


def _listed(comparison: ExtractionComparison) -> list[str]:
    """Every disagreement in a line."""
    if comparison.agrees:
        return ["no disagreements"]
    count = len(comparison.disagreements)
    return [f"{count} disagreement{'s' * (count > 1)}:", *map(_line, comparison.disagreements)]


def _line(found: Disagreement) -> str:
    if not found.column:
        return f"  {found.table}, {found.key}: row {found.kind.replace('only', 'only in the')}"
    aside = f" ({found.kind})" if found.kind in ("digits", "spelling") else ""
    return f"  {found.table}, {found.key}, {found.column}: {found.first!r} / {found.second!r}{aside}"


def _document(comparison: ExtractionComparison) -> dict[str, Any]:
    from metasyn.values import NotEstimable

    def kappa(column: ColumnAgreement) -> dict[str, Any]:
        category = column.category
        if category is None:
            return {}
        value = category.kappa
        return (
            {"kappa": None, "reason": value.reason} if isinstance(value, NotEstimable) else {"kappa": value}
        )

    return {
        "schema": "metasyn-extractions/1",
        "first": comparison.first,
        "second": comparison.second,
        "match": comparison.match,
        "ignored": list(comparison.ignored),
        "rows": {
            table: {"both": both, "only_first": first, "only_second": second}
            for table, (both, first, second) in comparison.rows.items()
        },
        "columns": [
            {"table": c.table, "column": c.column, "compared": c.compared, "agreed": c.agreed, **kappa(c)}
            for c in comparison.columns
        ],
        "disagreements": [
            {
                "table": d.table,
                "row": d.key,
                "column": d.column,
                "first": d.first,
                "second": d.second,
                "difference": d.kind,
            }
            for d in comparison.disagreements
        ],
    }
