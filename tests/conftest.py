"""Guards around every test: nothing may leave a trace in the process."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

collect_ignore = ["tiny_project"]
# No examples in these; as modules to search for some they would all have the same name.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]


# Compiled modules are kept, also where the environment says otherwise: the processes that tests start would
# compile the whole package again, each of them.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# Set by pytest around every test, and by joblib when it is first imported.
_NOT_OURS = ("PYTEST_", "KMP_INIT_AT_FORK")


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """The global random state, numpy's error handling, the folder and the environment stay as they are."""
    before = _global_state()
    yield
    after = _global_state()
    changed = [name for name, value in before.items() if after[name] != value]
    assert not changed, f"the test left changed: {', '.join(changed)}"


def _global_state() -> dict[str, object]:
    kind, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002 (the state to be guarded)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    return {
        "numpy's global random state": (kind, keys.tobytes(), *rest),
        "numpy's error handling": np.geterr(),
        "the working directory": Path.cwd(),
        "the environment": environment,
    }


@pytest.fixture
def tiny_project(tmp_path: Path) -> Path:
    """A project of its own: four made-up studies of tea and water, two analyses, no reports."""
    folder = tmp_path / "tiny project"
    template = Path(__file__).with_name("tiny_project")
    for part in ("data", "analyses"):
        shutil.copytree(template / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
