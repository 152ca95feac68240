"""Whatever happens, a folder is the old one or the new one, complete; dead runs leave nothing behind."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from metasyn.errors import ReportError
from metasyn.report import atomic
from metasyn.report.atomic import has_leftovers, replace_file, replace_folder, sweep

# Dies by SIGKILL before the first operation on files, before the second, and so on until none is left.
CHILD = """
import json, os, signal, sys
from pathlib import Path
from metasyn.report import atomic
if sys.argv[2] == "renames":
    atomic._exchange = lambda first, second: False
target, outcomes = Path(sys.argv[1]), []
FILES = ("open", "os.", "shutil.", "pathlib.", "ctypes.")

def files(text):
    return {f"part{i % 3}/{i}.txt": text for i in range(6)}

def content():
    return sorted({path.read_text() for path in target.rglob("*.txt")}), sum(1 for _ in target.rglob("*.txt"))

def die_at(last):
    count = 0
    def hook(event, arguments):
        nonlocal count
        if event.startswith(FILES):
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

for last in range(1, 1000):
    atomic.replace_folder(target, files(b"old"))
    pid = os.fork()
    if pid == 0:
        die_at(last)
        atomic.replace_folder(target, files(b"new"))
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    before = content()
    atomic._recover(target)
    outcomes.append((status, before, content(), sorted(path.name for path in target.parent.iterdir())))
    if status == 0:
        break
