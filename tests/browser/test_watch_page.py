"""`metasyn watch` as a process, with its page open in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TINY = Path(__file__).resolve().parents[1] / "tiny_project"
WAIT = 60_000


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "review")
    (tmp_path / "review" / "analyses" / "sleep_with_tea.py").unlink()
    return tmp_path / "review"


class Watch:
    """The running command and what it has said so far."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "metasyn", "watch"],
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line)
                self._more.notify_all()

    def address(self) -> str:
        """The printed address, once there is one."""
        with self._more:
            self._more.wait_for(lambda: any("http://" in line for line in self.lines), timeout=WAIT / 1000)
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", "".join(self.lines))
        assert found is not None, "".join(self.lines)
        return found[0]

    def end(self) -> int:
        """Interrupt it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=WAIT / 1000)
        self._reader.join(timeout=WAIT / 1000)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def watch(project: Path) -> Iterator[Watch]:
    running = Watch(project)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(page: Any, words: str) -> None:
    page.get_by_role("status").get_by_text(re.compile(words)).wait_for(timeout=WAIT)


def test_the_open_report_follows_the_data_and_survives_mistakes(
    project: Path, watch: Watch, visit: Callable[..., Any]
) -> None:
    page = visit(watch.address())
    told(page, "built tea_vs_water|up to date")
    report = page.frame_locator("#report")
    report.get_by_role("link", name="Tea compared with water").first.click()
    estimate = report.get_by_text("0.72", exact=False).first
    estimate.wait_for(timeout=WAIT)
    page.wait_for_function("location.hash.endsWith('tea_vs_water/report.html')", timeout=WAIT)

    # A saved cell: the open report is loaded again, at the place where it was.
    inner = page.frames[1]
    inner.evaluate("scrollTo(0, 400)")
    inner.evaluate("window.before = true")
    results = project / "data" / "results.csv"
    rewrite(
        results,
        "HR,0.72,0.55,0.94,0.95,,,,,,ax-2019,para 3,0.72 (",
        "HR,0.71,0.55,0.94,0.95,,,,,,ax-2019,para 3,0.71 (",
    )
    page.wait_for_function(
        "() => { const w = document.getElementById('report').contentWindow;"
        " return !w.before && w.document.readyState === 'complete' && w.scrollY > 300 }",
        timeout=WAIT,
    )
    report.get_by_text("0.71", exact=False).first.wait_for(timeout=WAIT)
    told(page, "built tea_vs_water")

    # A script that is no Python, and a table cut in the middle: told, and the report stays.
    script = project / "analyses" / "tea_vs_water.py"
    whole = script.read_bytes()
    script.write_bytes(whole + b"\nanalysis = (\n")
    page.get_by_role("alert").get_by_text(re.compile(r"tea_vs_water\.py line \d+")).wait_for(timeout=WAIT)
    script.write_bytes(whole)
    told(page, "built tea_vs_water|everything is up to date")
    assert page.locator("#errors").is_hidden()
    table = results.read_bytes()
    results.write_bytes(table[: len(table) // 2])
    page.get_by_role("alert").get_by_text(re.compile(r"results\.csv")).wait_for(timeout=WAIT)
    assert report.get_by_text("0.71", exact=False).first.is_visible()

    # Many saves in a row, the last of them right.
    for cut in range(10):
        results.write_bytes(table[: len(table) * cut // 10])
    results.write_bytes(table)
    told(page, "built tea_vs_water|everything is up to date")
    page.get_by_role("alert").wait_for(state="hidden", timeout=WAIT)

    assert watch.end() == 0
    assert watch.lines[-1] == "stopped watching\n"
    page.get_by_text("metasyn watch has stopped").wait_for(timeout=WAIT)
