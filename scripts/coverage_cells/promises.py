"""Where the method behind an interval promises coverage, and why: what the simulation is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from coverage_cells.cells import LEVEL, Cell, Tally

__all__ = ["FLOOR", "POINTS", "PROMISES", "Promise", "broken", "kept", "promised"]

POINTS, FLOOR = 2.0, 90.0
_NOMINAL = 100 * LEVEL
Kind = Literal["nominal", "at least"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Coverage of one method in some cells of one family.

    Attributes
    ----------
    kind : {'nominal', 'at least'}
        Within 2 points of 95, or not more than 2 points below it.
    holds : callable
        Whether a cell is among those it is made for.
    where, why : str
        The same in words, and the reason with its source.
    """

    family: str
    method: str
    kind: Kind
    holds: Callable[[Cell], bool]
    where: str
    why: str

    def of(self, tallies: Iterable[Tally]) -> Iterator[Tally]:
        """What it is about; a cell in which the method has no interval is not."""
        for one in tallies:
            if (one.family, one.method) == (self.family, self.method) and one.given and self.holds(one.cell):
                yield one


def kept(promise: Promise, one: Tally) -> bool:
    """Whether the observed coverage keeps the promise; simulation error is not allowed for."""
    low = one.coverage >= _NOMINAL - POINTS
    return low if promise.kind == "at least" else low and one.coverage <= _NOMINAL + POINTS


def promised(tallies: Iterable[Tally]) -> list[tuple[Promise, Tally]]:
    """Every cell that a promise is made for."""
    found = list(tallies)
    return [(promise, one) for promise in PROMISES for one in promise.of(found)]


def broken(tallies: Iterable[Tally]) -> list[tuple[Promise, Tally]]:
    """Every cell in which one is not kept."""
    return [(promise, one) for promise, one in promised(tallies) if not kept(promise, one)]


def _equal(cell: Cell) -> bool:
    return cell.setting == "equal"


def _unequal_from_10(cell: Cell) -> bool:
    return cell.setting != "equal" and cell.k >= 10


def _from_10(cell: Cell) -> bool:
    return cell.k >= 10


def _from_30(cell: Cell) -> bool:
    return cell.k >= 30


def _always(cell: Cell) -> bool:
    return True


def _many_alike(cell: Cell) -> bool:
    return cell.k >= 30 and cell.tau is not None and cell.tau <= 0.1


def _no_spread(cell: Cell) -> bool:
    return cell.tau == 0


def _no_spread_from_5(cell: Cell) -> bool:
    return cell.tau == 0 and cell.k >= 5


_KNAPP = "the ratio has a t distribution where all precisions are equal (10.1002/sim.1009)"
_KNAPP_MANY = "too narrow for few studies of unequal precision (10.1186/s12874-015-0091-1), less so with more"
_ALIKE = "k of 30 and more, tau up to 0.1"
_ML = "maximum likelihood puts tau too low where it is large, and a normal quantile does not allow for it"
_ROBUST = (
    "a robust variance with k − 1 degrees of freedom, more than it has with unequal weights "
    "(10.1037/met0000011): fewer studies give too narrow intervals"
)
_NOT_NARROWER = "not narrower than Hartung-Knapp"
_MANY = "rests on many studies; too narrow for few (10.1002/sim.650)"
_AVERAGE = "a credible interval under a flat prior of the mean is right on average over the prior of tau"


_ONE_RATIO = "one odds ratio for all studies; its standard error rests on some events in all"


def _promises(family: str, *rows: tuple[str, Kind, Callable[[Cell], bool], str, str]) -> tuple[Promise, ...]:
    return tuple(
        Promise(family=family, method=method, kind=kind, holds=holds, where=where, why=why)
        for method, kind, holds, where, why in rows
    )


_EQUAL, _TEN = "equal precision, any k and tau", "unequal precision, k of 10 and more"
_K30 = "k of 30 and more"
PROMISES = (
    *_promises(
        "normal",
        ("common-effect", "nominal", _no_spread, "tau = 0", "the variances are known: exact"),
        ("wald", "nominal", _from_30, _K30, _MANY),
        ("t", "at least", _equal, _EQUAL, "Hartung-Knapp with a standard error not below the usual one"),
        ("t", "nominal", _from_30, _K30, "as Wald, with a t quantile"),
        ("hartung-knapp", "nominal", _equal, _EQUAL, _KNAPP),
        ("hartung-knapp", "nominal", _unequal_from_10, _TEN, _KNAPP_MANY),
        ("hartung-knapp-adhoc", "at least", _equal, _EQUAL, _NOT_NARROWER),
        ("hartung-knapp-adhoc", "at least", _unequal_from_10, _TEN, _NOT_NARROWER),
        ("hartung-knapp-hybrid", "at least", _equal, _EQUAL, _NOT_NARROWER),
        ("hartung-knapp-hybrid", "at least", _unequal_from_10, _TEN, _NOT_NARROWER),
        ("hartung-knapp-iqwig", "at least", _equal, _EQUAL, _NOT_NARROWER),
        ("hartung-knapp-iqwig", "at least", _unequal_from_10, _TEN, _NOT_NARROWER),
        ("kenward-roger", "at least", _equal, _EQUAL, "variance inflated for tau2 (10.1002/sim.7140)"),
        ("kenward-roger", "at least", _from_30, _K30, "an expansion in k; the variance is inflated"),
        ("profile-likelihood", "nominal", _from_30, _K30, "chi-square holds for many studies"),
        ("henmi-copas", "nominal", _from_30, _K30, "the distribution is approximated"),
        ("sidik-jonkman", "nominal", _equal, _EQUAL, "there it is Hartung-Knapp's"),
        ("sidik-jonkman", "nominal", _from_30, _K30, _ROBUST),
        (
            "permutation",
            "nominal",
            _always,
            "wherever it exists (k of 6 and more)",
            "exact for symmetric effects",
        ),
    ),
    *_promises(
        "prior",
        ("half-normal(0.5)", "nominal", _always, "tau drawn from the prior", _AVERAGE),
        ("Turner, all outcomes", "nominal", _always, "tau drawn from the prior", _AVERAGE),
    ),
    *_promises(
        "proportions",
        ("mixed model, t", "at least", _from_10, "k of 10 and more", "maximum likelihood"),
        ("mixed model, wald", "nominal", _many_alike, _ALIKE, _ML),
        ("mixed model, profile-likelihood", "nominal", _from_30, _K30, "maximum likelihood"),
    ),
    *_promises(
        "two-groups",
        ("Mantel-Haenszel", "nominal", _no_spread_from_5, "tau = 0, k of 5 and more", _ONE_RATIO),
        ("Peto", "nominal", _no_spread, "tau = 0", "one odds ratio for all studies"),
        ("CM.EL, wald", "at least", _many_alike, _ALIKE, _ML),
    ),
    *_promises(
        "clusters",
        ("CHE, CR2", "nominal", _from_10, "10 studies and more", "10.1007/s11121-021-01246-3"),
    ),
)
