"""A real Dask cluster of two worker processes, one of which is killed: the same numbers as at home."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import distributed
import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from metasyn.batch import pool_many
from metasyn.batch.lost_parts import PartLost
from metasyn.batch.parallel import map_parts
from metasyn.errors import WorkspaceError
from metasyn.workspace.streaming import cluster as streaming_cluster
from metasyn.workspace.streaming.cluster import on_cluster
from metasyn.workspace.streaming.columns import Columns
from metasyn.workspace.streaming.run import run_batch

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Port 8787 is already in use")]


@pytest.fixture
def cluster() -> Iterator[distributed.LocalCluster]:
    """Two workers, each a process of one thread."""
    before = dict(os.environ)
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster
    os.environ.clear()
    os.environ.update(before)


class Killer:
    """Kills one worker when it is told of a part."""

    def __init__(self, cluster: Any, at: int = 3) -> None:
        self._cluster, self._at, self._told, self.killed = cluster, at, 0, 0

    def __call__(self, done: int, total: int | None) -> None:
        self._told += 1
        if self._told == self._at:
            self.killed = min(self._cluster.workers.items())[1].pid
            os.kill(self.killed, signal.SIGKILL)

    def did(self) -> bool:
        """Whether that worker is dead, as the operating system and the cluster see it."""
        try:
            os.kill(self.killed, 0)
        except ProcessLookupError:
            return self.killed > 0 and self.killed not in {
                worker.pid for worker in self._cluster.workers.values()
            }
        return False

    def step(self, words: str, done: int, total: int | None, unit: str) -> None:
        if words == "pooling":
            self(done, total)

    def remark(self, words: str) -> None:
        raise AssertionError(words)


def slowly(bulk: int, part: int) -> tuple[int, int, int]:
    """A part that takes a while, and who computed it."""
    time.sleep(0.05)
    return part, bulk, os.getpid()


def summed(part: np.ndarray) -> float:
    time.sleep(0.05)
    return float(part.sum())


def made_up(m: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(3)
    keys = np.sort(rng.integers(0, m // 8, m))
    return rng.normal(size=m), rng.uniform(0.01, 0.3, m), keys


def test_parts_run_on_the_cluster_also_when_a_worker_is_killed(cluster: Any) -> None:
    killer = Killer(cluster)
    with distributed.Client(cluster) as client, joblib.parallel_config(backend="dask", client=client):
        found = list(map_parts(partial(slowly, 7), range(60), progress=killer))
        # Large parts, of which the killed worker holds some.
        again = Killer(cluster)
        parts = [np.full(200_000, float(i)) for i in range(40)]
        sums = list(map_parts(summed, iter(parts), progress=again))
        here = {pid for _, _, pid in map_parts(partial(slowly, 7), range(3), n_jobs=1)}
    assert [(part, bulk) for part, bulk, _ in found] == [(part, 7) for part in range(60)]
    assert killer.did()
    assert again.did()
    assert len({pid for _, _, pid in found} - {os.getpid()}) >= 2
    assert sums == [200_000.0 * i for i in range(40)]
    assert here == {os.getpid()}


def test_pool_many_on_a_cluster_gives_the_same(cluster: Any) -> None:
    # Ten parts of some 65,000 effects; the worker dies when the first is back and others are under way.
    yi, vi, keys = made_up(650_000)
    home = pool_many(yi, vi, groups=keys, n_jobs=1).to_frame()
    killer = Killer(cluster, at=1)
    with distributed.Client(cluster) as client, joblib.parallel_config(backend="dask", client=client):
        away = pool_many(yi, vi, groups=keys, progress=killer).to_frame()
    assert home.equals(away)
    assert killer.did()


def test_the_command_on_a_cluster_writes_the_same_bytes(cluster: Any, tmp_path: Path) -> None:
    yi, vi, keys = made_up(100_000)
    path = tmp_path / "in.parquet"
    pa.parquet.write_table(pa.table({"key": keys, "yi": yi, "vi": vi}), path)
    columns, seen, killer = Columns(key="key", yi="yi", vi="vi"), set(), Killer(cluster)
    for name, where in (("home", None), ("away", cluster.scheduler_address)):
        out = tmp_path / f"{name}.parquet"
        if where is None:
            run_batch(path, out, columns, part_rows=3000, jobs=1, teller=Told())
        else:
            with on_cluster(where):
                run_batch(path, out, columns, part_rows=3000, teller=killer)
        seen.add(out.read_bytes())
    assert killer.did()
    assert len(seen) == 1


def deadly(part: int) -> int:
    if part == 5:
        os._exit(1)
    return part


def test_a_part_of_which_workers_die_is_given_up_and_told(cluster: Any) -> None:
    with (
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask", client=client),
    ):
        cluster.scheduler.allowed_failures = 0
        with pytest.raises(PartLost, match="gave up a part: every worker that computed it died"):
            list(map_parts(deadly, range(20)))
        assert list(map_parts(deadly, range(5))) == [0, 1, 2, 3, 4]


class Told:
    """Says nothing."""

    def step(self, words: str, done: int, total: int | None, unit: str) -> None: ...

    def remark(self, words: str) -> None: ...


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metasyn.workspace.streaming.cluster._PATIENCE_FIRST", 0.3)
    with (
        pytest.raises(WorkspaceError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9\."),
        on_cluster("tcp://127.0.0.1:9"),
    ):
        pass
    with (
        pytest.raises(WorkspaceError, match=r"'nonsense://x' is not the address of a Dask scheduler"),
        on_cluster("nonsense://x"),
    ):
        pass


class FewWorkers:
    """Stands for a client: how many workers it sees, look for look, the last number again and again."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = list(numbers)

    def nthreads(self) -> dict[str, int]:
        number = self._numbers.pop(0) if len(self._numbers) > 1 else self._numbers[0]
        return {str(worker): 1 for worker in range(number)}

    def wait_for_workers(self, many: int, timeout: float) -> None:
        raise TimeoutError("no worker came")


