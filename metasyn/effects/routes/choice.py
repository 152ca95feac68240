"""Which of several ways to an effect is taken, and why the other figures are not.

The rule, in this order:

1. both arms under one definition of the outcome before arms under different ones;
2. definitions that the analysis lists, in its order, before all others;
3. routes that the analyst prefers, in the order given;
4. the grade of the route: a printed hazard ratio with its interval is never passed over for one
   reconstructed from medians because of a definition that nobody asked for;
5. figures whose number of participants is printed beside them;
6. figures without a definition, then definitions in table order;
7. figures of one source before figures of several;
8. more printed decimals;
9. table order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metasyn.effects.measure import EffectMeasure
from metasyn.effects.routes.candidates import Candidate, TargetRows, figure
from metasyn.evidence.model import ReportedResult
from metasyn.vocabulary import RouteName

__all__ = ["Ranking", "why_not_preferred"]

_STEPS = (
    "its arms are reported under one definition",
    "definition {winner} comes before {loser}",
    "route '{winner_route}' is preferred by the analyst to '{loser_route}'",
    "route '{winner_route}' (grade {winner_grade}) comes before '{loser_route}' (grade {loser_grade})",
    "its number of participants is printed beside it",
    "definition {winner} comes before {loser}",
    "its figures come from one source",
    "it is printed with more decimals",
    "it comes first in the table",
)

# Statistics that each measure can use.
_USED = {
    "HR": (
        *("HR", "O-E", "V", "E", "chi-square", "z", "p", "events", "curve"),
        *("median", "survival", "at risk", "percent"),
    ),
    "MEDLN": ("median", "events"),
}
_USED_OF_TABLE = ("OR", "RR", "RD", "phi", "chi-square", "z", "p", "events", "percent", "survival", "n")
_USED_SINGLE = ("events", "percent", "survival", "at risk")

Key = tuple[bool, int, int, int, int, int, bool, int, tuple[int, ...]]


class Ranking:
    """Ranks candidates of one selection by the rule of this module.

    Parameters
    ----------
    results : sequence of ReportedResult
        All rows of the selection, in table order.
    definitions : sequence of str
        Preferred definitions, best first.
    prefer : sequence of str
        Routes that come before the grade, in this order.
    """

    __slots__ = ("_listed", "_order", "_place", "_prefer")

    def __init__(
        self,
        results: Sequence[ReportedResult],
        definitions: Sequence[str],
        prefer: Sequence[RouteName] = (),
    ) -> None:
        self._prefer = tuple(prefer)
        self._listed = tuple(definitions)
        self._order = ("", *dict.fromkeys(r.definition for r in results if r.definition))
        self._place = {r.result_id: i for i, r in enumerate(results)}

    def key(self, candidate: Candidate) -> Key:
        """Sort key; the least is taken."""
        listed, order = zip(*(self._definition(d) for d in candidate.definitions), strict=True)
        return (
            candidate.mixed,
            max(listed),
            self._preferred(candidate.route.name),
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

    def best_as_noted(self, candidates: Sequence[Candidate]) -> Candidate:
        """The same, with a note where it is not by a route that the analyst prefers."""
        taken = self.best(candidates)
        if not self._prefer or taken.route.name in self._prefer:
            return taken
        offered = [c for c in candidates if c.route.name in self._prefer]
        if offered:
            why = f"passed over: {self.why(taken, self.best(offered))}"
            note = f"preferred route '{self.best(offered).route.name}' {why}"
        else:
            names = ", ".join(f"'{name}'" for name in self._prefer)
            note = f"preferred route {names} not possible here, '{taken.route.name}' taken by grade"
        return replace(taken, notes=(*taken.notes, note))

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

    def other_routes(self, winner: Candidate, candidates: Sequence[Candidate]) -> tuple[RouteName, ...]:
        """Routes beside the one taken, under its definitions, best first."""
        same = (c for c in candidates if c.definitions == winner.definitions)
        names = dict.fromkeys(c.route.name for c in sorted(same, key=lambda c: c.route.grade))
        return tuple(name for name in names if name != winner.route.name)

    def _preferred(self, name: RouteName) -> int:
        """Rank among the preferred routes; the same for all others."""
        return self._prefer.index(name) if name in self._prefer else len(self._prefer)

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
    others = _USED_OF_TABLE if measure.n_groups == 2 else _USED_SINGLE
    return row.statistic in _USED.get(measure.code, others)
