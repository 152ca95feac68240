"""Running a `verify.R`: finding R, starting it, and what it answered."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metasyn.errors import MetasynError, ReportError

__all__ = ["RMissingError", "Verification", "find_rscript", "run_verification", "usual_timeout"]

INSTALL = "On Debian: apt-get install r-base-core r-cran-metafor"
# No start-up files of the user; the libraries they name through R_LIBS are still found.
_PLAIN = ("--no-save", "--no-restore", "--no-site-file", "--no-init-file")
_HAS_METAFOR = 'quit(status = if (requireNamespace("metafor", quietly = TRUE)) 0 else 1)'
_START_SECONDS = 60.0
_CONFIRMED = re.compile(r"^all (\d+) numbers confirmed by (.*)$", re.MULTILINE)


class RMissingError(MetasynError):
    """R or its package metafor is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What R said to one script.

    Attributes
    ----------
    confirmed : int
        Numbers that are those of metafor.
    differences : tuple of str
        One line per number that is not: which, ours, R's. Empty if all are confirmed.
    unchecked : tuple of str
        What the script says R does not check, with the reason.
    software : str
        Versions, e.g. `"metafor 3.8.1, R 4.2.2"`.
    """

    confirmed: int
    differences: tuple[str, ...]
    unchecked: tuple[str, ...]
    software: str


def find_rscript(given: Path | None = None) -> str:
    """The program that runs R scripts, once it is known to have metafor.

    Parameters
    ----------
    given : Path, optional
        The program itself; default: `Rscript` on the path.

    Returns
    -------
    str

    Raises
    ------
    RMissingError
        If there is none, or its R has no metafor; what to install is said.
    """
    found = shutil.which("Rscript" if given is None else str(given))
    if found is None:
        where = "is not on this machine" if given is None else f"is not at {given}"
        raise RMissingError(f"Rscript {where}: verifying needs R with the package metafor. {INSTALL}.")
    if _run([found, *_PLAIN, "-e", _HAS_METAFOR], _START_SECONDS).returncode:
        raise RMissingError(f"the R of {found} has no package metafor. {INSTALL}.")
    return found


def usual_timeout(script: Path) -> float:
    """Seconds that R may take for a script: 600, or one per 250 bytes where that is more.

    Leaving out each of k studies and letting them enter one by one makes the script grow with k and the
    time with its square: three hundred studies are some 1.4 MB and take R a quarter of an hour.
    """
    return max(600.0, script.stat().st_size / 250)


def run_verification(rscript: str, script: Path, *, timeout: float | None = None) -> Verification:
    """Run one script and read its answer.

    Parameters
    ----------
    rscript : str
        See `find_rscript`.
    script : Path
        A `verify.R`.
    timeout : float, optional
        Seconds; by default `usual_timeout`.

    Returns
    -------
    Verification

    Raises
    ------
    RMissingError
        If the program cannot be started.
    ReportError
        If R does not finish in time, or stops for another reason than a number that differs; its
        own words are given.
    """
    done = _run([rscript, *_PLAIN, str(script)], usual_timeout(script) if timeout is None else timeout)
    lines = done.stdout.split("\n")
    differences = tuple(line.strip().removeprefix("DIFFERS").strip() for line in _starting(lines, "DIFFERS"))
    ending = next(reversed([*_CONFIRMED.finditer(done.stdout)]), None)
    if not differences and (done.returncode or ending is None):
        said = " ".join(done.stderr.split()) or "it said nothing"
        raise ReportError(f"R could not run {script.name}: {said}")
    return Verification(
        confirmed=sum(1 for _ in _starting(lines, "ok ")),
        differences=differences,
        unchecked=tuple(line.split(": ", 1)[1] for line in _starting(lines, "not checked by R: ")),
        software=ending[2] if ending else _version(lines),
    )


def _starting(lines: Sequence[str], word: str) -> list[str]:
    return [line for line in lines if line.startswith(f"  {word}")]


def _version(lines: Sequence[str]) -> str:
    return next((line for line in reversed(lines) if line.startswith("metafor ")), "")


def _run(command: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"R did not finish within {timeout:g} seconds; see --timeout.") from error
    except OSError as error:
        raise RMissingError(f"{command[0]} could not be started: {error.strerror}.") from error
