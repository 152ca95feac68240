"""Where a project keeps things."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from metasyn.errors import WorkspaceError

__all__ = ["Project", "find_project", "open_project"]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with `data/`, `analyses/` and, once something is built, `reports/`.

    Attributes
    ----------
    root : Path
        Absolute path of the folder.
    """

    root: Path

    @property
    def data(self) -> Path:
        """The evidence tables."""
        return self.root / "data"

    @property
    def analyses(self) -> Path:
        """The analysis scripts."""
        return self.root / "analyses"

    @property
    def reports(self) -> Path:
        """What the analyses generate."""
        return self.root / "reports"

    def names(self) -> tuple[str, ...]:
        """Names of all analyses, sorted; files that start with `_` or `.` are not analyses."""
        stems = (path.stem for path in self.analyses.glob("*.py") if path.is_file())
        return tuple(sorted(stem for stem in stems if not stem.startswith(("_", "."))))

    def script(self, name: str) -> Path:
        """The script of an analysis."""
        return self.analyses / f"{name}.py"

    def report(self, name: str) -> Path:
        """The folder of its report."""
        return self.reports / name

    def shown(self, path: Path) -> str:
        """A path as messages show it: relative to the project where it lies inside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def resolve(self, given: str) -> str:
        """The name of the analysis meant by `NAME` or by the path of its script.

        Parameters
        ----------
        given : str
            `NAME`, `NAME.py`, or a path to a script in `analyses/`, relative to the working
            directory or to the project.

        Returns
        -------
        str

        Raises
        ------
        WorkspaceError
            If there is no such analysis; the nearest names are offered.
        """
        names = self.names()
        if given in names:
            return given
        for path in (Path(given), self.root / given, self.analyses / given):
            resolved = path.resolve()
            if resolved.parent == self.analyses.resolve() and resolved.suffix == ".py":
                if resolved.stem in names:
                    return resolved.stem
                break
        meant = difflib.get_close_matches(Path(given).stem, names, n=3)
        hint = f"did you mean {' or '.join(meant)}?" if meant else f"there are: {', '.join(names) or 'none'}."
        raise WorkspaceError(f"no analysis {given!r} in {self.analyses}; {hint}")


def open_project(folder: Path) -> Project:
    """The project in exactly this folder.

    Raises
    ------
    WorkspaceError
        If the folder is not a project; what is missing is named.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise WorkspaceError(f"{folder} is not a folder.")
    missing = [f"{name}/" for name in ("data", "analyses") if not (root / name).is_dir()]
    if missing:
        raise WorkspaceError(f"{folder} is not a metasyn project: it has no {' and no '.join(missing)}.")
    return Project(root)


def find_project(start: Path) -> Project:
    """The project that `start` lies in: the nearest folder upward with `data/` and `analyses/`.

    Raises
    ------
    WorkspaceError
        If there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "data").is_dir() and (folder / "analyses").is_dir():
            return Project(folder)
    raise WorkspaceError(
        f"no metasyn project here: neither {here} nor a folder above it has both data/ and analyses/. "
        "Go to the project folder, or name it with --project. To start one here: 'metasyn template "
        "extraction.xlsx' writes a workbook to fill in, 'metasyn import extraction.xlsx' makes the project "
        "of it; with tables of your own, 'mkdir data analyses'."
    )
