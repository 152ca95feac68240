"""What else a comparison tells of an outcome or its rows: groups, figures used instead, renamed rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metasyn.changes.model import FigureChange, GroupChange, GroupingChange, GroupStanding, OutcomeChange
from metasyn.changes.renamed import renamed_rows
from metasyn.changes.standing import differs
from metasyn.effects.measure import EffectMeasure, get_measure
from metasyn.evidence.columns import TABLES
from metasyn.evidence.table_changes import RowEdit
from metasyn.report.changes.numbers import NOTHING, bounds_text, estimate_name
from metasyn.tables.model import ReportTable, columns
from metasyn.tables.words import counted
from metasyn.values import Interval, NotEstimable
from metasyn.wording import natural_text, p_text, unit_sign, whole

__all__ = ["column_words", "figures_sentence", "groupings_tables", "renamed_sentence"]

_ARROW = "\N{RIGHTWARDS ARROW}"
_FILES = {"study": "studies", "source": "sources", "cohort": "cohorts", "": "results"}
_MOST = 12
_RECOMPUTED = "Groups of both states as this version of metasyn computes them."


def column_words(column: str) -> str:
    """The name of a column as a reader knows it.

    Examples
    --------
    >>> column_words("drug_class")
    'drug class'
    """
    return column.replace("_", " ")


def groupings_tables(
    outcome: OutcomeChange, *, words: tuple[str, str] = ("before", "after")
) -> tuple[ReportTable, ...]:
    """The groups whose results differ, before and after, and the test between the groups.

    Parameters
    ----------
    outcome : OutcomeChange
    words : tuple of two str
        What the two states are called.

    Returns
    -------
    tuple of ReportTable
        One per column, on the natural scale, with the groups that are as before in a note. The p value
        between the groups has the last row, unless there is none on either side.

    Examples
    --------
    >>> old = GroupStanding(k=2, estimate=0.0, ci=Interval(-0.1, 0.1, 0.95))
    >>> grouping = GroupingChange(column="phase", groups=(GroupChange(name="II", before=old, after=None),),
    ...     pvalue_before=0.03, pvalue_after=NotEstimable("there are fewer than two groups"))
    >>> (table,) = groupings_tables(OutcomeChange(slug="os", label="OS", measure="HR", before=None,
    ...     after=None, groupings=(grouping,)))
    >>> table.rows
    (('II', '1.00 (0.90 to 1.11), 2 estimates', 'no such group'), ('p between groups', '0.030', '–'))
    """
    measure = get_measure(outcome.measure)
    note = _RECOMPUTED if any(cause.kind == "software" for cause in outcome.causes) else ""
    return tuple(
        replace(
            _grouping(one, measure, words, note),
            slug=f"groups-{outcome.slug}-{number}",
            caption=f"{outcome.label}: groups by {column_words(one.column)}",
        )
        for number, one in enumerate(outcome.groupings, start=1)
    )


def _grouping(
    grouping: GroupingChange, measure: EffectMeasure, words: tuple[str, str], note: str
) -> ReportTable:
    """The table of one column; slug and caption are those of its outcome."""
    rows = [
        (one.name, *(_result(side, measure) for side in (one.before, one.after)))
        for one in grouping.groups
        if _otherwise(one)
    ]
    tests = [_test(p) for p in (grouping.pvalue_before, grouping.pvalue_after)]
    if tests != [NOTHING, NOTHING]:
        rows.append(("p between groups", tests[0], tests[1]))
    same = ", ".join(one.name for one in grouping.groups if not _otherwise(one))
    return ReportTable(
        slug="groups",
        caption="groups",
        columns=columns(
            ("group", f"{column_words(grouping.column)}, {estimate_name(measure)}"),
            ("before", words[0]),
            ("after", words[1]),
        ),
        rows=tuple(rows),
        notes=tuple(filter(None, (f"As before: {same}." if same else "", note))),
    )


def _test(p: float | NotEstimable) -> str:
    return NOTHING if isinstance(p, NotEstimable) else p_text(p, equals="").removeprefix("p").strip()


def _otherwise(group: GroupChange) -> bool:
    """Whether a group came, went, or has another result."""
    old, new = group.before, group.after
    if old is None or new is None:
        return old is not new
    bounds = [(_bound(one.ci, "low"), _bound(one.ci, "high")) for one in (old, new)]
    pairs = [(old.estimate, new.estimate), *zip(bounds[0], bounds[1], strict=True)]
    return old.k != new.k or any(differs(one, other) for one, other in pairs)


def _bound(interval: Interval | NotEstimable, name: str) -> float | NotEstimable:
    return interval if isinstance(interval, NotEstimable) else float(getattr(interval, name))


def _result(standing: GroupStanding | None, measure: EffectMeasure) -> str:
    if standing is None:
        return "no such group"
    estimate = natural_text(measure.to_natural(standing.estimate), measure) + unit_sign(measure)
    return f"{estimate} ({bounds_text(standing.ci, measure)}), {counted(standing.k, 'estimate')}"


def figures_sentence(outcome: OutcomeChange) -> str:
    """Which printed figure takes the place of the one used before.

    Parameters
    ----------
    outcome : OutcomeChange

    Returns
    -------
    str
        One sentence; empty where every effect rests on the figures it rested on.

    Examples
    --------
    >>> change = FigureChange(label="Bo 2020", before=("BO-1",), after=("BO-2",))
    >>> figures_sentence(OutcomeChange(slug="os", label="OS", measure="HR", before=None, after=None,
    ...     figures=(change,)))
    'Other figures are used: Bo 2020 now rests on results.csv row BO-2, no longer on BO-1.'
    """
    if not outcome.figures:
        return ""
    return f"Other figures are used: {_listed(list(_figures(outcome.figures)))}."


def _figures(changes: Sequence[FigureChange]) -> Iterator[str]:
    for one in changes:
        rows = "row" if len(one.after) == 1 else "rows"
        new, old = (" and ".join(ids) for ids in (one.after, one.before))
        yield f"{one.label} now rests on results.csv {rows} {new}, no longer on {old}"


def renamed_sentence(rows: Sequence[RowEdit]) -> str:
    """The rows that only have another id.

    Parameters
    ----------
    rows : sequence of RowEdit
        All changed rows that are told.

    Returns
    -------
    str
        One sentence; empty where none was renamed.
    """
    told = [f"{TABLES[_FILES[kind]].file} {old} {_ARROW} {new}" for kind, old, new in renamed_rows(rows)]
    return f"Renamed, the same in all else: {_listed(told)}." if told else ""


def _listed(parts: Sequence[str]) -> str:
    more = f"; and {whole(len(parts) - _MOST)} more" if len(parts) > _MOST else ""
    return "; ".join(parts[:_MOST]) + more
