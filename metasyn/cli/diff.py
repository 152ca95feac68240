"""`metasyn diff`: what changed between two states of the evidence, and what that did to the results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project
from metasyn.errors import OptionError
from metasyn.vocabulary import choices

if TYPE_CHECKING:
    from metasyn.changes.model import EvidenceChange
    from metasyn.changes.state import EvidenceState
    from metasyn.cli.change_gate import Gate
    from metasyn.workspace.project import Project

__all__ = ["DIFF_EXAMPLES", "diff"]

DIFF_EXAMPLES = """\
Examples:
  metasyn diff                            from the last release or HEAD to now
  metasyn diff v1.0 main                  from one git revision to another
  metasyn diff 1.0.0                      from a release of this evidence to now
  metasyn diff ../copy                    from another project folder to now
  metasyn diff old.json new.json          from one results.json to another
  metasyn diff HEAD~3 --only my_question  one analysis
  metasyn diff --markdown --out note.md   a release note
  metasyn diff --forest change.svg        results before and after, drawn
  metasyn diff main --fail-on significance,direction,threshold=0.1

Every number is computed from tables and scripts by this version of metasyn.
The scripts of both states are run. A name that means two things: write ./name
for a file or folder, refs/heads/name for a branch.
Exit code 1: something that --fail-on names happened.
"""

_Format = Literal["svg", "pdf", "png"]
_WIDEST = 120


def diff(
    old: Annotated[
        str | None,
        Parameter(
            help="Older state: git revision, release, folder or results.json; by default the last release, "
            "else HEAD.",
            show_default=False,
        ),
    ] = None,
    new: Annotated[
        str | None, Parameter(help="Newer state; by default the working folder.", show_default=False)
    ] = None,
    /,
    *,
    only: Annotated[
        tuple[str, ...], Parameter(help="Only this analysis; may be repeated.", show_default=False)
    ] = (),
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print one metasyn-diff/1 document.", show_default=False)
    ] = False,
    markdown: Annotated[
        bool, Parameter(help="Print a release note in Markdown.", show_default=False)
    ] = False,
    out: Annotated[
        Path | None, Parameter(help="Write to this file what would be printed.", show_default=False)
    ] = None,
    forest: Annotated[
        Path | None,
        Parameter(help="Draw results before and after: a .svg, .pdf or .png.", show_default=False),
    ] = None,
    fail_on: Annotated[
        str,
        Parameter(
            help="Exit with 1 if a result flips: significance, direction, threshold=X, with commas between.",
            show_default=False,
        ),
    ] = "",
    every_row: Annotated[
        bool, Parameter(name="--all", help="List every changed row.", show_default=False)
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Show what changed in tables and scripts, what moved in the results, and what each change did."""
    from metasyn.cli.change_gate import parse_gate

    if as_json and markdown:
        raise OptionError("--json and --markdown are two forms of the same; name one of them.")
    gate = parse_gate(fail_on) if fail_on else None
    for path, option in ((out, "--out"), (forest, "--forest")):
        _require_place(path, option, drawn=option == "--forest")

    from metasyn.changes.compare import compare_states
    from metasyn.cli.console import complain
    from metasyn.workspace.states.opening import open_last, open_state

    home = chosen_project(project)
    before = open_last(home) if old is None else open_state(home, old)
    after = open_state(home, new)
    for note in before.notes:
        complain(f"metasyn: {note}.")
    change = compare_states(before, after, names=_names(before, after, only))
    if as_json:
        from metasyn.report.changes.plain_data import change_json

        _tell(change_json(change), out, as_json=True)
    elif markdown:
        _tell(_note(home, before, after, change), out)
    else:
        _tell(_plain(change, out, every_row=every_row), out)
    if forest is not None:
        _draw(change, forest)
    return ExitCode.OK if gate is None else _judge(change, gate)


