"""What the exit code of the command says."""

from __future__ import annotations

from enum import IntEnum

from metasyn.errors import (
    ClaimError,
    EvidenceError,
    MetasynError,
    NotEstimableError,
    OptionError,
    ReportError,
    WorkspaceError,
)

__all__ = ["ExitCode", "exit_code_of"]


class ExitCode(IntEnum):
    """Exit codes of `metasyn`; 0 to 5 are the answers of a command, the others how it ended."""

    OK = 0
    STALE_OR_FAILED_CHECK = 1
    BAD_INPUT = 2
    NOT_ESTIMABLE = 3
    NOT_CONFIRMED = 4
    R_MISSING = 5
    INTERNAL_ERROR = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


_CODES: tuple[tuple[type[MetasynError], ExitCode], ...] = (
    (EvidenceError, ExitCode.BAD_INPUT),
    (OptionError, ExitCode.BAD_INPUT),
    (WorkspaceError, ExitCode.BAD_INPUT),
    (NotEstimableError, ExitCode.NOT_ESTIMABLE),
    (ReportError, ExitCode.STALE_OR_FAILED_CHECK),
    (ClaimError, ExitCode.STALE_OR_FAILED_CHECK),
)


def exit_code_of(error: MetasynError) -> ExitCode:
    """The exit code that an error ends a command with.

    Examples
    --------
    >>> exit_code_of(OptionError("level must be ..."))
    <ExitCode.BAD_INPUT: 2>
    """
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.BAD_INPUT
