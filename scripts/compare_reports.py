"""Compare the files under reports/ with the committed ones: the same, or the same but for a last digit.

Usage: python scripts/compare_reports.py

The numbers of the data files carry 12 significant digits, so that machines agree to the byte. A number
that lies within rounding error of a tie can still fall either way on another processor; that is told and
allowed, nothing else. Exits 1 if a file differs in any other way, is missing or is not committed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
LAST_DIGIT = 2e-11


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def same_but_for_a_last_digit(committed: str, built: str) -> bool:
    """Whether two texts have the same words, and numbers equal to 11 digits."""
    if NUMBER.split(committed) != NUMBER.split(built):
        return False
    pairs = zip(NUMBER.findall(committed), NUMBER.findall(built), strict=True)
    return all(abs(float(a) - float(b)) <= LAST_DIGIT * max(abs(float(a)), abs(float(b))) for a, b in pairs)


def main() -> int:
    changed = git("diff", "--name-only", "--", "reports").split()
    unknown = git("ls-files", "--others", "--exclude-standard", "--", "reports").split()
    different = [name for name in unknown if name]
    for name in changed:
        path = ROOT / name
        committed = git("show", f"HEAD:{name}")
        if path.exists() and same_but_for_a_last_digit(committed, path.read_text(encoding="utf-8")):
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
