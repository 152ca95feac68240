"""The application, and the one place where errors become words and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cyclopts import App, Parameter
from cyclopts.exceptions import CycloptsError

from metasyn import __version__
from metasyn.cli.batch import BATCH_EXAMPLES, batch
from metasyn.cli.check import CHECK_EXAMPLES, check
from metasyn.cli.compare import COMPARE_EXAMPLES, compare
from metasyn.cli.compare_extractions import COMPARE_EXTRACTIONS_EXAMPLES, compare_extractions_command
from metasyn.cli.console import complain
from metasyn.cli.diff import DIFF_EXAMPLES, diff
from metasyn.cli.exit_codes import ExitCode, exit_code_of
from metasyn.cli.explain import EXPLAIN_EXAMPLES, explain
from metasyn.cli.export import EXPORT_EXAMPLES, export
from metasyn.cli.forest import FOREST_EXAMPLES, forest
from metasyn.cli.import_tables import IMPORT_EXAMPLES, import_command
from metasyn.cli.interrupts import SAID, noted
from metasyn.cli.listing import LIST_EXAMPLES, list_analyses
from metasyn.cli.multiverse import MULTIVERSE_EXAMPLES, multiverse_command
from metasyn.cli.new import NEW_EXAMPLES, new
from metasyn.cli.pool import POOL_EXAMPLES, pool
from metasyn.cli.release import RELEASE_EXAMPLES, release
from metasyn.cli.run import RUN_EXAMPLES, run
from metasyn.cli.sources import SOURCES_EXAMPLES, sources
from metasyn.cli.status import STATUS_EXAMPLES, status_command
from metasyn.cli.template import TEMPLATE_EXAMPLES, template
from metasyn.cli.verify import VERIFY_EXAMPLES, verify
from metasyn.cli.watch import WATCH_EXAMPLES, watch
from metasyn.errors import MetasynError, OptionError

__all__ = ["app", "main", "run_script"]

_EXAMPLES = """\
Examples:
  metasyn run                              build the reports that are out of date
  metasyn status                           what is out of date, and which rows or options did it
  metasyn diff HEAD                        what changed since a commit, and what that changed
  metasyn check                            look for mistakes in the project
  metasyn verify                           let R compute the reports' numbers again
  metasyn explain REPORT PFS estimate      lead a number back to the figures as printed
  metasyn sources --documents papers       look every figure up in its source document
  metasyn pool trials.csv --measure HR     pool a table of hazard ratios
  metasyn forest trials.csv --measure HR   draw it, to forest.svg
  metasyn compare trials.csv --measure HR  pool it as other tools would, and say why they differ
  metasyn batch all.parquet --key review --out pooled.parquet   pool very many syntheses
  metasyn multiverse NAME --outcome PFS    every defensible way, and which choice decides
  metasyn new my_question                  start a new analysis
  metasyn template extraction.xlsx         a workbook to extract into; import reads it back
  metasyn pool --help                      what a command can do

Exit codes: 0 ok, 1 stale or a check failed, 2 bad input, 3 cannot be estimated,
4 R does not confirm a report, 5 R or its package metafor is missing.
"""

app = App(
    name="metasyn",
    help="Evidence synthesis whose every number leads back to the figure as printed.",
    help_epilogue=_EXAMPLES,
    help_format="plaintext",
    version=__version__,
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)
_COMMANDS: tuple[tuple[Callable[..., ExitCode], str, str], ...] = (
    (run, "run", RUN_EXAMPLES),
    (status_command, "status", STATUS_EXAMPLES),
    (watch, "watch", WATCH_EXAMPLES),
    (diff, "diff", DIFF_EXAMPLES),
    (release, "release", RELEASE_EXAMPLES),
    (check, "check", CHECK_EXAMPLES),
    (verify, "verify", VERIFY_EXAMPLES),
    (explain, "explain", EXPLAIN_EXAMPLES),
    (sources, "sources", SOURCES_EXAMPLES),
    (list_analyses, "list", LIST_EXAMPLES),
    (pool, "pool", POOL_EXAMPLES),
    (batch, "batch", BATCH_EXAMPLES),
    (compare, "compare", COMPARE_EXAMPLES),
    (multiverse_command, "multiverse", MULTIVERSE_EXAMPLES),
    (forest, "forest", FOREST_EXAMPLES),
    (new, "new", NEW_EXAMPLES),
    (template, "template", TEMPLATE_EXAMPLES),
    (import_command, "import", IMPORT_EXAMPLES),
    (export, "export", EXPORT_EXAMPLES),
    (compare_extractions_command, "compare-extractions", COMPARE_EXTRACTIONS_EXAMPLES),
)
for _position, (_command, _name, _examples) in enumerate(_COMMANDS):
    app.command(_command, name=_name, help_epilogue=_examples, sort_key=_position)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the process.

    Returns
    -------
    int
        Exit code, an `ExitCode`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    with noted() as interrupts:
        try:
            code = app(given, exit_on_error=False, print_error=False, result_action="return_value")
            sys.stdout.flush()
            return ExitCode(code or 0)
        except KeyboardInterrupt:
            return _interrupted()
        except Exception as error:  # noqa: BLE001 (the one place where errors become words)
            return _interrupted() if interrupts else _told(error)


def _told(error: Exception) -> ExitCode:
    """What went wrong, in words, and its exit code."""
    match error:
        case CycloptsError():
            return _usage(error)
        case MetasynError():
            complain(f"metasyn: {error}")
            return exit_code_of(error)
        case BrokenPipeError():
            # Who reads our output has gone: what is still buffered has nowhere to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.BROKEN_PIPE
        case ModuleNotFoundError():
            return _missing(error)
        case OSError():
            about = f"{error.filename}: " if error.filename else ""
            complain(f"metasyn: {about}{error.strerror or error}.")
            return ExitCode.BAD_INPUT
        case _:  # the last resort: what is left is a defect of ours
            return _internal()


def _interrupted() -> ExitCode:
    complain(SAID)
    return ExitCode.INTERRUPTED


def run_script(script: str) -> int:
    """What `python analyses/NAME.py` does: the same as `metasyn run NAME`, in the script's project.

    Parameters
    ----------
    script : str
        Path of the running script; options given to it (`--force`) are those of `metasyn run`.

    Returns
    -------
    int
        Exit code, an `ExitCode`.
    """
    path = Path(script).resolve()
    return main(["run", str(path), "--project", str(path.parent.parent), *sys.argv[1:]])


def _usage(error: CycloptsError) -> ExitCode:
    """A misspelt command or option, in one line, with the way to the help."""
    command = " ".join(["metasyn", *(error.command_chain or ())])
    said = error.__cause__ if isinstance(error.__cause__, OptionError) else error
    complain(f"metasyn: {said}\nTry '{command} --help'.")
    return ExitCode.BAD_INPUT


def _missing(error: ModuleNotFoundError) -> ExitCode:
    """A part of the installation that this command needs."""
    if error.name is None or error.name.split(".")[0] == "metasyn":
        return _internal()
    complain(f"metasyn: this needs {error.name}: pip install 'metasyn-evidence[all]'.")
    return ExitCode.STALE_OR_FAILED_CHECK


def _internal() -> ExitCode:
    """A defect of metasyn: everything that helps to mend it."""
    import traceback

    complain(traceback.format_exc().rstrip())
    complain(
        f"metasyn {__version__}: this is a defect of metasyn, not of your data. Please report the above."
    )
    return ExitCode.INTERNAL_ERROR
