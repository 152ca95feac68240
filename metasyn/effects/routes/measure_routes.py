"""Which routes from printed figures each measure can have, and the check of those that are preferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from metasyn.effects.survival.facts import SURVIVAL_ROUTES
from metasyn.errors import OptionError
from metasyn.vocabulary import RouteName, choices

__all__ = ["require_routes", "routes_of"]

_COUNTS: tuple[RouteName, ...] = ("events", "percent", "1-S and n")
_TABLE: tuple[RouteName, ...] = (
    *_COUNTS,
    *("margins and events", "margins and ratio", "margins and phi", "margins and test", "risk and ratio"),
)
_RATIO: tuple[RouteName, ...] = ("ratio and interval", "ratio and standard error", "ratio and p")
_SHARE: tuple[RouteName, ...] = (
    *_COUNTS,
    *("proportion and interval", "proportion and standard error"),
    *("1-S and interval", "1-S and standard error", "1-S and numbers at risk"),
)
_ROUTES: Mapping[str, tuple[RouteName, ...]] = MappingProxyType(
    {
        "HR": cast(tuple[RouteName, ...], tuple(SURVIVAL_ROUTES)),
        "RR": (*_TABLE, *_RATIO),
        "OR": (*_TABLE, *_RATIO),
        "RD": (*_TABLE, "given"),
        **dict.fromkeys(("AS", "PETO", "PHI", "YUQ", "YUY", "OR2DL", "OR2DN"), _TABLE),
        **dict.fromkeys(("PLO", "PLN", "PAS", "PR"), _SHARE),
        "MEDLN": ("median and interval", "median and one bound", "median and events"),
    }
)
_NEAR = 0.55


def routes_of(measure: str) -> tuple[RouteName, ...]:
    """The routes by which `standardise` can obtain a measure from printed figures.

    Parameters
    ----------
    measure : str

    Returns
    -------
    tuple of str
        Empty for measures that do not come from the evidence tables.

    Examples
    --------
    >>> routes_of("MEDLN")
    ('median and interval', 'median and one bound', 'median and events')
    """
    return _ROUTES.get(measure, ())


def require_routes(prefer: Sequence[str], measure: str) -> None:
    """Preferred routes must be routes that the measure can have.

    Parameters
    ----------
    prefer : sequence of str
    measure : str

    Raises
    ------
    OptionError
        If one is not; for a misspelt one the nearest routes of the measure are offered, else all.

    Examples
    --------
    >>> require_routes(["O-E and v"], "HR")
    Traceback (most recent call last):
    ...
    metasyn.errors.OptionError: prefer: 'O-E and v' is no route to HR. Did you mean 'O-E and V'?
    """
    if isinstance(prefer, str):
        raise OptionError(f"prefer is a sequence of routes; write [{prefer!r}].")
    known = routes_of(measure)
    for name in prefer:
        if name not in known:
            raise OptionError(f"prefer: {name!r} is no route to {measure}. {_offered(name, known)}")


def _offered(name: object, known: Sequence[str]) -> str:
    """The routes that were probably meant, else all there are."""
    from difflib import get_close_matches

    if not known:
        return "It is not obtained from the evidence tables."
    by_lower = {route.lower(): route for route in known}
    misspelt = isinstance(name, str) and name not in choices(RouteName)
    near = get_close_matches(str(name).lower(), by_lower, n=3, cutoff=_NEAR) if misspelt else []
    if near and near[0] == str(name).lower():
        near = near[:1]
    if near:
        return f"Did you mean {' or '.join(repr(by_lower[one]) for one in near)}?"
    return f"There are: {', '.join(map(repr, known))}."
