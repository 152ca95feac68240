"""`metasyn verify`: let R compute the numbers of the reports again."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project

if TYPE_CHECKING:
    from metasyn.report.verify_run import Verification
    from metasyn.workspace.building.build import Workbench

__all__ = ["VERIFY_EXAMPLES", "verify"]

_GIVEN = (
    "  {name} was not built here: these are the numbers of the report as it came; whether the tables "
    "still give them: metasyn run --check {name}"
)
# What is left out may hold commas; the models and parts of a result that follow it are known words.
_RUN = re.compile(
    r"(without .+?, )((?:glmm|bayesian|random-effects|common-effect) \(.+|variation between studies.+"
    r"|prediction interval.+|share of weight.+)"
)
VERIFY_EXAMPLES = """\
Examples:
  metasyn verify                    every report
  metasyn verify my_question        one of them
  metasyn verify --rscript /opt/R/bin/Rscript

Each report holds verify.R, a script of the R package metafor. This runs it; so
does 'Rscript verify.R', without metasyn. Exit code 4 if R does not confirm a
report (a number differs, or R fails or takes too long), 5 if R or metafor is
missing, 1 if a report is out of date. A report that came with the project and was
never built here is verified as it came.
"""


def verify(
    *names: Annotated[str, Parameter(help="Names of analyses, or their scripts; by default all.")],
    rscript: Annotated[
        Path | None, Parameter(help="Program that runs R scripts; by default Rscript.", show_default=False)
    ] = None,
    timeout: Annotated[
        float | None,
        Parameter(
            help="Seconds that R may take for one report; by default 600, more for reports of many studies.",
            show_default=False,
        ),
    ] = None,
    project: ProjectOption = None,
) -> ExitCode:
    """Let R (package metafor) compute every number of the reports again and say what differs."""
    from metasyn.cli.console import complain
    from metasyn.errors import OptionError
    from metasyn.report.verify_run import RMissingError, find_rscript
    from metasyn.workspace.building.build import Workbench

    if timeout is not None and not 0 < timeout < math.inf:
        raise OptionError(f"--timeout must be a finite number of seconds above 0; got {timeout:g}.")
    home = chosen_project(project)
    wanted = tuple(dict.fromkeys(home.resolve(name) for name in names)) or home.names()
    if not wanted:
        complain(f"metasyn: there are no analyses in {home.analyses}; start one with 'metasyn new NAME'.")
        return ExitCode.OK
    bench = Workbench(home)
    try:
        program = find_rscript(rscript)
        return max(_one(bench, name, program, timeout) for name in wanted)
    except RMissingError as error:
        complain(f"metasyn: {error}")
        return ExitCode.R_MISSING


def _one(bench: Workbench, name: str, program: str, timeout: float | None) -> ExitCode:
    """One report: refused if it is out of date, else what R says."""
    from metasyn.cli.console import complain, say
    from metasyn.errors import ReportError
    from metasyn.report.verify_run import run_verification
    from metasyn.workspace.staleness.manifest import NEVER_BUILT

    script = bench.project.report(name) / "verify.R"
    reasons = bench.reasons(name)
    # Committed with its report by somebody else: it holds what that report says, and can be held against R.
    given = reasons == (NEVER_BUILT,) and script.is_file()
    if reasons and not given:
        say(f"{name}: out of date ({'; '.join(reasons)}). First: metasyn run {name}")
        return ExitCode.STALE_OR_FAILED_CHECK
    try:
        found = run_verification(program, script, timeout=timeout)
    except ReportError as error:
        complain(f"metasyn: {name}: {error}")
        return ExitCode.NOT_CONFIRMED
    say("\n".join([*_in_words(name, found), *([_GIVEN.format(name=name)] if given else [])]))
    return ExitCode.NOT_CONFIRMED if found.differences else ExitCode.OK


def _folded(lines: Sequence[str]) -> list[str]:
    """Each once; what is said of the same number without each study in turn is one line with their number."""
    runs: dict[str, list[str]] = {}
    for line in dict.fromkeys(lines):
        found = _RUN.match(line)
        runs.setdefault(found[2] if found else line, []).append(found[1] if found else "")
    told = []
    for line, without in runs.items():
        left_out = [name for name in without if name]
        if len(left_out) > 1:
            told += [line] if "" in without else []
            told.append(f"without one study, in {len(left_out)} runs: {line}")
        else:
            told += [f"{name}{line}" for name in without]
    return told


def _in_words(name: str, found: Verification) -> list[str]:
    """A line for the report, then one for everything R does not confirm."""
    unchecked = [f"  not checked by R: {line}" for line in _folded(found.unchecked)]
    if not found.differences:
        return [f"{name}: all {found.confirmed} numbers confirmed by {found.software}", *unchecked]
    total = found.confirmed + len(found.differences)
    head = f"{name}: {len(found.differences)} of {total} numbers differ from those of {found.software}"
    return [head, *(f"  {line}" for line in found.differences), *unchecked]
