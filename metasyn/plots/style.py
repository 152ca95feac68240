"""Sizes in points and colours of a forest plot.

The colours stay apart for colour-blind readers and in grey print; no meaning rests on colour alone.
"""

from __future__ import annotations

from metasyn.plots.scene import Pen

__all__: list[str] = []

INK = "#111111"
GREY = "#4a4a4a"
NULL_LINE = "#8a8a8a"
STUDY = "#1f4e79"
DIAMOND = "#8c1c13"
PREDICTION = "#d08a2e"
PAPER = "#ffffff"

BODY = Pen(size=9.0, leading=11.0, color=INK)
BOLD = Pen(size=9.0, leading=11.0, color=INK, bold=True)
NOTE = Pen(size=8.0, leading=10.0, color=GREY)
TICK = Pen(size=8.5, leading=10.5, color=INK)
TITLE = Pen(size=10.5, leading=13.0, color=INK, bold=True)

MARGIN = 10.0
GAP = 14.0
PAIR_GAP = 9.0
PANEL_GAP = 18.0
PANEL = 195.0
INDENT = 10.0

MAX_LABEL = 215.0
MAX_SUMMARY_LABEL = 150.0
MAX_NOTE = 250.0
MAX_SPANNER = 95.0

ROW = 15.0
NOTE_ROW = 12.5
# From the middle of a row to the baseline of its text.
DROP = 3.25

LARGEST_SQUARE = 9.5
SMALLEST_SQUARE = 2.6
DIAMOND_HALF_HEIGHT = 5.0
