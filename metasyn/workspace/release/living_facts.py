"""How the evidence is kept up to date: the optional file `data/living.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from metasyn.errors import WorkspaceError
from metasyn.report.changes.note import LIVING_ITEMS

__all__ = ["LIVING", "living_template", "read_living"]

LIVING = "living.toml"
_EXAMPLES = {
    "status": "kept up to date",
    "search_schedule": "every month, in the databases of the protocol",
    "other_schedules": "questions and methods are looked at once a year",
    "update_rule": "as soon as a new study is eligible",
    "retirement": "when no trial of the question is recruiting any more",
}
_LONGEST = 2000


def read_living(data: Path) -> dict[str, str]:
    """What the file says; empty if there is none.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    dict of str to str
        Key of `LIVING_ITEMS` -> text on one line, in the order of `LIVING_ITEMS`; what is empty is left out.

    Raises
    ------
    WorkspaceError
        If it is not TOML with one table `[living]`, or a key is unknown or no text.
    """
    path = data / LIVING
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise WorkspaceError(f"{path}: not TOML in UTF-8 ({error}).") from error
    for name in document:
        if name != "living":
            raise WorkspaceError(f"{path}: unknown {name!r}; the file holds one table, [living].")
    facts = document.get("living")
    if not isinstance(facts, dict):
        raise WorkspaceError(f"{path}: there is no table [living].")
    given = {name: _text(path, name, value) for name, value in facts.items()}
    return {name: given[name] for name in LIVING_ITEMS if given.get(name)}


def _text(path: Path, name: str, value: object) -> str:
    """One fact, its words separated by single spaces."""
    if name not in LIVING_ITEMS:
        raise WorkspaceError(f"{path}: unknown key {name!r}; allowed: {', '.join(LIVING_ITEMS)}.")
    if not isinstance(value, str):
        raise WorkspaceError(f"{path}: {name} must be a text in quotes, not {value!r}.")
    text = " ".join(value.split())
    if len(text) > _LONGEST:
        raise WorkspaceError(f"{path}: {name} has {len(text)} characters; at most {_LONGEST} are allowed.")
    return text


def living_template() -> str:
    """A file to fill in.

    Examples
    --------
    >>> print(living_template().splitlines()[0])
    # How this evidence is kept up to date; 'metasyn release' writes it into the release note and the reports.
    """
    head = (
        "# How this evidence is kept up to date; 'metasyn release' writes it into the release note and the "
        "reports.\n# Save as data/living.toml. What is not to be said is left out.\n[living]\n"
    )
    return head + "".join(f'{name} = "{_EXAMPLES[name]}"\n' for name in LIVING_ITEMS)
