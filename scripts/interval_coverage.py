"""How often intervals of the mean hold it: `python scripts/interval_coverage.py [FAMILY ...] [--write]`.

Families: normal, prior, proportions, two-groups, clusters; all without a name. Every cell has its own seed:
`--cell 1` runs the second cell of a family alone (they are numbered from 0; `--list` names them), with the
same numbers as in the table. `--write` puts the counts into docs/coverage/FAMILY.csv and the tables made of
them into docs/coverage.md; `--page` only makes the tables anew. `--most 100` runs at most so many trials.
All families take about an hour on one core.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from coverage_cells.cells import Family, Tally, count, read, write
from coverage_cells.clusters import CLUSTERS
from coverage_cells.normal import NORMAL, PRIOR
from coverage_cells.page import tables
from coverage_cells.proportions import PROPORTIONS
from coverage_cells.two_groups import TWO_GROUPS

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, COUNTS = DOCS / "coverage.md", DOCS / "coverage"
BEGIN, END = "<!-- interval_coverage.py: begin -->", "<!-- interval_coverage.py: end -->"
FAMILIES = {one.name: one for one in (NORMAL, PRIOR, PROPORTIONS, TWO_GROUPS, CLUSTERS)}


def committed() -> list[Tally]:
    """The counts of the families that are kept."""
    files = [COUNTS / f"{name}.csv" for name in FAMILIES]
    return [one for file in files if file.exists() for one in read(file)]


def page(text: str, found: Sequence[Tally]) -> str:
    """The page with its tables in place."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(found)}\n{END}{rest.partition(END)[2]}"


def run(family: Family, cell: int | None, most: int | None) -> list[Tally]:
    """Cells of one family, told as they are done."""
    found: list[Tally] = []
    cells = family.cells()
    for one in cells if cell is None else cells[cell : cell + 1]:
        start = time.process_time()
        found += (here := count(family, one, most))
        shares = ", ".join(f"{tally.method} {tally.coverage:.1f}" for tally in here)
        took = time.process_time() - start
        print(f"{family.name}, {one.setting}, k {one.k}, tau {one.tau}: {shares} ({took:.0f} s)", flush=True)
    return found


def main(arguments: Sequence[str]) -> int:
    """Run, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", nargs="*", metavar="FAMILY")
    parser.add_argument("--cell", type=int)
    parser.add_argument("--most", type=int)
    for flag in ("--write", "--page", "--list"):
        parser.add_argument(flag, action="store_true")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.family if name not in FAMILIES]
    if unknown:
        parser.error(f"there is no family {unknown[0]!r}; there are {', '.join(FAMILIES)}")
    if asked.write and (asked.cell is not None or asked.most is not None):
        parser.error("--write takes whole families")
    names = [] if asked.page else asked.family or list(FAMILIES)
    for family in (FAMILIES[name] for name in names):
        if asked.list:
            for i, cell in enumerate(family.cells()):
                print(f"{family.name} --cell {i}: {cell.setting}, k {cell.k}, tau {cell.tau}")
            continue
        found = run(family, asked.cell, asked.most)
        if asked.write:
            write(COUNTS / f"{family.name}.csv", found)
    if (asked.write or asked.page) and not asked.list:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), committed()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
