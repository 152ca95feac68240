"""The ways from reported figures to effects that a multiverse crosses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

from metasyn.analysis.spec import Analysis, Outcome
from metasyn.batch.multiverse import DataSet
from metasyn.batch.multiverse.methods import chosen_options
from metasyn.effects import EffectSet, standardise
from metasyn.effects.routes.measure_routes import routes_of
from metasyn.errors import OptionError
from metasyn.evidence.selection import Evidence, Selection
from metasyn.vocabulary import Measure, Overlap, RouteName, ZeroCells, choices
from metasyn.wording import plain_number

__all__ = ["AS_DECLARED", "DATA_CHOICES", "DataOptions", "data_sets"]

DATA_CHOICES = ("measure", "route", "event_fraction", "zero_cells", "overlap")
AS_DECLARED = "as declared"

# Measures of the same counts.
_OF_COUNTS: Mapping[str, tuple[Measure, ...]] = MappingProxyType(
    {"RR": ("OR", "RD"), "OR": ("RR", "RD"), "RD": ("RR", "OR"), "PLO": ("PAS",), "PAS": ("PLO",)}
)
_ASSUMED = "medians and assumed events"
_FRACTIONS = (0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataOptions:
    """What is asked of the way to effects; None is the default, what is declared is always there.

    Attributes
    ----------
    measure, route, event_fraction, zero_cells, overlap : sequence or None
        As in `multiverse`.
    """

    measure: Sequence[Measure] | None = None
    route: Sequence[RouteName] | None = None
    event_fraction: Sequence[float] | None = None
    zero_cells: Sequence[ZeroCells] | None = None
    overlap: Sequence[Overlap] | None = None


def data_sets(
    analysis: Analysis, outcome: Outcome, evidence: Evidence, asked: DataOptions
) -> tuple[DataSet, ...]:
    """Every way from the evidence to effects, that of the analysis first.

    A route is tried for the measures that can have it.

    Parameters
    ----------
    analysis, outcome : Analysis, Outcome
    evidence : Evidence
    asked : DataOptions

    Returns
    -------
    tuple of DataSet

    Raises
    ------
    OptionError
        For no option, unknown or repeated ones, and a route that no measure can have.
    """
    selection = evidence.select(
        outcome=outcome.outcome,
        contrast=analysis.contrast,
        cohorts=analysis.cohorts,
        studies=analysis.studies,
        same=analysis.same,
        timepoint=outcome.timepoint,
    )
    own = _standardised(
        selection, analysis, outcome, outcome.measure, None, outcome.event_fraction,
        outcome.zero_cells, analysis.overlap,
    )  # fmt: skip
    measures = _options(
        "measure", outcome.measure, asked.measure, Measure, _OF_COUNTS.get(outcome.measure, ())
    )
    fractions = _fractions(outcome, asked.event_fraction, own)
    zeros = _options("zero_cells", outcome.zero_cells, asked.zero_cells, ZeroCells, ())
    overlaps = _options("overlap", analysis.overlap, asked.overlap, Overlap, ())
    if "all" in overlaps:
        raise OptionError("overlap: 'all' would count participants twice; take 'whole' or 'parts'.")
    routes = _routes(asked.route, own, measures)
    found = []
    for measure, route, fraction, zero, overlap in product(measures, routes, fractions, zeros, overlaps):
        if route is not None and route not in routes_of(measure):
            continue
        effects = _standardised(selection, analysis, outcome, measure, route, fraction, zero, overlap)
        words = (measure, route or AS_DECLARED, _fraction_word(fraction), zero, overlap)
        found.append(DataSet(options=words, effects=effects))
    return tuple(found)


def _standardised(
    selection: Selection,
    analysis: Analysis,
    outcome: Outcome,
    measure: Measure,
    route: RouteName | None,
    fraction: float | None,
    zero_cells: ZeroCells,
    overlap: Overlap,
) -> EffectSet:
    prefer = [name for name in outcome.prefer if name in routes_of(measure)]
    if route is not None:
        prefer = [route, *(name for name in prefer if name != route)]
    return standardise(
        selection,
        measure=measure,
        definitions=outcome.definitions,
        event_fraction=fraction,
        zero_cells=zero_cells,
        overlap=overlap,
        exclude=analysis.exclude,
        prefer=prefer,
    )


def _options(
    name: str, own: Any, asked: Sequence[Any] | None, vocabulary: Any, usual: Sequence[Any]
) -> tuple[Any, ...]:
    """What is declared first, then what is asked for or usual."""
    further = usual if asked is None else chosen_options(name, asked, vocabulary)
    return tuple(dict.fromkeys((own, *further)))


def _fractions(outcome: Outcome, asked: Sequence[float] | None, own: EffectSet) -> tuple[float | None, ...]:
    """Assumed shares of participants with the event: 50% and 100% beside the declared one, if used."""
    if asked is None:
        used = any(effect.route.name == _ASSUMED for effect in own.effects)
        asked = _FRACTIONS if used else ()
    elif not asked:
        raise OptionError(f"event_fraction takes a list of shares in (0, 1]; got {asked!r}.")
    return tuple(dict.fromkeys((outcome.event_fraction, *asked)))


def _fraction_word(fraction: float | None) -> str:
    return "none" if fraction is None else f"{plain_number(100 * fraction)}%"


def _routes(
    asked: Sequence[RouteName] | None, own: EffectSet, measures: Sequence[str]
) -> tuple[RouteName | None, ...]:
    """None for the declared rule, then routes that come before it wherever the figures allow them."""
    if asked is None:
        offered = {name for effect in own.effects for name in effect.other_routes}
        return (None, *(name for name in choices(RouteName) if name in offered))
    for name in chosen_options("route", asked, RouteName):
        if not any(name in routes_of(measure) for measure in measures):
            raise OptionError(f"route: {name!r} is no route to {' or '.join(measures)}.")
    return (None, *asked)
