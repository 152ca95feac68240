"""Compare the files under reports/ with the committed ones: the same, or the same but for a last digit.

Usage: python scripts/compare_reports.py

`metasyn run --check` asks whether the files under reports/ are what the data give; this asks, after a run,
whether they are still the committed ones, with the same rule for a last digit.

The numbers of the data files carry 12 significant digits, so that machines agree to the byte. A number
that lies within rounding error of a tie can still fall either way on another processor; that is told and
allowed, nothing else. Exits 1 if a file differs in any other way, is missing or is not committed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from metasyn.workspace.building.differences import same_but_for_a_last_digit

ROOT = Path(__file__).resolve().parents[1]


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


def blob(content: bytes) -> str:
    """The name git gives to a file of exactly these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def main() -> int:
    unknown = git("ls-files", "-z", "--others", "--exclude-standard", "--", "reports").decode().split("\0")
    different = [name for name in unknown if name]
    for entry in filter(None, git("ls-tree", "-r", "-z", "HEAD", "--", "reports").decode().split("\0")):
        properties, name = entry.split("\t", 1)
        path = ROOT / name
        built = path.read_bytes() if path.is_file() else None
        if built is not None and blob(built) == properties.split()[2]:
            continue
        if built is not None and same_but_for_a_last_digit(git("show", f"HEAD:{name}"), built):
            print(f"{name}: equal but for the last of 12 digits")
        else:
            different.append(name)
    for name in different:
        print(f"{name}: not as committed")
    if not different:
        print("make report gives the committed reports")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
