"""Pooling a table larger than memory: the whole way from input to output, and on after an interruption."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from metasyn.batch.parallel import map_parts
from metasyn.errors import OptionError, WorkspaceError
from metasyn.synthesis.tau2.backends import chosen_backend
from metasyn.workspace.streaming.columns import Columns
from metasyn.workspace.streaming.compiling import compiling_told
from metasyn.workspace.streaming.cutting import KeyReturns, Part, cut
from metasyn.workspace.streaming.finishing import Summary, finish
from metasyn.workspace.streaming.journal import input_identity, journal_of, why_not
from metasyn.workspace.streaming.places import require_own, require_places
from metasyn.workspace.streaming.pooling import PoolOptions, Task, pool_task, rejected, results_table
from metasyn.workspace.streaming.readers import PIECE
from metasyn.workspace.streaming.reading import Source, open_source
from metasyn.workspace.streaming.rows import Rows
from metasyn.workspace.streaming.seen_keys import SeenKeys
from metasyn.workspace.streaming.spill import deal, dealt_part, partitions_for
from metasyn.workspace.streaming.store import REJECTS, Store, alone_with, opened_store

__all__ = ["PART_ROWS", "Teller", "run_batch"]

PART_ROWS = 2**18
"""Effects that are computed together."""


class Teller(Protocol):
    """Who is told how far it is, and what is out of the ordinary."""

    def step(self, words: str, done: int, total: int | None, unit: str) -> None:
        """What is being done, how much of it is, and how much there is (None: not known yet)."""

    def remark(self, words: str) -> None:
        """A sentence."""


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run: what it works on, and what is noted of it."""

    source: Source
    options: PoolOptions
    part_rows: int
    jobs: int | None
    store: Store
    teller: Teller
    journal: dict[str, Any]
    waiting: deque[tuple[int, Part]] = field(default_factory=deque)
    parts: int = 0
    rows: int = 0
    # Rows of parts that are computed, and of those that were finished before: two threads count them.
    computed: int = 0
    passed_over: int = 0


def run_batch(
    path: Path,
    out: Path,
    columns: Columns,
    *,
    options: PoolOptions | None = None,
    rejects: Path | None = None,
    jobs: int | None = None,
    part_rows: int = PART_ROWS,
    restart: bool = False,
    teller: Teller,
) -> Summary:
    """Pool every synthesis of a table, in bounded memory.

    The result is that of `pool_many` over the whole table: a row per key, in the order in which keys first
    occur. It does not depend on `jobs`, nor on whether and when the run was interrupted: what is finished
    is kept beside the output and used by the next run with the same input and options. Syntheses whose
    rows do not stand together are brought together on the disk.

    Parameters
    ----------
    path, out : Path
        Input and output; the endings say which kinds of tables they are.
    columns : Columns
    options : PoolOptions, optional
    rejects : Path, optional
        CSV file of the rows on which no pooled result rests; by default `OUT.rejects.csv`.
    jobs : int, optional
        Workers, as in `map_parts`.
    part_rows : int
        Effects that are computed together; more need more memory.
    restart : bool
        Use nothing of an interrupted run.
    teller : Teller

    Returns
    -------
    Summary

    Raises
    ------
    OptionError
        If an option is not accepted.
    WorkspaceError
        If the input cannot be read or changes meanwhile.
    ReportError
        If the output cannot be written.
    """
    options = options or PoolOptions()
    rejects = rejects or out.with_name(out.name + REJECTS)
    require_places(path, out, rejects)
    require_own(out, rejects)
    if part_rows < 1:
        raise OptionError(f"part_rows must be 1 or more; got {part_rows}.")
    options.check()
    source = open_source(path, columns)
    options = replace(options, backend=chosen_backend(options.backend, source.about))
    journal = journal_of(source, options, part_rows)
    with opened_store(out) as store, alone_with(rejects, store):
        known = _found(store, journal, restart, teller)
        run = _Run(
            source=source, options=options, part_rows=part_rows, jobs=jobs, store=store, teller=teller,
            journal=known,
        )  # fmt: skip
        with compiling_told(options.backend, partial(teller.step, "compiling (first run)", 0, None, "")):
            _compute(run)
        if input_identity(source) != journal["input"]:
            raise WorkspaceError(f"{path} was changed while it was read; nothing was written. Run it again.")
        summary = finish(
            store, range(run.parts), rejects, partial(teller.step, "writing", unit="syntheses"),
            rows=run.rows, nothing=_no_rows(run), side_by_side=known["scattered"],
        )  # fmt: skip
        store.remove()
    return summary


