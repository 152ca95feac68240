"""Whether what a report was built from still holds, and if not, what changed."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from metasyn.evidence.table_changes import RowEdit
from metasyn.workspace.staleness.hashing import hash_file
from metasyn.workspace.staleness.manifest import (
    MANIFEST,
    NEVER_BUILT,
    Environment,
    Inputs,
    Manifest,
    current_environment,
    manifest_bytes,
    read_manifest,
    refreshed,
    without_manifest,
)
from metasyn.workspace.staleness.reach import row_in_words

__all__ = [
    "MANIFEST",
    "NEVER_BUILT",
    "Environment",
    "Inputs",
    "Reason",
    "ReasonKind",
    "current_environment",
    "edited_options",
    "edited_outputs",
    "manifest_bytes",
    "read_manifest",
    "refreshed",
    "row_reasons",
    "same_files",
    "same_inputs",
    "software_reasons",
    "stale_reasons",
    "staleness",
    "without_manifest",
]

ReasonKind = Literal[
    "never built", "other version", "script", "option", "row", "order", "metasyn", "library", "release",
    "output",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that is otherwise than when a report was built.

    Attributes
    ----------
    kind : str
        `"never built"`, `"other version"` (of the manifest), `"script"` (its text), `"option"` (what it
        declares), `"row"`, `"order"` (of rows), `"metasyn"` (version, or edited since), `"library"`,
        `"release"` (of the evidence), `"output"` (a file of the report).
    words : str
        In a few words: `"results.csv row R017 changed"`.
    where : str
        Key of the row (as in `evidence.digest.digests`), path of the option, name of library or file.
    old, new : str
        The two versions or values, where there are some.
    edit : RowEdit or None
        For a row, its cells before and after, where those before are known.
    """

    kind: ReasonKind
    words: str
    where: str = ""
    old: str = ""
    new: str = ""
    edit: RowEdit | None = None


def same_inputs(before: Inputs, *, script: str, data: str, release: str, environment: Environment) -> bool:
    """Whether a report would be built from the very same files by the same software.

    Parameters
    ----------
    before : Inputs
    script, data, release : str
        Hashes as in `Inputs`, as they are now.
    environment : Environment

    Returns
    -------
    bool
    """
    asked = (script, data, release, environment)
    return asked == (before.script, before.data, before.release, before.environment)


def same_files(folder: Path, script: str, data: str, environment: Environment, release: str = "") -> bool:
    """Whether nothing at all has changed: whole tables, script, software and outputs.

    The quick answer of a run that has nothing to do: no table is parsed and no script is loaded.
    """
    known = read_manifest(folder)
    if known is None:
        return False
    same = same_inputs(known[0], script=script, data=data, release=release, environment=environment)
    return same and not edited_outputs(folder, known[1])


def staleness(folder: Path, now: Inputs) -> tuple[str, ...]:
    """Why a report is out of date, in words; empty if it is up to date.

    Parameters
    ----------
    folder : Path
        Folder of the report.
    now : Inputs
        What it would be built from now.

    Returns
    -------
    tuple of str
        A script that changed is one reason, whatever it declares otherwise.
    """
    known = read_manifest(folder)
    if known is None:
        return (without_manifest(folder),)
    return tuple(reason.words for reason in stale_reasons(known, folder, now) if reason.kind != "option")


def stale_reasons(known: Manifest, folder: Path, now: Inputs) -> tuple[Reason, ...]:
    """Why a report is out of date; empty if it is up to date.

    Parameters
    ----------
    known : Manifest
        As `read_manifest` gives it.
    folder : Path
        Folder of the report.
    now : Inputs
        What it would be built from now.

    Returns
    -------
    tuple of Reason
        Script and what it declares, rows, software, release, files of the report.
    """
    before = known[0]
    reasons: list[Reason] = []
    if before.script != now.script:
        reasons.append(Reason(kind="script", words="script changed"))
        reasons.extend(edited_options(before.options, now.options))
    reasons.extend(row_reasons(before.rows, now.rows))
    reasons.extend(software_reasons(before, environment=now.environment, release=now.release))
    reasons.extend(edited_outputs(folder, known[1]))
    return tuple(reasons)


def software_reasons(before: Inputs, *, environment: Environment, release: str) -> tuple[Reason, ...]:
    """Other software, or another release of the evidence, than a report was built with."""
    return (*_software(before.environment, environment), *_release(before.release, release))


def edited_options(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Reason]:
    """What a script declares otherwise, in the order in which it does now, then what it no longer does."""
    for path in {**now, **before}:
        old, new = before.get(path, ""), now.get(path, "")
        if old != new:
            words = f"{path}: {old or '(not given)'} → {new or '(not given)'}"
            yield Reason(kind="option", words=words, where=path, old=old, new=new)


def row_reasons(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Reason]:
    """Rows that changed, appeared or went; else a changed order."""
    for key in {**before, **now}:
        if before.get(key) != now.get(key):
            how = "is new" if key not in before else "is gone" if key not in now else "changed"
            yield Reason(kind="row", words=f"{row_in_words(key)} {how}", where=key)
    if list(before) != list(now) and before.keys() == now.keys():
        yield Reason(kind="order", words="the order of rows changed")


def _software(before: Environment, now: Environment) -> Iterator[Reason]:
    """Versions that changed, and edits of the package between versions."""
    if before.metasyn != now.metasyn:
        yield _version("metasyn", "metasyn", before.metasyn, now.metasyn)
    elif before.source != now.source:
        yield Reason(kind="metasyn", words="metasyn itself was edited", where="metasyn")
    for name in {**before.libraries, **now.libraries}:
        old, new = before.libraries.get(name, "unknown"), now.libraries.get(name, "unknown")
        if old != new:
            yield _version("library", name, old, new)


def _version(kind: ReasonKind, name: str, old: str, new: str) -> Reason:
    return Reason(kind=kind, words=f"{name} {old} → {new}", where=name, old=old, new=new)


def _release(before: str, now: str) -> Iterator[Reason]:
    """Another version of the evidence, which every report names."""
    if before != now:
        how = "there is no release any more" if not now else "there is a new release" if before else ""
        (old, *lost), (new, *missing) = before.split(" "), now.split(" ")
        if old == new:
            how = _archives(set(lost), set(missing))
        yield Reason(kind="release", words=how or "this is the first release", where="release.json")


def _archives(lost: Collection[str], missing: Collection[str]) -> str:
    """Which archives of releases came to be lost, or are back, in words."""
    gone = [f"the archive of version {one} is missing or was edited" for one in sorted({*missing} - {*lost})]
    back = [f"the archive of version {one} is back" for one in sorted({*lost} - {*missing})]
    return "; ".join([*gone, *back])


def edited_outputs(folder: Path, outputs: Mapping[str, str]) -> tuple[Reason, ...]:
    """Files of the report that are not as they were written."""
    found = ((name, _how(folder / name, expected)) for name, expected in outputs.items())
    return tuple(Reason(kind="output", words=f"{name} {how}", where=name) for name, how in found if how)


def _how(path: Path, expected: str) -> str:
    """What is the matter with a file; a name that no file can have is that of none."""
    try:
        return "" if hash_file(path) == expected else "was edited"
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return "is missing"
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
            return "is missing"
        raise
