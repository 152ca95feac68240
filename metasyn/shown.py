"""What shows itself in a notebook."""

from __future__ import annotations

from typing import Any

__all__ = ["Shown"]


class Shown:
    """What shows itself in a notebook: as HTML, and as its text where there is no HTML."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        # IPython takes the `__repr__` of a dataclass before anything of its bases.
        cls._repr_pretty_ = Shown._repr_pretty_  # type: ignore[method-assign]

    def _repr_html_(self) -> str:
        # The one way from the numbers up to their picture.
        from metasyn.notebook import as_html

        return as_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("..." if cycle else str(self))
