"""`metasyn watch`: rebuild reports whenever data or scripts are saved, and reload the open page."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from metasyn.cli.exit_codes import ExitCode
from metasyn.cli.run import ProjectOption, chosen_project, tell_waiting

if TYPE_CHECKING:
    from metasyn.workspace.project import Project
    from metasyn.workspace.watching.serve import Board

__all__ = ["WATCH_EXAMPLES", "watch"]

WATCH_EXAMPLES = """\
Examples:
  metasyn watch                     build what is out of date, then again after every save
  metasyn watch my_question         one analysis
  metasyn watch --open              also open the reports in the browser

Open the printed address: the page reloads by itself, where you were. A mistake in a table or a
script is told there and here, and the reports stay as they were until it is mended. The reports are
served to this machine only, below an address that nobody can guess. End it with Ctrl-C.
"""


def watch(
    *names: Annotated[str, Parameter(help="Names of analyses, or their scripts; by default all.")],
    port: Annotated[int, Parameter(help="Port of the address; 0 for any free one.")] = 0,
    open_browser: Annotated[
        bool, Parameter(name="--open", help="Open the reports in the browser.", show_default=False)
    ] = False,
    project: ProjectOption = None,
) -> ExitCode:
    """Build reports again whenever a table or a script is saved, and show them in the browser."""
    from metasyn.workspace.watching.saves import saves
    from metasyn.workspace.watching.serve import Board, ReportServer

    home = chosen_project(project)
    for name in names:
        home.resolve(name)
    board, stop = Board(), threading.Event()
    with ReportServer(home.reports, board, port) as server:
        _tell(f"watching {home.shown(home.data)}/ and {home.shown(home.analyses)}/ of {home.root}")
        _tell(f"open {server.address}   (Ctrl-C ends)")
        rounds = _Rounds(home, names, board)
        noticed = saves(home, stop)  # from here on: what is saved during the first round is not missed
        try:
            rounds.build()
            if open_browser:
                _open(server.address)
            for saved in noticed:
                _tell(f"saved: {', '.join(saved)}")
                rounds.build()
        except KeyboardInterrupt:
            _tell("stopped watching")
        finally:
            stop.set()
    return ExitCode.OK


class _Rounds:
    """One round after the other: build, tell the terminal, tell the page."""

    def __init__(self, home: Project, names: Sequence[str], board: Board) -> None:
        self._home, self._names, self._board = home, tuple(names), board
        self._serial = 0

    def build(self) -> None:
        """Build what is out of date; whatever goes wrong is told and ends nothing."""
        from metasyn.cli.console import complain
        from metasyn.workspace.watching.serve import News

        self._board.post(News(serial=self._serial, words="building"))
        built, quiet, errors = self._attempt()
        for error in errors:
            complain(f"metasyn: {error}")
        self._serial += bool(built)
        words = _in_words(built, quiet, errors)
        _tell(words)
        self._board.post(News(serial=self._serial, words=words, errors=tuple(errors)))

    def _attempt(self) -> tuple[list[str], list[str], list[str]]:
        """Names built, names that were up to date, and what went wrong, in words."""
        from metasyn.errors import MetasynError
        from metasyn.workspace.building.build import build
        from metasyn.workspace.building.index import refresh_index
        from metasyn.workspace.building.rendering import available_cores

        try:
            names = tuple(dict.fromkeys(self._home.resolve(name) for name in self._names))
            builds = build(
                self._home, names or self._home.names(), jobs=available_cores(), waiting=tell_waiting
            )
            refresh_index(self._home, waiting=tell_waiting)
        except MetasynError as error:
            return [], [], [str(error)]
        except OSError as error:
            return [], [], [f"{error.filename or 'a file'}: {error.strerror or error}."]
        return (
            [done.name for done in builds if done.state == "built"],
            [done.name for done in builds if done.state == "up to date"],
            [f"{done.name}: {done.error}" for done in builds if done.error is not None],
        )


def _in_words(built: Sequence[str], quiet: Sequence[str], errors: Sequence[str]) -> str:
    """What a round did, in one line."""
    told = [f"built {', '.join(built)}"] if built else []
    if quiet and not errors:
        told.append(f"{len(quiet)} up to date" if built else "everything is up to date")
    if errors:
        told.append("not everything could be built; what is shown is as before")
    return "; ".join(told) or "there are no analyses"


def _open(address: str) -> None:
    """Ask the system for a browser; without one the printed address serves."""
    import webbrowser

    from metasyn.cli.console import complain

    if not webbrowser.open(address):
        complain("metasyn: there is no browser to open; open the address above.")


def _tell(text: str) -> None:
    """A line at once, also where the output is a pipe or a file."""
    from metasyn.cli.console import say

    say(text)
    sys.stdout.flush()
