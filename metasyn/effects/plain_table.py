"""A plain table of effects (for `metasyn pool FILE`) as a set of effects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from metasyn.effects.counts import counts_formula, counts_to_effects, no_information
from metasyn.effects.hazard_ratio import quantile
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.effects.model import Counts, Effect, EffectSet, Exclusion, Route
from metasyn.effects.plain_cells import Cells
from metasyn.errors import EvidenceError, OptionError
from metasyn.values import Interval, require_level
from metasyn.vocabulary import Measure, ZeroCells, require_option

__all__ = ["COLUMN_SETS", "effects_from_table"]

COLUMN_SETS: tuple[tuple[str, ...], ...] = (
    ("yi", "vi"),
    ("yi", "sei"),
    ("estimate", "ci_low", "ci_high"),
    ("events", "n"),
    ("events_1", "n_1", "events_2", "n_2"),
)


def effects_from_table(
    columns: Mapping[str, Sequence[str]],
    *,
    measure: Measure,
    level: float,
    file: str,
    zero_cells: ZeroCells = "only0",
    first_line: int = 2,
) -> EffectSet:
    """A plain table of effects on the analysis scale.

    One of these column sets: `yi,vi` or `yi,sei` (analysis scale), `estimate,ci_low,ci_high`
    (natural scale: ratios, proportions 0 to 1), `events,n` (PLO, PAS, PR),
    `events_1,n_1,events_2,n_2` (RR, OR, RD). `label` names the rows; `ci_level` holds the level of
    the interval of each row where it is not `level`; every other column becomes an attribute.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Raw text cells by column name, all of length k.
    measure : str
        Effect measure.
    level : float
        Level of the intervals in `ci_low, ci_high`, as a proportion, where `ci_level` is not given.
    file : str
        Name of the file, for messages.
    zero_cells : {'only0', 'all', 'if0all', 'none'}
        When 1/2 is added to the cells of a table of counts.
    first_line : int
        Line of the file that holds the first row.

    Returns
    -------
    EffectSet
        In table order; tables of counts without information are exclusions.

    Raises
    ------
    OptionError
        If there is no column set or more than one, or it does not fit the measure.
    EvidenceError
        If cells break their rules; all of them are listed.

    Examples
    --------
    >>> columns = {"label": ["Ax", "Bo"], "events": ["4", "0"], "n": ["30", "25"], "dose": ["high", "low"]}
    >>> effects = effects_from_table(columns, measure="PLO", level=0.95, file="arms.csv")
    >>> effects.yi.round(3).tolist(), effects.column("dose"), effects.effects[1].adjustment
    ([-1.872, -3.932], ('high', 'low'), '1/2 added to events and non-events: this row has a zero cell')
    """
    scale = get_measure(measure)
    require_level(level)
    require_option("zero_cells", zero_cells, ZeroCells)
    given = _column_set(columns, scale)
    cells = Cells(columns, file=file, first_line=first_line)
    labels = _labels(columns, cells)
    if "events" in given or "events_1" in given:
        counts = [_counts(cells, i, given) for i in range(cells.k)]
        _raise_findings(cells)
        return _from_counts(columns, scale, given, labels, [c for c in counts if c], zero_cells)
    levels = [_level(cells, columns, i, given, level) for i in range(cells.k)]
    pairs = [_estimate(cells, i, given, scale, levels[i]) for i in range(cells.k)]
    _raise_findings(cells)
    effects = tuple(
        Effect(
            label=label,
            yi=pair[0],
            vi=pair[1],
            route=_route(given, scale, levels[i]),
            reported_ci=_reported_ci(columns, given, i, levels[i]),
            attributes=_attributes(columns, given, i),
        )
        for i, (label, pair) in enumerate(zip(labels, pairs, strict=True))
        if pair is not None
    )
    return EffectSet(measure=scale, effects=effects)


def _level(
    cells: Cells, columns: Mapping[str, Sequence[str]], i: int, given: Sequence[str], otherwise: float
) -> float:
    """Level of the interval of one row."""
    if given[0] != "estimate" or "ci_level" not in columns:
        return otherwise
    level = cells.number(i, "ci_level")
    if level is not None and not 0 < level < 1:
        cells.refuse(i, "ci_level", "a level must be between 0 and 1 (write 0.95 for 95%)")
        return otherwise
    return otherwise if level is None else level


def _reported_ci(
    columns: Mapping[str, Sequence[str]], given: Sequence[str], i: int, level: float
) -> Interval | None:
    """The interval of a row as it stands in the table, once its cells are known to be good."""
    if given[0] != "estimate":
        return None
    low, high = (float(columns[name][i].replace("\N{MINUS SIGN}", "-")) for name in ("ci_low", "ci_high"))
    return Interval(low, high, level)


def _column_set(columns: Mapping[str, Sequence[str]], measure: EffectMeasure) -> tuple[str, ...]:
    """The one accepted set of columns that is there and fits the measure."""
    accepted = " | ".join(",".join(names) for names in COLUMN_SETS)
    complete = [names for names in COLUMN_SETS if all(name in columns for name in names)]
    found = ", ".join(columns) or "none"
    if not complete:
        raise OptionError(f"no complete set of columns; needed is one of {accepted}; found: {found}.")
    if len(complete) > 1:
        both = " and ".join(",".join(names) for names in complete)
        raise OptionError(f"more than one set of columns: {both}; keep one (accepted: {accepted}).")
    given = complete[0]
    needed = {"events": "proportion measure (PLO, PAS, PR)", "events_1": "two-group measure (RR, OR, RD)"}
    fits = {
        "events": measure.family == "proportion",
        "events_1": measure.code in ("RR", "OR", "RD"),
    }.get(given[0], True)
    if not fits:
        raise OptionError(
            f"columns {','.join(given)} need a {needed[given[0]]}; the measure is {measure.code!r}."
        )
    return given


def _raise_findings(cells: Cells) -> None:
    if cells.findings:
        raise EvidenceError(cells.findings)


def _labels(columns: Mapping[str, Sequence[str]], cells: Cells) -> list[str]:
    """One label per row, no two equal."""
    given = [text.strip() for text in columns.get("label", [""] * cells.k)]
    counts = Counter(given)
    labels = []
    for i, label in enumerate(given):
        place = f"line {cells.line(i)}"
        unique = label and counts[label] == 1
        labels.append(label if unique else f"{label} ({place})" if label else place)
    return labels


def _attributes(columns: Mapping[str, Sequence[str]], given: Sequence[str], i: int) -> dict[str, str]:
    return {
        name: cells[i].strip() for name, cells in columns.items() if name not in (*given, "label", "ci_level")
    }


def _estimate(
    cells: Cells, i: int, given: Sequence[str], measure: EffectMeasure, level: float
) -> tuple[float, float] | None:
    """Estimate and variance of one row; None after a problem was noted."""
    if given[0] == "estimate":
        return _from_interval(cells, i, measure, level)
    yi = cells.number(i, "yi")
    spread = cells.number(i, given[1])
    if spread is not None and spread <= 0:
        what = "a sampling variance" if given[1] == "vi" else "a standard error"
        cells.refuse(i, given[1], f"{what} must be positive")
        return None
    if yi is None or spread is None:
        return None
    return yi, spread if given[1] == "vi" else spread**2


def _from_interval(cells: Cells, i: int, measure: EffectMeasure, level: float) -> tuple[float, float] | None:
    """Natural scale with interval to analysis scale: se = (f(U) - f(L)) / (2 z)."""
    names = ("estimate", "ci_low", "ci_high")
    values = [cells.number(i, name) for name in names]
    allowed = [_in_range(cells, i, name, value, measure) for name, value in zip(names, values, strict=True)]
    estimate, low, high = values
    if low is not None and high is not None and low >= high:
        cells.refuse(i, "ci_low", f"the lower bound must be below the upper bound {high:g}")
    elif estimate is not None and low is not None and high is not None and not low <= estimate <= high:
        cells.refuse(i, "estimate", f"the estimate must lie in its interval {low:g} to {high:g}")
    elif estimate is not None and low is not None and high is not None and all(allowed):
        width = measure.to_analysis(high) - measure.to_analysis(low)
        return measure.to_analysis(estimate), (width / (2 * quantile(level))) ** 2
    return None


def _in_range(cells: Cells, i: int, name: str, value: float | None, measure: EffectMeasure) -> bool:
    """Whether a natural-scale value can be put on the analysis scale."""
    if value is None:
        return False
    if measure.family == "ratio" and value <= 0:
        return cells.refuse(i, name, "a ratio and its bounds must be positive")
    if measure.family == "proportion" and not 0 <= value <= 1:
        return cells.refuse(i, name, "a proportion must be between 0 and 1")
    if measure.code == "PLO" and value in (0, 1):
        return cells.refuse(i, name, "0 and 1 have no logit; give events,n instead")
    return True


def _counts(cells: Cells, i: int, given: Sequence[str]) -> Counts | None:
    """The counts of one row; None after a problem was noted."""
    pairs = [_group(cells, i, events, n) for events, n in zip(given[::2], given[1::2], strict=True)]
    first, second = pairs[0], pairs[1] if len(pairs) > 1 else None
    if first is None or (len(pairs) > 1 and second is None):
        return None
    if second is None:
        return Counts(events_1=first[0], n_1=first[1])
    return Counts(events_1=first[0], n_1=first[1], events_2=second[0], n_2=second[1])


def _group(cells: Cells, i: int, events_name: str, n_name: str) -> tuple[int, int] | None:
    """Events and participants of one group."""
    events, n = cells.count(i, events_name), cells.count(i, n_name)
    if n == 0:
        cells.refuse(i, n_name, "the number of participants must be positive")
    elif events is not None and n is not None and events > n:
        cells.refuse(i, events_name, f"events must not exceed the {n} participants of column {n_name}")
    elif events is not None and n is not None:
        return events, n
    return None


def _from_counts(
    columns: Mapping[str, Sequence[str]],
    measure: EffectMeasure,
    given: Sequence[str],
    labels: Sequence[str],
    counts: Sequence[Counts],
    zero_cells: str,
) -> EffectSet:
    """Effects of all tables that say something, converted together."""
    reasons = [no_information(measure, c, zero_cells) for c in counts]
    exclusions = tuple(
        Exclusion(label=label, code="no-information", reason=reason)
        for label, reason in zip(labels, reasons, strict=True)
        if reason
    )
    kept = [i for i, reason in enumerate(reasons) if not reason]
    route = Route(name="events", grade=1, formula=counts_formula(measure))
    yi, vi, adjustments = counts_to_effects(measure, [counts[i] for i in kept], zero_cells)
    effects = tuple(
        Effect(
            label=labels[i],
            yi=float(yi[j]),
            vi=float(vi[j]),
            route=route,
            counts=counts[i],
            adjustment=adjustments[j],
            attributes=_attributes(columns, given, i),
        )
        for j, i in enumerate(kept)
    )
    return EffectSet(measure=measure, effects=effects, exclusions=exclusions)


def _route(given: Sequence[str], measure: EffectMeasure, level: float) -> Route:
    """The route of every row of a table of estimates."""
    if given[0] == "yi":
        return Route(name="given", grade=1, formula=f"yi and {given[1]} as given")
    half = f"(2 × {quantile(level):.3f}), {100 * level:g}% interval"
    if measure.family == "ratio":
        formula = f"ln {measure.code}; se = (ln U − ln L)/{half}"
        return Route(name="ratio and interval", grade=1, formula=formula)
    formula = f"{measure.scale} of the estimate; se = difference of the bounds on that scale/{half}"
    return Route(name="given", grade=1, formula=formula)
