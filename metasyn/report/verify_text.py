"""Python values as R source: numbers that lose nothing, texts that cannot become code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

__all__ = ["r_call", "r_comment", "r_name", "r_number", "r_string", "r_vector", "unchecked"]

_WIDTH = 108
_LONGEST = 1000
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_REPLACEMENT = 0xFFFD


def r_number(value: float) -> str:
    """A number with as many digits as it takes to get the same one back.

    Examples
    --------
    >>> r_number(0.1), r_number(-2.0), r_number(3), r_number(float("inf"))
    ('0.1', '-2', '3', 'Inf')
    """
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    text = repr(float(value))
    return text.removesuffix(".0")


def r_string(text: str) -> str:
    r"""A text as an R string in plain ASCII, whatever is in it; beyond 1000 characters its beginning.

    R before 4.2 reads its source in the encoding of the machine, hence no other character stands for
    itself.

    Examples
    --------
    >>> print(r_string('"); quit("no'))
    "\"); quit(\"no"
    >>> print(r_string("Núñez" + chr(10)))
    "N\u00fa\u00f1ez\n"
    """
    return '"' + "".join(map(_in_string, _shortened(text))) + '"'


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}... ({len(text) - _LONGEST} more characters)"


def _in_string(character: str) -> str:
    """One character between quotes; what R cannot hold becomes the sign for that."""
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        code = _REPLACEMENT
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def r_comment(text: str, indent: str = "") -> str:
    """A text as comment lines: wrapped, and without any character that ends a line or turns it round.

    Examples
    --------
    >>> print(r_comment("one" + chr(10) + "quit()"))
    # one quit()
    """
    words = "".join(map(_in_comment, _shortened(" ".join(text.split())))).split(" ")
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > _WIDTH - 2 - len(indent):
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return "\n".join(f"# {'' if i == 0 else indent}{line}".rstrip() for i, line in enumerate(lines))


def _in_comment(character: str) -> str:
    return character if character.isprintable() else f"<U+{ord(character):04X}>"


def r_name(text: str) -> str:
    """The name of an element: as it is where R allows that, else as a string."""
    plain = text.isascii() and text.replace("_", "").replace(".", "").isalnum() and text[0].isalpha()
    return text if plain else r_string(text)


def r_vector(values: Iterable[str] | Mapping[str, str], start: int = 0) -> str:
    """R source pieces as a vector, wrapped; a single one without names stands alone.

    Parameters
    ----------
    values : iterable or mapping of str
        Source of each element, by name where they have names.
    start : int
        Column at which the vector begins; further lines stand under its first element.

    Examples
    --------
    >>> r_vector(["1", "2"]), r_vector(["1"]), r_vector({"estimate": "0.5"})
    ('c(1, 2)', '1', 'c(estimate = 0.5)')
    """
    if isinstance(values, Mapping):
        pieces = [f"{r_name(name)} = {value}" for name, value in values.items()]
    else:
        pieces = list(values)
        if len(pieces) == 1:
            return pieces[0]
    lines, line = [], ""
    for i, piece in enumerate(pieces):
        piece += "," if i < len(pieces) - 1 else ")"
        if line and start + 2 + len(line) + 1 + len(piece) > _WIDTH:
            lines.append(line)
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    return "c(" + ("\n" + " " * (start + 2)).join([*lines, line])


def r_call(function: str, *positional: str, **named: str | None) -> str:
    """A call; named arguments that are None are left out.

    Examples
    --------
    >>> r_call("spread", "d", '"REML"', level=None, tau2="0.1")
    'spread(d, "REML", tau2 = 0.1)'
    """
    given = [*positional, *(f"{name} = {value}" for name, value in named.items() if value is not None)]
    return f"{function}({', '.join(given)})"


def unchecked(what: str, because: str) -> str:
    """The line by which a script says what R does not check, and why.

    Examples
    --------
    >>> print(unchecked("the bootstrap interval", "it is drawn at random"))
    not_checked("the bootstrap interval",
                because = "it is drawn at random")
    """
    return f"not_checked({r_string(what)},\n            because = {r_string(because)})"
