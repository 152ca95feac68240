"""The version of the evidence: `data/release.json`, its history, and version numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from metasyn.errors import OptionError, WorkspaceError

__all__ = [
    "RECORD",
    "RELEASES",
    "TAKE_BACK",
    "PastRelease",
    "Release",
    "Version",
    "read_release",
    "record_bytes",
    "version_parts",
]

RECORD = "release.json"
RELEASES = "releases"
TAKE_BACK = "take it back from version control; after a merge see 'Two branches' in docs/releases.md"
_SCHEMA = "metasyn-release/1"
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRelease:
    """One version in the history of the evidence.

    Attributes
    ----------
    version, date : str
    sha256 : str
        Of its archive `data/releases/VERSION.zip`; empty inside an archive, which cannot hold its own.
    """

    version: str
    date: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The last version of the evidence, as `data/release.json` holds it.

    Attributes
    ----------
    version : str
        `"1.2.0"`.
    date : str
        ISO 8601.
    trigger : str
        What led to it.
    step : str
        `"first"`, `"major"`, `"minor"` or `"patch"`; `reason` says why at least that.
    reason : str
    analyses : mapping of str to str
        Name of an analysis -> digest of its script and of every row it reaches.
    living : mapping of str to str
        How the evidence is kept up to date, as `data/living.toml` said it at the release.
    software : mapping of str to str
        Version of metasyn, and hash of its files.
    sha256 : str
        Of `data/releases/VERSION.zip`; empty inside it.
    past : tuple of PastRelease
        Every earlier version, the latest first.
    """

    version: str
    date: str
    trigger: str
    step: str
    reason: str
    analyses: Mapping[str, str]
    living: Mapping[str, str] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    past: tuple[PastRelease, ...] = ()

    @property
    def versions(self) -> tuple[PastRelease, ...]:
        """This version and every earlier one, the latest first."""
        return (PastRelease(version=self.version, date=self.date, sha256=self.sha256), *self.past)


def version_parts(text: str, *, what: str = "the version") -> Version:
    """The three numbers of a version.

    Raises
    ------
    OptionError
        If it is not three whole numbers with points between.

    Examples
    --------
    >>> version_parts("1.10.0") > version_parts("1.9.3")
    True
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise OptionError(f"{what} must be three whole numbers with points between, as 1.2.0, not {text!r}.")
    major, minor, patch = (int(part) for part in match.groups())
    return major, minor, patch


def record_bytes(release: Release) -> bytes:
    """A release as JSON of schema `metasyn-release/1`.

    Parameters
    ----------
    release : Release

    Returns
    -------
    bytes
        The same for the same release.
    """
    document = {"schema": _SCHEMA, **asdict(release)}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def read_release(data: Path) -> Release | None:
    """The last release of the evidence; None if there is none yet.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    Release or None

    Raises
    ------
    WorkspaceError
        If the file is there but was not written by `metasyn release`.
    """
    path = data / RECORD
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        if content.startswith(b"<<<<<<<") or b"\n<<<<<<<" in content:
            raise ValueError("it holds two versions of a merge")
        return _parsed(json.loads(content))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WorkspaceError(
            f"{path}: not what 'metasyn release' wrote ({_short(error)}); {TAKE_BACK}."
        ) from error


def _short(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _parsed(document: Any) -> Release:
    if document["schema"] != _SCHEMA:
        raise ValueError(f"schema {document['schema']!r}, expected {_SCHEMA!r}")
    return Release(
        version=_version(document["version"]),
        date=_matching(document["date"], _DATE, "a date"),
        trigger=_text(document["trigger"]),
        step=_text(document["step"]),
        reason=_text(document["reason"]),
        analyses=_texts(document["analyses"]),
        living=_texts(document["living"]),
        software=_texts(document["software"]),
        sha256=_matching(document["sha256"], _DIGEST, "a SHA-256"),
        past=tuple(_past(one) for one in document["past"]),
    )


def _past(one: Any) -> PastRelease:
    return PastRelease(
        version=_version(one["version"]),
        date=_matching(one["date"], _DATE, "a date"),
        sha256=_matching(one["sha256"], _DIGEST, "a SHA-256"),
    )


def _version(value: Any) -> str:
    version_parts(_text(value))
    return str(value)


def _matching(value: Any, pattern: re.Pattern[str], what: str) -> str:
    if not pattern.fullmatch(_text(value)):
        raise ValueError(f"{value!r} is not {what}")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return {str(name): _text(text) for name, text in value.items()}
