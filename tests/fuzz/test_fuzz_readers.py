"""Whatever is handed in, every reader ends well or with an error of ours, and writes only where it may."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.fuzz_targets import TARGETS, run_guarded
from tests.fuzz.fuzz_writes import Trespass, writes_only_below

FUZZ = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
BITS = [
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"[", b"]", b"{",
    b"}", b"=", b"'''", b".", b"..", b"../../x", b"/etc/passwd", b"-", b"+", b"<", b"NE", b"nan", b"-inf",
    b"1e999", b"1e-999", b"9" * 400, b"0" * 400, b"100%", b"0.5;1", b"\\u0000", b"\xe2\x80\xa8",
    b"<!DOCTYPE a []>", b"&a;", b"</row>", b'<c r="ZZZ1">', b' t="s"', b"<v>9</v>", b"null", b"[results]",
    b"PK\x03\x04", b"PK\x01\x02",
]  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(BITS) | st.binary(max_size=8)),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_accepted(name: str, scratch: Path) -> None:
    """Fuzzing begins at sound inputs; a target that refused them would try nothing."""
    for label, seed in list(TARGETS[name].seeds.items())[:6]:
        if not label.startswith("odd"):
            scratch.mkdir()
            with writes_only_below(scratch):
                TARGETS[name].run(seed, scratch)
            for path in sorted(scratch.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            scratch.rmdir()


@pytest.mark.parametrize("name", TARGETS)
@FUZZ
@given(data=st.data())
def test_changed_seeds(name: str, scratch: Path, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(list(TARGETS[name].seeds.values())))
    for place, length, piece in data.draw(EDITS):
        start = 1 + int(place * len(content))
        content = content[:start] + piece + content[start + length :]
    run_guarded(TARGETS[name], content, scratch)


@pytest.mark.parametrize("name", TARGETS)
@FUZZ
@given(content=st.binary(max_size=80))
def test_any_bytes(name: str, scratch: Path, content: bytes) -> None:
    run_guarded(TARGETS[name], content, scratch)


# ---- the watch itself ----------------------------------------------------------------------------------


def test_a_write_elsewhere_is_seen(scratch: Path, tmp_path: Path) -> None:
    scratch.mkdir()
    with writes_only_below(scratch):
        (scratch / "mine").write_text("x")
        (scratch / "mine").rename(scratch / "also mine")
    for trespass in (
        lambda: (tmp_path / "theirs").write_text("x"),
        lambda: (scratch / "../theirs").write_text("x"),
        lambda: (scratch / "also mine").rename(tmp_path / "theirs"),
        lambda: (tmp_path / "theirs").mkdir(),
        lambda: (tmp_path / "theirs").symlink_to("x"),
        lambda: Path("theirs").unlink(),
        lambda: subprocess.run(["true"], check=False),
    ):
        with pytest.raises(Trespass), writes_only_below(scratch):
            trespass()
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_a_trespass_that_is_swallowed_is_told_at_the_end(scratch: Path, tmp_path: Path) -> None:
    scratch.mkdir()

    def swallow() -> None:
        with suppress(Trespass):
            (tmp_path / "theirs").write_text("x")

    with pytest.raises(Trespass, match="theirs"), writes_only_below(scratch):
        swallow()
