"""Run docs/tutorial.ipynb and keep its outputs: `make tutorial`.

Nothing but the code, its outputs and the name of the kernel is kept, so that the file changes only when
what it shows changes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "tutorial.ipynb"


def executed(path: Path, *, timeout: int = 120) -> Any:
    """The notebook with fresh outputs, run in the folder where it lies.

    Parameters
    ----------
    path : Path
    timeout : int
        Seconds that one cell may take.

    Returns
    -------
    nbformat.NotebookNode
        Without times, counters of the kernel and versions.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(
        notebook,
        timeout=timeout,
        resources=resources,
        record_timing=False,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
    ).execute()
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    return notebook


def main() -> int:
    nbformat.write(executed(NOTEBOOK), NOTEBOOK)
    return 0


if __name__ == "__main__":
    sys.exit(main())