def _found(store: Store, journal: dict[str, Any], restart: bool, teller: Teller) -> dict[str, Any]:
    """The journal to go on with; what cannot be used is removed, and why is said."""
    known = store.journal()
    if known is not None and not restart:
        why = why_not(known, journal)
        if why is None:
            teller.remark("going on with what an interrupted run has finished.")
            return known
        teller.remark(f"{why} since {store.out.name} was begun: starting again.")
    store.clear()
    store.note(journal)
    return journal


def _compute(run: _Run) -> None:
    """All parts; where a key comes back, by way of the disk."""
    if not run.journal["scattered"]:
        try:
            _pool(run, _whole_parts(run))
            return
        except KeyReturns:
            run.teller.remark("the rows of a synthesis do not stand together: sorting them on the disk.")
        run.store.clear()
        run.journal["scattered"] = True
        run.store.note(run.journal)
    if "dealt" not in run.journal:
        run.journal["dealt"] = _deal(run)
        run.store.note(run.journal)
    _pool(run, _dealt_parts(run))


def _whole_parts(run: _Run) -> Iterator[tuple[int, Part]]:
    """Parts of a table whose syntheses stand together; those that are finished are only counted."""
    for number, part in enumerate(cut(_pieces(run), run.part_rows, seen=SeenKeys())):
        run.parts = number + 1
        if _finished(run, number):
            _pass_over(run, part.given)
        else:
            yield number, part
    run.rows = run.source.read


def _pieces(run: _Run) -> Iterator[Rows]:
    return run.source.pieces(min(PIECE, run.part_rows))


def _deal(run: _Run) -> list[int]:
    words = "sorting by key"
    return deal(
        run.source.pieces(),
        run.store.folder,
        partitions_for(run.source.about, run.part_rows),
        lambda done: run.teller.step(words, done, _total(run.source, done), "effects"),
    )


def _dealt_parts(run: _Run) -> Iterator[tuple[int, Part]]:
    """One part per file; those that are finished are not read."""
    sizes = run.journal["dealt"]
    run.parts, run.rows = len(sizes), sum(sizes)
    for number, rows in enumerate(sizes):
        if rows and _finished(run, number):
            _pass_over(run, rows)
        elif rows:
            yield number, dealt_part(run.store.folder, number, rows, run.source.columns.key)


def _finished(run: _Run, number: int) -> bool:
    """Whether another run has finished a part; one that is damaged is forgotten."""
    if not run.store.is_done(number):
        return False
    if not run.store.is_sound(number):
        run.teller.remark(f"part {number} in {run.store.folder} is damaged: computing it again.")
        run.store.discard(number)
        return False
    return True


def _pass_over(run: _Run, rows: int) -> None:
    """Rows of a part that another run has finished; before the first that this one computes it is told."""
    run.passed_over += rows
    if not run.computed:
        run.teller.step("taking over", run.passed_over, _rows_in_all(run, run.passed_over), "effects")


def _pool(run: _Run, parts: Iterator[tuple[int, Part]]) -> None:
    """Compute parts and put them away, in their order."""
    run.computed = run.passed_over = 0
    run.waiting.clear()

    def tasks() -> Iterator[Task]:
        for number, part in parts:
            run.waiting.append((number, part))
            yield part.rows.yi, part.rows.vi, part.bounds

    for many in map_parts(partial(pool_task, run.options), tasks(), n_jobs=run.jobs):
        number, part = run.waiting.popleft()
        refused = rejected(part, many)
        lost = refused.num_rows + sum(part.too_many.values()) - len(part.too_many)
        run.store.keep(
            number,
            results_table(part, many),
            refused,
            {"rows": part.given, "rejected": lost, "syntheses": many.k.size},
            side_by_side=run.journal["scattered"],
        )
        run.computed += part.given
        _tell_rows(run)


def _tell_rows(run: _Run) -> None:
    done = run.computed + run.passed_over
    run.teller.step("pooling", done, _rows_in_all(run, done), "effects")


def _rows_in_all(run: _Run, done: int) -> int | None:
    return sum(run.journal.get("dealt", ())) or _total(run.source, done)


def _total(source: Source, done: int) -> int | None:
    """Rows of the input: known, or guessed from how much of the file those fill that have been read."""
    if source.rows is not None:
        return source.rows
    return max(done, round(source.read / source.share)) if source.share else None


def _no_rows(run: _Run) -> tuple[Any, Any]:
    """Tables of results and rejects without rows, for their columns."""
    import pyarrow as pa

    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    rows = Rows(numbers=whole, keys=pa.array([], run.source.key_type), yi=none, vi=none)
    part = Part(rows=rows, bounds=np.zeros(1, dtype=np.int64), without_key=whole)
    many = pool_task(run.options, (none, none, part.bounds))
    return results_table(part, many), rejected(part, many)
