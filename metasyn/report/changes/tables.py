"""The tables of a comparison as data: before and after, shares by cause, changed rows, flow of studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metasyn.changes.model import AnalysisChange, Moved, OutcomeChange, Quantity, Standing
from metasyn.changes.renamed import renamed_rows
from metasyn.changes.state import EvidenceState
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.evidence.selection import Evidence
from metasyn.evidence.table_changes import RowEdit, row_edits
from metasyn.report.changes.numbers import (
    NOTHING,
    bounds_text,
    change_cell,
    estimate_name,
    estimate_text,
    interval_kind,
    measure_before,
    method_text,
    plain_cells,
    quantity_name,
    shown_change,
)
from metasyn.report.changes.words import row_place, row_says
from metasyn.tables.model import Column, ReportTable, columns
from metasyn.wording import change_text, level_text, whole

__all__ = ["evidence_flow", "flow_table", "results_table", "rows_table", "shares_table"]

_Row = tuple[str, ...]
# What is counted of the evidence -> kind of row.
_KINDS = {"studies": "study", "cohorts": "cohort", "documents": "source", "reported figures": ""}


def results_table(
    outcome: OutcomeChange,
    *,
    words: tuple[str, str] = ("before", "after"),
    method: bool = True,
) -> ReportTable:
    """The numbers of one outcome before and after, on the natural scale.

    Parameters
    ----------
    outcome : OutcomeChange
    words : tuple of two str
        What the two states are called.
    method : bool
        Whether model and interval have a row.

    Returns
    -------
    ReportTable
        Estimate, intervals, p, tau2, I2, numbers of estimates and studies; a row only where either state
        has it. The change of the estimate of a ratio is a factor.
    """
    measure, old = get_measure(outcome.measure), measure_before(outcome)
    both = (_Side(outcome.before, old), _Side(outcome.after, measure))
    moved = {one.quantity: one for one in outcome.moved} if old is measure else {}
    rows: list[_Row] = [
        (
            estimate_name(measure) if old is measure else "estimate",
            *(side.estimate(named=old is not measure) for side in both),
            change_cell(moved.get("estimate"), measure),
        ),
        *_intervals(both),
        *_spread((outcome.before, outcome.after), moved, measure),
        *_sizes((outcome.before, outcome.after)),
    ]
    if method:
        rows.append(("method", method_text(outcome.before), method_text(outcome.after), ""))
    return ReportTable(
        slug=f"changed-{outcome.slug}",
        caption=f"{outcome.label}: {words[0]} and {words[1]}",
        columns=columns(("quantity", ""), ("before", words[0]), ("after", words[1]), ("change", "change")),
        rows=tuple(row for row in rows if set(row[1:3]) != {NOTHING}),
        emphasis=(0,),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two results with its measure."""

    standing: Standing | None
    measure: EffectMeasure

    def estimate(self, *, named: bool) -> str:
        """The estimate on the natural scale, with the name of its measure where that is no heading."""
        return f"{estimate_name(self.measure)} " * named + estimate_text(self.standing, self.measure)

    def interval(self, name: Literal["ci", "pi"], *, level: bool) -> str:
        """An interval on the natural scale, with its level where that is no heading."""
        if self.standing is None or self.standing.k == 0:
            return NOTHING
        told = bounds_text(self.standing.ci if name == "ci" else self.standing.pi, self.measure)
        return f"{told} ({level_text(self.standing.level)})" if level else told


def _intervals(both: tuple[_Side, _Side]) -> list[_Row]:
    """Confidence and prediction interval, each with its level where the two states differ in that."""
    levels = {side.standing.level for side in both if side.standing is not None}
    level = f"{level_text(max(levels))} " if len(levels) == 1 else ""
    rows: list[_Row] = []
    names: tuple[Literal["ci", "pi"], ...] = ("ci", "pi")
    for name in names:
        before, after = (side.interval(name, level=not level) for side in both)
        if name == "ci" or {before, after} - {NOTHING, "not estimable"}:
            kind = _interval_kind(both) if name == "ci" else "PI"
            rows.append((f"{level}{kind}", before, after, ""))
    return rows


def _interval_kind(both: tuple[_Side, _Side]) -> str:
    """Confidence or credible interval; only an interval where it was one and is the other."""
    return interval_kind([side.standing for side in both if side.standing is not None])


def _spread(
    both: tuple[Standing | None, Standing | None], moved: dict[Quantity, Moved], measure: EffectMeasure
) -> list[_Row]:
    (p, tau2, I2), (p_after, tau2_after, I2_after) = (plain_cells(one) for one in both)
    return [
        ("p", p, p_after, ""),
        ("τ²", tau2, tau2_after, change_cell(moved.get("tau2"), measure)),
        ("I²", I2, I2_after, change_cell(moved.get("I2"), measure)),
    ]


def _sizes(both: tuple[Standing | None, Standing | None]) -> list[_Row]:
    """Numbers of studies, and of estimates where these are not the same."""
    estimates = _count_row("estimates", [None if one is None else one.k for one in both])
    studies = _count_row("studies", [None if one is None else one.n_studies for one in both])
    return [studies] if estimates[1:] == studies[1:] else [estimates, studies]


def _count_row(name: str, counts: Sequence[int | None]) -> _Row:
    before, after = counts
    change = after - before if before is not None and after is not None else 0
    cells = (NOTHING if count is None else whole(count) for count in counts)
    return (name, *cells, change_text(change) if change else "")


