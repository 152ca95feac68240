"""How long the audit of a large table takes: part of `make benchmark`."""

from __future__ import annotations

import time

from metasyn.evidence.audit import audit_table

ROWS = 100_000


def table() -> list[dict[str, str]]:
    """Two groups a study, each with a percentage that its counts give."""
    rows = []
    for i in range(ROWS):
        events, n = 20 + i % 31, 100 + i % 97
        rows.append(
            {
                "study": f"s{i // 2}",
                "label": f"arm {i % 2}",
                "events": str(events),
                "n": str(n),
                "percent": f"{100 * events / n:.1f}",
            }
        )
    return rows


if __name__ == "__main__":
    rows = table()
    started = time.perf_counter()
    found = audit_table(rows)
    print(f"audit of {ROWS:,} rows: {time.perf_counter() - started:.1f} s, {len(found)} findings")
