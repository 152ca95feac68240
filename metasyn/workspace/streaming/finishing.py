"""The end of a run: what its finished parts come to, as files and as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from metasyn.errors import WorkspaceError
from metasyn.workspace.streaming.assembling import in_order, write_rejects, write_results
from metasyn.workspace.streaming.pooling import COUNTED, FIRST
from metasyn.workspace.streaming.store import Store

__all__ = ["Summary", "finish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of it.

    Attributes
    ----------
    rows, rejected : int
        Rows of the input, and those on which no pooled result rests.
    syntheses : mapping of str to int
        How many have which status.
    out, rejects : Path
        What was written.
    scattered : bool
        Whether rows of one synthesis stood apart.
    """

    rows: int
    rejected: int
    syntheses: Mapping[str, int]
    out: Path
    rejects: Path
    scattered: bool


def finish(
    store: Store,
    parts: Iterable[int],
    rejects: Path,
    told: Callable[[int, int], None],
    *,
    rows: int,
    nothing: tuple[Any, Any],
    side_by_side: bool,
) -> Summary:
    """Write rejects and output, in the order of the input; the output last.

    Parameters
    ----------
    store : Store
    parts : iterable of int
        Numbers of all parts; those that had rows are finished.
    rejects : Path
    told : callable
        Told how many syntheses are written, and how many there are.
    rows : int
        Rows of the input, all of which the parts account for.
    nothing : tuple of pyarrow.Table
        Results and rejects without rows, for their columns.
    side_by_side : bool
        Whether rows of one part lie between those of another.

    Returns
    -------
    Summary

    Raises
    ------
    ReportError
        If it cannot be written.
    WorkspaceError
        If a part is lost or cannot be read.
    """
    numbers = [number for number in parts if store.is_done(number)]
    counts: Counter[str] = Counter({"rows": 0, "rejected": 0, "syntheses": 0})
    for number in numbers:
        counts.update(store.counts(number))
    if counts["rows"] != rows:
        raise WorkspaceError(
            f"what is finished in {store.folder} accounts for {counts['rows']:,} of {rows:,} rows; nothing "
            "was written. Run the same command again."
        )
    no_results, no_rejects = nothing
    write_rejects(rejects, chain([no_rejects], _refused(store, numbers, side_by_side)))
    results = _together(map(store.results, numbers), FIRST, side_by_side)
    status = write_results(
        store.out, chain([no_results], results), lambda done: told(done, counts["syntheses"])
    )
    return Summary(
        rows=counts["rows"],
        rejected=counts["rejected"],
        syntheses=dict(sorted(status.items())),
        out=store.out,
        rejects=rejects,
        scattered=side_by_side,
    )


def _refused(store: Store, numbers: Sequence[int], side_by_side: bool) -> Iterator[Any]:
    """The rejects in the order of the input; rows without a key may stand far from the others of a part."""
    if side_by_side:
        return in_order(map(store.rejects, numbers), COUNTED[0])

    def some(*, with_key: bool) -> Iterator[Any]:
        for table in chain.from_iterable(map(store.rejects, numbers)):
            known = table.column(COUNTED[1]).is_valid()
            yield table.filter(known if with_key else pc.invert(known))

    import pyarrow.compute as pc

    return in_order([some(with_key=True), some(with_key=False)], COUNTED[0])


def _together(streams: Iterator[Iterator[Any]], column: str, side_by_side: bool) -> Iterator[Any]:
    """One stream of all parts; where they do not lie side by side in the input, one after the other."""
    if side_by_side:
        yield from in_order(streams, column)
    else:
        for stream in streams:
            yield from stream
