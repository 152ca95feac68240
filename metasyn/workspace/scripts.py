"""Loading an analysis script: a file that declares one `Analysis`."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import CodeType, ModuleType

from metasyn.analysis.spec import Analysis
from metasyn.errors import WorkspaceError

__all__ = ["load_script"]

_ALONE = "A script can import installed packages, not other files of the project."


def load_script(path: Path, content: bytes | None = None) -> Analysis:
    """The analysis that a script declares.

    The script runs in a namespace of its own: it is not entered in `sys.modules`, `sys.path` stays
    as it is, and `__name__` is not `"__main__"`, so that `analysis.main()` is not called.

    Parameters
    ----------
    path : Path
        A Python file with exactly one `Analysis`, named `analysis`.
    content : bytes, optional
        What the file holds, where it has been read already.

    Returns
    -------
    Analysis

    Raises
    ------
    WorkspaceError
        If the file cannot be read or run, or does not declare exactly one analysis; with file and
        line where there is one.
    """
    namespace = ModuleType(path.stem)
    namespace.__file__ = str(path)
    code = _compiled(path, content)
    try:
        exec(code, namespace.__dict__)
    except SystemExit as error:
        raise WorkspaceError(f"{_place(path, error)}: the script exits instead of declaring.") from error
    except Exception as error:
        detail = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        hint = f". {_ALONE}" if isinstance(error, ModuleNotFoundError) else ""
        raise WorkspaceError(f"{_place(path, error)}: {detail}{hint}") from error
    return _declared(path, namespace)


def _compiled(path: Path, content: bytes | None) -> CodeType:
    """The script as code; what keeps it from compiling is said with its line."""
    try:
        source = path.read_bytes() if content is None else content
        return compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        line = f" line {error.lineno}" if error.lineno else ""
        text = f": {error.text.strip()}" if error.text else ""
        raise WorkspaceError(f"{path}{line}: {error.msg}{text}") from error
    except ValueError as error:
        raise WorkspaceError(f"{path}: not a Python script ({error}).") from error
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read ({error.strerror}).") from error


def _place(path: Path, error: BaseException) -> str:
    """File and the last line of the script on the way to the error."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"{path} line {lines[-1]}" if lines else str(path)


def _declared(path: Path, namespace: ModuleType) -> Analysis:
    """The one analysis of an executed script."""
    found = {name: value for name, value in vars(namespace).items() if isinstance(value, Analysis)}
    if len({id(value) for value in found.values()}) > 1:
        raise WorkspaceError(
            f"{path}: declares {len(found)} analyses ({', '.join(found)}); a script declares exactly one."
        )
    analysis = found.get("analysis")
    if analysis is None:
        other = f"; {next(iter(found))!r} must be called 'analysis'" if found else ""
        raise WorkspaceError(f"{path}: no analysis is declared (analysis = Analysis(...)){other}.")
    return analysis
