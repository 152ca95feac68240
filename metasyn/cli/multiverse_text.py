"""What `metasyn multiverse` prints: the curve in words, the map of decisions, what decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metasyn.batch.multiverse import ChoiceRow, Multiverse, Scale

__all__ = ["multiverse_text"]

_WIDTH = 100


def multiverse_text(many: Multiverse) -> str:
    """The answer for a terminal.

    Parameters
    ----------
    many : Multiverse

    Returns
    -------
    str
        Several lines.
    """
    from metasyn.batch.multiverse import scales
    from metasyn.plots.charts.specification_words import describe, without_result

    shown = [scale for scale in scales(many) if scale.numbers.size]
    head = many.outcome[:1].upper() + many.outcome[1:]
    lines = [head] if head else []
    lines += [line for one in describe(many, shown) for line in wrap(one, _WIDTH)]
    lines += [line for one in without_result(many) for line in wrap(one, _WIDTH)]
    for scale in shown:
        lines += ["", *_map(many, scale, several=len(shown) > 1)]
    lines += _decides(many)
    return "\n".join(lines)


def _map(many: Multiverse, scale: Scale, *, several: bool) -> Iterator[str]:
    """Every option with the number of its results and where their intervals lie."""
    from metasyn.batch.multiverse import choice_rows
    from metasyn.plots.charts.specification_words import choice_name, null_words, option_names

    rows = choice_rows(many, scale)
    if not rows:
        return
    null = null_words(scale)
    label = scale.measure.label[:1].upper() + scale.measure.label[1:] if several else "Choices"
    table = [(label, "results", *((f"below {null}", f"includes {null}", f"above {null}") if null else ()))]
    for choice, group in groupby(rows, lambda row: row.choice):
        mine = list(group)
        table.append((f"{choice_name(choice)}:",))
        for row, name in zip(mine, option_names(choice, [row.option for row in mine]), strict=True):
            table.append((f"  {name}", *_cells(row, known=bool(null))))
    yield from _columns(table)


def _cells(row: ChoiceRow, *, known: bool) -> tuple[str, ...]:
    from metasyn.wording import percent_text, whole

    shares = (row.below, row.includes, row.above) if known else ()
    return whole(int(row.here.sum())), *("" if x is None else percent_text(x, 0) for x in shares)


def _columns(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first column left, the others right."""
    n = max(map(len, table))
    widths = [max(len(row[i]) for row in table if i < len(row)) for i in range(n)]
    for row in table:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(widths[i]) for i, cell in enumerate(row) if i)]
        yield "  ".join(cells).rstrip()


def _decides(many: Multiverse) -> list[str]:
    """How often each choice alone decides."""
    from metasyn.batch.multiverse import undecided
    from metasyn.plots.charts.specification_words import choice_name
    from metasyn.wording import percent_text

    shares = undecided(many)
    if not shares:
        return []
    rows = [(f"  {choice_name(name)}", percent_text(share, 0)) for name, share in shares.items()]
    head = "Of all pairs of specifications that differ in one choice only, those that conclude otherwise:"
    return ["", head, *_columns(rows)]
