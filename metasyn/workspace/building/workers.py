"""Rendering reports in several processes: helpers compute and render, the parent renders and alone writes."""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from metasyn.errors import MetasynError, ReportError
from metasyn.workspace.building.parcels import packed, packed_error
from metasyn.workspace.building.rendering import Progress, Rendered, Task, attempt, render

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from metasyn.workspace.building.bench import Workbench

__all__ = ["WorkerDefect", "render_in_processes"]

_PATIENCE = 5.0  # seconds until a process that was told to end is ended

_Made = SimpleQueue[tuple[Task, "Rendered | BaseException"]]


class WorkerDefect(Exception):
    """An error that is none of ours, in a process of ours; its text is the traceback."""


@dataclass(slots=True, kw_only=True)
class _Helper:
    """A process and the line to it."""

    process: SpawnProcess
    line: Connection[Any, Any]


class _Account:
    """What is being rendered, here and by helpers, and how much is done; told after each change."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self._names: set[str] = set()
        self._one_at_a_time = threading.Lock()

    @contextmanager
    def of(self, task: Task) -> Iterator[None]:
        """While a task is rendered."""
        self._tell(self._names.add, task, 0)
        yield
        self._tell(self._names.discard, task, 1)

    def _tell(self, change: Callable[[str], None], task: Task, done: int) -> None:
        with self._one_at_a_time:
            change(task.name)
            self._done += done
            if self._progress is not None:
                self._progress(tuple(sorted(self._names)), self._done, self._total)


def render_in_processes(
    bench: Workbench, tasks: Sequence[Task], *, jobs: int, progress: Progress | None = None
) -> Generator[tuple[Task, Rendered | MetasynError]]:
    """Render reports in this process and in helpers, those of many rows first.

    Helpers are started anew, not forked: numerical libraries hold threads. They get the evidence and the
    scripts as `bench` has read them, and a task only once they are ready, so that a few quick reports
    do not wait for them. A helper that dies fails the one report it was at; all end with the parent,
    however that ends.

    Parameters
    ----------
    bench : Workbench
    tasks : sequence of Task
    jobs : int
        Number of processes, this one included; never more than there are tasks.
    progress : callable, optional
        Told `(names being rendered, number done, number of all)`.

    Yields
    ------
    tuple of Task and Rendered or MetasynError
        In the order in which they are done.

    Raises
    ------
    WorkerDefect
        If a helper meets an error that is a defect of metasyn.
    """
    todo = deque(sorted(tasks, key=lambda task: (-len(task.inputs.rows), task.name)))
    made: _Made = SimpleQueue()
    account = _Account(progress, len(tasks))
    helpers: list[_Helper] = []
    drivers: list[threading.Thread] = []
    try:
        kit = _packed(bench, tasks)
        for _ in range(min(jobs, len(tasks)) - 1):
            try:
                helpers.append(_hired())
            except OSError:
                break  # no room for another process: those that are there do the work
            work = (helpers[-1], kit, todo, made, account)
            drivers.append(threading.Thread(target=_drive, args=work, daemon=True))
            drivers[-1].start()
        for _ in tasks:
            task, outcome = _next_made(bench, todo, made, account)
            if not isinstance(outcome, Rendered | MetasynError):
                raise outcome
            yield task, outcome
    finally:
        todo.clear()
        _dismiss(helpers, drivers)


def _next_made(
    bench: Workbench, todo: deque[Task], made: _Made, account: _Account
) -> tuple[Task, Rendered | BaseException]:
    """What a helper has done meanwhile; else what is done here; else what a helper is at."""
    with suppress(Empty):
        return made.get_nowait()
    task = _taken(todo)
    if task is None:
        return made.get()
    with account.of(task):
        return task, attempt(bench, task)


def _packed(bench: Workbench, tasks: Sequence[Task]) -> bytes:
    """Everything a helper has to know before its first task."""
    scripts = {task.name: task.script for task in tasks}
    return packed((bench.project, bench.evidence, bench.tables, scripts))


def _hired() -> _Helper:
    """A process that has been started and knows nothing yet."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with _interrupts_held():
        process.start()
    theirs.close()
    return _Helper(process=process, line=ours)


def _drive(helper: _Helper, kit: bytes, todo: deque[Task], made: _Made, account: _Account) -> None:
    """Hand one task after the other to a helper, once it says that it is ready."""
    with suppress(EOFError, OSError):  # it died before it had a task: others do the work
        helper.line.send_bytes(kit)
        helper.line.recv_bytes()
        while helper.process.is_alive() and (task := _taken(todo)) is not None:
            with account.of(task):
                answer = _rendered_there(helper, task)
            made.put((task, answer))


def _taken(todo: deque[Task]) -> Task | None:
    """The next task, for who asks first."""
    try:
        return todo.popleft()
    except IndexError:
        return None


def _rendered_there(helper: _Helper, task: Task) -> Rendered | BaseException:
    """The answer of a helper to its task."""
    try:
        helper.line.send(task.name)
        answer = pickle.loads(helper.line.recv_bytes())
    except (EOFError, OSError):
        return _death(helper.process)
    except Exception as error:  # noqa: BLE001 (the parent waits for an answer, whatever it is)
        return error
    if isinstance(answer, Rendered | BaseException):
        return answer
    return WorkerDefect(f"while {task.name} was rendered:\n{answer}")


def _death(process: SpawnProcess) -> ReportError:
    """What is known of a process that has ended before its time."""
    process.join(_PATIENCE)
    code = process.exitcode
    how = f"exit code {code}"
    if code is not None and code < 0:
        how = f"signal {-code}, {signal.Signals(-code).name}"
    hint = " (the system does that when memory runs out)" if code == -9 else ""
    return ReportError(f"the process that rendered the report was ended by {how}{hint}.")


def _dismiss(helpers: Sequence[_Helper], drivers: Sequence[threading.Thread]) -> None:
    """End the helpers; nothing is lost with them, because only the parent writes."""
    for helper in helpers:
        helper.process.terminate()
    for driver in drivers:
        driver.join(_PATIENCE)
    for helper in helpers:
        helper.process.join(_PATIENCE)
        if helper.process.is_alive():
            helper.process.kill()
            helper.process.join()
        helper.line.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """What is started here never sees Ctrl-C, which a terminal sends to parent and children alike."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # would let interrupts through again if it were started only now
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(line: Connection[Any, Any]) -> None:
    """What a helper does: render what it is told to, until nobody is there any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        bench = _own_bench(line.recv_bytes())
        line.send_bytes(b"ready")
        while True:
            line.send_bytes(_answer(bench, line.recv()))


def _own_bench(kit: bytes) -> Workbench:
    """The workbench of a helper; what rendering needs is imported before it says that it is ready."""
    import metasyn.analysis.run
    import metasyn.plots.draw
    import metasyn.report.write  # noqa: F401 (imported for what it takes)
    from metasyn.workspace.building.bench import Workbench

    project, evidence, tables, scripts = pickle.loads(kit)
    bench = Workbench(project, scripts=scripts)
    bench.tables, bench.evidence = tables, evidence
    return bench


def _answer(bench: Workbench, name: str) -> bytes:
    """A report, or an error of which the parent can make the same one."""
    try:
        with redirect_stdout(io.StringIO()):  # what a script prints, it printed when the parent read it
            return packed(render(bench, name))
    except Exception as error:  # noqa: BLE001 (the parent decides what it means)
        return packed_error(error)


def _end_with_parent() -> None:
    """Leave no orphan behind a parent that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
