"""Files as they were committed: asking git, only ever reading."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from metasyn.errors import WorkspaceError

__all__ = ["Revision", "committed_names", "find_revision", "read_committed"]

# A hook of git sets these for its own repository; the folder decides here.
_OF_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
_PLAIN_FILES = ("100644", "100755")
_PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit that git knows.

    Attributes
    ----------
    commit : str
        Its hash.
    written : str
        A way to write it that means nothing else: `"refs/heads/main"`, or the beginning of the hash.
    """

    commit: str
    written: str


def find_revision(root: Path, given: str) -> Revision:
    """The commit meant by a revision as git reads it: `HEAD`, `v1.0`, `main~3`, a hash.

    Parameters
    ----------
    root : Path
        The project's folder.
    given : str

    Returns
    -------
    Revision

    Raises
    ------
    WorkspaceError
        If git is not installed, the project lies in no repository, or git knows no such revision.
    """
    _answer(root, "rev-parse", "--show-prefix")
    unknown = f"git knows no revision {given!r}"
    if given.startswith("-") or "\0" in given or not given:
        raise WorkspaceError(f"{unknown}.")
    ask = ("rev-parse", "--verify", "--quiet", f"{given}^{{commit}}")
    done = _call(root, *ask)
    commit = done.stdout.decode("ascii", "replace").strip()
    if done.returncode or not re.fullmatch("[0-9a-f]{40,64}", commit):
        raise WorkspaceError(f"{unknown}{_hint(root, given)}.")
    name = _call(root, "rev-parse", "--symbolic-full-name", given).stdout.decode("utf-8", "replace").strip()
    return Revision(commit=commit, written=name if name.startswith("refs/") else commit[:12])


def committed_names(root: Path, commit: str) -> dict[str, str]:
    """The files of a commit below a folder.

    Parameters
    ----------
    root : Path
        The project's folder, anywhere in the repository.
    commit : str

    Returns
    -------
    dict of str to str
        Path relative to `root` -> name of its content; links and submodules are left out.

    Raises
    ------
    WorkspaceError
        If git does not answer.
    """
    prefix = os.fsdecode(_answer(root, "rev-parse", "--show-prefix")).rstrip("\n")
    folders = [f"{prefix}{part}" for part in ("data", "analyses", "reports")]
    listed = _answer(root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *folders)
    found = {}
    for line in os.fsdecode(listed).split("\0"):
        facts, _, path = line.partition("\t")
        if facts.startswith(_PLAIN_FILES) and path.startswith(prefix):
            found[path[len(prefix) :]] = facts.split()[2]
    return found


def read_committed(root: Path, names: Mapping[str, str], wanted: Iterable[str]) -> dict[str, bytes]:
    """The content of committed files.

    Parameters
    ----------
    root : Path
    names : mapping
        As `committed_names` gives it.
    wanted : iterable of str
        Paths among them.

    Returns
    -------
    dict of str to bytes

    Raises
    ------
    WorkspaceError
        If the repository does not hold a content, as in a partial clone.
    """
    paths = list(wanted)
    asked = "".join(f"{names[path]}\n" for path in paths).encode()
    answer = _answer(root, "cat-file", "--batch", given=asked)
    contents, place = {}, 0
    for path in paths:
        end = answer.find(b"\n", place)
        head = answer[place:end].split()
        if end < 0 or len(head) != 3 or head[1] != b"blob":
            raise WorkspaceError(f"git does not hold the content of {path}; fetch it first.")
        size = int(head[2])
        contents[path] = answer[end + 1 : end + 1 + size]
        place = end + size + 2
    return contents


def _hint(root: Path, given: str) -> str:
    """What may be meant, or why it is not there."""
    if ".." in given:
        return "; write two states as two words"
    shallow = _call(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    return "; this clone holds only the latest commits: git fetch --unshallow" if shallow else ""


def _answer(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git writes; its refusal as one line."""
    done = _call(root, *arguments, given=given)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if any("not a git repository" in line for line in said):
            raise WorkspaceError(f"{root} lies in no git repository.")
        raise WorkspaceError(f"git: {(said or ['no answer'])[0].removeprefix('fatal: ').rstrip('.')}.")
    return done.stdout


def _call(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            input=given,
            capture_output=True,
            env=environment,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError as error:
        raise WorkspaceError("git is not installed.") from error
    except OSError as error:
        raise WorkspaceError(f"git cannot be started ({error.strerror}).") from error
    except subprocess.TimeoutExpired as error:
        raise WorkspaceError(f"git did not answer within {_PATIENCE:g} seconds.") from error
