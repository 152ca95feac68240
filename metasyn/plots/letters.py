"""Letters that no font of this machine has."""

from __future__ import annotations

import unicodedata

from metasyn.plots.fonts import undrawable_letters, unknown_letters
from metasyn.plots.scene import Scene, Text

__all__ = ["letters_without_font", "missing_words"]


def letters_without_font(scene: Scene) -> str:
    """The letters of a figure that neither DejaVu Sans nor another font of this machine can draw."""
    unknown = unknown_letters("".join(item.text for item in scene.flat() if isinstance(item, Text)))
    return undrawable_letters(unknown) if unknown else ""


def missing_words(letters: str) -> str:
    """A warning that names the letters; empty if there are none.

    Examples
    --------
    >>> missing_words("\N{TEST TUBE}")
    'No font on this machine has \N{TEST TUBE} (U+1F9EA, TEST TUBE): PDF and PNG show an empty box there.'
    """
    if not letters:
        return ""
    named = ", ".join(f"{c} (U+{ord(c):04X}, {unicodedata.name(c, 'without a name')})" for c in letters)
    return f"No font on this machine has {named}: PDF and PNG show an empty box there."