def test_no_workers_are_told_before_and_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming_cluster, "_LOOK", 0.01)
    said: list[str] = []
    with pytest.raises(WorkspaceError, match=r"the Dask cluster at tcp://there has no workers\."):
        streaming_cluster._wait_for_a_worker(FewWorkers(0), "tcp://there", said.append)
    with streaming_cluster._watched(FewWorkers(1, 0, 0, 2, 0), "tcp://there", said.append):
        for _ in range(500):
            if len(said) == 3:
                break
            time.sleep(0.01)
    assert said[0] == "no workers at tcp://there: waiting 30 seconds for one."
    assert (
        said[1:]
        == ["no workers at tcp://there any more: waiting for one. Ctrl-C keeps what is finished."] * 2
    )


def test_an_error_of_the_run_is_not_one_of_the_cluster(cluster: Any) -> None:
    with pytest.raises(TimeoutError, match="of the disk"), on_cluster(cluster.scheduler_address):
        raise TimeoutError("of the disk")


def test_a_scheduler_that_is_lost_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    place = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    dask = [sys.executable, "-m", "dask"]
    with subprocess.Popen([*dask, "scheduler", *place], **quiet) as scheduler:
        while not file.exists() or not file.read_text().strip():
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        options = ("--no-dashboard", "--no-nanny", "--nthreads", "2")
        with subprocess.Popen([*dask, "worker", address, *options], **quiet) as worker:

            def progress(done: int, total: int | None) -> None:
                if done == 3:
                    scheduler.kill()

            try:
                with (
                    pytest.raises(
                        WorkspaceError, match=r"the Dask scheduler at .* was lost .*the same command"
                    ),
                    on_cluster(address),
                ):
                    list(map_parts(time.sleep, [0.05] * 200, progress=progress))
            finally:
                scheduler.kill()
                worker.kill()


def test_workers_with_other_versions_are_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    original = distributed.Client.get_versions

    def changed(self: Any, **how: Any) -> Any:
        versions = original(self, **how)
        for place in ("client", "workers"):
            found = versions[place] if place == "client" else next(iter(versions[place].values()))
            assert found["packages"]["metasyn-evidence"]
        found["packages"]["numpy"] = theirs
        return versions

    monkeypatch.setattr(distributed.Client, "get_versions", changed)
    for theirs in ("1.0", None):
        with (
            pytest.raises(WorkspaceError, match=rf"has numpy {theirs or 'not at all'}, this machine has"),
            on_cluster(cluster.scheduler_address),
        ):
            pass


def test_without_distributed_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with (
        pytest.raises(WorkspaceError, match=r"pip install 'metasyn-evidence\[cluster\]'"),
        on_cluster("tcp://127.0.0.1:9"),
    ):
        pass
