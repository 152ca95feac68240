"""The fonts of figures and reports: how wide a text is, and where the files are.

DejaVu Sans comes with matplotlib, so a figure has the same widths on every machine. Nothing else needs
matplotlib, but for the forest plots of the forestplot package, which draws with it (`quick_forest.py`).
"""

from __future__ import annotations

import math
import tempfile
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from metasyn.errors import ReportError
from metasyn.plots.scene import Pen

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font, LoadFlags

__all__ = ["FAMILY", "font_folder", "text_width", "undrawable_letters", "unknown_letters"]

FAMILY = "DejaVu Sans"
_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf")
# Fonts have no hinting at this size: widths are proportional to it.
_DESIGN_SIZE = 64.0


def text_width(text: str, pen: Pen) -> float:
    """Width of a text in points, rounded up to a quarter; letters that the font lacks count as one em."""
    return math.ceil(4 * _design_width(text, pen.bold, pen.italic) / 64 / _DESIGN_SIZE * pen.size) / 4


@cache
def _design_width(text: str, bold: bool, italic: bool) -> float:
    """Width at the design size, in its own units: texts are measured once for all sizes."""
    known = _letters(bold, italic)
    shown = "".join(c if c in known else _stand_in(c) for c in text)
    font = _font(bold, italic)
    font.set_text(shown, 0.0, flags=_no_hinting())
    width, _ = font.get_width_height()
    return float(width)


def unknown_letters(text: str) -> str:
    """The letters of a text that DejaVu Sans does not have, each once, in order."""
    known = _letters(False, False)
    return "".join(dict.fromkeys(c for c in text if c not in known and c.isprintable()))


@cache
def undrawable_letters(letters: str) -> str:
    """Those that no font file of the operating system has; files that cannot be read count for nothing."""
    from matplotlib.font_manager import findSystemFonts
    from matplotlib.ft2font import FT2Font

    wanted = set(map(ord, letters))
    for path in sorted(findSystemFonts()):
        if not wanted:
            break
        try:
            wanted -= FT2Font(path).get_charmap().keys()
        except (OSError, RuntimeError):
            continue
    return "".join(c for c in letters if ord(c) in wanted)


@cache
def font_folder() -> str:
    """A folder with the files of DejaVu Sans and nothing else, kept for this process."""
    folder = _kept_folder()
    for name in _FILES:
        (Path(folder.name) / name).write_bytes(_file(name).read_bytes())
    return folder.name


@cache
def _kept_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="metasyn-fonts-")


def _file(name: str) -> Path:
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise ReportError(
            'Figures need matplotlib\'s fonts: pip install "metasyn-evidence[report]".'
        ) from error
    return Path(mpl.get_data_path(), "fonts", "ttf", name)


@cache
def _font(bold: bool, italic: bool) -> FT2Font:
    path = _file(_FILES[bold + 2 * italic])
    from matplotlib.ft2font import FT2Font

    font = FT2Font(path)
    font.set_size(_DESIGN_SIZE, 72)
    return font


@cache
def _no_hinting() -> LoadFlags:
    from matplotlib.ft2font import LoadFlags

    return LoadFlags.NO_HINTING


@cache
def _letters(bold: bool, italic: bool) -> frozenset[str]:
    return frozenset(map(chr, _font(bold, italic).get_charmap()))


def _stand_in(character: str) -> str:
    """A letter of DejaVu Sans about as wide as one it does not have."""
    if unicodedata.combining(character):
        return ""
    return "\N{EM DASH}" if unicodedata.east_asian_width(character) in "WF" else "n"