print(json.dumps(outcomes))
"""


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_folder_holds_exactly_the_files(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "report"
    replace_folder(target, {"a.txt": b"1", "tables/b.csv": b"2"})
    assert content(target) == {"a.txt": b"1", "tables/b.csv": b"2"}
    replace_folder(target, {"c.txt": b"3"})
    assert content(target) == {"c.txt": b"3"}
    assert [path.name for path in target.parent.iterdir()] == ["report"]


def test_without_an_exchange_two_renames_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "_exchange", lambda first, second: False)
    target = tmp_path / "report"
    for text in (b"1", b"2"):
        replace_folder(target, {"a.txt": text})
    assert content(target) == {"a.txt": b"2"}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="no exchange of folders here")
def test_the_system_exchanges_folders(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / folder.name).touch()
    if not atomic._exchange(first, second):
        pytest.skip("this file system cannot exchange folders")
    assert (first / "second").exists()
    assert (second / "first").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_killed_at_every_moment(tmp_path: Path, way: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "report"), way], capture_output=True, check=True
    )
    outcomes = json.loads(made.stdout)
    assert [status for status, *_ in outcomes[:-1]] == [signal.SIGKILL] * (len(outcomes) - 1)
    assert outcomes[-1][0] == 0
    whole = [[["old"], 6], [["new"], 6]]
    for _, before, after, names in outcomes:
        assert before in (whole if way == "exchange" else [*whole, [[], 0]])
        assert after in whole
        assert names == ["report"]
    seen = [after for _, _, after, _ in outcomes]
    assert seen == sorted(seen, reverse=True)  # first the old, from one moment on the new
    assert seen[0] == whole[0]
    assert sum(one == whole[0] for one in seen) > 10


def test_a_run_that_died_between_two_renames_is_undone(tmp_path: Path) -> None:
    target, dead = tmp_path / "report", 2**22 + 12345
    aside = tmp_path / f".report.{dead}.old"
    replace_folder(aside, {"a.txt": b"old"})
    replace_folder(tmp_path / f".report.{dead}.tmp", {"a.txt": b"half"})
    atomic._recover(target)
    assert content(target) == {"a.txt": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_the_work_of_a_living_run_is_not_touched(tmp_path: Path) -> None:
    alive = tmp_path / f".report.{os.getppid()}.tmp"
    alive.mkdir()
    other = tmp_path / ".report.notes.tmp"
    other.mkdir()
    replace_folder(tmp_path / "report", {"a.txt": b"1"})
    assert alive.is_dir()
    assert other.is_dir()


def test_a_full_disk_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report"
    replace_folder(target, {"a.txt": b"old"})

    def full(path: Path, data: bytes) -> None:
        path.write_bytes(data[:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(atomic, "_write", full)
    with pytest.raises(ReportError, match="No space left on device") as caught:
        replace_folder(target, {"a.txt": b"new", "b.txt": b"new"})
    assert "\n" not in str(caught.value)
    assert content(target) == {"a.txt": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    with pytest.raises(ReportError, match="No space left"):
        replace_file(target / "a.txt", b"new")
    assert content(target) == {"a.txt": b"old"}


def test_a_file_in_the_way_stays(tmp_path: Path) -> None:
    target = tmp_path / "report"
    target.write_bytes(b"mine")
    with pytest.raises(ReportError, match="a file is in the way"):
        replace_folder(target, {"a.txt": b"1"})
    assert target.read_bytes() == b"mine"
    with pytest.raises(ReportError, match="cannot be written"):
        replace_folder(target / "inner", {"a.txt": b"1"})
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    target = tmp_path / "report"
    replace_folder(target, {"a.txt": b"old"})
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ReportError, match="Permission denied"):
            replace_folder(target, {"a.txt": b"new"})
        assert content(target) == {"a.txt": b"old"}
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("name", ["../a", "/a", "", "x/../../a", "..\\a"])
def test_no_file_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReportError, match="not a relative path"):
        replace_folder(tmp_path / "report", {"ok.txt": b"1", name: b"2"})
    assert list(tmp_path.iterdir()) == []


def test_replace_file(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "index.html"
    replace_file(path, b"1")
    replace_file(path, b"2")
    assert path.read_bytes() == b"2"
    assert [one.name for one in path.parent.iterdir()] == ["index.html"]
    with pytest.raises(ReportError, match="cannot be written"):
        replace_file(path.parent, b"a folder is in the way")
    assert path.read_bytes() == b"2"


def test_sweeping_puts_back_what_was_set_aside_whoever_lives(tmp_path: Path) -> None:
    # Process numbers are used again: this one is of a living process, which is not the one that died.
    living = os.getppid()
    replace_folder(tmp_path / "kept", {"a.txt": b"kept"})
    for name in (f".lost.{living}.old", f".kept.{living}.old", f".kept.{living}.tmp", f".new.{living}.tmp"):
        replace_folder(tmp_path / name, {"a.txt": name.encode()})
    (tmp_path / "kept" / f"..manifest.json.{living}.tmp").write_bytes(b"half")
    (tmp_path / f".index.html.{living}.tmp").write_bytes(b"half")
    (tmp_path / ".notes.tmp").write_bytes(b"mine")
    (tmp_path / ".2024.tmp").write_bytes(b"mine")
    sweep(tmp_path)
    assert content(tmp_path) == {
        "kept/a.txt": b"kept",
        "lost/a.txt": f".lost.{living}.old".encode(),
        ".notes.tmp": b"mine",
        ".2024.tmp": b"mine",
    }
    sweep(tmp_path / "nowhere")


@pytest.mark.parametrize("place", [".report.{}.tmp", ".report.{}.old", "report/..manifest.json.{}.tmp"])
def test_leftovers_of_the_dead_are_seen(tmp_path: Path, place: str) -> None:
    replace_folder(tmp_path / "report", {"a.txt": b"1"})
    assert not has_leftovers(tmp_path)
    assert not has_leftovers(tmp_path / "nowhere")
    (tmp_path / place.format(os.getppid())).mkdir()
    assert not has_leftovers(tmp_path)  # of a process that lives, perhaps at work
    (tmp_path / place.format(2**22 + 12345)).mkdir()
    assert has_leftovers(tmp_path)
    sweep(tmp_path)
    assert not has_leftovers(tmp_path)
    assert content(tmp_path) == {"report/a.txt": b"1"}
