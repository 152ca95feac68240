"""The command line: parse, call, say what came out, map errors to exit codes."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.interrupts import SAID, end_in_any_case, noted

if TYPE_CHECKING:
    from metasyn.cli.entry import app, run_script

__all__ = ["ExitCode", "app", "command", "main", "run_script"]


def command() -> NoReturn:
    """The process `metasyn`: what `main` does, and then its end, even if a thread cannot end."""
    code = main()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to be done, or to be told
    if code == ExitCode.INTERRUPTED:
        end_in_any_case()
    raise SystemExit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, which is loaded here so that Ctrl-C meanwhile is no traceback.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the process.

    Returns
    -------
    int
        Exit code, an `ExitCode`.
    """
    with noted() as interrupts:
        try:
            from metasyn.cli import entry
        except BaseException as error:
            if not interrupts and not isinstance(error, KeyboardInterrupt):
                raise
            from metasyn.cli.console import complain

            complain(SAID)
            return ExitCode.INTERRUPTED
        return entry.main(arguments)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'metasyn.cli' has no attribute {name!r}")
    from metasyn.cli import entry

    return getattr(entry, name)
