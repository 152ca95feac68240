"""Study results in `verify.R`: a data frame, and the arithmetic from the figures as printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from metasyn.effects.measure import get_measure
from metasyn.effects.model import Effect, EffectSet
from metasyn.effects.routes.effective_sizes import interval_method
from metasyn.effects.transforms import exp, expit, identity, sine_squared, square, tanh
from metasyn.report.verify_models import count_columns
from metasyn.report.verify_text import r_comment, r_number, r_string, r_vector, unchecked
from metasyn.wording import data_number

__all__ = ["back_transform", "data_lines", "rows_of"]

_TABLES = frozenset({"OR", "RR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "OR2DL", "OR2DN"})
_SINGLE = frozenset({"PLO", "PAS", "PR", "PLN", "PFT"})
# Routes by a printed interval: on the log scale, of a proportion.
_LOG_INTERVALS = frozenset({"ratio and interval", "median and interval"})
_SHARES = frozenset({"proportion and interval", "1-S and interval"})
_BACK: Mapping[Callable[[float], float], str] = MappingProxyType(
    {
        identity: "",
        exp: "exp",
        expit: "plogis",
        tanh: "tanh",
        square: "function(x) pmax(x, 0)^2",
        sine_squared: "function(x) sin(pmin(pmax(x, 0), pi / 2))^2",
    }
)


def back_transform(effects: EffectSet) -> str:
    """The R function from the analysis scale to the natural one; empty where they are the same."""
    return _BACK[effects.measure.to_natural]


def rows_of(effects: EffectSet, whole: EffectSet, name: str = "d") -> str | None:
    """The R expression for effects that are rows of a data frame already there; None if they are not."""
    if effects.measure is not whole.measure:
        return None
    places = {(e.label, e.yi, e.vi): i for i, e in enumerate(whole.effects, start=1)}
    found = [places.get((e.label, e.yi, e.vi)) for e in effects.effects]
    if None in found or len(places) != whole.k or len(set(found)) != len(found):
        return None
    if found == list(range(1, whole.k + 1)):
        return name
    return f"{name}[{r_vector(str(i) for i in found)}, ]"


def data_lines(
    effects: EffectSet, name: str = "d", weights: Sequence[float] | None = None, *, where: bool = True
) -> Iterator[str]:
    """The data frame of a set of effects, then the check of its rows against the printed figures.

    Parameters
    ----------
    effects : EffectSet
        k >= 1.
    name : str
        Of the data frame.
    weights : sequence of float, optional
        The analyst's.
    where : bool
        Whether every study is listed with its figures as printed and their place.

    Yields
    ------
    str
        Lines of R.
    """
    yield r_comment(
        f"Study results on the scale of analysis ({effects.measure.scale}): estimate yi, variance vi."
    )
    for i, effect in enumerate(effects.effects if where else (), start=1):
        yield r_comment(f"{i}. {_provenance(effect)}", indent="   ")
    columns = {
        "study": [r_string(label) for label in effects.labels],
        "yi": [r_number(value) for value in effects.yi],
        "vi": [r_number(value) for value in effects.vi],
    }
    columns |= count_columns(effects)
    if weights is not None:
        columns["weight"] = [r_number(value) for value in weights]
    body = [f"  {key} = {r_vector(values, len(key) + 5)}" for key, values in columns.items()]
    yield f"{name} <- data.frame(\n" + ",\n".join(body) + "\n)"
    yield from _figure_lines(effects, name)


def _provenance(effect: Effect) -> str:
    """Label, figures as printed and where."""
    printed = "; ".join(
        f'"{row.as_printed}" ({", ".join(filter(None, (row.source_id, row.locator)))})' for row in effect.rows
    )
    return f"{effect.label}: {printed}" if printed else effect.label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """Positions of the effects by what R can do with their figures."""

    counts: tuple[int, ...]
    intervals: tuple[int, ...]
    shares: tuple[int, ...]
    others: tuple[int, ...]


def _sorted(effects: EffectSet) -> _Sorted:
    counts, intervals, shares, others = [], [], [], []
    for i, effect in enumerate(effects.effects):
        if effect.counts is not None and effects.measure.code in _TABLES | _SINGLE:
            counts.append(i)
        elif effect.reported_ci is not None and effect.route.name in _LOG_INTERVALS:
            intervals.append(i)
        elif effect.reported_ci is not None and effect.route.name in _SHARES:
            shares.append(i)
        else:
            others.append(i)
    return _Sorted(
        counts=tuple(counts), intervals=tuple(intervals), shares=tuple(shares), others=tuple(others)
    )


def _figure_lines(effects: EffectSet, name: str) -> Iterator[str]:
    kinds = _sorted(effects)
    for places, call in (
        (kinds.counts, _from_counts),
        (kinds.intervals, _from_intervals),
        (kinds.shares, _from_shares),
    ):
        if places:
            rows = r_vector(str(i + 1) for i in places)
            chosen = [effects.effects[i] for i in places]
            yield f"confirm_studies({name}, rows = {rows}, {call(chosen, effects.measure.code)})"
    for route, labels in _by_route(effects, kinds.counts):
        if route != "events":
            because = f"these are taken as recovered from other printed figures ({route})"
            yield unchecked(f"the counts of {', '.join(labels)}", because)
    for route, labels in _by_route(effects, kinds.others):
        because = f"their way from the printed figures ({route}) is not repeated here"
        yield unchecked(f"yi and vi of {', '.join(labels)}", because)


def _by_route(effects: EffectSet, places: Iterable[int]) -> Iterable[tuple[str, list[str]]]:
    """Routes of some effects in order of first use, each with the labels of its effects."""
    found: dict[str, list[str]] = {}
    for i in places:
        found.setdefault(effects.effects[i].route.name, []).append(effects.labels[i])
    return found.items()


def _from_counts(chosen: Sequence[Effect], measure: str) -> str:
    tables = [effect.counts for effect in chosen if effect.counts is not None]
    columns: dict[str, list[float | None]] = {
        "x1": [table.events_1 for table in tables],
        "n1": [table.n_1 for table in tables],
    }
    if measure in _TABLES:
        columns["x2"] = [table.events_2 for table in tables]
        columns["n2"] = [table.n_2 for table in tables]
    if any(effect.adjustment for effect in chosen):
        columns["add"] = [0.5 if effect.adjustment else 0.0 for effect in chosen]
    return _call("from_counts", [r_string(measure)], columns)


def _from_intervals(chosen: Sequence[Effect], measure: str) -> str:
    columns: dict[str, list[float | None]] = {"ratio": [], "low": [], "high": [], "level": []}
    for effect in chosen:
        ci, turned = effect.reported_ci, effect.inverted
        if ci is None:
            continue
        columns["ratio"].append(data_number(exp(-effect.yi if turned else effect.yi)))
        columns["low"].append(data_number(1 / ci.high if turned else ci.low))
        columns["high"].append(data_number(1 / ci.low if turned else ci.high))
        columns["level"].append(ci.level)
    turned_words = r_vector("TRUE" if effect.inverted else "FALSE" for effect in chosen)
    return _call("from_intervals", [], columns, turned=turned_words)


def _from_shares(chosen: Sequence[Effect], measure: str) -> str:
    """Proportions with printed intervals; one minus survival is turned back into what was printed."""
    columns: dict[str, list[float | None]] = {"share": [], "low": [], "high": [], "level": []}
    methods, turned = [], []
    for effect in chosen:
        ci, free = effect.reported_ci, effect.route.name == "1-S and interval"
        if ci is None:
            continue
        p = get_measure(measure).to_natural(effect.yi)
        columns["share"].append(data_number(1 - p if free else p))
        columns["low"].append(data_number(1 - ci.high if free else ci.low))
        columns["high"].append(data_number(1 - ci.low if free else ci.high))
        columns["level"].append(ci.level)
        methods.append(r_string(interval_method(effect.route.formula, measure, event_free=free)))
        turned.append("TRUE" if free else "FALSE")
    more = {"method": r_vector(methods), "event_free": r_vector(turned)}
    return _call("from_shares", [r_string(measure)], columns, **more)


def _call(
    function: str, positional: list[str], columns: Mapping[str, Sequence[float | None]], **more: str
) -> str:
    """A call on a line of its own, one column of figures per line."""
    named = {
        key: r_vector([r_number(v) for v in values if v is not None], len(key) + 7)
        for key, values in columns.items()
    }
    pieces = [*positional, *(f"{key} = {value}" for key, value in (named | more).items())]
    return f"{function}(\n    " + ",\n    ".join(pieces) + "\n)"
