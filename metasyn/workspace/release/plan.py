"""What the next version of the evidence would be: its number, its reason, its files; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metasyn.errors import ClaimError, MetasynError, OptionError, ReportError, WorkspaceError
from metasyn.report.changes.edition import Edition
from metasyn.report.changes.note import LIVING_ITEMS
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.project import Project
from metasyn.workspace.release.edit_date import edit_date, iso_date
from metasyn.workspace.release.files import (
    CHANGELOG,
    archive_bytes,
    archive_members,
    archive_path,
    changelog_text,
    leftover_archives,
    read_archive,
    read_changelog,
    require_same_record,
)
from metasyn.workspace.release.living_facts import LIVING, read_living
from metasyn.workspace.release.record import RECORD, TAKE_BACK, Release, read_release, record_bytes
from metasyn.workspace.release.steps import Proposal, default_trigger, next_version, proposal
from metasyn.workspace.staleness.hashing import hash_bytes

if TYPE_CHECKING:
    from metasyn.changes.model import EvidenceChange
    from metasyn.changes.state import EvidenceState
    from metasyn.workspace.staleness.state import Inputs

__all__ = ["PlannedRelease", "analysis_digest", "edition_of_release", "living_terms", "plan_release"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedRelease:
    """A version that could be made, complete in memory.

    Attributes
    ----------
    proposal : Proposal
        The smallest step that the changes allow, and why.
    release : Release or None
        None where nothing changed.
    last : Release or None
        The release before; None for the first.
    change : EvidenceChange or None
        What changed since the last release; None for the first.
    note : str
        The entry of the changelog, Markdown.
    files : mapping of Path to bytes
        What is to be written, in this order; the last file makes the release.
    warnings : tuple of str
    """

    proposal: Proposal
    release: Release | None
    last: Release | None = None
    change: EvidenceChange | None = None
    note: str = ""
    files: Mapping[Path, bytes]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Basis:
    """Everything that a release is made from, read once: `inside` and `released` by path, now and then."""

    project: Project
    last: Release | None
    living: Mapping[str, str]
    now: EvidenceState
    inside: Mapping[str, bytes]
    released: Mapping[str, bytes]
    change: EvidenceChange | None


def plan_release(
    project: Project, *, version: str | None = None, date: str | None = None, trigger: str | None = None
) -> PlannedRelease:
    """Compare with the last release and prepare the next one.

    Parameters
    ----------
    project : Project
    version : str, optional
        By default the proposed one; above the last and at least the proposed step.
    date : str, optional
        By default that of the edit; see `release.edit_date.edit_date`.
    trigger : str, optional
        What led to the version; by default formed from the changes.

    Returns
    -------
    PlannedRelease

    Raises
    ------
    EvidenceError
        If the tables break their rules.
    OptionError
        If version, date or trigger cannot be.
    WorkspaceError
        If there is no analysis, one cannot be loaded or computed, or the last release cannot be read.
    ReportError
        If a sentence of an analysis is not true of its results.
    """
    said = _trigger(trigger)
    basis = _basis(project)
    last, change = basis.last, basis.change
    found = proposal(last, change, basis.living)
    if found.step == "none":
        if version is not None:
            raise OptionError(f"--version {version}: nothing has changed since the last release.")
        return PlannedRelease(proposal=found, release=None, last=last, change=change, files={})
    bench = Workbench(project)
    inputs = {name: bench.inputs(name, one) for name, one in sorted(basis.now.analyses.items())}
    release = Release(
        version=next_version(found, last, version),
        date=_date(basis, date),
        trigger=said or default_trigger(change, last, basis.living),
        step=found.step,
        reason=found.reason,
        analyses={name: analysis_digest(one) for name, one in inputs.items()},
        living=basis.living,
        software={"metasyn": bench.environment.metasyn, "source": bench.environment.source},
        past=() if last is None else last.versions,
    )
    results, warnings = _results(basis, release, inputs)
    planned = _rendered(basis, release, results)
    if _inside(project) != basis.inside:
        raise WorkspaceError("no release: tables or scripts were edited while it was prepared; do it again.")
    return replace(planned, proposal=found, warnings=warnings)


def analysis_digest(inputs: Inputs) -> str:
    """One hash of a script and of every row its analysis reaches.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    str
        SHA-256 in hexadecimal; the order of the rows does not count.
    """
    return hash_bytes(json.dumps([inputs.script, sorted(inputs.rows.items())]).encode())


def living_terms(living: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """How the evidence is kept up to date, as terms and texts of a page."""
    return tuple((LIVING_ITEMS[name], living[name]) for name in LIVING_ITEMS if living.get(name))


def edition_of_release(release: Release, *, previous: str = "") -> Edition:
    """What a report that is of exactly this release says of it, but for what changed."""
    return Edition(
        version=release.version,
        date=release.date,
        trigger=release.trigger,
        released=True,
        previous=previous,
        living=living_terms(release.living),
    )


def _basis(project: Project) -> _Basis:
    from metasyn.changes.compare import compare_states
    from metasyn.workspace.states.opening import open_archive, open_state

    last, living = read_release(project.data), read_living(project.data)
    if last is None:
        _require_no_history(project)
    archive = b"" if last is None else _archive(project, last)
    inside = _inside(project)
    now = open_state(project)
    for name in sorted(now.unreadable):
        raise WorkspaceError(f"no release: {' '.join(now.unreadable[name].split())}")
    if not now.analyses:
        raise WorkspaceError(f"no release: there are no analyses in {project.analyses}.")
    old = None if last is None else open_archive(archive, f"version {last.version}")
    return _Basis(
        project=project,
        last=last,
        living=living,
        now=now,
        inside=inside,
        released=archive_members(archive) if archive else {},
        change=None if old is None else compare_states(old, now),
    )


def _require_no_history(project: Project) -> None:
    """A first release that was interrupted leaves one archive; several mean that the record was lost."""
    found = leftover_archives(project, None)
    if len(found) > 1:
        raise WorkspaceError(
            f"no release: {project.shown(project.data / RECORD)} is missing, but there are "
            f"{len(found)} archives in {project.shown(found[0].parent)}; take it back from version control."
        )


def _inside(project: Project) -> dict[str, bytes]:
    """Tables and scripts by their path."""
    tables = (path for path in project.data.glob("*.csv") if path.is_file() and not path.name.startswith("."))
    paths = [*tables, *(project.script(name) for name in project.names())]
    try:
        return {path.relative_to(project.root).as_posix(): path.read_bytes() for path in sorted(paths)}
    except OSError as error:
        raise WorkspaceError(f"{error.filename}: cannot be read ({error.strerror}).") from error


def _archive(project: Project, last: Release) -> bytes:
    """The archive of the last release, without which there is nothing to compare with; as it was."""
    try:
        archive = read_archive(project.data, last.version, last.sha256)
        require_same_record(last, archive)
    except WorkspaceError as error:
        raise WorkspaceError(f"no release: {error}; {TAKE_BACK}.") from error
    return archive


def _date(basis: _Basis, given: str | None) -> str:
    """The day of the release, not before that of the last one."""
    day = edit_date(basis.project, _changed_files(basis)) if given is None else iso_date(given)
    last = basis.last
    if last is not None and day < last.date:
        said = "the edit is dated" if given is None else "--date is"
        hint = "; name the day with --date" if given is None else ""
        raise OptionError(f"{said} {day}, before version {last.version} of {last.date}{hint}.")
    return day


def _changed_files(basis: _Basis) -> tuple[Path, ...]:
    """Tables and scripts that are not as in the last release; and the file that says how it is kept."""
    before, last = basis.released, basis.last
    names = {name for name in before if name.startswith(("data/", "analyses/"))} | set(basis.inside)
    changed = [basis.project.root / n for n in sorted(names) if before.get(n) != basis.inside.get(n)]
    told_before = {} if last is None else last.living
    return (*changed, basis.project.data / LIVING) if basis.living != told_before else (*changed,)


def _trigger(given: str | None) -> str:
    """What led to the release, on one line."""
    text = " ".join((given or "").split())
    if given is not None and not text:
        raise OptionError("--trigger is empty; say what led to this version, or leave it out.")
    return text


def _results(
    basis: _Basis, release: Release, inputs: Mapping[str, Inputs]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """`results.json` of every analysis as its report will have it, and what is worth a warning."""
    from metasyn.analysis.run import run_analysis
    from metasyn.report.results_json import dumps, results_document
    from metasyn.workspace.states.origin import built_from

    assert basis.now.evidence is not None
    by_name = {one.name: one for one in basis.change.analyses} if basis.change is not None else {}
    edition = edition_of_release(release, previous=release.past[0].version if release.past else "")
    made: dict[str, bytes] = {}
    waiting: set[str] = set()
    for name, analysis in sorted(basis.now.analyses.items()):
        try:
            result = run_analysis(analysis, basis.now.evidence, name)
            said, origin = replace(edition, changes=by_name.get(name)), inputs[name]
            document = results_document(result, said, built_from=built_from(origin.options, origin.rows))
        except MetasynError as error:
            kind = ReportError if isinstance(error, ClaimError | ReportError) else WorkspaceError
            raise kind(f"no release: {name}: {' '.join(str(error).split())}") from error
        made[f"reports/{name}/results.json"] = dumps(document).encode()
        found = (one.finding for one in result.audit if one.is_open)
        waiting |= {str(finding) for finding in found if finding.severity == "error"}
    return made, (_waiting(len(waiting)),) if waiting else ()


def _waiting(count: int) -> str:
    errors = "1 error of the audit waits" if count == 1 else f"{count} errors of the audit wait"
    return f"{errors} for a decision: metasyn check"


def _rendered(basis: _Basis, release: Release, results: Mapping[str, bytes]) -> PlannedRelease:
    """Archive, changelog and record of a release."""
    from metasyn.workspace.release.note import release_note

    data = basis.project.data
    archive = archive_bytes({**basis.inside, **results, RECORD: record_bytes(release)})
    release = replace(release, sha256=hash_bytes(archive))
    note = release_note(release, basis.change, basis.now, results)
    changelog = changelog_text(read_changelog(data), {one.version for one in release.past}, note)
    return PlannedRelease(
        proposal=proposal(basis.last, basis.change, basis.living),
        release=release,
        last=basis.last,
        change=basis.change,
        note=note,
        files={
            archive_path(data, release.version): archive,
            data / CHANGELOG: changelog.encode(),
            data / RECORD: record_bytes(release),
        },
    )
