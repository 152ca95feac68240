"""Lines of arithmetic that build on one another, each kept only if it gives the number it stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metasyn.analysis.explain.arithmetic import rounded, worked
from metasyn.analysis.explain.model import Sum, Term
from metasyn.errors import OptionError

__all__ = ["Sheet"]


class Sheet:
    """Lines of arithmetic that build on one another.

    A line that does not give the number it stands for is left out: no arithmetic is shown that was not done.

    Parameters
    ----------
    terms : Term
        Numbers that are known from the start.
    """

    def __init__(self, *terms: Term) -> None:
        self.terms = {term.symbol: term for term in terms}
        self.lines: list[Sum] = []

    def know(self, *terms: Term) -> None:
        """Further numbers."""
        self.terms |= {term.symbol: term for term in terms}

    def add(self, name: str, formulas: Sequence[str], target: float, *, remark: str = "") -> bool:
        """The first formula that gives `target`; whether there is one."""
        for symbols in formulas:
            try:
                line = worked(name, symbols, tuple(self.terms.values()), remark=remark)
            except (ValueError, OptionError):
                continue
            if math.isclose(line.value, target, rel_tol=1e-6, abs_tol=1e-9):
                self.lines.append(line)
                self.know(rounded(name, line.value))
                return True
        self.know(rounded(name, target))
        return False
