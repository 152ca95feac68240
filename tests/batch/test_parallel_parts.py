"""Parts: the same answers in the same order, whoever computes them, and never too many at a time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import joblib
import numpy as np
import pytest

from metasyn.batch.parallel import available_threads, map_parts
from metasyn.errors import OptionError

WAYS = ["loop", "joblib", "threads"]


@pytest.fixture(params=WAYS)
def n_jobs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Workers, and by which means they are had."""
    if request.param == "joblib":  # as where it has a backend of its own: here, threads all the same
        monkeypatch.setattr("metasyn.batch.parallel._configured", lambda: (True, None))
    return 1 if request.param == "loop" else 3


def test_answers_are_in_the_order_of_the_parts(n_jobs: int) -> None:
    waits = threading.Event()

    def late(part: int) -> int:
        waits.wait(0.002 * (part % 3))
        return part * part

    assert list(map_parts(late, range(40), n_jobs=n_jobs)) == [i * i for i in range(40)]
    assert list(map_parts(late, [], n_jobs=n_jobs)) == []


def test_few_parts_are_held_when_answers_are_collected_slowly(n_jobs: int) -> None:
    taken = 0

    def parts() -> Iterator[int]:
        nonlocal taken
        for part in range(120):
            taken += 1
            yield part

    ahead, pause = [], threading.Event()
    for done, _ in enumerate(map_parts(abs, parts(), n_jobs=n_jobs), start=1):
        pause.wait(0.002)
        ahead.append(taken - done)
    assert len(ahead) == 120
    assert max(ahead) <= 4 * n_jobs


def test_parts_are_taken_by_one_thread_at_a_time(n_jobs: int) -> None:
    inside, pause = threading.Lock(), threading.Event()

    def parts() -> Iterator[int]:
        for part in range(60):
            assert inside.acquire(blocking=False)
            pause.wait(0.001)
            inside.release()
            yield part

    assert sum(map_parts(abs, parts(), n_jobs=n_jobs)) == sum(range(60))


def test_an_error_of_a_part_is_raised_here(n_jobs: int) -> None:
    begun = []

    def fragile(part: int) -> int:
        begun.append(part)
        if part == 5:
            raise ZeroDivisionError(part)
        return part

    with pytest.raises(ZeroDivisionError):
        list(map_parts(fragile, range(1000), n_jobs=n_jobs))
    assert len(begun) < 100


def test_an_error_in_making_parts_comes_after_the_answers_before_it(n_jobs: int) -> None:
    def parts() -> Iterator[int]:
        yield from range(7)
        raise LookupError("no more")

    answers = map_parts(abs, parts(), n_jobs=n_jobs)
    assert [next(answers) for _ in range(7)] == list(range(7))
    with pytest.raises(LookupError, match="no more"):
        next(answers)


def test_an_interruption_in_making_parts_is_not_lost(n_jobs: int) -> None:
    def parts() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(map_parts(abs, parts(), n_jobs=n_jobs))


def test_who_stops_early_ends_the_work_without_a_warning(n_jobs: int) -> None:
    begun = []
    answers = map_parts(begun.append, range(1000), n_jobs=n_jobs)
    next(answers)
    answers.close()
    assert list(answers) == []
    assert len(begun) < 100


def test_progress_is_told_in_order(n_jobs: int) -> None:
    told: list[tuple[int, int | None]] = []
    list(
        map_parts(
            abs, range(5), n_jobs=n_jobs, total=5, progress=lambda done, all_: told.append((done, all_))
        )
    )
    assert told == [(i, 5) for i in range(1, 6)]


def test_the_number_of_workers_comes_from_joblib_where_it_is_not_said() -> None:
    def where(_: int) -> str:
        return threading.current_thread().name

    with joblib.parallel_config(n_jobs=1):
        assert set(map_parts(where, range(9))) == {threading.current_thread().name}
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert threading.current_thread().name not in set(map_parts(where, range(9)))
        assert set(map_parts(where, range(9), n_jobs=1)) == {threading.current_thread().name}


def test_a_backend_that_hands_nothing_out_before_the_end_is_refused() -> None:
    with (
        joblib.parallel_config(backend="multiprocessing", n_jobs=2),
        pytest.raises(OptionError, match="joblib cannot run parts there"),
    ):
        list(map_parts(abs, range(4)))


def test_few_parts_wait_however_many_threads_there_are() -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    answers = map_parts(abs, parts(), n_jobs=16)
    assert next(answers) == 0
    assert len(taken) <= 16 + 4
    answers.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("known", [True, False])
def test_threads_are_as_many_as_cores_by_default(monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """Also where joblib is there, which by itself would take one."""
    assert 1 <= available_threads() <= 4096
    if not known:
        monkeypatch.setitem(sys.modules, "joblib", None)
    monkeypatch.setattr("metasyn.batch.parallel.available_threads", lambda: 3)
    together = threading.Barrier(3)
    assert [*map_parts(lambda _: together.wait(5) >= 0, range(3))] == [True] * 3
    assert [*map_parts(lambda _: together.wait(5) >= 0, range(3), n_jobs=-1)] == [True] * 3
    monkeypatch.setattr("metasyn.batch.parallel.available_threads", lambda: 1)
    names = {*map_parts(lambda _: threading.current_thread().name, range(3))}
    assert names == {threading.current_thread().name}


def test_threads_treat_errors_of_numpy_as_the_caller_does() -> None:
    with np.errstate(over="ignore"):
        assert list(map_parts(lambda x: float(np.exp(np.float64(x))), [1000, 1001], n_jobs=2)) == [np.inf] * 2


def test_a_number_told_to_joblib_alone_is_obeyed() -> None:
    together = threading.Barrier(3)
    with joblib.parallel_config(n_jobs=3):
        assert [*map_parts(lambda _: together.wait(5) >= 0, range(3))] == [True] * 3


@pytest.mark.parametrize("n_jobs", [0, -2, True, 1.5])
def test_other_numbers_of_workers_are_refused(n_jobs: float) -> None:
    with pytest.raises(OptionError, match="n_jobs must be 1 or more, or -1"):
        map_parts(abs, [1], n_jobs=n_jobs)  # type: ignore[arg-type]
