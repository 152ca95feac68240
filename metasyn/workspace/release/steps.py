"""The number of the next version of the evidence, why it is that, and what led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from metasyn.errors import OptionError
from metasyn.report.changes.edition import FIRST_TRIGGER
from metasyn.workspace.release.record import Release, version_parts

if TYPE_CHECKING:
    from metasyn.changes.model import EvidenceChange

__all__ = ["FIRST_VERSION", "Proposal", "Step", "default_trigger", "next_version", "proposal"]

FIRST_VERSION = "1.0.0"
_LIVING = "how the evidence is kept up to date is told otherwise"
Step = Literal["first", "major", "minor", "patch", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The smallest step that the changes allow.

    Attributes
    ----------
    step : {'first', 'major', 'minor', 'patch', 'none'}
    version : str
        The version it leads to; empty where nothing changed.
    reason : str
        Why, in words.
    """

    step: Step
    version: str
    reason: str


def proposal(last: Release | None, change: EvidenceChange | None, living: Mapping[str, str]) -> Proposal:
    """What the next version must at least be.

    Parameters
    ----------
    last : Release or None
    change : EvidenceChange or None
        From the last release to now; None for the first release.
    living : mapping of str to str
        What `data/living.toml` says now.

    Returns
    -------
    Proposal
        `version_step` of the changes; where those are none but `living` differs, a patch.
    """
    if last is None or change is None:
        return Proposal(step="first", version=FIRST_VERSION, reason="there is no earlier version")
    from metasyn.changes.version import version_step

    found = version_step(change)
    step: Step = "none" if _only_software(change) else found.step
    reason = found.reason
    if step == "none" and dict(living) != dict(last.living):
        step, reason = "patch", _LIVING
    return Proposal(step=step, version=_stepped(last.version, step), reason=reason)


def _only_software(change: EvidenceChange) -> bool:
    """Whether nothing differs but software that gives the same results: no version of the evidence."""
    return not change.rows and all(one.kind == "unchanged" and not one.options for one in change.analyses)


def _stepped(version: str, step: Step) -> str:
    major, minor, patch = version_parts(version)
    return {
        "major": f"{major + 1}.0.0",
        "minor": f"{major}.{minor + 1}.0",
        "patch": f"{major}.{minor}.{patch + 1}",
    }.get(step, "")


def next_version(found: Proposal, last: Release | None, given: str | None) -> str:
    """The version of a release: the proposed one, or the given one if it is far enough.

    Raises
    ------
    OptionError
        If the given one is not a version, not above the last, a smaller step than the changes need, or a
        first version below 1.0.0.
    """
    if given is None:
        return found.version
    number = version_parts(given, what="--version")
    if last is None and number < version_parts(FIRST_VERSION):
        raise OptionError(f"--version {given} is too small: the first version is at least {FIRST_VERSION}.")
    if last is not None and number <= version_parts(last.version):
        raise OptionError(f"--version {given} is not above {last.version}, the last version of the evidence.")
    if last is not None and number < version_parts(found.version):
        raise OptionError(
            f"--version {given} is too small a step from {last.version}: {found.reason}; "
            f"at least {found.version}."
        )
    return given


def default_trigger(change: EvidenceChange | None, last: Release | None, living: Mapping[str, str]) -> str:
    """What led to a version, formed from what changed.

    Parameters
    ----------
    change : EvidenceChange or None
        None for the first release.
    last : Release or None
    living : mapping of str to str
        What `data/living.toml` says now.

    Returns
    -------
    str
        `"3 rows added, 1 corrected; 1 script changed"`.
    """
    if change is None or last is None:
        return FIRST_TRIGGER
    from metasyn.report.changes.words import trigger_words

    said = trigger_words(change)
    if dict(living) == dict(last.living):
        return said
    return _LIVING if said == "nothing changed" else f"{said}; {_LIVING}"
