"""`metasyn explain`: from any number in a report back to the figure as printed, and the other way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

if TYPE_CHECKING:
    from metasyn.analysis.explain.model import Explanation
    from metasyn.analysis.explain.results import Number
    from metasyn.analysis.result import AnalysisResult
    from metasyn.workspace.building.build import Workbench

__all__ = ["EXPLAIN_EXAMPLES", "explain"]

EXPLAIN_EXAMPLES = """\
Examples:
  metasyn explain                              reports and their numbers
  metasyn explain my_question PFS              the pooled estimate
  metasyn explain my_question PFS tau2         another number, by its name
  metasyn explain my_question PFS "Smith 2017" one study
  metasyn explain my_question PFS 0.64         a number as the report shows it
  metasyn explain SMITH-PFS-HR-1               a figure: where it is used
  metasyn explain SMITH                        a study, cohort or source

The numbers are computed from the tables as they are now; where the report on
disk is older, this says so.
"""

_MOST_ROWS = 4


def explain(
    report: Annotated[
        str, Parameter(help="An analysis; or the id of a figure, study, cohort or source.")
    ] = "",
    outcome: Annotated[str, Parameter(help="Its outcome: id, label or slug.")] = "",
    what: Annotated[
        str, Parameter(help="Name of a number, a study, or a number as the report shows it.")
    ] = "",
    /,
    *,
    as_json: Annotated[
        bool,
        Parameter(name="--json", help="Print one metasyn-explanation/1 document.", show_default=False),
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Show how a number came about: result, formula, effects, figures as printed, sources."""
    from metasyn.workspace.building.build import Workbench

    bench = Workbench(chosen_project(project))
    names = bench.project.names()
    if not report:
        return _listed(_runs(bench, names), bench, as_json=as_json)
    if not outcome and (found := _id_meant(bench, report, names)):
        return _traced(bench, found, names, as_json=as_json)
    name = _named(bench, report)
    result = _run(bench, name)
    if not outcome:
        return _listed([result], bench, as_json=as_json)
    return _explained(bench, result, outcome, what, as_json=as_json)


def _named(bench: Workbench, given: str) -> str:
    """The analysis that is meant; where there is none, an id of nearly that name is offered too."""
    from metasyn.errors import WorkspaceError

    try:
        return bench.project.resolve(given)
    except WorkspaceError as error:
        raise WorkspaceError(f"{error}{_near_ids(bench, given)}") from error


def _near_ids(bench: Workbench, given: str) -> str:
    """Ids of the tables that are nearly what was typed, whatever the case of its letters."""
    import difflib

    from metasyn.analysis.explain.forward import known_ids

    ids = {name.casefold(): name for name in known_ids(bench.evidence)}
    near = [ids[one] for one in difflib.get_close_matches(given.casefold(), ids, n=3)]
    return f" Of the ids of the tables, did you mean {' or '.join(near)}?" if near else ""


def _runs(bench: Workbench, names: Sequence[str]) -> list[AnalysisResult]:
    """Every analysis that can be run; the others are named, and if none can be run, that is the answer."""
    from metasyn.cli.console import complain
    from metasyn.errors import MetasynError

    found, failures = [], []
    for name in names:
        try:
            found.append(_run(bench, name))
        except MetasynError as error:
            failures.append(error)
    if failures and not found:
        raise failures[0]
    for failure in failures:
        complain(f"metasyn: left out: {failure}")
    return found


def _run(bench: Workbench, name: str) -> AnalysisResult:
    """One analysis; what is wrong with it is said with the name of its script."""
    from metasyn.analysis.run import run_analysis
    from metasyn.errors import EvidenceError, MetasynError, WorkspaceError

    evidence = bench.evidence
    try:
        return run_analysis(bench.load(name), evidence, name)
    except EvidenceError:
        raise
    except MetasynError as error:
        script = bench.project.script(name)
        text = str(error)
        raise (error if str(script) in text else WorkspaceError(f"{script}: {text}")) from error


def _id_meant(bench: Workbench, given: str, names: Sequence[str]) -> str:
    """The id of the tables that a word is; one that differs only in its capitals where there is no other."""
    from metasyn.analysis.explain.forward import known_ids

    if given in names:
        return ""
    ids = known_ids(bench.evidence)
    if given in ids:
        return given
    alike = [name for name in ids if name.casefold() == given.casefold()]
    return alike[0] if len(alike) == 1 else ""


def _traced(bench: Workbench, result_id: str, names: Sequence[str], *, as_json: bool) -> ExitCode:
    """Where a figure, or those of a study, cohort or source, are used."""
    from metasyn.analysis.explain import trace

    found = trace(bench.evidence, _runs(bench, names), result_id)
    return _told({"result_id": result_id}, [found], as_json=as_json)


def _explained(
    bench: Workbench, result: AnalysisResult, outcome: str, what: str, *, as_json: bool
) -> ExitCode:
    """One number, or the list of those that may be meant."""
    found = _meant(result, outcome, what, bench)
    state, reasons = _state(bench, result.name)
    head = {
        "report": result.name,
        "report_state": state,
        "reasons": list(reasons),
        "what": what or "estimate",
    }
    if as_json or len(found) == 1:
        if not as_json:
            _warn(result.name, state, reasons)
        return _told(head, [one.build() for one in found], as_json=as_json)
    from metasyn.cli.console import say

    say(f"{what or outcome!r} may be one of {len(found)} numbers; name the one that is meant:")
    for one in found:
        say(f"  metasyn explain {result.name} {one.place} {_shell(one.name)}\n    {one.shown}")
    return ExitCode.OK


