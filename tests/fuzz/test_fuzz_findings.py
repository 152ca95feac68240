"""What fuzzing and trying bombs by hand has found, each as the smallest input that did it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError
from metasyn.evidence.audit.group_tests import two_group_p_values
from metasyn.evidence.intake import read_mapping
from metasyn.workspace.staleness.state import MANIFEST, read_manifest
from tests.fuzz.fuzz_targets import KEPT, TARGETS, run_guarded


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "9" * 5000,  # more digits than Python turns into a number
        ".".join("a" * 20_000) + " = 1",  # a key of n parts took n² of memory
        "[" + ".".join("a" * 20_000) + "]",
        "a = " + "[" * 20_000,
    ],
    ids=["digits", "dotted key", "dotted table", "nested"],
)
def test_a_mapping_that_is_a_bomb(text: str, tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text(text)
    with pytest.raises(EvidenceError) as told:
        read_mapping(path)
    assert [finding.code for finding in told.value.findings] == ["mapping-unreadable"]


@pytest.mark.parametrize("place", range(len(KEPT)))
@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000, b"null", b"3"])
def test_kept_files_that_are_none(place: int, content: bytes, tmp_path: Path) -> None:
    run_guarded(TARGETS["kept"], bytes([place]) + content, tmp_path / "project")


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("inputs", "rows"), ["a"]),
        (("inputs", "rows"), None),
        (("inputs", "rows"), {"a": 1}),
        (("inputs", "environment", "libraries"), [1]),
        (("inputs", "environment"), None),
        (("outputs",), [[1, 2]]),
    ],
)
def test_a_manifest_of_another_shape_is_none(where: tuple[str, ...], value: object, tmp_path: Path) -> None:
    document = json.loads(KEPT[f"reports/tea/{MANIFEST}"])
    inner = document
    for key in where[:-1]:
        inner = inner[key]
    (tmp_path / MANIFEST).write_text(json.dumps(document))
    assert read_manifest(tmp_path) is not None
    inner[where[-1]] = value
    (tmp_path / MANIFEST).write_text(json.dumps(document))
    assert read_manifest(tmp_path) is None


def test_a_file_of_a_report_that_no_file_can_be(tmp_path: Path) -> None:
    document = json.loads(KEPT[f"reports/tea/{MANIFEST}"])
    document["outputs"] = {"a" * 5000: "hash", "a\0b": "hash"}
    run_guarded(TARGETS["kept"], b"\0" + json.dumps(document).encode(), tmp_path / "project")


def test_groups_of_a_billion() -> None:
    """Exact tests went through every table with the same margins: seven gigabytes."""
    found = dict(two_group_p_values(500_000_000, 1_000_000_000, 499_900_000, 1_000_000_000))
    assert "chi-square" in found
    assert not any(name.startswith("Fisher") for name in found)
    assert "Fisher" in dict(two_group_p_values(7, 1_000_000_000, 3, 1_000_000_000))
