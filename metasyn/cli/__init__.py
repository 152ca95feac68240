"""The command line: parse, call, say what came out, map errors to exit codes."""

from metasyn.cli.entry import app, main, run_script
from metasyn.cli.exit_codes import ExitCode

__all__ = ["ExitCode", "app", "main", "run_script"]
