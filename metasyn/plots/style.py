"""Sizes in points and colours by role: what figures look like unless a preset says otherwise.

The colours stay apart for colour-blind readers and in grey print; no meaning rests on colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from metasyn.plots.scene import Palette, Pen

__all__ = ["DARK", "LIGHT", "SIZES", "Sizes"]

LIGHT = Palette(
    colors={
        "ink": "#111111",
        "grey": "#4a4a4a",
        "null": "#8a8a8a",
        "grid": "#d9d9d9",
        "study": "#2a6aa3",
        "study-edge": "#2a6aa3",
        "interval": "#111111",
        "summary": "#7a1712",
        "summary-fill": "#7a1712",
        "prediction": "#c4842b",
        "added": "#6a6a6a",
        "warning": "#b3261e",
        "band-1": "#f2f2f2",
        "band-2": "#dfe5ec",
        "band-3": "#c3cedb",
        "paper": "#ffffff",
    }
)

DARK = Palette(
    colors={
        "ink": "#ececec",
        "grey": "#b4b8be",
        "null": "#8b9097",
        "grid": "#363b43",
        "study": "#5aa0dc",
        "study-edge": "#5aa0dc",
        "interval": "#dcdfe3",
        "summary": "#ffc4ad",
        "summary-fill": "#ffc4ad",
        "prediction": "#b07a24",
        "added": "#a0a4aa",
        "warning": "#ff8a80",
        "band-1": "#1f242b",
        "band-2": "#2b333d",
        "band-3": "#3a4654",
        "paper": "#14171c",
    }
)

BODY = Pen(size=9.0, leading=11.0)
BOLD = Pen(size=9.0, leading=11.0, bold=True)
NOTE = Pen(size=8.0, leading=10.0, color="grey")
TICK = Pen(size=8.5, leading=10.5)
TITLE = Pen(size=10.5, leading=13.0, bold=True)

MARGIN = 10.0
# From the middle of a row to the baseline of its text.
DROP = 3.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Everything about a forest plot that is a length, in points.

    Attributes
    ----------
    unit : float
        1 at full size; lengths that are not named here are multiples of it.
    gap, pair_gap, panel_gap : float
        Between columns, between columns read together, beside the panel.
    panel : float
        Length of the axis.
    max_label, max_summary_label, max_note, max_spanner, max_header : float
        Where texts wrap.
    row, note_row : float
        Height of a row and of a line of text under a diamond.
    largest_square, smallest_square, diamond_half_height : float
    """

    body: Pen = BODY
    bold: Pen = BOLD
    note: Pen = NOTE
    tick: Pen = TICK
    title: Pen = TITLE
    unit: float = 1.0
    margin: float = MARGIN
    gap: float = 14.0
    pair_gap: float = 9.0
    panel_gap: float = 18.0
    panel: float = 195.0
    indent: float = 10.0
    max_label: float = 215.0
    max_summary_label: float = 150.0
    max_note: float = 250.0
    max_spanner: float = 95.0
    max_header: float = 84.0
    row: float = 15.0
    note_row: float = 12.5
    density_row: float = 24.0
    drop: float = DROP
    largest_square: float = 9.5
    smallest_square: float = 2.6
    diamond_half_height: float = 5.0

    def scaled(self, factor: float) -> Sizes:
        """All lengths times `factor`, pens included.

        Examples
        --------
        >>> SIZES.scaled(0.75).note.size, SIZES.scaled(0.75).row
        (6.0, 11.25)
        """
        return Sizes(**{field.name: _times(getattr(self, field.name), factor) for field in fields(self)})

    @property
    def smallest_text(self) -> float:
        """Size of the smallest letters."""
        return min(pen.size for pen in (self.body, self.bold, self.note, self.tick, self.title))


SIZES = Sizes()


def _times(value: Any, factor: float) -> Any:
    """A length or a pen, scaled."""
    if isinstance(value, Pen):
        return replace(value, size=value.size * factor, leading=value.leading * factor)
    return value * factor