def shares_table(outcome: OutcomeChange, *, quantities: Sequence[Quantity] = ()) -> ReportTable | None:
    """What each cause did to each number that moved.

    Parameters
    ----------
    outcome : OutcomeChange
    quantities : sequence of str, optional
        Only these.

    Returns
    -------
    ReportTable or None
        One row per cause and, with several, one for all together; None where nothing can be shared out.
    """
    measure = get_measure(outcome.measure)
    shared = [one for one in outcome.moved if one.shares and (not quantities or one.quantity in quantities)]
    if not shared or not outcome.causes:
        return None
    level = (outcome.after or outcome.before or _never()).level
    heads = [
        Column(
            key=one.quantity, header=quantity_name(one.quantity, measure, level), align="right", weight=0.6
        )
        for one in shared
    ]
    rows = [(cause.title, *(_share(one, cause.id, measure) for one in shared)) for cause in outcome.causes]
    if len(rows) > 1:
        rows.append(("all together", *(shown_change(m.quantity, m.change or 0.0, measure) for m in shared)))
    return ReportTable(
        slug=f"shares-{outcome.slug}",
        caption=f"{outcome.label}: what did it",
        columns=(Column(key="cause", header="Cause", weight=3.0), *heads),
        rows=tuple(rows),
        emphasis=(len(rows) - 1,) if len(rows) > 1 else (),
    )


def _never() -> Standing:
    raise AssertionError("an outcome of a comparison stands in one of the states")


def _share(moved: Moved, cause: str, measure: EffectMeasure) -> str:
    found = [share.shapley for share in moved.shares if share.cause == cause]
    return shown_change(moved.quantity, found[0], measure) if found else NOTHING


def rows_table(rows: Sequence[RowEdit]) -> ReportTable:
    """The rows of the tables that are new, otherwise or gone.

    Parameters
    ----------
    rows : sequence of RowEdit

    Returns
    -------
    ReportTable
        Table, row, what became of it, and what changed in it or what it says.
    """
    return ReportTable(
        slug="changed-rows",
        caption="Rows of the evidence tables that changed",
        columns=columns(("table", "Table"), ("row", "Row"), ("kind", "What"), ("says", "In it", "left", 3.0)),
        rows=tuple((*row_place(row), row.kind, row_says(row)) for row in rows),
    )


def evidence_flow(old: EvidenceState, new: EvidenceState) -> ReportTable | None:
    """How many studies, cohorts, documents and figures there were, came, went and are in the tables.

    Parameters
    ----------
    old, new : EvidenceState

    Returns
    -------
    ReportTable or None
        None where the tables of one of the states are not known. What was only renamed neither came nor
        went.
    """
    if old.evidence is None or new.evidence is None:
        return None
    rows = []
    renamed = renamed_rows(row_edits(old.tables, new.tables)) if old.tables and new.tables else ()
    names = {(kind, was): now for kind, was, now in renamed}
    for (what, known), after in zip(_ids(old.evidence).items(), _ids(new.evidence).values(), strict=True):
        before = {names.get((_KINDS[what], name), name) for name in known}
        counts = (len(before), len(after - before), len(before - after), len(after))
        rows.append((what, *map(whole, counts)))
    return ReportTable(
        slug="evidence-flow",
        caption="Studies and reported figures in each version of the tables",
        columns=_flow_columns("what", "In the tables"),
        rows=tuple(rows),
    )


def _ids(evidence: Evidence) -> dict[str, set[str]]:
    return {
        "studies": set(evidence.studies),
        "cohorts": set(evidence.cohorts),
        "documents": set(evidence.sources),
        "reported figures": {row.result_id for row in evidence.results},
    }


def _flow_columns(key: str, header: str) -> tuple[Column, ...]:
    return columns(
        (key, header, "left", 3.0),
        ("previous", "Previous version", "right"),
        ("new", "New", "right"),
        ("removed", "Removed", "right"),
        ("total", "This version", "right"),
    )


def flow_table(analyses: Sequence[AnalysisChange]) -> ReportTable:
    """Per outcome, how many estimates and studies were, came, went and are pooled.

    Parameters
    ----------
    analyses : sequence of AnalysisChange

    Returns
    -------
    ReportTable
        The flow of studies by version, for the syntheses. An estimate is new or removed where none of the
        same study and cohorts was, or is, pooled, whatever its name.
    """
    rows = [
        (f"{analysis.title}: {outcome.label} ({outcome.measure})", *_flow(outcome))
        for analysis in analyses
        for outcome in analysis.outcomes
    ]
    return ReportTable(
        slug="flow",
        caption="Estimates pooled in each version, and their studies",
        columns=_flow_columns("outcome", "Estimates pooled"),
        rows=tuple(rows),
        notes=("Estimates; in brackets the studies they come from, where these are fewer.",),
    )


def _flow(outcome: OutcomeChange) -> tuple[str, str, str, str]:
    if outcome.before is not None and outcome.after is not None:
        new = sum(one.before is None for one in outcome.weights)
        gone = sum(one.after is None for one in outcome.weights)
    else:
        new = outcome.after.k if outcome.after is not None else 0
        gone = outcome.before.k if outcome.before is not None else 0
    return _counted(outcome.before), whole(new), whole(gone), _counted(outcome.after)


def _counted(standing: Standing | None) -> str:
    if standing is None:
        return NOTHING
    k, studies = standing.k, standing.n_studies
    return whole(k) if k == studies else f"{whole(k)} ({whole(studies)})"
