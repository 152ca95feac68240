"""Which of several ways to an effect is taken, and why the other figures are not.

The rule, in this order:

1. both arms under one definition of the outcome before arms under different ones;
2. definitions that the analysis lists, in its order, before all others;
3. the grade of the route: a printed hazard ratio with its interval is never passed over for one
   reconstructed from medians because of a definition that nobody asked for;
4. figures whose number of participants is printed beside them;
5. figures without a definition, then definitions in table order;
6. figures of one source before figures of several;
7. more printed decimals;
8. table order.
"""

from __future__ import annotations

from collections.abc import Sequence

from metasyn.effects.candidates import Candidate, TargetRows, figure
from metasyn.effects.measure import EffectMeasure
from metasyn.evidence.model import ReportedResult

__all__ = ["Ranking", "why_not_preferred"]

_STEPS = (
    "its arms are reported under one definition",
    "definition {winner} comes before {loser}",
    "route '{winner_route}' (grade {winner_grade}) comes before '{loser_route}' (grade {loser_grade})",
    "its number of participants is printed beside it",
    "definition {winner} comes before {loser}",
    "its figures come from one source",
    "it is printed with more decimals",
    "it comes first in the table",
)

# Statistics that each measure can use.
_USED = {
    "HR": ("HR", "O-E", "V", "median", "events", "p"),
    "RR": ("RR", "events", "percent", "p"),
    "OR": ("OR", "events", "percent", "p"),
    "RD": ("RD", "events", "percent"),
}
_USED_SINGLE = ("events", "percent")

Key = tuple[bool, int, int, int, int, bool, int, tuple[int, ...]]


class Ranking:
    """Ranks candidates of one selection by the rule of this module.

    Parameters
    ----------
    results : sequence of ReportedResult
        All rows of the selection, in table order.
    definitions : sequence of str
        Preferred definitions, best first.
    """

    __slots__ = ("_listed", "_order", "_place")

    def __init__(self, results: Sequence[ReportedResult], definitions: Sequence[str]) -> None:
        self._listed = tuple(definitions)
        self._order = ("", *dict.fromkeys(r.definition for r in results if r.definition))
        self._place = {r.result_id: i for i, r in enumerate(results)}

    def key(self, candidate: Candidate) -> Key:
        """Sort key; the least is taken."""
        listed, order = zip(*(self._definition(d) for d in candidate.definitions), strict=True)
        return (
            candidate.mixed,
            max(listed),
            candidate.route.grade,
            candidate.borrowed,
            max(order),
            len({row.source_id for row in candidate.rows}) > 1,
            -candidate.decimals,
            tuple(self._place[row.result_id] for row in candidate.rows),
        )

    def best(self, candidates: Sequence[Candidate]) -> Candidate:
        """The candidate that is taken."""
        return min(candidates, key=self.key)

    def why(self, winner: Candidate, loser: Candidate) -> str:
        """The first step of the rule that decides between two candidates."""
        steps = zip(_STEPS, self.key(winner), self.key(loser), strict=True)
        text = next((step for step, a, b in steps if a != b), _STEPS[-1])
        return text.format(
            winner=_named(winner),
            loser=_named(loser),
            winner_route=winner.route.name,
            loser_route=loser.route.name,
            winner_grade=winner.route.grade,
            loser_grade=loser.route.grade,
        )

    def _definition(self, definition: str) -> tuple[int, int]:
        """Rank among the listed definitions and among the others."""
        if definition in self._listed:
            return self._listed.index(definition), 0
        return len(self._listed), self._order.index(definition)


def why_not_preferred(
    row: ReportedResult,
    rows: TargetRows,
    winner: Candidate,
    candidates: Sequence[Candidate],
    ranking: Ranking,
) -> str:
    """Why a usable figure of a target is not part of its effect, in one sentence.

    Parameters
    ----------
    row : ReportedResult
        The figure that is not used.
    rows : TargetRows
        All usable figures of its target.
    winner : Candidate
        What is used instead.
    candidates : sequence of Candidate
        Every way that was possible.
    ranking : Ranking
    """
    used = ", ".join(f"{figure(r)} [{r.result_id}]" for r in winner.rows)
    if not _is_used(row, rows.measure):
        return f"a figure of this kind ({row.statistic}) gives no {rows.measure.label}; {used} was used"
    carried_by = [c for c in candidates if row in c.rows]
    if carried_by:
        return f"{used} was preferred: {ranking.why(winner, ranking.best(carried_by))}"
    return f"{used} was preferred: this figure alone gives no estimate with a standard error"


def _named(candidate: Candidate) -> str:
    """The definitions of a candidate in words."""
    return " / ".join(repr(d) if d else "'' (none stated)" for d in candidate.definitions)


def _is_used(row: ReportedResult, measure: EffectMeasure) -> bool:
    return row.statistic in _USED.get(measure.code, _USED_SINGLE)