def _require_place(path: Path | None, option: str, *, drawn: bool) -> None:
    """A file that can be written, of a kind that can be drawn."""
    if path is None:
        return
    if drawn and path.suffix.lower().lstrip(".") not in choices(_Format):
        raise OptionError(f"{option} must end in .svg, .pdf or .png; got {str(path)!r}.")
    if not path.absolute().parent.is_dir():
        raise OptionError(f"{option}: there is no folder {str(path.parent)!r}.")


def _names(before: EvidenceState, after: EvidenceState, only: tuple[str, ...]) -> tuple[str, ...]:
    """The analyses to compare: those named, else all; with a single report, its own."""
    known = [{*state.analyses, *state.unreadable, *state.results} for state in (before, after)]
    everything = sorted(known[0] | known[1])
    for name in only:
        if name not in everything:
            raise OptionError(f"--only: there is no analysis {name!r}; there are: {', '.join(everything)}.")
    if only:
        return tuple(dict.fromkeys(only))
    single = [names for state, names in zip((before, after), known, strict=True) if state.evidence is None]
    if len(single) == 2 and single[0] != single[1]:
        raise OptionError(f"these are reports of different analyses: {' and '.join(map(min, single))}.")
    return tuple(sorted(single[0])) if single else ()


def _plain(change: EvidenceChange, out: Path | None, *, every_row: bool) -> str:
    """For the terminal as wide as it is; in a file always alike."""
    import shutil

    from metasyn.report.changes.terminal import change_plain

    width = 80 if out is not None else min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    return change_plain(change, width=width, every_row=every_row) + "\n"


def _note(home: Project, before: EvidenceState, after: EvidenceState, change: EvidenceChange) -> str:
    """The release note with what is known about the living mode."""
    from metasyn.report.changes.note import change_note
    from metasyn.report.changes.tables import evidence_flow
    from metasyn.workspace.release.living_facts import read_living

    return change_note(change, living=read_living(home.data), flow=evidence_flow(before, after))


def _tell(text: str, out: Path | None, *, as_json: bool = False) -> None:
    """To the terminal, or into the file."""
    from metasyn.cli.console import say, say_json
    from metasyn.report.atomic import replace_file

    if out is not None:
        replace_file(out, text.encode("utf-8", "replace"))
        say(f"wrote {out}")
    elif as_json:
        say_json(text)
    else:
        say(text.rstrip("\n"))


def _draw(change: EvidenceChange, path: Path) -> None:
    """One figure per scale of measurement; the second one is named NAME-2."""
    from metasyn.cli.console import complain
    from metasyn.plots import figure_bytes
    from metasyn.report.atomic import replace_file
    from metasyn.report.changes.forest import change_forests, why_not_drawn
    from metasyn.report.changes.words import state_name

    words = (state_name(change.old, change.old_version), state_name(change.new, change.new_version))
    for analysis, outcome in ((a, o) for a in change.analyses for o in a.outcomes if o.changed):
        if why := why_not_drawn(outcome):
            complain(f"metasyn: {analysis.name}, {outcome.label}: not drawn, {why}.")
    layouts = change_forests(change.analyses, words=words)
    if not layouts:
        complain("metasyn: nothing is drawn: no result changed that can be drawn.")
    for number, layout in enumerate(layouts, start=1):
        place = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        fmt = cast("_Format", path.suffix.lower().lstrip("."))
        replace_file(place, figure_bytes(layout, fmt))
        complain(f"wrote {place}")


def _judge(change: EvidenceChange, gate: Gate) -> ExitCode:
    """What fails, one line each."""
    from metasyn.cli.change_gate import judged
    from metasyn.cli.console import complain

    failures, remarks = judged(change, gate)
    for remark in remarks:
        complain(f"metasyn: {remark}.")
    for failure in failures:
        complain(f"metasyn: {failure}.")
    return ExitCode.STALE_OR_FAILED_CHECK if failures else ExitCode.OK
