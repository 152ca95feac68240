"""The libraries that make the bytes of a report, and their versions."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["LIBRARIES", "library_version"]

LIBRARIES = ("numpy", "scipy", "matplotlib", "jinja2", "markupsafe", "typst", "python-docx", "lxml")
"""Named in every report; a report is stale when one of them has another version."""


def library_version(name: str) -> str:
    """The version of an installed library, which is not imported; `not installed` if there is none.

    Examples
    --------
    >>> library_version("no-such-library")
    'not installed'
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