def _meant(result: AnalysisResult, outcome: str, what: str, bench: Workbench) -> tuple[Number, ...]:
    """The numbers that are meant; without an outcome of that name it is looked for in all of them."""
    from metasyn.analysis.explain.ask import chosen
    from metasyn.analysis.explain.find import outcome_named
    from metasyn.errors import OptionError

    try:
        slug = outcome_named(result, outcome).slug
    except OptionError:
        if what:
            raise
        try:
            return chosen(result, outcome)
        except OptionError as error:
            slugs = ", ".join(part.slug for part in result.outcomes)
            raise OptionError(
                f"{outcome!r} is neither an outcome of {result.name} ({slugs}) nor one of its numbers; "
                f"{_all_listed(error, result).partition('; ')[2]}{_elsewhere(bench, outcome)}"
            ) from error
    try:
        return chosen(result, what or "estimate", outcome=slug)
    except OptionError as error:
        raise OptionError(f"{_all_listed(error, result)}{_elsewhere(bench, what)}") from error


def _all_listed(error: Exception, result: AnalysisResult) -> str:
    """A message about names, with how to see all of them."""
    return f"{error}\nAll of them: metasyn explain {result.name}"


def _elsewhere(bench: Workbench, text: str) -> str:
    """A hint where a text is an id of the tables, or stands in figures that the analysis does not use."""
    found = _id_meant(bench, text, ())
    hint = f"\nIt is an id of the tables: metasyn explain {_shell(found)}" if found else ""
    return hint or _printed_in(bench, text)


def _printed_in(bench: Workbench, text: str) -> str:
    """A hint where a text stands in reported figures, which an analysis may not use."""
    from metasyn.analysis.explain.find import stands_in

    rows = [
        row.result_id for row in bench.evidence.results if row.as_printed and stands_in(text, row.as_printed)
    ]
    if not rows or not any(character.isdigit() for character in text):
        return ""
    more = f" and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
    return f"\nIt is printed in the figures {', '.join(rows[:_MOST_ROWS])}{more}: metasyn explain {rows[0]}"


def _state(bench: Workbench, name: str) -> tuple[str, tuple[str, ...]]:
    """Whether the report on disk says what is said here, and why not."""
    from metasyn.workspace.staleness.state import NEVER_BUILT, read_manifest, without_manifest

    folder = bench.project.report(name)
    if read_manifest(folder) is None and without_manifest(folder) == NEVER_BUILT:
        return "never built", ()
    reasons = bench.reasons(name)
    return ("out of date" if reasons else "up to date"), reasons


def _warn(name: str, state: str, reasons: Sequence[str]) -> None:
    """A word on a report that is older than these numbers."""
    from metasyn.cli.console import complain

    if state == "out of date":
        more = f", and {len(reasons) - 1} more" if len(reasons) > 1 else ""
        complain(
            f"metasyn: the report of {name} on disk is out of date ({reasons[0]}{more}); "
            "the numbers here are computed from the tables as they are now."
        )


def _told(head: dict[str, Any], found: Sequence[Explanation], *, as_json: bool) -> ExitCode:
    """The explanations, as text or as one document."""
    import shutil

    from metasyn.analysis.explain import SCHEMA
    from metasyn.analysis.explain.text import explanation_text
    from metasyn.cli.console import say, say_json

    if as_json:
        from metasyn.report.results_json import dumps

        say_json(dumps({"schema": SCHEMA, **head, "explanations": [one.to_dict() for one in found]}))
    else:
        width = min(shutil.get_terminal_size((80, 24)).columns, 110)
        for one in found:
            say(explanation_text(one, width=width))
    return ExitCode.OK


def _listed(results: Sequence[AnalysisResult], bench: Workbench, *, as_json: bool) -> ExitCode:
    """What can be explained."""
    from metasyn.analysis.explain import SCHEMA
    from metasyn.cli.console import complain, say, say_json

    if as_json:
        from metasyn.report.results_json import dumps

        say_json(dumps({"schema": SCHEMA, "reports": [_listing(result) for result in results]}))
        return ExitCode.OK
    if not results:
        complain(f"metasyn: there are no analyses in {bench.project.analyses}.")
    for result in results:
        say(f"{result.name}: {result.analysis.title}")
        for part in _listing(result)["outcomes"]:
            say(f"  {part['outcome']}: {part['label']}")
            width = max((len(one["name"]) for one in part["numbers"]), default=0)
            for one in part["numbers"]:
                say(f"    {one['name']:<{min(width, 44)}}  {one['shown']}")
    return ExitCode.OK


def _listing(result: AnalysisResult) -> dict[str, Any]:
    """An analysis with its outcomes and their numbers."""
    from metasyn.analysis.explain import explainable

    numbers = explainable(result)
    return {
        "name": result.name,
        "title": result.analysis.title,
        "outcomes": [
            {
                "outcome": part.slug,
                "label": part.definition.label,
                "numbers": [
                    {"name": one.name, "shown": one.shown} for one in numbers if one.place == part.slug
                ],
            }
            for part in result.outcomes
        ],
    }


def _shell(text: str) -> str:
    """A name as a shell takes it."""
    import shlex

    return shlex.quote(text)
