"""Formulas as they are written, computed by Python itself: an oracle that shares no code with metasyn."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from scipy import stats

_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_NAMES = {
    "log": math.log,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "asin": math.asin,
    "sin": math.sin,
    "ppf": stats.norm.ppf,
    "cdf": stats.norm.cdf,
    "tcdf": stats.t.cdf,
    "chisf": stats.chi2.sf,
    "abs": abs,
    "max": max,
}


def by_hand(formula: str, values: Mapping[str, float]) -> float:
    """What Python makes of a formula once its signs are Python's."""
    found = formula
    for i, symbol in enumerate(sorted(values, key=len, reverse=True)):
        found = re.sub(rf"(?<!\w){re.escape(symbol)}(?![^\W²³]|⁻)", f"(given_[{i}])", found)
    found = re.sub(r"(\d)×10([⁻⁰¹²³⁴-⁹]+)", lambda m: f"{m[1]}e{m[2].translate(_RAISED)}", found)
    found = re.sub(r"\|([^|]*)\|", r"abs(\1)", found)
    found = re.sub(r"√(\d[\d.]*)", r"sqrt(\1)", found).replace("√", "sqrt")
    found = re.sub(r"ln (\d[\d.]*)", r"log(\1)", found).replace("ln ", "log").replace("ln(", "log(")
    found = found.replace("Φ⁻¹(", "ppf(").replace("Φ(", "cdf(")
    found = re.sub(r"\bT\(", "tcdf(", found)
    found = re.sub(r"\bX\(", "chisf(", found)
    found = found.replace("−", "-").replace("×", "*").replace("²", "**2").replace("³", "**3")
    ordered = [values[symbol] for symbol in sorted(values, key=len, reverse=True)]
    return float(eval(found, {"__builtins__": {}}, {**_NAMES, "given_": ordered}))


def read(text: str) -> float:
    """A shown number."""
    return by_hand(text, {})


def half_unit(text: str) -> float:
    """Half a unit of the last digit of a shown number."""
    digits, _, power = text.replace("−", "").partition("×10")
    decimals = len(digits.partition(".")[2])
    return float(0.5 * 10.0 ** (int(power.translate(_RAISED) or 0) - decimals))
