"""How long the audit of a large table takes: part of `make benchmark`.

Three tables of 100,000 rows: all right, every row wrong, and all rows of few studies and sources.
"""

from __future__ import annotations

import time

from metasyn.evidence.audit import audit_table

ROWS = 100_000

Row = dict[str, str]


def counts(i: int) -> tuple[int, int]:
    return 20 + i % 31, 100 + i % 97


def right() -> list[Row]:
    """Two groups a study, each with a percentage that its counts give."""
    return [row(i, 0.0, f"s{i // 2}") for i in range(ROWS)]


def wrong() -> list[Row]:
    """The same, every percentage three points too high."""
    return [row(i, 3.0, f"s{i // 2}") for i in range(ROWS)]


def crowded() -> list[Row]:
    """Twenty studies from three sources, many rows about the same."""
    return [
        {**row(i, 0.0, f"s{i % 20}"), "source": f"source {i % 3}", "outcome": f"o{i % 500}"}
        for i in range(ROWS)
    ]


def row(i: int, off: float, study: str) -> Row:
    events, n = counts(i)
    share = f"{100 * events / n + off:.1f}"
    return {"study": study, "label": f"arm {i % 2}", "events": str(events), "n": str(n), "percent": share}


if __name__ == "__main__":
    for name, make in (("right", right), ("wrong", wrong), ("of few studies", crowded)):
        rows = make()
        started = time.process_time()
        found = audit_table(rows)
        seconds = time.process_time() - started
        print(f"audit of {ROWS:,} rows, {name}: {seconds:.1f} s of processor time, {len(found):,} findings")
