"""What the README shows runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_lines_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(blocks) == 5
    code = "\n".join(blocks)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "0.5804" in done.stdout
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    shown = [text for kind, text in fenced if not kind and "slope:" in text]
    assert len(shown) == 1
    assert shown[0] in done.stdout


def test_every_path_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    missing = [link for link in links if not (ROOT / link).exists()]
    assert links
    assert not missing


def test_the_commands_are_commands() -> None:
    named = set(
        re.findall(r"metasyn (run|check|list|new|pool|compare|forest|verify|batch|multiverse)\b", README)
    )
    assert named == {
        "run",
        "check",
        "list",
        "new",
        "pool",
        "compare",
        "forest",
        "verify",
        "batch",
        "multiverse",
    }
